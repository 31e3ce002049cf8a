"""Dates as offices write them, with how exactly they are known."""

from datetime import date
from typing import Final

import polars as pl

# [0-9], since \d takes the digits of all scripts, which are no numbers to Polars; years in which someone on a register
# or a paper can have lived.
_YEARS: Final = "(1[89][0-9]{2}|20[0-9]{2})"
_PART: Final = r"\s*[/.\-]\s*"
_DAY: Final = rf"^([0-9]{{1,2}}){_PART}([0-9]{{1,2}}){_PART}{_YEARS}(?: [0-9:. ]*(?:AM|PM|SA|CH)?)?$"
_ISO: Final = rf"^{_YEARS}-([0-9]{{1,2}})-([0-9]{{1,2}})(?:[T ].*)?$"
_MONTH: Final = rf"^([0-9]{{1,2}}){_PART}{_YEARS}$"
_YEAR: Final = rf"^{_YEARS}$"
_SHORT: Final = rf"^([0-9]{{1,2}}{_PART}[0-9]{{1,2}}{_PART})([0-9]{{2}})$"
_LONG_OR_SHORT: Final = rf"^([0-9]{{1,2}}){_PART}([0-9]{{1,2}}){_PART}(?:{_YEARS}|[0-9]{{2}})$"
_RUN: Final = r"^([0-9]{2})([0-9]{2})([0-9]{4})$"
_SERIAL: Final = r"^([1-4][0-9]{4}|[3-9][0-9]{3})(?:[.,][0-9]+)?$"
_SERIAL_START: Final = date(1899, 12, 30)
"""Day 0 of Excel's serial dates, counting its 29 February 1900, which never was."""

_ENGLISH: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDS: Final = (
    (
        r"(?i)^(?:sinh )?(?:ngày )?([0-9]{1,2})[\- ]?(?:tháng|thg\.?) ?([0-9]{1,2})[,\- ]*(?:năm )?([0-9]{2,4})$",
        "$1/$2/$3",
    ),
    (r"(?i)^(?:sinh )?(?:tháng|thg\.?) ?([0-9]{1,2})[,/.\- ]*(?:năm )?([0-9]{4})$", "$1/$2"),
    (r"(?i)^(?:sinh )?(?:năm|sn) ?:? ?([0-9]{4})$", "$1"),
    *(
        (rf"(?i)^([0-9]{{1,2}})[\- ]{month}[a-z]*[\-, ]+([0-9]{{2,4}})$", f"$1/{number}/$2")
        for number, month in enumerate(_ENGLISH, start=1)
    ),
    (r"^([0-9]{4})[.,]0+$", "$1"),
)
"""Dates in words, Vietnamese and Excel's English, and a year that a spreadsheet gave decimals."""

LATEST_YEAR: Final = 2025
"""The year of the merger: the latest that a row of an old commune can speak of."""


def spelled_out(
    text: pl.Series, file: pl.Series, latest_year: pl.Series, told_year: pl.Series, grown_up: pl.Series
) -> pl.Series:
    """Cleaned dates in whatever form as day/month/year, month/year or year, the forms that are parsed.

    Dates in words, in eight digits, as Excel's serial numbers, with the month first where the `file` has that habit,
    and with two digits for the year. A short year is the one that another source tells (`told_year`, such as the
    personal number) when the digits agree; else the last such year not after `latest_year` (the row's own), but a
    hundred years before it for someone who would be under 15 and is known to be `grown_up` (has a spouse, or a number
    that children are not given).
    """
    rows = pl.DataFrame({"text": _in_digits(text), "file": file}).with_columns(
        latest_year.cast(pl.Int64).alias("latest"), told_year.cast(pl.Int64).alias("told"), grown_up.alias("grown_up")
    )
    short = pl.col("short")
    recent = pl.col("recent")
    return (
        _day_first(rows)
        .with_columns(pl.col("text").str.extract(_SHORT, 2).cast(pl.Int64).alias("short"))
        .with_columns((pl.col("latest") - (pl.col("latest") - short) % 100).alias("recent"))
        .with_columns(
            pl.when(pl.col("told") % 100 == short)
            .then("told")
            .when(pl.col("grown_up") & (pl.col("latest") - recent < 15))
            .then(recent - 100)
            .otherwise(recent)
            .alias("year")
        )
        .select(
            pl.when(short.is_not_null())
            .then(pl.format("{}{}", pl.col("text").str.extract(_SHORT, 1), "year"))
            .otherwise("text")
            .alias(text.name)
        )
        .to_series()
    )


def paper_dates(text: pl.Series, file: pl.Series) -> pl.Series:
    """`spelled_out` for dates of papers and updates, of which nothing but their own form is known."""
    unknown = pl.repeat(None, len(text), dtype=pl.Int64, eager=True)
    latest, false = pl.repeat(LATEST_YEAR, len(text), eager=True), pl.repeat(False, len(text), eager=True)
    return spelled_out(text, file, latest, unknown, false)


def _in_digits(text: pl.Series) -> pl.Series:
    """Words, serial numbers and runs of eight digits as day/month/year. Each distinct text is looked at once."""
    odd = text.filter(~text.str.contains(_DAY) & ~text.str.contains(_YEAR)).drop_nulls().unique()
    told = odd
    for pattern, form in _WORDS:
        told = told.str.replace(pattern, form)
    columns = pl.DataFrame({"told": told}).with_columns(
        (pl.lit(_SERIAL_START) + pl.duration(days=pl.col("told").str.extract(_SERIAL).cast(pl.Int64)))
        .dt.strftime("%d/%m/%Y")
        .alias("serial"),
        pl.col("told").str.replace(_RUN, "$1/$2/$3").alias("forward"),
        pl.col("told").str.replace(rf"^{_YEARS}([0-9]{{2}})([0-9]{{2}})$", "$3/$2/$1").alias("backward"),
    )
    backward = parse_date(pl.col("forward")).is_null() & parse_date(pl.col("backward")).is_not_null()
    told = columns.select(pl.coalesce("serial", pl.when(backward).then("backward").otherwise("forward"))).to_series()
    return text.replace(odd, told)


def _day_first(rows: pl.DataFrame) -> pl.DataFrame:
    """The month behind the day also in files of an American Excel, told by their dates whose order is beyond doubt."""
    first, second = (pl.col("text").str.extract(_LONG_OR_SHORT, group).cast(pl.Int64) for group in (1, 2))
    order = rows.select("file", first.alias("first"), second.alias("second"))
    counts = order.group_by("file").agg(
        ((pl.col("first") <= 12) & (pl.col("second") > 12)).sum().alias("american"),
        ((pl.col("first") > 12) & (pl.col("second") <= 12)).sum().alias("ours"),
    )
    # In a file that puts the day first hardly one whole date in ten is certain to do otherwise.
    american = counts.filter((pl.col("american") > 0) & (pl.col("american") > 9 * pl.col("ours")))["file"]
    if american.is_empty():
        return rows
    swapped = pl.col("text").str.replace(rf"^([0-9]{{1,2}})({_PART})([0-9]{{1,2}})({_PART})", "$3$2$1$4")
    return rows.with_columns(
        pl.when(pl.col("file").is_in(american.implode()) & (first <= 12)).then(swapped).otherwise("text").alias("text")
    )


def is_impossible(text: pl.Expr) -> pl.Expr:
    """Whether a cleaned text has the form of a whole date that no calendar has, such as 30/02/1980.

    00/00/1980 is none: it says that day and month are not known.
    """
    day, month = _extract(text, _DAY, 1, _ISO, 3), _extract(text, _DAY, 2, _ISO, 2)
    return (day.cast(pl.Int64) > 0) & (month.cast(pl.Int64) > 0) & parse_date(text).is_null()


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
