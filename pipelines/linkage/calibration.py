"""How far weights can be believed: reliability, calibration and an alarm, all without labels.

Pairs that a label field decides (equal numbers, or two different ones) are scored with those fields masked. How often
pairs of one masked weight are the same tells what that weight is worth; a model that has drifted gives such pairs the
wrong sign. Half of these pairs are held out of the estimation for it.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel

from pipelines.linkage.spec import LinkageSpec

Floats = NDArray[np.float64]

_FEWEST = 30
"""Decided pairs of either kind below which nothing is concluded."""
_RECALL, _FALSE = 0.5, 0.25
"""The alarm: the least share of same pairs with a weight above 0, the largest of different ones."""
_BELIEF = 300.0
"""How strongly a calibration falls back on the one it starts from, in squared bits of its offset and slope."""
_STEPS = 50
_WRONG_LABELS = 0.005
"""Share of pairs whose label says the wrong thing: numbers issued again, or copied from somebody else's row."""
_FAR = 20_000
"""Weights beyond (thousandths of a bit) are beyond doubt and say nothing of the slope."""
_SLOPES = (0.3, 1.2)
BAND = 2000
"""Width of a band of the reliability diagram, in thousandths of a bit."""


class Calibration(BaseModel, frozen=True):
    """log₂ odds that a pair is one entity = `offset` + `slope` × weight (bits)."""

    offset: float = 0.0
    slope: float = 1.0

    def odds_bits(self, weight: pl.Expr) -> pl.Expr:
        """Calibrated log₂ odds of a weight in thousandths of a bit."""
        return self.offset + self.slope * weight.cast(pl.Float64) / 1000

    def probability(self, weight: pl.Expr) -> pl.Expr:
        """The probability that a pair of this weight (thousandths of a bit) is one entity."""
        return self._chance(weight).round(6)

    def expected(self, weights: pl.Series) -> float:
        """How many of the pairs with these weights are expected to be one entity, in whatever order they stand."""
        chances = pl.select(self._chance(pl.lit(weights.sort()))).to_series().to_numpy()
        return round(float(chances.sum()), 3)

    def _chance(self, weight: pl.Expr) -> pl.Expr:
        return 1 / (1 + pl.lit(2.0).pow(-self.odds_bits(weight)))

    def weight_at(self, odds: float) -> int:
        """The least weight (thousandths of a bit) at which the odds are at least so high."""
        return int(np.ceil(1000 * (np.log2(odds) - self.offset) / self.slope))


class Alarm(BaseModel, frozen=True):
    """Whether the model has drifted, by pairs that their numbers decide: `same` and `different` are their counts,
    `recognised` and `mistaken` the shares of them whose weight without the numbers is above 0."""

    same: int
    different: int
    recognised: float | None
    mistaken: float | None

    @property
    def fired(self) -> bool:
        """True when the model takes too few of the same pairs for one entity, or too many of the different ones."""
        return (self.same >= _FEWEST and (self.recognised or 0.0) < _RECALL) or (
            self.different >= _FEWEST and (self.mistaken or 0.0) > _FALSE
        )


def held_out(rows: int) -> pl.Series:
    """Which pairs keep their label from the estimation: every other one, in the order of record ids."""
    return pl.Series(np.arange(rows) % 2 == 1, dtype=pl.Boolean)


def masked(levels: pl.DataFrame, spec: LinkageSpec, where: pl.Series | None = None) -> pl.DataFrame:
    """The levels with the label fields saying nothing, everywhere or where the series holds."""
    hidden = pl.lit(True) if where is None else pl.lit(where)
    return levels.with_columns(pl.when(~hidden).then(c.field).alias(c.field) for c in spec.comparisons if c.label)


def decided(levels: pl.DataFrame, spec: LinkageSpec) -> pl.Series:
    """True where a label field says one entity (its first level), false where one says two (its last), else null."""
    labels = [c for c in spec.comparisons if c.label]
    if not labels:
        return pl.repeat(None, levels.height, dtype=pl.Boolean, eager=True)
    same = pl.any_horizontal([(pl.col(c.field) == 0).fill_null(False) for c in labels])
    different = pl.any_horizontal([(pl.col(c.field) == len(c.levels) - 1).fill_null(False) for c in labels])
    return levels.select(pl.when(same).then(True).when(different).then(False)).to_series()


def alarm(weights: pl.Series, same: pl.Series) -> Alarm:
    """The alarm's figures from masked weights and what the labels say."""
    above = weights > 0
    one, two = above.filter(same.fill_null(False)), above.filter(~same.fill_null(True))
    return Alarm(
        same=len(one),
        different=len(two),
        recognised=None if one.is_empty() else round(float(one.mean()), 4),  # type: ignore[arg-type]
        mistaken=None if two.is_empty() else round(float(two.mean()), 4),  # type: ignore[arg-type]
    )


def calibrate(weights: pl.Series, same: pl.Series, start: Calibration) -> Calibration:
    """Offset and slope by logistic regression of what labels say on masked weights (Platt 1999), held by `start`.

    A few labels are wrong, which must not flatten the slope (robust logistic regression, Bootkrajang and Kabán 2012).
    """
    known = same.is_not_null() & (weights.abs() <= _FAR)
    x = weights.filter(known).to_numpy() / 1000
    y = same.filter(known).cast(pl.Float64).to_numpy()
    if y.sum() < _FEWEST or len(y) - y.sum() < _FEWEST:
        return start
    prior = np.array([start.offset, start.slope])
    belief = np.diag([1.0, _BELIEF])
    at = prior.copy()
    design = np.column_stack([np.ones_like(x), x])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.log(2) * np.clip(design @ at, -40, 40)))
        told = _WRONG_LABELS + (1 - 2 * _WRONG_LABELS) * p
        slant = np.log(2) * (1 - 2 * _WRONG_LABELS) * p * (1 - p)
        gradient = design.T @ (slant * (y - told) / (told * (1 - told))) - belief @ (at - prior)
        curvature = (design * (slant**2 / (told * (1 - told)))[:, None]).T @ design + belief
        step = np.linalg.solve(curvature, gradient)
        at += np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-8:
            break
    return Calibration(offset=round(float(at[0]), 4), slope=round(float(np.clip(at[1], *_SLOPES)), 4))


def reliability(weights: pl.Series, same: pl.Series, calibration: Calibration) -> pl.DataFrame:
    """The reliability diagram: by band of masked weight the `pairs`, the `expected` share that is one entity, and the
    `observed` one. Columns: `band` (lower edge, thousandths of a bit), `pairs`, `expected`, `observed`."""
    return (
        pl.DataFrame({"weight": weights, "same": same})
        .drop_nulls("same")
        .filter(pl.col("weight").abs() <= _FAR)
        .with_columns(
            ((pl.col("weight") // BAND) * BAND).alias("band"),
            # In whole millionths, so that the sum does not depend on the order of addition.
            (1e6 * calibration.probability(pl.col("weight"))).round().cast(pl.Int64).alias("millionths"),
        )
        .group_by("band")
        .agg(
            pl.len().alias("pairs"),
            (pl.col("millionths").sum() / pl.len() / 1e6).alias("expected"),
            pl.col("same").mean().alias("observed"),
        )
        .sort("band")
        .cast({"pairs": pl.Int64})
    )
