"""The golden person: what survives, where it comes from, and how good it is."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipelines.citizens.standard import standardise
from pipelines.warehouse import schema

Row = Callable[..., dict[str, Any]]
TABLES = {
    "citizens": schema.CITIZENS,
    "citizens_sensitive": schema.CITIZENS_SENSITIVE,
    "households": schema.HOUSEHOLDS,
    "provenance": schema.PROVENANCE,
}
NUMBER = {"so_dinh_danh": "001084111234", "gioi_tinh": "Nam"}


def only(table: pl.DataFrame, **where: str) -> dict[str, Any]:
    (line,) = table.filter(**where).rows(named=True)
    return line


def test_tables_have_the_columns_and_types_of_the_warehouse(register: Callable, cell: Row) -> None:
    tables = register(cell("Đặng Đình Sửu", "02/03/1984", **NUMBER)).tables
    for name, table in TABLES.items():
        assert tables[name].schema == table.polars_schema, name
    expected = [name for name in schema.CITIZEN_SOURCES.polars_schema if name != "raw"]
    assert tables["citizen_sources"].columns == expected


def test_no_rows_give_every_table_empty_with_its_columns(register: Callable) -> None:
    made = register()
    full = register({"ho_ten": "Đặng Đình Sửu", "ngay_sinh": "1984", "old_commune_code": "10231"})
    for name, table in made.tables.items():
        assert table.is_empty(), name
        assert table.schema == full.tables[name].schema, name
    assert made.cases.is_empty()
    assert made.cases.schema == schema.REVIEW_QUEUE.polars_schema


def test_rows_without_a_name_are_people_to_rebuild(register: Callable, cell: Row) -> None:
    made = register(cell(None, "02/03/1984"), cell(None, "02/03/1984"), cell("  ", None, **NUMBER))
    assert made.people == [{"r1"}, {"r2"}, {"r3"}]
    assert made.tables["citizens"]["quality_group"].to_list() == [3, 3, 3]
    assert all("no_full_name" in reasons for reasons in made.tables["citizens"]["quality_reasons"])


def test_every_person_has_exactly_one_kept_row(register: Callable, cell: Row) -> None:
    made = register(
        *(cell("Đặng Đình Sửu", "02/03/1984", ngay_cap_nhat=f"01/01/{year}", **NUMBER) for year in (2012, 2019, 2015)),
        cell("Vũ Thị Kiên", "04/05/1990", gioi_tinh="Nữ"),
    )
    sources = made.tables["citizen_sources"]
    kept = sources.filter(outcome="kept")
    assert sorted(kept["citizen_id"]) == sorted(made.tables["citizens"]["citizen_id"])
    assert "r2" in kept["record_id"].to_list()
    assert sources["record_id"].to_list() == ["r1", "r2", "r3", "r4"]
    assert made.tables["citizens"]["source_row_count"].sort().to_list() == [1, 3]


@pytest.mark.parametrize(
    ("older", "newer", "field", "rule", "kept", "lost"),
    [
        ({"ngay_sinh": "02/03/1984"}, {"ngay_sinh": "01/01/1984"}, "birth_date", "most_exact", "r1", ["1984"]),
        ({"ngay_sinh": "02/03/1984"}, {"ngay_sinh": "1984"}, "birth_date", "most_exact", "r1", ["1984"]),
        ({"ngay_sinh": "02/03/1984"}, {"ngay_sinh": "03/02/1984"}, "birth_date", "newest", "r2", ["1984-03-02"]),
        ({"ho_ten": "Đặng Đình Sửu"}, {"ho_ten": "DANG DINH SUU"}, "full_name", "most_exact", "r1", ["Dang Dinh Suu"]),
        ({"ho_ten": "Dang Dinh Suu"}, {"ho_ten": "Đ.Đ. Sửu"}, "full_name", "most_exact", "r1", ["Đ Đ Sửu"]),
        (
            {"ho_ten": "Đặng Đình Phúc"},
            {"ho_ten": "Đặng Đình Pnúc"},
            "full_name",
            "most_exact",
            "r1",
            ["Đặng Đình Pnúc"],
        ),
        ({"tinh_trang": "Đã chuyển đi"}, {"tinh_trang": "?"}, "status", "most_exact", "r1", ["unknown"]),
        ({"so_dien_thoai": "0912 345 678"}, {"so_dien_thoai": "0987654321"}, "phone", "newest", "r2", ["0912345678"]),
    ],
)
def test_survivors_and_their_provenance(
    register: Callable, cell: Row, older: dict, newer: dict, field: str, rule: str, kept: str, lost: list[str]
) -> None:
    usual = {"ho_ten": "Đặng Đình Sửu", "ngay_sinh": "02/03/1984", "old_commune_code": "10231", **NUMBER}
    made = register(
        {**usual, "ngay_cap_nhat": "01/01/2012", **older}, {**usual, "ngay_cap_nhat": "01/01/2020", **newer}
    )
    assert made.people == [{"r1", "r2"}]
    line = only(made.tables["provenance"], field=field)
    assert (line["dataset"], line["entity_id"]) == ("citizens", "P-r1")
    assert (line["rule"], line["record_id"], line["other_values"]) == (rule, kept, lost)


def test_the_value_of_most_rows_wins_over_the_newest(register: Callable, cell: Row) -> None:
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", dan_toc="Kinh", ngay_cap_nhat="01/01/2012", **NUMBER),
        cell("Đặng Đình Sửu", "02/03/1984", dan_toc="Kinh", ngay_cap_nhat="01/01/2013", **NUMBER),
        cell("Đặng Đình Sửu", "02/03/1984", dan_toc="Mường", ngay_cap_nhat="01/01/2020", **NUMBER),
    )
    assert made.tables["citizens_sensitive"].rows() == [("P-r1", "Kinh")]
    assert only(made.tables["provenance"], field="ethnicity")["rule"] == "most_rows"
    assert "ethnicity" not in made.tables["citizens"].columns


def test_a_placeholder_leaves_the_year_and_no_date(register: Callable, cell: Row) -> None:
    person = register(cell("Đặng Đình Sửu", "01/01/1950")).tables["citizens"].row(0, named=True)
    assert (person["birth_date"], person["birth_year"], person["birth_precision"]) == (None, 1950, "placeholder")


@pytest.mark.parametrize(
    ("name", "born", "cells", "group", "reason"),
    [
        ("Đặng Đình Sửu", "1984", {}, 2, "birth_date_incomplete"),
        ("Đặng Đình Sửu", "01/01/1984", {}, 2, "birth_date_placeholder"),
        ("Đặng Đình Sửu", None, {"so_dinh_danh": "001084111234"}, 2, "birth_date_unknown"),
        ("Đặng Đình Sửu", None, {}, 3, "birth_date_unknown"),
        ("Dang Dinh Suu", "02/03/1984", {}, 2, "name_without_diacritics"),
        ("Đặng Đình Sửu", "02/03/1984", {"gioi_tinh": None}, 2, "sex_unknown"),
        ("Đặng Đình Sửu", "02/03/1984", {"so_ho_khau": None}, 2, "no_household"),
        ("Đặng Đình Sửu", "02/03/1984", {"so_dinh_danh": None}, 2, "no_personal_id"),
        ("Đặng Đình Sửu", "02/03/1984", {"so_dinh_danh": "001184111234"}, 2, "personal_id_structure"),
        ("Đặng Đình Sửu", "02/03/1985", {}, 2, "personal_id_structure"),
    ],
)
def test_what_makes_a_person_less_than_usable(
    register: Callable, cell: Row, name: str, born: str | None, cells: dict, group: int, reason: str
) -> None:
    whole = {"so_dinh_danh": "001084111234", "gioi_tinh": "Nam", "so_ho_khau": "1"}
    if group == 3:
        whole["so_dinh_danh"] = ""
    person = register(cell(name, born, **{**whole, **cells})).tables["citizens"].row(0, named=True)
    assert person["quality_group"] == group
    assert reason in person["quality_reasons"]
    perfect = register(cell("Đặng Đình Sửu", "02/03/1984", **{**whole, "so_dinh_danh": "001084111234"}))
    assert perfect.tables["citizens"].select("quality_group", "quality_reasons").row(0) == (1, [])


def test_the_head_of_a_household_is_the_only_one_recorded_as_such(register: Callable, cell: Row) -> None:
    def house(no: str, *relations: str) -> list[dict[str, Any]]:
        names = ["Đặng Đình Sửu", "Vũ Thị Kiên", "Lê Bá Thông"]
        return [
            cell(f"{name} {no}", f"0{n}/03/19{n}4", so_ho_khau=no, quan_he_chu_ho=relation)
            for n, (name, relation) in enumerate(zip(names, relations, strict=False), start=4)
        ]

    made = register(*house("Một", "Chủ hộ", "Vợ"), *house("Hai", "Chủ hộ", "Chủ hộ"), *house("Ba", "Vợ", "Con"))
    heads = {row["household_id"]: row["head_citizen_id"] for row in made.tables["households"].rows(named=True)}
    assert heads == {"10231-Một": "P-r1", "10231-Hai": None, "10231-Ba": None}
    assert made.tables["households"]["member_count"].to_list() == [2, 2, 2]


def test_the_address_since_the_merger_names_hamlet_new_commune_and_province(register: Callable, cell: Row) -> None:
    people = register(cell("Đặng Đình Sửu", "1984", thon="Thôn Đông", noi_thuong_tru="Thôn Đông, xã Nguyễn Trãi"))
    person = people.tables["citizens"].row(0, named=True)
    assert person["address_new"] == "Thôn Đông, xã Thượng Phúc, thành phố Hà Nội"
    assert person["address_old"] == "Thôn Đông, xã Nguyễn Trãi"


def test_nine_digits_in_the_column_of_the_twelve_are_the_old_number(cell: Row, register: Callable) -> None:
    records = register(cell("Đặng Đình Sửu", "1984", so_dinh_danh="111 222 333")).records
    assert records.select("number", "old_id_no").row(0) == (None, "111222333")


def test_standardising_drops_the_raw_text_but_keeps_the_locators(sample_rows: pl.DataFrame) -> None:
    records = standardise(sample_rows.head(5))
    assert {"record_id", "source_file", "source_line", "source_row", "placement"} <= set(records.columns)
    assert not {"raw", "ho_ten", "so_dinh_danh"} & set(records.columns)
