"""How a finished file takes its place: in one step that survives a power cut, and for its owner's eyes alone."""

import hashlib
import os
import shutil
from pathlib import Path


def place(part: Path, path: Path) -> None:
    """Put a finished file in its place: a reader has the old one whole or the new one whole."""
    part.chmod(0o600)
    sync(part)
    part.replace(path)
    sync(path.parent)


def place_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    place_bytes(path, text.encode())


def place_bytes(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    place(part, path)


def place_copy(source: Path, path: Path) -> None:
    """Copy a file, whole or not at all. No link: who spoils one of the two does not spoil the other."""
    part = path.with_name(f".{path.name}.part")
    shutil.copyfile(source, part)
    place(part, path)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place_checksum(path: Path) -> str:
    """Write a file's checksum beside it; returns it."""
    digest = sha256_of(path)
    place_text(sha256_file(path), f"{digest}  {path.name}\n")
    return digest


def stated_checksum(path: Path) -> str | None:
    """The checksum that stands beside a file; none when there is no such."""
    beside = sha256_file(path)
    return beside.read_text(errors="replace").split(" ", 1)[0].strip() if beside.is_file() else None


def is_intact(path: Path) -> bool:
    """Whether a file's bytes are as the checksum beside it says; a file without one is believed."""
    stated = stated_checksum(path)
    return stated is None or stated == sha256_of(path)


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
