"""How the people and parcels of a publication are spread over the values of a field, beside the last publication.

Counts only: the table holds no value that names anybody. What does not belong here: how far a distribution may shift
(`expectations.shift`), and which entities changed (`changes`).

The distance of two distributions is the total variation distance: half the sum of the differences of all shares, that
is the part of the people who would need another value for both to be equal (Levin, Peres: Markov Chains and Mixing
Times, ch. 4). Credit scoring uses the population stability index instead (Siddiqi 2006: 0.1 is a shift), which has no
bound where a value is new or gone, and which no officer can read. Since it is at least four times the square of the
distance (Pinsker), a distance of 0.16 is as far as its 0.1 can mean.

With few people chance alone moves shares, as Yurdakul and Naranjo show for the index (Journal of Risk Model Validation
14(4), 2020). Were both publications samples of n and m from one population, the distance would be at most half the sum
of sqrt(p(1 - p)(1/n + 1/m)) over all values in the mean (Jensen), and only once in a hundred times more than
sqrt(ln(100)/2 (1/n + 1/m)) above that (McDiarmid 1989). Publications share most of their people, so that chance does
less than this in truth.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from pipelines.parcels.context import use_family
from pipelines.warehouse.changes import read_tables
from pipelines.warehouse.quoting import Sql, fill
from pipelines.warehouse.schema import CITIZENS, PARCEL_OWNERS, PARCELS, Table

DISTRIBUTION: Final = "distribution"
"""A staging table that is never published."""
SCHEMA: Final = pl.Schema(
    {"dataset": pl.String(), "field": pl.String(), "value": pl.String(), "earlier": pl.Int64(), "present": pl.Int64()}
)

_AREAS: Final = (50, 100, 200, 300, 500, 1000, 2000, 5000)
_AREA_BAND: Final = pl.coalesce(
    *(pl.when(pl.col("area_m2") < high).then(pl.lit(f"{low}-{high}")) for low, high in pairwise((0, *_AREAS))),
    pl.when(pl.col("area_m2").is_not_null()).then(pl.lit(f"{_AREAS[-1]}-")),
)


class Field(NamedTuple):
    """A field whose values are counted: its name, the table, and the value of a row (null: none)."""

    name: str
    table: Table
    value: pl.Expr


def _is(name: str, table: Table) -> Field:
    return Field(name, table, pl.col(name))


def _given(name: str, table: Table) -> Field:
    """Whether a column has a value at all."""
    given = pl.when(pl.col(name).is_not_null() & (pl.col(name) != "")).then(pl.lit("given"))
    return Field(f"{name}_given", table, given)


FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "citizens": (
        *(_is(name, CITIZENS) for name in ("sex", "birth_precision", "personal_id_status", "status")),
        *(_is(name, CITIZENS) for name in ("old_commune_code", "quality_group")),
        Field("birth_decade", CITIZENS, pl.col("birth_year") // 10 * 10),
        *(_given(name, CITIZENS) for name in ("household_id", "phone", "hamlet")),
    ),
    "parcels": (
        *(_is(name, PARCELS) for name in ("map_system", "old_commune_code", "quality_group")),
        Field("land_use", PARCELS, use_family(pl.col("land_use"))),
        Field("area", PARCELS, _AREA_BAND),
        _given("certificate_no", PARCELS),
        Field("owner_kind", PARCEL_OWNERS, pl.col("owner_kind")),
        Field("owner_status", PARCEL_OWNERS, pl.col("status")),
    ),
}
"""By data set; those of owners count owners, all others people or parcels."""


def distribution(earlier: Path | None, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """For each field and value (empty: none): how many there are now, and were in the published file `earlier`.

    `earlier` is null where there was no publication, or one of an older program that did not have the field. Raises
    UnusableInput when the file cannot be read as a warehouse.
    """
    fields = [(dataset, field) for dataset, several in FIELDS.items() for field in several]
    then = {} if earlier is None else _read(earlier, [field for _, field in fields])
    counted = [
        _beside(_counts(field, tables), _counts(field, then)).with_columns(
            dataset=pl.lit(dataset), field=pl.lit(field.name)
        )
        for dataset, field in fields
    ]
    return pl.concat(frame.select(SCHEMA.names()) for frame in counted).sort("dataset", "field", "value")


def shifts(table: Sql) -> Sql:
    """SQL over a table of SCHEMA: for each `dataset` and `field` how many there are (`earlier`, `present`), the
    `distance` of both distributions, and what `chance` alone may make of it; null where there is nothing to compare."""
    return fill(
        """
        SELECT
            dataset, field, sum(earlier) AS earlier, sum(present) AS present, sum(abs(now - before)) / 2 AS distance,
            sum(sqrt(pooled * (1 - pooled) * scarce)) / 2 + sqrt(ln(100) / 2 * any_value(scarce)) AS chance
        FROM (
            SELECT
                dataset, field, earlier, present, present / m AS now, earlier / n AS before,
                (present + earlier) / (m + n) AS pooled, 1 / m + 1 / n AS scarce
            FROM (
                SELECT
                    *, nullif(sum(present) OVER of_field, 0) AS m, nullif(sum(earlier) OVER of_field, 0) AS n
                FROM {table} WINDOW of_field AS (PARTITION BY dataset, field)
            ) AS counted
        ) AS shares
        GROUP BY dataset, field""",
        table=table,
    )


def _read(earlier: Path, fields: list[Field]) -> dict[str, pl.DataFrame]:
    tables = {field.table.name: field.table for field in fields}
    columns: dict[str, dict[str, None]] = {name: {} for name in tables}
    for field in fields:
        columns[field.table.name] |= dict.fromkeys(field.value.meta.root_names())
    return read_tables(earlier, [(table, list(columns[name])) for name, table in tables.items()])


def _counts(field: Field, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """How many rows have each value (`value`, `rows`); no column at all when there is no such table or field."""
    frame = tables.get(field.table.name, pl.DataFrame())
    if not set(field.value.meta.root_names()) <= set(frame.columns):
        return pl.DataFrame()
    value = field.value.cast(pl.String).fill_null("").alias("value")
    return frame.select(value).group_by("value").agg(pl.len().cast(pl.Int64).alias("rows"))


def _beside(present: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """`value`, `present`, `earlier`; a value that only one side has stands zero times on the other."""
    now = present.rename({"rows": "present"})
    if not earlier.columns:
        return now.with_columns(earlier=pl.lit(None, pl.Int64))
    then = earlier.rename({"rows": "earlier"})
    return now.join(then, on="value", how="full", coalesce=True).with_columns(pl.col("present", "earlier").fill_null(0))
