"""Blocks: the rows that have one code, found by one sort."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint64]

POSITION_BITS: Final = np.uint64(29)
"""How many bits of a packed number hold a row's position: half a billion rows at most."""
POSITION: Final = np.uint64((1 << 29) - 1)


def blocks(rows: Codes, codes: Codes) -> tuple[Codes, Codes, NDArray[np.intp]]:
    """Rows and codes in the order of codes, and where each block of equal ones starts.

    The upper 35 bits of a code and the position are sorted as one number, five times as fast as an argsort; the few
    blocks that thereby share 35 bits hold some more rows.
    """
    packed = np.sort((codes & ~POSITION) | rows)
    rows, codes = packed & POSITION, packed & ~POSITION
    first = np.ones(len(codes), dtype=bool)
    first[1:] = codes[1:] != codes[:-1]
    return rows, codes, np.flatnonzero(first)
