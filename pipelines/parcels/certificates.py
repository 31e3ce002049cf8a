"""Serials and book numbers of land-use certificates, as land books write them.

A serial (số phát hành) is one or two letters and six digits, since 1 August 2024 two letters and eight digits
(TT 10/2024/TT-BTNMT): "Đ 123456", "BĐ 123456", "AA 00123456". D and Đ are different letters: BD and BĐ are two series.
A book number (số vào sổ) says where its office keeps the file: "CS 05494", "00123 QSDĐ/123".
"""

from typing import Final

import polars as pl

from pipelines.vietnamese.spelling import ascii_key

_DIGITS: Final = r"(?:[0-9O]{6,8}|[0-9O]{2,4}[\s.\-][0-9O]{3,4}(?:[\s.\-][0-9O]{2,4})?)"
_SERIES: Final = r"(?:[A-ZĐ]DD|DD[A-ZĐ]|[A-ZĐ]{1,2}|[A-ZĐ]\s[A-ZĐ])"
"""A series has two letters at most, so that of three a DD is the typed form of Đ (VIQR, Telex)."""
_SERIAL: Final = rf"\b{_SERIES}[\s.,\-_/:]*{_DIGITS}\b"
_WORDS: Final = (
    r"(?:GIẤY CHỨNG NHẬN|GCN(?:QSDĐ|QSD)?|PHÁT HÀNH|S[ÊE] ?-?RI|SERIAL|"
    r"S[ỐO](?: ?(?:PHÁT HÀNH|PHAT HANH|S[ÊE] ?-?RI|GCN|SERIAL))?)"
)
_IN_FRONT: Final = rf"^(?:{_WORDS}[\s.:]+)+"
_PRINTED: Final = r"^(?:\p{Lu}{1,2} [0-9]{6}|\p{Lu}{2} [0-9]{8})$"
_BOOK_WORDS: Final = (
    r"(?i)^(?:số )?(?:vào )?sổ(?: cấp)?(?: (?:gcn|giấy chứng nhận))?(?: (?:qsdđ|quyền sử dụng đất))?(?: số)?[\s.:]*"
)


def serials(text: pl.Expr) -> pl.Expr:
    """The serials of a cleaned cell, in printed form, in their order: "bđ123456; BĐ-123.457" → [BĐ 123456, BĐ 123457].

    A text with digits in which no serial is found stands as it is, in capitals; one without digits ("chưa cấp") names
    none. Null for a cell that names none.
    """
    upper = text.str.to_uppercase().str.replace_all("[ÐƉ]", "Đ").str.replace(_IN_FRONT, "")
    found = upper.str.extract_all(_SERIAL).list.eval(_printed(pl.element()).drop_nulls())
    return (
        pl.when(found.list.len() > 0)
        .then(found.list.unique(maintain_order=True))
        .when(text.str.contains("[0-9]"))
        .then(pl.concat_list(upper))
    )


def well_formed(serial: pl.Expr) -> pl.Expr:
    """Whether a serial in printed form is one that was ever printed."""
    return serial.str.contains(_PRINTED)


def serial_key(serial: pl.Expr) -> pl.Expr:
    """A serial in printed form without its spaces; equal for one certificate however a book writes it."""
    return serial.str.to_uppercase().str.replace_all(r"[\s.,\-_/:]", "")


def folded_serial(key: pl.Expr) -> pl.Expr:
    """A serial's key with D for Đ: what a typist without Vietnamese letters makes of BĐ, which BD is in earnest."""
    return key.str.replace_all("Đ", "D", literal=True)


def book_number(text: pl.Expr) -> pl.Expr:
    """A cleaned book number as written, without the words in front of it; null when there is no digit in it."""
    bare = text.str.replace(_BOOK_WORDS, "")
    return pl.when(bare.str.contains("[0-9]")).then(bare)


def book_number_key(number: pl.Expr) -> pl.Expr:
    """A book number as its words and its whole numbers: CS05494, CS-05.494, cs 5494 → cs/5494."""
    text = ascii_key(number).str.replace_all(r"([0-9])\.([0-9]{3})\b", "$1$2")
    # The O that a typist put for a zero stands among digits.
    digits = text.str.replace_all(r"([0-9])o", "${1}0").str.replace_all(r"\bo([0-9])", "0$1")
    parts = digits.str.extract_all(r"[a-z]+|[0-9]+").list.eval(pl.element().str.replace(r"^0+([0-9])", "$1"))
    return parts.list.join("/").replace("", None)


def _printed(found: pl.Expr) -> pl.Expr:
    """Letters, a space, digits; O among the digits is a typist's zero."""
    compact = serial_key(found).str.replace(r"^(?:([A-ZĐ])DD|DD([A-ZĐ]))([0-9O]{6,8})$", "${1}Đ$2$3")
    letters = compact.str.extract(r"^([A-ZĐ]{1,2})[0-9O]{6,8}$")
    digits = compact.str.extract(r"^[A-ZĐ]{1,2}([0-9O]{6,8})$").str.replace_all("O", "0", literal=True)
    return letters + " " + digits
