"""What officers decide about people: it shows in the partition, the numbers, the golden record and the queue."""

from collections.abc import Callable
from typing import Any

from pipelines.review.decisions import Decision, Kind

Row = Callable[..., dict[str, Any]]
FIRST, SECOND, THIRD = "001084000011", "001084777722", "001084555533"


def decided(kind: Kind, rows: str, parts: str = "") -> Decision:
    """`decided("same", "12")`: rows r1 and r2."""
    return Decision(
        dataset="citizens",
        kind=kind,
        record_ids=tuple(f"r{row}" for row in rows),
        parts=tuple(map(int, parts or "1" * len(rows))),
        by="Lê Thị Hòa",
        at="2025-07-03",
    )


def test_two_trusted_numbers_are_one_person_once_one_was_issued_again(register: Callable, cell: Row) -> None:
    person = {"gioi_tinh": "Nam", "ho_ten_cha": "Đặng Đình Tuất", "ho_ten_me": "Vũ Thị Nhài"}
    rows = [
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh=FIRST, ngay_cap_nhat="05/05/2025", **person),
        cell("Đặng Đình Sửu", "02/03/1984", commune="10210", so_dinh_danh=SECOND, ngay_cap_nhat="01/01/2020", **person),
        cell("Đặng Đình Sửu", "02/03/1984", commune="10207", so_dinh_danh=FIRST, **person),
    ]
    apart = register(*rows)
    assert {"r1", "r3"} in apart.people
    assert apart.case("union_refused")["record_ids"] == ["r1", "r2", "r3"]
    # Of the numbers the one in force stands in the golden record, although the other row is newer and more have it.
    together = register(*rows, decisions=[decided("number_superseded", "21", "12")])
    assert together.people == [{"r1", "r2", "r3"}]
    (person,) = together.tables["citizens"].rows(named=True)
    assert (person["personal_id"], person["personal_id_status"]) == (SECOND, "trusted")
    assert person["former_personal_ids"] == [FIRST]
    assert set(together.tables["citizen_trust"]["trusted_number"]) == {SECOND}
    assert together.cases.is_empty()


def test_a_number_that_was_issued_again_twice_counts_as_the_last(register: Callable, cell: Row) -> None:
    numbers = {"r1": FIRST, "r2": SECOND, "r3": THIRD}
    rows = [cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh=number) for number in numbers.values()]
    found = register(
        *rows, decisions=[decided("number_superseded", "21", "12"), decided("number_superseded", "32", "12")]
    )
    assert found.people == [{"r1", "r2", "r3"}]
    assert found.tables["citizens"]["personal_id"].to_list() == [THIRD]


def test_a_number_issued_again_that_others_carry_too_is_still_a_question(register: Callable, cell: Row) -> None:
    rows = [
        cell("Đặng Đình Sửu", "02/03/1984", gioi_tinh="Nam", so_dinh_danh=FIRST),
        cell("Đặng Đình Sửu", "02/03/1984", commune="10210", gioi_tinh="Nam", so_dinh_danh=SECOND),
        cell("Trần Thị Mai", "09/10/1990", gioi_tinh="Nữ", so_dinh_danh=FIRST),
        cell("Lò Văn Bốn", "05/05/1950", gioi_tinh="Nam", so_dinh_danh=FIRST),
    ]
    reissued = decided("number_superseded", "21", "12")
    found = register(*rows, decisions=[reissued])
    assert found.people == [{"r1", "r2"}, {"r3"}, {"r4"}]
    assert found.case("number_shared")["record_ids"] == ["r3", "r4"]
    # With one other holder left the old number is that person's.
    assert register(*rows[:3], decisions=[reissued]).people == [{"r1", "r2"}, {"r3"}]


def test_a_slip_in_a_number_does_not_keep_a_person_apart_once_people_have_looked(register: Callable, cell: Row) -> None:
    rows = [
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh=FIRST, ngay_cap_nhat="01/01/2020"),
        cell("Đặng Đình Sửu", "02/03/1984", commune="10210", so_dinh_danh=SECOND, ngay_cap_nhat="05/05/2025"),
    ]
    found = register(*rows, decisions=[decided("number_right", "12", "12"), decided("same", "12")])
    assert found.people == [{"r1", "r2"}]
    assert found.statuses() == {"r1": "trusted", "r2": "wrong"}
    assert found.tables["citizens"].select("personal_id", "personal_id_status").rows() == [(FIRST, "trusted")]
    assert found.cases.filter(status="open").is_empty()


def test_the_right_owner_of_a_shared_number_keeps_it(register: Callable, cell: Row) -> None:
    rows = [
        cell("Đặng Đình Sửu", "02/03/1984", gioi_tinh="Nam", so_dinh_danh=FIRST),
        cell("Trần Thị Mai", "09/10/1984", gioi_tinh="Nữ", so_dinh_danh=FIRST),
    ]
    shared = register(*rows)
    assert shared.statuses() == {"r1": "shared", "r2": "shared"}
    assert shared.case("number_shared")["blocking"]
    found = register(*rows, decisions=[decided("number_right", "12", "12"), decided("different", "12", "12")])
    assert found.statuses() == {"r1": "trusted", "r2": "wrong"}
    assert found.tables["citizens"].select("personal_id", "personal_id_status").rows() == [
        (FIRST, "trusted"),
        (None, "none"),
    ]
    assert found.cases.is_empty()
    # Told apart without an owner: the number is nobody's, the question waits, and blocks no more.
    apart = register(*rows, decisions=[decided("different", "12", "12")])
    assert apart.statuses() == {"r1": "shared", "r2": "shared"}
    assert apart.case("number_shared")["status"] == "waiting"
    assert not apart.case("number_shared")["blocking"]


def test_one_number_on_two_who_were_told_apart_is_no_longer_trusted(register: Callable, cell: Row) -> None:
    rows = [
        cell("Đặng Đình Sửu", "02/03/1984", commune=code, so_dinh_danh=FIRST) for code in ("10231", "10210", "10207")
    ]
    assert set(register(*rows).statuses().values()) == {"trusted"}
    for decision in (decided("different", "12", "12"), decided("keep_out", "1")):
        found = register(*rows, decisions=[decision])
        assert set(found.statuses().values()) == {"shared"}
        assert found.case("number_shared")["record_ids"] == ["r1", "r2", "r3"]


def test_an_entity_taken_apart_stays_apart_and_one_put_together_stays_together(register: Callable, cell: Row) -> None:
    rows = [
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh=FIRST),
        cell("Đặng Đình Sửu", "02/03/1984", commune="10210", so_dinh_danh=FIRST),
        cell("Lò Văn Khác", "1950", commune="10207"),
    ]
    assert {"r1", "r2"} in register(*rows).people
    assert {"r1"} in register(*rows, decisions=[decided("dissolve", "12", "12")]).people
    assert {"r1"} in register(*rows, decisions=[decided("keep_out", "1")]).people
    assert {"r1", "r2", "r3"} in register(*rows, decisions=[decided("same", "13")]).people
