"""How hashes, models and line numbers are written on a page."""

import re

from markupsafe import Markup, escape

from pipelines.reports.languages import Language


def hexadecimal(value: str | None) -> Markup | str:
    """A hash or the id of a run, shown whole and breakable: its digits are no number of a person, and are not masked.

    Anything else is ordinary text.
    """
    if value and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        return escape(value)
    if not value or not re.fullmatch(r"[0-9a-f]{16,128}", value):
        return value or "–"
    return Markup("<wbr>").join(value[start : start + 8] for start in range(0, len(value), 8))


def model_name(value: str) -> Markup | str:
    """The name of a model, whose hash is no number of a person; anything else is ordinary text."""
    return escape(value) if re.fullmatch(r"[a-z]+-\d{5}-[0-9a-f]{12}", value) else value


def line_ranges(lines: list[int], language: Language, most: int = 200) -> Markup:
    """Line numbers as ranges: `4, 7–9`; beyond `most` ranges it says how many lines are left out."""
    ranges: list[list[int]] = []
    for line in sorted(set(lines)):
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    shown = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges[:most])
    rest = language.whole(sum(b - a + 1 for a, b in ranges[most:]))
    left_out = language.say(f" và {rest} dòng nữa (xem bảng quarantine)", f" and {rest} more (see table quarantine)")
    return escape(shown + (left_out if ranges[most:] else ""))
