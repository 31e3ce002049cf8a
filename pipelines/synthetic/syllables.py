"""Other spellings of one syllable, by rule: what a hand, a keyboard or an old habit makes of it.

Each function gives all spellings of its kind, none where the syllable has nothing that could be spelled so. They are
asked once for each distinct syllable; `respelled` puts the answers into whole columns.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import polars as pl

from pipelines.vietnamese.syllables import legal_syllables

from .draws import Array

Spellings = Callable[[str], Sequence[str]]

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TELEX_TONES = dict(zip(_TONES, "fsxrj", strict=True))
_VNI_TONES = dict(zip(_TONES, "21435", strict=True))
_HAT, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_VNI_MARKS = {_HAT: "6", _BREVE: "8", _HORN: "7"}
_OPEN = re.compile(rf"((?<![qQ])[uU](?=[{_TONES}][yY])|[oO](?=[{_TONES}][aAeE]))([{_TONES}])([aAeEyY])$")
_FINAL_Y = re.compile(rf"^((?:[hklmstv]|th|qu))y([{_TONES}]?)$", re.IGNORECASE)


def respelled(texts: pl.Series, spellings: Spellings, where: Array, what: Array, every_word: bool = False) -> pl.Series:
    """The texts with one of their words spelled otherwise, or every word; as they were where no word can be.

    `where` picks the word among those that can be, `what` its spelling; both are between 0 and 1, one for each text.
    """
    words = (
        pl.DataFrame({"row": np.arange(len(texts)), "word": texts, "where": where, "what": what})
        .with_columns(pl.col("word").str.split(" "))
        .explode("word")
    )
    known = words["word"].unique().drop_nulls().sort()
    found = pl.DataFrame(
        {"word": known, "choices": [list(spellings(word)) for word in known.to_list()]},
        schema={"word": pl.String, "choices": pl.List(pl.String)},
    ).filter(pl.col("choices").list.len() > 0)
    words = words.join(found, on="word", how="left", maintain_order="left")
    can = words["choices"].is_not_null()
    words = words.with_columns(can.cast(pl.Int64).alias("can"))
    words = words.with_columns(
        (pl.col("can").cum_sum().over("row") - 1).alias("nth"), pl.col("can").sum().over("row").alias("many")
    )
    chosen = can if every_word else can & (words["nth"] == (words["where"] * words["many"]).floor().cast(pl.Int64))
    count = pl.col("choices").list.len()
    spelled = words.filter(chosen).select(
        pl.col("choices").list.get((pl.col("what") * count).floor().cast(pl.Int64)).alias("spelled")
    )["spelled"]
    result = words["word"].scatter(chosen.arg_true(), spelled)
    joined = words.select("row", result.alias("word")).group_by("row", maintain_order=True)
    # A missing text is one null word, and joining it must not make it an empty text.
    return joined.agg(pl.when(pl.col("word").null_count() == 0).then(pl.col("word").str.join(" ")).first())["word"]


def unmarked(text: str) -> str:
    """A text without any diacritic, đ as d."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def without_marks(text: pl.Expr) -> pl.Expr:
    """`unmarked` for a column."""
    bare = text.str.normalize("NFD").str.replace_all(r"\p{Mn}", "")
    return bare.str.replace_all("đ", "d").str.replace_all("Đ", "D")


def marks_lost(syllable: str) -> list[str]:
    """Hùng → Hung, Đỗ → Do."""
    return _other(syllable, unmarked(syllable))


def stroke_lost(syllable: str) -> list[str]:
    """Đỗ → Dỗ."""
    return _other(syllable, syllable.replace("đ", "d").replace("Đ", "D"))


def tone_placement(syllable: str) -> list[str]:
    """hòa → hoà, thủy → thuỷ; never quý, hoàn or already hoà."""
    return _other(syllable, _composed(_OPEN.sub(r"\1\3\2", _decomposed(syllable))))


def i_for_y(syllable: str) -> list[str]:
    """Lý → Lí, Quý → Quí; never Thúy or Yến."""
    return _other(syllable, _composed(_FINAL_Y.sub(r"\1i\2", _decomposed(syllable))))


def telex(syllable: str) -> list[str]:
    """Nguyễn → Nguyeenx, Đỗ → Ddoox."""
    typed: list[str] = []
    tones = ""
    for character in _decomposed(syllable):
        if character in _TELEX_TONES:
            tones += _TELEX_TONES[character]
        elif character == _HAT:
            typed.append(typed[-1].lower())
        elif character in (_BREVE, _HORN):
            typed.append("w")
        else:
            typed.append({"đ": "dd", "Đ": "Dd"}.get(character, character))
    return _other(syllable, "".join(typed) + tones)


def vni_typing(syllable: str) -> list[str]:
    """Nguyễn → Nguye6n4, Đỗ → D9o64."""
    typed, tones = "", ""
    for character in _decomposed(syllable):
        if character in _VNI_TONES:
            tones += _VNI_TONES[character]
        else:
            typed += _VNI_MARKS.get(character, {"đ": "d9", "Đ": "D9"}.get(character, character))
    return _other(syllable, typed + tones)


def other_tones(syllable: str) -> list[str]:
    """Hùng → Hung, Húng, Hũng …"""
    return [
        _like(syllable, other) for other in _by_sound()[0].get(_toneless(syllable), ()) if _differs(syllable, other)
    ]


def other_vowel_marks(syllable: str) -> list[str]:
    """Hùng → Hừng, Lan → Lăn, Lân: other hats, breves and horns, the tone as it was or none."""
    own, tone = _toneless(syllable), _tone(syllable)
    return [
        _like(syllable, other)
        for other in _by_sound()[1].get(_letters(own), ())
        if _toneless(other) != own and _tone(other) in ("", tone)
    ]


@cache
def _by_sound() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The legal syllables by what is left without the tone, and by what is left without all marks but the stroke."""
    by_toneless: dict[str, list[str]] = {}
    by_letters: dict[str, list[str]] = {}
    for syllable in sorted(legal_syllables()):
        # Of the two placements of a tone the one in use here.
        if not syllable.startswith("qú") and (syllable == _modern(syllable)):
            by_toneless.setdefault(_toneless(syllable), []).append(syllable)
            by_letters.setdefault(_letters(syllable), []).append(syllable)
    return by_toneless, by_letters


def _modern(syllable: str) -> str:
    return _composed(re.sub(rf"(o(?=[ae])|(?<!q)u(?=y))([aey])([{_TONES}])$", r"\1\3\2", _decomposed(syllable)))


def _toneless(syllable: str) -> str:
    return _composed("".join(c for c in _decomposed(syllable.lower()) if c not in _TONES))


def _tone(syllable: str) -> str:
    return "".join(c for c in _decomposed(syllable) if c in _TONES)


def _letters(syllable: str) -> str:
    return "".join(c for c in _decomposed(syllable) if not unicodedata.combining(c))


def _differs(syllable: str, other: str) -> bool:
    return _tone(syllable) != _tone(other)


def _like(model: str, syllable: str) -> str:
    return syllable.upper() if model.isupper() and len(model) > 1 else syllable.title() if model.istitle() else syllable


def _other(syllable: str, spelled: str) -> list[str]:
    return [] if spelled == syllable else [spelled]


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
