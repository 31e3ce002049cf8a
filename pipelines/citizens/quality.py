"""Quality groups of people: 1 usable at once, 2 to be corrected, 3 to be rebuilt, after Plan 515/KH-BCA-BNN&MT.

What is normal is no reason: many who died before 2016 never had a personal number, and who died or moved away belongs
to no household any more.
"""

from typing import Final

import polars as pl

from pipelines.vietnamese.numbers import number_birth_year, number_sex
from pipelines.warehouse.quality import with_quality

_REBUILD = pl.col("full_name").is_null() | (
    pl.col("birth_year").is_null() & pl.col("personal_id").is_null() & pl.col("old_id_no").is_null()
)

REASONS: Final[dict[str, pl.Expr]] = {
    "no_full_name": pl.col("full_name").is_null(),
    "no_personal_id": pl.col("personal_id").is_null() & (pl.col("status") != "dead"),
    "personal_id_digits_lost": pl.col("personal_id").is_null() & pl.col("number_lost"),
    "personal_id_malformed": pl.col("personal_id").is_null() & pl.col("number_malformed"),
    "personal_id_zeros_restored": pl.col("number_restored"),
    "old_id_digits_lost": pl.col("old_id_no").is_null() & pl.col("old_id_lost"),
    "old_id_zero_restored": pl.col("old_id_restored"),
    "personal_id_doubtful": pl.col("personal_id_status") == "doubtful",
    "personal_id_shared": pl.col("personal_id_status") == "shared",
    "personal_id_structure": (number_sex(pl.col("personal_id")) != pl.col("sex"))
    | (number_birth_year(pl.col("personal_id")) != pl.col("birth_year")),
    "birth_date_unknown": pl.col("birth_year").is_null(),
    "birth_date_impossible": pl.col("birth_impossible"),
    "birth_date_placeholder": pl.col("birth_precision") == "placeholder",
    "birth_date_incomplete": pl.col("birth_precision").is_in(["year", "month"]),
    "sex_unknown": pl.col("sex").is_null(),
    "no_household": pl.col("household_id").is_null() & ~pl.col("status").is_in(["dead", "moved"]),
    "name_without_diacritics": ~pl.col("name_marked"),
}
"""Reasons by code; the words stand in `pipelines.reports.labels`."""


def quality(people: pl.DataFrame) -> pl.DataFrame:
    """Add `quality_group` and `quality_reasons` (codes); group 3 is a person of whom too little is known."""
    return with_quality(people, REASONS, _REBUILD)
