"""Decisions on disk: appended whole, never rewritten, the same on another machine."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.identity.ledger import assign_ids
from pipelines.identity.numbered import commit
from pipelines.problems import UnusableInput
from pipelines.review.decisions import (
    Decision,
    DecisionLog,
    Revocation,
    decisions_sha256,
    decisions_table,
    read_events,
    write_events,
)
from pipelines.review.taking import take, with_marks
from pipelines.warehouse.schema import DECISIONS
from tests.review.test_contradictions import decided

FIRST, SECOND = decided("same", "ab"), decided("different", "cd", "12")
REVOKED = Revocation(decision_id=FIRST.decision_id, by="Trần Văn Minh", at="2025-08-01T08:00:00+07:00")


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_decided_is_in_force_until_it_is_revoked(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "log")
    assert log.in_force() == []
    log.append([FIRST, SECOND])
    before = content(tmp_path / "log")
    log.append([REVOKED])
    assert log.in_force() == [SECOND]
    assert log.events() == [FIRST, SECOND, REVOKED]
    assert before.items() <= content(tmp_path / "log").items()


def test_a_revoked_decision_does_not_come_back_by_being_read_again(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path)
    log.append([FIRST, REVOKED])
    assert take(log, [FIRST], None).known == 1
    assert log.in_force() == []


def test_files_are_for_their_owner_and_nothing_else_is_left(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "log")
    log.append([FIRST])
    log.append([])
    (path,) = (tmp_path / "log").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_two_imports_at_one_time_both_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, other = DecisionLog(tmp_path), DecisionLog(tmp_path)
    monkeypatch.setattr(log._journal, "files", list)  # it looked before the other one wrote
    other.append([SECOND])
    log.append([FIRST])
    assert {event.decision_id for event in other.events()} == {FIRST.decision_id, SECOND.decision_id}


def test_a_damaged_line_is_named_and_its_content_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "000001.jsonl").write_text(FIRST.model_dump_json() + "\n{CANARY\n", encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"000001.jsonl», dòng 2") as problem:
        DecisionLog(tmp_path).in_force()
    assert "CANARY" not in str(problem.value)


def test_decisions_replayed_elsewhere_are_the_same_however_often(tmp_path: Path) -> None:
    here, there = DecisionLog(tmp_path / "here"), DecisionLog(tmp_path / "there")
    here.append([FIRST])
    here.append([SECOND, REVOKED])
    write_events(tmp_path / "all.jsonl", here.events())
    for _ in range(2):
        assert take(there, read_events(tmp_path / "all.jsonl"), None).problems == ()
        assert there.in_force() == here.in_force()
    assert len(content(tmp_path / "there")) == 1
    ids = [one.decision_id for one in here.in_force()]
    assert decisions_sha256(ids) == decisions_sha256(reversed([one.decision_id for one in there.in_force()]))


def test_one_contradiction_and_nothing_is_taken(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path)
    log.append([FIRST])
    against = decided("different", "ab", "12", by="Người khác")
    found = take(log, [SECOND, against], None, ["Trang «Công dân», dòng 9: ", "Trang «Công dân», dòng 20: "])
    assert (found.taken, len(found.problems)) == (0, 1)
    assert found.problems[0].startswith("Trang «Công dân», dòng 20: Quyết định QD-")
    assert log.in_force() == [FIRST]
    assert take(log, [SECOND, REVOKED, against], None).problems == ()
    assert {one.decision_id for one in log.in_force()} == {SECOND.decision_id, against.decision_id}


def test_neither_the_order_of_files_nor_that_of_events_matters(tmp_path: Path) -> None:
    events = [FIRST, SECOND, REVOKED, decided("keep_out", "x")]
    for name, order in (("there", events), ("back", events[::-1])):
        for event in order:
            assert take(DecisionLog(tmp_path / name), [event], None).problems == ()
    assert DecisionLog(tmp_path / "there").in_force() == DecisionLog(tmp_path / "back").in_force()
    assert FIRST not in DecisionLog(tmp_path / "back").in_force()


def test_a_note_with_any_line_separator_is_read_back(tmp_path: Path) -> None:
    noted = FIRST.model_copy(update={"reason": "một\u2028hai\u2029ba\x85bốn\nnăm\r\x0bsáu"})
    DecisionLog(tmp_path).append([noted, SECOND])
    assert DecisionLog(tmp_path).events() == [noted, SECOND]
    (path,) = tmp_path.iterdir()
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert len(DecisionLog(tmp_path).events()) == 2


def test_rows_that_have_a_mark_of_a_decided_one_and_are_there_are_told(tmp_path: Path) -> None:
    """A row that is away is not: it may come back when a correction is undone."""
    marks = pl.DataFrame({"marks": [["An 1960"]], "trusted_number": pl.Series([None], dtype=pl.String)})
    for run, names in enumerate(["ab", "cb"]):
        rows = pl.concat([marks.with_columns(record_id=pl.lit(name), cluster=pl.lit(name)) for name in names])
        assign_ids(tmp_path, "citizens", "10231", rows, f"run {run}", lambda _: False)
        commit(tmp_path, "10231", f"run {run}")
    (known,) = with_marks([decided("keep_out", "c")], tmp_path, "10231", lambda _: False)
    assert known.marks[0]
    assert known.alike == ("b",)


def test_the_table_of_decisions_is_the_contracts(tmp_path: Path) -> None:
    land = decided("same", "xy", dataset="parcels")
    table = decisions_table([FIRST, land, SECOND], "citizens")
    assert table.schema == DECISIONS.polars_schema
    assert sorted(table["decision_id"]) == sorted([FIRST.decision_id, SECOND.decision_id])


def test_the_same_decision_has_the_same_id_in_any_order_of_rows() -> None:
    turned = Decision.model_validate(SECOND.model_dump() | {"record_ids": ("d", "c"), "parts": (2, 1)})
    assert turned.decision_id == SECOND.decision_id
    assert decided("different", "cd", "21").decision_id != FIRST.decision_id
