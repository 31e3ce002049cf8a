"""Whole rows of a table that are no records: its header once more, and rows that add up others."""

from collections.abc import Sequence

import polars as pl

from pipelines.ingest.totals import is_total_row, may_be_total_row


def kinds_of_rows(cells: pl.DataFrame, header: Sequence[str], heads: Sequence[Sequence[str]]) -> pl.Series:
    """What each row of decoded cells `c0`, `c1`, … is: `header` where it repeats one of the header, `total`, `record`.

    `heads` are the rows that make up the header, `header` what they say together.
    """
    rows = [[_folded(cell) for cell in head] for head in (header, *heads) if len(head) == len(header) and any(head)]
    # Most rows are told from a header by one cell, and from a total by their first letters.
    marks = [max(range(len(row)), key=lambda at: len(row[at])) for row in rows]
    may_be_header = pl.any_horizontal(_folded_cell(at) == row[at] for at, row in zip(marks, rows, strict=True))
    likely = cells.with_row_index("at").filter(may_be_header | may_be_total_row(len(header)))
    told = likely.select(
        "at",
        pl.when(
            pl.any_horizontal(
                pl.all_horizontal(_folded_cell(at) == cell for at, cell in enumerate(row)) for row in rows
            )
        )
        .then(pl.lit("header"))
        .when(is_total_row(len(header)))
        .then(pl.lit("total"))
        .otherwise(pl.lit("record"))
        .alias("kind"),
    )
    return (
        pl.repeat("record", cells.height, dtype=pl.String, eager=True).alias("kind").scatter(told["at"], told["kind"])
    )


def _folded(cell: str) -> str:
    return " ".join(cell.lower().split())


def _folded_cell(at: int) -> pl.Expr:
    return pl.col(f"c{at}").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
