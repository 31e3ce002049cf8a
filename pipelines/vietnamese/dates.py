"""Dates as offices write them, with how exactly they are known."""

import polars as pl

# [0-9], since \d takes the digits of all scripts, which are no numbers to Polars; and no year 0, which no calendar has.
_DAY = r"^([0-9]{1,2})\s*[/.\-]\s*([0-9]{1,2})\s*[/.\-]\s*([1-9][0-9]{3})$"
_ISO = r"^([1-9][0-9]{3})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?$"
_MONTH = r"^([0-9]{1,2})\s*[/.\-]\s*([1-9][0-9]{3})$"
_YEAR = r"^([1-9][0-9]{3})$"


def parse_date(text: pl.Expr) -> pl.Expr:
    """The date of a cleaned text (d/m/y, with / - or ., or y-m-d); null when it is not a whole, real date."""
    day = _extract(text, _DAY, 1, _ISO, 3)
    month = _extract(text, _DAY, 2, _ISO, 2)
    year = _extract(text, _DAY, 3, _ISO, 1)
    padded = pl.format("{}-{}-{}", year, month.str.zfill(2), day.str.zfill(2))
    return padded.str.to_date("%Y-%m-%d", strict=False)


def parse_year(text: pl.Expr) -> pl.Expr:
    """The year of a cleaned text, also when the day or month is missing or cannot be."""
    year = pl.coalesce(_extract(text, _DAY, 3, _ISO, 1), text.str.extract(_MONTH, 2), text.str.extract(_YEAR, 1))
    return year.cast(pl.Int64)


def precision(text: pl.Expr) -> pl.Expr:
    """How exactly a birth date is known: day, month, year, placeholder or unknown.

    1 January is what offices wrote when only the year was known (TT 04/2020/TT-BTP), so it is a placeholder. A day
    that cannot be, such as 30/02, leaves the month; a month that cannot be leaves the year.
    """
    day = parse_date(text)
    month = pl.coalesce(_extract(text, _DAY, 2, _ISO, 2), text.str.extract(_MONTH, 1)).cast(pl.Int64)
    return (
        pl.when((day.dt.month() == 1) & (day.dt.day() == 1))
        .then(pl.lit("placeholder"))
        .when(day.is_not_null())
        .then(pl.lit("day"))
        .when(month.is_between(1, 12))
        .then(pl.lit("month"))
        .when(parse_year(text).is_not_null())
        .then(pl.lit("year"))
        .otherwise(pl.lit("unknown"))
    )


def _extract(text: pl.Expr, first: str, group: int, second: str, second_group: int) -> pl.Expr:
    return pl.coalesce(text.str.extract(first, group), text.str.extract(second, second_group))
