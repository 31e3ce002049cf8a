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

from pipelines.linkage.calibration import Calibration, held_out, masked
from pipelines.linkage.frequencies import FrequencyTable
from pipelines.linkage.spec import Condition, LinkageSpec

Floats = NDArray[np.float64]

_ITERATIONS = 200
_CONVERGED = 1e-4
_PSEUDO_PAIRS = 20.0
"""How many pairs the starting values count for: few data fall back on them, many override them."""
_SHIPPED_PAIRS = 60.0
"""The same for the shipped model, which was estimated from many."""
_FLOOR = 0.5
"""Pairs that no class is without."""
_LABEL_PAIRS = 1000.0
"""The same for labels, by which anchors are told, so that they can hardly speak for themselves."""
_START_PRIOR = 0.02
_SAMPLE = 200_000
"""Candidate pairs from which shares are estimated, at most."""
_DIGITS = 9
"""Parameters are rounded, so that the last bits of a machine's logarithm do not reach a weight."""


class LinkageModel(BaseModel, frozen=True):
    """Shares by class: `priors[class]`, `shares[field][class][level]`; class 0 is the match.

    `frequencies` are those of values that several of the `rows` carried from which the model was estimated.
    """

    dataset: str
    classes: tuple[str, ...]
    priors: tuple[float, ...]
    levels: dict[str, tuple[str, ...]]
    shares: dict[str, tuple[tuple[float, ...], ...]]
    frequencies: dict[str, FrequencyTable] = {}
    calibration: Calibration = Calibration()
    rows: int = 0

    def name(self, commune: str) -> str:
        """The name of the model of a commune: dataset, commune and content."""
        return f"{self.dataset}-{commune}-{self.sha256[:12]}"

    @property
    def sha256(self) -> str:
        """Hash of the model's JSON."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def estimate(
    levels: pl.DataFrame,
    spec: LinkageSpec,
    background: pl.DataFrame | None = None,
    frequencies: dict[str, FrequencyTable] | None = None,
    shipped: "LinkageModel | None" = None,
) -> LinkageModel:
    """Estimate the model from the levels of candidate pairs, by expectation maximisation with anchors.

    Anchored pairs keep their class; they hold the estimation without being all of it, since they are a biased
    sample. `background` has the levels of sampled pairs that are no candidates, none of which is a match, with how
    many `pairs` each stands for and the `alternative` in which it starts. The shipped model, or else the spec's
    starting values, count as a few pairs of each class.
    """
    fields = [c.field for c in spec.comparisons]
    sample = _bounded(masked(levels, spec, held_out(levels.height)))
    sample = sample.with_columns(pl.lit(None, pl.UInt8).alias("alternative"))
    if background is not None:
        sample = pl.concat([sample, background.select(sample.columns)])
    patterns = (
        sample.group_by(*fields, "alternative").agg(pl.col("pairs").sum()).sort(*fields, "alternative", nulls_last=True)
    )
    counts = patterns["pairs"].to_numpy()
    chance = patterns["alternative"].is_not_null().to_numpy()
    same = holds_any(patterns, spec, spec.same) & ~chance
    different = (holds_any(patterns, spec, spec.different) & ~same) | chance
    barred = np.column_stack([holds_any(patterns, spec, other.excludes) for other in spec.alternatives])
    start = _start(spec, shipped)
    pseudo = _SHIPPED_PAIRS if shipped else _PSEUDO_PAIRS
    # The last position of each field stands for "says nothing": its logarithm is 0 and it is never counted.
    observed = {
        c.field: patterns[c.field].fill_null(len(c.levels)).to_numpy().astype(np.intp) for c in spec.comparisons
    }
    fitted = [c.field for c in spec.comparisons if not c.label]

    seeded = _seeded(patterns, spec)
    first = _posterior({f: start[f][:2] for f in fitted}, np.array([_START_PRIOR, 1 - _START_PRIOR]), observed)
    posterior = np.column_stack([first[:, 0], first[:, 1][:, None] * seeded])
    shares = start
    for _ in range(_ITERATIONS):
        posterior = _clamp(posterior, same, different, seeded, barred)
        posterior[chance, 1:] = seeded[chance]
        weighted = posterior * counts[:, None]
        priors = weighted.sum(axis=0) + _FLOOR
        priors /= priors.sum()
        fresh = {field: _shares(weighted, observed[field], start[field], pseudo) for field in fitted}
        moved = max((np.abs(fresh[field] - shares[field]).max() for field in fitted), default=0.0)
        shares = {**start, **fresh}
        posterior = _posterior(fresh, priors, observed)
        if moved < _CONVERGED:
            break
    for comparison in spec.comparisons:
        if comparison.label:
            # Only the match class learns: a few matches that look like strangers would swamp a u of 1e-6.
            field = comparison.field
            learned = _shares(weighted, observed[field], start[field], _LABEL_PAIRS)
            shares[field] = np.vstack([learned[:1], start[field][1:]])
    return LinkageModel(
        dataset=spec.dataset,
        classes=("match", *(alternative.name for alternative in spec.alternatives)),
        priors=tuple(float(f"{prior:.{_DIGITS}g}") for prior in priors),
        levels={c.field: tuple(level.name for level in c.levels) for c in spec.comparisons},
        shares={
            field: tuple(tuple(float(f"{share:.{_DIGITS}g}") for share in row) for row in table.tolist())
            for field, table in shares.items()
        },
        frequencies=frequencies or {},
        calibration=Calibration(slope=spec.slope),
    )


def rescoped(levels: pl.DataFrame, spec: LinkageSpec, model: LinkageModel, pairs: Sequence[int]) -> LinkageModel:
    """The model for another scope: its priors estimated anew from the levels of all candidate pairs there, its shares
    frozen.

    `pairs`: how many pairs of the scope each alternative's frames hold, each pair counted for the first alternative
    whose frame holds it; candidates are among them. Those that are no candidates belong to that alternative.
    """
    fields = list(model.shares)
    patterns = levels.group_by(fields).len("pairs").sort(fields, nulls_last=True)
    counts = patterns["pairs"].to_numpy()
    seeded = _seeded(patterns.with_columns(pl.lit(None, pl.UInt8).alias("alternative")), spec)
    barred = np.column_stack([holds_any(patterns, spec, other.excludes) for other in spec.alternatives])
    beyond = np.maximum(np.array(pairs, dtype=np.float64) - counts @ seeded, 0.0)
    shares = {field: np.maximum(np.array(table), 1e-9) for field, table in model.shares.items()}
    observed = {field: patterns[field].fill_null(shares[field].shape[1]).to_numpy().astype(np.intp) for field in fields}
    nobody = np.zeros(len(patterns), dtype=bool)
    classes = np.concatenate([[_START_PRIOR * counts.sum()], beyond]) + _FLOOR
    for _ in range(_ITERATIONS):
        posterior = _clamp(_posterior(shares, classes / classes.sum(), observed), nobody, nobody, seeded, barred)
        fresh = counts @ posterior + np.concatenate([[0.0], beyond]) + _FLOOR
        settled = np.abs(np.log(fresh / classes)).max() < _CONVERGED
        classes = fresh
        if settled:
            break
    priors = tuple(float(f"{prior:.{_DIGITS}g}") for prior in (classes / classes.sum()).tolist())
    return model.model_copy(update={"priors": priors})


def _bounded(levels: pl.DataFrame) -> pl.DataFrame:
    """Every n-th pair, and how many `pairs` each stands for: enough for shares, whatever the size of the register.

    Pairs stand in the order of record ids, which are hashes, so that every n-th one is a random sample.
    """
    # An odd step takes held-out pairs and others alike.
    step = -(-levels.height // _SAMPLE) // 2 * 2 + 1
    return levels.gather_every(step).with_columns(pl.lit(float(step)).alias("pairs"))


def _start(spec: LinkageSpec, shipped: LinkageModel | None) -> dict[str, Floats]:
    """Shares class x level from which estimation starts."""
    if shipped is not None:
        return {c.field: np.maximum(np.array(shipped.shares[c.field]), 1e-9) for c in spec.comparisons}
    start = {
        c.field: np.array([[lv.m for lv in c.levels], *[[lv.u for lv in c.levels]] * len(spec.alternatives)])
        for c in spec.comparisons
    }
    return {field: shares / shares.sum(axis=1, keepdims=True) for field, shares in start.items()}


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


def _millibits(ratio: Floats) -> NDArray[np.int64]:
    thousandths: NDArray[np.int64] = np.rint(1000 * np.log2(ratio)).astype(np.int64)
    return thousandths


def _posterior(shares: dict[str, Floats], priors: Floats, observed: dict[str, NDArray[np.intp]]) -> Floats:
    log = np.tile(np.log(priors), (len(next(iter(observed.values()))), 1))
    for field, table in shares.items():
        log += np.vstack([np.log(table).T, np.zeros(len(table))])[observed[field]]
    likelihood = np.exp(log - log.max(axis=1, keepdims=True))
    posterior: Floats = likelihood / likelihood.sum(axis=1, keepdims=True)
    return posterior


def _shares(weighted: Floats, observed: NDArray[np.intp], start: Floats, pseudo: float) -> Floats:
    levels = start.shape[1]
    counted = [np.bincount(observed, weights=column, minlength=levels + 1)[:levels] for column in weighted.T]
    seen = np.array(counted, dtype=np.float64) + pseudo * start
    shares: Floats = seen / seen.sum(axis=1, keepdims=True)
    return shares


def _clamp(
    posterior: Floats,
    same: NDArray[np.bool_],
    different: NDArray[np.bool_],
    seeded: Floats,
    barred: NDArray[np.bool_],
) -> Floats:
    clamped = posterior.copy()
    clamped[:, 1:] = np.where(barred, 0.0, clamped[:, 1:])
    clamped[different, 0] = 0.0
    rest = clamped.sum(axis=1, keepdims=True)
    # A pair that looks like nothing but a match keeps the class in which it was seeded.
    clamped = np.where(rest > 1e-300, clamped / np.maximum(rest, 1e-300), 0.0)
    lost = rest[:, 0] <= 1e-300
    clamped[lost, 1:] = seeded[lost]
    clamped[same] = 0.0
    clamped[same, 0] = 1.0
    return clamped


def _seeded(patterns: pl.DataFrame, spec: LinkageSpec) -> Floats:
    """One row a pattern, one column an alternative: 1 in the first whose seed holds, else in the last; a sampled pair
    starts in the alternative for which it was drawn."""
    drawn = patterns["alternative"].fill_null(len(spec.alternatives)).to_numpy()
    free = drawn == len(spec.alternatives)
    columns = []
    for number, alternative in enumerate(spec.alternatives[:-1]):
        taken = free & holds_any(patterns, spec, alternative.seeds)
        free &= ~taken
        columns.append(taken | (drawn == number))
    return np.column_stack([*columns, free | (drawn == len(spec.alternatives) - 1)]).astype(np.float64)


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
