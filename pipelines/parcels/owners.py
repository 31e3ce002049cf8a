"""Owners of parcels, looked up among the citizens.

For every owner the citizens who may be it are weighed against each other and against somebody who stands in no
register. How many owners stand in none is not known beforehand: it is what the data themselves make likeliest (one
parameter, by expectation and maximisation), apart for those whom the book tells to be dead, who were often struck out.

An owner is confirmed when that is as good as certain, something besides the name speaks for it, and nothing plainly
against it. Someone else's number, a number that two hold, namesakes, and land of a dead person's heirs need a paper.
An owner recorded as dead is the right person all the same, and confirmed; `owner_dead` tells.

What does not belong here: what evidence there is and what it weighs (`owner_evidence`).
"""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import polars as pl

from pipelines.parcels import owner_evidence
from pipelines.parcels.owner_evidence import BIT, NEAR_NAMES
from pipelines.parcels.owner_names import split_owners
from pipelines.warehouse import schema

_SURE: Final = 0.95
"""Probability from which an owner is confirmed; the mean of those confirmed is far above it."""
_SURE_IN_COMMUNE: Final = 0.99
"""The same where only name, year and old commune speak for it."""
_LIKELY: Final = 0.5
"""Probability from which a paper is asked for: that of the likeliest citizen, or of several together."""
_WORTH_A_LOOK: Final = 0.02

_ROUNDS: Final = 10
_START: Final = 0.9
_WORTH: Final = 10
"""What is taken for the share of owners who stand in a register before any is seen, and how many owners it is worth."""
_MILLION: Final = 1_000_000
_SCALE: Final = 40

_WORDS: Final = {
    "number": {
        "equal": "cùng số giấy tờ",
        "on_other_parcel": "cùng số giấy tờ ghi ở thửa khác của chủ này",
        "one_edit": "số giấy tờ lệch một ký tự",
        "other": "số định danh khác",
        "other_old": "số CMND khác",
    },
    "name": {
        "equal": "cùng họ tên",
        "marks_lost": "cùng họ tên nếu bỏ dấu",
        "marks_differ": "họ tên chỉ khác dấu",
        "abbreviated": "họ tên viết tắt",
        "part_left_out": "họ tên thiếu chữ đệm",
        "one_letter": "họ tên lệch một chữ cái",
        "given_and_surname": "chữ đệm khác",
        "other": "tên khác",
    },
    "year": {
        "equal": "cùng năm sinh",
        "near": "năm sinh lệch một năm",
        "decade": "năm sinh lệch mười năm",
        "other": "năm sinh khác",
    },
    "sex": {"other": "giới tính khác"},
    "place": {"address": "cùng địa chỉ", "hamlet": "cùng thôn", "commune": "cùng xã cũ", "other": "khác xã cũ"},
    "kin": {"spouse": "đồng chủ là vợ hoặc chồng", "household": "đồng chủ ở cùng hộ"},
}
"""What the levels of the evidence are called in a reason, in the order in which they are told."""


def parcel_owners(parcels: pl.DataFrame, citizens: pl.DataFrame) -> pl.DataFrame:
    """The contract's table; see `linked_owners`."""
    return schema.PARCEL_OWNERS.conform(linked_owners(parcels, citizens))


def linked_owners(parcels: pl.DataFrame, citizens: pl.DataFrame, homes: pl.DataFrame | None = None) -> pl.DataFrame:
    """The contract's columns of every owner, and those from which the quality of a parcel is told.

    `parcels`: golden parcels with `parcel_id`, `old_commune_code`, `certificate_no` and the owner's cells as the book
    has them (`owner_name`, `owner_id_text`, `owner_birth_text`, `owner_address`); the owners come in their order.
    `citizens`: the contract's table. `homes`: where the rows of each citizen say to live (`citizen_id`,
    `old_commune_code`, `hamlet`, `address_old`), since a land book keeps the address of its day; without it only where
    each lives now.

    `score` is the probability that the owner is this citizen, or of several the likeliest one; null where nobody is
    found. Further columns: `owner_role`, `owner_number`, `owner_number_restored`, `owner_number_lost` (see
    `split_owners`), and `owner_dead`: by the book, or by the register of the citizen found.
    """
    persons = owner_evidence.people(citizens)
    split = _split(parcels)
    owners = owner_evidence.with_keys(split, persons)
    private = owners.filter(pl.col("owner_kind").is_in(["person", "household"]))
    former = owner_evidence.former_homes(citizens if homes is None else homes, persons)
    pairs = owner_evidence.weighed(owner_evidence.candidates(private, persons), owners, persons, former)
    best = _believed(pairs, private, persons.height)
    linked = (
        owners.join(best, on="at", how="left", maintain_order="left")
        .join(persons.select("who", pl.col("citizen_id").alias("found")), on="who", how="left", maintain_order="left")
        .with_columns(_status().alias("status"))
        .pipe(_once_a_parcel)
        .with_columns(pl.when(pl.col("status") != "no_match").then("found").alias("citizen_id"))
    )
    return linked.with_columns(
        pl.when(pl.col("status") != "no_match").then(pl.col("probability").round(4)).alias("score"),
        _reason().alias("reason"),
        (pl.col("is_mourned") | (pl.col("dead") & pl.col("citizen_id").is_not_null()))
        .fill_null(False)
        .alias("owner_dead"),
    ).select(
        *schema.PARCEL_OWNERS.polars_schema,
        *("owner_role", "owner_number", "owner_number_restored", "owner_number_lost", "owner_dead"),
    )


def _split(parcels: pl.DataFrame) -> pl.DataFrame:
    cells = parcels.select(
        pl.col("parcel_id").alias("record_id"), "owner_name", "owner_id_text", "owner_birth_text", "owner_address"
    )
    owners = split_owners(cells).rename({"record_id": "parcel_id"})
    places = parcels.with_row_index("place").select("place", "parcel_id", "old_commune_code", "certificate_no")
    return owners.join(places, on="parcel_id").sort("place", "owner_no").drop("place")


def _believed(pairs: Iterable[pl.DataFrame], owners: pl.DataFrame, citizens: int) -> pl.DataFrame:
    """Of each owner the likeliest citizen with its levels, `probability` that it is the owner, and `together` that one
    of all is; `likely` how many are worth a look, `holders` how many hold the number, and `held_by_other`: none of
    these is the likeliest.

    Before anything is compared each citizen is as likely as the next. The likeliest of equally likely ones is not
    named: chance would say who.
    """
    prior = round(float(np.log2(max(citizens, 1))) * BIT)
    slices = [_weighed_up(part, prior) for part in pairs]
    best = pl.concat(best for _, best in slices).join(owners.select("at", "is_mourned"), on="at", maintain_order="left")
    best = best.with_columns((2.0 ** (_SCALE - pl.col("top") / BIT)).alias("absent"))
    odds = pl.concat(odds for odds, _ in slices)
    odds = odds.join(best.select("at", "all", "absent", "is_mourned"), on="at", maintain_order="left")
    whole = pl.col("all") + _nobody(_registered(odds, owners))
    likely = (
        odds.filter(pl.col("odds") / whole > _WORTH_A_LOOK).group_by("at").agg(pl.col("pairs").sum().alias("likely"))
    )
    only = (pl.col("probability") > _LIKELY) | (_HOLDS & (pl.col("holders") == 1))
    return (
        best.join(likely, on="at", how="left", maintain_order="left")
        .with_columns(
            (pl.col("odds") / whole).alias("probability"),
            (pl.col("all") / whole).alias("together"),
            pl.col("likely").fill_null(0),
        )
        .with_columns(
            pl.when(only).then("who").alias("who"), ((pl.col("holders") > 0) & ~_HOLDS).alias("held_by_other")
        )
        .drop("is_mourned")
    )


_HOLDS: Final = (pl.col("number") == "equal").fill_null(False)


def _weighed_up(pairs: pl.DataFrame, prior: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """For each owner the different `odds` of the citizens that count in millionths, and of how many `pairs`; and the
    likeliest citizen."""
    top = pl.max_horizontal(pl.col("weight").max().over("at") - prior, 0)
    weighed = pairs.with_columns(top.alias("top")).with_columns(
        _power(pl.col("weight") - prior - pl.col("top")).alias("odds")
    )
    whole = weighed.group_by("at").agg(
        pl.col("odds").max().alias("most"), pl.col("odds").sum().alias("all"), _HOLDS.sum().alias("holders")
    )
    weighed = weighed.join(whole, on="at")
    best = (
        weighed.filter(pl.col("odds") == pl.col("most"))
        .sort("at", ~_HOLDS, "who")
        .unique("at", keep="first", maintain_order=True)
    )
    counts = 2 * _MILLION * pl.col("odds") >= pl.col("all")
    odds = weighed.filter(counts).group_by("at", "odds").agg(pl.len().alias("pairs"))
    return odds, best


def _registered(odds: pl.DataFrame, owners: pl.DataFrame) -> dict[bool, float]:
    """How likely owners that the book tells to be dead, and others, are to stand in a register at all."""
    counts = dict(owners["is_mourned"].value_counts().iter_rows())
    stands = dict.fromkeys((False, True), _START)
    for _ in range(_ROUNDS):
        probability = pl.col("odds") / (pl.col("all") + _nobody(stands))
        millionths = (pl.col("pairs") * (probability * _MILLION).round().cast(pl.Int64)).sum()
        found = dict(odds.group_by("is_mourned").agg(millionths).iter_rows())
        stands = {
            mourned: (found.get(mourned, 0) / _MILLION + _START * _WORTH) / (counts.get(mourned, 0) + _WORTH)
            for mourned in stands
        }
    return stands


def _nobody(stands: Mapping[bool, float]) -> pl.Expr:
    """The odds that an owner stands in no register, on the scale of `_power`."""
    dead, others = ((1 - stands[mourned]) / stands[mourned] for mourned in (True, False))
    return pl.when("is_mourned").then(dead).otherwise(others) * pl.col("absent")


def _power(weight: pl.Expr) -> pl.Expr:
    """2 to the power of so many thousandths of a bit, none above 0, as whole numbers that add up exactly."""
    return (2.0 ** (weight / BIT + _SCALE)).round().cast(pl.Int64)


def _is(field: str, *levels: str) -> pl.Expr:
    return pl.col(field).is_in(levels).fill_null(False)


def _status() -> pl.Expr:
    by_number, at_home = _is("number", "equal", "on_other_parcel"), _is("place", "address", "hamlet")
    same_year, slipped = _is("year", "equal"), _is("year", "near", "decade")
    other_year, other_sex = _is("year", "other"), _is("sex", "other")
    more_than_a_name = (
        by_number
        | _is("kin", "spouse", "household")
        | (at_home & ~other_year)
        | (_is("number", "one_edit") & (same_year | slipped))
        # An old commune holds some ten thousand people: with it name and year must be all but unique.
        | (same_year & _is("place", "commune") & (pl.col("probability") >= _SURE_IN_COMMUNE))
    )
    # One slip beside an equal number is a slip; without it neither year, nor sex, nor number may be another.
    against = (other_year & other_sex) | (~by_number & (other_year | other_sex | _is("number", "other", "other_old")))
    against |= (pl.col("holders") > 1) | pl.col("held_by_other") | _is("owner_role", "heirs_of")
    sure = (pl.col("probability") >= _SURE) & _is("name", *NEAR_NAMES) & more_than_a_name & ~against
    return (
        pl.when(pl.col("probability").is_null())
        .then(pl.lit("no_match"))
        .when(sure)
        .then(pl.lit("confirmed"))
        .when((pl.col("together") > _LIKELY) | (pl.col("holders") > 0))
        .then(pl.lit("needs_paper"))
        .otherwise(pl.lit("no_match"))
    )


def _once_a_parcel(owners: pl.DataFrame) -> pl.DataFrame:
    """Nobody is two owners of one parcel: the likelier one stays confirmed, equal ones neither."""
    place, confirmed = ["parcel_id", "found"], pl.col("status") == "confirmed"
    twice = (
        owners.filter(confirmed)
        .filter(pl.len().over(place) > 1)
        .filter(pl.col("probability").rank("max", descending=True).over(place) > 1)
        .select("at", pl.lit(True).alias("twice"))
    )
    return owners.join(twice, on="at", how="left", maintain_order="left").with_columns(
        pl.when("twice").then(pl.lit("needs_paper")).otherwise("status").alias("status")
    )


def _reason() -> pl.Expr:
    evidence = pl.concat_str(
        *(pl.col(field).replace_strict(words, default=None, return_dtype=pl.String) for field, words in _WORDS.items()),
        separator=", ",
        ignore_nulls=True,
    )
    sentence = evidence.str.slice(0, 1).str.to_uppercase() + evidence.str.slice(1)
    dead = pl.when(pl.col("dead") | pl.col("is_mourned")).then(pl.lit("; người này đã chết")).otherwise(pl.lit(""))
    paper = sentence + dead + "; cần xem giấy tờ."
    return (
        pl.when(pl.col("status") == "confirmed")
        .then(sentence + dead + ".")
        .when(pl.col("owner_kind") == "organisation")
        .then(pl.lit("Tổ chức, không phải cá nhân."))
        .when(pl.col("owner_kind") == "state")
        .then(pl.lit("Đất do Nhà nước quản lý, không phải của cá nhân."))
        .when(pl.col("owner_kind") == "unknown")
        .then(pl.lit("Sổ không cho biết chủ là ai."))
        .when((pl.col("status") == "no_match") & pl.col("owner_number").is_not_null())
        .then(pl.lit("Không có công dân nào mang số giấy tờ này, hoặc hợp về tên và năm sinh."))
        .when(pl.col("status") == "no_match")
        .then(pl.lit("Sổ không ghi số giấy tờ; không có công dân nào đủ phù hợp."))
        .when(pl.col("twice"))
        .then(pl.lit("Hai chủ của thửa này cùng hợp với một công dân; cần xem giấy tờ."))
        .when(pl.col("holders") > 1)
        .then(pl.lit("Nhiều công dân cùng mang số giấy tờ này; cần xem giấy tờ."))
        .when(pl.col("citizen_id").is_null())
        .then(pl.format("Có {} công dân phù hợp gần như nhau; cần xem giấy tờ.", pl.max_horizontal("likely", 2)))
        .when(pl.col("owner_role") == "heirs_of")
        .then(pl.lit("Đất của những người thừa kế; người để lại là công dân này; cần giấy tờ thừa kế."))
        .when(pl.col("held_by_other"))
        .then(sentence + ", nhưng số giấy tờ là của công dân khác; cần xem giấy tờ.")
        .otherwise(paper)
    )
