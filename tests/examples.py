"""How many examples a property test draws when each costs something: ten times as many where the long tests run.

Others draw a hundred, or say themselves how many show all that there is to be seen.
"""

from typing import Final

from hypothesis import settings

_USUAL: Final = settings.default.max_examples  # type: ignore[union-attr]

SOME: Final = settings(max_examples=_USUAL // 6)
"""Each takes some hundredths of a second."""
FEW: Final = settings(max_examples=_USUAL // 20)
"""Each takes some tenths."""
