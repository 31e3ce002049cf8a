"""Files as offices save them: every shape gives the same rows as the plain CSV of the same register."""

import csv
import gzip
import io
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pipelines.communes import MergerMap
from pipelines.ingest import Exports, read_exports
from pipelines.ingest.header_aliases import Aliases

COMMUNE = MergerMap.shipped().new_commune("10231")
PROJECT = Path(__file__).parents[2]
HEADER = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Địa chỉ", "Tôn giáo"]
ROWS = [
    ["1", "Nguyễn Văn Hùng", "17/05/1960", "Nam", "001060012345", "Thôn Đông, xã Quất Động", ""],
    ["2", "Trần Thị Hòa", "1962", "Nữ", "001162012346", "Thôn Đông, xã Quất Động", "Không"],
    ["3", "Đỗ Thị Thuý Ngân", "02/03/1985", "Nữ", "", 'Xóm "Chùa"; ngõ 3', ""],
]
COLUMNS = ["ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "noi_thuong_tru"]
TITLES = [["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], [], ["DANH SÁCH NHÂN KHẨU", "", "", "", "", "", "Mẫu 1"]]
TRUTH = [tuple(row[1:6]) for row in ROWS]

Read = Callable[..., Exports]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def call(files: dict[str, bytes], aliases: Aliases | None = None) -> Exports:
        for name, content in files.items():
            path = tmp_path / "10231" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        exports = read_exports(tmp_path, COMMUNE, aliases or Aliases())
        for file in exports.files.iter_rows(named=True):
            parts = ("title_lines", "header_lines", "blank_lines", "total_lines", "record_lines")
            assert file["physical_lines"] == sum(file[part] for part in parts)
        return exports

    return call


def text(*rows: list[str], delimiter: str = ",", newline: str = "\n") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return buffer.getvalue()


def workbook(**sheets: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write(at, column, cell)
    return buffer.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def people(exports: Exports) -> list[tuple[str | None, ...]]:
    return [
        tuple(cell or "" for cell in row)
        for row in exports.citizens.sort("source_file", "source_row").select(COLUMNS).rows()
    ]


PLAIN = text(HEADER, *ROWS)
SHAPES: dict[str, tuple[str, bytes]] = {
    "comma": ("a.csv", PLAIN.encode()),
    "semicolon": ("a.csv", text(HEADER, *ROWS, delimiter=";").encode()),
    "tab": ("a.tsv", text(HEADER, *ROWS, delimiter="\t").encode()),
    "bar": ("a.txt", text(HEADER, *ROWS, delimiter="|").encode()),
    "sep line": ("a.csv", b"sep=;\r\n" + text(HEADER, *ROWS, delimiter=";", newline="\r\n").encode()),
    "quoted sep line": ("a.csv", b'"sep=;"\r\n' + text(HEADER, *ROWS, delimiter=";", newline="\r\n").encode()),
    "CRLF": ("a.csv", text(HEADER, *ROWS, newline="\r\n").encode()),
    "CR": ("a.csv", text(HEADER, *ROWS, newline="\r").encode()),
    "BOM": ("A.CSV", PLAIN.encode("utf-8-sig")),
    "UTF-16": ("a.csv", PLAIN.encode("utf-16")),
    "UTF-16 tabs, as Excel's Unicode text": ("a.txt", text(HEADER, *ROWS, delimiter="\t").encode("utf-16")),
    "NFD": ("a.csv", unicodedata.normalize("NFD", PLAIN).encode()),
    "gz": ("a.csv.gz", gzip.compress(PLAIN.encode())),
    "zip": ("a.zip", zipped("sổ/a.csv", PLAIN.encode())),
    "xlsx": ("a.xlsx", workbook(so=[HEADER, *ROWS])),
    "xlsx in gz": ("a.xlsx.gz", gzip.compress(workbook(so=[HEADER, *ROWS]))),
    "xlsx in zip": ("a.zip", zipped("a.xlsx", workbook(so=[HEADER, *ROWS]))),
    "titles": ("a.csv", text(*TITLES, HEADER, *ROWS).encode()),
    "titles with a stray quote": ("a.csv", b'XA "QUAT DONG\n' + PLAIN.encode()),
    "titles in a workbook": ("a.xlsx", workbook(so=[*TITLES, HEADER, *ROWS])),
    "cells of blanks behind all others": ("a.csv", text(HEADER, *([*row, "", ""] for row in ROWS)).encode()),
    "a DOS end of file": ("a.csv", PLAIN.encode() + b"\x1a"),
    "numbered columns": ("a.csv", text(HEADER, [f"({at})" for at in range(1, 8)], *ROWS).encode()),
    "header twice": ("a.csv", text(HEADER, ROWS[0], HEADER, ["", "", "", "", "", "", ""], *ROWS[1:]).encode()),
    "header twice in a workbook": ("a.xlsx", workbook(so=[HEADER, ROWS[0], HEADER, *ROWS[1:]])),
    "totals": ("a.csv", text(HEADER, *ROWS, ["", "Tổng cộng: 3 người", "", "", "", "", ""]).encode()),
    "totals without cells": ("a.csv", PLAIN.encode() + "Tổng số: 3\n".encode()),
    "totals in a workbook": ("a.xlsx", workbook(so=[HEADER, *ROWS, ["", "Cộng", 3]])),
    "a header over lines": ("a.csv", PLAIN.replace("Ngày sinh", '"Ngày\nsinh"').encode()),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_rows(read: Read, shape: str) -> None:
    name, content = SHAPES[shape]
    exports = read({name: content})
    assert people(exports) == TRUTH
    assert exports.quarantine.is_empty()
    assert exports.warnings[0].endswith("có cột chưa dùng đến, vẫn giữ nguyên văn: «Tôn giáo».")


def test_the_same_row_has_the_same_id_in_every_shape(read: Read, tmp_path: Path) -> None:
    ids = set()
    for name, content in SHAPES.values():
        for path in tmp_path.glob("10231/*"):
            path.unlink()
        ids.add(tuple(read({name: content}).citizens.sort("source_row")["record_id"]))
    assert len(ids) == 1


def test_every_line_is_of_its_kind(read: Read) -> None:
    lines = text(*TITLES, HEADER, ROWS[0], HEADER, [], ROWS[1], ["Tổng cộng", "2"]) + "a,b\n"
    (file,) = read({"a.csv": lines.encode()}).files.rows(named=True)
    kinds = ("title_lines", "header_lines", "blank_lines", "total_lines", "record_lines", "records", "quarantined")
    assert [file[kind] for kind in kinds] == [2, 2, 2, 1, 3, 3, 1]


def test_headings_and_signatures_are_no_people(read: Read) -> None:
    rows = [
        ["I", "Thôn Đông", *[""] * 5],
        ROWS[0],
        ["", "XÓM CHÙA", *[""] * 5],
        *ROWS[1:],
        ["", "Tổng cộng", "3", *[""] * 4],
        ["", "Ngày 5 tháng 6 năm 2025", *[""] * 5],
        ["Người lập biểu", "", "", "Chủ tịch UBND xã", "", "", ""],
        ["", "(Ký, ghi rõ họ tên)", *[""] * 5],
        ["Trang 1", *[""] * 6],
        ["", "Cộng thôn Đông:", "40", *[""] * 4],
    ]
    for name, content in {"a.csv": text(HEADER, *rows).encode(), "b.xlsx": workbook(so=[HEADER, *rows])}.items():
        file = read({name: content}).files.filter(source_file=f"10231/{name}").row(0, named=True)
        assert [file[kind] for kind in ("title_lines", "total_lines", "loaded", "quarantined")] == [6, 2, 3, 0]


def test_a_second_table_further_down_makes_no_titles_of_the_first(read: Read) -> None:
    richer = [*HEADER, "Dân tộc"]
    exports = read({"a.csv": text(HEADER, *ROWS, [], richer, [*ROWS[0], "Kinh"]).encode()})
    (file,) = exports.files.rows(named=True)
    assert (file["title_lines"], file["loaded"], file["quarantined"]) == (0, 3, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_macintosh_file_may_hold_a_line_feed(read: Read, encoding: str) -> None:
    rows = [*ROWS[:2], [*ROWS[2][:5], "Xóm\nChùa", ""]]
    exports = read({"a.csv": text(HEADER, *rows, newline="\r").encode(encoding)})
    assert exports.citizens["noi_thuong_tru"].to_list() == [*(row[5] for row in ROWS[:2]), "Xóm\nChùa"]


def test_one_odd_line_does_not_spoil_a_quoted_header(read: Read) -> None:
    lines = 'ho_ten,"Ngày, tháng, năm sinh",thon\nA,1990,x\nB\rb,1991,y\nC,1992,z\n'
    exports = read({"a.csv": lines.encode()})
    assert exports.citizens["ngay_sinh"].to_list() == ["1990", "1991", "1992"]


@pytest.mark.parametrize("line", ["sep=×", "sep=a", "sep=,"])
def test_a_sep_line_that_names_no_delimiter_of_the_table_is_passed_over(read: Read, line: str) -> None:
    exports = read({"a.csv": f"{line}\nho_ten;ngay_sinh\nA;1990\n".encode()})
    assert exports.citizens["ho_ten"].to_list() == ["A"]


def test_the_first_parcel_is_no_row_of_numbers(read: Read) -> None:
    exports = read({"a.csv": b"so_to,so_thua,dien_tich,thon,so_vao_so\n1,2,3,4,5\n"})
    assert exports.parcels.height == 1


def test_a_row_that_speaks_of_nobody_is_kept_apart(read: Read) -> None:
    rows = [["", "", "", "", "", "Trần Công Chức", ""], ROWS[0]]
    for name, content in {"a.csv": text(HEADER, *rows).encode(), "b.xlsx": workbook(so=[HEADER, *rows])}.items():
        exports = read({name: content})
        kept = exports.quarantine.filter(source_file=f"10231/{name}")
        assert kept.select("source_line", "reason_code").rows() == [(2, "no_required_value")]
        assert "Trần Công Chức".encode() in kept["raw_bytes"][0]
        assert exports.citizens.filter(source_file=f"10231/{name}")["source_row"].to_list() == [2]


@pytest.mark.parametrize(
    "numbers", ["(1);(2);(3)", "[1];[2];[3];", "A;B;1;2;3", "1;2;3;4;5;", "(1);(2);(3);(4);(5);(6);(7);(8)"]
)
def test_a_row_that_numbers_the_columns_belongs_to_the_header(read: Read, numbers: str) -> None:
    width = len(numbers.split(";"))
    header = ";".join(["STT", "ho_ten", "ngay_sinh", "x", "y", "z", "u", "v"][:width])
    record = ";".join(["1", "Nguyễn Văn A", "1990", "", "", "", "", ""][:width])
    exports = read({"a.csv": f"{header}\n{numbers}\n{record}\n".encode()})
    assert exports.citizens["ho_ten"].to_list() == ["Nguyễn Văn A"]
    assert exports.files["header_lines"].to_list() == [2]


def test_viqr_headers_are_decoded(read: Read) -> None:
    header = "Ho. va` te^n,Nga`y sinh,So^' ddi.nh danh\n"
    exports = read({"a.csv": (header + "Nguye^~n Va(n Hu`ng,1960,001060012345\n" * 3).encode()})
    assert exports.citizens.select("ho_ten", "so_dinh_danh").row(0) == ("Nguyễn Văn Hùng", "001060012345")


def test_a_header_without_records_is_said(read: Read) -> None:
    exports = read({"a.csv": b"ho_ten,ngay_sinh\n", "b.csv": PLAIN.encode()})
    assert any("a.csv" in warning and "không có bản ghi nào" in warning for warning in exports.warnings)


def test_a_header_in_other_words_is_a_header_still(read: Read) -> None:
    lines = "ho_ten,ngay_sinh,ghi_chu\nA,1990,\nHọ và tên,Năm sinh,Ghi chú\nB,1991,\n"
    exports = read({"a.csv": lines.encode()})
    assert exports.citizens["ho_ten"].to_list() == ["A", "B"]
    assert exports.files["header_lines"].to_list() == [2]


def test_a_header_below_many_blank_lines_is_found(read: Read) -> None:
    assert people(read({"a.csv": b"\n" * 200 + PLAIN.encode()})) == TRUTH


def test_two_header_rows_and_years_by_sex(read: Read) -> None:
    rows = [
        ["STT", "Họ và tên", "Năm sinh", "", "CMND", "", "Chủ hộ", ""],
        ["", "", "Nam", "Nữ", "Số", "Ngày cấp", "Họ và tên", "Năm sinh"],
        ["1", "Nguyễn Văn Hùng", "1960", "", "012345678", "1/2/1990", "Nguyễn Văn Hùng", "1960"],
        ["2", "Trần Thị Hòa", "", "1962", "", "", "Nguyễn Văn Hùng", "1960"],
        ["3", "Trần Văn Xuân", "x", "", "012345679", "", "", ""],
    ]
    for name, content in {"a.csv": text(*rows).encode(), "b.xlsx": workbook(so=rows)}.items():
        exports = read({name: content}).citizens.filter(source_file=f"10231/{name}")
        found = exports.select("ho_ten", "ngay_sinh", "gioi_tinh", "so_cmnd", "ho_ten_chu_ho").rows()
        assert [tuple(cell or "" for cell in row) for row in found] == [
            ("Nguyễn Văn Hùng", "1960", "Nam", "012345678", "Nguyễn Văn Hùng"),
            ("Trần Thị Hòa", "1962", "Nữ", "", "Nguyễn Văn Hùng"),
            ("Trần Văn Xuân", "", "Nam", "012345679", ""),
        ]


def test_years_by_sex_stand_in_where_the_other_columns_are_empty(read: Read) -> None:
    exports = read({"a.csv": "ho_ten,Nam,Nữ,ngay_sinh,gioi_tinh\nA,1960,,,\nB,,1962, ,\nC,,,1970,Nam\n".encode()})
    found = exports.citizens.select("ho_ten", "ngay_sinh", "gioi_tinh").rows()
    assert found == [("A", "1960", "Nam"), ("B", "1962", "Nữ"), ("C", "1970", "Nam")]


def test_a_heading_over_all_columns_adds_nothing(read: Read) -> None:
    rows = [["Thông tin công dân", "", "Ghi chú"], ["Họ tên", "Ngày sinh", ""], ["Nguyễn Văn A", "1990", "x"]]
    exports = read({"a.csv": text(*rows).encode()})
    assert exports.citizens.select("ho_ten", "ngay_sinh", "ghi_chu").rows() == [("Nguyễn Văn A", "1990", "x")]


def test_the_first_record_is_no_second_header_row(read: Read) -> None:
    exports = read({"a.csv": b"ho_ten,ngay_sinh,gioi_tinh\n,,Nam\nA,1990,Nam\n", "b.csv": b"so_to,so_thua\n1,2\n"})
    assert exports.citizens.height == 1
    assert exports.quarantine.select("source_line", "reason_code").rows() == [(2, "no_required_value")]
    assert exports.parcels.select("so_to", "so_thua").rows() == [("1", "2")]


HOUSEHOLDS = [
    ["so_ho_khau", "ho_ten_chu_ho", "ho_ten", "ngay_sinh", "quan_he_chu_ho", "thon"],
    ["HK1", "Nguyễn Văn A", "Nguyễn Văn A", "1960", "Chủ hộ", "Đông"],
    ["", "", "Trần Thị B", "1962", "Vợ", ""],
    ["", "", "Nguyễn Văn C", "1985", "Con", "Đoài"],
    ["HK2", "Lê Thị D", "Lê Thị D", "1970", "Chủ hộ", "Hạ"],
    ["", "", "Lê Văn E", "1995", "Con", ""],
    ["", "", "Vũ Văn G", "1950", "Chủ hộ", ""],
    ["", "", "Vũ Văn H", "1975", "Con", ""],
]


def test_a_household_named_on_its_first_row_is_carried_down(read: Read) -> None:
    exports = read({"a.csv": text(*HOUSEHOLDS).encode()})
    assert exports.citizens.select("so_ho_khau", "ho_ten_chu_ho", "thon").rows() == [
        ("HK1", "Nguyễn Văn A", "Đông"),
        ("HK1", "Nguyễn Văn A", "Đông"),
        ("HK1", "Nguyễn Văn A", "Đoài"),
        ("HK2", "Lê Thị D", "Hạ"),
        ("HK2", "Lê Thị D", "Hạ"),
        ("", "", ""),  # a head without a number starts a household of which nothing is known
        ("", "", ""),
    ]
    raw = exports.citizens["raw"].to_list()[1]
    assert [cell["value"] for cell in raw][:2] == ["", ""]


def test_nothing_is_carried_over_a_line_that_may_have_been_the_next_head(read: Read) -> None:
    torn = [*HOUSEHOLDS[:3], ["torn"], *HOUSEHOLDS[3:6]]
    exports = read({"a.csv": text(*torn).encode()})
    assert exports.citizens["so_ho_khau"].to_list() == ["HK1", "HK1", "", "HK2", "HK2"]


def test_a_register_that_names_the_household_on_every_row_is_left_as_it_is(read: Read) -> None:
    full = [HOUSEHOLDS[0]] + [["HK1", "A", f"Người {at}", "1960", "Con", ""] for at in range(9)]
    exports = read({"a.csv": text(*full, ["", "", "Khách", "1990", "", ""]).encode()})
    assert exports.citizens["so_ho_khau"].to_list() == ["HK1"] * 9 + [""]


def test_a_register_whose_numbers_are_merely_missing_is_left_as_it_is(read: Read) -> None:
    rows = [[f"HK{at // 4}" if at % 5 < 3 else "", "", f"Người {at}", "1960", "Con", ""] for at in range(40)]
    exports = read({"a.csv": text(HOUSEHOLDS[0], *rows).encode()})
    assert exports.citizens["so_ho_khau"].to_list() == [row[0] for row in rows]


def test_each_sheet_of_a_workbook_is_a_table(read: Read) -> None:
    land = [["Số tờ", "Số thửa", "Diện tích"], [1, 2, 155.5], [1, 3, 1000]]
    exports = read({"a.xlsx": workbook(people=[HEADER, *ROWS], land=land, empty=[], notes=[["ghi chép"], ["khác"]])})
    assert people(exports) == TRUTH
    assert exports.parcels.select("so_to", "so_thua", "dien_tich").rows() == [("1", "2", "155.5"), ("1", "3", "1000")]
    assert exports.files["source_file"].to_list() == [f"10231/a.xlsx [{name}]" for name in ("people", "land", "notes")]
    assert exports.quarantine["source_line"].to_list() == [1, 2]


def test_a_workbooks_dates_and_numbers_are_as_they_look(read: Read) -> None:
    from datetime import datetime

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        for column, cell in enumerate(["ho_ten", "ngay_sinh", "so_dinh_danh", "so_ho_khau"]):
            sheet.write(4, column, cell)
        for column, cell in enumerate(["A", datetime(1960, 5, 17), 1060012345, 12.5]):
            sheet.write(5, column, cell)
    exports = read({"a.xlsx": buffer.getvalue()})
    (row,) = exports.citizens.rows(named=True)
    assert row["ngay_sinh"].startswith("1960-05-17")
    assert (row["so_dinh_danh"], row["so_ho_khau"], row["source_line"]) == ("1060012345", "12.5", 6)


def test_a_sheet_that_is_too_wide_is_told(read: Read) -> None:
    exports = read({"a.xlsx": workbook(wide=[["x"] * 2001]), "b.csv": PLAIN.encode()})
    assert exports.quarantine["reason_code"].to_list() == ["header_not_understood"]
    assert any("hơn 2000 cột" in warning for warning in exports.warnings)


def test_what_an_officer_maps_is_understood(read: Read, tmp_path: Path) -> None:
    mapping = tmp_path / "header_aliases.csv"
    mapping.write_text("old_code,header,column\n10231,Danh tính,ho_ten\n10231,Tuổi mụ,-\n", encoding="utf-8")
    content = {"a.csv": "Danh tính,Năm sinh,Tuổi mụ\nNguyễn Văn A,1990,35\n".encode()}
    exports = read(content, Aliases.read(mapping))
    assert exports.citizens.select("ho_ten", "ngay_sinh").rows() == [("Nguyễn Văn A", "1990")]


def test_doubled_columns_are_told_with_the_one_that_is_used(read: Read) -> None:
    exports = read({"a.csv": "Năm sinh,Họ tên,Ngày sinh\n1990,Nguyễn Văn A,17/05/1990\n".encode()})
    assert exports.citizens["ngay_sinh"].to_list() == ["17/05/1990"]
    assert any("ngay_sinh lấy cột «Ngày sinh»" in warning for warning in exports.warnings)


# --- encodings, from the file's bytes to what is kept of the decision


def test_legacy_bytes_are_decoded_and_kept(read: Read) -> None:
    lines = "Hä vµ tªn,Ngµy sinh,§Þa chØ\nNguyÔn V¨n Hïng,1960,Th«n §«ng\nTrÇn ThÞ Hßa,1962,Th«n §oµi\nLan,1990,\n"
    exports = read({"a.csv": lines.encode("cp1252")})
    assert exports.citizens.select("ho_ten", "noi_thuong_tru").rows() == [
        ("Nguyễn Văn Hùng", "Thôn Đông"),
        ("Trần Thị Hòa", "Thôn Đoài"),
        ("Lan", ""),
    ]
    assert exports.files["encoding"].to_list() == ["tcvn3"]
    kept = exports.decoded_rows.sort("source_line")
    assert kept["raw_bytes"].to_list() == [line.encode("cp1252") for line in lines.splitlines()[1:3]]
    assert kept["record_id"].to_list() == exports.citizens["record_id"].to_list()[:2]
    assert [cell["column_name"] for cell in kept["cells"].to_list()[0]] == ["Họ và tên", "Địa chỉ"]
    assert {cell["encoding"] for cells in kept["cells"].to_list() for cell in cells} == {"tcvn3"}
    columns = exports.column_encodings.filter(pl.col("cells") > 0)
    assert columns.filter(column_name="Họ và tên").select("encoding", "cells").rows() == [("tcvn3", 3)]


def test_one_file_may_hold_lines_and_cells_of_every_encoding(read: Read) -> None:
    header = "ho_ten,ngay_sinh,ho_ten_cha\n"
    cells = [("Nguyễn Văn Hùng", "Nguyễn Văn Đức"), ("NguyÔn V¨n Hïng", "NguyÔn V¨n §øc")]
    lines = [f"{name},19{at + 10},{father}\n" for at, (name, father) in enumerate(cells * 20)]
    content = header.encode() + b"".join(
        line.encode("cp1252") if "Ô" in line and at % 4 == 1 else line.encode() for at, line in enumerate(lines)
    )
    exports = read({"a.csv": content})
    assert set(exports.citizens["ho_ten"]) == {"Nguyễn Văn Hùng"}
    assert set(exports.citizens["ho_ten_cha"]) == {"Nguyễn Văn Đức"}
    assert exports.decoded_rows.height == 20
    told = exports.column_encodings.filter(column_name="ho_ten").select("encoding", "cells").rows()
    assert sorted(told) == [("as_is", 20), ("tcvn3", 20)]


def test_the_letters_of_a_certificate_are_decoded_with_their_file(read: Read) -> None:
    lines = "".join(f"1,{at},BĐ 12345{at % 10},Ông Nguyễn Văn Đức,Thôn Đoài\n" for at in range(20))
    header = "so_to,so_thua,so_gcn,chu_su_dung,thon\n"
    tcvn3 = lines.replace("Đ", "§").replace("Ô", "¤").replace("ễ", "Ô").replace("ă", "¨").replace("ứ", "ø")
    exports = read({"a.csv": header.encode() + tcvn3.replace("ô", "«").replace("à", "µ").encode("cp1252")})
    assert set(exports.parcels["chu_su_dung"]) == {"Ông Nguyễn Văn Đức"}
    assert set(exports.parcels["so_gcn"].str.slice(0, 3)) == {"BĐ "}


def test_the_shipped_sample_is_read_as_anyone_reads_it() -> None:
    exports = read_exports(PROJECT / "data" / "exports", COMMUNE)
    assert exports.decoded_rows.is_empty() and exports.quarantine.is_empty()
    for (file,), rows in pl.concat(
        [frame.select("source_file", "source_row", "raw") for frame in (exports.citizens, exports.parcels)]
    ).group_by("source_file"):
        with (PROJECT / "data" / "exports" / str(file)).open(encoding="utf-8", newline="") as stream:
            expected = list(csv.reader(stream))[1:]
        found = rows.sort("source_row")["raw"].to_list()
        assert [[cell["value"] for cell in row] for row in found] == expected
