"""The reliability diagram: what the model expects of pairs of one weight, and what their numbers say of them."""

from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup

from pipelines.reports.drawing import AMBER, INK, NAVY, RULE, WIDTH, picture, rect, text
from pipelines.reports.languages import Language
from pipelines.reports.linkage_facts import Band

BAND: Final = 2000
"""Width of a band, in thousandths of a bit, as the engine makes them."""
_LEFT, _RIGHT, _TOP, _BASE = 64.0, WIDTH - 14.0, 44.0, 264.0


def reliability_diagram(key: str, title: str, bands: Sequence[Band], language: Language) -> Markup:
    """A column for each band of weight: a diamond for the expected share, a dot with its interval for the observed.

    A band whose interval does not hold the expected share is drawn in another colour and marked with a triangle.
    """
    first, last = bands[0].band, bands[-1].band + BAND
    step = (_RIGHT - _LEFT) / ((last - first) / BAND)

    def height(share: float) -> float:
        return _BASE - (_BASE - _TOP) * share

    say = language.say
    parts = [
        _key(0, "◇", say("tỷ lệ mô hình dự kiến", "share the model expects")),
        _key(220, "●", say("tỷ lệ thấy được, kèm khoảng tin cậy 95%", "share observed, with its 95% interval")),
        _key(
            560, "▲", say("khoảng tin cậy không chứa tỷ lệ dự kiến", "the interval does not hold the expected"), AMBER
        ),
    ]
    for percent in (0, 25, 50, 75, 100):
        parts.append(rect(_LEFT, height(percent / 100), _RIGHT - _LEFT, 1, RULE))
        parts.append(text(_LEFT - 8, height(percent / 100) + 4, f"{percent}%", anchor="end"))
    for band in bands:
        x = _LEFT + step * ((band.band - first) / BAND + 0.5)
        parts += _column(x, band, height)
        parts.append(text(x, _BASE + 40, language.whole(band.pairs), anchor="middle"))
    label_every = max(1, round(44 / step))
    for order in range(0, round((last - first) / BAND) + 1, label_every):
        parts.append(text(_LEFT + step * order, _BASE + 20, language.bits(first + BAND * order), anchor="middle"))
    parts.append(text(_LEFT - 8, _BASE + 40, say("số cặp", "pairs"), anchor="end"))
    axis = say("trọng số của cặp khi che số giấy tờ (bit)", "weight of the pair with numbers hidden (bits)")
    parts.append(text(_RIGHT, _BASE + 60, axis, anchor="end"))
    told = "; ".join(_told(band, language) for band in bands)
    return picture(key, _BASE + 68, title, told, parts)


def _told(band: Band, language: Language) -> str:
    first, pairs = language.bits(band.band), language.whole(band.pairs)
    expected, observed = language.probability(band.expected), language.share(band.observed)
    return language.say(
        f"từ {first} bit: {pairs} cặp, dự kiến {expected}, thấy {observed}",
        f"from {first} bits: {pairs} pairs, expected {expected}, observed {observed}",
    )


def _key(x: float, sign: str, words: str, fill: str = NAVY) -> Markup:
    return text(x, 14, Markup('<tspan fill="{}">{}</tspan> {}').format(fill, sign, words))


def _column(x: float, band: Band, height: Callable[[float], float]) -> list[Markup]:
    fill = NAVY if band.believable else AMBER
    low, high, seen, expected = (height(value) for value in (band.low, band.high, band.observed, band.expected))
    whisker = Markup('<path d="M{x:.1f} {h:.1f}V{l:.1f}M{a:.1f} {h:.1f}H{b:.1f}M{a:.1f} {l:.1f}H{b:.1f}" {s}/>').format(
        x=x, h=high, l=low, a=x - 5, b=x + 5, s=Markup('stroke="{}" stroke-width="2" fill="none"').format(fill)
    )
    dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4.5" fill="{}"/>').format(x, seen, fill)
    diamond = Markup('<path d="M{:.1f} {:.1f}l6 6l-6 6l-6-6Z" fill="none" stroke="{}" stroke-width="1.5"/>').format(
        x, expected - 6, INK
    )
    mark = [] if band.believable else [text(x + 9, (low + high) / 2 + 4, "▲", style=Markup('class="figure"'))]
    return [whisker, dot, diamond, *mark]
