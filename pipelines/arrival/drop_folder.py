"""What lies in the drop folder, and which of it is whole: said by a `.ready` file, or unchanged since an earlier look.

Copying programs write under other names until they are done, or write slowly; a file that is read too early would be
taken for a shorter one. What a file holds does not belong here.
"""

import fcntl
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from pipelines.arrival.workbooks import commune_of_workbook
from pipelines.communes import MergerMap
from pipelines.ingest.sources import old_code_in
from pipelines.warehouse.placing import place_text

SETTLED: Final = 10.0
"""Seconds for which a file must not have changed to be whole."""
STALE: Final = 3600.0
"""Seconds after which a copy that does not go on holds nothing else up."""
_COPYING: Final = (".part", ".filepart", ".crdownload", ".tmp")
_MARKS: Final = (".ready", "_READY")
"""What a file is called that marks others as whole: those of a folder; behind the name of one file, the first."""
_OF_NO_ONE: Final = {"thumbs.db", "desktop.ini"}

Stamp = tuple[int, int, int]
"""Size, and when content and inode changed last: what is not the same any more once a file is written to."""


def drop_folder(data: Path) -> Path:
    """Where files are dropped."""
    return data / "incoming"


@dataclass(frozen=True)
class Arrival:
    """A file in the drop folder. `name`: its path below it."""

    path: Path
    name: str
    stamp: Stamp
    is_plain: bool
    """Whether it is a file, and no link or device."""
    ready: bool
    """Whether a `.ready` file says that it is whole."""

    @property
    def copying(self) -> bool:
        """Whether its name says that it is still being copied."""
        return self.path.name.lower().endswith(_COPYING)

    @cached_property
    def old_commune(self) -> str:
        """The old commune's code with which its folder's name begins, or its own where it lies in none."""
        return old_code_in(Path(self.name).parts[0]) or ""

    @property
    def other_communes(self) -> list[str]:
        """Folders further in that begin with the code of another old commune."""
        inner = Path(self.name).parts[1:-1]
        return [folder for folder in inner if (old_code_in(folder) or self.old_commune) != self.old_commune]

    @cached_property
    def answers_of(self) -> str:
        """The new commune of whose cases or sample this workbook holds answers; empty when it is none of ours."""
        is_workbook = self.is_plain and self.name.lower().endswith(".xlsx")
        return commune_of_workbook(self.path) if is_workbook else ""

    @cached_property
    def takers(self) -> frozenset[str]:
        """The new communes that it concerns: that of a workbook, else those that the old commune went into."""
        if self.answers_of:
            return frozenset({self.answers_of})
        return frozenset(MergerMap.shipped().new_codes_of([self.old_commune])) if self.old_commune else frozenset()


class Seen(BaseModel):
    """What an earlier look saw of a file: since when it has been as it is, and whether a receipt tells of it."""

    stamp: Stamp
    since: float
    told: bool = False


class Memory(BaseModel):
    """What earlier looks saw. `aliases`: the officer's mapping of headers then; with another one files may be read that
    were refused."""

    files: dict[str, Seen] = {}
    aliases: str = ""

    @classmethod
    def read(cls, data: Path) -> "Memory":
        """The memory of a data folder; an empty one when there is none that can be read."""
        try:
            return cls.model_validate_json(_memory_file(data).read_bytes())
        except (OSError, ValidationError):
            return cls()

    def write(self, data: Path) -> None:
        """Keep it for the next look."""
        if self != Memory.read(data):
            place_text(_memory_file(data), self.model_dump_json() + "\n")

    def after(self, found: list[Arrival], at: datetime, aliases: str) -> "Memory":
        """The memory once these files were seen."""
        now = at.timestamp()
        files = {}
        for one in found:
            before = self.files.get(_key(one))
            if before is None or before.stamp != one.stamp or before.since > now:
                before = Seen(stamp=one.stamp, since=now)
            files[_key(one)] = before.model_copy(update={"told": before.told and aliases == self.aliases})
        return Memory(files=files, aliases=aliases)

    def tell(self, arrival: Arrival) -> None:
        """A receipt tells of the file as it is."""
        self.files[_key(arrival)].told = True

    def told(self, arrival: Arrival) -> bool:
        """Whether a receipt tells of it as it is."""
        seen = self.files.get(_key(arrival))
        return bool(seen and seen.told and seen.stamp == arrival.stamp)

    def age(self, arrival: Arrival, at: datetime) -> float:
        """For how many seconds it has not changed."""
        return at.timestamp() - self.files[_key(arrival)].since

    def is_whole(self, arrival: Arrival, at: datetime) -> bool:
        """Whether nobody writes it any more."""
        settled = not arrival.copying and (arrival.ready or self.age(arrival, at) >= SETTLED)
        return settled and not is_open_to_writers(arrival.path)


def is_open_to_writers(path: Path) -> bool:
    """Whether somebody has the file open to write to it, as far as the system can tell: of files of other users, or on
    another machine's disk, it often cannot."""
    with suppress(OSError), path.open("rb") as file:
        # Nobody is granted this lease while there is a writer; whoever comes to write then waits, and we are told by a
        # signal that nobody heeds.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except BlockingIOError:
            return True
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def arrivals(incoming: Path) -> list[Arrival]:
    """What lies in the drop folder, by name: no hidden files, no marks, and links that are not followed."""
    found = (Path(folder) / name for folder, name in _names(incoming))
    return sorted(filter(None, (_arrival(incoming, path) for path in found)), key=lambda one: one.name)


def mark_of(path: Path) -> Path:
    """The `.ready` file of a file."""
    return path.with_name(path.name + _MARKS[0])


def stamp_of(path: Path) -> Stamp:
    """What changes when somebody writes to a file."""
    known = path.lstat()
    return known.st_size, known.st_mtime_ns, known.st_ctime_ns


def _names(incoming: Path) -> Iterator[tuple[str, str]]:
    for folder, folders, files in os.walk(incoming):
        folders[:] = [name for name in folders if not name.startswith((".", "~"))]
        for name in [*files, *(name for name in folders if os.path.islink(f"{folder}/{name}"))]:  # noqa: PTH114
            if not (name.startswith((".", "~")) or name.endswith(_MARKS) or name.lower() in _OF_NO_ONE):
                yield folder, name


def _arrival(incoming: Path, path: Path) -> Arrival | None:
    try:
        stamp, mode = stamp_of(path), path.lstat().st_mode
    except FileNotFoundError:
        return None
    marks = [mark_of(path)]
    for folder in path.relative_to(incoming).parents:
        marks += [incoming / folder / name for name in _MARKS]
    name = path.relative_to(incoming).as_posix()
    return Arrival(path, name, stamp, stat.S_ISREG(mode), any(_says_ready(mark, stamp) for mark in marks))


def _says_ready(mark: Path, stamp: Stamp) -> bool:
    """A mark that is older than the file was made for another one that lay there before."""
    try:
        return mark.lstat().st_ctime_ns >= stamp[2]
    except OSError:
        return False


def _key(arrival: Arrival) -> str:
    """Its name, in letters that any file can be written in."""
    return arrival.name.encode("utf-8", "surrogateescape").decode("latin-1")


def _memory_file(data: Path) -> Path:
    return data / "receipts" / "seen.json"
