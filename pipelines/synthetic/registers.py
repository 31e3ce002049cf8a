"""People as they stand in the registers: one original row each, and the further rows of those recorded again."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from .draws import Array, Rng
from .population import SPECIAL, Population
from .settings import SampleSettings

_FIRST_UPDATE, _LAST_UPDATE = date(2010, 1, 1), date(2025, 12, 31)
_BEHIND_THE_FAMILY = 90  # a copied row stands after the members of its household
_SPLIT_OFF = 500_000_000  # household numbers beyond those of the first books


def make_registers(rng: Rng, population: Population, settings: SampleSettings) -> pl.DataFrame:
    """Rows of all registers in the order of their books, with `copy_kind` (original, mover, double)."""
    people, households = population.people, population.households
    die = np.where(people["parents_home"] >= 0, 1.0, rng.random(len(people)))
    moves = die < settings.movers + settings.three_rows
    double = (die >= settings.movers) & (die < settings.movers + settings.three_rows + settings.doubles)
    moving = _destinations(rng, population, moves)

    originals = _first_rows(rng, people, moving, settings)
    came = originals.filter(pl.Series(moving >= 0))
    movers = _settled(rng, came, households, moving[moving >= 0]).with_columns(
        # The new commune knows of the move, so its row is the younger one.
        ngay_cap_nhat=_later(pl.col("ngay_cap_nhat"), pl.Series(rng.random(len(came)))),
        tinh_trang=pl.lit("Thường trú"),
        copy_kind=pl.lit("mover"),
    )
    again = _written_again(rng, originals.filter(pl.Series(double)), len(households), settings)
    copies = pl.concat([movers, again, _with_parents(rng, originals, households)])
    copies = copies.with_columns(place=pl.col("place") + _BEHIND_THE_FAMILY)
    rows = pl.concat([originals, _remarried(rng, copies, settings)])
    rows = _told_of_all_rows(rows).sort("commune", "household", "place", "person_id", "copy_kind")
    return rows.with_columns(
        pl.when(pl.Series(rng.random(len(rows)) < settings.numbers_recorded)).then(number).alias(number)
        for number in ("so_dinh_danh", "so_cmnd")
    )


def named_once(rows: pl.DataFrame, communes: Sequence[int]) -> pl.DataFrame:
    """The rows of some registers with number, head and address on the first row of each household alone."""
    first = pl.col("household").is_first_distinct() | ~pl.col("commune").is_in(list(communes))
    return rows.with_columns(pl.when(first).then(pl.col("so_ho_khau", "ho_ten_chu_ho", "noi_thuong_tru", "thon")))


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


def _written_again(rng: Rng, twice: pl.DataFrame, households: int, settings: SampleSettings) -> pl.DataFrame:
    """Second rows in the same register, some of them under the number of a household that split off."""
    count = len(twice)
    again = twice.with_columns(
        ngay_cap_nhat=_earlier(pl.col("ngay_cap_nhat"), pl.Series(rng.integers(0, 700, count))),
        copy_kind=pl.lit("double"),
    )
    split = pl.Series(rng.random(count) < settings.split_households)
    grown = pl.col("ngay_sinh").dt.year() <= 2007
    head = pl.when(grown).then("ho_ten").otherwise(pl.coalesce("ho_ten_cha", "ho_ten_me", "ho_ten_chu_ho"))
    relation = pl.when(grown).then(pl.lit("Chủ hộ")).otherwise(pl.lit("Con"))
    number = pl.col("so_ho_khau").cast(pl.Int64) + _SPLIT_OFF
    return again.with_columns(
        household=pl.when(split).then(pl.lit(pl.Series(households + np.arange(count)))).otherwise("household"),
        so_ho_khau=pl.when(split).then(number.cast(pl.String)).otherwise("so_ho_khau"),
        ho_ten_chu_ho=pl.when(split).then(head).otherwise("ho_ten_chu_ho"),
        quan_he_chu_ho=pl.when(split).then(relation).otherwise("quan_he_chu_ho"),
    )


def _with_parents(rng: Rng, originals: pl.DataFrame, households: pl.DataFrame) -> pl.DataFrame:
    """The rows of wives in the household of their parents, which nobody struck out when they married."""
    wives = originals.filter(pl.col("parents_home") >= 0)
    home = wives["parents_home"].to_numpy()
    elsewhere = households["commune"].gather(home) != wives["commune"]
    return wives.with_columns(
        *households[home],
        pl.Series("household", home),
        quan_he_chu_ho=pl.lit("Con gái"),
        ngay_cap_nhat=_earlier(pl.col("ngay_cap_nhat"), pl.Series(rng.integers(300, 2500, len(wives)))),
        copy_kind=pl.when(elsewhere).then(pl.lit("mover")).otherwise(pl.lit("double")),
    )


def _remarried(rng: Rng, copies: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """Some copies name another husband or wife than the first row: that of someone else of the same sex and age."""
    married = pl.col("ho_ten_vo_chong").is_not_null() & (pl.col("parents_home") < 0)
    # The next of one's sex and age has a partner of a fitting age.
    partners = (
        copies.with_row_index("at")
        .filter(pl.col("ho_ten_vo_chong").is_not_null())
        .sort("gioi_tinh", "ngay_sinh", "at")
        .select("at", other=pl.col("ho_ten_vo_chong").shift(1).over("gioi_tinh"))
    )
    struck = pl.Series(rng.random(len(copies)) < settings.remarried)
    with_other = copies.with_row_index("at").join(partners, on="at", how="left", maintain_order="left")
    changed = struck & married & (pl.col("other") != pl.col("ho_ten_vo_chong")).fill_null(False)
    return (
        with_other.with_columns(changed.alias("changed"))
        .with_columns(
            ho_ten_vo_chong=pl.when("changed").then("other").otherwise("ho_ten_vo_chong"),
            special=pl.when("changed").then(pl.coalesce("special", pl.lit(SPECIAL[-1]))).otherwise("special"),
        )
        .drop("at", "other", "changed")
    )


def _told_of_all_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """What is special of a person stands in each of the person's rows."""
    told = rows.filter(pl.col("special") == SPECIAL[-1])["person_id"].unique()
    again = pl.col("special").is_null() & pl.col("person_id").is_in(told.implode())
    return rows.with_columns(special=pl.when(again).then(pl.lit(SPECIAL[-1])).otherwise("special"))
