"""Which process does something, and whether it still runs: so is an act that was interrupted told from one in hand."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_START_TIME: Final = 19
"""Position of the start time in `/proc/<pid>/stat` behind the command's name, which is in brackets."""
_UNKNOWN: Final = "-"
"""What a system without /proc does not tell."""


def this_process() -> str:
    """Machine, container, start of the machine, number and start of this process: no other one is called so."""
    return " ".join([socket.gethostname(), _container(), _boot(), str(os.getpid()), _started(os.getpid())])


def is_running(process: str) -> bool | None:
    """Whether the process of this name runs; None when that cannot be told from here, as of another machine's."""
    parts = process.split(" ")
    if len(parts) != 5 or _UNKNOWN in parts or parts[:2] != [socket.gethostname(), _container()]:
        return None
    boot, pid, started = parts[2:]
    return boot == _boot() and started == _started(int(pid))


def _container() -> str:
    """Whose numbers of processes are meant: each container has its own."""
    with suppress(OSError):
        return str((_PROC / "self/ns/pid").stat().st_ino)
    return _UNKNOWN


def _boot() -> str:
    """Which start of the machine this is."""
    with suppress(OSError):
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return _UNKNOWN


def _started(pid: int) -> str:
    """When a process was started, by the machine's own count."""
    with suppress(OSError):
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[_START_TIME]
    return _UNKNOWN
