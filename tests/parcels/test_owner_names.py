"""The words with which a land book names its owners → one row an owner."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parcels.owner_names import split_owners
from tests.examples import FEW

KEYS = {"P": "person", "H": "household", "O": "organisation", "S": "state", "U": "unknown"}
TEXTS = ("record_id", "owner_name", "owner_id_text", "owner_birth_text", "owner_address")


def split(*cells: dict[str, str | None]) -> pl.DataFrame:
    rows = [{"record_id": f"r{n}", **cell} for n, cell in enumerate(cells)]
    return split_owners(pl.DataFrame(rows, schema=dict.fromkeys(TEXTS, pl.String)))


def told(text: str, number: str | None = None, year: str | None = None) -> pl.DataFrame:
    return split({"owner_name": text, "owner_id_text": number, "owner_birth_text": year})


A, B, C = "Nguyễn Văn An", "Trần Thị Bình", "Lê Công"


@pytest.mark.parametrize(
    "text",
    [
        f"Ông {A} và bà {B}",
        f"Ông {A} - Bà {B}",
        f"Ông {A}, bà {B}",
        f"Ông {A}; Bà {B}",
        f"Ông {A}/Bà {B}",
        f"Ông: {A}; Bà: {B}",
        f"Ô. {A} và B. {B}",
        f"Ông {A} bà {B}",
        f"Vợ chồng ông {A} và bà {B}",
        f"Hai vợ chồng: Ông {A} - Bà {B}",
        f"Ông {A} (vợ: bà {B})",
        f"Ông {A} (vợ là {B})",
        f"Ông {A} và vợ là bà {B}",
        f"Ông {A}, vợ {B}",
        f"Ông {A} cùng vợ là bà {B}",
        f"ÔNG {A.upper()} VÀ BÀ {B.upper()}",
        f"ông  {A.lower()},bà {B.lower()} ",
    ],
)
def test_a_couple_is_two_owners_with_their_sexes(text: str) -> None:
    owners = told(text)
    assert owners["owner_name"].to_list() == [A, B]
    assert owners["owner_sex"].to_list() == ["male", "female"]
    assert owners["owner_no"].to_list() == [1, 2]
    assert owners["owner_kind"].unique().to_list() == ["person"]


@pytest.mark.parametrize(
    ("text", "names", "kind"),
    [
        (A, [A], "P"),
        (f"Ông {A}", [A], "P"),
        (f"Ông (bà) {A}", [A], "P"),
        (f"{A} và {B}", [A, B], "P"),
        (f"{A}-{B}", [A, B], "P"),
        (f"Đồng sở hữu: {A}, {B}, {C}", [A, B, C], "P"),
        (f"Ông {A}, bà {B} và ông {C}", [A, B, C], "P"),
        ("ong Nguyen Van An va ba Tran Thi Binh", ["Nguyen Van An", "Tran Thi Binh"], "P"),
        ("NGUYEN VAN AN VA TRAN THI BINH", ["Nguyen Van An", "Tran Thi Binh"], "P"),
        (f"Hộ ông {A}", [A], "H"),
        (f"Hộ: ông {A}", [A], "H"),
        (f"HỘ GIA ĐÌNH BÀ {B.upper()}", [B], "H"),
        (f"Gia đình ông {A}", [A], "H"),
        (f"Chủ hộ: {A}", [A], "H"),
        (f"Hộ {A}", [A], "H"),
        (f"Hộ ông {A} và bà {B}", [A, B], "H"),
        ("Hộ bà Hoa", ["Hoa"], "H"),
        # Remarks are no owners.
        (f"Ông {A}, thôn Đông", [A], "P"),
        (f"Ông {A} (con ông Nguyễn Văn Bắc)", [A], "P"),
        (f"{A}, {B} (thừa kế của ông {C})", [A, B], "P"),
        (f"Ông {A} và các con", [A], "P"),
        (f"Ông {A} (đang thế chấp)", [A], "P"),
        # Surnames that are forms of address, or the beginning of a body's name, elsewhere.
        ("Ông Văn Nam", ["Ông Văn Nam"], "P"),
        ("Bà Thị Thu Hoa", ["Bà Thị Thu Hoa"], "P"),
        ("Ông Ông Văn Nam", ["Ông Văn Nam"], "P"),
        ("Cụ Văn Bình", ["Cụ Văn Bình"], "P"),
        ("Hộ Văn Nam", ["Hộ Văn Nam"], "P"),
        ("Đồng Văn Nam", ["Đồng Văn Nam"], "P"),
        ("Hội Văn Nam", ["Hội Văn Nam"], "P"),
        ("Truong Van Nam", ["Truong Van Nam"], "P"),
        ("Đoàn Thị Hà", ["Đoàn Thị Hà"], "P"),
        ("Bàn Văn Nam", ["Bàn Văn Nam"], "P"),
        ("Dinh Van Nam", ["Dinh Van Nam"], "P"),
        ("Bà Nguyễn Thị Và", ["Nguyễn Thị Và"], "P"),
        ("Nguyễn Sinh", ["Nguyễn Sinh"], "P"),
        ("Công ty TNHH thương mại và dịch vụ Minh Phát", None, "O"),
        ("CTY CP AN BÌNH", None, "O"),
        ("HTX nông nghiệp Tân Minh", None, "O"),
        ("Hợp tác xã dịch vụ Đoài", None, "O"),
        ("Trường tiểu học Nguyễn Trãi", None, "O"),
        ("Trạm y tế xã Tân Minh", None, "O"),
        ("Chùa Linh Quang", None, "O"),
        ("Đình làng", None, "O"),
        ("Đền Thượng", None, "O"),
        ("Nhà thờ họ Nguyễn", None, "O"),
        ("Nhà văn hóa thôn Hạ", None, "O"),
        ("Hội Người cao tuổi", None, "O"),
        ("Ban quản lý di tích", None, "O"),
        ("UBND xã Nguyễn Trãi", None, "S"),
        ("U.B.N.D. xã", None, "S"),
        ("Uỷ ban nhân dân phường", None, "S"),
        ("Đất công ích UBND xã", None, "S"),
        ("Nhà nước quản lý", None, "S"),
        ("không rõ", None, "U"),
        ("?", None, "U"),
        ("1234", None, "U"),
    ],
)
def test_every_form_of_words_tells_its_owners_and_their_kind(text: str, names: list[str] | None, kind: str) -> None:
    owners = told(text)
    assert owners["owner_name"].to_list() == (names or [text])
    assert owners["owner_kind"].to_list() == [KEYS[kind]] * owners.height


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (f"Những người thừa kế của ông {A}", ["heirs_of"]),
        (f"Những người thừa kế (quyền sử dụng đất) của ông {A}", ["heirs_of"]),
        (f"Các đồng thừa kế của ông {A} và bà {B}", ["heirs_of", "heirs_of"]),
        (f"Người thừa kế {A}", ["heirs_of"]),
        (f"Ông {A} (đã chết)", ["deceased"]),
        (f"Cụ {A} (đã mất năm 2010)", ["deceased"]),
        (f"Ông {A} đã chết, bà {B}", ["deceased", None]),
        (f"Những người thừa kế của ông {A} (người đại diện: bà {B})", ["heirs_of", "representative"]),
        (f"Ông {A} và bà {B}", [None, None]),
    ],
)
def test_the_dead_and_those_who_stand_for_their_heirs_are_told(text: str, roles: list[str | None]) -> None:
    owners = told(text)
    assert owners["owner_name"].to_list() == [A, B][: len(roles)]
    assert owners["owner_role"].to_list() == roles


HIS, HERS = "001084222345", "001184222346"


@pytest.mark.parametrize(
    ("number", "year", "numbers", "years"),
    [
        (f"{HIS}; {HERS}", "1984, 1985", [HIS, HERS], [1984, 1985]),
        (f"{HIS} {HERS}", "1984-1985", [HIS, HERS], [1984, 1985]),
        ("111222333,012345678", "05/03/1984; 1985", ["111222333", "012345678"], [1984, 1985]),
        (HIS, "1984", [HIS, None], [1984, None]),
        ("001.084.222.345", "05-03-1984", [HIS, None], [1984, None]),
        # What a number tells of its holder is stronger than its place.
        (HERS, None, [None, HERS], [None, None]),
        (f"{HERS}; {HIS}", None, [HIS, HERS], [None, None]),
        # Nothing in front of the separator: the second one's.
        ("; 012345678", "; 1985", [None, "012345678"], [None, 1985]),
        # A spreadsheet took the zeros; they come back where year or sex agrees.
        ("1084222345", "1984", [HIS, None], [1984, None]),
        (None, "2/3/60", [None, None], [1960, None]),
    ],
)
def test_numbers_and_years_go_to_their_owners(
    number: str | None, year: str | None, numbers: list[str | None], years: list[int | None]
) -> None:
    owners = told(f"Ông {A} và bà {B}", number, year)
    assert owners["owner_number"].to_list() == numbers
    assert owners["owner_birth_year"].to_list() == years


def test_what_a_spreadsheet_did_to_a_number_is_told() -> None:
    lost = told(A, "1.19E+09").row(0, named=True)
    assert (lost["owner_number"], lost["owner_number_lost"]) == (None, True)
    restored = told(f"Ông {A}", "1084222345", "1984").row(0, named=True)
    assert (restored["owner_number"], restored["owner_number_restored"]) == (HIS, True)


def test_year_and_paper_beside_a_name_are_read_and_no_part_of_it() -> None:
    owner = told(f"Ông {A}, sinh năm 1960, CMND số 111222333").row(0, named=True)
    assert (owner["owner_name"], owner["owner_birth_year"], owner["owner_number"]) == (A, 1960, "111222333")


def test_a_cell_without_a_name_gives_no_owner() -> None:
    assert split({"owner_name": None}, {"owner_name": "  "}, {"owner_name": A})["record_id"].to_list() == ["r2"]


_WORDS = [*("Ông bà Hộ và Nguyễn Văn Thị An vợ: ( ) , ; - 1960 UBND".split()), "đã chết"]
_TEXT = st.one_of(st.lists(st.sampled_from(_WORDS), max_size=9).map(" ".join), st.text(max_size=20))


@FEW
@given(st.lists(st.tuples(_TEXT, _TEXT, _TEXT), min_size=1, max_size=4))
def test_no_owner_is_lost_and_rows_do_not_touch_each_other(cells: list[tuple[str, str, str]]) -> None:
    rows = [dict(zip(("owner_name", "owner_id_text", "owner_birth_text"), cell, strict=True)) for cell in cells]
    together = split(*rows)
    for key, row in enumerate(rows):
        owners = together.filter(record_id=f"r{key}")
        alone = split(row)
        assert owners.drop("record_id").equals(alone.drop("record_id"))
        assert owners["owner_no"].to_list() == list(range(1, owners.height + 1))
        assert owners["owner_name"].str.strip_chars().str.len_chars().min() != 0
    # A text in which anything can be seen has an owner.
    seen = {f"r{key}" for key, row in enumerate(rows) if any(letter.isalnum() for letter in row["owner_name"])}
    assert seen <= set(together["record_id"])
