"""`hopnhat purge`: what is kept longer than it must be is taken away, and told by name, never by content.

What is taken away and what is not: `pipelines.protection.purging`.
"""

import argparse
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from assets.acting import on_record, tell
from assets.holding import hold, say
from assets.occasion import now, user
from assets.options import add_data
from assets.publications import remake_pages
from pipelines.communes import MergerMap
from pipelines.ingest.shared import shared_folder
from pipelines.problems import UnusableInput
from pipelines.protection.purging import Kind, Plan, carry_out, plan_aside, plan_kept, plan_raw, takers_of
from pipelines.reports.privacy import mask_numbers
from pipelines.warehouse.rekeying import communes_with_files
from pipelines.warehouse.versions import MODES, published_file

_DONE, _UNUSABLE = 0, 2
_KINDS: dict[Kind, str] = {
    "version": "bản lưu",
    "damaged": "tệp hỏng đã để riêng",
    "scratch": "thư mục tạm",
    "raw": "tệp thô",
    "aside": "tệp bị thay hoặc trùng",
}
_LARGEST_DAYS = 36_500
_WHAT = "hopnhat purge"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `purge` to the command line."""
    purge = commands.add_parser("purge", help="xóa bản lưu, tệp thô đã hết hạn giữ / remove what is kept too long")
    purge.add_argument(
        "--older-than", required=True, type=_days, metavar="DAYS", help="đã cũ hơn bấy nhiêu ngày / older than this"
    )
    purge.add_argument("--new-commune", action="append", metavar="CODE", help="mã xã mới; mặc định: mọi xã / all")
    purge.add_argument("--only", choices=("versions", "raw"), help="chỉ bản lưu, hoặc chỉ tệp thô / one of the two")
    purge.add_argument("--exports", type=Path, metavar="DIR", help="mặc định: <data>/exports")
    purge.add_argument("--dry-run", action="store_true", help="chỉ kể, không xóa / tell only")
    add_data(purge)
    on_record(purge, _purge, "purge", takes_away=True)


def _days(text: str) -> int:
    if not (text.isdecimal() and int(text) <= _LARGEST_DAYS):
        raise argparse.ArgumentTypeError("phải là số ngày, ví dụ 90 / must be a number of days")
    return int(text)


def _purge(options: argparse.Namespace) -> int:
    if not options.data.is_dir():
        raise UnusableInput(f"Không có thư mục dữ liệu «{options.data}».", f"There is no data folder {options.data}.")
    codes = _communes(options)
    before = now() - timedelta(days=options.older_than)
    whole, problems = Plan(), []
    for code in codes if options.only != "raw" else ():
        try:
            with hold(options.data, code, _WHAT):
                plan = plan_kept(options.data, code, before)
                _carry_out(options, plan)
                _tell(options, _name(code), plan)
                _renew_pages(options, code, plan)
        except UnusableInput as problem:
            problems.append(str(problem))
        else:
            whole = _both(whole, plan)
    if options.only != "versions":
        try:
            plan = _purge_raw(options, codes, before)
        except UnusableInput as problem:
            problems.append(str(problem))
        else:
            whole = _both(whole, plan)
    _record(options, whole)
    print(f"{_verb(options, 'Tổng cộng')}: xóa {_counts(whole)} ({_size(whole.size)}); giữ {len(whole.spared)}.")
    for sentence in problems:
        say(sentence)
    return _UNUSABLE if problems else _DONE


def _purge_raw(options: argparse.Namespace, codes: list[str], before: datetime) -> Plan:
    exports = options.exports or options.data / "exports"
    with ExitStack() as until_done:
        for code in takers_of(exports, codes):  # in one order, so that two of these never wait for each other
            until_done.enter_context(hold(options.data, code, _WHAT))
        plan = plan_raw(options.data, exports, codes, before)
        _carry_out(options, plan)
    _tell(options, f"Tệp thô trong «{exports}»", plan)
    aside = plan_aside(options.data, codes, before)
    _carry_out(options, aside)
    _tell(options, "Tệp để riêng khi nhận", aside)
    return _both(plan, aside)


def _communes(options: argparse.Namespace) -> list[str]:
    """The new communes asked for; of all there are when none is named."""
    if options.new_commune:
        return [MergerMap.shipped().new_commune(code).code for code in dict.fromkeys(options.new_commune)]
    scratch = {path.name for mode in MODES for path in (options.data / "scratch" / mode).glob("*")}
    heirs = MergerMap.shipped().new_codes_of([path.name for path in shared_folder(options.data).glob("*")])
    known = {code for code, _ in MergerMap.shipped().new_communes()}
    return sorted(known & {*communes_with_files(options.data), *scratch, *heirs})


def _carry_out(options: argparse.Namespace, plan: Plan) -> None:
    if not options.dry_run:
        carry_out(plan, now(), user())


def _renew_pages(options: argparse.Namespace, code: str, plan: Plan) -> None:
    """Make the pages again that led to pages which are gone now."""
    for mode in MODES if not options.dry_run else ():
        stood = any(one.version and one.version[0].parent.name == mode for one in plan.doomed)
        if stood and published_file(options.data, mode, code).is_file():
            remake_pages(options.data, mode, code)


def _tell(options: argparse.Namespace, what: str, plan: Plan) -> None:
    """A line for what goes of each kind, and one for each thing that stays."""
    if not (plan.doomed or plan.spared):
        return
    print(f"{what}:")
    for kind, word in _KINDS.items():
        if doomed := plan.of(kind):
            names = ", ".join(mask_numbers(one.name) for one in doomed)
            size = _size(sum(one.size for one in doomed))
            print(f"  {_verb(options, 'xóa')} {len(doomed)} {word} ({size}): {names}")
    for one in plan.spared:
        print(f"  giữ {mask_numbers(one.name)}: {one.why}")


def _record(options: argparse.Namespace, whole: Plan) -> None:
    counts = {kind: len(whole.of(kind)) for kind in _KINDS}
    named = options.new_commune or []
    tell(
        options,
        commune=named[0] if len(named) == 1 else "",
        older_than=options.older_than,
        dry_run=int(options.dry_run),
        versions=counts["version"],
        damaged=counts["damaged"],
        scratch=counts["scratch"],
        raw_files=counts["raw"],
        put_aside=counts["aside"],
        kept=len(whole.spared),
        bytes=whole.size,
    )


def _verb(options: argparse.Namespace, word: str) -> str:
    return f"{word} (chỉ kể, chưa xóa)" if options.dry_run else word


def _counts(plan: Plan) -> str:
    return ", ".join(f"{len(plan.of(kind))} {word}" for kind, word in _KINDS.items())


def _both(one: Plan, other: Plan) -> Plan:
    return Plan([*one.doomed, *other.doomed], [*one.spared, *other.spared])


def _name(code: str) -> str:
    commune = MergerMap.shipped().new_commune(code)
    return f"{commune.kind.capitalize()} {commune.name} ({code})"


def _size(count: int) -> str:
    """12,4 MB."""
    return f"{count / 1e6:.1f} MB".replace(".", ",")
