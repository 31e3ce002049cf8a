"""Failures in plain words: one sentence for the officer, and never a value of a row.

Polars and DuckDB put row values into their messages, and Dagster keeps what a step raises in its database. So every
asset's function is wrapped: what is unusable keeps its sentence, a full disk or a forbidden folder is told as that, and
anything else by its kind and place alone.
"""

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import dagster as dg
import duckdb
import polars as pl

from assets.storage_faults import storage_fault
from pipelines.problems import UnusableInput
from pipelines.reports.privacy import mask_names_of_files

P = ParamSpec("P")
R = TypeVar("R")

EXIT_STATUS = "exit_status"
_UNUSABLE, _UNEXPECTED = 2, 3

COMMAND = "hopnhat"
"""Stands for a command itself, where no step is at work."""
_DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException, duckdb.InternalException)
"""What DuckDB says of a file whose bytes make no sense; a command meets no other file than what was published."""

_OURS = Path(__file__).resolve().parents[1]


def in_plain_words(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap an asset's function so that it fails with a `dg.Failure` that carries one clear sentence."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except dg.Failure:
            raise
        except (Exception, pl.exceptions.PanicException) as problem:
            sentence, status = told(function.__name__, problem)
        raise dg.Failure(mask_names_of_files(sentence), metadata={EXIT_STATUS: status}, allow_retries=False) from None

    return wrapped


def told(step: str, problem: BaseException, *, changed: bool = False) -> tuple[str, int]:
    """What is said of an error in a step or a command, and the exit status: the sentence of an unusable input; which
    folder refused and why; else the error's kind and place, and nothing of its message.

    `changed`: what is published is not what it was before.
    """
    if isinstance(problem, UnusableInput):
        return str(problem), _UNUSABLE
    if isinstance(problem, duckdb.PermissionException):  # nothing that we publish asks for another file
        return (
            "Kho dữ liệu đòi đọc tệp khác, nên không phải tệp do Hợp Nhất công bố; không đọc gì từ đó. "
            "(The warehouse asks for another file, which none that was published does; nothing was read.)",
            _UNUSABLE,
        )
    vi, en = _CHANGED if changed else _PUBLISHED.get(step, _UNCHANGED)
    if fault := storage_fault(problem):
        where = f"«{fault.path}»" if fault.path else "thư mục dữ liệu"
        sentence = f"Không ghi hay đọc được {where}: {fault.vi}. Lúc này {vi}. ({fault.en.capitalize()}; {en}.)"
    elif step == COMMAND and isinstance(problem, _DAMAGE):
        return (
            f"Tệp kho dữ liệu không đọc được, có lẽ đã hỏng; {vi}. Hãy kiểm tra bằng hopnhat verify, khôi phục bằng "
            f"hopnhat rollback. (A warehouse file cannot be read, it is likely to be damaged; {en}.)",
            _UNUSABLE,
        )
    else:
        sentence = (
            f"Bước «{step}» gặp lỗi ngoài dự kiến ({type(problem).__name__}, {_place(problem)}); "
            f"{vi}, hãy báo cho người phụ trách kỹ thuật. (Unexpected failure; {en}.)"
        )
    return sentence, _UNEXPECTED


_UNCHANGED = ("dữ liệu đã công bố không thay đổi", "nothing published has changed")
_CHANGED = (
    "bản công bố đã được thay, các việc sau đó chưa xong; xem bằng hopnhat history",
    "another version has been published, what follows is not finished: see hopnhat history",
)
_PUBLISHED = {
    "audit_report": (
        "báo cáo chưa được làm mới, còn kho dữ liệu có được công bố hay không thì xem bằng hopnhat history",
        "the report is the old one; hopnhat history tells whether the warehouse was published",
    ),
    "version_report": (
        "kho dữ liệu đã được công bố, chỉ báo cáo chưa ghi tên phiên bản",
        "the warehouse is published, only the report does not name the version yet",
    ),
    "published_warehouse": (
        "kho dữ liệu đã được công bố hay chưa thì xem bằng hopnhat history",
        "hopnhat history tells whether the warehouse was published",
    ),
}
"""What is said of the published data when these steps fail: they may have changed it, or run after it was."""


def _place(problem: BaseException) -> str:
    """Where in our own code it happened: the last line of ours before a library's."""
    frames = traceback.extract_tb(problem.__traceback__)
    packages = ("assets", "expectations", "pipelines")
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_OURS)]
    last = [frame for frame in ours if Path(frame.filename).relative_to(_OURS).parts[0] in packages][-1]
    return f"{Path(last.filename).relative_to(_OURS).as_posix()}:{last.lineno}"
