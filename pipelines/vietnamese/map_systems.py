"""The map systems that live side by side in one commune: 299, 1994 and the overall survey (tổng thể).

Maps under Directive 299/TTg of 1980, the cadastral maps begun in 1994, and the "đo đạc tổng thể" surveys; offices write
them in many ways, and a parcel's number means nothing without its system.
"""

from typing import Final

import polars as pl

from pipelines.vietnamese.spelling import ascii_key, clean

SYSTEMS: Final = ("299", "1994", "tổng thể")
"""In the order in which they were drawn."""

_WRITTEN: Final = {
    "299": r"\b299\b|\bct ?299|\bbd ?299",
    "1994": r"\b(?:19)?94\b|\bbd ?94",
    "tổng thể": r"\btong the\b|\bdd ?tt\b|\bdtt\b",
}


def map_system(text: pl.Expr) -> pl.Expr:
    """The system that a text names: BĐ 299/TTg → 299; Bản đồ 94 → 1994; đo đạc tổng thể → tổng thể; else the text as it
    stands, cleaned; null when there is none.
    """
    written = ascii_key(text)
    system = clean(text)
    for name, pattern in _WRITTEN.items():
        # In this order the column keeps its name.
        system = pl.when(~written.str.contains(pattern).fill_null(False)).then(system).otherwise(pl.lit(name))
    return system
