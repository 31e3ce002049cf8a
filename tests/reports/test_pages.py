"""What an auditor must find on the pages of a commune, and what nobody may find there."""

import re
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest

from pipelines.reports import render_page_set
from pipelines.reports.privacy import mask_numbers

from .conftest import NUMBER, OLD_NUMBER, PASSED, Rows, Write, as_raw, checks, everything, facts_of, page_of, text_of


def test_all_gates_passed_allows_publication(write: Write, rows: Rows) -> None:
    page = text_of(page_of(write(rows), "index"))
    assert "Được phép công bố bản chạy thử" in page
    assert "Từ chối công bố" not in page


def test_one_failed_gate_refuses_publication_and_is_named(write: Write, rows: Rows) -> None:
    validation = checks(("can_doi", "gate", True), ("so_dinh_danh_rieng", "gate", False))
    page = text_of(page_of(write(rows), "index", validation))
    assert "Từ chối công bố bản chạy thử" in page
    assert "1 trên 2 điều kiện bắt buộc không đạt" in page
    assert "Không đạt: expectation of so_dinh_danh_rieng ( so_dinh_danh_rieng : 1 trường hợp)" in page
    assert "Được phép công bố" not in page


def test_a_failed_warning_does_not_refuse(write: Write, rows: Rows) -> None:
    page = text_of(page_of(write(rows), "rules", checks(("a", "gate", True), ("b", "warning", False))))
    assert "Được phép công bố" in page
    assert "! Cần lưu ý" in page


def test_without_any_gate_nothing_is_allowed(write: Write, rows: Rows) -> None:
    page = text_of(page_of(write(rows), "index", checks()))
    assert "Chưa đủ căn cứ để kết luận" in page
    assert "Được phép công bố" not in page


def test_a_gate_without_result_refuses(write: Write, rows: Rows) -> None:
    validation = checks(("a", "gate", True)).with_columns(passed=pl.lit(None, pl.Boolean))
    assert "Từ chối công bố" in text_of(page_of(write(rows), "index", validation))


def test_the_officers_sentence_replaces_the_expectation(write: Write, rows: Rows) -> None:
    validation = PASSED.with_columns(sentence_vi=pl.lit("Mọi dòng đều có nơi đến."))
    page = text_of(page_of(write(rows), "rules", validation))
    assert "Mọi dòng đều có nơi đến." in page
    assert "expectation of can_doi" not in page


def test_the_numbers_of_every_file_stand_in_its_row(write: Write, rows: Rows) -> None:
    page = page_of(write(rows), "balance")
    table = page[page.index("Bảng cân đối dòng</caption>") :]
    for file in rows["row_balance"]:
        row = next(row for row in re.findall(r"<tr.*?</tr>", table, re.S) if file["source_file"] in row)
        cells = [text_of(cell) for cell in re.findall(r"<td.*?</td>", row, re.S)]
        counts = [value for value in file.values() if isinstance(value, int)]
        assert cells == [f"{count:,}".replace(",", ".") for count in counts] + ["✓ khớp"]


def test_a_broken_balance_is_said_at_the_head_and_in_the_row(write: Write, rows: Rows) -> None:
    rows["row_balance"][0]["merged"] = 2
    page = text_of(page_of(write(rows), "balance"))
    assert "Có phép cân đối không khớp" in page
    assert "✗ lệch (d)" in page


def test_a_duplicate_file_is_listed_but_not_added(write: Write, rows: Rows) -> None:
    rows["row_balance"].append(
        {**rows["row_balance"][0], "source_file": "10231/lai.csv", "duplicate_of": "10231/dan.csv"}
    )
    page = text_of(page_of(write(rows), "balance"))
    assert "Trùng hoàn toàn với 10231/dan.csv" in page
    assert "10.002" not in page


def test_tables_that_disagree_with_the_balance_are_shown(write: Write, rows: Rows) -> None:
    page = text_of(page_of(write(rows), "balance"))
    assert "Công dân: bản ghi giữ = số thực thể 4.998 1 ✗ không khớp" in page
    assert "Thửa đất: bản ghi giữ = số thực thể 1 1 ✓ khớp" in page


class Addresses(HTMLParser):
    """Collects everything on a page that a browser would follow or load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "srcset", "data", "action"}]


def test_no_page_needs_anything_from_outside(write: Write, rows: Rows) -> None:
    pages = render_page_set(write(rows), PASSED)
    above = {f"../../{name}{ending}" for name in ("index", "activity") for ending in (".html", ".en.html")}
    files = {name for name in pages if name.endswith((".html", ".xlsx"))} | above
    for page in (page for page in pages.values() if isinstance(page, str)):
        found = Addresses(page)
        assert all(address.startswith("#") or address.partition("#")[0] in files for address in found.found)
        assert not found.tags & {"link", "img", "iframe", "object", "base"}
        page_only = r"sha256-[^']*|<script type=.text/plain.*?</script>|http://www\.w3\.org/2000/svg"
        text = re.sub(page_only, "", page, flags=re.S)
        assert not re.search(r"https?:|@import|\bsrc=|url\((?!#)|\bfetch\(|XMLHttp|WebSocket|sendBeacon", text)


def test_every_page_is_in_both_languages_and_each_leads_to_the_other(write: Write, rows: Rows) -> None:
    pages = render_page_set(write(rows), PASSED)
    vietnamese = {name for name in pages if name.endswith(".html") and not name.endswith(".en.html")}
    assert {name for name in pages if name.endswith(".en.html")} == {
        name.replace(".html", ".en.html") for name in vietnamese
    }
    for name in vietnamese:
        other = name.replace(".html", ".en.html")
        assert '<html lang="vi">' in pages[name] and other in Addresses(pages[name]).found
        assert '<html lang="en">' in pages[other] and name in Addresses(pages[other]).found


def test_no_personal_number_is_readable_anywhere(write: Write, rows: Rows) -> None:
    rows["row_balance"][0]["source_file"] = f"10231/{NUMBER}.csv"
    rows["citizen_sources"][0]["raw"] = as_raw(ho_ten=f"Hạnh {NUMBER}", so_cmnd="012.345.678", thon="001.185.012.345")
    rows["parcels"][0]["old_commune_code"] = OLD_NUMBER
    validation = PASSED.with_columns(sentence_vi=pl.lit(f"Số {NUMBER} và {OLD_NUMBER} bị lặp."))
    page = everything(write(rows), validation)
    digits = re.sub(r"[ .\u00a0-]|<wbr>", "", page)
    assert NUMBER not in digits and OLD_NUMBER not in digits
    assert "001*****2345" in page and "01*****78" in page


def test_ethnicity_never_appears(write: Write, rows: Rows) -> None:
    assert "Sán Dìu" not in everything(write(rows), PASSED)


def test_markup_in_data_stays_text(write: Write, rows: Rows) -> None:
    evil = "<script>alert(1)</script>"
    rows["citizens"][0]["old_commune_code"] = evil
    rows["row_balance"][0]["dataset"] = evil
    pages = render_page_set(write(rows), PASSED)
    for page in (pages["balance.html"], pages["quality.html"]):
        assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_the_picture_of_weights_tells_decisions_and_thresholds(write: Write, rows: Rows) -> None:
    page = page_of(write(rows), "linkage")
    assert "ngưỡng tự động gộp 12,0 bit" in page and "ngưỡng xem xét −3,0 bit" in page
    assert "Tự động gộp: 1 cặp; Chờ xem xét: 1 cặp" in page


def test_a_weight_below_zero_falls_into_the_bin_that_holds_it(write: Write, rows: Rows) -> None:
    found = facts_of(write(rows)).linkage["citizens"]
    bins = {row["decision"]: row["bin"] for row in found.bins}
    assert found.width == 500
    assert bins == {"automatic": 28, "review": -5}


def test_a_merge_across_communes_is_counted_as_such(write: Write, rows: Rows) -> None:
    page = text_of(page_of(write(rows), "linkage"))
    assert "Trong 1 thực thể gồm nhiều dòng: 0 nằm trong một xã cũ, 1 nối hai xã cũ, 0 nối từ ba xã cũ" in page


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cases", "Nhiều người khác nhau cùng mang một số định danh Công dân 1 2 1"),
        ("set_aside", "Số ô không khớp với số cột 10231/dan.csv Công dân 1 917"),
        ("set_aside", "Nguyễn Trãi (10231) Xóm Mới 1 gần"),
        ("quality", "Không xác định được hộ 1 1 0"),
        ("quality", "Không có chủ sử dụng 1 0 1"),
        ("linkage", "Cùng họ tên và năm sinh, một bên chỉ ghi năm 8.123 40 7 2 150"),
        ("index", "Bắt đầu: 05/01/2026 08:30"),
    ],
)
def test_what_waits_and_why_is_on_the_page(write: Write, rows: Rows, name: str, sentence: str) -> None:
    assert sentence in text_of(page_of(write(rows), name))


def test_an_empty_warehouse_still_gives_a_page(write: Write) -> None:
    pages = render_page_set(write({}), checks())
    htmls = [page for name, page in pages.items() if name.endswith(".html")]
    assert all(page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>") for page in htmls)
    assert "Chưa có tệp nào được tiếp nhận" in pages["balance.html"] and "không ghi" in text_of(pages["index.html"])


def test_unreadable_manifest_entries_are_passed_over(write: Write, rows: Rows) -> None:
    broken: list[dict[str, Any]] = [
        {"key": "warnings", "value": "{not json"},
        {"key": "thresholds.citizens", "value": "[1]"},
        {"key": "old_communes", "value": None},
        {"key": "candidates.citizens", "value": '[{"rule": "x"}, 3]'},
        {"key": "started_at", "value": "hôm qua"},
    ]
    page = text_of(page_of(write({**rows, "manifest": broken}), "linkage"))
    assert "hôm qua" in page and "không vẽ đường ngưỡng" in page


def test_the_page_is_the_same_twice(write: Write, rows: Rows) -> None:
    staging = write(rows)
    assert render_page_set(staging, PASSED) == render_page_set(staging, PASSED)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("001185012345", "001*****2345"),
        ("012345678", "01*****78"),
        ("Số 001 185 012 345.", "Số 001*****2345."),
        ("1185012345", "11*****45"),
        ("001-185-012-345, 012/345/678", "001*****2345, 01*****78"),
        ("từ 2025-10-20 123 đến 30-11-2026", "từ 2025-10-20 123 đến 30-11-2026"),
        ("12.345 bản ghi ngày 20/10/2025", "12.345 bản ghi ngày 20/10/2025"),
        ("10231-0000042-K", "10231-0000042-K"),
    ],
)
def test_masking(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked
