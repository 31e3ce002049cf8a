"""Hanoi's new communes by their real sizes, and invented people and land to fill them with.

What is measured on them does not belong here.
"""

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from benchmarks.registers import old_communes
from pipelines.communes import MergerMap
from pipelines.synthetic import SampleSummary, write_sample

POPULATION = Path(__file__).resolve().parents[1] / "data" / "reference" / "new_commune_population.csv"
PARCELS_A_PERSON = 5.0 / 8.8
"""About five million parcels and 8.8 million people."""


@dataclass(frozen=True)
class Commune:
    """A new commune and how many people live there."""

    code: str
    name: str
    people: int

    @property
    def parcels(self) -> int:
        """Its share of the land."""
        return round(self.people * PARCELS_A_PERSON)


def communes() -> list[Commune]:
    """All of Hanoi's, by size."""
    table = pl.read_csv(POPULATION, infer_schema=False).filter(pl.col("province") == "Hà Nội")
    sized = table.with_columns(pl.col("population").cast(pl.Int64)).sort("population", "new_code")
    return [Commune(*row) for row in sized.select("new_code", "new_name", "population").iter_rows()]


def evenly(count: int, share: float = 1.0) -> list[Commune]:
    """So many of those that whole old communes came to, evenly spaced by size: the smallest and the largest are in.

    All of them where that many are asked for; `share` of their people.
    """
    mergers, known = MergerMap.shipped(), communes()
    whole = [
        each
        for each in known
        if any(old.population_part == old.area_part == "whole" for old in mergers.new_commune(each.code).old_communes)
    ]
    drawn_from = whole if count <= len(whole) else known
    places = {round(at * (len(drawn_from) - 1) / max(count - 1, 1)) for at in range(count)}
    return [replace(drawn_from[at], people=round(drawn_from[at].people * share)) for at in sorted(places)]


def write_exports(data: Path, commune: Commune, seed: int) -> SampleSummary:
    """Add the exports of one commune to those of `data`."""
    with tempfile.TemporaryDirectory(dir=data) as folder:
        summary = write_sample(Path(folder), old_communes(commune.code), commune.people, commune.parcels, seed)
        (data / "exports").mkdir(exist_ok=True)
        for old in sorted(Path(folder, "exports").iterdir()):
            shutil.move(old, data / "exports" / old.name)
    return summary
