"""A run stands in the activity log by its own end, wherever it was started: here by Dagster, without our command."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster import InitResourceContext
from dagster._core.definitions.scoped_resources_builder import ScopedResourcesBuilder
from dagster._core.errors import DagsterExecutionInterruptedError

from assets.deployment import Deployment
from assets.instance import OUTCOME_TAG
from assets.parquet_io import ParquetIOManager
from assets.plain_words import in_plain_words
from assets.run_settings import RunSettings
from pipelines.activity.acts import Act, acts_of
from pipelines.activity.log import ActivityLog
from pipelines.problems import UnusableInput
from pipelines.protection.locking import Held

PARTITION = "10231 Thượng Phúc"
COMMUNES = dg.StaticPartitionsDefinition([PARTITION])


def _definitions(work: Callable[[], None], allowed: bool = True) -> dg.Definitions:
    """A gate, and behind it an asset that does some work; both resources that runs have."""

    @dg.asset(partitions_def=COMMUNES)
    @in_plain_words
    def rows(deployment: Deployment) -> pl.DataFrame:
        assert deployment.mode
        return pl.DataFrame({"n": [1]})

    @dg.asset(
        partitions_def=COMMUNES,
        check_specs=[dg.AssetCheckSpec("publication_allowed", asset="publication_gate", blocking=True)],
    )
    def publication_gate(rows: pl.DataFrame) -> dg.MaterializeResult:
        verdict = "Không công bố: không đạt quy tắc balance.records (10 trường hợp)."
        return dg.MaterializeResult(
            check_results=[dg.AssetCheckResult(check_name="publication_allowed", passed=allowed, description=verdict)]
        )

    @dg.asset(partitions_def=COMMUNES, deps=[publication_gate])
    @in_plain_words
    def published_warehouse(deployment: Deployment) -> None:
        work()

    settings = RunSettings.configure_at_launch()
    deployment = Deployment.configure_at_launch(settings=settings)
    jobs = [dg.define_asset_job(name, selection=dg.AssetSelection.all()) for name in ("chay_thu", "cong_bo_chinh_thuc")]
    return dg.Definitions(
        assets=[rows, publication_gate, published_warehouse],
        jobs=jobs,
        resources={
            "settings": settings,
            "deployment": deployment,
            "io_manager": ParquetIOManager(deployment=deployment),
        },
        executor=dg.in_process_executor,
    )


def _config(data: Path, **settings: object) -> dict[str, object]:
    deployment = {"data": str(data), "exports": "", "plaintext": True}
    return {"resources": {"deployment": {"config": deployment}, "settings": {"config": settings}}}


def _run(data: Path, definitions: dg.Definitions, job: str = "chay_thu", **settings: object) -> Act:
    """What stands in the log of a run, which must be all that stands there."""
    definitions.resolve_job_def(job).execute_in_process(
        partition_key=PARTITION, raise_on_error=False, run_config=_config(data, purpose="đợt 1", **settings)
    )
    record = ActivityLog(data).read()
    assert record.whole and len(record.lines) == 2
    (act,) = acts_of(record.lines)
    return act


def _nothing() -> None:
    pass


def _unusable() -> None:
    raise UnusableInput("Tệp không dùng được.", "The file cannot be used.")


def _stopped() -> None:
    raise DagsterExecutionInterruptedError


def _broken() -> None:
    raise RuntimeError("Nguyễn Thị Hạnh")


def test_a_run_that_ends_well_is_on_record_once_with_its_purpose(tmp_path: Path) -> None:
    act = _run(tmp_path, _definitions(_nothing), "cong_bo_chinh_thuc", mode="official")
    assert (act.action, act.commune, act.mode, act.purpose) == ("run", "10231", "official", "đợt 1")
    assert (act.state, act.facts["steps"]) == ("done", 3)


def test_a_run_that_the_gate_stops_is_refused_and_the_reason_told(tmp_path: Path) -> None:
    act = _run(tmp_path, _definitions(_nothing, allowed=False))
    assert act.state == "refused"
    assert act.facts["reason"] == "Không công bố: không đạt quy tắc balance.records (10 trường hợp)."


@pytest.mark.parametrize(("work", "state"), [(_unusable, "refused"), (_broken, "failed")])
def test_a_run_in_which_a_step_fails_names_the_step_and_nothing_else(tmp_path: Path, work, state: str) -> None:
    act = _run(tmp_path, _definitions(work))
    assert (act.state, act.facts["step"], act.facts["steps"]) == (state, "published_warehouse", 2)
    assert "Hạnh" not in ActivityLog(tmp_path).path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("work", "allowed", "selection", "said"),
    [
        (_nothing, True, None, "đã công bố"),
        (_nothing, False, None, "bị từ chối"),
        (_unusable, True, None, "bị từ chối"),
        (_broken, True, None, "có lỗi"),
        (_stopped, True, None, "đã dừng"),
        (_nothing, True, [dg.AssetKey("rows")], "đã kiểm tra"),
    ],
)
def test_the_list_of_runs_tells_in_words_how_a_run_ended(
    tmp_path: Path, work, allowed: bool, selection, said: str
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        _definitions(work, allowed).resolve_job_def("chay_thu").execute_in_process(
            instance=instance,
            partition_key=PARTITION,
            asset_selection=selection,
            raise_on_error=False,
            run_config=_config(tmp_path),
        )
        (run,) = instance.get_runs()
    assert run.tags[OUTCOME_TAG] == said


@pytest.mark.parametrize(("job", "mode"), [("chay_thu", "trial"), ("cong_bo_chinh_thuc", "official")])
def test_where_no_mode_is_given_the_job_tells(tmp_path: Path, job: str, mode: str) -> None:
    assert _run(tmp_path, _definitions(_nothing), job).mode == mode


def test_a_mode_that_is_given_against_the_job_is_refused(tmp_path: Path) -> None:
    act = _run(tmp_path, _definitions(_nothing), "cong_bo_chinh_thuc", mode="trial")
    assert (act.state, act.mode) == ("refused", "trial")


def test_resources_that_are_set_up_to_look_at_results_are_no_run(tmp_path: Path) -> None:
    """As `dagster job execute` does when the run is over."""
    definitions = _definitions(_nothing)
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("chay_thu").execute_in_process(
            instance=instance,
            partition_key=PARTITION,
            run_config=_config(tmp_path),
        )
        over = instance.get_run_by_id(result.run_id)
        resources = ScopedResourcesBuilder().build(None)
        context = InitResourceContext({}, resources, None, {}, instance, over)
        lines = ActivityLog(tmp_path).read().lines
        with Deployment(data=str(tmp_path), exports="", settings=RunSettings()).yield_for_execution(context):
            pass
    assert ActivityLog(tmp_path).read().lines == lines != ()


def test_a_run_that_waits_in_vain_for_another_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object, **__: object) -> None:
        raise Held("Người khác đang làm việc với xã này.", "Somebody else is at work.")

    monkeypatch.setattr("assets.deployment.hold", held)
    assert _run(tmp_path, _definitions(_nothing)).state == "refused"


def test_a_run_that_is_stopped_by_hand_is_on_record_as_failed(tmp_path: Path) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    assert _run(tmp_path, _definitions(stopped)).state == "failed"


def test_a_run_goes_on_when_the_log_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "activity").write_text("no folder")
    done: list[int] = []
    definitions = _definitions(lambda: done.append(1))
    result = definitions.resolve_job_def("chay_thu").execute_in_process(
        partition_key=PARTITION,
        run_config=_config(tmp_path),
    )
    assert result.success and done == [1]
