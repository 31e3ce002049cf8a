"""Personal numbers: the 12 digits (số định danh cá nhân) and the older 9 (số CMND), and telephone numbers.

The 12 digits are: province or country of birth registration (3), century and sex (1), year of birth (2), random (6);
NĐ 137/2015 Art. 13, TT 07/2016/TT-BCA Art. 7. There is no check digit, so that a slip in the last six cannot be seen.
"""

from typing import Final

import polars as pl

from pipelines.distinct import TEXT

PROVINCES: Final = tuple(
    f"{code:03}"
    for code in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42),
        *(44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86),
        *(87, 89, 91, 92, 93, 94, 95, 96),
    )
)
"""Codes of the 63 provinces where births were registered (TT 07/2016/TT-BCA, annex); others are countries, or slips."""

_SCIENTIFIC: Final = r"(?i)^([0-9])(?:[.,]([0-9]+))?E\+?([0-9]{1,2})$"

# Alternatives stand in one pattern, since an expression that stands in ten places is computed ten times.
_SAME_SIX: Final = "|".join(str(digit) * 6 for digit in range(10))
_SAME_EIGHT: Final = "|".join(str(digit) * 8 for digit in range(10))


def with_numbers(cells: pl.DataFrame) -> pl.DataFrame:
    """Add to a dictionary of cells (`text`) their bare `digits` and the well-formed numbers in them: `personal` (12
    digits) and `old` (9), the ones that they may be with leading zeros again (`padded`, `padded_old`), and whether the
    last digits are `lost`.
    """
    number = pl.col("digits")  # a column of its own, since it would be worked out anew for each of the others
    return cells.with_columns(digits(TEXT).alias("digits"), lost_digits(TEXT).alias("lost")).with_columns(
        _personal(number).alias("personal"),
        _old(number).alias("old"),
        _padded(number).alias("padded"),
        _restored_old(number).alias("padded_old"),
    )


def digits(text: pl.Expr) -> pl.Expr:
    """A number without what people and spreadsheets put around it: spaces, dots and dashes, a leading apostrophe, ="…",
    decimals of a whole number, and a power of ten where no digit is lost.
    """
    bare = text.str.replace_all(r"""[\s='"’`]""", "")
    whole = bare.str.replace(r"^([0-9]{6,})[.,]0{1,2}$", "$1")
    return pl.when(_is_exact(bare)).then(_mantissa(bare)).otherwise(whole.str.replace_all(r"[.\-]", ""))


def personal_number(text: pl.Expr) -> pl.Expr:
    """The text when it is a well-formed 12-digit number, else null.

    Well-formed: 12 digits; the first three name a province (001 to 096) or a foreign country (097 and above); the
    century of birth is one that someone alive can have (0 to 3, births of 1900 to 2099); the last six are not all
    the same digit, as in a number typed to fill a cell.
    """
    return _personal(digits(text))


def _personal(number: pl.Expr) -> pl.Expr:
    formed = number.str.extract(r"^([0-9]{3}[0-3][0-9]{8})$")
    return formed.str.replace(rf"^000.*|.*(?:{_SAME_SIX})$", "").replace("", None)


def restored_number(text: pl.Expr, sex: pl.Expr, birth_year: pl.Expr) -> pl.Expr:
    """A 12-digit number whose leading zeros a spreadsheet took, with them again; null when it is not one.

    10 or 11 digits are such a number only when what it tells agrees with the sex and the year of birth, of which at
    least one must be known: else any number of that length would become a person's.
    """
    return agreeing_number(padded_number(text), sex, birth_year)


def padded_number(text: pl.Expr) -> pl.Expr:
    """The 12-digit number that 10 or 11 digits may be once they have leading zeros again; null for all else."""
    return _padded(digits(text))


def _padded(number: pl.Expr) -> pl.Expr:
    return _personal(number.str.extract(r"^([1-9][0-9]{9,10})$").str.zfill(12))


def agreeing_number(padded: pl.Expr, sex: pl.Expr, birth_year: pl.Expr) -> pl.Expr:
    """A padded number when it agrees with what is known of sex and year of birth, and one of them is; else null."""
    agrees = (number_sex(padded) == sex).fill_null(True) & (number_birth_year(padded) == birth_year).fill_null(True)
    return pl.when(agrees & (sex.is_not_null() | birth_year.is_not_null())).then(padded)


def lost_digits(text: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet turned a number into one such as 1.19E+09, whose last digits are lost for ever."""
    bare = text.str.replace_all(r"\s", "")
    return (bare.str.contains(_SCIENTIFIC) & ~_is_exact(bare)).fill_null(False)


def old_number(text: pl.Expr) -> pl.Expr:
    """The text when it is a 9-digit number that is not one digit repeated, else null."""
    return _old(digits(text))


def _old(number: pl.Expr) -> pl.Expr:
    formed = number.str.extract(r"^([0-9]{9})$")
    return formed.str.replace(rf"^(?:{_SAME_EIGHT}).*", "").replace("", None)


def restored_old_number(text: pl.Expr) -> pl.Expr:
    """A 9-digit number whose leading zero a spreadsheet took, with it again: those of ten provinces began with 0."""
    return _restored_old(digits(text))


def _restored_old(number: pl.Expr) -> pl.Expr:
    return _old(number.str.extract(r"^([1-9][0-9]{7})$").str.zfill(9))


def phone_number(text: pl.Expr) -> pl.Expr:
    """The first telephone number in a text; the leading 0 also where a spreadsheet took it, or +84 stands there."""
    first = text.str.replace(r"[.,]0$", "").str.extract(r"([0-9+(][0-9.\s()\-]{6,}[0-9])")
    national = first.str.replace_all(r"[^0-9]", "").str.replace(r"^84([0-9]{9})$", "0$1")
    return national.str.replace(r"^([1-9][0-9]{8})$", "0$1")


def number_sex(number: pl.Expr) -> pl.Expr:
    """The sex that a 12-digit number tells: male or female; null without a number."""
    is_male = number.str.slice(3, 1).cast(pl.Int64) % 2 == 0
    return pl.when(is_male).then(pl.lit("male")).when(~is_male).then(pl.lit("female"))


def number_birth_year(number: pl.Expr) -> pl.Expr:
    """The year of birth that a 12-digit number tells."""
    century = 1900 + number.str.slice(3, 1).cast(pl.Int64) // 2 * 100
    return century + number.str.slice(4, 2).cast(pl.Int64)


def _mantissa(text: pl.Expr) -> pl.Expr:
    whole = text.str.extract(_SCIENTIFIC, 1) + text.str.extract(_SCIENTIFIC, 2).fill_null("")
    return whole.str.slice(0, text.str.extract(_SCIENTIFIC, 3).cast(pl.Int64) + 1)


def _is_exact(text: pl.Expr) -> pl.Expr:
    """Whether a power of ten still has all its digits."""
    exponent = text.str.extract(_SCIENTIFIC, 3).cast(pl.Int64)
    return (text.str.extract(_SCIENTIFIC, 2).str.len_chars().cast(pl.Int64) >= exponent).fill_null(False)
