"""Columns of text made small enough to be carried inside a page, and unpacked there by `templates/browser.js`.

What the columns mean does not belong here.
"""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import polars as pl
from markupsafe import Markup, escape

_EMPTY = -1
_NEW = 0
_LEVEL = 7
"""Of gzip: level 9 takes four times as long and saves one hundredth."""


def packed_column(texts: pl.Series, keys: pl.Series, shown: Callable[[str], str]) -> dict[str, Any]:
    """The different texts in the order in which they first stand, and for each row how far back its text was new.

    `back` is 0 where a text is new, n where it is the n-th newest so far, -1 where there is none: small numbers where
    neighbouring rows say the same. `hidden` are the places of texts of which a part is hidden, so that two of them are
    told apart by their places (true: all). Texts are one when their `keys` are equal; each is written as `shown` gives
    it. The order of first standing tells nothing about the hidden part of a text, as the order of the texts would.
    """
    column = pl.DataFrame({"text": texts, "key": keys}).with_row_index("row")
    said = column.filter(pl.col("text") != "")
    first = said.unique("key", keep="first", maintain_order=True).with_row_index("code", offset=1)
    back = (
        column.join(first.select("key", "code", first="row"), on="key", how="left", maintain_order="left")
        .with_columns(is_new=(pl.col("row") == pl.col("first")).fill_null(value=False))
        .with_columns(seen=pl.col("is_new").cum_sum().cast(pl.Int64))
        .select(
            pl.when((pl.col("text") == "") | pl.col("code").is_null())
            .then(_EMPTY)
            .when("is_new")
            .then(_NEW)
            .otherwise(pl.col("seen") - pl.col("code").cast(pl.Int64) + 1)
        )
        .to_series()
    )
    clear = first["text"].to_list()
    masked = [shown(text) for text in clear]
    hidden = [code for code, (was, is_now) in enumerate(zip(clear, masked, strict=True)) if was != is_now]
    return {"texts": masked, "hidden": len(hidden) == len(clear) or hidden, "back": back.to_list()}


def packed(data: object) -> Markup:
    """The data as JSON, compressed, in letters that may stand inside any element of a page."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return escape(base64.b64encode(gzip.compress(text.encode(), compresslevel=_LEVEL, mtime=0)).decode())
