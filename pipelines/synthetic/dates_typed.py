"""What becomes of dates of birth when they are typed. A date is first whole, dd/mm/yyyy, then less, then otherwise."""

import numpy as np
import polars as pl

from .dice import Dice, computed, missing, on
from .draws import Array

_TEXT = pl.col("text")
_DAY, _MONTH, _YEAR = _TEXT.str.slice(0, 2), _TEXT.str.slice(3, 2), _TEXT.str.slice(-4)
_WHOLE = (_TEXT.str.len_chars() == 10) & (_TEXT.str.slice(2, 1) == "/")
_KNOWN = _WHOLE & ~_TEXT.str.starts_with("01/01")
"""Whole dates that are more than a placeholder: only these can be wrong by a digit."""
_EARLIEST, _LATEST = 1900, 2025
_IMPOSSIBLE_DAYS = {"02": "30", "04": "31", "06": "31", "09": "31", "11": "31"}


def _only(condition: pl.Expr, changed: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(changed).otherwise(_TEXT)


def _year_only(text: pl.Series, _: Dice) -> pl.Series:
    return computed(text, _YEAR)


def _first_january(text: pl.Series, _: Dice) -> pl.Series:
    return computed(text, _only(_WHOLE, "01/01/" + _YEAR))


def _impossible(text: pl.Series, _: Dice) -> pl.Series:
    day = _MONTH.replace_strict(_IMPOSSIBLE_DAYS, default=None, return_dtype=pl.String)
    return computed(text, _only(_KNOWN & day.is_not_null(), day + _TEXT.str.slice(2)))


def _swapped(text: pl.Series, _: Dice) -> pl.Series:
    return computed(text, _only(_KNOWN & (_DAY <= "12"), _MONTH + "/" + _DAY + "/" + _YEAR))


def _day_slip(text: pl.Series, dice: Dice) -> pl.Series:
    """A day of the first 28, which every month has, with one digit of the true day."""
    days, first, many = _near_days()
    # A day that cannot be one counts as the last: what is not a date is left alone below.
    day = computed(text, _DAY.cast(pl.Int64, strict=False).fill_null(0).clip(0, 31)).to_numpy()
    slipped = days[first[day] + (dice.what * many[day]).astype(np.int64)]
    other = pl.Series(slipped).cast(pl.String).str.zfill(2)
    return computed(text, _only(_KNOWN, pl.col("other") + _TEXT.str.slice(2)), other=other)


def _near_days() -> tuple[Array, Array, Array]:
    """For every day the days with one digit of it: laid end to end, where each list starts, and its length."""
    near = [
        [other for other in range(1, 29) if (other // 10 == day // 10) != (other % 10 == day % 10)] for day in range(32)
    ]
    many = np.array([len(days) for days in near])
    return np.concatenate(near), many.cumsum() - many, many


def _other_year(text: pl.Series, dice: Dice, step: int) -> pl.Series:
    year = _YEAR.cast(pl.Int64, strict=False)
    up = (pl.col("what") < 0.5) & (year + step <= _LATEST) | (year - step < _EARLIEST)
    other = pl.when(up).then(year + step).otherwise(year - step).cast(pl.String)
    return computed(text, _only(_KNOWN, _TEXT.str.slice(0, 6) + other), what=dice.what)


def _in_words(text: pl.Series, dice: Dice) -> pl.Series:
    day, month = (part.str.strip_chars_start("0") for part in (_DAY, _MONTH))
    words = pl.format("{} tháng {} năm {}", day, month, _YEAR)
    long = pl.when(pl.col("what") < 0.6).then("ngày " + words).otherwise(words)
    year = _TEXT.str.contains(r"^[0-9]{4}$")
    written = pl.when(_WHOLE).then(long).when(year).then("Sinh năm " + _TEXT).otherwise(_TEXT)
    return computed(text, written, what=dice.what)


def _iso(text: pl.Series, _: Dice) -> pl.Series:
    return computed(text, _only(_WHOLE, _YEAR + "-" + _MONTH + "-" + _DAY))


def _short_year(text: pl.Series, _: Dice) -> pl.Series:
    return computed(text, _only(_WHOLE, _TEXT.str.slice(0, 6) + _TEXT.str.slice(-2)))


def _separated(text: pl.Series, dice: Dice) -> pl.Series:
    dashed, dotted = (_TEXT.str.replace_all("/", other, literal=True) for other in ("-", "."))
    return computed(text, pl.when(pl.col("what") < 0.5).then(dashed).otherwise(dotted), what=dice.what)


def _unpadded(text: pl.Series, _: Dice) -> pl.Series:
    day_first = _TEXT.str.contains(r"^[0-9]{2}[/.\-][0-9]{2}[/.\-]")
    return computed(text, _only(day_first, _TEXT.str.replace_all(r"^0|([/.\-])0([0-9][/.\-])", "$1$2")))


DATES = (
    missing("date_missing", "ngay_sinh"),
    on("year_only", "ngay_sinh", _year_only),
    on("first_january", "ngay_sinh", _first_january),
    on("impossible_date", "ngay_sinh", _impossible),
    on("day_month_swapped", "ngay_sinh", _swapped),
    on("day_slip", "ngay_sinh", _day_slip),
    on("decade_slip", "ngay_sinh", lambda text, dice: _other_year(text, dice, 10)),
    on("year_off_by_one", "ngay_sinh", lambda text, dice: _other_year(text, dice, 1)),
    on("date_in_words", "ngay_sinh", _in_words),
    on("iso_date", "ngay_sinh", _iso),
    on("two_digit_year", "ngay_sinh", _short_year),
    on("other_separator", "ngay_sinh", _separated),
    on("unpadded_date", "ngay_sinh", _unpadded),
)
"""Errors of `ngay_sinh`, in this order: none hides what an earlier one did."""
