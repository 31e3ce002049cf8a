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


def add_context(records: pl.DataFrame, parcels: pl.DataFrame = _NO_OWNERS) -> pl.DataFrame:
    """Add what comparing needs besides the record itself: a known twin, and numbers that land books mention.

    `records`: placed, standardised, with number status; `parcels`: standardised.
    """
    return add_owner_mentions(add_known_twins(records), parcels)
