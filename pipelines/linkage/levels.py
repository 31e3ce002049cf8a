"""Comparison levels: what each field of a candidate pair says."""

from typing import Any

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from pipelines.linkage.spec import Comparison, LinkageSpec, Similarity

_SCORERS: dict[str, tuple[Any, Any, float]] = {
    "jaro_winkler": (JaroWinkler.similarity, np.float32, 1.0),
    "token_set": (fuzz.token_set_ratio, np.float32, 100.0),
    "edits": (OSA.distance, np.int32, 1),
}


def compare(records: pl.DataFrame, pairs: pl.DataFrame, spec: LinkageSpec) -> pl.DataFrame:
    """One column a comparison: the position of the pair's level in the spec (UInt8), null where it says nothing.

    One comparison at a time, so that only its columns are held for all pairs at once.
    """
    return pl.DataFrame([_levels(records, pairs, comparison) for comparison in spec.comparisons])


def _levels(records: pl.DataFrame, pairs: pl.DataFrame, comparison: Comparison) -> pl.Series:
    sides = [
        records[column].gather(pairs[side]).alias(f"{column}_{side}")
        for column in comparison.columns
        for side in ("a", "b")
    ]
    scores = [_similarity(records, pairs, similarity) for similarity in comparison.similarities]
    chosen = pl.lit(None, pl.UInt8)
    for position, level in reversed(list(enumerate(comparison.levels))):
        chosen = pl.when(level.when).then(pl.lit(position, pl.UInt8)).otherwise(chosen)
    frame = pl.DataFrame([*sides, *scores])
    return frame.select(pl.when(comparison.present).then(chosen).alias(comparison.field)).to_series()


def _similarity(records: pl.DataFrame, pairs: pl.DataFrame, similarity: Similarity) -> pl.Series:
    """The score of every pair, computed once per distinct pair of values."""
    scorer, dtype, scale = _SCORERS[similarity.scorer]
    texts = records[similarity.column]
    values = texts.drop_nulls().unique().sort()
    codes = texts.replace_strict(values, np.arange(1, len(values) + 1), default=0, return_dtype=pl.UInt32)
    first, second = (codes.gather(pairs[side]).to_numpy().astype(np.uint64) for side in ("a", "b"))
    lower, upper = np.minimum(first, second), np.maximum(first, second)
    packed, back = np.unique((lower << np.uint64(32)) | upper, return_inverse=True)
    words = np.array(["", *values.to_list()], dtype=object)
    scores = process.cpdist(
        words[packed >> np.uint64(32)], words[packed & np.uint64(0xFFFFFFFF)], scorer=scorer, dtype=dtype
    )
    frame = pl.DataFrame({"score": scores[back] / scale, "known": lower > 0})
    return frame.select(pl.when("known").then("score").alias(similarity.name)).to_series()
