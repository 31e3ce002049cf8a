"""Bảng 01 as it is printed: sheets in the order of their new numbers, every parcel number, and no names."""

import re

import pytest


@pytest.fixture(scope="module")
def sheets(reference):
    return reference.sheet("Bảng 01")


@pytest.fixture(scope="module")
def parcels(reference):
    return reference.sheet("Thửa đất")


def test_columns_stand_in_order(sheets):
    assert sheets.headings == [
        "STT", "Xã cũ", "Mã xã cũ", "Hệ bản đồ", "Tỷ lệ", "Số tờ cũ", "Số tờ mới", "Số thửa trên tờ", "Do", "Ghi chú"
    ]  # fmt: skip
    assert [group for group in sheets.groups if group] == ["Trước sắp xếp", "Sau sắp xếp"]
    assert sheets.titles[0].startswith("BẢNG 01.")
    assert "Đơn vị lập: Ủy ban nhân dân xã Thượng Phúc" in sheets.titles


def test_sheets_are_in_the_order_of_their_new_numbers(sheets):
    assert sheets.column("Số tờ mới") == ["9", "10", "11", "100", ""]
    assert sheets.column("STT") == ["1", "2", "3", "4", "5"]


def test_each_sheet_says_who_gave_the_number_and_how_many_parcels_it_has(sheets):
    told = {row["Số tờ mới"]: (row["Xã cũ"], row["Số tờ cũ"], row["Số thửa trên tờ"], row["Do"]) for row in sheets.rows}
    assert told == {
        "9": ("xã Nguyễn Trãi", "9", "3", "Quy tắc"),
        "10": ("xã Nguyễn Trãi", "10", "1", "Quy tắc"),
        "11": ("xã Quất Động", "1", "2", "Bổ sung"),
        "100": ("xã Nguyễn Trãi", "100", "", "Cán bộ"),
        "": ("xã Quất Động", "2", "1", ""),
    }


def test_notes_say_what_a_person_must_look_at(sheets):
    notes = {row["Số tờ mới"]: row["Ghi chú"] for row in sheets.rows}
    assert notes == {
        "9": "Giữ nguyên số",
        "10": "Giữ nguyên số",
        "11": "Nhiều tỷ lệ: xem có phải hai tờ khác nhau",
        "100": "Giữ nguyên số; Hiện không có thửa nào",
        "": "Chưa có số mới",
    }
    assert sheets.row("Số tờ mới", "11")["Tỷ lệ"] == "1/500; 1/1000"


def test_every_number_of_every_parcel_stands_there_once_and_in_order(parcels):
    assert [(row["Số tờ mới"], row["Số thửa cũ"]) for row in parcels.rows] == [
        ("9", "2"), ("9", "9A"), ("9", "10"), ("10", "3"), ("11", "7"), ("11", "70"), ("", ""), ("", "1")
    ]  # fmt: skip
    assert parcels.column("Số thửa mới") == parcels.column("Số thửa cũ")  # only sheets are numbered anew
    assert parcels.row("Số thửa cũ", "70")["Mã thửa đất trong kho"] == "ten"
    assert parcels.row("Số thửa cũ", "70")["Ghi chú"] == "Số hiệu khác của thửa này"


def test_nobody_is_named(reference, rows):
    text = "".join(reference.parts().values())
    made = rows()
    names = {one["owner_name"] for one in made["parcel_owners"]} | {one["full_name"] for one in made["citizens"]}
    numbers = {one["owner_id_no"] for one in made["parcel_owners"] if one.get("owner_id_no")}
    assert not [value for value in names | numbers if value in text]
    assert "xã Quất Động" in text


def test_it_prints_on_a4_with_its_headings_on_every_page_and_room_to_sign(reference):
    parts = reference.parts()
    for number in (1, 2):
        sheet = parts[f"xl/worksheets/sheet{number}.xml"]
        assert 'paperSize="9"' in sheet
        assert 'orientation="landscape"' in sheet
        assert '<pageSetup paperSize="9" fitToHeight="0"' in sheet
        assert 'state="frozen"' in sheet
    names = parts["xl/workbook.xml"]
    assert re.search(r"Print_Titles[^>]*>'Bảng 01'!\$5:\$6<", names)
    assert re.search(r"Print_Titles[^>]*>'Thửa đất'!\$6:\$7<", names)
    signed = parts["xl/worksheets/sheet1.xml"]
    for words in ("NGƯỜI LẬP BẢNG", "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", "TM. ỦY BAN NHÂN DÂN XÃ THƯỢNG PHÚC"):
        assert words in signed


def test_a_commune_without_land_has_a_table_too(rows, publish_rows, tmp_path):
    from pipelines.exports import write_export

    made = {**rows(), "parcels": [], "parcel_numbers": [], "parcel_owners": [], "sheet_map": []}
    warehouse = publish_rows(made)
    for kind in ("sheet-map", "plan515"):
        assert write_export(kind, warehouse, tmp_path / f"{kind}.xlsx").main.rows.is_empty()
