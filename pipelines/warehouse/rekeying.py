"""Everything that is kept of a new commune, brought under the newest key: what is plain, and what an older key sealed.

Each file is written anew and takes its place in one step, and a file under any key of the ring is readable all the
time; so a crash in between costs nothing, and the same call later finishes. What is exported, and what is in
`scratch/`, does not belong here, nor the file of keys.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.protection.keys import KeyRing, WrongKey
from pipelines.protection.locking import ACROSS
from pipelines.protection.sealing import is_sealed, sealed, unsealed
from pipelines.warehouse.placing import part_of, place, place_bytes, place_checksum, sha256_of
from pipelines.warehouse.reading import attach, create, new_connection, shut
from pipelines.warehouse.versions import (
    MODES,
    catch_up,
    is_as_logged,
    is_whole,
    kept_files,
    published_file,
    resealing,
)

_JOURNALS = ("decisions", "clerical")


def under_newest_key(data: Path, code: str) -> int:
    """Bring all files of a new commune under the newest key, under its lock; returns how many were written anew.

    Nothing happens without a key. What a file says stays as it is, and who asks the log for the checksum of its bytes
    is told the new one (`versions.resealing`). A file that is not as it was published is left alone. Raises WrongKey
    when no key opens a file.
    """
    keys = KeyRing.from_environment()
    if not keys.encrypts:
        return 0
    written = sum(_seal(path, keys) for path in _sealable(data, code))
    for target in (published_file(data, mode, code) for mode in MODES):
        catch_up(target)
        for path in (*kept_files(target), target):
            if path.is_file() and not _is_under(path, keys) and _is_as_published(path, target):
                _encrypt(path, keys, target)
                written += 1
    return written


def across_under_newest_key(data: Path) -> int:
    """The same of what is found across communes, and of the model by which it was, under the lock of that."""
    keys = KeyRing.from_environment()
    if not keys.encrypts:
        return 0
    written = sum(_seal(path, keys) for path in _sealable(data, ACROSS))
    for path in sorted((data / "across").glob("*.duckdb")):
        if not _is_under(path, keys):
            _encrypt(path, keys)
            written += 1
    return written


def communes_with_files(data: Path) -> list[str]:
    """The codes of the new communes of which anything is kept."""
    folders = [*(data / "published").glob("*/versions/*"), *(data / "ledger").glob("*/*")]
    folders += [folder for name in _JOURNALS for folder in (data / name).glob("*")]
    files = [path.stem for path in (data / "published").glob("*/*.duckdb")]
    return sorted({folder.name for folder in folders if folder.is_dir()} | set(files))


def _is_under(path: Path, keys: KeyRing) -> bool:
    """Whether a warehouse file is encrypted by the newest key, or is damaged, so that nothing can be done with it."""
    with new_connection() as connection:
        try:
            attach(connection, path, "warehouse", keys.only_newest)
        except WrongKey:
            return False
        except duckdb.Error:
            return True
        query = "SELECT encrypted FROM duckdb_databases() WHERE database_name = 'warehouse'"
        return bool(connection.execute(query).fetchall()[0][0])


def _is_as_published(path: Path, target: Path) -> bool:
    """Whether a file is what was published, so that what is made of it may be called so too."""
    return is_as_logged(target) if path == target else is_whole(target, path)


def _encrypt(path: Path, keys: KeyRing, target: Path | None = None) -> None:
    """Write a file anew by the newest key: tables, comments and views stay. It is the published file `target` or a
    version of it, whose log is told; other files have none."""
    with part_of(path) as part:
        with new_connection(path) as connection:
            attach(connection, path, "old", keys)
            create(connection, part, "new", keys)
            shut(connection)
            connection.execute("COPY FROM DATABASE old TO new")
            connection.execute("CHECKPOINT new")
            connection.execute("DETACH new")
        if target is not None:
            resealing(target, sha256_of(path), sha256_of(part))
        place(part, path)
    place_checksum(path)


def _sealable(data: Path, code: str) -> Iterator[Path]:
    yield from sorted((data / "ledger").glob(f"*/{code}/*.parquet"))
    yield from sorted((data / "models").glob(f"*-{code}-*.json"))
    for name in _JOURNALS:
        yield from sorted((data / name / code).glob("*.jsonl"))


def _seal(path: Path, keys: KeyRing) -> bool:
    """Seal a file by the newest key; returns whether it was not so before."""
    content = path.read_bytes()
    if is_sealed(content):
        try:
            unsealed(content, keys.only_newest, path)
            return False
        except WrongKey:
            pass
    place_bytes(path, sealed(unsealed(content, keys, path), keys))
    return True
