"""What the audit page says about map sheets, owners and surveys."""

from .conftest import Rows, Write, page_of, text_of

SHEETS = [
    {"old_commune_code": old, "map_system": "299", "old_sheet_no": sheet, "new_sheet_no": new, "assigned_by": by}
    for old, sheet, new, by in (
        ("10231", "1", "1", "rule"),
        ("10231", "10A", "10A", "rule"),
        ("10234", "2", "11", "rule"),
        ("10234", "9", "12", "late"),
    )
]


def section(write: Write, rows: Rows) -> str:
    page = page_of(write(rows), "land")
    return " ".join(text_of(page[page.index('<section aria-labelledby="dat-dai">') : page.index("</main>")]).split())


def owners(count: int, status: str, reason: str) -> list[dict]:
    return [
        {
            "parcel_id": f"{status}-{reason}-{n}",
            "owner_no": 1,
            "owner_kind": "person",
            "status": status,
            "reason": reason,
        }
        for n in range(count)
    ]


def test_old_and_new_sheets_stand_in_their_order_as_numbers(write: Write, rows: Rows) -> None:
    text = section(write, {**rows, "sheet_map": SHEETS})
    assert "299 Nguyễn Trãi (10231) 2 1 – 10A 1 – 10A 0 0" in text
    assert "2 – 9 11 – 12 1 0" in text
    assert "1 tờ không theo quy tắc chung" in text


def test_owners_are_counted_by_kind_and_the_rarer_reasons_together(write: Write, rows: Rows) -> None:
    told = owners(3, "confirmed", "Cùng số giấy tờ.")
    for n in range(10):
        told += owners(1, "needs_paper", f"Lý do {n}.")
    text = section(write, {**rows, "parcel_owners": told})
    assert "Cá nhân 13 3 10 0" in text
    assert "Đã xác nhận Cùng số giấy tờ. 3" in text
    assert "Cần giấy tờ 2 căn cứ khác 2" in text


def test_an_old_survey_is_a_relation_and_is_said_so(write: Write, rows: Rows) -> None:
    relations = [
        {"from_parcel_id": "A", "to_parcel_id": to, "kind": "split_into", "reason": "Cùng giấy chứng nhận."}
        for to in "BC"
    ]
    assert "Tách thành 2 1 2" in section(write, {**rows, "parcel_relations": relations})


def test_no_survey_again_is_said_too(write: Write, rows: Rows) -> None:
    assert "Không thấy thửa nào được đo vẽ lại" in section(write, {**rows, "parcel_relations": []})


def test_sheets_without_number_wait_for_the_head_communes_book(write: Write, rows: Rows) -> None:
    number = {
        "parcel_id": "A",
        "old_commune_code": "10234",
        "map_system": "299",
        "old_sheet_no": "1",
        "is_current": True,
    }
    text = section(write, {**rows, "sheet_map": [], "parcel_numbers": [number]})
    assert "chưa có sổ đất của xã giữ trụ sở" in text
