"""Who belongs to a household: couples, children, in-laws and grandparents, their sex and dates of birth.

A household is a row of fixed places (`Place`), and every fact is a matrix of households by places. Places are
filled even for kin who live elsewhere or are dead, so all have parents; only the `at_home` are registered.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from .draws import Array, Rng
from .names import FEMALE, MALE
from .settings import SampleSettings


def day_of(iso_date: str) -> int:
    """Days from 1970 to the date."""
    return int(np.datetime64(iso_date, "D").astype(int))


FIRST_DAY, LAST_DAY = day_of("1925-01-01"), day_of("2025-06-30")
YEAR = 365.25

Place = IntEnum(
    "Place",
    "HEAD SPOUSE CHILD1 CHILD2 CHILD3 CHILD4 IN_LAW GRANDCHILD1 GRANDCHILD2 FATHER MOTHER SPOUSE_FATHER "
    "SPOUSE_MOTHER IN_LAW_FATHER IN_LAW_MOTHER FATHER_FATHER FATHER_MOTHER MOTHER_FATHER MOTHER_MOTHER",
    start=0,
)
CHILDREN = (Place.CHILD1, Place.CHILD2, Place.CHILD3, Place.CHILD4)
GRANDCHILDREN = (Place.GRANDCHILD1, Place.GRANDCHILD2)
ANCESTORS = {
    Place.HEAD: (Place.FATHER, Place.MOTHER),
    Place.SPOUSE: (Place.SPOUSE_FATHER, Place.SPOUSE_MOTHER),
    Place.IN_LAW: (Place.IN_LAW_FATHER, Place.IN_LAW_MOTHER),
    Place.FATHER: (Place.FATHER_FATHER, Place.FATHER_MOTHER),
    Place.MOTHER: (Place.MOTHER_FATHER, Place.MOTHER_MOTHER),
}


@dataclass
class Kin:
    """Matrices of households by places; `father_at` and `mother_at` hold the place of the parent, or -1."""

    sex: Array
    born: Array
    at_home: Array
    married: Array  # one value per household: the head is or was
    father_at: Array
    mother_at: Array

    def first(self, households: int) -> None:
        """Keep only the first households."""
        for name, matrix in vars(self).items():
            setattr(self, name, matrix[:households])


def years(days: Array) -> Array:
    """The calendar years of days since 1970."""
    calendar: Array = days.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    return calendar


@dataclass(frozen=True)
class _Fates:
    """Draws for so many households at once."""

    rng: Rng
    count: int

    def share(self, likely: float | Array) -> Array:
        """True for so large a share of the households."""
        falls: Array = self.rng.random(self.count) < likely
        return falls

    def days(self, mean: float, spread: float, low: float, high: float) -> Array:
        """Days, from years that vary around a mean."""
        return (np.clip(self.rng.normal(mean, spread, self.count), low, high) * YEAR).astype(np.int64)


def make_kin(rng: Rng, count: int, settings: SampleSettings) -> Kin:
    """Who belongs to each household, of what sex, born when; a head and whoever of the kin lives at home."""
    shape = (count, len(Place))
    sex = rng.integers(0, 2, shape)
    born = np.zeros(shape, dtype=np.int64)
    at_home = np.zeros(shape, dtype=bool)

    fates = _Fates(rng, count)
    share, days = fates.share, fates.days

    def partner_born(place: Place) -> Array:
        # Husbands are some years older.
        older = np.where(sex[:, place] == MALE, 1, -1)
        partner: Array = born[:, place] + older * days(2.5, 3, -6, 12)
        return partner.clip(max=LAST_DAY - int(18 * YEAR))

    age = np.clip(rng.gamma(9, 3.4, count) + 19, 20, 99)
    sex[:, Place.HEAD] = np.where(share(0.72), MALE, FEMALE)
    born[:, Place.HEAD] = LAST_DAY - (age * YEAR).astype(np.int64)
    at_home[:, Place.HEAD] = True
    sex[:, Place.SPOUSE] = 1 - sex[:, Place.HEAD]
    born[:, Place.SPOUSE] = partner_born(Place.HEAD)
    married = share(np.clip((age - 19) / 12, 0, 0.96))
    at_home[:, Place.SPOUSE] = married & share(np.clip(0.95 - (age - 55) / 60, 0.2, 0.94))

    _bear_children(fates, sex, born, at_home, married, settings)

    heir_age = (LAST_DAY - born[:, Place.CHILD1]) / YEAR
    sex[:, Place.IN_LAW] = 1 - sex[:, Place.CHILD1]
    born[:, Place.IN_LAW] = partner_born(Place.CHILD1)
    at_home[:, Place.IN_LAW] = at_home[:, Place.CHILD1] & (heir_age > 22) & share(0.62)
    heir_is_male = sex[:, Place.CHILD1] == MALE
    birth = np.where(heir_is_male, born[:, Place.IN_LAW], born[:, Place.CHILD1]) + days(24, 3, 18, 36)
    for grandchild in GRANDCHILDREN:
        born[:, grandchild] = birth
        at_home[:, grandchild] = at_home[:, Place.IN_LAW] & (birth <= LAST_DAY) & share(0.85)
        birth = birth + days(3.8, 1.6, 1.2, 11)

    for place, (father, mother_place) in ANCESTORS.items():
        sex[:, father], sex[:, mother_place] = MALE, FEMALE
        born[:, mother_place] = born[:, place] - days(27, 5, 18, 42)
        born[:, father] = born[:, mother_place] - days(2.5, 3, -4, 12)
    for place, likely in ((Place.FATHER, 0.16), (Place.MOTHER, 0.26)):
        parent_age = (LAST_DAY - born[:, place]) / YEAR
        at_home[:, place] = share(likely * np.clip((101 - parent_age) / 30, 0, 1)) & (parent_age < 100)

    at_home &= born >= FIRST_DAY
    return Kin(sex, born, at_home, married, *_parents(sex))


def _bear_children(
    fates: _Fates, sex: Array, born: Array, at_home: Array, married: Array, settings: SampleSettings
) -> None:
    """Fill the places of the children: some are twins, some live elsewhere, some were never born."""
    rng, count, share, days = fates.rng, fates.count, fates.share, fates.days
    head_is_male = sex[:, Place.HEAD] == MALE
    mother = np.where(head_is_male, born[:, Place.SPOUSE], born[:, Place.HEAD])
    older_families = years(mother) < 1962
    wanted = np.where(older_families, rng.choice([2, 3, 4], count), rng.choice([1, 2, 3], count, p=[0.2, 0.56, 0.24]))
    birth = mother + days(24, 3.5, 18, 38)
    born_with_last = np.zeros(count, dtype=bool)
    was_triplet = np.zeros(count, dtype=bool)
    for order, child in enumerate(CHILDREN):
        born[:, child] = birth
        if order:
            last = sex[:, child - 1]
            alike = np.where(share(settings.twins_like_sexed), last, 1 - last)
            sex[:, child] = np.where(born_with_last, alike, sex[:, child])
        child_age = (LAST_DAY - birth) / YEAR
        stays = np.select([child_age < 18, child_age < 30], [0.97, 0.65], 0.30 if order == 0 else 0.12)
        lives = married & (order < wanted) & (birth <= LAST_DAY) & (birth < mother + 46 * YEAR)
        at_home[:, child] = lives & share(stays)
        # Once twins are born the next birth comes after a gap again, unless they are three.
        third = lives & share(settings.triplets) & born_with_last & ~was_triplet
        second = lives & share(settings.twin_births) & ~born_with_last
        born_with_last, was_triplet = second | third, third
        wanted = wanted + born_with_last
        birth = birth + np.where(born_with_last, 0, days(3.8, 1.6, 1.2, 11))


def _parents(sex: Array) -> tuple[Array, Array]:
    """The places of everyone's father and mother, -1 for those whose parents nobody remembers."""
    father_at, mother_at = np.full(sex.shape, -1), np.full(sex.shape, -1)
    head_is_male, heir_is_male = sex[:, Place.HEAD] == MALE, sex[:, Place.CHILD1] == MALE
    for place, (father, mother_place) in ANCESTORS.items():
        father_at[:, place], mother_at[:, place] = father, mother_place
    for child in CHILDREN:
        father_at[:, child] = np.where(head_is_male, Place.HEAD, Place.SPOUSE)
        mother_at[:, child] = np.where(head_is_male, Place.SPOUSE, Place.HEAD)
    for grandchild in GRANDCHILDREN:
        father_at[:, grandchild] = np.where(heir_is_male, Place.CHILD1, Place.IN_LAW)
        mother_at[:, grandchild] = np.where(heir_is_male, Place.IN_LAW, Place.CHILD1)
    return father_at, mother_at


def cut_to(kin: Kin, people: int) -> None:
    """Drop the households, and the last members of the last one, beyond the number of people wanted."""
    before = np.concatenate([[0], kin.at_home.sum(axis=1).cumsum()])
    kin.first(int(np.searchsorted(before, people)))
    if people:
        # Places stand head first, so the head of the last household always stays.
        last = kin.at_home[-1]
        last[np.flatnonzero(last)[people - before[len(kin.sex) - 1] :]] = False
