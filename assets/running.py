"""`hopnhat run`: the main job for new communes, from its options to what is said of it.

Dagster is imported only once the request is known to make sense.
"""

import argparse
import importlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assets.acting import ActOnRecord, add_purpose, masked, refusal_on_record
from assets.endings import DONE, REFUSED, UNEXPECTED, in_words, published_now
from assets.holding import hold
from assets.options import add_data, add_plaintext, count, share
from pipelines.activity.process import this_process
from pipelines.communes import MergerMap, NewCommune
from pipelines.problems import UnusableInput
from pipelines.protection.keys import refuse_plaintext
from pipelines.warehouse.settings import GivenLimits
from pipelines.warehouse.sweeping import sweep

if TYPE_CHECKING:
    import dagster as dg

_PROVINCE = "HOPNHAT_PROVINCE"


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `run`."""
    run = commands.add_parser("run", help="hợp nhất và công bố / unify and publish new communes")
    run.add_argument("--new-commune", action="append", required=True, metavar="CODE", help="mã xã mới, hoặc all")
    add_data(run)
    run.add_argument("--exports", type=Path, metavar="DIR", help="mặc định: <data>/exports")
    run.add_argument("--mode", choices=("trial", "official"), default="trial")
    model = run.add_mutually_exclusive_group()
    model.add_argument(
        "--model", default="", metavar="NAME", help="mô hình đối sánh đã lưu, hoặc shipped / a stored linkage model"
    )
    model.add_argument("--estimate", action="store_true", help="ước lượng lại mô hình / estimate the model again")
    for name, limit in GivenLimits.model_fields.items():
        option = f"--{name.replace('_', '-')}"
        run.add_argument(option, type=share, metavar="SHARE", help=limit.description)
    run.add_argument(
        "--cases-per-day",
        type=count,
        metavar="N",
        help="mỗi ngày cán bộ xem được bao nhiêu trường hợp mỗi loại / cases of each kind that people decide a day",
    )
    names = run.add_mutually_exclusive_group()
    names.add_argument(
        "--mask-names", action="store_true", help="che cả họ tên trong báo cáo / mask names in the reports too"
    )
    names.add_argument(
        "--show-names",
        action="store_true",
        help="hiện họ tên trong báo cáo dù có khóa mã hóa / show names in the reports although there is a key",
    )
    add_plaintext(run)
    add_purpose(run)
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    exports = options.exports or options.data / "exports"
    worst = DONE
    for code in _requested(options.new_commune, exports):
        worst = max(worst, in_words(partial(_run_commune, options, exports, code), published_now(options.data, code)))
    return worst


def _requested(codes: list[str], exports: Path) -> list[str]:
    """The new communes asked for; `all` is every one of whose old communes the exports folder has a folder."""
    if "all" not in codes:
        return list(dict.fromkeys(codes))
    if not exports.is_dir():
        raise UnusableInput(f"Không có thư mục dữ liệu xuất «{exports}».", f"There is no exports folder {exports}.")
    present = [path.name[:5] for path in exports.iterdir() if path.is_dir()]
    new_codes = MergerMap.shipped().new_codes_of(present)
    if not new_codes:
        raise UnusableInput(
            f"Thư mục «{exports}» không có thư mục con nào mang mã xã cũ.",
            f"No folder in {exports} carries the code of an old commune.",
        )
    return new_codes


def _run_commune(options: argparse.Namespace, exports: Path, code: str) -> int:
    from pipelines.ingest.sources import find_paths

    commune = MergerMap.shipped().new_commune(code)
    with ExitStack() as until_done:
        with refusal_on_record(ActOnRecord(options.data, "run", code, options.mode, options.purpose)):
            refuse_plaintext(options.mode, allowed=options.plaintext)
            find_paths(exports, commune)  # refuses at once what the first step would, before Dagster's start-up
            until_done.enter_context(hold(options.data, code, "hopnhat run"))
        return _run_held(options, exports, commune)


def _run_held(options: argparse.Namespace, exports: Path, commune: NewCommune) -> int:
    """The run of one commune, whose lock this process holds."""
    sweep(options.data, commune.code)  # the run does so too, but cannot say in words why it cannot
    import dagster as dg

    from assets.instance import PROCESS_TAG, end_dead_runs, prepare_home

    prepare_home(options.data)
    with _of_the_whole_country():
        from assets.definitions import defs
    from assets.jobs import PUBLISHING

    print(f"{commune.kind.capitalize()} {commune.name} ({commune.code}), {commune.province}", file=sys.stderr)
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
                    "deployment": {
                        "config": {
                            "data": str(options.data),
                            "exports": str(exports),
                            "plaintext": options.plaintext,
                        }
                    },
                    "settings": {"config": _settings(options)},
                },
                "loggers": {"console": {}},
            },
        )
    if result.success:
        _tell(options, commune, time.monotonic() - started)
        return DONE
    status, sentence = _failure(result)
    print(f"hopnhat: {sentence}", file=sys.stderr)
    return status


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


def _settings(options: argparse.Namespace) -> dict[str, object]:
    """What the options set in the run's settings."""
    shares = {name: getattr(options, name) for name in (*GivenLimits.model_fields, "cases_per_day")}
    return {
        "mode": options.mode,
        "model": options.model,
        "estimate": options.estimate,
        "purpose": masked(options.purpose),  # Dagster keeps it as it is given
        **{name: share for name, share in shares.items() if share is not None},
        **({"mask_names": True} if options.mask_names else {}),
        **({"mask_names": False, "show_names": True} if options.show_names else {}),
    }


def _failure(result: "dg.ExecuteInProcessResult") -> tuple[int, str]:
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


def _tell(options: argparse.Namespace, commune: NewCommune, seconds: float) -> None:
    """Five lines: where the warehouse and the report are, and what they contain."""
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
