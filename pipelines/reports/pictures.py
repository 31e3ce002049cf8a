"""The pictures of rows, links and quality as inline SVG, drawn from numbers alone.

What the numbers mean is decided elsewhere; what they are drawn with is `drawing`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from pipelines.reports.drawing import (
    AMBER,
    GREY,
    INK,
    NAVY,
    RED,
    RULE,
    TEAL,
    WIDTH,
    hatched,
    legend,
    picture,
    rect,
    text,
)
from pipelines.reports.languages import Language

DECISION_FILLS: Final = {"automatic": NAVY, "officer": TEAL, "review": AMBER, "refused": RED}
GROUP_FILLS: Final = {1: NAVY, 2: AMBER, 3: RED}


@dataclass(frozen=True)
class Balance:
    """The rows of one dataset, from reading to merging."""

    records: int
    loaded: int
    quarantined: int
    placed: int
    unplaced: int
    elsewhere: int
    kept: int
    merged: int


@dataclass(frozen=True)
class Series:
    """One named series of a picture: its label, its colour and its value at each place."""

    label: str
    fill: str
    values: dict[int, int]


@dataclass(frozen=True)
class _Node:
    label: str
    value: int
    fill: str
    x: float
    y: float
    height: float


def flow(key: str, title: str, balance: Balance, language: Language) -> Markup:
    """Where the rows of one dataset went: records, read or not, placed or not, kept or merged."""
    thick, least, gap, bar = 120.0, 24.0, 8.0, 14.0
    scale = thick / max(balance.records, 1)
    say = language.say
    columns: list[tuple[float, list[tuple[str, int, str]]]] = [
        (0, [(say("Bản ghi tiếp nhận", "Records received"), balance.records, NAVY)]),
        (
            290,
            [
                (say("Đọc được", "Loaded"), balance.loaded, NAVY),
                (say("Không đọc được, giữ riêng", "Unreadable, in quarantine"), balance.quarantined, RED),
            ],
        ),
        (
            580,
            [
                (say("Đã xếp vào xã, phường mới", "Placed in this commune"), balance.placed, NAVY),
                (say("Thuộc xã, phường mới khác", "Placed in another commune"), balance.elsewhere, GREY),
                (say("Chưa xếp được", "Not placed"), balance.unplaced, AMBER),
            ],
        ),
        (
            900,
            [
                (say("Giữ làm bản ghi chính", "Kept as main record"), balance.kept, NAVY),
                (say("Gộp vào bản ghi khác", "Merged into another"), balance.merged, TEAL),
            ],
        ),
    ]
    nodes: list[list[_Node]] = []
    for x, entries in columns:
        y, stack = 6.0, []
        for label, value, fill in entries:
            height = max(value * scale, 2.0 if value else 0.0)
            stack.append(_Node(label, value, fill, x, y, height))
            y += max(height, least) + gap
        nodes.append(stack)
    bands, marks = [], []
    for source, targets in ((nodes[0][0], nodes[1]), (nodes[1][0], nodes[2]), (nodes[2][0], nodes[3])):
        top = source.y
        for target in targets:
            if target.value:
                bands.append(_band(source.x + bar, top, target))
                top += target.value * scale
    for node in (node for stack in nodes for node in stack):
        if node.value:
            marks.append(hatched(key, node.x, node.y, bar, node.height, node.fill))
        else:
            marks.append(
                rect(
                    *(node.x + 0.5, node.y + 0.5, bar - 1, 17),
                    "#fff",
                    Markup('stroke="{}" stroke-dasharray="2 2"').format(GREY),
                )
            )
        line = Markup("<tspan class='figure'>{}</tspan> {}").format(language.whole(node.value), node.label)
        halo = Markup("") if node.y < least else Markup('class="halo"')
        marks.append(text(node.x + bar + 8, node.y + 16, line, style=halo))
    depth = max(stack[-1].y + max(stack[-1].height, least) for stack in nodes) + 6
    described = "; ".join(f"{node.label}: {language.whole(node.value)}" for stack in nodes for node in stack)
    return picture(key, depth, title, described, [*bands, *marks])


def _band(x: float, y: float, target: _Node) -> Markup:
    middle, height = (x + target.x) / 2, target.height
    return Markup(
        '<path d="M{x:.1f} {y:.1f}C{m:.1f} {y:.1f} {m:.1f} {t:.1f} {e:.1f} {t:.1f}V{u:.1f}'
        'C{m:.1f} {u:.1f} {m:.1f} {v:.1f} {x:.1f} {v:.1f}Z" fill="{fill}" fill-opacity=".2"/>'
    ).format(x=x, y=y, v=y + height, m=middle, e=target.x, t=target.y, u=target.y + height, fill=target.fill)


def histogram(
    key: str,
    title: str,
    series: Sequence[Series],
    width: int,
    thresholds: Sequence[tuple[str, int]],
    language: Language,
) -> Markup:
    """How many links have which weight, stacked by decision, with the thresholds as lines.

    `width` is the width of a bin and, like the thresholds, in thousandths of a bit; a series' values are
    counts by bin number.
    """
    left, right, top, base = 64.0, WIDTH - 14.0, 72.0, 272.0
    bins = sorted({place for one in series for place in one.values})
    ends = [place for _, value in thresholds for place in (value // width - 1, value // width + 1)]
    first, last = min(bins + ends), max(bins + ends)
    step = (right - left) / (last - first + 1)
    tallest = max(sum(one.values.get(place, 0) for one in series) for place in bins)
    tick = _round_step(tallest / 4)
    ceiling = tick * math.ceil(tallest / tick)
    parts = [legend(key, 14, [(one.label, one.fill) for one in series])]
    for count in range(0, ceiling + 1, tick):
        y = base - (base - top) * count / ceiling
        parts.append(rect(left, y, right - left, 1, RULE))
        parts.append(text(left - 8, y + 4, language.whole(count), anchor="end"))
    for place in bins:
        y = base
        for one in series:
            count = one.values.get(place, 0)
            height = max((base - top) * count / ceiling, 1.5) if count else 0.0
            y -= height
            if count:
                x = left + (place - first) * step
                parts.append(hatched(key, x + 0.5, y, max(step - 1, 1), height, one.fill))
    label_every = max(1, math.ceil((last - first + 1) / 16))
    for place in range(first, last + 2, label_every):
        parts.append(text(left + (place - first) * step, base + 18, language.bits(place * width), anchor="middle"))
    parts.append(
        text(right, base + 38, language.say("trọng số của cặp (bit)", "weight of the pair (bits)"), anchor="end")
    )
    parts.append(text(left - 8, top - 16, language.say("số cặp", "pairs"), anchor="end"))
    for order, (label, value) in enumerate(sorted(thresholds, key=lambda threshold: threshold[1])):
        x = left + (value / width - first) * step
        line = Markup('stroke="{}" stroke-width="1.5" stroke-dasharray="5 3"').format(INK)
        parts.append(Markup('<path d="M{:.1f} {:.0f}V{:.0f}" {}/>').format(x, top - 32 + 16 * order, base, line))
        side, shift = ("end", -5) if x > right - 220 else ("start", 5)
        words = f"{label} {language.bits(value)} bit"
        parts.append(text(x + shift, top - 22 + 16 * order, words, anchor=side, style=Markup('class="halo"')))
    told = "; ".join(
        f"{one.label}: {language.whole(sum(one.values.values()))} {language.say('cặp', 'pairs')}" for one in series
    )
    return picture(key, base + 46, title, told, parts)


def stacked_bars(
    key: str, title: str, rows: Sequence[tuple[str, dict[int, int]]], groups: Mapping[int, str], language: Language
) -> Markup:
    """For each row, the shares of its groups as one bar of equal length, with counts written."""
    left, right, tall, pitch = 210.0, WIDTH - 110.0, 24.0, 36.0
    parts = [legend(key, 14, [(label, GROUP_FILLS[group]) for group, label in groups.items()])]
    told = []
    for order, (label, counts) in enumerate(rows):
        y, x, whole = 34 + order * pitch, left, sum(counts.values())
        parts.append(text(left - 10, y + 16, label, anchor="end"))
        for group in groups:
            count = counts.get(group, 0)
            width = (right - left) * count / whole if whole else 0.0
            if count:
                parts.append(hatched(key, x, y, width, tall, GROUP_FILLS[group]))
            words = f"{language.whole(count)} ({language.percentage(count, whole)})"
            if width > 8.5 * len(words):
                plate = 7.6 * len(words)
                middle = x + width / 2
                parts.append(rect(middle - plate / 2, y + 4, plate, tall - 8, "#fff", Markup('rx="2"')))
                parts.append(text(middle, y + 16.5, words, anchor="middle"))
            x += width
        parts.append(text(right + 8, y + 16, f"{language.whole(whole)}", style=Markup('class="figure"')))
        shares = ", ".join(f"{groups[group]} {language.whole(counts.get(group, 0))}" for group in groups)
        told.append(f"{label}: {shares}")
    return picture(key, 34 + len(rows) * pitch, title, "; ".join(told), parts)


def _round_step(rough: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50… that is not below `rough`."""
    power = 10 ** max(0, math.floor(math.log10(max(rough, 1))))
    return next(int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough)
