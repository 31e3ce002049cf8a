"""VIQR: marks written as ASCII punctuation behind the letter (Nguye^~n Va(n DDo^`ng)."""

import re
import unicodedata
from functools import cache

from pipelines.vietnamese.legacy.tables import read_table

_WORD = re.compile(r"[A-Za-z^(+'`?~.\\]+")
_PUNCTUATION = (".", "?", "'")
_TONES = set("\u0300\u0301\u0303\u0309\u0323")


def viqr(text: str) -> str | None:
    """Decode; None when the text is not ASCII. Full stops and question marks behind a vowel are read as tones,
    save at the end of a word that has its tone already.
    """
    if not text.isascii():
        return None
    return _WORD.sub(lambda word: _decoded_word(word[0]), text)


def _decoded_word(word: str) -> str:
    if word.endswith(_PUNCTUATION):
        start = _decoded_letters(word[:-1])
        if _TONES & set(unicodedata.normalize("NFD", start)):
            return start + word[-1]
    return _decoded_letters(word)


def _decoded_letters(word: str) -> str:
    letters, pattern = _table()
    # A backslash says that the next character is meant as it is.
    return pattern.sub(lambda found: letters.get(found[0], found[0][1:]), word)


@cache
def _table() -> tuple[dict[str, str], re.Pattern[str]]:
    """Letters by their spelling, and a pattern that finds the longest first."""
    letters = {row["viqr"]: row["unicode"] for row in read_table("viqr")} | {"Dd": "Đ"}
    longest_first = sorted(letters, key=len, reverse=True)
    return letters, re.compile("|".join([r"\\[(+'`?~.^dD]", *map(re.escape, longest_first)]))
