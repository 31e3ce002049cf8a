"""A workbook for clerical review that came back → answers, whole or not at all, and what could not be taken and why.

What stands in a cell is not told in a sentence: it may be anybody's name or number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.clerical.log import Answer, ComparedPair, Draw
from pipelines.clerical.words import ANSWERS
from pipelines.clerical.workbook import DRAW
from pipelines.review.keys import Machine
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
from pipelines.review.sheets import ANSWER, MARKERS, NOTE, WHO
from pipelines.review.workbook_words import SHEETS

_VERDICTS = {plain(text): verdict for text, verdict in ANSWERS.items()}


@dataclass(frozen=True)
class Given:
    """An answer to a pair of a draw, and the sheet and line of the workbook that it was read from."""

    answer: Answer
    pair: ComparedPair
    sheet: str
    line: int

    @property
    def place(self) -> str:
        """How a sentence about this answer begins."""
        return place(self.sheet, self.line)


@dataclass(frozen=True)
class SampleAnswers:
    """What a workbook says: the draw, the answers in the order of its lines, a Vietnamese sentence for each problem.

    As long as there is a problem there is no answer.
    """

    draw: Draw | None = None
    given: tuple[Given, ...] = ()
    problems: tuple[str, ...] = ()


def is_sample(path: Path) -> bool:
    """Whether this is a workbook for clerical review, and not one of cases."""
    machine = machine_sheet(read_sheets(path) or {})
    return machine is not None and DRAW in machine.facts


def read_sample(path: Path, draws: Mapping[str, Draw], code: str, *, at: str) -> SampleAnswers:
    """Read a workbook of `write_sample` back, against the draws that are known of this new commune.

    `at`: the time of the answers, ISO 8601. A blank answer is none.
    """
    sheets = read_sheets(path) or {}
    machine = machine_sheet(sheets)
    if machine is None:
        return _unusable(path, "không phải sổ do hopnhat xuất, hoặc trang ẩn của sổ đã bị sửa")
    if machine.facts.get("commune_code") != code:
        return _unusable(path, f"là sổ của xã, phường {machine.facts.get('commune_code')}, không phải của {code}")
    draw = draws.get(machine.facts.get(DRAW, ""))
    if draw is None:
        return _unusable(path, "chứa mẫu không có trong nhật ký phúc tra của máy này; hãy nạp ở máy đã rút mẫu")
    if [(case.dataset, case.record_ids) for case in machine.cases.values()] != list(draw.by_rows):
        return _unusable(path, "có cặp dòng không thuộc mẫu đã rút; hãy xuất sổ mới")
    pages = [_Pairs(machine, draw, dataset, at) for dataset in SHEETS]
    given = [one for page in pages for one in page.read(sheets)]
    problems = tuple(sentence for page in pages for sentence in page.sentences())
    return SampleAnswers(draw, () if problems else tuple(given), problems)


def _unusable(path: Path, why: str) -> SampleAnswers:
    return SampleAnswers(problems=(f"Tệp «{path.name}» {why}.",))


class _Pairs(Page):
    """The sheet of one data set's pairs."""

    def __init__(self, machine: Machine, draw: Draw, dataset: str, at: str) -> None:
        super().__init__(machine, SHEETS[dataset], MARKERS)
        self._draw = draw
        self._dataset = dataset
        self._at = at
        self._nameless = False

    def read(self, sheets: Mapping[str, pl.DataFrame]) -> list[Given]:
        """The answers of the sheet; its problems are noted."""
        lines = self.lines(sheets)
        if lines is None:
            return []
        for line in lines.unkeyed:
            self.problems.append((line.number, "dòng chèn thêm có chữ mà không thuộc ô trả lời nào; hãy xóa dòng này"))
        return sorted(self._all_given(lines), key=lambda one: one.line)

    def _all_given(self, lines: SheetLines) -> Iterator[Given]:
        name = self.name(lines)
        for number, pair in enumerate(self._draw.pairs, start=1):
            if pair.dataset == self._dataset:
                try:
                    one = self._given(number, pair, lines, name)
                except Refused as refused:
                    self.problems.append((refused.line, str(refused)))
                else:
                    if one:
                        yield one

    def _given(self, number: int, pair: ComparedPair, lines: SheetLines, name: str) -> Given | None:
        """What was filled in for a pair; None when nothing was."""
        line = the_filled(lines.keyed.get((number, "answer"), []), (ANSWER, NOTE), "cặp")
        if line is None:
            return None
        verdict = _VERDICTS.get(plain(line.cells[ANSWER]))
        by, note = spaced(line.cells[WHO]) or name, spaced(line.cells[NOTE])
        if not line.cells[ANSWER]:
            raise Refused(line.number, "có ghi chú nhưng chưa chọn câu trả lời")
        if verdict is None:
            raise Refused(
                line.number,
                "câu trả lời không có trong danh sách; chọn «Là một», «Khác nhau» hoặc «Không xác định được»",
            )
        if not by:
            if self._nameless:  # said once: the name stands at the head of the sheet, for all its answers
                return None
            self._nameless = True
            raise Refused(line.number, "chưa có tên người xem; hãy ghi ở đầu trang hoặc ngay trên dòng này")
        answer = Answer(
            draw_id=self._draw.draw_id,
            dataset=pair.dataset,
            record_ids=pair.record_ids,
            answer=verdict,
            by=by,
            at=self._at,
            note=note,
        )
        return Given(answer, pair, self.sheet, line.number)
