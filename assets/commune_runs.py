"""One whole run of one new commune from a command: refused at once or made, and told in its words.

Dagster is imported only once the request is known to make sense. Which communes are run does not belong
here (`running`, `batches`).
"""

import argparse
import importlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from assets.acting import ActOnRecord, masked, refusal_on_record
from assets.endings import DONE, REFUSED, UNEXPECTED
from assets.holding import hold
from pipelines.activity.process import this_process
from pipelines.communes import MergerMap, NewCommune
from pipelines.linkage.runners import runner_of
from pipelines.protection.keys import refuse_plaintext
from pipelines.warehouse.settings import GivenLimits
from pipelines.warehouse.sweeping import sweep

if TYPE_CHECKING:
    import dagster as dg

_PROVINCE = "HOPNHAT_PROVINCE"


class Run(NamedTuple):
    """How a run ended: the exit status, why it did not publish (empty when it did), and how long it took."""

    status: int
    sentence: str
    seconds: float


def run_commune(options: argparse.Namespace, code: str, *, quiet: bool = False) -> Run:
    """Run the main job for one new commune. What its steps say goes to standard error unless it is `quiet`.


    Raises UnusableInput when it is refused before it begins, KeyboardInterrupt when somebody stops it.
    """
    from pipelines.ingest.sources import find_paths

    commune = MergerMap.shipped().new_commune(code)
    with ExitStack() as until_done:
        with refusal_on_record(ActOnRecord(options.data, "run", code, options.mode, options.purpose)):
            refuse_plaintext(options.mode, allowed=options.plaintext)
            runner_of(options.engine)
            find_paths(options.exports, commune)  # refuses what the first step would, before Dagster's start-up
            until_done.enter_context(hold(options.data, code, "hopnhat run"))
        return _run_held(options, commune, quiet)


def _run_held(options: argparse.Namespace, commune: NewCommune, quiet: bool) -> Run:
    """The run of one commune, whose lock this process holds."""
    sweep(options.data, commune.code)  # the run does so too, but cannot say in words why it cannot
    import dagster as dg

    from assets.instance import PROCESS_TAG, end_dead_runs, prepare_home

    prepare_home(options.data)
    with _of_the_whole_country():
        from assets.definitions import defs
    from assets.jobs import PUBLISHING

    if not quiet:
        print(f"{called(commune)}, {commune.province}", file=sys.stderr)
    started = time.monotonic()
    with dg.DagsterInstance.get() as instance:
        end_dead_runs(instance)
        # Great Expectations takes some seconds to import: it does so while the first steps run. Not earlier: of modules
        # that Dagster imports to open its storage, two threads at once can each be given half of one.
        threading.Thread(target=importlib.import_module, args=("great_expectations",)).start()
        result = defs.resolve_job_def(PUBLISHING[options.mode]).execute_in_process(
            partition_key=commune.partition_key,
            instance=instance,
            tags={PROCESS_TAG: this_process()},
            raise_on_error=False,
            run_config={
                "resources": {
                    "deployment": {"config": deployment_config(options)},
                    "settings": {"config": settings_config(options)},
                },
                "loggers": {"console": {"config": {"level": "ERROR" if quiet else "INFO"}}},
            },
        )
    status, sentence = (DONE, "") if result.success else failure_of(result)
    return Run(status, sentence, time.monotonic() - started)


def called(commune: NewCommune) -> str:
    """A commune as people are told of it: Xã Thượng Phúc (10231)."""
    return f"{commune.kind.capitalize()} {commune.name} ({commune.code})"


def deployment_config(options: argparse.Namespace) -> dict[str, Any]:
    """What the options set of the deployment."""
    return {"data": str(options.data), "exports": str(options.exports), "plaintext": options.plaintext}


@contextmanager
def _of_the_whole_country() -> Iterator[None]:
    """Here Dagster's definitions are made for every commune, since a command may name any; the pages tell of those of
    the deployment's own province."""
    own = os.environ.get(_PROVINCE)
    os.environ[_PROVINCE] = "all"
    try:
        yield
    finally:
        if own is None:
            del os.environ[_PROVINCE]
        else:
            os.environ[_PROVINCE] = own


def settings_config(options: argparse.Namespace) -> dict[str, Any]:
    """What the options set in the run's settings."""
    shares = {name: getattr(options, name) for name in (*GivenLimits.model_fields, "cases_per_day")}
    return {
        "mode": options.mode,
        "model": options.model,
        "estimate": options.estimate,
        "purpose": masked(options.purpose),  # Dagster keeps it as it is given
        "technical": {"engine": options.engine},
        **{name: share for name, share in shares.items() if share is not None},
        **({"mask_names": True} if options.mask_names else {}),
        **({"mask_names": False, "show_names": True} if options.show_names else {}),
    }


def failure_of(result: "dg.ExecuteInProcessResult") -> tuple[int, str]:
    """Exit status and sentence of a run that did not succeed. Raises KeyboardInterrupt when somebody stopped it."""
    from assets.plain_words import EXIT_STATUS

    for check in result.get_asset_check_evaluations():
        if check.asset_key.path == ["publication_gate"] and not check.passed:
            return REFUSED, str(check.description)
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            if error is not None and error.cls_name == "DagsterExecutionInterruptedError":
                raise KeyboardInterrupt
            failure = event.step_failure_data.user_failure_data
            if failure is not None and EXIT_STATUS in failure.metadata:
                return int(str(failure.metadata[EXIT_STATUS].value)), str(failure.description)
    return UNEXPECTED, (
        "Lần chạy gặp lỗi ngoài dự kiến; bản đã công bố không thay đổi. "
        f"(Unexpected failure in run {result.run_id}; nothing published has changed.)"
    )


def tell_published(options: argparse.Namespace, code: str, seconds: float) -> None:
    """Five lines: where the warehouse and the report are, and what they contain."""
    commune = MergerMap.shipped().new_commune(code)
    from assets.deployment import Deployment
    from assets.run_settings import RunSettings
    from pipelines.warehouse.reading import open_warehouse

    deployment = Deployment(data=str(options.data), exports="", settings=RunSettings(mode=options.mode))
    published = deployment.published(commune.code)
    with open_warehouse(published) as connection:
        people, citizen_rows, parcels, parcel_rows, cases, held = connection.execute(
            "SELECT (SELECT count(*) FROM citizens), (SELECT count(*) FROM citizen_sources),"
            " (SELECT count(*) FROM parcels), (SELECT count(*) FROM parcel_sources),"
            " (SELECT count(*) FROM review_queue WHERE status <> 'decided'),"
            " (SELECT count(*) FROM quarantine) + (SELECT count(*) FROM unplaced)"
        ).fetchall()[0]
    print(f"Đã công bố {commune.kind} {commune.name} ({options.mode}) sau {seconds:.1f} giây.")
    print(f"Kho dữ liệu: {published}")
    print(f"Báo cáo:     {deployment.report(commune.code)}")
    print(f"Nội dung:    {people} người từ {citizen_rows} dòng, {parcels} thửa đất từ {parcel_rows} dòng.")
    print(f"Cần xem:     {cases} trường hợp chờ quyết định, {held} dòng giữ riêng hoặc chưa xếp được.")
