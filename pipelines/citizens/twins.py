"""Which people are known to have a twin: another row of their register with their birth date, family, another name."""

import polars as pl


def add_known_twins(records: pl.DataFrame) -> pl.DataFrame:
    """Add `twin_known`: the same old commune has a row of the same household, or of the same two parents, and the
    same whole birth date with another given name.

    A given name that lost its marks is not another one. Two rows of one person with a slip in the given name look
    like twins; that is the cautious side.
    """
    bare = pl.col("given_ascii").n_unique() > 1
    marked = pl.col("given_key").filter(pl.col("name_marked")).n_unique() > 1
    families = (["household_key", "birth_digits"], ["old_commune_code", "father_ascii", "mother_ascii", "birth_digits"])
    twins = records.select("record_id")
    for number, family in enumerate(families):
        known = (
            records.drop_nulls([*family, "given_ascii"])
            .group_by(family)
            .agg((bare | marked).alias(f"twins_{number}"))
            .filter(pl.col(f"twins_{number}"))
        )
        twins = twins.with_columns(
            records.select(family).join(known, on=family, how="left", maintain_order="left")[f"twins_{number}"]
        )
    return records.with_columns(
        twins.select(pl.any_horizontal(pl.all().exclude("record_id")).fill_null(False).alias("twin_known")).to_series()
    )
