"""What of a row's cell may stand on a page: whole, in part, or nothing, by what its column holds.

Numbers of people are always masked. Where names are masked, a page has what it takes to judge a merger and nothing that
says who it is: a name's initials, a birth's year, and of other words those that many rows have in common. Which cells
differ stays visible, since that is told by their places (`packing`), not by their text.

Masking a text as such belongs to `privacy`, which column holds what to `shown_fields`.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import polars as pl

from pipelines.ingest.headers import names_a_column
from pipelines.parcels.land_use import LandUses
from pipelines.reports.asking import Row
from pipelines.reports.facts import Facts
from pipelines.reports.privacy import (
    HIDDEN,
    SMALLEST_SHOWN,
    mask_birth,
    mask_identity_field,
    mask_name,
    mask_numbers,
)
from pipelines.reports.quality_facts import GROUPS
from pipelines.reports.shown_fields import Content

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
"""Two letters side by side: what has none is a number, a date, a sign or a unit."""


def shown_by(content: Content, texts: pl.Series, *, mask_names: bool) -> Callable[[str], str]:
    """How each text of a column is written on the page."""
    if content is Content.NUMBER_OF_PERSON:
        return mask_identity_field
    if not mask_names:
        return mask_numbers
    match content:
        case Content.NAME:
            return mask_name
        case Content.BIRTH:
            return mask_birth
        case Content.NUMBER_OF_FILE:
            return mask_identity_field
        case _:
            usual = _usual(texts)
            return lambda text: mask_numbers(text) if _tells_nobody(text, content, usual) else HIDDEN


def key_of(content: Content, texts: pl.Series, *, mask_names: bool) -> pl.Series:
    """By what two texts of a column are one: numbers of people by their digits, masked names by their spelling."""
    if content is Content.NUMBER_OF_PERSON:
        digits = texts.str.replace_all(r"\D", "")
        return pl.select(pl.when(digits == "").then(texts).otherwise(digits)).to_series()
    if content is Content.NAME and mask_names:
        return texts.str.normalize("NFC").str.to_lowercase().str.replace_all(r"\s+", " ")
    return texts


def without_rare_words(facts: Facts) -> Facts:
    """The facts without words that may be about somebody: what too few wrote as their hamlet, which as a free text may
    say where a person lives, and headers that are not known to be any, which in a torn file may be a person's cells.

    The counts of such hamlets stand in one row of each old commune, and no rule is proposed that would name them.
    """
    return replace(
        facts,
        encodings=[
            row | {"columns": [name if names_a_column(name) else HIDDEN for name in row["columns"]]}
            for row in facts.encodings
        ],
        quality_hamlets=_pooled(facts.quality_hamlets),
        unplaced=[
            replace(
                found,
                groups=[group | {"hamlet": HIDDEN, "rule": None} if _rare(group) else group for group in found.groups],
            )
            for found in facts.unplaced
        ],
    )


def _pooled(hamlets: list[Row]) -> list[Row]:
    shown = [row for row in hamlets if not _rare(row)]
    pools: dict[tuple[str, str], Row] = {}
    for row in filter(_rare, hamlets):
        pool = pools.setdefault(
            (row["dataset"], row["old_code"]), row | dict.fromkeys((*GROUPS, "rows"), 0) | {"hamlet": HIDDEN}
        )
        pool |= {count: pool[count] + row[count] for count in (*GROUPS, "rows")}
    return [*shown, *pools.values()]


def _rare(row: Row) -> bool:
    return bool(row["hamlet"]) and row["rows"] < SMALLEST_SHOWN


def _usual(texts: pl.Series) -> frozenset[str]:
    """What so many rows say that it is about none of them."""
    counted = texts.value_counts(name="rows")
    return frozenset(counted.filter(pl.col("rows") >= SMALLEST_SHOWN).to_series(0))


def _tells_nobody(text: str, content: Content, usual: frozenset[str]) -> bool:
    if text in usual or not _WORD.search(text):
        return True
    return content is Content.LAND_USE and not LandUses.shipped().read_cell(text).unread
