"""Balance: no line of an export is lost or counted twice.

The equations of `row_balance`, and the same counts found again in the tables that hold the rows.
"""

from typing import Final

from expectations.rule import CITIZEN_TRUST, Rule

_SOURCE: Final = "Data contract: the balance equations hold for every file"
_ONE_PLACE: Final = "Data contract: every placed row stands in exactly one sources row"


def _equation(name: str, total: str, parts: tuple[str, ...], vi: str, en: str) -> Rule:
    return Rule(
        id=f"balance.{name}",
        suite="balance",
        severity="gate",
        vi=vi,
        en=en,
        source=_SOURCE,
        table="row_balance",
        # An unknown count is a failure too: a comparison with null must not pass for equality.
        expectation=f"SELECT 1 FROM {{batch}} WHERE NOT coalesce({total} = {' + '.join(parts)}, false)",
    )


def _placed_per_file(count: str, outcomes: str, vi: str, en: str) -> Rule:
    return Rule(
        id=f"balance.{count}_per_file",
        suite="balance",
        severity="gate",
        vi=vi,
        en=en,
        source=_ONE_PLACE,
        table="row_balance",
        expectation=f"""
            SELECT 1
            FROM (SELECT dataset, source_file, sum({count}) AS stated FROM {{batch}} GROUP BY ALL) AS files
            FULL JOIN (
                SELECT dataset, source_file, count(*) FILTER (outcome IN ({outcomes})) AS found
                FROM (
                    SELECT 'citizens' AS dataset, source_file, outcome FROM citizen_sources
                    UNION ALL
                    SELECT 'parcels', source_file, outcome FROM parcel_sources
                )
                GROUP BY ALL
            ) AS held USING (dataset, source_file)
            WHERE coalesce(stated, 0) <> coalesce(found, 0)""",
    )


RULES: Final[tuple[Rule, ...]] = (
    _equation(
        "physical_lines",
        "physical_lines",
        ("title_lines", "header_lines", "blank_lines", "total_lines", "record_lines"),
        "Ở mỗi tệp, số dòng vật lý bằng tổng số dòng tiêu đề, dòng tên cột, dòng trống, dòng tổng cộng "
        "và dòng thuộc bản ghi.",
        "In every file, the physical lines are the title, header, blank, totals and record lines together.",
    ),
    _equation(
        "records",
        "records",
        ("loaded", "quarantined"),
        "Ở mỗi tệp, số bản ghi bằng số đọc được cộng số phải giữ riêng.",
        "In every file, records are those loaded and those in quarantine.",
    ),
    _equation(
        "loaded",
        "loaded",
        ("placed", "unplaced", "elsewhere"),
        "Ở mỗi tệp, số bản ghi đọc được bằng số đã xếp vào xã mới này cộng số chưa xếp được và số thuộc xã mới khác.",
        "In every file, loaded records are those placed here, those unplaced and those placed elsewhere.",
    ),
    _equation(
        "placed",
        "placed",
        ("kept", "merged"),
        "Ở mỗi tệp, số bản ghi đã xếp bằng số được giữ cộng số được gộp.",
        "In every file, placed records are those kept and those merged.",
    ),
    Rule(
        id="balance.file_once",
        suite="balance",
        severity="gate",
        vi="Mỗi tệp nguồn chỉ có một dòng trong bảng cân đối.",
        en="Every source file stands once in the balance table.",
        source="Data contract: row_balance has one row per source file",
        table="row_balance",
        expectation="""
            SELECT 1 FROM {batch} GROUP BY source_file HAVING source_file IS NULL OR count(*) > 1""",
    ),
    Rule(
        id="balance.quarantined_per_file",
        suite="balance",
        severity="gate",
        vi="Ở mỗi tệp, số dòng nằm trong bảng giữ riêng đúng bằng số ghi trong bảng cân đối.",
        en="For every file, the rows in quarantine are as many as the balance says.",
        source=_SOURCE,
        table="row_balance",
        expectation="""
            SELECT 1
            FROM (SELECT source_file, sum(quarantined) AS stated FROM {batch} GROUP BY ALL) AS files
            FULL JOIN (SELECT source_file, count(*) AS found FROM quarantine GROUP BY ALL) AS held
                USING (source_file)
            WHERE coalesce(stated, 0) <> coalesce(found, 0)""",
    ),
    Rule(
        id="balance.unplaced_per_file",
        suite="balance",
        severity="gate",
        vi="Ở mỗi tệp, số dòng nằm trong bảng chưa xếp đúng bằng số ghi trong bảng cân đối.",
        en="For every file, the rows in `unplaced` are as many as the balance says.",
        source=_SOURCE,
        table="row_balance",
        expectation="""
            SELECT 1
            FROM (SELECT dataset, source_file, sum(unplaced) AS stated FROM {batch} GROUP BY ALL) AS files
            FULL JOIN (SELECT dataset, source_file, count(*) AS found FROM unplaced GROUP BY ALL) AS held
                USING (dataset, source_file)
            WHERE coalesce(stated, 0) <> coalesce(found, 0)""",
    ),
    _placed_per_file(
        "placed",
        "'kept', 'merged'",
        "Ở mỗi tệp, số dòng có trong bảng nguồn của công dân hoặc thửa đất đúng bằng số đã xếp.",
        "For every file, the rows in the sources tables are as many as the balance says were placed.",
    ),
    _placed_per_file(
        "kept",
        "'kept'",
        "Ở mỗi tệp, số dòng được giữ trong bảng nguồn đúng bằng số ghi trong bảng cân đối.",
        "For every file, the rows kept in the sources tables are as many as the balance says.",
    ),
    _placed_per_file(
        "merged",
        "'merged'",
        "Ở mỗi tệp, số dòng được gộp trong bảng nguồn đúng bằng số ghi trong bảng cân đối.",
        "For every file, the rows merged in the sources tables are as many as the balance says.",
    ),
    Rule(
        id="balance.record_once",
        suite="balance",
        severity="gate",
        vi="Mỗi dòng của tệp chỉ nằm ở một nơi: nguồn công dân, nguồn thửa đất, chưa xếp hoặc giữ riêng.",
        en="Every record stands in one place only: citizen sources, parcel sources, unplaced or quarantine.",
        source=_ONE_PLACE,
        table="citizen_sources",
        expectation="""
            SELECT 1
            FROM (
                SELECT record_id FROM {batch}
                UNION ALL SELECT record_id FROM parcel_sources
                UNION ALL SELECT record_id FROM unplaced
                UNION ALL SELECT record_id FROM quarantine
            )
            GROUP BY record_id
            HAVING record_id IS NULL OR count(*) > 1""",
        checked="""
            SELECT (SELECT count(*) FROM {batch}) + (SELECT count(*) FROM parcel_sources)
                + (SELECT count(*) FROM unplaced) + (SELECT count(*) FROM quarantine)""",
    ),
    Rule(
        id="balance.trust_covers_sources",
        suite="balance",
        severity="gate",
        vi="Mỗi dòng công dân đã xếp đều được xét độ tin cậy của số định danh đúng một lần, cho đúng người.",
        en="The trust of the personal number was judged once for every placed citizen row, for its person.",
        source="Data contract: trusted personal numbers",
        table=CITIZEN_TRUST,
        # Without it an empty trust table would let the rules on trusted numbers pass.
        expectation="""
            SELECT 1
            FROM (SELECT record_id, citizen_id, count(*) AS judged FROM {batch} GROUP BY ALL) AS trust
            FULL JOIN (
                SELECT record_id, citizen_id, count(*) AS placed FROM citizen_sources GROUP BY ALL
            ) AS sources USING (record_id, citizen_id)
            WHERE judged IS DISTINCT FROM placed""",
        checked="SELECT count(*) FROM citizen_sources",
    ),
)
