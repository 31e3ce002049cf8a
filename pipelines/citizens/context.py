"""What a record's surroundings say of it, before it is compared with others."""

import polars as pl

from pipelines.citizens.mentions import add_owner_mentions
from pipelines.citizens.twins import add_known_twins

_NO_OWNERS = pl.DataFrame(
    schema={
        "old_commune_code": pl.String,
        "owner_ascii": pl.String,
        "owner_birth_year": pl.Int64,
        "owner_number": pl.String,
    }
)
_LARGEST_HOUSEHOLD = 30
_NAMES_TO_A_PHONE = 4
_LARGEST_SHARE, _FEWEST = 0.02, 50
"""A relative's name on more than this share of the rows, and on so many, is what an office wrote for "unknown": the
commonest full name of a commune is on one row in 250."""

_RELATIVES = {
    f"{who}_ascii": (f"{who}_ascii", f"{who}_key", f"{who}_given") for who in ("father", "mother", "spouse", "head")
}


def add_context(records: pl.DataFrame, parcels: pl.DataFrame = _NO_OWNERS) -> pl.DataFrame:
    """Records as they are compared: with a known twin, with numbers that land books mention, and without values that
    tell nobody apart.

    `records`: placed, standardised, with number status; `parcels`: standardised. A household number of a whole
    village, a telephone of many names, and a name of half the fathers become null here; what is published keeps them.
    """
    return add_owner_mentions(add_known_twins(_telling(records)), parcels)


def _telling(records: pl.DataFrame) -> pl.DataFrame:
    most = max(_FEWEST, _LARGEST_SHARE * records.height)
    limits = {
        "household_key": _LARGEST_HOUSEHOLD,
        "phone": _NAMES_TO_A_PHONE,
        **dict.fromkeys(("head_other", *_RELATIVES), most),
    }
    tells = records.select(
        (pl.col("name_ascii").n_unique().over(column) <= limit).alias(column) for column, limit in limits.items()
    )
    return records.with_columns(
        pl.when(tells[column]).then(part).alias(part) for column in limits for part in _RELATIVES.get(column, (column,))
    )
