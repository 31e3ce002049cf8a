"""A workbook (`.xlsx`) → one table a sheet: its rows are its lines, and no cell can be torn."""

import io
from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.ingest.containers import Document, Unreadable, is_too_large
from pipelines.ingest.furniture import kinds_of_rows
from pipelines.ingest.headers import explain
from pipelines.ingest.layout import FIRST_LINES, WIDEST, Layout, find_layout, likeliest_header
from pipelines.ingest.repair import is_plain, repair
from pipelines.ingest.tables import EMPTY, Batch, Table, Tally, decoded_rows, rejected, without_cells

_ENCODING = "xlsx"
_OLE = b"\xd0\xcf\x11\xe0"
"""How a workbook starts that is locked by a password, and one of the years before .xlsx."""


def read_workbook(document: Document, own: Mapping[str, str]) -> list[Table]:
    """The tables of a workbook, one a sheet that is not empty; the sheet's name stands behind the document's when
    there are several. Raises Unreadable when it is no workbook, or too large.
    """
    content = b"".join(document.blocks())
    if content.startswith(_OLE):
        raise Unreadable("locked", content)
    sheets = _sheets(content)
    filled = {name: sheet for name, sheet in sheets.items() if sheet.height and sheet.width}
    if not filled:
        return [Table(document.name, _ENCODING, iter(()), problem=EMPTY)]
    names = {sheet: f"{document.name} [{sheet}]" if len(filled) > 1 else document.name for sheet in filled}
    return [_table(names[sheet], cells, own) for sheet, cells in filled.items()]


def _sheets(content: bytes) -> dict[str, pl.DataFrame]:
    """Every sheet's cells as text (`c0`, `c1`, …; empty cells as empty text), from its first row on.

    Whole numbers have no decimals, as Excel shows them.
    """
    try:
        too_large = is_too_large(io.BytesIO(content))
        sheets = (
            {}
            if too_large
            else pl.read_excel(
                io.BytesIO(content),
                sheet_id=0,
                engine="calamine",
                has_header=False,
                infer_schema_length=0,
                drop_empty_rows=False,
                drop_empty_cols=False,
                raise_if_empty=False,
                read_options={"skip_rows": 0},  # else empty rows above the first are left out of the count
            )
        )
    except Exception:  # whatever the library meets in a damaged file is one thing to the officer
        raise Unreadable("damaged", content) from None
    if too_large:
        raise Unreadable("too_large", content)
    return {name: _text(sheet) for name, sheet in sheets.items()}


def _text(sheet: pl.DataFrame) -> pl.DataFrame:
    return sheet.select(
        pl.col(column).cast(pl.String).fill_null("").str.replace(r"^(-?\d+)\.0$", "$1").alias(f"c{at}")
        for at, column in enumerate(sheet.columns)
    )


def _table(name: str, sheet: pl.DataFrame, own: Mapping[str, str]) -> Table:
    if sheet.width > WIDEST:
        return Table(name, _ENCODING, iter([_kept_apart(sheet)]), problem=f"có hơn {WIDEST} cột, không phải sổ.")
    rows = sheet.head(FIRST_LINES).rows()
    layout = find_layout(rows, own)
    if not all(is_plain(cell) for row in ([layout.header] if layout else rows) for cell in row):
        layout = find_layout(_decoded(rows), own) or layout
    if layout is None:
        likely = likeliest_header(_decoded(rows), own)
        problem = explain(likely, own) if any(cell.strip() for cell in likely) else EMPTY
        return Table(name, _ENCODING, iter([_kept_apart(sheet)]), problem=problem)
    return Table(name, _ENCODING, iter([_batch(sheet, layout, rows)]), layout.header, layout.columns)


def _batch(sheet: pl.DataFrame, layout: Layout, first: Sequence[Sequence[str]]) -> Batch:
    begin = layout.headers[-1] + 1
    body = sheet.slice(begin)
    repaired = repair(body, single_byte=False)
    kind = kinds_of_rows(repaired.cells, layout, [first[at] for at in layout.headers])
    kind = kind.set(body.select(_is_blank()).to_series(), "blank")
    count = dict(kind.value_counts().iter_rows())
    places = pl.DataFrame({"source_line": pl.int_range(begin + 1, sheet.height + 1, eager=True, dtype=pl.Int64)})
    above = len(layout.titles)
    decoded = repaired.decoded["row"].unique().sort()
    return Batch(
        repaired.cells.insert_column(0, places["source_line"]).filter(kind == "record"),
        Tally(
            sheet.height,
            above + count.get("title", 0),
            len(layout.headers) + count.get("header", 0),
            layout.headers[0] - above + count.get("blank", 0),
            count.get("total", 0),
            count.get("record", 0) + count.get("nameless", 0),
        ),
        rejected=rejected(
            [
                (places["source_line"][at], "no_required_value", _row_bytes(body.row(at)))
                for at in (kind == "nameless").arg_true().to_list()
            ]
        ),
        decoded=decoded_rows(
            decoded, repaired, places["source_line"], [_row_bytes(row) for row in body[decoded].rows()]
        ).join(places.filter(kind == "record"), on="source_line", how="semi"),
        decisions=repaired.decisions,
    )


def _kept_apart(sheet: pl.DataFrame) -> Batch:
    filled = sheet.with_row_index("line", offset=1).filter(~_is_blank())
    rows = [(row[0], "header_not_understood", _row_bytes(row[1:])) for row in filled.iter_rows()]
    return without_cells(rows, sheet.height)


def _is_blank() -> pl.Expr:
    return pl.all_horizontal(pl.selectors.matches(r"^c\d+$").str.strip_chars() == "")


def _row_bytes(row: Sequence[str]) -> bytes:
    return "\t".join(row).encode()


def _decoded(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The first rows with their cells decoded: a header may be as old as its workbook."""
    flat = pl.DataFrame({"cell": [cell for row in rows for cell in row]}, schema={"cell": pl.String})
    cells = iter(repair(flat, single_byte=False).cells["cell"].to_list())
    return [[next(cells) or "" for _ in row] for row in rows]
