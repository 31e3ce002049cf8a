"""What was found across communes, as the tables of `across.duckdb`."""

import polars as pl

from pipelines.across.cases import people_cases
from pipelines.across.certificates import certificate_cases
from pipelines.across.find import Across
from pipelines.across.residences import residences
from pipelines.across.tables import ACROSS_LINKS, PEOPLE, RESIDENCES, SHARED_CERTIFICATES


def across_tables(found: Across, certificates: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """All tables but the manifest. `certificates`: see `shared_certificates`."""
    records = found.records.with_columns(
        pl.col("new_commune").alias("new_commune_code"), pl.col("number").alias("personal_id")
    )
    id_of = records.select("record_id", "citizen_id", "new_commune")
    lived = residences(records)
    cases = people_cases(found)
    named = pl.concat(
        [
            lived["record_id"],
            cases["record_ids"].explode().alias("record_id"),
            *(found.links[f"record_id_{side}"].alias("record_id") for side in ("a", "b")),
        ]
    ).unique()
    groups = lived.group_by("group").agg(pl.col("citizen_id").min().alias("group_id"))
    links = found.links
    for side in ("a", "b"):
        links = links.join(
            id_of.rename({"record_id": f"record_id_{side}", "citizen_id": f"citizen_id_{side}"}).rename(
                {"new_commune": f"new_commune_{side}"}
            ),
            on=f"record_id_{side}",
        )
    return {
        PEOPLE.name: PEOPLE.conform(records.filter(pl.col("record_id").is_in(named.implode()))),
        RESIDENCES.name: RESIDENCES.conform(
            lived.join(groups, on="group").sort("group_id", "citizen_id")  # ids tell the order that officers see
        ),
        ACROSS_LINKS.name: ACROSS_LINKS.conform(links.sort("citizen_id_a", "citizen_id_b")),
        "cases": pl.concat([cases, certificate_cases(certificates, cases.height)]),
        SHARED_CERTIFICATES.name: SHARED_CERTIFICATES.conform(certificates),
    }
