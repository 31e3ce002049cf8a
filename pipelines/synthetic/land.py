"""Land books: the parcels of each old commune with their owners, and the parcels that are recorded more than once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from .certificates import certificates
from .columns import PARCEL_COLUMNS, PARCEL_TRUTH
from .draws import Array, Rng, allotted, chosen
from .errors import with_owner_errors
from .kinship import LAST_DAY, day_of
from .land_typed import as_typed
from .land_use import draw_uses
from .owner_texts import owners_written, restyled
from .ownership import FIRST_ISSUED, Holdings, draw_holdings
from .population import Population, known_only
from .settings import OldCommune, SampleSettings
from .sheets import MAIN_SYSTEMS, MAP_SYSTEMS, numbering
from .surveys import Surveys, joined, noted, relations, survey_again
from .syllables import without_marks

_VILLAGE = 0.45
_AT_HOME = 0.8  # field parcels in the part of a split commune where their owner lives
_NEAR_A_HAMLET = 0.7  # field parcels that are told by a hamlet
_BOUNDARY_ERROR = 0.008  # with the rounding to one decimal it stays within 1 % of the smallest area
_BEYOND = (0.03, 0.2)
_FIELD_KEPT = 0.7  # boundary parcels whose field has one name in both books
_DOUBLE_ERROR = 0.005
_NOTES = ("Đang thế chấp tại ngân hàng", "Nhận tặng cho quyền sử dụng đất", "Nhận chuyển nhượng", "Tách thửa",
          "Đang có tranh chấp")  # fmt: skip
_CERTIFICATE = ("so_gcn", "so_vao_so", "ngay_cap")
_FIRST_OF_NEXT = day_of("2005-01-01")


@dataclass(frozen=True)
class LandBooks:
    """`rows`: those of all books in their order, canonical columns as text, `commune`, and the truth in
    `true_parcel_id`, `copy_kind`, `owner_person_id`, `errors` (of names), `new_code` and `owners` (a list of
    owner_kind and person_id). `relations`: from_parcel_id, to_parcel_id and kind of parcels measured anew. `numbers`:
    `commune`, `system` (of `MAP_SYSTEMS`), `so_to`, `so_thua` and `new_code` of all entries.

    `copy_kind` is original; double and boundary for what is entered twice in a book, or in that of the next commune;
    resurvey for the same parcel on another map; remeasured for another parcel on the same land.
    """

    rows: pl.DataFrame
    relations: pl.DataFrame
    numbers: pl.DataFrame


def make_land_books(
    rng: Rng, population: Population, communes: Sequence[OldCommune], parcels: int, settings: SampleSettings
) -> LandBooks:
    """Books of so many parcels; those of their land that other surveys show come on top."""
    ground, people, papers, twice, typing, errors = rng.spawn(6)
    commune = allotted(ground, parcels, len(communes))
    holdings = draw_holdings(people, population, commune, communes, settings)
    originals = _grounds(ground, commune, holdings, population, communes, settings)
    surveys = survey_again(twice, originals, settings)
    originals = _joined_in_one_hand(originals, surveys)

    entries = pl.concat(
        [
            originals,
            _surveyed(twice, originals, surveys),
            _beyond_the_boundary(twice, originals, communes, settings),
        ],
        how="diagonal_relaxed",
    )
    entries = entries.hstack(numbering(ground, entries, len(communes), settings))
    entries = _with_field_of_origin(twice, entries)
    entries = noted(twice, entries, surveys, parcels, settings)
    doubles = entries[:parcels].filter(pl.Series(twice.random(parcels) < settings.parcel_doubles))
    doubles = doubles.with_columns(copy_kind=pl.lit("double"))
    books = pl.concat([entries, doubles])
    books = _certified(papers, books, holdings, settings)
    books = _typed_again(twice, books, settings)
    books = books.hstack(holdings.table.select(pl.exclude("home", "certified", "issued"))[books["holding"]])
    books = with_owner_errors(errors, restyled(twice, books, settings), settings)
    books = owners_written(books, typing.random(len(books)))
    owner = pl.col("chu_su_dung")
    books = books.with_columns(chu_su_dung=pl.when("unmarked").then(without_marks(owner)).otherwise(owner))
    books = _described(books, communes)
    second_entry = pl.col("copy_kind") == "double"  # these stand at the end of the book
    books = books.sort("commune", second_entry, "system", "so_to", "so_thua", maintain_order=True)
    return LandBooks(
        as_typed(typing, books, settings).select("commune", *PARCEL_COLUMNS, *PARCEL_TRUTH, "owners"),
        relations(surveys, entries["true_parcel_id"], parcels),
        entries.select("commune", "system", "so_to", "so_thua", "new_code"),
    )


def _grounds(
    rng: Rng,
    commune: Array,
    holdings: Holdings,
    population: Population,
    communes: Sequence[OldCommune],
    settings: SampleSettings,
) -> pl.DataFrame:
    """Each parcel where it lies, of what use and how large: neighbours behind one another."""
    count = len(commune)
    house = pl.DataFrame({"at": holdings.table["home"].gather(holdings.of)}).join(
        population.households.select("thon", "new_code").with_row_index("at").cast({"at": pl.Int64}),
        on="at",
        how="left",
        maintain_order="left",
    )
    anywhere = _any_part(rng, commune, communes)
    own = _part_of(house.select(pl.Series("commune", commune), "new_code"), anywhere, communes)
    village = rng.random(count) < _VILLAGE
    part = np.where(village | (rng.random(count) < _AT_HOME), own, anywhere)
    by_hamlet = (part == own) & (village | (rng.random(count) < _NEAR_A_HAMLET))
    main = chosen(rng, MAIN_SYSTEMS, len(communes)).astype(np.int64)[commune]
    system = np.where(rng.random(count) < settings.second_map_system, rng.integers(0, len(MAP_SYSTEMS), count), main)
    # Nobody lives on the committee's land, not even within the village.
    private = holdings.table["private"].gather(holdings.of).to_numpy()
    uses = draw_uses(rng, village, private, holdings.table["body"].gather(holdings.of))
    lying = pl.DataFrame(
        {
            "commune": commune,
            "system": system,
            "village": village,
            "part": part,
            "thon": known_only(house["thon"], by_hamlet),
            "holding": holdings.of,
            "certified": holdings.table["certified"].gather(holdings.of),
            "ghi_chu": known_only(pl.Series(chosen(rng, _NOTES, count), dtype=pl.String), rng.random(count) < 0.03),
            "die": rng.random(count),
        }
    ).hstack(uses)
    ground = ["commune", "system", "village", "part", "thon"]
    return (
        lying.with_columns(new_code=_new_codes(lying["commune"], lying["part"], communes))
        .sort(*ground, "die", maintain_order=True)
        .with_columns(
            ground=pl.struct(ground).rle_id().cast(pl.Int64),
            order=pl.int_range(pl.len()).cast(pl.Float64),
            true_parcel_id=_parcel_ids(1, count),
            copy_kind=pl.lit("original"),
        )
        .drop("die")
    )


def _parts(communes: Sequence[OldCommune]) -> pl.DataFrame:
    """Each `part` of a `commune` with the `new_code` that it went to."""
    return pl.DataFrame(
        [(at, part, heir.code) for at, old in enumerate(communes) for part, heir in enumerate(old.heirs)],
        schema={"commune": pl.Int64, "part": pl.Int64, "new_code": pl.String},
        orient="row",
    )


def _any_part(rng: Rng, commune: Array, communes: Sequence[OldCommune]) -> Array:
    """Some part of each commune; 0 where the heirs are not known."""
    heirs = np.array([max(len(old.heirs), 1) for old in communes])[commune]
    part: Array = (rng.random(len(commune)) * heirs).astype(np.int64)
    return part


def _part_of(places: pl.DataFrame, otherwise: Array, communes: Sequence[OldCommune]) -> Array:
    """The part by `commune` and `new_code`; another where there is none."""
    found = places.join(_parts(communes), on=["commune", "new_code"], how="left", maintain_order="left")
    return found["part"].fill_null(pl.Series(otherwise)).to_numpy()


def _new_codes(commune: pl.Series, part: pl.Series, communes: Sequence[OldCommune]) -> pl.Series:
    places = pl.DataFrame({"commune": commune, "part": part})
    return places.join(_parts(communes), on=["commune", "part"], how="left", maintain_order="left")["new_code"]


def _parcel_ids(first: int, count: int) -> pl.Series:
    return "T" + pl.Series(np.arange(first, first + count)).cast(pl.String).str.zfill(8)


def _joined_in_one_hand(originals: pl.DataFrame, surveys: Surveys) -> pl.DataFrame:
    """Parcels that another survey shows as one belong to one holding."""
    others, first = joined(surveys)
    taken = originals.select("holding", "certified")
    return originals.with_columns(taken[name].scatter(others, taken[name].gather(first)) for name in taken.columns)


def _surveyed(rng: Rng, originals: pl.DataFrame, surveys: Surveys) -> pl.DataFrame:
    """The entries of other surveys, with `renewed` certificates."""
    entries = surveys.entries
    same = entries["shape"] == "same"
    holding = originals["holding"].gather(entries["base"]).to_numpy()
    # Who bought a part holds something else nearby.
    neighbour = originals["holding"].gather((entries["base"] + 7) % max(len(originals), 1)).to_numpy()
    former = _parcel_ids(len(originals) + 1, int((~same).sum()))
    identity = originals["true_parcel_id"].gather(entries["base"]).scatter((~same).arg_true(), former)
    certified = rng.random(len(entries)) < 0.75
    return originals[entries["base"]].with_columns(
        system=entries["system"],
        dien_tich=pl.when(entries["times"] == 1)
        .then("dien_tich")
        .otherwise((pl.col("dien_tich") * entries["times"]).round(1)),
        holding=pl.Series(np.where(entries["sold"], neighbour, holding)),
        certified=pl.when(entries["new_certificate"]).then(pl.Series(certified)).otherwise("certified"),
        renewed=pl.Series(np.where(entries["new_certificate"], np.where(entries["later"], 1, -1), 0)),
        true_parcel_id=identity,
        copy_kind=pl.select(pl.when(same).then(pl.lit("resurvey")).otherwise(pl.lit("remeasured"))).to_series(),
        ghi_chu=pl.lit(None, pl.String),
        order=pl.col("order") + pl.int_range(pl.len()) / (pl.len() + 1),
    )


def _beyond_the_boundary(
    rng: Rng, originals: pl.DataFrame, communes: Sequence[OldCommune], settings: SampleSettings
) -> pl.DataFrame:
    """Field parcels as the book of the next commune has them, in the same new commune where that is possible."""
    die = rng.random(len(originals))
    at = np.flatnonzero(~originals["village"].to_numpy() & (die < settings.boundary_parcels / (1 - _VILLAGE)))
    count = len(at)
    order, system = rng.random(count) * len(originals), rng.integers(0, len(MAP_SYSTEMS), count)
    within = rng.uniform(1 - _BOUNDARY_ERROR, 1 + _BOUNDARY_ERROR, count)
    error = rng.uniform(*_BEYOND, count) * rng.choice([-1, 1], count)
    times = np.where(rng.random(count) < settings.boundary_beyond, 1 + error, within)
    if len(communes) < 2:
        return originals.clear().with_columns(base=pl.lit(None, pl.Int64))
    own = originals[at]
    neighbour = (own["commune"].to_numpy() + 1) % len(communes)
    there = own.select(pl.Series("commune", neighbour), "new_code")
    part = pl.Series(_part_of(there, _any_part(rng, neighbour, communes), communes))
    return own.with_columns(
        commune=pl.Series(neighbour),
        system=pl.Series(system),
        part=part,
        new_code=_new_codes(there["commune"], part, communes),
        thon=pl.lit(None, pl.String),
        dien_tich=(pl.col("dien_tich") * pl.Series(times)).round(1),
        order=pl.Series(order),
        base=pl.Series(at),
        copy_kind=pl.lit("boundary"),
        ghi_chu=pl.lit(None, pl.String),
    )


def _with_field_of_origin(rng: Rng, entries: pl.DataFrame) -> pl.DataFrame:
    """The entries, of which most in the book of the next commune have the field's name from their own."""
    kept = pl.col("base").is_not_null() & pl.Series(rng.random(len(entries)) < _FIELD_KEPT)
    own = pl.lit(entries["xu_dong"].gather(entries["base"].fill_null(0)))
    return entries.with_columns(xu_dong=pl.when(kept).then(own).otherwise("xu_dong")).drop("base")


def _certified(rng: Rng, books: pl.DataFrame, holdings: Holdings, settings: SampleSettings) -> pl.DataFrame:
    """The entries with their certificates, each of one holding or issued anew, and the day it was `issued`."""
    count = len(books)
    issued = holdings.table["issued"].to_numpy()
    own = issued[books["holding"].to_numpy()]
    anew = books["renewed"].fill_null(0).to_numpy()
    reissued = (books["copy_kind"] == "double").to_numpy() & (rng.random(count) < settings.certificate_reissued)
    turn = np.where(reissued, 1, anew)
    later = rng.integers(np.clip(own, _FIRST_OF_NEXT, LAST_DAY - 1), LAST_DAY)
    former = rng.integers(FIRST_ISSUED - 1000, np.clip(own, FIRST_ISSUED, None))
    renewed = np.flatnonzero(turn != 0)
    papers = certificates(rng, np.concatenate([issued, np.where(turn > 0, later, former)[renewed]]))
    paper = books["holding"].to_numpy().copy()
    paper[renewed] = len(issued) + np.arange(len(renewed))
    day = np.concatenate([issued, np.where(turn > 0, later, former)[renewed]])[paper]
    certified = pl.Series("certified", books["certified"])
    shown = papers[paper].select(pl.when(certified).then(pl.col(_CERTIFICATE)).name.keep())
    return books.hstack(shown).with_columns(issued=pl.Series(day), reissued=pl.Series(reissued)).drop("renewed")


def _typed_again(rng: Rng, books: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """Copied entries as another hand typed them: measured otherwise, `unmarked` names, no certificate."""
    count = len(books)
    double = pl.col("copy_kind") == "double"
    copied = double | (pl.col("copy_kind") == "boundary")
    often = settings.double_difference
    measured, unmarked, uncertified = (pl.Series(rng.random(count) < often) for _ in range(3))
    left_out = pl.Series(rng.random(count) < settings.certificate_left_out)
    error = pl.Series(rng.uniform(1 - _DOUBLE_ERROR, 1 + _DOUBLE_ERROR, count))
    kept = ~(copied & left_out) & ~(double & uncertified & ~pl.col("reissued"))
    return books.with_columns(
        dien_tich=pl.when(double & measured).then((pl.col("dien_tich") * error).round(1)).otherwise("dien_tich"),
        unmarked=double & unmarked,
    ).with_columns(pl.when(kept).then(pl.col(_CERTIFICATE)).name.keep())


def _described(books: pl.DataFrame, communes: Sequence[OldCommune]) -> pl.DataFrame:
    """Map system and address of each entry in words, and whether it lies in a town (`urban`)."""
    position = books["commune"].to_numpy()
    place = pl.Series(np.array([old.address for old in communes])[position], dtype=pl.String)
    situation = pl.when(pl.col("village")).then("thon").otherwise("Xứ " + pl.col("xu_dong"))
    return books.with_columns(
        he_ban_do=pl.Series(np.array(MAP_SYSTEMS)[books["system"].to_numpy()], dtype=pl.String),
        dia_chi_thua=pl.concat_str(situation, place, separator=", ", ignore_nulls=True),
        urban=pl.Series(np.array([old.kind != "xã" for old in communes])[position]),
        owner_person_id="person_id",
    )
