"""The scoring kernel: pairs with both sides' columns in, what each field of them says and what it weighs out.

A pure function of Arrow batches. Whatever else it goes by is handed in: the spec, the model, and in the columns how
common a value is. So it gives the same on one core, on many, and on other machines, however the pairs are cut into
batches. Where pairs come from and who calls this does not belong here.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from pipelines.linkage.encoding import encoded
from pipelines.linkage.model import LinkageModel, score
from pipelines.linkage.spec import Comparison, LinkageSpec, Similarity

# Scorer, type of its scores, what they are divided by, the score of equal texts and that of wholly different ones.
_SCORERS: dict[str, tuple[Any, Any, float, float, float]] = {
    "jaro_winkler": (JaroWinkler.similarity, np.float32, 1.0, 1.0, 0.0),
    "token_set": (fuzz.token_set_ratio, np.float32, 100.0, 1.0, 0.0),
    "edits": (OSA.distance, np.int32, 1, 0, 99),
}


def score_pairs(batch: pa.RecordBatch, spec: LinkageSpec, model: LinkageModel | None = None) -> pa.RecordBatch:
    """For each pair of the batch (`a`, `b`, and of every compared column `<column>_a` and `<column>_b`) its `a`, `b`
    and levels; with a model its `weight` and the `alternative` it is weighed against too.

    It keeps to one core, since an engine gives each batch one. Integers are signed: not every engine has others.
    """
    sides = pl.DataFrame(batch)
    levels = levels_of(sides, spec, workers=1)
    weights = [] if model is None else [score(levels, model)]
    found = pl.concat([sides.select("a", "b"), levels, *weights], how="horizontal").cast({pl.UInt8: pl.Int16})
    return pa.RecordBatch.from_pydict({series.name: series.rechunk().to_arrow() for series in found})


def compared_columns(spec: LinkageSpec) -> list[str]:
    """The columns of a record that comparisons look at."""
    return list(dict.fromkeys(column for comparison in spec.comparisons for column in comparison.columns))


def sides_of(records: pl.DataFrame, pairs: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Pairs of positions (`a`, `b`) with these columns of both records."""
    return pairs.select("a", "b").with_columns(
        records[column].gather(pairs[side]).alias(f"{column}_{side}") for column in columns for side in ("a", "b")
    )


def levels_of(sides: pl.DataFrame, spec: LinkageSpec, workers: int = -1) -> pl.DataFrame:
    """One column a comparison: the position of the pair's level in the spec (UInt8), null where it says nothing.

    `workers`: on how many cores texts are compared; -1 is all.
    """
    codes = encoded(sides).with_columns(pl.col(pl.UInt64).reinterpret(signed=True))
    return pl.DataFrame([_levels(sides, codes, comparison, workers) for comparison in spec.comparisons])


def _levels(sides: pl.DataFrame, codes: pl.DataFrame, comparison: Comparison, workers: int) -> pl.Series:
    scores = [
        score
        for column in dict.fromkeys(similarity.column for similarity in comparison.similarities)
        for score in _scores(sides, codes, column, [s for s in comparison.similarities if s.column == column], workers)
    ]
    chosen = pl.lit(None, pl.UInt8)
    for position, level in reversed(list(enumerate(comparison.levels))):
        chosen = pl.when(level.when).then(pl.lit(position, pl.UInt8)).otherwise(chosen)
    return (
        codes.with_columns(scores).select(pl.when(comparison.present).then(chosen).alias(comparison.field)).to_series()
    )


def _scores(
    sides: pl.DataFrame, codes: pl.DataFrame, column: str, similarities: Sequence[Similarity], workers: int
) -> list[pl.Series]:
    """The scores of every pair: that of equality where the codes are equal, computed where they are not."""
    first, second = codes[f"{column}_a"], codes[f"{column}_b"]
    apart = (first != second).fill_null(False)
    at = apart.arg_true().to_numpy()
    left, right = (sides[f"{column}_{side}"].filter(apart).to_numpy() for side in ("a", "b"))
    known = first.is_not_null() & second.is_not_null()
    made = []
    for similarity in similarities:
        scorer, dtype, scale, equal, nothing = _SCORERS[similarity.scorer]
        scores = np.full(len(codes), equal, dtype=dtype)
        scores[at] = nothing
        needed = pl.lit(True) if similarity.where is None else similarity.where.fill_null(False)
        chosen = codes.select(needed.alias("needed") & pl.lit(apart)).to_series().filter(apart).arg_true().to_numpy()
        cutoff = None if similarity.cutoff is None else similarity.cutoff * scale
        found = process.cpdist(
            left[chosen], right[chosen], scorer=scorer, dtype=dtype, score_cutoff=cutoff, workers=workers
        )
        scores[at[chosen]] = found / scale
        frame = pl.DataFrame({"score": scores, "known": known})
        made.append(frame.select(pl.when("known").then("score").alias(similarity.name)).to_series())
    return made
