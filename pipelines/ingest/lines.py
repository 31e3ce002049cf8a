"""The bytes of a CSV file → records, with every physical line accounted for.

A line is blank, the header, part of exactly one record, or part of exactly one rejected record. Records are cut
before they are parsed, so that one bad line costs itself and nothing else: a quote that does not close within a few
lines, or whose record has another number of fields than the header, rejects its own line and reading goes on with
the next.

What does not belong here: other encodings than UTF-8, other delimiters than the comma, titles and totals.
"""

import csv
from dataclasses import dataclass, field

_LONGEST_RECORD = 20
"""Physical lines that one quoted record may span; beyond it the quote is taken for a slip."""


@dataclass(frozen=True)
class Record:
    """One record: the physical line where it starts, its number in the file (both from 1), and its cells."""

    line: int
    row: int
    cells: list[str]


@dataclass(frozen=True)
class Rejected:
    """One record that cannot be read: where it starts, why (a code), and its bytes."""

    line: int
    code: str
    raw: bytes


@dataclass
class Lines:
    """A file taken apart. `physical = header + blank + record` lines, and every record is read or rejected."""

    header: list[str] = field(default_factory=list)
    physical_lines: int = 0
    header_lines: int = 0
    blank_lines: int = 0
    record_lines: int = 0
    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def split_lines(content: bytes) -> Lines:
    """Take a UTF-8 CSV file apart. The first line that is not blank is the header."""
    raw_lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if raw_lines[-1] == b"":
        raw_lines.pop()
    lines = Lines(physical_lines=len(raw_lines))
    at = 0
    while at < len(raw_lines):
        raw = raw_lines[at].removesuffix(b"\r")
        if not raw.strip(b" \t,"):
            lines.blank_lines += 1
            at += 1
            continue
        if not lines.header_lines:
            cells, code = _parse(raw)
            lines.header = cells or [raw.decode("utf-8", "replace")]
            lines.header_lines = 1
            at += 1
            continue
        cells, code, used = _record(raw_lines, at, len(lines.header))
        row = len(lines.records) + len(lines.rejected) + 1
        if cells is None:
            lines.rejected.append(Rejected(at + 1, code, raw_lines[at]))
        else:
            lines.records.append(Record(at + 1, row, cells))
        lines.record_lines += used
        at += used
    return lines


def _record(raw_lines: list[bytes], at: int, width: int) -> tuple[list[str] | None, str, int]:
    """The record that starts at this line, or the code of what is wrong, and how many lines it takes."""
    raw = raw_lines[at].removesuffix(b"\r")
    if raw.count(b'"') % 2 == 0:
        cells, code = _parse(raw)
        if cells is not None and len(cells) != width:
            return None, "ragged", 1
        return cells, code, 1
    joined = raw_lines[at]
    for end in range(at + 1, min(at + _LONGEST_RECORD, len(raw_lines))):
        joined += b"\n" + raw_lines[end]
        if raw_lines[end].count(b'"') % 2:
            cells, _ = _parse(joined.removesuffix(b"\r"))
            if cells is not None and len(cells) == width:
                return cells, "", end - at + 1
            break
    _, code = _parse(raw)
    return None, code or "unterminated_quote", 1


def _parse(raw: bytes) -> tuple[list[str] | None, str]:
    """The cells of one record, or the code of what is wrong with it."""
    if b"\0" in raw:
        return None, "nul_byte"
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None, "not_utf8"
    if '"' not in text:
        return text.split(","), ""
    try:
        return next(csv.reader([text], strict=True)), ""
    except csv.Error:
        return None, "unterminated_quote"
