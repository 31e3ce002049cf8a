"""The versions of a published warehouse: what was published when and by whom, and each content once.

`<data>/published/<mode>/<code>.duckdb` is what is published now. Beside it, `versions/<code>/` keeps a copy of every
content that was ever published there (`0003.duckdb`, which people call `trial-3`) and `log.jsonl`, one line an event.
A kept version never changes. A run that publishes what is published already adds a line and no copy: only its run id
and clock are new, and the line tells these.

The one step that counts is the rename of the published file. Version and log line follow, and when a crash came
between, the next command completes them (`catch_up`), since the published file's manifest tells its run id.

What does not belong here: whether publication is allowed, how the file is made, locks and encryption.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import duckdb

from pipelines.warehouse.placing import stated_checksum
from pipelines.warehouse.reading import open_warehouse

Event = Literal["publish", "promote", "rollback"]
MODES: Final = ("trial", "official")


@dataclass(frozen=True)
class Entry:
    """One line of the log: at this time this person put this version in its place."""

    version: int
    event: Event
    at: str
    """With its time zone, ISO 8601."""
    by: str
    """The operating system's user."""
    run_id: str
    logical_hash: str
    sha256: str
    """Of the published file's bytes."""
    people: int
    parcels: int
    open_cases: int
    source: str | None = None
    """The version that was promoted or put back; none when a run made the file."""


def published_file(data: Path, mode: str, code: str) -> Path:
    """Where the published warehouse of a new commune lies."""
    return data / "published" / mode / f"{code}.duckdb"


def version_file(target: Path, version: int) -> Path:
    """Where a version of the published file `target` is kept."""
    return _folder(target) / f"{version:04d}.duckdb"


def version_name(target: Path, version: int) -> str:
    """How people call a version: `trial-3`."""
    return f"{target.parent.name}-{version}"


def was_published(data: Path, code: str) -> Callable[[str], bool]:
    """Whether a run's result was ever put in place as the published file of this new commune, in whichever mode.

    Holds for what stands now; a file that cannot be read says nothing, and the log stands for it.
    """
    known: set[str] = set()
    for mode in MODES:
        target = published_file(data, mode, code)
        log = entries(target)
        known |= {entry.run_id for entry in log}
        logged = {entry.version for entry in log}
        unlogged = [path for number, path in _kept(target) if number not in logged]
        for path in [target, *unlogged]:
            with suppress(duckdb.Error):
                known |= {manifest_of(path).get("run_id", "")} if path.is_file() else set()
    return lambda run_id: bool(run_id) and run_id in known


def manifest_of(path: Path) -> dict[str, str]:
    """The manifest of a warehouse file."""
    with open_warehouse(path) as connection:
        return dict(connection.execute("SELECT key, value FROM manifest").fetchall())


def entries(target: Path) -> list[Entry]:
    """The log of the published file `target`, oldest first; the last line is what is published now."""
    log = _folder(target) / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    return [Entry(**json.loads(line)) for line in lines]


def _folder(target: Path) -> Path:
    return target.parent / "versions" / target.stem


def _kept(target: Path) -> Iterator[tuple[int, Path]]:
    """The kept versions, oldest first; a copy without its checksum is one that was not finished."""
    for path in sorted(_folder(target).glob("*.duckdb")):
        if path.stem.isdecimal() and stated_checksum(path):
            yield int(path.stem), path
