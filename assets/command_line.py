"""The `hopnhat` command: every run goes through a named Dagster job, so that it stands in the run history.

Exit status: 0 done, 1 a gate refused publication or `verify` found a difference, 2 wrong usage or unusable input,
3 an unexpected failure. Dagster is imported only once the request is known to make sense.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from assets import (
    across_command,
    exporting,
    key_commands,
    publications,
    purging,
    reading_acts,
    reviewing,
    running,
    verifying,
)
from assets.endings import DONE, UNEXPECTED, UNUSABLE, in_words, published_now
from assets.options import add_data, count
from pipelines.communes import MergerMap
from pipelines.problems import UnusableInput

_BENCHMARKS = (
    *("linkage", "reader", "job", "ledger", "decisions", "land", "clerical", "activity"),
    *("peers", "growth", "country"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    os.umask(0o077)  # all that a run writes is for its owner's eyes
    options = command_parser().parse_args(arguments)
    try:
        status = in_words(lambda: options.command(options), _published_now(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # who reads has read enough, as `head` does; Python would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNEXPECTED
    except KeyboardInterrupt:
        print("hopnhat: đã dừng theo yêu cầu; bản nào đang công bố thì xem bằng hopnhat history.", file=sys.stderr)
        return UNEXPECTED


def _published_now(options: argparse.Namespace) -> Callable[[], object]:
    """Tells which files are published of the commune that the options name, if they name one."""
    data, named = getattr(options, "data", None), getattr(options, "new_commune", None)
    return published_now(data, named) if data is not None and isinstance(named, str) else lambda: None


def command_parser() -> argparse.ArgumentParser:
    """Every command and its options; the reference pages are written from it."""
    parser = argparse.ArgumentParser(
        prog="hopnhat",
        description="Hợp nhất sổ công dân và sổ đất của các xã cũ thành kho dữ liệu của xã, phường mới. "
        "/ Unifies the registers of merged communes.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    running.add_command(commands)
    across_command.add_command(commands)
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
    sample.add_argument(
        "--new-commune", action="append", required=True, metavar="CODE", help="mã xã mới; nhiều xã thì ghi nhiều lần"
    )
    sample.add_argument("--people", type=count, default=6000, metavar="N")
    sample.add_argument("--parcels", type=count, default=4000, metavar="N")
    sample.add_argument("--seed", type=count, default=1, metavar="S")
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
    old_communes: dict[str, OldCommune] = {}
    for commune in map(MergerMap.shipped().new_commune, options.new_commune):
        if not commune.old_communes:
            raise UnusableInput(
                f"{commune.name} ({commune.code}) không được lập từ xã cũ nào.",
                f"{commune.name} was made from no old commune.",
            )
        old_communes |= {old.code: OldCommune.of(old) for old in commune.old_communes}
    if (options.out / "exports").exists():
        raise UnusableInput(
            f"Thư mục «{options.out / 'exports'}» đã có; hãy chọn thư mục khác.",
            f"{options.out / 'exports'} exists already: choose another folder.",
        )
    summary = write_sample(
        options.out,
        list(old_communes.values()),
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
