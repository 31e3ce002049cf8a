"""The commands about what is published: `history`, `rollback`, `promote`.

Each change also stands on the published asset in Dagster, so that its page tells what holds now and who did it.
"""

import argparse
import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assets.acting import on_record, tell, tell_version
from assets.holding import hold, say
from assets.occasion import now, user
from assets.options import add_commune, add_plaintext
from pipelines.communes import MergerMap, NewCommune
from pipelines.problems import UnusableInput
from pipelines.protection.keys import refuse_plaintext
from pipelines.protection.locking import Held
from pipelines.warehouse.rekeying import under_newest_key
from pipelines.warehouse.versions import (
    MODES,
    Entry,
    Mode,
    catch_up,
    entries,
    is_as_logged,
    manifest_of,
    parse_version,
    published_file,
    roll_back,
    taken_away,
    version_file,
    version_name,
)

if TYPE_CHECKING:
    from assets.deployment import Deployment

_DONE, _REFUSED = 0, 1
_EVENTS = {"publish": "công bố", "promote": "đưa lên chính thức", "rollback": "khôi phục"}
_HEADER = ("Phiên bản", "Việc", "Lúc", "Người làm", "Số người", "Số thửa", "Cần xem", "Mã băm", "")
_SHOWN_OF_HASH = 12


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `history`, `rollback` and `promote` to the command line."""
    history = commands.add_parser("history", help="các phiên bản đã công bố / published versions")
    history.set_defaults(command=_history)
    rollback = commands.add_parser("rollback", help="khôi phục một phiên bản / put a version back")
    rollback.add_argument("--to", required=True, metavar="VERSION", help="tên phiên bản, ví dụ trial-3, official-1")
    on_record(rollback, _rollback, "rollback")
    promote = commands.add_parser("promote", help="đưa bản chạy thử lên chính thức / a trial becomes official")
    promote.add_argument("--exports", type=Path, metavar="DIR", help="mặc định: <data>/exports")
    on_record(promote, _promote, "promote")
    for command in (rollback, promote):
        add_plaintext(command)
    for command in (history, rollback, promote):
        add_commune(command)


def _history(options: argparse.Namespace) -> int:
    """One line an event, newest first; what is in its place now is marked."""
    commune = MergerMap.shipped().new_commune(options.new_commune)
    targets = [published_file(options.data, mode, commune.code) for mode in MODES]
    at_work = _caught_up(options.data, commune.code, targets)
    rows: list[tuple[Entry, tuple[str, ...]]] = []
    for target in targets:
        log = entries(target)
        whole = is_as_logged(target)
        if not whole and (log or target.is_file()) and not at_work:
            print(_not_as_logged(target), file=sys.stderr)
        gone = _gone(target)
        rows += [(entry, _row(target, entry, whole and entry is log[-1], gone.get(entry.version, ""))) for entry in log]
    print(f"{commune.kind.capitalize()} {commune.name} ({commune.code}), {commune.province}")
    if not rows:
        print("Chưa công bố bản nào. (Nothing was published yet.)")
        return _DONE
    rows.sort(key=lambda row: row[0].order)
    table = [_HEADER, *(row for _, row in reversed(rows))]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(unicodedata.normalize("NFC", "  ".join(cells).rstrip()))
    return _DONE


def _caught_up(data: Path, code: str, targets: Sequence[Path]) -> bool:
    """Record what a crash left unrecorded, unless somebody is at work on the commune just now: then say who, since what
    is listed may be about to change. Returns whether somebody is."""
    if not any(target.parent.is_dir() for target in targets):
        return False
    try:
        with hold(data, code, "hopnhat history", patience=0):
            for target in targets:
                catch_up(target)
    except Held as busy:
        say(str(busy))
        return True
    except OSError:  # who may only read sees what is recorded
        return False
    return False


def _row(target: Path, entry: Entry, current: bool, gone: str) -> tuple[str, ...]:
    name = version_name(target, entry.version)
    return (
        name,
        _EVENTS[entry.event] + (f" (từ {entry.source})" if entry.event == "promote" else ""),
        entry.at[:19].replace("T", " "),
        entry.by,
        str(entry.people),
        str(entry.parcels),
        str(entry.open_cases),
        entry.logical_hash[:_SHOWN_OF_HASH],
        "← đang dùng" if current else gone,
    )


def _gone(target: Path) -> dict[int, str]:
    """By version what is said of those that were taken away for their age."""
    return {
        version: f"đã xóa ngày {datetime.fromisoformat(one.at):%d/%m/%Y}" for version, one in taken_away(target).items()
    }


def _not_as_logged(target: Path) -> str:
    return (
        f"hopnhat: tệp «{target}» đã bị sửa hoặc không còn, không giống phiên bản ghi trong nhật ký; "
        "hãy khôi phục bằng lệnh rollback. (The published file is not the one that was published.)"
    )


def _rollback(options: argparse.Namespace) -> int:
    commune = MergerMap.shipped().new_commune(options.new_commune)
    mode, version = parse_version(options.to)
    tell(options, mode=mode, to=options.to)
    deployment = _deployment(options.data, mode)
    target = deployment.published(commune.code)
    if version_file(target, version).is_file():  # else that is what is said
        refuse_plaintext(mode, allowed=options.plaintext)
    with hold(options.data, commune.code, "hopnhat rollback"):
        under_newest_key(options.data, commune.code)
        stood = entries(target)
        entry = roll_back(target, version, now(), user())
        tell_version(options, target)
        if entry in stood:
            print(f"{options.to} đang là bản được dùng; không có gì thay đổi. (It stands there already.)")
            remake_pages(options.data, mode, commune.code)  # a crash after the file was in place left another version's
            return _DONE
        print(f"Đã khôi phục {options.to} của {commune.kind} {commune.name}.")
        _tell(deployment, commune, entry)
    return _DONE


def _promote(options: argparse.Namespace) -> int:
    commune = MergerMap.shipped().new_commune(options.new_commune)
    with hold(options.data, commune.code, "hopnhat promote"):
        return _promote_held(options, commune)


def _promote_held(options: argparse.Namespace, commune: NewCommune) -> int:
    """The trial of a commune, whose lock this process holds, becomes official; or not, and why."""
    from assets.inputs import inputs_now
    from expectations import RULES
    from expectations.queries import ruleset
    from pipelines.warehouse.promotion import promote, refusals

    trial, official = (published_file(options.data, mode, commune.code) for mode in MODES)
    if not trial.is_file():
        raise UnusableInput(
            f"Chưa có bản chạy thử nào của {commune.kind} {commune.name} ({commune.code}) để đưa lên chính thức.",
            f"There is no trial of {commune.name} to promote.",
        )
    under_newest_key(options.data, commune.code)
    whole = catch_up(trial)
    name = version_name(trial, entries(trial)[-1].version) if whole else ""
    if whole and _is_official(official, manifest_of(trial)["run_id"]):
        print(f"{name} đã là bản chính thức; không có gì thay đổi. (It is the official version already.)")
        return _DONE
    reasons = (
        refusals(
            trial, official, inputs_now(_deployment(options.data, "trial", options.exports), commune), ruleset(RULES)
        )
        if whole
        else ["tệp bản chạy thử đã bị sửa sau khi công bố"]
    )
    if reasons:
        print(
            f"hopnhat: Không đưa bản chạy thử của {commune.kind} {commune.name} lên chính thức: {'; '.join(reasons)}. "
            "Bản chính thức hiện có giữ nguyên. (Not promoted; nothing published has changed.)",
            file=sys.stderr,
        )
        return _REFUSED
    refuse_plaintext("official", allowed=options.plaintext)
    promote(trial, official, at=now(), by=user())
    tell_version(options, official)
    entry = entries(official)[-1]
    print(f"Đã đưa {name} của {commune.kind} {commune.name} lên chính thức ({version_name(official, entry.version)}).")
    _tell(_deployment(options.data, "official"), commune, entry)
    return _DONE


def _is_official(official: Path, run_id: str) -> bool:
    """Whether the result of this run is what stands there as official."""
    whole, log = catch_up(official), entries(official)
    return whole and bool(log) and log[-1].run_id == run_id


def _tell(deployment: "Deployment", commune: NewCommune, entry: Entry) -> None:
    """Make the audit pages again from the published file, and let the change stand in Dagster.

    What was published holds even when one of them fails, and then that is what is said.
    """
    print(f"Kho dữ liệu: {deployment.published(commune.code)}")
    if remake_pages(deployment.data_dir, deployment.mode, commune.code):
        print(f"Báo cáo:     {deployment.report(commune.code)}")
    try:
        _tell_dagster(deployment, commune, entry)
    except Exception as problem:
        print(
            f"hopnhat: Không ghi được vào lịch sử của Dagster ({type(problem).__name__}); dữ liệu vẫn đã được đưa vào "
            "chỗ. (Dagster was not told; what was asked for is published.)",
            file=sys.stderr,
        )


def remake_pages(data: Path, mode: Mode, code: str) -> bool:
    """Make the audit pages again from the published file; returns whether they could be made, and says so when not.

    Pages that could not be made are taken away, from the page over all communes too, since they tell of another state;
    a file of an older program may lack what the page asks for.
    """
    from assets.reporting import write_start_page
    from pipelines.reports import write_page_set

    deployment = _deployment(data, mode)
    try:
        _write_pages(deployment, code)
    except Exception as problem:  # its message may hold values of rows
        write_page_set(deployment.report(code).parent, {})
        write_start_page(data)
        print(
            f"hopnhat: Không làm lại được báo cáo đối soát ({type(problem).__name__}); dữ liệu vẫn ở đúng chỗ. "
            "(The audit pages could not be made; what was asked for is done.)",
            file=sys.stderr,
        )
        return False
    return True


def hide_names_on_pages(data: Path, code: str) -> None:
    """Pages are not encrypted: those that were made before there was a key are made again, with names masked."""
    from assets.reporting import hide_names
    from pipelines.reports import names_unasked

    for mode in MODES:
        deployment = _deployment(data, mode)
        if names_unasked(deployment.report(code).parent):
            remake_pages(data, mode, code)
        hide_names(deployment, code)


def _write_pages(deployment: "Deployment", code: str) -> None:
    import polars as pl

    from assets.reporting import keep_report, write_report
    from pipelines.warehouse.reading import open_warehouse

    target = deployment.published(code)
    with open_warehouse(target) as connection:
        validation = pl.DataFrame(connection.execute("FROM validation_results").to_arrow_table())
    write_report(deployment, code, target, validation)
    keep_report(deployment, code, validation)


def _tell_dagster(deployment: "Deployment", commune: NewCommune, entry: Entry) -> None:
    import dagster as dg

    from assets.asset_pages import page
    from assets.figures import of_publication, of_state
    from assets.instance import prepare_home
    from pipelines.reports.commune_states import commune_state

    prepare_home(deployment.data_dir)
    target = deployment.published(commune.code)
    version = version_name(target, entry.version)
    published = of_publication(version, target, manifest_of(target))
    state = commune_state(deployment.data_dir, commune.code)
    with dg.DagsterInstance.get() as instance:
        for asset, figures, reports in (
            ("published_warehouse", published, ("manifest", "handover")),
            ("commune_state", of_state(state), ("index",)),
        ):
            instance.report_runless_asset_event(
                dg.AssetMaterialization(
                    asset,
                    description=f"{_EVENTS[entry.event].capitalize()}: {version} ({entry.by})",
                    partition=commune.partition_key,
                    metadata=page(instance, asset, commune.partition_key, deployment.mode, figures, *reports),
                )
            )


def _deployment(data: Path, mode: Mode, exports: Path | None = None) -> "Deployment":
    from assets.deployment import Deployment
    from assets.run_settings import RunSettings

    return Deployment(data=str(data), exports=str(exports or ""), settings=RunSettings(mode=mode))
