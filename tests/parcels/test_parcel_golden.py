"""The golden parcel: its values, land uses, owners and quality."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipelines.warehouse import schema

Row = Callable[..., dict[str, Any]]
TABLES = {
    "parcels": schema.PARCELS,
    "parcel_numbers": schema.PARCEL_NUMBERS,
    "parcel_owners": schema.PARCEL_OWNERS,
    "provenance": schema.PROVENANCE,
}


def test_tables_have_the_columns_and_types_of_the_warehouse(books: Callable, cell: Row) -> None:
    tables = books(cell("5", "12", dien_tich="300")).tables
    for name, table in TABLES.items():
        assert tables[name].schema == table.polars_schema, name
    expected = [name for name in schema.PARCEL_SOURCES.polars_schema if name != "raw"]
    assert tables["parcel_sources"].columns == expected


def test_no_rows_give_every_table_empty_with_its_columns(books: Callable, cell: Row) -> None:
    full = books(cell("5", "12"))
    for name, table in books().tables.items():
        assert table.is_empty(), name
        assert table.schema == full.tables[name].schema, name


def test_every_parcel_has_exactly_one_kept_row(books: Callable, cell: Row) -> None:
    made = books(
        *(cell("5", "12", dien_tich="300", giay_to_chu="001084222345", ghi_chu=note) for note in "abc"),
        cell("5", "13", dien_tich="450", chu_su_dung="Bà Vũ Thị Kiên"),
    )
    kept = made.tables["parcel_sources"].filter(outcome="kept")
    assert sorted(kept["parcel_id"]) == sorted(made.tables["parcels"]["parcel_id"])
    assert made.tables["parcel_sources"]["outcome"].to_list().count("merged") == 2


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("ONT", [("ONT", None)]),
        ("ont+cln", [("ONT", None), ("CLN", None)]),
        ("ONT: 200; CLN: 150,5", [("ONT", 200.0), ("CLN", 150.5)]),
        ("LUC:360", [("LUC", 360.0)]),
    ],
)
def test_land_uses_are_codes_with_their_areas(books: Callable, cell: Row, text: str, uses: list) -> None:
    (found,) = books(cell("5", "12", loai_dat=text, dien_tich="350.5")).tables["parcels"]["land_use"]
    assert [(use["code"], use["area_m2"]) for use in found] == uses


@pytest.mark.parametrize("text", [None, "?", "đất"])
def test_an_unknown_land_use_is_a_reason_to_correct(books: Callable, cell: Row, text: str | None) -> None:
    parcel = books(cell("5", "12", loai_dat=text, dien_tich="300")).tables["parcels"].row(0, named=True)
    assert "unknown_land_use" in parcel["quality_reasons"]


@pytest.mark.parametrize(
    ("cells", "reason", "group"),
    [
        ({"so_to": None}, "no_number", 3),
        ({"so_thua": None}, "no_number", 3),
        ({"chu_su_dung": None}, "no_owner", 2),
        ({"giay_to_chu": None}, "no_owner_number", 2),
        ({"so_gcn": None}, "no_certificate", 2),
        ({"dien_tich": None}, "no_area", 2),
        ({"dien_tich": "0"}, "no_area", 2),
    ],
)
def test_what_makes_a_parcel_less_than_usable(books: Callable, cell: Row, cells: dict, reason: str, group: int) -> None:
    whole = {"dien_tich": "300", "so_gcn": "BĐ 123456", "giay_to_chu": "001084222345"}
    perfect = books(cell("5", "12", **whole)).tables["parcels"].select("quality_group", "quality_reasons").row(0)
    assert perfect == (1, [])
    parcel = books({**cell("5", "12", **whole), **cells}).tables["parcels"].row(0, named=True)
    assert reason in parcel["quality_reasons"]
    assert parcel["quality_group"] == group


def test_a_parcel_without_owner_has_no_owner_row(books: Callable, cell: Row) -> None:
    assert books(cell("5", "12", chu_su_dung=None)).tables["parcel_owners"].is_empty()


def test_the_owner_with_a_number_survives_whole(books: Callable, cell: Row) -> None:
    made = books(
        cell("5", "12", dien_tich="300", so_gcn="BĐ 123456", ngay_cap="01/02/2020", nam_sinh_chu="1980"),
        cell("5", "12", dien_tich="300", so_gcn="BĐ 123456", chu_su_dung="Đặng Đình Sửu", giay_to_chu="001084222345"),
    )
    assert made.parcels == [{"r1", "r2"}]
    assert (made.owner["owner_name"], made.owner["owner_id_no"]) == ("Đặng Đình Sửu", "001084222345")
    assert made.owner["owner_birth_year"] is None, "of another row: the owner's columns are taken together"
    line = made.tables["provenance"].filter(field="owner").row(0, named=True)
    assert (line["rule"], line["record_id"], line["other_values"]) == ("most_exact", "r2", ["Ông Đặng Đình Sửu"])


@pytest.mark.parametrize("written", ["BĐ 123456", "bđ123456", "BĐ  123456", "BĐ-123.456"])
def test_a_serial_is_kept_in_its_printed_form(books: Callable, cell: Row, written: str) -> None:
    assert books(cell("5", "12", so_gcn=written)).tables["parcels"]["certificate_no"].to_list() == ["BĐ 123456"]


def test_numbers_without_leading_zeros_and_scales_without_their_one(books: Callable, cell: Row) -> None:
    parcel = books(cell("005", "0012", ty_le="1/500", dien_tich="1 234,5 m2")).tables["parcels"].row(0, named=True)
    assert (parcel["old_sheet_no"], parcel["parcel_no"], parcel["map_scale"]) == ("5", "12", "500")
    assert parcel["area_m2"] == 1234.5


def test_new_sheet_numbers_are_empty_until_they_are_made(books: Callable, cell: Row) -> None:
    tables = books(cell("5", "12")).tables
    assert tables["parcels"]["new_sheet_no"].null_count() == tables["parcel_numbers"]["new_sheet_no"].null_count() == 1
    assert pl.Series(tables["parcel_numbers"]["is_current"]).to_list() == [True]
