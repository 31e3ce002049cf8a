"""How a field of a person is hidden in part, and how many people still stand out by what is left.

One function a way of hiding. Which field is treated how, and why, is `masked`; how numbers and names are masked on the
audit pages is `pipelines.reports.privacy`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from pipelines.reports.privacy import mask_identity_field
from pipelines.vietnamese.names import person_name
from pipelines.vietnamese.spelling import clean

FEW: Final = 5
"""Fewer than this many people (of a text: households) say something about one of them rather than about a place."""
OTHER: Final = "(khác)"
"""What stands for a text that too few households share."""

_LONGEST_NAME: Final = 6
"""Words: what has more is a sentence that somebody wrote into the field of the name."""
_GIVEN_NAME: Final = re.compile(r"[^\W\d_]{2,7}")
"""A syllable of at least two letters; no Vietnamese one has more than seven (nghiêng)."""


def masked_number(column: str) -> pl.Expr:
    """`001*****1234` for a personal number, `09*****78` for a telephone; hidden whole when it is neither."""
    return pl.col(column).map_elements(mask_identity_field, return_dtype=pl.String)


def masked_name(column: str) -> pl.Expr:
    """`N. V. An` for Nguyễn Văn An: what neighbours call a person by, and no more of the name."""
    return person_name(pl.col(column)).map_elements(_masked_name, return_dtype=pl.String)


def _masked_name(name: str) -> str:
    words = unicodedata.normalize("NFC", name).split()
    given = words[-1] if 1 < len(words) <= _LONGEST_NAME and _GIVEN_NAME.fullmatch(words[-1]) else None
    initials = [f"{word[0].upper()}." for word in (words[:-1] if given else words) if word[0].isalpha()]
    return " ".join([*initials, *([given] if given else [])]) or "*****"


def shared_text(column: str, household: str, person: str) -> pl.Expr:
    """A text as it is where at least FEW households have it, so that it names a place or a kind; else OTHER.

    A person of no household counts as one.
    """
    text = clean(pl.col(column))
    households = pl.coalesce(household, person).n_unique().over(text)
    return pl.when(households >= FEW).then(text).when(text.is_not_null()).then(pl.lit(OTHER))


def standing_out(rows: pl.DataFrame, combinations: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """By combination of columns (`what`): how many people are `alone` in theirs, or with fewer than FEW (`few`), or
    with more (`more`).
    """
    counted = []
    for what, columns in combinations.items():
        sizes = rows.group_by(columns).len()["len"]
        alone, many = int((sizes == 1).sum()), int(sizes.filter(sizes >= FEW).sum())
        counted.append({"what": what, "alone": alone, "few": rows.height - alone - many, "more": many})
    schema = {"what": pl.String, "alone": pl.Int64, "few": pl.Int64, "more": pl.Int64}
    return pl.DataFrame(counted, schema=schema)
