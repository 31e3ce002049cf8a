"""The page of the source files: what was read of each, which lines are kept apart, and what has no place."""

import polars as pl
import pytest

from pipelines.communes import MergerMap
from pipelines.ingest.exports import FILES
from pipelines.reports.source_report import write_source_report

from .conftest import NUMBER, text_of

_OF_EMPTY = dict.fromkeys((name for name, dtype in FILES.items() if dtype == pl.Int64), 0)


def _file(name: str, dataset: str | None, loaded: int, quarantined: int, **more: object) -> dict:
    counts = {"records": loaded + quarantined, "loaded": loaded, "quarantined": quarantined}
    known = {"source_file": name, "dataset": dataset, "old_commune_code": "09988", "encoding": "utf-8"}
    return {**dict.fromkeys(FILES), **_OF_EMPTY, **known, **counts, **more}


@pytest.fixture
def pages(tmp_path) -> dict[str, str]:
    files = [
        _file("09988/nguoi.csv", "citizens", 3, 2),
        _file(f"09988/{NUMBER}.csv", None, 0, 1),
        _file("09988/lai.csv", "citizens", 0, 0, duplicate_of="09988/nguoi.csv"),
    ]
    apart = [("09988/nguoi.csv", 9, "ragged"), ("09988/nguoi.csv", 5, "ragged"), (f"09988/{NUMBER}.csv", 1, "locked")]
    columns = {"record_id": ["a", "b", "c"], "source_file": "09988/nguoi.csv", "source_line": [2, 3, 4]}
    places = {"placement": ["placed", "unplaced", "elsewhere"], "placement_reason": [None, "no_hamlet", None]}
    people = pl.DataFrame({**columns, **places, "old_commune_code": "09988", "hamlet": None})
    write_source_report(
        tmp_path,
        MergerMap.shipped().new_commune("09988"),
        "2026-11-30T08:00:00+07:00",
        pl.DataFrame(files, schema=FILES),
        pl.DataFrame(apart, schema=["source_file", "source_line", "reason_code"], orient="row"),
        {"citizens": people, "parcels": people.clear()},
        ["Không đọc «la.docx»: loại tệp này không đọc được."],
    )
    return {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "sources").iterdir()}


def test_each_file_is_told_with_its_lines(pages):
    told = text_of(pages["09988.html"])
    assert "Đọc 6 bản ghi: nạp được 3, giữ riêng 3, chưa xếp được 1." in told
    assert "2 – Số ô không khớp với số cột dòng 5, 9" in told
    assert "1 – Xã cũ bị chia; dòng không ghi thôn" in told and "dòng 3" in told
    assert "trùng với 09988/nguoi.csv" in told
    assert "Không đọc «la.docx»" in told
    assert "Xã cũ chưa có tệp nào: Tiến Xuân (04936)" in told
    assert "dòng 2" not in told


def test_no_number_of_a_person_stands_there_and_both_languages_are_whole(pages):
    assert pages.keys() == {"09988.html", "09988.en.html"}
    assert not any(NUMBER in page for page in pages.values())
    english = text_of(pages["09988.en.html"])
    assert "Of 6 records, loaded were 3, kept apart 3, not placed 1." in english
    assert "The old commune was divided" in english
