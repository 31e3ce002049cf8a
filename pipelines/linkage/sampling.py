"""Which pairs are shown to people to measure a linkage: strata, how many of each, and a seeded draw.

The population is what the machine alone decided about pairs that it compared: those it merged, those it left to
people or refused, and those that fell short of the review threshold (`pipelines.linkage.near_misses`). Pairs that
people decided are theirs, not the machine's, and stand in no stratum.

A pair has a number of its own for every seed, a hash, and the smallest ones of a stratum are drawn: a simple random
sample that does not depend on any order, and of which most is drawn again when a few pairs have come or gone
(permanent random numbers: Ohlsson 1995, "Coordination of samples using permanent random numbers").

What does not belong here: what the answers say (`pipelines.linkage.clerical`).
"""

import hashlib

import numpy as np
import polars as pl
from numpy.typing import NDArray

MERGED, REVIEW, REFUSED, NEAR_MISS = "merged", "review", "refused", "near_miss"
"""Kinds of strata: what became of a pair. All but the first are pairs that were not merged."""

FRAME = pl.Schema(
    {
        "dataset": pl.String,
        "record_id_a": pl.String,
        "record_id_b": pl.String,
        "weight": pl.Int64,
        "probability": pl.Float64,
        "kind": pl.String,
        "stratum": pl.String,
        "stratum_pairs": pl.Int64,
    }
)
"""One row is a pair that can be drawn; of near misses the warehouse holds a sample, and `stratum_pairs` counts all."""
STRATA = pl.Schema(
    {
        "dataset": pl.String,
        "kind": pl.String,
        "stratum": pl.String,
        "pairs": pl.Int64,
        "expected": pl.Float64,
        "available": pl.Int64,
    }
)
"""`pairs` in the population, how many of them the model expects to be one entity, how many can be drawn."""

_BY_STRATUM = ["dataset", "kind", "stratum"]
_SURE, _SURER = 0.99, 0.9999
"""Probabilities that part the merged pairs: most stand above the second, most mistakes are feared below the first."""
_FLOOR, _DOUBT = 20, 0.01
"""As many of a stratum are drawn at least; none is taken to be surer than this."""


def merged_strata(links: pl.DataFrame) -> pl.DataFrame:
    """The pairs that the machine merged, as FRAME, in three strata by probability (`merged_low`, `_middle`, `_high`).

    `links` is the warehouse's table, in which an `automatic` pair always stands in one entity.
    """
    probability = pl.col("probability")
    stratum = (
        pl.when(probability < _SURE)
        .then(pl.lit("merged_low"))
        .when(probability < _SURER)
        .then(pl.lit("merged_middle"))
        .otherwise(pl.lit("merged_high"))
    )
    return _counted(links.filter(decision="automatic").with_columns(kind=pl.lit(MERGED), stratum=stratum))


def unmerged_strata(links: pl.DataFrame, near_misses: pl.DataFrame) -> pl.DataFrame:
    """Compared pairs that nobody merged, as FRAME: in review, refused (of `links`), and `near_misses`."""
    listed = links.filter(pl.col("decision").is_in([REVIEW, REFUSED])).with_columns(
        kind=pl.col("decision"), stratum=pl.col("decision")
    )
    near = near_misses.with_columns(kind=pl.lit(NEAR_MISS))
    return pl.concat([_counted(listed), near.select(FRAME.names()).cast(FRAME)])


def strata(frame: pl.DataFrame) -> pl.DataFrame:
    """The strata of a frame, as STRATA."""
    return (
        frame.group_by(_BY_STRATUM)
        .agg(
            pl.col("stratum_pairs").first().alias("pairs"),
            (pl.col("stratum_pairs").first() * pl.col("probability").sort().mean()).alias("expected"),
            pl.len().alias("available"),
        )
        .cast(STRATA)
        .sort(_BY_STRATUM)
    )


def allocation(strata: pl.DataFrame, n: int) -> pl.DataFrame:
    """The strata, with how many pairs of each to `draw`: n of every dataset, or as many as there are.

    Half go to merged pairs, which tell precision, and half to the others, which tell what was missed; each half is
    shared out as `shared_out` says.
    """
    parted = strata.sort(_BY_STRATUM).with_columns((pl.col("kind") == MERGED).alias("merged"))
    halves = [
        half.drop("merged").with_columns(
            pl.Series("draw", shared_out(n // 2, half["pairs"], half["expected"], half["available"]), dtype=pl.Int64)
        )
        for half in parted.partition_by("dataset", "merged", maintain_order=True)
    ]
    return pl.concat(halves).sort(_BY_STRATUM) if halves else strata.with_columns(draw=pl.lit(0, pl.Int64))


def shared_out(n: int, pairs: pl.Series, expected: pl.Series, available: pl.Series) -> NDArray[np.int64]:
    """How many of each stratum to draw so that the estimate of the total is most precise with n in all.

    In proportion to pairs × √(p (1 − p)) (Neyman 1934), p being what the model expects; but it is believed in no
    certainty beyond 1 in 100, and at least 20 of each stratum are drawn (fewer where half of n does not suffice):
    a model that is wrong must not decide where nobody looks.
    """
    p = np.clip((expected / pairs).to_numpy(), _DOUBT, 1 - _DOUBT)
    size, most = pairs.to_numpy() * np.sqrt(p * (1 - p)), available.to_numpy()
    least = np.minimum(most, np.clip(n // (2 * max(len(size), 1)), 1, _FLOOR))
    low, high = 0.0, float(np.max(most / size, initial=0.0)) + 1.0
    for _ in range(100):  # bisection: the largest factor at which the shares add up to no more than n
        factor = (low + high) / 2
        fits = np.clip(np.floor(factor * size), least, most).sum() <= n
        low, high = (factor, high) if fits else (low, factor)
    shares: NDArray[np.int64] = np.clip(np.floor(low * size), least, most).astype(np.int64)
    return shares


def draw(frame: pl.DataFrame, allocation: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The pairs to be shown: of each stratum of the frame as many as the allocation says, by the smallest numbers.

    They come in the order of their record ids.
    """
    numbered = frame.with_columns(pair_numbers(frame, str(seed)))
    drawn = smallest(numbered.join(allocation.select(*_BY_STRATUM, "draw"), on=_BY_STRATUM), _BY_STRATUM)
    return drawn.sort("record_id_a", "record_id_b").select(frame.columns)


def smallest(numbered: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Of each group the rows with the smallest `number`, as many as its `draw` says."""
    order = pl.struct("number", "record_id_a", "record_id_b").rank("ordinal").over(by)
    return numbered.filter(order <= pl.col("draw"))


def pair_numbers(pairs: pl.DataFrame, salt: str) -> pl.Series:
    """For each pair of record ids its `number`: 64 bits that hang on the two ids and the salt, and on nothing else."""
    begun = hashlib.blake2b(salt.encode(), digest_size=8)
    numbers = []
    for first, second in pairs.select("record_id_a", "record_id_b").iter_rows():
        told = begun.copy()
        told.update(f"\0{first}\0{second}".encode())
        numbers.append(int.from_bytes(told.digest()))
    return pl.Series("number", numbers, dtype=pl.UInt64)


def _counted(pairs: pl.DataFrame) -> pl.DataFrame:
    counted = pairs.with_columns(pl.len().over("dataset", "stratum").alias("stratum_pairs"))
    return counted.select(FRAME.names()).cast(FRAME)
