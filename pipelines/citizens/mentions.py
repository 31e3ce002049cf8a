"""What the land books know of a person: the number beside the name of an owner."""

import polars as pl


def add_owner_mentions(records: pl.DataFrame, parcels: pl.DataFrame) -> pl.DataFrame:
    """Add `mentioned_number` and `mentioned_old_number`: of owners with this name and birth year in this commune.

    Only where a record lacks that number itself, the owner's year of birth is written, all such owners have one number,
    and no row of this commune with that name and year has it already, who then is the owner: a name alone never finds
    a person. `parcels` are standardised. `known_number` and `known_old_number` are
    the record's own numbers, or else the mentioned ones.
    """
    person = ["old_commune_code", "name_ascii", "birth_year"]
    owners = (
        parcels.lazy()
        .select(
            "old_commune_code",
            pl.col("owner_ascii").alias("name_ascii"),
            pl.col("owner_birth_year").alias("birth_year"),
            pl.col("owner_number").alias("number"),
        )
        .drop_nulls()
        .with_columns((pl.col("number").str.len_chars() == 12).alias("new"))
    )
    holders = [
        records.lazy().select(*person, pl.col(column).alias("number")).drop_nulls()
        for column in ("number", "old_id_no")
    ]
    mentions = owners.group_by(person).agg(
        _only(pl.col("number").filter(pl.col("new"))).alias("mentioned_number"),
        _only(pl.col("number").filter(~pl.col("new"))).alias("mentioned_old_number"),
    )
    for column, held in zip(("mentioned_number", "mentioned_old_number"), holders, strict=True):
        known = held.select(*person, pl.col("number").alias(column)).unique().with_columns(pl.lit(True).alias("known"))
        mentions = (
            mentions.join(known, on=[*person, column], how="left")
            .with_columns(pl.when(pl.col("known").is_null()).then(column).alias(column))
            .drop("known")
        )
    return (
        records.lazy()
        .join(mentions, on=person, how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("number").is_null()).then("mentioned_number").alias("mentioned_number"),
            pl.when(pl.col("old_id_no").is_null()).then("mentioned_old_number").alias("mentioned_old_number"),
        )
        .with_columns(
            pl.coalesce("usable_number", "mentioned_number").alias("known_number"),
            pl.coalesce("old_id_no", "mentioned_old_number").alias("known_old_number"),
        )
        .collect()
    )


def _only(values: pl.Expr) -> pl.Expr:
    """The one value of a group, null when there are several."""
    return pl.when(values.n_unique() == 1).then(values.first())
