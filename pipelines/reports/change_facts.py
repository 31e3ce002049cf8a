"""What the page states about changes since the last publication: every count is made by one SQL query here.

What changed and why was found when the warehouse was written (table `changes`); how it is worded does not belong
here. Without an earlier publication every fact is empty.
"""

from dataclasses import dataclass
from typing import Final

import duckdb

from pipelines.reports.asking import Row, mapping, number, rows_of
from pipelines.warehouse.changes import CHURN
from pipelines.warehouse.quoting import fill

CHANGES_SHOWN: Final = 50

_WEIGHTY: Final = (
    *("full_name", "birth_date", "birth_year", "sex", "personal_id", "personal_id_status", "status", "household_id"),
    *("old_sheet_no", "parcel_no", "area_m2", "land_use", "certificate_no", "owners", "owner_citizens"),
)
"""Fields by which people know who or what it is: changes in them are shown first."""

# Entities now = earlier + new + split off − merged − withdrawn.
_DATASETS: Final = fill(
    """
WITH known AS (
    SELECT key[length('earlier.') + 1:] AS dataset, coalesce(TRY_CAST(value AS BIGINT), 0) AS earlier FROM manifest
    WHERE key IN ('earlier.citizens', 'earlier.parcels')),
counted AS (
    SELECT dataset, earlier, count(*) FILTER (kind = 'new') AS new, count(*) FILTER (kind = 'split') AS split,
        count(*) FILTER (kind = 'merged') AS merged, count(*) FILTER (kind = 'withdrawn') AS withdrawn,
        count(*) FILTER (kind = 'changed') AS changed, count(DISTINCT earlier_entity_id) FILTER ({churn}) AS churned
    FROM known LEFT JOIN changes USING (dataset) GROUP BY dataset, earlier),
present AS (SELECT dataset, count(*) AS present FROM entities GROUP BY dataset)
SELECT c.*, coalesce(present, 0) AS present, earlier + new + split - merged - withdrawn = coalesce(present, 0) AS holds
FROM counted c LEFT JOIN present USING (dataset) ORDER BY dataset
""",
    churn=CHURN,
)

_CAUSES: Final = """
SELECT kind, cause, count(*) FILTER (dataset = 'citizens') AS citizens, count(*) FILTER (dataset = 'parcels') AS parcels
FROM changes GROUP BY kind, cause
ORDER BY array_position(['withdrawn', 'merged', 'split', 'changed', 'new'], kind), count(*) DESC, cause
"""

_COMMUNES: Final = """
PIVOT (SELECT dataset, coalesce(old_commune_code, '?') AS old_commune_code, kind FROM changes)
ON kind IN ('withdrawn', 'merged', 'split', 'changed', 'new') USING count(*)
GROUP BY dataset, old_commune_code ORDER BY old_commune_code, dataset
"""

_FIELDS: Final = """
SELECT dataset, field, count(*) AS entities
FROM (SELECT dataset, unnest(fields) AS field FROM changes WHERE kind = 'changed')
GROUP BY dataset, field ORDER BY dataset, entities DESC, field
"""

# The list takes from every kind in turn, so that a thousand of one kind do not hide the only one of another.
_LISTED: Final = """
WITH weighed AS (
    SELECT *, array_position(['withdrawn', 'merged', 'split', 'changed', 'new'], kind) AS place,
        row_number() OVER (PARTITION BY dataset, kind ORDER BY len(list_intersect(fields, $weighty)) DESC,
            len(fields) DESC, earlier_entity_id, entity_id) AS turn
    FROM changes),
chosen AS (SELECT * FROM weighed ORDER BY turn, place, dataset LIMIT $most)
SELECT c.dataset, c.kind, c.cause, c.earlier_entity_id, c.entity_id, c.old_commune_code, c.fields,
    c.rows_arrived, c.rows_gone, p.full_name, l.old_sheet_no, l.parcel_no
FROM chosen c LEFT JOIN citizens p ON c.dataset = 'citizens' AND p.citizen_id = c.entity_id
    LEFT JOIN parcels l ON c.dataset = 'parcels' AND l.parcel_id = c.entity_id
ORDER BY c.place, c.dataset, c.turn
"""


@dataclass(frozen=True)
class ChangeFacts:
    """Everything the page states about changes.

    `datasets`: entities then and now, and what lies between. `causes`: changes by kind and cause. `communes`: by old
    commune, how many of each kind. `fields`: which golden fields changed. `listed`: single changes, `all` says of how
    many. `limit`: the share that may be withdrawn, merged or split; None when it is not known.
    """

    run_id: str
    started_at: str
    limit: float | None
    datasets: list[Row]
    causes: list[Row]
    communes: list[Row]
    fields: list[Row]
    listed: list[Row]
    all: int

    @property
    def compared(self) -> bool:
        """Whether there was an earlier publication."""
        return bool(self.datasets)

    def beyond(self, dataset: Row) -> bool:
        """Whether more of the dataset than allowed was withdrawn, merged or split; judged as the gate does."""
        return bool(dataset["churned"] > (self.limit or 0) * dataset["earlier"])


def change_facts(warehouse: duckdb.DuckDBPyConnection, manifest: dict[str, str]) -> ChangeFacts:
    """All that is known of changes; needs the view `entities`."""
    causes = rows_of(warehouse, _CAUSES)
    return ChangeFacts(
        run_id=manifest.get("earlier.run_id", ""),
        started_at=manifest.get("earlier.started_at", ""),
        limit=number(mapping(manifest.get("settings.publication")).get("churn_limit")),
        datasets=rows_of(warehouse, _DATASETS),
        causes=causes,
        communes=rows_of(warehouse, _COMMUNES),
        fields=rows_of(warehouse, _FIELDS),
        listed=rows_of(warehouse, _LISTED, weighty=list(_WEIGHTY), most=CHANGES_SHOWN),
        all=sum(row["citizens"] + row["parcels"] for row in causes),
    )
