"""What the page says of changes since the last publication."""

import pytest

from pipelines.reports import labels, render_page_set
from pipelines.reports.change_facts import CHANGES_SHOWN
from pipelines.warehouse import schema

from .conftest import NUMBER, PASSED, Rows, Write, checks, page_of, text_of, told

PERSON, PARCEL = "10231-0000001-A", "10231-0000009-B"
RUN = "86b39e60-739a-45fb-9739-359207181234"


def change(kind: str, cause: str, then: str | None, now: str | None, dataset: str = "citizens", **more: object) -> dict:
    known = {"dataset": dataset, "kind": kind, "cause": cause, "earlier_entity_id": then, "entity_id": now}
    return known | {"old_commune_code": "10231", "fields": [], "rows_arrived": 0, "rows_gone": 0} | more


@pytest.fixture
def compared(rows: Rows) -> Rows:
    """Two people of whom one was merged into the other, who has another name; and a parcel that is new."""
    rows["changes"] = [
        change("merged", "rows_arrived", "10231-0000002-C", PERSON, rows_arrived=1),
        change("changed", "rows_corrected", PERSON, PERSON, fields=["full_name", "phone"], rows_arrived=1, rows_gone=1),
        change("new", "rows_arrived", None, PARCEL, "parcels", old_commune_code="10234", rows_arrived=1),
    ]
    return told(
        rows,
        earlier__run_id=RUN,
        earlier__started_at="2026-01-04T08:30:00+07:00",
        earlier__citizens="2",
        earlier__parcels="0",
        settings__publication={"churn_limit": 0.5},
    )


def section(page: str) -> str:
    """The section on changes, as a reader sees it."""
    return text_of(page[page.index('<section aria-labelledby="thay-doi">') : page.index("</main>")])


def test_a_first_publication_says_that_there_is_nothing_to_compare(write: Write, rows: Rows) -> None:
    page = page_of(write(rows), "changes")
    assert "chưa có gì để so sánh" in section(page)
    assert "So với lần công bố trước" not in page


def test_entities_then_and_now_add_up(write: Write, compared: Rows) -> None:
    pages = render_page_set(write(compared), PASSED)
    text = section(pages["changes.html"])
    assert "Công dân 2 0 0 1 0 1 ✓ khớp 1 1 (50,0%) 50,0% ✓ trong giới hạn" in text
    assert "Thửa đất 0 1 0 0 0 1 ✓ khớp 0 0 (–) 50,0% ✓ trong giới hạn" in text
    assert "08 giờ 30 phút, ngày 04 tháng 01 năm 2026" in text and RUN in text
    assert "công dân 1 thay đổi, 1 gộp; thửa đất 1 mới." in text_of(pages["index.html"])


def test_an_entity_that_no_change_accounts_for_shows(write: Write, compared: Rows) -> None:
    compared["changes"].pop()
    assert "Thửa đất 0 0 0 0 0 1 ✗ không khớp" in section(page_of(write(compared), "changes"))


def test_more_than_the_limit_is_marked_with_what_to_do(write: Write, compared: Rows) -> None:
    rows = told(compared, settings__publication={"churn_limit": 0.49})
    refused = checks(("identity.churn_within_limit", "gate", False))
    text = section(page_of(write(rows), "changes", refused))
    assert "1 (50,0%) 49,0% ✗ vượt giới hạn" in text
    assert "--churn-limit" in text


def test_what_officers_decided_does_not_count_against_the_limit(write: Write, compared: Rows) -> None:
    compared["changes"][0]["cause"] = "decision"
    rows = told(compared, settings__publication={"churn_limit": 0})
    assert "1 0 (0,0%) 0,0% ✓ trong giới hạn" in section(page_of(write(rows), "changes"))


@pytest.mark.parametrize(
    "sentence",
    [
        "Gộp Có thêm dòng nguồn 1 0",
        "Thay đổi Dòng nguồn được sửa 1 0",
        "Nguyễn Trãi (10231) Công dân 0 1 0 1 0",
        "10234 Thửa đất 0 0 0 0 1",
        "Công dân, các trường thay đổi nhiều nhất: họ và tên 1; số điện thoại 1.",
        f"10231-0000002-C → {PERSON} Nguyễn Thị Hạnh",
        "họ và tên; số điện thoại +1 −1",
        "Tất cả 3 thay đổi",
    ],
)
def test_kinds_causes_fields_and_single_changes_are_told(write: Write, compared: Rows, sentence: str) -> None:
    assert sentence in section(page_of(write(compared), "changes"))


def test_a_long_list_is_cut_and_keeps_every_kind(write: Write, compared: Rows) -> None:
    compared["changes"] += [
        change("withdrawn", "rows_withdrawn", f"10231-{at:07}-X", None, rows_gone=1) for at in range(100, 300)
    ]
    page = page_of(write(compared), "changes")
    assert f"{CHANGES_SHOWN} trong 203 thay đổi" in section(page)
    listed = section(page)[section(page).index("TT Loại") :]
    assert listed.count("Rút Dòng nguồn không còn") == CHANGES_SHOWN - 3
    assert all(word in listed for word in ("Gộp Có thêm", "Thay đổi Dòng nguồn được sửa", "Mới Có thêm"))


def test_a_number_in_a_name_is_masked_and_the_run_is_not(write: Write, compared: Rows) -> None:
    compared["citizens"][0]["full_name"] = f"Hạnh {NUMBER}"
    page = page_of(write(compared), "changes")
    assert NUMBER not in page and "Hạnh 001*****2345" in section(page)
    assert RUN in page  # its last twelve digits look like a number of a person


def test_a_publication_without_any_change_says_so(write: Write, compared: Rows) -> None:
    del compared["changes"]
    rows = told(compared, earlier__citizens="1", earlier__parcels="1")
    pages = render_page_set(write(rows), PASSED)
    assert "Không có thay đổi nào" in section(pages["changes.html"])
    assert "công dân không đổi; thửa đất không đổi." in text_of(pages["index.html"])


def test_every_field_has_a_vietnamese_word() -> None:
    golden = (schema.CITIZENS, schema.CITIZENS_SENSITIVE, schema.PARCELS)
    columns = {column.name for table in golden for column in table.columns if column.entity is None}
    assert columns | {"owners", "owner_citizens"} == set(labels.GOLDEN_FIELDS)
