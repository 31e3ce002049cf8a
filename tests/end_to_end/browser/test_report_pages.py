"""The audit site in a browser, without any webserver: what a reader sees is what the warehouse says."""

import re

import pytest

CODE = "10231"


def _numbers(text: str) -> set[int]:
    """Whole numbers as they are written in Vietnamese: 6.004."""
    return {
        int(found.replace(".", "")) for found in re.findall(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d,])|\b\d+\b", text)
    }


def test_report_tells_the_numbers_of_the_warehouse_and_asks_nobody(window, sample_run, picture):
    pages, page = sample_run.data / "reports" / "trial" / CODE, window.page
    window.opens((pages / "balance.html").as_uri())
    expected = sample_run.query(
        CODE,
        "SELECT (SELECT count(*) FROM citizen_sources), (SELECT count(*) FROM parcel_sources),"
        " (SELECT sum(merged) FROM row_balance WHERE dataset = 'citizens'),"
        " (SELECT sum(merged) FROM row_balance WHERE dataset = 'parcels')",
    )[0]
    balance = window.text
    assert [number for number in expected if number not in _numbers(balance)] == []
    window.opens((pages / "index.html").as_uri())
    picture(window, "audit_page")
    tiles = [int(text.replace(".", "")) for text in page.locator(".tiles dd:not(.more)").all_inner_texts()]
    assert "Được phép công bố" in window.text
    assert tiles == list(sample_run.query(CODE, _TILES)[0])
    assert {address.partition("?")[0] for address in window.asked} == {
        (pages / f"{name}.html").as_uri() for name in ("index", "balance")
    }
    assert page.evaluate("document.querySelectorAll('script[src], link[href], img[src^=http], iframe').length") == 0


_TILES = """
SELECT (SELECT sum(records)::BIGINT FROM row_balance WHERE duplicate_of IS NULL), (SELECT count(*) FROM citizens),
    (SELECT count(*) FROM households), (SELECT count(*) FROM parcels),
    (SELECT sum(merged)::BIGINT FROM row_balance), (SELECT count(*) FROM review_queue WHERE status <> 'decided'),
    (SELECT count(*) FROM quarantine), (SELECT count(*) FROM unplaced)
"""


def test_row_balance_on_the_report_is_that_of_the_warehouse(window, sample_run):
    """File by file: every count of the warehouse stands in the row of the table that names the file."""
    page = window.page
    page.goto((sample_run.data / "reports" / "trial" / CODE / "balance.html").as_uri())
    rows = [row.inner_text() for row in page.locator("table tr").all()]
    counts = "physical_lines, records, loaded, placed, kept, merged"
    for name, *numbers in sample_run.query(CODE, f"SELECT source_file, {counts} FROM row_balance"):
        named = [_numbers(row) for row in rows if name in row]
        assert named, name
        assert any(set(numbers) <= found for found in named), (name, numbers, named)


def test_report_shows_no_number_of_a_person(window, sample_run):
    numbers = sample_run.query(
        CODE,
        "SELECT personal_id FROM citizens WHERE personal_id IS NOT NULL UNION SELECT old_id_no FROM citizens"
        " WHERE old_id_no IS NOT NULL UNION SELECT phone FROM citizens WHERE phone IS NOT NULL",
    )
    assert len(numbers) > 5000
    page = window.page
    for path in sorted((sample_run.data / "reports" / "trial" / CODE).glob("*.html")):
        page.goto(path.as_uri())
        text, seen = page.content(), page.locator("body").inner_text()
        shown = set(re.findall(r"\d{9,12}", text + re.sub(r"[ .]", "", seen)))
        assert (path.name, [number for (number,) in numbers if number in shown]) == (path.name, [])


def test_pages_show_what_the_documents_tell_of_them(window, sample_run, picture):
    pages = sample_run.data / "reports" / "trial" / CODE
    window.opens((pages / "cases.html").as_uri(), "Trường hợp chờ người quyết định")
    picture(window, "queue")
    window.opens((pages / "land.html").as_uri(), "Bảng 01: số tờ bản đồ cũ và mới")
    picture(window, "land")
    window.opens((pages / "merges.html").as_uri(), "Những dòng đã gộp thành một", "Đang hiện 1 đến 50.")
    window.page.get_by_role("button", name=re.compile("10231-")).first.click()
    window.sees("Các dòng nguồn đặt cạnh nhau")
    picture(window, "merges")
    picture(window, "waterfall", part="tr.detail td")


@pytest.mark.long
def test_the_page_on_row_balance_tells_what_was_decoded(window, hopnhat, tmp_path, picture):
    sample = f"sample --new-commune {CODE} --people 1200 --parcels 800 --seed 3 --profile old_offices data"
    for words in (sample, f"run --new-commune {CODE} --data data"):
        done = hopnhat(*words.split(), cwd=tmp_path)
        assert done.status == 0, done.err
    page = tmp_path / "data" / "reports" / "trial" / CODE / "balance.html"
    window.opens(page.as_uri(), "Chữ đã giải mã từ bảng mã cũ", "TCVN3", "VNI")
    picture(window, "decoded", part="table:has(caption:has-text('Số ô đã giải mã'))")
