"""The event log that keeps its connections: the same events in the same files as Dagster's own."""

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


def test_a_page_that_looks_on_is_told_of_every_event_until_the_end(home):
    """As a run's page does, in a process of its own that has the databases open for longer than the run."""
    seen: list[object] = []
    run_id = "0c5d5a0e-0000-4000-8000-000000000001"
    onlooker = EventLogStorage(str(home / "history" / "runs"))
    onlooker.watch(run_id, None, lambda entry, _: seen.append(entry.dagster_event_type))
    onlooker.get_logs_for_run(run_id)
    time.sleep(1)  # until it has seen how the databases were made
    job = dg.define_asset_job("counting", selection=[numbers])
    with dg.DagsterInstance.get() as instance:
        definitions = dg.Definitions(assets=[numbers], jobs=[job])
        definitions.resolve_job_def("counting").execute_in_process(instance=instance, run_id=run_id)
        until = time.monotonic() + 20
        while dg.DagsterEventType.RUN_SUCCESS not in seen and time.monotonic() < until:
            time.sleep(0.05)
        stored = [entry.dagster_event_type for entry in instance.all_logs(run_id)]
    onlooker.dispose()
    assert seen == stored


def test_looking_at_many_runs_keeps_few_databases_open(home):
    kept = EventLogStorage(str(home / "history" / "runs"))
    for at in range(20):
        kept.get_logs_for_run(f"run-{at}")
    assert len(kept._engines) <= 17
