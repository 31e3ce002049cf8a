"""The bytes of a text file → its physical lines, a block at a time, and each line's bytes back again.

What is UTF-8 is its text. Each byte that is not stands as its windows-1252 image until the cells are told apart by what
they say (see `repair`): so one file, and even one line, may hold several encodings.
"""

import codecs
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import polars as pl

from pipelines.ingest.containers import Unreadable
from pipelines.vietnamese.legacy.image import image_of

LONGEST_LINE: Final = 1_000_000
"""Characters beyond which a line is no record of a register, and is not kept whole."""
_BLOCK: Final = 6_000_000
"""Bytes that are taken apart at once: what bounds the memory, whatever the size of the file."""

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "windows-1252"]
_BOMS: Final[dict[bytes, Encoding]] = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_WIDE: Final[tuple[Encoding, ...]] = ("utf-16-le", "utf-16-be")
# Pages that Latin and Vietnamese letters and their punctuation stand in, by their high byte.
_PAGES: Final = (0x00, 0x01, 0x03, 0x1E, 0x20)

_IMAGES: Final = {0xDC00 + byte: image_of(bytes([byte])) for byte in range(0x80, 0x100)}
_HEAD: Final = 1 << 20
"""Bytes at the start of a file that tell UTF-16 without a mark, and junk."""
_FEW_CONTROLS: Final = 20
_CONTROLS_OF_JUNK: Final = 0.05
_CONTROLS: Final = np.setdiff1d(np.arange(32, dtype=np.uint8), np.frombuffer(b"\t\n\v\f\r\x1a", dtype=np.uint8))


@dataclass(frozen=True)
class Survey:
    """What a first pass over a file's bytes tells: their hash, how they are to be read, and whether they are text.

    `checksum` is for a second pass, to be sure that it meets the same bytes.

    `encoding` is that of most of what is not ASCII; `newline` is what ends a line: the line feed, or in files of
    Macintosh days, which have hardly any, the carriage return. `is_mixed` tells that some characters are UTF-8 and
    some not.
    """

    sha256: str
    checksum: int
    size: int
    encoding: Encoding
    bom: bytes
    newline: str
    is_text: bool
    is_mixed: bool
    ends: int
    """How many ends of lines there are, be they line feeds or carriage returns."""

    @property
    def single_byte(self) -> bool:
        """Whether most of the text that is not ASCII stands as the image of its bytes."""
        return self.encoding == "windows-1252"


def survey(blocks: Iterable[bytes]) -> Survey:
    """Read a file's bytes once, to its end."""
    digest = hashlib.sha256()
    head, size, line_feeds, returns = b"", 0, 0, 0
    valid = invalid = checksum = 0
    rest = b""  # of a character that the next block ends
    for block in blocks:
        head += block[: max(0, _HEAD - size)]
        size += len(block)
        digest.update(block)
        checksum = zlib.crc32(block, checksum)
        line_feeds += block.count(b"\n")
        returns += block.count(b"\r") - block.count(b"\r\n")
        if not block.isascii():
            more_valid, more_invalid, rest = _count_characters(rest + block)
            valid, invalid = valid + more_valid, invalid + more_invalid
    bom = next((bom for bom in _BOMS if head.startswith(bom)), b"")
    wide = _BOMS[bom] if _BOMS.get(bom) in _WIDE else _wide_without_bom(head) if not bom else None
    encoding: Encoding = wide or ("windows-1252" if valid < invalid and not bom else "utf-8")
    if wide:
        text = head[: len(head) // 2 * 2].decode(wide, "replace")
        line_feeds, returns = text.count("\n"), text.count("\r") - text.count("\r\n")
    newline = "\r" if returns > line_feeds else "\n"
    is_text = wide is not None or not _is_junk(head)
    return Survey(
        digest.hexdigest(),
        checksum,
        size,
        encoding,
        bom,
        newline,
        is_text,
        bool(valid and invalid),
        line_feeds + returns,
    )


def _count_characters(block: bytes) -> tuple[int, int, bytes]:
    """About how many characters are not ASCII, how many bytes are none of UTF-8, and the bytes of an unended one."""
    try:
        text, used = codecs.utf_8_decode(block, "strict", False)
    except UnicodeDecodeError:
        text, used = codecs.utf_8_decode(block, "surrogateescape", False)
    else:
        return used - len(text), 0, block[used:]
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    invalid = int(((codes >= 0xDC80) & (codes <= 0xDCFF)).sum())  # they come as lone surrogates
    return int((codes > 0x7F).sum()) - invalid, invalid, block[used:]


def _wide_without_bom(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: of Latin text every second byte is zero, or one of the few pages that Vietnamese needs."""
    units = np.frombuffer(head[: len(head) // 2 * 2], dtype=np.uint8).reshape(-1, 2)
    if len(units) < 2:
        return None
    for encoding, high, low in (("utf-16-le", units[:, 1], units[:, 0]), ("utf-16-be", units[:, 0], units[:, 1])):
        if np.mean(high == 0) > 0.4 and np.isin(high, _PAGES).mean() > 0.98 and np.mean(low == 0) < 0.02:
            return encoding  # type: ignore[return-value]
    return None


def _is_junk(head: bytes) -> bool:
    """Whether bytes are no text in any encoding: programs, pictures and old workbooks are full of control codes."""
    controls = np.isin(np.frombuffer(head, dtype=np.uint8), _CONTROLS).sum()
    return bool(controls > _FEW_CONTROLS and controls > _CONTROLS_OF_JUNK * len(head))


@dataclass(frozen=True)
class Lines:
    """Some physical lines in a row, each without what ends it; `first` is the number (from 1) of the first of them.

    `kept` holds the bytes of lines, by position, that their text cannot give back: those that are not wholly UTF-8,
    those with a broken character of UTF-16, and the beginning of those that are longer than LONGEST_LINE.
    """

    first: int
    text: pl.Series
    encoding: Encoding
    newline: str
    kept: dict[int, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.text)

    def raw(self, at: int) -> bytes:
        """The bytes of one line, by position."""
        if at in self.kept:
            return self.kept[at]
        text: str = self.text[at]
        return text.encode(self.encoding if self.encoding in _WIDE else "utf-8")

    def after(self, at: int) -> "Lines":
        """The lines from a position on."""
        kept = {line - at: content for line, content in self.kept.items() if line >= at}
        return Lines(self.first + at, self.text.slice(at), self.encoding, self.newline, kept)

    def followed_by(self, more: "Lines") -> "Lines":
        """These lines and those that come next in the file."""
        if not len(self):
            return more
        kept = self.kept | {line + len(self): content for line, content in more.kept.items()}
        return Lines(self.first, pl.concat([self.text, more.text]), self.encoding, self.newline, kept)


def physical_lines(blocks: Iterable[bytes], known: Survey) -> Iterator[Lines]:
    """The lines of a file that was surveyed, some at a time. A line feed at the very end starts no further line.

    Raises Unreadable when the file is another than the one that was surveyed.
    """
    first = 1
    width = 2 if known.encoding in _WIDE else 1
    newline = known.newline.encode(known.encoding)
    for body in _whole_lines(_body(blocks, known), newline, width):
        lines = _wide(body, known) if width == 2 else _narrow(body, known)
        for at in (lines.text.str.len_chars() > LONGEST_LINE).arg_true():
            lines.kept[at] = lines.raw(at)[: LONGEST_LINE * width]
        yield replace(lines, first=first)
        first += len(lines)


def _body(blocks: Iterable[bytes], known: Survey) -> Iterator[bytes]:
    """The bytes after the mark of byte order."""
    checksum = 0
    bom = known.bom
    for block in _joined(blocks):
        checksum = zlib.crc32(block, checksum)
        yield block.removeprefix(bom)
        bom = b""
    if checksum != known.checksum:
        raise Unreadable("changed")


def _whole_lines(blocks: Iterable[bytes], newline: bytes, width: int) -> Iterator[bytes]:
    """Runs of whole lines, without the newline that ends the run; of a line that is too long, its beginning alone."""
    longest = LONGEST_LINE * 4  # bytes that are surely more than LONGEST_LINE characters
    rest = b""
    skipping = False
    for block in blocks:
        begin = 0
        if skipping:
            end = _find(block, newline, width)
            if end < 0:
                continue
            skipping, begin = False, end + width
        rest += block[begin:]
        end = _rfind(rest, newline, width)
        if end >= 0:
            yield rest[:end]
            rest = rest[end + width :]
        if len(rest) > longest:
            yield rest[: longest + width]
            rest, skipping = b"", True
    if rest:
        yield rest


def _joined(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces, none of which parts a unit of UTF-16."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size >= _BLOCK:
            whole = b"".join(parts)
            even = size // 2 * 2
            yield whole[:even]
            parts, size = [whole[even:]], size - even
    if size:
        yield b"".join(parts)


def _find(content: bytes, newline: bytes, width: int) -> int:
    at = content.find(newline)
    while at >= 0 and at % width:
        at = content.find(newline, at + 1)
    return at


def _rfind(content: bytes, newline: bytes, width: int) -> int:
    at = content.rfind(newline)
    while at >= 0 and at % width:
        at = content.rfind(newline, 0, at + width - 1)
    return at


def _narrow(body: bytes, known: Survey) -> Lines:
    """Lines of UTF-8 and of single bytes."""
    try:
        return Lines(1, _split(body.decode("utf-8"), known.newline), known.encoding, known.newline)
    except UnicodeDecodeError:
        pass
    # In a mixed file each byte that is not UTF-8 comes as a lone surrogate, which stands for its image.
    text = body.decode("utf-8", "surrogateescape").translate(_IMAGES) if known.is_mixed else image_of(body)
    texts = _split(text, known.newline)
    raws = body.split(known.newline.encode())
    kept = {at: raw for at, raw in enumerate(raws) if not (raw.isascii() or _is_utf8(raw))}
    return Lines(1, texts, known.encoding, known.newline, kept)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide(body: bytes, known: Survey) -> Lines:
    """Lines of UTF-16. A character that is broken, or cut by the end of the file, stands as U+FFFD."""
    text = _split(body.decode(known.encoding, "replace"), known.newline)
    broken = text.str.contains("\ufffd", literal=True).arg_true().to_list()
    kept = {}
    if broken:
        units = np.frombuffer(body[: len(body) // 2 * 2], dtype="<u2" if known.encoding == "utf-16-le" else ">u2")
        ends = np.flatnonzero(units == ord(known.newline)) * 2
        starts = [0, *(ends + 2).tolist()]
        kept = {at: body[starts[at] : ends[at] if at < len(ends) else len(body)] for at in broken}
    return Lines(1, text, known.encoding, known.newline, kept)


def _split(text: str, newline: str) -> pl.Series:
    return pl.Series("text", [text], dtype=pl.String).str.split(newline).explode()
