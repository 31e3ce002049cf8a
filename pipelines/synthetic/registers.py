"""People as they stand in the registers: one original row each, and the second rows of movers and doubles."""

from datetime import date

import numpy as np
import polars as pl

from .draws import Array, Rng
from .population import Population
from .settings import SampleSettings

_FIRST_UPDATE, _LAST_UPDATE = date(2010, 1, 1), date(2025, 12, 31)
_BEHIND_THE_FAMILY = 90  # a copied row stands after the members of its household


def make_registers(rng: Rng, population: Population, settings: SampleSettings) -> pl.DataFrame:
    """Rows of all registers in the order of their books, with `copy_kind` (original, mover, double)."""
    people, households = population.people, population.households
    moving = _destinations(rng, population, rng.random(len(people)) < settings.movers)
    double = (rng.random(len(people)) < settings.doubles) & (moving < 0)

    originals = _first_rows(rng, people, moving, settings)
    came = originals.filter(pl.Series(moving >= 0))
    movers = _settled(rng, came, households, moving[moving >= 0]).with_columns(
        # The new commune knows of the move, so its row is the younger one.
        ngay_cap_nhat=_later(pl.col("ngay_cap_nhat"), pl.Series(rng.random(len(came)))),
        tinh_trang=pl.lit("Thường trú"),
        copy_kind=pl.lit("mover"),
    )
    twice = originals.filter(pl.Series(double))
    again = twice.with_columns(
        ngay_cap_nhat=_earlier(pl.col("ngay_cap_nhat"), pl.Series(rng.integers(0, 700, len(twice)))),
        copy_kind=pl.lit("double"),
    )
    copies = pl.concat([movers, again]).with_columns(place=pl.col("place") + _BEHIND_THE_FAMILY)
    return pl.concat([originals, copies]).sort("commune", "household", "place", "person_id")


def _destinations(rng: Rng, population: Population, wish: Array) -> Array:
    """The household in another commune to which each person moves, -1 for those who stay."""
    commune = population.people["commune"].to_numpy()
    bounds = np.searchsorted(population.households["commune"].to_numpy(), np.array([commune, commune + 1]))
    start, own = bounds[0], bounds[1] - bounds[0]
    elsewhere = len(population.households) - own
    # Households stand by commune: a draw among the others jumps over the block of one's own.
    draw = rng.integers(0, np.maximum(elsewhere, 1))
    return np.where(wish & (elsewhere > 0), np.where(draw < start, draw, draw + own), -1)


def _later(updated: pl.Expr, share: pl.Series) -> pl.Expr:
    """A day after `updated`, that share of the way to the end of the records."""
    left = (pl.lit(_LAST_UPDATE) - updated).dt.total_days()
    return updated + pl.duration(days=(left * share).ceil().cast(pl.Int64).clip(1))


def _earlier(updated: pl.Expr, days: pl.Series) -> pl.Expr:
    """That many days before, but within the records and the person's life."""
    return pl.max_horizontal(updated - pl.duration(days=pl.lit(days)), pl.lit(_FIRST_UPDATE), "ngay_sinh")


def _first_rows(rng: Rng, people: pl.DataFrame, moving: Array, settings: SampleSettings) -> pl.DataFrame:
    noted = pl.Series((moving >= 0) & (rng.random(len(people)) < settings.mover_marked))
    return people.with_columns(
        tinh_trang=pl.when(noted).then(pl.lit("Đã chuyển đi")).otherwise("tinh_trang"),
        copy_kind=pl.lit("original"),
    )


def _settled(rng: Rng, came: pl.DataFrame, households: pl.DataFrame, household: Array) -> pl.DataFrame:
    """The rows as members of the households they moved to: by marriage, or as kin or lodgers."""
    married_in = pl.col("ho_ten_vo_chong").is_not_null() & pl.Series(rng.random(len(came)) < 0.8)
    relation = (
        pl.when(pl.col("ngay_sinh").dt.year() > 2005)
        .then(pl.lit("Cháu"))
        .when(married_in & (pl.col("gioi_tinh") == "Nữ"))
        .then(pl.lit("Con dâu"))
        .when(married_in)
        .then(pl.lit("Con rể"))
        .otherwise(pl.lit("Ở nhờ"))
    )
    new_home = households[household]
    return came.with_columns(*new_home, pl.Series("household", household), quan_he_chu_ho=relation)
