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
from pipelines.warehouse.logical_hash import combined, table_hashes
from pipelines.warehouse.publishing import as_table
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import CHANGES
from pipelines.warehouse.settings import PublicationSettings
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import catch_up, entries, manifest_of, record, version_name

BLOCKING_CASES: Final = "SELECT count(*) FROM review_queue WHERE blocking AND status <> 'decided'"
"""How many cases an official publication waits for."""

_FAILED_GATES: Final = (
    "SELECT rule_id FROM validation_results WHERE severity = 'gate' AND passed IS NOT TRUE ORDER BY rule_id"
)
_GATES: Final = "SELECT count(*) FROM validation_results WHERE severity = 'gate'"
_INPUT: Final = "input_sha256."
_REFERENCE: Final = "reference_sha256."
_DECISIONS: Final = "decisions_sha256"
_REFERENCES: Final = {
    "merger_map": "bảng sáp nhập xã",
    "known_headers": "bảng tên cột đi kèm chương trình",
    "header_aliases": "bảng tên cột của đơn vị (reference/header_aliases.csv)",
    "split_rules": "quy tắc chia xã cũ của đơn vị (reference/split_rules.csv)",
    "land_uses": "danh mục loại đất đi kèm chương trình",
    "land_use_codes": "mã loại đất của đơn vị (reference/land_use_codes.csv)",
    "sheet_map": "số tờ do đơn vị ghi (reference/sheet_map.csv)",
    "publication_limits": "giới hạn công bố của đơn vị (reference/publication_limits.csv)",
}
_ENTITIES: Final = {"citizens": "người", "parcels": "thửa đất"}
_MOST_NAMED: Final = 5


def refusals(trial: Path, official: Path, made_from: Mapping[str, str]) -> list[str]:
    """Why the published trial may not become official: ends of a Vietnamese sentence; empty when it may.

    The trial's gates compared it with the trial before it; how much people lose by it is compared here with the
    official file that it is to replace, under the limit of the trial's own settings.

    `made_from` holds what a run would read now under the manifest's own keys: `input_sha256.<document>`,
    `reference_sha256.<name>`, `decisions_sha256`.
    """
    if differences := verify(trial):
        return [f"bản chạy thử không còn nguyên vẹn hoặc do chương trình cũ tạo ra ({differences[0].rstrip('.')})"]
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
    if official.is_file():
        reasons += _beyond_the_limit(
            changes(official, compared_tables(trial), manifest), last_publication(official), manifest
        )
    if differing := _differing(manifest, made_from):
        named = ", ".join(differing[:_MOST_NAMED])
        more = f" và {len(differing) - _MOST_NAMED} mục khác" if len(differing) > _MOST_NAMED else ""
        reasons.append(f"dữ liệu đầu vào không còn như khi chạy thử: {named}{more}; hãy chạy thử lại")
    return reasons


def promote(trial: Path, official: Path, *, at: datetime, by: str) -> dict[str, str]:
    """Write the official file from the published trial, and keep its version; returns its manifest.

    Only the manifest and the table `changes` are of its own: the mode, from which version, when and by whom it was
    promoted, and what changed since the last official publication. Whether it may be is for `refusals` to say.
    Raises UnusableInput when the last official file cannot be read.
    """
    catch_up(official)
    earlier = official if official.is_file() else None
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
        if combined(table_hashes(connection)) != manifest["logical_hash"]:
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


def _differing(manifest: Mapping[str, str], made_from: Mapping[str, str]) -> list[str]:
    """What differs between what the trial was made from and what there is now, in words."""
    then = {_document(key, made_from): value for key, value in manifest.items() if key.startswith(_INPUT)}
    then |= {key: value for key, value in manifest.items() if key.startswith((_REFERENCE, _DECISIONS))}
    keys = sorted(then.keys() | made_from.keys())
    return [_in_words(key, then, made_from) for key in keys if then.get(key) != made_from.get(key)]


def _document(key: str, made_from: Mapping[str, str]) -> str:
    """The key of the file of which a table was read: a sheet's name stands behind that of its workbook, in brackets."""
    return key if key in made_from or not key.endswith("]") else key.rpartition(" [")[0]


def _in_words(key: str, then: Mapping[str, str], now: Mapping[str, str]) -> str:
    if key.startswith(_INPUT):
        fate = "mới thêm" if key not in then else "không còn" if key not in now else "đã thay đổi"
        return f"tệp «{key.removeprefix(_INPUT)}» {fate}"
    if key.startswith(_REFERENCE):
        name = key.removeprefix(_REFERENCE)
        return f"{_REFERENCES.get(name, f'bảng tham chiếu «{name}»')} đã thay đổi"
    return "quyết định của cán bộ đã thay đổi"
