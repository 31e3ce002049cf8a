"""Balance: no line of an export is lost or counted twice.

The equations of `row_balance`, and the same counts found again in the tables that hold the rows.
"""

from typing import Final

from expectations.rule import CITIZEN_TRUST, Rule
from pipelines.warehouse.quoting import Sql, fill, joined, name, texts

_SOURCE: Final = "Data contract: the balance equations hold for every file"
_ONE_PLACE: Final = "Data contract: every placed row stands in exactly one sources row"
_PLACED: Final = Sql("""(
    SELECT source_file, source_row FROM citizen_sources UNION ALL SELECT source_file, source_row FROM parcel_sources
)""")
_LOADED: Final = Sql("""(
    SELECT source_file, source_line, old_commune_code FROM citizen_sources
    UNION ALL SELECT source_file, source_line, old_commune_code FROM parcel_sources
    UNION ALL SELECT source_file, source_line, old_commune_code FROM unplaced
)""")


def _equation(equation: str, total: str, parts: tuple[str, ...], vi: str, en: str) -> Rule:
    return Rule(
        id=f"balance.{equation}",
        suite="balance",
        severity="gate",
        vi=vi,
        en=en,
        source=_SOURCE,
        table="row_balance",
        # An unknown count is a failure too: a comparison with null must not pass for equality.
        expectation=fill(
            "SELECT 1 FROM {batch} WHERE NOT coalesce({total} = {parts}, false)",
            total=name(total),
            parts=joined(" + ", map(name, parts)),
        ),
    )


def _placed_per_file(count: str, outcomes: tuple[str, ...], vi: str, en: str) -> Rule:
    return Rule(
        id=f"balance.{count}_per_file",
        suite="balance",
        severity="gate",
        vi=vi,
        en=en,
        source=_ONE_PLACE,
        table="row_balance",
        expectation=fill(
            """
            SELECT 1
            FROM (SELECT dataset, source_file, sum({count}) AS stated FROM {batch} GROUP BY ALL) AS files
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
            count=name(count),
            outcomes=texts(outcomes),
        ),
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
        ("kept", "merged"),
        "Ở mỗi tệp, số dòng có trong bảng nguồn của công dân hoặc thửa đất đúng bằng số đã xếp.",
        "For every file, the rows in the sources tables are as many as the balance says were placed.",
    ),
    _placed_per_file(
        "kept",
        ("kept",),
        "Ở mỗi tệp, số dòng được giữ trong bảng nguồn đúng bằng số ghi trong bảng cân đối.",
        "For every file, the rows kept in the sources tables are as many as the balance says.",
    ),
    _placed_per_file(
        "merged",
        ("merged",),
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
    Rule(
        id="balance.line_once",
        suite="balance",
        severity="gate",
        vi="Trong mỗi tệp, mỗi dòng đọc được bắt đầu ở một dòng vật lý riêng, nằm trong số dòng của tệp.",
        en="In every file, each loaded row starts at a physical line of its own, within the lines of the file.",
        source="Data contract: source_line, from 1",
        table="row_balance",
        expectation=fill(
            """
            SELECT 1 FROM {loaded} AS loaded LEFT JOIN {batch} AS file USING (source_file)
            GROUP BY source_file, source_line
            HAVING count(*) > 1 OR NOT coalesce(bool_and(source_line BETWEEN 1 AND physical_lines), false)""",
            loaded=_LOADED,
        ),
        checked=fill("SELECT count(*) FROM {loaded}", loaded=_LOADED),
    ),
    Rule(
        id="balance.record_number_once",
        suite="balance",
        severity="gate",
        vi="Trong mỗi tệp, mỗi dòng đã xếp có số thứ tự bản ghi riêng, từ 1 đến số bản ghi của tệp.",
        en="In every file, each placed row has a record number of its own, from 1 to the records of the file.",
        source="Data contract: source_row, from 1",
        table="row_balance",
        expectation=fill(
            """
            SELECT 1 FROM {placed} AS placed LEFT JOIN {batch} AS file USING (source_file)
            GROUP BY source_file, source_row
            HAVING count(*) > 1 OR NOT coalesce(bool_and(source_row BETWEEN 1 AND records), false)""",
            placed=_PLACED,
        ),
        checked=fill("SELECT count(*) FROM {placed}", placed=_PLACED),
    ),
    Rule(
        id="balance.commune_of_file",
        suite="balance",
        severity="gate",
        vi="Xã cũ của mỗi dòng đọc được là xã cũ có thư mục chứa tệp của nó.",
        en="The old commune of every loaded row is the one whose folder holds its file.",
        source="Data contract: the folder gives the old commune",
        table="row_balance",
        expectation=fill(
            """
            SELECT 1 FROM {loaded} AS loaded LEFT JOIN {batch} AS file USING (source_file)
            WHERE file.old_commune_code IS DISTINCT FROM loaded.old_commune_code""",
            loaded=_LOADED,
        ),
        checked=fill("SELECT count(*) FROM {loaded}", loaded=_LOADED),
    ),
    Rule(
        id="balance.file_hash",
        suite="balance",
        severity="gate",
        vi="Mỗi tệp đã đọc có mã băm SHA-256.",
        en="Every file that was read has its SHA-256 hash.",
        source="Data contract: row_balance.sha256",
        table="row_balance",
        # Of a file that cannot even be opened there is none; nothing of it is loaded.
        expectation="""
            SELECT 1 FROM {batch}
            WHERE NOT coalesce(regexp_full_match(sha256, '[0-9a-f]{{64}}') OR (sha256 = '' AND loaded = 0), false)""",
    ),
    Rule(
        id="balance.bytes_once",
        suite="balance",
        severity="gate",
        vi="Không có hai tệp giống hệt nhau cùng được nạp.",
        en="No two files with the same bytes are both loaded.",
        source="Data contract: a byte-equal file met twice is loaded once",
        table="row_balance",
        # The sheets of a workbook, whose names stand in brackets behind its own, are one file.
        expectation=r"""
            SELECT 1 FROM {batch} WHERE loaded > 0
            GROUP BY sha256 HAVING count(DISTINCT regexp_replace(source_file, ' \[.*\]$', '')) > 1""",
        checked="SELECT count(*) FROM {batch} WHERE loaded > 0",
    ),
    Rule(
        id="balance.duplicate_of_a_file",
        suite="balance",
        severity="gate",
        vi="Tệp ghi là bản sao không nạp dòng nào, và tệp gốc của nó có cùng mã băm, không phải là bản sao.",
        en="A file listed as a duplicate loads no row, and its original has the same hash and is no duplicate itself.",
        source="Data contract: a byte-equal file met twice is listed as duplicate",
        table="row_balance",
        expectation="""
            SELECT 1 FROM (SELECT * FROM {batch} WHERE duplicate_of IS NOT NULL) AS copy
            LEFT JOIN (SELECT DISTINCT source_file, sha256 FROM row_balance WHERE duplicate_of IS NULL) AS original
                ON original.sha256 = copy.sha256 AND starts_with(original.source_file, copy.duplicate_of)
            WHERE original.source_file IS NULL OR copy.records <> 0""",
        checked="SELECT count(duplicate_of) FROM {batch}",
    ),
)
