"""The check character of entity ids, so that a slip on a form is seen before it names another person.

A weighted sum modulo the prime 31, written in digits and letters without I, L, O and U, which handwriting confuses.
The weights are powers of 3, a primitive root of 31, so that they are all different: every single wrong digit and every
swap of two digits changes the character. Letters count too: `T` marks parcels (thửa đất), whose ids never look like a
citizen's.
"""

from typing import Final

import polars as pl

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXY"
WEIGHTS: Final = tuple(pow(3, position, 31) for position in range(20))
"""Of the digits and letters of an id in their order; there are never more."""


def with_check(base: pl.Expr) -> pl.Expr:
    """`10231-0000042` → `10231-0000042-T`; `base` holds digits, letters of the alphabet and dashes."""
    return pl.format("{}-{}", base, check_character(base))


def check_character(base: pl.Expr) -> pl.Expr:
    """The check character of an id (its first 20 digits and letters)."""
    signs = base.str.replace_all("-", "", literal=True)
    values = {sign: value for value, sign in enumerate(ALPHABET)}
    terms = (
        signs.str.slice(position, 1).replace_strict(values, default=0, return_dtype=pl.Int64) * weight
        for position, weight in enumerate(WEIGHTS)
    )
    return (pl.sum_horizontal(terms) % 31).replace_strict(list(range(31)), list(ALPHABET), return_dtype=pl.String)
