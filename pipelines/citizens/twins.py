"""Which people are known to have a twin: another row of their register with their birth date, family, another name."""

import polars as pl

_FAMILIES = (
    ["household_key", "birth_digits"],
    ["old_commune_code", "father_ascii", "birth_digits"],
    ["old_commune_code", "mother_ascii", "birth_digits"],
)


def add_known_twins(records: pl.DataFrame) -> pl.DataFrame:
    """Add `twin_known`: the same old commune has a row of the same household, father or mother, and of the same whole
    birth date, with another name.

    Another name has another given name (one that lost its marks is not another), or middle names of which neither
    holds the other: twins may share their given name (Mai Anh, Tú Anh). Two rows of one person with such a slip look
    like twins; that is the cautious side.
    """
    words = pl.col("middle_ascii").str.extract_all(r"\S+")
    rows = records.select(
        "old_commune_code",
        "household_key",
        "father_ascii",
        "mother_ascii",
        "birth_digits",
        "given_ascii",
        "given_key",
        "name_marked",
        words.alias("middle"),
    )
    known = [
        rows.select(family)
        .join(_with_another_name(rows, family), on=family, how="left", maintain_order="left")
        .select(pl.col("twins").fill_null(False).alias(f"twins_{number}"))
        for number, family in enumerate(_FAMILIES)
    ]
    twins = pl.concat(known, how="horizontal").select(pl.any_horizontal(pl.all())).to_series()
    return records.with_columns(twins.alias("twin_known"))


def _with_another_name(rows: pl.DataFrame, family: list[str]) -> pl.DataFrame:
    """The groups of a family and a date in which two people stand, with `twins` true."""
    first, last = pl.col("middle").sort().first(), pl.col("middle").sort().last()
    return (
        rows.drop_nulls([*family, "given_ascii"])
        .filter(pl.len().over(family) > 1)
        .group_by(family)
        .agg(
            (pl.col("given_ascii").n_unique() > 1).alias("bare"),
            (pl.col("given_key").filter(pl.col("name_marked")).n_unique() > 1).alias("marked"),
            first.alias("first"),
            last.alias("last"),
        )
        .filter(
            pl.col("bare")
            | pl.col("marked")
            | (
                (pl.col("first").list.set_difference("last").list.len() > 0)
                & (pl.col("last").list.set_difference("first").list.len() > 0)
            )
        )
        .select(*family, pl.lit(True).alias("twins"))
    )
