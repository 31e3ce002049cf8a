"""Placement over several new communes: what they took from old communes that were split among them."""

from typing import Final

from expectations.rule import Rule
from pipelines.warehouse.placed_elsewhere import COMPARED, PLACED_ELSEWHERE
from pipelines.warehouse.quoting import fill, text

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="placement.placed_once",
        suite="placement",
        # No gate: when other rules move rows from here to there and from there to here, each of the two would wait for
        # the other to be published first.
        severity="warning",
        vi="Không dòng nào xếp vào xã, phường mới này còn nằm trong kho đã công bố của một xã, phường mới khác.",
        en="No row placed here also stands in the published warehouse of another new commune.",
        source="Data contract: a row is placed in one new commune; NQ 1656/NQ-UBTVQH15",
        table=PLACED_ELSEWHERE,
        expectation="SELECT 1 FROM {batch}",
        checked=fill(
            """
            SELECT count(*)
            FROM (SELECT old_commune_code FROM citizen_sources UNION ALL SELECT old_commune_code FROM parcel_sources)
            WHERE old_commune_code IN (
                SELECT unnest(value::JSON::VARCHAR[]) FROM manifest WHERE key = {compared}
            )""",
            compared=text(COMPARED),
        ),
        remedy="Hãy chạy lại xã, phường mới kia, nơi còn giữ các dòng này theo quy tắc cũ.",
    ),
)
