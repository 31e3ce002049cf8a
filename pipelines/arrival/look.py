"""One look at the drop folder: what is whole is judged, put in its place and told on a receipt; the rest waits.

Looks may come as often as one likes, and at any time; whatever stops one in between, the next goes on from there. What
is done with a receipt, as requesting runs, does not belong here.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pipelines.arrival.drop_folder import STALE, Arrival, Memory, arrivals, drop_folder
from pipelines.arrival.judging import Deployed, as_read, judge
from pipelines.arrival.receipts import (
    FileVerdict,
    Receipt,
    finish_draft,
    next_id,
    read_draft,
    receipts_dir,
    write_draft,
)
from pipelines.arrival.taking import carry_out
from pipelines.communes import MergerMap
from pipelines.ingest.header_aliases import Aliases
from pipelines.protection.locking import Held
from pipelines.reports.receipt_page import write_receipt_pages

_MOST: Final = 100_000_000
"""Bytes that one look reads, unless the files of one new commune have more."""
_MOST_FILES: Final = 150
"""Files that one look judges: Dagster gives a tick a minute."""

Hold = Callable[[str], AbstractContextManager[None]]
"""Holds the lock of a new commune. Raises Held at once when another one has it."""


@dataclass(frozen=True)
class Look:
    """What a look found: a receipt, if anything was whole; how many files are still being copied; why others wait, in a
    sentence a commune; and how many lie there of which an earlier receipt tells that they are refused."""

    receipt: Receipt | None = None
    copying: int = 0
    waiting: tuple[str, ...] = ()
    left: int = 0


def look(data: Path, exports: Path, *, at: datetime, hold: Hold, communes: Collection[str] | None = None) -> Look:
    """Look at the drop folder of a data folder now. `communes`: the new ones that are worked on here; None: all.

    Raises UnusableInput when the officer's header mapping or an earlier receipt cannot be read.
    """
    for folder in (drop_folder(data), receipts_dir(data)):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with FileLock(receipts_dir(data) / ".lock", timeout=0, mode=0o600), ExitStack() as locks:
            return _looked(data, exports, at, hold, communes, locks)
    except Timeout:
        return Look(waiting=("Một tiến trình khác đang xem thư mục nhận.",))


def _looked(
    data: Path, exports: Path, at: datetime, hold: Hold, communes: Collection[str] | None, locks: ExitStack
) -> Look:
    aliases = Aliases.read(data / "reference" / "header_aliases.csv")
    found = arrivals(drop_folder(data))
    memory = Memory.read(data).after(found, at, aliases.sha256)
    draft = read_draft(data)
    if draft is None:
        new = [one for one in found if not memory.told(one)]
        copying = [one for one in new if not memory.is_whole(one, at)]
        whole = _without_others(
            [one for one in new if one not in copying],
            {code for one in copying if memory.age(one, at) < STALE for code in one.takers},
        )
        at_work = _held(hold, {code for one in whole for code in one.takers}, locks)
        ready = _without_others(whole, at_work.keys())
        memory.write(data)
        rest = Look(None, len(copying), tuple(at_work.values()), len(found) - len(new))
        receipt_id = next_id(data, at)
        deployed = Deployed(data, exports, communes, aliases)
        verdicts = _verdicts(ready, deployed, receipt_id)
        if not verdicts:
            return rest
        draft = Receipt(id=receipt_id, at=at.isoformat(timespec="seconds"), files=verdicts)
        write_draft(data, draft)
    else:
        codes = {code for file in draft.files for code in file.new_communes}
        codes |= {*MergerMap.shipped().new_codes_of([file.old_commune for file in draft.files])}
        if at_work := _held(hold, codes, locks):
            return Look(waiting=tuple(at_work.values()))
        rest = Look()
    receipt = carry_out(data, exports, draft, communes)
    told = {file.name for file in receipt.files} if receipt else set()
    for one in found:
        if one.name in told:
            memory.tell(one)
    memory.write(data)
    if receipt:
        write_receipt_pages(data / "reports", receipt)
    finish_draft(data, receipt)
    return Look(receipt, rest.copying, rest.waiting, rest.left)


def _without_others(files: list[Arrival], taken: Collection[str]) -> list[Arrival]:
    """The files that none of these new communes takes rows of."""
    return [one for one in files if not one.takers & {*taken}]


def _held(hold: Hold, codes: Iterable[str], locks: ExitStack) -> dict[str, str]:
    """Hold these new communes until the look is over; those that others have, with a sentence about who."""
    at_work = {}
    for code in sorted(codes):
        try:
            locks.enter_context(hold(code))
        except Held as problem:
            at_work[code] = str(problem)
    return at_work


def _verdicts(ready: list[Arrival], deployed: Deployed, receipt_id: str) -> tuple[FileVerdict, ...]:
    """The verdicts on as many files as one look reads. Two that are equal or want one place come one after the other,
    so that the second is judged by what became of the first."""
    verdicts: list[FileVerdict] = []
    size = 0
    last: frozenset[str] = frozenset()
    for one in sorted(ready, key=lambda one: (sorted(one.takers), one.name)):
        size += one.stamp[0]
        if len(verdicts) >= _MOST_FILES or (size > _MOST and verdicts and one.takers != last):
            break
        last = one.takers
        verdict = judge(one, deployed, receipt_id)
        if verdict and not any(_clash(verdict, other) for other in verdicts):
            verdicts.append(verdict)
    return tuple(verdicts)


def _clash(one: FileVerdict, other: FileVerdict) -> bool:
    alike = as_read(Path(one.place)) == as_read(Path(other.place))
    return bool(one.place and other.place) and (alike or one.sha256 == other.sha256)
