"""Whole rows of a table that are no records: its header once more, totals, headings of a part of it, signatures."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from pipelines.ingest.headers import (
    PERSON,
    YEAR_OF_MAN,
    YEAR_OF_WOMAN,
    Columns,
    known_spellings,
    numbers_rows,
    recognised,
)
from pipelines.ingest.layout import Layout
from pipelines.ingest.totals import is_total_row, may_be_total_row

_HEADING: Final = (
    r"(?i)^\s*(?:(?:thôn|xóm|tổ|khu|đội|tdp|ấp|cụm|tờ bản đồ|xứ đồng|người lập|người ghi|lập biểu|cán bộ|chủ tịch"
    r"|trưởng|kế toán|tm\.|t/m|ủy ban|uỷ ban|nơi nhận)\b|\(?ký|(?:[^,]{1,40},\s*)?ngày\s*[\d.…]+\s*tháng|trang\s*\d)"
)
"""What stands alone in a row above the people of a hamlet or the parcels of a sheet, or below them all."""
_MOST_IN_HEADING: Final = 3


def kinds_of_rows(cells: pl.DataFrame, layout: Layout, heads: Sequence[Sequence[str]]) -> pl.Series:
    """What each row of decoded cells `c0`, `c1`, … is: `header`, `total`, `title`, `nameless` or `record`.

    `heads` are the rows that make up the layout's header. A row repeats the header when it says the same, or when it
    holds nothing but names of columns.
    """
    header, first = layout.header, layout.columns.first_required
    written = [head for head in (header, *heads) if len(head) == len(header) and any(head)]
    rows = list(dict.fromkeys(tuple(map(_folded, head)) for head in written))
    # Hundreds of thousands of rows are none of these: they are told by a cell or two, or by how full they are.
    marks = [first if row[first] else max(range(len(row)), key=lambda at: len(row[at])) for row in rows]
    says_columns = [at for at, cell in enumerate(header) if not numbers_rows(cell)]
    filled = pl.sum_horizontal(pl.col(f"c{at}") != "" for at in says_columns)
    names_a_column = pl.col(f"c{first}").str.to_lowercase().is_in(known_spellings())
    likely = cells.with_row_index("at").filter(
        pl.any_horizontal(_folded_cell(at) == row[at] for at, row in zip(marks, rows, strict=True))
        | names_a_column
        | (filled <= _MOST_IN_HEADING)
        | lacks_all_required(layout.columns)
        | may_be_total_row(len(header))
    )
    repeated = [pl.all_horizontal(_folded_cell(at) == cell for at, cell in enumerate(row)) for row in rows]
    names_alone = [row[0] for row in likely.filter(names_a_column).iter_rows() if _names_alone(row[1:])]
    told = likely.select(
        "at",
        pl.when(pl.any_horizontal(repeated) | pl.col("at").is_in(names_alone))
        .then(pl.lit("header"))
        .when(is_total_row(len(header)))
        .then(pl.lit("total"))
        .when(_is_heading(range(len(header)), says_columns))
        .then(pl.lit("title"))
        .when(lacks_all_required(layout.columns))
        .then(pl.lit("nameless"))
        .otherwise(pl.lit("record"))
        .alias("kind"),
    )
    kinds = pl.repeat("record", cells.height, dtype=pl.String, eager=True).alias("kind")
    return kinds.scatter(told["at"], told["kind"])


def _names_alone(row: Sequence[str]) -> bool:
    """Whether at least two cells are filled, and each names a column that is known."""
    filled = [cell for cell in row if cell.strip()]
    return len(filled) > 1 and all(recognised([cell]) or numbers_rows(cell) for cell in filled)


def _is_heading(columns: Sequence[int], says_columns: Sequence[int]) -> pl.Expr:
    """Whether nothing but headings stands in these columns; beside them their number, in a column of row numbers."""
    filled = {at: pl.col(f"c{at}").str.strip_chars() != "" for at in columns}
    is_heading = {at: pl.col(f"c{at}").str.contains(_HEADING) for at in columns}
    is_number = {at: pl.col(f"c{at}").str.contains(r"^\s*[IVXLC\d.]+\s*$") for at in columns if at not in says_columns}
    nothing_else = pl.all_horizontal(~filled[at] | is_heading[at] | is_number.get(at, pl.lit(False)) for at in columns)
    some = pl.any_horizontal(filled[at] & is_heading[at] for at in columns)
    return nothing_else & some & (pl.sum_horizontal(filled.values()) <= _MOST_IN_HEADING)


def _folded(cell: str) -> str:
    return " ".join(cell.lower().split())


def _folded_cell(at: int) -> pl.Expr:
    return pl.col(f"c{at}").str.to_lowercase().str.replace_all(r"\s{2,}|[\s--\x20]", " ").str.strip_chars()


def lacks_all_required(columns: Columns) -> pl.Expr:
    """Whether a record has nothing in any of the columns that tell whose or which it is."""
    names = ("so_to", "so_thua") if columns.dataset == "parcels" else (*PERSON, YEAR_OF_MAN, YEAR_OF_WOMAN)
    places = [columns.by_column[name] for name in names if name in columns.by_column]
    return pl.all_horizontal(pl.col(f"c{at}").str.strip_chars() == "" for at in places)
