"""Windows-1258, Microsoft's code page: base letters, and the tones as combining characters behind them."""

import unicodedata

from pipelines.vietnamese.legacy.image import bytes_of


def windows_1258(image: str) -> str | None:
    """Decode from the windows-1252 image; None when a byte is undefined, or a tone stands behind no vowel."""
    if image.isascii():
        return image
    try:
        text = unicodedata.normalize("NFC", bytes_of(image).decode("cp1258"))
    except UnicodeError:
        return None
    return None if any(unicodedata.combining(character) for character in text) else text
