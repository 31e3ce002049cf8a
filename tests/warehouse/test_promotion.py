"""A trial becomes official: the same content under another mode, and not when anything stands against it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.warehouse import promotion
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.manifest import as_table, totals
from pipelines.warehouse.placing import place_checksum
from pipelines.warehouse.promotion import promote, refusals
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.schema import VALIDATION_RESULTS
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import catch_up, entries, manifest_of, published_file, version_file

CODE = "10231"
AT = datetime(2025, 7, 1, 8, tzinfo=UTC)
MADE_FROM = {
    "input_sha256.10231-a/so.csv": "1",
    "input_sha256.10231-a/so.xlsx": "2",
    "reference_sha256.merger_map": "3",
    "decisions_sha256": "4",
}
SHEETS = {f"input_sha256.10231-a/so.xlsx [{sheet}]": "2" for sheet in ("Thôn 1", "Thôn 2")}
MANIFEST = {key: value for key, value in MADE_FROM.items() if key != "input_sha256.10231-a/so.xlsx"} | SHEETS
Frames = dict[str, pl.DataFrame]
Trial = Callable[..., Path]


@pytest.fixture
def official(tmp_path: Path) -> Path:
    return published_file(tmp_path, "official", CODE)


@pytest.fixture
def publish_trial(tmp_path: Path, frames: Frames) -> Trial:
    """Publishes the sample as a trial, with other tables or manifest entries when told."""

    def publish_trial(run_id: str = "a", tables: Frames | None = None, **keys: str) -> Path:
        decided = frames["review_queue"].with_columns(status=pl.lit("decided"))
        of_run = {"run_id": run_id, "mode": "trial", "earlier.run_id": "of a trial"} | keys
        needed = {key: value for key, value in frames["manifest"].iter_rows() if not key.startswith("input_sha256.")}
        manifest = needed | MANIFEST | of_run
        content = frames | {"review_queue": decided} | (tables or {})
        content["manifest"] = as_table(manifest | totals(manifest))
        staging = tmp_path / "staging.duckdb"
        write_warehouse(staging, content.items())
        target = published_file(tmp_path, "trial", CODE)
        publish(staging, content[VALIDATION_RESULTS.name], target, at=AT, by="an")
        return target

    return publish_trial


@pytest.fixture
def trial(publish_trial: Trial) -> Path:
    return publish_trial()


def test_the_official_file_has_the_trials_content_and_tells_where_it_is_from(trial: Path, official: Path) -> None:
    assert refusals(trial, official, MADE_FROM) == []
    promote(trial, official, at=AT, by="binh")
    own = {
        "mode": "official",
        "promoted_from": "trial-1",
        "promoted_at": "2025-07-01T08:00:00+00:00",
        "promoted_by": "binh",
    }
    expected = manifest_of(trial) | own
    del expected["earlier.run_id"]  # that was the trial before it
    about_changes = {"rows.changes", "table_sha256.changes", "manifest_sha256"}
    promoted = manifest_of(official)
    assert promoted.keys() == expected.keys()
    assert {key for key in expected if promoted[key] != expected[key]} == about_changes
    assert verify(official).differences == []
    (entry,) = entries(official)
    assert (entry.version, entry.event, entry.by, entry.source) == (1, "promote", "binh", "trial-1")
    assert version_file(official, 1).read_bytes() == official.read_bytes()


def test_changes_are_told_against_the_last_official_version(
    publish_trial: Trial, official: Path, frames: Frames
) -> None:
    promote(publish_trial("a"), official, at=AT, by="an")
    renamed = frames["citizens"].with_columns(full_name=pl.lit("An"))
    publish_trial("b", {"citizens": renamed})
    promote(publish_trial("c", {"citizens": renamed}), official, at=AT.replace(hour=9), by="an")
    with duckdb.connect(str(official), read_only=True) as connection:
        told = connection.execute("SELECT DISTINCT dataset, kind, fields FROM changes").fetchall()
    assert told == [("citizens", "changed", ["full_name"])]
    manifest = manifest_of(official)
    assert (manifest["earlier.run_id"], manifest["earlier.citizens"]) == ("a", "3")
    assert [(entry.version, entry.source) for entry in entries(official)] == [(1, "trial-1"), (2, "trial-2")]


def test_a_copy_that_differs_from_the_trial_is_never_put_in_place(
    trial: Path, official: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "sealed", lambda manifest, _: {**manifest, "logical_hash": "0"})
    with pytest.raises(RuntimeError):
        promote(trial, official, at=AT, by="an")
    assert not official.exists()


def test_a_promotion_cut_short_is_completed(trial: Path, official: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(promotion, "record", lambda *_: None)
        promote(trial, official, at=AT, by="binh")
    assert entries(official) == []
    assert catch_up(official)
    (entry,) = entries(official)
    assert (entry.event, entry.at, entry.by, entry.source) == (
        "promote",
        "2025-07-01T08:00:00+00:00",
        "binh",
        "trial-1",
    )
    assert verify(official).differences == []


def test_a_changed_official_file_is_not_taken_for_another_promotion(trial: Path, official: Path) -> None:
    promote(trial, official, at=AT, by="binh")
    with duckdb.connect(str(official)) as connection:
        connection.execute("DELETE FROM links")
    assert not catch_up(official)
    assert len(entries(official)) == 1


@pytest.mark.parametrize(
    ("now", "named"),
    [
        ({"input_sha256.10231-a/so.csv": "x"}, "tệp «10231-a/so.csv» đã thay đổi;"),
        ({"input_sha256.10231-a/so.xlsx": "x"}, "tệp «10231-a/so.xlsx» đã thay đổi;"),
        ({"input_sha256.10231-a/new.csv": "x"}, "tệp «10231-a/new.csv» mới thêm;"),
        ({"input_sha256.10231-a/so.csv": None}, "tệp «10231-a/so.csv» không còn;"),
        ({"input_sha256.10231-a/so.xlsx": None}, "tệp «10231-a/so.xlsx» không còn;"),
        ({"reference_sha256.merger_map": "x"}, "bảng sáp nhập xã đã thay đổi;"),
        ({"reference_sha256.split_rules": "x"}, "(reference/split_rules.csv) đã thay đổi;"),
        ({"reference_sha256.of_a_later_program": "x"}, "bảng tham chiếu «of_a_later_program» đã thay đổi;"),
        ({"decisions_sha256": "x"}, "quyết định của cán bộ đã thay đổi;"),
        ({f"input_sha256.{n}.csv": "x" for n in range(9)}, "«4.csv» mới thêm và 4 mục khác;"),
    ],
)
def test_what_changed_since_the_trial_is_named(
    trial: Path, official: Path, now: dict[str, str | None], named: str
) -> None:
    made_from = {key: value for key, value in (MADE_FROM | now).items() if value is not None}
    (reason,) = refusals(trial, official, made_from)
    assert named in reason
    assert reason.startswith("dữ liệu đầu vào không còn như khi chạy thử: ")


def test_a_file_whose_name_ends_in_brackets_is_no_sheet(publish_trial: Trial, official: Path) -> None:
    odd = {"input_sha256.10231-a/so [2].csv": "5", "input_sha256.10231-a/so [cu]": "6"}
    assert refusals(publish_trial(**odd), official, MADE_FROM | odd) == []


@pytest.mark.parametrize("status", ["open", "waiting"])
def test_a_blocking_case_that_nobody_decided_stands_against_it(
    publish_trial: Trial, official: Path, frames: Frames, status: str
) -> None:
    cases = frames["review_queue"].with_columns(status=pl.lit(status), blocking=pl.Series([True, False, True]))
    (reason,) = refusals(publish_trial(tables={"review_queue": cases}), official, MADE_FROM)
    assert reason == "còn 2 trường hợp phải giải quyết trước khi công bố chính thức"


def test_without_any_gate_nothing_becomes_official(publish_trial: Trial, official: Path, frames: Frames) -> None:
    warnings = frames[VALIDATION_RESULTS.name].with_columns(severity=pl.lit("warning"))
    trial = publish_trial(tables={VALIDATION_RESULTS.name: warnings})
    assert refusals(trial, official, MADE_FROM) == ["chưa kiểm tra quy tắc chặn nào"]


def test_a_failed_gate_stands_against_it(publish_trial: Trial, official: Path, frames: Frames) -> None:
    failed = frames[VALIDATION_RESULTS.name].with_columns(passed=pl.lit(value=False))
    (reason,) = refusals(publish_trial(tables={VALIDATION_RESULTS.name: failed}), official, MADE_FROM)
    assert "quy tắc chặn" in reason


def test_a_trial_that_was_changed_stands_against_it(trial: Path, official: Path) -> None:
    with duckdb.connect(str(trial)) as connection:
        connection.execute("UPDATE citizens SET full_name = 'X'")
    place_checksum(trial)
    (reason,) = refusals(trial, official, MADE_FROM)
    assert "không còn nguyên vẹn" in reason
    assert "Bảng citizens" in reason


@pytest.mark.parametrize(("limit", "refused"), [("0.05", True), ("0.5", False)])
def test_what_an_official_version_loses_is_limited_by_the_trials_settings(
    publish_trial: Trial, official: Path, frames: Frames, limit: str, refused: bool
) -> None:
    promote(publish_trial("a"), official, at=AT, by="an")
    fewer = {
        "citizens": frames["citizens"].filter(pl.col("citizen_id") != "citizen 1"),
        "citizen_sources": frames["citizen_sources"].filter(pl.col("citizen_id") != "citizen 1"),
    }
    trial = publish_trial("b", fewer, **{"settings.publication": f'{{"churn_limit": {limit}}}'})
    reasons = refusals(trial, official, MADE_FROM)
    assert [reason[: reason.index(",", 40)] for reason in reasons] == (
        ["so với bản chính thức hiện có, 1 trên 3 người bị rút"] if refused else []
    )
