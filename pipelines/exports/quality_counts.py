"""How many people and parcels are in each of the plan's three groups, by old commune and hamlet, and by reason."""

from typing import Final

import duckdb
import polars as pl

from pipelines.exports.about import About
from pipelines.exports.layout import Column, Table
from pipelines.reports.labels import DATASETS, QUALITY_GROUPS, QUALITY_REASONS
from pipelines.reports.quality_facts import quality_by_hamlet
from pipelines.warehouse.reading import new_connection, shut

_ENTITIES: Final = """
SELECT 'citizens' AS dataset, quality_group, quality_reasons FROM citizens
UNION ALL SELECT 'parcels', quality_group, quality_reasons FROM parcels
"""
_BY_PLACE: Final = """
SELECT dataset, old_code AS old_commune_code, hamlet, grouping(old_code, hamlet) AS level,
    sum(group_1)::BIGINT AS group_1, sum(group_2)::BIGINT AS group_2, sum(group_3)::BIGINT AS group_3,
    sum(rows)::BIGINT AS entities
FROM places GROUP BY ROLLUP (dataset, old_code, hamlet) HAVING grouping(dataset) = 0
ORDER BY dataset, level = 3 DESC, old_commune_code, level DESC, hamlet NULLS LAST
"""
"""`level`: 0 a hamlet, 1 an old commune, 3 a whole data set."""
_BY_REASON: Final = """
SELECT dataset, reason,
    count(*) FILTER (quality_group = 1) AS group_1,
    count(*) FILTER (quality_group = 2) AS group_2,
    count(*) FILTER (quality_group = 3) AS group_3,
    count(*) AS entities
FROM (SELECT dataset, quality_group, unnest(list_distinct(quality_reasons)) AS reason FROM entities)
GROUP BY dataset, reason ORDER BY dataset, entities DESC, reason
"""

_GROUPS: Final = tuple(
    Column(words, f"group_{number}", 14, "count", "Số lượng theo nhóm") for number, words in QUALITY_GROUPS.items()
)
_ALL: Final = Column("Cộng", "entities", 12, "count", "Số lượng theo nhóm")


def quality_counts(connection: duckdb.DuckDBPyConnection, about: About) -> tuple[Table, Table]:
    """Both tables; rows of sums are bold, and stand above what they sum up."""
    entities = connection.sql(_ENTITIES)
    reasons = entities.query("entities", _BY_REASON).pl()
    by_hamlet = quality_by_hamlet(connection).with_columns(pl.col("hamlet").fill_null("(không ghi)"))
    with new_connection() as memory:
        shut(memory)
        places = memory.register("places", by_hamlet).execute(_BY_PLACE).pl()
    return (
        Table(
            (
                Column("Dữ liệu", "what", 14),
                Column("Mã xã cũ", "old_commune_code", 12),
                Column("Xã cũ", "old_commune", 26),
                Column("Thôn, tổ dân phố", "hamlet", 26),
                *_GROUPS,
                _ALL,
            ),
            places.with_columns(
                pl.col("dataset").replace(DATASETS).alias("what"),
                pl.when(pl.col("level") == 3)
                .then(pl.lit("Tất cả các xã cũ"))
                .otherwise(about.old_commune_name())
                .alias("old_commune"),
                pl.when(pl.col("level") == 0).then("hamlet").otherwise(pl.lit("Cộng")).alias("hamlet"),
                (pl.col("level") > 0).alias("is_sum"),
            ),
            bold="is_sum",
        ),
        Table(
            (
                Column("Dữ liệu", "what"),
                Column("Mã lý do", "reason", 12),
                Column("Lý do", "words", 26),
                Column("", "empty"),
                *_GROUPS,
                _ALL,
            ),
            reasons.with_columns(
                pl.col("dataset").replace(DATASETS).alias("what"),
                pl.col("reason").replace(QUALITY_REASONS).alias("words"),
                pl.lit(None, pl.String).alias("empty"),
            ),
            title="Theo lý do (một người, một thửa có thể có nhiều lý do)",
        ),
    )
