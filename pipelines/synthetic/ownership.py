"""Whose land it is: holdings of one parcel or several under one certificate, each with a home and owners."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from .bodies import committees, organisations
from .draws import Array, Rng, chosen
from .kinship import LAST_DAY, YEAR, Place, day_of
from .population import Population, known_only
from .settings import OldCommune, SampleSettings
from .strangers import absent_partners, people_gone

SEVERAL = 3
"""So many people a land book names at most as owners of one parcel."""

FIRST_ISSUED = day_of("1998-01-01")

_SIZES, _SIZE_SHARES = (1, 2, 3, 4), (0.88, 0.08, 0.03, 0.01)
_STYLES = {"person": 54, "household": 27, "couple": 19}
_NOBODY = ("state", "organisation", "none")
"""The styles of holdings of no private person."""
_MOURNED_IN_REGISTER = 0.4  # of the dead whom a land book names
_PARTNER = {Place.HEAD: Place.SPOUSE, Place.CHILD1: Place.IN_LAW, Place.FATHER: Place.MOTHER}


@dataclass(frozen=True)
class Holdings:
    """`of` says which holding each parcel belongs to.

    `table` has one row per holding: `home` (a household of the commune, or -1 where nobody lives), `style` (person,
    household, couple, co_owners, heirs, deceased, organisation, state, none), `private`, `body` (the name of what is
    no person), `certified` and the day `issued` (of the certificate, or when it was entered), and for each of
    `SEVERAL` owners `ho_ten`, `is_man`, `born` (year), `old_number`, `number`, `person_id` (null when it is in no
    register), with `_2` and `_3` behind the names; and `dia_chi` of the first.
    """

    of: Array
    table: pl.DataFrame


def draw_holdings(
    rng: Rng, population: Population, commune: Array, communes: Sequence[OldCommune], settings: SampleSettings
) -> Holdings:
    """Holdings of the parcels of each commune (sorted); their owners are mostly adults of their home."""
    of = _grouped(rng, commune)
    _, first = np.unique(of, return_index=True)
    place = commune[first]
    count = len(place)
    households = population.households["commune"].to_numpy()
    start = np.searchsorted(households, place)
    inhabited = np.searchsorted(households, place, side="right") - start
    home = np.where(inhabited > 0, start + (rng.random(count) * inhabited).astype(np.int64), -1)

    style = _styles(rng, home, settings)
    body = np.select(
        [style == "organisation", style == "state"],
        [organisations(rng, place, communes), committees(rng, place, communes)],
        "",
    )
    private = ~np.isin(style, _NOBODY)

    registered = _registered(population)
    owner = _owners_at(rng, registered, _owner_homes(rng, home, len(households), private, settings))
    mourned = private & np.isin(style, ("heirs", "deceased"))
    dead = _dead_of(rng, registered, place)
    in_register = mourned & (rng.random(count) < _MOURNED_IN_REGISTER) & (dead >= 0)
    owner = np.where(in_register, dead, owner)
    gone = private & np.where(mourned, ~in_register, rng.random(count) < settings.owner_gone)
    style = np.where(gone & np.isin(style, ("couple", "co_owners")), "person", style)
    owners, strangers = _with_strangers(rng, registered, population, owner, gone, mourned, style)
    table = _holding_table(registered, strangers, owners, home, style, body)
    return Holdings(of, table.with_columns(_papers(rng, table, settings)))


def _grouped(rng: Rng, commune: Array) -> Array:
    """The holding of each parcel: mostly its own, some of two to four parcels of one commune."""
    count = len(commune)
    order = np.lexsort((rng.random(count), commune))
    sizes = rng.choice(_SIZES, count, p=_SIZE_SHARES)
    position = np.searchsorted(sizes.cumsum(), np.arange(count), side="right")
    of = np.empty(count, dtype=np.int64)
    # The last holding of a commune does not reach into the next one.
    of[order] = pl.DataFrame({"commune": commune[order], "run": position}).select(
        pl.struct("commune", "run").rle_id().cast(pl.Int64)
    )[:, 0]
    return of


def _styles(rng: Rng, home: Array, settings: SampleSettings) -> Array:
    """How each holding is held; where nobody lives, by the committee unless by an organisation or by nobody."""
    count = len(home)
    style, die, other_die = chosen(rng, _STYLES, count), rng.random(count), rng.random(count)
    bounds = np.cumsum([settings.co_owners, settings.heirs, settings.deceased_named])
    style = np.select([die < bound for bound in bounds], ["co_owners", "heirs", "deceased"], style)
    style = np.where(home < 0, "state", style)
    bounds = np.cumsum([settings.public_owner, settings.organisation_owner, settings.owner_missing])
    return np.select([other_die < bound for bound in bounds], _NOBODY, style)


def _owner_homes(rng: Rng, home: Array, households: int, private: Array, settings: SampleSettings) -> Array:
    """The household whose member owns: that at hand, or one anywhere in the sample."""
    elsewhere = private & (rng.random(len(home)) < settings.owner_elsewhere)
    return np.where(elsewhere, rng.integers(0, max(households, 1), len(home)), home)


def _registered(population: Population) -> pl.DataFrame:
    """The adults of the registers by household, head first, and where to find the partner and another of the name."""
    adults = population.people.filter(population.people["ngay_sinh"].to_physical() <= LAST_DAY - int(18 * YEAR))
    adults = adults.with_row_index("at").cast({"at": pl.Int64})
    pairs = {int(a): int(b) for one, other in _PARTNER.items() for a, b in ((one, other), (other, one))}
    adults = adults.with_columns(
        partner_place=pl.col("place").replace_strict(pairs, default=-1, return_dtype=pl.Int64)
    ).join(
        adults.select("household", partner_place="place", partner="at"),
        on=["household", "partner_place"],
        how="left",
        maintain_order="left",
    )
    surname = pl.col("ho_ten").str.extract(r"^(\S+)")
    kin = adults.select("commune", "thon", surname.alias("surname"), "at").sort("commune", "thon", "surname", "at")
    following = [pl.col("at").shift(-n).over("commune", "thon", "surname").alias(f"kin_{n}") for n in (1, 2)]
    return adults.join(kin.select("at", *following), on="at", how="left", maintain_order="left")


def _owners_at(rng: Rng, registered: pl.DataFrame, home: Array) -> Array:
    """For each home the row of one of its adults, mostly the head; -1 where there is no home."""
    households = registered["household"].to_numpy()
    start = np.searchsorted(households, home)
    adults = np.searchsorted(households, home, side="right") - start
    head, die = rng.random(len(home)) < 0.75, rng.random(len(home))
    return np.where(adults > 0, start + np.where(head, 0, (die * adults).astype(np.int64)), -1)


def _dead_of(rng: Rng, registered: pl.DataFrame, place: Array) -> Array:
    """For each commune the row of one of those whom its register has as dead; -1 where there is none."""
    dead = registered.filter(pl.col("tinh_trang") == "Đã chết").select("at", "commune")
    start = dead["commune"].search_sorted(place, side="left").to_numpy()
    several = dead["commune"].search_sorted(place, side="right").to_numpy() - start
    which = start + (rng.random(len(place)) * several).astype(np.int64)
    rows = np.append(dead["at"].to_numpy(), -1)
    return np.where(several > 0, rows[np.minimum(which, len(dead))], -1)


def _with_strangers(
    rng: Rng, registered: pl.DataFrame, population: Population, owner: Array, gone: Array, mourned: Array, style: Array
) -> tuple[list[Array], pl.DataFrame]:
    """The rows of all owners, -1 for none, where those beyond the registered adults are rows of the strangers: people
    who left or died and were struck out, and husbands and wives who are in no register."""
    at = owner.clip(0)
    facts = registered.select("partner", "kin_1", "kin_2", "ho_ten_vo_chong", "gioi_tinh", "ngay_sinh")
    of_owner = facts[at] if len(facts) else facts.clear(len(at))
    partner, kin, other_kin = (of_owner[name].fill_null(-1).to_numpy() for name in ("partner", "kin_1", "kin_2"))
    named = of_owner["ho_ten_vo_chong"].is_not_null().to_numpy()
    known = (owner >= 0) & ~gone
    absent = known & (style == "couple") & named & (partner < 0)
    base = len(registered)
    first = np.where(gone, base + np.cumsum(gone) - 1, owner)
    second = np.where(absent, base + int(gone.sum()) + np.cumsum(absent) - 1, partner)
    second = np.where(known & (style == "couple") & named, second, np.where(known & (style == "co_owners"), kin, -1))
    third = np.where(known & (style == "co_owners") & (second >= 0) & (rng.random(len(owner)) < 0.3), other_kin, -1)

    strangers = people_gone(rng, population, registered[at[gone]], mourned[gone])
    left_behind = absent_partners(rng, population, of_owner.filter(pl.Series(absent)))
    return [first, second, third], pl.concat([strangers, left_behind])


def _holding_table(
    registered: pl.DataFrame, strangers: pl.DataFrame, owners: Sequence[Array], home: Array, style: Array, body: Array
) -> pl.DataFrame:
    facts = pl.concat(
        [
            registered.select(
                "ho_ten",
                is_man=pl.col("gioi_tinh") == "Nam",
                born=pl.col("ngay_sinh").dt.year(),
                old_number="old_number_held",
                number="number_held",
                person_id="person_id",
                dia_chi="noi_thuong_tru",
            ),
            strangers,
        ]
    ).with_row_index("row").cast({"row": pl.Int64})  # fmt: skip
    private = ~np.isin(style, _NOBODY)
    table = pl.DataFrame({"home": home, "style": pl.Series(style, dtype=pl.String), "private": private})
    table = table.with_columns(body=known_only(pl.Series(body, dtype=pl.String), body != ""))
    for number, rows in enumerate(owners, 1):
        end = "" if number == 1 else f"_{number}"
        found = pl.DataFrame({"row": np.where(private, rows, -1)}).join(
            facts, on="row", how="left", maintain_order="left"
        )
        kept = found.drop("row") if number == 1 else found.drop("row", "dia_chi")
        table = table.hstack(kept.rename({name: name + end for name in kept.columns if name != "dia_chi"}))
    alone = pl.col("style").is_in(["couple", "co_owners"]) & pl.col("ho_ten_2").is_null()
    return table.with_columns(style=pl.when(alone).then(pl.lit("person")).otherwise("style"))


def _papers(rng: Rng, table: pl.DataFrame, settings: SampleSettings) -> list[pl.Series]:
    """Whether a holding has a certificate, and the day of its entry; its owner was of age."""
    count = len(table)
    likely = table["style"].replace_strict({"state": 0.0, "organisation": 0.5}, default=1.0, return_dtype=pl.Float64)
    of_age = (table["born"].fill_null(1960).to_numpy() - 1970 + 19) * YEAR
    return [
        pl.Series("certified", rng.random(count) < likely.to_numpy() * settings.certificate),
        pl.Series("issued", np.clip(rng.integers(FIRST_ISSUED, LAST_DAY, count), of_age.astype(np.int64), LAST_DAY)),
    ]
