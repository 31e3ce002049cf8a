"""What the page states, asked of the warehouse: every count is made by one SQL query here.

Linking has its own module, `linkage_facts`, and so have changes (`change_facts`), unplaced rows (`unplaced_facts`) and
ethnic groups (`ethnic_groups`).
Wording, masking and drawing do not belong here. A table without rows, or a manifest without a key, gives an empty fact
and never an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.reports.asking import Row, listed, objects, rows_of
from pipelines.reports.change_facts import ChangeFacts, change_facts
from pipelines.reports.ethnic_groups import EthnicGroups, ethnic_groups
from pipelines.reports.land_facts import LandFacts, land_facts
from pipelines.reports.languages import Language
from pipelines.reports.linkage_facts import LinkageFacts, linkage_facts
from pipelines.reports.quality_facts import quality_by_hamlet
from pipelines.reports.unplaced_facts import UnplacedFacts, unplaced_facts
from pipelines.review.queue import REFUSALS
from pipelines.warehouse.reading import open_warehouse

_BLOCKING_SHOWN: Final = 100
"""As many of the cases that block are listed one by one, and of each as many rows as this:"""
_ROWS_SHOWN: Final = 12

_VIEWS: Final = """
CREATE TEMP VIEW sources AS
    SELECT 'citizens' AS dataset, citizen_id AS entity_id, * EXCLUDE (citizen_id) FROM citizen_sources
    UNION ALL BY NAME
    SELECT 'parcels' AS dataset, parcel_id AS entity_id, * EXCLUDE (parcel_id) FROM parcel_sources;
CREATE TEMP VIEW entities AS
    SELECT 'citizens' AS dataset, citizen_id AS entity_id, old_commune_code, quality_group, quality_reasons
    FROM citizens
    UNION ALL
    SELECT 'parcels', parcel_id, old_commune_code, quality_group, quality_reasons FROM parcels;
CREATE TEMP VIEW files AS
    SELECT * REPLACE (
        nullif(duplicate_of, '') AS duplicate_of, coalesce(dataset, 'unknown') AS dataset,
        coalesce(physical_lines, 0) AS physical_lines, coalesce(title_lines, 0) AS title_lines,
        coalesce(header_lines, 0) AS header_lines, coalesce(blank_lines, 0) AS blank_lines,
        coalesce(total_lines, 0) AS total_lines, coalesce(record_lines, 0) AS record_lines,
        coalesce(records, 0) AS records, coalesce(loaded, 0) AS loaded,
        coalesce(quarantined, 0) AS quarantined, coalesce(placed, 0) AS placed,
        coalesce(unplaced, 0) AS unplaced, coalesce(elsewhere, 0) AS elsewhere,
        coalesce(kept, 0) AS kept, coalesce(merged, 0) AS merged)
    FROM row_balance;
"""

_FILES: Final = """
SELECT *,
    [physical_lines = title_lines + header_lines + blank_lines + total_lines + record_lines,
     records = loaded + quarantined, loaded = placed + unplaced + elsewhere, placed = kept + merged] AS holds
FROM files ORDER BY dataset, old_commune_code, source_file
"""

_TOTALS: Final = """
WITH summed AS (
    SELECT dataset, count(*) AS files,
        sum(COLUMNS(['physical_lines', 'title_lines', 'header_lines', 'blank_lines', 'total_lines',
            'record_lines', 'records', 'loaded', 'quarantined', 'placed',
            'unplaced', 'elsewhere', 'kept', 'merged']))::BIGINT
    FROM files WHERE duplicate_of IS NULL GROUP BY dataset)
SELECT *,
    [physical_lines = title_lines + header_lines + blank_lines + total_lines + record_lines,
     records = loaded + quarantined, loaded = placed + unplaced + elsewhere, placed = kept + merged] AS holds
FROM summed ORDER BY dataset
"""

_CROSS_CHECKS: Final = """
WITH sets AS (SELECT unnest(['citizens', 'parcels']) AS dataset),
balance AS (SELECT dataset, sum(kept) AS kept, sum(merged) AS merged, sum(placed) AS placed,
        sum(unplaced) AS unplaced FROM files WHERE duplicate_of IS NULL GROUP BY dataset),
checks AS (
    SELECT dataset, 1 AS position, 'kept' AS relation, kept AS stated,
        (SELECT count(*) FROM entities e WHERE e.dataset = s.dataset) AS counted
    FROM sets s LEFT JOIN balance USING (dataset)
    UNION ALL
    SELECT dataset, 2, 'placed', placed, (SELECT count(*) FROM sources e WHERE e.dataset = s.dataset)
    FROM sets s LEFT JOIN balance USING (dataset)
    UNION ALL
    SELECT dataset, 3, 'merged', merged,
        (SELECT coalesce(sum(rows - 1), 0) FROM clusters e WHERE e.dataset = s.dataset)
    FROM sets s LEFT JOIN balance USING (dataset)
    UNION ALL
    SELECT dataset, 4, 'unplaced', unplaced, (SELECT count(*) FROM unplaced e WHERE e.dataset = s.dataset)
    FROM sets s LEFT JOIN balance USING (dataset)
    UNION ALL
    SELECT 'all', 5, 'quarantined', (SELECT sum(quarantined) FROM files WHERE duplicate_of IS NULL),
        (SELECT count(*) FROM quarantine))
SELECT dataset, relation, coalesce(stated, 0)::BIGINT AS stated, counted::BIGINT AS counted,
    coalesce(stated, 0) = counted AS holds
FROM checks ORDER BY dataset = 'all', dataset, position
"""

_KEY_FIGURES: Final = """
SELECT (SELECT coalesce(sum(records), 0) FROM files WHERE duplicate_of IS NULL)::BIGINT AS records,
    (SELECT count(*) FROM files WHERE duplicate_of IS NULL) AS files,
    (SELECT count(*) FROM citizens) AS people,
    (SELECT count(*) FROM parcels) AS parcels,
    (SELECT count(*) FROM households) AS households,
    (SELECT count(*) FROM sources WHERE outcome = 'merged') AS merged,
    (SELECT count(*) FROM review_queue WHERE coalesce(status, 'open') <> 'decided') AS cases,
    (SELECT count(*) FROM review_queue WHERE coalesce(status, 'open') <> 'decided' AND blocking) AS blocking,
    (SELECT count(*) FROM quarantine) AS quarantined,
    (SELECT count(*) FROM unplaced) AS unplaced
"""

_CLUSTER_SIZES: Final = """
SELECT dataset, rows AS size, count(*) AS entities, sum(rows)::BIGINT AS rows, min(weakest_weight) AS weakest
FROM clusters GROUP BY dataset, rows ORDER BY dataset, size
"""

_SPANS: Final = """
CREATE TEMP VIEW spans AS
    SELECT dataset, entity_id, list_sort(list(DISTINCT coalesce(old_commune_code, '?'))) AS communes
    FROM sources GROUP BY dataset, entity_id HAVING count(*) > 1
"""

_SPAN_COUNTS: Final = """
SELECT dataset, count(*) AS entities, count(*) FILTER (len(communes) = 1) AS within_one,
    count(*) FILTER (len(communes) = 2) AS across_two, count(*) FILTER (len(communes) > 2) AS across_more
FROM spans GROUP BY dataset ORDER BY dataset
"""

_COMMUNE_MATRIX: Final = """
WITH ones AS (SELECT dataset, entity_id, len(communes) AS spread, unnest(communes) AS commune FROM spans)
SELECT a.dataset, a.commune AS first, b.commune AS second, count(*) AS entities
FROM ones a JOIN ones b USING (dataset, entity_id)
WHERE a.commune < b.commune OR (a.commune = b.commune AND a.spread = 1)
GROUP BY ALL ORDER BY ALL
"""

_CASES: Final = """
SELECT dataset, reason, count(*) AS cases, count(*) FILTER (coalesce(blocking, false)) AS blocking,
    min(priority) AS priority, sum(len(record_ids))::BIGINT AS rows
FROM review_queue WHERE coalesce(status, 'open') <> 'decided'
GROUP BY dataset, reason ORDER BY dataset, blocking DESC, priority, reason
"""

_QUEUE: Final = """
SELECT dataset, count(*) FILTER (status <> 'decided') AS cases, count(*) FILTER (status = 'waiting') AS waiting,
    count(*) FILTER (status = 'decided') AS decided, count(*) FILTER (blocking AND status <> 'decided') AS blocking,
    count(*) FILTER (status <> 'decided' AND NOT blocking AND list_contains($refusals, reason)) AS refusals,
    coalesce(sum(expected_value) FILTER (status <> 'decided'), 0) AS expected
FROM review_queue GROUP BY dataset ORDER BY dataset
"""

_BLOCKING: Final = """
WITH blocking AS (
    SELECT case_id, dataset, reason, question, priority, record_ids FROM review_queue
    WHERE blocking AND coalesce(status, 'open') <> 'decided' ORDER BY priority, case_id LIMIT $most),
places AS (
    SELECT b.case_id, s.entity_id, coalesce(s.source_file, q.source_file) AS file,
        coalesce(s.source_line, q.source_line) AS line
    FROM (SELECT case_id, unnest(record_ids) AS record_id FROM blocking) b
        LEFT JOIN sources s USING (record_id) LEFT JOIN quarantine q USING (record_id))
SELECT b.dataset, b.reason, b.question, len(b.record_ids) AS rows,
    list_sort(list(DISTINCT p.entity_id) FILTER (p.entity_id IS NOT NULL))[:$shown] AS entities,
    list_sort(list({'file': p.file, 'line': p.line}) FILTER (p.file IS NOT NULL))[:$shown] AS places
FROM blocking b LEFT JOIN places p USING (case_id)
GROUP BY b.case_id, b.dataset, b.reason, b.question, b.priority, b.record_ids ORDER BY b.priority, b.case_id
"""

_DECISIONS: Final = """
SELECT decision_id, dataset, kind, len(record_ids) AS rows, "by", "at", reason
FROM decisions ORDER BY "at" DESC, decision_id
"""

_QUARANTINE: Final = """
SELECT reason_code, source_file, dataset, count(*) AS rows, list(source_line ORDER BY source_line) AS lines
FROM quarantine GROUP BY reason_code, source_file, dataset ORDER BY rows DESC, reason_code, source_file
"""

_QUALITY: Final = """
SELECT dataset, coalesce(old_commune_code, '?') AS commune, quality_group AS grp, count(*) AS entities
FROM entities WHERE quality_group IS NOT NULL GROUP BY ALL ORDER BY ALL
"""

_QUALITY_REASONS: Final = """
SELECT dataset, reason, count(*) AS entities, count(*) FILTER (quality_group = 2) AS group_2,
    count(*) FILTER (quality_group = 3) AS group_3
FROM (SELECT dataset, quality_group, unnest(list_distinct(quality_reasons)) AS reason FROM entities)
GROUP BY dataset, reason ORDER BY dataset, entities DESC, reason
"""

_INPUTS: Final = """
SELECT coalesce(f.source_file, m.file) AS source_file, f.sha256 AS in_balance, m.sha256 AS in_manifest,
    f.encoding, f.duplicate_of, coalesce(f.sha256, m.sha256) AS sha256,
    f.sha256 IS NULL OR m.sha256 IS NULL OR f.sha256 = m.sha256 AS agree,
    f.source_file IS NOT NULL AS balanced
FROM files f FULL JOIN (
    SELECT key[length('input_sha256.') + 1:] AS file, value AS sha256
    FROM manifest WHERE starts_with(key, 'input_sha256.')) m ON m.file = f.source_file
ORDER BY ALL
"""

_ENCODINGS: Final = """
SELECT source_file, encoding, list(column_name ORDER BY column_name) AS columns, sum(cells)::BIGINT AS cells,
    min(confidence) AS confidence
FROM column_encodings WHERE encoding <> 'as_is' AND cells > 0 GROUP BY ALL ORDER BY source_file, cells DESC, encoding
"""


@dataclass(frozen=True)
class Commune:
    """A new commune as the manifest names it; what the manifest lacks is empty."""

    code: str
    name: str
    kind: str
    province: str
    mode: str
    started_at: str
    run_id: str
    code_version: str
    old: list[Row]
    warnings: list[str]

    def old_name(self, code: str | None, language: Language) -> str:
        """The name of an old commune with its code, or the code alone when it is not known."""
        names = {str(one.get("code")): one.get("name") for one in self.old}
        if not code or code == "?":
            return language.say("không rõ xã cũ", "old commune unknown")
        return f"{names[code]} ({code})" if names.get(code) else code


@dataclass(frozen=True)
class Facts:
    """Everything the page states about one warehouse."""

    commune: Commune
    figures: Row
    files: list[Row]
    totals: list[Row]
    cross_checks: list[Row]
    cluster_sizes: list[Row]
    spans: list[Row]
    matrix: list[Row]
    linkage: dict[str, LinkageFacts]
    cases: list[Row]
    blocking: list[Row]
    queue: list[Row]
    decisions: list[Row]
    quarantine: list[Row]
    unplaced: list[UnplacedFacts]
    quality: list[Row]
    quality_hamlets: list[Row]
    quality_reasons: list[Row]
    ethnic_groups: EthnicGroups
    inputs: list[Row]
    encodings: list[Row]
    land: LandFacts
    changes: ChangeFacts
    rules: list[Row]
    manifest: dict[str, str]

    @property
    def balanced(self) -> bool:
        """Whether every equation of the row balance holds, in every file and against the tables."""
        return all(all(row["holds"]) for row in self.files) and all(row["holds"] for row in self.cross_checks)


def read_facts(warehouse: duckdb.DuckDBPyConnection, validation: pl.DataFrame) -> Facts:
    """All facts of an `opened` warehouse and of the checks made of it."""
    manifest = {row["key"]: row["value"] or "" for row in rows_of(warehouse, "SELECT key, value FROM manifest")}
    return Facts(
        commune=_commune(manifest),
        figures=rows_of(warehouse, _KEY_FIGURES)[0],
        files=rows_of(warehouse, _FILES),
        totals=rows_of(warehouse, _TOTALS),
        cross_checks=rows_of(warehouse, _CROSS_CHECKS),
        cluster_sizes=rows_of(warehouse, _CLUSTER_SIZES),
        spans=rows_of(warehouse, _SPAN_COUNTS),
        matrix=rows_of(warehouse, _COMMUNE_MATRIX),
        linkage={name: linkage_facts(warehouse, name, manifest) for name in ("citizens", "parcels")},
        cases=rows_of(warehouse, _CASES),
        blocking=rows_of(warehouse, _BLOCKING, most=_BLOCKING_SHOWN, shown=_ROWS_SHOWN),
        queue=rows_of(warehouse, _QUEUE, refusals=list(REFUSALS)),
        decisions=rows_of(warehouse, _DECISIONS),
        quarantine=rows_of(warehouse, _QUARANTINE),
        unplaced=unplaced_facts(warehouse),
        quality=rows_of(warehouse, _QUALITY),
        quality_hamlets=quality_by_hamlet(warehouse).to_dicts(),
        quality_reasons=rows_of(warehouse, _QUALITY_REASONS),
        ethnic_groups=ethnic_groups(warehouse),
        inputs=rows_of(warehouse, _INPUTS),
        encodings=rows_of(warehouse, _ENCODINGS),
        land=land_facts(warehouse),
        changes=change_facts(warehouse, manifest),
        rules=validation.to_dicts(),
        manifest=manifest,
    )


@contextmanager
def opened(warehouse_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, read-only and unable to reach anything else, with the views the queries ask."""
    with open_warehouse(warehouse_file, large_queries=True) as warehouse:
        warehouse.execute(_VIEWS)
        warehouse.execute(_SPANS)
        yield warehouse


def _commune(manifest: dict[str, str]) -> Commune:
    return Commune(
        code=manifest.get("commune_code", ""),
        name=manifest.get("commune_name", ""),
        kind=manifest.get("commune_kind", ""),
        province=manifest.get("province", ""),
        mode=manifest.get("mode", ""),
        started_at=manifest.get("started_at", ""),
        run_id=manifest.get("run_id", ""),
        code_version=manifest.get("code_version", ""),
        old=objects(manifest.get("old_communes")),
        warnings=[str(sentence) for sentence in listed(manifest.get("warnings"))],
    )
