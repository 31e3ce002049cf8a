"""Files of an exports folder → documents: what lies in a `.gz` or `.zip` is taken out, in bounded size.

No path from an archive is ever used as a path: members are read into memory under the archive's own name.
"""

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import IO, Final, Literal

Kind = Literal["text", "workbook"]

LARGEST: Final = 1_000_000_000
"""Bytes beyond which a document is refused: ten times the largest register of a commune."""
STEEPEST: Final = 200
"""How many times its packed size a document may grow; text packs 5 to 20 times."""
MOST_MEMBERS: Final = 500

_TEXT = (".csv", ".tsv", ".txt")
_KINDS: dict[str, Kind] = {**dict.fromkeys(_TEXT, "text"), ".xlsx": "workbook"}


@dataclass(frozen=True)
class Document:
    """One table file: its name (an archive's member stands behind its archive), kind and bytes."""

    name: str
    kind: Kind
    content: bytes


@dataclass(frozen=True)
class Refused:
    """A file, or a member of an archive, that is not read, and why (a Vietnamese sentence's end)."""

    name: str
    why: str


def is_readable(path: Path) -> bool:
    """Whether a file's name says that it can be read."""
    return _kind(path.name) is not None or path.suffix.lower() == ".zip"


def open_documents(path: Path, name: str) -> tuple[list[Document], list[Refused]]:
    """The documents of one file, called `name`; what cannot be read is told, never raised."""
    try:
        if path.suffix.lower() == ".zip":
            return _unzipped(path, name)
        kind = _kind(path.name)
        if kind is None:
            return [], [Refused(name, "loại tệp này không đọc được")]
        if path.stat().st_size > LARGEST:
            return [], [Refused(name, "tệp quá lớn")]
        content = path.read_bytes()
        return [Document(name, kind, _unpacked(path.name, kind, content))], []
    except _TooLarge:
        return [], [Refused(name, "nội dung giải nén lớn bất thường")]
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return [], [Refused(name, "tệp hỏng, hoặc không giải nén được")]


class _TooLarge(Exception):
    pass


def _kind(name: str) -> Kind | None:
    lower = name.lower().removesuffix(".gz")
    return next((kind for suffix, kind in _KINDS.items() if lower.endswith(suffix)), None)


def _unpacked(name: str, kind: Kind, content: bytes) -> bytes:
    """A document as it is read: out of its `.gz`; a workbook, which is an archive itself, if it stays in bounds."""
    if name.lower().endswith(".gz"):
        content = _gunzipped(content)
    if kind == "workbook" and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            limit = _limit(len(content))
            for part in parts.infolist():
                with parts.open(part) as file:
                    while chunk := file.read(1 << 20):
                        limit -= len(chunk)
                        if limit < 0:
                            raise _TooLarge
    return content


def _gunzipped(content: bytes) -> bytes:
    with gzip.open(io.BytesIO(content)) as file:
        return _bounded(file, len(content))


def _unzipped(path: Path, name: str) -> tuple[list[Document], list[Refused]]:
    documents: list[Document] = []
    refused: list[Refused] = []
    names: set[str] = set()
    left = LARGEST
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        for member in sorted(members, key=lambda member: member.filename)[:MOST_MEMBERS]:
            # Shown, never opened by: control characters and steps up the tree are of no use in a name.
            inner = "/".join(part for part in member.filename.split("/") if part not in ("", ".", ".."))
            inner = _unused(f"{name}/{''.join(c for c in inner if c.isprintable())}", names)
            kind = _kind(member.filename)
            if member.filename.rsplit("/", 1)[-1].startswith("."):
                continue
            if kind is None:
                refused.append(Refused(inner, "loại tệp này không đọc được"))
                continue
            try:
                with archive.open(member) as file:
                    content = _unpacked(member.filename, kind, _bounded(file, member.compress_size))
                left -= len(content)
                if left < 0:
                    raise _TooLarge
            except _TooLarge:
                refused.append(Refused(inner, "nội dung giải nén lớn bất thường"))
            except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
                refused.append(Refused(inner, "tệp hỏng, hoặc không giải nén được"))
            else:
                documents.append(Document(inner, kind, content))
        if len(members) > MOST_MEMBERS:
            refused.append(Refused(name, f"chỉ đọc {MOST_MEMBERS} tệp đầu trong tệp nén"))
    return documents, refused


def _unused(name: str, taken: set[str]) -> str:
    """The name, numbered when an earlier member of the archive has it."""
    numbered = (f"{name} ({number})" for number in count(2))
    free = next(free for free in chain([name], numbered) if free not in taken)
    taken.add(free)
    return free


def _limit(packed: int) -> int:
    return min(LARGEST, max(packed * STEEPEST, 10_000_000))


def _bounded(file: IO[bytes] | gzip.GzipFile, packed: int) -> bytes:
    """What a packed file holds, unless it grows beyond all measure."""
    limit = _limit(packed)
    content = file.read(limit + 1)
    if len(content) > limit:
        raise _TooLarge
    return content
