"""Acts on record: what commands do, for which purpose and how it ends, for the activity log and its page.

A command that acts is added by `on_record`. What its lines may hold is seen to here: names of files without their
folders, versions and counts, and no number of a person in what somebody typed. Runs of Dagster are put on record by
`assets.run_record`.
"""

import argparse
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assets.holding import say
from assets.occasion import now, user
from assets.storage_faults import storage_fault
from pipelines.activity.acts import STARTED, Action, Fact, Line, Outcome
from pipelines.activity.log import ActivityLog
from pipelines.activity.process import this_process
from pipelines.problems import UnusableInput
from pipelines.reports.activity_page import write_activity_pages
from pipelines.reports.privacy import mask_numbers
from pipelines.warehouse.origins import on_one_line
from pipelines.warehouse.versions import MODES, entries, version_name

Command = Callable[[argparse.Namespace], int]

_LONGEST: Final = 300
"""Characters of a typed text or a name that are kept."""
_HELD: Final = "tiến trình khác giữ tệp quá lâu"
_CODE: Final = re.compile(r"[0-9]{5}")
_HASH: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64}")


def add_purpose(parser: argparse.ArgumentParser) -> None:
    """`--purpose TEXT`; by default HOPNHAT_PURPOSE, else none."""
    parser.add_argument(
        "--purpose",
        default=os.environ.get("HOPNHAT_PURPOSE", ""),
        metavar="TEXT",
        help="mục đích, được ghi vào nhật ký thao tác / what for; it stands in the activity log",
    )


def on_record(
    parser: argparse.ArgumentParser,
    command: Command,
    action: Action,
    *,
    takes_away: bool = False,
    data_of: Callable[[argparse.Namespace], Path | None] = lambda options: options.data,
) -> None:
    """Let the parser's command be recorded as this action, and take a purpose.

    What `takes_away` data, out of the folder or for ever, is not done when it cannot be recorded; anything else is
    done all the same, and says so. `data_of` tells whose log it stands in. The command adds to what is recorded by
    `tell`.
    """
    add_purpose(parser)

    def recorded(options: argparse.Namespace) -> int:
        return _recorded(options, command, action, takes_away, data_of(options))

    parser.set_defaults(command=recorded)


def tell(options: argparse.Namespace, *, commune: str = "", mode: str = "", **facts: Fact) -> None:
    """Add to what is recorded of the command in hand: counts, versions, and nothing of what a row says."""
    act: ActOnRecord | None = getattr(options, "act", None)
    if act:
        act.commune = commune if _CODE.fullmatch(commune) else act.commune
        act.mode = mode if mode in MODES else act.mode
        act.tell(**facts)


def tell_version(options: argparse.Namespace, warehouse: Path) -> None:
    """Let the record of the command in hand name the published version that it reads or has put in its place."""
    tell(options, mode=warehouse.parent.name, version=version_in(warehouse))


def version_in(warehouse: Path) -> str:
    """The name of the version that stands in a published warehouse's place; empty when no log tells."""
    log = entries(warehouse)
    return version_name(warehouse, log[-1].version) if log else ""


@dataclass
class ActOnRecord:
    """An act in hand; `outcome` is how it ends unless something is raised."""

    data: Path
    action: Action
    commune: str = ""
    mode: str = ""
    purpose: str = ""
    facts: dict[str, Fact] = field(default_factory=dict)
    outcome: Outcome = "done"
    act: str = field(default_factory=lambda: secrets.token_hex(8))

    def tell(self, **facts: Fact) -> None:
        """Add to what the next line says."""
        self.facts |= {name: _kept(fact) for name, fact in facts.items() if fact != ""}

    def begin(self) -> None:
        """Record that it begins. Raises OSError when that cannot be."""
        self._append(STARTED)

    def end(self) -> None:
        """Record how it ended, and show it on the page; says so when that cannot be."""
        try:
            self._append(self.outcome)
        except OSError as problem:
            say(_not_recorded(self.data, problem))
            return
        try:
            write_activity_pages(self.data / "reports")
        except Exception as problem:  # whatever it is, what was done is done, and on record
            say(
                f"Không làm lại được trang nhật ký thao tác ({type(problem).__name__}); nhật ký vẫn đã ghi. "
                "(The page of acts could not be made.)"
            )

    def _append(self, outcome: str) -> None:
        beginning = outcome == STARTED
        line = Line(
            act=self.act,
            at=now().isoformat(timespec="seconds"),
            by=user(),
            action=self.action,
            outcome=outcome,
            commune=self.commune,
            mode=self.mode,
            purpose=masked(self.purpose),
            process=this_process() if beginning else "",
            facts=self.facts,
        )
        ActivityLog(self.data).append(line)
        self.facts = {}


@contextmanager
def recorded(
    act: ActOnRecord, *, takes_away: bool = False, tell: Callable[[str], object] = say
) -> Iterator[ActOnRecord | None]:
    """Record that an act begins and how it ended; gives nothing when that cannot be.

    Then what `takes_away` data is refused, and of anything else it is told.
    """
    if problem := _unwritable_at_first(act):
        if takes_away:
            raise UnusableInput(
                f"{_unwritable(act.data, problem)}; việc không ghi lại được thì không làm, không có gì thay đổi.",
                "The activity log cannot be written, and what is not on record is not done.",
            )
        tell(_not_recorded(act.data, problem))
        yield None
        return
    try:
        yield act
    except BrokenPipeError:  # it was done, and who read what was said of it has read enough
        raise
    except UnusableInput:
        act.outcome = "refused"
        raise
    except BaseException:
        act.outcome = "failed"
        raise
    finally:
        act.end()


@contextmanager
def refusal_on_record(act: ActOnRecord) -> Iterator[None]:
    """Record what is refused before it begins; what begins is on record by itself."""
    try:
        yield
    except UnusableInput:
        if act.data.is_dir():
            act.outcome = "refused"
            act.end()
        raise


def masked(text: str) -> str:
    """What somebody typed, on one line and without a number that may be a person's."""
    return mask_numbers(on_one_line(" ".join(text.split())))[:_LONGEST]


def _recorded(
    options: argparse.Namespace, command: Command, action: Action, takes_away: bool, data: Path | None
) -> int:
    if data is None or not data.is_dir():  # a folder that is not there is not made for the record of a mistake
        return command(options)
    act = ActOnRecord(data, action, _commune(options), _mode(options), options.purpose)
    act.tell(**_file(options))
    with recorded(act, takes_away=takes_away) as options.act:
        status = command(options)
        act.outcome = _outcome(action, status)
    return status


def _outcome(action: Action, status: int) -> Outcome:
    """What an exit status means for the record."""
    if status == 1:
        return "differs" if action == "verify" else "refused"
    return "done" if status == 0 else "refused" if status == 2 else "failed"


def _commune(options: argparse.Namespace) -> str:
    """The code of the new commune that was named, when it is one and no slip of the pen."""
    named = getattr(options, "new_commune", None)
    return named if isinstance(named, str) and _CODE.fullmatch(named) else ""


def _mode(options: argparse.Namespace) -> str:
    mode = getattr(options, "mode", None)
    return mode if mode in MODES else ""


def _file(options: argparse.Namespace) -> dict[str, Fact]:
    """The file that the command writes or reads, by its name alone."""
    path = getattr(options, "file", None) or getattr(options, "out", None)
    return {"file": path.name} if isinstance(path, Path) else {}


def _kept(fact: Fact) -> Fact:
    """A fact as it may stand in the log; hashes and ids of runs are no numbers of people."""
    return masked(fact) if isinstance(fact, str) and not _HASH.fullmatch(fact) else fact


def _unwritable_at_first(act: ActOnRecord) -> OSError | None:
    """Why it cannot be recorded that an act begins."""
    try:
        act.begin()
    except OSError as problem:
        return problem
    return None


def _not_recorded(data: Path, problem: OSError) -> str:
    """What is said when an act cannot be recorded and is done all the same."""
    return (
        f"{_unwritable(data, problem)}; việc vẫn làm, nhưng không có trong nhật ký. "
        "(The activity log could not be written; this act is not on record.)"
    )


def _unwritable(data: Path, problem: OSError) -> str:
    fault = storage_fault(problem)
    cause = fault.vi if fault else _HELD if isinstance(problem, TimeoutError) else type(problem).__name__
    return f"Không ghi được nhật ký thao tác «{ActivityLog(data).path}» ({cause})"
