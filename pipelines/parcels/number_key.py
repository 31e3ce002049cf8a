"""What a parcel's number is: its land book (the old commune and the map system), the map's scale, sheet and parcel.

Sheet 1, parcel 1 exists in every old commune, and in one commune once by every map system.
"""

import polars as pl

_WORDS_OF_NUMBERS = r"^(?:(?:TỜ|TO|THỬA|THUA|ĐẤT|BẢN ĐỒ|BĐ|SỐ|SO)\b[\s.:]*)+"
"""What books write in front of a sheet's or parcel's number, in capitals."""


def book_key() -> pl.Expr:
    """The land book of a row, from `old_commune_code` and `map_system`."""
    return pl.concat_str("old_commune_code", pl.col("map_system").fill_null(""), separator="/")


def number_key(sheet: str) -> pl.Expr:
    """The whole number of a row, from `map_scale`, the column `sheet` and `parcel_no` too; null when either is."""
    return pl.concat_str(book_key(), pl.col("map_scale").fill_null(""), sheet, "parcel_no", separator="/")


def plain_number(text: pl.Expr) -> pl.Expr:
    """A number of a sheet or parcel alone, in capitals: without the words for it, its leading zeros, and without what
    a spreadsheet gave it. Thửa số 012a → 12A, 5.0 → 5, 1.234 → 1234; null when nothing is left.
    """
    bare = text.str.to_uppercase().str.replace(_WORDS_OF_NUMBERS, "").str.replace_all(r"([0-9])\s+([A-Z])$", "$1$2")
    whole = bare.str.replace(r"^([0-9]+)[.,]0{1,2}$", "$1").str.replace(r"^([1-9][0-9]{0,2})[.,]([0-9]{3})$", "$1$2")
    return whole.str.replace(r"^0+([0-9])", "$1").replace("", None)
