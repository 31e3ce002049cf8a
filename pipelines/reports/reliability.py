"""The reliability diagram: what the model expects of pairs of one weight, and what their numbers say of them."""

from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup

from pipelines.reports.drawing import AMBER, INK, NAVY, RULE, WIDTH, picture, rect, text
from pipelines.reports.labels import bits, probability, whole_number
from pipelines.reports.linkage_facts import Band

BAND: Final = 2000
"""Width of a band, in thousandths of a bit, as the engine makes them."""
_LEFT, _RIGHT, _TOP, _BASE = 64.0, WIDTH - 14.0, 44.0, 264.0


def reliability_diagram(key: str, title: str, bands: Sequence[Band]) -> Markup:
    """A column for each band of weight: a diamond for the expected share, a dot with its interval for the observed.

    A band whose interval does not hold the expected share is drawn in another colour and marked ≠.
    """
    first, last = bands[0].band, bands[-1].band + BAND
    step = (_RIGHT - _LEFT) / ((last - first) / BAND)

    def height(share: float) -> float:
        return _BASE - (_BASE - _TOP) * share

    parts = [_key(0, "◇", "tỷ lệ mô hình dự kiến"), _key(220, "●", "tỷ lệ thấy được, kèm khoảng tin cậy 95%")]
    parts.append(_key(560, "≠", "khoảng tin cậy không chứa tỷ lệ dự kiến", AMBER))
    for percent in (0, 25, 50, 75, 100):
        parts.append(rect(_LEFT, height(percent / 100), _RIGHT - _LEFT, 1, RULE))
        parts.append(text(_LEFT - 8, height(percent / 100) + 4, f"{percent}%", anchor="end"))
    for band in bands:
        x = _LEFT + step * ((band.band - first) / BAND + 0.5)
        parts += _column(x, band, height)
        parts.append(text(x, _BASE + 40, whole_number(band.pairs), anchor="middle"))
    label_every = max(1, round(44 / step))
    for order in range(0, round((last - first) / BAND) + 1, label_every):
        parts.append(text(_LEFT + step * order, _BASE + 20, bits(first + BAND * order), anchor="middle"))
    parts.append(text(_LEFT - 8, _BASE + 40, "số cặp", anchor="end"))
    parts.append(text(_RIGHT, _BASE + 60, "trọng số của cặp khi che số giấy tờ (bit)", anchor="end"))
    told = "; ".join(
        f"từ {bits(band.band)} bit: {whole_number(band.pairs)} cặp, dự kiến {probability(band.expected)}, "
        f"thấy {share(band.observed)}"
        for band in bands
    )
    return picture(key, _BASE + 68, title, told, parts)


def share(value: float) -> Markup:
    """A share that was counted, so that it may be none or all: 0,0% or 100,0%."""
    return Markup(f"{100 * value:.1f}%".replace(".", ","))


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
    mark = [] if band.believable else [text(x + 9, (low + high) / 2 + 4, "≠", style='class="figure"')]
    return [whisker, dot, diamond, *mark]
