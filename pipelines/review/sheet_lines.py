"""The sheets of a workbook that came back, as text: which lines are asked about, by their keys, wherever they stand."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fastexcel
import polars as pl

from pipelines.ingest.containers import is_too_large
from pipelines.review.keys import Machine, key, machine_of, read_key
from pipelines.review.workbook_words import MACHINE


@dataclass(frozen=True)
class Line:
    """A line of a sheet: its number as Excel shows it, and its cells by the marker of their column."""

    number: int
    cells: Mapping[str, str]


class Refused(Exception):
    """A line that cannot be taken, and the end of a sentence that tells why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True)
class SheetLines:
    """The lines with a key by number of case and role, those without one that hold a text, and those with a bad one."""

    keyed: Mapping[tuple[int, str], Sequence[Line]]
    unkeyed: Sequence[Line]
    altered: Sequence[Line]


@dataclass
class Page:
    """One sheet as far as it was read: what is wrong with it, by the number of the line."""

    machine: Machine
    sheet: str
    markers: Sequence[str]
    problems: list[tuple[int, str]] = field(default_factory=list)

    def lines(self, sheets: Mapping[str, pl.DataFrame]) -> SheetLines | None:
        """The lines of this sheet; None, and a problem, when they are lost."""
        found = None
        if self.sheet in sheets:
            found = lines_of(sheets[self.sheet], self.sheet, self.machine.seal, self.markers)
        if found is None:
            self.problems.append((1, "thiếu dòng ẩn đầu trang hoặc thiếu cột; hãy xuất sổ mới"))
            return None
        for line in found.altered:
            self.problems.append((line.number, "khóa ẩn của dòng đã bị sửa, hoặc dòng được chép từ sổ khác"))
        return found

    def name(self, lines: SheetLines) -> str:
        """The name at the top of the sheet."""
        return next((spaced(line.cells[self.markers[2]]) for line in lines.keyed.get((0, "name"), [])), "")

    def sentences(self) -> list[str]:
        """The problems in the order of their lines, one Vietnamese sentence each."""
        return [f"{place(self.sheet, line)}{why}." for line, why in sorted(self.problems)]


def place(sheet: str, line: int) -> str:
    """How a sentence about a line begins."""
    return f"Trang «{sheet}», dòng {line}: "


def spaced(text: str) -> str:
    """A text with single spaces."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """A choice as it is compared: whatever its case and spacing."""
    return spaced(text).casefold()


def the_filled(lines: Sequence[Line], places: Sequence[str], block: str) -> Line | None:
    """The one of these lines that is filled in at these places; refused when several are. `block`: what they answer."""
    filled = [line for line in lines if any(line.cells[at] for at in places)]
    if len(filled) > 1:
        raise Refused(filled[1].number, f"{block} này đã được trả lời ở dòng {filled[0].number}")
    return filled[0] if filled else None


def machine_sheet(sheets: Mapping[str, pl.DataFrame]) -> Machine | None:
    """What the hidden sheet of a workbook holds; None when it has none, or an altered one."""
    return machine_of(sheets[MACHINE].rows()) if MACHINE in sheets else None


def read_sheets(path: Path) -> dict[str, pl.DataFrame] | None:
    """Every sheet's cells as text without spaces around, from its first line on; None when it is no workbook."""
    try:
        content = path.read_bytes()
        if is_too_large(io.BytesIO(content)):
            return None
        book = fastexcel.read_excel(content)
        return {name: _as_text(book, name) for name in book.sheet_names}
    except Exception:  # whatever the library meets in a damaged file is one thing to the officer
        return None


def _as_text(book: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    # Without `skip_rows`, empty lines above the first would be left out of the count.
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return sheet.select(pl.all().fill_null("").str.normalize("NFC").str.strip_chars())


def lines_of(sheet: pl.DataFrame, name: str, seal: str, markers: Sequence[str]) -> SheetLines | None:
    """The lines of a sheet of the workbook with this seal; None when the line that marks its columns is lost.

    Lines that are only there to be read are left out, so that few are looked at one by one.
    """
    marking = key(seal, name, 0, "columns")
    found = sheet.filter(pl.any_horizontal(pl.all() == marking)).head(1).rows()
    marked = found[0] if found else ()
    if not found or not set(markers[1:]) <= set(marked):
        return None
    keys = sheet.columns[marked.index(marking)]
    columns = {marker: sheet.columns[marked.index(marker)] for marker in markers[1:]}
    asked = sheet.with_row_index("line_number", offset=1).filter(
        ~pl.col(keys).is_in([marking, key(seal, name, 0, "shown")])
        & ((pl.col(keys) != "") | pl.any_horizontal(pl.col(column) != "" for column in columns.values()))
    )
    keyed: dict[tuple[int, str], list[Line]] = {}
    unkeyed: list[Line] = []
    altered: list[Line] = []
    for number, text, *cells in asked.select("line_number", keys, *columns.values()).iter_rows():
        line = Line(number, dict(zip(columns, cells, strict=True)))
        known = read_key(seal, name, text)
        if known:
            keyed.setdefault(known, []).append(line)
        else:
            (altered if text else unkeyed).append(line)
    return SheetLines(keyed, unkeyed, altered)
