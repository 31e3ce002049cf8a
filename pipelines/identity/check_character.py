"""The check character of entity ids, so that a slip on a form is seen before it names another person.

A weighted sum modulo the prime 31, written in digits and letters without I, L, O and U, which handwriting confuses.
The weights are powers of 3, a primitive root of 31, so that they are all different: every single wrong digit and every
swap of two digits changes the character. Letters count too: `T` marks parcels (thửa đất), whose ids never look like a
citizen's.
"""

from typing import Final

import numpy as np
import polars as pl

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXY"
WEIGHTS: Final = tuple(pow(3, position, 31) for position in range(20))
"""Of the digits and letters of an id in their order; there are never more."""


def with_check(base: pl.Expr) -> pl.Expr:
    """`10231-0000042` → `10231-0000042-T`; `base` holds digits, letters of the alphabet and dashes."""
    return pl.format("{}-{}", base, check_character(base))


def check_character(base: pl.Expr) -> pl.Expr:
    """The check character of an id (its first 20 digits and letters)."""
    signs = base.str.replace_all("-", "", literal=True).str.replace_all(f"[^{ALPHABET}]", ALPHABET[0])
    return signs.str.pad_end(len(WEIGHTS), ALPHABET[0]).map_batches(_checks, return_dtype=pl.String)


def _checks(signs: pl.Series) -> pl.Series:
    """The weighted sums of texts of letters of the alphabet, in letters; what has no weight counts for nothing."""
    letters = np.array(signs.to_list(), dtype=f"S{len(WEIGHTS)}").view(np.uint8).reshape(len(signs), len(WEIGHTS))
    return pl.Series([*ALPHABET]).gather(_VALUES[letters] @ np.array(WEIGHTS) % len(ALPHABET))


_VALUES: Final = np.zeros(128, dtype=np.int64)
_VALUES[np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)] = np.arange(len(ALPHABET))
