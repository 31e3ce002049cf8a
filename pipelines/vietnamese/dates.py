"""Dates as offices write them, with how exactly they are known."""

from datetime import date

import polars as pl

# [0-9], since \d takes the digits of all scripts, which are no numbers to Polars; and no year 0, which no calendar has.
_DAY = r"^([0-9]{1,2})\s*[/.\-]\s*([0-9]{1,2})\s*[/.\-]\s*([1-9][0-9]{3})(?: [0-9:. ]*(?:AM|PM|SA|CH)?)?$"
_ISO = r"^([1-9][0-9]{3})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?$"
_MONTH = r"^([0-9]{1,2})\s*[/.\-]\s*([1-9][0-9]{3})$"
_YEAR = r"^([1-9][0-9]{3})$"
_SHORT = r"^([0-9]{1,2}\s*[/.\-]\s*[0-9]{1,2}\s*[/.\-]\s*)([0-9]{2})$"
_SERIAL = r"^([1-6][0-9]{4})(?:[.,]0+)?$"
_SERIAL_START = date(1899, 12, 30)
"""Day 0 of Excel's serial dates, counting its 29 February 1900, which never was."""


def spelled_out(text: pl.Expr, latest_year: pl.Expr, told_year: pl.Expr, grown_up: pl.Expr) -> pl.Expr:
    """A cleaned date whose short forms are written out: Excel's serial numbers, and years of two digits.

    A short year is the one that another source tells (`told_year`, such as the personal number) when the digits
    agree; else the last such year not after `latest_year` (the row's own), but a hundred years before it for someone
    who would be under 15 and is known to be `grown_up` (has a spouse, or a number that children are not given).
    """
    serial = text.str.extract(_SERIAL).cast(pl.Int64)
    from_serial = (pl.lit(_SERIAL_START) + pl.duration(days=serial)).dt.strftime("%d/%m/%Y")
    short = text.str.extract(_SHORT, 2).cast(pl.Int64)
    recent = latest_year - (latest_year - short) % 100
    year = (
        pl.when(told_year % 100 == short)
        .then(told_year)
        .when(grown_up & (latest_year - recent < 15))
        .then(recent - 100)
        .otherwise(recent)
    )
    return (
        pl.when(serial.is_not_null())
        .then(from_serial)
        .when(short.is_not_null())
        .then(pl.format("{}{}", text.str.extract(_SHORT, 1), year))
        .otherwise(text)
    )


def is_impossible(text: pl.Expr) -> pl.Expr:
    """Whether a cleaned text has the form of a whole date that no calendar has, such as 30/02/1980."""
    formed = text.str.contains(_DAY) | text.str.contains(_ISO)
    return formed & parse_date(text).is_null()


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
