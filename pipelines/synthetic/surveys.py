"""Surveys: parcels that stand in their book a second time, as another map system shows them.

Of two entries the later one is that of the later map system. Where area and certificate are the same, both are one
parcel. Otherwise the land was measured anew, divided or joined, and the former parcel is related to the later one.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from .draws import Array, Rng, chosen
from .settings import SampleSettings
from .sheets import MAP_SYSTEMS

# One parcel measured anew; several entries that face one original; one entry that faces several originals.
_SHAPES = {"anew": 50, "several": 25, "united": 25}
_BLOCK = 3  # originals side by side of which at most one set is surveyed again
_OTHER_AREA = 0.7  # of those measured anew; the others have another certificate alone
_SMALLEST_CHANGE, _LARGEST_CHANGE = 0.03, 0.25
_ROUNDING = 0.004  # by which the parts of a divided parcel miss the whole
_PART_SHARES = 12.0  # Dirichlet concentration of the parts


@dataclass(frozen=True)
class Surveys:
    """What other surveys show.

    `entries`, one row each: `base` (the original that it is made like), `shape` (same: one parcel with the original,
    or one of `_SHAPES`), `system`, `later` (than the base), `times` (the area of the base), `new_certificate`, `sold`.
    `links`, one for each entry and original on the same land: `entry`, `original`, `base` (row numbers), `later` and
    `kind` (same, resurveyed_as, split_into, joined_into).
    """

    entries: pl.DataFrame
    links: pl.DataFrame


def survey_again(rng: Rng, originals: pl.DataFrame, settings: SampleSettings) -> Surveys:
    """Draw which originals have other entries by another map system.

    `originals` have `ground` (neighbours of one ground stand behind one another), `system`, `certified`, `dien_tich`.
    """
    base = np.arange(0, len(originals), _BLOCK)
    base = base[rng.random(len(base)) < settings.surveyed_again * _BLOCK]
    several = rng.integers(2, _BLOCK + 1, len(base))
    shape = np.where(rng.random(len(base)) < settings.remeasured, chosen(rng, _SHAPES, len(base)), "same")
    ground, area = originals["ground"].to_numpy(), originals["dien_tich"].to_numpy()
    certified = originals["certified"].to_numpy()[base]
    last = np.minimum(base + several, len(originals)) - 1
    apart = (last - base + 1 < several) | (ground[last] != ground[base])
    shape = np.where((shape == "united") & apart | (shape == "same") & ~certified, "anew", shape)

    own = originals["system"].to_numpy()[base]
    system = (own + rng.integers(1, len(MAP_SYSTEMS), len(base))) % len(MAP_SYSTEMS)
    other_area = (rng.random(len(base)) < _OTHER_AREA) | ~certified
    change = rng.uniform(_SMALLEST_CHANGE, _LARGEST_CHANGE, len(base)) * rng.choice([-1, 1], len(base))
    slight = rng.uniform(-_ROUNDING, _ROUNDING, len(base))
    sums = np.concatenate([[0.0], area.cumsum()])
    times = np.select(
        [(shape == "anew") & other_area, shape == "several", shape == "united"],
        [1 + change, 1 + slight, (sums[last + 1] - sums[base]) / area[base] * (1 + slight)],
        1.0,
    )
    renewed = (shape == "anew") & (~other_area | (rng.random(len(base)) < 0.4)) | np.isin(shape, ("several", "united"))
    copies = np.where(shape == "several", several, 1)
    of, nth = np.repeat(np.arange(len(base)), copies), _places(copies)
    die = rng.gamma(_PART_SHARES, 1, len(of))
    share = np.where(copies[of] > 1, die / np.bincount(of, die, len(base))[of], 1.0)
    entries = pl.DataFrame(
        {
            "base": base[of],
            "shape": pl.Series(shape[of], dtype=pl.String),
            "system": system[of],
            "later": (system > own)[of],
            "times": times[of] * share,
            "new_certificate": renewed[of],
            "sold": (nth > 0) & (rng.random(len(of)) < settings.sold_when_split),
        }
    )
    return Surveys(entries, _links(entries, np.where(shape == "united", several, 1)[of]))


def _places(runs: Array) -> Array:
    """0, 1, … within runs of those lengths."""
    places: Array = np.arange(runs.sum()) - np.repeat(runs.cumsum() - runs, runs)
    return places


def _links(entries: pl.DataFrame, originals: Array) -> pl.DataFrame:
    """Each entry with so many originals from its base on."""
    entry = np.repeat(np.arange(len(entries)), originals)
    divided = (pl.col("shape") == "several") == pl.col("later")
    kinds = {"same": pl.lit("same"), "anew": pl.lit("resurveyed_as")}
    kind = pl.when(divided).then(pl.lit("split_into")).otherwise(pl.lit("joined_into"))
    for shape, name in kinds.items():
        kind = pl.when(pl.col("shape") == shape).then(name).otherwise(kind)
    return (
        entries[entry]
        .with_columns(entry=pl.Series(entry), place=pl.Series(_places(originals)))
        .select("entry", (pl.col("base") + pl.col("place")).alias("original"), "base", "later", kind.alias("kind"))
    )


def joined(surveys: Surveys) -> tuple[Array, Array]:
    """The originals that are one parcel by another survey, all but the first, and the first of each."""
    pairs = surveys.links.filter(pl.col("original") != pl.col("base"))
    return pairs["original"].to_numpy(), pairs["base"].to_numpy()


def noted(rng: Rng, entries: pl.DataFrame, surveys: Surveys, parcels: int, settings: SampleSettings) -> pl.DataFrame:
    """All entries (first the original parcels, then those of the surveys); some of the later ones tell in `ghi_chu`
    what number they had."""
    pairs = _directed(surveys, parcels).sort("to", "from")
    facts = entries.select("so_to", "so_thua", "system")[pairs["from"]]
    systems = pl.Series(np.array(MAP_SYSTEMS)[facts["system"].to_numpy()], dtype=pl.String)
    number = pl.format("thửa {} tờ {}", "so_thua", "so_to")
    text = (
        pl.when(pl.col("kind") == "split_into")
        .then("Tách từ " + number)
        .when(pl.col("kind") == "joined_into")
        .then(number)
        .otherwise(pl.format("Thửa cũ số {}, tờ {} bản đồ {}", "so_thua", "so_to", "system"))
    )
    told = pairs.with_columns(*facts.select("so_to", "so_thua"), systems.alias("system")).with_columns(text=text)
    notes = told.group_by("to", maintain_order=True).agg(pl.col("kind").first(), pl.col("text").str.join(", "))
    notes = notes.filter(pl.Series(rng.random(len(notes)) < settings.survey_noted)).select(
        "to", note=pl.when(pl.col("kind") == "joined_into").then("Hợp từ " + pl.col("text")).otherwise("text")
    )
    numbered = entries.with_row_index("to").cast({"to": pl.Int64})
    with_notes = numbered.join(notes, on="to", how="left", maintain_order="left")
    return with_notes.with_columns(ghi_chu=pl.coalesce("note", "ghi_chu")).drop("to", "note")


def relations(surveys: Surveys, parcel_ids: pl.Series, parcels: int) -> pl.DataFrame:
    """`from_parcel_id`, `to_parcel_id` and `kind` of former parcels and what became of them."""
    pairs = _directed(surveys, parcels).filter(pl.col("kind") != "same")
    ends = [parcel_ids.gather(pairs[end]).alias(f"{end}_parcel_id") for end in ("from", "to")]
    return pairs.select(*ends, "kind").sort("from_parcel_id", "to_parcel_id")


def _directed(surveys: Surveys, parcels: int) -> pl.DataFrame:
    """The links as `from` and `to`, row numbers among all entries, and their `kind`."""
    row, original = pl.col("entry") + parcels, pl.col("original")
    return surveys.links.select(
        pl.when("later").then(original).otherwise(row).alias("from"),
        pl.when("later").then(row).otherwise(original).alias("to"),
        "kind",
    )
