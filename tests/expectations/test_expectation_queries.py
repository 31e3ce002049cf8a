"""The rules as plain SQL find what Great Expectations finds, so that a published file can be re-checked without it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from expectations import RULES, validate
from expectations.queries import ruleset
from pipelines.warehouse.reading import open_warehouse


def test_every_rule_finds_and_counts_the_same(staging: Path, today: date) -> None:
    with_faults = validate(staging, today=today)
    judged = {row["rule_id"]: (row["failed"], row["checked"]) for row in with_faults.iter_rows(named=True)}
    with open_warehouse(staging) as connection:
        found = {
            check.id: connection.execute(
                f"SELECT (SELECT count(*) FROM ({check.failures}\n)), ({check.checked}\n)"
            ).fetchone()
            for check in ruleset(RULES).on(today)
        }
    assert found == judged


def test_the_hash_hangs_on_what_judges_and_on_no_word() -> None:
    first, *others = RULES
    known = ruleset(RULES).sha256
    assert ruleset(reversed(RULES)).sha256 == known
    assert ruleset([replace(first, vi="Câu khác.", remedy="Việc khác."), *others]).sha256 == known
    assert ruleset([replace(first, limit=1.0), *others]).sha256 != known
    assert ruleset([replace(first, severity="warning"), *others]).sha256 != known
    assert ruleset([replace(first, expectation="SELECT 1 FROM {batch}"), *others]).sha256 != known
    assert ruleset(others).sha256 != known
