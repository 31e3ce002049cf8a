"""Quality groups of parcels: 1 usable at once, 2 to be corrected or completed, 3 to be rebuilt.

The groups are those of Plan 515/KH-BCA-BNN&MT of 31 August 2025 (press: vneconomy): group 2 is what lacks something,
is doubtful, or whose user must first be found among the citizens; group 3 cannot be used as it is. The plan names no
criteria for single parcels, so that these are ours: a parcel is to be rebuilt when it cannot be found on any map (no
sheet or parcel number), when nothing tells whose it is (neither owner nor certificate), or when nothing tells how much
land it is (neither area nor certificate).

What is normal is no reason: several parcels on one certificate, land of the state without certificate, an owner found
among the citizens whose number the book does not have.
"""

from typing import Final

import polars as pl

from pipelines.communes import NewCommune
from pipelines.parcels.shared_certificates import unrelated
from pipelines.vietnamese.names import given_name, surname
from pipelines.warehouse.quality import with_quality

_AREAS_DIFFER: Final = 0.02
"""Share of the larger area from which the rows of one parcel are told to differ."""
_USES_DIFFER: Final = 0.01
_USES_DIFFER_M2: Final = 0.5
"""Share of the area, and square metres, up to which the areas of its uses may miss it: whichever is more."""

_HAS_OWNER: Final = pl.col("owners") > 0
_CERTIFIED: Final = pl.col("certificate_no").is_not_null()
_NO_NUMBER: Final = pl.col("sheet_no").is_null() | pl.col("parcel_no").is_null()
_NO_AREA: Final = pl.col("area_m2").is_null() | (pl.col("area_m2") <= 0)

REASONS: Final[dict[str, pl.Expr]] = {
    "no_number": _NO_NUMBER,
    "no_owner": ~_HAS_OWNER,
    "no_owner_number": pl.col("without_number"),
    "owner_number_zeros_restored": pl.col("number_restored"),
    "owner_number_digits_lost": pl.col("number_lost"),
    "owner_dead": pl.col("owner_dead"),
    "owner_unconfirmed": pl.col("unconfirmed"),
    "no_certificate": ~_CERTIFIED & ~pl.col("is_of_state"),
    "certificate_malformed": pl.col("certificate_malformed"),
    "several_certificates": pl.col("certificates") > 1,
    "certificate_of_unrelated_parcels": pl.col("is_unrelated"),
    "area_not_understood": pl.col("area_lost") & pl.col("area_m2").is_null(),
    "no_area": _NO_AREA,
    "owners_differ": pl.col("owners_differ"),
    "areas_differ": pl.col("largest_area") - pl.col("smallest_area") > _AREAS_DIFFER * pl.col("largest_area"),
    "no_land_use": pl.col("land_use").is_null() & ~pl.col("land_use_unread"),
    "unknown_land_use": pl.col("land_use_unread") | pl.col("land_use_unknown"),
    "land_use_sign": pl.col("land_use_sign"),
    "land_use_of_other_era": pl.col("certificate_date") > pl.col("land_use_until"),
    "land_use_areas_differ": pl.col("uses_differ"),
    "ont_in_ward": pl.col("ont_in_ward"),
}
"""Reasons by code; the words stand in `pipelines.reports.labels`."""

_REBUILD: Final = _NO_NUMBER | (~_HAS_OWNER & ~_CERTIFIED) | (_NO_AREA & ~_CERTIFIED)


def quality(
    parcels: pl.DataFrame,
    records: pl.DataFrame,
    owners: pl.DataFrame,
    relations: pl.DataFrame,
    citizens: pl.DataFrame,
    commune: NewCommune,
) -> pl.DataFrame:
    """Add `quality_group` and `quality_reasons` (codes) to golden parcels.

    `records`: their rows with `cluster`. `owners`: see `linked_owners`. `relations`: the contract's table. `citizens`:
    of the contract's table `citizen_id` and `household_id`. `commune`: the new one.
    """
    stray = unrelated(parcels, owners, relations, citizens.select("citizen_id", "household_id"))
    uses = pl.col("land_use").list.eval(pl.element().struct.field("area_m2"))
    of_uses = uses.list.sum()
    margin = pl.max_horizontal(_USES_DIFFER_M2, _USES_DIFFER * pl.col("area_m2"))
    complete = uses.list.eval(pl.element().is_not_null()).list.all()
    urban = commune.kind.lower() == "phường"
    told = (
        parcels.join(_of_rows(records), on="cluster", how="left")
        .join(_of_owners(owners), on="parcel_id", how="left")
        .with_columns(
            pl.col("owners").fill_null(0),
            pl.col("parcel_id").is_in(stray.implode()).alias("is_unrelated"),
            # Of uses of which one has no area only those can be told that are too large for the parcel.
            pl.when(complete)
            .then((of_uses - pl.col("area_m2")).abs() > margin)
            .otherwise(of_uses - pl.col("area_m2") > margin)
            .alias("uses_differ"),
            (pl.lit(urban) & pl.col("land_use").list.eval(pl.element().struct.field("code") == "ONT").list.any()).alias(
                "ont_in_ward"
            ),
            *(
                pl.col(flag).fill_null(False)
                for flag in ("is_of_state", "land_use_unread", "area_lost", "owners_differ")
            ),
        )
    )
    return told.pipe(with_quality, REASONS, _REBUILD)


def _of_rows(records: pl.DataFrame) -> pl.DataFrame:
    """What the rows of one parcel do not agree on."""
    several = pl.col("certificates_several").any().cast(pl.Int64)
    names = records.select(
        "cluster",
        "owner_ascii",
        "co_owner_ascii",
        surname=surname(pl.col("owner_ascii")),
        given=given_name(pl.col("owner_ascii")),
    ).filter(pl.len().over("cluster") > 1)
    in_other_order = pl.col("owner_ascii").drop_nulls().is_in(pl.col("co_owner_ascii").drop_nulls().implode()).any()
    # Neither surname nor given name in common; husband and wife may be named in either order.
    differ = names.group_by("cluster").agg(
        owners_differ=pl.all_horizontal(pl.col("surname", "given").drop_nulls().n_unique() > 1) & ~in_other_order
    )
    return (
        records.group_by("cluster")
        .agg(
            pl.col("area_m2").min().alias("smallest_area"),
            pl.col("area_m2").max().alias("largest_area"),
            # BD and BĐ with the same digits on one parcel are one certificate, typed without the letter Đ.
            (pl.col("certificate_folded").drop_nulls().n_unique() + several).alias("certificates"),
        )
        .join(differ, on="cluster", how="left")
    )


def _of_owners(owners: pl.DataFrame) -> pl.DataFrame:
    """By parcel, what is to be said of its owners. A confirmed owner has the number that the register has."""
    private = pl.col("owner_kind").is_in(["person", "household"])
    open_ = private & (pl.col("status") != "confirmed")
    return owners.group_by("parcel_id").agg(
        (pl.col("owner_kind") != "unknown").sum().alias("owners"),
        (pl.col("owner_kind") == "state").all().alias("is_of_state"),
        (open_ & pl.col("owner_id_no").is_null()).any().alias("without_number"),
        (open_ & pl.col("owner_number_restored")).any().alias("number_restored"),
        (open_ & pl.col("owner_number_lost")).any().alias("number_lost"),
        open_.any().alias("unconfirmed"),
        pl.col("owner_dead").any(),
    )
