"""How long work tells how far it is: a plain callable that takes sentences, and drops those that come too fast.

Whoever works says a sentence as often as it likes; whoever listens hears one a second at most, and none of work that
is done at once. What becomes of the sentences (a log, a terminal, nothing) does not belong here.
"""

import time
from collections.abc import Callable
from typing import Final

Tell = Callable[[str], object]
"""Takes one sentence in Vietnamese: what is being done and how much of it is, and nothing of what a row says."""

_SECONDS: Final = 1.0
"""Between two sentences."""


def silent(sentence: str) -> None:
    """Tells nobody."""


def paced(tell: Tell, clock: Callable[[], float] = time.monotonic) -> Tell:
    """Tells the first sentence that comes a second after the beginning, and so on; the others are dropped."""
    last = clock()

    def told(sentence: str) -> None:
        nonlocal last
        if clock() - last >= _SECONDS:
            tell(sentence)
            last = clock()

    return told
