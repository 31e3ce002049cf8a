"""`hopnhat review …`: cases out as a workbook, decisions in, and what can be done with decisions."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path

from assets import clerical
from assets.acting import ActOnRecord, on_record, recorded, tell, tell_version, version_in
from assets.holding import hold
from assets.occasion import now, user
from assets.options import add_commune, add_mode, new_commune_code, published_warehouse
from pipelines.activity.acts import Action
from pipelines.arrival.workbooks import take_workbook
from pipelines.communes import MergerMap
from pipelines.ingest.header_aliases import Aliases
from pipelines.problems import UnusableInput
from pipelines.reports.labels import DATASETS, DECISION_KINDS
from pipelines.review.decisions import Decision, Revocation, decision_log, read_events, write_events
from pipelines.review.taking import any_known, take
from pipelines.review.workbook import write_workbook
from pipelines.spreadsheets import written_whole
from pipelines.warehouse.versions import newest_file

DONE, UNUSABLE = 0, 2


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `review` with its own commands."""
    review = commands.add_parser("review", help="trường hợp cần quyết định, và các quyết định / cases and decisions")
    kinds = review.add_subparsers(required=True, metavar="WHAT")

    export = _command(
        kinds,
        "export",
        _export,
        "xuất sổ Excel để cán bộ trả lời / cases as a workbook",
        action="review-export",
        takes_away=True,
    )
    export.add_argument("file", type=Path, metavar="FILE.xlsx")
    export.add_argument("--most", type=int, default=500, metavar="N", help="số trường hợp nhiều nhất mỗi loại")
    add_mode(export)
    sample = _command(
        kinds,
        "sample",
        _sample,
        "xuất sổ phúc tra mẫu để đo độ đúng / a sample to measure quality",
        changes=True,
        action="review-sample",
        takes_away=True,
    )
    sample.add_argument("file", type=Path, metavar="FILE.xlsx")
    clerical.add_options(sample)
    take_in = _command(
        kinds,
        "import",
        _import,
        "nhận sổ Excel đã trả lời, trọn vẹn hoặc không gì cả / answers back",
        changes=True,
        action="review-import",
    )
    take_in.add_argument("file", type=Path, metavar="FILE.xlsx")
    _command(kinds, "list", _list, "các quyết định đang có hiệu lực / decisions in force")
    revoke = _command(
        kinds, "revoke", _revoke, "thu hồi quyết định / revoke decisions", changes=True, action="review-revoke"
    )
    revoke.add_argument("decision", nargs="+", metavar="QD-…")
    revoke.add_argument("--by", metavar="NAME", help="người thu hồi; mặc định: tài khoản đang dùng")
    revoke.add_argument("--reason", default="", metavar="TEXT")
    save = _command(
        kinds,
        "save",
        _save,
        "ghi mọi quyết định ra một tệp / all decisions as one file",
        action="review-save",
        takes_away=True,
    )
    save.add_argument("file", type=Path, metavar="FILE.jsonl")
    replay = _command(
        kinds,
        "replay",
        _replay,
        "nhận quyết định đã ghi ở máy khác / decisions of another machine",
        changes=True,
        action="review-replay",
    )
    replay.add_argument("file", type=Path, metavar="FILE.jsonl")


def _command(
    kinds: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Callable[[argparse.Namespace], int],
    words: str,
    *,
    changes: bool = False,
    action: Action | None = None,
    takes_away: bool = False,
) -> argparse.ArgumentParser:
    """Add a command; one that `changes` what is kept of the commune does so under its lock. One that has an `action`
    stands in the activity log, and without that nothing leaves by one that `takes_away`."""
    parser: argparse.ArgumentParser = kinds.add_parser(name, help=words)
    add_commune(parser)
    held = partial(_held, command, f"hopnhat review {name}") if changes else command
    if action is None:
        parser.set_defaults(command=held)
    else:
        on_record(parser, held, action, takes_away=takes_away)
    return parser


def _held(command: Callable[[argparse.Namespace], int], what: str, options: argparse.Namespace) -> int:
    with hold(options.data, new_commune_code(options), what):
        return command(options)


def workbook_on_record(data: Path, code: str, name: str) -> bytes:
    """The cases of what is published of a new commune, as the workbook of `hopnhat review export` and on record as its
    export under this name; nothing of it reaches a disk. Raises UnusableInput when there is none to make."""
    warehouse = newest_file(data, MergerMap.shipped().new_commune(code).code)
    if warehouse is None:
        raise UnusableInput(
            "Xã này chưa có bản công bố nào nên chưa có gì để hỏi; hãy chạy thử xã này trước.",
            "Nothing has been published of this commune yet: run a trial first.",
        )
    act = ActOnRecord(data, "review-export", code, warehouse.parent.name, os.environ.get("HOPNHAT_PURPOSE", ""))
    act.tell(file=name)
    with recorded(act, takes_away=True), BytesIO() as target:
        written = write_workbook(warehouse, target, own_headers=_own_headers(data))
        act.tell(version=version_in(warehouse), cases=sum(written.shown.values()))
        return target.getvalue()


def _own_headers(data: Path) -> Mapping[str, Mapping[str, str]]:
    return Aliases.read(data / "reference" / "header_aliases.csv").by_commune


def _export(options: argparse.Namespace) -> int:
    warehouse = published_warehouse(options, options.mode)
    written = write_workbook(warehouse, options.file, most=options.most, own_headers=_own_headers(options.data))
    shown, all_cases = sum(written.shown.values()), sum(written.waiting_for_an_answer.values())
    tell_version(options, warehouse)
    tell(options, cases=shown)
    print(f"Đã ghi {shown} trên {all_cases} trường hợp chờ quyết định vào «{options.file}».")
    return DONE


def _sample(options: argparse.Namespace) -> int:
    clerical.sample(options)
    return DONE


def _import(options: argparse.Namespace) -> int:
    code, warehouse = new_commune_code(options), published_warehouse(options)
    if not options.file.is_file():
        raise UnusableInput(f"Không có tệp «{options.file}».", f"There is no file {options.file}.")
    back = take_workbook(options.data, code, options.file, warehouse, at=now().isoformat(timespec="seconds"))
    if back.problems:
        return _refused(back.problems, "câu trả lời" if back.of_sample else "quyết định")
    if not back.given:
        print(f"Sổ «{options.file}» chưa có câu trả lời nào; không có gì để nhận.")
    elif back.of_sample:
        clerical.tell_of_answers(options, back)
    else:
        return _told(options, back.decisions, back.known, ())
    return DONE


def _list(options: argparse.Namespace) -> int:
    decisions = decision_log(options.data, new_commune_code(options)).in_force()
    for one in decisions:
        rows = f"{len(one.record_ids)} dòng"
        print(
            "\t".join(
                [
                    one.decision_id,
                    one.at[:16],
                    DATASETS[one.dataset],
                    DECISION_KINDS[one.kind],
                    rows,
                    one.by,
                    one.reason,
                ]
            )
        )
    print(f"{len(decisions)} quyết định đang có hiệu lực.", file=sys.stderr)
    return DONE


def _revoke(options: argparse.Namespace) -> int:
    log = decision_log(options.data, new_commune_code(options))
    in_force = {one.decision_id for one in log.in_force()}
    unknown = [one for one in options.decision if one not in in_force]
    if unknown:
        raise UnusableInput(
            f"Không có quyết định nào đang có hiệu lực mang mã {', '.join(unknown)}; không thu hồi gì.",
            "No decision in force has this id; nothing was revoked.",
        )
    at, by = now().isoformat(timespec="seconds"), options.by or user()
    ids = list(dict.fromkeys(options.decision))
    log.append([Revocation(decision_id=one, by=by, at=at, reason=options.reason) for one in ids])
    tell(options, decisions=len(ids))
    print(f"Đã thu hồi {len(ids)} quyết định; chạy lại hopnhat run để áp dụng.")
    return DONE


def _save(options: argparse.Namespace) -> int:
    events = decision_log(options.data, new_commune_code(options)).events()
    if options.file.exists():
        raise UnusableInput(f"Tệp «{options.file}» đã có; hãy chọn tên khác.", f"{options.file} exists already.")
    with written_whole(options.file) as part:
        write_events(part, events)
    tell(options, decisions=len(events))
    print(f"Đã ghi {len(events)} quyết định và lần thu hồi vào «{options.file}».")
    return DONE


def _replay(options: argparse.Namespace) -> int:
    code, events = new_commune_code(options), read_events(options.file)
    newest = newest_file(options.data, code)
    decisions = [event for event in events if isinstance(event, Decision)]
    if newest is not None and decisions and not any_known(decisions, newest):
        raise UnusableInput(
            f"Không dòng nào mà các quyết định trong «{options.file}» nói đến có trong bản công bố của {code}; "
            "có phải tệp của xã khác không? Không nhận quyết định nào.",
            "None of the rows of these decisions is in what is published: are they another commune's?",
        )
    places = [f"Tệp «{options.file}», dòng {line}: " for line in range(1, len(events) + 1)]
    taken = take(decision_log(options.data, code), events, newest, places)
    return _told(options, taken.taken, taken.known, taken.problems)


def _told(options: argparse.Namespace, taken: int, known: int, problems: tuple[str, ...]) -> int:
    if problems:
        return _refused(problems)
    tell(options, decisions=taken)
    before = f" ({known} quyết định đã có từ trước)" if known else ""
    print(f"Đã nhận {taken} quyết định{before}; chạy lại hopnhat run để áp dụng.")
    return DONE


def _refused(problems: tuple[str, ...], what: str = "quyết định") -> int:
    for problem in problems:
        print(f"hopnhat: {problem}", file=sys.stderr)
    print(f"hopnhat: Không nhận {what} nào: còn {len(problems)} chỗ phải sửa. (Nothing was taken.)", file=sys.stderr)
    return UNUSABLE
