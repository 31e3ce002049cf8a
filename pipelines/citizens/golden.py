"""Linked citizen records → the tables of the warehouse that tell of people."""

import polars as pl

from pipelines.citizens.quality import quality
from pipelines.communes import NewCommune
from pipelines.linkage.survivorship import Field, gathered, plain, survive
from pipelines.warehouse import schema
from pipelines.warehouse.sources import source_rows

_FIELDS = (
    # A name in full says more than initials, one with its marks more than one that lost them, and one whose given name
    # is a syllable more than a slip.
    Field(
        "full_name",
        ("full_name", "name_marked"),
        pl.col("full_name"),
        pl.sum_horizontal(
            4 * (~pl.col("name_abbreviated")).fill_null(False).cast(pl.Int64),
            2 * pl.col("name_marked").fill_null(False).cast(pl.Int64),
            (~pl.col("given_odd")).fill_null(False).cast(pl.Int64),
        ),
    ),
    Field(
        "birth_date",
        ("birth_date", "birth_precision", "birth_year", "birth_impossible"),
        pl.when(pl.col("birth_year").is_not_null()).then(
            pl.coalesce(pl.col("birth_date").cast(pl.String), pl.col("birth_year").cast(pl.String))
        ),
        # The more exact the better, but nobody is born after the row that says so was written.
        pl.col("birth_precision").replace_strict(
            {"day": 3, "month": 2, "placeholder": 1, "year": 1}, default=0, return_dtype=pl.Int64
        )
        - 10 * (pl.col("birth_year") > pl.col("updated_on").dt.year()).fill_null(False).cast(pl.Int64),
    ),
    plain("sex"),
    Field(
        "personal_id",
        ("number", "number_status", "number_restored"),
        pl.col("number"),
        pl.col("number_status").replace_strict(
            {"trusted": 4, "doubtful": 3, "shared": 2, "superseded": 1}, default=0, return_dtype=pl.Int64
        ),
    ),
    Field("old_id_no", ("old_id_no", "old_id_restored"), pl.col("old_id_no"), ~pl.col("old_id_restored")),
    plain("ethnicity"),
    plain("father_name"),
    plain("mother_name"),
    plain("spouse_name"),
    plain("phone"),
    Field("status", ("status",), pl.col("status"), pl.col("status") != "unknown"),
    plain("note"),
)

_HOME = ("old_commune_code", "hamlet", "address_old")
_RESIDENCE = (
    "household_key",
    "relation_to_head",
    "is_head",
    "address_old",
    "hamlet",
    "old_commune_code",
)
"""Taken together from the row that is kept: the newest one says where a person lives."""


def golden_citizens(
    records: pl.DataFrame, members: pl.DataFrame, ids: pl.DataFrame, commune: NewCommune
) -> dict[str, pl.DataFrame]:
    """The tables `citizens`, `citizens_sensitive`, `households`, `citizen_sources`, `citizen_numbers`, `provenance`,
    `citizen_trust` and `citizen_homes`.

    `records`: placed, standardised, with number status. `members`: `record_id`, `cluster`. `ids`: `cluster`,
    `entity_id`. `provenance` still names entities by `entity_id`; `citizen_trust` (`record_id`, `citizen_id`,
    `trusted_number`) is for the gates, `citizen_homes` (`citizen_id`, `old_commune_code`, `hamlet`, `address_old`:
    where each one's rows say to live) for finding owners of land; neither is published. `citizen_sources` still lacks
    the `raw` cells.
    """
    records = gathered(records, members, ids)
    survivors, provenance = survive(_without_wrong_numbers(records), _FIELDS)
    kept = records.filter("is_kept").select("cluster", "entity_id", *_RESIDENCE)
    over_rows = records.group_by("cluster").agg(
        pl.col("updated_on").max(),
        pl.len().alias("source_row_count"),
        pl.col("number").drop_nulls().unique().sort().alias("numbers"),
        pl.col("number_lost").any(),
        pl.col("number_malformed").any(),
        pl.col("old_id_lost").any(),
    )
    people = (
        survivors.join(kept, on="cluster")
        .join(over_rows, on="cluster")
        .with_columns(
            pl.col("entity_id").alias("citizen_id"),
            pl.col("number").alias("personal_id"),
            pl.col("number_status").replace("superseded", "doubtful").fill_null("none").alias("personal_id_status"),
            pl.col("numbers").list.set_difference(pl.concat_list("number")).list.sort().alias("former_personal_ids"),
            pl.col("birth_precision").fill_null("unknown"),
            pl.col("status").fill_null("unknown"),
            pl.col("household_key").alias("household_id"),
            _address_new(commune).alias("address_new"),
        )
        .pipe(quality)
        .sort("cluster")
    )
    return {
        "citizens": schema.CITIZENS.conform(people),
        "citizens_sensitive": schema.CITIZENS_SENSITIVE.conform(people),
        "households": _households(people),
        "citizen_sources": source_rows(records, "citizen_id"),
        "citizen_numbers": _numbers(records),
        "provenance": schema.PROVENANCE.conform(
            provenance.join(ids, on="cluster").with_columns(pl.lit("citizens").alias("dataset"))
        ),
        "citizen_trust": records.select("record_id", pl.col("entity_id").alias("citizen_id"), "trusted_number"),
        "citizen_homes": records.select(pl.col("entity_id").alias("citizen_id"), *_HOME).unique().sort(pl.all()),
    }


def _without_wrong_numbers(records: pl.DataFrame) -> pl.DataFrame:
    """A number that people called a slip, or somebody else's, is nobody's golden value."""
    return records.with_columns(
        pl.when(pl.col("number_status") != "wrong").then("number").alias("number"),
        pl.col("number_status").replace("wrong", "none"),
    )


def _numbers(records: pl.DataFrame) -> pl.DataFrame:
    """Every personal number that a row brought, and what it is worth."""
    return schema.CITIZEN_NUMBERS.conform(
        records.drop_nulls("number")
        .select("record_id", citizen_id="entity_id", personal_id="number", status="number_status")
        .sort("record_id")
    )


def _address_new(commune: NewCommune) -> pl.Expr:
    """The address since the merger: hamlet, new commune, province; the district is gone."""
    place = f"{commune.kind} {commune.name}, {commune.province[:1].lower()}{commune.province[1:]}"
    return pl.concat_str([pl.col("hamlet"), pl.lit(place)], separator=", ", ignore_nulls=True)


def _households(people: pl.DataFrame) -> pl.DataFrame:
    """One row a household number; its head is the member recorded as such, null when none or several are."""
    heads = pl.col("citizen_id").filter(pl.col("is_head"))
    return schema.HOUSEHOLDS.conform(
        people.drop_nulls("household_id")
        .group_by("household_id")
        .agg(
            pl.when(heads.len() == 1).then(heads.first()).alias("head_citizen_id"),
            pl.col("address_new", "hamlet").sort_by(~pl.col("is_head"), pl.col("cluster")).first(),
            pl.col("old_commune_code").first(),
            pl.len().alias("member_count"),
        )
        .sort("household_id")
    )
