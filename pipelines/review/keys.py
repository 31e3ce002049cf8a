"""The hidden keys of a workbook, by which its lines are known again wherever an officer moved them.

A sheet that nobody sees holds what the workbook was made from and the rows of its cases, under one seal. Each line of
the other sheets carries in its hidden first column the number of its case, its role, and a check that the seal makes
different in every workbook: a key that was altered, or a line that came from another workbook, is seen.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipelines.review.blocks import Case

FORMAT = "1"
_KEY = re.compile(r"(\d+):([a-z]+\d*):([0-9a-f]{8})")


@dataclass(frozen=True)
class AskedCase:
    """A case as the workbook asks it: `record_ids` begin with the `shown` ones, as they stand from left to right.

    `parts` are the numbers of the entities to which the rows belonged when the workbook was made.
    """

    dataset: str
    case_id: str
    shown: int
    record_ids: tuple[str, ...]
    parts: tuple[int, ...]

    @classmethod
    def of(cls, case: Case) -> "AskedCase":
        """What must be kept of a case to understand its answer."""
        return cls(
            case.dataset,
            case.case_id,
            len(case.rows),
            tuple(record_id for record_id, _ in case.members),
            tuple(part for _, part in case.members),
        )


@dataclass(frozen=True)
class Machine:
    """What the hidden sheet holds: facts on the warehouse (`facts`), and the cases by their number in the workbook."""

    facts: dict[str, str]
    cases: dict[int, AskedCase] = field(default_factory=dict)

    def lines(self) -> list[list[str]]:
        """The lines of the hidden sheet, the seal last."""
        lines = [["format", FORMAT]]
        lines += [["fact", name, value] for name, value in self.facts.items()]
        for number, case in self.cases.items():
            lines.append(["case", str(number), case.dataset, case.case_id, str(case.shown)])
            lines += [
                ["row", str(number), record_id, str(part)]
                for record_id, part in zip(case.record_ids, case.parts, strict=True)
            ]
        return [*lines, ["seal", _seal(lines)]]

    @cached_property
    def seal(self) -> str:
        """The seal of this sheet."""
        return self.lines()[-1][1]


def machine_of(lines: Iterable[Sequence[str]]) -> Machine | None:
    """The hidden sheet read back; None when it is not whole, or of another format."""
    *body, last = [[cell for cell in line if cell] for line in lines] or [[]]
    if last != ["seal", _seal(body)] or not body or body[0] != ["format", FORMAT]:
        return None
    facts = {line[1]: line[2] for line in body if line[0] == "fact" and len(line) == 3}
    rows: dict[str, list[tuple[str, int]]] = {}
    for line in body:
        if line[0] == "row":
            rows.setdefault(line[1], []).append((line[2], int(line[3])))
    cases = {
        int(number): AskedCase(
            dataset, case_id, int(shown), tuple(row for row, _ in rows[number]), tuple(part for _, part in rows[number])
        )
        for _, number, dataset, case_id, shown in (line for line in body if line[0] == "case")
    }
    return Machine(facts, cases)


def key(seal: str, sheet: str, number: int, role: str) -> str:
    """The key of a line; `number` is 0 on lines that belong to no case."""
    return f"{number}:{role}:{_check(seal, sheet, number, role)}"


def read_key(seal: str, sheet: str, text: str) -> tuple[int, str] | None:
    """Number and role of a key; None when it is not one of this sheet of this workbook."""
    found = _KEY.fullmatch(text)
    if not found:
        return None
    number, role, check = int(found[1]), found[2], found[3]
    return (number, role) if check == _check(seal, sheet, number, role) else None


def _check(seal: str, sheet: str, number: int, role: str) -> str:
    return hashlib.sha256(f"{seal}|{sheet}|{number}|{role}".encode()).hexdigest()[:8]


def _seal(lines: Iterable[Sequence[str]]) -> str:
    return hashlib.sha256("\n".join("\t".join(line) for line in lines).encode()).hexdigest()
