"""A deployment's own reference table: a CSV that an officer wrote, mostly in Excel, read line by line.

What the columns mean belongs to the module that asks; here is what all such files have in common.
"""

import csv
import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.problems import UnusableInput


@dataclass(frozen=True)
class ReferenceCsv:
    """The lines of the file; none when there is no file."""

    name: str
    lines: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """The number of a line, from 1, and its cells by column, without spaces around them."""
    sha256: str = ""
    """Of the file; empty when there is none."""

    def defect(self, line: int, vi: str, en: str) -> UnusableInput:
        """What is wrong with a line, to raise: the sentence names the file and the line."""
        return UnusableInput(f"Tệp «{self.name}», dòng {line}: {vi}", f"{self.name}, line {line}: {en}")


def read_reference_csv(path: Path, needed: Collection[str], allowed: Collection[str] | None = None) -> ReferenceCsv:
    """Read the file, UTF-8 with or without BOM, its columns parted by comma or semicolon; lines without text are none.

    Raises UnusableInput when it is no CSV in UTF-8, lacks one of the columns `needed`, has a column beyond these and
    `allowed` (None: any may stand there), or a line has more cells than there are columns.
    """
    if not path.is_file():
        return ReferenceCsv(path.name)
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableInput(
            f"Tệp «{path.name}» không phải UTF-8; hãy lưu lại theo «CSV UTF-8».", f"{path.name} is not UTF-8."
        ) from None
    # Excel writes semicolons where the comma is the decimal sign, as in Vietnam.
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [cell.strip().lower() for cell in next(rows, [])]
    table = ReferenceCsv(path.name, [], hashlib.sha256(content).hexdigest())
    if not set(needed) <= set(columns):
        raise table.defect(
            1,
            f"cần các cột {', '.join(needed)}.",
            f"the columns {', '.join(needed)} are needed.",
        )
    strange = [] if allowed is None else [name for name in columns if name and name not in {*needed, *allowed}]
    if strange or len({*columns} - {""}) < len([name for name in columns if name]):
        raise table.defect(
            1,
            f"có cột lạ hoặc cột lặp lại; các cột có thể dùng là {', '.join([*needed, *(allowed or ())])}.",
            "a column is unknown or stands there twice.",
        )
    for row in rows:
        cells = [cell.strip() for cell in row]
        if any(cells[len(columns) :]):
            raise table.defect(rows.line_num, "có nhiều ô hơn số cột.", "there are more cells than columns.")
        if any(cells):
            table.lines.append((rows.line_num, dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))))
    return table
