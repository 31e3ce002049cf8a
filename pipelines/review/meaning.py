"""What an officer's answer to a case means: decisions about its rows, or a sentence why it cannot be taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.review.decisions import Kind
from pipelines.review.keys import AskedCase
from pipelines.review.workbook_words import REISSUED

Meant = tuple[Kind, tuple[str, ...], tuple[int, ...]]
"""A kind of decision, the rows that it is about, and the part of each."""


@dataclass(frozen=True)
class Filled:
    """What was filled in for a case: the kind of the answer (None when blank), a letter and an x for each row shown."""

    kind: Kind | None
    letters: Sequence[str]
    right: Sequence[bool]


class Unclear(Exception):
    """The answer cannot be taken; `str()` is the end of a Vietnamese sentence that tells why."""


def meaning(case: AskedCase, filled: Filled) -> list[Meant]:
    """The decisions that an answer means; raises Unclear when it contradicts itself or says too little."""
    rows = case.record_ids
    if filled.kind == "number_superseded":
        return [("number_superseded", rows, _superseded(case, filled))]
    if filled.kind in ("cannot_tell", "needs_paper") and any(filled.right):
        raise Unclear("«Trả lời» nói chưa kết luận được, nhưng dòng «Số đúng» lại có x")
    # Numbers first: two of them stand in the way of one person until one is known to be a slip.
    meant: list[Meant] = [("number_right", rows, _right(case, filled.right))] if any(filled.right) else []
    if any(filled.letters):
        meant += _by_letters(case, filled)
    elif filled.kind == "different":
        meant.append(_different(case))
    elif filled.kind:
        meant.append((filled.kind, rows, (1,) * len(rows)))
    return meant


def _different(case: AskedCase) -> Meant:
    """Apart are the entities that the officer saw, so that rows which were one stay one; or every row from each, or a
    single row from all others."""
    if len(case.record_ids) == 1:
        return "keep_out", case.record_ids, (1,)
    if len(set(case.parts)) > 1:
        return "different", case.record_ids, case.parts
    return "dissolve", case.record_ids, tuple(range(1, len(case.record_ids) + 1))


def _by_letters(case: AskedCase, filled: Filled) -> list[Meant]:
    """Rows of one letter are one, rows of different letters are not."""
    shown = case.record_ids[: case.shown]
    lettered = [(row, letter) for row, letter in zip(shown, filled.letters, strict=True) if letter]
    letters = sorted({letter for _, letter in lettered})
    _check_letters(filled, len(letters), len(lettered) == len(case.record_ids), len(lettered) == len(shown))
    meant: list[Meant] = []
    for letter in letters:
        of_letter = tuple(row for row, other in lettered if other == letter)
        if len(of_letter) > 1:
            meant.append(("same", of_letter, (1,) * len(of_letter)))
    if len(letters) > 1:
        rows = tuple(row for row, _ in lettered)
        meant.append(("different", rows, tuple(letters.index(letter) + 1 for _, letter in lettered)))
    if not meant:
        raise Unclear("chỉ một dòng có chữ cái ở «Nhóm»; cần ghi cho ít nhất hai dòng")
    return meant


def _check_letters(filled: Filled, letters: int, all_rows: bool, all_shown: bool) -> None:
    if filled.kind in ("cannot_tell", "needs_paper"):
        raise Unclear("«Trả lời» nói chưa kết luận được, nhưng dòng «Nhóm» lại có chữ cái")
    if filled.kind == "same" and letters > 1:
        raise Unclear("«Trả lời» nói tất cả là một, nhưng dòng «Nhóm» có nhiều chữ cái khác nhau")
    if filled.kind == "same" and not all_rows:
        raise Unclear("«Trả lời» nói tất cả là một, nhưng dòng «Nhóm» chỉ ghi cho một số dòng")
    if filled.kind == "different" and letters == 1:
        raise Unclear("«Trả lời» nói là khác nhau, nhưng dòng «Nhóm» chỉ có một chữ cái")
    if filled.kind == "different" and not all_shown:
        raise Unclear("«Trả lời» nói là khác nhau, nhưng dòng «Nhóm» chỉ ghi cho một số dòng")


def _superseded(case: AskedCase, filled: Filled) -> tuple[int, ...]:
    if any(filled.letters):
        raise Unclear(f"«{REISSUED}» nói tất cả là một người, không dùng cùng dòng «Nhóm»")
    parts = _right(case, filled.right)
    if set(parts) != {1, 2}:
        raise Unclear(f"«{REISSUED}» cần đánh x ở «Số đúng» vào dòng mang số mới, và chỉ vào dòng đó")
    return parts


def _right(case: AskedCase, right: Sequence[bool]) -> tuple[int, ...]:
    """1 for rows that carry their right number, else 2; a row that was not shown goes with the rows of its entity."""
    holders = {part for part, is_right in zip(case.parts, right, strict=False) if is_right}
    hidden = (1 if part in holders else 2 for part in case.parts[case.shown :])
    return (*(1 if is_right else 2 for is_right in right), *hidden)
