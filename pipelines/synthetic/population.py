"""An invented population: the kin of every household given names, numbers, hamlets and civil facts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from .draws import Array, Rng, allotted, chosen, padded, repeated, unique_numbers
from .kinship import (
    ANCESTORS,
    CHILDREN,
    GRANDCHILDREN,
    LAST_DAY,
    YEAR,
    Kin,
    Place,
    cut_to,
    day_of,
    make_kin,
    years,
)
from .names import MALE, SURNAMES, full_names, given_names, middle_names
from .settings import OldCommune, SampleSettings

_HAMLETS = (
    "Thôn 1", "Thôn 2", "Thôn 3", "Thôn 4", "Thôn Đông", "Thôn Đoài", "Thôn Thượng", "Thôn Hạ", "Thôn Trung",
    "Thôn Nội", "Thôn Ngoại", "Thôn Chùa", "Thôn Đình", "Thôn Cầu", "Thôn Giữa", "Thôn Trại", "Xóm Mới",
    "Xóm Chợ",
)  # fmt: skip
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
    `person_id`, `commune` and `household` (positions in their lists), `place`, and the numbers held, recorded
    or not. `households`: `commune`, `so_ho_khau`, `ho_ten_chu_ho`, `thon` and `noi_thuong_tru` of each.
    """

    people: pl.DataFrame
    households: pl.DataFrame


def make_population(rng: Rng, communes: Sequence[OldCommune], people: int, settings: SampleSettings) -> Population:
    """Exactly `people` different people in households of the communes."""
    kin = make_kin(rng, people, settings)
    cut_to(kin, people)
    commune = allotted(rng, len(kin.sex), len(communes))
    names = _names(rng, kin, commune, len(communes), settings)
    households = _households(rng, communes, commune, names)
    return Population(_people(rng, kin, names, households, settings), households)


def _names(rng: Rng, kin: Kin, commune: Array, communes: int, settings: SampleSettings) -> Array:
    """The full name at every place. A village has its own surnames, and namesakes at home are avoided."""
    surname = np.full(kin.sex.shape, "", dtype="<U12")
    shares = np.array(list(SURNAMES.values()))
    for number in range(communes):
        here = commune == number
        tilted = rng.dirichlet(shares / shares.sum() * settings.surname_concentration)
        village = dict(zip(SURNAMES, tilted, strict=True))
        surname[here] = chosen(rng, village, surname[here].size).reshape(-1, len(Place))
    for place, (father, _) in ANCESTORS.items():
        surname[:, father] = surname[:, place]
    surname[:, Place.MOTHER_FATHER] = surname[:, Place.MOTHER]
    for child in (*CHILDREN, *GRANDCHILDREN):
        surname[:, child] = np.take_along_axis(surname, kin.father_at[:, [child]], axis=1)[:, 0]

    sex, born, last = kin.sex.ravel(), years(kin.born.ravel()), surname.ravel()
    household = np.repeat(np.arange(len(kin.sex)), len(Place))
    given = given_names(rng, sex, born)
    for _ in range(3):
        again = repeated(np.char.add(household.astype("<U9"), given))
        given[again] = given_names(rng, sex[again], born[again])
    return full_names(last, middle_names(rng, sex, born, last, given), given).reshape(kin.sex.shape)


def _households(rng: Rng, communes: Sequence[OldCommune], commune: Array, names: Array) -> pl.DataFrame:
    """Number, hamlet and address of each household; numbers rise within a commune, hamlet by hamlet."""
    number = np.zeros(len(commune), dtype=np.int64)
    hamlet = np.full(len(commune), "", dtype="<U20")
    address = np.full(len(commune), "", dtype="<U200")
    for position, place in enumerate(communes):
        here = commune == position
        count = int(here.sum())
        rural = "xã" in place.kind.lower()
        pool = _HAMLETS if rural else tuple(f"Tổ dân phố số {n}" for n in range(1, 19))
        hamlets = rng.choice(pool, rng.integers(4, 9), replace=False)
        hamlet[here] = hamlets[allotted(rng, count, len(hamlets))]
        number[here] = 110_000_000 + rng.integers(0, 300) * 1_000_000 + rng.integers(1, 9, count).cumsum()
        address[here] = np.char.add(np.char.add(hamlet[here], ", "), place.address)
    return pl.DataFrame(
        {
            "commune": commune,
            "so_ho_khau": pl.Series(number).cast(pl.String),
            "ho_ten_chu_ho": names[:, Place.HEAD],
            "thon": hamlet,
            "noi_thuong_tru": address,
        }
    )


def _people(rng: Rng, kin: Kin, names: Array, households: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """The people at home, household by household, head first, with all that is true of them."""
    household, place = np.nonzero(kin.at_home)
    count = len(household)
    sex, born = kin.sex[household, place], kin.born[household, place]
    year = years(born)
    adult = born <= LAST_DAY - 18 * YEAR
    old = year < 1960

    def share(likely: float) -> Array:
        return rng.random(count) < likely

    def parent(parent_at: Array, known: Array) -> pl.Series:
        return known_only(names[household, parent_at[household, place]], known & (parent_at[household, place] >= 0))

    parents_known = ~(old & share(settings.parents_unknown))
    personal, former, phone = _numbers(rng, sex, year, settings)
    own = households[household]
    # The register is revised house by house; some people were updated later on their own.
    visited = rng.integers(day_of("2010-01-01"), day_of("2025-01-01") + 200, len(households))[household]
    revised = np.where(share(0.3), visited + rng.integers(0, 1500, count), visited)
    updated = np.minimum(np.maximum(revised, born + rng.integers(10, 200, count)), day_of("2025-01-01") + 250)
    status = np.where(share(settings.moved_away), "Đã chuyển đi", "Thường trú")
    status = np.where((year < 1950) & share(settings.dead), "Đã chết", status)
    others = rng.random(len(households)) < settings.other_ethnicity
    ethnicity = np.where(others, chosen(rng, _ETHNICITIES, len(households)), "Kinh")

    return pl.DataFrame(
        {
            "person_id": pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(8),
            "commune": own["commune"],
            "household": household,
            "place": place,
            "ho_ten": names[household, place],
            "ngay_sinh": born.astype("datetime64[D]"),
            "gioi_tinh": np.where(sex == MALE, "Nam", "Nữ"),
            "number_held": personal,
            "old_number_held": known_only(former, year < 2005),
            "so_dinh_danh": known_only(personal, share(settings.personal_number)),
            "so_cmnd": known_only(former, (year < 2005) & share(settings.old_number)),
            "dan_toc": ethnicity[household],
            "so_ho_khau": own["so_ho_khau"],
            "quan_he_chu_ho": _relation(rng, place, sex),
            "ho_ten_chu_ho": own["ho_ten_chu_ho"],
            "ho_ten_cha": parent(kin.father_at, parents_known),
            "ho_ten_me": parent(kin.mother_at, parents_known),
            "ho_ten_vo_chong": _spouse(kin, names, household, place),
            "noi_thuong_tru": own["noi_thuong_tru"],
            "thon": own["thon"],
            "so_dien_thoai": known_only(phone, adult & share(settings.phone)),
            "tinh_trang": status,
            "ngay_cap_nhat": updated.astype("datetime64[D]"),
            "ghi_chu": known_only(chosen(rng, _NOTES, count), adult & share(0.02)),
        }
    ).with_columns(person_id="P" + pl.col("person_id"))


def _numbers(rng: Rng, sex: Array, year: Array, settings: SampleSettings) -> tuple[Array, Array, Array]:
    """Personal number, 9-digit number and phone of everyone, as text and without repeats."""
    count = len(sex)
    elsewhere = rng.random(count) < settings.born_elsewhere
    province = np.where(elsewhere, rng.choice(_OTHER_PROVINCES, count), 1)
    century_and_sex = np.where(year >= 2000, 2, 0) + sex
    prefix = (province * 10 + century_and_sex) * 100 + year % 100
    personal = unique_numbers(rng, prefix, 6)
    former = unique_numbers(rng, chosen(rng, {"01": 35, "11": 65}, count), 7)
    phone = unique_numbers(rng, rng.choice(_PHONE_STARTS, count), 7)
    return padded(personal, 12), padded(former, 9), padded(phone, 10)


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


def _spouse(kin: Kin, names: Array, household: Array, place: Array) -> pl.Series:
    """The husband's or wife's name, alive or not, of those who are married."""
    partner = np.full(len(Place), -1)
    for one, other in zip(
        (Place.HEAD, Place.CHILD1, Place.FATHER), (Place.SPOUSE, Place.IN_LAW, Place.MOTHER), strict=True
    ):
        partner[one], partner[other] = other, one
    married = np.isin(place, (Place.FATHER, Place.MOTHER))
    married |= np.isin(place, (Place.HEAD, Place.SPOUSE)) & kin.married[household]
    married |= np.isin(place, (Place.CHILD1, Place.IN_LAW)) & kin.at_home[household, Place.IN_LAW]
    return known_only(names[household, partner[place]], married)


def known_only(values: Array, known: Array) -> pl.Series:
    """The values where they are known, null elsewhere."""
    return pl.select(pl.when(pl.lit(pl.Series(known))).then(pl.lit(pl.Series(values)))).to_series()
