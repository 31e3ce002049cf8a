"""What became of a parcel on a later map: by note, by certificate, by owner, place and area; nothing where in doubt."""

from typing import Any

import polars as pl
import pytest

from pipelines.parcels.notes import mentions
from pipelines.parcels.relations import parcel_relations
from pipelines.warehouse.schema import PARCEL_NUMBERS, PARCEL_OWNERS, PARCELS

Plot = dict[str, Any]
HOME = {"hamlet": "Thôn Đông", "land_use": ["ONT"]}
OWNER = "001084222345"


def plot(name: str, system: str | None, sheet: str, parcel: str, area: float | None, **facts: Any) -> Plot:
    return {
        "parcel_id": name,
        "map_system": system,
        "old_sheet_no": sheet,
        "parcel_no": parcel,
        "area_m2": area,
    } | facts


def related(*plots: Plot, commune: str = "10231") -> list[tuple[str, str, str]]:
    return table(*plots, commune=commune).select("from_parcel_id", "to_parcel_id", "kind").rows()


def table(*plots: Plot, commune: str = "10231") -> pl.DataFrame:
    rows = [
        {"old_commune_code": commune, "record_id": f"r{at}", "is_current": True, "owner_no": 1, "status": "no_match"}
        | one
        | {"land_use": [{"code": code, "area_m2": None} for code in one.get("land_use", [])]}
        for at, one in enumerate(plots)
    ]
    frames = [
        pl.DataFrame([{name: row.get(name) for name in kind.polars_schema} for row in some], schema=kind.polars_schema)
        for kind, some in (
            (PARCELS, [row for row in rows if not row.get("again")]),
            (PARCEL_NUMBERS, rows),
            (PARCEL_OWNERS, [row for row in rows if row.get("owner_id_no") or row.get("citizen_id")]),
        )
    ]
    return parcel_relations(*frames)


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("Thửa cũ số 45, tờ 3 bản đồ 299", [(None, True, "299", "3", "45")]),
        ("Tách từ thửa 12 tờ 5", [("split", True, None, "5", "12")]),
        ("Chia tách từ thửa đất số 012a, tờ bản đồ số 05 (BĐ 1994)", [("split", True, "1994", "5", "12A")]),
        ("Gộp thửa 12, 13 và 14 tờ 5", [("joined", True, None, "5", p) for p in ("12", "13", "14")]),
        ("Hợp từ thửa 12 tờ 5, thửa 13 tờ 6", [("joined", True, None, "5", "12"), ("joined", True, None, "6", "13")]),
        ("Nay là thửa 7 tờ 20 bản đồ tổng thể", [(None, False, "tổng thể", "20", "7")]),
        ("Đã tách thành thửa 5, 6 tờ 8", [("split", False, None, "8", "5"), ("split", False, None, "8", "6")]),
        ("Trước là tờ 3 thửa 45 BĐ 299/TTg", [(None, True, "299", "3", "45")]),
        ("Tách thửa", []),
        ("Đang thế chấp tại ngân hàng, hợp đồng số 12 ngày 5", []),
        (None, []),
    ],
)
def test_numbers_that_a_note_names(note: str | None, told: list[tuple]) -> None:
    found = mentions(pl.Series("note", [note], dtype=pl.String))
    assert found.drop("note").rows() == told


def test_a_note_names_the_former_parcel() -> None:
    rows = (
        plot("T1", "299", "3", "45", 300.0, **HOME),
        plot("T2", "1994", "7", "20", 331.0, note="Thửa cũ số 45, tờ 3 bản đồ 299", hamlet="Thôn Đoài"),
    )
    assert related(*rows) == [("T1", "T2", "resurveyed_as")]
    assert "Ghi chú" in table(*rows)["reason"][0] and "9,4%" in table(*rows)["reason"][0]
    assert related(rows[0], rows[1] | {"area_m2": 690.0}) == [("T1", "T2", "overlaps")]
    assert related(rows[0], rows[1], commune="10234") == [("T1", "T2", "resurveyed_as")]
    assert related(rows[0], rows[1] | {"old_commune_code": "10234"}) == [], "the number is that of another commune"


def test_a_note_of_the_former_parcel_names_the_later_ones() -> None:
    former = plot("T1", "1994", "3", "45", 300.0, note="Đã tách thành thửa 5, 6 tờ 8 bản đồ tổng thể")
    parts = plot("T2", "tổng thể", "8", "5", 100.0), plot("T3", "tổng thể", "8", "6", 200.0)
    assert related(former, *parts) == [("T1", "T2", "split_into"), ("T1", "T3", "split_into")]


def test_of_two_maps_with_the_number_the_one_that_fits_is_meant() -> None:
    old = plot("T1", "299", "5", "12", 900.0, owner_id_no=OWNER)
    other = plot("T2", "1994", "5", "12", 90.0)
    part = plot("T3", "tổng thể", "8", "1", 400.0, note="Tách từ thửa 12 tờ 5", owner_id_no=OWNER)
    assert related(old, other, part) == [("T1", "T3", "split_into")]
    stranger = part | {"owner_id_no": None}
    assert related(old, other | {"area_m2": 900.0}, stranger) == [], "nothing tells which of the two"


def test_one_owner_one_place_one_area() -> None:
    first = plot("T1", "299", "3", "45", 300.0, owner_id_no=OWNER, **HOME)
    later = plot("T2", "1994", "7", "20", 309.0, owner_id_no=OWNER, **HOME)
    assert related(first, later) == [("T1", "T2", "resurveyed_as")]
    assert related(later, first) == [("T1", "T2", "resurveyed_as")]
    for change in (
        {"area_m2": 360.0}, {"area_m2": None}, {"hamlet": "Thôn Đoài"}, {"land_use": ["LUC"]},
        {"field_name": "Đồng Cửa"}, {"owner_id_no": "001084222346"}, {"map_system": "299"},
        {"map_system": None}, {"old_commune_code": "10234"},
    ):  # fmt: skip
        assert related(first, later | change) == [], change
    another = plot("T3", "1994", "7", "21", 305.0, owner_id_no=OWNER, **HOME)
    assert related(first, later, another) == [], "either may be it"


def test_the_same_person_under_an_old_number_and_a_new_one() -> None:
    person = {"citizen_id": "C1", "status": "confirmed", **HOME}
    first = plot("T1", "299", "3", "45", 300.0, owner_id_no="111222333", **person)
    later = plot("T2", "tổng thể", "7", "20", 301.0, owner_id_no=OWNER, **person)
    assert related(first, later) == [("T1", "T2", "resurveyed_as")]
    assert related(first, later | {"status": "needs_paper"}) == []


def test_a_certificate_allows_more_difference_than_an_owner() -> None:
    first = plot("T1", "299", "3", "45", 300.0, certificate_no="BĐ 123456", **HOME)
    later = plot("T2", "1994", "7", "20", 340.0, certificate_no="BD 123456", **HOME)
    assert related(first, later) == [("T1", "T2", "resurveyed_as")]
    assert "chứng nhận" in table(first, later)["reason"][0]


def test_parts_that_add_up() -> None:
    whole = plot("T1", "299", "3", "45", 600.0, owner_id_no=OWNER, **HOME)
    parts = [
        plot(f"T{n}", "1994", "7", str(n), area, owner_id_no=OWNER, **HOME) for n, area in ((2, 250.0), (3, 345.0))
    ]
    assert related(whole, *parts) == [("T1", "T2", "split_into"), ("T1", "T3", "split_into")]
    assert related(whole, parts[0], parts[1] | {"area_m2": 280.0}) == []
    joined = related(whole | {"map_system": "tổng thể"}, *parts)
    assert joined == [("T2", "T1", "joined_into"), ("T3", "T1", "joined_into")]
    noted = parts[0] | {"note": "Tách từ thửa 45 tờ 3 bản đồ 299", "owner_id_no": None}
    assert related(whole, noted, parts[1]) == [("T1", "T2", "split_into"), ("T1", "T3", "split_into")]


def test_maps_in_between_tell_it_once() -> None:
    first = plot("T1", "299", "1", "1", 300.0)
    between = plot("T2", "1994", "1", "2", 302.0, note="Thửa cũ số 1, tờ 1 bản đồ 299")
    last = plot("T3", "tổng thể", "4", "9", 304.0, note="Thửa cũ số 2, tờ 1 bản đồ 1994; thửa 1 tờ 1 bản đồ 299")
    assert related(first, between, last) == [("T1", "T2", "resurveyed_as"), ("T2", "T3", "resurveyed_as")]


def test_a_parcel_that_stands_on_both_maps_already_is_no_later_one() -> None:
    facts = {"owner_id_no": OWNER, **HOME}
    both = plot("T2", "1994", "7", "20", 300.0, **facts)
    former = both | {"map_system": "299", "old_sheet_no": "1", "record_id": "r9", "is_current": False, "again": True}
    first = plot("T1", "299", "3", "45", 300.0, **facts)
    assert related(first, both) == [("T1", "T2", "resurveyed_as")]
    assert related(first, both, former) == []


def test_nothing_of_nothing() -> None:
    assert table().is_empty()
