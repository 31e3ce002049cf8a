"""The search box: what the page carries for it, that nothing of a row is in it, and what a browser makes of it."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.reports import linkage_facts, render_commune_page

from .conftest import NUMBER, OLD_NUMBER, PASSED, Rows, Write, as_raw, text_of, told
from .test_waterfall import EVIDENCE, WEIGHT

CHROMIUM = Path("/usr/bin/chromium")
CANARIES = ("Kbcấdghk", "Xuyếnqz", "Lvmộtrp")
LINKS = [
    ("00d3c00c2eceb19cc9b482d18051bf7d", "f1e6549ae2f961b7f0468776ae536cf7", WEIGHT, "automatic", EVIDENCE),
    ("00d3c00c2eceb19cc9b482d18051bf7d", "0123456789012345678901234567890a", -2250, "review", EVIDENCE[:3]),
    ("f1e6549ae2f961b7f0468776ae536cf7", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", 900, "officer", None),
]


@pytest.fixture
def linked(rows: Rows) -> Rows:
    """Three links between rows whose every cell is a canary; the other side of the last stands in no table."""
    raw = as_raw(ho_ten=CANARIES[0], thon=CANARIES[1], ho_ten_cha=CANARIES[2], so_dinh_danh=NUMBER, so_cmnd=OLD_NUMBER)
    ids = [LINKS[0][0], LINKS[0][1], LINKS[1][1]]
    rows["citizen_sources"] = [
        {**rows["citizen_sources"][0], "record_id": record, "source_line": 1000 + line, "raw": raw}
        for line, record in enumerate(ids, start=1)
    ]
    rows["links"] = [
        {
            "dataset": "citizens",
            "record_id_a": a,
            "record_id_b": b,
            "weight": weight,
            "probability": 0.5,
            "decision": decision,
            "evidence": evidence,
        }
        for a, b, weight, decision, evidence in LINKS
    ]
    return told(rows, calibration__citizens={"offset": 0.2319, "slope": 0.5326})


def carried(page: str) -> str:
    """The JSON that the page carries, as it stands there."""
    return re.search(r'<script type="application/json" id="links">(.*?)</script>', page, re.S)[1]  # type: ignore[index]


def decoded(data: dict[str, Any], dataset: int = 0) -> list[tuple[Any, ...]]:
    """The links as they were before packing: ids, weight, decision, weights of the evidence."""
    found = data["datasets"][dataset]
    links = []
    for *_, weight, decision, tail in found["links"]:
        a, b, codes = tail.split(":")
        letters = [codes[at : at + found["width"]] for at in range(0, len(codes), found["width"])]
        kinds = [sum(data["letters"].index(x) * 52**i for i, x in enumerate(reversed(code))) for code in letters]
        links.append((a, b, weight, found["decisions"][decision], [found["kinds"][kind][2] for kind in kinds]))
    return links


def test_every_link_is_carried_with_its_evidence(write: Write, linked: Rows) -> None:
    data = json.loads(carried(render_commune_page(write(linked), PASSED)))
    words = {"automatic": "Tự động gộp", "review": "Chờ xem xét", "officer": "Cán bộ quyết định"}
    expected = [
        (a[:8], b[:8], weight, words[decision], [entry["weight"] for entry in evidence or []])
        for a, b, weight, decision, evidence in LINKS
    ]
    assert sorted(decoded(data)) == sorted(expected)
    assert data["datasets"][0]["links"][0][:5] == [0, 1001, 0, 1003, -2250]
    assert data["datasets"][0]["links"][1][2:4] == [None, None]


def test_nothing_of_a_row_is_carried(write: Write, linked: Rows) -> None:
    text = carried(render_commune_page(write(linked), PASSED))
    assert [word for word in (*CANARIES, NUMBER, OLD_NUMBER, "Sán Dìu", "Hạnh") if word in text] == []
    assert not re.search(r"\d{9}", text)
    assert LINKS[0][0][:9] not in text


def test_numbers_in_file_names_are_masked(write: Write, linked: Rows) -> None:
    for row in linked["citizen_sources"]:
        row["source_file"] = f"10231/{NUMBER}.csv"
    page = render_commune_page(write(linked), PASSED)
    assert NUMBER not in page and "10231/001*****2345.csv" in carried(page)


def test_no_name_of_a_file_leaves_the_script_element(write: Write, linked: Rows) -> None:
    evil = "10231/</script><script>alert(1)</script><!--.csv"
    for row in linked["citizen_sources"]:
        row["source_file"] = evil
    page = render_commune_page(write(linked), PASSED)
    assert json.loads(carried(page))["datasets"][0]["files"] == [evil]
    assert page.lower().count("<script") == page.lower().count("</script>") == 2
    assert "<!--" not in page


def test_only_the_pages_own_script_may_run(write: Write, linked: Rows) -> None:
    page = render_commune_page(write(linked), PASSED)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]  # type: ignore[index]
    script = re.search(r"<script>(.*?)</script>", page, re.S)[1]  # type: ignore[index]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy


def test_too_many_links_are_cut_and_told(write: Write, linked: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linkage_facts, "LINKS_EMBEDDED", 1)
    page = render_commune_page(write(linked), PASSED)
    assert [link[2] for link in decoded(json.loads(carried(page)))] == [-2250]
    assert "Kho có 3 cặp; trang này chỉ mang theo 1 cặp có trọng số thấp nhất" in text_of(page)


def test_many_kinds_of_evidence_get_longer_codes(write: Write, linked: Rows) -> None:
    linked["links"][0]["evidence"] = [{"field": "sex", "level": "equal", "weight": weight} for weight in range(3000)]
    data = json.loads(carried(render_commune_page(write(linked), PASSED)))
    assert data["datasets"][0]["width"] == 3
    assert next(link for link in decoded(data) if link[2] == WEIGHT)[4] == list(range(3000))


def test_without_links_there_is_nothing_to_search(write: Write, rows: Rows) -> None:
    page = render_commune_page(write({**rows, "links": []}), PASSED)
    assert json.loads(carried(page))["datasets"] == []


def test_a_link_costs_about_sixty_bytes(write: Write, linked: Rows) -> None:
    linked["links"] = linked["links"][:1] * 1000
    assert len(carried(render_commune_page(write(linked), PASSED))) / 1000 < 65


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, without errands of its own on the network."""
    if not CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed (apt-get install chromium): no browser test")
    from playwright.sync_api import sync_playwright

    quiet = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=quiet.split())
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any, write: Write, linked: Rows, tmp_path: Path) -> Iterator[Any]:
    """The page in a browser; `said` gathers what its console says."""
    path = tmp_path / "index.html"
    path.write_text(render_commune_page(write(linked), PASSED), encoding="utf-8")
    page = browser.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(path.as_uri())
    yield page
    assert page.said == []
    page.close()


def _search(page: Any, **fields: str) -> str:
    for name, value in fields.items():
        page.fill(f"#lookup [name={name}]", value)
    page.click("#lookup button")
    return page.locator("#lookup-found").inner_text()


def test_a_row_is_found_by_its_line_and_each_pair_can_be_chosen(opened: Any) -> None:
    found = _search(opened, line="1001")
    assert "Tìm thấy 2 cặp:" in found and "dòng 1002" in found and "dòng 1003" in found
    assert opened.locator("#lookup-pair svg .sum").count() == 1
    opened.click("#lookup-found li:nth-child(2) button")
    text = opened.locator("#lookup-pair").inner_text()
    assert "Chờ xem xét, trọng số −2,3 bit" in text and "Phần không ghi chứng cứ" in text


def test_a_row_is_found_by_its_record_id(opened: Any) -> None:
    assert "Tìm thấy 2 cặp:" in _search(opened, id=LINKS[0][1].upper())
    assert "không tìm thấy dòng nguồn (mã eeeeeeee…)" in opened.locator("#lookup-found").inner_text()
    assert "Tìm thấy 1 cặp:" in _search(opened, id="0123")


@pytest.mark.parametrize(
    ("fields", "answer"),
    [({"line": "7"}, "Không có cặp nào"), ({"id": "f1e"}, "ít nhất 4 ký tự"), ({"line": ""}, "Hãy ghi số dòng")],
)
def test_a_search_without_result_says_why(opened: Any, fields: dict[str, str], answer: str) -> None:
    assert answer in _search(opened, **fields)
    assert opened.locator("#lookup-pair").inner_text() == ""


_SHAPES = """svg => [...svg.children].filter(shape => !["title", "desc"].includes(shape.tagName)).map(shape => [
    shape.tagName, shape.textContent, shape.getAttribute("class"), shape.getAttribute("d"),
    ...["x", "y", "width", "height"].map(name => shape.getAttribute(name))])"""


def test_script_and_report_draw_the_same_waterfall(opened: Any) -> None:
    """The two pictures of one pair, shape by shape; probabilities apart, for here the warehouse's own is made up."""
    _search(opened, line="1002")
    listed = opened.locator("details.why svg").first.evaluate(_SHAPES)
    searched = opened.locator("#lookup-pair svg").evaluate(_SHAPES)
    bare = [re.sub(r"xác suất.*", "", str(shape)) for shape in listed]
    assert bare == [re.sub(r"xác suất.*", "", str(shape)) for shape in searched]
    assert len(bare) > 20
    desc = "svg => svg.querySelector('desc').textContent"
    told_by = [opened.locator(at).first.evaluate(desc) for at in ("details.why svg", "#lookup-pair svg")]
    assert told_by[0].split(", xác")[0] == told_by[1].split(", xác")[0]


def test_without_script_the_page_says_where_to_look(browser: Any, write: Write, linked: Rows, tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(render_commune_page(write(linked), PASSED), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert "hãy xem bảng links của kho dữ liệu" in page.locator("body").inner_text()
    assert not page.locator("#lookup").is_visible()
    context.close()
