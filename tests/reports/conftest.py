"""A warehouse file written from a few rows, in the declared shape, for the tests of the report."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.reports import render_page_set
from pipelines.reports.facts import Facts, opened, read_facts
from pipelines.warehouse import schema

CHROMIUM = Path("/usr/bin/chromium")
Rows = dict[str, list[dict[str, Any]]]
Write = Callable[[Rows], Path]


def write_warehouse(path: Path, rows: Rows) -> Path:
    """All declared tables in `path`, filled with `rows`; a column that a row does not name is null."""
    with duckdb.connect(str(path)) as warehouse:
        for table in schema.TABLES:
            columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
            warehouse.execute(f"CREATE TABLE {table.name} ({columns})")
            if table.name in rows:
                warehouse.register("frame", pl.DataFrame(rows[table.name], schema=table.polars_schema))
                values = ", ".join(
                    f'map_from_entries("{column.name}")' if column.type == schema.RAW else f'"{column.name}"'
                    for column in table.columns
                )
                warehouse.execute(f"INSERT INTO {table.name} SELECT {values} FROM frame")
                warehouse.unregister("frame")
    return path


def as_raw(**cells: str) -> list[dict[str, str]]:
    """The cells of one export row, as the `raw` column holds them."""
    return [{"key": key, "value": value} for key, value in cells.items()]


def checks(*results: tuple[str, str, bool]) -> pl.DataFrame:
    """Validation results from (rule, severity, passed)."""
    return pl.DataFrame(
        [
            {
                "rule_id": rule,
                "suite": "balance",
                "expectation": f"expectation of {rule}",
                "severity": severity,
                "limit": 0.0,
                "checked": 3,
                "failed": 0 if passed else 1,
                "passed": passed,
            }
            for rule, severity, passed in results
        ],
        schema=schema.VALIDATION_RESULTS.polars_schema,
    )


def text_of(page: str) -> str:
    """The page as a reader sees it: no tags, no style, no script, single spaces."""
    page = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def everything(warehouse: Path, validation: pl.DataFrame) -> str:
    """All Vietnamese pages of the set, one after the other."""
    pages = render_page_set(warehouse, validation)
    return "\n".join(page for name, page in pages.items() if name.endswith(".html") and ".en." not in name)


_MADE: dict[tuple[Path, str, str], dict[str, Any]] = {}
"""Pages in both languages: many tests look at the same one."""


def page_of(warehouse: Path, name: str, validation: pl.DataFrame | None = None, language: str = "vi") -> str:
    """One page of the set; the checks all passed if none are given."""
    checked = PASSED if validation is None else validation
    key = (warehouse, name, repr(checked.to_dicts()))
    if key not in _MADE:
        _MADE[key] = render_page_set(warehouse, checked, only=lambda page: page.name == name)
    return _MADE[key][f"{name}.html" if language == "vi" else f"{name}.{language}.html"]


def facts_of(warehouse: Path) -> Facts:
    """What the pages state of a warehouse whose checks all passed."""
    with opened(warehouse) as connection:
        return read_facts(connection, PASSED)


def told(rows: Rows, **manifest: object) -> Rows:
    """The rows with these manifest entries (as JSON, or as text); a double underscore in a name is a dot."""
    replaced = {key.replace("__", "."): value for key, value in manifest.items()}
    kept = [entry for entry in rows["manifest"] if entry["key"] not in replaced]
    added = [
        {"key": key, "value": value if isinstance(value, str) else json.dumps(value)} for key, value in replaced.items()
    ]
    return {**rows, "manifest": kept + added}


PASSED = checks(("can_doi", "gate", True), ("khong_dau", "warning", True))
NUMBER = "001185012345"
OLD_NUMBER = "012345678"


def small_commune() -> Rows:
    """Two old communes, one person written in both, one parcel, one row apart and one that finds no place."""
    file_a = {
        "source_file": "10231/dan.csv",
        "dataset": "citizens",
        "old_commune_code": "10231",
        "sha256": "ab" * 32,
        "encoding": "utf-8",
        "physical_lines": 5004,
        "title_lines": 2,
        "header_lines": 1,
        "blank_lines": 0,
        "total_lines": 0,
        "record_lines": 5001,
        "records": 5001,
        "loaded": 5000,
        "quarantined": 1,
        "placed": 4999,
        "unplaced": 1,
        "elsewhere": 0,
        "kept": 4998,
        "merged": 1,
    }
    file_b = {
        "source_file": "10234/dat.csv",
        "dataset": "parcels",
        "old_commune_code": "10234",
        "sha256": "cd" * 32,
        "encoding": "utf-8",
        "physical_lines": 2,
        "title_lines": 0,
        "header_lines": 1,
        "blank_lines": 0,
        "total_lines": 0,
        "record_lines": 1,
        "records": 1,
        "loaded": 1,
        "quarantined": 0,
        "placed": 1,
        "unplaced": 0,
        "elsewhere": 0,
        "kept": 1,
        "merged": 0,
    }
    raw = as_raw(
        ho_ten="Nguyễn Thị Hạnh",
        ngay_sinh="12/03/1985",
        thon="Thôn Đông",
        so_dinh_danh=NUMBER,
        so_cmnd=OLD_NUMBER,
        dan_toc="Sán Dìu",
    )
    source = {"citizen_id": "10231-0000001-A", "source_file": "10231/dan.csv", "raw": raw}
    return {
        "row_balance": [file_a, file_b],
        "citizens": [
            {
                "citizen_id": "10231-0000001-A",
                "full_name": "Nguyễn Thị Hạnh",
                "personal_id": NUMBER,
                "old_id_no": OLD_NUMBER,
                "old_commune_code": "10231",
                "quality_group": 2,
                "quality_reasons": ["no_household"],
                "source_row_count": 2,
            }
        ],
        "citizens_sensitive": [{"citizen_id": "10231-0000001-A", "ethnicity": "Sán Dìu"}],
        "citizen_sources": [
            {**source, "record_id": "r1", "source_line": 4, "old_commune_code": "10231", "outcome": "kept"},
            {**source, "record_id": "r2", "source_line": 7, "old_commune_code": "10234", "outcome": "merged"},
        ],
        "parcels": [
            {
                "parcel_id": "10231-0000009-B",
                "old_commune_code": "10234",
                "quality_group": 3,
                "quality_reasons": ["no_owner"],
                "source_row_count": 1,
            }
        ],
        "links": [
            {
                "dataset": "citizens",
                "record_id_a": "r1",
                "record_id_b": "r2",
                "weight": 14250,
                "decision": "automatic",
                "evidence": [
                    {"field": "full_name", "level": "equal", "weight": 8200},
                    {"field": "birth_date", "level": "brand_new_level", "weight": -1500},
                ],
            },
            {
                "dataset": "citizens",
                "record_id_a": "r1",
                "record_id_b": "r3",
                "weight": -2100,
                "decision": "review",
            },
        ],
        "clusters": [{"dataset": "citizens", "entity_id": "10231-0000001-A", "rows": 2, "weakest_weight": 14250}],
        "review_queue": [
            {
                "case_id": "c1",
                "dataset": "citizens",
                "record_ids": ["r1", "r3"],
                "blocking": True,
                "question": f"{NUMBER}?",
                "reason": "number_shared",
                "status": "open",
            }
        ],
        "quarantine": [
            {
                "record_id": "q1",
                "dataset": "citizens",
                "source_file": "10231/dan.csv",
                "source_line": 917,
                "reason_code": "ragged",
                "reason": "ragged",
                "raw_bytes": NUMBER.encode(),
            }
        ],
        "unplaced": [
            {
                "record_id": "u1",
                "dataset": "citizens",
                "source_file": "10231/dan.csv",
                "source_line": 8,
                "old_commune_code": "10231",
                "hamlet": "Xóm Mới",
                "reason": f"gần 001 185 012 345, {NUMBER}",
            }
        ],
        "manifest": [
            {"key": key, "value": value}
            for key, value in {
                "commune_code": "10231",
                "commune_name": "Thượng Phúc",
                "commune_kind": "xã",
                "mode": "trial",
                "started_at": "2026-01-05T08:30:00+07:00",
                "old_communes": json.dumps([{"code": "10231", "name": "Nguyễn Trãi", "kind": "xã", "part": "whole"}]),
                "warnings": json.dumps([f"Có dòng chứa {NUMBER} và {OLD_NUMBER}."]),
                "thresholds.citizens": json.dumps({"automatic": 12000, "review": -3000}),
                "candidates.citizens": json.dumps(
                    [
                        {
                            "rule": "name_and_year_alone",
                            "pairs": 8123,
                            "new_pairs": 40,
                            "block_cap": 60,
                            "split_blocks": 7,
                            "oversized_blocks": 2,
                            "oversized_rows": 150,
                        }
                    ]
                ),
                "input_sha256.10231/dan.csv": "ab" * 32,
            }.items()
        ],
    }


@pytest.fixture
def rows() -> Rows:
    """The rows of the small commune, for a test to change."""
    return small_commune()


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Writes rows into a warehouse file, which is not to be changed: equal rows give the same one."""
    written: dict[str, Path] = {}

    def write_once(rows: Rows) -> Path:
        key = repr(rows)
        if key not in written:
            written[key] = write_warehouse(tmp_path_factory.mktemp("rows") / "staging.duckdb", rows)
        return written[key]

    return write_once


@pytest.fixture(scope="session")
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
def page(browser: Any) -> Iterator[Any]:
    """A new page without a network: nothing may be asked of another machine, and the console has nothing to say."""
    context = browser.new_context(offline=True)
    opened_page = context.new_page()
    asked, said = [], []
    opened_page.on("request", lambda request: asked.append(request.url))
    opened_page.on("console", lambda message: said.append(message.text))
    opened_page.on("pageerror", lambda error: said.append(str(error)))
    yield opened_page
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == [] and said == []
    context.close()
