"""Text → the bytes of old Vietnamese encodings, by the tables that the project ships."""

import codecs
import unicodedata
from collections.abc import Callable
from functools import cache

from pipelines.vietnamese.legacy.tables import read_table

LEGACY = ("tcvn3", "tcvn3_image", "vni", "windows_1258")
"""Encodings that hold Vietnamese letters and ASCII, and nothing that only looks like them."""

_TONES = "\u0300\u0301\u0303\u0309\u0323"


def encoded(text: str, encoding: str) -> bytes:
    """The text as a file of the encoding holds it (see `settings.ENCODINGS`; `utf_8` besides)."""
    return _ENCODERS[encoding](text)


@cache
def _tcvn3_letters() -> dict[int, str]:
    """Letter → image. There is no toned capital: the fonts of capitals draw the small letters so."""
    rows = [row for row in read_table("tcvn3") if row["role"].startswith(("lower", "capital (7 letters"))]
    letters = {row["unicode"]: row["cp1252_char"] for row in rows}
    capitals = {letter.upper(): image for letter, image in letters.items() if letter.islower()}
    return {ord(letter): image for letter, image in (capitals | letters).items()}


@cache
def _vni_letters() -> dict[int, str]:
    return {ord(row["unicode"]): row["vni_cp1252_text"] for row in read_table("vni")}


def _windows_1258(text: str) -> bytes:
    return "".join(map(_with_tone_behind, text)).encode("cp1258")


@cache
def _with_tone_behind(letter: str) -> str:
    """A letter with its hat, and its tone as a character of its own."""
    parts = unicodedata.normalize("NFD", letter)
    tones = "".join(part for part in parts if part in _TONES)
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES)) + tones


_ENCODERS: dict[str, Callable[[str], bytes]] = {
    "utf_8": str.encode,
    "utf_8_bom": lambda text: codecs.BOM_UTF8 + text.encode(),
    "utf_16": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "nfd": lambda text: unicodedata.normalize("NFD", text).encode(),
    "tcvn3": lambda text: text.translate(_tcvn3_letters()).encode("cp1252"),
    "tcvn3_image": lambda text: text.translate(_tcvn3_letters()).encode(),
    "vni": lambda text: text.translate(_vni_letters()).encode("cp1252"),
    "windows_1258": _windows_1258,
}
