"""Workbooks and tables that are handed to people: every text stays the text it is, pages print on A4 or A3, nothing is
half-written.

There is no macro or link in them, and no formula but what a writer sets down as one. What stands in a file does not
belong here, nor how one is read.
"""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, Literal

import polars as pl
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.problems import UnusableInput
from pipelines.warehouse.placing import place

TEXT: Final = {"quote_prefix": True, "valign": "top", "font_size": 11}
"""The format of a text that stays one, also when somebody edits the cell, whatever it begins with."""

LONGEST_TEXT: Final = 32_767
"""Characters that a cell can hold; of a longer text Excel's format has no place for any."""

_PAPER: Final = {"A3": 8, "A4": 9}
_NO_PLACE: Final = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EINVAL}
"""What is wrong with the name of a file, not with the storage."""
_WORKSHOP: Final = ".hopnhat-"
"""Begins the names of the folders in which files are made."""
_COMPUTED: Final = "[=+@＝＋－＠-]"
_SIGN_AFTER: Final = rf"(^|[;\t\r\n])([\s\p{{Cf}}\x22--[\t\r\n]]*)({_COMPUTED})"
_BLANK_AT_HEAD: Final = r"^([\t\r\n])"


def harmless(text: pl.Expr) -> pl.Expr:
    """Texts for a table without types (CSV): an apostrophe stands before what a spreadsheet would compute.

    Also within a text, behind what another country's spreadsheet takes for the end of a cell or of a line.
    """
    return text.str.replace_all(_SIGN_AFTER, "${1}${2}'${3}").str.replace(_BLANK_AT_HEAD, "'${1}")


def is_computed(text: str) -> bool:
    """Whether a spreadsheet that reads this text as a cell would compute it."""
    return re.match(rf"\s*{_COMPUTED}", text) is not None


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A path to write to; the file takes its place at `target` when all went well, and is gone otherwise.

    What a writer keeps aside may lie beside that path: the folder is its own, for its owner alone, and goes with it;
    one that a writer left who was killed goes with the next. Raises UnusableInput when `target` is no place for a file,
    and OSError that names it when the storage refuses.
    """
    try:
        with _workshop(target.parent) as folder:
            part = folder / target.name
            part.touch(mode=0o600)
            yield part
            place(part, target)
    except (OSError, XlsxWriterException) as problem:
        # What the operating system said to Excel's writer is wrapped in its own error.
        said = next((one for one in (problem, *problem.args) if isinstance(one, OSError)), None)
        if said and said.errno and said.errno not in _NO_PLACE:
            raise OSError(said.errno, os.strerror(said.errno), os.fspath(target)) from None
        raise UnusableInput(f"Không ghi được tệp «{target}».", f"{target} cannot be written.") from None


@contextmanager
def _workshop(beside: Path) -> Iterator[Path]:
    """A new folder to make a file in. Whoever works in one holds its lock, which is gone with the process."""
    with ExitStack() as until_done:
        with _held(beside, patient=True):  # nobody sweeps while the new folder is there and not held yet
            for left in beside.glob(f"{_WORKSHOP}*"):
                with suppress(OSError), _held(left):
                    shutil.rmtree(left)
            folder = Path(mkdtemp(dir=beside, prefix=_WORKSHOP))
            until_done.callback(shutil.rmtree, folder, ignore_errors=True)
            until_done.enter_context(_held(folder))
        yield folder


@contextmanager
def _held(folder: Path, *, patient: bool = False) -> Iterator[None]:
    """Hold the kernel's lock of a folder. Raises BlockingIOError when somebody else does, unless one is `patient`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if patient else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def new_workbook(target: Path | BytesIO, title: str, made: str, *, line_by_line: bool = False) -> Workbook:
    """A workbook in which no text becomes a formula, a link or a number.

    `target`: a file, beside which lies what is kept aside meanwhile, or memory, and then nothing reaches a disk.
    `made`: when the warehouse was made (ISO 8601), the only time that a workbook knows, so that equal contents give
    equal bytes. `line_by_line`: for many lines, which must then be written in order.
    """
    where: dict[str, object] = (
        {"in_memory": True} if isinstance(target, BytesIO) else {"tmpdir": os.fspath(target.parent)}
    )
    workbook = Workbook(
        target if isinstance(target, BytesIO) else os.fspath(target),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": line_by_line,
            **where,
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
