"""Linked parcel records → the tables of the warehouse that tell of land."""

import polars as pl

from pipelines.linkage.survivorship import Field, gathered, plain, survive
from pipelines.parcels.owners import parcel_owners
from pipelines.warehouse import schema
from pipelines.warehouse.quality import with_quality
from pipelines.warehouse.sources import source_rows

_FIELDS = (
    Field("area_m2", ("area_m2", "area_lost"), pl.col("area_m2").cast(pl.String), pl.lit(0)),
    Field("land_use", ("land_use",), pl.col("land_use_key"), pl.lit(0)),
    plain("certificate_no"),
    plain("certificate_book_no"),
    plain("certificate_date"),
    plain("field_name"),
    plain("address"),
    plain("hamlet"),
    plain("note"),
    Field(
        "owner",
        (
            *("owner_name", "owner_id_no", "owner_birth_year", "owner_address"),
            *("owner_number_restored", "owner_number_lost"),
        ),
        pl.col("owner_name"),
        pl.col("owner_number").is_not_null(),
    ),
)
_SHEET = ("old_commune_code", "map_system", "old_sheet_no")
_NUMBER = ("old_commune_code", "map_system", "map_scale", "sheet_no", "parcel_no")

_REASONS: dict[str, pl.Expr] = {
    "no_number": pl.col("sheet_no").is_null() | pl.col("parcel_no").is_null(),
    "no_owner": pl.col("owner_name").is_null(),
    "no_owner_number": pl.col("owner_name").is_not_null() & pl.col("owner_id_no").is_null(),
    "no_certificate": pl.col("certificate_no").is_null(),
    "owner_number_zeros_restored": pl.col("owner_number_restored"),
    "owner_number_digits_lost": pl.col("owner_number_lost"),
    "area_not_understood": pl.col("area_lost"),
    "no_area": pl.col("area_m2").is_null() | (pl.col("area_m2") <= 0),
    "unknown_land_use": pl.col("land_use").is_null() | (pl.col("land_use").list.len() == 0),
}


def golden_parcels(
    records: pl.DataFrame,
    members: pl.DataFrame,
    ids: pl.DataFrame,
    citizens: pl.DataFrame,
    sheets: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """The tables `parcels`, `parcel_numbers`, `parcel_owners`, `provenance`, and `parcel_sources` without `raw`.

    `records`: placed and standardised. `members`: `record_id`, `cluster`. `ids`: `cluster`, `entity_id`.
    `citizens`: the golden citizens, among whom owners are looked up. `sheets`: the contract's `sheet_map`.
    """
    dated = records.with_columns(pl.col("certificate_date").alias("updated_on"))
    records = (
        gathered(dated, members, ids)
        .with_columns(pl.col("entity_id").alias("parcel_id"), pl.col("sheet_no").alias("old_sheet_no"))
        .join(sheets.select(*_SHEET, "new_sheet_no"), on=_SHEET, how="left", nulls_equal=True, maintain_order="left")
    )
    survivors, provenance = survive(records, _FIELDS)
    kept = records.filter("is_kept").select("cluster", "parcel_id", "old_sheet_no", "new_sheet_no", *_NUMBER)
    parcels = (
        survivors.join(kept, on="cluster")
        .join(records.group_by("cluster").agg(pl.len().alias("source_row_count")), on="cluster")
        .pipe(with_quality, _REASONS, _REASONS["no_number"])
        .sort("cluster")
    )
    return {
        "parcels": schema.PARCELS.conform(parcels),
        "parcel_numbers": _numbers(records),
        "parcel_owners": parcel_owners(parcels, citizens),
        "parcel_sources": source_rows(records, "parcel_id"),
        "provenance": schema.PROVENANCE.conform(
            provenance.join(ids, on="cluster").with_columns(pl.lit("parcels").alias("dataset"))
        ),
    }


def _numbers(records: pl.DataFrame) -> pl.DataFrame:
    """Every number that a parcel stands under, once; the kept row's is the current one."""
    return schema.PARCEL_NUMBERS.conform(
        records.sort("cluster", "is_kept", "record_id", descending=[False, True, False])
        .group_by("cluster", *_NUMBER, maintain_order=True)
        .first()
        .with_columns(pl.col("is_kept").alias("is_current"))
        .sort("cluster", "is_current", "record_id", descending=[False, True, False])
    )
