"""The list of Plan 515: its fields in order, every user of every parcel once, and nothing that nobody wrote."""

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.exports.about import About
from pipelines.exports.plan515 import plan515
from pipelines.warehouse.schema import CITIZENS, PARCEL_OWNERS, PARCELS
from tests.examples import FEW

PLAN = """
STT
Mã thửa đất trong kho
Mã định danh thửa đất (12 ký tự)
Mã xã
Số tờ bản đồ
Số thửa
Loại đất
Diện tích (m²)
Địa chỉ thửa đất
Hình thức sử dụng
Thời hạn sử dụng
Nguồn gốc sử dụng
Tọa độ
Họ và tên
Địa chỉ
Ngày, tháng, năm sinh
Giới tính
Số định danh cá nhân
Nơi thường trú
Tên tổ chức
Số giấy tờ của tổ chức
Địa chỉ tổ chức
Số phát hành GCN
Số vào sổ GCN
Ngày cấp GCN
Nhóm
Lý do
Xã cũ
Mã xã cũ
Thôn, tổ dân phố
""".strip().splitlines()


@pytest.fixture(scope="module")
def sheet(plan):
    return plan.sheet("Kế hoạch 515")


def of(sheet, parcel_id):
    return [row for row in sheet.rows if row["Mã thửa đất trong kho"] == parcel_id]


def test_fields_stand_in_the_plan_s_order_under_its_groups(sheet):
    assert sheet.headings[: len(PLAN)] == PLAN
    groups = {name: at for at, name in enumerate(sheet.groups) if name}
    assert list(groups) == ["Thông tin thửa đất", "Người sử dụng đất", "Giấy chứng nhận", "Phân loại", "Theo sổ cũ"]
    starts = ("Mã thửa đất trong kho", "Họ và tên", "Số phát hành GCN", "Nhóm", "Hệ bản đồ")
    assert list(groups.values()) == [sheet.headings.index(name) for name in starts]


def test_it_says_what_it_is_from_what_and_what_it_is_for(sheet):
    told = "\n".join(sheet.titles)
    assert "Xã Thượng Phúc (mã 10231), Thành phố Hà Nội" in told
    assert "bản chạy thử, chưa phải số liệu chính thức, lập ngày 02/03/2026; mã kiểm abababababab" in told
    assert "Chứa dữ liệu cá nhân – chỉ dùng cho" in told
    assert "Để trống vì sổ cũ không có" in told


def test_sheets_and_parcels_are_in_the_order_of_their_numbers(sheet):
    shown = list(dict.fromkeys((row["Số tờ bản đồ"], row["Số thửa"]) for row in sheet.rows if row["Hệ bản đồ"]))
    assert shown == [("9", "2"), ("9", "9A"), ("9", "10"), ("10", "3"), ("11", "7"), ("", "")]
    assert sheet.column("STT") == [str(number) for number in range(1, len(sheet.rows) + 1)]


def test_every_parcel_stands_there_once_for_each_of_its_users(sheet):
    shown = [(row["Mã thửa đất trong kho"], row["Tên ghi trong sổ đất"]) for row in sheet.rows]
    assert len(shown) == len(set(shown)) == 8
    assert [row["Hình thức sử dụng"] for row in of(sheet, "ten")] == ["Sử dụng chung"] * 2
    assert [row["Hình thức sử dụng"] for row in of(sheet, "nine")] == ["Sử dụng riêng"]
    assert [(row["Họ và tên"], row["Hình thức sử dụng"]) for row in of(sheet, "nowhere")] == [("", "")]


def test_a_confirmed_user_is_told_as_the_registers_know_the_person(sheet):
    first, second = of(sheet, "ten")
    assert [first[name] for name in PLAN[13:19]] == [
        "Người C1", "Thôn Đông", "05/03/1962", "Nữ", "001162000009", "Thôn Đông, xã Thượng Phúc"
    ]  # fmt: skip
    assert (first["Tên ghi trong sổ đất"], first["Số giấy tờ ghi trong sổ đất"]) == ("Bà Hoa", "012345678")
    assert first["Đối chiếu với dân cư"] == "Đã xác nhận"
    # Nothing of a person is told of whom it is not sure that it is this user.
    assert [second[name] for name in PLAN[13:19]] == ["Ông Nam", "Thôn Đông", "", "", "001060000010", "Thôn Đông"]


def test_only_a_personal_number_of_one_person_stands_as_one(sheet):
    (nine,) = of(sheet, "nine")
    assert (nine["Số định danh cá nhân"], nine["Số giấy tờ ghi trong sổ đất"]) == ("", "012345678")
    assert nine["Ngày, tháng, năm sinh"] == "1950"
    (shared,) = of(sheet, "nine_b")
    assert (shared["Họ và tên"], shared["Số định danh cá nhân"]) == ("Người C2", "")


@pytest.mark.parametrize(
    ("parcel_id", "fields"),
    [("other", ["Công ty An Bình", "0100109106", "Thôn Đông"]), ("signed", ["UBND xã Nguyễn Trãi", "", ""])],
)
def test_organisations_have_fields_of_their_own(sheet, parcel_id, fields):
    (row,) = of(sheet, parcel_id)
    assert [row[name] for name in PLAN[19:22]] == fields
    assert [row[name] for name in PLAN[13:19]] == [""] * 6


def test_what_is_known_of_the_parcel(sheet):
    (signed,) = of(sheet, "signed")
    assert [signed[name] for name in PLAN[22:25]] == ["BĐ 012345", "CH 00012", "09/07/2010"]
    assert (signed["Loại đất"], signed["Diện tích (m²)"]) == ("ONT: 60; CLN: 40,5", "100.5")
    (bare,) = of(sheet, "nine_b")
    assert bare["Loại đất"] == "LUC"
    (other,) = of(sheet, "other")
    assert [other[name] for name in ("Mã xã", "Số tờ bản đồ", "Số tờ cũ", "Xã cũ", "Mã xã cũ", "Thôn, tổ dân phố")] == [
        "10231", "11", "1", "xã Quất Động", "10234", "Thôn Tây"
    ]  # fmt: skip


def test_what_no_register_holds_is_left_empty(sheet):
    for heading in ("Mã định danh thửa đất (12 ký tự)", "Thời hạn sử dụng", "Nguồn gốc sử dụng", "Tọa độ"):
        assert set(sheet.column(heading)) == {""}


def test_groups_have_their_reasons_in_words(sheet):
    (nine,) = of(sheet, "nine")
    assert (nine["Nhóm"], nine["Lý do"]) == ("2", "Không có số giấy chứng nhận; a_new_code")
    assert {row["Lý do"] for row in sheet.rows if row["Nhóm"] == "1"} == {""}


def counts(sheet):
    names = [heading for heading in sheet.headings if heading.startswith("Nhóm")]
    return {
        (row["Dữ liệu"], row["Xã cũ"], row["Thôn, tổ dân phố"]): [int(row[name]) for name in [*names, "Cộng"]]
        for row in sheet.rows
    }


def test_people_and_parcels_are_counted_by_place(plan):
    found = counts(plan.sheet("Tổng hợp"))
    assert found["Công dân", "Tất cả các xã cũ", "Cộng"] == [1, 1, 1, 3]
    assert found["Thửa đất", "Tất cả các xã cũ", "Cộng"] == [5, 1, 1, 7]
    assert found["Thửa đất", "xã Quất Động", "Cộng"] == [2, 0, 0, 2]
    assert found["Thửa đất", "xã Quất Động", "Thôn Tây"] == [1, 0, 0, 1]
    assert found["Công dân", "xã Quất Động", "(không ghi)"] == [0, 0, 1, 1]
    places = [value for (_, _, hamlet), value in found.items() if hamlet != "Cộng"]
    communes = [value for (_, commune, hamlet), value in found.items() if hamlet == "Cộng" and "xã cũ" not in commune]
    assert [sum(column) for column in zip(*places, strict=True)] == [6, 2, 2, 10]
    assert [sum(column) for column in zip(*communes, strict=True)] == [6, 2, 2, 10]


def test_people_and_parcels_are_counted_by_reason(plan):
    text = plan.parts()["xl/worksheets/sheet2.xml"]
    after = text[text.index("Theo lý do") :]
    for words in ("Không có họ tên", "Không ghi giới tính", "Số định danh trùng với người khác", "a_new_code"):
        assert after.count(f"<t>{words}</t>") == 1 + (words == "a_new_code")  # a code without words is its own word


number = st.sampled_from([None, "1", "9", "10", "10A", "x"])
status = st.sampled_from(["confirmed", "needs_paper", "no_match"])
parcels = st.lists(st.tuples(number, number, st.integers(1, 3), st.lists(status, max_size=3)), max_size=8)


@FEW
@given(parcels)
def test_whatever_the_parcels_no_user_is_lost_or_doubled_and_only_the_confirmed_are_people(made):
    land = [
        {"parcel_id": f"P{at}", "new_sheet_no": sheet, "parcel_no": parcel, "quality_group": group, "land_use": []}
        for at, (sheet, parcel, group, _) in enumerate(made)
    ]
    owners = [
        {"parcel_id": f"P{at}", "owner_no": no, "owner_name": f"o{no}", "status": status, "citizen_id": "C"}
        for at, (*_, statuses) in enumerate(made)
        for no, status in enumerate(statuses, start=1)
    ]
    people = [{"citizen_id": "C", "full_name": "Người C", "quality_group": 1}]
    with duckdb.connect() as connection:
        for table, rows in ((PARCELS, land), (PARCEL_OWNERS, owners), (CITIZENS, people)):
            connection.register(table.name, pl.DataFrame(rows, schema=table.polars_schema))
        document = plan515(connection, About("10231", "xã A", "", "trial", "", "", {}))
    shown = document.main.rows
    expected = [(one["parcel_id"], one["owner_no"]) for one in owners]
    expected += [(f"P{at}", None) for at, (*_, statuses) in enumerate(made) if not statuses]
    assert sorted(shown.select("parcel_id", "owner_no").rows(), key=str) == sorted(expected, key=str)
    known = shown.filter(pl.col("person_name") == "Người C")
    assert known.height == sum(statuses.count("confirmed") for *_, statuses in made)
    places, reasons = (table.rows for table in document.pages[1].tables)
    whole = places.filter((pl.col("dataset") == "parcels") & (pl.col("level") == 3))
    groups = [sum(group == wanted for _, _, group, _ in made) for wanted in (1, 2, 3)]
    assert whole.select("group_1", "group_2", "group_3").rows() == ([tuple(groups)] if made else [])
    assert reasons.is_empty()
