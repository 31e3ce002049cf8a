"""The map systems that live side by side in one commune: 299, 1994 and the overall survey (tổng thể).

Maps under Directive 299/TTg of 1980 (drawn in that decade, "bản đồ giải thửa"), the cadastral maps begun in 1994, and
the "đo đạc tổng thể" surveys; offices write them in many ways, and a parcel's number means nothing without its system.
"""

from typing import Final

import polars as pl

from pipelines.vietnamese.spelling import ascii_key, clean

SYSTEMS: Final = ("299", "1994", "tổng thể")
"""In the order in which they were drawn."""

_WRITTEN: Final = {
    "299": r"(?:\b|[a-z])299(?:\b|[a-z])|\b198[0-9]\b",
    "1994": r"(?:\b|[a-z])(?:19)?94\b",
    "tổng thể": r"\btong ?the\b|\b(?:bd|dd|d|do dac|ban do|do) ?tt\b",
}
_PARCELS_ALONE: Final = r"\bgiai thua\b"
"""What the maps of 1980 are called where no year stands."""


def map_system(text: pl.Expr) -> pl.Expr:
    """The system that a text names: BĐ 299/TTg → 299; Bản đồ 94 → 1994; đo đạc tổng thể → tổng thể.

    Else, and where it names several, the text itself in capitals, since its case says nothing; null when there is none.
    """
    cleaned = clean(text)
    written = ascii_key(cleaned)
    names = {name: written.str.contains(pattern) for name, pattern in _WRITTEN.items()}
    named = pl.sum_horizontal(names.values())
    system = cleaned.str.to_uppercase()
    for name, is_named in names.items():
        system = pl.when(is_named & (named == 1)).then(pl.lit(name)).otherwise(system)
    return pl.when((named == 0) & written.str.contains(_PARCELS_ALONE)).then(pl.lit("299")).otherwise(system)
