"""One hash of all that was found: equal for equal people and land, whatever their ids."""

import hashlib
from collections.abc import Mapping

import polars as pl

from pipelines.across.tables import ACROSS_LINKS, CASES, PEOPLE, RESIDENCES, SHARED_CERTIFICATES


def logical_hash(tables: Mapping[str, pl.DataFrame]) -> str:
    """The hash over all tables, people and parcels named by the smallest record id among their rows."""
    people = tables[PEOPLE.name]
    rows_of = people.select("citizen_id", "record_id")
    lived = tables[RESIDENCES.name].join(rows_of, on="citizen_id")
    links = tables[ACROSS_LINKS.name]
    for side in ("a", "b"):
        links = links.join(
            rows_of.rename({"record_id": f"record_id_{side}"}), left_on=f"citizen_id_{side}", right_on="citizen_id"
        )
    named = {
        PEOPLE.name: people.drop("citizen_id"),
        RESIDENCES.name: lived.with_columns(pl.col("record_id").min().over("group_id").alias("group")).drop(
            "group_id", "citizen_id"
        ),
        ACROSS_LINKS.name: links.drop("citizen_id_a", "citizen_id_b"),
        CASES.name: tables[CASES.name],
        SHARED_CERTIFICATES.name: tables[SHARED_CERTIFICATES.name].drop("parcel_id"),
    }
    lines = "".join(f"{name}={_hash(table)}\n" for name, table in sorted(named.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _hash(table: pl.DataFrame) -> str:
    lines = sorted(table.select(sorted(table.columns)).write_ndjson().splitlines())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
