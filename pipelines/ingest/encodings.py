"""The bytes of a file → its text, in two steps: a text image that loses nothing, then the repair of its cells.

The first step knows files (marks of byte order, UTF-16, UTF-8 with stray lines), the second Vietnamese: TCVN3, VNI,
VIQR, windows-1258 and misread UTF-8 are told per column and cell by the share of legal syllables. Nothing is stripped
before: what looks like a soft hyphen is ư in TCVN3.
"""

import codecs
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.vietnamese.legacy.evidence import AS_IS
from pipelines.vietnamese.legacy.image import bytes_of, image_of
from pipelines.vietnamese.legacy.readings import LIMITS, Limits, readings, telling_texts

_BOMS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_SAMPLE = 1 << 20

DECISIONS = pl.Schema({"column": pl.String, "encoding": pl.String, "cells": pl.Int64, "confidence": pl.Float64})
EXCEPTIONS = pl.Schema(
    {"row": pl.UInt32, "column": pl.String, "encoding": pl.String, "confidence": pl.Float64, "image": pl.String}
)


@dataclass(frozen=True)
class Image:
    """A file as text: `encoding` is utf-8, utf-16-le, utf-16-be or windows-1252.

    In windows-1252 every character stands for one byte, whatever the bytes mean: see `repair`. `bom` is the mark of
    byte order that was cut off, `tail` the last byte of UTF-16 with an odd number of them, and `stray_lines` (from 1,
    ended by a line feed) are the lines of a UTF-8 file that are not UTF-8 and stand as their windows-1252 image.
    """

    text: str
    encoding: str
    bom: bytes = b""
    tail: bytes = b""
    stray_lines: tuple[int, ...] = field(default=())

    @property
    def single_byte(self) -> bool:
        """Whether each character of the text is an undecoded byte."""
        return self.encoding == "windows-1252"


def text_image(content: bytes) -> Image:
    """A file's text without loss: `to_bytes` gives the same bytes back.

    The one exception is UTF-16 with an unpaired surrogate, which no text can hold: it becomes U+FFFD.
    """
    for encoding, bom in _BOMS.items():
        if content.startswith(bom):
            body = content.removeprefix(bom)
            return _utf8(body, bom) if encoding == "utf-8" else _utf16(body, encoding, bom)
    unmarked = _utf16_without_bom(content)
    return _utf16(content, unmarked, b"") if unmarked else _utf8(content, b"")


def to_bytes(image: Image) -> bytes:
    """The bytes that `text_image` was given."""
    if image.single_byte:
        return image.bom + bytes_of(image.text)
    if not image.stray_lines:
        return image.bom + image.text.encode(image.encoding) + image.tail
    stray = set(image.stray_lines)
    lines = (
        bytes_of(line) if number in stray else line.encode() for number, line in enumerate(image.text.split("\n"), 1)
    )
    return image.bom + b"\n".join(lines)


def _utf16(body: bytes, encoding: str, bom: bytes) -> Image:
    whole = len(body) // 2 * 2
    return Image(body[:whole].decode(encoding, "replace"), encoding, bom, body[whole:])


def _utf16_without_bom(content: bytes) -> str | None:
    """UTF-16 without a mark: of Latin text every second byte is zero, or one of the few pages that Vietnamese needs."""
    units = np.frombuffer(content[: min(len(content) // 2 * 2, _SAMPLE)], dtype=np.uint8).reshape(-1, 2)
    if not len(units) or len(content) % 2:
        return None
    for encoding, high, low in (("utf-16-le", units[:, 1], units[:, 0]), ("utf-16-be", units[:, 0], units[:, 1])):
        if np.mean(high == 0) > 0.4 and np.isin(high, (0x00, 0x01, 0x03, 0x1E, 0x20)).mean() > 0.98 and low.all():
            try:
                content.decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return None


def _utf8(body: bytes, bom: bytes) -> Image:
    """UTF-8 if most of what is not ASCII is: then lines that are not stand as images, else the whole file does."""
    try:
        return Image(body.decode("utf-8"), "utf-8", bom)
    except UnicodeDecodeError:
        pass
    # Each byte that is not UTF-8 comes as a lone surrogate, each valid sequence as its character.
    escaped = np.frombuffer(body.decode("utf-8", "surrogateescape").encode("utf-32-le", "surrogatepass"), dtype="<u4")
    invalid = int(((escaped >= 0xDC80) & (escaped <= 0xDCFF)).sum())
    valid = int((escaped > 0x7F).sum()) - invalid
    if valid < invalid and not bom:
        return Image(image_of(body), "windows-1252")
    lines, stray = [], []
    for number, line in enumerate(body.split(b"\n"), 1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(image_of(line))
            stray.append(number)
    return Image("\n".join(lines), "utf-8", bom, stray_lines=tuple(stray))


@dataclass(frozen=True)
class Repaired:
    """`cells`: the table, decoded and composed (NFC).

    `decisions` has a row for each column and encoding in it, the column's own first: how many cells, and the mean
    probability (0 to 1) that they are of it; cells that read the same in all encodings count with the column's own.
    `exceptions` has a row for each cell (`row` from 0) of another encoding than its column's, with the text as it was
    given (`image`): in the encoding of the file's Image it is the cell's bytes.
    """

    cells: pl.DataFrame
    decisions: pl.DataFrame
    exceptions: pl.DataFrame


def repair(cells: pl.DataFrame, single_byte: bool, limits: Limits = LIMITS) -> Repaired:
    """Decode the text columns of one file's table; columns of other types are left alone.

    `single_byte` says that the cells are the windows-1252 image of bytes. A cell of ASCII is never touched outside a
    column of VIQR; a cell of legal syllables only where its column is largely of another encoding that fits better.
    """
    columns = [cells[name] for name, dtype in cells.schema.items() if dtype == pl.String]
    if not columns:
        return Repaired(cells, DECISIONS.to_frame(), EXCEPTIONS.to_frame())
    texts = pl.concat(map(telling_texts, columns))
    found = readings(texts, limits.rarity_single_byte if single_byte else limits.rarity, limits)
    by_column = found.partition_by("column", as_dict=True, include_key=False)
    parts = [_column(series, by_column.get((series.name,))) for series in columns]
    return Repaired(
        cells.with_columns(series for series, _, _ in parts),
        pl.concat(decisions for _, decisions, _ in parts),
        pl.concat(exceptions for _, _, exceptions in parts),
    )


def _column(series: pl.Series, found: pl.DataFrame | None) -> tuple[pl.Series, pl.DataFrame, pl.DataFrame]:
    """One column repaired, its decisions and its exceptions; `found` is what `readings` gave for it."""
    if found is None:
        whole = pl.DataFrame([[series.name], [AS_IS], [series.count()], [1.0]], schema=DECISIONS)
        return series, whole, EXCEPTIONS.to_frame()
    frame = (
        pl.DataFrame({"value": series}).with_row_index("row").join(found, on="value", how="left", maintain_order="left")
    )
    told = frame.drop_nulls("encoding").group_by("encoding").agg(pl.len().alias("cells"), pl.mean("confidence"))
    told = told.sort("cells", "encoding", descending=[True, False])
    own = told["encoding"][0] if told.height else AS_IS
    silent = series.count() - told["cells"].sum()
    decisions = (told if told.height else pl.DataFrame({"encoding": [own], "cells": [0], "confidence": [1.0]})).select(
        pl.lit(series.name).alias("column"),
        "encoding",
        pl.col("cells").cast(pl.Int64) + pl.when(pl.col("encoding") == own).then(silent).otherwise(0),
        "confidence",
    )
    exceptions = frame.filter(pl.col("encoding") != own).select(
        "row", pl.lit(series.name).alias("column"), "encoding", "confidence", pl.col("value").alias("image")
    )
    return frame.select(pl.coalesce("text", "value").alias(series.name)).to_series(), decisions, exceptions
