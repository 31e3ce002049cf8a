"""How a command ends: its exit status, and one sentence when it did not do what was asked.

What is said of which error does not belong here (`plain_words`), nor what a command does.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import polars as pl

from assets.holding import say
from pipelines.problems import UnusableInput
from pipelines.warehouse.versions import MODES, published_file

DONE: Final = 0
REFUSED: Final = 1
UNUSABLE: Final = 2
UNEXPECTED: Final = 3


def in_words(action: Callable[[], int], published: Callable[[], object], tell: Callable[[str], object] = say) -> int:
    """The status of an action; one that fails says why in one sentence, and never with a value of a row.

    `published` tells what is published now, so that the sentence can tell whether that is still the same; `tell` takes
    the sentence.
    """
    before = published()
    try:
        return action()
    except BrokenPipeError:
        raise
    except UnusableInput as problem:  # without Dagster, which takes seconds to import
        sentence, status = str(problem), UNUSABLE
    except (Exception, pl.exceptions.PanicException) as problem:
        if isinstance(problem.__cause__, KeyboardInterrupt):
            raise problem.__cause__ from None  # DuckDB makes an error of it when a query is stopped
        from assets.plain_words import told

        sentence, status = told("hopnhat", problem, changed=published() != before)
    tell(sentence)
    return status


def published_now(data: Path, code: str) -> Callable[[], object]:
    """Tells which files are published of a commune."""

    def files() -> list[int]:
        with suppress(OSError):  # the action meets it too, and says so
            return [path.stat().st_ino for mode in MODES if (path := published_file(data, mode, code)).exists()]
        return []

    return files
