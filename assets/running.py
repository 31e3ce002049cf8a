"""`hopnhat run`: what may be asked for, and of which new communes."""

import argparse
from functools import partial
from pathlib import Path
from typing import get_args

from assets.acting import add_purpose
from assets.batches import run_all
from assets.commune_runs import run_commune, tell_published
from assets.endings import in_words, published_now
from assets.holding import say
from assets.options import add_data, add_plaintext, count, share
from pipelines.communes import MergerMap
from pipelines.linkage.runners import Engine
from pipelines.problems import UnusableInput
from pipelines.warehouse.settings import GivenLimits


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `run`."""
    run = commands.add_parser("run", help="hợp nhất và công bố / unify and publish new communes")
    run.add_argument("--new-commune", action="append", required=True, metavar="CODE", help="mã xã mới, hoặc all")
    add_data(run)
    run.add_argument("--exports", type=Path, metavar="DIR", help="mặc định: <data>/exports")
    run.add_argument("--mode", choices=("trial", "official"), default="trial")
    run.add_argument(
        "--again",
        action="store_true",
        help="nhiều xã: chạy lại cả những xã đã xong / several communes: also those that are done",
    )
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
    run.add_argument(
        "--engine",
        choices=get_args(Engine),
        default="local",
        help="tính điểm các cặp trên máy này hay bằng Apache Spark / where pairs are scored",
    )
    add_plaintext(run)
    add_purpose(run)
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    options.exports = options.exports or options.data / "exports"
    codes = _requested(options.new_commune, options.exports)
    if len(codes) > 1 or "all" in options.new_commune:
        return run_all(options, codes)
    return in_words(partial(_run_one, options, codes[0]), published_now(options.data, codes[0]))


def _run_one(options: argparse.Namespace, code: str) -> int:
    run = run_commune(options, code)
    if run.sentence:
        say(run.sentence)
    else:
        tell_published(options, code, run.seconds)
    return run.status


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
