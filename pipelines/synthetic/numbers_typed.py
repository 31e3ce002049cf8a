"""What becomes of personal numbers, the 12 digits and the older 9, when they are typed and copied."""

from dataclasses import replace

import numpy as np
import polars as pl

from .dice import Cells, Dice, Kind, computed, missing, on, with_part

_TEXT = pl.col("text")
_LETTERS = _TEXT.str.len_chars()
_PERSONAL, _FORMER = "so_dinh_danh", "so_cmnd"
_FILLERS = ("000000000000", "123456789", "111111111111", "123456789012", "000000000")


def _other_digit(text: pl.Series, dice: Dice) -> pl.Series:
    at = (pl.col("where") * _LETTERS).cast(pl.Int64)
    digit = _TEXT.str.slice(at, 1).cast(pl.Int64, strict=False)
    other = (digit + 1 + (pl.col("what") * 9).cast(pl.Int64)) % 10
    slipped = with_part(_TEXT, at, 1, other.cast(pl.String))
    # A number that is no number any more has no digit to be mistyped.
    return computed(text, pl.coalesce(slipped, _TEXT), where=dice.where, what=dice.what)


def _digits_swapped(text: pl.Series, dice: Dice) -> pl.Series:
    at = (pl.col("where") * (_LETTERS - 1)).cast(pl.Int64)
    swapped = with_part(_TEXT, at, 2, _TEXT.str.slice(at + 1, 1) + _TEXT.str.slice(at, 1))
    return computed(text, swapped, where=dice.where)


def _wrong_structure(text: pl.Series, dice: Dice) -> pl.Series:
    """Another sex, or another year of birth."""
    sex = _TEXT.str.slice(3, 1).cast(pl.Int64)
    other_sex = with_part(_TEXT, pl.lit(3), 1, (sex + 1 - sex % 2 * 2).cast(pl.String))
    year = (_TEXT.str.slice(4, 2).cast(pl.Int64) + 1 + (pl.col("where") * 98).cast(pl.Int64)) % 100
    other_year = with_part(_TEXT, pl.lit(4), 2, year.cast(pl.String).str.zfill(2))
    return computed(
        text, pl.when(pl.col("what") < 0.4).then(other_sex).otherwise(other_year), where=dice.where, what=dice.what
    )


def _reissued(cells: Cells, _: Dice) -> Cells:
    later = (pl.col("copy_kind") != "original") & pl.col(_PERSONAL).is_not_null()
    return cells.with_columns(pl.when(later).then("later_number").otherwise(_PERSONAL).alias(_PERSONAL))


def _of_relative(cells: Cells, _: Dice) -> Cells:
    known = pl.col(_PERSONAL).is_not_null()
    return cells.with_columns(pl.when(known).then(pl.coalesce("kin_number", _PERSONAL)).alias(_PERSONAL))


def _filled(cells: Cells, dice: Dice) -> Cells:
    return cells.with_columns(pl.coalesce(_PERSONAL, dice.picked(_FILLERS)).alias(_PERSONAL))


def _in_wrong_column(cells: Cells, _: Dice) -> Cells:
    """The 9 digits where the 12 belong, and the reverse: the two change places, be one of them missing or not."""
    return cells.select(pl.col(_FORMER).alias(_PERSONAL), pl.col(_PERSONAL).alias(_FORMER))


def _scientific(text: pl.Series, _: Dice) -> pl.Series:
    """As a spreadsheet shows a large number: two decimals are left, the other digits are lost."""
    numbers = text.str.extract(r"^([0-9]{12})$").cast(pl.Float64)
    shown = pl.Series(np.char.mod("%.2E", numbers.fill_null(0).to_numpy()), dtype=pl.String)
    return computed(
        text, pl.when(pl.col("known")).then("shown").otherwise(_TEXT), known=numbers.is_not_null(), shown=shown
    )


def _zeros_lost(text: pl.Series, _: Dice) -> pl.Series:
    return text.str.replace(r"^0+([1-9][0-9]*)$", "$1")


def _spaced(text: pl.Series, dice: Dice) -> pl.Series:
    groups = r"^([0-9]{3})([0-9]{3})([0-9]{3})([0-9]{3})$"
    by_three, dotted = _TEXT.str.replace(groups, "$1 $2 $3 $4"), _TEXT.str.replace(groups, "$1.$2.$3.$4")
    by_structure = _TEXT.str.replace(r"^([0-9]{3})([0-9]{3})([0-9]{6})$", "$1 $2 $3")
    what = pl.col("what")
    return computed(
        text, pl.when(what < 0.4).then(by_three).when(what < 0.7).then(dotted).otherwise(by_structure), what=dice.what
    )


NUMBERS = (
    replace(on("number_wrong_structure", _PERSONAL, _wrong_structure), of_person=True),
    Kind("number_reissued", (_PERSONAL, "later_number", "copy_kind"), _reissued, of_person=True),
    missing("number_missing", _PERSONAL),
    missing("old_number_missing", _FORMER),
    Kind("number_of_relative", (_PERSONAL, "kin_number"), _of_relative),
    on("number_digit", _PERSONAL, _other_digit),
    on("number_digits_swapped", _PERSONAL, _digits_swapped),
    on("old_number_digit", _FORMER, _other_digit),
    Kind("number_filler", (_PERSONAL,), _filled),
    Kind("number_in_wrong_column", (_PERSONAL, _FORMER), _in_wrong_column),
    on("number_scientific", _PERSONAL, _scientific),
    on("number_zero_lost", _PERSONAL, _zeros_lost),
    on("old_number_zero_lost", _FORMER, _zeros_lost),
    on("number_spaced", _PERSONAL, _spaced),
)
"""Errors of both numbers."""
