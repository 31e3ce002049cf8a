"""Identity: every person, parcel and case stands once, and rests on the rows that made it."""

from typing import Final

from expectations.rule import CITIZEN_TRUST, Rule
from pipelines.warehouse.changes import CHURN

_TRUSTED: Final = "Data contract: two different trusted numbers never stand in one person"


def _unique(table: str, key: tuple[str, ...], vi: str, en: str, source: str = "Data contract: keys") -> Rule:
    columns = ", ".join(key)
    missing = " OR ".join(f"{column} IS NULL" for column in key)
    return Rule(
        id=f"identity.{table}_unique",
        suite="identity",
        severity="gate",
        vi=vi,
        en=en,
        source=source,
        table=table,
        expectation=f"SELECT 1 FROM {{batch}} GROUP BY {columns} HAVING {missing} OR count(*) > 1",
    )


def _entity(table: str, sources: str, key: str, vi: str, en: str) -> tuple[Rule, ...]:
    """The three promises that tie an entity table to the rows it was made from."""
    return (
        Rule(
            id=f"identity.{table}_one_kept",
            suite="identity",
            severity="gate",
            vi=f"Mỗi {vi} có đúng một dòng nguồn được giữ làm bản ghi chính.",
            en=f"Every {en} has exactly one source row that was kept.",
            source=f"Data contract: {sources}, exactly one kept",
            table=sources,
            expectation=f"""
                SELECT 1 FROM {{batch}} GROUP BY {key} HAVING count(*) FILTER (outcome = 'kept') <> 1""",
            checked=f"SELECT count(DISTINCT {key}) FROM {{batch}}",
        ),
        Rule(
            id=f"identity.{table}_kept_count",
            suite="identity",
            severity="gate",
            vi=f"Tổng số dòng được giữ bằng số {vi}.",
            en=f"The rows kept are as many as the {table}.",
            source="Data contract: every kept count equals its entity table's count",
            table=table,
            expectation=f"""
                SELECT 1
                WHERE (SELECT count(*) FROM {{batch}})
                    <> (SELECT count(*) FROM {sources} WHERE outcome = 'kept')""",
        ),
        Rule(
            id=f"identity.{table}_source_rows",
            suite="identity",
            severity="gate",
            vi=f"Số dòng nguồn ghi ở mỗi {vi} đúng bằng số dòng có trong bảng nguồn.",
            en=f"The source row count of every {en} equals its rows in {sources}.",
            source=f"Data contract: {table}.source_row_count",
            table=table,
            expectation=f"""
                SELECT 1
                FROM {{batch}} AS entity
                LEFT JOIN (SELECT {key}, count(*) AS found FROM {sources} GROUP BY ALL) AS held USING ({key})
                WHERE source_row_count IS DISTINCT FROM coalesce(found, 0)""",
        ),
    )


RULES: Final[tuple[Rule, ...]] = (
    _unique(
        "citizens",
        ("citizen_id",),
        "Mỗi công dân có một mã, không trống, không trùng.",
        "Every person has an id, none missing, none twice.",
    ),
    _unique(
        "citizens_sensitive",
        ("citizen_id",),
        "Thông tin nhạy cảm của mỗi người chỉ ghi một lần.",
        "The sensitive fields of a person stand once.",
    ),
    _unique(
        "households",
        ("household_id",),
        "Mỗi hộ có một mã, không trống, không trùng.",
        "Every household has an id, none missing, none twice.",
    ),
    _unique(
        "parcels",
        ("parcel_id",),
        "Mỗi thửa đất có một mã, không trống, không trùng.",
        "Every parcel has an id, none missing, none twice.",
    ),
    _unique(
        "review_queue",
        ("case_id",),
        "Mỗi trường hợp chờ xem xét có một mã, không trống, không trùng.",
        "Every review case has an id, none missing, none twice.",
    ),
    Rule(
        id="identity.links_unique",
        suite="identity",
        severity="gate",
        vi="Mỗi cặp dòng được so sánh chỉ ghi một lần và gồm hai dòng khác nhau.",
        en="Every compared pair stands once and joins two different rows.",
        source="Data contract: links has one row per compared pair",
        table="links",
        expectation="""
            SELECT 1
            FROM {batch}
            GROUP BY dataset, least(record_id_a, record_id_b), greatest(record_id_a, record_id_b)
            HAVING count(*) > 1 OR NOT coalesce(bool_and(record_id_a <> record_id_b), false)""",
    ),
    Rule(
        id="identity.model_not_drifted",
        suite="identity",
        severity="gate",
        vi="Mô hình đối sánh còn nhận ra các cặp cùng số định danh khi che số, và không gộp các cặp khác số.",
        en="The linkage model still recognises pairs of one number when numbers are masked, and keeps others apart.",
        source="Label-free alarm against drift of an estimated model (pipelines/linkage/calibration.py)",
        table="manifest",
        expectation="""
            SELECT 1 FROM {batch} WHERE starts_with(key, 'alarm.') AND contains(value, '"fired": true')""",
        checked="SELECT count(*) FROM {batch} WHERE starts_with(key, 'alarm.')",
    ),
    Rule(
        id="identity.churn_within_limit",
        suite="identity",
        severity="gate",
        vi="Trong số người và thửa đất đã công bố lần trước, phần nay bị rút, gộp hoặc tách không vượt giới hạn.",
        en="Of the people and parcels published before, no larger share than allowed is withdrawn, merged or split.",
        source="Publication setting churn_limit (pipelines/warehouse/settings.py); new entities and "
        "what officers decided never count",
        table="changes",
        # A limit or a count that the manifest does not tell is taken as none.
        expectation=f"""
            SELECT DISTINCT dataset, earlier_entity_id FROM {{batch}} JOIN (
                SELECT dataset FROM changes WHERE {CHURN} GROUP BY dataset
                HAVING count(DISTINCT earlier_entity_id) > coalesce(
                    (SELECT (value ->> 'churn_limit')::DOUBLE FROM manifest WHERE key = 'settings.publication')
                    * (SELECT value::DOUBLE FROM manifest WHERE key = 'earlier.' || dataset), 0)
            ) AS beyond USING (dataset) WHERE {CHURN}""",
        checked="""
            SELECT coalesce(sum(value::BIGINT), 0) FROM manifest
            WHERE key IN ('earlier.citizens', 'earlier.parcels')""",
        remedy="Nếu thay đổi là thật (mục «Thay đổi so với lần công bố trước» của báo cáo), hãy chạy lại riêng lần này "
        "với giới hạn cao hơn, ví dụ --churn-limit 0.3.",
    ),
    Rule(
        id="identity.sheet_map_unique",
        suite="identity",
        severity="gate",
        vi="Trong cùng một hệ bản đồ, không có hai tờ cũ mang chung một số tờ mới.",
        en="Within a map system no two old sheets carry the same new number.",
        source="TT 25/2014/TT-BTNMT Art. 17 (as amended by TT 09/2021); data contract: sheet_map",
        table="sheet_map",
        expectation="""
            SELECT 1 FROM {batch} WHERE new_sheet_no IS NOT NULL
            GROUP BY map_system, new_sheet_no HAVING count(*) > 1""",
    ),
    *_entity("citizens", "citizen_sources", "citizen_id", "công dân", "person"),
    *_entity("parcels", "parcel_sources", "parcel_id", "thửa đất", "parcel"),
    Rule(
        id="identity.one_trusted_number",
        suite="identity",
        severity="gate",
        vi="Không người nào mang hai số định danh đều đáng tin, trừ khi cán bộ đã quyết định số nào bị thay.",
        en="No person holds two trusted personal numbers, unless a decision says which was superseded.",
        source=_TRUSTED,
        table=CITIZEN_TRUST,
        # The numbers on rows that a decision calls superseded count as one.
        expectation="""
            SELECT 1
            FROM (
                SELECT DISTINCT citizen_id, trusted_number FROM {batch} WHERE trusted_number IS NOT NULL
            ) AS held
            LEFT JOIN (
                SELECT DISTINCT citizen_id, trusted_number, true AS decided
                FROM {batch}
                WHERE trusted_number IS NOT NULL AND record_id IN (
                    SELECT unnest(record_ids) FROM decisions WHERE kind = 'number_superseded'
                )
            ) AS superseded USING (citizen_id, trusted_number)
            GROUP BY citizen_id
            HAVING count(DISTINCT CASE WHEN decided THEN '' ELSE trusted_number END) > 1""",
        checked="SELECT count(DISTINCT citizen_id) FROM {batch} WHERE trusted_number IS NOT NULL",
    ),
)
