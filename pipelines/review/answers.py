"""A workbook that came back → the decisions that it means, whole or not at all, and what could not be taken and why.

What stands in a cell is not told in a sentence: it may be anybody's name or number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from pipelines.review.decisions import Decision
from pipelines.review.keys import AskedCase, Machine
from pipelines.review.meaning import Filled, Meant, Unclear, meaning
from pipelines.review.named import Names, deed
from pipelines.review.sheet_lines import (
    Page,
    Refused,
    SheetLines,
    machine_sheet,
    place,
    plain,
    read_sheets,
    spaced,
    the_filled,
)
from pipelines.review.sheets import ANSWER, MARKERS, NOTE, ROWS_A_BAND, WHO
from pipelines.review.workbook import LETTERS, OTHER_MARKERS
from pipelines.review.workbook_words import ANSWERS, DEEDS, OTHER, SHEETS
from pipelines.warehouse.reading import open_warehouse

_NO_NAME = "chưa có tên người trả lời; hãy ghi ở đầu trang hoặc ngay trên dòng này"
_GONE = "một dòng của trường hợp này đã được sửa hoặc không còn trong bản đang công bố; hãy xuất sổ mới"
_CASE = "trường hợp"
_X = ("x", "✓", "✔")
_PRESENT = {
    "citizens": "SELECT record_id FROM citizen_sources WHERE record_id IN (SELECT unnest($ids))",
    "parcels": "SELECT record_id FROM parcel_sources WHERE record_id IN (SELECT unnest($ids))",
}


@dataclass(frozen=True)
class Proposal:
    """A decision, and the sheet and line of the workbook that it was read from."""

    decision: Decision
    sheet: str
    line: int

    @property
    def place(self) -> str:
        """How a sentence about this decision begins."""
        return place(self.sheet, self.line)


@dataclass(frozen=True)
class Answers:
    """What a workbook says: `proposals` in the order of its lines, and one Vietnamese sentence for each problem."""

    proposals: tuple[Proposal, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def decisions(self) -> list[Decision]:
        """The decisions, whole or not at all: none as long as there is a problem."""
        return [] if self.problems else [proposal.decision for proposal in self.proposals]


def read_answers(path: Path, warehouse: Path, *, at: str) -> Answers:
    """Read a workbook of `write_workbook` back, against the warehouse that is published now.

    `at`: the time of the decisions, ISO 8601. A blank answer is none. All rows of an answered case must still be in
    the warehouse; the case itself need not be in its queue, since an answer is about rows.
    """
    sheets = read_sheets(path)
    if sheets is None:
        return _unusable(path, "không đọc được: không phải sổ .xlsx, hoặc đang có mật khẩu")
    machine = machine_sheet(sheets)
    if machine is None:
        return _unusable(path, "không phải sổ do hopnhat xuất, hoặc trang ẩn của sổ đã bị sửa")
    with open_warehouse(warehouse) as connection:
        here = connection.execute("SELECT value FROM manifest WHERE key = 'commune_code'").fetchone()
        code = here[0] if here else ""
        if machine.facts.get("commune_code") != code:
            return _unusable(path, f"là sổ của xã, phường {machine.facts.get('commune_code')}, không phải của {code}")
        pages = [
            *(_Cases(machine, dataset, at).read(sheets, connection) for dataset in SHEETS),
            _Deeds(machine, at).read(sheets, connection),
        ]
    return Answers(
        tuple(proposal for page in pages for proposal in sorted(page.proposals, key=lambda one: one.line)),
        tuple(sentence for page in pages for sentence in page.sentences()),
    )


def _unusable(path: Path, why: str) -> Answers:
    return Answers(problems=(f"Tệp «{path.name}» {why}.",))


@dataclass(kw_only=True)
class _Page(Page):
    """What one sheet says, as far as it was read."""

    at: str
    proposals: list[Proposal] = field(default_factory=list)

    def take(self, line: int, dataset: str, meant: Iterable[Meant], by: str, note: str, case_id: str = "") -> None:
        """Note what a line means as decisions."""
        for kind, rows, parts in meant:
            decision = Decision.model_validate(
                {
                    "dataset": dataset,
                    "kind": kind,
                    "record_ids": rows,
                    "parts": parts,
                    "by": by,
                    "at": self.at,
                    "reason": note,
                    "model": self.machine.facts.get(f"model_name.{dataset}", ""),
                    "case_id": case_id,
                }
            )
            self.proposals.append(Proposal(decision, self.sheet, line))


@dataclass(frozen=True)
class _Answered:
    """A case of which something was filled in: where, what, and by whom."""

    case: AskedCase
    line: int
    filled: Filled
    note: str
    by: str


class _Cases(_Page):
    """The sheet of one data set's cases."""

    def __init__(self, machine: Machine, dataset: str, at: str) -> None:
        super().__init__(machine, SHEETS[dataset], MARKERS, at=at)
        self._dataset = dataset
        self._kinds = {plain(text): kind for text, kind in ANSWERS[dataset].items()}

    def read(self, sheets: Mapping[str, pl.DataFrame], warehouse: duckdb.DuckDBPyConnection) -> "_Cases":
        """Note the decisions and the problems of the sheet."""
        lines = self.lines(sheets)
        if lines is None:
            return self
        for line in lines.unkeyed:
            self.problems.append((line.number, "dòng chèn thêm có chữ mà không thuộc ô trả lời nào; hãy xóa dòng này"))
        answered = list(self._all_answered(lines))
        present = _present(warehouse, self._dataset, answered)
        for one in answered:
            try:
                if not present.issuperset(one.case.record_ids):
                    raise Unclear(_GONE)
                meant = meaning(one.case, one.filled)
                if not one.by:
                    raise Unclear(_NO_NAME)
            except Unclear as unclear:
                self.problems.append((one.line, str(unclear)))
            else:
                self.take(one.line, self._dataset, meant, one.by, one.note, one.case.case_id)
        return self

    def _all_answered(self, lines: SheetLines) -> Iterator[_Answered]:
        name = self.name(lines)
        for number, case in self.machine.cases.items():
            if case.dataset == self._dataset:
                try:
                    one = self._answered(number, case, lines, name)
                except Refused as refused:
                    self.problems.append((refused.line, str(refused)))
                else:
                    if one:
                        yield one

    def _answered(self, number: int, case: AskedCase, lines: SheetLines, name: str) -> _Answered | None:
        """What was filled in for a case; None when nothing was."""
        answer = the_filled(lines.keyed.get((number, "answer"), []), (ANSWER, NOTE), _CASE)
        letters, line_of_letters = _marks(lines, number, case, "group")
        right, line_of_right = _marks(lines, number, case, "right")
        line = (answer.number if answer else 0) or line_of_letters or line_of_right
        if not line:
            return None
        text, note, by = (spaced(answer.cells[at]) if answer else "" for at in (ANSWER, NOTE, WHO))
        kind = self._kinds.get(plain(text))
        if text and not kind:
            raise Refused(line, "câu trả lời không có trong danh sách")
        if any(len(letter) > 1 or letter not in LETTERS for letter in letters):
            raise Refused(line_of_letters, "ô «Nhóm» chỉ nhận một chữ cái A, B, C, …")
        if any(mark and plain(mark) not in _X for mark in right):
            raise Refused(line_of_right, "ô «Số đúng» chỉ nhận chữ x")
        if not kind and not line_of_letters and not line_of_right:
            raise Refused(line, "có ghi chú nhưng chưa chọn câu trả lời")
        if not by:
            others = lines.keyed.get((number, "answer"), [])
            by = next((spaced(other.cells[WHO]) for other in others if other.cells[WHO]), name)
        return _Answered(case, line, Filled(kind, letters, [bool(mark) for mark in right]), note, by)


def _marks(lines: SheetLines, number: int, case: AskedCase, role: str) -> tuple[list[str], int]:
    """What stands at each row that is shown, in capitals, and the first line on which anything does (0 for none)."""
    marks: list[str] = []
    first = 0
    for band, start in enumerate(range(0, case.shown, ROWS_A_BAND), start=1):
        places = [str(at) for at in range(1, min(ROWS_A_BAND, case.shown - start) + 1)]
        line = the_filled(lines.keyed.get((number, f"{role}{band}"), []), MARKERS[2:], _CASE)
        marks += [line.cells[place].upper() if line else "" for place in places]
        first = first or (line.number if line else 0)
        if line and any(text and place not in places for place, text in line.cells.items() if place in MARKERS[2:]):
            raise Refused(line.number, "có chữ ở ô không thuộc dòng nào của trường hợp")
    return marks, first


def _present(warehouse: duckdb.DuckDBPyConnection, dataset: str, answered: Sequence[_Answered]) -> frozenset[str]:
    """Which rows of the cases are in the warehouse."""
    ids = sorted({row for one in answered for row in one.case.record_ids})
    found = warehouse.execute(_PRESENT[dataset], {"ids": ids}).fetchall()
    return frozenset(row[0] for row in found)


class _Deeds(_Page):
    """The sheet of decisions that no case asks for."""

    def __init__(self, machine: Machine, at: str) -> None:
        super().__init__(machine, OTHER, OTHER_MARKERS, at=at)
        self._kinds = {plain(text): kind for text, kind in DEEDS.items()}

    def read(self, sheets: Mapping[str, pl.DataFrame], warehouse: duckdb.DuckDBPyConnection) -> "_Deeds":
        """Note the decisions and the problems of the sheet."""
        lines = self.lines(sheets)
        if lines is None:
            return self
        default = self.name(lines)
        filled = [line for line in lines.unkeyed if any(line.cells[place] for place in ("deed", "ids", "note"))]
        names = Names(warehouse, (line.cells["ids"] for line in filled))
        for line in filled:
            kind = self._kinds.get(plain(line.cells["deed"]))
            by = spaced(line.cells["who"]) or default
            try:
                if not kind:
                    raise Unclear("chưa chọn việc, hoặc việc không có trong danh sách")
                dataset, meant = deed(kind, names.of(line.cells["ids"]))
                if not by:
                    raise Unclear(_NO_NAME)
            except Unclear as unclear:
                self.problems.append((line.number, str(unclear)))
            else:
                self.take(line.number, dataset, [meant], by, spaced(line.cells["note"]))
        return self
