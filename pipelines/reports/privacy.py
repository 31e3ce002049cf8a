"""What must not be readable on a page: personal numbers are masked before any text is written.

Masking is done where text leaves for the page (`mask_numbers`), not where it is read, so that a number
written into a name, a file name or a sentence is caught as well.
"""

import re
import unicodedata
from typing import Final

_DIGITS_IN_A_ROW: Final = re.compile(r"(?<!\d)\d{9,13}(?!\d)")
_DIGITS_IN_GROUPS: Final = re.compile(r"(?<!\d)(?<!\d[ .\u00a0])\d+(?:[ .\u00a0]\d+)+(?![ .\u00a0]?\d)")
_DIGITS_BY_THREES: Final = re.compile(r"(?<!\d)(?<!\d[-–/_])\d{3}([-–/_])\d{3}\1\d{3}(?:\1\d{3})?(?![-–/_]?\d)")
_DIGITS_OF_A_NAME: Final = re.compile(r"(?<![0-9a-f-])\d{9,13}(?![0-9a-f-])")
HIDDEN: Final = "*****"
"""Stands for what is not shown, or not in full."""
SMALLEST_SHOWN: Final = 10
"""What fewer than so many have in common is not told: the minimum frequency that statistical offices commonly ask of
a published cell (Hundepool et al., Handbook on Statistical Disclosure Control, on threshold rules for tables)."""
_YEAR: Final = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


def mask_digits(digits: str) -> str:
    """`digits` with its middle hidden: `001*****1234` for a personal number, `01*****89` for an older one."""
    if len(digits) == 12:
        return digits[:3] + HIDDEN + digits[-4:]
    return digits[:2] + HIDDEN + digits[-2:]


def mask_numbers(text: str) -> str:
    """`text` with everything that may be a personal number masked, also one written in groups of digits.

    Nine to thirteen digits in a row are masked (a number that lost its zeros, or a telephone number); with
    dots or spaces between, only exactly nine or twelve digits are, so that ordinary figures stay readable; with dashes
    or slashes only groups of three, so that dates and our own ids do.
    """

    def grouped(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        return mask_digits(digits) if len(digits) in (9, 12) else match[0]

    separated = _DIGITS_BY_THREES.sub(grouped, _DIGITS_IN_GROUPS.sub(grouped, text))
    return _DIGITS_IN_A_ROW.sub(lambda match: mask_digits(match[0]), separated)


def mask_names_of_files(sentence: str) -> str:
    """A sentence for a log, whose file names may carry somebody's number: masked as in `mask_numbers`, when they are
    written without a break. Hashes and ids, which have small letters and dashes beside their digits, stay."""
    return _DIGITS_OF_A_NAME.sub(lambda match: mask_digits(match[0]), sentence)


def mask_identity_field(text: str) -> str:
    """The content of a field that holds a number of a person: masked, or hidden whole when it is of another length."""
    if not text.strip():
        return ""
    digits = re.sub(r"\D", "", text)
    return mask_digits(digits) if 9 <= len(digits) <= 13 else HIDDEN


def mask_name(text: str) -> str:
    """The initials of a name, of every word that begins with a letter: `N. V. A.`; hidden whole when there is none."""
    if not text.strip():
        return ""
    words = unicodedata.normalize("NFC", text).split()
    return " ".join(f"{word[0].upper()}." for word in words if word[0].isalpha()) or HIDDEN


def mask_birth(text: str) -> str:
    """The year of a birth, `**/**/1985`, when one is written in four digits; else nothing of it."""
    years = set(_YEAR.findall(text))
    if len(years) != 1:
        return HIDDEN if text.strip() else ""
    year = years.pop()
    return year if text.strip() == year else f"**/**/{year}"
