"""Every telling text of a table → how it is read: the words' evidence, weighed by what column and file are like.

What does not belong here: files, bytes and rows. A text counts once in its column, however often it stands there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.vietnamese.legacy import decoded
from pipelines.vietnamese.legacy.evidence import AS_IS, READINGS, VIQR_MARK, VIQR_ODD, as_they_stand, word_scores
from pipelines.vietnamese.legacy.shares import Matrix, Vector, estimate, posteriors

NFD = "nfd"
"""The encoding of a text that was right but not composed."""

FOUND = pl.Schema(
    {"column": pl.String, "value": pl.String, "text": pl.String, "encoding": pl.String, "confidence": pl.Float64}
)

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
_MOST_ROUNDS = 6
_HARDLY_ONE = 0.5


Seen = Mapping[str, Vector]
"""By column: how many different texts of each reading were met so far."""
NOTHING_SEEN: Seen = {}


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


LIMITS = Limits()


def telling_texts(cells: pl.DataFrame) -> pl.DataFrame:
    """The distinct texts of each column that are not ASCII or hold a word: `column`, `value`, `is_ascii`."""
    value = pl.col("value")
    texts = cells.select(pl.all().unique(maintain_order=True).implode()).unpivot(variable_name="column")
    told = texts.explode("value").drop_nulls().with_columns(is_ascii=value.str.len_bytes() == value.str.len_chars())
    return told.filter(~pl.col("is_ascii") | value.str.contains(r"[A-Za-z]{2}"))


def readings(
    texts: pl.DataFrame, rarity: float, seen: Seen = NOTHING_SEEN, limits: Limits = LIMITS
) -> tuple[pl.DataFrame, Seen]:
    """How each text is read, as FOUND (`encoding` is null where all readings give the same text), and what was seen.

    `texts` are the `telling_texts` of all columns of a file, or of a part of it when `seen` tells what the parts before
    it were like; a legacy encoding is believed one in 10^`rarity`. Texts of ASCII in a column without VIQR are left
    out of the result: they stand as they are. The result is read again until nothing changes, so that a text that was
    misread twice in two ways is undone twice ("utf8_misread+tcvn3").
    """
    telling = _with_viqr_where_marked(texts, limits)
    if _nothing_else_was(seen) and _are_right(telling):
        return FOUND.to_frame(), _as_it_was_and(telling, seen)
    found, seen = _read_once(telling, rarity, seen, limits)
    now = texts
    changed = found.filter(pl.col("text") != pl.col("value"))
    for _ in range(_MOST_ROUNDS):
        if changed.is_empty():
            break
        now = _after(now, changed)
        again, _ = _read_once(_with_viqr_where_marked(now, limits), rarity, NOTHING_SEEN, limits)
        changed = again.filter(pl.col("text") != pl.col("value"))
        found = _overlaid(found, changed)
    return found, seen


def _nothing_else_was(seen: Seen) -> bool:
    """Whether nothing but right text was met so far."""
    return all(counts[1:].sum() < _HARDLY_ONE for counts in seen.values())


def _are_right(texts: pl.DataFrame) -> bool:
    """Whether every text says as it stands the most that it could say in any reading, so that nothing can change.

    A text of legal syllables gives way only to what its column is full of; so only those with an odd word, such as a
    slip of the pen, are read in all ways.
    """
    if texts["is_ascii"].any():
        return False
    values = texts.select("value", "is_ascii").unique(maintain_order=True).with_row_index("id")
    words = _telling_words(values)
    standing = as_they_stand(words["word"].unique())
    if (standing["word"] != standing[f"text_{AS_IS}"]).any():
        return False
    odd = words.join(standing.filter(pl.col(f"score_{AS_IS}") < 0), on="word", how="semi")
    among = values.join(odd, on="id", how="semi")
    best = pl.max_horizontal(f"score_{reading}" for reading in READINGS[1:])
    return _totals(among, *_words(among)).filter(best > pl.col(f"score_{AS_IS}")).is_empty()


def _as_it_was_and(texts: pl.DataFrame, seen: Seen) -> Seen:
    counts = dict(texts.group_by("column").len().iter_rows())
    as_is = np.eye(len(READINGS))[0]
    return {column: seen.get(column, 0 * as_is) + counts.get(column, 0) * as_is for column in sorted({*seen, *counts})}


def _after(texts: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """The distinct texts of each column once the changed ones are replaced."""
    text = pl.col("text")
    replaced = changed.select("column", value="text", is_ascii=text.str.len_bytes() == text.str.len_chars())
    kept = texts.join(changed, on=["column", "value"], how="anti", maintain_order="left")
    return pl.concat([kept, replaced]).unique(["column", "value"], maintain_order=True)


def _overlaid(found: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """What was found, with what a later round found in its texts."""
    if later.is_empty():
        return found
    second = later.rename({"value": "text", "text": "later", "encoding": "then", "confidence": "surely"})
    both = found.join(second, on=["column", "text"], how="left", maintain_order="left")
    untouched = pl.col("encoding").fill_null(AS_IS).is_in([AS_IS, NFD])
    overlaid = both.select(
        "column",
        "value",
        pl.coalesce("later", "text").alias("text"),
        pl.when(pl.col("then").is_null() | (pl.col("then") == NFD))
        .then("encoding")
        .when(untouched)
        .then("then")
        .otherwise(pl.concat_str("encoding", "then", separator="+"))
        .alias("encoding"),
        pl.coalesce("surely", "confidence").alias("confidence"),
    )
    # Texts of ASCII whose column turned out to be VIQR only now.
    new = later.join(found, left_on=["column", "value"], right_on=["column", "text"], how="anti", maintain_order="left")
    return pl.concat([overlaid, new.select(FOUND.names())])


def _with_viqr_where_marked(texts: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """The texts that are not ASCII, and in columns with the marks of VIQR those of ASCII that carry one."""
    value = pl.col("value")
    odd = texts.filter(pl.col("is_ascii") & value.str.contains(VIQR_ODD))
    marked = odd.group_by("column").len("odd").join(texts.group_by("column").len(), on="column")
    columns = marked.filter(pl.col("odd") / pl.col("len") >= limits.viqr_share)["column"]
    in_viqr = pl.col("column").is_in(columns.implode()) & value.str.contains(VIQR_MARK)
    return texts.filter(~pl.col("is_ascii") | in_viqr)


def _read_once(texts: pl.DataFrame, rarity: float, seen: Seen, limits: Limits) -> tuple[pl.DataFrame, Seen]:
    """As `readings`, each text once."""
    values = texts.select("value", "is_ascii").unique(maintain_order=True).with_row_index("id")
    words, scores = _words(values)
    totals = _totals(values, words, scores)
    cells = texts.select("column", "value").join(totals, on="value", maintain_order="left")
    contested = cells.filter("contested")
    certain = cells.filter("certain")
    first, seen = _shares(contested, certain, rarity, seen, limits)
    familiar = _familiarity(contested, certain, first, words, scores, limits)
    chosen = _choice(contested, first, familiar, limits)
    decoded_texts = _decoded(chosen, values)
    composed = pl.col("value").str.normalize("NFC")
    found = (
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
        .select(FOUND.names())
    )
    return found, seen


def _words(values: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The telling words of each value (`id`, `word_id`), and the scores of each word in every reading (`word_id`)."""
    split = _telling_words(values)
    scores = word_scores(split["word"].unique(maintain_order=True)).with_row_index("word_id")
    return split.join(scores.select("word", "word_id"), on="word", maintain_order="left").drop("word"), scores


def _telling_words(values: pl.DataFrame) -> pl.DataFrame:
    """The words of each value that say something of its encoding: `id`, `word`."""
    word = pl.col("word")
    split = values.select("id", "is_ascii", word=pl.col("value").str.split(" ")).explode("word")
    telling = (word.str.len_bytes() != word.str.len_chars()) | (pl.col("is_ascii") & word.str.contains(VIQR_MARK))
    return split.filter(telling).select("id", "word")


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


def _shares(
    contested: pl.DataFrame, certain: pl.DataFrame, rarity: float, seen: Seen, limits: Limits
) -> tuple[pl.DataFrame, Seen]:
    """For each column and signature: `prior` and `posterior` of every reading, as two lists; and what was seen.

    Values of the same telling words count once: what is written a thousand times is no better proof than once.
    """
    distinct = contested.unique(["column", "signature"], maintain_order=True)
    believed = np.array([1.0] + [10.0**-rarity] * (len(READINGS) - 1))
    nothing = np.zeros(len(READINGS))
    as_is = {column: nothing.copy() for column in sorted({*seen, *distinct["column"], *certain["column"]})}
    for column, count in certain.group_by("column").len().iter_rows():
        as_is[column][0] = count
    known = {column: counts + seen.get(column, nothing) for column, counts in as_is.items()}
    in_file = estimate(_matrix(distinct), certain.height, believed).posterior
    in_file_total = believed + in_file.sum(axis=0) + sum(known.values(), start=nothing)
    parts = []
    for (column,), part in distinct.with_row_index("at").group_by("column", maintain_order=True):
        # What the other columns say, without this one: no column is its own neighbour.
        elsewhere = in_file_total - in_file[part["at"].to_numpy()].sum(axis=0) - known[str(column)]
        elsewhere = np.maximum(elsewhere, believed)
        prior = limits.neighbours * elsewhere / elsewhere.sum()
        found = estimate(_matrix(part), as_is[str(column)][0], prior + seen.get(str(column), nothing))
        known[str(column)] = known[str(column)] + found.posterior.sum(axis=0)
        parts.append(
            part.select("column", "signature", "id").with_columns(
                pl.Series("prior", found.prior), pl.Series("posterior", found.posterior)
            )
        )
    return pl.concat([_SHARES.to_frame(), *parts]), known


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
        # Rounded, since sums of floats differ in their last digits from machine to machine.
        pl.Series("confidence", probability[np.arange(len(chosen)), chosen]).round(3),
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
