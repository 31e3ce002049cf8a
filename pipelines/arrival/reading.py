"""What was read in a file, table by table: counts, what is kept apart and why, and where its rows belong.

A receipt tells it of what arrived, and the report of the source files of what a run would read. Nothing of what a row
says stands here.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl
from pydantic import BaseModel

LINES_TOLD: Final = 50
"""Lines that are told of one reason in one table."""


class SetAside(BaseModel, frozen=True):
    """How many records have one reason (a code, or a sentence in Vietnamese), and the lines of the first of them."""

    reason: str
    records: int
    lines: tuple[int, ...]


class TableRead(BaseModel, frozen=True):
    """One table: a file, a sheet of it, or a member of an archive."""

    name: str
    dataset: str
    """`citizens`, `parcels`, or `unknown` where the header is not understood."""
    records: int
    loaded: int
    quarantined: int
    set_aside: tuple[SetAside, ...] = ()
    """The quarantined records by reason code."""
    placed: int | None = None
    """Of the loaded ones, those in this new commune; none where nothing was placed yet, as on a receipt."""
    unplaced: int | None = None
    elsewhere: int | None = None
    waiting: tuple[SetAside, ...] = ()
    """The unplaced records by why they are so."""


def tables_read(files: pl.DataFrame, quarantine: pl.DataFrame, unplaced: pl.DataFrame | None = None) -> list[TableRead]:
    """The tables of what was read, in order.

    `files`: as `pipelines.ingest` balances them, with `placed`, `unplaced` and `elsewhere` if the rows were placed.
    `quarantine`: `source_file`, `source_line`, `reason_code`. `unplaced`: `source_file`, `source_line`, `reason`.
    """
    apart = _by_table(quarantine.rename({"reason_code": "told"}))
    waiting = {} if unplaced is None else _by_table(unplaced.rename({"reason": "told"}))
    return [
        TableRead(
            name=row["source_file"],
            dataset=row["dataset"] or "unknown",
            set_aside=apart.get(row["source_file"], ()),
            waiting=waiting.get(row["source_file"], ()),
            **{name: row[name] for name in _COUNTS if name in row},
        )
        for row in files.iter_rows(named=True)
    ]


_COUNTS: Final = ("records", "loaded", "quarantined", "placed", "unplaced", "elsewhere")


def _by_table(rows: pl.DataFrame) -> dict[str, tuple[SetAside, ...]]:
    lines = pl.col("source_line").sort().head(LINES_TOLD)
    counted = rows.group_by("source_file", "told").agg(pl.len().alias("records"), lines.alias("lines"))
    tables = counted.sort("source_file", -pl.col("records").cast(pl.Int64), "told").partition_by("source_file")
    return {table["source_file"][0]: tuple(_set_aside(table)) for table in tables}


def _set_aside(table: pl.DataFrame) -> Iterator[SetAside]:
    for row in table.iter_rows(named=True):
        yield SetAside(reason=row["told"], records=row["records"], lines=row["lines"])
