"""The English pages are English: no Vietnamese is left in them but names, and data that are marked as Vietnamese."""

import re
import unicodedata
from html.parser import HTMLParser

import pytest

from pipelines.communes.placement import UNPLACED_REASONS
from pipelines.parcels.owners import _WORDS as OWNER_FINDINGS
from pipelines.reports import render_page_set
from pipelines.reports.pages import PAGES
from pipelines.reports.stored_reasons import in_both

from .conftest import PASSED, Rows, Write, told

_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_NAMES = (
    "Bảng 01",
    "xã Thượng Phúc",
    "xã Nguyễn Trãi",
    "Thượng Phúc",
    "Nguyễn Trãi",
    "Nguyễn Thị Hạnh",
    "Xóm Mới",
    "Thôn Đông",
    "Hà Nội",
    "xã Quất Động",
    "Quất Động",
    "Huyện Thường Tín",
    "Yên Xuân",
    "Hòa Lạc",
    "Tiếng Việt",
)
_MARKS = re.compile("[\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323đĐ]")


class EnglishPart(HTMLParser):
    """Everything a reader of the page sees or hears but what is marked as Vietnamese."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def _hidden(self) -> bool:
        return any(hidden for _, hidden in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in _VOID:
            self._open.append((tag, found.get("lang") == "vi" or tag in {"script", "style"}))
        if not self._hidden():
            self.texts += [found[name] or "" for name in ("aria-label", "title", "placeholder", "alt") if name in found]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._hidden():
            self.texts.append(data)


def vietnamese_in(page: str) -> list[str]:
    """The texts with Vietnamese letters among what should be English, proper names left aside."""
    texts = [" ".join(re.sub("|".join(_NAMES), "", text, flags=re.I).split()) for text in EnglishPart(page).texts]
    return [text for text in texts if _MARKS.search(unicodedata.normalize("NFD", text))]


@pytest.fixture
def full(rows: Rows) -> Rows:
    """The small commune with something in every table that the pages tell of."""
    place = {"old_commune_code": "04936", "source_file": "x.csv", "source_line": 1}
    change = {"fields": ["full_name"] * 9, "rows_arrived": 1, "rows_gone": 1, "old_commune_code": "10231"}
    owner = {"parcel_id": "10231-0000009-B", "owner_kind": "person", "status": "needs_paper"}
    rows["row_balance"].append(
        {**rows["row_balance"][0], "source_file": "10231/lai.csv", "duplicate_of": "10231/dan.csv", "sha256": "ef" * 32}
    )
    rows["unplaced"] += [
        {**place, "record_id": "u2", "dataset": "parcels", "reason": reason, "map_system": "tổng thể", "sheet_no": "5"}
        for reason in UNPLACED_REASONS.values()
    ]
    rows["unplaced"] += [{**place, "record_id": "u3", "dataset": "parcels", "reason": "Lý do chưa biết."}]
    rows["column_encodings"] = [
        {
            "source_file": "10231/dan.csv",
            "column_name": "ho_ten",
            "encoding": "tcvn3+utf8_misread",
            "cells": 3,
            "confidence": 0.97,
        }
    ]
    rows["sheet_map"] = [
        {
            "old_commune_code": "10231",
            "map_system": system,
            "old_sheet_no": "1",
            "new_sheet_no": "1",
            "assigned_by": by,
        }
        for system, by in (("299", "rule"), ("tổng thể", "late"), (None, "officer"))
    ]
    rows["parcel_owners"] = [
        {**owner, "owner_no": at, "reason": reason}
        for at, reason in enumerate(("Cùng họ tên, cùng năm sinh; cần xem giấy tờ.", "Một căn cứ khác hẳn."))
    ]
    rows["parcel_relations"] = [{"from_parcel_id": "A", "to_parcel_id": "B", "kind": "split_into"}]
    rows["changes"] = [
        {**change, "dataset": dataset, "kind": kind, "cause": cause, "earlier_entity_id": "A", "entity_id": "B"}
        for dataset in ("citizens", "parcels")
        for kind, cause in (("merged", "rows_arrived"), ("changed", "decision"), ("withdrawn", "rows_withdrawn"))
    ]
    rows["citizens"] += [
        {"citizen_id": f"C{at}", "old_commune_code": "10231", "hamlet": "Thôn Đông", "quality_group": 1}
        for at in range(40)
    ]
    rows["citizens_sensitive"] += [
        {"citizen_id": f"C{at}", "ethnicity": "Mường" if at < 25 else "Lạ"} for at in range(40)
    ]
    return told(
        rows,
        earlier__run_id="86b39e60-739a-45fb-9739-359207181234",
        earlier__started_at="2026-01-04T08:30:00+07:00",
        earlier__citizens="2",
        earlier__parcels="0",
        settings__publication={"churn_limit": 0.5},
    )


@pytest.mark.parametrize("state", ["full", "rows", "empty"])
def test_no_vietnamese_is_left_in_an_english_page(write: Write, request: pytest.FixtureRequest, state: str) -> None:
    pages = render_page_set(write({} if state == "empty" else request.getfixturevalue(state)), PASSED)
    english = {name: page for name, page in pages.items() if name.endswith(".en.html") and isinstance(page, str)}
    left = {name: vietnamese_in(page) for name, page in english.items()}
    assert len(left) >= len(PAGES)
    assert {name: texts for name, texts in left.items() if texts} == {}


def test_a_sentence_without_english_is_shown_and_marked(write: Write, full: Rows) -> None:
    pages = render_page_set(write(full), PASSED)
    assert '<span lang="vi">Lý do chưa biết.</span>' in pages["set_aside.en.html"]
    assert "Lý do chưa biết." in pages["set_aside.html"] and 'lang="vi">Lý do' not in pages["set_aside.html"]


@pytest.mark.parametrize("sentence", UNPLACED_REASONS.values())
def test_every_reason_of_an_unplaced_row_has_its_english(sentence: str) -> None:
    assert in_both(sentence) is not None


@pytest.mark.parametrize("finding", [words for levels in OWNER_FINDINGS.values() for words in levels.values()])
def test_every_finding_about_an_owner_has_its_english(finding: str) -> None:
    text = in_both(f"Cùng họ tên, {finding}; người này đã chết; cần xem giấy tờ.")
    assert text is not None
    assert text.en.startswith("Same name, ") and text.en.endswith("; this person is dead; papers are needed.")
