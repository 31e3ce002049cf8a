"""What each rule found in the versions that were published before."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from pipelines.reports.rule_history import SCHEMA, rule_history
from pipelines.warehouse.versions import Entry, Event, published_file, version_file

from .conftest import checks

Log = Callable[[int, Event], None]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A published file of three versions: the rule `quality.a` failed in the second of them alone."""
    target = published_file(tmp_path, "trial", "10231")
    for version in (1, 2, 3):
        path = version_file(target, version)
        path.parent.mkdir(parents=True, exist_ok=True)
        found = checks(("quality.a", "warning", version != 2), ("balance.b", "gate", True))
        with duckdb.connect(str(path)) as connection:
            connection.register("found", found)
            connection.execute("CREATE TABLE validation_results AS FROM found")
    return target


@pytest.fixture
def log(target: Path) -> Log:
    """Adds a line to the log: the version was put in its place, one day after the line before."""

    def log(version: int, event: Event) -> None:
        path = version_file(target, 1).with_name("log.jsonl")
        lines = path.read_text(encoding="utf-8") if path.exists() else ""
        at = f"2026-01-{1 + lines.count(chr(10)):02d}T08:00:00+07:00"
        entry = Entry(version, event, at, "an", f"run {at}", "", "", 1, 1, 0)
        path.write_text(lines + json.dumps(asdict(entry)) + "\n", encoding="utf-8")

    return log


def test_a_rule_can_be_followed_from_version_to_version(target: Path, log: Log) -> None:
    for version in (1, 2, 3):
        log(version, "publish")
    verdicts, unread = rule_history(target)
    assert verdicts.schema == SCHEMA
    assert unread == []
    assert verdicts.filter(rule_id="quality.a").select("version", "at", "failed", "passed").rows() == [
        ("trial-1", "2026-01-01T08:00:00+07:00", 0, True),
        ("trial-2", "2026-01-02T08:00:00+07:00", 1, False),
        ("trial-3", "2026-01-03T08:00:00+07:00", 0, True),
    ]
    assert verdicts.filter(version="trial-1")["rule_id"].to_list() == ["balance.b", "quality.a"]


def test_a_version_put_back_stands_where_it_was_put_last(target: Path, log: Log) -> None:
    log(1, "publish")
    log(2, "publish")
    log(1, "rollback")
    told = rule_history(target).verdicts.select("version", "event").unique(maintain_order=True)
    assert told.rows() == [("trial-2", "publish"), ("trial-1", "rollback")]


def test_what_is_published_is_not_told_beside_itself(target: Path, log: Log) -> None:
    assert rule_history(target, of_published=True).verdicts.is_empty()
    log(1, "publish")
    log(2, "publish")
    log(1, "rollback")
    assert set(rule_history(target, of_published=True).verdicts["version"]) == {"trial-2"}


def test_only_the_last_versions_are_read(target: Path, log: Log) -> None:
    for version in (1, 2, 3):
        log(version, "publish")
    version_file(target, 1).write_text("no warehouse", encoding="utf-8")
    verdicts, unread = rule_history(target, most=2)
    assert set(verdicts["version"]) == {"trial-2", "trial-3"}
    assert unread == []


@pytest.mark.parametrize("spoil", [lambda path: path.write_text("no warehouse"), lambda path: path.unlink()])
def test_a_version_that_cannot_be_read_is_named_and_the_others_are_told(
    target: Path, log: Log, spoil: Callable[[Path], object]
) -> None:
    log(1, "publish")
    log(2, "publish")
    spoil(version_file(target, 1))
    verdicts, unread = rule_history(target)
    assert set(verdicts["version"]) == {"trial-2"}
    assert unread == ["trial-1"]


def test_before_the_first_publication_there_is_no_history(tmp_path: Path) -> None:
    verdicts, unread = rule_history(published_file(tmp_path, "trial", "10231"))
    assert (verdicts.height, verdicts.schema, unread) == (0, SCHEMA, [])
