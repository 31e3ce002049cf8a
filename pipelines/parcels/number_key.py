"""What a parcel's number is: its land book (the old commune and the map system), the map's scale, sheet and parcel.

Sheet 1, parcel 1 exists in every old commune, and in one commune once by every map system.
"""

import polars as pl


def book_key() -> pl.Expr:
    """The land book of a row, from `old_commune_code` and `map_system`."""
    return pl.concat_str("old_commune_code", pl.col("map_system").fill_null(""), separator="/")


def number_key(sheet: str) -> pl.Expr:
    """The whole number of a row, from `map_scale`, the column `sheet` and `parcel_no` too; null when either is."""
    return pl.concat_str(book_key(), pl.col("map_scale").fill_null(""), sheet, "parcel_no", separator="/")
