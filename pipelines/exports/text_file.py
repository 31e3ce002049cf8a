"""Pages of an export as a plain text, for what must lie beside a CSV: titles, then each row of a table as one line."""

from collections.abc import Iterable
from pathlib import Path

from pipelines.exports.layout import Page, Table


def write_text(pages: Iterable[Page], path: Path) -> None:
    """Write the pages one below the other, UTF-8 with a byte-order mark."""
    blocks = [line for page in pages for line in (*page.titles, *_lines(page.tables), "")]
    path.write_text("\r\n".join(blocks), encoding="utf-8-sig", newline="")


def _lines(tables: Iterable[Table]) -> list[str]:
    lines = []
    for table in tables:
        first, *others = (column.heading for column in table.columns)
        lines += ["", f"{first}: {'; '.join(others)}"]
        for cells in table.shown.iter_rows():
            what, *rest = ("" if cell is None else str(cell) for cell in cells)
            lines.append(f"- {what}: {'; '.join(rest)}")
    return lines
