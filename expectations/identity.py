"""Identity: every person, parcel and case stands once, and rests on the rows that made it."""

from typing import Final

from expectations.rule import CITIZEN_TRUST, Rule, setting
from pipelines.identity.check_character import ALPHABET, WEIGHTS
from pipelines.identity.ledger import NUMBER_MARKS
from pipelines.warehouse.changes import CHURN
from pipelines.warehouse.quoting import fill, joined, name, names, number, text

_TRUSTED: Final = "Data contract: two different trusted numbers never stand in one person"


def _unique(table: str, key: tuple[str, ...], vi: str, en: str, source: str = "Data contract: keys") -> Rule:
    missing = joined(" OR ", (fill("{column} IS NULL", column=name(column)) for column in key))
    return Rule(
        id=f"identity.{table}_unique",
        suite="identity",
        severity="gate",
        vi=vi,
        en=en,
        source=source,
        table=table,
        expectation=fill(
            "SELECT 1 FROM {batch} GROUP BY {columns} HAVING {missing} OR count(*) > 1",
            columns=names(key),
            missing=missing,
        ),
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
            expectation=fill(
                """
                SELECT 1 FROM {batch} GROUP BY {key} HAVING count(*) FILTER (outcome = 'kept') <> 1""",
                key=name(key),
            ),
            checked=fill("SELECT count(DISTINCT {key}) FROM {batch}", key=name(key)),
        ),
        Rule(
            id=f"identity.{table}_kept_count",
            suite="identity",
            severity="gate",
            vi=f"Tổng số dòng được giữ bằng số {vi}.",
            en=f"The rows kept are as many as the {table}.",
            source="Data contract: every kept count equals its entity table's count",
            table=table,
            expectation=fill(
                """
                SELECT 1
                WHERE (SELECT count(*) FROM {batch})
                    <> (SELECT count(*) FROM {sources} WHERE outcome = 'kept')""",
                sources=name(sources),
            ),
        ),
        Rule(
            id=f"identity.{table}_source_rows",
            suite="identity",
            severity="gate",
            vi=f"Số dòng nguồn ghi ở mỗi {vi} đúng bằng số dòng có trong bảng nguồn.",
            en=f"The source row count of every {en} equals its rows in {sources}.",
            source=f"Data contract: {table}.source_row_count",
            table=table,
            expectation=fill(
                """
                SELECT 1
                FROM {batch} AS entity
                LEFT JOIN (SELECT {key}, count(*) AS found FROM {sources} GROUP BY ALL) AS held USING ({key})
                WHERE source_row_count IS DISTINCT FROM coalesce(found, 0)""",
                key=name(key),
                sources=name(sources),
            ),
        ),
    )


def _lasting(table: str, key: str, vi: str, en: str) -> tuple[Rule, ...]:
    """What the id of an entity looks like, and that the ledger gave it."""
    values = fill(
        "list_resize([strpos({alphabet}, sign) - 1 FOR sign IN string_split(replace({key}[:-3], '-', ''), '')], "
        "{length}, 0)",
        alphabet=text(ALPHABET),
        key=name(key),
        length=number(len(WEIGHTS)),
    )
    check = fill(
        "(list_dot_product({values}::DOUBLE[], [{weights}]::DOUBLE[]) % {base})::INTEGER",
        values=values,
        weights=joined(", ", map(number, WEIGHTS)),
        base=number(len(ALPHABET)),
    )
    form = f"[0-9]{{{{5}}}}-{NUMBER_MARKS[table]}[0-9]{{{{7,}}}}-[{ALPHABET}]"
    return (
        Rule(
            id=f"identity.{table}_id_form",
            suite="identity",
            severity="gate",
            vi=f"Mã của mỗi {vi} đúng dạng và có ký tự kiểm tra đúng.",
            en=f"The id of every {en} has its form and the right check character.",
            source=f"Data contract: {key}, with the minting commune's code and a check character",
            table=table,
            expectation=fill(
                """
                SELECT 1 FROM {batch} WHERE NOT coalesce(
                    regexp_full_match({key}, {form}) AND {alphabet}[1 + {check}] = {key}[-1], false)""",
                key=name(key),
                form=text(form),
                alphabet=text(ALPHABET),
                check=check,
            ),
        ),
        Rule(
            id=f"identity.{table}_minted",
            suite="identity",
            severity="gate",
            vi=f"Mã của mỗi {vi} đã được cấp, có ghi trong lịch sử mã.",
            en=f"The id of every {en} was minted, as the history of ids tells.",
            source="Data contract: ids are minted once, in one ledger",
            table=table,
            expectation=fill(
                """
                SELECT 1 FROM {batch} AS entity
                ANTI JOIN (SELECT * FROM id_history WHERE kind = 'minted' AND dataset = {table}) AS minted
                    ON minted.new_entity_id = entity.{key}""",
                table=text(table),
                key=name(key),
            ),
        ),
    )


def _as_kept(table: str, sources: str, key: str, vi: str, en: str) -> Rule:
    """An entity's old commune is that of the row that was kept."""
    return Rule(
        id=f"identity.{table}_commune_of_kept_row",
        suite="identity",
        severity="gate",
        vi=f"Xã cũ ghi ở mỗi {vi} là xã cũ của dòng được giữ.",
        en=f"The old commune of every {en} is that of the row kept.",
        source=f"Data contract: {table}.old_commune_code",
        table=table,
        expectation=fill(
            """
            SELECT 1 FROM {batch} AS entity JOIN {sources} AS source USING ({key})
            WHERE source.outcome = 'kept' AND source.old_commune_code IS DISTINCT FROM entity.old_commune_code""",
            sources=name(sources),
            key=name(key),
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
        # A count that the manifest does not tell is taken as none.
        expectation=fill(
            """
            SELECT DISTINCT dataset, earlier_entity_id FROM {batch} JOIN (
                SELECT dataset FROM changes WHERE {churn} GROUP BY dataset
                HAVING count(DISTINCT earlier_entity_id) > {limit}
                    * coalesce((SELECT value::DOUBLE FROM manifest WHERE key = 'earlier.' || dataset), 0)
            ) AS beyond USING (dataset) WHERE {churn}""",
            churn=CHURN,
            limit=setting("churn_limit"),
        ),
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
    _unique(
        "citizen_numbers",
        ("record_id",),
        "Số định danh đọc được trên mỗi dòng chỉ ghi một lần.",
        "The personal number read from a row stands once.",
        "Published table citizen_numbers: one number of one row",
    ),
    _unique(
        "decisions",
        ("decision_id",),
        "Mỗi quyết định đang có hiệu lực có một mã, không trống, không trùng.",
        "Every decision in force has an id, none missing, none twice.",
    ),
    *_entity("citizens", "citizen_sources", "citizen_id", "công dân", "person"),
    *_entity("parcels", "parcel_sources", "parcel_id", "thửa đất", "parcel"),
    *_lasting("citizens", "citizen_id", "công dân", "person"),
    *_lasting("parcels", "parcel_id", "thửa đất", "parcel"),
    _as_kept("citizens", "citizen_sources", "citizen_id", "công dân", "person"),
    _as_kept("parcels", "parcel_sources", "parcel_id", "thửa đất", "parcel"),
    Rule(
        id="identity.minted_once",
        suite="identity",
        severity="gate",
        vi="Không mã nào được cấp hai lần.",
        en="No id is minted twice.",
        source="Data contract: no id is ever reused",
        table="id_history",
        expectation="SELECT 1 FROM {batch} WHERE kind = 'minted' GROUP BY new_entity_id HAVING count(*) > 1",
        checked="SELECT count(*) FROM {batch} WHERE kind = 'minted'",
    ),
    Rule(
        id="identity.history_ends",
        suite="identity",
        severity="gate",
        vi="Mỗi thay đổi mã ghi đủ mã trước và mã sau: mã mới cấp không có mã trước, mã rút đi không có mã sau.",
        en="Every id change tells the id before and the one after: a minted one has none before, a retired one none "
        "after.",
        source="Data contract: id_history",
        table="id_history",
        expectation="""
            SELECT 1 FROM {batch}
            WHERE (old_entity_id IS NULL) IS DISTINCT FROM (kind = 'minted')
                OR (new_entity_id IS NULL) IS DISTINCT FROM (kind = 'retired')""",
    ),
    Rule(
        id="identity.numbers_of_own_rows",
        suite="identity",
        severity="gate",
        vi="Số định danh đang dùng và các số khác ghi ở mỗi người là đúng những số đọc được trên các dòng của người "
        "đó.",
        en="The personal number of a person and the former ones are exactly those read from that person's rows.",
        source="Data contract: citizens.personal_id and former_personal_ids",
        table="citizens",
        expectation="""
            SELECT 1 FROM {batch} AS person
            LEFT JOIN (
                SELECT citizen_id, list_sort(list(DISTINCT personal_id)) AS found FROM citizen_numbers GROUP BY ALL
            ) AS held USING (citizen_id)
            WHERE list_sort(list_concat(former_personal_ids, [n FOR n IN [personal_id] IF n IS NOT NULL]))
                IS DISTINCT FROM coalesce(found, [])""",
    ),
    Rule(
        id="identity.trust_of_own_row",
        suite="identity",
        severity="gate",
        vi="Độ tin của số định danh ghi ở mỗi người là độ tin của số đó trên một dòng của người ấy.",
        en="The status of a person's number is that of the number on one of the person's rows.",
        source="Data contract: citizens.personal_id_status; trusted personal numbers",
        table="citizens",
        # A number that was issued again is doubtful on the person who still carries it.
        expectation="""
            SELECT 1 FROM (SELECT * FROM {batch} WHERE personal_id IS NOT NULL) AS person
            ANTI JOIN citizen_numbers AS held ON held.citizen_id = person.citizen_id
                AND held.personal_id = person.personal_id
                AND replace(held.status, 'superseded', 'doubtful') = person.personal_id_status""",
        checked="SELECT count(personal_id) FROM {batch}",
    ),
    Rule(
        id="identity.shared_number_untrusted",
        suite="identity",
        severity="gate",
        vi="Số định danh đã coi là dùng chung thì không còn đáng tin ở dòng nào, trừ dòng cán bộ đã quyết định là của "
        "người ấy.",
        en="A personal number taken for shared is trusted on no row, save where an officer decided whose it is.",
        source="Data contract: a shared number loses trust on all its holders",
        table="citizen_numbers",
        # A row that was corrected since stands for the one decided about, and a case asks about it again.
        expectation="""
            SELECT 1 FROM (SELECT * FROM {batch} WHERE status = 'trusted') AS held
            SEMI JOIN (SELECT personal_id FROM citizen_numbers WHERE status = 'shared') AS shared USING (personal_id)
            ANTI JOIN (
                SELECT unnest(record_ids) AS record_id FROM decisions
                WHERE kind IN ('number_right', 'number_superseded')
                UNION ALL
                SELECT unnest(record_ids) FROM review_queue WHERE reason = 'decision_row_changed'
            ) AS decided USING (record_id)""",
        checked="SELECT count(*) FROM {batch} WHERE status = 'trusted'",
    ),
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
