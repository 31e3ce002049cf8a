"""Placement: in which new commune a row of an old commune belongs.

A commune that came over whole places all its rows. Of a commune that was split nothing is guessed: its rows stay
unplaced until a rule by hamlet, sheet or parcel says where they go.
"""

import polars as pl

from pipelines.communes.merger_map import NewCommune

_OUTCOME = {"whole": "placed", "none": "elsewhere", "partial": "unplaced"}
_REASON = {"unplaced": "split_without_rule"}


def place(rows: pl.DataFrame, commune: NewCommune, dataset: str) -> pl.DataFrame:
    """Add `placement` (placed, unplaced, elsewhere) and `placement_reason` to rows with `old_commune_code`.

    People and land are placed apart: land can come to a commune without the people (`population_part` none).
    """
    outcome = {old.code: _OUTCOME[old.part(dataset)] for old in commune.old_communes}
    placement = pl.col("old_commune_code").replace_strict(outcome, default="elsewhere", return_dtype=pl.String)
    return rows.with_columns(placement.alias("placement")).with_columns(
        pl.col("placement").replace_strict(_REASON, default=None, return_dtype=pl.String).alias("placement_reason")
    )
