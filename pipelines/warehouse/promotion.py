"""A trial becomes the official version: the same rows and ids, copied and not computed again.

What does not belong here: how inputs are hashed (`pipelines.ingest`, `pipelines.review.decisions`).
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.changes import CHURN, changes, compared_tables, last_publication
from pipelines.warehouse.manifest import DECISIONS, LOGICAL_HASH, REFERENCE, as_table, sealed
from pipelines.warehouse.origins import THEN_AND_NOW, by_document, differences
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.rechecking import Ruleset
from pipelines.warehouse.schema import CHANGES
from pipelines.warehouse.settings import PublicationSettings
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import (
    catch_up,
    entries,
    last_whole,
    manifest_of,
    put_aside,
    record,
    version_name,
)

BLOCKING_CASES: Final = "SELECT count(*) FROM review_queue WHERE blocking AND status <> 'decided'"
"""How many cases an official publication waits for."""

_FAILED_GATES: Final = (
    "SELECT rule_id FROM validation_results WHERE severity = 'gate' AND passed IS NOT TRUE ORDER BY rule_id"
)
_GATES: Final = "SELECT count(*) FROM validation_results WHERE severity = 'gate'"
_ENTITIES: Final = {"citizens": "người", "parcels": "thửa đất"}
_MOST_NAMED: Final = 5


def refusals(trial: Path, official: Path, made_from: Mapping[str, str], rules: Ruleset | None = None) -> list[str]:
    """Why the published trial may not become official: ends of a Vietnamese sentence; empty when it may.

    The trial's gates compared it with the trial before it; how much people lose by it is compared here with the
    official file that it is to replace, under the limit of the trial's own settings.

    `made_from` holds what a run would read now under the manifest's own keys: `input_sha256.<document>`,
    `reference_sha256.<name>`, `decisions_sha256`. The `rules`, when given, are judged once more.
    """
    if broken := verify(trial, rules).differences:
        return [f"bản chạy thử không còn nguyên vẹn hoặc do chương trình cũ tạo ra ({broken[0].rstrip('.')})"]
    with open_warehouse(trial) as connection:
        failed = [rule for (rule,) in connection.execute(_FAILED_GATES).fetchall()]
        (gates,) = connection.execute(_GATES).fetchall()[0]
        (blocking,) = connection.execute(BLOCKING_CASES).fetchall()[0]
    reasons = []
    if failed or not gates:
        reasons.append(f"quy tắc chặn không đạt: {', '.join(failed)}" if failed else "chưa kiểm tra quy tắc chặn nào")
    if blocking:
        reasons.append(f"còn {blocking} trường hợp phải giải quyết trước khi công bố chính thức")
    manifest = manifest_of(trial)
    if earlier := last_whole(official):
        reasons += _beyond_the_limit(
            changes(earlier, compared_tables(trial), manifest), last_publication(earlier), manifest
        )
    if changed := differing(manifest, made_from):
        reasons.append(f"dữ liệu đầu vào không còn như khi chạy thử: {changed}; hãy chạy thử lại")
    return reasons


def promote(trial: Path, official: Path, *, at: datetime, by: str) -> dict[str, str]:
    """Write the official file from the published trial, and keep its version; returns its manifest.

    Only the manifest and the table `changes` are of its own: the mode, from which version, when and by whom it was
    promoted, and what changed since the last official publication. Whether it may be is for `refusals` to say. An
    official file that is not as it was published is put aside, and the newest version of it that is whole compared.
    """
    if not catch_up(official):
        put_aside(official)
    earlier = last_whole(official)
    source = version_name(trial, entries(trial)[-1].version)
    manifest = {key: value for key, value in manifest_of(trial).items() if not key.startswith("earlier.")}
    manifest |= last_publication(earlier)
    manifest |= {
        "mode": "official",
        "promoted_from": source,
        "promoted_at": at.isoformat(timespec="seconds"),
        "promoted_by": by,
    }

    def seal(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
        of_trial = manifest[LOGICAL_HASH]
        manifest.update(sealed(manifest, connection))
        if manifest[LOGICAL_HASH] != of_trial:
            raise RuntimeError("the copy is not equal to the trial")
        return as_table(manifest)

    differing = changes(earlier, compared_tables(trial), manifest)
    write_warehouse(official, [(CHANGES.name, differing)], staging=trial, seal=seal)
    record(official, "promote", at, by, source)
    return manifest


def _beyond_the_limit(differing: pl.DataFrame, earlier: Mapping[str, str], manifest: Mapping[str, str]) -> list[str]:
    """The data sets of which more was withdrawn, merged or split than one publication may."""
    limit = PublicationSettings.model_validate_json(manifest.get("settings.publication", "{}")).churn_limit
    lost = differing.filter(pl.sql_expr(CHURN))
    counts = lost.group_by("dataset").agg(pl.col("earlier_entity_id").n_unique()).sort("dataset")
    return [
        f"so với bản chính thức hiện có, {count} trên {earlier[f'earlier.{dataset}']} {_ENTITIES[dataset]} bị rút, gộp "
        "hoặc tách, vượt giới hạn; nếu thay đổi là thật, hãy chạy thử lại với --churn-limit cao hơn"
        for dataset, count in counts.iter_rows()
        if count > limit * int(earlier[f"earlier.{dataset}"])
    ]


def differing(manifest: Mapping[str, str], made_from: Mapping[str, str]) -> str:
    """What differs between what a publication was made from and what there is now, in words; empty when nothing does.

    `made_from` is as in `refusals`, with whatever else of the manifest is to be compared.
    """
    then = by_document(manifest, made_from)
    then |= {
        key: value
        for key, value in manifest.items()
        if key.startswith((REFERENCE, DECISIONS)) or (key in made_from and key not in then)
    }
    clauses = differences(then, made_from, THEN_AND_NOW)
    more = f" và {len(clauses) - _MOST_NAMED} mục khác" if len(clauses) > _MOST_NAMED else ""
    return ", ".join(clauses[:_MOST_NAMED]) + more
