"""What this process has used so far."""

import resource
from pathlib import Path


def peak_megabytes() -> float:
    """The most memory that the process has held; unlike `getrusage`, not that of the process which started it."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise OSError("the kernel does not tell VmHWM")


def processor_seconds() -> float:
    """Processor time of all threads, in user and system mode."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
