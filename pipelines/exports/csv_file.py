"""An export as a CSV: its main table, UTF-8 with a byte-order mark, no cell that a spreadsheet would compute."""

from pathlib import Path

import polars as pl

from pipelines.exports.layout import Document


def write_csv(document: Document, path: Path) -> None:
    """Write the document's main table, headings on the first line."""
    with path.open("wb") as file:
        document.main.shown.with_columns(_harmless()).write_csv(file, include_bom=True, line_terminator="\r\n")


def _harmless() -> pl.Expr:
    """The texts, with an apostrophe before what a spreadsheet would take for a formula."""
    return pl.col(pl.String).str.replace(r"^([=+\-@\t\r\n])", "'${1}")
