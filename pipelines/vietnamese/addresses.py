"""Addresses of old communes: the hamlet, and a key for it.

Hamlets of different communes share their names (Thôn 1, Thôn Đông), so that a key is only good with its commune.
"""

from typing import Final

import polars as pl

from pipelines.vietnamese.spelling import folded_key

_SHORT: Final = (
    (r"^(?:tdp|to dan pho|to dp|to)\s*(?:so)?\s+", "to "),
    (r"^(?:thon|t|lang|ap)\s+", ""),
    (r"^(?:xom|x)\s+", ""),
    (r"^(?:khu pho|kp|khu)\s+", ""),
    (r"^(?:doi|d)\s+", ""),
    (r"^(?:so)\s+", ""),
    (r"\b0+([0-9])", "$1"),
)
_HAMLET: Final = r"(?i)^\s*((?:thôn|xóm|tổ|tdp|khu|đội|ấp|làng|cụm|t|x|đ)(?:\.|\s)\s*[^,;]+?)\s*(?:[,;]|$)"


def hamlet_of(address: pl.Expr) -> pl.Expr:
    """The hamlet with which an address begins, after a house number: Thôn Đông, xã A, huyện B → Thôn Đông; else null.

    Of "X." and "T." the place decides: in front of the first comma they are xóm and thôn, never xã and tỉnh.
    """
    return address.str.replace(r"(?i)^\s*(?:số nhà|sn|nhà số|số)\s*[0-9][^,;]*[,;]\s*", "").str.extract(_HAMLET)


def hamlet_key(hamlet: pl.Expr) -> pl.Expr:
    """A hamlet without its kind and its abbreviations: T. Đông, Thôn Đông → dong; Tổ dân phố số 03, TDP 3 → to 3."""
    key = folded_key(hamlet).str.replace_all(r"[.\-]", " ").str.replace_all(r"\s+", " ").str.strip_chars(" ")
    for pattern, short in _SHORT:
        key = key.str.replace(pattern, short)
    return key.replace("", None)
