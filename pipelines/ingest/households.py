"""Registers that name the household only on its first row: the name is carried down to the members."""

from typing import Final

import polars as pl

from pipelines.vietnamese.spelling import ascii_key, clean

_CARRIED: Final = ("so_ho_khau", "ho_ten_chu_ho", "noi_thuong_tru", "thon")
_SPARSE: Final = 0.3
"""Share of rows without any mark of a household from which a register is taken to mark heads alone."""
_ONCE: Final = 0.9
"""Share of the marks that must be different ones: a register that marks heads alone names each household once."""


def carry_down(rows: pl.DataFrame, rejected_lines: list[int]) -> pl.DataFrame:
    """Fill the household's number, head and address on rows below its first one, in the order of the file.

    Only where the register marks heads alone: a good part of its rows has neither a household number nor a head's
    name, the first row has one, and hardly a household is named twice; where numbers are merely missing here and
    there, most are. A row that says of itself that it is a head is never filled, and nothing is
    carried across a rejected line, which may have been the next head. `raw` keeps what stood there.
    """
    mark = pl.coalesce(clean(pl.col("so_ho_khau")), clean(pl.col("ho_ten_chu_ho")))
    marked = mark.is_not_null()
    is_head = ascii_key(clean(pl.col("quan_he_chu_ho"))).is_in(["chu ho", "chu", "ch"]).fill_null(False)
    seen = rows.select(mark.alias("mark"), marked.alias("marked"), is_head.alias("head"))
    count = int(seen["marked"].sum())
    if (
        rows.is_empty()
        or not seen["marked"][0]
        or rows.height - count < _SPARSE * rows.height
        or seen["mark"].drop_nulls().n_unique() < _ONCE * count
    ):
        return rows
    torn = pl.Series("line", sorted(rejected_lines), dtype=pl.Int64)
    crossed = torn.search_sorted(rows["source_line"])
    group = (seen["marked"] | seen["head"]).cum_sum() + (crossed - crossed.shift(1, fill_value=0) > 0).cum_sum()
    return (
        rows.with_columns(group.alias("_household"))
        .with_columns(
            pl.when(clean(pl.col(column)).is_null() & ~marked & ~is_head)
            .then(pl.col(column).first().over("_household"))
            .otherwise(pl.col(column))
            .alias(column)
            for column in _CARRIED
        )
        .drop("_household")
    )
