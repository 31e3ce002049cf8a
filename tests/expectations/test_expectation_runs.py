"""How the rules are declared and run: shape of the results, limits, errors, silence."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from expectations import RULES, Rule, ValidationError, running, validate
from pipelines.warehouse.schema import VALIDATION_RESULTS

BY_ID = {rule.id: rule for rule in RULES}
BROKEN = Rule(
    id="quality.broken",
    suite="quality",
    severity="warning",
    vi="Quy tắc hỏng.",
    en="A broken rule.",
    source="this test",
    table="citizens",
    expectation="SELECT 1 FROM {batch} WHERE CAST(full_name AS INTEGER) > 0",
)


def change(staging: Path, sql: str) -> None:
    with duckdb.connect(staging) as connection:
        connection.execute(sql)


def failing(results: pl.DataFrame) -> list[str]:
    return results.filter(~pl.col("passed"))["rule_id"].to_list()


@pytest.fixture(scope="session")
def results(valid: Path, today: date) -> pl.DataFrame:
    return validate(valid, today=today)


def test_every_rule_passes_on_the_valid_warehouse(results: pl.DataFrame) -> None:
    assert failing(results) == []
    # No row may be unplaced there, since a warning is for that alone.
    unchecked = results.filter(checked=0)["rule_id"]
    assert {BY_ID[rule_id].table for rule_id in unchecked} == {"unplaced"}


def test_one_row_for_each_rule_sorted_and_in_the_declared_shape(results: pl.DataFrame) -> None:
    assert results["rule_id"].to_list() == sorted(BY_ID)
    declared = VALIDATION_RESULTS.conform(results)
    assert results.columns == [*declared.columns, "sentence_vi", "sentence_en"]
    assert results.schema == running.RESULT_SCHEMA


def test_ids_are_unique_and_say_their_suite() -> None:
    assert len(BY_ID) == len(RULES)
    assert all(rule.id.startswith(f"{rule.suite}.") for rule in RULES)


def test_gates_allow_no_failure() -> None:
    assert {rule.limit for rule in RULES if rule.severity == "gate"} == {0}


def test_every_rule_has_both_sentences_and_a_source() -> None:
    assert all(rule.vi.endswith(".") and rule.en.endswith(".") and rule.source for rule in RULES)
    assert len({rule.vi for rule in RULES}) == len({rule.en for rule in RULES}) == len(RULES)


def test_an_empty_warehouse_passes_every_rule(empty: Path) -> None:
    found = validate(empty)
    assert failing(found) == []
    assert found.filter(pl.col("suite") != "manifest")["checked"].sum() == 0


def test_a_limit_is_the_largest_number_of_failures_allowed(staging: Path) -> None:
    change(staging, "UPDATE parcels SET area_m2 = NULL")
    rules = [BY_ID["parcels.area"]]
    assert failing(running.run(rules, staging, {"parcels.area": 1})) == ["parcels.area"]
    allowed = running.run(rules, staging, {"parcels.area": 2})
    assert allowed.select("limit", "checked", "failed", "passed").row(0) == (2.0, 2, 2, True)


@pytest.mark.parametrize("limits", [{"parcels.no_such_rule": 1.0}, {"parcels.area": -1.0}])
def test_a_wrong_limit_is_refused_by_name(valid: Path, limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(limits))):
        validate(valid, limits)


def test_the_order_of_rules_does_not_matter(valid: Path, today: date, results: pl.DataFrame) -> None:
    assert running.run(RULES[::-1], valid, today=today).equals(results)


def test_the_day_of_the_run_is_passed_in(valid: Path) -> None:
    rule = [BY_ID["dates.birth_range"]]
    assert running.run(rule, valid, today=date(2003, 12, 31))["failed"].item() == 1


@pytest.mark.parametrize(
    "broken",
    [
        BROKEN,
        replace(
            BROKEN,
            expectation="SELECT 1 FROM {batch}",
            checked="SELECT max(CAST(phone AS INTEGER)) FROM {batch}",
        ),
        replace(BROKEN, table="no_such_table", expectation="SELECT 1 FROM {batch}", checked="SELECT 1"),
    ],
    ids=["failures", "checked", "table"],
)
def test_a_rule_that_cannot_be_evaluated_is_a_failed_gate(
    broken: Rule, valid: Path, today: date, assert_no_row_value: Callable[[str], None]
) -> None:
    found = running.run([*RULES, broken], valid, today=today)
    assert failing(found) == [broken.id]
    row = found.row(by_predicate=pl.col("rule_id") == broken.id, named=True)
    assert (row["severity"], row["failed"], row["checked"]) == ("gate", None, 0)
    assert "Chưa kiểm tra được" in row["sentence_vi"]
    assert_no_row_value(str(found.rows()))


def test_a_missing_table_fails_its_rules_and_no_other(staging: Path, today: date) -> None:
    change(staging, "DROP TABLE citizen_trust")
    found = failing(validate(staging, today=today))
    assert found == sorted(rule.id for rule in RULES if rule.table == "citizen_trust")


def test_an_undoubled_brace_names_the_rule_alone(valid: Path) -> None:
    wrong = replace(BROKEN, expectation="SELECT 1 FROM {batch} WHERE phone = '{3}'")
    with pytest.raises(ValidationError, match=r"^rule quality\.broken: "):
        running.run([wrong], valid)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("CANARY")], ids=["absent", "text"])
def test_an_unusable_staging_file_is_named(
    tmp_path: Path, make: Callable[[Path], object], assert_no_row_value: Callable[[str], None]
) -> None:
    make(tmp_path / "staging.duckdb")
    with pytest.raises(ValidationError, match=r"staging\.duckdb") as error:
        validate(tmp_path / "staging.duckdb")
    assert_no_row_value(str(error.value))
    assert error.value.__cause__ is None and error.value.__context__ is None


@pytest.mark.parametrize("name", ["xã Thượng Phúc %41 #1?.duckdb", "$HOME & $x.duckdb"])
def test_any_file_name_will_do(valid: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(valid.read_bytes())
    assert failing(running.run(RULES[:1], path)) == []
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_the_staging_file_is_free_afterwards(staging: Path) -> None:
    running.run([*RULES, BROKEN], staging)
    change(staging, "DROP TABLE manifest")


def test_a_fresh_process_asks_no_network_writes_no_file_and_says_nothing(valid: Path, tmp_path: Path) -> None:
    script = f"""
        import socket, sys
        def refuse(*args, **kwargs):
            print("network", args)
            raise OSError("no network")
        socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
        from pathlib import Path
        import expectations
        assert "great_expectations" not in sys.modules
        results = expectations.validate(Path({str(valid)!r}))
        assert results["passed"].all()
    """
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
