"""Pairs that were compared and fell short of the review threshold: how many there are, and a sample of them.

What a linkage missed can only be measured where somebody looks. Near the threshold a few answers tell much; far below
it matches are too rare to be met by a sample that people can work through (Herzog, Scheuren and Winkler 2007, "Data
quality and record linkage techniques", section 8.5: clerical review near the lower threshold). So near is whatever
the calibrated model gives a chance of at least 1 in 1,000, in bands in each of which the odds change by the factor of
four; of what lies beyond, only the number of pairs and the matches that the model expects among them are kept.

The sample is a function of the pairs, as in `pipelines.linkage.sampling`, and larger than any one review needs.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from pipelines.linkage.calibration import Calibration
from pipelines.linkage.explanation import evidence
from pipelines.linkage.model import LinkageModel
from pipelines.linkage.sampling import pair_numbers, shared_out, smallest

BEYOND = "beyond"
"""The stratum below all that is near: nothing of it is drawn."""
_NEAR = 0.001
_BAND_BITS = 2.0
_SAMPLE = 400
_SALT = "near misses"
_STRATA = pl.Schema(
    {"stratum": pl.String, "low": pl.Int64, "high": pl.Int64, "pairs": pl.Int64, "expected": pl.Float64}
)


@dataclass(frozen=True)
class NearMisses:
    """`sample`: `record_id_a`, `record_id_b`, `weight`, `probability`, `stratum`, `stratum_pairs`, `evidence`.

    `strata`, the nearest first: `stratum`, `low` and `high` (thousandths of a bit, of which the upper one is the next
    stratum's; `low` is null beyond what is near), `pairs`, `expected` (the matches that the model expects among them).
    """

    sample: pl.DataFrame
    strata: pl.DataFrame


def near_misses(missed: pl.DataFrame, ids: pl.Series, model: LinkageModel, threshold: int) -> NearMisses:
    """The near misses among scored pairs (positions `a` and `b` of `ids`) that lie below the review threshold."""
    strata = _strata(missed["weight"], model.calibration, threshold)
    near = strata.filter((pl.col("stratum") != BEYOND) & (pl.col("pairs") > 0))
    draws = near.with_columns(draw=pl.Series(shared_out(_SAMPLE, near["pairs"], near["expected"], near["pairs"])))
    # Columns of its own, beside which those of the scored pairs may have any name.
    found = (
        missed.select(
            pl.int_range(pl.len()).alias("at"),
            pl.lit(ids).gather(pl.col("a")).alias("record_id_a"),
            pl.lit(ids).gather(pl.col("b")).alias("record_id_b"),
            "weight",
            model.calibration.probability(pl.col("weight")).alias("probability"),
        )
        .sort("weight")
        .join_asof(draws.sort("low"), left_on="weight", right_on="low")
        .drop_nulls("stratum")
    )
    drawn = smallest(found.with_columns(pair_numbers(found, _SALT)), ["stratum"]).sort("record_id_a", "record_id_b")
    sample = drawn.select(
        "record_id_a", "record_id_b", "weight", "probability", "stratum", pl.col("pairs").alias("stratum_pairs")
    ).with_columns(evidence(missed[drawn["at"]], model))
    return NearMisses(sample, strata)


def _strata(weights: pl.Series, calibration: Calibration, threshold: int) -> pl.DataFrame:
    """The bands from the review threshold down to what is no longer near, and what is beyond."""
    lowest = min(calibration.weight_at(_NEAR / (1 - _NEAR)), threshold)
    width = 1000 * _BAND_BITS / calibration.slope
    edges = [threshold, *np.rint(np.arange(threshold - width, lowest, -width)).astype(int).tolist(), lowest]
    bands = [(f"near_{number}", low, high) for number, (high, low) in enumerate(pairwise(edges), 1) if low < high]
    rows = []
    for stratum, low, high in [*bands, (BEYOND, None, lowest)]:
        inside = weights.filter((weights < high) & (weights >= low if low is not None else True))
        rows.append((stratum, low, high, len(inside), calibration.expected(inside)))
    return pl.DataFrame(rows, schema=_STRATA, orient="row")
