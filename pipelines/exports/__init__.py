"""Files for others, made from a published warehouse: the list of Plan 515, and the reference table of map sheets.

One function a kind says what its file holds (`plan515`, `sheet_map`); how a workbook or a CSV is written is the same
for all. Exports hold personal data in clear only where their purpose needs it, and say so on their first lines.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb

from pipelines.exports.about import About
from pipelines.exports.csv_file import write_csv
from pipelines.exports.excel import write_xlsx
from pipelines.exports.layout import Document
from pipelines.exports.plan515 import plan515
from pipelines.exports.sheet_map import sheet_map
from pipelines.problems import UnusableInput
from pipelines.spreadsheets import written_whole
from pipelines.warehouse.reading import open_warehouse

KINDS: Final[dict[str, Callable[[duckdb.DuckDBPyConnection, About], Document]]] = {
    "plan515": plan515,
    "sheet-map": sheet_map,
}
"""What can be exported: from a warehouse's connection to what the file holds."""

_WRITERS: Final[dict[str, Callable[[Document, Path], None]]] = {".xlsx": write_xlsx, ".csv": write_csv}


def write_export(kind: str, warehouse: Path, target: Path) -> Document:
    """Write an export of a published warehouse to a new file, whole or not at all; returns what stands in it.

    The suffix of `target` says which file: `.xlsx`, or `.csv` with the first table alone. Raises UnusableInput when it
    is neither, stands already, or cannot be written.
    """
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise UnusableInput(
            f"Tên tệp «{target.name}» phải kết thúc bằng {' hoặc '.join(_WRITERS)}.",
            f"{target.name} must end in {' or '.join(_WRITERS)}.",
        )
    if target.exists():
        raise UnusableInput(f"Tệp «{target}» đã có; hãy chọn tên khác.", f"{target} exists already.")
    with open_warehouse(warehouse) as connection:
        document = KINDS[kind](connection, About.read(connection))
    with written_whole(target) as part:
        write(document, part)
    return document
