"""Owners of parcels → the citizens they are: what is confirmed, what needs a paper, what is nobody."""

from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parcels.owners import linked_owners, parcel_owners
from pipelines.warehouse import schema
from tests.examples import FEW

CELLS = ("parcel_id", "old_commune_code", "certificate_no", "owner_name", "owner_id_text", "owner_birth_text",
         "owner_address")  # fmt: skip
COMMUNES = {"10231": "Nguyễn Trãi", "10234": "Quất Động"}
HERE = "Thôn Đông, xã Nguyễn Trãi, huyện Thường Tín, thành phố Hà Nội"


def citizen(key: str, name: str = "Đặng Đình Sửu", commune: str = "10231", **values: Any) -> dict[str, Any]:
    usual = {
        "citizen_id": key,
        "full_name": name,
        "sex": "male",
        "birth_year": 1964,
        "personal_id_status": "trusted",
        "former_personal_ids": [],
        "old_commune_code": commune,
        "hamlet": "Thôn Đông",
        "address_old": f"Thôn Đông, xã {COMMUNES[commune]}, huyện Thường Tín, thành phố Hà Nội",
        "status": "present",
    }
    return {**usual, **values}


def _neighbours() -> list[dict[str, Any]]:
    """A few hundred others, so that names, years and hamlets are as common as they are in a commune."""
    people = []
    names = product(
        ("Nguyễn", "Trần", "Lê", "Phạm"), ("Văn", "Đức", "Thị", "Minh"), ("Hùng", "Hòa", "Lan", "Tú", "Mai")
    )
    for at, ((first, middle, last), hamlet, commune) in enumerate(product(names, ("Đông", "Đoài", "Hạ"), COMMUNES)):
        address = f"Thôn {hamlet}, xã {COMMUNES[commune]}, huyện Thường Tín, thành phố Hà Nội"
        people.append(
            citizen(
                f"N{at:03}", f"{first} {middle} {last}", commune, hamlet=f"Thôn {hamlet}", address_old=address,
                sex="female" if middle == "Thị" else "male", birth_year=1940 + at * 7 % 55,
                personal_id=f"001{at % 2}{(40 + at * 7 % 55) % 100:02}{at * 1579 % 1000000:06}",
            )
        )  # fmt: skip
    return people


NEIGHBOURS = _neighbours()


def link(cells: list[dict[str, Any]], *citizens: dict[str, Any]) -> pl.DataFrame:
    rows = [{"parcel_id": f"L{n}", "old_commune_code": "10231", **cell} for n, cell in enumerate(cells, start=1)]
    parcels = pl.DataFrame(rows, schema=dict.fromkeys(CELLS, pl.String))
    return linked_owners(parcels, pl.DataFrame([*NEIGHBOURS, *citizens], schema=schema.CITIZENS.polars_schema))


def found(owner: dict[str, Any], *citizens: dict[str, Any], name: str = "Ông Đặng Đình Sửu") -> dict[str, Any]:
    return link([{"owner_name": name, **owner}], *citizens).row(0, named=True)


HIS, HERS = "001064222345", "001166222346"
NUMBER = {"owner_id_text": "001 064 222 345"}
YEAR, ADDRESS = {"owner_birth_text": "1964"}, {"owner_address": HERE}


@pytest.mark.parametrize(
    ("holders", "status", "names"),
    [
        ([citizen("P1", personal_id=HIS)], "confirmed", "P1"),
        ([citizen("P1", personal_id=HIS, personal_id_status="doubtful")], "confirmed", "P1"),
        ([citizen("P1", personal_id="001064888888", former_personal_ids=[HIS])], "confirmed", "P1"),
        ([citizen("P1", "Vũ Kiên", personal_id=HIS)], "needs_paper", "P1"),
        ([citizen("P1", personal_id=HIS), citizen("P2", "Vũ Kiên", personal_id=HIS)], "needs_paper", "P1"),
        ([], "no_match", None),
    ],
    ids=["same", "doubtful", "former", "another's name", "two hold it", "nobody"],
)
def test_a_number_finds_its_only_holder_when_the_names_agree(holders: list, status: str, names: str | None) -> None:
    owner = found(NUMBER, *holders)
    assert (owner["status"], owner["citizen_id"]) == (status, names)
    assert (owner["score"] is not None) == (status != "no_match")
    assert ("Nhiều công dân" in owner["reason"]) == (len(holders) > 1)
    assert owner["reason"].endswith("cần xem giấy tờ.") == (status == "needs_paper")


def test_the_number_of_another_citizen_asks_for_a_paper_however_well_the_rest_fits() -> None:
    owner = found(NUMBER | YEAR | ADDRESS, citizen("P1"), citizen("P2", "Vũ Kiên", birth_year=1990, personal_id=HIS))
    assert owner["status"] == "needs_paper"
    assert "công dân khác" in owner["reason"] or "tên khác" in owner["reason"]


@pytest.mark.parametrize("name", ["Hộ ông ĐẶNG ĐÌNH SỬU", "ong Dang Dinh Suu", "Ông Đ.Đ. Sửu", "Đặng Đình Sữu"])
def test_an_old_number_bridges_to_the_person_whatever_the_spelling(name: str) -> None:
    holder = citizen("P1", personal_id=HIS, old_id_no="111222333")
    owner = found({"owner_id_text": "111222333"}, holder, name=name)
    assert (owner["status"], owner["citizen_id"]) == ("confirmed", "P1")


def test_a_number_in_the_wrong_order_goes_to_the_owner_who_holds_it() -> None:
    couple = [citizen("P1", birth_year=1964, old_id_no="111222333", spouse_name="Vũ Thị Kiên"),
              citizen("P2", "Vũ Thị Kiên", sex="female", birth_year=1966, old_id_no="111222444")]  # fmt: skip
    cell = {"owner_name": "Ông Đặng Đình Sửu và bà Vũ Thị Kiên", "owner_id_text": "111222444; 111222333"}
    owners = link([cell | ADDRESS], *couple)
    assert owners["citizen_id"].to_list() == ["P1", "P2"]
    assert owners["status"].to_list() == ["confirmed", "confirmed"]
    assert owners["owner_id_no"].to_list() == ["111222333", "111222444"]


def test_a_number_on_another_parcel_of_the_same_owner_speaks_for_both() -> None:
    holder = citizen("P1", personal_id=HIS, birth_year=1964, hamlet=None, address_old=None)
    certificate = {"owner_name": "Ông Đặng Đình Sửu", "certificate_no": "BĐ 123456"}
    owners = link([certificate | NUMBER, certificate], holder)
    assert owners["status"].to_list() == ["confirmed", "confirmed"]
    assert "thửa khác" in owners["reason"][1]


@pytest.mark.parametrize(
    ("cell", "commune", "status"),
    [
        ({}, "10231", "needs_paper"),
        (YEAR, "10234", "needs_paper"),
        (YEAR | ADDRESS, "10231", "confirmed"),
        (YEAR | {"owner_address": "Thôn Đoài, xã Vạn Phúc, quận Hà Đông"}, "10231", "needs_paper"),
        ({"owner_birth_text": "1939"} | ADDRESS, "10231", "no_match"),
    ],
    ids=["name", "name and year", "name, year and hamlet", "address elsewhere", "another year"],
)
def test_without_a_number_more_than_name_and_year_must_agree(cell: dict[str, Any], commune: str, status: str) -> None:
    assert found(cell, citizen("P1", commune=commune))["status"] == status


def test_an_address_of_earlier_days_speaks_for_a_person_who_moved_within_the_new_commune() -> None:
    moved = citizen("P1", commune="10234")
    people = pl.DataFrame([*NEIGHBOURS, moved], schema=schema.CITIZENS.polars_schema)
    cell = {"parcel_id": "L1", "old_commune_code": "10231", "owner_name": "Ông Đặng Đình Sửu", **YEAR, **ADDRESS}
    parcels = pl.DataFrame([cell], schema=dict.fromkeys(CELLS, pl.String))
    lived = pl.DataFrame([moved, citizen("P1")]).select("citizen_id", "old_commune_code", "hamlet", "address_old")
    assert linked_owners(parcels, people).row(0, named=True)["status"] == "needs_paper"
    assert linked_owners(parcels, people, lived).row(0, named=True)["status"] == "confirmed"


def test_the_other_owner_being_the_spouse_speaks_for_a_person() -> None:
    common = citizen("P1", "Nguyễn Văn Hùng", birth_year=1964, spouse_name="Vũ Thị Kiên", hamlet="Thôn Hạ")
    owner = found({}, common, name="Ông Nguyễn Văn Hùng và bà Vũ Thị Kiên")
    assert (owner["status"], owner["citizen_id"]) == ("confirmed", "P1")
    assert "vợ hoặc chồng" in owner["reason"]
    assert found({}, common, name="Ông Nguyễn Văn Hùng")["status"] != "confirmed"


def test_two_who_fit_alike_are_told_and_neither_is_chosen() -> None:
    owner = found(YEAR | ADDRESS, citizen("P1"), citizen("P2"))
    assert (owner["status"], owner["citizen_id"]) == ("needs_paper", None)
    assert "2 công dân" in owner["reason"]


@pytest.mark.parametrize(
    ("name", "status", "citizen_status"),
    [
        ("Ông Đặng Đình Sửu (đã chết)", "confirmed", "present"),
        ("Ông Đặng Đình Sửu", "confirmed", "dead"),
        ("Những người thừa kế của ông Đặng Đình Sửu", "needs_paper", "dead"),
        ("Những người thừa kế của ông Đặng Đình Sửu", "needs_paper", "present"),
    ],
)
def test_a_dead_owner_is_the_right_person_and_told_and_heirs_need_a_paper(
    name: str, status: str, citizen_status: str
) -> None:
    owner = found(NUMBER, citizen("P1", personal_id=HIS, status=citizen_status), name=name)
    assert (owner["status"], owner["citizen_id"], owner["owner_dead"]) == (status, "P1", True)
    assert "đã chết" in owner["reason"] or "thừa kế" in owner["reason"]


def test_the_living_are_not_told_dead() -> None:
    assert found(NUMBER, citizen("P1", personal_id=HIS))["owner_dead"] is False


@pytest.mark.parametrize(
    ("name", "kind"), [("UBND xã Nguyễn Trãi", "state"), ("HTX Đặng Đình", "organisation"), ("không rõ", "unknown")]
)
def test_what_is_no_person_is_never_a_citizen(name: str, kind: str) -> None:
    owner = found(NUMBER, citizen("P1", name, personal_id=HIS), name=name)
    assert (owner["owner_kind"], owner["status"], owner["citizen_id"]) == (kind, "no_match", None)
    assert "không" in owner["reason"]


def test_nobody_is_two_owners_of_one_parcel() -> None:
    owners = link([{"owner_name": "Ông Đặng Đình Sửu, ông Đặng Đình Sữu"} | YEAR | ADDRESS], citizen("P1"))
    confirmed = owners.filter(status="confirmed")
    assert owners.height == 2
    assert confirmed["citizen_id"].n_unique() == confirmed.height


def test_nothing_in_gives_the_tables_with_their_columns() -> None:
    none = pl.DataFrame(schema=dict.fromkeys(CELLS, pl.String))
    nobody = pl.DataFrame(schema=schema.CITIZENS.polars_schema)
    one = pl.DataFrame([{"parcel_id": "L1", "owner_name": "Ông Đặng Đình Sửu"}], schema=none.schema)
    assert parcel_owners(none, nobody).schema == schema.PARCEL_OWNERS.polars_schema
    assert parcel_owners(one, nobody).row(0, named=True)["status"] == "no_match"


_NAMES = (
    *("Ông Nguyễn Văn Hùng", "Hộ bà Lê Thị Lan", "Ông Trần Đức Hòa và bà Lê Thị Mai", "Phạm Minh Tú", "UBND xã"),
    None,
)
_CELL = st.fixed_dictionaries(
    {
        "owner_name": st.sampled_from(_NAMES),
        "owner_id_text": st.sampled_from([None, *(one["personal_id"] for one in NEIGHBOURS[::60]), "111222333"]),
        "owner_birth_text": st.sampled_from([None, "1940", "1961", "1982"]),
        "owner_address": st.sampled_from([None, HERE, "Thôn Hạ"]),
    }
)


@FEW
@given(st.lists(_CELL, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_order_does_not_matter_no_owner_is_lost_and_no_name_confirms_alone(cells: list, dice: Any) -> None:
    def table(rows: list[dict[str, Any]], people: list[dict[str, Any]]) -> pl.DataFrame:
        parcels = pl.DataFrame(rows, schema=dict.fromkeys(CELLS, pl.String))
        citizens = pl.DataFrame(people, schema=schema.CITIZENS.polars_schema)
        return parcel_owners(parcels, citizens).sort("parcel_id", "owner_no")

    rows = [{"parcel_id": f"L{n}", "old_commune_code": "10231", **cell} for n, cell in enumerate(cells)]
    owners = table(rows, NEIGHBOURS)
    shuffled = table(dice.sample(rows, len(rows)), dice.sample(NEIGHBOURS, len(NEIGHBOURS)))
    assert shuffled.equals(owners)

    named = {row["parcel_id"] for row in rows if row["owner_name"]}
    numbers = owners.group_by("parcel_id").agg(pl.col("owner_no").sort())
    assert set(numbers["parcel_id"]) == named
    assert all(owned == list(range(1, len(owned) + 1)) for owned in numbers["owner_no"].to_list())

    bare = {r["parcel_id"] for r in rows if not (r["owner_id_text"] or r["owner_address"] or r["owner_birth_text"])}
    alone = owners.filter(pl.col("parcel_id").is_in(bare), pl.len().over("parcel_id") == 1)
    assert "confirmed" not in alone["status"].to_list()


def test_how_many_pairs_are_weighed_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    namesakes = [citizen(f"P{at}", birth_year=1940 + 6 * at) for at in range(7)]
    holder = citizen("P9", personal_id=HIS)
    cells = [{"owner_name": "Ông Đặng Đình Sửu"} | told for told in ({}, YEAR, YEAR | ADDRESS, NUMBER)]
    whole = link(cells, *namesakes, holder)
    monkeypatch.setattr("pipelines.parcels.owner_evidence._SLICE", 3)
    assert link(cells, *namesakes, holder).equals(whole)
    assert whole["status"].n_unique() > 1
    assert whole["score"].drop_nulls().n_unique() > 1
