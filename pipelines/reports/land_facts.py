"""What the page states about land: map sheets and their new numbers, owners, relations of surveys.

Every count is made by one SQL query here; how it is worded and drawn does not belong here.
"""

from dataclasses import dataclass
from typing import Final

import duckdb

from pipelines.reports.asking import Row, rows_of

SHEETS_SHOWN: Final = 50
_REASONS_SHOWN: Final = 8

# Numbers that are no whole numbers (10A) stand at the number they begin with.
_SHEETS: Final = r"""
SELECT map_system, old_commune_code, count(*) AS sheets,
    arg_min(old_sheet_no, old_value) AS old_first, arg_max(old_sheet_no, old_value) AS old_last,
    arg_min(new_sheet_no, new_value) AS new_first, arg_max(new_sheet_no, new_value) AS new_last,
    count(*) FILTER (assigned_by = 'late') AS late, count(*) FILTER (assigned_by = 'officer') AS officer
FROM (
    SELECT *, coalesce(TRY_CAST(regexp_extract(old_sheet_no, '^\d+') AS BIGINT), 0) AS old_value,
        coalesce(TRY_CAST(regexp_extract(new_sheet_no, '^\d+') AS BIGINT), 0) AS new_value
    FROM sheet_map)
GROUP BY map_system, old_commune_code
ORDER BY array_position(['299', '1994', 'tổng thể'], map_system), map_system NULLS FIRST, min(new_value)
"""

_APART: Final = """
SELECT old_commune_code, map_system, old_sheet_no, new_sheet_no, assigned_by
FROM sheet_map WHERE assigned_by <> 'rule'
ORDER BY assigned_by, map_system NULLS FIRST, TRY_CAST(new_sheet_no AS BIGINT), new_sheet_no
"""

_NUMBERS: Final = """
SELECT count(DISTINCT parcel_id) AS parcels, count(*) AS numbers,
    count(DISTINCT parcel_id) FILTER (several) AS several, count(DISTINCT parcel_id) FILTER (communes > 1) AS boundary,
    count(*) FILTER (old_sheet_no IS NOT NULL AND new_sheet_no IS NULL) AS unnumbered
FROM (SELECT *, count(*) OVER parcel > 1 AS several FROM parcel_numbers WINDOW parcel AS (PARTITION BY parcel_id))
LEFT JOIN (
    SELECT parcel_id, count(DISTINCT old_commune_code) AS communes FROM parcel_numbers GROUP BY parcel_id
) USING (parcel_id)
"""

_OWNERS: Final = """
SELECT owner_kind, count(*) AS owners, count(*) FILTER (status = 'confirmed') AS confirmed,
    count(*) FILTER (status = 'needs_paper') AS needs_paper, count(*) FILTER (status = 'no_match') AS no_match
FROM parcel_owners GROUP BY owner_kind ORDER BY owners DESC, owner_kind
"""

_OWNER_REASONS: Final = """
WITH ranked AS (
    SELECT status, reason, count(*) AS owners,
        row_number() OVER (PARTITION BY status ORDER BY count(*) DESC, reason) AS place
    FROM parcel_owners GROUP BY status, reason)
SELECT status, CASE WHEN place <= $shown THEN reason END AS reason, sum(owners)::BIGINT AS owners, count(*) AS reasons
FROM ranked GROUP BY status, least(place, $shown + 1), CASE WHEN place <= $shown THEN reason END
ORDER BY array_position(['confirmed', 'needs_paper', 'no_match'], status), min(place)
"""
"""The most usual reasons of each status; the rest of them in one row without reason."""

_RELATIONS: Final = """
SELECT kind, count(*) AS relations, count(DISTINCT from_parcel_id) AS earlier, count(DISTINCT to_parcel_id) AS later
FROM parcel_relations GROUP BY kind ORDER BY relations DESC, kind
"""


@dataclass(frozen=True)
class LandFacts:
    """Rows of counts; `apart` lists the sheets that the plain rule did not number."""

    sheets: list[Row]
    apart: list[Row]
    numbers: Row
    owners: list[Row]
    owner_reasons: list[Row]
    relations: list[Row]


def land_facts(warehouse: duckdb.DuckDBPyConnection) -> LandFacts:
    """All facts about land of an open warehouse."""
    return LandFacts(
        sheets=rows_of(warehouse, _SHEETS),
        apart=rows_of(warehouse, _APART),
        numbers=rows_of(warehouse, _NUMBERS)[0],
        owners=rows_of(warehouse, _OWNERS),
        owner_reasons=rows_of(warehouse, _OWNER_REASONS, shown=_REASONS_SHOWN),
        relations=rows_of(warehouse, _RELATIONS),
    )
