"""Registers that name the household only on its first row: the name is carried down to the members."""

from typing import Final

import polars as pl

from pipelines.distinct import each_once
from pipelines.vietnamese.spelling import ascii_key, clean

_CARRIED: Final = ("so_ho_khau", "ho_ten_chu_ho", "noi_thuong_tru", "thon")
_HEAD: Final = ("chu ho", "chu", "ch")
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
    mark = each_once(rows["so_ho_khau"], clean)
    mark = mark.fill_null(each_once(rows["ho_ten_chu_ho"], clean))
    count = mark.count()
    if (
        rows.is_empty()
        or mark[0] is None
        or rows.height - count < _SPARSE * rows.height
        or mark.drop_nulls().n_unique() < _ONCE * count
    ):
        return rows
    torn = pl.Series("line", sorted(rejected_lines), dtype=pl.Int64)
    crossed = torn.search_sorted(rows["source_line"])
    is_head = each_once(rows["quan_he_chu_ho"], lambda text: ascii_key(clean(text))).is_in(_HEAD).fill_null(False)
    group = (mark.is_not_null() | is_head).cum_sum() + (crossed - crossed.shift(1, fill_value=0) > 0).cum_sum()
    return (
        rows.with_columns(group.alias("_household"))
        .with_columns(
            pl.when(each_once(rows[column], clean).is_null() & mark.is_null() & ~is_head)
            .then(pl.col(column).first().over("_household"))
            .otherwise(pl.col(column))
            .alias(column)
            for column in _CARRIED
        )
        .drop("_household")
    )
