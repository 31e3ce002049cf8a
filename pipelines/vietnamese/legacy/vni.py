"""VNI-Windows: a base letter and a byte for its marks (Nguyeãn), six letters in one byte (ô is ơ, ñ is đ)."""

import re
from functools import cache

from pipelines.vietnamese.legacy.tables import read_table


def vni(image: str) -> str | None:
    """Decode from the windows-1252 image; None when a character is no letter or mark of VNI, or marks no letter."""
    letters, pattern = _table()
    rest = pattern.sub("", image)
    if not rest.replace("\xa0", "").isascii():
        return None
    return pattern.sub(lambda found: letters[found[0]], image)


@cache
def _table() -> tuple[dict[str, str], re.Pattern[str]]:
    """Letters by their image, and a pattern that finds the longest first."""
    letters = {row["vni_cp1252_text"]: row["unicode"] for row in read_table("vni")}
    # Some converters give the mark of a capital as a small one: the base letter tells the case.
    mixed = {text[0] + text[1].swapcase(): letter for text, letter in letters.items() if len(text) == 2}
    letters = mixed | letters
    longest_first = sorted(letters, key=len, reverse=True)
    return letters, re.compile("|".join(map(re.escape, longest_first)))
