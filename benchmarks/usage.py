"""What a process has used: this one so far, or another from its start to its end."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.25
"""Seconds between two looks at the memory of another process."""


@dataclass(frozen=True)
class Used:
    """What a command used; `status` is None where it did not end in time."""

    status: int | None
    seconds: float
    peak_megabytes: float


def peak_megabytes(process: int | str = "self") -> float:
    """The most memory that the process has held; unlike `getrusage`, not that of the process which started it."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise OSError("the kernel does not tell VmHWM")


def processor_seconds() -> float:
    """Processor time of all threads, and of the processes that this one started and that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def watched(command: Sequence[str], limit: float = float("inf")) -> Used:
    """Run a command, and end it and all that it started after `limit` seconds.

    Memory is that of its whole session: of a lone process the most that it ever held, of several what they hold
    together, what two share counted once, looked at four times a second.
    """
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    peak = 0.0
    try:
        while process.poll() is None and time.monotonic() - started < limit:
            peak = max(peak, _held(process.pid))
            time.sleep(_EVERY)
        status = process.poll()
    finally:  # also when somebody stops us: it would go on in its session
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return Used(status, time.monotonic() - started, round(peak, 1))


def _held(session: int) -> float:
    """Megabytes that the processes of a session hold; adding up what they share is dear, so that one is just asked."""
    try:
        found = [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if _of(int(folder.name), session)]
        return peak_megabytes(found[0]) if len(found) == 1 else sum(map(_share, found))
    except OSError:  # it has ended meanwhile
        return 0.0


def _of(process: int, session: int) -> bool:
    try:
        return os.getsid(process) == session
    except OSError:
        return False


def _share(process: int) -> float:
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    return next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)
