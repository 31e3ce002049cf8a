"""Workbooks that are handed to people: every text stays the text it is, pages print on A4 or A3, nothing half-written.

There is no macro or link in them, and no formula but what a writer sets down as one. What stands in a workbook does not
belong here, nor how one is read.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.problems import UnusableInput
from pipelines.warehouse.placing import place

TEXT: Final = {"quote_prefix": True, "valign": "top", "font_size": 11}
"""The format of a text that stays one, also when somebody edits the cell, whatever it begins with."""

_PAPER: Final = {"A3": 8, "A4": 9}


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A path to write to; the file takes its place at `target` when all went well, and is gone otherwise.

    What a writer keeps aside may lie beside that path: the folder is its own, and goes with it. Raises UnusableInput
    when `target` cannot be written.
    """
    try:
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            part = Path(folder) / target.name
            part.touch(mode=0o600)
            yield part
            place(part, target)
    except (OSError, XlsxWriterException):
        raise UnusableInput(f"Không ghi được tệp «{target}».", f"{target} cannot be written.") from None


def new_workbook(path: Path, title: str, made: str, *, line_by_line: bool = False) -> Workbook:
    """A workbook in which no text becomes a formula, a link or a number.

    `made`: when the warehouse was made (ISO 8601), the only time that a workbook knows, so that equal contents give
    equal bytes. `line_by_line`: for many lines, which must then be written in order.
    """
    workbook = Workbook(
        os.fspath(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": line_by_line,
            "tmpdir": os.fspath(path.parent),
        },
    )
    workbook.set_properties({"title": title, "created": _moment(made)})
    return workbook


def print_on(
    sheet: Worksheet, first_head: int, last_head: int, paper: Literal["A3", "A4"] = "A4", wide: int = 1
) -> None:
    """Print in landscape, `wide` pages side by side, with these lines (from 0) at the top of every page."""
    sheet.set_landscape()
    sheet.set_paper(_PAPER[paper])
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(wide, 0)
    sheet.repeat_rows(first_head, last_head)
    sheet.set_footer("&L&A&RTrang &P/&N")


def _moment(iso: str) -> datetime:
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return datetime(2000, 1, 1)
