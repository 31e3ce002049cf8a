"""Certificates of land use: serials and book numbers of all ages, each serial once."""

import numpy as np
import polars as pl

from .draws import Array, Rng, padded, unique_numbers
from .kinship import day_of, years

# Serials begin with two letters, of which the first moved on over the years; before 2004 with one.
_FIRST_LETTERS, _FIRST_LETTER_FROM = np.array(["", *"ABCD", "A"]), (2004, 2009, 2016, 2021)
_SECOND_LETTERS = np.array(list("ABCDĐEGHIKLMNOPQRSTUVXY"))
_NEW_FORM_FROM = day_of("2024-08-01")  # since then eight digits
_BOOK_PREFIXES, _BOOK_PREFIX_FROM = np.array(["", "H", "CH", "CS"]), (2004, 2010, 2015)


def certificates(rng: Rng, issued: Array) -> pl.DataFrame:
    """`so_gcn`, `so_vao_so` and `ngay_cap` of certificates issued on those days, in printed form."""
    return pl.DataFrame(
        {
            "so_gcn": pl.Series(_serials(rng, issued), dtype=pl.String),
            "so_vao_so": pl.Series(_book_numbers(rng, issued), dtype=pl.String),
            "ngay_cap": pl.Series(issued.astype("datetime64[D]")).dt.strftime("%d/%m/%Y"),
        }
    )


def _serials(rng: Rng, issued: Array) -> Array:
    """Such as "Đ 123456", "BĐ 123456", or "AA 00123456" of the form in use since 2024."""
    new_form = issued >= _NEW_FORM_FROM
    first = np.where(new_form, len(_FIRST_LETTERS) - 1, np.searchsorted(_FIRST_LETTER_FROM, years(issued), "right"))
    second = np.where(new_form, 0, rng.integers(0, len(_SECOND_LETTERS), len(issued)))
    number = unique_numbers(rng, first * 100 + second, 6) % 10**6
    letters = np.char.add(_FIRST_LETTERS[first], _SECOND_LETTERS[second])
    digits = np.where(new_form, padded(number, 8), padded(number, 6))
    return np.char.add(np.char.add(letters, " "), digits)


def _book_numbers(rng: Rng, issued: Array) -> Array:
    """Numbers in the book of issued certificates, such as "CS 05494", "00123 QSDĐ/123" before 2004."""
    prefix = _BOOK_PREFIXES[np.searchsorted(_BOOK_PREFIX_FROM, years(issued), side="right")]
    number = padded(rng.integers(1, 20_000, len(issued)), 5)
    decision = rng.integers(1, 900, len(issued)).astype(str)
    oldest = np.char.add(np.char.add(number, " QSDĐ/"), decision)
    return np.where(prefix == "", oldest, np.char.add(np.char.add(prefix, " "), number))
