"""Who bears what name: families and villages have surnames of their own, and some people are named alike.

Names are matrices of households by places, as everything that kin share (see `kinship`).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from .draws import Array, Rng, chosen, repeated
from .kinship import ANCESTORS, CHILDREN, GRANDCHILDREN, YEAR, Kin, Place, years
from .names import FEMALE, GIVEN, MALE, SURNAMES, USUAL_NAMES, full_names, given_names, middle_names
from .settings import SampleSettings
from .syllables import unmarked

_NEAR_BIRTHS = 3 * YEAR
_PARENT_AGES = (19 * YEAR, 45 * YEAR)


@dataclass
class Names:
    """The three parts of the name at every place, and who is named alike on purpose.

    `namesake` and `neighbour` mark both of the two. `parents_home` is the household of a daughter-in-law's parents,
    one value per household, or -1 where it is not registered here.
    """

    surname: Array
    middle: Array
    given: Array
    namesake: Array
    neighbour: Array
    parents_home: Array

    def copy(self, to: tuple[Array, Array | int], of: tuple[Array, Array | int], surname: bool = False) -> None:
        """Give the people at places `to` the names of those at `of`; the surname too when asked."""
        for part in (self.middle, self.given, *([self.surname] if surname else [])):
            part[to] = part[of]

    def full(self) -> pl.Series:
        """The full names, household by household."""
        parts = (self.surname.ravel(), self.middle.ravel(), self.given.ravel())
        return pl.Series(full_names(*parts), dtype=pl.String)


def make_names(rng: Rng, kin: Kin, commune: Array, hamlet: Array, settings: SampleSettings) -> Names:
    """The name at every place; `commune` and `hamlet` (a number that no two communes share) are of each household."""
    parents_home = _parents_homes(rng, kin, settings)
    surname = _surnames(rng, kin, commune, parents_home, settings)
    tables = USUAL_NAMES.tilted(rng, settings.given_name_concentration)

    shape = kin.sex.shape
    sex, born = kin.sex.ravel(), years(kin.born.ravel())
    household = np.repeat(np.arange(len(kin.sex)), len(Place))
    given = given_names(rng, sex, born, tables)
    for _ in range(3):  # namesakes at home are avoided
        again = repeated(np.char.add(household.astype("<U9"), given))
        given[again] = given_names(rng, sex[again], born[again], tables)
    given = given.reshape(shape)
    alike = _alike_siblings(rng, kin, given, settings)
    middle = middle_names(rng, sex, born, surname.ravel(), given.ravel(), tables).reshape(shape)
    for child, here in alike:
        middle[here, child] = middle[here, child - 1]

    nobody = np.zeros(shape, dtype=bool)
    names = Names(surname, middle, given, nobody, nobody.copy(), parents_home)
    _name_fathers_alike(rng, kin, names, hamlet, settings)
    _name_sons_after_heads(rng, kin, names, settings)
    _name_neighbours_alike(rng, kin, names, hamlet, settings)
    at, home = np.flatnonzero(parents_home >= 0), parents_home[parents_home >= 0]
    names.copy((at, Place.IN_LAW_FATHER), (home, Place.HEAD), surname=True)
    names.copy((at, Place.IN_LAW_MOTHER), (home, Place.SPOUSE), surname=True)
    return names


def born_together(kin: Kin) -> Array:
    """How many children at home were born with the one at a place, that one too; 0 for all others."""
    together = np.zeros(kin.sex.shape, dtype=np.int64)
    for one in CHILDREN:
        for other in CHILDREN:
            same = kin.at_home[:, one] & kin.at_home[:, other] & (kin.born[:, one] == kin.born[:, other])
            together[:, one] += same
    return together


def _parents_homes(rng: Rng, kin: Kin, settings: SampleSettings) -> Array:
    """The household of each wife's parents, for those wives at home who are registered there as well."""
    households = len(kin.sex)
    wife = kin.at_home[:, Place.IN_LAW] & (kin.sex[:, Place.IN_LAW] == FEMALE)
    wife &= rng.random(households) < settings.in_laws_twice
    hosts = np.flatnonzero(kin.married & (kin.sex[:, Place.HEAD] == MALE))
    home = np.full(households, -1)
    # Parents of a fitting age are found within a few draws, or the wife is from elsewhere.
    for _ in range(8):
        seeking = np.flatnonzero(wife & (home < 0))
        if not len(seeking) or not len(hosts):
            break
        host = rng.choice(hosts, len(seeking))
        born = kin.born[seeking, Place.IN_LAW]
        fits = host != seeking
        for parent in (Place.HEAD, Place.SPOUSE):
            age = born - kin.born[host, parent]
            fits &= (age > _PARENT_AGES[0]) & (age < _PARENT_AGES[1])
        home[seeking[fits]] = host[fits]
    return home


def _surnames(rng: Rng, kin: Kin, commune: Array, parents_home: Array, settings: SampleSettings) -> Array:
    surname = np.full(kin.sex.shape, "", dtype="<U12")
    shares = np.array(list(SURNAMES.values()))
    for number in range(commune.max(initial=-1) + 1):
        here = commune == number
        tilted = rng.dirichlet(shares / shares.sum() * settings.surname_concentration)
        village = dict(zip(SURNAMES, tilted, strict=True))
        surname[here] = chosen(rng, village, surname[here].size).reshape(-1, len(Place))
    wives = parents_home >= 0
    surname[wives, Place.IN_LAW] = surname[parents_home[wives], Place.HEAD]
    for place, (father, _) in ANCESTORS.items():
        surname[:, father] = surname[:, place]
    surname[:, Place.MOTHER_FATHER] = surname[:, Place.MOTHER]
    for child in (*CHILDREN, *GRANDCHILDREN):
        surname[:, child] = np.take_along_axis(surname, kin.father_at[:, [child]], axis=1)[:, 0]
    return surname


def _alike_siblings(rng: Rng, kin: Kin, given: Array, settings: SampleSettings) -> list[tuple[Place, Array]]:
    """Give some siblings names one mark apart; the children who share their elder's middle name, by place."""
    alike = []
    for elder, child in pairwise(CHILDREN):
        gap = kin.born[:, child] - kin.born[:, elder]
        like_sexed = kin.sex[:, elder] == kin.sex[:, child]
        die, half = rng.random(len(gap)), rng.random(len(gap)) < 0.5
        twins = like_sexed & (gap == 0) & (die < settings.twins_alike)
        siblings = like_sexed & (gap > 0) & (gap < _NEAR_BIRTHS) & (die < settings.siblings_alike)
        other = _one_mark_apart(rng, given[:, elder], kin.sex[:, elder])
        free = (other != "") & (given != other[:, None]).all(axis=1)
        marked = (siblings | (twins & half)) & free
        given[marked, child] = other[marked]
        alike.append((child, marked | twins))
    return alike


def _one_mark_apart(rng: Rng, given: Array, sex: Array) -> Array:
    """Another given name of the same letters (Hùng, Hưng) for each name, empty where there is none."""
    result = np.full(len(given), "", dtype=given.dtype)
    for of in (MALE, FEMALE):
        known = sorted({name for (table_sex, _), table in GIVEN.items() if table_sex == of for name in table})
        by_letters: dict[str, list[str]] = {}
        for name in known:
            by_letters.setdefault(unmarked(name), []).append(name)
        here = np.flatnonzero(sex == of)
        names, which = np.unique(given[here], return_inverse=True)
        others = [[other for other in by_letters[unmarked(name)] if other != name] for name in names.tolist()]
        for number, choices in enumerate(others):
            if choices:
                at = here[which == number]
                result[at] = chosen(rng, choices, len(at))
    return result


def _name_sons_after_heads(rng: Rng, kin: Kin, names: Names, settings: SampleSettings) -> None:
    """Some sons, and sons' sons, bear the head's full name. Only where both are at home."""
    head_is_male = kin.sex[:, Place.HEAD] == MALE
    taken = np.zeros(len(head_is_male), dtype=bool)
    for place in (*CHILDREN, *GRANDCHILDREN):
        here = head_is_male & kin.at_home[:, place] & (kin.sex[:, place] == MALE) & ~taken
        here &= names.surname[:, place] == names.surname[:, Place.HEAD]
        here &= rng.random(len(here)) < settings.namesake_sons
        taken |= here
        at = np.flatnonzero(here)
        names.copy((at, place), (at, Place.HEAD))
        names.namesake[at, place] = names.namesake[at, Place.HEAD] = True


def _name_fathers_alike(rng: Rng, kin: Kin, names: Names, hamlet: Array, settings: SampleSettings) -> None:
    """Some heads bear the name of another of their hamlet, so that their children have a father of one name."""
    heads = np.flatnonzero(kin.married & (kin.sex[:, Place.HEAD] == MALE))
    keys = {"hamlet": hamlet[heads], "surname": names.surname[heads, Place.HEAD]}
    one, other = _pairs(rng, pl.DataFrame({"at": heads, **keys}), len(heads) * settings.namesake_fathers / 2)
    names.copy((one, Place.HEAD), (other, Place.HEAD))


def _name_neighbours_alike(rng: Rng, kin: Kin, names: Names, hamlet: Array, settings: SampleSettings) -> None:
    """Some people bear the full name of someone of their sex, surname and birth year in another house nearby."""
    # Twins and namesakes of the family keep what they are named for.
    free = kin.at_home & ~names.namesake & (born_together(kin) < 2)
    household, place = np.nonzero(free)
    people = pl.DataFrame(
        {
            "at": np.arange(len(household)),
            "hamlet": hamlet[household],
            "surname": names.surname[household, place],
            "sex": kin.sex[household, place],
            "year": years(kin.born[household, place]),
        }
    )
    one, other = _pairs(rng, people, kin.at_home.sum() * settings.neighbour_namesakes / 2)
    apart = household[one] != household[other]
    one, other = one[apart], other[apart]
    names.copy((household[one], place[one]), (household[other], place[other]))
    for of in (one, other):
        names.neighbour[household[of], place[of]] = True


def _pairs(rng: Rng, keyed: pl.DataFrame, wanted: float) -> tuple[Array, Array]:
    """About so many disjoint pairs of the `at` of rows that agree in all other columns."""
    keys = [name for name in keyed.columns if name != "at"]
    die = pl.Series("die", rng.random(len(keyed)))
    ordered = keyed.with_columns(die).sort(*keys, "die")
    place = ordered.select(pl.int_range(pl.len()).over(keys).alias("place"))["place"]
    second = place % 2 == 1
    at = ordered["at"].to_numpy()
    behind = np.flatnonzero(second.to_numpy())
    behind = behind[rng.random(len(behind)) < wanted / max(len(behind), 1)]
    return at[behind], at[behind - 1]
