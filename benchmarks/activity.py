"""What the activity log costs when it has grown: an act on record, the log read and judged, its page made.

    hopnhat bench activity [--lines 5000]

The log is written by its own `append`, so that the time of an act is that of all its lines. Processor time is told,
since waiting for the disk depends on the disk.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.activity.acts import STARTED, Line
from pipelines.activity.log import ActivityLog
from pipelines.activity.process import this_process
from pipelines.reports.activity_page import write_activity_pages

MILLISECONDS = 1000


def main(arguments: list[str] | None = None) -> None:
    """Write a log, read it, make its page, and print what each takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lines", type=int, default=5_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        log = ActivityLog(data)
        written = seconds(lambda: write(log, options.lines))
        print(f"{options.lines} lines, {log.path.stat().st_size / 1e6:.1f} MB")
        print(f"one line {written / options.lines * MILLISECONDS:.1f} ms on the average")
        print(f"one line more {seconds(lambda: write(log, 1)) * MILLISECONDS:.1f} ms")
        print(f"read and judge {seconds(log.read):.2f} s")
        print(f"both pages {seconds(lambda: write_activity_pages(data / 'reports')):.2f} s")


def write(log: ActivityLog, lines: int) -> None:
    """Runs that begin and end, as the command records them."""
    facts: dict[str, str | int] = {"run": "0f8fad5b-d9cb-469f-a165-70867728950e", "steps": 16}
    for number in range(lines):
        begins = number % 2 == 0
        log.append(
            Line(
                act=f"{number // 2:016x}",
                at="2026-01-05T09:00:00+07:00",
                by="can_bo",
                action="run",
                outcome=STARTED if begins else "done",
                commune="10231",
                mode="trial",
                purpose="Hợp nhất đợt 1 theo kế hoạch của xã",
                process=this_process() if begins else "",
                facts={} if begins else facts,
            )
        )


def seconds(action: Callable[[], object]) -> float:
    """The processor time that it takes."""
    started = time.process_time()
    action()
    return time.process_time() - started
