"""Buckets of pairs: units of work of about one size, which any machine can do in any order."""

import polars as pl

PAIR_BUDGET = 100_000
"""Pairs of one bucket, at most."""


def with_buckets(pairs: pl.DataFrame, buckets: int, budget: int = PAIR_BUDGET) -> pl.DataFrame:
    """The pairs (`a`, `b`) with `bucket`: all pairs of one first record share one, by the hash of its position.

    A bucket of more pairs than the budget, such as that of a block in which one value is too common, is salted: each
    further budget of its pairs is a bucket of its own, with a number of its own from `buckets` upwards.
    """
    key = (pl.col("a").cast(pl.UInt64).hash(seed=1) % buckets).cast(pl.Int64)
    salt = pl.int_range(pl.len()).over("key") // budget
    return pairs.select("a", "b", key.alias("key")).select("a", "b", (pl.col("key") + buckets * salt).alias("bucket"))
