"""New numbers for the old map sheets of a merged commune: Plan 515's reference table, "Bảng 01".

Every old commune has a sheet 1. The commune that hosts the new headquarters (its code survives) keeps its numbers, the
sheets of the others continue after its largest one: TT 25/2014/TT-BTNMT Art. 17 as changed by TT 09/2021, and công văn
2762/BTNMT-TCQLĐĐ of 2020. The map systems (299, 1994, overall survey) are numbered each by itself.

A number that was published never moves. What comes later takes a number behind all that were ever given. An officer's
own table wins over both.

What does not belong here: where assigned numbers are kept (`sheet_ledger`), how an officer's table is read.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Final, Literal, NamedTuple

from pipelines.problems import UnusableInput

_MOST_DIGITS: Final = 4
"""A commune has some hundreds of sheets at most; numbers never move, so that a slip must not push all others away."""

AssignedBy = Literal["rule", "officer", "late"]


class Sheet(NamedTuple):
    """A map sheet as its old commune knows it; parcels of several scales may lie on one."""

    old_commune_code: str
    map_system: str | None
    old_sheet_no: str


class Assigned(NamedTuple):
    """A new number, and who gave it: the rule, an officer, or the rule for a sheet that came late."""

    new_sheet_no: str
    assigned_by: AssignedBy


class Chosen(NamedTuple):
    """A number that an officer wants for a sheet, and the line of the file that says so."""

    new_sheet_no: str
    line: int


def number_sheets(
    sheets: Iterable[Sheet],
    head: str,
    known: Mapping[Sheet, Assigned],
    used: Iterable[tuple[str | None, str]] = (),
    chosen: Mapping[Sheet, Chosen] | None = None,
    head_is_there: bool = True,
) -> dict[Sheet, Assigned]:
    """The new number of every sheet, as a function of sets: the order of `sheets` does not matter.

    `head`: the old commune whose code survives. `known`: what was published, also of sheets that are not there now.
    `used`: map system and number of all that was ever given, which nobody gets again. `chosen`: an officer's numbers.
    While the head commune's land book has not come (`head_is_there`), its largest number is unknown, so that the rule
    gives no number where none was given yet.

    A sheet of the head commune whose own number is another's already comes late too: see `crowded_out`. Raises
    UnusableInput when two sheets of one map system would share an officer's number.
    """
    chosen = chosen or {}
    wanted = set(sheets)
    assigned = {sheet: given for sheet, given in known.items() if sheet not in chosen}
    assigned |= {sheet: Assigned(one.new_sheet_no, "officer") for sheet, one in chosen.items()}
    _refuse_shared(assigned, chosen)
    for system in {sheet.map_system for sheet in wanted}:
        of_system = {sheet: given for sheet, given in assigned.items() if sheet.map_system == system}
        fresh = [sheet for sheet in wanted if sheet.map_system == system and sheet not in assigned]
        earlier = {number for other, number in used if other == system}
        first = all(given.assigned_by == "officer" for given in of_system.values())
        if not first or head_is_there:
            assigned |= _number(sorted(fresh, key=_in_order), head, of_system, earlier, first)
    return {sheet: assigned[sheet] for sheet in sorted(wanted & assigned.keys(), key=_in_order)}


def crowded_out(numbered: Mapping[Sheet, Assigned], head: str) -> list[Sheet]:
    """The sheets of the head commune that could not keep their own number, for a person to look at."""
    return [
        sheet
        for sheet, given in numbered.items()
        if sheet.old_commune_code == head and given.assigned_by == "late" and given.new_sheet_no != sheet.old_sheet_no
    ]


def sheet_order(number: str) -> tuple[float, str]:
    """Where a sheet's number stands among others: 2, 10, 10A, and last what begins with no number."""
    digits = re.match(r"[0-9]+", number)
    return (float(digits[0]) if digits else float("inf"), number)


def _number(
    fresh: list[Sheet], head: str, given: Mapping[Sheet, Assigned], used: set[str], first: bool
) -> dict[Sheet, Assigned]:
    """The numbers of new sheets of one map system, those of the head commune before all others."""
    taken = used | {one.new_sheet_no for one in given.values()}
    own = [sheet for sheet in fresh if sheet.old_commune_code == head]
    by_rule = (one.new_sheet_no for one in given.values() if one.assigned_by != "officer")
    largest = max((_value(number) for number in (*by_rule, *(sheet.old_sheet_no for sheet in own))), default=0)
    free = (str(number) for number in count(largest + 1) if str(number) not in taken)
    numbers: dict[Sheet, Assigned] = {}
    for sheet in own:
        keeps = sheet.old_sheet_no not in taken
        numbers[sheet] = Assigned(sheet.old_sheet_no, "rule") if keeps else Assigned(next(free), "late")
    for sheet in fresh:
        if sheet.old_commune_code != head:
            numbers[sheet] = Assigned(next(free), "rule" if first else "late")
    return numbers


def _refuse_shared(assigned: Mapping[Sheet, Assigned], chosen: Mapping[Sheet, Chosen]) -> None:
    holders: dict[tuple[str | None, str], Sheet] = {}
    # Those of the officer last, so that the line named is theirs.
    for sheet, given in sorted(assigned.items(), key=lambda item: (item[0] in chosen, _in_order(item[0]))):
        other = holders.setdefault((sheet.map_system, given.new_sheet_no), sheet)
        if other != sheet:
            raise UnusableInput(
                f"Tệp «sheet_map.csv», dòng {chosen[sheet].line}: số tờ mới {given.new_sheet_no} "
                f"(hệ {sheet.map_system or 'không rõ'}) đã là của tờ {other.old_sheet_no} xã cũ "
                f"{other.old_commune_code}; hãy ghi số khác, hoặc ghi cả tờ ấy vào tệp.",
                f"sheet_map.csv, line {chosen[sheet].line}: another sheet of this map system has that number.",
            )


def _in_order(sheet: Sheet) -> tuple[str, str, tuple[float, str]]:
    return sheet.map_system or "", sheet.old_commune_code, sheet_order(sheet.old_sheet_no)


def _value(number: str) -> int:
    """The number by which others continue: of one with five digits and more, surely a slip, there is none."""
    digits = re.match(r"[0-9]+", number)
    return int(digits[0]) if digits and len(digits[0]) <= _MOST_DIGITS else 0
