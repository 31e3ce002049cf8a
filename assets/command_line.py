"""The `hopnhat` command: every run goes through a named Dagster job, so that it stands in the run history.

Exit status: 0 done, 1 a gate refused publication or `verify` found a difference, 2 wrong usage or unusable input,
3 an unexpected failure. Dagster is imported only once the request is known to make sense.
"""

import argparse
import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from assets import exporting, key_commands, publications, purging, reading_acts, reviewing, verifying
from assets.acting import ActOnRecord, add_purpose, masked, refusal_on_record
from assets.holding import hold
from assets.options import add_data, add_plaintext
from pipelines.activity.process import this_process
from pipelines.communes import MergerMap, NewCommune
from pipelines.problems import UnusableInput
from pipelines.protection.keys import refuse_plaintext
from pipelines.warehouse.settings import GivenLimits
from pipelines.warehouse.sweeping import sweep
from pipelines.warehouse.versions import MODES, published_file

if TYPE_CHECKING:
    import dagster as dg

_BENCHMARKS = ("linkage", "reader", "job", "ledger", "decisions", "land", "clerical", "activity")
DONE, REFUSED, UNUSABLE, UNEXPECTED = 0, 1, 2, 3
_PROVINCE = "HOPNHAT_PROVINCE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    os.umask(0o077)  # all that a run writes is for its owner's eyes
    options = command_parser().parse_args(arguments)
    try:
        status = _in_words(lambda: options.command(options), _published_now(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # who reads has read enough, as `head` does; Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNEXPECTED
    except KeyboardInterrupt:
        print("hopnhat: đã dừng theo yêu cầu; bản nào đang công bố thì xem bằng hopnhat history.", file=sys.stderr)
        return UNEXPECTED


def _in_words(action: Callable[[], int], published: Callable[[], object]) -> int:
    """The status of an action; one that fails says why in one sentence, and never with a value of a row.

    `published` tells what is published now, so that the sentence can tell whether that is still the same.
    """
    before = published()
    try:
        return action()
    except BrokenPipeError:
        raise
    except UnusableInput as problem:  # without Dagster, which takes seconds to import
        sentence, status = str(problem), UNUSABLE
    except (Exception, pl.exceptions.PanicException) as problem:
        from assets.plain_words import told

        sentence, status = told("hopnhat", problem, changed=published() != before)
    print(f"hopnhat: {sentence}", file=sys.stderr)
    return status


def _published_now(options: argparse.Namespace, code: str = "") -> Callable[[], object]:
    """Tells which files are published of a commune, that of the options when none is given."""
    data, named = getattr(options, "data", None), code or getattr(options, "new_commune", None)
    if data is None or not isinstance(named, str):
        return lambda: None

    def files() -> list[int]:
        with suppress(OSError):  # the action meets it too, and says so
            return [path.stat().st_ino for mode in MODES if (path := published_file(data, mode, named)).exists()]
        return []

    return files


def command_parser() -> argparse.ArgumentParser:
    """Every command and its options; the reference pages are written from it."""
    parser = argparse.ArgumentParser(
        prog="hopnhat",
        description="Hợp nhất sổ công dân và sổ đất của các xã cũ thành kho dữ liệu của xã, phường mới. "
        "/ Unifies the registers of merged communes.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

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
        run.add_argument(option, type=_share, metavar="SHARE", help=limit.description)
    run.add_argument(
        "--cases-per-day",
        type=_count,
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

    publications.add_commands(commands)
    reviewing.add_commands(commands)
    exporting.add_commands(commands)
    purging.add_commands(commands)

    resolve = commands.add_parser("resolve", help="một mã nay là mã nào / what became of an entity id")
    resolve.add_argument("id", metavar="ID", help="ví dụ 10231-0000042-W")
    add_data(resolve)
    resolve.set_defaults(command=_resolve)

    verifying.add_commands(commands)
    reading_acts.add_commands(commands)
    key_commands.add_commands(commands)

    sample = commands.add_parser("sample", help="dữ liệu giả lập có đáp án / synthetic exports with truth")
    sample.add_argument("--new-commune", required=True, metavar="CODE")
    sample.add_argument("--people", type=_count, default=6000, metavar="N")
    sample.add_argument("--parcels", type=_count, default=4000, metavar="N")
    sample.add_argument("--seed", type=_count, default=1, metavar="S")
    sample.add_argument(
        "--profile", default="default", metavar="NAME", help="mức độ lỗi: default, clean, doubled, … / how dirty"
    )
    sample.add_argument("out", type=Path, metavar="OUT_DIR")
    sample.set_defaults(command=_sample)

    bench = commands.add_parser("bench", help="so sánh với công cụ khác / benchmarks beside the peers")
    bench.add_argument("which", choices=(*_BENCHMARKS, "all"))
    bench.add_argument("options", nargs=argparse.REMAINDER, help="tùy chọn của phép đo / the benchmark's own options")
    bench.set_defaults(command=_bench)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("phải là số không âm / must not be negative")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("phải là số từ 0 đến 1, ví dụ 0.3 / must be from 0 to 1")
    return share


def _run(options: argparse.Namespace) -> int:
    exports = options.exports or options.data / "exports"
    worst = DONE
    for code in _requested(options.new_commune, exports):
        worst = max(worst, _in_words(partial(_run_commune, options, exports, code), _published_now(options, code)))
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


def _resolve(options: argparse.Namespace) -> int:
    from pipelines.identity.resolving import resolve
    from pipelines.warehouse.versions import was_published

    found = resolve(options.data / "ledger", options.id, was_published(options.data, options.id.strip()[:5]))
    known = found.state not in {"unknown", "mistyped"}
    for sentence in found.sentences:
        print(sentence if known else f"hopnhat: {sentence}", file=sys.stdout if known else sys.stderr)
    return DONE if known else UNUSABLE


def _sample(options: argparse.Namespace) -> int:
    from pipelines.synthetic import PROFILES, OldCommune, profile, write_sample

    if options.profile not in PROFILES:
        known = ", ".join(name for name in PROFILES if not name.startswith("without_"))
        raise UnusableInput(
            f"Không có kiểu mẫu «{options.profile}»; các kiểu: {known}, without_<loại lỗi>.",
            f"There is no profile {options.profile}.",
        )
    commune = MergerMap.shipped().new_commune(options.new_commune)
    if not commune.old_communes:
        raise UnusableInput(
            f"{commune.name} ({commune.code}) không được lập từ xã cũ nào.",
            f"{commune.name} was made from no old commune.",
        )
    if (options.out / "exports").exists():
        raise UnusableInput(
            f"Thư mục «{options.out / 'exports'}» đã có; hãy chọn thư mục khác.",
            f"{options.out / 'exports'} exists already: choose another folder.",
        )
    summary = write_sample(
        options.out,
        [OldCommune.of(old) for old in commune.old_communes],
        options.people,
        options.parcels,
        options.seed,
        profile(options.profile),
    )
    print(
        f"{summary.people} người trong {summary.citizen_rows} dòng, {summary.parcels} thửa đất trong "
        f"{summary.parcel_rows} dòng, của {summary.communes} xã cũ: «{options.out}» "
        f"({', '.join(f'{path.name}/' for path in sorted(options.out.iterdir()))})."
    )
    return DONE


def _bench(options: argparse.Namespace) -> int:
    try:
        chosen = _BENCHMARKS if options.which == "all" else (options.which,)
        benchmarks = [importlib.import_module(f"benchmarks.{name}") for name in chosen]
    except ModuleNotFoundError as missing:
        if missing.name != "benchmarks":
            raise
        raise UnusableInput(
            "Thư mục benchmarks không đi kèm bản cài đặt; hãy chạy lệnh trong thư mục mã nguồn.",
            "The benchmarks folder is not installed: run the command in a checkout of the source.",
        ) from None
    for benchmark in benchmarks:
        benchmark.main(options.options)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
