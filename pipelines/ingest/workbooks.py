"""The sheets of an `.xlsx` workbook, as rows of text cells."""

import io
from typing import Final

import polars as pl

WIDEST: Final = 2000


def read_sheets(content: bytes) -> dict[str, pl.DataFrame] | None:
    """Every sheet's cells as text (`c0`, `c1`, …; empty cells as empty text), or None when it is no workbook.

    Rows stand as in the sheet, from its first row on; whole numbers have no decimals, as Excel shows them.
    """
    try:
        sheets = pl.read_excel(
            io.BytesIO(content),
            sheet_id=0,
            engine="calamine",
            has_header=False,
            infer_schema_length=0,
            drop_empty_rows=False,
            drop_empty_cols=False,
            raise_if_empty=False,
        )
    except Exception:
        return None
    return {name: _text(frame) for name, frame in sheets.items() if 0 < frame.width <= WIDEST}


def _text(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col(column).cast(pl.String).fill_null("").str.replace(r"^(-?\d+)\.0$", "$1").alias(f"c{at}")
        for at, column in enumerate(frame.columns)
    )
