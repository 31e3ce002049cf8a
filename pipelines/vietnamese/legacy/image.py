"""Bytes ↔ their image in windows-1252, without loss.

Windows-1252 leaves five bytes undefined (81, 8D, 8F, 90, 9D); here, as in browsers, they stand for the control
characters of the same number. Đ in UTF-8 is C4 90: a reader that dropped them would lose every Đ.
"""

import codecs

_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)

_CHARACTERS = "".join(chr(byte) if byte in _UNDEFINED else bytes([byte]).decode("cp1252") for byte in range(256))
_ENCODE = {ord(character): chr(byte) for byte, character in enumerate(_CHARACTERS)}
_ENCODE_ANY = {byte: chr(byte) for byte in range(256)} | _ENCODE
"""Character → the Latin-1 character of its byte, as `str.translate` takes it; the second also takes all of Latin-1."""
_ALL = frozenset(_CHARACTERS)


def image_of(content: bytes) -> str:
    """The text that a reader of windows-1252 sees: one character for each byte."""
    return codecs.charmap_decode(content, "strict", _CHARACTERS)[0]


def bytes_of(image: str) -> bytes:
    """The bytes of an image. Raises UnicodeEncodeError when a character is no byte of windows-1252."""
    if not _ALL.issuperset(image):
        position = next(at for at, character in enumerate(image) if character not in _ALL)
        raise UnicodeEncodeError("windows-1252", image, position, position + 1, "not in windows-1252")
    return image.translate(_ENCODE).encode("latin-1")


def bytes_if_any(text: str) -> bytes | None:
    """The bytes that were read as this text with windows-1252 or Latin-1; None when a character is of neither."""
    if any(ord(character) not in _ENCODE_ANY for character in text):
        return None
    return text.translate(_ENCODE_ANY).encode("latin-1")
