"""The Fellegi-Sunter model, estimated without labels and applied in integers.

One match class stands against several alternatives (members of a family, namesakes, strangers), each with its own
u: with a single one, fields that agree together in families are counted twice. A pair's weight is the evidence
against its *strongest* alternative, which keeps it a plain sum over fields that can be shown to a person.

Weights are whole thousandths of a bit, so that sums do not depend on the order of addition.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel

from pipelines.linkage.spec import Condition, LinkageSpec

Floats = NDArray[np.float64]

_ITERATIONS = 200
_CONVERGED = 1e-7
_PSEUDO_PAIRS = 20.0
"""How many pairs the starting values count for: few data fall back on them, many override them."""
_START_PRIOR = 0.02
_DIGITS = 9
"""Parameters are rounded, so that the last bits of a machine's logarithm do not reach a weight."""


class LinkageModel(BaseModel, frozen=True):
    """Shares by class: `priors[class]`, `shares[field][class][level]`; class 0 is the match."""

    dataset: str
    classes: tuple[str, ...]
    priors: tuple[float, ...]
    levels: dict[str, tuple[str, ...]]
    shares: dict[str, tuple[tuple[float, ...], ...]]

    @property
    def sha256(self) -> str:
        """Hash of the model's JSON."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def estimate(levels: pl.DataFrame, spec: LinkageSpec) -> LinkageModel:
    """Estimate the model from the levels of the candidate pairs, by expectation maximisation with anchors.

    Anchored pairs keep their class; they hold the estimation without being all of it, since they are a biased
    sample. The spec's starting values count as a few pairs of each class.
    """
    patterns = levels.group_by(pl.all()).len("pairs").sort(pl.all(), nulls_last=True)
    counts = patterns["pairs"].to_numpy().astype(np.float64)
    same = holds_any(patterns, spec, spec.same)
    different = holds_any(patterns, spec, spec.different) & ~same
    observed = {c.field: _one_hot(patterns[c.field], len(c.levels)) for c in spec.comparisons}
    fitted = [c.field for c in spec.comparisons if not c.label]
    start = {
        c.field: np.array([[lv.m for lv in c.levels], *[[lv.u for lv in c.levels]] * len(spec.alternatives)])
        for c in spec.comparisons
    }
    start = {field: shares / shares.sum(axis=1, keepdims=True) for field, shares in start.items()}

    seeded = _seeded(patterns, spec)
    first = _posterior({f: start[f][:2] for f in fitted}, np.array([_START_PRIOR, 1 - _START_PRIOR]), observed)
    posterior = np.column_stack([first[:, 0], first[:, 1][:, None] * seeded])
    shares = start
    for _ in range(_ITERATIONS):
        posterior = _clamp(posterior, same, different, seeded)
        priors = (counts[:, None] * posterior).sum(axis=0) + _PSEUDO_PAIRS / len(spec.alternatives)
        priors /= priors.sum()
        fresh = {field: _shares(posterior, counts, observed[field], start[field]) for field in fitted}
        moved = max((np.abs(fresh[field] - shares[field]).max() for field in fitted), default=0.0)
        shares = {**start, **fresh}
        posterior = _posterior(fresh, priors, observed)
        if moved < _CONVERGED:
            break
    for comparison in spec.comparisons:
        if comparison.label:
            # Only the match class learns: a few matches that look like strangers would swamp a u of 1e-6.
            field = comparison.field
            learned = _shares(posterior, counts, observed[field], start[field])
            shares[field] = np.vstack([learned[:1], start[field][1:]])
    return LinkageModel(
        dataset=spec.dataset,
        classes=("match", *(alternative.name for alternative in spec.alternatives)),
        priors=tuple(np.round(priors, _DIGITS).tolist()),
        levels={c.field: tuple(level.name for level in c.levels) for c in spec.comparisons},
        shares={
            field: tuple(tuple(row) for row in np.round(table, _DIGITS).tolist()) for field, table in shares.items()
        },
    )


def score(levels: pl.DataFrame, model: LinkageModel) -> pl.DataFrame:
    """`weight` (Int64, thousandths of a bit) and `alternative` (position of the strongest one) of every pair."""
    prior, weights = integer_weights(model)
    patterns = levels.group_by(pl.all()).len().drop("len").sort(pl.all(), nulls_last=True)
    totals = np.tile(prior, (len(patterns), 1))
    for field, table in weights.items():
        known = patterns[field].is_not_null().to_numpy()
        at = patterns[field].fill_null(0).to_numpy()
        totals += np.where(known[:, None], table[:, at].T, 0)
    scored = patterns.with_columns(
        pl.Series("weight", totals.min(axis=1), dtype=pl.Int64),
        pl.Series("alternative", totals.argmin(axis=1), dtype=pl.UInt8),
    )
    fields = list(weights)
    return levels.join(scored, on=fields, how="left", nulls_equal=True, maintain_order="left").select(
        "weight", "alternative"
    )


def integer_weights(model: LinkageModel) -> tuple[NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    """Thousandths of a bit: the prior by alternative, and for each field a table alternative × level."""
    priors = np.array(model.priors)
    prior = _millibits(priors[0] / priors[1:])
    tables = {}
    for field, shares in model.shares.items():
        table = np.maximum(np.array(shares), 1e-9)
        tables[field] = _millibits(table[0] / table[1:])
    return prior, tables


def probability(weight: pl.Expr) -> pl.Expr:
    """The probability that belongs to a weight in thousandths of a bit."""
    return (1 / (1 + pl.lit(2.0).pow(-weight.cast(pl.Float64) / 1000))).round(6)


def _millibits(ratio: Floats) -> NDArray[np.int64]:
    thousandths: NDArray[np.int64] = np.rint(1000 * np.log2(ratio)).astype(np.int64)
    return thousandths


def _one_hot(levels: pl.Series, count: int) -> Floats:
    """Rows of zeros where the level is null: such a pair says nothing of this field."""
    table = np.vstack([np.eye(count), np.zeros(count)])
    rows: Floats = table[levels.fill_null(count).to_numpy()]
    return rows


def _posterior(shares: dict[str, Floats], priors: Floats, observed: dict[str, Floats]) -> Floats:
    log = np.log(priors)[None, :] + sum(observed[field] @ np.log(table).T for field, table in shares.items())
    likelihood = np.exp(log - log.max(axis=1, keepdims=True))
    posterior: Floats = likelihood / likelihood.sum(axis=1, keepdims=True)
    return posterior


def _shares(posterior: Floats, counts: Floats, observed: Floats, start: Floats) -> Floats:
    seen = (posterior * counts[:, None]).T @ observed + _PSEUDO_PAIRS * start
    shares: Floats = seen / seen.sum(axis=1, keepdims=True)
    return shares


def _clamp(posterior: Floats, same: NDArray[np.bool_], different: NDArray[np.bool_], seeded: Floats) -> Floats:
    clamped = posterior.copy()
    clamped[same] = 0.0
    clamped[same, 0] = 1.0
    clamped[different, 0] = 0.0
    rest = clamped[different].sum(axis=1, keepdims=True)
    # A pair that looks like nothing but a match keeps the class in which it was seeded.
    share = clamped[different] / np.maximum(rest, 1e-300)
    share[:, 1:] = np.where(rest > 1e-12, share[:, 1:], seeded[different])
    clamped[different] = share
    return clamped


def _seeded(patterns: pl.DataFrame, spec: LinkageSpec) -> Floats:
    """One row a pattern, one column an alternative: 1 in the first whose seed holds, else in the last."""
    free = np.ones(len(patterns), dtype=bool)
    columns = []
    for alternative in spec.alternatives[:-1]:
        taken = free & holds_any(patterns, spec, alternative.seeds)
        free &= ~taken
        columns.append(taken)
    return np.column_stack([*columns, free]).astype(np.float64)


def holds_any(patterns: pl.DataFrame, spec: LinkageSpec, conditions: Sequence[Condition]) -> NDArray[np.bool_]:
    """For each row of levels (positions in the spec, or null) whether any of the conditions holds."""
    names = {c.field: [level.name for level in c.levels] for c in spec.comparisons}
    result = np.zeros(len(patterns), dtype=bool)
    for condition in conditions:
        holds = np.ones(len(patterns), dtype=bool)
        for field, wanted in condition.items():
            positions = [names[field].index(level) for level in sorted(wanted)]
            holds &= patterns[field].is_in(positions).fill_null(False).to_numpy()
        result |= holds
    return result
