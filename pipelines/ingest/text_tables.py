"""A text document (`.csv`, `.tsv`, `.txt`) → its one table, read as a stream."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import polars as pl

from pipelines.ingest.containers import Document
from pipelines.ingest.furniture import kinds_of_rows
from pipelines.ingest.headers import explain
from pipelines.ingest.layout import FIRST_LINES, Layout, find_layout, likeliest_header
from pipelines.ingest.lines import Lines, Survey, physical_lines
from pipelines.ingest.records import Dialect, Records, cut_records
from pipelines.ingest.repair import Repaired, is_plain, repair
from pipelines.ingest.tables import EMPTY, Batch, Table, Tally, decoded_rows, rejected, without_cells
from pipelines.vietnamese.legacy.readings import NOTHING_SEEN

_DELIMITERS: Final = (",", ";", "\t", "|")
_NAMED: Final = ",;\t|:^~"
"""Delimiters that a `sep=` line may name."""
_SEPARATOR_LINE: Final = "sep="


@dataclass(frozen=True)
class _Found:
    """A layout in the file's first lines: `heads` are the rows of its header, `begin` the first line after it."""

    layout: Layout
    dialect: Dialect
    heads: list[list[str]]
    above: Tally
    begin: int


def read_text(document: Document, known: Survey, own: Mapping[str, str]) -> Table:
    """The table of a text document that was surveyed. `own`: the officer's header mapping.

    Taking its batches raises Unreadable when the document can no longer be read.
    """
    blocks = physical_lines(document.blocks(), known)
    first = next(blocks, None)
    while first is not None and len(first) < FIRST_LINES and (more := next(blocks, None)) is not None:
        first = first.followed_by(more)
    if first is None:
        return Table(document.name, known.encoding, iter(()), problem=EMPTY)
    texts = first.text.head(FIRST_LINES).str.strip_chars_end("\r").to_list()
    found = _find(texts, known.single_byte, own)
    everything = chain([first], blocks)
    if found is None:
        kept = _kept_apart(everything)
        return Table(document.name, known.encoding, kept, problem=_explained(texts, known.single_byte, own))
    return Table(
        document.name,
        known.encoding,
        _batches(everything, found, known.single_byte),
        found.layout.header,
        found.layout.columns,
    )


def _batches(blocks: Iterable[Lines], found: _Found, single_byte: bool) -> Iterator[Batch]:
    """The records, batch by batch. What one batch showed of the file's encodings is known in the next."""
    seen = NOTHING_SEEN
    above = found.above
    for records in cut_records(_after(blocks, found.begin), found.dialect):
        places = records.cells.select(pl.col("line").alias("source_line"), "lines")
        repaired = repair(records.cells.drop("line", "lines"), single_byte, seen)
        seen = repaired.seen
        kind = kinds_of_rows(repaired.cells, found.layout, found.heads)
        spans = dict(places.group_by(kind).agg(pl.col("lines").sum()).iter_rows())
        is_record = kind == "record"
        tally = Tally(
            records.used,
            spans.get("title", 0),
            records.header_lines + spans.get("header", 0),
            records.blank_lines,
            records.total_lines + spans.get("total", 0),
            spans.get("record", 0) + spans.get("nameless", 0) + len(records.rejected),
        )
        yield Batch(
            repaired.cells.insert_column(0, places["source_line"]).filter(is_record),
            tally + above,
            _rejected(records, places.filter(kind == "nameless")),
            _decoded(records, repaired, places.filter(is_record)),
            repaired.decisions,
        )
        above = Tally()
    if above != Tally():
        yield Batch(_no_records(found), above)


def _after(blocks: Iterable[Lines], begin: int) -> Iterator[Lines]:
    for block in blocks:
        rest = block.after(max(0, begin + 1 - block.first))
        if len(rest):
            yield rest


def _no_records(found: _Found) -> pl.DataFrame:
    names = {f"c{at}": pl.String for at in range(found.dialect.width)}
    return pl.DataFrame(schema={"source_line": pl.Int64, **names})


def _rejected(records: Records, nameless: pl.DataFrame) -> pl.DataFrame:
    """Lines that are no whole record, and records that speak of nobody, in the order of the file."""
    rows = [(line, code, records.raw(line)) for line, code in records.rejected]
    rows += [(line, "no_required_value", records.raw(line, lines)) for line, lines in nameless.iter_rows()]
    return rejected(sorted(rows))


def _decoded(records: Records, repaired: Repaired, among: pl.DataFrame) -> pl.DataFrame:
    """The records whose text is not simply that of their bytes, with their bytes."""
    places = records.cells.select("line", "lines")
    odd_lines = pl.Series(sorted(records.source.first + at for at in records.source.kept), dtype=pl.Int64)
    spans = odd_lines.search_sorted(places["line"]), odd_lines.search_sorted(places["line"] + places["lines"])
    rows = pl.concat([repaired.decoded["row"], (spans[0] != spans[1]).arg_true()]).unique().sort()
    raw = [records.raw(line, lines) for line, lines in places[rows].iter_rows()]
    return decoded_rows(rows, repaired, places["line"], raw).join(among, on="source_line", how="semi")


def _kept_apart(blocks: Iterable[Lines]) -> Iterator[Batch]:
    for block in blocks:
        filled = block.text.str.contains(r"[^\s,;|\x1a\x{feff}]").arg_true()
        yield without_cells(
            [(block.first + at, "header_not_understood", block.raw(at)) for at in filled.to_list()], len(block)
        )


def _find(texts: list[str], single_byte: bool, own: Mapping[str, str]) -> _Found | None:
    """The layout of a file's first lines: as they stand, or, since decoding takes time, decoded where that may help."""
    found = _find_in(texts, own)
    if all(is_plain(text) for text in ([cell for row in found.heads for cell in row] if found else texts)):
        return found
    return _find_in(_decoded_lines(texts, single_byte), own, as_written=texts) or found


def _find_in(texts: list[str], own: Mapping[str, str], as_written: list[str] | None = None) -> _Found | None:
    delimiter, skip = _told_delimiter(texts)
    found: list[tuple[int, int, _Found]] = []
    likely = [one for one in _DELIMITERS if any(one in text for text in texts)]
    for order, one in enumerate(dict.fromkeys([*delimiter, *likely])):
        for rows, starts in (_rows_over_lines(texts, skip, one), _rows_by_line(texts, skip, one)):
            layout = find_layout(rows, own)
            if layout is not None:
                laid = _laid(layout, rows, starts, skip, one, as_written or texts)
                found.append((len(layout.columns.by_column), -order, laid))
                break
    return max(found, key=lambda one: one[:2])[2] if found else None


def _laid(
    layout: Layout, rows: list[list[str]], starts: list[int], skip: int, delimiter: str, texts: list[str]
) -> _Found:
    """Where in the lines a layout of rows lies; `starts` tells at which line each row starts, and the last one ends."""
    first, begin = starts[layout.headers[0]], starts[layout.headers[-1] + 1]
    titles = sum(starts[at + 1] - starts[at] for at in layout.titles) + skip
    surplus = [""] * _blank_surplus(len(layout.header), rows[layout.headers[-1] + 1 :])
    layout = Layout(layout.titles, layout.headers, layout.header + surplus, layout.columns)
    return _Found(
        layout,
        Dialect(delimiter, len(layout.header), tuple(texts[first:begin])),
        [rows[at] + surplus for at in layout.headers],
        Tally(begin, titles, begin - first, first - titles, 0, 0),
        begin,
    )


def _blank_surplus(width: int, rows: Sequence[Sequence[str]]) -> int:
    """How many blank cells most rows have behind those that the header names, as some programs write them."""
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    most = max(widths, key=lambda one: (widths[one], -one), default=width)
    if most <= width or widths[width]:
        return 0
    return most - width if not any(cell.strip() for row in rows if len(row) == most for cell in row[width:]) else 0


def _told_delimiter(texts: Sequence[str]) -> tuple[str, int]:
    """The delimiter that Excel's `sep=` line names, and how many lines that takes."""
    first = texts[0].strip('"') if texts else ""
    if first.lower().startswith(_SEPARATOR_LINE) and len(first) == len(_SEPARATOR_LINE) + 1 and first[-1] in _NAMED:
        return first[-1], 1
    return "", 0


def _rows_over_lines(texts: list[str], skip: int, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Rows whose quoted cells may run over lines, as those of a header do."""
    reader = csv.reader((line + "\n" for line in texts[skip:]), delimiter=delimiter)
    rows, starts = [], [skip]
    try:
        for row in reader:
            rows.append(row)
            starts.append(skip + reader.line_num)
    except csv.Error:
        pass  # what stands above the odd line may have the header
    return rows, starts


def _rows_by_line(texts: list[str], skip: int, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """One row a line, for files in which a stray quote stands above the header."""
    rows = [line.replace('"', "").replace("\0", "").split(delimiter) for line in texts[skip:]]
    return rows, list(range(skip, len(texts) + 1))


def _decoded_lines(texts: list[str], single_byte: bool) -> list[str]:
    """The first lines decoded: a header may be as old as its file."""
    lines = pl.DataFrame({"line": texts}, schema={"line": pl.String})
    return repair(lines, single_byte).cells["line"].to_list()


def _explained(texts: list[str], single_byte: bool, own: Mapping[str, str]) -> str:
    """Why no header is understood, told of the row that looks most like one."""
    if not any(text.strip(" \t,;|\x1a\ufeff") for text in texts):
        return EMPTY
    decoded = _decoded_lines([text[:2000] for text in texts], single_byte)
    rows = [row for delimiter in _DELIMITERS for row in _rows_by_line(decoded, 0, delimiter)[0]]
    return explain(likeliest_header(rows, own), own)
