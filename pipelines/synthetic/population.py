"""An invented population: the kin of every household given names, numbers, hamlets and civil facts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from .draws import Array, Rng, allotted, chosen, padded, unique_numbers
from .kinship import GRANDCHILDREN, LAST_DAY, YEAR, Kin, Place, cut_to, day_of, make_kin, years
from .names import MALE
from .naming import Names, born_together, make_names
from .settings import OldCommune, SampleSettings

_HAMLETS = (
    "Thôn 1", "Thôn 2", "Thôn 3", "Thôn 4", "Thôn Đông", "Thôn Đoài", "Thôn Thượng", "Thôn Hạ", "Thôn Trung",
    "Thôn Nội", "Thôn Ngoại", "Thôn Chùa", "Thôn Đình", "Thôn Cầu", "Thôn Giữa", "Thôn Trại", "Xóm Mới",
    "Xóm Chợ",
)  # fmt: skip
# Of communes that were split, so that where a tone stands can matter.
_OTHER_HAMLETS = (
    *_HAMLETS[:-6],
    "Thôn Hòa Bình",
    "Thôn Thủy Cầu",
    "Thôn Hòa Giữa",
    "Thôn Thúy Trại",
    "Xóm Mới",
    "Xóm Hòa Chợ",
)
# Codes of birth registration besides that of Hanoi, 001.
_OTHER_PROVINCES = (
    2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42,
    44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84,
    86, 87, 89, 91, 92, 93, 94, 95, 96,
)  # fmt: skip
_PHONE_STARTS = (98, 97, 96, 91, 94, 90, 93, 86, 34, 35, 38, 39, 70, 81)
_ETHNICITIES = {"Mường": 45, "Tày": 25, "Thái": 12, "Nùng": 10, "Dao": 5, "Mông": 3}
_NOTES = ("Hộ nghèo", "Hộ cận nghèo", "Gia đình có công với cách mạng", "Đi làm ăn xa", "Đang học đại học",
          "Bộ đội tại ngũ", "Chưa làm CCCD")  # fmt: skip


@dataclass(frozen=True)
class Population:
    """Who lives where.

    `people`: one row per person, the canonical columns with true values and dates as dates, and besides them
    `person_id`, `commune` and `household` (positions in their lists), `place`, the numbers held, recorded or not,
    `later_number` (what a person would get if the number were issued anew), `kin_number` (that of another of the
    household), `parents_home` (the household of a wife's parents, or -1) and `special` (see `SPECIAL`).
    `households`: `commune`, `so_ho_khau`, `ho_ten_chu_ho`, `thon`, `is_split` (the commune was), `noi_thuong_tru` and
    `new_address` (of the merged commune, which bears the name of the first of the old ones) of each. People have the
    columns of their household.
    """

    people: pl.DataFrame
    households: pl.DataFrame


SPECIAL = ("triplet", "twin", "namesake_son", "neighbour_namesake", "in_law", "remarried")
"""Those whom linkage easily takes for another or for two, in the order in which one is told of who is several."""


def make_population(rng: Rng, communes: Sequence[OldCommune], people: int, settings: SampleSettings) -> Population:
    """Exactly `people` different people in households of the communes."""
    # Of many households two people live in each at the very least, on average.
    kin = make_kin(rng, people if people < 2000 else people // 2, settings)
    cut_to(kin, people)
    commune = allotted(rng, len(kin.sex), len(communes))
    hamlet, hamlet_names = _hamlets(rng, communes, commune)
    names = make_names(rng, kin, commune, hamlet, settings)
    full_names = names.full()
    heads = full_names.gather_every(len(Place), int(Place.HEAD))
    households = _households(rng, communes, commune, hamlet_names, heads)
    return Population(_people(rng, kin, names, full_names, households, settings), households)


def _hamlets(rng: Rng, communes: Sequence[OldCommune], commune: Array) -> tuple[Array, Array]:
    """The hamlet of each household, as a number that no two communes share and by name."""
    number = np.zeros(len(commune), dtype=np.int64)
    name = np.full(len(commune), "", dtype="<U20")
    for position, place in enumerate(communes):
        here = commune == position
        rural = "xã" in place.kind.lower()
        named = _OTHER_HAMLETS if place.split else _HAMLETS
        pool = named if rural else tuple(f"Tổ dân phố số {n}" for n in range(1, 19))
        hamlets = rng.choice(pool, rng.integers(4, 9), replace=False)
        which = allotted(rng, int(here.sum()), len(hamlets))
        number[here], name[here] = position * 100 + which, hamlets[which]
    return number, name


def _households(
    rng: Rng, communes: Sequence[OldCommune], commune: Array, hamlet: Array, heads: pl.Series
) -> pl.DataFrame:
    """Number, hamlet and address of each household; numbers rise within a commune, hamlet by hamlet."""
    number = np.zeros(len(commune), dtype=np.int64)
    for position in range(len(communes)):
        here = commune == position
        number[here] = 110_000_000 + rng.integers(0, 300) * 1_000_000 + rng.integers(1, 9, int(here.sum())).cumsum()
    address = pl.Series([place.address for place in communes], dtype=pl.String).gather(commune)
    split = pl.Series([place.split for place in communes], dtype=pl.Boolean).gather(commune)
    return pl.DataFrame(
        {
            "commune": commune,
            "so_ho_khau": pl.Series(number).cast(pl.String),
            "ho_ten_chu_ho": heads,
            "thon": pl.Series(hamlet, dtype=pl.String),
            "is_split": split,
        }
    ).with_columns(
        noi_thuong_tru=pl.col("thon") + ", " + address,
        new_address=pl.col("thon") + ", " + pl.lit(f"{communes[0].kind} {communes[0].name}, {communes[0].province}"),
    )


def _people(
    rng: Rng, kin: Kin, names: Names, full_names: pl.Series, households: pl.DataFrame, settings: SampleSettings
) -> pl.DataFrame:
    """The people at home, household by household, head first, with all that is true of them."""
    household, place = np.nonzero(kin.at_home)
    count = len(household)
    sex, born = kin.sex[household, place], kin.born[household, place]
    year = years(born)
    adult = born <= LAST_DAY - 18 * YEAR
    old = year < 1960
    together = born_together(kin)[household, place]

    def share(likely: float | Array) -> Array:
        falls: Array = rng.random(count) < likely
        return falls

    def name_at(places: Array, known: Array) -> pl.Series:
        return known_only(full_names.gather(household * len(Place) + places), known & (places >= 0))

    unknown = share(np.where(old, settings.parents_unknown_if_old, settings.parents_unknown))
    one_parent = rng.random(count)
    personal, later, former, phone = _numbers(rng, sex, year, household, together, settings)
    own = households[household]
    # The register is revised house by house; some people were updated later on their own.
    visited = rng.integers(day_of("2010-01-01"), day_of("2025-01-01") + 200, len(households))[household]
    revised = np.where(share(0.3), visited + rng.integers(0, 1500, count), visited)
    updated = np.minimum(np.maximum(revised, born + rng.integers(10, 200, count)), day_of("2025-01-01") + 250)
    status = np.where(share(settings.moved_away), "Đã chuyển đi", "Thường trú")
    status = np.where((year < 1950) & share(settings.dead), "Đã chết", status)
    others = rng.random(len(households)) < settings.other_ethnicity
    ethnicity = np.where(others, chosen(rng, _ETHNICITIES, len(households)), "Kinh")
    partner, married = _partners(kin, household, place)
    parents_home = np.where(place == Place.IN_LAW, names.parents_home[household], -1)
    falls_under = (
        together > 2,
        together == 2,
        names.namesake[household, place],
        names.neighbour[household, place],
        parents_home >= 0,
    )
    special = np.select(falls_under, SPECIAL[: len(falls_under)], "")

    return pl.DataFrame(
        {
            "person_id": pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(8),
            "commune": own["commune"],
            "household": household,
            "place": place,
            "ho_ten": full_names.gather(household * len(Place) + place),
            "ngay_sinh": born.astype("datetime64[D]"),
            "gioi_tinh": _texts(np.where(sex == MALE, "Nam", "Nữ")),
            "number_held": personal,
            "later_number": later,
            "old_number_held": known_only(former, year < 2005),
            "so_dinh_danh": known_only(personal, share(settings.personal_number)),
            "so_cmnd": known_only(former, (year < 2005) & share(settings.old_number)),
            "dan_toc": _texts(ethnicity).gather(household),
            "so_ho_khau": own["so_ho_khau"],
            "quan_he_chu_ho": _texts(_relation(rng, place, sex)),
            "ho_ten_chu_ho": own["ho_ten_chu_ho"],
            "ho_ten_cha": name_at(kin.father_at[household, place], ~unknown & (one_parent > 0.02)),
            "ho_ten_me": name_at(kin.mother_at[household, place], ~unknown & (one_parent < 0.98)),
            "ho_ten_vo_chong": name_at(partner, married),
            "noi_thuong_tru": own["noi_thuong_tru"],
            "new_address": own["new_address"],
            "thon": own["thon"],
            "is_split": own["is_split"],
            "so_dien_thoai": known_only(phone, adult & share(settings.phone)),
            "tinh_trang": _texts(status),
            "ngay_cap_nhat": updated.astype("datetime64[D]"),
            "ghi_chu": known_only(_texts(chosen(rng, _NOTES, count)), adult & share(0.02)),
            "parents_home": parents_home,
            "special": known_only(_texts(special), special != ""),
        },
        schema_overrides={"quan_he_chu_ho": pl.String},
    ).with_columns(
        person_id="P" + pl.col("person_id"),
        kin_number=pl.coalesce(
            pl.col("number_held").shift(1).over("household"), pl.col("number_held").shift(-1).over("household")
        ),
    )


def _numbers(
    rng: Rng, sex: Array, year: Array, household: Array, together: Array, settings: SampleSettings
) -> tuple[pl.Series, pl.Series, pl.Series, pl.Series]:
    """Personal number, the one that would follow it, 9-digit number and phone of everyone, without repeats."""
    count = len(sex)
    elsewhere = rng.random(count) < settings.born_elsewhere
    province = np.where(elsewhere, rng.choice(_OTHER_PROVINCES, count), 1)
    century_and_sex = np.where(year >= 2000, 2, 0) + sex
    prefix = (province * 10 + century_and_sex) * 100 + year % 100
    # Both numbers of a person out of one draw: nobody's later number is another's.
    numbers = unique_numbers(rng, np.tile(prefix, 2), 6, settings.numbers)
    personal, later = numbers[:count], numbers[count:]
    # Children of one birth stand behind one another, and some were registered one after the other.
    next_of_birth = np.zeros(count, dtype=bool)
    next_of_birth[1:] = (together[1:] > 1) & (together[:-1] > 1) & (household[1:] == household[:-1])
    next_of_birth[1:] &= (year[1:] == year[:-1]) & (sex[1:] == sex[:-1])
    at = np.flatnonzero(next_of_birth & (rng.random(count) < settings.twins_neighbouring))
    neighbour = personal[at - 1] + 1
    free = ~np.isin(neighbour, numbers) & (neighbour // 10**6 == personal[at - 1] // 10**6)
    personal[at[free]] = neighbour[free]
    former = unique_numbers(rng, chosen(rng, {"01": 35, "11": 65}, count), 7, settings.numbers)
    phone = unique_numbers(rng, rng.choice(_PHONE_STARTS, count), 7, settings.numbers)
    widths = (12, 12, 9, 10)
    texts = [
        pl.Series(padded(digits, width), dtype=pl.String)
        for digits, width in zip((personal, later, former, phone), widths, strict=True)
    ]
    return texts[0], texts[1], texts[2], texts[3]


def _relation(rng: Rng, place: Array, sex: Array) -> Array:
    """The word for how each person stands to the head of the household."""
    by_place = np.full((len(Place), 2), "Con", dtype="<U8")
    by_place[Place.HEAD] = "Chủ hộ"
    by_place[Place.SPOUSE] = ("Chồng", "Vợ")
    by_place[Place.IN_LAW] = ("Con rể", "Con dâu")
    by_place[list(GRANDCHILDREN)] = "Cháu"
    by_place[Place.FATHER], by_place[Place.MOTHER] = "Bố", "Mẹ"
    relation = by_place[place, sex]
    exact = (relation == "Con") & (rng.random(len(place)) < 0.4)
    return np.where(exact, np.where(sex == MALE, "Con trai", "Con gái"), relation)


def _partners(kin: Kin, household: Array, place: Array) -> tuple[Array, Array]:
    """The place of each person's husband or wife, alive or not, and whether there is one."""
    partner = np.full(len(Place), -1)
    for one, other in zip(
        (Place.HEAD, Place.CHILD1, Place.FATHER), (Place.SPOUSE, Place.IN_LAW, Place.MOTHER), strict=True
    ):
        partner[one], partner[other] = other, one
    married = np.isin(place, (Place.FATHER, Place.MOTHER))
    married |= np.isin(place, (Place.HEAD, Place.SPOUSE)) & kin.married[household]
    married |= np.isin(place, (Place.CHILD1, Place.IN_LAW)) & kin.at_home[household, Place.IN_LAW]
    return partner[place], married


def known_only(values: Array | pl.Series, known: Array) -> pl.Series:
    """The values where they are known, null elsewhere."""
    return pl.select(pl.when(pl.lit(pl.Series(known))).then(pl.lit(pl.Series(values)))).to_series()


def _texts(values: Array) -> pl.Series:
    """An array of texts as a column; numpy cannot tell the type of no values."""
    return pl.Series(values, dtype=pl.String)
