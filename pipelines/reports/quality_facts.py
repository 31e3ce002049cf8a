"""How many people and parcels are in each quality group, by old commune and hamlet, however the hamlet is spelled."""

from typing import Final

import duckdb
import polars as pl

from pipelines.communes.hamlets import usual_hamlets

GROUPS: Final = ("group_1", "group_2", "group_3")

_COUNTED: Final = """
SELECT dataset, old_commune_code AS old_code, hamlet,
    count(*) FILTER (quality_group = 1) AS group_1,
    count(*) FILTER (quality_group = 2) AS group_2,
    count(*) FILTER (quality_group = 3) AS group_3,
    count(*) AS rows
FROM (
    SELECT 'citizens' AS dataset, old_commune_code, hamlet, quality_group FROM citizens
    UNION ALL SELECT 'parcels', old_commune_code, hamlet, quality_group FROM parcels)
GROUP BY ALL
"""


def quality_by_hamlet(warehouse: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`dataset`, `old_code`, `hamlet` (null: none told), the counts `GROUPS` and `rows`, in order of place."""
    counted = pl.DataFrame(warehouse.execute(_COUNTED).to_arrow_table())
    # People and land of one hamlet stand under one spelling.
    return (
        usual_hamlets(counted)
        .group_by("dataset", "old_code", "hamlet")
        .agg(pl.col(*GROUPS, "rows").sum())
        .sort("dataset", "old_code", "hamlet", nulls_last=True)
    )
