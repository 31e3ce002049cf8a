"""What an export holds, before it becomes a workbook or a CSV: pages of tables, their columns in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl


@dataclass(frozen=True)
class Column:
    """One column: what stands above it, and which column of the rows it shows."""

    heading: str
    name: str
    width: float = 12
    kind: Literal["text", "count", "area"] = "text"
    """Numbers whose zeros in front matter (codes, sheets, personal numbers) are texts."""
    group: str = ""
    """What stands above the heading, over all neighbours of the same group."""


@dataclass(frozen=True)
class Table:
    """Rows under their headings; `bold`: the column, not shown, that is true for rows of totals."""

    columns: tuple[Column, ...]
    rows: pl.DataFrame
    title: str = ""
    bold: str | None = None

    @property
    def shown(self) -> pl.DataFrame:
        """The rows as they are handed on: the columns in order, by their headings; an empty text is nothing."""
        shown = self.rows.select(pl.col(column.name).alias(column.heading) for column in self.columns)
        return shown.with_columns(pl.col(pl.String).replace("", None))


@dataclass(frozen=True)
class Page:
    """One worksheet: title lines, tables one below the other, and what is signed at the end.

    `standing`: how many columns stay when one scrolls to the right. `wide`: pages of paper side by side.
    `goes_along`: the first table must not be handed on without this page, so that it lies beside a CSV as a text.
    """

    name: str
    titles: tuple[str, ...]
    tables: tuple[Table, ...]
    signatures: tuple[tuple[str, ...], ...] = ()
    standing: int = 0
    paper: Literal["A3", "A4"] = "A4"
    wide: int = 1
    goes_along: bool = False


@dataclass(frozen=True)
class Document:
    """All that an export holds; the first table of the first page is what a CSV can hold of it.

    `made`: when the warehouse was made, ISO 8601. `notice`: what whoever holds the file must know.
    """

    title: str
    made: str
    notice: str
    pages: tuple[Page, ...]

    @property
    def main(self) -> Table:
        """The first table of the first page."""
        return self.pages[0].tables[0]


def in_number_order(columns: Iterable[str]) -> list[pl.Expr]:
    """What to sort by so that sheet 10 comes after sheet 9, and 10A after 10; what begins with no number is last."""
    order = []
    for column in columns:
        order += [pl.col(column).str.extract(r"^\s*([0-9]+)").cast(pl.Int64, strict=False), pl.col(column)]
    return order


def joined(texts: Iterable[pl.Expr], separator: str = "; ") -> pl.Expr:
    """Those of the texts that are there, one after the other."""
    return pl.concat_list(texts).list.drop_nulls().list.join(separator)
