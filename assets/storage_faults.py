"""When nothing can be written or read: which folder it is, and why, from the errors of whatever met it first.

The operating system, DuckDB, Polars, Excel's writer and Dagster's SQLite each say it in their own way. Only the cause
and a path are taken from what they say, never their words: these may hold values of rows. What does not belong here:
what is said of the published data then (`plain_words`).
"""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple


class StorageFault(NamedTuple):
    """A path, as far as it is known, and why nothing can be written or read there, as ends of a sentence."""

    path: Path | None
    vi: str
    en: str
    passing: bool
    """Whether it may pass without anybody's doing."""


class _Cause(NamedTuple):
    vi: str
    en: str
    errors: frozenset[int]
    signs: tuple[str, ...]
    """What SQLite and DuckDB say, which do not pass on the words of the operating system."""
    passing: bool = False


_CAUSES: Final = (
    _Cause(
        "ổ đĩa đã đầy hoặc hết hạn mức; hãy dọn chỗ trống rồi làm lại",
        "the disk is full or the quota is used up",
        frozenset({errno.ENOSPC, errno.EDQUOT}),
        ("database or disk is full",),
    ),
    _Cause(
        "tệp vượt giới hạn kích thước mà hệ thống cho phép; hãy nâng giới hạn rồi làm lại",
        "a file is larger than the system allows",
        frozenset({errno.EFBIG}),
        (),
    ),
    _Cause(
        "thư mục chỉ cho đọc, hoặc tài khoản này không có quyền; hãy cấp quyền rồi làm lại",
        "the folder is read-only, or this user may not use it",
        frozenset({errno.EROFS, errno.EACCES, errno.EPERM}),
        ("attempt to write a readonly database", "unable to open database file"),
    ),
    _Cause(
        "ổ đĩa báo lỗi (đầy, quá giới hạn kích thước tệp, hoặc hỏng); hãy kiểm tra ổ đĩa rồi làm lại",
        "the disk reports an error: it is full, or damaged",
        frozenset({errno.EIO}),
        ("disk I/O error",),
    ),
    _Cause(
        "một chương trình khác đang mở tệp để ghi; hãy đóng chương trình ấy rồi làm lại",
        "another program has the file open for writing",
        frozenset(),
        ("Conflicting lock is held", "database is locked"),
        passing=True,
    ),
)
_SPEAKERS: Final = ("duckdb", "_duckdb", "polars", "pyarrow", "sqlite3", "sqlalchemy", "xlsxwriter", "fastexcel")
"""Libraries that wrap the operating system's errors in their own."""
_PATH: Final = re.compile(r'file "(/[^"]+)"|os error \d+\): (/[^\n]+)')
"""Where DuckDB and Polars name the file."""


def storage_fault(problem: BaseException) -> StorageFault | None:
    """What the storage refused, when that is what went wrong; none when it is something else."""
    for error in _chain(problem):
        if isinstance(error, OSError) and error.errno is not None:
            cause = next((cause for cause in _CAUSES if error.errno in cause.errors), None)
        elif isinstance(error, OSError) or type(error).__module__.split(".")[0] in _SPEAKERS:
            cause = next((cause for cause in _CAUSES if any(sign in str(error) for sign in _signs(cause))), None)
        else:
            continue
        if cause:
            return StorageFault(_path(error), cause.vi, cause.en, cause.passing)
    return None


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it came from."""
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        yield problem
        problem = problem.__cause__ or problem.__context__


def _signs(cause: _Cause) -> tuple[str, ...]:
    return (*(os.strerror(number) for number in sorted(cause.errors)), *cause.signs)


def _path(error: BaseException) -> Path | None:
    named = getattr(error, "filename", None)
    if isinstance(named, (str, os.PathLike)):
        return Path(named)
    if type(error).__module__.split(".")[0] in {"sqlite3", "sqlalchemy"}:
        home = os.environ.get("DAGSTER_HOME")
        return Path(home) if home else None
    found = _PATH.search(str(error))
    return Path(found[1] or found[2]) if found else None
