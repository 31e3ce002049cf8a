"""What a run holds and clears away while it works, wherever it was started."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from assets.deployment import Deployment
from assets.housekeeping import dead_runs
from assets.instance import PROCESS_TAG, prepare_home
from assets.run_settings import RunSettings
from pipelines.activity.process import is_running
from pipelines.protection.locking import Held

PROJECT = Path(__file__).parents[2]
COMMUNE = "10231 Thượng Phúc"
HOLD = "from assets.holding import hold; from pathlib import Path; import sys\n" + (
    "with hold(Path(sys.argv[1]), '10231', 'hopnhat rollback', patience=0): print('held', flush=True); sys.stdin.read()"
)
PARTITIONS = dg.StaticPartitionsDefinition([COMMUNE])


def _another(data: Path) -> "subprocess.Popen[str]":
    """Another process that wants the lock, and keeps it until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)], cwd=PROJECT, stdin=-1, stdout=-1, stderr=-1, text=True
    )


def _run(data: Path, look: Callable[[], None], *names: str, selection: list[str] | None = None) -> dg.DagsterInstance:
    """A run of these assets, the first of which looks around."""

    def made(name: str) -> dg.AssetsDefinition:
        @dg.asset(name=name, partitions_def=PARTITIONS)
        def step(deployment: Deployment) -> None:
            assert deployment.data_dir == data
            if name == names[0]:
                look()

        return step

    instance = dg.DagsterInstance.ephemeral()
    dg.materialize(
        [made(name) for name in names],
        partition_key=COMMUNE,
        instance=instance,
        selection=selection,
        resources={"deployment": Deployment(data=str(data), exports="", settings=RunSettings())},
    )
    return instance


def test_a_run_holds_the_lock_of_its_commune_from_its_first_step_to_its_last(tmp_path: Path) -> None:
    seen = []

    def look() -> None:
        other = _another(tmp_path)
        _, told = other.communicate("")
        seen.append((other.returncode != 0, "hopnhat run" in told, os.umask(0o077)))

    mask = os.umask(0o022)
    try:
        instance = _run(tmp_path, look, "source_rows")
    finally:
        os.umask(mask)
    assert seen == [(True, True, 0o077)]
    other = _another(tmp_path)
    assert other.communicate("")[0] == "held\n"
    (run,) = instance.get_runs()
    assert is_running(run.tags[PROCESS_TAG])


def test_a_run_of_a_commune_that_is_held_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOPNHAT_LOCK_PATIENCE", "0")
    with _another(tmp_path) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Held) as caught:
            _run(tmp_path, lambda: pytest.fail("it works although another one does"), "source_rows")
    assert "đang làm việc với xã 10231 (hopnhat rollback" in str(caught.value)


def _scratch(data: Path, code: str) -> Path:
    path = data / "scratch" / "trial" / code / "source_rows" / "rows.parquet"
    path.parent.mkdir(parents=True)
    path.write_text("x")
    return path


@pytest.mark.parametrize(
    ("names", "selection", "left"),
    [
        (("source_rows", "links"), None, [False, False]),
        (("source_rows", "links"), ["source_rows"], [False, False]),
        (("source_rows", "links"), ["links"], [True, True]),
    ],
)
def test_a_run_that_starts_at_the_exports_starts_with_no_scratch(
    tmp_path: Path, names: tuple[str, ...], selection: list[str] | None, left: list[bool]
) -> None:
    paths = [_scratch(tmp_path, code) for code in ("10231", "10249")]
    _run(tmp_path, lambda: None, *names, selection=selection)
    assert [path.exists() for path in paths] == left


def test_a_run_whose_process_is_gone_ends_and_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.delenv("DAGSTER_HOME")
    prepare_home(tmp_path)
    gone, here = "a process that was killed", "this one"
    monkeypatch.setattr("assets.instance.is_running", {gone: False, here: True}.get)

    @dg.job
    def empty() -> None:
        pass

    with dg.DagsterInstance.get() as instance:
        runs = {
            tag: instance.create_run_for_job(empty, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: tag})
            for tag in (gone, here, "of an unknown machine")
        }
        assert isinstance(dead_runs(dg.build_sensor_context(instance)), dg.SkipReason)
        statuses = [instance.get_run_by_id(run.run_id).status for run in runs.values()]  # type: ignore[union-attr]
        (limit,) = instance.get_concurrency_config().run_queue_config.tag_concurrency_limits  # type: ignore[union-attr]
    assert statuses == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTED]
    assert (limit["key"], limit["limit"]) == ("dagster/partition", 1)
