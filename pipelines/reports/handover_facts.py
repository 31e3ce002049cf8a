"""What the hand-over statement of each old commune states: every count is made by one SQL query here.

The page and the workbook both read these facts, so that they cannot differ. Nothing in them is about a single person or
parcel; wording and layout do not belong here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import duckdb
import polars as pl

from pipelines.communes import MergerMap
from pipelines.reports.asking import Row, objects, rows_of
from pipelines.reports.publications import Publication
from pipelines.warehouse.manifest import REFERENCE
from pipelines.warehouse.quoting import fill, joined, name, texts

EQUATIONS: Final = (
    ("physical_lines", ("title_lines", "header_lines", "blank_lines", "total_lines", "record_lines")),
    ("records", ("loaded", "quarantined")),
    ("loaded", ("placed", "unplaced", "elsewhere")),
    ("placed", ("kept", "merged")),
)
"""What must hold in every file: the first number is the sum of the others."""

NUMBERS: Final = tuple(dict.fromkeys(column for whole, parts in EQUATIONS for column in (whole, *parts)))

MERGER_MAP: Final = f"{REFERENCE}merger_map"
"""The entry of the manifest with the hash of the table that says which old commune went where."""

_CODE: Final = re.compile(r"\d{5}")

_HOLDS: Final = joined(
    ", ",
    (fill("{whole} = {sum}", whole=name(whole), sum=joined(" + ", map(name, parts))) for whole, parts in EQUATIONS),
)

_FILES: Final = fill("SELECT *, [{holds}] AS holds FROM files ORDER BY dataset, source_file", holds=_HOLDS)

_TOTALS: Final = fill(
    """
WITH summed AS (
    SELECT old_commune_code, dataset, count(*) AS files, sum(COLUMNS([{numbers}]))::BIGINT
    FROM files WHERE duplicate_of IS NULL GROUP BY old_commune_code, dataset)
SELECT *, [{holds}] AS holds FROM summed ORDER BY dataset
""",
    numbers=texts(NUMBERS),
    holds=_HOLDS,
)

# What the files' balance states, against the rows that the tables hold.
_CHECKS: Final = """
WITH counted AS (
    SELECT old_commune_code, dataset, 'placed' AS relation, count(*) AS counted FROM sources GROUP BY ALL
    UNION ALL
    SELECT old_commune_code, dataset, outcome, count(*) FROM sources GROUP BY ALL
    UNION ALL
    SELECT old_commune_code, dataset, 'unplaced', count(*) FROM unplaced GROUP BY ALL
    UNION ALL
    SELECT f.old_commune_code, f.dataset, 'quarantined', count(*)
    FROM quarantine q JOIN files f USING (source_file) GROUP BY ALL),
stated AS (
    UNPIVOT (
        SELECT old_commune_code, dataset, sum(COLUMNS(['placed', 'kept', 'merged', 'unplaced', 'quarantined']))::BIGINT
        FROM files WHERE duplicate_of IS NULL GROUP BY old_commune_code, dataset)
    ON placed, kept, merged, unplaced, quarantined INTO NAME relation VALUE stated)
SELECT old_commune_code, dataset, relation, coalesce(stated, 0) AS stated, coalesce(counted, 0) AS counted,
    coalesce(stated, 0) = coalesce(counted, 0) AS holds
FROM stated FULL JOIN counted USING (old_commune_code, dataset, relation)
ORDER BY dataset, array_position(['placed', 'kept', 'merged', 'unplaced', 'quarantined'], relation)
"""

_QUARANTINE: Final = """
SELECT f.old_commune_code, q.source_file, q.reason_code, count(*) AS rows,
    list(q.source_line ORDER BY q.source_line) AS lines
FROM quarantine q JOIN files f USING (source_file)
GROUP BY ALL ORDER BY q.source_file, rows DESC, q.reason_code
"""

_UNPLACED: Final = """
SELECT old_commune_code, dataset, reason, count(*) AS rows FROM unplaced
GROUP BY ALL ORDER BY dataset, rows DESC, reason
"""

# An entity is one of every old commune that has a row in it, and of one alone as its main record.
_ENTITIES: Final = """
WITH spread AS (
    SELECT dataset, entity_id, count(DISTINCT old_commune_code) > 1 AS shared FROM sources GROUP BY dataset, entity_id)
SELECT old_commune_code, dataset, count(DISTINCT entity_id) AS entities,
    count(DISTINCT entity_id) FILTER (outcome = 'kept') AS main,
    count(DISTINCT entity_id) FILTER (shared) AS shared, count(*) FILTER (shared) AS rows_shared
FROM sources JOIN spread USING (dataset, entity_id) GROUP BY ALL ORDER BY dataset
"""

_HOUSEHOLDS: Final = "SELECT old_commune_code, count(*) AS households FROM households GROUP BY ALL"

_QUALITY: Final = """
SELECT old_commune_code, dataset, quality_group AS grp, count(*) AS entities
FROM entities WHERE quality_group IS NOT NULL GROUP BY ALL ORDER BY dataset, grp
"""

_CASES: Final = """
WITH origins AS (
    SELECT record_id, old_commune_code FROM sources
    UNION SELECT record_id, old_commune_code FROM unplaced
    UNION SELECT q.record_id, f.old_commune_code FROM quarantine q JOIN files f USING (source_file)),
asked AS (
    SELECT case_id, dataset, reason, coalesce(blocking, false) AS blocking, unnest(record_ids) AS record_id
    FROM review_queue WHERE coalesce(status, 'open') <> 'decided')
SELECT old_commune_code, dataset, reason, count(DISTINCT case_id) AS cases,
    count(DISTINCT case_id) FILTER (blocking) AS blocking, count(DISTINCT record_id) AS rows
FROM asked JOIN origins USING (record_id) GROUP BY ALL ORDER BY dataset, cases DESC, reason
"""


@dataclass(frozen=True)
class Handover:
    """What one old commune handed over, and what became of it.

    `people_part` and `land_part` say how much of it came to the new commune (`whole`, `partial`, `none`; empty when
    not known), `since` from which day on. `totals` leave out files that repeat another one; `checks` compare them with
    the tables. `entities`: how many people and parcels have a row of this commune, how many of these have it as main
    record, how many have rows of another old commune as well, and how many of its rows are in those.
    """

    code: str
    name: str
    kind: str
    district: str
    people_part: str
    land_part: str
    since: str
    files: list[Row]
    totals: list[Row]
    checks: list[Row]
    quarantine: list[Row]
    unplaced: list[Row]
    entities: list[Row]
    households: int
    quality: list[Row]
    cases: list[Row]

    @property
    def balanced(self) -> bool:
        """Whether every equation holds, in every file and against the tables."""
        return all(all(row["holds"]) for row in self.files) and all(row["holds"] for row in self.checks)

    def may_be_signed(self, publication: Publication | None) -> bool:
        """Whether there is something to sign for: hashes, and no number that is off."""
        return publication is not None and self.balanced


def handovers(warehouse: duckdb.DuckDBPyConnection, manifest: Mapping[str, str]) -> list[Handover]:
    """One for every old commune of the manifest, and for any other that a file is of, by code.

    `warehouse` is an `opened` one.
    """
    told = {str(one.get("code")): one for one in objects(manifest.get("old_communes"))}
    files = _by_commune(rows_of(warehouse, _FILES))
    totals = _by_commune(rows_of(warehouse, _TOTALS))
    checks = _by_commune(rows_of(warehouse, _CHECKS))
    quarantine = _by_commune(rows_of(warehouse, _QUARANTINE))
    unplaced = _by_commune(rows_of(warehouse, _UNPLACED))
    entities = _by_commune(rows_of(warehouse, _ENTITIES))
    households = _by_commune(rows_of(warehouse, _HOUSEHOLDS))
    quality = _by_commune(rows_of(warehouse, _QUALITY))
    cases = _by_commune(rows_of(warehouse, _CASES))
    pairs = _pairs(manifest.get("commune_code", ""))
    made = []
    for code in sorted(code for code in told.keys() | files.keys() if _CODE.fullmatch(code)):
        one, pair = told.get(code, {}), pairs.get(code, {})
        made.append(
            Handover(
                code=code,
                name=str(one.get("name") or pair.get("old_name") or ""),
                kind=str(one.get("kind") or pair.get("old_kind") or ""),
                district=pair.get("old_district", ""),
                people_part=str(one.get("part") or ""),
                land_part=str(one.get("land_part") or one.get("part") or ""),
                since=pair.get("new_valid_from", ""),
                files=files.get(code, []),
                totals=totals.get(code, []),
                checks=checks.get(code, []),
                quarantine=quarantine.get(code, []),
                unplaced=unplaced.get(code, []),
                entities=entities.get(code, []),
                households=sum(row["households"] for row in households.get(code, [])),
                quality=quality.get(code, []),
                cases=cases.get(code, []),
            )
        )
    return made


def _by_commune(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["old_commune_code"] or "", []).append(row)
    return grouped


def _pairs(new_code: str) -> dict[str, Row]:
    """What the merger map says of each old commune that went into this new one."""
    pairs = MergerMap.shipped().pairs.filter(pl.col("new_code") == new_code)
    return {pair["old_code"]: pair for pair in pairs.to_dicts()}
