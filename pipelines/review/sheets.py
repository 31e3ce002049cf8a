"""How a workbook looks in which officers answer: protected sheets, rows side by side, cells to fill in, hidden keys.

Only the cells of answers can be written in; every text is a text, whatever it begins with; there is no formula, macro
or link. What is asked does not belong here, nor how an answer is read back (`sheet_lines`).
"""

import textwrap
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.problems import UnusableInput
from pipelines.review import workbook_words as words
from pipelines.review.blocks import ShownField, ShownRow
from pipelines.review.keys import Machine, key
from pipelines.spreadsheets import TEXT, new_workbook, print_on

ROWS_A_BAND: Final = 6
"""Rows of a block side by side: what a screen of 1366 pixels and a sheet of paper show without scrolling."""

MARKERS: Final = ("key", "label", *(str(at) for at in range(1, ROWS_A_BAND + 1)))
"""What the hidden first line calls the columns, so that they are known again should one be inserted."""
ANSWER, NOTE, WHO = "1", "3", "5"
"""The columns of a block's answer line, by their markers."""

_TEXT_WIDTH: Final = 140
"""Letters that one line of text holds across a block."""

_BOX: Final = {"border": 1, "border_color": "#BFBFBF", "text_wrap": True}
_TO_FILL: Final = {**_BOX, "locked": False, "num_format": 49, "bg_color": "#E2EFDA", "border_color": "#548235"}
"""49 is the format of text: what is typed there becomes no date, number or formula."""
_FORMATS: Final[dict[str, dict[str, object]]] = {
    "title": {"bold": True, "font_size": 14},
    "heading": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E79"},
    "blocking": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#9C0006"},
    "question": {"bold": True},
    "text": {},
    "wrapped": {"text_wrap": True},
    "faint": {"font_size": 9, "font_color": "#595959"},
    "label": {"bold": True, "font_color": "#404040", "bg_color": "#F2F2F2", **_BOX},
    "head": {"bold": True, "bg_color": "#DDEBF7", **_BOX},
    "cell": _BOX,
    "small": {"font_size": 9, "font_color": "#595959", **_BOX},
    "differs": {"bold": True, "bg_color": "#FFE699", **_BOX},
    "ask": {"bold": True, "align": "right", "text_wrap": True},
    "answer": _TO_FILL,
    "mark": {**_TO_FILL, "align": "center"},
    "answered": {"bg_color": "#548235"},
}


def refuse_target(target: Path) -> None:
    """Raise UnusableInput when `target` is no `.xlsx` or stands already: an officer's answers may be in it."""
    if target.suffix.lower() != ".xlsx":
        raise UnusableInput(f"Tên tệp «{target.name}» phải kết thúc bằng .xlsx.", f"{target.name} must end in .xlsx.")
    if target.exists():
        raise UnusableInput(
            f"Tệp «{target}» đã có, có thể đang chứa câu trả lời; hãy chọn tên khác.",
            f"{target} exists and may hold answers; choose another name.",
        )


def commune_of(manifest: Mapping[str, str]) -> str:
    """Kind, name and code of the new commune that a manifest is about."""
    kind, name = manifest.get("commune_kind", ""), manifest.get("commune_name", "")
    return f"{kind} {name} ({manifest.get('commune_code', '')})".strip()


class ReviewSheet:
    """A protected sheet that is written line by line; each line has its hidden key."""

    def __init__(self, sheet: Worksheet, formats: Mapping[str, Format], seal: str) -> None:
        self._sheet = sheet
        self._formats = formats
        self._seal = seal
        self._line = 0
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.hide_gridlines(2)

    def write(self, cells: Sequence[tuple[str, str]], number: int = 0, role: str = "shown") -> int:
        """Write the next line, its cells from the second column on; the line's position, from 0."""
        here = self._line
        self._sheet.write_string(here, 0, key(self._seal, self._sheet.name, number, role), self._formats["text"])
        for at, (text, style) in enumerate(cells, start=1):
            if text:
                self._sheet.write_string(here, at, text, self._formats[style])
            else:
                self._sheet.write_blank(here, at, None, self._formats[style])
        self._line += 1
        return here

    def write_free(self, columns: int, choices: Sequence[str]) -> None:
        """The next line as one of the officer's own: without a key, to be filled in, a drop-down in its first cell."""
        for at in range(1, columns + 1):
            self._sheet.write_blank(self._line, at, None, self._formats["answer"])
        self.choose(self._line, 1, 1, choices)
        self._line += 1

    def skip(self) -> None:
        """Leave a line empty."""
        self._line += 1

    def say(self, text: str, style: str) -> None:
        """A text over the whole width of a block, on as many lines as it needs."""
        width = _TEXT_WIDTH if style != "faint" else _TEXT_WIDTH * 6 // 5
        indent = text[: len(text) - len(text.lstrip())]
        for line in textwrap.wrap(text.lstrip(), width, initial_indent=indent, subsequent_indent=indent):
            self.write([(line, style)])

    def write_rows(self, rows: Sequence[ShownRow], fields: Sequence[ShownField], places: Sequence[int]) -> None:
        """The rows at these places side by side, a line for each field that any row of the block fills."""
        shown = [rows[place] for place in places]
        self.write([("", "label"), *((f"{words.ROW} {place + 1}", "head") for place in places)])
        if any(row.entity for row in shown):
            self.write([("Máy đang coi là", "label"), *((row.entity, "cell") for row in shown)])
        for field in fields:
            cells = [(field.texts[place], "differs" if field.differs[place] else "cell") for place in places]
            self.write([(field.label, "label"), *cells])
        self.write([("Xã cũ", "label"), *((row.old_commune, "cell") for row in shown)])
        self.write([("Tệp nguồn", "label"), *((row.place, "small") for row in shown)])
        self.write([("Mã dòng", "label"), *((row.short_id, "small") for row in shown)])

    def write_answer(self, number: int, answers: Sequence[str], heading: int, who: str = "Người trả lời") -> None:
        """The answer line: answer, note, who. The block's line `heading` tells by its colour that it is answered."""
        cells = [
            ("Trả lời", "ask"),
            ("", "answer"),
            ("Ghi chú", "ask"),
            ("", "answer"),
            (who, "ask"),
            ("", "answer"),
        ]
        line = self.write(cells, number, "answer")
        self.choose(line, 2, 2, answers)
        self._sheet.conditional_format(
            heading,
            1,
            heading,
            ROWS_A_BAND + 1,
            {"type": "formula", "criteria": f'=$C${line + 1}<>""', "format": self._formats["answered"]},
        )

    def choose(self, line: int, first: int, last: int, answers: Sequence[str]) -> None:
        """A drop-down in these cells, which takes nothing else."""
        self._sheet.data_validation(
            line,
            first,
            line,
            last,
            {
                "validate": "list",
                "source": list(answers),
                "error_title": "Chưa đúng",
                "error_message": "Xin chọn một trong các mục của danh sách, hoặc để trống.",
            },
        )

    def begin(
        self, markers: Sequence[str], widths: Sequence[float], title: str, default_name: str, who: str = "Người trả lời"
    ) -> None:
        """The top of the sheet, which stays when one scrolls: hidden markers, title, and who answers."""
        for at, width in enumerate(widths):
            self._sheet.set_column(at, at, width, None, {"hidden": at == 0})
        self.write([(marker, "text") for marker in markers[1:]], role="columns")
        self._sheet.set_row(0, None, None, {"hidden": True})
        self.write([(title, "title")], role="title")
        self.write([(who, "ask"), ("", "answer"), (default_name, "faint")], role="name")
        self._sheet.freeze_panes(self._line, 2)
        print_on(self._sheet, 1, self._line - 1)

    def end(self, columns: int) -> None:
        """What is printed: all that was written, without the hidden keys."""
        self._sheet.print_area(1, 1, max(self._line - 1, 1), columns - 1)


class ReviewBook:
    """A workbook of such sheets; what `machine` holds is written to the sheet that nobody sees."""

    def __init__(self, target: Path | BytesIO, manifest: Mapping[str, str], machine: Machine) -> None:
        self._workbook = new_workbook(target, commune_of(manifest), manifest.get("started_at", ""))
        self._formats = {style: self._workbook.add_format({**TEXT, **look}) for style, look in _FORMATS.items()}
        self._machine = machine

    def write_guide(
        self,
        title: str,
        subtitle: str,
        table: Sequence[Sequence[str]],
        guidance: Sequence[tuple[str, Sequence[str]]],
    ) -> None:
        """The first sheet: what the workbook is, a table with its heads in the first line, and how to answer."""
        sheet = self._workbook.add_worksheet(words.GUIDE)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 4, 24)
        sheet.write_string(0, 0, title, self._formats["title"])
        sheet.write_string(1, 0, subtitle, self._formats["faint"])
        for line, cells in enumerate(table, start=3):
            for at, text in enumerate(cells):
                sheet.write_string(line, at, text, self._formats["head" if line == 3 else "cell" if at else "label"])
        line = 3 + len(table)
        for heading, paragraphs in guidance:
            line += 1
            sheet.write_string(line, 0, heading, self._formats["question"])
            for paragraph in paragraphs:
                line += 1
                sheet.merge_range(line, 0, line, 4, "", self._formats["wrapped"])
                sheet.write_string(line, 0, paragraph, self._formats["wrapped"])
                sheet.set_row(line, 15.5 * len(textwrap.wrap(paragraph, 110)) + 3)
            line += 1
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.activate()

    def add_sheet(self, name: str) -> ReviewSheet:
        """The next sheet."""
        return ReviewSheet(self._workbook.add_worksheet(name), self._formats, self._machine.seal)

    def close(self) -> None:
        """Write the hidden sheet and finish the file."""
        hidden = self._workbook.add_worksheet(words.MACHINE)
        for line, cells in enumerate(self._machine.lines()):
            for at, text in enumerate(cells):
                if hidden.write_string(line, at, text, self._formats["text"]):
                    raise RuntimeError("a text is too long for the hidden sheet: answers could not be read back")
        hidden.protect()
        hidden.very_hidden()
        self._workbook.close()
