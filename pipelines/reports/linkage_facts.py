"""What the page states about linking: how many pairs, candidates, the model and how far it can be believed.

Every count is one SQL query; the rest is what the manifest says. A manifest without a key gives an empty fact.
"""

import math
from dataclasses import dataclass
from typing import Final

import duckdb

from pipelines.reports.asking import Row, mapping, number, objects, rows_of

ID_LETTERS: Final = 8
"""How much of a record id the page carries: enough to find a row, and no more."""
_MOST_BINS: Final = 48
_Z: Final = 1.959964
"""Two-sided 95 %."""

_BY_DECISION: Final = """
SELECT decision, count(*) AS links, min(weight) AS lightest, max(weight) AS heaviest
FROM links WHERE dataset = $dataset GROUP BY decision ORDER BY decision
"""

_BINS: Final = """
SELECT decision, (weight // $width - (weight % $width < 0)::INT)::BIGINT AS bin, count(*) AS links
FROM links WHERE dataset = $dataset AND weight IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class Model:
    """The model of one dataset as the manifest tells it; what the manifest lacks is None or empty.

    log₂ odds that a pair is one entity = `offset` + `slope` × weight (bits).
    """

    name: str
    rows: int | None
    offset: float | None
    slope: float | None
    settings: Row
    alarm: Row


@dataclass(frozen=True)
class Band:
    """One band of the reliability diagram: `low` and `high` are the Wilson interval of the observed share."""

    band: int
    pairs: int
    expected: float
    observed: float
    low: float
    high: float

    @property
    def believable(self) -> bool:
        """Whether the interval holds what the model expects, to the four decimals that a page can show."""
        return round(self.low, 4) <= round(self.expected, 4) <= round(self.high, 4)


@dataclass(frozen=True)
class LinkageFacts:
    """Everything the page states about linking one dataset."""

    decisions: list[Row]
    bins: list[Row]
    width: int
    thresholds: dict[str, int]
    candidates: list[Row]
    model: Model
    reliability: list[Band]


def linkage_facts(warehouse: duckdb.DuckDBPyConnection, dataset: str, manifest: dict[str, str]) -> LinkageFacts:
    """All that is known of the links of one dataset; needs the view `sources`."""
    decisions = rows_of(warehouse, _BY_DECISION, dataset=dataset)
    known = [row[end] for row in decisions for end in ("lightest", "heaviest") if row[end] is not None]
    span = max(known) - min(known) if known else 0
    width = next((size for size in (500, 1000, 2000, 5000, 10_000) if span / size <= _MOST_BINS), 50_000)
    thresholds = {name: number(value) for name, value in mapping(manifest.get(f"thresholds.{dataset}")).items()}
    return LinkageFacts(
        decisions=decisions,
        bins=rows_of(warehouse, _BINS, dataset=dataset, width=width),
        width=width,
        thresholds={name: int(value) for name, value in thresholds.items() if value is not None},
        candidates=objects(manifest.get(f"candidates.{dataset}")),
        model=_model(dataset, manifest),
        reliability=_bands(objects(manifest.get(f"reliability.{dataset}"))),
    )


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), which stays within 0 and 1 and is honest for few trials."""
    share, spread = successes / trials, _Z * _Z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / trials + spread / trials / 4) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _model(dataset: str, manifest: dict[str, str]) -> Model:
    calibration = mapping(manifest.get(f"calibration.{dataset}"))
    rows = number(mapping(manifest.get(f"model.{dataset}")).get("rows"))
    return Model(
        name=manifest.get(f"model_name.{dataset}", ""),
        rows=None if rows is None else int(rows),
        offset=number(calibration.get("offset")),
        slope=number(calibration.get("slope")),
        settings=mapping(manifest.get(f"settings.{dataset}")),
        alarm=mapping(manifest.get(f"alarm.{dataset}")),
    )


def _bands(entries: list[Row]) -> list[Band]:
    """The bands that can be drawn, from the lightest weight up."""
    bands = []
    for entry in entries:
        band, pairs, expected, observed = (number(entry.get(key)) for key in ("band", "pairs", "expected", "observed"))
        if band is None or not pairs or expected is None or observed is None or not 0 <= observed <= 1:
            continue
        low, high = wilson(observed * pairs, int(pairs))
        bands.append(Band(int(band), int(pairs), expected, observed, low, high))
    return sorted(bands, key=lambda band: band.band)
