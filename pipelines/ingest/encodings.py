"""The bytes of a file → its text, in two steps: a text image that loses nothing, then the repair of its cells.

The first step knows files (marks of byte order, UTF-16, UTF-8 with stray lines), the second Vietnamese: TCVN3, VNI,
VIQR, windows-1258 and misread UTF-8 are told per column and cell by the share of legal syllables. Nothing is stripped
before: what looks like a soft hyphen is ư in TCVN3.
"""

import codecs
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.vietnamese.legacy import decoded
from pipelines.vietnamese.legacy.evidence import AS_IS, READINGS, VIQR_MARK, VIQR_ODD, word_scores
from pipelines.vietnamese.legacy.image import bytes_of, image_of
from pipelines.vietnamese.legacy.shares import Matrix, estimate, posteriors

NFD = "nfd"
"""The encoding of a cell that was right but not composed."""

_BOMS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_SAMPLE = 1 << 20

DECISIONS = pl.Schema({"column": pl.String, "encoding": pl.String, "cells": pl.Int64, "confidence": pl.Float64})
EXCEPTIONS = pl.Schema(
    {"row": pl.UInt32, "column": pl.String, "encoding": pl.String, "confidence": pl.Float64, "image": pl.String}
)

_TEXTS = pl.Schema({"column": pl.String, "value": pl.String, "is_ascii": pl.Boolean})
_FOR_EACH_READING = pl.Array(pl.Float64, shape=len(READINGS))
_SHARES = pl.Schema(
    [
        ("column", pl.String()),
        ("signature", pl.UInt64()),
        ("id", pl.UInt32()),
        ("prior", _FOR_EACH_READING),
        ("posterior", _FOR_EACH_READING),
    ]
)
_SCORES = [f"score_{reading}" for reading in READINGS]
_TEXTS_OF = [f"text_{reading}" for reading in READINGS]
_GAINS = [f"gain_{reading}" for reading in READINGS]

_HOPELESS = 6.0  # how far behind the text as it is a reading is given up
_LEGAL = -1.0  # a cell above it has only legal syllables; a few of them may end in a full stop


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
    `exceptions` has a row for each cell (`row` from 0) of another encoding than its column's, with its undecoded
    image: the bytes of the file are `to_bytes` of it.
    """

    cells: pl.DataFrame
    decisions: pl.DataFrame
    exceptions: pl.DataFrame


@dataclass(frozen=True)
class Limits:
    """When a text may be changed. Scores and margins are in powers of ten."""

    rarity: float = 4.0
    """A legacy encoding is believed one in 10^rarity, until the file shows it."""
    rarity_single_byte: float = 3.0
    """The same for a file whose bytes are not UTF-8."""
    share_to_touch_legal: float = 0.1
    """A cell of legal syllables is decoded only in a column where the encoding has this share,"""
    margin_to_touch_legal: float = 1.0
    """and only with these odds."""
    viqr_share: float = 0.1
    """VIQR is looked for in a column where this share of the texts carries its marks."""
    margin: float = 0.3
    """The odds in favour of any change."""
    neighbours: float = 0.3
    """How many cells the other columns of the file count for."""
    most_familiar: float = 2.0
    """What a word gains at most by being met elsewhere in the file."""


_LIMITS = Limits()


def repair(cells: pl.DataFrame, single_byte: bool, limits: Limits = _LIMITS) -> Repaired:
    """Decode the text columns of one file's table; columns of other types are left alone.

    `single_byte` says that the cells are the windows-1252 image of bytes. A cell of ASCII is never touched outside a
    column of VIQR; a cell of legal syllables only where its column is largely of another encoding that fits better.
    """
    names = [name for name, dtype in cells.schema.items() if dtype == pl.String]
    texts = pl.concat([_TEXTS.to_frame(), *(_telling_texts(cells[name], limits) for name in names)])
    readings = _readings(texts, limits.rarity_single_byte if single_byte else limits.rarity, limits)
    parts = [_column(cells[name], readings.filter(pl.col("column") == name).drop("column")) for name in names]
    return Repaired(
        cells.with_columns(column for column, _, _ in parts),
        pl.concat([DECISIONS.to_frame(), *(decisions for _, decisions, _ in parts)]),
        pl.concat([EXCEPTIONS.to_frame(), *(exceptions for _, _, exceptions in parts)]),
    )


def _column(series: pl.Series, readings: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame, pl.DataFrame]:
    """One column repaired, its decisions and its exceptions. `readings`: `value`, `text`, `encoding`, `confidence`."""
    frame = pl.DataFrame({"value": series})
    if readings.is_empty():
        whole = pl.DataFrame([[series.name], [AS_IS], [series.count()], [1.0]], schema=DECISIONS)
        return series, whole, EXCEPTIONS.to_frame()
    frame = frame.with_row_index("row").join(readings, on="value", how="left", maintain_order="left")
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


def _telling_texts(series: pl.Series, limits: Limits) -> pl.DataFrame:
    """The distinct texts of a column that may say something about its encoding: not ASCII, or marked as in VIQR."""
    texts = pl.DataFrame({"value": series.drop_nulls().unique(maintain_order=True)})
    value = pl.col("value")
    texts = texts.select(
        pl.lit(series.name).alias("column"), "value", is_ascii=value.str.len_bytes() == value.str.len_chars()
    )
    ascii_words = texts.filter(pl.col("is_ascii") & value.str.contains(r"[A-Za-z]{2}"))["value"]
    others = texts.filter(~pl.col("is_ascii"))
    marked = ascii_words.str.contains(VIQR_ODD).sum()
    if marked and marked >= limits.viqr_share * (ascii_words.len() + others.height):
        return texts.filter(~pl.col("is_ascii") | value.str.contains(VIQR_MARK))
    return others


def _readings(texts: pl.DataFrame, rarity: float, limits: Limits) -> pl.DataFrame:
    """How each telling text is read: `column`, `value`, `text`, `encoding`, `confidence`.

    `encoding` is null where all readings give the same text; `text` is null where the value stands as it is.
    """
    values = texts.select("value", "is_ascii").unique(maintain_order=True).with_row_index("id")
    words, scores = _words(values)
    totals = _totals(values, words, scores)
    cells = texts.select("column", "value").join(totals, on="value", maintain_order="left")
    contested = cells.filter("contested")
    certain = cells.filter("certain")
    first = _shares(contested, certain, rarity, limits)
    familiar = _familiarity(contested, certain, first, words, scores, limits)
    chosen = _choice(contested, first, familiar, limits)
    decoded_texts = _decoded(chosen, values)
    composed = pl.col("value").str.normalize("NFC")
    return (
        cells.join(chosen, on=["column", "id"], how="left", maintain_order="left")
        .join(decoded_texts, on=["id", "encoding"], how="left", maintain_order="left")
        .with_columns(
            pl.when("certain").then(pl.lit(AS_IS)).otherwise("encoding").alias("encoding"),
            pl.when("certain").then(1.0).otherwise("confidence").alias("confidence"),
            pl.coalesce("text", composed).alias("text"),
        )
        .with_columns(
            pl.when(pl.col("encoding").fill_null(AS_IS) == AS_IS, composed != pl.col("value"))
            .then(pl.lit(NFD))
            .otherwise("encoding")
            .alias("encoding"),
            pl.col("confidence").fill_null(1.0),
        )
        .select("column", "value", "text", "encoding", "confidence")
    )


def _words(values: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The telling words of each value (`id`, `word_id`), and the scores of each word in every reading (`word_id`)."""
    split = values.select("id", "is_ascii", word=pl.col("value").str.split(" ")).explode("word")
    word = pl.col("word")
    telling = (word.str.len_bytes() != word.str.len_chars()) | (pl.col("is_ascii") & word.str.contains(VIQR_MARK))
    split = split.filter(telling)
    scores = word_scores(split["word"].unique(maintain_order=True)).with_row_index("word_id")
    return split.join(scores.select("word", "word_id"), on="word", maintain_order="left").drop("word"), scores


def _totals(values: pl.DataFrame, words: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """The values with their scores summed over their words, a `signature` of those words, and what is undisputed.

    A value is `contested` when another reading gives another text and is not hopeless; it is `certain` when there is
    no other reading; else all hopeful readings give the same text.
    """
    differs = [
        (pl.col(f"text_{reading}") != pl.col(f"text_{AS_IS}")).fill_null(False).alias(f"differs_{reading}")
        for reading in READINGS[1:]
    ]
    per_word = scores.select("word_id", *_SCORES, *differs)
    summed = (
        words.join(per_word, on="word_id", maintain_order="left")
        .group_by("id", maintain_order=True)
        .agg(
            pl.col(*_SCORES).sum(),
            pl.col("^differs_.*$").any(),
            pl.col("word_id").unique().sort().hash().sum().alias("signature"),
        )
    )
    hopeful = {reading: pl.col(f"score_{reading}") >= pl.col(f"score_{AS_IS}") - _HOPELESS for reading in READINGS[1:]}
    return (
        values.join(summed, on="id", maintain_order="left")
        .with_columns(
            contested=pl.any_horizontal(pl.col(f"differs_{name}") & hope for name, hope in hopeful.items()),
            certain=~pl.any_horizontal(hopeful.values()),
        )
        .drop("^differs_.*$")
    )


def _shares(contested: pl.DataFrame, certain: pl.DataFrame, rarity: float, limits: Limits) -> pl.DataFrame:
    """For each column and signature: `prior` and `posterior` of every reading, as two lists.

    Values of the same telling words count once: what is written a thousand times is no better proof than once.
    """
    distinct = contested.unique(["column", "signature"], maintain_order=True)
    believed = np.array([1.0] + [10.0**-rarity] * (len(READINGS) - 1))
    certainly = dict(certain.group_by("column").len().iter_rows())
    in_file = estimate(_matrix(distinct), certain.height, believed).posterior
    in_file_total = believed + in_file.sum(axis=0)
    in_file_total[0] += certain.height
    parts = []
    for (column,), part in distinct.with_row_index("at").group_by("column", maintain_order=True):
        # What the other columns say, without this one: no column is its own neighbour.
        elsewhere = in_file_total - in_file[part["at"].to_numpy()].sum(axis=0)
        elsewhere[0] -= certainly.get(column, 0)
        elsewhere = np.maximum(elsewhere, believed)
        prior = limits.neighbours * elsewhere / elsewhere.sum()
        found = estimate(_matrix(part), certainly.get(column, 0), prior)
        parts.append(
            part.select("column", "signature", "id").with_columns(
                pl.Series("prior", found.prior), pl.Series("posterior", found.posterior)
            )
        )
    return pl.concat([_SHARES.to_frame(), *parts])


def _familiarity(
    contested: pl.DataFrame,
    certain: pl.DataFrame,
    shares: pl.DataFrame,
    words: pl.DataFrame,
    scores: pl.DataFrame,
    limits: Limits,
) -> pl.DataFrame:
    """What each contested value (`id`) gains in every reading from words that undisputed cells of the file hold.

    Tó is as legal as Tú; in a file full of Tú it is the misread one.
    """
    best = shares.select(
        "id", pl.col("posterior").arr.arg_max().alias("reading"), pl.col("posterior").arr.max().alias("probability")
    ).filter(pl.col("probability") >= 0.99)
    sure = pl.concat(
        [best.select("id", "reading"), certain.select("id", reading=pl.lit(0, best["reading"].dtype))]
    ).unique()
    in_words = words.join(sure, on="id", maintain_order="left").group_by("word_id", "reading").len()
    texts = scores.select("word_id", *(pl.col(text).str.to_lowercase() for text in _TEXTS_OF))
    known = pl.concat(
        in_words.filter(pl.col("reading") == number)
        .join(texts, on="word_id", maintain_order="left")
        .select(pl.col(text).alias("text"), "len")
        for number, text in enumerate(_TEXTS_OF)
    )
    gain = pl.min_horizontal((1 + 10 * pl.col("len").sum()).log10(), limits.most_familiar)
    known = known.drop_nulls().group_by("text").agg(gain.alias("gain"))
    for text, gained in zip(_TEXTS_OF, _GAINS, strict=True):
        texts = texts.join(known.rename({"text": text, "gain": gained}), on=text, how="left", maintain_order="left")
    disputed = words.join(contested.select("id").unique(), on="id", how="semi")
    return (
        disputed.join(texts.select("word_id", *_GAINS), on="word_id", maintain_order="left")
        .group_by("id", maintain_order=True)
        .agg(pl.col(*_GAINS).fill_null(0.0).sum())
    )


def _choice(contested: pl.DataFrame, shares: pl.DataFrame, familiar: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """The reading of each contested value: `column`, `id`, `encoding`, `confidence`. A tie leaves it as it is."""
    frame = contested.join(shares.drop("id"), on=["column", "signature"], maintain_order="left").join(
        familiar, on="id", maintain_order="left"
    )
    prior = frame["prior"].to_numpy()
    probability = posteriors(_matrix(frame) + frame.select(_GAINS).to_numpy(), prior)
    legal_as_is = frame[f"score_{AS_IS}"].to_numpy() > _LEGAL
    margin = np.where(legal_as_is, limits.margin_to_touch_legal, limits.margin)
    allowed = probability > probability[:, :1] * 10.0 ** margin[:, None]
    allowed &= ~legal_as_is[:, None] | (prior >= limits.share_to_touch_legal)
    allowed[:, 0] = True
    chosen = np.where(allowed, probability, 0.0).argmax(axis=1)
    return frame.select("column", "id").with_columns(
        pl.Series("encoding", READINGS, dtype=pl.String).gather(chosen),
        pl.Series("confidence", probability[np.arange(len(chosen)), chosen]),
    )


def _decoded(chosen: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """The text of each value in the encoding chosen for it, word for word: `id`, `encoding`, `text`."""
    wanted = chosen.filter(pl.col("encoding") != AS_IS).select("id", "encoding").unique(maintain_order=True)
    words = wanted.join(values.select("id", word=pl.col("value").str.split(" ")), on="id", maintain_order="left")
    words = words.explode("word")
    pairs = words.select("encoding", "word").unique(maintain_order=True)
    table = pl.concat(
        [
            pl.DataFrame(schema={"encoding": pl.String, "word": pl.String, "text": pl.String}),
            *(
                part.with_columns(decoded(part["word"], str(encoding)).alias("text"))
                for (encoding,), part in pairs.group_by("encoding", maintain_order=True)
            ),
        ]
    )
    return (
        words.join(table, on=["encoding", "word"], how="left", maintain_order="left")
        .group_by("id", "encoding", maintain_order=True)
        # A word that the encoding cannot hold, such as a dash, stands as it is.
        .agg(pl.coalesce("text", "word").str.normalize("NFC").str.join(" ").alias("text"))
    )


def _matrix(frame: pl.DataFrame) -> Matrix:
    return frame.select(_SCORES).to_numpy().astype(np.float64)
