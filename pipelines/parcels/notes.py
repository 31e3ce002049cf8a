"""What a parcel's note says of its numbers on another map: "Thửa cũ số 45, tờ 3 bản đồ 299", "Tách từ thửa 12 tờ 5".

A land book tells so by which number a parcel was known before, or by which it is known now; nothing else that a note
says is looked at.
"""

import re
from typing import Final, NamedTuple

import polars as pl

from pipelines.vietnamese.spelling import ascii_key

MENTIONS: Final = pl.Schema(
    {
        "note": pl.String,
        "told": pl.String,
        "is_former": pl.Boolean,
        "map_system": pl.String,
        "sheet_no": pl.String,
        "parcel_no": pl.String,
    }
)

_ONE: Final = r"0*(\d+[a-z]?)\b"
_LIST: Final = r"(\d+[a-z]?\b(?:\s*(?:,|;|\+|&|-|va|voi)\s*(?:(?:cac )?thua (?:dat )?(?:cu )?(?:so )?)?\d+[a-z]?\b)*)"
_PLOTS: Final = rf"\bthua(?: dat)?(?: cu| moi)?(?: so)?[:\s]*{_LIST}"
_SHEET: Final = rf"\bto(?: ban do| bd)?(?: cu| moi)?(?: so)?[:\s]*{_ONE}"
_SYSTEM: Final = (
    r"(?:[\s,;(-]*(?:thuoc |theo )?(?:he )?(?:ban do|bd|do dac|he)[^,;.\d]*?(?P<system{0}>299|1994|94|tong the)\b)?"
)
_BETWEEN: Final = r"[\s,;(/-]*(?:thuoc |cua |o )?"
_MENTION: Final = re.compile(
    rf"{_PLOTS}{_BETWEEN}{_SHEET}{_SYSTEM.format(1)}|{_SHEET}{_BETWEEN}{_PLOTS}{_SYSTEM.format(2)}"
)
_SYSTEMS: Final = {"299": "299", "94": "1994", "1994": "1994", "tong the": "tổng thể"}
_TOLD: Final = {
    "split": re.compile(r"\b(?:tach|chia)\b"),
    "joined": re.compile(r"\b(?:gop|hop|nhap)\b"),
}
_IS_NEW: Final = re.compile(r"\bthanh\b|\bnay (?:la|thuoc)\b|\bthua (?:dat )?moi\b|\bdoi sang\b")


class Mention(NamedTuple):
    """A number that a note names. `told` is split, joined or neither (null); `is_former` when it was the number before;
    `map_system` is null when the note names none."""

    told: str | None
    is_former: bool
    map_system: str | None
    sheet_no: str
    parcel_no: str


def mentions(notes: pl.Series) -> pl.DataFrame:
    """All numbers that each of the notes names, once: `MENTIONS`."""
    distinct = pl.DataFrame({"note": notes.drop_nulls().unique(maintain_order=True)})
    folded = distinct.with_columns(ascii_key(pl.col("note")).alias("folded")).filter(
        pl.col("folded").str.contains(r"\bthua\b") & pl.col("folded").str.contains(r"\bto\b")
    )
    return pl.DataFrame(
        [(note, *mention) for note, text in folded.iter_rows() for mention in dict.fromkeys(_mentions(text))],
        schema=MENTIONS,
        orient="row",
    )


def _mentions(folded: str) -> list[Mention]:
    found: list[Mention] = []
    begin = 0
    told: str | None = None
    is_former = True
    for match in _MENTION.finditer(folded):
        # What a number is mentioned for stands before the first of a list, and holds until it is said anew.
        words = folded[begin : match.start()] + match.group()[:12]
        told = next((name for name, pattern in _TOLD.items() if pattern.search(words)), told)
        is_former = False if _IS_NEW.search(words) else is_former
        plots, sheet = (match[1], match[2]) if match[1] else (match[5], match[4])
        system = match["system1"] or match["system2"]
        found += [
            Mention(told, is_former, _SYSTEMS[system] if system else None, sheet.upper(), plot.upper())
            for plot in re.findall(rf"\b{_ONE}", plots)
        ]
        begin = match.end()
    return found
