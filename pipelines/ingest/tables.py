"""One document → its tables, a batch of records at a time: decoded cells, what is kept apart, and where lines went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from pipelines.ingest.headers import Columns
from pipelines.ingest.repair import DECISIONS, Repaired

REJECTED = pl.Schema({"source_line": pl.Int64, "reason_code": pl.String, "raw_bytes": pl.Binary})
_DECODED_CELL = pl.Struct({"column_name": pl.String, "encoding": pl.String, "confidence": pl.Float64})
DECODED = pl.Schema({"source_line": pl.Int64(), "raw_bytes": pl.Binary(), "cells": pl.List(_DECODED_CELL)})

EMPTY: Final = "trống."
"""The problem of a table without a line."""


@dataclass(frozen=True)
class Tally:
    """How many physical lines there are, and how many of each kind; only `physical` is counted by itself."""

    physical: int = 0
    titles: int = 0
    headers: int = 0
    blank: int = 0
    totals: int = 0
    records: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Batch:
    """Some records of a table, in the order of the file, and the lines that they and all between them take.

    `cells`: `source_line` (the physical line where a record starts, from 1), then `c0`, `c1`, … decoded. `rejected`
    (REJECTED): records that cannot be read, with their bytes. `decoded` (DECODED): records of which some cell was
    decoded from a legacy encoding, or some byte is of none, with their bytes and what was decided of each such cell.
    `decisions`: `column`, `encoding`, `cells`, `confidence`. All columns are named `c0`, `c1`, ….
    """

    cells: pl.DataFrame
    tally: Tally
    rejected: pl.DataFrame = field(default_factory=REJECTED.to_frame)
    decoded: pl.DataFrame = field(default_factory=DECODED.to_frame)
    decisions: pl.DataFrame = field(default_factory=DECISIONS.to_frame)


@dataclass(frozen=True)
class Table:
    """One table of a document; `batches` can be taken once.

    `columns` is None when the header is not understood; then every line that is not blank is rejected, and `problem`
    says why, as the end of a Vietnamese sentence.
    """

    name: str
    encoding: str
    batches: Iterator[Batch]
    header: list[str] = field(default_factory=list)
    columns: Columns | None = None
    problem: str = ""


def unread(name: str, code: str, problem: str, head: bytes) -> Table:
    """A document that cannot be read at all: one rejected record, with the first of its bytes."""
    batch = Batch(_no_cells(), Tally(physical=1, records=1), rejected([(1, code, head)]))
    return Table(name, "", iter([batch]), problem=problem)


def without_cells(rows: list[tuple[int, str, bytes]], physical: int) -> Batch:
    """A batch of a table whose header is not understood: every line that is not blank is rejected."""
    tally = Tally(physical=physical, records=len(rows), blank=physical - len(rows))
    return Batch(_no_cells(), tally, rejected(rows))


def rejected(rows: Sequence[tuple[int, str, bytes]]) -> pl.DataFrame:
    """Rejected records (line, reason code, bytes) as a frame."""
    return pl.DataFrame(rows, schema=REJECTED, orient="row")


def decoded_rows(rows: pl.Series, repaired: Repaired, lines: pl.Series, raw: Sequence[bytes]) -> pl.DataFrame:
    """What was decoded, as DECODED, of the records at these positions (`rows`), whose bytes are `raw`.

    `lines` are the lines where all records that were repaired start.
    """
    cell = pl.struct(pl.col("column").alias("column_name"), "encoding", "confidence")
    cells = repaired.decoded.group_by("row").agg(cell.alias("cells"))
    chosen = pl.DataFrame({"row": rows.cast(pl.UInt32), "source_line": lines.gather(rows)})
    return (
        chosen.with_columns(pl.Series("raw_bytes", raw, dtype=pl.Binary))
        .join(cells, on="row", how="left", maintain_order="left")
        .select("source_line", "raw_bytes", pl.col("cells").fill_null([]))
    )


def _no_cells() -> pl.DataFrame:
    return pl.DataFrame(schema={"source_line": pl.Int64})
