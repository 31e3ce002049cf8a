"""The cells of a table → right Vietnamese text: encodings told per column and cell, by the share of legal syllables.

TCVN3, VNI, VIQR, windows-1258 and misread UTF-8 are undone, and what is not composed is composed (NFC). Nothing is
stripped before: what looks like a soft hyphen is ư in TCVN3.
"""

import re
from dataclasses import dataclass

import polars as pl

from pipelines.vietnamese.legacy.evidence import AS_IS, VIQR_ODD
from pipelines.vietnamese.legacy.readings import LIMITS, NFD, NOTHING_SEEN, Limits, Seen, readings, telling_texts

DECISIONS = pl.Schema({"column": pl.String, "encoding": pl.String, "cells": pl.Int64, "confidence": pl.Float64})
DECODED = pl.Schema({"row": pl.UInt32, "column": pl.String, "encoding": pl.String, "confidence": pl.Float64})


@dataclass(frozen=True)
class Repaired:
    """`cells`: the table, decoded and composed (NFC).

    `decisions` has a row for each column and encoding in it, the column's own first: how many cells, and the mean
    probability (0 to 1) that they are of it; cells that read the same in all encodings count with the column's own.
    `decoded` has a row for each cell (`row` from 0) whose text was changed. `seen` is for the next part of the file.
    """

    cells: pl.DataFrame
    decisions: pl.DataFrame
    decoded: pl.DataFrame
    seen: Seen


def repair(cells: pl.DataFrame, single_byte: bool, seen: Seen = NOTHING_SEEN, limits: Limits = LIMITS) -> Repaired:
    """Decode the text columns of one file's table, or of its next rows; columns of other types are left alone.

    `single_byte` says that the cells are the windows-1252 image of bytes. A cell of ASCII is never touched outside a
    column of VIQR; a cell of legal syllables only where its column is largely of another encoding that fits better.
    """
    columns = cells.select(pl.selectors.string())
    if not columns.width:
        return Repaired(cells, DECISIONS.to_frame(), DECODED.to_frame(), seen)
    texts = telling_texts(columns)
    found, seen = readings(texts, limits.rarity_single_byte if single_byte else limits.rarity, seen, limits)
    by_column = found.partition_by("column", as_dict=True, include_key=False)
    parts = [_column(series, by_column.get((series.name,))) for series in columns]
    return Repaired(
        cells.with_columns(series for series, _, _ in parts),
        pl.concat(decisions for _, decisions, _ in parts),
        pl.concat(decoded for _, _, decoded in parts),
        seen,
    )


def is_plain(text: str) -> bool:
    """Whether a text reads the same in every encoding: ASCII without the marks of VIQR."""
    return text.isascii() and not re.search(VIQR_ODD, text)


def _column(series: pl.Series, found: pl.DataFrame | None) -> tuple[pl.Series, pl.DataFrame, pl.DataFrame]:
    """One column repaired, its decisions and the cells that were decoded; `found` is what `readings` gave for it."""
    if found is None:
        whole = pl.DataFrame([[series.name], [AS_IS], [series.count()], [1.0]], schema=DECISIONS)
        return series, whole, DECODED.to_frame()
    frame = (
        pl.DataFrame({"value": series}).with_row_index("row").join(found, on="value", how="left", maintain_order="left")
    )
    told = frame.drop_nulls("encoding").group_by("encoding").agg(pl.len().alias("cells"), pl.mean("confidence"))
    told = told.sort("cells", "encoding", descending=[True, False])
    own = told["encoding"][0] if told.height else AS_IS
    silent = series.count() - told["cells"].sum()
    decisions = (told if told.height else pl.DataFrame({"encoding": [own], "cells": [0], "confidence": [1.0]})).select(
        pl.lit(series.name).alias("column"),
        "encoding",
        pl.col("cells").cast(pl.Int64) + pl.when(pl.col("encoding") == own).then(silent).otherwise(0),
        "confidence",
    )
    decoded = frame.filter(pl.col("text") != pl.col("value")).select(
        "row", pl.lit(series.name).alias("column"), "encoding", "confidence"
    )
    return frame.select(pl.coalesce("text", "value").alias(series.name)).to_series(), decisions, decoded


def told_encoding(encoding: str, decisions: pl.DataFrame) -> str:
    """The encoding of a file and of what stood in it, the most frequent first: `utf-8 (tcvn3)`, or `tcvn3` alone.

    `encoding` is how its bytes became text; a file of undecoded bytes is named for what they turned out to be.
    """
    inner = (
        decisions.filter(~pl.col("encoding").is_in([AS_IS, NFD]))
        .group_by("encoding")
        .agg(pl.col("cells").sum())
        .sort("cells", "encoding", descending=[True, False])["encoding"]
        .to_list()
    )
    if not inner:
        return encoding
    return ", ".join(inner) if encoding == "windows-1252" else f"{encoding} ({', '.join(inner)})"
