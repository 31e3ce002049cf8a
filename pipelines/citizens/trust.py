"""Which 12-digit numbers can be trusted to tell people apart.

A trusted number is well-formed, tells the sex and the year of birth of its row and a province of this country, is not
shared by people who are plainly different, and is not one edit away from the number of a row with the same name, birth
date and sex (then one of the two is a slip, and both are doubtful), unless a twin is known, since twins may hold
neighbouring numbers.

A number that disagrees with its row is a slip in either, or one of those that the police cancelled and issued again in
2023 since place, sex or year had been entered wrongly: it may speak for a person, but never keep two rows apart.

What people decided about a number comes before all this.
"""

import numpy as np
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from pipelines.vietnamese.numbers import PROVINCES, number_birth_year, number_sex

_PLAINLY_ANOTHER_NAME = 0.8
"""Jaro-Winkler of folded names below which two names are not spellings of one."""
_PLAINLY_ANOTHER_GIVEN_NAME = 0.4
"""Share of letters by which two folded given names differ, from which they are no slips of each other: Hùng, Cường."""
_TOLD = ["name_ascii", "name_marked", "given_ascii", "given_key", "birth_digits", "birth_year", "month_day", "sex"]
_ONE_PERSONS_NUMBERS = 50
"""More numbers than this with one name and date are no person's slips, and are not compared with each other."""
_GENERATION = 14
"""Years between births from which two people of one name are parent and child rather than one."""


_NO_ROWS = pl.Series(dtype=pl.String)
_NO_PAIRS = pl.DataFrame(schema={"record_id": pl.String, "in_force": pl.String})
_NONE_APART = pl.DataFrame(schema={"record_id_a": pl.String, "record_id_b": pl.String})


def add_number_status(
    records: pl.DataFrame,
    right: pl.Series = _NO_ROWS,
    wrong: pl.Series = _NO_ROWS,
    superseded: pl.DataFrame = _NO_PAIRS,
    apart: pl.DataFrame = _NONE_APART,
    alone: pl.Series = _NO_ROWS,
) -> pl.DataFrame:
    """Add `number_status` (trusted, doubtful, shared, superseded, wrong, none), `usable_number` and `trusted_number`.

    `usable_number` is what may speak for a match: any well-formed number that is not shared. Only `trusted_number`
    may forbid one. People decided that the rows `right` (ids) rightly carry their number and the rows `wrong` do not,
    and that the number of a row of `superseded` (`record_id`, `in_force`: ids) was issued again as that of the other
    one: wherever it stands it counts as the number in force. A number on two rows that people told `apart`
    (`record_id_a`, `record_id_b`), or on one that stands `alone` and on another, is shared.
    """
    records = _as_reissued(records, superseded)
    # A number that was issued again is no longer that of the rows of which this was decided.
    holders = records.filter(pl.col("reissued_as").is_null() & ~pl.col("record_id").is_in(wrong.implode()))
    shared = pl.concat([_shared_numbers(holders), _numbers_of_several(holders, apart, alone)])
    doubtful = _doubtful_numbers(records)
    number = pl.col("number")
    is_right, is_wrong = (pl.col("record_id").is_in(rows.implode()) for rows in (right, wrong))
    odd = (
        (number_sex(number) != pl.col("sex")).fill_null(False)
        | (number_birth_year(number) != pl.col("birth_year")).fill_null(False)
        | ~number.str.slice(0, 3).is_in(PROVINCES)
    )
    return (
        records.with_columns(
            pl.when(pl.col("number").is_null())
            .then(pl.lit("none"))
            .when(pl.col("reissued_as").is_not_null())
            .then(pl.lit("superseded"))
            .when(is_right)
            .then(pl.lit("trusted"))
            .when(is_wrong)
            .then(pl.lit("wrong"))
            .when(pl.col("number").is_in(shared.implode()))
            .then(pl.lit("shared"))
            .when(pl.col("number").is_in(doubtful.implode()) | odd)
            .then(pl.lit("doubtful"))
            .otherwise(pl.lit("trusted"))
            .alias("number_status")
        )
        .with_columns(
            pl.when(~pl.col("number_status").is_in(["shared", "wrong"]))
            .then(pl.coalesce("reissued_as", "number"))
            .alias("usable_number"),
            pl.when(pl.col("number_status") == "trusted")
            .then("number")
            .when(pl.col("number_status") == "superseded")
            .then("reissued_as")
            .alias("trusted_number"),
        )
        .drop("reissued_as")
    )


def _as_reissued(records: pl.DataFrame, superseded: pl.DataFrame) -> pl.DataFrame:
    """Records with `reissued_as`, the number in force of a number that was issued again.

    Wherever the old number stands it is that person's, unless people who are plainly different carry it: then only on
    the rows decided about.
    """
    if superseded.is_empty():
        return records.with_columns(reissued_as=pl.lit(None, pl.String))
    numbers = records.select("record_id", "number")
    reissued = (
        superseded.join(numbers, on="record_id")
        .join(numbers, left_on="in_force", right_on="record_id", suffix="_in_force")
        .filter(pl.col("number") != pl.col("number_in_force"))
        .sort("number", "number_in_force")
        .unique("number", keep="first", maintain_order=True)
    )
    next_number = dict(reissued.select("number", "number_in_force").iter_rows())
    in_force = {number: _last(number, next_number) for number in next_number}
    holders = records.filter(pl.col("number").is_in(list(in_force)))
    decided = pl.col("record_id").is_in(superseded["record_id"].implode())
    return records.with_columns(
        pl.when(decided | ~pl.col("number").is_in(_shared_numbers(holders).implode()))
        .then(pl.col("number").replace_strict(in_force, default=None, return_dtype=pl.String))
        .alias("reissued_as")
    )


def _last(number: str, next_number: dict[str, str]) -> str:
    """The number in force after any number of issues; a circle, which the log refuses, ends where it began."""
    seen = {number}
    while (newer := next_number.get(number, number)) not in seen:
        number = newer
        seen.add(number)
    return number


def _numbers_of_several(holders: pl.DataFrame, apart: pl.DataFrame, alone: pl.Series) -> pl.Series:
    """Numbers on rows that people told apart."""
    numbers = holders.drop_nulls("number").select("record_id", "number")
    pairs = apart.join(numbers, left_on="record_id_a", right_on="record_id").join(
        numbers, left_on="record_id_b", right_on="record_id", suffix="_b"
    )
    of_alone = numbers.filter((pl.len().over("number") > 1) & pl.col("record_id").is_in(alone.implode()))
    return pl.concat([pairs.filter(pl.col("number") == pl.col("number_b"))["number"], of_alone["number"]]).unique()


def _shared_numbers(records: pl.DataFrame) -> pl.Series:
    """Numbers on rows of plainly different people.

    They have another name and another birth, or another sex; another given name altogether, as twins, brothers and
    sisters have; a name that is near and a birth on another day of another year with another given name; or a
    generation between them, as a father and the son who has his name.

    Each holder is compared with the first and the last by name, which finds numbers whose holders are not all alike
    without comparing all with all, however many rows a filler number stands on.
    """
    holders = records.lazy().filter(pl.col("number").is_not_null() & pl.col("name_ascii").is_not_null())
    order = ["number", "name_ascii", "birth_year", "sex", "birth_digits"]
    found = []
    for descending in (False, True):
        first = (
            holders.sort(order, descending=descending, nulls_last=True)
            .group_by("number", maintain_order=True)
            .agg(pl.len().alias("rows"), pl.col(_TOLD).first())
            .filter(pl.col("rows") > 1)
        )
        found.append(_of_two_people(holders.join(first, on="number", suffix="_first").collect()))
    return pl.concat(found).unique().sort()


def _of_two_people(pairs: pl.DataFrame) -> pl.Series:
    """The numbers of pairs of rows, `…` and `…_first`, that are plainly two people's."""
    alike = pairs.select(_similarity("name_ascii", "name_ascii_first").alias("alike")).to_series()
    given = [pairs[column].to_list() for column in ("given_ascii", "given_ascii_first")]
    apart = pl.Series(process.cpdist(*given, scorer=OSA.normalized_distance, dtype=np.float64))
    other_birth = pl.coalesce(
        pl.col("birth_digits") != pl.col("birth_digits_first"),
        pl.col("birth_year") != pl.col("birth_year_first"),
    )
    other_sex = pl.col("sex") != pl.col("sex_first")
    other_day = (pl.col("month_day") != pl.col("month_day_first")).fill_null(True)
    years = (pl.col("birth_year") - pl.col("birth_year_first")).abs()
    other_given = (pl.col("given_ascii") != pl.col("given_ascii_first")) | (
        pl.col("name_marked") & pl.col("name_marked_first") & (pl.col("given_key") != pl.col("given_key_first"))
    )
    both_days = pl.col("month_day").is_not_null() & pl.col("month_day_first").is_not_null()
    return pairs.filter(
        ((alike < _PLAINLY_ANOTHER_NAME) & (other_birth.fill_null(False) | other_sex.fill_null(False)))
        | (apart >= _PLAINLY_ANOTHER_GIVEN_NAME)
        | (other_day & (years >= _GENERATION)).fill_null(False)
        | (other_day & both_days & (years > 0) & other_given).fill_null(False)
    ).get_column("number")


def _doubtful_numbers(records: pl.DataFrame) -> pl.Series:
    """Numbers one edit apart on rows with the same name, whole birth date and sex, where no twin is known.

    A name that lost its marks is the same name; two that differ in a mark (Hùng, Hưng) are not.
    """
    twins = pl.col("given_ascii").n_unique().over("household_key", "birth_digits") > 1
    rows = (
        records.with_columns((twins & pl.col("household_key").is_not_null()).alias("twin"))
        .filter(~pl.col("twin") & pl.all_horizontal(pl.col("number", "birth_digits", "sex").is_not_null()))
        .select("name_ascii", "name_key", "name_marked", "birth_digits", "sex", "number")
        .unique()
        .filter(pl.len().over("name_ascii", "birth_digits", "sex") <= _ONE_PERSONS_NUMBERS)
    )
    pairs = rows.join(rows, on=["name_ascii", "birth_digits", "sex"], suffix="_b").filter(
        (pl.col("number") < pl.col("number_b"))
        & ((pl.col("name_key") == pl.col("name_key_b")) | (pl.col("name_marked") != pl.col("name_marked_b")))
    )
    edits = process.cpdist(pairs["number"].to_list(), pairs["number_b"].to_list(), scorer=OSA.distance)
    slips = pairs.filter(pl.Series(np.asarray(edits) == 1, dtype=pl.Boolean))
    return pl.concat([slips["number"], slips["number_b"].alias("number")]).unique().sort()


def _similarity(first: str, second: str) -> pl.Expr:
    def scores(pairs: pl.Series) -> pl.Series:
        texts = pairs.struct.field(first).to_list(), pairs.struct.field(second).to_list()
        return pl.Series(process.cpdist(*texts, scorer=JaroWinkler.similarity, dtype=np.float64))

    return pl.struct(first, second).map_batches(scores, return_dtype=pl.Float64)
