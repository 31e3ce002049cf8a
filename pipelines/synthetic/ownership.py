"""Who uses a parcel and by what certificate."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from .draws import Array, Rng, chosen, padded, unique_numbers
from .kinship import LAST_DAY, YEAR, Place, day_of, years
from .population import Population, known_only
from .settings import OldCommune, SampleSettings

# Serials begin with two letters; the first one moved on over the years.
_FIRST_LETTERS, _FIRST_LETTER_FROM = np.array(list("ABCD")), (2009, 2016, 2021)
_SECOND_LETTERS = list("ABCDĐEGHIKLMNOPQRSTUVXY")
_BOOK_PREFIXES, _BOOK_PREFIX_FROM = np.array(["H", "CH", "CS"]), (2010, 2015)
_NEW_FORM_FROM = day_of("2024-08-01")  # since then eight digits
_STYLES = {"person": 52, "household": 30, "couple": 18}


def draw_owners(
    rng: Rng, population: Population, commune: Array, communes: Sequence[OldCommune], settings: SampleSettings
) -> pl.DataFrame:
    """The columns of certificate and owner for each parcel, the owner's `thon`, and `owner_person_id`.

    The owner's name stays in parts, which `as_the_book_names` joins: `style`, `ho_ten`, `gioi_tinh`,
    `ho_ten_vo_chong`, and `committee` where nobody owns the land. The owner is an adult of the commune, mostly the
    head of a household, or else the committee (a null id).
    """
    count = len(commune)
    candidates = _candidates(population)
    start = candidates["commune"].search_sorted(commune, side="left").to_numpy()
    adults = candidates["commune"].search_sorted(commune, side="right").to_numpy() - start
    private = (adults > 0) & (rng.random(count) >= settings.public_owner)
    at = np.where(private, start + (rng.random(count) * adults).astype(np.int64), -1)
    owner = pl.DataFrame({"at": at}).join(candidates.with_row_index("at").cast({"at": pl.Int64}), "at", "left")

    committee = np.array([f"UBND {place.kind} {place.name}" for place in communes])[commune]
    certified = private & (rng.random(count) < settings.certificate)
    of_age = owner["ngay_sinh"].fill_null(pl.date(1960, 1, 1)).to_physical().to_numpy() + int(18 * YEAR)
    issued = np.maximum(rng.integers(day_of("1998-01-01"), LAST_DAY, count), of_age)
    number_then = pl.when(pl.Series(years(issued) < 2016)).then("old_number_held").otherwise("number_held")
    return owner.select(
        pl.Series("so_gcn", known_only(_serials(rng, issued), certified)),
        pl.Series("so_vao_so", known_only(_book_numbers(rng, issued), certified)),
        pl.Series("ngay_cap", known_only(issued.astype("datetime64[D]"), certified)).dt.strftime("%d/%m/%Y"),
        pl.Series("style", chosen(rng, _STYLES, count), dtype=pl.String),
        "ho_ten",
        "gioi_tinh",
        "ho_ten_vo_chong",
        known_only(committee, ~private).alias("committee"),
        pl.when(pl.Series(rng.random(count) < settings.owner_number)).then(number_then).alias("giay_to_chu"),
        pl.when(pl.Series(rng.random(count) < 0.8))
        .then(pl.col("ngay_sinh").dt.year().cast(pl.String))
        .alias("nam_sinh_chu"),
        pl.col("noi_thuong_tru").alias("dia_chi_chu"),
        "thon",
        pl.col("person_id").alias("owner_person_id"),
    )


def _candidates(population: Population) -> pl.DataFrame:
    """Adults by commune; heads of households stand five times, as land is mostly in their name."""
    people = population.people
    born = people["ngay_sinh"].to_physical()
    adults = people.filter(born <= LAST_DAY - int(18 * YEAR))
    heads = adults.filter(pl.col("place") == int(Place.HEAD))
    return pl.concat([adults, *[heads] * 4]).sort("commune", maintain_order=True)


def as_the_book_names() -> pl.Expr:
    """The owner from the parts of `draw_owners`: "Ông A", "Hộ bà B", "Ông A và bà B", "UBND xã C"."""
    name, spouse = pl.col("ho_ten"), pl.col("ho_ten_vo_chong")
    man = pl.col("gioi_tinh") == "Nam"
    title, other = (
        pl.when(man).then(pl.lit(his)).otherwise(pl.lit(hers)) for his, hers in (("ông", "bà"), ("bà", "ông"))
    )
    titled = title.str.to_titlecase() + " " + name
    couple = titled + " và " + other + " " + spouse
    private = (
        pl.when(pl.col("style") == "household")
        .then("Hộ " + title + " " + name)
        .when((pl.col("style") == "couple") & spouse.is_not_null())
        .then(couple)
        .otherwise(titled)
    )
    return pl.coalesce("committee", private)


def _serials(rng: Rng, issued: Array) -> Array:
    """Unique serials such as "BĐ 123456", or "AA 00123456" of the form in use since 2024."""
    new_form = issued >= _NEW_FORM_FROM
    first = np.where(new_form, len(_FIRST_LETTERS), np.searchsorted(_FIRST_LETTER_FROM, years(issued), side="right"))
    second = np.where(new_form, 0, rng.integers(0, len(_SECOND_LETTERS), len(issued)))
    number = unique_numbers(rng, first * 100 + second, 6) % 10**6
    letters = np.char.add(np.append(_FIRST_LETTERS, "A")[first], np.array(_SECOND_LETTERS)[second])
    digits = np.where(new_form, padded(number, 8), padded(number, 6))
    return np.char.add(np.char.add(letters, " "), digits)


def _book_numbers(rng: Rng, issued: Array) -> Array:
    """Numbers in the book of issued certificates, such as "CS 05494"."""
    prefix = _BOOK_PREFIXES[np.searchsorted(_BOOK_PREFIX_FROM, years(issued), side="right")]
    number = padded(rng.integers(1, 20_000, len(issued)), 5)
    return np.char.add(np.char.add(prefix, " "), number)
