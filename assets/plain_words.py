"""Failures in plain words: one sentence for the officer, and never a value of a row.

Polars and DuckDB put row values into their messages, and Dagster keeps what a step raises in its database. So every
asset's function is wrapped: what is unusable keeps its sentence, a full disk or a forbidden folder is told as that, and
anything else by its kind and place alone.
"""

import functools
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import dagster as dg
import duckdb
import polars as pl

from assets.shown_failures import NEXT, WHO
from assets.storage_faults import storage_fault
from assets.turns import Turn, turn_of
from pipelines.problems import UnusableInput, UnusableNow
from pipelines.reports.privacy import mask_names_of_files

P = ParamSpec("P")
R = TypeVar("R")

EXIT_STATUS = "exit_status"
REFUSED = 1
"""The exit status of a run that a gate refused."""
_UNUSABLE, _UNEXPECTED = 2, 3
_RETRIES, _PAUSE = 2, 5
"""How often a step is tried again, and after how many seconds."""

COMMAND = "hopnhat"
"""Stands for a command itself, where no step is at work."""
_DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException, duckdb.InternalException)
"""What DuckDB says of a file whose bytes make no sense; a command meets no other file than what was published."""

_OURS = Path(__file__).resolve().parents[1]


def in_plain_words(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap an asset's function so that it fails with a `dg.Failure` that carries one clear sentence, whose turn it is,
    and the technical detail folded away. What may pass by itself is tried again, and the log says so."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except dg.Failure:
            raise
        except (Exception, pl.exceptions.PanicException) as problem:
            if isinstance(problem.__cause__, KeyboardInterrupt | dg.DagsterExecutionInterruptedError):
                raise problem.__cause__ from None  # DuckDB makes an error of it when a query is stopped
            sentence, status = told(function.__name__, problem)
            failing = failure(mask_names_of_files(sentence), status, turn_of(problem), _detail(problem))
            again = _may_pass(function.__name__, problem)
        context = args[0] if args else None
        if again and isinstance(context, dg.AssetExecutionContext) and context.retry_number < _RETRIES:
            context.log.warning(
                f"{failing.description} Tự thử lại sau {_PAUSE} giây (lần {context.retry_number + 1}/{_RETRIES})."
            )
            raise dg.RetryRequested(max_retries=_RETRIES, seconds_to_wait=_PAUSE) from None
        raise failing from None

    return wrapped


def failure(
    sentence: str, status: int, turn: Turn, more: Mapping[str, dg.MetadataValue[Any]] | None = None
) -> dg.Failure:
    """A failure that says what happened, whose turn it is and what to do next."""
    said: dict[str, Any] = {WHO: turn.who, NEXT: turn.next, **(more or {}), EXIT_STATUS: status}
    return dg.Failure(sentence, metadata=said, allow_retries=False)


def _may_pass(step: str, problem: BaseException) -> bool:
    """Whether the step may be tried again: what stood in its way may be gone then, and it has published nothing yet."""
    fault = storage_fault(problem)
    return step not in _PUBLISHED and (isinstance(problem, UnusableNow) or bool(fault and fault.passing))


def _detail(problem: BaseException) -> dict[str, dg.MetadataValue[Any]]:
    """For engineers: the kind of an unexpected error and the way to its place in our code, nothing of its message."""
    if isinstance(problem, UnusableInput):
        return {}
    places = [f"{place} {frame.name}" for place, frame in _places(problem)]
    return {"Chi tiết kỹ thuật": dg.MetadataValue.json({"kind": type(problem).__name__, "places": places})}


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
    return _places(problem)[-1][0]


def _places(problem: BaseException) -> list[tuple[str, traceback.FrameSummary]]:
    """The lines of our own code through which it came."""
    frames = [(Path(frame.filename), frame) for frame in traceback.extract_tb(problem.__traceback__)]
    ours = [(path.relative_to(_OURS), frame) for path, frame in frames if path.is_relative_to(_OURS)]
    packages = ("assets", "expectations", "pipelines")
    return [(f"{path.as_posix()}:{frame.lineno}", frame) for path, frame in ours if path.parts[0] in packages]
