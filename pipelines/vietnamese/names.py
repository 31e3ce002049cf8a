"""Names of people: họ (surname), chữ đệm (middle), tên (given name), in this order."""

import polars as pl

from pipelines.vietnamese.spelling import clean

_REMARK = r"\s*[(\[{][^)\]}]*[)\]}]?"
_TITLE = r"(?i)^(?:(?:h[ộo]\s+)?(?:ông|bà|cụ|anh|chị)(?:\s*:)?|h[ộo]\s+(?:ong|ba|cu)|hộ)\s+"
_PERSONS_TITLE = r"(?i)^(?:(?:hộ\s+)?(?:ông|bà|cụ)|hộ)\s+(\S+\s+\S.*)$"
"""A title before at least two words: what stands before one alone is the surname (Ông is one too)."""


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


def person_name(text: pl.Expr) -> pl.Expr:
    """A name as such: without form of address in front, remarks in brackets, and the dots of abbreviations.

    Bà Ng.T. HOA (đã chết) → Ng T Hoa; null when empty.
    """
    bare = text.str.replace_all(_REMARK, " ").str.replace_all(r"[.~,;:*?]+", " ")
    return name_case(clean(bare).str.replace(_PERSONS_TITLE, "$1"))


def remark(text: pl.Expr) -> pl.Expr:
    """What stands in brackets in the cell of a name, such as "đã chết"; null when nothing does."""
    return text.str.extract(r"[(\[{]([^)\]}]+)")


def surname(name: pl.Expr) -> pl.Expr:
    """The first syllable of a cleaned name."""
    return name.str.extract(r"^(\S+)")


def middle_name(name: pl.Expr) -> pl.Expr:
    """What stands between surname and given name; empty when nothing does."""
    return name.str.extract(r"^\S+ (.+) \S+$").fill_null(pl.when(name.is_not_null()).then(pl.lit("")))


def initials(name: pl.Expr) -> pl.Expr:
    """The first letter of each syllable of a folded name: nguyen van hung → nvh."""
    return name.str.replace_all(r"(\S)\S*\s*", "$1")


def is_abbreviated(name: pl.Expr) -> pl.Expr:
    """Whether a syllable before the given name is only its first letters: n v hung, ng thi hoa."""
    return name.str.contains(r"(?:^|\s)[^aeiouy\s]+\s")


def given_name(name: pl.Expr) -> pl.Expr:
    """The last syllable of a cleaned name: the part that people are called by."""
    return name.str.extract(r"(\S+)$")
