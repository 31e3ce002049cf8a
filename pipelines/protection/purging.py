"""What is kept of a new commune longer than it must be, and how it is taken away so that nothing lasting is lost.

Taken away are versions that were replaced long ago, with their pages; files that were put aside because they were
damaged; what runs left in `scratch/`; the exports themselves once every row of theirs lives on in what is published
officially; and files that were put aside on arrival. Never: what is published, and what alone tells ids or sheet
numbers of which a lost ledger would be made again.

A plan is made first and then carried out, one thing after the other; whoever is killed in between makes the same plan
again, without what is gone. The commune's lock, and what is said of all this, do not belong here.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Final, Literal

import polars as pl

from pipelines.arrival.judging import PUT_ASIDE, REPLACED
from pipelines.communes import MergerMap
from pipelines.identity.restoring import fullest
from pipelines.ingest.shared import shared_folder
from pipelines.ingest.sources import document_hashes, paths_by_commune, printable
from pipelines.parcels.sheet_ledger import known_from, told_by
from pipelines.warehouse.placing import is_intact, sha256_file, sync
from pipelines.warehouse.purged import Purged, note_purged
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.versions import (
    MODES,
    VIETNAM,
    Entry,
    all_files,
    catch_up,
    entries,
    is_as_logged,
    published_file,
    runs_of,
    version_file,
    version_name,
)

Kind = Literal["version", "damaged", "scratch", "raw", "aside"]

_FILES: Final = """
    SELECT sha256, loaded, placed, unplaced FROM row_balance
    WHERE duplicate_of IS NULL AND dataset IN ('citizens', 'parcels')
"""


@dataclass(frozen=True)
class Doomed:
    """One thing to be taken away: `paths` in the order in which they go. `name` is how it is told."""

    kind: Kind
    name: str
    paths: tuple[Path, ...]
    size: int
    version: tuple[Path, int] | None = None
    """The published file of which it is a version, and its number."""
    stamp: tuple[int, ...] = ()
    """Of a file that others write: what changes when they do."""


@dataclass(frozen=True)
class Spared:
    """One thing that is old enough and stays, and why (the rest of a Vietnamese sentence)."""

    name: str
    why: str


@dataclass
class Plan:
    """What is to be taken away, and what stays although it is old enough."""

    doomed: list[Doomed] = field(default_factory=list)
    spared: list[Spared] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes that become free."""
        return sum(one.size for one in self.doomed)

    def of(self, kind: Kind) -> list[Doomed]:
        """What is to be taken away of one kind."""
        return [one for one in self.doomed if one.kind == kind]


def plan_kept(data: Path, code: str, before: datetime) -> Plan:
    """Versions of a new commune that were replaced `before` then and damaged files that were put aside `before`, and
    whatever lies in its scratch or was read of its old communes. Whoever calls holds the commune's lock.

    What a crash left unrecorded of the versions is recorded first. Raises WrongKey when no key opens a version.
    """
    plan = Plan()
    candidates: list[Doomed] = []
    for mode in MODES:
        target = published_file(data, mode, code)
        if not catch_up(target):
            plan.spared.append(
                Spared(f"mọi bản lưu {mode}", "bản đang công bố không đúng nhật ký, hãy khôi phục trước (rollback)")
            )
            continue
        candidates += _replaced(data, target, before)
        damaged = sorted(target.parent.glob(f"versions/{code}/damaged-*"))
        plan.doomed += [_one("damaged", f"{mode}/{path.name}", path) for path in damaged if _since(path) < before]
    _spare(plan, candidates, all_files(data, code))
    old_codes = [old.code for old in MergerMap.shipped().new_commune(code).old_communes]
    scratch = [data / "scratch" / mode / code for mode in MODES] + [shared_folder(data) / old for old in old_codes]
    plan.doomed += [
        _one("scratch", f"scratch/{path.parent.name}/{path.name}", path) for path in scratch if path.is_dir()
    ]
    return plan


def plan_raw(data: Path, exports: Path, codes: Sequence[str], before: datetime) -> Plan:
    """Files of exports, of the old communes that went into these new ones, that have lain there since `before`, and
    whose rows all live on. Whoever calls holds the locks of `takers_of` these communes.
    """
    plan = Plan()
    for old_code, paths in _exports_of(exports, codes).items():
        takers = MergerMap.shipped().new_codes_of([old_code])
        accounts = {taker: _account(published_file(data, "official", taker)) for taker in takers}
        for path in paths:
            if path.is_symlink() or _since(path) >= before:
                continue
            stamp = _stamp(path)
            name = printable(path.relative_to(exports).as_posix())
            if why := _does_not_live_on(path, accounts):
                plan.spared.append(Spared(name, why))
            else:
                plan.doomed.append(Doomed("raw", name, (path,), _size(path), stamp=stamp))
    return plan


def plan_aside(data: Path, codes: Sequence[str], before: datetime) -> Plan:
    """Files of the old communes that went into these new ones which have been put aside on arrival since `before`:
    duplicates, and exports of which a correction came, once everything is published officially."""
    plan = Plan()
    for folder in (data / REPLACED, data / PUT_ASIDE):
        for old_code, paths in _exports_of(folder, codes).items():
            takers = MergerMap.shipped().new_codes_of([old_code])
            absent = [taker for taker in takers if not is_as_logged(published_file(data, "official", taker))]
            for path in paths:
                name = printable(path.relative_to(data).as_posix())
                if path.is_symlink() or _since(path) >= before:
                    continue
                if absent:
                    plan.spared.append(Spared(name, _not_published(absent)))
                else:
                    plan.doomed.append(Doomed("aside", name, (path,), _size(path), stamp=_stamp(path)))
    return plan


def _not_published(absent: Sequence[str]) -> str:
    return f"chưa có bản chính thức nguyên vẹn của {', '.join(absent)}"


def takers_of(exports: Path, codes: Sequence[str]) -> list[str]:
    """These new communes, and all others that take rows from the exports that are theirs too."""
    return sorted({*codes, *MergerMap.shipped().new_codes_of([*_exports_of(exports, codes)])})


def carry_out(plan: Plan, at: datetime, by: str) -> None:
    """Take away what a plan says; first it is recorded of the versions."""
    for target in dict.fromkeys(one.version[0] for one in plan.doomed if one.version):
        numbers = [one.version[1] for one in plan.doomed if one.version and one.version[0] == target]
        moment = at.isoformat(timespec="seconds")
        taken = [Purged(number, moment, by, runs_of(version_file(target, number))) for number in numbers]
        note_purged(version_file(target, 1).parent, taken)
    for one in [*plan.doomed]:
        if one.stamp and _stamp(one.paths[0]) != one.stamp:
            plan.doomed.remove(one)
            plan.spared.append(Spared(one.name, "vừa bị thay đổi"))
            continue
        for path in one.paths:
            _take_away(path)


def _replaced(data: Path, target: Path, before: datetime) -> Iterator[Doomed]:
    """Versions of a published file that ceased to be what is published before then, the oldest first."""
    mode, code = target.parent.name, target.stem
    for number, since in sorted(_replaced_at(entries(target)).items()):
        file, pages = version_file(target, number), data / "reports" / mode / code / version_name(target, number)
        # Without its checksum a version counts as unfinished: what a crash leaves then is swept away by the next run.
        paths = [path for path in (pages, sha256_file(file), file) if path.exists()]
        if paths and since < before:
            yield Doomed("version", pages.name, tuple(paths), sum(map(_size, paths)), (target, number))


def _replaced_at(log: Sequence[Entry]) -> dict[int, datetime]:
    """When each version that is not published now ceased to be so; no event is earlier than one that was before it."""
    moments = [*accumulate((datetime.fromisoformat(entry.at) for entry in log), max)]
    when = {entry.version: successor for entry, successor in zip(log, moments[1:], strict=False)}
    return {version: at for version, at in when.items() if version != log[-1].version}


def _spare(plan: Plan, candidates: Sequence[Doomed], kept: list[Path]) -> None:
    """Put into the plan those versions without which a lost ledger would be made again as with them."""
    if not candidates:
        return
    whole = [path for path in kept if is_intact(path)]
    longest = fullest(whole)
    sheets = {path: told_by([path]) for path in whole}
    for one in candidates:
        file = one.paths[-1]
        others = {path: frame for path, frame in sheets.items() if path != file}
        if file == longest:
            plan.spared.append(Spared(one.name, "có lịch sử mã thực thể dài nhất"))
        elif _known(sheets) != _known(others):
            plan.spared.append(Spared(one.name, "có số tờ bản đồ mà các bản khác không có"))
        else:
            plan.doomed.append(one)
            sheets = others


def _known(sheets: Mapping[Path, pl.DataFrame]) -> object:
    return known_from(pl.concat([*sheets.values()])) if sheets else None


def _exports_of(exports: Path, codes: Sequence[str]) -> dict[str, list[Path]]:
    """The files of the old communes that went into these new ones."""
    merger_map = MergerMap.shipped()
    wanted = {old.code for code in codes for old in merger_map.new_commune(code).old_communes}
    found = paths_by_commune(exports) if exports.is_dir() else {}
    return {old_code: paths for old_code, paths in found.items() if old_code in wanted}


def _account(official: Path) -> dict[str, tuple[int, int, int]] | None:
    """By the hash of a file: how many of its rows an official publication loaded, placed, and could not place. None
    when there is none, or it is not as it was published."""
    if not is_as_logged(official):
        return None
    with open_warehouse(official) as connection:
        return {
            sha256: (loaded, placed, held) for sha256, loaded, placed, held in connection.execute(_FILES).fetchall()
        }


def _does_not_live_on(path: Path, accounts: Mapping[str, dict[str, tuple[int, int, int]] | None]) -> str:
    """Why a file must stay: what of it is not in what is published officially; empty when nothing is."""
    absent = [taker for taker, account in accounts.items() if account is None]
    if absent:
        return _not_published(absent)
    hashes = document_hashes(path)
    if not hashes:
        return "không phải tệp dữ liệu mà chương trình đọc hết được"
    for sha256 in hashes:
        without = [taker for taker, account in accounts.items() if account is not None and sha256 not in account]
        if without:
            return f"nội dung này không có trong bản chính thức của {', '.join(without)}"
        told = [account[sha256] for account in accounts.values() if account is not None]
        loaded, placed, held = (list(counts) for counts in zip(*told, strict=True))
        if len(set(loaded)) != 1 or sum(placed) + max(held) != loaded[0]:
            return f"các bản chính thức của {', '.join(accounts)} chưa khớp nhau về số dòng của tệp"
    return ""


def _one(kind: Kind, name: str, path: Path) -> Doomed:
    return Doomed(kind, name, (path,), _size(path))


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.lstat().st_size for file in files if file.is_file())


def _since(path: Path) -> datetime:
    """Since when a file lies where it lies: its bytes may be much older, and nobody can set this time."""
    return datetime.fromtimestamp(path.lstat().st_ctime, VIETNAM)


def _stamp(path: Path) -> tuple[int, ...]:
    """What is not the same any more once a file is written to or replaced; empty when it is gone."""
    try:
        stat = path.lstat()
    except FileNotFoundError:
        return ()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _take_away(path: Path) -> None:
    """Take away a file, or a folder in one step: what is left of it under another name is nothing that counts."""
    if path.is_dir():
        part = path.with_name(f".{path.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        path.rename(part)
        shutil.rmtree(part)
    else:
        path.unlink(missing_ok=True)
    sync(path.parent)
