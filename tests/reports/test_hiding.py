"""Where names are masked, a page has what it takes to judge a merger and nothing that says who it is."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports import render_page_set
from pipelines.reports.hiding import shown_by
from pipelines.reports.privacy import HIDDEN, SMALLEST_SHOWN, mask_birth
from pipelines.reports.settings import ReportSettings
from pipelines.reports.shown_fields import FIELDS, Content

from .conftest import PASSED, Rows, as_raw, told, write_warehouse
from .test_merges_page import carried, merged_commune

RARE = "Xóm nhà ông Khoai"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("12/03/1985", "**/**/1985"),
        ("1985", "1985"),
        (" ", ""),
        ("12/03/85", HIDDEN),
        ("19850312", HIDDEN),
        ("ngày 12 tháng 3 năm 1985", "**/**/1985"),
        ("1985 hoặc 1986", HIDDEN),
    ],
)
def test_of_a_birth_the_year_stays(written: str, shown: str) -> None:
    assert mask_birth(written) == shown


def cells(written: str, others: list[str]) -> pl.Series:
    return pl.Series([written, *others], dtype=pl.String)


def test_words_are_shown_when_enough_rows_have_them_in_common() -> None:
    for rows, shown in ((SMALLEST_SHOWN - 1, HIDDEN), (SMALLEST_SHOWN, "Thôn Đông")):
        column = pl.Series(["Thôn Đông"] * rows)
        assert shown_by(Content.PLAIN, column, mask_names=True)("Thôn Đông") == shown


@pytest.mark.parametrize("written", ["100,5 m2", "12A", "1/1000", "01/02/2024", "T. 3"])
def test_what_has_no_word_is_shown(written: str) -> None:
    assert shown_by(Content.PLAIN, cells(written, []), mask_names=True)(written) == written


@pytest.mark.parametrize(("written", "shown"), [("ONT 120 + CLN 80", "ONT 120 + CLN 80"), ("đất ông Khoai", HIDDEN)])
def test_land_uses_are_words_of_nobody(written: str, shown: str) -> None:
    assert shown_by(Content.LAND_USE, cells(written, []), mask_names=True)(written) == shown


@given(st.sampled_from([field.content for fields in FIELDS.values() for field in fields]), st.data())
def test_no_cell_of_a_single_row_gives_its_words_away(content: Content, data: st.DataObject) -> None:
    word = data.draw(st.from_regex(r"[A-ZĐ][a-zấệữ]{4,9}", fullmatch=True))
    text = data.draw(st.sampled_from(["{}", "ông {}", "{} 1985", "12/03/1985 {}", "số 3, {}"])).format(word)
    shown = shown_by(content, cells(text, ["Thôn Đông"] * 20), mask_names=True)(text)
    assert word not in shown


@pytest.mark.parametrize(("asked", "wanted"), [({}, True), ({"show_names": True}, False), ({"mask_names": True}, True)])
def test_names_are_hidden_where_data_are_encrypted_unless_told_otherwise(asked: dict[str, bool], wanted: bool) -> None:
    settings = ReportSettings(**asked)
    assert (settings.names(encrypted=True) == "masked") is wanted
    assert (settings.names(encrypted=False) == "masked") is settings.mask_names


@pytest.fixture(scope="module")
def told_of_one_person() -> Rows:
    """Two rows that became one, with everything that a register can say of a person."""
    rows = merged_commune()
    raw = as_raw(
        ho_ten="Nguyễn Văn Tuấn",
        ngay_sinh="12/03/1985",
        so_ho_khau="HK 00-77-B",
        thon=RARE,
        tinh_trang="ở nhà bà Khoai",
    )
    person = rows["citizens"][0]["citizen_id"]
    rows["citizen_sources"] = [
        {**row, "raw": raw} if row["citizen_id"] == person else row for row in rows["citizen_sources"]
    ]
    rows["citizens"] = [{**row, "hamlet": RARE} if row["citizen_id"] == person else row for row in rows["citizens"]]
    rows["column_encodings"] = [
        {"source_file": "10231/dan.csv", "encoding": "tcvn3", "column_name": name, "cells": 3, "confidence": 0.99}
        for name in ("Họ và tên", "Bà Khoai ở cuối xóm")
    ]
    rows["unplaced"] = [{"record_id": "u1", "dataset": "citizens", "old_commune_code": "10231", "hamlet": RARE}]
    return rows


def whole_set(path: Path) -> str:
    pages = {name: page for name, page in render_page_set(path, PASSED).items() if isinstance(page, str)}
    return "\n".join([*pages.values(), carried(pages["merges.html"])[0], carried(pages["cases.html"])[0]])


def test_a_masked_page_set_has_nothing_of_one_person_and_still_tells_cells_apart(
    told_of_one_person: Rows, tmp_path: Path
) -> None:
    secrets = ("Tuấn", "12/03/1985", "00-77-B", "Khoai")
    shown = write_warehouse(tmp_path / "shown.duckdb", told_of_one_person)
    assert [secret for secret in secrets if secret not in whole_set(shown)] == []
    rows = told(told_of_one_person, settings__report={"mask_names": True})
    masked = whole_set(write_warehouse(tmp_path / "masked.duckdb", rows))
    assert [secret for secret in secrets if secret in masked] == []
    assert "*****, Họ và tên" in masked
    assert "**/**/1985" in masked and "Trang này che danh tính" in masked


def test_a_key_masks_the_pages_of_a_file_that_was_published_without_one(
    told_of_one_person: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keys").write_text("k" * 40)
    monkeypatch.setenv("HOPNHAT_KEY_FILE", str(tmp_path / "keys"))
    for settings, named in (({}, False), ({"show_names": True}, True)):
        rows = told(told_of_one_person, settings__report=json.dumps(settings))
        pages = whole_set(write_warehouse(tmp_path / f"{named}.duckdb", rows))
        assert bool(re.search("Tuấn", pages)) is named
