"""The versions of a published warehouse: what was published when and by whom, and each content once.

`<data>/published/<mode>/<code>.duckdb` is what is published now. Beside it, `versions/<code>/` keeps a copy of every
content that was ever published there (`0003.duckdb`, which people call `trial-3`) and `log.jsonl`, one line an event.
A kept version never changes. A run that publishes what is published already adds a line and no copy: only its run id
and clock are new, and the line tells these.

The one step that counts is the rename of the published file. Version and log line follow, and when a crash came
between, the next command completes them (`catch_up`), since the published file's manifest tells its run id. What came
last is told by the place in the log, never by a clock, which may be moved back.

A published file that is not what the log says (damaged, changed by somebody) is put aside here too before another takes
its place: `damaged-0001.duckdb`. Whoever changes anything here holds the commune's lock.

What does not belong here: whether publication is allowed, how the file is made, the lock, and how it is encrypted.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final, Literal

import duckdb
import pyarrow as pa

from pipelines.problems import UnusableInput
from pipelines.protection.keys import WrongKey
from pipelines.warehouse.manifest import OWN_HASH, ROWS, TABLE_HASH, read
from pipelines.warehouse.placing import (
    is_intact,
    place_checksum,
    place_copy,
    place_text,
    sha256_of,
    stated_checksums,
    sync,
)
from pipelines.warehouse.purged import Purged, purged
from pipelines.warehouse.reading import open_warehouse

Event = Literal["publish", "promote", "rollback"]
Mode = Literal["trial", "official"]
MODES: Final[tuple[Mode, ...]] = ("trial", "official")
_RESEALED: Final = "resealed.jsonl"
"""Pairs of hashes: of the bytes of a file before and after they were encrypted anew."""
LEDGER_RUN: Final = "ledger_run_id."
"""Begins the manifest's keys that tell, by data set, which run assigned the ids: a run that was started again from
where it failed publishes the ids of the one before."""
LEDGER_TICKET: Final = "ledger_ticket."
"""Begins the keys that tell on which state of the ledger they rest."""

VIETNAM: Final = timezone(timedelta(hours=7))
_OF_THE_RUN: Final = (
    *("run_id", "started_at", "earlier.", "promoted_", LEDGER_RUN, LEDGER_TICKET),
    *("code_commit", ROWS, TABLE_HASH, OWN_HASH),
)
"""Beginnings of the manifest keys that differ between two publications of the same: of the run, or of tables that tell
what it changed. The commit may be of another page of the documentation; the code has its own hash."""
_IDS: Final = (
    "SELECT record_id, citizen_id AS entity_id FROM citizen_sources UNION ALL"
    " SELECT record_id, parcel_id FROM parcel_sources ORDER BY ALL"
)
_COUNTS: Final = (
    "SELECT (SELECT count(*) FROM citizens), (SELECT count(*) FROM parcels),"
    " (SELECT count(*) FROM review_queue WHERE status <> 'decided')"
)


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
    sequence: int = 0
    """Counts the events of a new commune, trial and official together; 0 in lines of a program that did not count."""

    @property
    def order(self) -> tuple[int, str]:
        """By this events of both modes stand one after the other."""
        return self.sequence, self.at


def published_file(data: Path, mode: str, code: str) -> Path:
    """Where the published warehouse of a new commune lies."""
    return data / "published" / mode / f"{code}.duckdb"


def version_file(target: Path, version: int) -> Path:
    """Where a version of the published file `target` is kept."""
    return _folder(target) / f"{version:04d}.duckdb"


def version_name(target: Path, version: int) -> str:
    """How people call a version: `trial-3`."""
    return f"{target.parent.name}-{version}"


def kept_files(target: Path) -> list[Path]:
    """The kept versions of the published file `target`, oldest first."""
    return [path for _, path in _kept(target)]


def newest_file(data: Path, code: str, modes: Sequence[Mode] = MODES) -> Path | None:
    """The published file of a new commune that was put in its place last, in whichever of the modes."""
    files = [path for mode in modes if (path := published_file(data, mode, code)).is_file()]
    return max(files, key=lambda path: max((entry.order for entry in entries(path)), default=(0, "")), default=None)


def taken_away(target: Path) -> dict[int, Purged]:
    """The versions of the published file `target` that were taken away for their age and are kept no more."""
    kept = dict(_kept(target))
    return {version: one for version, one in purged(_folder(target)).items() if version not in kept}


def all_files(data: Path, code: str) -> list[Path]:
    """Every published file and kept version of a new commune, of both modes."""
    targets = [published_file(data, mode, code) for mode in MODES]
    kept = [path for target in targets for path in kept_files(target)]
    return [path for path in (*targets, *kept) if path.is_file()]


def was_published(data: Path, code: str) -> Callable[[str], bool]:
    """Whether a run's result, or ids that it assigned, were ever put in place as the published file of this new
    commune, in whichever mode.

    Nothing is read until somebody asks, which only a draft of the ledger gives reason to. A file that cannot be read
    says nothing, and the log stands for it.
    """

    def published(run_id: str) -> bool:
        logged = (entry.run_id for mode in MODES for entry in entries(published_file(data, mode, code)))
        told = (value for path in all_files(data, code) for value in runs_of(path))
        records = (taken_away(published_file(data, mode, code)) for mode in MODES)
        gone = (run for record in records for one in record.values() for run in one.runs)
        return bool(run_id) and (run_id in logged or run_id in gone or run_id in told)

    return published


def runs_of(path: Path) -> list[str]:
    """The runs that made a warehouse file and assigned its ids."""
    with suppress(duckdb.Error, WrongKey):
        return [value for key, value in manifest_of(path).items() if key == "run_id" or key.startswith(LEDGER_RUN)]
    return []


def manifest_of(path: Path) -> dict[str, str]:
    """The manifest of a warehouse file."""
    with open_warehouse(path) as connection:
        return read(connection)


def catch_up(target: Path) -> bool:
    """Record what a crash left unrecorded; returns whether the published file is the one that the log says.

    It is not when somebody changed or removed it. Who and when are told by the file: its owner and its time.
    """
    log = entries(target)
    if not target.is_file():
        return not log
    if is_as_logged(target):
        if len(stated_checksums(target)) != 1 or not is_intact(target):
            place_checksum(target)
        return True
    digest = sha256_of(target)
    try:
        manifest = manifest_of(target)
    except (duckdb.Error, WrongKey):  # a damaged encrypted file is opened by no key
        return False
    at = datetime.fromtimestamp(target.stat().st_mtime, VIETNAM)
    logged = {entry.version for entry in log}
    back = next((number for number, path in _kept(target) if number in logged and digest in stated_checksums(path)), 0)
    if back:
        record(target, "rollback", at, _owner(target), version_name(target, back))
    elif "promoted_at" in manifest:
        if any(entry.event == "promote" and entry.at == manifest["promoted_at"] for entry in log):
            return False
        at = datetime.fromisoformat(manifest["promoted_at"])
        record(target, "promote", at, manifest["promoted_by"], manifest["promoted_from"])
    else:
        if any(entry.event == "publish" and entry.run_id == manifest.get("run_id", "") for entry in log):
            return False
        record(target, "publish", at, _owner(target))
    return True


def is_as_logged(target: Path) -> bool:
    """Whether the bytes of the published file are those that the last line of the log tells of."""
    log = entries(target)
    return bool(log) and target.is_file() and sha256_of(target) in resealed(target, log[-1].sha256)


def last_whole(target: Path) -> Path | None:
    """The published file when it is as the log says, else the newest version of which the copy is whole; none when
    nothing was published, or nothing of it is whole."""
    if is_as_logged(target):
        return target
    kept = dict(_kept(target))
    versions = dict.fromkeys(entry.version for entry in reversed(entries(target)))
    return next((kept[number] for number in versions if number in kept and is_whole(target, kept[number])), None)


def put_aside(target: Path) -> Path | None:
    """Keep a published file that is not as the log says under another name, for who is to find out what happened; it
    stays in its place until another one takes it. Returns where it is kept; none when there is no such file."""
    if not target.is_file() or is_as_logged(target):
        return None
    folder = _folder(target)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = sorted(folder.glob("damaged-*.duckdb"))
    for path in aside:
        if path.samefile(target):
            return path
    # Linked, not copied: its bytes may be what cannot be read, and another file takes its name and not its place.
    path = folder / f"damaged-{1 + max((int(path.stem[-4:]) for path in aside), default=0):04d}.duckdb"
    os.link(target, path)
    path.chmod(0o600)
    sync(folder)
    return path


def resealing(target: Path, was: str, now: str) -> None:
    """Note that the bytes of the published file, or of a version of it, are about to be encrypted anew: from now on
    both hashes tell of the same content, whichever of them a crash leaves."""
    path = _folder(target) / _RESEALED
    lines = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place_text(path, f"{lines}{json.dumps([was, now])}\n")


def resealed(target: Path, digest: str) -> set[str]:
    """The hash of some bytes of the published file or a version of it, and of what they became when encrypted anew."""
    path = _folder(target) / _RESEALED
    same = {digest}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        was, now = json.loads(line)
        same |= {now} if was in same else set()
    return same


def is_whole(target: Path, kept: Path) -> bool:
    """Whether a kept version of the published file `target` has the bytes that its checksum tells of."""
    digest = sha256_of(kept)
    return any(digest in resealed(target, stated) for stated in stated_checksums(kept))


def record(target: Path, event: Event, at: datetime, by: str, source: str | None = None) -> Entry:
    """Record what was just put in place: its checksum, its version, and last the line in the log."""
    digest = place_checksum(target)
    log = entries(target)
    copy = _copy(target, digest, log)
    with open_warehouse(copy) as connection:
        manifest = read(connection)
        people, parcels, open_cases = connection.execute(_COUNTS).fetchall()[0]
    hashed = manifest.get("logical_hash", "")
    entry = Entry(
        _settled(copy, target, {entry.version for entry in log if entry.logical_hash == hashed}),
        event,
        at.isoformat(timespec="seconds"),
        by,
        manifest.get("run_id", ""),
        hashed,
        digest,
        people,
        parcels,
        open_cases,
        source,
        1 + max((line.sequence for mode in MODES for line in entries(_of_mode(target, mode))), default=0),
    )
    lines = [json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in [*log, entry]]
    place_text(_folder(target) / "log.jsonl", "".join(lines))
    return entry


def roll_back(target: Path, version: int, at: datetime, by: str) -> Entry:
    """Put a kept version back in its place and record it; the last line of the log when it stands there already.

    Raises UnusableInput when there is no such version, its copy is damaged, or no key opens it; then nothing changes.
    """
    whole = catch_up(target)
    kept = dict(_kept(target))
    name = version_name(target, version)
    if gone := taken_away(target).get(version):
        raise UnusableInput(
            f"Phiên bản {name} đã hết hạn lưu, bị {gone.by} xóa ngày {datetime.fromisoformat(gone.at):%d/%m/%Y}, nên "
            "không đưa lại được; bản đang công bố giữ nguyên.",
            f"{name} was purged; nothing published has changed.",
        )
    if version not in kept:
        known = ", ".join(version_name(target, number) for number in sorted(kept, reverse=True)[:12])
        raise UnusableInput(
            f"Không có phiên bản {name}; " + (f"các phiên bản đang lưu: {known}." if kept else "chưa lưu bản nào."),
            f"There is no version {name}.",
        )
    if not is_whole(target, kept[version]):
        raise UnusableInput(
            f"Bản lưu {name} («{kept[version]}») đã hỏng hoặc bị sửa, nên không đưa lại; bản đang công bố giữ nguyên.",
            f"The kept copy of {name} is damaged or was changed; nothing published has changed.",
        )
    log = entries(target)
    if whole and log[-1].version == version:
        return log[-1]
    manifest_of(kept[version])  # raises WrongKey while nothing has changed: what cannot be read cannot be recorded
    if not whole:
        put_aside(target)
    place_copy(kept[version], target)
    return record(target, "rollback", at, by, name)


def parse_version(name: str) -> tuple[Mode, int]:
    """Mode and number of a version by its name (`trial-3`). Raises UnusableInput when it is no such name."""
    match = re.fullmatch(r"(trial|official)-([1-9][0-9]{0,8})", name)
    if not match:
        raise UnusableInput(
            f"«{name}» không phải tên phiên bản; tên có dạng trial-3 hoặc official-1 (xem lệnh history).",
            f"{name} is not the name of a version, such as trial-3 or official-1.",
        )
    return "trial" if match[1] == "trial" else "official", int(match[2])


def entries(target: Path) -> list[Entry]:
    """The log of the published file `target`, oldest first; the last line is what is published now."""
    log = _folder(target) / "log.jsonl"
    if not log.is_file():
        return []
    try:
        lines = log.read_text(encoding="utf-8").rstrip("\n").split("\n")
        return [Entry(**json.loads(line)) for line in lines if line]
    except (UnicodeDecodeError, ValueError, TypeError):
        raise UnusableInput(
            f"Nhật ký phiên bản «{log}» đã hỏng hoặc bị sửa; hãy khôi phục tệp này từ bản sao lưu.",
            f"The log of versions {log} is damaged: restore it from a backup.",
        ) from None


def _of_mode(target: Path, mode: Mode) -> Path:
    """The published file of the same commune in this mode."""
    return target.parent.parent / mode / target.name


def _folder(target: Path) -> Path:
    return target.parent / "versions" / target.stem


def _kept(target: Path) -> Iterator[tuple[int, Path]]:
    """The kept versions, oldest first; a copy without its checksum is one that was not finished."""
    for path in sorted(_folder(target).glob("*.duckdb")):
        if path.stem.isdecimal() and stated_checksums(path):
            yield int(path.stem), path


def _copy(target: Path, digest: str, log: list[Entry]) -> Path:
    """The kept version with these bytes, or a copy that is to become one.

    What the file says is read from here: a reader in this process may hold the file that stood there before, and
    then DuckDB would show that one.
    """
    kept = dict(_kept(target))
    for path in kept.values():
        if digest in stated_checksums(path):
            return path
    path = version_file(target, 1 + max({*kept, *(entry.version for entry in log)}, default=0))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place_copy(target, path)
    return path


def _settled(copy: Path, target: Path, alike: set[int]) -> int:
    """The version that a copy is; it is not kept when one of those in `alike` says the same."""
    kept = dict(_kept(target))
    if int(copy.stem) not in kept:
        for number in sorted(alike & kept.keys()):
            if is_whole(target, kept[number]) and _says_the_same(kept[number], copy):
                copy.unlink()
                return number
        place_checksum(copy)
    return int(copy.stem)


def _says_the_same(one: Path, other: Path) -> bool:
    """Whether two files of equal logical hash were made from the same by the same, and name every entity alike; what
    no key opens any more says nothing."""
    with suppress(WrongKey):
        return _made_from(one) == _made_from(other) and entity_ids(one).equals(entity_ids(other))
    return False


def _made_from(path: Path) -> dict[str, str]:
    return {key: value for key, value in manifest_of(path).items() if not key.startswith(_OF_THE_RUN)}


def entity_ids(path: Path) -> pa.Table:
    """Every placed row of a warehouse file, and the id of the entity that it became."""
    with open_warehouse(path) as connection:
        return connection.execute(_IDS).to_arrow_table()


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # an account that is no more
        return str(path.stat().st_uid)
