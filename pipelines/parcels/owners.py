"""Owners of parcels, looked up among the citizens by their number.

Only an equal number finds a person here; owners without one stay "no_match", which says that nobody was found, not
that nobody is there. One owner a parcel, as the land book writes it.
"""

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from pipelines.vietnamese.names import name_case, without_title
from pipelines.vietnamese.spelling import ascii_key
from pipelines.warehouse import schema

_NAMES_AGREE = 85.0
"""RapidFuzz token-set ratio from which a number and a name are taken to be one person's."""


def parcel_owners(parcels: pl.DataFrame, citizens: pl.DataFrame) -> pl.DataFrame:
    """The contract's table, from golden parcels with their owner columns and the golden citizens."""
    holders = _holders(citizens)
    several = holders.filter(pl.col("holders") > 1)["number"].unique().implode()
    owners = parcels.filter(pl.col("owner_name").is_not_null()).join(
        holders.filter(holders=1), left_on="owner_id_no", right_on="number", how="left"
    )
    folded = ascii_key(name_case(without_title(pl.col("owner_name"))))
    names = owners.select(folded.alias("owner"), pl.col("citizen_ascii")).fill_null("")
    ratio = process.cpdist(names["owner"].to_list(), names["citizen_ascii"].to_list(), scorer=fuzz.token_set_ratio)
    found = pl.col("citizen_id").is_not_null()
    agree = found & (pl.col("score") >= _NAMES_AGREE)
    return schema.PARCEL_OWNERS.conform(
        owners.with_columns(pl.Series("ratio", np.asarray(ratio), dtype=pl.Float64))
        .with_columns(pl.when(found).then("ratio").alias("score"))
        .with_columns(
            pl.lit(1).alias("owner_no"),
            pl.lit("unknown").alias("owner_kind"),
            pl.when(agree)
            .then(pl.lit("confirmed"))
            .when(found)
            .then(pl.lit("needs_paper"))
            .otherwise(pl.lit("no_match"))
            .alias("status"),
            pl.when(agree)
            .then(pl.lit("Cùng số giấy tờ, tên phù hợp."))
            .when(found)
            .then(pl.lit("Cùng số giấy tờ nhưng tên khác; cần xem giấy tờ."))
            .when(pl.col("owner_id_no").is_null())
            .then(pl.lit("Sổ không ghi số giấy tờ; chưa đối sánh theo tên."))
            .when(pl.col("owner_id_no").is_in(several))
            .then(pl.lit("Nhiều công dân cùng mang số giấy tờ này; cần xem giấy tờ."))
            .otherwise(pl.lit("Không có công dân nào mang số giấy tờ này."))
            .alias("reason"),
        )
        .sort("cluster")
    )


def _holders(citizens: pl.DataFrame) -> pl.DataFrame:
    """Every number that a citizen holds, now or before, 12 digits or 9, and how many citizens hold it.

    Whatever its status: a number that two people hold finds neither of them, one that is doubtful its only holder.
    """
    columns = ("personal_id", "old_id_no")
    sources = [
        *(citizens.select("citizen_id", "full_name", number=column) for column in columns),
        citizens.select("citizen_id", "full_name", number="former_personal_ids").explode("number"),
    ]
    return (
        pl.concat(sources)
        .drop_nulls("number")
        .unique(["citizen_id", "number"])
        .select(
            "citizen_id",
            "number",
            ascii_key(pl.col("full_name")).alias("citizen_ascii"),
            pl.len().over("number").alias("holders"),
        )
    )
