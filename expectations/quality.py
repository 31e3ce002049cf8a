"""Quality: what officers should look at, though it does not stop publication.

Every rule here is a warning: such rows exist in true registers, and an officer can put them right.
"""

from dataclasses import replace
from typing import Final

from expectations.rule import Rule, setting
from pipelines.warehouse.quoting import fill

_QUARANTINE_LIMIT: Final = "Publication setting quarantine_limit (pipelines/warehouse/settings.py)"


def _warning(
    name: str, table: str, vi: str, en: str, source: str, expectation: str, checked: str | None = None
) -> Rule:
    rule = Rule(f"quality.{name}", "quality", "warning", vi, en, source, table, expectation)
    return rule if checked is None else replace(rule, checked=checked)


RULES: Final[tuple[Rule, ...]] = (
    _warning(
        "quarantined_share",
        "row_balance",
        "Không tệp nào có phần bản ghi phải giữ riêng vượt giới hạn.",
        "No file has a larger share of its records in quarantine than the limit allows.",
        _QUARANTINE_LIMIT,
        fill("SELECT 1 FROM {batch} WHERE quarantined > records * {limit}", limit=setting("quarantine_limit")),
    ),
    _warning(
        "quarantine_within_limit",
        "quarantine",
        "Trong toàn bộ tệp công dân, và trong toàn bộ tệp đất, phần bản ghi phải giữ riêng không vượt giới hạn.",
        "Over all files of people, and over all files of land, no larger share of records than the limit allows is in "
        "quarantine.",
        f"{_QUARANTINE_LIMIT}; beyond it an official publication waits",
        # A file of which nobody knows what it holds counts for both.
        fill(
            """
            SELECT 1 FROM {batch} AS held WHERE EXISTS (
                SELECT 1
                FROM (VALUES ('citizens'), ('parcels')) AS asked(name) JOIN row_balance AS file
                    ON file.dataset IN (asked.name, 'unknown')
                WHERE coalesce(held.dataset, 'unknown') IN (asked.name, 'unknown')
                GROUP BY asked.name
                HAVING sum(file.quarantined) > sum(file.records) * {limit}
            )""",
            limit=setting("quarantine_limit"),
        ),
        "SELECT coalesce(sum(records), 0) FROM row_balance",
    ),
    _warning(
        "unplaced_rows",
        "unplaced",
        "Không còn dòng nào của xã cũ bị chia mà chưa xếp được vào xã, phường mới.",
        "No row of a split commune is left without a new commune.",
        "Data contract: unplaced; NQ 1656/NQ-UBTVQH15",
        "SELECT 1 FROM {batch}",
        "SELECT coalesce(sum(loaded), 0) FROM row_balance",
    ),
    _warning(
        "unplaced_within_limit",
        "unplaced",
        "Trong các dòng thuộc xã, phường mới này hoặc chưa rõ, phần chưa xếp được không vượt giới hạn.",
        "Of the rows that belong here or nowhere, no larger share than the limit allows is without a new commune.",
        "Publication setting unplaced_limit (pipelines/warehouse/settings.py); beyond it an official publication waits",
        fill(
            """
            SELECT 1 FROM {batch} JOIN (
                SELECT dataset FROM row_balance GROUP BY dataset
                HAVING sum(unplaced) > sum(placed + unplaced) * {limit}
            ) AS beyond USING (dataset)""",
            limit=setting("unplaced_limit"),
        ),
        "SELECT coalesce(sum(placed + unplaced), 0) FROM row_balance",
    ),
)
