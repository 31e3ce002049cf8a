"""Linked parcel records → the tables of the warehouse that tell of land."""

import polars as pl

from pipelines.communes import NewCommune
from pipelines.linkage.survivorship import Field, gathered, plain, survive
from pipelines.parcels.owners import linked_owners
from pipelines.parcels.quality import quality
from pipelines.parcels.relations import parcel_relations
from pipelines.vietnamese.map_systems import SYSTEMS
from pipelines.warehouse import schema
from pipelines.warehouse.sources import source_rows

_FIELDS = (
    Field(
        "area_m2",
        ("area_m2", "area_lost"),
        pl.coalesce(pl.col("area_m2").cast(pl.String), pl.when("area_lost").then(pl.lit("?"))),
        pl.col("area_m2").is_not_null(),
    ),
    # Areas of each use tell most, signs of old papers least.
    Field(
        "land_use",
        ("land_use", "land_use_sign", "land_use_unread", "land_use_unknown", "land_use_until"),
        pl.coalesce("land_use_key", pl.when("land_use_unread").then(pl.lit("?"))),
        pl.when(pl.col("land_use").is_null())
        .then(0)
        .when(pl.col("land_use_sign") | pl.col("land_use_unknown"))
        .then(1)
        .when(~pl.col("land_use").list.eval(pl.element().struct.field("area_m2").is_not_null()).list.all())
        .then(2)
        .otherwise(3),
        newest_first=True,
    ),
    # A serial, its number in the book and its date belong together.
    Field(
        "certificate_no",
        ("certificate_no", "certificate_book_no", "certificate_date", "certificate_key", "certificate_malformed"),
        pl.coalesce("certificate_no", "certificate_book_no", pl.col("certificate_date").cast(pl.String)),
        pl.col("certificate_no").is_not_null().cast(pl.Int64)
        + (pl.col("certificate_no").is_not_null() & ~pl.col("certificate_malformed")).cast(pl.Int64),
        newest_first=True,
    ),
    plain("field_name"),
    plain("address"),
    plain("hamlet"),
    plain("note"),
    Field(
        "owner",
        ("owner_name", "owner_id_text", "owner_birth_text", "owner_address"),
        pl.col("owner_name"),
        pl.col("owner_number").is_not_null(),
        newest_first=True,
    ),
)
_COMPLETED = {
    ("certificate_key",): ("certificate_book_no", "certificate_date"),
    ("owner_ascii", "co_owner_ascii"): ("owner_id_text", "owner_birth_text", "owner_address"),
}
_SHEET = ("old_commune_code", "map_system", "old_sheet_no")
_NUMBER = ("old_commune_code", "map_system", "map_scale", "sheet_no", "parcel_no")


def golden_parcels(
    records: pl.DataFrame,
    members: pl.DataFrame,
    ids: pl.DataFrame,
    citizens: pl.DataFrame,
    sheets: pl.DataFrame,
    commune: NewCommune,
    homes: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """The tables `parcels`, `parcel_numbers`, `parcel_owners`, `parcel_relations`, `provenance`, and `parcel_sources`
    without `raw`.

    `records`: placed and standardised. `members`: `record_id`, `cluster`. `ids`: `cluster`, `entity_id`.
    `citizens`: the golden citizens, among whom owners are looked up. `sheets`: the contract's `sheet_map`. `commune`:
    the new one. `homes`: where each citizen's rows say to live.
    """
    ranked = records.with_columns(pl.col("certificate_date").alias("updated_on"), _standing().alias("standing"))
    rows = (
        gathered(ranked, members, ids, "standing")
        .with_columns(pl.col("entity_id").alias("parcel_id"), pl.col("sheet_no").alias("old_sheet_no"))
        .join(sheets.select(*_SHEET, "new_sheet_no"), on=_SHEET, how="left", nulls_equal=True, maintain_order="left")
    )
    survivors, provenance = survive(_completed(rows), _FIELDS)
    kept = rows.filter("is_kept").select("cluster", "parcel_id", "old_sheet_no", "new_sheet_no", *_NUMBER)
    parcels = (
        survivors.join(kept, on="cluster")
        .join(rows.group_by("cluster").agg(pl.len().alias("source_row_count")), on="cluster")
        .sort("cluster")
    )
    numbers = _numbers(rows)
    owners = linked_owners(parcels, citizens, homes)
    relations = parcel_relations(parcels, numbers, owners)
    return {
        "parcels": schema.PARCELS.conform(quality(parcels, rows, owners, relations, citizens, commune)),
        "parcel_numbers": numbers,
        "parcel_owners": schema.PARCEL_OWNERS.conform(owners),
        "parcel_relations": relations,
        "parcel_sources": source_rows(rows, "parcel_id"),
        "provenance": schema.PROVENANCE.conform(
            provenance.join(ids, on="cluster").with_columns(pl.lit("parcels").alias("dataset"))
        ),
    }


def _standing() -> pl.Expr:
    """By which row of a parcel its current number is chosen: one that has a number, on the latest map."""
    drawn = pl.lit(0)
    for place, system in enumerate(SYSTEMS, start=1):
        drawn = pl.when(pl.col("map_system") == system).then(place).otherwise(drawn)
    return pl.when(pl.col("number_key").is_not_null()).then(1 + drawn).otherwise(0)


def _completed(rows: pl.DataFrame) -> pl.DataFrame:
    """What a row leaves out of its certificate or its owners is as another row of the parcel has it, with the same
    serial, or with owners of the same names.
    """
    several = pl.len().over("cluster") > 1
    completed = rows.filter(several).with_columns(
        pl.when(pl.col(same[0]).is_not_null())
        .then(pl.col(column).fill_null(pl.col(column).drop_nulls().first().over("cluster", *same)))
        .otherwise(column)
        .alias(column)
        for same, columns in _COMPLETED.items()
        for column in columns
    )
    return pl.concat([rows.filter(~several), completed])


def _numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """Every number that a parcel stands under, once; the kept row's is the current one."""
    numbered = rows.filter(pl.col("sheet_no").is_not_null() | pl.col("parcel_no").is_not_null() | pl.col("is_kept"))
    return schema.PARCEL_NUMBERS.conform(
        numbered.select(
            "cluster", *_NUMBER, "parcel_id", "old_sheet_no", "new_sheet_no", "record_id", is_current="is_kept"
        )
        .sort("cluster", "is_current", "record_id", descending=[False, True, False])
        .unique(["cluster", *_NUMBER], keep="first", maintain_order=True)
    )
