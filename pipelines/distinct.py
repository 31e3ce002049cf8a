"""What is told of a text is worked out once for each different one: registers say the same things over and over."""

from collections.abc import Callable

import polars as pl

TEXT = pl.col("text")
"""The texts of a dictionary."""


def dictionary(*columns: pl.Series) -> pl.DataFrame:
    """The different texts of some columns, as the column `text`, to which what is told of each can be added."""
    return pl.DataFrame({"text": pl.concat([column.unique() for column in columns]).unique()})


def look_up(texts: pl.Series, told: pl.DataFrame) -> pl.DataFrame:
    """What a dictionary that has all of these texts tells of each of them, in their order."""
    found = texts.to_frame("text").join(told, on="text", how="left", nulls_equal=True, maintain_order="left")
    return found.drop("text")


def each_once(texts: pl.Series, read: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """What `read` makes of each text, under the same name."""
    told = dictionary(texts).with_columns(read(TEXT).alias("read"))
    return look_up(texts, told)["read"].alias(texts.name)
