"""Which citizens an owner of land may be, and how much speaks for each: evidence in bits (Fellegi and Sunter).

Every field that owner and citizen both have adds log₂(m/u): how likely such agreement is for one person, m, against how
likely by chance, u. Chance is counted among the citizens themselves: a common name, a large hamlet or a year of many
births says little, a rare one much. `pipelines.linkage` compares rows of one kind with each other; here each owner has
one citizen or none, and the two sides have other fields, so that the sum over candidates and "nobody" is taken instead
(`owners`).

What does not belong here: how an owner's cell is read (`owner_names`); what is confirmed (`owners`).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from pipelines.linkage.encoding import encoded
from pipelines.vietnamese.addresses import hamlet_key, hamlet_of
from pipelines.vietnamese.names import given_name, initials, is_abbreviated, surname
from pipelines.vietnamese.numbers import number_birth_year, personal_number
from pipelines.vietnamese.spelling import TONES, ascii_key, folded_key, has_marks, spelling_key

BIT: Final = 1000
"""Weights are whole thousandths of a bit, so that their sums do not hang on any order."""

NUMBER: Final = {"equal": 22.0, "on_other_parcel": 7.0, "one_edit": 5.0, "other": -8.0, "other_old": -5.0}
"""Numbers of 12 digits with each other, of 9 (`other_old`) with each other. Neighbours were given neighbouring numbers,
so that one edit apart says little; numbers were re-issued, the old ones with every move to another province, and are
mistyped, so that another one does not rule a person out."""

NAME: Final = {
    "equal": 1.0,
    "marks_lost": 1.0,
    "marks_differ": 0.02,
    "abbreviated": 1.0,
    "part_left_out": 0.015,
    "one_letter": 0.01,
    "given_and_surname": 0.003,
}
"""How often the name of one person is written so (m). By chance it is, where the name as written is another's, or one
of all who have the same part of the name was written so."""
OTHER_NAME: Final = -7.0
NEAR_NAMES: Final = ("equal", "marks_lost", "marks_differ", "part_left_out", "abbreviated", "one_letter")

# How often the fields of one person agree so (m), or what they weigh in bits where chance cannot be counted. All are
# assumptions about land books, within a factor of two of what synthetic ones of two generators show.
_M_YEAR: Final = {"equal": 0.92, "near": 0.03, "decade": 0.01}
_OTHER_YEAR: Final = -6.5
_M_PLACE: Final = {"address": 0.5, "hamlet": 0.3, "commune": 0.1}
_OTHER_PLACE: Final = -3.0
_M_SPOUSE: Final = 0.6
_OTHER_SEX: Final = -6.0
_HOUSEMATE: Final = 6.0
_NOT_SPOUSE: Final = -3.0
_HEAD: Final = {"household": (1.5, -1.6), "person": (1.0, -0.8)}
_MINOR: Final = -5.0
_DEAD: Final = {"expected": (4.0, -1.0), "unexpected": (-1.0, 0.0)}
"""A citizen recorded as dead, and one who is not: where the book tells of a death, and where it does not."""

_OF_AGE: Final = 2010
"""Born later, hardly anybody owns land."""

_PLACES: Final = ("address", "hamlet", "commune", "other")
_LEVELS: Final = {
    "number": pl.Enum([*NUMBER]),
    "name": pl.Enum([*NAME, "other"]),
    "year": pl.Enum([*_M_YEAR, "other"]),
    "sex": pl.Enum(["other"]),
    "place": pl.Enum(_PLACES),
    "kin": pl.Enum(["spouse", "household", "not_spouse"]),
}
_SLICE: Final = 400_000
"""Pairs that are weighed at a time: namesakes make them grow with the square of a commune."""


def people(citizens: pl.DataFrame) -> pl.DataFrame:
    """Golden citizens with the keys that owners are compared with, and how common each key is (`…_share`)."""
    head = ascii_key(pl.col("relation_to_head")).is_in(["chu ho", "chu", "ch"]).fill_null(False)
    keyed = (
        _with_name_keys(citizens.with_row_index("who"), "full_name")
        .pipe(_once_each, "hamlet", hamlet_key=hamlet_key(pl.col("hamlet")))
        .pipe(_once_each, "address_old", address_key=_place_key(pl.col("address_old")))
        .pipe(_once_each, "spouse_name", spouse_ascii=folded_key(pl.col("spouse_name")))
        .pipe(_once_each, "relation_to_head", is_head=head)
        .with_columns(
            (pl.col("old_commune_code") + "-" + pl.col("hamlet_key")).alias("hamlet_key"),
            (pl.col("status") == "dead").fill_null(False).alias("is_dead"),
        )
    )
    return keyed.with_columns(
        *(
            (pl.len().over(column) / pl.col(column).count()).alias(f"{column}_share")
            for column in ("name_ascii", "name_key", "ends_ascii", "initials_ascii", "birth_year")
        ),
        *(
            _surname_lift(place).alias(lift)
            for place, lift in (("hamlet_key", "hamlet_lift"), ("old_commune_code", "commune_lift"))
        ),
    )


def _surname_lift(place: str) -> pl.Expr:
    """How many times as common a citizen's surname is in this place as everywhere, at least once.

    Families stay together: name and place, each rare, may both be a neighbour's.
    """
    expected = pl.len().over("surname_ascii") * pl.len().over(place) / pl.len()
    return ((pl.len().over("surname_ascii", place) + 1) / (expected + 1)).clip(1)


def with_keys(owners: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Owners with keys to compare, numbered `at`.

    `owners`: `split_owners` with `parcel_id` and the parcel's `old_commune_code` and `certificate_no`. `told_year` is
    the book's year of birth, `owner_year` that or the number's. `known_number` is the owner's, or the only one that the
    same owner has on other parcels: of one name, year and address, or on one certificate. `other_ascii` is the other
    owner named with this one, `other_share` how common that name is. `owner_commune`: null when the address names none
    of the communes. `is_mourned`: the book tells of a death.
    """
    named = _with_name_keys(owners.with_row_index("at"), "owner_name").pipe(_to_their_holders, persons)
    named = named.with_columns(
        pl.col("owner_birth_year").alias("told_year"),
        pl.coalesce("owner_birth_year", number_birth_year(personal_number(pl.col("owner_number")))).alias("owner_year"),
        (pl.col("owner_number").str.len_chars() == 12).alias("number_is_new"),
        (pl.col("owner_kind") == "household").alias("is_household"),
        pl.col("owner_role").is_in(["heirs_of", "deceased"]).fill_null(False).alias("is_mourned"),
    ).pipe(
        _once_each,
        "owner_address",
        address_key=_place_key(pl.col("owner_address")),
        hamlet_key=hamlet_key(hamlet_of(pl.col("owner_address"))),
    )
    beside = named.select("parcel_id", owner_no=3 - pl.col("owner_no"), other_ascii="name_ascii")
    places = _communes_of_addresses(named, persons)
    return (
        named.join(beside, on=["parcel_id", "owner_no"], how="left", maintain_order="left")
        .join(places, on=["owner_address", "old_commune_code"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns((pl.col("owner_commune") + "-" + pl.col("hamlet_key")).alias("hamlet_key"))
        .pipe(_with_known_number)
        .pipe(_with_shares, persons)
    )


def _with_shares(owners: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """How large a part of the citizens has an owner's value; of what nobody has half a citizen."""
    for ours, theirs, share in (
        ("other_ascii", "name_ascii", "other_share"),
        ("name_ascii", "name_ascii", "own_ascii_share"),
        ("name_key", "name_key", "own_key_share"),
        ("address_key", "address_key", "address_share"),
        ("hamlet_key", "hamlet_key", "hamlet_share"),
        ("owner_commune", "old_commune_code", "commune_share"),
    ):
        shares = persons.drop_nulls(theirs).group_by(theirs).agg((pl.len() / persons.height).alias(share))
        owners = owners.join(shares, left_on=ours, right_on=theirs, how="left", maintain_order="left")
        owners = owners.with_columns(pl.col(share).fill_null(0.5 / max(persons.height, 1)))
    return owners


def _to_their_holders(owners: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """The numbers of a parcel given to those of its owners whose name the holder has, in exchange for theirs.

    Nine digits tell nothing of their holder, so that a cell with one number for two owners does not say whose it is.
    """
    place, numbers = ["parcel_id", "owner_no"], ["owner_number", "owner_id_no", "owner_number_restored"]
    several = owners.filter(pl.len().over("parcel_id") > 1)
    holders = _holders(persons).join(persons.select("who", holder="name_ascii"), on="who").drop("who")
    moves = (
        several.select(*place, "name_ascii", number="owner_number")
        .join(holders, on="number")
        .filter(pl.col("holder") != pl.col("name_ascii"))
        .select("parcel_id", pl.col("owner_no").alias("source"), pl.col("holder").alias("name_ascii"))
        .join(several.select(*place, "name_ascii"), on=["parcel_id", "name_ascii"])
        .drop("name_ascii")
        .unique()
    )
    moves = moves.filter(pl.len().over(place) == 1, pl.len().over("parcel_id", "source") == 1)
    given = moves.rename({"source": "owner_no", "owner_no": "source"}).join(moves, on=place, how="anti")
    exchanged = pl.concat([moves, given.select(moves.columns)]).filter(
        pl.col("source").n_unique().over("parcel_id") == pl.len().over("parcel_id")
    )
    sources = several.select(
        "parcel_id", pl.col("owner_no").alias("source"), *(pl.col(c).alias(f"their_{c}") for c in numbers)
    )
    theirs = (
        exchanged.join(sources, on=["parcel_id", "source"]).drop("source").with_columns(pl.lit(True).alias("moved"))
    )
    return (
        owners.join(theirs, on=place, how="left", maintain_order="left")
        .with_columns(pl.when("moved").then(f"their_{column}").otherwise(column).alias(column) for column in numbers)
        .drop("moved", *(f"their_{column}" for column in numbers))
    )


def _with_known_number(owners: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("owner_number")
    for same in (["name_ascii", "told_year", "address_key"], ["name_ascii", "certificate_no"]):
        others = (
            owners.drop_nulls(["owner_number", *same])
            .group_by(same)
            .agg(pl.col("owner_number").unique().alias("numbers"))
            .filter(pl.col("numbers").list.len() == 1)
            .select(*same, pl.col("numbers").list.first().alias("+".join(same)))
        )
        owners = owners.join(others, on=same, how="left", maintain_order="left")
        known = pl.coalesce(known, "+".join(same))
    return owners.with_columns(known.alias("known_number"))


def candidates(owners: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Pairs of `at` (the owner) and `who` (the citizen) worth a look, owner by owner; `holds`: the citizen has
    the number.

    By number; by the folded name; and of owners whom neither explains, by given name, or all before it, with the year,
    and by given name with hamlet or spouse.
    """
    by_number = (
        owners.select("at", number="known_number")
        .drop_nulls()
        .join(_holders(persons), on="number")
        .select("at", "who", pl.lit(True).alias("holds"))
        .unique(["at", "who"])
    )
    rest = owners.join(_explained(owners, persons), on="at", how="anti").join(by_number, on="at", how="anti")
    rest = rest.with_columns(birth_year=pl.col("owner_year"), spouse_ascii=pl.col("other_ascii"))
    keys = (["given_ascii", "birth_year"], ["before_ascii", "birth_year"], ["given_ascii", "spouse_ascii"],
            ["ends_ascii", "hamlet_key"], ["initials_ascii", "hamlet_key"])  # fmt: skip
    few = pl.concat([by_number, *(_joined(rest, persons, list(key)) for key in keys)], how="diagonal").unique(
        ["at", "who"], keep="first", maintain_order=True
    )
    namesakes = _joined(owners, persons, ["name_ascii"]).join(few, on=["at", "who"], how="anti", maintain_order="left")
    few = few.with_columns(pl.col("holds").fill_null(False)).sort("at")
    return few.merge_sorted(namesakes.with_columns(holds=pl.lit(False)), "at")


def _explained(owners: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """The owners (`at`) of whose name there is a citizen born within a year of the year that is told, or without a year
    three citizens at most."""
    born = persons.select("name_ascii", owner_year=pl.col("birth_year") + pl.lit([-1, 0, 1])).explode("owner_year")
    few = persons.group_by("name_ascii").len().filter(pl.col("len") <= 3)
    return pl.concat(
        [
            owners.join(born, on=["name_ascii", "owner_year"], how="semi").select("at"),
            owners.filter(pl.col("owner_year").is_null()).join(few, on="name_ascii", how="semi").select("at"),
        ]
    )


def former_homes(homes: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """`who` and the keys of every place where a citizen's rows say to live, beside the one of the golden record.

    People move within the communes that merged, while a land book keeps the address of its day. `homes`: `citizen_id`,
    `old_commune_code`, `hamlet`, `address_old` of all rows.
    """
    current = persons.select("who", "old_commune_code", "address_key", "hamlet_key")
    return (
        homes.join(persons.select("who", "citizen_id"), on="citizen_id")
        .pipe(_once_each, "hamlet", hamlet_key=hamlet_key(pl.col("hamlet")))
        .pipe(_once_each, "address_old", address_key=_place_key(pl.col("address_old")))
        .with_columns((pl.col("old_commune_code") + "-" + pl.col("hamlet_key")).alias("hamlet_key"))
        .select(current.columns)
        .unique()
        .join(current, on=current.columns, how="anti", nulls_equal=True)
    )


def weighed(
    pairs: pl.DataFrame, owners: pl.DataFrame, persons: pl.DataFrame, former: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """The pairs with the level of each field and `weight`, in thousandths of a bit; all of an owner's in one slice.

    Levels: `number` (see NUMBER), `name` (see NAME, and other), `year` (equal, near, decade, other), `sex` (other),
    `place` (address, hamlet, commune, other), `kin` (spouse, household, not_spouse); null where nothing is told.
    `dead`: the register says so of the citizen.
    """
    ours = _codes(owners.select(_OF_OWNER))
    theirs = _codes(persons.select(_OF_PERSON)).select(pl.all().name.prefix("c_"))
    homes = theirs.select(household="c_household_id", name="c_name_ascii").drop_nulls().unique()
    then = encoded(former)
    for start, end in pairwise(_ends(pairs["at"])):
        some = pairs[start:end]
        sides = pl.concat([some, ours[some["at"]], theirs[some["who"]]], how="horizontal")
        yield _weighed(sides, homes, then, owners, persons)


def _ends(at: pl.Series) -> list[int]:
    """Where slices of about as many pairs as `_SLICE` begin and end, between one owner and the next."""
    inner = at.gather_every(_SLICE, _SLICE).unique(maintain_order=True)
    return [0, *at.search_sorted(inner).to_list(), len(at)]


def _codes(side: pl.DataFrame) -> pl.DataFrame:
    """What is compared for equality alone as integers, numbers with their digits."""
    numbers = [column for column in side.columns if column in ("owner_number", "personal_id", "old_id_no")]
    return encoded(side.with_columns(pl.col(numbers).cast(pl.Int64)))


def _weighed(
    sides: pl.DataFrame, homes: pl.DataFrame, former: pl.DataFrame, owners: pl.DataFrame, persons: pl.DataFrame
) -> pl.DataFrame:
    levels = [
        _name_level(sides, owners["name_ascii"], persons["name_ascii"]),
        _number_level(sides, owners["owner_number"], persons),
        _place_level(sides, former),
        _kin_level(sides, homes),
    ]
    sides = sides.with_columns(*levels, _sex_level()).with_columns(_year_level())
    weights = (_number_bits(), _name_bits(), _year_bits(), _sex_bits(), _place_bits(), _kin_bits(),
               _standing_bits())  # fmt: skip
    bits = pl.sum_horizontal((bits.fill_null(0.0) * BIT).round().cast(pl.Int64) for bits in weights)
    return sides.select("at", "who", *_LEVELS, pl.col("c_is_dead").alias("dead"), bits.alias("weight"))


_OF_OWNER: Final = (
    *("name_key", "name_ascii", "name_marked", "name_short", "ends_ascii", "initials_ascii", "owner_number"),
    *("number_is_new", "owner_year", "told_year", "owner_sex", "is_mourned", "is_household", "other_ascii"),
    *("address_key", "hamlet_key", "owner_commune", "other_share", "own_ascii_share", "own_key_share"),
    *("address_share", "hamlet_share", "commune_share"),
)
_OF_PERSON: Final = (
    *("name_key", "name_ascii", "name_marked", "name_short", "ends_ascii", "initials_ascii", "personal_id"),
    *("old_id_no", "birth_year", "sex", "spouse_ascii", "household_id", "is_head", "is_dead"),
    *("address_key", "hamlet_key", "old_commune_code", "name_key_share", "name_ascii_share", "ends_ascii_share"),
    *("initials_ascii_share", "birth_year_share", "hamlet_lift", "commune_lift"),
)


def _once_each(frame: pl.DataFrame, column: str, /, **keys: pl.Expr) -> pl.DataFrame:
    """The frame with keys of a column that has few distinct values, each of which is worked on once."""
    distinct = frame.select(column).unique().with_columns(**keys)
    return frame.join(distinct, on=column, how="left", nulls_equal=True, maintain_order="left")


def _joined(owners: pl.DataFrame, persons: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    sides = (frame.select(*keys, column).drop_nulls() for frame, column in ((owners, "at"), (persons, "who")))
    return next(sides).join(next(sides), on=keys, maintain_order="left").select("at", "who")


def _holders(persons: pl.DataFrame) -> pl.DataFrame:
    """`who` and every `number` that a citizen holds, now or before, 12 digits or 9, whatever its status."""
    former = persons.select("who", number="former_personal_ids").explode("number")
    held = [persons.select("who", number=column) for column in ("personal_id", "old_id_no")]
    return pl.concat([*held, former]).drop_nulls("number").unique()


def _with_name_keys(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The frame with `name_key` (spelling, i for y), `name_ascii`, `name_marked`, `name_short` (abbreviated) and parts
    of the name."""
    spelt = spelling_key(pl.col(column)).str.replace_all(rf"\b([bcdghklmnpqrstvx]+|qu)y([{TONES}]?)\b", "${1}i$2")
    folded, first, last = pl.col("name_ascii"), pl.col("surname_ascii"), pl.col("given_ascii")
    names = (
        frame.select(column)
        .unique()
        .with_columns(name_key=spelt, name_ascii=folded_key(pl.col(column)), name_marked=has_marks(pl.col(column)))
        .with_columns(
            is_abbreviated(folded).alias("name_short"),
            surname(folded).alias("surname_ascii"),
            given_name(folded).alias("given_ascii"),
            folded.str.extract(r"^(.+) \S+$").alias("before_ascii"),
        )
        .with_columns(ends_ascii=first + " " + last, initials_ascii=initials(folded) + " " + last)
    )
    return frame.join(names, on=column, how="left", nulls_equal=True, maintain_order="left")


def _place_key(address: pl.Expr) -> pl.Expr:
    return ascii_key(address).str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()


def _communes_of_addresses(owners: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """`owner_address`, `old_commune_code` → `owner_commune`, each pair once.

    The names of the communes are those in the citizens' own addresses; an address that names none is in the parcel's,
    one that names another is in none of them.
    """
    known = (
        _parts(persons.select("old_commune_code", address="address_old").drop_nulls().unique())
        .filter("names_commune")
        .group_by("place", "old_commune_code")
        .len()
        .filter((pl.col("len") >= 3) & (pl.col("len") > 0.8 * pl.col("len").sum().over("place")))
        .select("place", owner_commune="old_commune_code")
    )
    addresses = owners.select("owner_address", "old_commune_code").unique(maintain_order=True)
    parts = _parts(addresses.select(address="owner_address").drop_nulls().unique())
    told = parts.join(known, on="place", how="left", maintain_order="left")
    told = told.group_by("address").agg(
        pl.col("owner_commune").drop_nulls().first(),
        (pl.col("names_commune") & pl.col("owner_commune").is_null()).any().alias("names_other"),
    )
    here = pl.when(~pl.col("names_other").fill_null(False)).then("old_commune_code")
    return addresses.join(told, left_on="owner_address", right_on="address", how="left").select(
        "owner_address", "old_commune_code", pl.coalesce("owner_commune", here)
    )


def _parts(addresses: pl.DataFrame) -> pl.DataFrame:
    """Each part of an `address` between commas: `place` without marks and kind, and whether it `names_commune`."""
    parts = addresses.with_columns(ascii_key(pl.col("address")).str.split(",").alias("place")).explode("place")
    kind = r"^\s*(?:xa|phuong|thi tran|tt|x|p)[. ]+"
    return parts.with_columns(
        pl.col("place").str.contains(r"^\s*(?:xa|phuong|thi tran)\b").fill_null(False).alias("names_commune"),
        pl.col("place").str.replace(kind, "").str.strip_chars(" .").alias("place"),
    ).drop_nulls("place")


_ROW: Final = pl.int_range(pl.len(), dtype=pl.UInt32).alias("row")


def _at_rows(sides: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """Whether each row of the sides is one of these."""
    return pl.repeat(False, sides.height, dtype=pl.Boolean, eager=True).scatter(rows, True)


def _told(field: str, level: str) -> pl.Expr:
    return pl.lit(level, dtype=_LEVELS[field])


def _name_level(sides: pl.DataFrame, ours: pl.Series, theirs: pl.Series) -> pl.Series:
    """`ours`, `theirs`: the folded names in letters, of all owners and of all citizens."""
    equal, ascii_equal = (pl.col(column) == pl.col(f"c_{column}") for column in ("name_key", "name_ascii"))
    others = sides.select(_ROW, "at", "who", "name_ascii", "c_name_ascii").filter(~ascii_equal)
    pair = ["name_ascii", "c_name_ascii"]
    apart = others.unique(pair)
    spelt = ours.gather(apart["at"]).to_list(), theirs.gather(apart["who"]).to_list()
    edits = process.cpdist(*spelt, scorer=OSA.distance, dtype=np.int32, score_cutoff=1, workers=-1)
    tokens = process.cpdist(*spelt, scorer=fuzz.token_set_ratio, dtype=np.float32, workers=-1)
    near = apart.select(*pair, one_letter=pl.Series(edits <= 1), part_left_out=pl.Series(tokens > 99.9))
    told = others.join(near, on=pair)
    one_letter, part_left_out = (
        _at_rows(sides, told.filter(level)["row"]) for level in ("one_letter", "part_left_out")
    )
    same_ends = pl.col("ends_ascii") == pl.col("c_ends_ascii")
    short = pl.col("name_short") | pl.col("c_name_short")
    level = (
        pl.when(equal)
        .then(_told("name", "equal"))
        .when(ascii_equal & (pl.col("name_marked") != pl.col("c_name_marked")))
        .then(_told("name", "marks_lost"))
        .when(ascii_equal)
        .then(_told("name", "marks_differ"))
        .when(short & (pl.col("initials_ascii") == pl.col("c_initials_ascii")))
        .then(_told("name", "abbreviated"))
        .when(same_ends & part_left_out)
        .then(_told("name", "part_left_out"))
        .when(one_letter)
        .then(_told("name", "one_letter"))
        .when(same_ends)
        .then(_told("name", "given_and_surname"))
        .otherwise(_told("name", "other"))
    )
    return sides.select(level.alias("name")).to_series()


_ONE_EDIT: Final = [digit * 10**place for place in range(12) for digit in (*range(10), *range(18, 82, 9))]
"""By how much two numbers differ of which one digit is another, or two neighbouring digits changed places."""


def _number_level(sides: pl.DataFrame, ours: pl.Series, persons: pl.DataFrame) -> pl.Series:
    """Numbers of one kind are compared; one that is known from another parcel alone speaks only for its holder.

    `ours`: the numbers of all owners in digits.
    """
    is_new, own = pl.col("number_is_new"), pl.col("owner_number").is_not_null()
    apart = (pl.col("owner_number") - pl.when(is_new).then("c_personal_id").otherwise("c_old_id_no")).abs()
    near = sides.select(_ROW, "at", "who", is_new, near=~pl.col("holds") & apart.is_in(_ONE_EDIT)).filter("near")
    held = persons.select("personal_id", "old_id_no")[near["who"]].select(
        pl.when(near["number_is_new"]).then("personal_id").otherwise("old_id_no").alias("held")
    )
    spelt = ours.gather(near["at"]).to_list(), held["held"].to_list()
    edits = process.cpdist(*spelt, scorer=OSA.distance, dtype=np.int32, score_cutoff=1)
    one_edit = _at_rows(sides, near["row"].filter(pl.Series(edits <= 1)))
    level = (
        pl.when(pl.col("holds") & own)
        .then(_told("number", "equal"))
        .when("holds")
        .then(_told("number", "on_other_parcel"))
        .when(one_edit)
        .then(_told("number", "one_edit"))
        .when(apart.is_not_null())
        .then(pl.when(is_new).then(_told("number", "other")).otherwise(_told("number", "other_old")))
    )
    return sides.select(level.alias("number")).to_series()


def _year_level() -> pl.Expr:
    """A number that is the citizen's tells no year besides."""
    ours = pl.when(pl.col("number") == "equal").then("told_year").otherwise("owner_year")
    apart = (ours - pl.col("c_birth_year")).abs()
    return (
        pl.when(apart == 0)
        .then(_told("year", "equal"))
        .when(apart == 1)
        .then(_told("year", "near"))
        .when(apart == 10)
        .then(_told("year", "decade"))
        .when(apart.is_not_null())
        .then(_told("year", "other"))
        .alias("year")
    )


def _place_level(sides: pl.DataFrame, former: pl.DataFrame) -> pl.Series:
    """The nearest of the places where the citizen lives or lived."""
    now = sides.select(
        _nearness(*(pl.col(f"c_{key}") for key in ("address_key", "hamlet_key", "old_commune_code"))).alias("now")
    ).to_series()
    then = _nearness(pl.col("address_key_then"), pl.col("hamlet_key_then"), pl.col("old_commune_code"))
    earlier = (
        sides.select(_ROW, "who", "address_key", "hamlet_key", "owner_commune", now)
        .join(former, on="who", suffix="_then")
        .group_by("row")
        .agg(pl.min_horizontal("now", then).min().alias("nearest"))
    )
    return now.scatter(earlier["row"], earlier["nearest"]).cat.to(_LEVELS["place"]).alias("place")


def _nearness(address: pl.Expr, hamlet: pl.Expr, commune: pl.Expr) -> pl.Expr:
    """The position in `_PLACES` of what an owner's place has in common with this one."""
    level = pl.lit(len(_PLACES) - 1, pl.UInt8)
    for position, (ours, theirs) in reversed(
        list(enumerate((("address_key", address), ("hamlet_key", hamlet), ("owner_commune", commune))))
    ):
        level = pl.when(pl.col(ours) == theirs).then(pl.lit(position, pl.UInt8)).otherwise(level)
    return level


def _kin_level(sides: pl.DataFrame, homes: pl.DataFrame) -> pl.Series:
    """`homes`: who lives in which household, by folded name."""
    of_two = sides.select(_ROW, household="c_household_id", name="other_ascii").drop_nulls()
    housemate = _at_rows(sides, of_two.join(homes, on=["household", "name"], how="semi")["row"])
    level = (
        pl.when(pl.col("other_ascii") == pl.col("c_spouse_ascii"))
        .then(_told("kin", "spouse"))
        .when(housemate)
        .then(_told("kin", "household"))
        .when(pl.col("other_ascii").is_not_null() & pl.col("c_spouse_ascii").is_not_null())
        .then(_told("kin", "not_spouse"))
    )
    return sides.select(level.alias("kin")).to_series()


def _sex_level() -> pl.Expr:
    return pl.when(pl.col("owner_sex") != pl.col("c_sex")).then(_told("sex", "other")).alias("sex")


def _of(field: str, table: dict[str, float]) -> pl.Expr:
    values = pl.Series([table.get(level) for level in _LEVELS[field].categories], dtype=pl.Float64)
    return pl.lit(values).gather(pl.col(field).to_physical())


def _name_bits() -> pl.Expr:
    level, likely = pl.col("name"), _of("name", NAME)
    share = (
        pl.when(level == "equal")
        .then("c_name_key_share")
        .when(level.is_in(["part_left_out", "given_and_surname"]))
        .then("c_ends_ascii_share")
        .when(level == "abbreviated")
        .then("c_initials_ascii_share")
        .otherwise("c_name_ascii_share")
    )
    own = pl.when(level == "marks_differ").then("own_key_share").otherwise("own_ascii_share")
    chance = pl.when(likely < 1).then(own + likely * share).otherwise(share)
    return pl.when(level == "other").then(OTHER_NAME).otherwise((likely / chance).log(2))


def _number_bits() -> pl.Expr:
    return _of("number", NUMBER)


def _year_bits() -> pl.Expr:
    share = pl.col("c_birth_year_share")
    chance = pl.when(pl.col("year") == "equal").then(share).otherwise(2 * share)
    return pl.when(pl.col("year") == "other").then(_OTHER_YEAR).otherwise((_of("year", _M_YEAR) / chance).log(2))


def _sex_bits() -> pl.Expr:
    return pl.when(pl.col("sex") == "other").then(_OTHER_SEX)


def _place_bits() -> pl.Expr:
    """A hamlet that neither side tells leaves the commune to speak for both."""
    chance = (
        pl.when(pl.col("place") == "address")
        .then(pl.col("address_share") * pl.col("c_hamlet_lift"))
        .when(pl.col("place") == "hamlet")
        .then(pl.col("hamlet_share") * pl.col("c_hamlet_lift"))
        .otherwise(pl.col("commune_share") * pl.col("c_commune_lift"))
    )
    untold = (pl.col("place") == "commune") & (pl.col("hamlet_key").is_null() | pl.col("c_hamlet_key").is_null())
    likely = pl.when(untold).then(sum(_M_PLACE.values())).otherwise(_of("place", _M_PLACE))
    return pl.when(pl.col("place") == "other").then(_OTHER_PLACE).otherwise((likely / chance).log(2))


def _kin_bits() -> pl.Expr:
    return (
        pl.when(pl.col("kin") == "spouse")
        .then((_M_SPOUSE / pl.col("other_share")).log(2))
        .when(pl.col("kin") == "household")
        .then(_HOUSEMATE)
        .when(pl.col("kin") == "not_spouse")
        .then(_NOT_SPOUSE)
    )


def _standing_bits() -> pl.Expr:
    """What is likely of an owner before anything is compared: heads of household, of age, alive unless told."""
    household, person = (pl.when("c_is_head").then(yes).otherwise(no) for yes, no in _HEAD.values())
    expected, unexpected = (pl.when("c_is_dead").then(yes).otherwise(no) for yes, no in _DEAD.values())
    return pl.sum_horizontal(
        pl.when("is_household").then(household).otherwise(person),
        pl.when("is_mourned").then(expected).otherwise(unexpected),
        pl.when(pl.col("c_birth_year") >= _OF_AGE).then(_MINOR),
    )
