"""Rows that add up others: they are no record of a person or a parcel."""

import re
from typing import Final

import polars as pl

# "Tổng cộng", "Tổng số"; also as they look in TCVN3 and VNI before decoding
_CONG: Final = r"c(?:ộ|é|oä)ng"
_TONG: Final = r"t(?:ổ|æ|oå)ng"
_WORDS: Final = (
    r"(?:t(?:ổ|o|æ|oå)ng\s+(?:c(?:ộ|o|é|oä)ng|s(?:ố|o|è|oá))\b"
    # Of a part. Tổng đội, Tổng công ty and Cộng đồng dân cư hold land; Tổng Văn An and Cộng Thị Hoa are people.
    rf"|{_CONG}\s+(?:thôn|th«n|thoân|xóm|xãm|xoùm|tổ|khu|đội|hộ|trang|xã|ấp|cụm|tờ)\b"
    rf"|{_TONG}\s+(?:thôn|th«n|thoân|xóm|xãm|xoùm|hộ|trang|tờ)\b)"
)
_ALONE: Final = rf"(?:{_CONG}|{_TONG})\s*[:.]?[\d.,\s]*"
_UNIT: Final = r"(?:\s*(?:người|nhân khẩu|hộ|thửa|m2|m²))?"
_CELL: Final = rf"(?i)^(?:{_WORDS}.{{0,40}}|{_ALONE}{_UNIT})$"


def may_be_total_row(width: int) -> pl.Expr:
    """Whether a row is worth asking: of hundreds of thousands of rows hardly one is a total."""
    begins = rf"(?i)^\s*(?:{_CONG}|{_TONG}|[ct]ong)"
    return pl.any_horizontal(pl.col(f"c{at}").str.contains(begins) for at in range(min(width, 3)))


def is_total_row(width: int) -> pl.Expr:
    """Whether a row of cells `c0`, `c1`, … starts with a total's words and has nothing after them but numbers."""
    cells = [pl.col(f"c{at}").str.strip_chars() for at in range(width)]
    words = pl.any_horizontal(cell.str.contains(_CELL) for cell in cells[:3])
    rest = pl.all_horizontal(cell.str.contains(rf"{_CELL}|^[0-9.,\s%]*$") for cell in cells)
    return words & rest


def is_total_line(text: pl.Expr, delimiter: str) -> pl.Expr:
    """The same for a line that may have another number of cells than a record, such as `Tổng cộng: 12 người`."""
    part = re.escape(delimiter)
    gap = rf'[\s"{part}]*'
    words = rf'(?:{_WORDS}[^"{part}]{{0,40}}|{_ALONE})'
    return text.str.contains(rf'(?i)^{gap}(?:\d+{gap})?{words}(?:"?{part}{gap}[\d.,\s%]*"?)*{_UNIT}{gap}$')
