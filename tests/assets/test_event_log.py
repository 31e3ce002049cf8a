"""The event log that keeps its connections: the same events in the same files as Dagster's own."""

import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from assets.event_log import EventLogStorage
from assets.instance import prepare_home


@dg.asset(check_specs=[dg.AssetCheckSpec("counted", asset="numbers")])
def numbers():
    yield dg.Output([1, 2, 3])
    yield dg.AssetCheckResult(check_name="counted", passed=False, metadata={"failed": 3})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    return prepare_home(tmp_path)


def test_dagsters_own_log_reads_what_it_wrote(home):
    with dg.DagsterInstance.get() as instance:
        assert type(instance.event_log_storage) is EventLogStorage
        run = dg.materialize([numbers], instance=instance)
        told = instance.all_logs(run.run_id)
    own = SqliteEventLogStorage(str(home / "history" / "runs"))
    assert own.get_logs_for_run(run.run_id) == told
    assert len(own.get_asset_check_execution_history(dg.AssetCheckKey(dg.AssetKey("numbers"), "counted"), limit=5)) == 1


def test_what_dagsters_own_log_wrote_is_read(home):
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.get() as instance:
        run = dg.materialize([numbers], instance=instance)
    kept = EventLogStorage(str(home / "history" / "runs"))
    assert len(kept.get_logs_for_run(run.run_id)) > 5


def test_events_that_come_together_are_stored_together_or_not_at_all(home):
    with dg.DagsterInstance.get() as instance:
        log = instance.event_log_storage
        run = dg.materialize([numbers], instance=instance)
        kinds = {dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED, dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED}
        planned = instance.all_logs(run.run_id, kinds)
        assert len(planned) == 2
        before = len(log.get_logs_for_run(run.run_id))
        with pytest.raises(AttributeError):
            log.store_event_batch([*planned, "no event"])
        assert len(log.get_logs_for_run(run.run_id)) == before
        log.store_event_batch(planned)
        assert len(log.get_logs_for_run(run.run_id)) == before + 2


RUN = """
import sys, time
import dagster as dg

@dg.op
def slow():
    time.sleep(1)

@dg.job
def looked_on():
    slow()

with dg.DagsterInstance.get() as instance:
    looked_on.execute_in_process(instance=instance, run_id=sys.argv[1])
    print("done", flush=True)
    sys.stdin.read()
"""


def test_a_page_that_looks_on_is_told_of_every_event_as_it_is_stored(home):
    """As a run's page does, while another process makes the run and has not closed its databases yet."""
    seen: list[object] = []
    run_id = "0c5d5a0e-0000-4000-8000-000000000001"
    onlooker = EventLogStorage(str(home / "history" / "runs"))
    onlooker.get_logs_for_run(run_id)
    onlooker.watch(run_id, None, lambda entry, _: seen.append(entry.dagster_event_type))
    with subprocess.Popen([sys.executable, "-c", RUN, run_id], stdin=-1, stdout=-1, stderr=-3) as run:
        assert run.stdout is not None and run.stdin is not None
        assert run.stdout.readline() == b"done\n"
        until = time.monotonic() + 10
        while dg.DagsterEventType.RUN_SUCCESS not in seen and time.monotonic() < until:
            time.sleep(0.05)
        assert seen == [entry.dagster_event_type for entry in onlooker.get_logs_for_run(run_id)]
        assert seen[-1] == dg.DagsterEventType.RUN_SUCCESS
        run.stdin.close()
    onlooker.dispose()


def test_looking_at_many_runs_keeps_few_databases_open(home):
    kept = EventLogStorage(str(home / "history" / "runs"))
    for at in range(20):
        kept.get_logs_for_run(f"run-{at}")
    assert len(kept._engines) <= 17
