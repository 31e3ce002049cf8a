"""Pairs that no candidate rule brings together, by sample: what two people have in common by chance alone.

Candidate pairs agree on something by construction, so that among them agreement looks commoner, and two agreements
look less telling, than in the population. Weighted samples of all other pairs put the estimates right; Splink does it
for u by random pairs (Fellegi and Sunter 1969, method 1; Horvitz and Thompson 1952 for the weights).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.linkage.blocks import blocks
from pipelines.linkage.encoding import encoded
from pipelines.linkage.spec import LinkageSpec

_SAMPLE = 20_000
_SEED = 20250701
SCHEMA = pl.Schema({"a": pl.UInt32, "b": pl.UInt32, "pairs": pl.Float64, "alternative": pl.UInt8})

Positions = NDArray[np.int64]


def background_pairs(records: pl.DataFrame, candidates: pl.DataFrame, spec: LinkageSpec) -> pl.DataFrame:
    """A sample of the pairs that are no candidates: `a` < `b`, how many `pairs` each stands for, `alternative`.

    Each alternative's frames name the columns in which its pairs are equal, such as one household or one name; the
    empty frame is all pairs. A pair belongs to the first frame that holds it. The sample is a function of the records
    as sorted, so that equal records give an equal model.
    """
    frames = [(number, frame) for number, other in enumerate(spec.alternatives) for frame in other.frames]
    columns = list(dict.fromkeys(column for _, frame in frames for column in frame))
    codes = encoded(records.select(columns)) if columns else records.select()
    known = _packed(candidates["a"].to_numpy().astype(np.int64), candidates["b"].to_numpy().astype(np.int64))
    random = np.random.default_rng(_SEED)
    parts = []
    for at, (number, frame) in enumerate(frames):
        a, b, each = _sample(codes, len(records), frame, random)
        fresh = ~_among(_packed(a, b), known)
        for _, earlier in frames[:at]:
            if earlier:
                fresh &= ~_equal(codes, earlier, a, b)
        parts.append(
            pl.DataFrame(
                {"a": a[fresh], "b": b[fresh]}, schema_overrides={"a": pl.UInt32, "b": pl.UInt32}
            ).with_columns(pl.lit(each).alias("pairs"), pl.lit(number, pl.UInt8).alias("alternative"))
        )
    return pl.concat(parts) if parts else pl.DataFrame(schema=SCHEMA)


def _sample(
    codes: pl.DataFrame, rows: int, frame: tuple[str, ...], random: np.random.Generator
) -> tuple[Positions, Positions, float]:
    """Random pairs of a frame, drawn with replacement, and how many pairs of the frame each stands for."""
    if frame:
        known = codes.select(pl.all_horizontal(pl.col(frame).is_not_null())).to_series()
        block = codes.filter(known).select(pl.struct(frame).hash(seed=1)).to_series().to_numpy()
        rows_of_blocks, _, starts = blocks(np.flatnonzero(known.to_numpy()).astype(np.uint64), block)
        at, sizes = rows_of_blocks.astype(np.int64), np.diff(np.r_[starts, len(block)])
    else:
        sizes, at = np.array([rows], dtype=np.int64), np.arange(rows, dtype=np.int64)
    pairs = sizes * (sizes - 1) // 2
    total = int(pairs.sum())
    if not total:
        return np.empty(0, np.int64), np.empty(0, np.int64), 0.0
    size = min(_SAMPLE, total)
    block = np.searchsorted(np.cumsum(pairs), random.integers(0, total, size), side="right")
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]])[block]
    first = random.integers(0, sizes[block])
    # Another one of the same block: a draw among the others jumps over the first.
    second = random.integers(0, sizes[block] - 1)
    second += second >= first
    one, two = at[start + first], at[start + second]
    return np.minimum(one, two), np.maximum(one, two), total / size


def _equal(codes: pl.DataFrame, frame: tuple[str, ...], a: Positions, b: Positions) -> NDArray[np.bool_]:
    same = np.ones(len(a), dtype=bool)
    for column in frame:
        same &= (codes[column].gather(a) == codes[column].gather(b)).fill_null(False).to_numpy()
    return same


def _among(values: Positions, known: Positions) -> NDArray[np.bool_]:
    """Which values are among the known ones, which are sorted."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    found: NDArray[np.bool_] = known[at] == values
    return found


def _packed(a: Positions, b: Positions) -> Positions:
    return (a << 32) | b
