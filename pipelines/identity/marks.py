"""Marks of rows: by what a row is known again when a correction gave it another `record_id`.

`identifying` is all that tells who a row is about, and one of its marks: as long as a corrected row has it, nothing
changed that a decision could rest on. Ledger and decisions outlive the data that they speak of, so they hold marks as
hashes only. A hash of a number can still be guessed by trying all numbers: the folders are as private as the registers.
"""

import polars as pl

from pipelines.identity.record_ids import content_hash

_DIGITS = 16
"""64 bits: among a million marks the chance that any two collide is 1 in 40 million."""


def hashed(marks: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `trusted_number`, `identifying`, `marks` of rows with all values but the first hashed; those of
    the columns that are there. A mark that a row lacks is null, and left out."""
    texts = [column for column in ("trusted_number", "identifying") if column in marks.columns]
    result = marks.with_columns(_hash(marks[column]).alias(column) for column in texts)
    lists = marks.select("marks").with_row_index("at").explode("marks").drop_nulls("marks")
    grouped = (
        lists.with_columns(_hash(lists["marks"]).alias("marks"))
        .group_by("at", maintain_order=True)
        .agg(pl.col("marks").unique().sort())
    )
    return (
        result.drop("marks")
        .with_row_index("at")
        .join(grouped, on="at", how="left", maintain_order="left")
        .with_columns(pl.col("marks").fill_null([]))
        .select(marks.columns)
    )


def joined(*parts: str | pl.Expr, missing: str | None = None) -> pl.Expr:
    """One text of several values; null when one of them is, unless a text stands for what is missing."""
    texts = [(pl.col(part) if isinstance(part, str) else part).cast(pl.String) for part in parts]
    return pl.concat_str([text if missing is None else text.fill_null(missing) for text in texts], separator="\t")


def _hash(texts: pl.Series) -> pl.Series:
    known = texts.is_not_null()
    result = pl.Series(texts.name, [None] * len(texts), dtype=pl.String)
    return result.scatter(known.arg_true(), content_hash(texts.filter(known)).str.slice(0, _DIGITS))
