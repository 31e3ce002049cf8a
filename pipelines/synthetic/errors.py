"""Typing errors in register rows: each kind rewrites some columns, and a row remembers the kinds it suffered.

A kind that leaves a row as it was (no number to be mistyped) is not remembered.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from .draws import Array, Rng
from .settings import SampleSettings

# Two dice of each row, between 0 and 1: where a change falls, and what it is.
_WHERE, _WHAT = pl.col("where"), pl.col("what")
_NAMES = ("ho_ten", "ho_ten_chu_ho", "ho_ten_cha", "ho_ten_me", "ho_ten_vo_chong")


def without_marks(text: pl.Expr) -> pl.Expr:
    """Vietnamese text as typed on a keyboard without diacritics."""
    bare = text.str.normalize("NFD").str.replace_all(r"\p{Mn}", "")
    return bare.str.replace_all("đ", "d").str.replace_all("Đ", "D")


@dataclass(frozen=True)
class ErrorKind:
    """One way to err; `share` is its part of all errors."""

    name: str
    share: float
    columns: tuple[str, ...]
    rewrite: Callable[[pl.Expr], pl.Expr]


def _picked(values: str | list[str]) -> pl.Expr:
    """One of the values by the second die."""
    index = (_WHAT * len(values)).cast(pl.Int32)
    return index.replace_strict(dict(enumerate(values)), return_dtype=pl.String)


def _with_part(text: pl.Expr, start: pl.Expr, length: pl.Expr | int, part: pl.Expr) -> pl.Expr:
    return text.str.slice(0, start) + part + text.str.slice(start + length)


def _slip(name: pl.Expr) -> pl.Expr:
    """One letter dropped, typed twice, or another instead; never a space."""
    at = (_WHERE * name.str.len_chars()).cast(pl.Int64)
    at = at - (name.str.slice(at, 1) == " ").cast(pl.Int64)
    letter = name.str.slice(at, 1)
    other = pl.when(at == 0).then(_picked("BCHLMNTV")).otherwise(_picked("aeghimnotuy"))
    part = pl.when(_WHERE * 7 % 1 < 0.3).then(pl.lit("")).when(_WHERE * 7 % 1 < 0.5).then(letter + letter)
    return _with_part(name, at, 1, part.otherwise(other))


def _stray_space(name: pl.Expr) -> pl.Expr:
    doubled = name.str.replace(" ", "  ", literal=True)
    return pl.when(_WHAT < 0.5).then(doubled).when(_WHAT < 0.7).then(" " + name).otherwise(name + " ")


def _other_digit(text: pl.Expr, at: pl.Expr) -> pl.Expr:
    digit = text.str.slice(at, 1).cast(pl.Int32, strict=False)
    other = (digit + 1 + (_WHAT * 9).cast(pl.Int32)) % 10
    return _with_part(text, at, 1, other.cast(pl.String))


def _swapped_date(date: pl.Expr) -> pl.Expr:
    day_can_be_month = date.str.slice(0, 2) <= "12"
    swapped = date.str.slice(3, 2) + "/" + date.str.slice(0, 2) + date.str.slice(5)
    return pl.when(day_can_be_month).then(swapped).otherwise(date)


def _missing(_: pl.Expr) -> pl.Expr:
    return pl.lit(None, dtype=pl.String)


def _year_only(date: pl.Expr) -> pl.Expr:
    return date.str.slice(-4)


def _first_january(date: pl.Expr) -> pl.Expr:
    return "01/01/" + date.str.slice(-4)


def _one_digit_of_date(date: pl.Expr) -> pl.Expr:
    # Day, decade or year: the digits whose slip still looks like a date.
    at = pl.when(_WHERE < 0.4).then(1).when(_WHERE < 0.6).then(8).otherwise(9)
    return pl.when(date.str.len_chars() == 10).then(_other_digit(date, at)).otherwise(date)


# In this order: what looks at letters comes before what hides them, and the year alone after other dates.
KINDS = (
    ErrorKind("name_slip", 0.13, ("ho_ten",), _slip),
    ErrorKind("middle_dropped", 0.05, ("ho_ten",), lambda name: name.str.replace(r"^(\S+) \S+ (.+)$", "$1 $2")),
    ErrorKind("marks_lost", 0.10, _NAMES, without_marks),
    ErrorKind("capitals", 0.08, ("ho_ten",), lambda name: name.str.to_uppercase()),
    ErrorKind("stray_space", 0.10, ("ho_ten",), _stray_space),
    ErrorKind("day_month_swapped", 0.06, ("ngay_sinh",), _swapped_date),
    ErrorKind("date_digit", 0.08, ("ngay_sinh",), _one_digit_of_date),
    ErrorKind("first_january", 0.04, ("ngay_sinh",), _first_january),
    ErrorKind("year_only", 0.04, ("ngay_sinh",), _year_only),
    ErrorKind("number_digit", 0.06, ("so_dinh_danh",), lambda n: _other_digit(n, (_WHERE * 12).cast(pl.Int64))),
    ErrorKind("number_missing", 0.12, ("so_dinh_danh",), _missing),
    ErrorKind("old_number_missing", 0.06, ("so_cmnd",), _missing),
    ErrorKind("father_missing", 0.03, ("ho_ten_cha",), _missing),
    ErrorKind("mother_missing", 0.03, ("ho_ten_me",), _missing),
    ErrorKind("sex_missing", 0.02, ("gioi_tinh",), _missing),
)


def with_errors(rng: Rng, rows: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """The rows as typed: dates become text, errors are made, and `errors` names them, joined by +."""
    average = np.where(rows["copy_kind"] == "original", settings.errors_per_original, settings.errors_per_copy)
    likely_if_old = {"year_only": settings.year_only_if_old, "first_january": settings.first_january_if_old}
    old = (rows["ngay_sinh"].dt.year() < 1960).to_numpy()
    rows = rows.with_columns(pl.col("ngay_sinh", "ngay_cap_nhat").dt.strftime("%d/%m/%Y"))
    for kind in KINDS:
        likely = average * kind.share + np.where(old, likely_if_old.get(kind.name, 0.0), 0.0)
        rows = _struck(rng, rows, kind, likely)
    told = [pl.when(kind.name).then(pl.lit(kind.name)) for kind in KINDS]
    errors = pl.concat_str(told, separator="+", ignore_nulls=True).replace("", None)
    rows = rows.with_columns(errors=errors).drop([kind.name for kind in KINDS])
    short = pl.Series(rng.random(len(rows)) < settings.short_date)
    unpadded = pl.col("ngay_sinh").str.replace_all(r"(^|/)0", "$1")
    return rows.with_columns(ngay_sinh=pl.when(short).then(unpadded).otherwise("ngay_sinh"))


def _struck(rng: Rng, rows: pl.DataFrame, kind: ErrorKind, likely: Array) -> pl.DataFrame:
    """The rows after one kind of error, and a column of its name that tells which rows it changed."""
    count = len(rows)
    where, what = rng.random(count), rng.random(count)
    rows = rows.with_columns(hit=rng.random(count) < likely, where=where, what=what)
    columns = [pl.when("hit").then(kind.rewrite(pl.col(name))).otherwise(name).alias(name) for name in kind.columns]
    after = rows.select(columns)
    changed = pl.any_horizontal([after[name].ne_missing(rows[name]).alias(name) for name in kind.columns])
    marks = pl.select(changed).to_series()
    return rows.with_columns(*after, marks.alias(kind.name)).drop("hit", "where", "what")
