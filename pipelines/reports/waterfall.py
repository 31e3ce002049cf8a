"""The waterfall of a pair: how its evidence adds up, entry by entry, to its weight.

The same picture is drawn for any other pair by the page's own script (`templates/links.js`); a test holds the two
together. Which pairs are shown does not belong here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from pipelines.reports.asking import Row
from pipelines.reports.drawing import picture
from pipelines.reports.evidence_words import FIELDS, LEVELS
from pipelines.reports.labels import bits, word
from pipelines.reports.privacy import mask_numbers

WIDTH: Final = 520
_LEFT, _RIGHT = 8.0, 410.0
_TOP, _PITCH, _BAR = 40.0, 40.0, 13.0
UNEXPLAINED: Final = "Phần không ghi chứng cứ"


@dataclass(frozen=True)
class Step:
    """One entry of evidence in words, its weight, and the sum so far (thousandths of a bit)."""

    field: str
    level: str
    weight: int
    total: int


def steps_of(evidence: Sequence[Row] | None, weight: int) -> list[Step]:
    """The entries in their order; what they leave of the weight unexplained is a step of its own."""
    steps, total = [], 0
    for entry in evidence or []:
        total += entry["weight"]
        steps.append(Step(word(FIELDS, entry["field"]), word(LEVELS, entry["level"]), entry["weight"], total))
    if total != weight:
        steps.append(Step(UNEXPLAINED, "", weight - total, weight))
    return steps


def waterfall(
    key: str, title: str, steps: Sequence[Step], weight: int, outcome: str, thresholds: Sequence[tuple[str, int]]
) -> Markup:
    """One bar a step from the sum before it to the sum after it, then the pair's weight, with the thresholds as lines.

    `outcome` says in words what the weight means.
    """
    places = [0, weight, *(step.total for step in steps), *(value for _, value in thresholds)]
    low, span = min(places), max(max(places) - min(places), 1)

    def at(value: int) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (value - low) / span

    bottom = _TOP + _PITCH * (len(steps) + 1)
    parts = [_line("zero", at(0), _TOP, bottom), _words("h e", WIDTH, 36, "cộng dồn (bit)")]
    for order, (label, value) in enumerate(thresholds):
        x, y = at(value), 13 + 16 * order
        anchor, shift = ("end", -4) if x > WIDTH / 2 else ("start", 4)
        parts.append(_line("limit", x, y - 10, bottom))
        parts.append(_words(f"h {anchor[0]}", x + shift, y, f"{label} {bits(value)}"))
    for order, step in enumerate(steps):
        top, before = _TOP + _PITCH * order, at(step.total - step.weight)
        name = f"{step.field}: {step.level}" if step.level else step.field
        parts.append(_row("up" if step.weight >= 0 else "down", top, before, at(step.total), name))
        parts.append(_figures(top, before, at(step.total), step.weight, step.total))
        parts.append(_line("join", at(step.total), top + 18 + _BAR, top + _PITCH + 18))
    top = bottom - _PITCH
    parts.append(_row("sum", top, at(0), at(weight), f"Trọng số của cặp: {outcome}"))
    parts.append(_figures(top, at(0), at(weight), weight, weight))
    told = "; ".join(f"{step.field} {bits(step.weight, signed=True)}" for step in steps)
    return picture(
        key, bottom + 4, title, f"{told}; cộng {bits(weight)} bit, {outcome}", parts, width=WIDTH, kind="fall"
    )


def _row(kind: str, top: float, start: float, end: float, name: str) -> Markup:
    return _words("h", 0, top + 13, name) + Markup(
        '<rect class="{}" x="{:.1f}" y="{:.0f}" width="{:.1f}" height="{:.0f}"/>'
    ).format(kind, min(start, end), top + 18, max(abs(end - start), 1), _BAR)


def _figures(top: float, start: float, end: float, weight: int, total: int) -> Markup:
    signed = _words("h", max(start, end) + 5, top + 29, bits(weight, signed=True))
    return signed + _words("h e", WIDTH, top + 29, bits(total))


def _words(kind: str, x: float, y: float, words: object) -> Markup:
    shown = words if isinstance(words, Markup) else escape(mask_numbers(str(words)))
    return Markup('<text class="{}" x="{:.1f}" y="{:.0f}">{}</text>').format(kind, x, y, shown)


def _line(kind: str, x: float, top: float, bottom: float) -> Markup:
    return Markup('<path class="{}" d="M{:.1f} {:.0f}V{:.0f}"/>').format(kind, x, top, bottom)
