"""An export as a CSV: its main table, UTF-8 with a byte-order mark, no cell that a spreadsheet would compute."""

from pathlib import Path

import polars as pl

from pipelines.exports.layout import Document
from pipelines.spreadsheets import harmless


def write_csv(document: Document, path: Path) -> None:
    """Write the document's main table, headings on the first line."""
    table = document.main.shown.with_columns(harmless(pl.col(pl.String)))
    # As one text: what the disk refuses is then said by Python, which tells the cause.
    path.write_text(table.write_csv(include_bom=True, line_terminator="\r\n"), encoding="utf-8", newline="")
