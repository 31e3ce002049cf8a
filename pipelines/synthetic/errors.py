"""Typing errors in register rows: which rows each kind strikes, and what the truth remembers of it.

Each kind has its own stream of random numbers, so that leaving one out changes nothing else. A kind that leaves a row
as it was (no number to be mistyped) is not remembered.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from .dates_typed import DATES
from .dice import Dice, Kind
from .draws import Array, Rng
from .facts_typed import FACTS
from .names_typed import OWN_NAME, OWNERS, RELATIVES
from .numbers_typed import NUMBERS
from .places_typed import PLACES
from .settings import SampleSettings

KINDS: tuple[Kind, ...] = (*OWN_NAME, *RELATIVES, *DATES, *NUMBERS, *FACTS, *PLACES)
_OLD = 1960
_VAGUE = ("year_only", "first_january")


def with_errors(rng: Rng, rows: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """The rows as typed: dates become text, errors are made, and `errors` names them, joined by +.

    `is_man` keeps what the sex truly is.
    """
    born = pl.col("ngay_sinh").dt.year()
    rows = rows.with_columns(
        pl.col("ngay_sinh", "ngay_cap_nhat").dt.strftime("%d/%m/%Y"),
        birth_year=born,
        is_man=pl.col("gioi_tinh") == "Nam",
        is_dead=pl.col("tinh_trang") == "Đã chết",
    )
    empty = [pl.lit(None, pl.String).alias(name) for name in settings.empty_columns]
    return _struck(rng, rows.with_columns(empty), KINDS, settings).drop("is_dead", "birth_year")


def with_owner_errors(rng: Rng, books: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """Rows of land books with their owners' names as typed (`ho_ten`, `ho_ten_2`, `ho_ten_3`), and `errors`."""
    return _struck(rng, books, OWNERS, settings)


def _struck(rng: Rng, rows: pl.DataFrame, kinds: Sequence[Kind], settings: SampleSettings) -> pl.DataFrame:
    columns = {name: rows[name] for kind in kinds for name in kind.columns}
    factor = np.where(rows["copy_kind"] == "original", 1.0, settings.copy_factor)
    people = rows["person_id"].rank("dense").cast(pl.Int64).to_numpy() - 1 if "person_id" in rows.columns else None
    told: list[tuple[Array, int]] = []
    for number, (kind, stream) in enumerate(zip(kinds, rng.spawn(len(kinds)), strict=True)):
        rate = getattr(settings, kind.name)
        if not rate or set(kind.columns) & set(settings.empty_columns):
            continue
        if kind.of_person and people is not None:
            dice = [stream.random(people.max(initial=-1) + 1)[people] for _ in range(3)]
            hits = np.flatnonzero(dice[0] < rate)
            where, what = dice[1][hits], dice[2][hits]
        else:
            hits = np.flatnonzero(stream.random(len(rows)) < rate * _likely(rows, kind, factor, settings))
            where, what = stream.random(len(hits)), stream.random(len(hits))
        before = pl.DataFrame({name: columns[name].gather(hits) for name in kind.columns})
        after = kind.rewrite(before, Dice(where, what))
        changed = np.zeros(len(hits), dtype=bool)
        for name in after.columns:
            differs = after[name].ne_missing(before[name]).to_numpy()
            columns[name] = columns[name].scatter(hits[differs], after[name].filter(pl.Series(differs)))
            changed |= differs
        told.append((hits[changed], number))
    return rows.with_columns(*(series.alias(name) for name, series in columns.items()), _told(told, kinds, len(rows)))


def _likely(rows: pl.DataFrame, kind: Kind, factor: Array, settings: SampleSettings) -> Array:
    """How many times as likely as usual a kind is in each row."""
    if kind.name not in _VAGUE:
        return factor
    old = (rows["birth_year"] < _OLD).to_numpy()
    # The papers of the old have no day at all, so that one register is hardly worse than the other.
    return np.where(old, settings.vague_dates_if_old, factor)


def _told(told: list[tuple[Array, int]], kinds: Sequence[Kind], count: int) -> pl.Series:
    """The names of the kinds that changed each row, joined by +."""
    at = np.concatenate([np.zeros(0, dtype=np.int64), *(hits for hits, _ in told)])
    number = np.concatenate([np.zeros(0, dtype=np.int64), *(np.full(len(hits), kind) for hits, kind in told)])
    names = pl.Series([kind.name for kind in kinds], dtype=pl.String)
    named = pl.DataFrame({"row": at, "kind": names.gather(number)}).unique(maintain_order=True)
    joined = named.group_by("row", maintain_order=True).agg(pl.col("kind").str.join("+"))
    nothing = pl.repeat(None, count, dtype=pl.String, eager=True).alias("errors")
    return nothing.scatter(joined["row"].to_numpy(), joined["kind"])
