"""How right the land tables are, against a known truth. What is measured, and on what, is the caller's."""

from dataclasses import dataclass

import polars as pl

RELATIONS = ("resurveyed_as", "split_into", "joined_into", "overlaps")


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    def __str__(self) -> str:
        return f"{self.part}/{self.whole} ({self.part / self.whole:.4f})" if self.whole else "none"


@dataclass(frozen=True)
class Found:
    """What was found, of which a part is right, and what there was to find."""

    right: int
    found: int
    true: int

    def __str__(self) -> str:
        return f"P {Share(self.right, self.found)} R {Share(self.right, self.true)}"


def found_by_kind(members: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Share]:
    """By `copy_kind` the pairs of rows of one parcel (`person_id`) that stand in one cluster.

    A pair's kind is that of the row which is no original; of two such rows the one that comes first by name.
    """
    rows = members.join(truth, on="record_id")
    pairs = (
        rows.join(rows, on="person_id", suffix="_b")
        .filter(pl.col("record_id") < pl.col("record_id_b"))
        .select(
            kind=pl.min_horizontal(
                pl.when(pl.col(kind) != "original").then(kind) for kind in ("copy_kind", "copy_kind_b")
            ).fill_null("original"),
            found=pl.col("cluster") == pl.col("cluster_b"),
        )
        .group_by("kind")
        .agg(pl.col("found").sum(), pl.len())
        .sort("kind")
    )
    return {kind: Share(found, count) for kind, found, count in pairs.iter_rows()}


def false_merges(members: pl.DataFrame, truth: pl.DataFrame, rows: pl.DataFrame) -> dict[str, int]:
    """How many pairs of rows were put together wrongly, by where the two rows stand."""
    placed = members.join(truth, on="record_id").join(
        rows.select("record_id", "old_commune_code", "map_system"), on="record_id"
    )
    several = placed.filter(pl.len().over("cluster") > 1)
    wrong = several.join(several, on="cluster", suffix="_b").filter(
        (pl.col("record_id") < pl.col("record_id_b")) & (pl.col("person_id") != pl.col("person_id_b"))
    )
    where = (
        pl.when(pl.col("old_commune_code") != pl.col("old_commune_code_b"))
        .then(pl.lit("two communes"))
        .when(pl.col("map_system").ne_missing(pl.col("map_system_b")))
        .then(pl.lit("two map systems"))
        .otherwise(pl.lit("one book"))
    )
    return dict(wrong.select(where.alias("where"))["where"].value_counts(sort=True).rows())


def parcels_of_rows(sources: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """`parcel_id` and the `true_parcel_id` of the row that it kept."""
    kept = sources.filter(outcome="kept").select("record_id", "parcel_id")
    return kept.join(truth.select("record_id", "true_parcel_id"), on="record_id").drop("record_id")


def persons_of_citizens(sources: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """`citizen_id` and the `person_id` of the row that it kept."""
    kept = sources.filter(outcome="kept").select("source_file", "source_row", "citizen_id")
    return kept.join(truth, on=["source_file", "source_row"]).select("citizen_id", "person_id")


def relations_by_kind(found: pl.DataFrame, true: pl.DataFrame, parcels: pl.DataFrame) -> dict[str, Found]:
    """Of each kind of relation, and of all with no look at kind, how many were found (`parcels`: `parcels_of_rows`)."""
    ends = ("from_parcel_id", "to_parcel_id")
    named = found
    for end in ends:
        named = named.join(
            parcels.select(pl.col("parcel_id").alias(end), pl.col("true_parcel_id").alias(f"{end}_true")), on=end
        )
    named = named.select(*(pl.col(f"{end}_true").alias(end) for end in ends), "kind").unique()
    by_kind = {kind: (named.filter(kind=kind), true.filter(kind=kind)) for kind in RELATIONS}
    either_way = [relations.select(pl.concat_list(ends).list.sort()).unique() for relations in (named, true)]
    return {
        kind: Found(ours.join(theirs, on=ours.columns, how="semi").height, ours.height, theirs.height)
        for kind, (ours, theirs) in {**by_kind, "of any kind": (either_way[0], either_way[1])}.items()
    }


def owners_confirmed(owners: pl.DataFrame, truth: pl.DataFrame, persons: pl.DataFrame) -> dict[str, Share]:
    """`right`: of the owners confirmed, those who are the person whom a row of the parcel has at that place.
    `linkable`: of the owners who stand in the registers, those who are confirmed rightly.

    `owners`: the contract's table. `truth`: `parcel_id`, `owner_no`, `person_id` of rows. `persons`: see
    `persons_of_citizens`.
    """
    places = ["parcel_id", "owner_no", "person_id"]
    told = truth.drop_nulls("person_id").with_columns(pl.col("owner_no").cast(pl.Int64)).unique(places)
    confirmed = (
        owners.filter(status="confirmed").join(persons, on="citizen_id").with_columns(pl.col("owner_no").cast(pl.Int64))
    )
    right = confirmed.join(told, on=places, how="semi")
    linkable = told.join(persons, on="person_id", how="semi").unique(["parcel_id", "person_id"])
    return {
        "confirmed right": Share(right.height, confirmed.height),
        "linkable found": Share(right.unique(["parcel_id", "person_id"]).height, linkable.height),
    }
