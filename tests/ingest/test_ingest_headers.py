"""What a file holds is told from its header, however an office writes it."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.header_aliases import Aliases
from pipelines.ingest.headers import COLUMNS, explain, fold, understand, unique_names
from pipelines.problems import UnusableInput

CANONICAL = sorted({name for columns in COLUMNS.values() for name in columns})


def column_called(cell: str) -> str | None:
    """The column that a cell names in a header of whichever data set knows it."""
    for required in (["ho_ten", "ngay_sinh"], ["ho_ten", "so_cmnd"], ["so_to", "so_thua"]):
        header = [name for name in required if fold(name) != fold(cell)]
        columns = understand([*header, cell]) or understand([*required, cell])
        found = columns and next((name for name, at in columns.by_column.items() if at == len(header)), None)
        if found:
            return found
    return None


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("ho_ten", "ho_ten"),
        ("Họ tên", "ho_ten"),
        ("HỌ TÊN", "ho_ten"),
        (" Họ  Tên ", "ho_ten"),
        ("Hoten", "ho_ten"),
        ("Số định danh", "so_dinh_danh"),
        ("SỐ_ĐỊNH_DANH", "so_dinh_danh"),
        ("Số tờ", "so_to"),
        ("Ngày\nsinh", "ngay_sinh"),
        ("ngay\u00a0sinh", "ngay_sinh"),
        ("Địa chỉ thửa đất", "dia_chi_thua"),
        ("Địa chỉ thửa", "dia_chi_thua"),
        ("họ tên khác", None),
        ("", None),
        ("_", None),
    ],
)
def test_headers_are_understood(cell: str, column: str | None) -> None:
    assert column_called(cell) == column
    assert column_called(unicodedata.normalize("NFD", cell)) == column


@given(st.sampled_from(CANONICAL), st.sampled_from(["_", " ", "", "  ", "-"]), st.sampled_from(["upper", "title"]))
@settings(max_examples=60, deadline=None)
def test_case_and_gaps_never_matter(name: str, gap: str, case: str) -> None:
    assert column_called(getattr(name.replace("_", gap), case)()) == name


@pytest.mark.parametrize(
    ("header", "dataset"),
    [
        (["ho_ten", "ngay_sinh"], "citizens"),
        (["STT", "Họ tên", "SỐ CMND"], "citizens"),
        (["so_dinh_danh", "ho_ten"], "citizens"),
        (["ho_ten", "thon"], None),
        (["ngay_sinh", "so_cmnd"], None),
        (["so_to", "so_thua"], "parcels"),
        (["so_to", "dien_tich"], None),
        (["so_to", "so_thua", "ho_ten"], "parcels"),
        (["so_to", "so_thua", "ho_ten", "ngay_sinh"], None),
        ([], None),
    ],
)
def test_the_header_tells_the_data_set(header: list[str], dataset: str | None) -> None:
    columns = understand(header)
    assert (columns.dataset if columns else None) == dataset


@given(st.lists(st.sampled_from(["x", "x ", "x (2)", "x (3)", "", "(cột 2)", "y"]), max_size=8))
@settings(max_examples=100, deadline=None)
def test_column_names_are_unique_whatever_the_header_repeats(header: list[str]) -> None:
    names = unique_names(header)
    assert len(set(names)) == len(names) == len(header)
    for cell, name in zip(header, names, strict=True):
        assert name.startswith(cell.strip())


# --- what offices call their columns, and what an officer maps


CITIZENS = """Họ và tên|ho_ten Họ, chữ đệm và tên|ho_ten Ngày, tháng, năm sinh|ngay_sinh Năm sinh|ngay_sinh
Nam/Nữ|gioi_tinh GT|gioi_tinh Số CCCD|so_dinh_danh CCCD/CMND|so_dinh_danh Số ĐDCN|so_dinh_danh Số giấy tờ|so_dinh_danh
Số CMT|so_cmnd HKTT|noi_thuong_tru Nơi thường trú|noi_thuong_tru Xóm|thon TDP|thon Tổ|thon Đội|thon Khu|thon
Mã hộ|so_ho_khau Số hồ sơ cư trú|so_ho_khau Chủ hộ|ho_ten_chu_ho QHCH|quan_he_chu_ho Ghi chú|ghi_chu"""
PARCELS = """Số tờ BĐ|so_to Tờ bản đồ|so_to Tờ số|so_to SHTOBD|so_to Thửa đất số|so_thua SOTHUA|so_thua
Diện tích (m2)|dien_tich DT|dien_tich MĐSD|loai_dat MDSD|loai_dat Tên chủ|chu_su_dung TENCHU|chu_su_dung
Số CMND chủ|giay_to_chu Xứ đồng|xu_dong Số phát hành|so_gcn Số seri|so_gcn Số GCN|so_gcn Số vào sổ|so_vao_so
Ngày cấp|ngay_cap Tỷ lệ BĐ|ty_le Ghi chú biến động|ghi_chu"""


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(alias.strip(), column) for alias, column in re.findall(r"([^|]+?)\|([a-z_]+)\s*", text)]


@pytest.mark.parametrize(
    ("alias", "column", "base"),
    [(alias, column, ["ho_ten", "ngay_sinh"]) for alias, column in _pairs(CITIZENS)]
    + [(alias, column, ["so_to", "so_thua"]) for alias, column in _pairs(PARCELS)],
)
def test_the_names_that_offices_use(alias: str, column: str, base: list[str]) -> None:
    header = [name for name in base if name != column]
    columns = understand([*header, "không rõ", alias.upper()] + (["so_cmnd"] if column == "ngay_sinh" else []))
    assert columns is not None
    assert columns.by_column[column] == len(header) + 1


def test_a_canonical_name_comes_before_an_alias_and_the_doubled_one_is_named() -> None:
    columns = understand(["Tên công dân", "ho_ten", "Năm sinh"])
    assert columns is not None
    assert (columns.by_column["ho_ten"], columns.doubled) == (1, ("ho_ten",))


def test_what_is_missing_comes_with_the_nearest_guess() -> None:
    sentence = explain(["Họ và tênn", "Ngày sinhh", "Quê"])
    assert "cột 1 gần giống «họ và tên» (ho_ten); cột 2 gần giống «ngày sinh» (ngay_sinh)" in sentence
    assert "Quê" not in sentence
    assert "\n" not in sentence


def test_the_exacter_name_wins_wherever_it_stands() -> None:
    columns = understand(["Họ và tên", "Năm sinh", "Ngày sinh", "Số giấy tờ", "Số CCCD"])
    assert columns is not None
    assert columns.by_column == {"ho_ten": 0, "ngay_sinh": 2, "so_dinh_danh": 4}
    assert set(columns.doubled) == {"ngay_sinh", "so_dinh_danh"}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["Họ và tên", "Năm sinh", "Họ và tên"], "ho_ten không rõ là cột nào: các cột số 1, 3 cùng tên"),
        (["Họ tên", "Năm sinh", "Năm sinh"], "ngay_sinh không rõ là cột nào: các cột số 2, 3"),
        (["Tờ bản đồ", "Số thửa", "so_to", "so_to"], "so_to không rõ là cột nào: các cột số 3, 4"),
        (["so_to", "so_thua", "ho_ten", "ngay_sinh"], "vừa giống sổ công dân vừa giống sổ đất"),
    ],
)
def test_an_ambiguous_required_column_is_said(header: list[str], said: str) -> None:
    assert understand(header) is None
    assert said in explain(header)


def test_a_doubled_column_that_is_not_needed_does_no_harm() -> None:
    columns = understand(["Họ tên", "Năm sinh", "Số CMND", "Số CMND"])
    assert columns is not None
    assert (columns.by_column["so_cmnd"], columns.doubled) == (2, ("so_cmnd",))


def test_a_land_book_that_names_its_owners_like_a_register_is_a_land_book() -> None:
    columns = understand(["Số tờ", "Số thửa", "Diện tích", "Họ và tên", "Năm sinh", "Số CMND"])
    assert columns is not None
    assert columns.dataset == "parcels"
    assert columns.by_column["chu_su_dung"] == 3


@pytest.mark.parametrize(
    "row",
    [
        ["Hồ Tiến", "01/02/1960", "001060012345", "Nam"],
        ["Lê Văn Tú", "Nguyễn Thị Thôn", "Số 5 ngõ 3", "thành phố Hà Nội"],
        ["1", "12", "Tống Thị Thửa", "Thôn Chùa", "Đỗ Văn Tờ"],
    ],
)
def test_a_guess_never_quotes_a_row_of_data(row: list[str]) -> None:
    sentence = explain(row)
    assert not [cell for cell in row if len(cell) > 3 and cell in sentence]


def test_a_guess_leaves_known_headers_alone() -> None:
    sentence = explain(["Thôn", "Số CCCD", "Năm sinh", "Danh tính"])
    assert "Có phải" not in sentence
    assert "header_aliases.csv" in sentence


def test_an_officers_mapping_holds_for_its_commune_or_for_all(tmp_path: Path) -> None:
    path = tmp_path / "header_aliases.csv"
    path.write_text("old_code,header,column\n10231,Danh tính,ho_ten\n,Chào đời,ngay_sinh\n", encoding="utf-8-sig")
    aliases = Aliases.read(path)
    header = ["DANH TÍNH", "chào đời"]
    assert understand(header, aliases.of("10234")) is None
    columns = understand(header, aliases.of("10231"))
    assert columns is not None
    assert columns.by_column == {"ho_ten": 0, "ngay_sinh": 1}


def test_an_officer_can_say_that_a_column_is_not_to_be_used() -> None:
    columns = understand(["ho_ten", "ngay_sinh", "Khu"], {fold("Khu"): "-"})
    assert columns is not None
    assert columns.by_column == {"ho_ten": 0, "ngay_sinh": 1}


def test_a_mapping_saved_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "header_aliases.csv"
    path.write_text("old_code;header;column\n10231;Danh tính;ho_ten\n", encoding="utf-8-sig")
    assert Aliases.read(path).of("10231") == {fold("Danh tính"): "ho_ten"}


def test_an_officers_mapping_comes_before_every_known_name() -> None:
    columns = understand(["ho_ten", "Bí danh", "ngay_sinh"], {fold("Bí danh"): "ho_ten"})
    assert columns is not None
    assert columns.by_column["ho_ten"] == 1


def test_no_mapping_file_is_an_empty_mapping(tmp_path: Path) -> None:
    assert Aliases.read(tmp_path / "none.csv").of("10231") == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("header,column\nA,ho_ten\n", "dòng 1"),
        ("", "dòng 1"),
        ("old_code,header,column\n,A,ho_ten\n,B,ten_ho\n", "dòng 3: không có cột chuẩn nào tên «ten_ho»"),
        ("old_code,header,column\n,A\n", "dòng 2"),
        ("old_code,header,column\n,,ho_ten\n", "dòng 2"),
        ("old_code,header,column\n10231,A,ho_ten\n10231,a,so_to\n", "dòng 3"),
        ("old_code,header,column\n10231.0,A,ho_ten\n", "dòng 2: old_code «10231.0» không phải mã xã cũ"),
        (b"old_code,header,column\n,T\xean,ho_ten\n", "UTF-8"),
    ],
)
def test_a_wrong_mapping_is_one_sentence_with_its_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = tmp_path / "header_aliases.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UnusableInput) as caught:
        Aliases.read(path)
    assert "header_aliases.csv" in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
