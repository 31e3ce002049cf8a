"""Pictures of measurements as SVG files: lines over sizes, and bars by stage. Readable on light and on dark pages.

What was measured, and what is said of it in words, is decided elsewhere.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain

COLOURS = ("#3b82c4", "#d0662f", "#2f9e8f", "#a06cc4")
DASHES = ("", "7 4", "2 4", "10 3 2 3")
WIDTH = 960
_STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1c2733 }
.title { font-weight: 600; font-size: 16px } .quiet { fill: #5b6876; font-size: 12.5px }
.paper { fill: #ffffff } .rule { stroke: #c4ccd5; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
text { fill: #e3e9ef } .quiet { fill: #a3afbb } .paper { fill: #11161c } .rule { stroke: #3a4450 }
}"""


@dataclass(frozen=True)
class Panel:
    """Lines on two logarithmic axes: by name, the value at each size."""

    title: str
    unit: str
    lines: Mapping[str, Sequence[tuple[float, float]]]


def lines(title: str, description: str, panels: Sequence[Panel]) -> str:
    """Panels side by side; a line keeps its colour and its dashes in all of them, and bears its name at its end."""
    names = list(dict.fromkeys(chain.from_iterable(panel.lines for panel in panels)))
    width = WIDTH / len(panels)
    drawn = [_panel(panel, names, at * width, width) for at, panel in enumerate(panels)]
    return _svg(430, title, description, [*drawn, _legend(names)])


def bars(title: str, description: str, series: Sequence[str], rows: Sequence[tuple[str, Sequence[float], str]]) -> str:
    """A group of bars for each row, one of every series; `rows` are a name, the values, and a remark at the right."""
    left, right, top, thick = 190, 120, 84, 13
    most = max(chain.from_iterable(values for _, values, _ in rows))
    scale, step = (WIDTH - left - right - 60) / most, thick * len(series) + 12
    parts = []
    for place, (name, values, remark) in enumerate(rows):
        y = top + place * step
        parts.append(_text(left - 10, y + step / 2 - 2, name, anchor="end"))
        parts.append(_text(WIDTH - 16, y + step / 2 - 2, remark, anchor="end", kind="quiet"))
        for at, value in enumerate(values):
            parts.append(
                f'<rect x="{left}" y="{y + at * thick:.1f}" width="{max(value * scale, 1):.1f}" height="{thick - 2}" '
                f'fill="{COLOURS[at]}"/>'
            )
            parts.append(_text(left + value * scale + 6, y + at * thick + 10, f"{value:.1f} s", kind="quiet"))
    parts.append(_text(WIDTH - 16, top - 12, "exponent", anchor="end", kind="quiet"))
    return _svg(top + step * len(rows) + 16, title, description, [*parts, _legend(series, dashed=False)])


def _panel(panel: Panel, names: Sequence[str], x: float, width: float) -> str:
    left, right, top, base = x + 62, x + width - 24, 110, 380
    points = list(chain.from_iterable(panel.lines.values()))
    (few, many), (least, most) = ((math.log10(min(side)), math.log10(max(side))) for side in zip(*points, strict=True))
    least, most = math.floor(least), math.ceil(most)

    def at(size: float, value: float) -> tuple[float, float]:
        across = (math.log10(size) - few) / max(many - few, 1e-9)
        up = (math.log10(value) - least) / max(most - least, 1)
        return left + across * (right - left), base - up * (base - top)

    parts = [_text(left, top - 14, panel.title, kind="quiet")]
    for power in range(least, most + 1):
        _, y = at(10**few, 10.0**power)
        parts.append(f'<line class="rule" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(_text(left - 8, y + 4, f"{10.0**power:g} {panel.unit}", anchor="end", kind="quiet"))
    for size in sorted({size for size, _ in points}):
        where, _ = at(size, 10.0**least)
        parts.append(_text(where, base + 20, _short(size), anchor="middle", kind="quiet"))
    for name, line in panel.lines.items():
        colour, dashes = COLOURS[names.index(name)], DASHES[names.index(name)]
        places = [at(*point) for point in line]
        path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in places)
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>')
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="{colour}"/>' for px, py in places]
    return "".join(parts)


def _legend(names: Sequence[str], *, dashed: bool = True) -> str:
    parts, x = [], 20.0
    for name, colour, dashes in zip(names, COLOURS, DASHES if dashed else [""] * len(COLOURS), strict=False):
        parts.append(
            f'<path d="M{x} 56h34" stroke="{colour}" stroke-width="4" stroke-dasharray="{dashes if dashed else ""}"/>'
            + _text(x + 42, 61, name)
        )
        x += 72 + 8.2 * len(name)
    return "".join(parts)


def _short(size: float) -> str:
    return f"{size / 1e6:g} M" if size >= 1e6 else f"{size / 1e3:g} k"


def _text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(words)}</text>'


def _svg(height: float, title: str, description: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" role="img" '
        f'aria-labelledby="t d"><title id="t">{escape(title)}</title><desc id="d">{escape(description)}</desc>'
        f'<style>{_STYLE}</style><rect class="paper" width="{WIDTH}" height="{height:.0f}" rx="8"/>'
        f"{_text(20, 30, title, kind='title')}{''.join(parts)}</svg>\n"
    )
