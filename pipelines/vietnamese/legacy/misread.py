"""UTF-8 that was read as windows-1252 or Latin-1, once or more often (Nguyá»…n)."""

import unicodedata

from pipelines.vietnamese.legacy.image import bytes_if_any

_MOST_READINGS = 3


def utf8_misread(text: str) -> str | None:
    """Undo the readings; None when the text's bytes are not UTF-8. Nothing is left to undo in ASCII."""
    if text.isascii():
        return text
    undone = _undo(text)
    if undone is None:
        return None
    for _ in range(_MOST_READINGS - 1):
        further = None if undone.isascii() else _undo(undone)
        if further is None:
            break
        undone = further
    return unicodedata.normalize("NFC", undone)


def _undo(text: str) -> str | None:
    content = bytes_if_any(text)
    if content is None:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
