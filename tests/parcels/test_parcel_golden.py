"""The golden parcel: which of its rows' values survive, its numbers, its sources."""

from collections.abc import Callable
from datetime import date
from itertools import permutations
from typing import Any

import polars as pl
import pytest

from pipelines.warehouse import schema

Row = Callable[..., dict[str, Any]]
Golden = Callable[..., dict[str, pl.DataFrame]]
TABLES = {
    "parcels": schema.PARCELS,
    "parcel_numbers": schema.PARCEL_NUMBERS,
    "parcel_owners": schema.PARCEL_OWNERS,
    "parcel_relations": schema.PARCEL_RELATIONS,
    "provenance": schema.PROVENANCE,
}


def test_tables_have_the_columns_and_types_of_the_warehouse(golden: Golden, cell: Row) -> None:
    tables = golden(cell("5", "12", dien_tich="300"))
    for name, table in TABLES.items():
        assert tables[name].schema == table.polars_schema, name
    expected = [name for name in schema.PARCEL_SOURCES.polars_schema if name != "raw"]
    assert tables["parcel_sources"].columns == expected


def test_no_rows_give_every_table_empty_with_its_columns(golden: Golden, cell: Row) -> None:
    full = golden(cell("5", "12"))
    for name, table in golden().items():
        assert table.is_empty(), name
        assert table.schema == full[name].schema, name


def test_every_parcel_has_exactly_one_kept_row(golden: Golden, cell: Row) -> None:
    tables = golden([cell("5", "12", ghi_chu=note) for note in "abc"], cell("5", "13"))
    kept = tables["parcel_sources"].filter(outcome="kept")
    assert sorted(kept["parcel_id"]) == sorted(tables["parcels"]["parcel_id"])
    assert tables["parcel_sources"]["outcome"].to_list().count("merged") == 2
    assert sorted(tables["parcels"]["source_row_count"]) == [1, 3]


def test_a_parcel_without_owner_has_no_owner_row(golden: Golden, cell: Row) -> None:
    assert golden(cell("5", "12", chu_su_dung=None))["parcel_owners"].is_empty()


def test_the_owner_with_a_number_survives_whole(golden: Golden, cell: Row) -> None:
    tables = golden(
        [
            cell("5", "12", chu_su_dung="Bà Vũ Thị Kiên", ngay_cap="01/02/2020", nam_sinh_chu="1980"),
            cell("5", "12", chu_su_dung="Đặng Đình Sửu", giay_to_chu="001084222345"),
        ]
    )
    (owner,) = tables["parcel_owners"].rows(named=True)
    assert (owner["owner_name"], owner["owner_id_no"]) == ("Đặng Đình Sửu", "001084222345")
    assert owner["owner_birth_year"] != 1980, "somebody else's"
    line = tables["provenance"].filter(field="owner").row(0, named=True)
    assert (line["rule"], line["record_id"], line["other_values"]) == ("most_exact", "r2", ["Bà Vũ Thị Kiên"])


def test_of_two_owners_with_numbers_the_newest_is_the_owner(golden: Golden, cell: Row) -> None:
    sold = cell("5", "12", giay_to_chu="001084222345", ngay_cap="01/02/2010")
    bought = cell("5", "12", chu_su_dung="Bà Vũ Thị Kiên", giay_to_chu="001190333456", ngay_cap="01/02/2020")
    tables = golden([sold, sold, bought])
    assert tables["parcel_owners"]["owner_name"].to_list() == ["Vũ Thị Kiên"]
    assert tables["provenance"].filter(field="owner")["rule"].to_list() == ["newest"]


def test_what_the_one_entry_leaves_out_of_its_owner_and_its_certificate_the_other_tells(
    golden: Golden, cell: Row
) -> None:
    tables = golden(
        [
            cell("5", "12", so_gcn="BĐ 123456", ngay_cap="01/02/2020", nam_sinh_chu="1984"),
            cell("5", "12", so_gcn="bđ123456", so_vao_so="CS 00012", chu_su_dung="Hộ ông ĐẶNG ĐÌNH SỬU",
                 giay_to_chu="001084222345"),
        ]
    )  # fmt: skip
    (parcel,), (owner,) = (tables[name].rows(named=True) for name in ("parcels", "parcel_owners"))
    assert (parcel["certificate_no"], parcel["certificate_book_no"]) == ("BĐ 123456", "CS 00012")
    assert parcel["certificate_date"] == date(2020, 2, 1)
    assert (owner["owner_id_no"], owner["owner_birth_year"]) == ("001084222345", 1984)


def test_a_serial_keeps_its_own_date_and_book_number(golden: Golden, cell: Row) -> None:
    older = cell("5", "12", so_gcn="BĐ 123456", so_vao_so="CH 00011", ngay_cap="01/02/2012")
    newer = cell("5", "12", so_gcn="CA 654321", ngay_cap="01/02/2018")
    (parcel,) = golden([older, older, newer])["parcels"].rows(named=True)
    assert (parcel["certificate_no"], parcel["certificate_date"]) == ("CA 654321", date(2018, 2, 1))
    assert parcel["certificate_book_no"] is None, "the book number of another certificate"


@pytest.mark.parametrize("systems", list(permutations(("299", "1994", "tổng thể"))))
def test_the_current_number_is_that_of_the_latest_map(golden: Golden, cell: Row, systems: tuple[str, ...]) -> None:
    sheets = {"299": "1", "1994": "2", "tổng thể": "3"}
    # The oldest map has the newest paper.
    issued = {"299": "01/02/2020", "1994": "01/02/2000", "tổng thể": None}
    rows = [cell(sheets[system], "7", he_ban_do=system, ngay_cap=issued[system]) for system in systems]
    tables = golden(rows)
    (parcel,) = tables["parcels"].rows(named=True)
    assert (parcel["map_system"], parcel["old_sheet_no"]) == ("tổng thể", "3")
    numbers = tables["parcel_numbers"]
    assert sorted(numbers["old_sheet_no"]) == ["1", "2", "3"], "a parcel keeps all its numbers"
    assert numbers.filter("is_current")["map_system"].to_list() == ["tổng thể"]


def test_a_row_without_number_does_not_take_the_number_of_its_parcel_away(golden: Golden, cell: Row) -> None:
    tables = golden([cell(None, None, he_ban_do="tổng thể", ngay_cap="01/02/2020"), cell("5", "12", he_ban_do="299")])
    assert tables["parcels"].select("old_sheet_no", "parcel_no").row(0) == ("5", "12")
    assert tables["parcel_numbers"].height == 1


def test_new_sheet_numbers_stand_at_every_number_also_where_the_book_names_no_map_system(
    golden: Golden, cell: Row
) -> None:
    sheet = {"old_commune_code": "10234", "map_system": None, "old_sheet_no": "5", "new_sheet_no": "31"}
    tables = golden(
        [cell("5", "12", "10234", he_ban_do=None), cell("9", "3", "10234", he_ban_do="BĐ 299/TTg")],
        sheets=[sheet, sheet | {"map_system": "299", "old_sheet_no": "9", "new_sheet_no": "44"}],
    )
    found = tables["parcel_numbers"].select("old_sheet_no", "map_system", "new_sheet_no").rows()
    assert sorted(found) == [("5", None, "31"), ("9", "299", "44")]
    assert tables["parcels"]["new_sheet_no"].to_list() == ["44"]


def test_a_sheet_has_one_scale_also_where_an_entry_leaves_it_out(golden: Golden, cell: Row) -> None:
    tables = golden([cell("5", "12"), cell("5", "12", ty_le=None)], cell("5", "13", ty_le=None))
    assert set(tables["parcels"]["map_scale"]) == {"1000"}
    assert tables["parcel_numbers"].height == 2


def test_of_land_uses_the_one_with_areas_survives_and_an_old_sign_last(golden: Golden, cell: Row) -> None:
    written = ("T", "ONT+CLN", "ONT: 200; CLN: 150")
    for rows in permutations(cell("5", "12", loai_dat=text) for text in written):
        (parcel,) = golden(list(rows))["parcels"]["land_use"].to_list()
        assert [(use["code"], use["area_m2"]) for use in parcel] == [("ONT", 200.0), ("CLN", 150.0)]


def test_numbers_without_leading_zeros_and_scales_without_their_one(golden: Golden, cell: Row) -> None:
    parcel = golden(cell("005", "0012", ty_le="1/500", dien_tich="1 234,5 m2"))["parcels"].row(0, named=True)
    assert (parcel["old_sheet_no"], parcel["parcel_no"], parcel["map_scale"]) == ("5", "12", "500")
    assert parcel["area_m2"] == 1234.5


@pytest.mark.parametrize(
    ("written", "number"),
    [("005", "5"), ("5.0", "5"), ("Tờ bản đồ số 05", "5"), ("12a", "12A"), ("12 A", "12A"), ("Thửa đất 0012", "12"),
     ("1.234", "1234"), ("12-1", "12-1"), ("TĐ 5", "TĐ 5"), ("Tờ", None)],
)  # fmt: skip
def test_a_number_is_one_however_it_is_written(golden: Golden, cell: Row, written: str, number: str | None) -> None:
    parcel = golden(cell(written, written))["parcels"].row(0, named=True)
    assert (parcel["old_sheet_no"], parcel["parcel_no"]) == (number, number)


@pytest.mark.parametrize("written", ["1/1000", "Tỷ lệ 1:1.000", "1000.0", "1 : 1 000", "1000"])
def test_a_scale_is_its_denominator(golden: Golden, cell: Row, written: str) -> None:
    assert golden(cell("5", "12", ty_le=written))["parcels"]["map_scale"].to_list() == ["1000"]


def test_new_sheet_numbers_are_empty_until_they_are_made(golden: Golden, cell: Row) -> None:
    tables = golden(cell("5", "12"))
    assert tables["parcels"]["new_sheet_no"].null_count() == tables["parcel_numbers"]["new_sheet_no"].null_count() == 1
    assert pl.Series(tables["parcel_numbers"]["is_current"]).to_list() == [True]
