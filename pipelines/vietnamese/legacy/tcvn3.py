"""TCVN3, the encoding of the ABC fonts (.VnTime): one byte a letter, and no byte for a toned capital."""

import re
from functools import cache

from pipelines.vietnamese.legacy.tables import read_table

_ASCII_OR_SPACE = {*range(0x80), 0xA0}


def tcvn3(image: str) -> str | None:
    """Decode from the windows-1252 image; None when a character is not of the ABC fonts.

    The capital fonts (.VnTimeH) draw small letters as capitals, so that a toned letter between ASCII capitals was one:
    a word with two ASCII letters or more, all of them capital, becomes capital as a whole.
    """
    letters, words = _table()
    if any(code not in letters and code not in _ASCII_OR_SPACE for code in map(ord, image)):
        return None
    return words.sub(lambda word: _decoded_word(word[0], letters), image)


def _decoded_word(word: str, letters: dict[int, str]) -> str:
    plain = [letter for letter in word if letter.isascii()]
    text = word.translate(letters)
    return text.upper() if len(plain) >= 2 and all(letter.isupper() for letter in plain) else text


@cache
def _table() -> tuple[dict[int, str], re.Pattern[str]]:
    """The 67 small letters and 7 capitals by code point of their image, and what a word of them is."""
    letters = {
        ord(row["cp1252_char"]): row["unicode"]
        for row in read_table("tcvn3")
        if row["role"].startswith(("lower", "capital (7 letters"))
    }
    return letters, re.compile(f"[A-Za-z{''.join(map(chr, letters))}]+")
