"""Files of an exports folder → documents: what lies in a `.gz` or `.zip` is read as a stream, in bounded size.

No path from an archive is ever used as a path: members are read under the archive's own name.
"""

import gzip
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import IO, Final, Literal, NoReturn

Kind = Literal["text", "workbook"]

LARGEST: Final = 1_000_000_000
"""Bytes beyond which a document is refused: ten times the largest register of a commune."""
LARGEST_WORKBOOK: Final = 300_000_000
"""The same for a workbook, unpacked: it is read into memory whole. A sheet of Excel's million rows fits."""
MOST_CELLS: Final = 50_000_000
"""Cells of a sheet's range beyond which it is refused: they are laid out whole, also where they are empty."""
_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_LONGEST_REFERENCE: Final = 20
STEEPEST: Final = 200
"""How many times its packed size a document may grow; text packs 5 to 20 times."""
MOST_MEMBERS: Final = 500
"""Files of one archive that are read."""
_ALWAYS: Final = 10_000_000
"""Bytes to which anything may grow."""
_BLOCK: Final = 1 << 20

_TEXT = (".csv", ".tsv", ".txt")
_KINDS: dict[str, Kind] = {**dict.fromkeys(_TEXT, "text"), ".xlsx": "workbook"}
_OTHER_SHEETS = (".xls", ".xlsm", ".xlsb", ".ods", ".et")
_OF_NO_ONE = {"thumbs.db", "desktop.ini"}
"""Files that Windows leaves in every folder."""
_DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)


class Unreadable(Exception):
    """A document that cannot be read: `code` is its reason code, `head` the first bytes that were got."""

    def __init__(self, code: str, head: bytes = b"") -> None:
        super().__init__(code)
        self.code = code
        self.head = head


@dataclass(frozen=True)
class Document:
    """One table file: its name (an archive's member stands behind its archive), its kind, and how to read it."""

    name: str
    kind: Kind
    path: Path
    """The file on disk in which it lies."""
    limit: int
    """Bytes beyond which it is refused."""
    open: Callable[[], AbstractContextManager[IO[bytes]]]

    def blocks(self) -> Iterator[bytes]:
        """Its bytes, piece by piece, so that a large document never stands in memory as a whole.

        Raises Unreadable when the document may not be read, is damaged or grows beyond its limit.
        """
        head = b""
        size = 0
        try:
            with self.open() as file:
                while block := file.read(_BLOCK):
                    head = head or block
                    size += len(block)
                    if size > self.limit:
                        raise Unreadable("too_large", head)
                    yield block
        except PermissionError:
            raise Unreadable("no_access") from None
        except _Locked:
            raise Unreadable("locked") from None
        except _DAMAGED:
            raise Unreadable("damaged", head or self._beginning()) from None

    def _beginning(self) -> bytes:
        """The first bytes of the file on disk, where nothing could be unpacked."""
        try:
            with self.path.open("rb") as file:
                return file.read(_BLOCK)
        except OSError:
            return b""


@dataclass(frozen=True)
class Skipped:
    """A file, or a member of an archive, that is no document, and why (a Vietnamese sentence's end)."""

    name: str
    why: str


def is_readable(path: Path) -> bool:
    """Whether a file's name says that it can be read."""
    return _kind(path.name) is not None or path.suffix.lower() == ".zip"


def find_documents(path: Path, name: str) -> tuple[list[Document], list[Skipped]]:
    """The documents of one file, called `name`; an archive that cannot be opened is a document that is damaged."""
    if path.suffix.lower() == ".zip":
        return _members(path, name)
    kind = _kind(path.name)
    if kind is None:
        return [], [] if path.name.lower() in _OF_NO_ONE else [Skipped(name, _why_skipped(path.name))]
    if path.name.lower().endswith(".gz"):
        return [Document(name, kind, path, _limit(kind, path.stat().st_size), partial(_gunzipped, path))], []
    return [Document(name, kind, path, _largest(kind), partial(_plain, path))], []


def is_too_large(workbook: IO[bytes]) -> bool:
    """Whether a workbook, which is an archive itself, is larger than any register, unpacked or as a table of cells.

    Both are counted, since its own lists may lie; a single cell in a far corner makes a sheet as large as Excel allows.
    """
    size = 0
    with zipfile.ZipFile(workbook) as parts:
        for part in parts.infolist():
            is_sheet = part.filename.startswith("xl/worksheets/")
            rows = columns = 1
            tail = b""
            with parts.open(part) as file:
                while block := file.read(_BLOCK):
                    size += len(block)
                    for letters, number in set(_CELL.findall(tail + block)) if is_sheet else ():
                        rows, columns = max(rows, int(number)), max(columns, _column_number(letters))
                    tail = block[-_LONGEST_REFERENCE:]
                    if size > LARGEST_WORKBOOK or rows * columns > MOST_CELLS:
                        return True
    return False


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _why_skipped(name: str) -> str:
    if name.lower().endswith(_OTHER_SHEETS):
        return "loại bảng tính này không đọc được; hãy mở ra rồi lưu lại thành .xlsx"
    return "loại tệp này không đọc được"


def _kind(name: str) -> Kind | None:
    lower = name.lower().removesuffix(".gz")
    return next((kind for suffix, kind in _KINDS.items() if lower.endswith(suffix)), None)


def _largest(kind: Kind) -> int:
    return LARGEST if kind == "text" else LARGEST_WORKBOOK


def _limit(kind: Kind, packed: int) -> int:
    return min(_largest(kind), max(packed * STEEPEST, _ALWAYS))


def _members(path: Path, name: str) -> tuple[list[Document], list[Skipped]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted((one for one in archive.infolist() if not one.is_dir()), key=lambda one: one.filename)
    except _DAMAGED:
        return [Document(name, "text", path, LARGEST, _damaged)], []
    documents: list[Document] = []
    skipped: list[Skipped] = []
    names: set[str] = set()
    for member in members[:MOST_MEMBERS]:
        # Shown, never opened by: control characters and steps up the tree are of no use in a name.
        parts = [part for part in member.filename.split("/") if part not in ("", ".", "..")]
        if not parts or parts[-1][0] in ".~" or "__MACOSX" in parts:
            continue
        inner = _unused(f"{name}/{''.join(c for c in '/'.join(parts) if c.isprintable())}", names)
        kind = _kind(member.filename)
        if kind is None:
            skipped.append(Skipped(inner, _why_skipped(inner)))
        else:
            limit = _limit(kind, member.compress_size)
            documents.append(Document(inner, kind, path, limit, partial(_opened, path, member)))
    if not documents and not skipped:
        skipped.append(Skipped(name, "tệp nén không chứa tệp nào"))
    if len(members) > MOST_MEMBERS:
        skipped.append(Skipped(name, f"chỉ đọc {MOST_MEMBERS} tệp đầu trong tệp nén"))
    return documents, skipped


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


def _gunzipped(file: Path | IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    return gzip.open(file)  # type: ignore[return-value]  # a stream of bytes, though not declared as IO


@contextmanager
def _opened(path: Path, member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """A member of an archive; what is packed once more is unpacked once more."""
    if member.flag_bits & 1:
        raise _Locked
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        if member.filename.lower().endswith(".gz"):
            with _gunzipped(file) as unpacked:
                yield unpacked
        else:
            yield file


class _Locked(Exception):
    """A member that asks for a password."""


def _damaged() -> NoReturn:
    raise zipfile.BadZipFile


def _unused(name: str, taken: set[str]) -> str:
    """The name, numbered when an earlier member of the archive has it."""
    numbered = (f"{name} ({number})" for number in count(2))
    free = next(free for free in chain([name], numbered) if free not in taken)
    taken.add(free)
    return free
