"""The physical lines of a text file → records, with every line accounted for.

A line is blank, a repeated header, a total, part of exactly one record, or part of exactly one rejected record.
Records are cut before they are parsed: whether a line is a whole record is decided by patterns over all lines at
once, and only what is left is looked at one by one. So one bad line costs itself and nothing else: a quote that does
not close before the next line that is a record by itself rejects its own line, and reading goes on after it.

What does not belong here: how a file is laid out (`layout`), its encoding (`encodings`), what its cells mean.
"""

import csv
import io
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

LONGEST_LINE: Final = 1_000_000
"""Characters beyond which a line is no record of a register."""
_LONGEST_RECORD: Final = 20
"""Physical lines that one quoted record may span; beyond it the quote is taken for a slip."""
_CHUNK: Final = 100_000
"""Lines that are cut at once: what bounds the memory, whatever the size of the file."""

Kinds = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

_TOTAL: Final = (
    # "Tổng cộng", "Tổng số", "Cộng", also as they look in TCVN3 and VNI before decoding
    r"(?:t(?:ổ|o|æ|oå)ng\s+(?:c(?:ộ|o|é|oä)ng|s(?:ố|o|è|oá))\b"
    # What follows the single word has no capital: "Tổng Văn An" is a person.
    r"|(?:c(?:ộ|é|oä)ng|t(?:ổ|æ|oå)ng)\b(?-i:[^\p{Lu}]{0,40}$|[^\p{Lu},;|\t]{0,40}[\",;|\t]))"
)

TOTAL_CELL: Final = rf"(?i)^{_TOTAL}.{{0,40}}$"
"""A cell with a total's words."""


@dataclass(frozen=True)
class Dialect:
    """What tells a whole record from a broken one: the delimiter, the number of cells, the header's own lines."""

    delimiter: str
    width: int
    header_lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """One record that cannot be read: the physical line where it starts (from 1), why (a code), and its text."""

    line: int
    code: str
    text: str


@dataclass(frozen=True)
class Records:
    """The lines after the header, taken apart.

    `cells`: one row a record: `line` (physical line where it starts, from 1) and `c0`, `c1`, … as text, in the order
    of the file. `blank + repeated + total + record` lines are all lines that were given; `record_lines` counts those
    of read and rejected records alike.
    """

    cells: pl.DataFrame
    rejected: list[Rejected]
    blank_lines: int
    header_lines: int
    total_lines: int
    record_lines: int


def cut_records(lines: pl.Series, first_line: int, dialect: Dialect) -> Records:
    """Take lines apart; `first_line` is the number (from 1) of the first of them in the file."""
    parts = []
    at = 0
    while at < len(lines):
        # A record may run over the end of a chunk, so that a chunk is cut a record's length before its end.
        chunk = lines.slice(at, _CHUNK + _LONGEST_RECORD)
        stop = len(chunk) if at + len(chunk) >= len(lines) else _CHUNK
        part, used = _cut_chunk(chunk, stop, first_line + at, dialect)
        parts.append(part)
        at += used
    return Records(
        pl.concat([part.cells for part in parts]) if parts else _cells([], [], dialect.width),
        [rejected for part in parts for rejected in part.rejected],
        sum(part.blank_lines for part in parts),
        sum(part.header_lines for part in parts),
        sum(part.total_lines for part in parts),
        sum(part.record_lines for part in parts),
    )


def _cut_chunk(lines: pl.Series, stop: int, first_line: int, dialect: Dialect) -> tuple[Records, int]:
    """The records that start before `stop`, and how many lines were used."""
    kinds = _kinds(lines, dialect)
    kind = kinds["kind"].to_numpy()
    texts = kinds["text"]
    rejected: list[Rejected] = []
    long_at: list[int] = []
    long_cells: list[list[str]] = []
    taken = np.zeros(len(lines), dtype=bool)  # continuation lines of records over several lines
    used = stop
    for at in np.flatnonzero(kind == _BAD).tolist():
        if taken[at] or at >= stop:
            continue
        odd, code, length = _odd_record(lines, kind, at, dialect)
        if odd is None:
            rejected.append(Rejected(first_line + at, code, lines[at]))
        else:
            long_at.append(at)
            long_cells.append(odd)
            taken[at + 1 : at + length] = True
            used = max(used, at + length)
    alone = ~taken
    alone[used:] = False
    alone[stop:] &= taken[stop:]  # lines from `stop` on belong to the next chunk, but for what a record took
    plain = np.flatnonzero(alone & (kind == _PLAIN))
    quoted = np.flatnonzero(alone & (kind == _QUOTED))
    cells = pl.concat(
        [
            _split_plain(texts.gather(plain), first_line + plain, dialect),
            _parse_quoted(texts.gather(quoted), first_line + quoted, dialect),
            _cells([first_line + at for at in long_at], long_cells, dialect.width),
        ]
    ).sort("line")
    return (
        Records(
            cells,
            rejected,
            int((alone & (kind == _BLANK)).sum()),
            int((alone & (kind == _HEADER)).sum()),
            int((alone & (kind == _TOTAL_LINE)).sum()),
            len(plain) + len(quoted) + len(rejected) + len(long_at) + int(taken[:used].sum()),
        ),
        used,
    )


_BLANK, _HEADER, _TOTAL_LINE, _PLAIN, _QUOTED, _BAD = range(6)


def _kinds(lines: pl.Series, dialect: Dialect) -> pl.DataFrame:
    """What each line is by itself (`kind`), and its `text` without the carriage return."""
    delimiter = re.escape(dialect.delimiter)
    text = pl.col("text")
    frame = lines.alias("text").to_frame().with_columns(text.str.strip_chars_end("\r"))
    readable = ~text.str.contains("\0", literal=True) & (text.str.len_bytes() <= LONGEST_LINE)
    # Only lines with a quote are asked for more: each quoted part becomes one mark, which must fill a whole cell.
    marked = pl.col("marked")
    loose = marked.str.contains(rf'"|[^{delimiter}]\x01|\x01[^{delimiter}]')
    quoted = (
        frame.with_row_index("at")
        .filter(text.str.contains('"', literal=True))
        .select("at", text.str.replace_all(r'"(?:[^"]|"")*"', "\x01").alias("marked"))
        .select(
            "at",
            (~loose & (marked.str.count_matches(dialect.delimiter, literal=True) == dialect.width - 1)).alias("whole"),
        )
    )
    frame = frame.with_row_index("at").join(quoted, on="at", how="left", maintain_order="left")
    delimiters = text.str.count_matches(dialect.delimiter, literal=True)
    headers = [line.strip() for line in dialect.header_lines]
    return frame.select(
        "text",
        pl.when(~text.str.contains(rf'[^\s"{delimiter}]'))
        .then(_BLANK)
        .when(text.str.strip_chars().is_in(headers))
        .then(_HEADER)
        .when(_is_total(delimiter))
        .then(_TOTAL_LINE)
        .when(~readable)
        .then(_BAD)
        .when(pl.col("whole").is_null() & (delimiters == dialect.width - 1))
        .then(_PLAIN)
        .when(pl.col("whole").fill_null(False))
        .then(_QUOTED)
        .otherwise(_BAD)
        .cast(pl.UInt8)
        .alias("kind"),
    )


def _is_total(delimiter: str) -> pl.Expr:
    """A line that starts with a total's words and has nothing after them but numbers."""
    gap = rf'[\s"{delimiter}]*'
    words = rf'(?i)^{gap}(?:\d+{gap})?{_TOTAL}[^"{delimiter}]{{0,40}}'
    return pl.col("text").str.contains(
        rf'{words}(?:"?{delimiter}{gap}[\d.,\s%]*"?)*(?:\s*(?:người|hộ|thửa|m2|m²))?{gap}$'
    )


def _split_plain(lines: pl.Series, numbers: Numbers, dialect: Dialect) -> pl.DataFrame:
    """Lines without a quote: every delimiter parts two cells."""
    names = [f"c{at}" for at in range(dialect.width)]
    cells = (
        lines.alias("text")
        .to_frame()
        .select(
            pl.Series("line", numbers, dtype=pl.Int64),
            pl.col("text")
            .str.split_exact(dialect.delimiter, dialect.width - 1)
            .struct.rename_fields(names)
            .alias("cells"),
        )
    )
    return cells.unnest("cells")


def _parse_quoted(lines: pl.Series, numbers: Numbers, dialect: Dialect) -> pl.DataFrame:
    """Lines with quotes, each known to be a whole record on one line, so that a fast reader can take them all."""
    if lines.is_empty():
        return _cells([], [], dialect.width)
    cells = pl.read_csv(
        lines.str.join("\n").item().encode(),
        has_header=False,
        separator=dialect.delimiter,
        infer_schema=False,
        new_columns=[f"c{at}" for at in range(dialect.width)],
        low_memory=True,
    )
    return cells.select(pl.Series("line", numbers, dtype=pl.Int64), pl.all().fill_null(""))


def _cells(numbers: list[int], rows: list[list[str]], width: int) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * width
    return pl.DataFrame(
        [
            pl.Series("line", numbers, dtype=pl.Int64),
            *(pl.Series(f"c{at}", column, dtype=pl.String) for at, column in enumerate(columns)),
        ]
    )


def _odd_record(lines: pl.Series, kind: Kinds, at: int, dialect: Dialect) -> tuple[list[str] | None, str, int]:
    """The record that starts at a line which is none by itself, or the code of what is wrong; and its lines."""
    line: str = lines[at]
    text = line.rstrip("\r")
    if "\0" in text:
        return None, "nul_byte", 1
    if len(text.encode()) > LONGEST_LINE:
        return None, "line_too_long", 1
    if '"' not in text:
        return None, "ragged", 1
    alone = _parse(text, dialect.delimiter)
    if alone is not None and len(alone) == dialect.width:
        return alone, "", 1  # quotes inside a cell that does not start with one are its own
    joined = line
    whole_before = text.count(dialect.delimiter) >= dialect.width - 1
    for end in range(at + 1, min(at + _LONGEST_RECORD, len(lines))):
        if kind[end] in (_PLAIN, _QUOTED, _HEADER):
            break  # a record by itself: it is not swallowed for the sake of an earlier slip
        if whole_before and lines[end].count(dialect.delimiter) == dialect.width - 1:
            break  # two records, each with all its cells, of which the same slip of a quote would make one
        joined += "\n" + lines[end]
        if len(joined) > LONGEST_LINE or "\0" in lines[end]:
            break
        cells = _parse(joined.rstrip("\r"), dialect.delimiter)
        if cells is not None and len(cells) == dialect.width:
            return cells, "", end - at + 1
    return None, "unterminated_quote" if alone is None else "ragged", 1


def _parse(text: str, delimiter: str) -> list[str] | None:
    """The cells of exactly one record, or None when the text is not one."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
