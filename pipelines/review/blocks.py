"""What a case shows to an officer: its rows side by side as their files have them, where they differ, and the evidence.

How it looks in a workbook does not belong here.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import duckdb

from pipelines.ingest.headers import YEAR_OF_MAN, YEAR_OF_WOMAN, fold, understand
from pipelines.reports.asking import Row, objects, rows_of
from pipelines.reports.evidence_words import FIELDS as EVIDENCE_FIELDS
from pipelines.reports.evidence_words import LEVELS
from pipelines.reports.labels import DECISIONS, word
from pipelines.reports.linkage_facts import ID_LETTERS
from pipelines.review.workbook_words import ENTITY, FIELDS, ROW
from pipelines.warehouse.quoting import Sql, fill, name

INFORMING: Final = frozenset({"unplaced_rows", "quarantined_rows", "sheet_number_taken", "sheets_not_numbered"})
"""The reasons of cases that inform and are not answered here: a table of the officer's own answers them, or a
source file put right."""

_NUMBERS: Final = ("number_shared", "number_doubtful")
_LONGEST: Final = 500
"""Characters of a cell that are shown: enough for any register, and far below what a workbook's cell holds."""
_MOST_LINKS: Final = 6
_MOST_MERGED: Final = 12
_URGENCY: Final = {"refused": 0, "review": 1, "officer": 2}

_QUEUE = Sql("""
    SELECT * FROM review_queue
    WHERE dataset = $dataset AND status <> 'decided'
    ORDER BY status = 'waiting', priority, case_id
""")

# Beyond `shown` rows those are shown first that stand for different entities.
_ROWS = """
    WITH asked AS (
        SELECT case_id, unnest(record_ids) AS record_id FROM ({queue} LIMIT $most)
    ),
    found AS (
        SELECT
            case_id, record_id, sources.{id} AS entity_id, sources.record_id IS NOT NULL AS placed,
            coalesce(sources.source_file, unplaced.source_file, quarantine.source_file) AS source_file,
            coalesce(sources.source_line, unplaced.source_line, quarantine.source_line) AS source_line,
            coalesce(sources.old_commune_code, unplaced.old_commune_code) AS old_commune_code,
            coalesce(sources.raw, unplaced.raw) AS raw,
            dense_rank() OVER (PARTITION BY case_id ORDER BY coalesce(sources.{id}, record_id)) AS part
        FROM asked
        LEFT JOIN {sources} AS sources USING (record_id)
        LEFT JOIN (FROM unplaced WHERE dataset = $dataset) AS unplaced USING (record_id)
        LEFT JOIN quarantine USING (record_id)
    ),
    ranked AS (
        SELECT *, row_number() OVER (
            PARTITION BY case_id, part ORDER BY old_commune_code, source_file, source_line, record_id
        ) AS nth
        FROM found
    ),
    chosen AS (
        SELECT *, row_number() OVER (PARTITION BY case_id ORDER BY nth, part) <= $shown AS is_shown FROM ranked
    )
    SELECT * EXCLUDE (raw), CASE WHEN is_shown THEN raw END AS raw
    FROM chosen
    ORDER BY case_id, is_shown DESC, part, nth
"""

_LINKS = """
    WITH asked AS (
        SELECT case_id, unnest(record_ids) AS record_id FROM ({queue} LIMIT $most)
    )
    SELECT a.case_id, links.*
    FROM links
    JOIN asked AS a ON a.record_id = links.record_id_a
    JOIN asked AS b ON b.record_id = links.record_id_b AND b.case_id = a.case_id
    WHERE links.dataset = $dataset
    ORDER BY a.case_id, links.weight DESC, links.record_id_a, links.record_id_b
"""

_EARLIER = """
    SELECT q.case_id, d.kind, d."by", d."at", d.reason, d.record_ids
    FROM decisions d JOIN review_queue q ON q.dataset = d.dataset AND CASE
        WHEN q.reason = 'decision_row_changed' THEN list_has_any(d.record_ids, q.record_ids)
        ELSE d.case_id = q.case_id AND d.kind IN ('needs_paper', 'cannot_tell') END
    WHERE d.dataset = $dataset ORDER BY d."at", d.decision_id
"""

_SOURCES = {"citizens": ("citizen_sources", "citizen_id"), "parcels": ("parcel_sources", "parcel_id")}


@dataclass(frozen=True)
class ShownRow:
    """One source row: its short id, where it stands, its old commune, and the entity that it belongs to now."""

    short_id: str
    place: str
    old_commune: str
    entity: str


@dataclass(frozen=True)
class ShownField:
    """One line of a block: a text for each row, and which of them differ from the rest."""

    label: str
    texts: tuple[str, ...]
    differs: tuple[bool, ...]


@dataclass(frozen=True)
class Case:
    """One case as it is shown. `members` are all its rows with the number of their entity, those shown first.

    `asks_number`: the rows carry different personal numbers, or several entities share one. `earlier`: the answers by
    which it was put off, or the decisions of which a row was corrected.
    """

    case_id: str
    dataset: str
    reason: str
    question: str
    blocking: bool
    waiting: bool
    members: tuple[tuple[str, int], ...]
    rows: tuple[ShownRow, ...]
    fields: tuple[ShownField, ...]
    evidence: tuple[str, ...]
    asks_number: bool
    earlier: tuple[tuple[str, str, str, str], ...]

    @property
    def answerable(self) -> bool:
        """Whether an answer can be given to it."""
        return self.reason not in INFORMING


@dataclass(frozen=True)
class Queue:
    """The first cases of a data set in order, and how many there are: open, blocking among these, and waiting."""

    cases: list[Case]
    open: int
    blocking: int
    waiting: int


def queue_of(
    warehouse: duckdb.DuckDBPyConnection,
    dataset: str,
    *,
    most: int,
    most_rows: int,
    old_communes: Mapping[str, str],
    own_headers: Mapping[str, Mapping[str, str]],
) -> Queue:
    """The first `most` cases that wait for an answer, with at most `most_rows` rows each.

    `old_communes` names them by code; `own_headers` is the deployment's own mapping of headers by old
    commune (an empty code: every commune).
    """
    sources, entity_id = _SOURCES[dataset]
    asked = {"dataset": dataset, "most": most}
    queued_rows = fill(_ROWS, queue=_QUEUE, sources=name(sources), id=name(entity_id))
    rows = _by_case(rows_of(warehouse, queued_rows, shown=most_rows, **asked))
    links = _by_case(rows_of(warehouse, fill(_LINKS, queue=_QUEUE), **asked))
    earlier = _by_case(rows_of(warehouse, _EARLIER, dataset=dataset))
    queue = rows_of(warehouse, _QUEUE, dataset=dataset)
    cases = [
        _case(
            case,
            rows.get(case["case_id"], []),
            links.get(case["case_id"], []),
            earlier.get(case["case_id"], []),
            old_communes,
            own_headers,
        )
        for case in queue[:most]
    ]
    waiting = sum(case["status"] == "waiting" for case in queue)
    blocking = sum(bool(case["blocking"]) and case["status"] != "waiting" for case in queue)
    return Queue(cases, len(queue) - waiting, blocking, waiting)


def old_communes_of(manifest: Mapping[str, str]) -> dict[str, str]:
    """The names of the old communes by code, as the manifest has them."""
    return {
        str(old.get("code")): f"{old.get('kind', '')} {old.get('name', '')}".strip()
        for old in objects(manifest.get("old_communes"))
    }


def short_id(record_id: str) -> str:
    """A row's id as officers meet it: the first letters, and the ordinal of equal rows."""
    head, dash, ordinal = record_id.partition("-")
    return f"{head[:ID_LETTERS]}{dash}{ordinal}"


def _by_case(rows: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["case_id"], []).append(row)
    return grouped


def _case(
    case: Row,
    rows: list[Row],
    links: list[Row],
    earlier: list[Row],
    old_communes: Mapping[str, str],
    own_headers: Mapping[str, Mapping[str, str]],
) -> Case:
    dataset = case["dataset"]
    shown = [row for row in rows if row["is_shown"]]
    read = [said_by(dataset, row, own_headers) for row in shown]
    position = {row["record_id"]: at for at, row in enumerate(shown, start=1)}
    decided = {row for one in earlier for row in one["record_ids"]}
    corrected = set(position) - decided if case["reason"] == "decision_row_changed" else set()
    return Case(
        case_id=case["case_id"],
        dataset=dataset,
        reason=case["reason"] or "",
        question=case["question"] or "",
        blocking=bool(case["blocking"]),
        waiting=case["status"] == "waiting",
        members=tuple((row["record_id"], row["part"]) for row in rows),
        rows=tuple(_row(dataset, row, old_communes, corrected=row["record_id"] in corrected) for row in shown),
        fields=fields_of(dataset, read),
        evidence=tuple(_evidence(links, position)),
        asks_number=dataset == "citizens" and _asks_number(case["reason"], shown, read),
        earlier=tuple((one["kind"], one["by"], one["at"], one["reason"] or "") for one in earlier),
    )


def _row(dataset: str, row: Row, old_communes: Mapping[str, str], *, corrected: bool) -> ShownRow:
    entity = f"{ENTITY[dataset]} {row['part']}\n{row['entity_id']}" if row["placed"] else ""
    shown = shown_row(row, old_communes, entity)
    return replace(shown, place=f"{shown.place}\nđã sửa sau khi quyết định") if corrected else shown


def shown_row(row: Row, old_communes: Mapping[str, str], entity: str = "") -> ShownRow:
    """A source row as it is shown; without `entity` it does not tell to what it belongs."""
    code = row["old_commune_code"] or ""
    place = f"{row['source_file']}, dòng {row['source_line']}" if row["source_file"] else "không còn trong kho dữ liệu"
    return ShownRow(short_id(row["record_id"]), place, f"{old_communes.get(code, '')} ({code})".strip(), entity)


def said_by(dataset: str, row: Row, own_headers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What a source row says, by the label of the field; by its own headers where these are not understood."""
    cells = {header: (text or "").strip() for header, text in (row["raw"] or {}).items()}
    own = {**own_headers.get("", {}), **own_headers.get(row["old_commune_code"] or "", {})}
    columns = _columns(dataset, tuple(cells), tuple(own.items()))
    if columns is None:
        return {header: _cut(text) for header, text in cells.items() if text}
    texts = list(cells.values())
    said = {column: texts[at] for column, at in columns.items()}
    said["ngay_sinh"] = said.get("ngay_sinh") or said.get(YEAR_OF_MAN) or said.get(YEAR_OF_WOMAN) or ""
    return {label: _cut(said[column]) for column, label in FIELDS[dataset].items() if said.get(column)}


@cache
def _columns(dataset: str, headers: tuple[str, ...], own: tuple[tuple[str, str], ...]) -> dict[str, int] | None:
    """Which header is which canonical column; None when they are not a header of the data set."""
    understood = understand(headers, dict(own))
    return understood.by_column if understood and understood.dataset == dataset else None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def fields_of(dataset: str, rows: list[dict[str, str]]) -> tuple[ShownField, ...]:
    """The fields that any row fills, in their order; those of headers that are not understood come last."""
    labels = dict.fromkeys([*FIELDS[dataset].values(), *(label for row in rows for label in row)])
    lines = []
    for label in labels:
        texts = tuple(row.get(label, "") for row in rows)
        if any(texts):
            lines.append(ShownField(label, texts, _differs(texts)))
    return tuple(lines)


def _differs(texts: Sequence[str]) -> tuple[bool, ...]:
    """Which texts are not what most of the rows say; all when no text is said by more rows than another."""
    plain = [" ".join(unicodedata.normalize("NFC", text).casefold().split()) for text in texts]
    common = Counter(text for text in plain if text).most_common(2)
    if len(common) < 2:
        return (False,) * len(texts)
    most = common[0][0] if common[0][1] > common[1][1] else ""
    return tuple(text not in ("", most) for text in plain)


def _asks_number(reason: str | None, rows: list[Row], read: list[dict[str, str]]) -> bool:
    label = FIELDS["citizens"]["so_dinh_danh"]
    holders: dict[str, set[int]] = {}
    for row, said in zip(rows, read, strict=True):
        if fold(said.get(label, "")):
            holders.setdefault(fold(said[label]), set()).add(row["part"])
    return reason in _NUMBERS or len(holders) > 1 or any(len(parts) > 1 for parts in holders.values())


def _evidence(links: list[Row], position: Mapping[str, int]) -> list[str]:
    """What speaks for and against each doubtful pair: first in words, then the sentence with the weight.

    Of pairs that were merged without a doubt only the fact is told.
    """
    pairs = {
        tuple(sorted(position[link[side]] for side in ("record_id_a", "record_id_b"))): link
        for link in links
        if link["record_id_a"] in position and link["record_id_b"] in position
    }
    merged = sorted(pair for pair, link in pairs.items() if link["decision"] == "automatic")
    doubtful = sorted(pairs.keys() - set(merged), key=lambda pair: (_URGENCY.get(pairs[pair]["decision"], 0), pair))
    lines = [line for pair in doubtful[:_MOST_LINKS] for line in _told(pair, pairs[pair])]
    if len(doubtful) > _MOST_LINKS:
        lines.append(f"Còn {len(doubtful) - _MOST_LINKS} cặp chưa rõ nữa, xem trong báo cáo.")
    if merged:
        named = "; ".join(f"{first} và {second}" for first, second in merged[:_MOST_MERGED])
        more = "; …" if len(merged) > _MOST_MERGED else ""
        lines.append(f"Các cặp dòng máy đã tự động gộp: {named}{more}.")
    return lines


def _told(pair: tuple[int, ...], link: Row) -> list[str]:
    first, second = pair
    said = [entry for entry in link["evidence"] or [] if entry["field"] != "prior"]
    lines = [f"{ROW} {first} và {ROW.lower()} {second}: {word(DECISIONS, link['decision']).lower()}."]
    for side, entries in (
        ("Nghiêng về là một", [entry for entry in said if entry["weight"] > 0]),
        ("Nghiêng về là hai", [entry for entry in said if entry["weight"] < 0]),
    ):
        told = [f"{word(EVIDENCE_FIELDS, one['field'])} ({word(LEVELS, one['level'])})" for one in entries]
        lines += [f"   {side}: {'; '.join(told)}."] if told else []
    return [*lines, f"   {link['reason']}"] if link["reason"] else lines
