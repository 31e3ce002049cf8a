"""Which of several records' values stands in the golden record, field by field, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Field:
    """One golden field. Its `columns` are taken together from one record, which is chosen by its `value`.

    `value` is a text (null: this record has none); `rank` orders kinds of value, the better the higher. Of what
    changes with time, such as an owner, the newest value comes before the one that most records have.
    """

    name: str
    columns: tuple[str, ...]
    value: pl.Expr
    rank: pl.Expr
    newest_first: bool = False


def plain(column: str) -> Field:
    """A field that is one column, of which no kind of value is better than another."""
    return Field(column, (column,), pl.col(column).cast(pl.String), pl.lit(0))


def gathered(
    records: pl.DataFrame, members: pl.DataFrame, ids: pl.DataFrame, standing: str | None = None
) -> pl.DataFrame:
    """Records with their `cluster`, `entity_id` and `fullness`, and which one of each cluster `is_kept`.

    `members`: `record_id`, `cluster`. `ids`: `cluster`, `entity_id`. Kept is the row with the largest `standing` (a
    column), of equal ones the newest (`updated_on`), then the fullest, and last the one with the smallest record id;
    it stands first in its cluster.
    """
    order = [*([standing] if standing else []), "updated_on", "fullness"]
    filled = [column for column in records.columns if records.schema[column] == pl.String]
    # Keys alone are joined and sorted; the records are put in that order once.
    keys = (
        records.select("record_id", *order[:-1], fullness=pl.sum_horizontal(pl.col(filled).is_not_null()))
        .with_row_index("at")
        .join(members, on="record_id")
        .join(ids, on="cluster")
        .sort(
            "cluster",
            *order,
            "record_id",
            descending=[False, *(True for _ in order), False],
            nulls_last=True,
        )
    )
    return records[keys["at"]].hstack(
        keys.select("cluster", "entity_id", "fullness", is_kept=pl.col("cluster").is_first_distinct())
    )


def survive(records: pl.DataFrame, fields: Sequence[Field]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Golden records and their provenance.

    `records` needs `cluster`, `record_id`, `updated_on`, `fullness` (Int: how many values it has) and the fields'
    columns. A value wins by rank, then by the number of records that have it, then by the newest update (the other way
    round for a field that is `newest_first`), then by the fullest record, and last by record id, so that the order of
    records never matters.

    Returns one row a cluster with the fields' columns, and the provenance of every field on which the records of a
    cluster disagreed: `cluster`, `field`, `record_id`, `rule`, `other_values`.
    """
    several = pl.len().over("cluster") > 1
    single = records.filter(~several)
    many = records.filter(several)
    golden = many.select("cluster").unique()
    provenance = []
    for field in fields:
        winners, disputed = _choose(many, field)
        golden = golden.join(winners, on="cluster", how="left")
        provenance.append(disputed)
    columns = ["cluster", *(column for field in fields for column in field.columns)]
    return (
        pl.concat([single.select(columns), golden.select(columns)]).sort("cluster"),
        pl.concat(provenance).sort("cluster", "field"),
    )


def _choose(many: pl.DataFrame, field: Field) -> tuple[pl.DataFrame, pl.DataFrame]:
    votes, newest = "_votes", "updated_on"
    order = [newest, votes] if field.newest_first else [votes, newest]
    held = (
        many.select(
            "cluster",
            "record_id",
            "updated_on",
            "fullness",
            *field.columns,
            field.value.alias("_value"),
            field.rank.cast(pl.Int64).alias("_rank"),
        )
        .drop_nulls("_value")
        .with_columns(pl.len().over("cluster", "_value").alias("_votes"))
        .sort(
            "cluster",
            "_rank",
            *order,
            "fullness",
            "record_id",
            descending=[False, True, True, True, True, False],
            nulls_last=True,
        )
        .with_columns(
            pl.col("_value").first().over("cluster").alias("_kept"),
        )
    )
    winners = held.group_by("cluster", maintain_order=True).agg(pl.col(field.columns).first())
    best = held.group_by("cluster", maintain_order=True).first()
    other = held.filter(pl.col("_value") != pl.col("_kept"))
    runner_up = other.group_by("cluster", maintain_order=True).first()
    values = other.group_by("cluster").agg(pl.col("_value").unique().sort().alias("other_values"))
    decided = {
        votes: pl.when(pl.col("_votes") > pl.col("_votes_next")).then(pl.lit("most_rows")),
        newest: pl.when(pl.col("updated_on").ne_missing(pl.col("updated_on_next"))).then(pl.lit("newest")),
    }
    disputed = (
        best.join(runner_up, on="cluster", suffix="_next")
        .join(values, on="cluster")
        .select(
            "cluster",
            pl.lit(field.name).alias("field"),
            "record_id",
            pl.coalesce(
                pl.when(pl.col("_rank") > pl.col("_rank_next")).then(pl.lit("most_exact")),
                *(decided[by] for by in order),
                pl.when(pl.col("fullness") > pl.col("fullness_next")).then(pl.lit("fullest_row")),
                pl.lit("row_order"),
            ).alias("rule"),
            "other_values",
        )
    )
    return winners, disputed
