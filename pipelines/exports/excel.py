"""An export as a workbook: written line by line, so that 150,000 parcels need no more memory than 150."""

from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.exports.layout import Document, Page, Table
from pipelines.problems import UnusableInput
from pipelines.spreadsheets import LONGEST_TEXT, TEXT, new_workbook, print_on

_LINES_OF_A_SHEET: Final = 1_048_576
_CELL: Final = {"border": 1, "border_color": "#BFBFBF"}
_HEAD: Final = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1}
_FORMATS: Final[dict[str, dict[str, object]]] = {
    "title": {"bold": True, "font_size": 14},
    "line": {},
    "group": {**_HEAD, "bg_color": "#BDD7EE"},
    "head": {**_HEAD, "bg_color": "#DDEBF7"},
    "text": _CELL,
    "count": {**_CELL, "num_format": "#,##0"},
    "area": {**_CELL, "num_format": "#,##0.0#"},
    "signature": {"align": "center", "bold": True},
}


def write_xlsx(document: Document, path: Path) -> None:
    """Write the workbook. Raises UnusableInput when a page has more lines than Excel can hold."""
    workbook = new_workbook(path, document.title, document.made, line_by_line=True)
    formats = {
        f"{style}{' bold' * bold}": workbook.add_format({**TEXT, **look, **({"bold": True} if bold else {})})
        for style, look in _FORMATS.items()
        for bold in (False, True)
    }
    for page in document.pages:
        lines = sum(table.rows.height for table in page.tables)
        if lines > _LINES_OF_A_SHEET - 100:
            raise UnusableInput(
                f"Trang «{page.name}» có {lines} dòng, nhiều hơn một trang Excel chứa được; hãy xuất ra tệp .csv.",
                f"{lines} lines are more than a worksheet holds: export to .csv.",
            )
        _page(workbook.add_worksheet(page.name), page, formats)
    workbook.close()


def _page(sheet: Worksheet, page: Page, formats: Mapping[str, Format]) -> None:
    for at, columns in enumerate(zip(*(table.columns for table in page.tables), strict=False)):
        sheet.set_column(at, at, max(column.width for column in columns))
    for line, text in enumerate(page.titles):
        sheet.write_string(line, 0, text, formats["line" if line else "title"])
    line = len(page.titles)
    for number, table in enumerate(page.tables):
        if table.title:
            line += 1
            sheet.write_string(line, 0, table.title, formats["line bold"])
            line += 1
        first = line
        line = _heads(sheet, first, table, formats)
        if number == 0:
            print_on(sheet, first, line - 1, page.paper, page.wide)
            sheet.freeze_panes(line, page.standing)
            if page.standing and page.wide > 1:
                sheet.repeat_columns(0, page.standing - 1)
        end = _rows(sheet, line, table, formats)
        if len(page.tables) == 1:
            sheet.autofilter(line - 1, 0, max(end - 1, line), len(table.columns) - 1)
        line = end
    widest = max(len(table.columns) for table in page.tables)
    for cells in page.signatures:
        line += 1
        for at, text in enumerate(cells):
            _across(sheet, line, at * widest // len(cells), (at + 1) * widest // len(cells), text, formats["signature"])


def _heads(sheet: Worksheet, line: int, table: Table, formats: Mapping[str, Format]) -> int:
    """The groups, if there are any, and the headings; the line after them."""
    if any(column.group for column in table.columns):
        at = 0
        for group, columns in groupby(column.group for column in table.columns):
            after = at + len(list(columns))
            _across(sheet, line, at, after, group, formats["group"])
            at = after
        line += 1
    sheet.set_row(line, 46)
    for at, column in enumerate(table.columns):
        sheet.write_string(line, at, column.heading, formats["head"])
    return line + 1


def _across(sheet: Worksheet, line: int, start: int, end: int, text: str, style: Format) -> None:
    """A text over the cells from `start` up to `end`."""
    if end - start > 1:
        sheet.merge_range(line, start, line, end - 1, text, style)
    else:
        sheet.write_string(line, start, text, style)


def _rows(sheet: Worksheet, line: int, table: Table, formats: Mapping[str, Format]) -> int:
    """The rows, from `line` on; the line after them."""
    write: dict[str, Callable[..., Any]] = {
        "text": sheet.write_string,
        "count": sheet.write_number,
        "area": sheet.write_number,
    }
    writers = [
        (at, write[column.kind], (formats[column.kind], formats[f"{column.kind} bold"]))
        for at, column in enumerate(table.columns)
    ]
    bold = table.rows[table.bold].to_list() if table.bold else [False] * table.rows.height
    shown = table.shown.with_columns(pl.col(pl.String).str.slice(0, LONGEST_TEXT))
    for cells, is_bold in zip(shown.iter_rows(), bold, strict=True):
        for (at, put, styles), value in zip(writers, cells, strict=True):
            if value is None:
                sheet.write_blank(line, at, None, styles[is_bold])
            else:
                put(line, at, value, styles[is_bold])
        line += 1
    return line
