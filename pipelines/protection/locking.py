"""One at a time for each new commune: whoever changes what is kept of it holds its lock.

The lock is the kernel's, on the file `<data>/locks/<code>.lock`, and is gone with the process that held it, however it
ended. Trial and official share ids, so one lock stands for both. Readers need none. The file's text tells who holds
it, for the sentence to those that wait, and nothing of what the files say.

What does not belong here: the clock, the operating system's user, and what needs the lock.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from pipelines.problems import UnusableInput

PATIENCE: Final = 1800.0
"""Seconds to wait for another who holds the lock."""

BATCH: Final = "batch"
"""Stands in place of a commune's code in the lock of a command that works on several communes, one after the other."""
ACROSS: Final = "across"
"""The same of what is found across communes."""
_MATTERS: Final = {BATCH: "nhiều xã, phường một lượt", ACROSS: "đối sánh liên xã"}
"""What stands for a commune in a sentence about these locks."""

_GRACE: Final = 0.5
"""Seconds to wait before a word is said: a sweep holds the locks of other communes for moments."""
_POLL: Final = 0.1


class Held(UnusableInput):
    """Another process holds the lock of the new commune, and has not released it in time."""


@contextmanager
def locked(
    data: Path,
    code: str,
    what: str,
    *,
    by: str,
    at: datetime,
    tell: Callable[[str], None],
    patience: float | None = None,
) -> Iterator[None]:
    """Hold the lock of a new commune; what this process does is told as `what`, done `by` this user since `at`.

    A process that holds it may take it again. When another one holds it, `tell` is called once with a sentence about
    whom it is waited for, for at most `patience` seconds (by default those of `patience_of_environment`; 0: not at
    all, and nothing is told). Raises Held when that was not enough.
    """
    path = data / "locks" / f"{code}.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(path, mode=0o600, is_singleton=True, thread_local=False)
    _acquire(lock, path, patience_of_environment() if patience is None else patience, tell)
    try:
        if lock.lock_counter == 1:
            _write(path, {"what": what, "by": by, "since": at.isoformat(timespec="seconds"), "process": os.getpid()})
        yield
    finally:
        if lock.lock_counter == 1:
            _write(path, {})
        lock.release()


def is_held(data: Path, code: str) -> bool:
    """Whether a process, this one or another, works on the new commune just now."""
    try:
        with (data / "locks" / f"{code}.lock").open("rb") as file:
            if file.read(1):  # who is done has emptied it
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def patience_of_environment() -> float:
    """How many seconds to wait for a lock: HOPNHAT_LOCK_PATIENCE, else half an hour."""
    text = os.environ.get("HOPNHAT_LOCK_PATIENCE", "")
    try:
        seconds = float(text or PATIENCE)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise UnusableInput(
            f"HOPNHAT_LOCK_PATIENCE phải là số giây không âm, không phải «{text}».",
            "HOPNHAT_LOCK_PATIENCE must be a number of seconds.",
        )
    return seconds


def _acquire(lock: FileLock, path: Path, patience: float, tell: Callable[[str], None]) -> None:
    with suppress(Timeout):
        lock.acquire(timeout=min(_GRACE, patience), poll_interval=_POLL)
        return
    if patience > _GRACE:
        tell(
            f"{_holder(path)}; đang chờ, lâu nhất {_duration(patience)}. "
            "(Another process works on this commune; waiting for it.)"
        )
        with suppress(Timeout):
            lock.acquire(timeout=patience - _GRACE, poll_interval=_POLL)
            return
    waited = f" sau {_duration(patience)} chờ" if patience >= 1 else ""
    raise Held(
        f"{_holder(path)} và chưa xong{waited}; không có gì thay đổi, hãy thử lại sau.",
        "Another process works on this commune; nothing has changed, try again later.",
    )


def _write(path: Path, holder: dict[str, object]) -> None:
    """Let the lock's file tell who holds it; a full disk does not stop what needs no more than the lock."""
    with suppress(OSError):
        path.write_text(json.dumps(holder, ensure_ascii=False) + "\n" if holder else "", encoding="utf-8")


def _holder(path: Path) -> str:
    """The beginning of a sentence about who holds the lock."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(told["since"])
        return (
            f"{told['by']} đang làm việc với {_matter(path)} ({told['what']}, từ {since:%H:%M:%S ngày %d/%m/%Y}, "
            f"tiến trình {told['process']})"
        )
    except (OSError, ValueError, KeyError, TypeError):  # it took the lock just now, or could not write
        return f"Một tiến trình khác đang làm việc với {_matter(path)}"


def _matter(path: Path) -> str:
    return _MATTERS.get(path.stem, f"xã {path.stem}")


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} phút" if seconds >= 60 else f"{seconds:.0f} giây"
