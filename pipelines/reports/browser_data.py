"""Merged entities and pairs that were not merged, with their rows side by side, as the pages' browser carries them.

What is personal is masked here, before it is packed. Nothing here depends on the language: words are in
`browser_words`, and `templates/browser.js` puts both together.
"""

from collections.abc import Callable
from typing import Any, Final

import duckdb
import polars as pl

from pipelines.reports.hiding import key_of, shown_by
from pipelines.reports.linkage_facts import ID_LETTERS
from pipelines.reports.packing import packed_column
from pipelines.reports.privacy import mask_numbers
from pipelines.reports.shown_fields import FIELDS, Content, OwnHeaders, ShownField, headers_of
from pipelines.warehouse.quoting import Sql, fill, joined, name, number

DATASETS: Final = ("citizens", "parcels")

_LONGEST: Final = 160
"""Characters of a cell that are shown."""

# An entity a group: its weight is that of the weakest link which holds it together, and the lightest comes first.
_MERGES: Final = """
CREATE OR REPLACE TEMP TABLE groups AS
SELECT row_number() OVER (ORDER BY weakest_weight NULLS FIRST, entity_id) - 1 AS nth, entity_id,
    weakest_weight AS weight, path, NULL::VARCHAR AS decision, NULL::VARCHAR AS reason, NULL::VARCHAR AS case_reason
FROM clusters WHERE dataset = $dataset;

CREATE OR REPLACE TEMP TABLE members AS
SELECT g.nth, s.*, row_number() OVER (PARTITION BY g.nth
    ORDER BY s.outcome = 'kept' DESC, s.old_commune_code, s.source_file, s.source_line, s.record_id) - 1 AS place
FROM groups g JOIN sources s ON s.dataset = $dataset AND s.entity_id = g.entity_id;

CREATE OR REPLACE TEMP TABLE joining AS
SELECT a.nth, a.place AS a, b.place AS b, l.weight, l.probability, l.decision, coalesce(l.evidence, []) AS evidence,
    list_has_any([{'a': l.record_id_a, 'b': l.record_id_b}, {'a': l.record_id_b, 'b': l.record_id_a}],
        list_transform(g.path, lambda step: {'a': step.record_id_a, 'b': step.record_id_b})) AS on_path
FROM links l JOIN members a ON a.record_id = l.record_id_a
    JOIN members b ON b.record_id = l.record_id_b AND b.nth = a.nth
    JOIN groups g ON g.nth = a.nth
WHERE l.dataset = $dataset;
"""

# A pair a group: the heaviest comes first, for it is the nearest to having been merged. A case may name every row of a
# commune, so that its rows are looked up for the pairs at hand, not paired with each other.
_PAIRS: Final = """
CREATE OR REPLACE TEMP TABLE groups AS
WITH named AS (SELECT case_id, reason, priority, unnest(record_ids) AS record_id
    FROM review_queue WHERE dataset = $dataset),
touched AS MATERIALIZED (SELECT l.record_id_a, l.record_id_b, n.case_id, n.reason, n.priority
    FROM links l JOIN named n ON n.record_id = l.record_id_a
    WHERE l.dataset = $dataset AND l.decision IN ('refused', 'review')),
asked AS (SELECT t.record_id_a, t.record_id_b, arg_min(t.reason, (t.priority, t.case_id)) AS reason
    FROM touched t JOIN named n ON n.case_id = t.case_id AND n.record_id = t.record_id_b
    GROUP BY t.record_id_a, t.record_id_b)
SELECT row_number() OVER (ORDER BY l.weight DESC NULLS FIRST, l.record_id_a, l.record_id_b) - 1 AS nth,
    NULL::VARCHAR AS entity_id, l.*, q.reason AS case_reason
FROM links l LEFT JOIN asked q USING (record_id_a, record_id_b)
WHERE l.dataset = $dataset AND l.decision IN ('refused', 'review');

CREATE OR REPLACE TEMP TABLE members AS
SELECT g.nth, g.place, s.* EXCLUDE (record_id), g.record_id
FROM (SELECT nth, unnest([0, 1]) AS place, unnest([record_id_a, record_id_b]) AS record_id FROM groups) g
    LEFT JOIN (FROM sources WHERE dataset = $dataset) s USING (record_id);

CREATE OR REPLACE TEMP TABLE joining AS
SELECT nth, 0 AS a, 1 AS b, weight, probability, decision, coalesce(evidence, []) AS evidence, true AS on_path
FROM groups;
"""

_GROUPS: Final = """
SELECT g.*, coalesce(r.found, 0) AS rows, coalesce(l.found, 0) AS links,
    coalesce(g.decision, l.decided, 'automatic') AS decided
FROM groups g LEFT JOIN (SELECT nth, count(*) AS found FROM members GROUP BY nth) r USING (nth)
    LEFT JOIN (SELECT nth, count(*) AS found, max(decision) FILTER (decision = 'officer') AS decided
        FROM joining GROUP BY nth) l USING (nth)
ORDER BY nth
"""

_GOLDEN: Final = {
    "citizens": "SELECT g.nth, e.full_name AS name FROM groups g"
    " LEFT JOIN citizens e ON e.citizen_id = g.entity_id ORDER BY g.nth",
    "parcels": "SELECT g.nth, concat_ws('/', e.old_sheet_no, e.parcel_no) AS name FROM groups g"
    " LEFT JOIN parcels e ON e.parcel_id = g.entity_id ORDER BY g.nth",
}

_ROWS: Final = """
SELECT m.nth, m.place, coalesce(m.entity_id, '') AS entity, coalesce(m.source_file, '') AS file, m.source_line AS line,
    coalesce(m.old_commune_code, '') AS commune, (m.outcome = 'kept')::INT AS kept, m.record_id[:$letters] AS id,
    {cells}
FROM members m LEFT JOIN headers h
    ON h.commune = coalesce(m.old_commune_code, '') AND h.headers = coalesce(map_keys(m.raw), [])
ORDER BY m.nth, m.place
"""

_LINKS: Final = """
WITH told AS (SELECT row_number() OVER (ORDER BY evidence) - 1 AS told, evidence
    FROM (SELECT DISTINCT evidence FROM joining))
SELECT j.*, t.told FROM joining j JOIN told t USING (evidence) ORDER BY j.nth, NOT j.on_path, j.weight, j.a, j.b
"""

Shown = Callable[[str], str]


def merges_data(
    warehouse: duckdb.DuckDBPyConnection, *, mask_names: bool, own_headers: OwnHeaders | None = None
) -> list[dict[str, Any]]:
    """Every entity of two rows or more, by data set; needs the view `sources`."""
    return [_of(_MERGES, warehouse, dataset, mask_names, own_headers or {}) for dataset in DATASETS]


def pairs_data(
    warehouse: duckdb.DuckDBPyConnection, *, mask_names: bool, own_headers: OwnHeaders | None = None
) -> list[dict[str, Any]]:
    """Every pair that a constraint stopped or that waits for a person, by data set; needs the view `sources`."""
    return [_of(_PAIRS, warehouse, dataset, mask_names, own_headers or {}) for dataset in DATASETS]


def _of(
    query: str, warehouse: duckdb.DuckDBPyConnection, dataset: str, mask_names: bool, own_headers: OwnHeaders
) -> dict[str, Any]:
    for statement in query.split(";"):
        if statement.strip():
            warehouse.execute(statement, {"dataset": dataset} if "$dataset" in statement else None)
    groups = warehouse.execute(_GROUPS).pl()
    rows = _rows(warehouse, dataset, own_headers)
    links = warehouse.execute(_LINKS).pl()
    names = warehouse.execute(_GOLDEN[dataset]).pl()["name"].fill_null("")
    of_person = dataset == "citizens"
    return {
        "dataset": dataset,
        "groups": {
            "rows": groups["rows"].to_list(),
            "links": groups["links"].to_list(),
            "weight": groups["weight"].to_list(),
            "decision": _plain(groups["decided"]),
            "reason": _plain(groups["reason"]),
            "case": _plain(groups["case_reason"]),
            "name": _column(names, Content.NAME if of_person else Content.PLAIN, mask_names),
        },
        "rows": {
            "file": _plain(rows["file"]),
            "line": rows["line"].to_list(),
            "commune": _plain(rows["commune"]),
            "kept": rows["kept"].to_list(),
            "id": rows["id"].to_list(),
            "entity": _plain(rows["entity"]),
        },
        "fields": [
            {"name": field.name, **_column(rows[field.name], field.content, mask_names)} for field in FIELDS[dataset]
        ],
        "links": {
            "a": links["a"].to_list(),
            "b": links["b"].to_list(),
            "weight": links["weight"].to_list(),
            "probability": (links["probability"] * 10_000).round().cast(pl.Int64).to_list(),
            "decision": _plain(links["decision"]),
            "path": links["on_path"].cast(pl.Int8).to_list(),
            "told": links["told"].to_list(),
        },
        **_evidence(links),
    }


def _rows(warehouse: duckdb.DuckDBPyConnection, dataset: str, own_headers: OwnHeaders) -> pl.DataFrame:
    """The rows of all groups; their cells by field, whatever each file calls the column."""
    found = warehouse.execute(
        "SELECT DISTINCT coalesce(old_commune_code, '') AS commune, coalesce(map_keys(raw), []) AS headers FROM members"
    ).fetchall()
    columns = sorted({column for field in FIELDS[dataset] for column in field.columns})
    known = [
        {"commune": commune, "headers": headers, **headers_of(dataset, headers, _own(own_headers, commune))}
        for commune, headers in found
    ]
    schema = pl.Schema({"commune": pl.String(), "headers": pl.List(pl.String), **dict.fromkeys(columns, pl.String())})
    warehouse.register("headers", pl.DataFrame([{key: row.get(key) for key in schema} for row in known], schema=schema))
    cells = joined(", ", map(_cell, FIELDS[dataset]))
    rows = warehouse.execute(fill(_ROWS, cells=cells), {"letters": ID_LETTERS}).pl()
    warehouse.unregister("headers")
    return rows


def _own(headers: OwnHeaders, commune: str) -> dict[str, str]:
    return {**headers.get("", {}), **headers.get(commune, {})}


def _cell(field: ShownField) -> Sql:
    said = (fill("nullif(trim(m.raw[h.{column}]), '')", column=name(column)) for column in field.columns)
    return fill(
        "coalesce({said}, '')[:{longest}] AS {field}",
        said=joined(", ", said),
        longest=number(_LONGEST),
        field=name(field.name),
    )


def _column(texts: pl.Series, content: Content, mask_names: bool) -> dict[str, Any]:
    """One field packed, each text as it may be shown."""
    keys = key_of(content, texts, mask_names=mask_names)
    return packed_column(texts, keys, shown_by(content, texts, mask_names=mask_names))


def _plain(texts: pl.Series) -> dict[str, Any]:
    filled = texts.fill_null("")
    return packed_column(filled, filled, mask_numbers)


def _evidence(links: pl.DataFrame) -> dict[str, Any]:
    """The different lists of evidence, each by the places of its entries among the different entries."""
    told = links.unique("told").sort("told")["evidence"].to_list()
    places: dict[tuple[str, str, int], int] = {}
    lists = [
        [places.setdefault((entry["field"], entry["level"], entry["weight"]), len(places)) for entry in entries]
        for entries in told
    ]
    return {"told": lists, "kinds": [list(kind) for kind in places]}
