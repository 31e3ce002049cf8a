"""The page over all new communes, made anew by a command or a backfill that works on several of them."""

from collections.abc import Callable
from pathlib import Path

from pipelines.reports.overview import write_overview
from pipelines.warehouse.versions import Mode


def show_all(data: Path, mode: Mode, exports: Path, tell: Callable[[str], object]) -> None:
    """Make the page anew. One that cannot be made is told: the runs have come to their ends all the same, and the
    others are to come."""
    try:
        write_overview(data, mode, exports)
    except Exception as problem:  # a message may hold values of rows
        tell(
            f"Không làm lại được trang tổng hợp mọi xã, phường ({type(problem).__name__}). "
            "(The page over all communes could not be made.)"
        )
