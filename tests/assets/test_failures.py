"""What a failed run says: what happened, whose turn it is, what next; and what is tried again by itself."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets import plain_words
from assets.instance import prepare_home
from assets.plain_words import in_plain_words
from assets.shown_failures import NEXT, WHO
from pipelines.problems import UnusableInput, UnusableNow
from pipelines.protection.keys import NoKey

CHANGED = UnusableNow("Tệp «so.csv» thay đổi trong khi đọc.", "so.csv changed.")
LOCKED = sqlite3.OperationalError("database is locked")
OFFICER, SERVER, ENGINEER = "cán bộ dữ liệu", "người phụ trách máy chủ", "người phụ trách kỹ thuật"


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """One that stores events as ours does; nobody waits in tests."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setattr(plain_words, "_PAUSE", 0)
    prepare_home(tmp_path)
    with dg.DagsterInstance.get() as opened:
        yield opened


def _run(instance: dg.DagsterInstance, work: Callable[[], None], name: str = "source_rows") -> list[dg.EventLogEntry]:
    """What is stored of a run of one asset that does some work."""

    def step(context: dg.AssetExecutionContext) -> None:
        work()

    step.__name__ = name
    result = dg.materialize([dg.asset(in_plain_words(step))], instance=instance, raise_on_error=False)
    return list(instance.all_logs(result.run_id))


def _raising(*problems: Exception) -> Callable[[], None]:
    """Raises one after the other, and then does its work."""
    left = list(problems)

    def work() -> None:
        if left:
            raise left.pop(0)

    return work


def _events(entries: list[dg.EventLogEntry], kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    return [entry.dagster_event for entry in entries if entry.dagster_event and entry.dagster_event_type == kind]


@pytest.mark.parametrize(
    ("problem", "who"),
    [
        (UnusableInput("Tệp trống.", "Empty."), OFFICER),
        (NoKey("Chưa đặt khóa.", "No key."), SERVER),
        (OSError(28, "No space left on device", "/data/canary"), SERVER),
        (ValueError("Canary"), ENGINEER),
    ],
)
def test_a_failure_says_whose_turn_it_is_at_the_step_and_at_the_end_without_a_traceback(
    instance: dg.DagsterInstance, problem: Exception, who: str
) -> None:
    entries = _run(instance, _raising(problem))
    (step,) = _events(entries, dg.DagsterEventType.STEP_FAILURE)
    (end,) = _events(entries, dg.DagsterEventType.RUN_FAILURE)
    failure, ended = step.step_failure_data.user_failure_data, end.job_failure_data.error
    assert failure is not None and ended is not None and step.step_failure_data.error is not None
    assert (failure.metadata[WHO].value, bool(failure.metadata[NEXT].value)) == (who, True)
    assert step.step_failure_data.error.message == f"{failure.description}\n"
    assert ended.message.startswith(f"{failure.description}\n") and f"{WHO}: {who}" in ended.message
    assert step.step_failure_data.error.stack == ended.stack == []
    assert not any("Canary" in str(entry) for entry in entries)


def test_technical_detail_is_folded_and_names_places_alone(instance: dg.DagsterInstance) -> None:
    (step,) = _events(_run(instance, _raising(ValueError("Canary"))), dg.DagsterEventType.STEP_FAILURE)
    detail = step.step_failure_data.user_failure_data.metadata["Chi tiết kỹ thuật"]  # type: ignore[union-attr]
    assert isinstance(detail, dg.JsonMetadataValue) and isinstance(detail.value, dict)
    assert detail.value["kind"] == "ValueError"
    assert str(detail.value["places"][0]).startswith("assets/plain_words.py:")


@pytest.mark.parametrize("problem", [CHANGED, LOCKED])
def test_what_may_pass_by_itself_is_tried_again_and_the_log_says_so(
    instance: dg.DagsterInstance, problem: Exception
) -> None:
    entries = _run(instance, _raising(problem, problem))
    assert _events(entries, dg.DagsterEventType.RUN_SUCCESS)
    assert [entry.user_message[-9:] for entry in entries if "Tự thử lại sau" in entry.user_message] == [
        "lần 1/2).",
        "lần 2/2).",
    ]
    assert not any("Stack Trace" in str(entry) for entry in entries)


@pytest.mark.parametrize(
    ("problems", "name"),
    [
        ([CHANGED] * 3, "source_rows"),
        ([UnusableInput("Tệp trống.", "Empty.")], "source_rows"),
        ([ValueError("x")], "source_rows"),
        ([LOCKED], "published_warehouse"),
    ],
)
def test_it_is_not_tried_for_ever_nor_where_it_cannot_help_nor_once_something_may_be_published(
    instance: dg.DagsterInstance, problems: list[Exception], name: str
) -> None:
    entries = _run(instance, _raising(*problems), name)
    assert _events(entries, dg.DagsterEventType.RUN_FAILURE)
    assert len(_events(entries, dg.DagsterEventType.STEP_RESTARTED)) == len(problems) - 1
