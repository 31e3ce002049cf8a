"""Names of people: họ (surname), chữ đệm (middle), tên (given name), in this order."""

import polars as pl

from pipelines.vietnamese.spelling import clean

_TITLE = r"(?i)^(?:(?:hộ\s+)?(?:ông|bà|cụ|anh|chị)(?:\s*:)?|hộ)\s+"


def name_case(text: pl.Expr) -> pl.Expr:
    """A cleaned name with each syllable capitalised: NGUYỄN văn  a → Nguyễn Văn A; null when empty."""
    return clean(text).str.to_titlecase()


def without_title(text: pl.Expr) -> pl.Expr:
    """A name without the form of address in front of it: Hộ ông Nguyễn Văn A → Nguyễn Văn A."""
    return clean(text).str.replace(_TITLE, "")


def titled_sex(name: pl.Expr) -> pl.Expr:
    """The sex that the form of address in front of a name tells: Hộ ông → male, Bà → female; null without one."""
    title = clean(name).str.to_lowercase().str.extract(r"^(?:hộ\s+)?(ông|bà)\b")
    return title.replace_strict({"ông": "male", "bà": "female"}, default=None, return_dtype=pl.String)


def surname(name: pl.Expr) -> pl.Expr:
    """The first syllable of a cleaned name."""
    return name.str.extract(r"^(\S+)")


def given_name(name: pl.Expr) -> pl.Expr:
    """The last syllable of a cleaned name: the part that people are called by."""
    return name.str.extract(r"(\S+)$")
