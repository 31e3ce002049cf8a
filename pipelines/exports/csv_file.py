"""An export as a CSV: its main table, UTF-8 with a byte-order mark, no cell that a spreadsheet would compute."""

from pathlib import Path

import polars as pl

from pipelines.exports.layout import Document
from pipelines.spreadsheets import harmless


def write_csv(document: Document, path: Path) -> None:
    """Write the document's main table, headings on the first line."""
    with path.open("wb") as file:
        document.main.shown.with_columns(harmless(pl.col(pl.String))).write_csv(
            file, include_bom=True, line_terminator="\r\n"
        )
