"""Bảng 01: which new number every old map sheet gets, and that it keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parcels.sheet_ledger import keep_sheets, known_sheets
from pipelines.parcels.sheet_map import Assigned, Chosen, Sheet, crowded_out, number_sheets
from pipelines.problems import UnusableInput

HEAD = "10231"
SYSTEMS = ("299", "1994", None)


def sheets(code: str, *numbers: str | int, system: str | None = "299") -> list[Sheet]:
    return [Sheet(code, system, str(number)) for number in numbers]


def numbers(assigned: dict[Sheet, Assigned]) -> dict[tuple[str, str], str]:
    return {(sheet.old_commune_code, sheet.old_sheet_no): given.new_sheet_no for sheet, given in assigned.items()}


any_sheets = st.sets(
    st.builds(
        Sheet,
        st.sampled_from((HEAD, "10234", "10240")),
        st.sampled_from(SYSTEMS),
        st.one_of(st.integers(1, 30).map(str), st.sampled_from(("2A", "DC3"))),
    ),
    max_size=40,
)


def test_the_head_commune_keeps_and_the_others_continue_by_old_code_and_number():
    found = number_sheets([*sheets("10240", 1), *sheets("10234", 10, 2), *sheets(HEAD, 1, 2, 12)], HEAD, {})
    assert numbers(found) == {
        (HEAD, "1"): "1", (HEAD, "2"): "2", (HEAD, "12"): "12",
        ("10234", "2"): "13", ("10234", "10"): "14", ("10240", "1"): "15",
    }  # fmt: skip
    assert {given.assigned_by for given in found.values()} == {"rule"}


def test_a_slip_of_the_head_commune_does_not_push_all_others_away():
    found = number_sheets([*sheets(HEAD, 1, 2, 20190510), *sheets("10234", 1)], HEAD, {})
    assert numbers(found) == {(HEAD, "1"): "1", (HEAD, "2"): "2", (HEAD, "20190510"): "20190510", ("10234", "1"): "3"}


def test_each_map_system_is_numbered_by_itself():
    found = number_sheets([*sheets(HEAD, 5), *sheets("10234", 1, system="1994"), *sheets("10234", 1)], HEAD, {})
    assert found[Sheet("10234", "1994", "1")].new_sheet_no == "1"
    assert found[Sheet("10234", "299", "1")].new_sheet_no == "6"


def test_a_late_sheet_of_the_head_commune_whose_number_is_taken_gets_the_next_one_and_is_told():
    first = number_sheets([*sheets(HEAD, 1, 2), *sheets("10234", 1, 2)], HEAD, {})
    later = number_sheets([*first, *sheets(HEAD, 3, 7)], HEAD, first)
    assert later[Sheet(HEAD, "299", "3")] == Assigned("8", "late")  # 3 and 4 are the neighbour's, 7 is its own
    assert later[Sheet(HEAD, "299", "7")] == Assigned("7", "rule")
    assert crowded_out(later, HEAD) == sheets(HEAD, 3)


def test_nothing_is_numbered_while_the_head_communes_book_has_not_come_unless_an_officer_says_so():
    chosen = {Sheet("10234", "299", "1"): Chosen("101", 2)}
    found = number_sheets(sheets("10234", 1, 2), HEAD, {}, chosen=chosen, head_is_there=False)
    assert found == {Sheet("10234", "299", "1"): Assigned("101", "officer")}
    later = number_sheets([*sheets("10234", 1, 2), *sheets(HEAD, 1)], HEAD, found)
    assert numbers(later) == {("10234", "1"): "101", (HEAD, "1"): "1", ("10234", "2"): "2"}


def test_an_officers_table_wins_and_its_old_number_goes_to_nobody():
    first = number_sheets([*sheets(HEAD, 1), *sheets("10234", 1)], HEAD, {})
    used = {(sheet.map_system, given.new_sheet_no) for sheet, given in first.items()}
    moved = number_sheets([*first], HEAD, first, used, {Sheet("10234", "299", "1"): Chosen("77", 2)})
    assert moved[Sheet("10234", "299", "1")] == Assigned("77", "officer")
    later = number_sheets([*moved, *sheets("10240", 1)], HEAD, moved, used)
    assert later[Sheet("10240", "299", "1")].new_sheet_no not in {"1", "2", "77"}


def test_two_sheets_of_one_system_under_an_officers_number_are_refused():
    first = number_sheets([*sheets(HEAD, 1), *sheets("10234", 1)], HEAD, {})
    with pytest.raises(UnusableInput, match=r"dòng 4: số tờ mới 1 .*10231"):
        number_sheets([*first], HEAD, first, chosen={Sheet("10234", "299", "1"): Chosen("1", 4)})


@given(any_sheets, any_sheets, st.randoms(use_true_random=False))
def test_numbers_are_unique_within_a_system_never_move_and_do_not_hang_on_the_order(early, late, dice):
    first = number_sheets(early, HEAD, {})
    shuffled = dice.sample(sorted(early, key=str), len(early))
    assert number_sheets(shuffled, HEAD, {}) == first
    later = number_sheets(early | late, HEAD, first)
    assert later.keys() == early | late
    assert all(later[sheet] == given for sheet, given in first.items())
    assert len({(sheet.map_system, given.new_sheet_no) for sheet, given in later.items()}) == len(later)
    assert number_sheets(early | late, HEAD, later) == later


def test_numbers_count_once_published_and_stay_when_a_sheet_is_away(tmp_path):
    def run(run_id: str, wanted: list[Sheet], publish: bool) -> dict[Sheet, Assigned]:
        known = known_sheets(tmp_path, HEAD, lambda asked: asked in published, [])
        found = number_sheets(wanted, HEAD, known.numbers, known.used)
        keep_sheets(tmp_path, HEAD, found, known, run_id)
        if publish:
            published.add(run_id)
        return found

    published: set[str] = set()
    run("refused", [*sheets("10234", 1), *sheets(HEAD, 9)], publish=False)
    first = run("1", [*sheets(HEAD, 1, 2), *sheets("10234", 1, 2)], publish=True)
    assert numbers(first)["10234", "1"] == "3", "what was never published binds nobody"
    run("2", sheets(HEAD, 1), publish=True)
    back = run("3", [*sheets("10234", 1, 2), *sheets("10240", 1), *sheets(HEAD, 1)], publish=True)
    assert numbers(back) == {(HEAD, "1"): "1", ("10234", "1"): "3", ("10234", "2"): "4", ("10240", "1"): "5"}
