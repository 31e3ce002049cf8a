"""How a finished file takes its place: in one step that survives a power cut, and for its owner's eyes alone.

A file with a checksum beside it (`x.sha256`) is never without one that fits: before it is replaced, the checksum of the
file to come is added on a second line, and afterwards the first one goes.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def place(part: Path, path: Path) -> None:
    """Put a finished file in its place: a reader has the old one whole or the new one whole.

    What beside it tells its checksum tells that of either from then on, until `place_checksum` is called.
    """
    part.chmod(0o600)
    if stated := stated_checksums(path):
        _place_checksums(path, *stated, sha256_of(part))
    sync(part)
    # What somebody who opened the last file to change it left there: beside another file DuckDB opens neither.
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    part.replace(path)
    sync(path.parent)


def place_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    place_bytes(path, text.encode())


def place_bytes(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    with part_of(path) as part:
        part.write_bytes(content)
        place(part, path)


def place_copy(source: Path, path: Path) -> None:
    """Copy a file, whole or not at all. No link: who spoils one of the two does not spoil the other."""
    with part_of(path) as part:
        shutil.copyfile(source, part)
        place(part, path)


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """Where a file is made that is to take the place of `path`; what was made is taken away when it fails, since a
    disk may be full of it."""
    part = path.with_name(f".{path.name}.part")
    _take_away(part)
    try:
        yield part
    except Exception as problem:
        _take_away(part)
        if isinstance(problem, OSError) and not problem.filename:  # as that of a full disk, which names no file
            problem.filename = str(path)
        raise


def _take_away(part: Path) -> None:
    for path in (part, part.with_name(f"{part.name}.wal")):
        path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place_checksum(path: Path) -> str:
    """Write a file's checksum beside it; returns it."""
    digest = sha256_of(path)
    _place_checksums(path, digest)
    return digest


def stated_checksums(path: Path) -> tuple[str, ...]:
    """The checksums that stand beside a file: none, one, or two while another file takes its place or a crash came
    then."""
    beside = sha256_file(path)
    lines = (beside.read_text(errors="replace").splitlines() or [""]) if beside.is_file() else []
    return tuple(line.split(" ", 1)[0].strip() for line in lines)


def stated_checksum(path: Path) -> str | None:
    """The checksum that was written beside a file last; none when there is none."""
    return next(reversed(stated_checksums(path)), None)


def is_intact(path: Path) -> bool:
    """Whether a file's bytes are as the checksum beside it says; a file without one is believed."""
    before = stated_checksums(path)
    return not before or sha256_of(path) in {*before, *stated_checksums(path)}  # it may be replaced just now


def _place_checksums(path: Path, *digests: str) -> None:
    place_text(sha256_file(path), "".join(f"{digest}  {path.name}\n" for digest in digests))


def sha256_file(path: Path) -> Path:
    """Where the checksum of a published file lies."""
    return path.with_name(f"{path.name}.sha256")


def sync(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
