"""Spelling keys: what two spellings of one Vietnamese word have in common.

All functions take and give Polars expressions over text columns, so that a column costs one pass.
"""

import polars as pl

TONES = "\u0300\u0301\u0303\u0309\u0323"
"""The five written tones as combining marks: huyền, sắc, ngã, hỏi, nặng."""


def clean(text: pl.Expr) -> pl.Expr:
    """Composed (NFC), without invisible characters, with single spaces; null when nothing is left."""
    visible = text.str.replace_all(r"[\p{Cf}\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]", "").str.normalize("NFC")
    return visible.str.replace_all(r"\s{2,}|[\s--\x20]", " ").str.strip_chars(" ").replace("", None)


def spelling_key(text: pl.Expr) -> pl.Expr:
    """Lower case, with each syllable's tone mark behind the syllable: hoà = hòa, THUỶ = thủy, but hung ≠ hùng."""
    decomposed = text.str.to_lowercase().str.normalize("NFD")
    return decomposed.str.replace_all(rf"([\p{{L}}\p{{M}}]*?)([{TONES}])([\p{{L}}\p{{M}}]*)", "$1$3$2")


def ascii_key(text: pl.Expr) -> pl.Expr:
    """Lower case without any mark, đ as d: what is left when all diacritics are lost."""
    decomposed = text.str.to_lowercase().str.normalize("NFD")
    return decomposed.str.replace_all(r"\p{M}", "").str.replace_all("đ", "d", literal=True)


def toneless_key(key: pl.Expr) -> pl.Expr:
    """A spelling key without its tones, with the letters' own marks: hùng, húng → hung, but hưng stays."""
    return key.str.replace_all(f"[{TONES}]", "")


def folded_key(text: pl.Expr) -> pl.Expr:
    """`ascii_key`, with i for the y of an open syllable, which is a matter of taste: Lý, Lí → li; Thúy → thuy."""
    return ascii_key(text).str.replace_all(r"\b([bcdghklmnpqrstvx]+|qu)y\b", "${1}i")


def has_marks(text: pl.Expr) -> pl.Expr:
    """Whether a text carries any Vietnamese mark (a tone, a vowel's hat, breve or horn, or đ)."""
    return text.str.normalize("NFD").str.contains(r"[\p{M}đĐ]")
