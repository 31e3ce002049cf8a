"""Comparison levels: what each field of a candidate pair says."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from pipelines.linkage.encoding import encoded
from pipelines.linkage.spec import Comparison, LinkageSpec, Similarity
from pipelines.progress import Tell, silent

# Scorer, type of its scores, what they are divided by, the score of equal texts and that of wholly different ones.
_SCORERS: dict[str, tuple[Any, Any, float, float, float]] = {
    "jaro_winkler": (JaroWinkler.similarity, np.float32, 1.0, 1.0, 0.0),
    "token_set": (fuzz.token_set_ratio, np.float32, 100.0, 1.0, 0.0),
    "edits": (OSA.distance, np.int32, 1, 0, 99),
}


_CHUNK = 250_000


def compare(
    records: pl.DataFrame, pairs: pl.DataFrame, spec: LinkageSpec, chunk: int = _CHUNK, tell: Tell = silent
) -> pl.DataFrame:
    """One column a comparison: the position of the pair's level in the spec (UInt8), null where it says nothing.

    Some pairs at a time and one comparison at a time, so that only its columns are held for these pairs at once; what
    the chunks are does not matter to the result.
    """
    columns = list(dict.fromkeys(column for comparison in spec.comparisons for column in comparison.columns))
    records = records.select(columns)
    if 2 * pairs.height < records.height:
        records, pairs = _only_named(records, pairs)
    codes = encoded(records)
    chunks = []
    for part in pairs.iter_slices(chunk):
        chunks.append(pl.DataFrame([_levels(records, codes, part, comparison) for comparison in spec.comparisons]))
        tell(f"Đang so sánh: xong {min(len(chunks) * chunk, pairs.height)}/{pairs.height} cặp.")
    return pl.concat(chunks) if chunks else pl.DataFrame(schema={c.field: pl.UInt8 for c in spec.comparisons})


def _only_named(records: pl.DataFrame, pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records that stand in a pair, and the pairs by their positions among these."""
    used, back = np.unique(np.concatenate([pairs["a"].to_numpy(), pairs["b"].to_numpy()]), return_inverse=True)
    back = back.astype(np.uint32)
    return records[used], pl.DataFrame({"a": back[: pairs.height], "b": back[pairs.height :]})


def _levels(records: pl.DataFrame, codes: pl.DataFrame, pairs: pl.DataFrame, comparison: Comparison) -> pl.Series:
    sides = [
        codes[column].gather(pairs[side]).alias(f"{column}_{side}")
        for column in comparison.columns
        for side in ("a", "b")
    ]
    frame = pl.DataFrame(sides)
    scores = [
        score
        for column in dict.fromkeys(similarity.column for similarity in comparison.similarities)
        for score in _scores(records[column], frame, pairs, [s for s in comparison.similarities if s.column == column])
    ]
    chosen = pl.lit(None, pl.UInt8)
    for position, level in reversed(list(enumerate(comparison.levels))):
        chosen = pl.when(level.when).then(pl.lit(position, pl.UInt8)).otherwise(chosen)
    return (
        frame.with_columns(scores).select(pl.when(comparison.present).then(chosen).alias(comparison.field)).to_series()
    )


def _scores(
    texts: pl.Series, sides: pl.DataFrame, pairs: pl.DataFrame, similarities: Sequence[Similarity]
) -> list[pl.Series]:
    """The scores of every pair: that of equality where the codes are equal, computed where they are not."""
    first, second = sides[f"{texts.name}_a"], sides[f"{texts.name}_b"]
    apart = (first != second).fill_null(False)
    at = apart.arg_true().to_numpy()
    left, right = (texts.gather(pairs[side].filter(apart)).to_numpy() for side in ("a", "b"))
    known = first.is_not_null() & second.is_not_null()
    made = []
    for similarity in similarities:
        scorer, dtype, scale, equal, nothing = _SCORERS[similarity.scorer]
        scores = np.full(len(pairs), equal, dtype=dtype)
        scores[at] = nothing
        needed = pl.lit(True) if similarity.where is None else similarity.where.fill_null(False)
        chosen = sides.select(needed.alias("needed") & pl.lit(apart)).to_series().filter(apart).arg_true().to_numpy()
        cutoff = None if similarity.cutoff is None else similarity.cutoff * scale
        found = process.cpdist(left[chosen], right[chosen], scorer=scorer, dtype=dtype, score_cutoff=cutoff, workers=-1)
        scores[at[chosen]] = found / scale
        frame = pl.DataFrame({"score": scores, "known": known})
        made.append(frame.select(pl.when("known").then("score").alias(similarity.name)).to_series())
    return made
