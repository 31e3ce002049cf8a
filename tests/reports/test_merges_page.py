"""Merges and pairs browsed: what the pages carry of a warehouse and what they hide, and what a browser makes of it."""

import base64
import gzip
import json
import re
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports import render_page_set
from pipelines.reports.browser_data import merges_data, pairs_data
from pipelines.reports.browser_words import browser_words
from pipelines.reports.facts import opened
from pipelines.reports.languages import ENGLISH, LANGUAGES
from pipelines.reports.packing import packed_column
from pipelines.reports.privacy import mask_name

from .conftest import NUMBER, OLD_NUMBER, PASSED, Rows, as_raw, facts_of, page_of, small_commune, told, write_warehouse

TEMPLATES = Path(__file__).parents[2] / "pipelines/reports/templates"
ENTITIES = 120
FILES = ("10231/dan.csv", "10234/dan.csv")
TWIN_NUMBER = "001199992345"
"""Looks like NUMBER once both are masked."""
HIDDEN = ("Sán Dìu", "Kbcấdghk", "Xuyếnqz", "0912345678")
EVIDENCE = [
    {"field": "prior", "level": "namesake", "weight": -5600},
    {"field": "full_name", "level": "equal_12_bits", "weight": 9100},
    {"field": "birth_date", "level": "equal", "weight": 12700},
    {"field": "residence", "level": "other_commune", "weight": -1200},
]
OTHER_BIRTH = [*EVIDENCE[:2], {"field": "birth_date", "level": "other", "weight": -3500}]


def _sum(evidence: list[dict[str, Any]]) -> int:
    return sum(entry["weight"] for entry in evidence)


def _row(entity: str, record: str, line: int, commune: str, outcome: str, **cells: str) -> dict[str, Any]:
    return {
        "citizen_id": entity,
        "record_id": record,
        "source_file": f"{commune}/dan.csv",
        "source_line": line,
        "old_commune_code": commune,
        "outcome": outcome,
        "raw": as_raw(**cells),
    }


def _link(a: str, b: str, evidence: list[dict[str, Any]], decision: str = "automatic", **more: Any) -> dict[str, Any]:
    known = {"dataset": "citizens", "record_id_a": a, "record_id_b": b, "decision": decision, "probability": 0.9876}
    return {**known, "weight": _sum(evidence), "evidence": evidence, **more}


def merged_commune() -> Rows:
    """120 people of two rows, the second of three, the third merged by an officer; two pairs that were not merged."""
    rows = small_commune()
    ids = [f"10231-{at:07}-K" for at in range(ENTITIES)]
    people, sources, links, clusters = [], [], [], []
    for at, entity in enumerate(ids):
        a, b = f"aa{at:06x}{'0' * 24}", f"bb{at:06x}{'0' * 24}"
        name = "Nguyễn Văn Tuấn" if at == 5 else "Trần Thị Đào" if at == 6 else f"Lê Người {at}"
        cells = {
            "ho_ten": name,
            "ngay_sinh": "12/03/1985",
            "so_dinh_danh": NUMBER,
            "ho_ten_cha": "Lê Cha Già",
            "dan_toc": HIDDEN[0],
            "ghi_chu": HIDDEN[1],
            "noi_thuong_tru": HIDDEN[2],
            "so_dien_thoai": HIDDEN[3],
        }
        other = {**cells, "so_dinh_danh": TWIN_NUMBER, "ngay_sinh": "12/03/1986" if at == 7 else cells["ngay_sinh"]}
        far = "10234" if at % 2 else "10231"
        sources += [
            _row(entity, a, 10 + at, "10231", "kept", **cells),
            _row(entity, b, 1000 + at, far, "merged", **other),
        ]
        evidence = OTHER_BIRTH if at == 7 else EVIDENCE
        links.append(_link(a, b, evidence, "officer" if at == 2 else "automatic"))
        path = [{"record_id_a": a, "record_id_b": b, "weight": _sum(evidence)}]
        if at == 1:
            third = f"cc{at:06x}{'0' * 24}"
            sources.append(_row(entity, third, 2000, "10231", "merged", **cells))
            links += [_link(a, third, EVIDENCE), _link(b, third, EVIDENCE)]
            path.append({"record_id_a": a, "record_id_b": third, "weight": _sum(EVIDENCE)})
        people.append({"citizen_id": entity, "full_name": name, "source_row_count": 2, "old_commune_code": "10231"})
        clusters.append(
            {
                "dataset": "citizens",
                "entity_id": entity,
                "rows": 3 if at == 1 else 2,
                "weakest_weight": _sum(evidence),
                "path": path,
            }
        )
    first, second, third = (sources[at]["record_id"] for at in (0, 5, 9))
    links += [
        _link(first, second, EVIDENCE, "refused", reason="Trọng số đủ để gộp, nhưng giới tính khác nhau."),
        _link(first, third, OTHER_BIRTH, "review", reason="Giữa hai ngưỡng."),
    ]
    queue = [{**rows["review_queue"][0], "case_id": "c7", "record_ids": [first, second], "reason": "other_sex"}]
    return {
        **rows,
        "citizens": people,
        "citizen_sources": sources,
        "links": links,
        "clusters": clusters,
        "review_queue": queue,
        "citizens_sensitive": [],
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_warehouse(tmp_path_factory.mktemp("merges") / "staging.duckdb", merged_commune())


def pages_of(warehouse: Path) -> dict[str, str]:
    """The two pages that browse, in both languages."""
    return render_page_set(warehouse, PASSED, only=lambda page: page.name in ("merges", "cases"))


@pytest.fixture(scope="module")
def folder(warehouse: Path) -> Path:
    for name, page in pages_of(warehouse).items():
        (warehouse.parent / name).write_text(page, encoding="utf-8")
    return warehouse.parent


def carried(page: str) -> tuple[str, list[dict[str, Any]]]:
    """What a page carries: as text, and by data set."""
    letters = re.search(r'<script type="text/plain" id="browser-data">(.*?)</script>', page, re.S)[1]  # type: ignore[index]
    text = gzip.decompress(base64.b64decode(letters)).decode()
    return text, json.loads(text)


def unpacked(column: dict[str, Any]) -> list[str]:
    """The texts of a column, row by row."""
    seen, texts = 0, []
    for back in column["back"]:
        seen += back == 0
        texts.append("" if back < 0 else column["texts"][seen - max(back, 1)])
    return texts


TEXTS = st.lists(st.sampled_from(["", "An", "an", "Bình", "001", "002"]), max_size=40)


@given(texts=TEXTS)
def test_a_packed_column_gives_its_texts_back(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    assert unpacked(packed_column(series, series, str)) == texts


@given(texts=TEXTS)
def test_texts_of_one_key_are_one_and_others_stay_apart(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    column = packed_column(series, series.str.to_lowercase(), lambda _text: "*")
    places = unpacked({**column, "texts": range(len(column["texts"]))})
    said = [(place, text.lower()) for place, text in zip(places, texts, strict=True) if text]
    assert len({place for place, _ in said}) == len({key for _, key in said}) == len(set(said))
    assert set(column["texts"]) <= {"*"} and (column["hidden"] is True)


def test_every_merged_entity_is_carried_with_all_its_rows_and_links(folder: Path) -> None:
    _, (people, parcels) = carried((folder / "merges.html").read_text(encoding="utf-8"))
    rows = merged_commune()
    expected = {(row["citizen_id"], row["source_file"], row["source_line"]) for row in rows["citizen_sources"]}
    files = unpacked(people["rows"]["file"])
    assert set(zip(unpacked(people["rows"]["entity"]), files, people["rows"]["line"], strict=True)) == expected
    assert sum(people["groups"]["rows"]) == len(files) == len(expected)
    assert len(people["groups"]["rows"]) == len(rows["clusters"]) and parcels["groups"]["rows"] == []
    assert sum(people["groups"]["links"]) == len(rows["links"]) - 2
    assert sum(people["links"]["path"]) == sum(len(cluster["path"]) for cluster in rows["clusters"])
    weights = people["groups"]["weight"]
    assert weights == sorted(weights) == sorted(cluster["weakest_weight"] for cluster in rows["clusters"])


def test_both_languages_carry_the_same(folder: Path) -> None:
    pages = [(folder / f"merges{end}").read_text(encoding="utf-8") for end in (".html", ".en.html")]
    assert carried(pages[0])[0] == carried(pages[1])[0]


@pytest.mark.parametrize("page", ["merges.html", "cases.html", "merges.en.html", "cases.en.html"])
def test_no_number_and_no_hidden_field_is_carried(folder: Path, page: str) -> None:
    html = (folder / page).read_text(encoding="utf-8")
    text, _ = carried(html)
    assert [word for word in (NUMBER, OLD_NUMBER, TWIN_NUMBER, *HIDDEN) if word in text or word in html] == []
    assert not re.search(r"\d{9}", re.sub(r'"\w{8}"', "", text))
    assert "001*****2345" in text and "Lê Cha Già" in text
    assert "0" * 20 not in text


def test_names_are_initials_where_the_setting_asks_for_it(tmp_path: Path) -> None:
    rows = merged_commune()
    rows["parcels"] = [{"parcel_id": "10231-0000009-B"}]
    rows["parcel_sources"] = [
        {
            "parcel_id": "10231-0000009-B",
            "record_id": f"dd{at}",
            "source_file": "10231/dat.csv",
            "source_line": at,
            "outcome": "kept" if at == 1 else "merged",
            "raw": as_raw(so_to="1", so_thua="2", chu_su_dung="Hộ ông Phạm Văn Khoai", giay_to_chu=OLD_NUMBER),
        }
        for at in (1, 2)
    ]
    rows["clusters"].append({"dataset": "parcels", "entity_id": "10231-0000009-B", "rows": 2, "path": []})
    pages = pages_of(write_warehouse(tmp_path / "w.duckdb", told(rows, settings__report={"mask_names": True})))
    merges, pairs = (carried(pages[name])[0] for name in ("merges.html", "cases.html"))
    names = ("Nguyễn", "Tuấn", "Đào", "Người", "Già", "Phạm", "Khoai")
    assert [name for name in names if name in merges or name in pairs] == []
    assert "N. V. T." in merges and "H. Ô. P. V. K." in merges and "L. N." in pairs


def test_changes_and_reasons_name_nobody_where_names_are_masked(tmp_path: Path) -> None:
    rows = merged_commune()
    person = rows["citizens"][0]["citizen_id"]
    new = {"dataset": "citizens", "kind": "new", "cause": "rows_arrived", "entity_id": person, "fields": []}
    rows["changes"] = [new | {"old_commune_code": "10231", "rows_arrived": 2, "rows_gone": 0}]
    decided = {"decision_id": "QD-0123456789ab", "dataset": "citizens", "kind": "same", "record_ids": ["r1"]}
    rows["decisions"] = [decided | {"by": "an", "at": "2026-01-04T08:30:00+07:00", "reason": "Theo ông Phạm Khoai."}]
    rows = told(rows, earlier__citizens="0", earlier__parcels="0")
    shown = write_warehouse(tmp_path / "shown.duckdb", rows)
    masked = write_warehouse(tmp_path / "masked.duckdb", told(rows, settings__report={"mask_names": True}))
    for page, name in (("changes", rows["citizens"][0]["full_name"]), ("cases", "Phạm Khoai")):
        assert name in page_of(shown, page)
        assert name not in page_of(masked, page)


def test_a_name_of_which_no_word_is_a_word_is_hidden_whole() -> None:
    assert [mask_name(text) for text in ("đỗ  văn An", "  ", "123 (4)")] == ["Đ. V. A.", "", "*****"]


def test_headers_are_understood_as_they_are_when_they_are_read(tmp_path: Path) -> None:
    rows = merged_commune()
    for row in rows["citizen_sources"]:
        cells = {cell["key"]: cell["value"] for cell in row["raw"]}
        row["raw"] = as_raw(
            **{"Họ và tên": cells["ho_ten"], "Năm sinh (Nam)": "1985", "Năm sinh (Nữ)": "", "Người đẻ ra": "Bà Mẹ"}
        )
    path = write_warehouse(tmp_path / "w.duckdb", rows)
    with opened(path) as connection:
        plain = {field["name"]: field for field in merges_data(connection, mask_names=False)[0]["fields"]}
        own = {"": {"nguoidera": "ho_ten_me"}}
        named = {
            field["name"]: field for field in merges_data(connection, mask_names=False, own_headers=own)[0]["fields"]
        }
    assert "Nguyễn Văn Tuấn" in plain["ho_ten"]["texts"] and plain["ngay_sinh"]["texts"] == ["1985"]
    assert plain["ho_ten_me"]["texts"] == [] and named["ho_ten_me"]["texts"] == ["Bà Mẹ"]


def test_the_rows_of_a_case_over_a_whole_commune_are_not_paired_with_each_other(tmp_path: Path) -> None:
    rows = merged_commune()
    case = rows["review_queue"][0]
    everybody = [*case["record_ids"], *(f"dong-{number}" for number in range(8_000))]
    rows["review_queue"] = [{**case, "record_ids": everybody, "reason": "sheets_not_numbered"}]
    with opened(write_warehouse(tmp_path / "staging.duckdb", rows)) as warehouse:
        started = time.process_time()
        citizens, _ = pairs_data(warehouse, mask_names=False)
    assert time.process_time() - started < 5
    assert sorted(unpacked(citizens["groups"]["case"])) == ["", "sheets_not_numbered"]


def test_no_text_leaves_its_script_element(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><!--"
    rows = told(small_commune(), old_communes=[{"code": "10231", "name": evil, "kind": "xã", "part": "whole"}])
    words = browser_words(facts_of(write_warehouse(tmp_path / "w.duckdb", rows)), ENGLISH, "merges")
    assert json.loads(words)["communes"]["10231"].startswith(evil) and "<" not in words


def test_the_script_has_every_word_it_says_and_none_that_it_does_not(warehouse: Path) -> None:
    code = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("browser.js", "waterfall.js"))
    facts = facts_of(warehouse)
    for language in LANGUAGES:
        say = {key for kind in ("merges", "pairs") for key in json.loads(browser_words(facts, language, kind))["say"]}
        assert set(re.findall(r'\bsay\(\s*"(\w+)"', code)) <= say
        assert {key for key in say if f'"{key}"' not in code} == set()


def test_english_words_are_english(warehouse: Path) -> None:
    words = json.loads(browser_words(facts_of(warehouse), ENGLISH, "merges"))
    assert (words["thousands"], words["point"]) == (",", ".")
    texts = [*words["say"].values(), *words["columns"]["citizens"].values(), *words["same"].values()]
    assert [text for text in texts if re.search(r"[^\x00-\x7f]", text)] == []


def _open(page: Any, folder: Path, name: str = "merges.html", address: str = "") -> Any:
    page.goto((folder / name).as_uri() + address)
    page.wait_for_selector("#browser-all:not([hidden])")
    return page


def _count(page: Any) -> str:
    page.wait_for_timeout(200)
    return page.locator("#browser-count").inner_text().split(" thực thể")[0].split(" cặp")[0]


def _names(page: Any) -> list[str]:
    return page.locator("#browser-rows > tr > td:nth-child(2)").all_inner_texts()


FILTERS = {
    "": 120,
    "text=nguyen++VAN": 1,
    "text=dao": 1,
    "id=10231-0000003": 1,
    "id=bb000003": 1,
    f"file={FILES[0]}&line=1004": 1,
    f"file={FILES[1]}&line=1004": 0,
    "line=1004": 1,
    "below=16": 120,
    "below=14,9": 1,
    "size=3": 1,
    "decision=officer": 1,
    "commune=10234": 60,
    "across=1": 60,
    "evidence=citizens:birth_date:other": 1,
    "dataset=citizens&evidence=citizens:residence:-": 119,
    "text=nguyen&commune=10234&below=16": 1,
}
_GO = """address => new Promise(done => {
    addEventListener("hashchange", () => setTimeout(() => done(document.querySelector("#browser-count").innerText)),
        { once: true });
    location.hash = address;
})"""


def test_filters_find_what_they_name(page: Any, folder: Path) -> None:
    _open(page, folder, address="#page=2")
    found = {address: page.evaluate(_GO, address) for address in FILTERS}
    assert {address: count.split(" trên")[0] for address, count in found.items()} == {
        address: str(count) for address, count in FILTERS.items()
    }


def test_a_filtered_view_can_be_linked(page: Any, folder: Path) -> None:
    _open(page, folder)
    page.check("[name=across]")
    page.fill("[name=text]", "nguyen van")
    assert _count(page) == "1 trên 120" and _names(page) == ["Nguyễn Văn Tuấn"]
    page.click("#browser-rows button")
    address = page.url.partition("#")[2]
    page.goto("about:blank")
    _open(page, folder, address=f"#{address}")
    assert page.is_checked("[name=across]") and page.input_value("[name=text]") == "nguyen van"
    assert page.locator("tr.detail").count() == 1
    assert page.get_attribute("a[hreflang=en]", "href").endswith(f"/merges.en.html#{address}")
    page.click("button[type=reset]")
    assert _count(page) == "120 trên 120"


def test_an_id_in_the_address_opens_its_rows_side_by_side(page: Any, folder: Path) -> None:
    _open(page, folder, address="#10231-0000001-K")
    detail = page.locator("tr.detail")
    assert detail.count() == 1
    assert detail.locator(".beside thead th").all_inner_texts() == [
        "Trường",
        "Dòng 1 (giữ)",
        "Dòng 2 (gộp)",
        "Dòng 3 (gộp)",
    ]
    lines = {line.locator("th").inner_text(): line for line in detail.locator(".beside tbody tr").all()}
    # Two numbers that look alike once they are masked are told apart; what all rows say alike is not marked.
    number = lines["Số định danh"]
    assert number.locator("td").first.inner_text() == "001*****2345"
    assert [cell.get_attribute("class") for cell in number.locator("td").all()] == [None, None, "differs"]
    assert "ghi khác" in number.locator(".differs").text_content()
    assert lines["Họ và tên"].locator(".differs").count() == 0
    assert {"Dân tộc", "Ghi chú", "Nơi thường trú"} & set(lines) == set()
    assert detail.locator(".links > div svg .sum").count() == 2
    assert detail.locator(".links > details summary").first.inner_text().startswith("Dòng 2 và dòng 3, tự động gộp")


def test_the_evidence_adds_up_and_its_strongest_is_told(page: Any, folder: Path) -> None:
    _open(page, folder, address="#10231-0000004-K")
    told_by = page.locator("tr.detail .told").inner_text()
    assert told_by == (
        "Liên kết của dòng 1 và dòng 2: 15,0 bit. Chứng cứ mạnh nhất nghiêng về là một người: Ngày sinh: trùng khớp "
        "(+12,7 bit). Chứng cứ mạnh nhất nghiêng về là hai người: Nơi ở: khác xã cũ (−1,2 bit)."
    )
    page.locator("tr.detail .links summary").first.click()
    sums = page.locator("tr.detail .links tbody tr td:last-child").all_inner_texts()
    assert sums == ["−5,6", "3,5", "16,2", "15,0"]
    assert "xác suất là một người 98,76%" in page.locator("tr.detail h3").inner_text()


def test_it_works_by_the_keyboard_alone(page: Any, folder: Path) -> None:
    _open(page, folder)
    button = page.locator("#browser-rows button").nth(1)
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert page.locator(f"#{button.get_attribute('aria-controls')} .beside").is_visible()
    page.keyboard.press("Enter")
    assert page.locator("tr.detail").count() == 0
    page.locator("#browser-pager [name=last]").focus()
    page.keyboard.press("Enter")
    assert page.locator("#browser-rows > tr").count() == ENTITIES % 50
    assert page.locator("#browser-page").inner_text() == "Trang 3 trên 3"
    assert page.locator("#browser-pager [name=next]").is_disabled()
    unnamed = "fields => fields.filter(field => field.name && !field.labels[0]?.textContent.trim()).length"
    assert page.eval_on_selector_all("#browser-form *", unnamed) == 0


def test_the_order_is_the_one_chosen(page: Any, folder: Path) -> None:
    _open(page, folder)
    assert _names(page)[0] == "Lê Người 7"
    page.select_option("[name=sort]", "rows")
    page.wait_for_timeout(200)
    assert _names(page)[0] == "Lê Người 1"
    page.select_option("[name=sort]", "name")
    page.wait_for_timeout(200)
    page.click("#browser-pager [name=last]")
    assert _names(page)[-2:] == ["Nguyễn Văn Tuấn", "Trần Thị Đào"]


def test_the_printed_page_has_the_whole_filtered_list(page: Any, folder: Path) -> None:
    _open(page, folder, address="#across=1")
    page.evaluate(
        "addEventListener('beforeprint', () => { window.printed = document.querySelector('#noi-dung').innerText; })"
    )
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    printed = page.evaluate("window.printed")
    assert pages > 1
    for at in range(1, ENTITIES, 2):
        assert f"10231-{at:07}-K" in printed and f"10234/dan.csv:{1000 + at}" in printed
    assert "10231-0000002-K" not in printed
    assert "60 trên 120 thực thể đã gộp khớp với bộ lọc. Chỉ khi nối nhiều xã cũ." in printed
    assert page.locator("#browser-rows > tr").count() == 50


def test_pairs_that_were_not_merged_say_why(page: Any, folder: Path) -> None:
    _open(page, folder, "cases.html")
    assert _count(page) == "2 trên 2"
    page.select_option("[name=reason]", "other_sex")
    assert _count(page) == "1 trên 2"
    page.click("#browser-rows button")
    detail = page.locator("tr.detail").inner_text()
    assert "Trọng số đủ để gộp, nhưng giới tính khác nhau." in detail
    assert "10231-0000000-K" in detail and "10231-0000002-K" in detail
    page.select_option("[name=reason]", "")
    page.select_option("[name=decision]", "review")
    assert _count(page) == "1 trên 2"


def test_the_english_page_speaks_english(page: Any, folder: Path) -> None:
    _open(page, folder, "merges.en.html", "#10231-0000004-K")
    assert "1 of 120 merged entities match." in page.locator("#browser-count").inner_text()
    detail = page.locator("tr.detail").inner_text()
    assert "weight 15.0 bits, probability of one person 98.76%" in detail and "Birth date" in detail
    assert not re.search(r"Dòng|trọng số|Chứng cứ", detail)


def test_a_browser_that_cannot_show_the_list_says_so(browser: Any, folder: Path) -> None:
    old = browser.new_context(offline=True)
    old.add_init_script("delete window.DecompressionStream")
    scriptless = browser.new_context(java_script_enabled=False)
    for context, words in ((old, "trình duyệt này quá cũ"), (scriptless, "hãy xem các bảng links và clusters")):
        page = context.new_page()
        page.goto((folder / "merges.html").as_uri())
        page.wait_for_timeout(200)
        assert words in page.locator("main").inner_text()
        assert not page.locator("#browser-form").is_visible()
        context.close()
