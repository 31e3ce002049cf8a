"""The lock of a new commune as the commands and runs hold it: by this user, since now, waiting said on standard error.

What does not belong here: how the lock works (`pipelines.protection.locking`).
"""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from assets.occasion import now, user
from pipelines.protection.locking import locked


def say(sentence: str) -> None:
    """Say a sentence on standard error, as the command does."""
    print(f"hopnhat: {sentence}", file=sys.stderr, flush=True)


def hold(
    data: Path, code: str, what: str, *, tell: Callable[[str], None] = say, patience: float | None = None
) -> AbstractContextManager[None]:
    """Hold the lock of a new commune while it is changed by the command `what`, such as `hopnhat rollback`.

    A second one waits and says so once. Raises `pipelines.protection.locking.Held`, an UnusableInput, when its
    `patience` was not enough.
    """
    return locked(data, code, what, by=user(), at=now(), tell=tell, patience=patience)
