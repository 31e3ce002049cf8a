"""What every picture of the page is drawn with: colours, words, bars, and the frame that makes an SVG of them.

Each picture carries a title and a description for screen readers, tells its parts apart by words and hatching as
well as by colour, and takes no style, font or address from outside. What is drawn does not belong here.
"""

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

from pipelines.reports.privacy import mask_numbers

WIDTH: Final = 1120
INK: Final = "#1c2733"
RULE: Final = "#c4ccd5"
NAVY: Final = "#24527a"
TEAL: Final = "#2f7f79"
AMBER: Final = "#b87a10"
RED: Final = "#a8322d"
GREY: Final = "#7b8794"

_HATCHES: Final = {AMBER: "M0 6L6 0", RED: "M0 0L6 6M0 6L6 0", TEAL: "M0 3H6"}

_NO_MORE: Final = Markup("")


def text(x: float, y: float, content: object, *, anchor: str = "start", style: Markup = _NO_MORE) -> Markup:
    """Words at a place; what is not markup of this package is masked and escaped."""
    words = content if isinstance(content, Markup) else escape(mask_numbers(str(content)))
    return (
        Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" {}>').format(x, y, anchor, style)
        + words
        + Markup("</text>")
    )


def rect(x: float, y: float, width: float, height: float, fill: str, more: Markup = _NO_MORE) -> Markup:
    """A filled rectangle; `more` are further attributes."""
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" {}/>').format(
        x, y, width, height, fill, more
    )


def hatched(key: str, x: float, y: float, width: float, height: float, fill: str) -> Markup:
    """A filled rectangle with its colour's hatching on top, so that grey print still tells it apart."""
    shape = rect(x, y, width, height, fill)
    return shape + rect(x, y, width, height, f"url(#{key}-{fill[1:]})") if fill in _HATCHES else shape


def picture(
    key: str,
    height: float,
    title: str,
    description: str,
    parts: Iterable[Markup],
    *,
    width: int = WIDTH,
    kind: str = "",
) -> Markup:
    """The parts as one SVG that a screen reader names by title and description.

    `key` tells its ids from those of other pictures, `kind` is a further class.
    """
    drawn = Markup("").join(parts)
    patterns = Markup("").join(
        Markup(
            '<pattern id="{}-{}" width="6" height="6" patternUnits="userSpaceOnUse">'
            '<path d="{}" stroke="#fff" stroke-opacity=".55" stroke-width="1" fill="none"/></pattern>'
        ).format(key, fill[1:], path)
        for fill, path in _HATCHES.items()
        if f"url(#{key}-{fill[1:]})" in drawn
    )
    return Markup(
        '<svg class="{classes}" viewBox="0 0 {width} {height:.0f}" role="img" aria-labelledby="{key}-t {key}-d">'
        '<title id="{key}-t">{title}</title><desc id="{key}-d">{description}</desc>{patterns}{drawn}</svg>'
    ).format(
        classes=f"picture {kind}".strip(),
        width=width,
        height=height,
        key=key,
        title=mask_numbers(title),
        description=mask_numbers(description),
        patterns=Markup("<defs>{}</defs>").format(patterns) if patterns else "",
        drawn=drawn,
    )


def legend(key: str, y: float, entries: Iterable[tuple[str, str]]) -> Markup:
    """Labels with the colour (and hatching) of each, in one line."""
    parts, x = [], 0.0
    for label, fill in entries:
        parts += [hatched(key, x, y - 11, 16, 12, fill), text(x + 22, y, label)]
        x += 50 + 7.2 * len(label)
    return Markup("").join(parts)
