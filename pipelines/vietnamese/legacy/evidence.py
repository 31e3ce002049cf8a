"""What each word says about its encoding: a score for every way of reading it, in powers of ten.

A word of ASCII reads the same in every encoding but VIQR and says nothing. Of the others, the share of legal syllables
decides; a word that no language writes (a symbol or a capital within small letters: V¨n, TrÇn) speaks louder than one
that could be French or German (Hïng).
"""

import polars as pl

from pipelines.vietnamese.legacy import DECODERS
from pipelines.vietnamese.syllables import LETTERS, is_legal

AS_IS = "as_is"
READINGS = (AS_IS, *DECODERS)
"""Every way of reading a word: as it stands, or decoded."""

IMPOSSIBLE = -8.0
"""The score of a reading in which a word cannot be decoded."""

_FOREIGN = -1.0
_ODD = -4.0
_ILLEGAL = -4.5  # below the odd: a reading that explains nothing is no reason to change a text
_FOLLOWS_THE_CODE = 2.0  # of valid UTF-8 by chance: hardly one word in a hundred

_SYMBOL = r"[\u0080-\u009f¡-¿×÷]"
_BESIDE_LETTER = rf"(?:[\p{{L}}\p{{M}}]{_SYMBOL}|{_SYMBOL}[\p{{L}}\p{{M}}])"
_INNER_CAPITAL = r"(?:\p{Ll}[À-ÖØ-Þ]|\p{Lu}[À-ÖØ-Þ]\p{Ll})"
_NATURAL = r"^[«¡¿]?[\p{L}\p{M}]+[»®°²³!?.,;:]*$"  # quotation marks and signs that stand around a word
_VNI_MARKED = r"(?i:[aeo]â|a[êåäëø]|[eouôöy][øõ])"  # vowels next to each other that only VNI writes
_MICRO = r"^\d*µ[AFVWglms]$"  # µm is a unit; read as TCVN3 it would be àm, which is no word
_SERIES = r"^(?:[A-Z]?Đ[A-Z]?|ĐĐ)$"  # the letters of a certificate's series: BĐ 123456
_ONE_CASE = r"^(?:\p{Lu}?[\p{Ll}\p{M}]*|[\p{Lu}\p{M}]+)$"

# ^ ( + ` ~ behind a vowel and inside a word is no punctuation; a full stop at its end is.
VIQR_MARK = r"(?:[aeiouyAEIOUY][\^(+'`?~.]|[dD][dD])"
VIQR_ODD = r"(?:[aeoAEO]\^|[aA]\([a-zA-Z'`?~.]|[ouOU]\+[a-zA-Z'`?~.]|[aeiouyAEIOUY][`~])"
_VIQR_AT_END = r"^[A-Za-z]+[.?']$"


def word_scores(words: pl.Series) -> pl.DataFrame:
    """One row for each word: `word`, and for every reading its text (`text_…`) and its score (`score_…`).

    `words` are distinct and carry a letter outside ASCII or a mark of VIQR; a text is null where decoding fails.
    """
    texts = _in_every_encoding(words)
    # Asked once for all readings: most of the time would go into asking.
    legality = _legality(pl.concat(texts.values()))
    frame = as_they_stand(words).with_columns(text.alias(f"text_{encoding}") for encoding, text in texts.items())
    return frame.with_columns(
        _score(encoding, legality.slice(at * len(words), len(words))).alias(f"score_{encoding}")
        for at, encoding in enumerate(texts)
    )


def as_they_stand(words: pl.Series) -> pl.DataFrame:
    """The words with the composed text and the score of each that it has without any decoding."""
    frame = pl.DataFrame({"word": words}).with_columns(pl.col("word").str.normalize("NFC").alias(f"text_{AS_IS}"))
    legality = _legality(frame[f"text_{AS_IS}"])
    return frame.with_columns(_as_is_score(legality).alias(f"score_{AS_IS}"))


def _in_every_encoding(words: pl.Series) -> dict[str, pl.Series]:
    """Decoded, or as it is where the word has no letter at all: a dash belongs to every encoding."""
    neutral = ~words.str.contains(r"[\p{L}\p{M}]|[\u0080-\u00bf×÷]")
    decoded = {
        encoding: pl.Series([decode(word) for word in words], dtype=pl.String) for encoding, decode in DECODERS.items()
    }
    return {encoding: text.zip_with(text.is_not_null() | ~neutral, words) for encoding, text in decoded.items()}


def _legality(texts: pl.Series) -> pl.DataFrame:
    """Of each text: whether every run of letters is a legal syllable (`legal`), and in one case too (`one_case`).

    True without letters, null for null.
    """
    frame = pl.DataFrame({"text": texts}).with_row_index("row")
    tokens = frame.select("row", token=pl.col("text").str.extract_all(LETTERS)).explode("token").drop_nulls()
    legal = is_legal(pl.col("token")) | pl.col("token").str.contains(_SERIES)
    # Looked up for the whole column: inside the aggregation it would be looked up group by group.
    told = tokens.select("row", legal=legal, one_case=legal & pl.col("token").str.contains(_ONE_CASE))
    found = told.group_by("row").agg(pl.col("legal", "one_case").all())
    joined = frame.join(found, on="row", how="left", maintain_order="left")
    return joined.select(pl.when(pl.col("text").is_not_null()).then(pl.col("legal", "one_case").fill_null(True)))


def _as_is_score(legality: pl.DataFrame) -> pl.Expr:
    word, text, legal = pl.col("word"), pl.col(f"text_{AS_IS}"), pl.lit(legality["one_case"])
    # A word of ASCII stands here for its VIQR marks alone.
    ascii_score = (
        pl.when(word.str.contains(VIQR_ODD)).then(_ODD).when(word.str.contains(_VIQR_AT_END)).then(-0.3).otherwise(-1.0)
    )
    return (
        pl.when(word.str.len_bytes() == word.str.len_chars())
        .then(ascii_score)
        .when((legal & text.str.contains(_NATURAL)) | text.str.contains(_MICRO))
        .then(0.0)
        .when(pl.any_horizontal(text.str.contains(odd) for odd in (_BESIDE_LETTER, _INNER_CAPITAL, _VNI_MARKED)))
        .then(_ODD)
        .when(legal)
        .then(0.0)
        .otherwise(_FOREIGN)
    )


def _score(encoding: str, legality: pl.DataFrame) -> pl.Expr:
    text = pl.col(f"text_{encoding}")
    # The capital fonts make any mixture of cases; nothing else does.
    legal = pl.lit(legality["legal" if encoding == "tcvn3" else "one_case"])
    bonus = _FOLLOWS_THE_CODE if encoding == "utf8_misread" else 0.0
    return (
        pl.when(text.is_null())
        .then(IMPOSSIBLE)
        .when(text == pl.col(f"text_{AS_IS}"))
        .then(pl.col(f"score_{AS_IS}"))
        .when(legal)
        .then(bonus)
        .otherwise(_ILLEGAL + bonus)
    )
