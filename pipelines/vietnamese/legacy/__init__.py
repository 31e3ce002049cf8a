"""Text of the years before Unicode → text: one decoder for each way in which it arrives.

A decoder takes what a reader of windows-1252 saw (the image) and gives composed text (NFC), or None where the text
cannot be of its encoding. It does not judge whether the text is: that takes the whole column, see `evidence`.
"""

from collections.abc import Callable

import polars as pl

from pipelines.vietnamese.legacy.misread import utf8_misread
from pipelines.vietnamese.legacy.tcvn3 import tcvn3
from pipelines.vietnamese.legacy.viqr import viqr
from pipelines.vietnamese.legacy.vni import vni
from pipelines.vietnamese.legacy.windows_1258 import windows_1258

DECODERS: dict[str, Callable[[str], str | None]] = {
    "tcvn3": tcvn3,
    "vni": vni,
    "viqr": viqr,
    "utf8_misread": utf8_misread,
    "windows_1258": windows_1258,
}
"""The decoders by the name of their encoding."""


def decoded(text: pl.Series, encoding: str) -> pl.Series:
    """Every text decoded from one encoding of DECODERS; null where it is null or cannot be of that encoding."""
    decode = DECODERS[encoding]
    unique = text.drop_nulls().unique()
    results = pl.Series([decode(value) for value in unique], dtype=pl.String)
    return text.replace_strict(unique, results, default=None, return_dtype=pl.String)


__all__ = ["DECODERS", "decoded", "tcvn3", "utf8_misread", "viqr", "vni", "windows_1258"]
