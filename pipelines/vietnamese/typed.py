"""What was typed where a typing program was off: Telex and VNI keys left in a word, letters of another alphabet.

Only a word that is no legal syllable is looked at, and only what then is one is taken: Nguyeenx, Nguye6n4 → Nguyễn.
"""

import re
import unicodedata
from functools import cache
from typing import Final

import polars as pl

from pipelines.vietnamese.syllables import legal_syllables

_TELEX_VOWELS: Final = (
    ("uow", "ươ"), ("dd", "đ"), ("aa", "â"), ("aw", "ă"), ("ee", "ê"), ("oo", "ô"), ("ow", "ơ"), ("uw", "ư"),
)  # fmt: skip
_TELEX_TONES: Final = dict(zip("sfrxj", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI_TONES: Final = dict(zip("12345", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI_HATS: Final = {
    "6": dict(zip("aeo", "âêô", strict=True)),
    "7": dict(zip("ou", "ơư", strict=True)),
    "8": {"a": "ă"},
    "9": {"d": "đ"},
}
_VOWELS: Final = "aăâeêioôơuưy"
_WORD: Final = r"[\p{L}\p{M}0-9]+"

_CONFUSABLES: Final = dict(
    zip("АВЕЅІЈКМНОРСТУХаеѕіјорсухԁıΑΒΕΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTYXaesijopcyxdiABEHIKMNOPTYXo", strict=True)
)
"""Cyrillic and Greek letters, and the dotless i, that look like Latin ones (Unicode TR 39)."""


def retyped(text: pl.Series) -> pl.Series:
    """Cleaned names with the words put right that still show the keys they were typed with, and in Latin letters.

    Whatever a word's case; a word that is legal, or that does not become so, stays as it is.
    """
    odd = text.str.contains(f"[{''.join(_CONFUSABLES)}]").fill_null(False)
    if odd.any():
        latin = text.filter(odd).str.replace_many(list(_CONFUSABLES), list(_CONFUSABLES.values()))
        text = text.clone().scatter(odd.arg_true(), latin)
    # Most words are legal: the dictionary is asked once for each distinct one.
    words = text.str.to_lowercase().str.extract_all(_WORD).explode(empty_as_null=True).drop_nulls().unique()
    mended = {word: right for word in words if (right := _mended(word)) is not None}
    if not mended:
        return text
    pattern = r"(?i)(^|[^\p{L}\p{M}0-9])(?:" + "|".join(sorted(map(re.escape, mended))) + r")($|[^\p{L}\p{M}0-9])"
    found = text.str.contains(pattern).fill_null(False)
    at = found.arg_true()
    lines = [re.sub(r"[^\W_]+", lambda word: _like(word.group(), mended), line) for line in text.filter(found)]
    return text.clone().scatter(at, pl.Series(lines, dtype=pl.String))


def _like(word: str, mended: dict[str, str]) -> str:
    """The word put right, in the case in which it was typed."""
    right = mended.get(unicodedata.normalize("NFC", word).lower())
    if right is None:
        return word
    return right.upper() if word.isupper() and len(word) > 1 else right.capitalize() if word[0].isupper() else right


@cache
def _mended(word: str) -> str | None:
    """The legal syllable that the keys of a word would have made, or None."""
    legal = legal_syllables()
    word = unicodedata.normalize("NFC", word)
    if word in legal or not re.fullmatch(r"[a-z0-9ăâđêôơư]+", word):
        return None
    for spell in (_telex, _vni):
        for syllable in spell(word):
            if syllable in legal:
                return syllable
    return None


def _telex(word: str) -> list[str]:
    """The syllables that a word may be in Telex: doubled vowels and w make letters, s f r x j tones."""
    if any(letter.isdigit() for letter in word):
        return []
    for keys, letter in _TELEX_VOWELS:
        word = word.replace(keys, letter)
    # Typed behind the word, w changes the vowel before it.
    for plain, horned in (("uo", "ươ"), ("o", "ơ"), ("u", "ư"), ("a", "ă")):
        if "w" in word and plain in word:
            word = word.replace("w", "").replace(plain, horned)
    vowel = next((at for at, letter in enumerate(word) if letter in _VOWELS), None)
    if vowel is None:
        return []
    # The tone's key is the last one behind the vowel that is no consonant of the syllable's end.
    places = [at for at in range(len(word) - 1, vowel, -1) if word[at] in _TELEX_TONES]
    return [
        word,
        *(syllable for at in places for syllable in _with_tone(word[:at] + word[at + 1 :], _TELEX_TONES[word[at]])),
    ]


def _vni(word: str) -> list[str]:
    """The syllables that a word may be in VNI: digits 6 to 9 make letters, 1 to 5 tones."""
    letters: list[str] = []
    tone = ""
    for key in word:
        if key in _VNI_TONES:
            tone = _VNI_TONES[key]
        elif key in _VNI_HATS:
            at = next((n for n in range(len(letters) - 1, -1, -1) if letters[n] in _VNI_HATS[key]), None)
            if at is None:
                return []
            # uo7 puts its horn on both.
            if key == "7" and letters[at] == "o" and at and letters[at - 1] == "u":
                letters[at - 1] = "ư"
            letters[at] = _VNI_HATS[key][letters[at]]
        elif key.isdigit():
            return []
        else:
            letters.append(key)
    bare = "".join(letters)
    return _with_tone(bare, tone) if tone else [bare]


def _with_tone(word: str, tone: str) -> list[str]:
    """The word with the tone on each of its vowels in turn, those with a hat, breve or horn first."""
    places = sorted(
        (at for at, letter in enumerate(word) if letter in _VOWELS), key=lambda at: word[at] not in "ăâêôơư"
    )
    return [unicodedata.normalize("NFC", word[: at + 1] + tone + word[at + 1 :]) for at in places]
