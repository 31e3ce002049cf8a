"""`hopnhat activity`: the activity log on paper or screen, and whether anybody changed it."""

import argparse
import re
import sys

from assets.options import add_data
from pipelines.activity.acts import Act, acts_of
from pipelines.activity.log import ActivityLog, Record
from pipelines.communes import MergerMap
from pipelines.problems import UnusableInput
from pipelines.reports import activity_words
from pipelines.reports.activity_page import told_facts, verdict_on
from pipelines.reports.labels import MODES, word
from pipelines.reports.languages import VIETNAMESE
from pipelines.warehouse.origins import on_one_line

_DONE, _CHANGED = 0, 1
_NOTED = re.compile("[0-9a-f]{12,64}")
"""A noted hash, or so much of its beginning that no other line has it."""
_HEADER = ("Lúc", "Người làm", "Việc", "Xã", "Chế độ", "Kết quả", "Mục đích", "Chi tiết")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `activity` to the command line."""
    command = commands.add_parser("activity", help="nhật ký thao tác: ai đã làm gì / who did what")
    command.add_argument("--new-commune", metavar="CODE", help="chỉ việc của một xã / of one commune only")
    command.add_argument(
        "--noted", metavar="SHA256", help="mã băm đã ghi ở nơi khác: còn trong nhật ký không / a hash noted elsewhere"
    )
    add_data(command)
    command.set_defaults(command=_activity)


def _activity(options: argparse.Namespace) -> int:
    """One line an act, the newest first; what is to be said of the log itself comes last."""
    code = MergerMap.shipped().new_commune(options.new_commune).code if options.new_commune else ""
    noted = (options.noted or "").strip().lower()
    if noted and not _NOTED.fullmatch(noted):
        raise UnusableInput(
            "Mã băm sau --noted phải gồm từ 12 đến 64 chữ số thập lục phân (0-9, a-f), đúng như đã ghi.",
            "What was noted must be 12 to 64 hexadecimal digits.",
        )
    if not options.data.is_dir():
        raise UnusableInput(f"Không có thư mục dữ liệu «{options.data}».", f"There is no data folder {options.data}.")
    try:
        record = ActivityLog(options.data).read()
    except OSError:
        raise UnusableInput(
            f"Không đọc được nhật ký thao tác «{ActivityLog(options.data).path}».", "The activity log cannot be read."
        ) from None
    acts = [act for act in acts_of(record.lines) if code in {"", act.commune}]
    if acts:
        print("\t".join(_HEADER))
    for act in reversed(acts):
        print("\t".join(on_one_line(cell) for cell in _cells(act)))
    published = any((options.data / "published").glob("*/*.duckdb"))
    return _judged(record, noted, lost=published and not record.lines)


def _judged(record: Record, noted: str, *, lost: bool) -> int:
    """Say whether the log is whole, or `lost` although something was published; the exit status that goes with it."""
    if lost:
        print(
            "hopnhat: Có bản đã công bố mà nhật ký thao tác trống: nhật ký đã bị xóa, hoặc bản ấy do chương trình cũ "
            "công bố. (Something was published, and no act is on record.)",
            file=sys.stderr,
        )
        return _CHANGED
    if record.lines:
        print(f"Mã băm dòng cuối: {record.last}", file=sys.stderr)
    gone = bool(noted) and not any(line.startswith(noted) for line in record.hashes)
    if noted:
        print(
            f"hopnhat: Mã băm {noted} không còn trong nhật ký: nhật ký đã bị viết lại. (The log was written anew.)"
            if gone
            else f"Mã băm {noted} còn trong nhật ký. (It stands in the log.)",
            file=sys.stderr,
        )
    verdict = verdict_on(record)
    print(f"{'' if record.whole else 'hopnhat: '}{verdict} ({verdict.en})", file=sys.stderr)
    return _DONE if record.whole and not gone else _CHANGED


def _cells(act: Act) -> tuple[str, ...]:
    facts = "; ".join(f"{name}: {fact}" for name, fact in told_facts(act, VIETNAMESE))
    return (
        act.at[:19].replace("T", " "),
        act.by,
        word(activity_words.ACTIONS, act.action),
        act.commune,
        word(MODES, act.mode),
        word(activity_words.STATES, act.state),
        act.purpose,
        facts,
    )
