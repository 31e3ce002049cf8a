"""Certificates that stand on parcels which have nothing in common.

One certificate may cover several parcels of one owner. The same serial on the parcel of somebody else is a slip of one
of the two books, unless the one parcel became the other.
"""

from typing import Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from pipelines.vietnamese.spelling import ascii_key

_NAMES_AGREE: Final = 85.0
"""RapidFuzz token-set ratio from which two spellings are taken for one owner."""
_MANY: Final = 50
"""A serial with more different owners is no certificate's; their names are not compared one with another."""
_CROWD: Final = 300
"""Parcels of one serial beyond which what two of them have in common is asked of one owner after the other, no more of
all together."""
_PAIR: Final = ["serial", "parcel_id", "other"]


def unrelated(
    parcels: pl.DataFrame, owners: pl.DataFrame, relations: pl.DataFrame, households: pl.DataFrame
) -> pl.Series:
    """The ids of parcels that have nothing in common with most of the other parcels of their certificate.

    In common: an owner (the same number, person, or name, also spelt a little otherwise), a household, or a relation.
    Of a stray among ten parcels of one owner only the stray is told; of two parcels both are. A parcel whose owner
    nobody knows is left out. `parcels`: `parcel_id`, `certificate_key`. `owners`, `relations`: the contract's tables.
    `households`: `citizen_id`, `household_id`.
    """
    held = (
        parcels.select("parcel_id", pl.col("certificate_key").alias("serial"))
        .drop_nulls()
        .join(owners.select("parcel_id").unique(), on="parcel_id")
        .filter(pl.len().over("serial") > 1)
    )
    owned = (
        held.join(owners, on="parcel_id")
        .join(households, on="citizen_id", how="left")
        .with_columns(ascii_key(pl.col("owner_name")).alias("name"))
    )
    marked = pl.concat(
        owned.select("serial", "parcel_id", pl.concat_str(pl.lit(f"{mark} "), mark).alias("mark")).drop_nulls()
        for mark in ("name", "owner_id_no", "citizen_id", "household_id")
    ).unique()
    largest = marked.with_columns((pl.len().over("serial", "mark") - 1).alias("related"))
    suspects = (
        held.with_columns((pl.len().over("serial") - 1).alias("others"))
        .join(largest.group_by("parcel_id").agg(pl.col("related").max()), on="parcel_id", how="left")
        .filter(2 * pl.col("related").fill_null(0) < pl.col("others"))
    )
    few = suspects.filter(pl.col("others") < _CROWD).select("serial", "parcel_id")
    known = _in_common(few, owned, marked, _related(held, relations))
    return (
        suspects.join(known, on="parcel_id", how="left")
        .filter(2 * pl.max_horizontal("related", pl.col("known").fill_null(0)) < pl.col("others"))["parcel_id"]
        .sort()
    )


def _in_common(few: pl.DataFrame, owned: pl.DataFrame, marked: pl.DataFrame, related: pl.DataFrame) -> pl.DataFrame:
    """With how many other parcels of its serial each of a few has anything in common: `parcel_id`, `known`."""
    of = ["serial", "parcel_id"]
    names = _similar(
        owned.join(few.select("serial").unique(), on="serial", how="semi").select("serial", "name").unique()
    )
    same = pl.concat(
        [
            marked.join(few, on=of, how="semi")
            .join(marked, on=["serial", "mark"], suffix="_other")
            .select(*of, other="parcel_id_other"),
            owned.join(few, on=of, how="semi")
            .join(names, on=["serial", "name"])
            .join(owned.select(*of, name_other="name"), on=["serial", "name_other"], suffix="_other")
            .select(*of, other="parcel_id_other"),
            related,
        ]
    )
    return same.filter(pl.col("parcel_id") != pl.col("other")).unique(_PAIR).group_by("parcel_id").len("known")


def _similar(names: pl.DataFrame) -> pl.DataFrame:
    """Pairs of names on one serial that may be one: `serial`, `name`, `name_other`, both ways round."""
    few = names.drop_nulls().filter(pl.len().over("serial") <= _MANY)
    pairs = few.join(few, on="serial", suffix="_other").filter(pl.col("name") < pl.col("name_other"))
    ratio = process.cpdist(pairs["name"].to_list(), pairs["name_other"].to_list(), scorer=fuzz.token_set_ratio)
    close = pairs.filter(pl.Series(np.asarray(ratio) >= _NAMES_AGREE, dtype=pl.Boolean))
    return pl.concat([close, close.select("serial", name="name_other", name_other="name")])


def _related(held: pl.DataFrame, relations: pl.DataFrame) -> pl.DataFrame:
    ends = relations.select(parcel_id="from_parcel_id", other="to_parcel_id")
    both = pl.concat([ends, ends.select(parcel_id="other", other="parcel_id")])
    of_other = held.select(pl.col("parcel_id").alias("other"), "serial")
    return held.join(both, on="parcel_id").join(of_other, on=["serial", "other"]).select(_PAIR)
