"""The physical lines of a text file → records, with every line accounted for.

A line is blank, a repeated header, a total, part of exactly one record, or part of exactly one rejected record.
Records are cut before they are parsed: whether a line is a whole record is decided by patterns over all lines at
once, and only what is left is looked at one by one. So one bad line costs itself and nothing else: a quote that does
not close before the next line that is a record by itself rejects its own line, and reading goes on after it.

What does not belong here: how a file is laid out (`layout`), its encoding (`lines`, `repair`), what its cells mean.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.ingest.lines import LONGEST_LINE, Lines
from pipelines.ingest.totals import is_total_line

_LONGEST_RECORD: Final = 20
"""Physical lines that one quoted record may span; beyond it the quote is taken for a slip."""


csv.field_size_limit(LONGEST_LINE)

Kinds = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Dialect:
    """What tells a whole record from a broken one: the delimiter, the number of cells, the header's own lines."""

    delimiter: str
    width: int
    header_lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Records:
    """Some lines after the header, taken apart.

    `cells`: one row a record in the order of the file: `line` (the physical line where it starts, from 1), `lines`
    (how many it spans) and its cells `c0`, `c1`, … as text. `rejected`: `line`, `code`; each is one line.
    `used` lines of the file were taken, counted by themselves; `blank_lines`, `header_lines`, `total_lines` and the
    lines of all records, read and rejected, add up to them. `source` has their bytes.
    """

    cells: pl.DataFrame
    rejected: list[tuple[int, str]]
    blank_lines: int
    header_lines: int
    total_lines: int
    used: int
    source: Lines

    def raw(self, line: int, lines: int = 1) -> bytes:
        """The bytes of some lines by the number of the first, without what ends the last."""
        at = line - self.source.first
        return self.source.newline.encode(self.source.encoding).join(map(self.source.raw, range(at, at + lines)))


def cut_records(blocks: Iterable[Lines], dialect: Dialect) -> Iterator[Records]:
    """Take the lines of a file apart, a block at a time; how they are cut into blocks makes no difference."""
    waiting: Lines | None = None
    for block in blocks:
        # A record may run over the end of a block, so that a record's length of lines waits for the next one.
        if waiting is not None and (stop := len(waiting) - _LONGEST_RECORD) > 0:
            records = _cut(waiting, stop, dialect)
            yield records
            waiting = waiting.after(records.used)
        waiting = block if waiting is None else waiting.followed_by(block)
    if waiting is not None and len(waiting):
        yield _cut(waiting, len(waiting), dialect)


_BLANK, _HEADER, _TOTAL_LINE, _WHOLE, _BAD = range(5)


def _cut(lines: Lines, stop: int, dialect: Dialect) -> Records:
    """The records that start before the position `stop`."""
    told = _kinds(lines.text, dialect)
    kind = told["kind"].to_numpy()
    rejected: list[tuple[int, str]] = []
    odd: list[tuple[int, int, list[str]]] = []
    taken = np.zeros(len(lines), dtype=bool)  # the further lines of records over several
    bad = np.flatnonzero(kind[:stop] == _BAD).tolist()
    texts = lines.text.to_list() if bad else []
    for at in bad:
        if taken[at]:
            continue
        cells, code, length = _odd_record(texts, kind, at, dialect, lines.newline)
        if cells is None:
            rejected.append((lines.first + at, code))
        else:
            odd.append((lines.first + at, length, cells))
            taken[at + 1 : at + length] = True
    used = stop + int(taken[stop:].sum())
    alone = ~taken[:used]
    kind = kind[:used]
    whole = np.flatnonzero(alone & (kind == _WHOLE))
    parsed = _parse_whole(told["text"].gather(whole), dialect, lines.newline).insert_column(
        0, pl.Series("line", lines.first + whole)
    )
    parsed = parsed.insert_column(1, pl.lit(1, pl.Int64).alias("lines"))
    return Records(
        pl.concat([parsed, _odd_cells(odd, dialect)]).sort("line") if odd else parsed,
        rejected,
        int((alone & (kind == _BLANK)).sum()),
        int((alone & (kind == _HEADER)).sum()),
        int((alone & (kind == _TOTAL_LINE)).sum()),
        used,
        lines,
    )


def _kinds(lines: pl.Series, dialect: Dialect) -> pl.DataFrame:
    """What each line is by itself (`kind`), and its `text` without the carriage return."""
    delimiter = re.escape(dialect.delimiter)
    text = pl.col("text")
    readable = ~text.str.contains("\0", literal=True) & (text.str.len_chars() <= LONGEST_LINE)
    cell = rf'(?:"(?:[^"]|"")*"|[^"{delimiter}]*)'
    headers = [line.strip() for line in dialect.header_lines]
    return (
        lines.alias("text")
        .to_frame()
        .select(text.str.strip_chars_end("\r"))
        .select(
            "text",
            # A quote that stays open starts a cell of several lines, and nothing else need stand on its first one.
            pl.when(
                ~text.str.contains(rf'[^\s\x1a"{delimiter}]') & (text.str.count_matches('"', literal=True) % 2 == 0)
            )
            .then(_BLANK)
            .when(text.str.strip_chars().is_in(headers))
            .then(_HEADER)
            .when(is_total_line(text, dialect.delimiter))
            .then(_TOTAL_LINE)
            .when(readable & text.str.contains(rf"^{cell}(?:{delimiter}{cell}){{{dialect.width - 1}}}$"))
            .then(_WHOLE)
            .otherwise(_BAD)
            .cast(pl.UInt8)
            .alias("kind"),
        )
    )


def _names(dialect: Dialect) -> list[str]:
    return [f"c{at}" for at in range(dialect.width)]


def _parse_whole(lines: pl.Series, dialect: Dialect, newline: str) -> pl.DataFrame:
    """Lines each known to be a whole record, so that a fast reader can take them all."""
    if lines.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(_names(dialect), pl.String))
    return pl.read_csv(
        lines.str.join(newline).cast(pl.Binary).item(),
        has_header=False,
        separator=dialect.delimiter,
        eol_char=newline,
        infer_schema=False,
        empty_string_is_null=False,
        new_columns=_names(dialect),
        low_memory=True,
    )


def _odd_cells(records: list[tuple[int, int, list[str]]], dialect: Dialect) -> pl.DataFrame:
    schema = {"line": pl.Int64, "lines": pl.Int64, **dict.fromkeys(_names(dialect), pl.String)}
    return pl.DataFrame([(line, length, *cells) for line, length, cells in records], schema=schema, orient="row")


def _odd_record(
    texts: list[str], kind: Kinds, at: int, dialect: Dialect, newline: str
) -> tuple[list[str] | None, str, int]:
    """The record that starts at a line which is none by itself, or the code of what is wrong; and its lines."""
    text = texts[at]
    if "\0" in text:
        return None, "nul_byte", 1
    if len(text) > LONGEST_LINE:
        return None, "line_too_long", 1
    if '"' not in text:
        return None, "ragged", 1
    alone = _parse(text.rstrip("\r"), dialect.delimiter)
    if alone is not None and len(alone) == dialect.width:
        return alone, "", 1  # quotes inside a cell that does not start with one are its own
    cells, length = _over_lines(texts, kind, at, dialect, newline)
    return cells, "" if cells else "unterminated_quote" if alone is None else "ragged", length


def _over_lines(texts: list[str], kind: Kinds, at: int, dialect: Dialect, newline: str) -> tuple[list[str] | None, int]:
    """The record that starts at a line and ends on a further one, and its lines; None and 1 when there is none."""
    joined = texts[at]
    whole_before = joined.count(dialect.delimiter) >= dialect.width - 1
    for end in range(at + 1, min(at + _LONGEST_RECORD, len(texts))):
        if kind[end] in (_WHOLE, _HEADER):
            break  # a record by itself: it is not swallowed for the sake of an earlier slip
        if whole_before and texts[end].count(dialect.delimiter) == dialect.width - 1:
            break  # two records, each with all its cells, of which the same slip of a quote would make one
        joined += newline + texts[end]
        if len(joined) > LONGEST_LINE or "\0" in texts[end]:
            break
        if joined.count('"') % 2 or joined.count(dialect.delimiter) < dialect.width - 1:
            continue  # not yet whole, whatever stands in it
        cells = _parse(joined.rstrip("\r"), dialect.delimiter)
        if cells is not None and len(cells) == dialect.width:
            return cells, end - at + 1
    return None, 1


def _parse(text: str, delimiter: str) -> list[str] | None:
    """The cells of exactly one record, or None when the text is not one."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
