"""Addresses of old communes: the hamlet, and what its spellings have in common.

Hamlets of different communes share their names (Thôn 1, Thôn Đông), so that a key is only good with its commune.
"""

from typing import Final

import polars as pl

from pipelines.vietnamese.spelling import TONES, folded_key, spelling_key

_KINDS: Final = {
    "to": "tdp|to dan pho|to dp|to",
    "thon": "thon|t",
    "xom": "xom|x",
    "khu": "khu dan cu|kdc|khu pho|kp|khu",
    "doi": "doi|d",
    "lang": "lang",
    "ap": "ap",
    "ban": "ban",
    "cum": "cum dan cu|cum",
    "khoi": "khoi pho|khoi",
    "khom": "khom",
    "buon": "buon",
}
"""A kind of hamlet, and how it is written: without marks, the longer ones first."""

_IN_FRONT: Final = rf"^(?:({'|'.join(_KINDS.values())}) (?:so )?[a-z0-9]|so [0-9])"
"""What stands in front of a name, up to its first letter."""

_WRITTEN: Final = "thôn|thon|xóm|xom|tổ|tdp|khu|đội|ấp|làng|cụm|bản|khối|khóm|buôn|t|x|đ"
_AT_HEAD: Final = rf"(?i)^\s*((?:{_WRITTEN})(?:\.|\s)\s*[^,;]+?)\s*(?:[,;]|$)"
_LATER: Final = r"(?i)[,;]\s*((?:thôn|thon|xóm|xom|tổ dân phố|tổ dp|to dan pho|tdp)\s[^,;]+?)\s*(?:[,;]|$)"


def hamlet_of(address: pl.Expr) -> pl.Expr:
    """The hamlet that an address names in front of its commune: Thôn Đông, xã A, huyện B → Thôn Đông; else null.

    Of "X." and "T." the place decides: in front of the first comma they are xóm and thôn, never xã and tỉnh. Behind
    a house number or an alley only a whole word tells.
    """
    after_number = address.str.replace(r"(?i)^\s*(?:số nhà|sn|nhà số|số)\s*[0-9][^,;]*[,;]\s*", "")
    return pl.coalesce(after_number.str.extract(_AT_HEAD), address.str.extract(_LATER))


def hamlet_key(hamlet: pl.Expr) -> pl.Expr:
    """A hamlet without its kind and its abbreviations: T. Đông, Thôn Đông → dong; Tổ dân phố số 03, TDP 3 → to 3."""
    return pl.when(hamlet_kind(hamlet) == "to").then("to " + hamlet_name(hamlet)).otherwise(hamlet_name(hamlet))


def hamlet_kind(hamlet: pl.Expr) -> pl.Expr:
    """What a hamlet is called besides its name: thon, xom, to (TDP 3, Tổ dân phố 3), khu, doi, …; null when untold."""
    words = _words(folded_key(hamlet)).str.extract(_IN_FRONT)
    kind = pl.lit(None, pl.String)
    for name, written in _KINDS.items():
        kind = pl.when(words.str.contains(f"^(?:{written})$")).then(pl.lit(name)).otherwise(kind)
    return kind


def hamlet_name(hamlet: pl.Expr) -> pl.Expr:
    """A hamlet's name alone, without marks: Thôn Đông, T.Đông → dong; Tổ dân phố số 03 → 3."""
    return _behind_the_kind(folded_key(hamlet), hamlet)


def hamlet_spelling(hamlet: pl.Expr) -> pl.Expr:
    """A hamlet's name alone with its marks, wherever the tone is written, i for y: Thôn Hoà, T. HÒA are one.

    What differs in it while both sides carry marks is another name: Thôn Đông, Thôn Đồng.
    """
    one_letter = spelling_key(hamlet).str.replace_all(rf"\b([bcdghklmnpqrstvx]+|qu)y([{TONES}]?)\b", "${1}i$2")
    return _behind_the_kind(one_letter, hamlet)


def _words(key: pl.Expr) -> pl.Expr:
    """A key's words with single spaces, also between a kind and its number: T.Đông → t đông, TDP3 → tdp 3."""
    spaced = key.str.replace_all(r"[.,;\-\s]+", " ").str.strip_chars(" ")
    return spaced.str.replace(r"^(\p{L}[\p{L}\p{M}]*)([0-9])", "$1 $2")


def _behind_the_kind(key: pl.Expr, hamlet: pl.Expr) -> pl.Expr:
    """The words of a key behind the kind and "số", as many as there are in front of the name when it has no marks."""
    in_front = _words(folded_key(hamlet)).str.extract(_IN_FRONT, 0)
    count = in_front.str.count_matches(" ", literal=True).fill_null(0)
    name = _words(key).str.split(" ").list.slice(count).list.join(" ")
    return name.str.replace_all(r"\b0+([0-9])", "$1").replace("", None)
