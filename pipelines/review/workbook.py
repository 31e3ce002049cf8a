"""Cases of a published warehouse → a workbook that officers can work in: a case a block, its rows side by side.

How its sheets look is `sheets`; who reads it back is `answers`.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from pipelines.reports.asking import rows_of
from pipelines.reports.labels import CASE_REASONS, DECISION_KINDS, MODES, word
from pipelines.review import workbook_words as words
from pipelines.review.blocks import Case, Queue, old_communes_of, queue_of
from pipelines.review.keys import AskedCase, Machine
from pipelines.review.sheets import MARKERS, ROWS_A_BAND, ReviewBook, ReviewSheet, commune_of, refuse_target
from pipelines.spreadsheets import written_whole
from pipelines.warehouse.reading import open_warehouse

OTHER_MARKERS: Final = ("key", "deed", "ids", "note", "who")
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_OTHER_LINES: Final = 200
_FACTS: Final = ("commune_code", "mode", "logical_hash", "run_id", "model_name.citizens", "model_name.parcels")


@dataclass(frozen=True)
class Exported:
    """How many cases the workbook shows, and how many there are, by data set."""

    shown: dict[str, int]
    waiting_for_an_answer: dict[str, int]


def write_workbook(
    warehouse: Path,
    target: Path | BytesIO,
    *,
    most: int = 500,
    most_rows: int = 12,
    own_headers: Mapping[str, Mapping[str, str]] | None = None,
) -> Exported:
    """Write the review cases of a published warehouse to a new workbook, the first `most` of each data set; in memory
    nothing of it reaches a disk.

    A case shows at most `most_rows` rows. `own_headers`: a deployment's own mapping of headers by old commune (an empty
    code: every one). Raises UnusableInput when `target` is no `.xlsx`, stands already (an officer's answers may be in
    it) or cannot be written.
    """
    if isinstance(target, Path):
        refuse_target(target)
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
    with written_whole(target) if isinstance(target, Path) else nullcontext(target) as part:
        _write(part, manifest, queues, machine)
    return Exported(
        {dataset: len(queue.cases) for dataset, queue in queues.items()},
        {dataset: queue.open + queue.waiting for dataset, queue in queues.items()},
    )


def _write(target: Path | BytesIO, manifest: Mapping[str, str], queues: Mapping[str, Queue], machine: Machine) -> None:
    book = ReviewBook(target, manifest, machine)
    mode = word(MODES, manifest.get("mode"))
    table: list[tuple[str, ...]] = [
        ("Trang", "Đang mở", "Trong đó chặn bản chính thức", "Chờ giấy tờ hoặc chưa rõ", "Có trong sổ này")
    ]
    for dataset, queue in queues.items():
        counts = (queue.open, queue.blocking, queue.waiting, len(queue.cases))
        table.append((words.SHEETS[dataset], *(str(count) for count in counts)))
    book.write_guide(
        f"Sổ quyết định: {commune_of(manifest)}",
        f"Từ bản {mode}, mã kiểm {manifest.get('logical_hash', '')[:12]}",
        table,
        words.GUIDANCE,
    )
    number = 1
    for dataset, queue in queues.items():
        _cases(book.add_sheet(words.SHEETS[dataset]), dataset, manifest, queue, number)
        number += len(queue.cases)
    _other(book.add_sheet(words.OTHER), manifest)
    book.close()


def _cases(sheet: ReviewSheet, dataset: str, manifest: Mapping[str, str], queue: Queue, number: int) -> None:
    sheet.begin(
        MARKERS,
        (1, 21, *[24] * ROWS_A_BAND),
        f"{words.SHEETS[dataset]}: {commune_of(manifest)}",
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


def _block(sheet: ReviewSheet, number: int, case: Case, place: str) -> None:
    """One case: what is asked, the rows, the answer, and below it what the machine thought."""
    heading = [place, word(CASE_REASONS, case.reason)]
    heading += ["CHẶN BẢN CHÍNH THỨC"] if case.blocking else []
    heading += ["đang chờ"] if case.waiting else []
    style = "blocking" if case.blocking else "heading"
    top = sheet.write([(" · ".join(heading), style), *[("", style)] * ROWS_A_BAND])
    sheet.say(case.question, "question")
    for kind, by, at, note in case.earlier:
        answer = DECISION_KINDS[kind]
        sheet.say(f"Lần trước: {answer} ({', '.join(filter(None, (by, at[:10], note)))})", "text")
    for band, start in enumerate(range(0, len(case.rows), ROWS_A_BAND), start=1):
        rows = range(start, min(start + ROWS_A_BAND, len(case.rows)))
        sheet.write_rows(case.rows, case.fields, rows)
        if case.answerable:
            _marks(sheet, number, case, band, rows)
    more = len(case.members) - len(case.rows)
    if more:
        told = "; chọn «Trả lời» là trả lời cho tất cả các dòng" if case.answerable else ""
        sheet.say(f"Còn {more} dòng nữa không hiện ở đây{told}.", "question")
    if case.answerable:
        answers = [text for text in words.ANSWERS[case.dataset] if case.asks_number or text != words.REISSUED]
        sheet.write_answer(number, answers, top)
    else:
        sheet.say("Không trả lời ở đây: cần quy tắc xếp các thôn, tờ bản đồ này vào xã, phường mới.", "question")
    for text in case.evidence:
        sheet.say(text, "faint")


def _marks(sheet: ReviewSheet, number: int, case: Case, band: int, rows: Sequence[int]) -> None:
    """The lines with one cell a row: which rows are one entity, and which carry the right number."""
    cells: list[tuple[str, str]] = [("", "mark")] * len(rows)
    if len(case.rows) > 2:
        line = sheet.write([("Nhóm (A, B, C, …)", "ask"), *cells], number, f"group{band}")
        sheet.choose(line, 2, len(rows) + 1, list(LETTERS[: len(case.rows)]))
    if case.asks_number:
        line = sheet.write([("Số đúng (đánh x)", "ask"), *cells], number, f"right{band}")
        sheet.choose(line, 2, len(rows) + 1, ["x"])


def _other(sheet: ReviewSheet, manifest: Mapping[str, str]) -> None:
    """The sheet of decisions that no case asks for."""
    sheet.begin(
        OTHER_MARKERS,
        (1, 30, 52, 40, 30),
        f"{words.OTHER}: {commune_of(manifest)}",
        "Ghi họ tên một lần ở ô màu xanh bên trái.",
    )
    sheet.write(
        [("Mỗi dòng một việc. Mã: mã công dân, mã thửa, hoặc mã dòng; nhiều mã thì cách nhau bằng dấu phẩy.", "faint")]
    )
    sheet.write([(text, "head") for text in ("Việc", "Mã", "Ghi chú", "Người quyết định")])
    for _ in range(_OTHER_LINES):
        sheet.write_free(len(OTHER_MARKERS) - 1, list(words.DEEDS))
    sheet.end(len(OTHER_MARKERS))
