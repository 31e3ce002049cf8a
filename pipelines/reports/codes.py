"""Which codes stand in which column, with their words, as the data dictionary lists them."""

from collections.abc import Mapping
from typing import Any, Final

from pipelines.reports import labels
from pipelines.reports.languages import Text

CODES: Final[Mapping[str, Mapping[Any, Text]]] = {
    "dataset": labels.DATASETS,
    "citizens.sex": labels.SEXES,
    "quality_group": labels.QUALITY_GROUPS,
    "quality_reasons": labels.QUALITY_REASONS,
    "parcel_owners.owner_kind": labels.OWNER_KINDS,
    "parcel_owners.status": labels.OWNER_STATUSES,
    "parcel_relations.kind": labels.RELATION_KINDS,
    "sheet_map.assigned_by": labels.SHEET_ASSIGNED_BY,
    "links.decision": labels.DECISIONS,
    "review_queue.reason": labels.CASE_REASONS,
    "decisions.kind": labels.DECISION_KINDS,
    "changes.kind": labels.CHANGE_KINDS,
    "changes.cause": labels.CHANGE_CAUSES,
    "quarantine.reason_code": labels.QUARANTINE_REASONS,
    "column_encodings.encoding": labels.ENCODINGS,
    "validation_results.suite": labels.SUITES,
    "validation_results.severity": labels.SEVERITIES,
}
