"""Cases of a published warehouse → a workbook that officers can work in: a case a block, its rows side by side.

Only the cells of answers can be written in; every text is a text, whatever it begins with; there is no formula, macro
or link. Who reads it back is `answers`.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.problems import UnusableInput
from pipelines.reports.asking import rows_of
from pipelines.reports.labels import CASE_REASONS, DECISION_KINDS, MODES, word
from pipelines.review import workbook_words as words
from pipelines.review.blocks import Case, Queue, ShownField, old_communes_of, queue_of
from pipelines.review.keys import AskedCase, Machine, key
from pipelines.spreadsheets import TEXT, new_workbook, print_on, written_whole
from pipelines.warehouse.reading import open_warehouse

ROWS_A_BAND: Final = 6
"""Rows of a case side by side: what a screen of 1366 pixels and a sheet of paper show without scrolling."""

MARKERS: Final = ("key", "label", *(str(at) for at in range(1, ROWS_A_BAND + 1)))
"""What the hidden first line calls the columns, so that they are known again should one be inserted."""
ANSWER, NOTE, WHO = "1", "3", "5"
"""The columns of a case's answer line, by their markers."""
OTHER_MARKERS: Final = ("key", "deed", "ids", "note", "who")

_OTHER_LINES: Final = 200
_TEXT_WIDTH: Final = 140
"""Letters that one line of text holds across a block."""
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FACTS: Final = ("commune_code", "mode", "logical_hash", "run_id", "model_name.citizens", "model_name.parcels")

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


@dataclass(frozen=True)
class Exported:
    """How many cases the workbook shows, and how many there are, by data set."""

    shown: dict[str, int]
    waiting_for_an_answer: dict[str, int]


def write_workbook(
    warehouse: Path,
    target: Path,
    *,
    most: int = 500,
    most_rows: int = 12,
    own_headers: Mapping[str, Mapping[str, str]] | None = None,
) -> Exported:
    """Write the review cases of a published warehouse to a new workbook, the first `most` of each data set.

    A case shows at most `most_rows` rows. `own_headers`: a deployment's own mapping of headers by old commune (an empty
    code: every one). Raises
    UnusableInput when `target` is no `.xlsx`, stands already (an officer's answers may be in it) or cannot be written.
    """
    if target.suffix.lower() != ".xlsx":
        raise UnusableInput(f"Tên tệp «{target.name}» phải kết thúc bằng .xlsx.", f"{target.name} must end in .xlsx.")
    if target.exists():
        raise UnusableInput(
            f"Tệp «{target}» đã có, có thể đang chứa câu trả lời; hãy chọn tên khác.",
            f"{target} exists and may hold answers; choose another name.",
        )
    with open_warehouse(warehouse) as connection:
        manifest = {row["key"]: row["value"] or "" for row in rows_of(connection, "FROM manifest")}
        queues = {
            dataset: queue_of(
                connection,
                dataset,
                most=most,
                most_rows=min(most_rows, len(LETTERS)),
                old_communes=old_communes_of(manifest),
                own_headers=own_headers or {},
            )
            for dataset in words.SHEETS
        }
    numbered = dict(enumerate((case for queue in queues.values() for case in queue.cases), start=1))
    machine = Machine(
        {name: manifest[name] for name in _FACTS if manifest.get(name)},
        {number: AskedCase.of(case) for number, case in numbered.items() if case.answerable},
    )
    with written_whole(target) as part:
        _write(part, manifest, queues, machine)
    return Exported(
        {dataset: len(queue.cases) for dataset, queue in queues.items()},
        {dataset: queue.open + queue.waiting for dataset, queue in queues.items()},
    )


def _write(path: Path, manifest: Mapping[str, str], queues: Mapping[str, Queue], machine: Machine) -> None:
    workbook = new_workbook(path, _commune(manifest), manifest.get("started_at", ""))
    formats = {style: workbook.add_format({**TEXT, **look}) for style, look in _FORMATS.items()}
    _guide(workbook.add_worksheet(words.GUIDE), formats, manifest, queues)
    number = 1
    for dataset, queue in queues.items():
        sheet = _Sheet(workbook.add_worksheet(words.SHEETS[dataset]), formats, machine.seal)
        _cases(sheet, dataset, manifest, queue, number)
        number += len(queue.cases)
    _other(_Sheet(workbook.add_worksheet(words.OTHER), formats, machine.seal), manifest)
    hidden = workbook.add_worksheet(words.MACHINE)
    for line, cells in enumerate(machine.lines()):
        for at, text in enumerate(cells):
            if hidden.write_string(line, at, text, formats["text"]):
                raise RuntimeError("a text is too long for the hidden sheet: answers could not be read back")
    hidden.protect()
    hidden.very_hidden()
    workbook.close()


class _Sheet:
    """A protected sheet that is written line by line; each line has its hidden key."""

    def __init__(self, sheet: Worksheet, formats: Mapping[str, Format], seal: str) -> None:
        self.sheet = sheet
        self.formats = formats
        self._seal = seal
        self.line = 0
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.hide_gridlines(2)

    def write(self, cells: Sequence[tuple[str, str]], number: int = 0, role: str = "shown") -> int:
        """Write the next line, its cells from the second column on; the line's position, from 0."""
        here = self.line
        self.sheet.write_string(here, 0, key(self._seal, self.sheet.name, number, role), self.formats["text"])
        for at, (text, style) in enumerate(cells, start=1):
            if text:
                self.sheet.write_string(here, at, text, self.formats[style])
            else:
                self.sheet.write_blank(here, at, None, self.formats[style])
        self.line += 1
        return here

    def skip(self) -> None:
        """Leave a line empty."""
        self.line += 1

    def choose(self, line: int, first: int, last: int, answers: Sequence[str]) -> None:
        """A drop-down in these cells, which takes nothing else."""
        self.sheet.data_validation(
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

    def begin(self, markers: Sequence[str], widths: Sequence[float], title: str, default_name: str) -> None:
        """The top of the sheet, which stays when one scrolls: hidden markers, title, and who answers."""
        for at, width in enumerate(widths):
            self.sheet.set_column(at, at, width, None, {"hidden": at == 0})
        self.write([(marker, "text") for marker in markers[1:]], role="columns")
        self.sheet.set_row(0, None, None, {"hidden": True})
        self.write([(title, "title")], role="title")
        self.write([("Người trả lời", "ask"), ("", "answer"), (default_name, "faint")], role="name")
        self.sheet.freeze_panes(self.line, 2)
        print_on(self.sheet, 1, self.line - 1)

    def end(self, columns: int) -> None:
        """What is printed: all that was written, without the hidden keys."""
        self.sheet.print_area(1, 1, max(self.line - 1, 1), columns - 1)


def _guide(
    sheet: Worksheet, formats: Mapping[str, Format], manifest: Mapping[str, str], queues: Mapping[str, Queue]
) -> None:
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 4, 24)
    sheet.write_string(0, 0, f"Sổ quyết định: {_commune(manifest)}", formats["title"])
    mode = word(MODES, manifest.get("mode"))
    sheet.write_string(1, 0, f"Từ bản {mode}, mã kiểm {manifest.get('logical_hash', '')[:12]}", formats["faint"])
    heads = ("Trang", "Đang mở", "Trong đó chặn bản chính thức", "Chờ giấy tờ hoặc chưa rõ", "Có trong sổ này")
    for at, text in enumerate(heads):
        sheet.write_string(3, at, text, formats["head"])
    line = 4
    for dataset, queue in queues.items():
        counts = (queue.open, queue.blocking, queue.waiting, len(queue.cases))
        for at, text in enumerate((words.SHEETS[dataset], *(str(count) for count in counts))):
            sheet.write_string(line, at, text, formats["cell" if at else "label"])
        line += 1
    for heading, paragraphs in words.GUIDANCE:
        line += 1
        sheet.write_string(line, 0, heading, formats["question"])
        for paragraph in paragraphs:
            line += 1
            sheet.merge_range(line, 0, line, 4, "", formats["wrapped"])
            sheet.write_string(line, 0, paragraph, formats["wrapped"])
            sheet.set_row(line, 15.5 * len(textwrap.wrap(paragraph, 110)) + 3)
        line += 1
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.activate()


def _cases(sheet: _Sheet, dataset: str, manifest: Mapping[str, str], queue: Queue, number: int) -> None:
    sheet.begin(
        MARKERS,
        (1, 21, *[24] * ROWS_A_BAND),
        f"{words.SHEETS[dataset]}: {_commune(manifest)}",
        "Ghi họ tên một lần ở ô màu xanh bên trái; chỉ các ô màu xanh là ghi được.",
    )
    if not queue.cases:
        sheet.skip()
        sheet.write([("Không có trường hợp nào cần quyết định.", "question")])
    for at, case in enumerate(queue.cases):
        sheet.skip()
        _block(sheet, number + at, case, f"Trường hợp {at + 1}/{len(queue.cases)}")
    left = queue.open + queue.waiting - len(queue.cases)
    if left > 0:
        sheet.skip()
        sheet.write([(f"Còn {left} trường hợp nữa chưa đưa vào sổ này; xuất sổ mới khi đã nạp sổ này.", "question")])
    sheet.end(len(MARKERS))


def _block(sheet: _Sheet, number: int, case: Case, place: str) -> None:
    """One case: what is asked, the rows, the answer, and below it what the machine thought."""
    heading = [place, word(CASE_REASONS, case.reason)]
    heading += ["CHẶN BẢN CHÍNH THỨC"] if case.blocking else []
    heading += ["đang chờ"] if case.waiting else []
    style = "blocking" if case.blocking else "heading"
    top = sheet.write([(" · ".join(heading), style), *[("", style)] * ROWS_A_BAND])
    _say(sheet, case.question, "question")
    for kind, by, at, note in case.earlier:
        answer = DECISION_KINDS[kind]
        _say(sheet, f"Lần trước: {answer} ({', '.join(filter(None, (by, at[:10], note)))})", "text")
    for band, start in enumerate(range(0, len(case.rows), ROWS_A_BAND), start=1):
        rows = range(start, min(start + ROWS_A_BAND, len(case.rows)))
        _rows(sheet, case, rows)
        if case.answerable:
            _marks(sheet, number, case, band, rows)
    more = len(case.members) - len(case.rows)
    if more:
        told = "; chọn «Trả lời» là trả lời cho tất cả các dòng" if case.answerable else ""
        _say(sheet, f"Còn {more} dòng nữa không hiện ở đây{told}.", "question")
    if case.answerable:
        line = _answer(sheet, number, case)
        sheet.sheet.conditional_format(
            top,
            1,
            top,
            ROWS_A_BAND + 1,
            {"type": "formula", "criteria": f'=$C${line + 1}<>""', "format": sheet.formats["answered"]},
        )
    else:
        _say(sheet, "Không trả lời ở đây: cần quy tắc xếp các thôn, tờ bản đồ này vào xã, phường mới.", "question")
    for text in case.evidence:
        _say(sheet, text, "faint")


def _say(sheet: _Sheet, text: str, style: str) -> None:
    """A text over the whole width of a block, on as many lines as it needs."""
    width = _TEXT_WIDTH if style != "faint" else _TEXT_WIDTH * 6 // 5
    indent = text[: len(text) - len(text.lstrip())]
    for line in textwrap.wrap(text.lstrip(), width, initial_indent=indent, subsequent_indent=indent):
        sheet.write([(line, style)])


def _rows(sheet: _Sheet, case: Case, rows: Sequence[int]) -> None:
    """These rows side by side, a line for each field that any row of the case fills."""
    shown = [case.rows[row] for row in rows]
    sheet.write([("", "label"), *((f"{words.ROW} {row + 1}", "head") for row in rows)])
    if any(row.entity for row in shown):
        sheet.write([("Máy đang coi là", "label"), *((row.entity, "cell") for row in shown)])
    for field in case.fields:
        sheet.write([(field.label, "label"), *_cells(field, rows)])
    sheet.write([("Xã cũ", "label"), *((row.old_commune, "cell") for row in shown)])
    sheet.write([("Tệp nguồn", "label"), *((row.place, "small") for row in shown)])
    sheet.write([("Mã dòng", "label"), *((row.short_id, "small") for row in shown)])


def _cells(field: ShownField, rows: Sequence[int]) -> list[tuple[str, str]]:
    return [(field.texts[row], "differs" if field.differs[row] else "cell") for row in rows]


def _marks(sheet: _Sheet, number: int, case: Case, band: int, rows: Sequence[int]) -> None:
    """The lines with one cell a row: which rows are one entity, and which carry the right number."""
    cells: list[tuple[str, str]] = [("", "mark")] * len(rows)
    if len(case.rows) > 2:
        line = sheet.write([("Nhóm (A, B, C, …)", "ask"), *cells], number, f"group{band}")
        sheet.choose(line, 2, len(rows) + 1, list(LETTERS[: len(case.rows)]))
    if case.asks_number:
        line = sheet.write([("Số đúng (đánh x)", "ask"), *cells], number, f"right{band}")
        sheet.choose(line, 2, len(rows) + 1, ["x"])


def _answer(sheet: _Sheet, number: int, case: Case) -> int:
    """The answer line: answer, note, who."""
    line = sheet.write(
        [
            ("Trả lời", "ask"),
            ("", "answer"),
            ("Ghi chú", "ask"),
            ("", "answer"),
            ("Người trả lời", "ask"),
            ("", "answer"),
        ],
        number,
        "answer",
    )
    answers = [text for text in words.ANSWERS[case.dataset] if case.asks_number or text != words.REISSUED]
    sheet.choose(line, 2, 2, answers)
    return line


def _other(sheet: _Sheet, manifest: Mapping[str, str]) -> None:
    """The sheet of decisions that no case asks for."""
    sheet.begin(
        OTHER_MARKERS,
        (1, 30, 52, 40, 30),
        f"{words.OTHER}: {_commune(manifest)}",
        "Ghi họ tên một lần ở ô màu xanh bên trái.",
    )
    sheet.write(
        [("Mỗi dòng một việc. Mã: mã công dân, mã thửa, hoặc mã dòng; nhiều mã thì cách nhau bằng dấu phẩy.", "faint")]
    )
    sheet.write([(text, "head") for text in ("Việc", "Mã", "Ghi chú", "Người quyết định")])
    first = sheet.line
    for line in range(first, first + _OTHER_LINES):
        for at in range(1, 5):
            sheet.sheet.write_blank(line, at, None, sheet.formats["answer"])
        sheet.choose(line, 1, 1, list(words.DEEDS))
    sheet.line = first + _OTHER_LINES
    sheet.end(len(OTHER_MARKERS))


def _commune(manifest: Mapping[str, str]) -> str:
    kind, name = manifest.get("commune_kind", ""), manifest.get("commune_name", "")
    return f"{kind} {name} ({manifest.get('commune_code', '')})".strip()
