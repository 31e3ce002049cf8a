"""What must hold in a data folder after a kill, and what a reader must never see; each breach is one sentence.

Called in a process of its own (see `zygote`), as anything that opens a warehouse.
"""

import hashlib
import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from pipelines.identity.resolving import resolve
from pipelines.problems import UnusableInput
from pipelines.review.decisions import decision_log
from pipelines.warehouse.placing import is_intact, sha256_of, stated_checksums
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import (
    MODES,
    catch_up,
    entity_ids,
    entries,
    manifest_of,
    published_file,
    taken_away,
    version_file,
    was_published,
)

_LOOKED_UP = 12
"""Ids of a published file that are looked up in the ledger each time."""


def judge(data: str, code: str, answer: str) -> int:
    """Write to `answer` what is found in the data folder: `bad` sentences, and the facts that later ones compare."""
    folder = Path(data)
    found: dict[str, Any] = {"bad": [], "published": {}, "decisions": [], "leftovers": leftovers(folder)}
    bad: list[str] = found["bad"]
    for mode in MODES:
        target = published_file(folder, mode, code)
        if target.is_file():
            # Before anything completes what the kill left: so an auditor would find it.
            bad += [f"{mode}: verify: {difference}" for difference in verify(target).differences]
        if not catch_up(target):
            bad.append(f"{mode}: the published file is not the one in the log")
        bad += [f"{mode}: {sentence}" for sentence in _log_against_files(target)]
        if target.is_file():
            manifest = manifest_of(target)
            found["published"][mode] = {
                "run_id": manifest["run_id"],
                "logical_hash": manifest["logical_hash"],
                "version": entries(target)[-1].version if entries(target) else 0,
                "events": len(entries(target)),
                "ids": dict(zip(*entity_ids(target).to_pydict().values(), strict=True)),
            }
    bad += _ledger(folder, code, found["published"])
    found["decisions"] = sorted(str(decision.question) for decision in decision_log(folder, code).in_force())
    _answer(answer, found)
    return 0


def _log_against_files(target: Path) -> Iterator[str]:
    log = entries(target)
    if not log:
        if target.is_file():
            yield "published without a line in the log"
        return
    if sha256_of(target) != log[-1].sha256:
        yield "the last line of the log has another checksum than the published file"
    if stated_checksums(target) != (log[-1].sha256,):
        yield "the .sha256 beside the published file is another's"
    for number in {entry.version for entry in log} - taken_away(target).keys():
        kept = version_file(target, number)
        if not kept.is_file():
            yield f"version {number} of the log is not kept"
        elif not is_intact(kept):
            yield f"the kept version {number} is damaged"
        elif manifest_of(kept)["logical_hash"] not in {one.logical_hash for one in log if one.version == number}:
            yield f"the kept version {number} has another content than the log says"


def _ledger(folder: Path, code: str, published: dict[str, Any]) -> Iterator[str]:
    """Every published id is known to the ledger: it is never behind what is published."""
    known = was_published(folder, code)
    for mode, one in published.items():
        ids = sorted(set(one["ids"].values()))
        for entity_id in ids[:: max(1, len(ids) // _LOOKED_UP)]:
            state = resolve(folder / "ledger", entity_id, known).state
            if state not in {"current", "merged", "retired"}:
                yield f"{mode}: the ledger says that a published id is {state}"


def leftovers(folder: Path) -> list[str]:
    """Files that only an interrupted command leaves behind."""
    places = (folder / name for name in ("published", "ledger", "decisions", "models", "reports"))
    paths = (path for place in places if place.is_dir() for path in place.rglob("*"))
    return sorted(
        path.relative_to(folder).as_posix()
        for path in paths
        if (path.name.startswith(".") and path.suffix != ".lock") or path.suffix in {".part", ".wal", ".tmp"}
    )


def read_on(data: str, code: str, answer: str) -> int:
    """Look again and again at what readers look at, until the file `<answer>.stop` is there.

    While `<answer>.away` is there, somebody else prepares the folder: `<answer>.gone` says the same as it once nobody
    is looking.
    """
    folder = Path(data)
    stop, away, gone = (Path(f"{answer}.{word}") for word in ("stop", "away", "gone"))
    seen: dict[str, Any] = {"polls": 0, "half": []}
    while not stop.exists():
        if away.exists():
            with suppress(FileNotFoundError):
                gone.write_bytes(away.read_bytes())
            time.sleep(0.02)
            continue
        for mode in MODES:
            target = published_file(folder, mode, code)
            seen["polls"] += 1
            try:
                seen["half"] += _half(target)
            except FileNotFoundError:  # nothing is published yet, or a page was taken away just now
                continue
            except Exception as problem:
                seen["half"].append(f"{mode}: {type(problem).__name__}: {problem}"[:300])
        time.sleep(0.25)
    _answer(answer, seen)
    return 0


def _half(target: Path) -> Iterator[str]:
    """What of the published file, its checksum and its log is not whole."""
    if target.is_file():
        with open_warehouse(target) as connection:
            manifest = dict(connection.execute("SELECT key, value FROM manifest").fetchall())
            for table in ("citizens", "citizen_sources", "parcels", "validation_results"):
                (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                if str(count) != manifest.get(f"rows.{table}"):
                    yield f"{table} has other rows than the manifest says"
    if any(len(stated) != hashlib.sha256().digest_size * 2 for stated in stated_checksums(target)):
        yield "half a checksum"
    entries(target)
    page = target.parents[2] / "reports" / target.parent.name / target.stem / "index.html"
    for path in (page, target.parents[2] / "reports" / "index.html"):
        if path.is_file() and not path.read_bytes().rstrip().endswith(b"</html>"):
            yield f"half a page {path.name}"


def flip(path: str, times: int, answer: str) -> int:
    """Change one bit of a published file, at `times` random places one after the other; tells those that `verify` does
    not find."""
    file, draw = Path(path), random.Random(times)
    whole, unseen = file.read_bytes(), []
    for _ in range(times):
        at, bit = draw.randrange(len(whole)), draw.randrange(8)
        content = bytearray(whole)
        content[at] ^= 1 << bit
        file.write_bytes(content)
        with suppress(UnusableInput):
            if not verify(file).differences:
                unseen.append((at, bit))
    _answer(answer, unseen)
    return 0


def leave_a_log(path: str) -> int:
    """Open a plain published file to change it, and die before the change is in it."""
    connection = duckdb.connect(path)
    connection.execute("PRAGMA wal_autocheckpoint = '1GB'")
    connection.execute("UPDATE citizens SET note = 'changed'")
    os._exit(0)


def _answer(path: str, content: object) -> None:
    part = Path(f"{path}.part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
