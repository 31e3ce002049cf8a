"""The two languages of the site: which text is shown, and how each writes numbers and times.

Every page is made twice, once in each language, so that a switch is a plain link and a printed or spoken page has one
language only. What is said does not belong here: words stand in `labels` and `evidence_words`, sentences where they
are made.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from markupsafe import Markup, escape

_FRACTION_DIGITS: Final = 4
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Text(str):
    """A Vietnamese text that knows its English: wherever no language is asked for, it is the Vietnamese."""

    __slots__ = ("en",)
    en: str

    def __new__(cls, vi: str, en: str) -> "Text":
        """The text in both languages."""
        made = super().__new__(cls, vi)
        made.en = en
        return made


@dataclass(frozen=True)
class Language:
    """One language: `thousands` and `point` are its separators in numbers."""

    code: Literal["vi", "en"]
    thousands: str
    point: str

    def say(self, vi: str, en: str) -> str:
        """The one of two texts that is in this language; markup stays markup."""
        return vi if self.code == "vi" else en

    def file(self, page: str) -> str:
        """The name of a page's file in this language: index.html, index.en.html."""
        return f"{page}.html" if self.code == "vi" else f"{page}.{self.code}.html"

    def of(self, text: str) -> str:
        """A text in this language; one that knows no English stays as it is."""
        return text.en if self.code == "en" and isinstance(text, Text) else text

    def word(self, dictionary: Mapping[str, str], code: object) -> str:
        """The word for `code`, or the code itself when the dictionary does not know it."""
        text = "" if code is None else str(code)
        return self.of(dictionary.get(text, text))

    def whole(self, value: object) -> Markup:
        """An integer with its thousands parted: 12.345; a dash for what is not a number."""
        return self._number(f"{int(value):,}") if isinstance(value, int | float) else Markup("–")

    def decimal(self, value: float | None, digits: int = _FRACTION_DIGITS) -> Markup:
        """A real number without idle zeros: 0,05."""
        if value is None:
            return Markup("–")
        whole, _, fraction = f"{value:,.{digits}f}".partition(".")
        fraction = fraction.rstrip("0")
        return self._number(f"{whole}.{fraction}" if fraction else whole)

    def percentage(self, part: int, whole: int) -> Markup:
        """A share with one decimal: 12,3%; a dash when there is nothing to share."""
        return self._number(f"{100 * part / whole:.1f}%") if whole else Markup("–")

    def share(self, value: float, digits: int = 1) -> Markup:
        """A share that was counted, so that it may be none or all: 0,0% or 100,0%."""
        return self._number(f"{100 * value:.{digits}f}%")

    def bits(self, thousandths: int | None, signed: bool = False) -> Markup:
        """A weight in thousandths of a bit, as bits: 8,2 (or +8,2 and −1,5). Whole numbers, as in the pages' script."""
        if thousandths is None:
            return Markup("–")
        tenths = (abs(thousandths) + 50) // 100
        sign = "" if not tenths else "−" if thousandths < 0 else "+" if signed else ""
        return self._number(f"{sign}{tenths // 10}.{tenths % 10}")

    def probability(self, value: float | None) -> Markup:
        """A probability as a percentage: 97,53%; never a certainty, which no model gives."""
        if value is None:
            return Markup("–")
        hundredths = math.floor(value * 10_000 + 0.5)
        if hundredths >= 10_000:
            return self._number(self.say("trên 99.99%", "above 99.99%"))
        if not hundredths:
            return self._number(self.say("dưới 0.01%", "below 0.01%"))
        return self._number(f"{hundredths // 100}.{hundredths % 100:02}%")

    def moment(self, iso: str | None) -> str:
        """An ISO time as an administrative report writes it; what is not a time stays as it is."""
        if not iso:
            return self.say("không ghi", "not stated")
        try:
            time = datetime.fromisoformat(iso)
        except ValueError:
            return iso
        text = self.say(
            f"{time:%H} giờ {time:%M} phút, ngày {time:%d} tháng {time:%m} năm {time:%Y}",
            f"{time:%H:%M}, {time.day} {_MONTHS[time.month - 1]} {time:%Y}",
        )
        zone = time.strftime("%z")
        return f"{text} (UTC{zone[:3]}:{zone[3:5]})" if zone else text

    def day(self, iso: str) -> str:
        """An ISO date as an administrative document writes it; what is not a date stays as it is."""
        try:
            day = date.fromisoformat(iso)
        except ValueError:
            return iso
        # A day below 10 and the first two months have a zero before them, so that nobody can write another digit there.
        month = f"{day.month:02}" if day.month < 3 else f"{day.month}"
        return self.say(
            f"ngày {day.day:02} tháng {month} năm {day.year}", f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        )

    def stamp(self, iso: str | None) -> str:
        """An ISO time in short, for tables: 30/11/2026 22:56."""
        try:
            return datetime.fromisoformat(iso or "").strftime(self.say("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"))
        except ValueError:
            return iso or "–"

    def _number(self, english: str) -> Markup:
        """A number that is written the English way, in this language's way."""
        return escape(english.translate({ord(","): self.thousands, ord("."): self.point}))


VIETNAMESE: Final = Language("vi", thousands=".", point=",")
ENGLISH: Final = Language("en", thousands=",", point=".")
LANGUAGES: Final = (VIETNAMESE, ENGLISH)
