"""Comparison levels of pairs of records that lie in this process: the kernel, some pairs at a time."""

import polars as pl

from pipelines.linkage.kernel import compared_columns, levels_of, sides_of
from pipelines.linkage.spec import LinkageSpec
from pipelines.progress import Tell, silent

_CHUNK = 200_000


def compare(
    records: pl.DataFrame, pairs: pl.DataFrame, spec: LinkageSpec, chunk: int = _CHUNK, tell: Tell = silent
) -> pl.DataFrame:
    """One column a comparison: the position of the pair's level in the spec (UInt8), null where it says nothing.

    Both sides' columns are held for some pairs at a time; what the chunks are does not matter to the result.
    """
    columns = compared_columns(spec)
    chunks = []
    for part in pairs.iter_slices(chunk):
        chunks.append(levels_of(sides_of(records, part, columns), spec))
        tell(f"Đang so sánh: xong {min(len(chunks) * chunk, pairs.height)}/{pairs.height} cặp.")
    return pl.concat(chunks) if chunks else pl.DataFrame(schema={c.field: pl.UInt8 for c in spec.comparisons})
