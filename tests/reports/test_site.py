"""The site as a reader opens it: from a folder, without a network, in both languages, on screen and in print."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.reports import (
    Publication,
    keep_version,
    render_page_set,
    render_publication,
    write_page_set,
)
from pipelines.reports.site_index import write_site_index

from .conftest import PASSED, checks, small_commune, text_of, write_warehouse

PUBLISHED = Publication("trial-1", "publish", "2026-01-05T09:00:00+07:00", "an", "ab" * 32, "cd" * 32)
TILES = {
    "Bản ghi tiếp nhận": "SELECT sum(records) FROM row_balance WHERE coalesce(duplicate_of, '') = ''",
    "Công dân": "SELECT count(*) FROM citizens",
    "Hộ gia đình": "SELECT count(*) FROM households",
    "Thửa đất": "SELECT count(*) FROM parcels",
    "Bản ghi đã gộp": """SELECT (SELECT count(*) FROM citizen_sources WHERE outcome = 'merged')
        + (SELECT count(*) FROM parcel_sources WHERE outcome = 'merged')""",
    "Chờ người quyết định": "SELECT count(*) FROM review_queue WHERE status <> 'decided'",
    "Bản ghi giữ riêng": "SELECT count(*) FROM quarantine",
    "Bản ghi chưa xếp được": "SELECT count(*) FROM unplaced",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_warehouse(tmp_path_factory.mktemp("warehouse") / "10231.duckdb", small_commune())


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, warehouse: Path) -> Path:
    """The folder of all reports: one commune, its newest run and its one version."""
    folder = tmp_path_factory.mktemp("data") / "reports"
    validation = checks(("identity.a", "gate", True), ("quality.b", "warning", False), ("quality.c", "warning", True))
    told = {"versions": [PUBLISHED], "with_pages": {"trial-1"}}
    write_page_set(folder / "trial/10231", render_page_set(warehouse, validation, publication=PUBLISHED, **told))
    newest, kept = render_publication(warehouse, validation, PUBLISHED, **told)
    write_page_set(folder / "trial/10231", newest, whole=False)
    keep_version(folder / "trial/10231", "trial-1", kept)
    write_site_index(folder)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An empty folder of all reports."""
    return tmp_path / "reports"


def test_every_page_opens_without_a_network_and_leads_to_the_other_language(page: Any, reports: Path) -> None:
    pages = [path for folder in (reports, reports / "trial/10231") for path in sorted(folder.glob("*.html"))]
    for path in (path for path in pages if not path.name.endswith(".en.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.lang") == "vi"
        page.click("a.switch")
        page.wait_for_function("document.documentElement.lang === 'en'")
        page.click("a.switch")
        page.wait_for_function("document.documentElement.lang === 'vi'")
        assert page.url.split("#")[0] == path.as_uri()


def test_every_link_leads_somewhere(reports: Path) -> None:
    for path in reports.rglob("*.html"):
        for address in re.findall(r'href="([^"#]+)', path.read_text(encoding="utf-8")):
            assert (path.parent / address).is_file(), f"{path.name}: {address}"


def test_a_version_that_has_pages_is_reached_from_the_first_page(page: Any, reports: Path) -> None:
    page.goto((reports / "trial/10231/index.html").as_uri())
    page.click("main >> text=trial-1 >> nth=-1")
    assert page.url.endswith("/trial/10231/trial-1/index.html")


def test_every_number_of_the_summary_is_the_warehouses(page: Any, reports: Path, warehouse: Path) -> None:
    page.goto((reports / "trial/10231/index.html").as_uri())
    shown = dict(
        zip(
            page.locator(".tiles dt").all_inner_texts(),
            page.locator(".tiles dd:not(.more)").all_inner_texts(),
            strict=True,
        )
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counted = {name: connection.execute(query).fetchall()[0][0] for name, query in TILES.items()}
    assert {name: int(text.replace(".", "")) for name, text in shown.items()} == counted


_UNREADABLE = """() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const colour = parts(getComputedStyle(one).backgroundColor);
            if (colour.length === 3 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    const found = [];
    for (const element of document.querySelectorAll("body *:not(svg *)")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!own || element.closest("script, style, noscript") || element.getClientRects().length === 0) continue;
        const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) found.push(element.textContent.trim().slice(0, 40));
    }
    return found;
}"""
_UNNAMED = """() => [
    ...[...document.querySelectorAll("th:not([scope])")].map((th) => "th " + th.textContent),
    ...[...document.querySelectorAll("input, select")].filter((one) => one.labels.length === 0).map((one) => one.name),
    ...[...document.querySelectorAll("svg")].filter((one) => !one.querySelector("title")).map(() => "svg"),
    ...[...document.querySelectorAll(".scroll")].filter((one) => one.scrollWidth > one.clientWidth && one.tabIndex < 0)
        .map((one) => "scrolls, but not by keyboard: " + one.textContent.trim().slice(0, 40)),
]"""


def test_every_page_can_be_read_and_used_without_eyes_or_mouse(page: Any, reports: Path) -> None:
    for path in sorted((reports / "trial/10231").glob("*.html")):
        page.goto(path.as_uri())
        assert (path.name, page.evaluate(_UNREADABLE)) == (path.name, [])
        assert (path.name, page.evaluate(_UNNAMED)) == (path.name, [])


def test_a_filter_shows_what_holds_the_words_and_print_follows_it(page: Any, reports: Path) -> None:
    page.goto((reports / "trial/10231/rules.html").as_uri())
    rows = page.locator("#warning tbody tr:visible")
    assert rows.count() == 2
    page.check("[data-only=warning]")
    assert rows.count() == 1 and page.locator("#warning-count").inner_text() == "1 / 2"
    page.uncheck("[data-only=warning]")
    page.fill("[data-filters=warning]", "QUALITY.C")
    assert rows.count() == 1
    page.emulate_media(media="print")
    assert rows.count() == 1 and not page.locator("[data-filters=warning]").is_visible()


def test_in_print_no_part_of_a_page_is_hidden(page: Any, reports: Path) -> None:
    for name in ("balance", "rules", "quality", "dictionary"):
        page.goto((reports / f"trial/10231/{name}.html").as_uri())
        page.emulate_media(media="print")
        cut = page.evaluate(
            """() => [...document.querySelectorAll(".scroll")]
                .filter((one) => getComputedStyle(one).overflowX !== "visible").length"""
        )
        shown = page.evaluate("[...document.querySelectorAll('tbody tr')].filter((tr) => tr.offsetHeight === 0).length")
        assert (name, cut, shown) == (name, 0, 0)


def test_the_page_over_all_communes_tells_each_and_its_versions(page: Any, reports: Path) -> None:
    page.goto((reports / "index.html").as_uri())
    row = page.locator("#communes tbody tr").inner_text()
    assert "Thượng Phúc (10231)" in row and "chạy thử" in row and "trial-1" in row
    page.fill("[data-filters=communes]", "thuong phuc")
    assert page.locator("#communes-count").inner_text() == "1 / 1"
    page.click("text=trial-1")
    assert page.url.endswith("/trial/10231/trial-1/index.html")


def test_the_version_that_was_put_back_is_told_to_be_in_place(site: Path, warehouse: Path) -> None:
    second = Publication("trial-2", "publish", "2026-01-06T09:00:00+07:00", "an", "ab" * 32, "cd" * 32)
    back = Publication("trial-1", "rollback", "2026-01-07T09:00:00+07:00", "an", "ab" * 32, "cd" * 32)
    for versions in ([PUBLISHED], [PUBLISHED, second], [PUBLISHED, second, back]):
        pages = render_page_set(warehouse, PASSED, publication=versions[-1], versions=versions)
        write_page_set(site / "trial/10231", pages)
        keep_version(site / "trial/10231", versions[-1].version, pages)
    write_site_index(site)
    told = text_of((site / "index.html").read_text(encoding="utf-8"))
    assert "trial-1 (07/01/2026 09:00, đang dùng ), trial-2 (06/01/2026 09:00)" in told
    refused = render_page_set(warehouse, checks(("identity.a", "gate", False)), versions=[PUBLISHED, second, back])
    write_page_set(site / "trial/10231", refused)
    write_site_index(site)
    told = text_of((site / "index.html").read_text(encoding="utf-8"))
    assert "từ chối công bố" in told and "trial-1 (07/01/2026 09:00, đang dùng ), trial-2" in told


def test_a_version_without_kept_pages_is_told_without_a_link(site: Path, warehouse: Path) -> None:
    """It was published by a program that kept none."""
    write_page_set(site / "trial/10231", render_page_set(warehouse, PASSED, versions=[PUBLISHED]))
    write_site_index(site)
    assert "trial-1 (05/01/2026 09:00, đang dùng )" in text_of((site / "index.html").read_text(encoding="utf-8"))
    test_every_link_leads_somewhere(site)


def test_a_summary_that_cannot_be_read_is_passed_over(site: Path, warehouse: Path) -> None:
    write_page_set(site / "trial/10231", render_page_set(warehouse, PASSED))
    for name, text in (("10232", "{"), ("10233", json.dumps({"code": "10233"}))):
        (site / "trial" / name).mkdir()
        (site / "trial" / name / "summary.json").write_text(text, encoding="utf-8")
    write_site_index(site)
    told = (site / "index.html").read_text(encoding="utf-8")
    assert "10231" in told and "10232" not in told and "10233" not in told


def test_a_kept_version_never_changes_and_a_new_set_leaves_nothing_old(tmp_path: Path) -> None:
    write_page_set(tmp_path, {"index.html": "one", "gone.html": "one", "summary.json": "{}"})
    keep_version(tmp_path, "trial-1", {"index.html": "kept"})
    write_page_set(tmp_path, {"index.html": "two", "summary.json": "{}"})
    keep_version(tmp_path, "trial-1", {"index.html": "other"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "summary.json", "trial-1"]
    assert (tmp_path / "trial-1/index.html").read_text() == "kept"
    assert (tmp_path / "trial-1/gone.html").read_text() == "one"
