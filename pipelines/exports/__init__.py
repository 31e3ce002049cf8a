"""Files for others, made from a published warehouse: the list of Plan 515, the people in part hidden, the map sheets.

One function a kind says what its file holds (`plan515`, `masked`, `sheet_map`); how a workbook or a CSV is written is
the same for all. Exports hold personal data in clear only where their purpose needs it, and say so on their first
lines.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb

from pipelines.exports.about import About
from pipelines.exports.csv_file import write_csv
from pipelines.exports.excel import write_xlsx
from pipelines.exports.layout import Document
from pipelines.exports.masked import masked
from pipelines.exports.plan515 import plan515
from pipelines.exports.sheet_map import sheet_map
from pipelines.exports.text_file import write_text
from pipelines.problems import UnusableInput
from pipelines.spreadsheets import written_whole
from pipelines.warehouse.reading import open_warehouse

KINDS: Final[dict[str, Callable[[duckdb.DuckDBPyConnection, About], Document]]] = {
    "plan515": plan515,
    "masked": masked,
    "sheet-map": sheet_map,
}
"""What can be exported: from a warehouse's connection to what the file holds."""

_WRITERS: Final[dict[str, Callable[[Document, Path], None]]] = {".xlsx": write_xlsx, ".csv": write_csv}


def write_export(kind: str, warehouse: Path, target: Path) -> Document:
    """Write an export of a published warehouse to a new file, whole or not at all; returns what stands in it.

    The suffix of `target` says which file: `.xlsx`, or `.csv` with the first table alone, beside which lies as a text
    what must go along with it. Raises UnusableInput when it is neither, stands already, or cannot be written.
    """
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise UnusableInput(
            f"Tên tệp «{target.name}» phải kết thúc bằng {' hoặc '.join(_WRITERS)}.",
            f"{target.name} must end in {' or '.join(_WRITERS)}.",
        )
    _refuse(target)
    with open_warehouse(warehouse) as connection:
        document = KINDS[kind](connection, About.read(connection))
    along = [page for page in document.pages if page.goes_along] if write is write_csv else []
    beside = file_beside(target)
    if along:
        _refuse(beside)
    with written_whole(target) as part:
        write(document, part)
        if along:  # takes its place first: without it the table is not handed on
            with written_whole(beside) as text:
                write_text(along, text)
    return document


def file_beside(target: Path) -> Path:
    """Where the text lies that must go along with a CSV."""
    return target.with_name(f"{target.stem}.phuong-phap.txt")


def _refuse(target: Path) -> None:
    if target.exists():
        raise UnusableInput(f"Tệp «{target}» đã có; hãy chọn tên khác.", f"{target} exists already.")
