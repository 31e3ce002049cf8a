"""What the page of rules states of fields whose values are spread otherwise than in the last publication.

How the distance is reckoned stands in `pipelines.warehouse.distribution`. A published file does not carry the table,
which compares two publications: then there is nothing to state.
"""

import duckdb

from pipelines.reports.asking import Row, rows_of
from pipelines.warehouse.distribution import DISTRIBUTION, shifts
from pipelines.warehouse.quoting import fill, name

_MOVED = fill(
    """
SELECT s.*, list({'value': v.value, 'earlier': v.earlier, 'present': v.present}
    ORDER BY abs(v.present / s.present - v.earlier / s.earlier) DESC, v.value)[:3] AS moved
FROM ({shifts}) AS s JOIN {distribution} AS v USING (dataset, field)
WHERE s.distance IS NOT NULL GROUP BY ALL ORDER BY s.dataset, s.distance DESC, s.field
""",
    shifts=shifts(name(DISTRIBUTION)),
    distribution=name(DISTRIBUTION),
)


def shift_facts(warehouse: duckdb.DuckDBPyConnection) -> list[Row]:
    """By data set and field: `distance`, what `chance` explains, and the three values whose shares `moved` most."""
    has_table = "SELECT 1 FROM duckdb_tables() WHERE table_name = $name"
    return rows_of(warehouse, _MOVED) if rows_of(warehouse, has_table, name=DISTRIBUTION) else []
