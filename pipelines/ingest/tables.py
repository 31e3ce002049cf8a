"""One document → its tables: cells of every record in place, decoded, and the balance of its lines."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from pipelines.ingest.containers import Document
from pipelines.ingest.encodings import DECISIONS, NFD, Image, repair, text_image
from pipelines.ingest.headers import Columns, explain_missing
from pipelines.ingest.layout import Layout, find_layout
from pipelines.ingest.records import TOTAL_CELL, Dialect, cut_records
from pipelines.ingest.workbooks import read_sheets
from pipelines.vietnamese.legacy.evidence import AS_IS
from pipelines.vietnamese.legacy.image import bytes_of

_DELIMITERS: Final = (",", ";", "\t", "|")
_LOOK: Final = 60
_BLOCK: Final = 4_000_000
"""Characters that are parted into lines at once: what parting takes beyond the lines themselves."""


@dataclass(frozen=True)
class RejectedRow:
    """One record that cannot be read: its number in the file and first physical line (from 1), a code, its bytes."""

    row: int
    line: int
    code: str
    raw: bytes


@dataclass(frozen=True)
class Table:
    """One table of a document.

    `cells`: `source_line`, `source_row`, then `c0`, `c1`, … decoded, as many as `header` has texts. `columns` is None
    when the header is not understood; then every line that is not blank is rejected. `decisions`: `column`,
    `encoding`, `cells`, `confidence`. The line counts add up to `physical_lines`.
    """

    name: str
    header: list[str]
    columns: Columns | None
    cells: pl.DataFrame
    rejected: list[RejectedRow]
    encoding: str
    decisions: pl.DataFrame
    physical_lines: int = 0
    title_lines: int = 0
    header_lines: int = 0
    blank_lines: int = 0
    total_lines: int = 0
    record_lines: int = 0
    problem: str = ""
    """Why the header is not understood: the end of a Vietnamese sentence."""


def read_tables(document: Document, own: Mapping[str, str]) -> list[Table]:
    """The tables of a document: one of a text file, one a sheet of a workbook. `own`: the officer's header mapping."""
    if document.kind == "text":
        return [_text_table(document, own)]
    sheets = read_sheets(document.content)
    if sheets is None:
        return [_unread(document.name, [document.content], "tệp hỏng, hoặc không phải bảng tính .xlsx", "damaged")]
    many = len(sheets) > 1
    return [
        _sheet_table(f"{document.name} [{sheet}]" if many else document.name, cells, own)
        for sheet, cells in sheets.items()
    ] or [_unread(document.name, [], "tệp trống", "header_not_understood")]


def _text_table(document: Document, own: Mapping[str, str]) -> Table:
    image = text_image(document.content)
    lines = _physical_lines(image.text)
    first = lines.head(_LOOK).str.strip_chars_end("\r").to_list()
    delimiter, separator_lines = _told_delimiter(first)
    found = [
        (len(layout.columns.by_column), -order, delimiter_, layout, starts)
        for order, delimiter_ in enumerate([delimiter] if delimiter else _DELIMITERS)
        for layout, starts in [_layout(first, separator_lines, delimiter_, image, own)]
        if layout is not None
    ]
    if not found:
        return _not_understood(document.name, lines, image, first)
    _, _, delimiter, layout, starts = max(found, key=lambda one: one[:2])
    last = layout.headers[-1]
    begin = starts[last + 1] if last + 1 < len(starts) else len(first)
    header_first, header_last = starts[layout.headers[0]], begin
    titles = sum(starts[at + 1] - starts[at] for at in layout.titles) + separator_lines
    dialect = Dialect(delimiter, len(layout.header), tuple(first[header_first:header_last]))
    undecoded = _undecoded(image)
    physical_lines = len(lines)
    lines, image = lines.slice(begin), replace(image, text="")  # the text is as large as the file: it is not kept
    records = cut_records(lines, begin + 1, dialect)
    del lines
    rejected = [(one.line, one.code, _bytes(image, one.text, one.line in undecoded)) for one in records.rejected]
    repaired = repair(records.cells.drop("line"), image.single_byte)
    numbered, rows = _numbered(records.cells["line"], rejected)
    return Table(
        document.name,
        layout.header,
        layout.columns,
        repaired.cells.insert_column(0, numbered["source_row"]).insert_column(0, numbered["source_line"]),
        rows,
        _told(image.encoding, repaired.decisions),
        repaired.decisions,
        physical_lines=physical_lines,
        title_lines=titles,
        header_lines=begin - header_first + records.header_lines,
        blank_lines=header_first - titles + records.blank_lines,
        total_lines=records.total_lines,
        record_lines=records.record_lines,
    )


def _sheet_table(name: str, sheet: pl.DataFrame, own: Mapping[str, str]) -> Table:
    """A workbook's sheet: its rows are its lines, and no cell can be torn."""
    rows = sheet.head(_LOOK).rows()
    layout = _find(rows, False, own)
    blank = pl.all_horizontal(pl.all().str.strip_chars() == "")
    if layout is None:
        filled = sheet.with_row_index("line", offset=1).filter(
            ~pl.all_horizontal(pl.exclude("line").str.strip_chars() == "")
        )
        raw = [_row_bytes(row[1:]) for row in filled.rows()]
        first = _decoded(rows, single_byte=False)
        problem = explain_missing(max(first, key=lambda row: sum(bool(cell) for cell in row), default=[]))
        table = _unread(name, raw, problem, "header_not_understood", filled["line"].to_list())
        return replace(table, physical_lines=len(sheet), blank_lines=len(sheet) - len(filled))
    begin = layout.headers[-1] + 1
    body = sheet.slice(begin).with_columns(pl.int_range(begin + 1, pl.len() + begin + 1, dtype=pl.Int64).alias("line"))
    kinds = body.select(
        pl.all_horizontal(pl.exclude("line").str.strip_chars() == "").alias("blank"),
        _is_total_row(len(layout.header)).alias("total"),
        pl.any_horizontal(
            pl.all_horizontal(pl.col(f"c{at}") == cell for at, cell in enumerate(rows[header]))
            for header in layout.headers
        ).alias("header"),
    )
    loaded = body.filter(~kinds["blank"] & ~kinds["total"] & ~kinds["header"])
    repaired = repair(loaded.drop("line"), single_byte=False)
    above_blank = int(sheet.head(layout.headers[0]).select(blank.sum()).item()) if layout.headers[0] else 0
    return Table(
        name,
        layout.header,
        layout.columns,
        repaired.cells.insert_column(
            0, pl.int_range(1, len(loaded) + 1, eager=True, dtype=pl.Int64).alias("source_row")
        ).insert_column(0, loaded["line"].alias("source_line")),
        [],
        _told("xlsx", repaired.decisions),
        repaired.decisions,
        physical_lines=len(sheet),
        title_lines=layout.headers[0] - above_blank,
        header_lines=len(layout.headers) + int(kinds["header"].sum()),
        blank_lines=above_blank + int(kinds["blank"].sum()),
        total_lines=int((kinds["total"] & ~kinds["blank"]).sum()),
        record_lines=len(loaded),
    )


def _undecoded(image: Image) -> frozenset[int] | range:
    """The numbers of the physical lines whose text is the image of their bytes."""
    everything = range(1, len(image.text) + 2)
    if image.single_byte or (image.stray_lines and _mac(image.text)):
        return everything  # without a line feed the whole file is one line to whoever looked at its encoding
    return frozenset(image.stray_lines)


def _mac(text: str) -> bool:
    """Whether lines end as in Macintosh days, by the carriage return alone."""
    return "\r" in text and "\n" not in text


def _bytes(image: Image, text: str, undecoded: bool) -> bytes:
    """A physical line as it stands in the file, without what ends it."""
    return bytes_of(text) if undecoded else text.encode(image.encoding, "surrogatepass")


def _row_bytes(row: Sequence[str]) -> bytes:
    return "\t".join(row).encode()


def _told(encoding: str, decisions: pl.DataFrame) -> str:
    """The encoding of a file and of what stood in it, the most frequent first: `utf-8 (tcvn3, as-is)`."""
    inner = (
        decisions.filter(~pl.col("encoding").is_in([AS_IS, NFD]))
        .group_by("encoding")
        .agg(pl.col("cells").sum())
        .sort("cells", "encoding", descending=[True, False])["encoding"]
        .to_list()
    )
    return f"{encoding} ({', '.join(inner)})" if inner else encoding


def _is_total_row(width: int) -> pl.Expr:
    """A sheet's row that starts with a total's words and has nothing after them but numbers."""
    cells = [pl.col(f"c{at}").str.strip_chars() for at in range(width)]
    words = pl.any_horizontal(cell.str.contains(TOTAL_CELL) for cell in cells[:3])
    rest = pl.all_horizontal(cell.str.contains(rf"{TOTAL_CELL}|^[0-9.,\s%]*$") for cell in cells)
    return words & rest


def _physical_lines(text: str) -> pl.Series:
    """The lines of a text, each with its carriage return; a file of Macintosh days parts them by that alone."""
    end = "\r" if _mac(text) else "\n"
    blocks = [pl.Series("text", [], dtype=pl.String)]
    at = 0
    while at < len(text):
        stop = text.find(end, at + _BLOCK) + 1 or len(text)
        blocks.append(pl.Series("text", [text[at:stop].removesuffix(end)]).str.split(end).explode())
        at = stop
    return pl.concat(blocks)


def _told_delimiter(first: Sequence[str]) -> tuple[str, int]:
    """The delimiter that Excel's `sep=` line names, and how many lines that takes."""
    if first and first[0].lower().startswith("sep=") and len(first[0]) == 5 and first[0][4] not in '"\0':
        return first[0][4], 1
    return "", 0


def _layout(
    first: list[str], skip: int, delimiter: str, image: Image, own: Mapping[str, str]
) -> tuple[Layout | None, list[int]]:
    """The layout by one delimiter, and at which line each of the first rows starts (and the last one ends)."""
    for rows, starts in (_rows_over_lines(first, skip, delimiter), _rows_by_line(first, skip, delimiter)):
        layout = _find(rows, image.single_byte, own)
        if layout is not None:
            return layout, starts
    return None, []


def _find(rows: Sequence[Sequence[str]], single_byte: bool, own: Mapping[str, str]) -> Layout | None:
    """The layout, read as the rows stand and, since decoding takes time, decoded only where that can add something."""
    layout = find_layout(rows, own)
    looked_at = [layout.header] if layout else rows
    if all(cell.isascii() for row in looked_at for cell in row):
        return layout
    return find_layout(_decoded(rows, single_byte), own) or layout


def _rows_over_lines(first: list[str], skip: int, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Rows whose quoted cells may run over lines, as those of a header do."""
    reader = csv.reader((line + "\n" for line in first[skip:]), delimiter=delimiter)
    rows, starts = [], [skip]
    try:
        for row in reader:
            rows.append(row)
            starts.append(skip + reader.line_num)
    except csv.Error:
        return [], [skip]
    return rows, starts


def _rows_by_line(first: list[str], skip: int, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """One row a line, for files in which a stray quote stands above the header."""
    rows = [line.replace('"', "").replace("\0", "").split(delimiter) for line in first[skip:]]
    return rows, list(range(skip, len(first) + 1))


def _decoded(rows: Sequence[Sequence[str]], single_byte: bool) -> list[list[str]]:
    """The first rows with their cells decoded: a header may be as old as its file."""
    flat = pl.DataFrame({"cell": [cell for row in rows for cell in row]}, schema={"cell": pl.String})
    cells = iter(repair(flat, single_byte).cells["cell"].to_list())
    return [[next(cells) or "" for _ in row] for row in rows]


def _numbered(lines: pl.Series, rejected: list[tuple[int, str, bytes]]) -> tuple[pl.DataFrame, list[RejectedRow]]:
    """Number the records of a file, read and rejected ones together, in the order of their lines."""
    starts = pl.concat([lines, pl.Series([line for line, _, _ in rejected], dtype=pl.Int64)])
    row = starts.rank("ordinal").cast(pl.Int64)
    read = pl.DataFrame({"source_line": lines, "source_row": row.head(len(lines))})
    rows = row.tail(len(rejected)).to_list() if rejected else []
    return read, [RejectedRow(at, *one) for at, one in zip(rows, rejected, strict=True)]


def _not_understood(name: str, lines: pl.Series, image: Image, first: list[str]) -> Table:
    """Without a header that is understood, every line that is not blank stands in quarantine."""
    frame = lines.alias("text").to_frame().with_row_index("line", offset=1)
    filled = frame.filter(pl.col("text").str.contains(r"[^\s,;|\x{feff}]"))
    cells = [_rows_by_line(first, 0, delimiter)[0] for delimiter in _DELIMITERS]
    widest = max((row for rows in cells for row in rows), key=len, default=[])
    problem = explain_missing(_decoded([widest[:200]], image.single_byte)[0]) if len(filled) else "tệp trống"
    undecoded = _undecoded(image)
    raw = [_bytes(image, text, line in undecoded) for line, text in filled.rows()]
    table = _unread(name, raw, problem, "header_not_understood", filled["line"].cast(pl.Int64).to_list())
    return replace(table, encoding=image.encoding, physical_lines=len(lines), blank_lines=len(lines) - len(filled))


def _unread(name: str, raw: list[bytes], problem: str, code: str, lines: list[int] | None = None) -> Table:
    numbers = lines or list(range(1, len(raw) + 1))
    rejected = [RejectedRow(row, line, code, one) for row, (line, one) in enumerate(zip(numbers, raw, strict=True), 1)]
    nothing = pl.DataFrame(schema={"source_line": pl.Int64, "source_row": pl.Int64})
    return Table(
        name,
        [],
        None,
        nothing,
        rejected,
        encoding="",
        decisions=pl.DataFrame(schema=DECISIONS),
        physical_lines=len(raw),
        record_lines=len(raw),
        problem=problem,
    )


def emptied(table: Table, name: str) -> Table:
    """A table with nothing read of it: what stands for a duplicate in the balance."""
    return replace(
        table,
        name=name,
        cells=table.cells.clear(),
        rejected=[],
        physical_lines=0,
        title_lines=0,
        header_lines=0,
        blank_lines=0,
        total_lines=0,
        record_lines=0,
    )
