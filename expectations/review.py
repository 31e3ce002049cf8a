"""Review: what is asked of a person is asked in full, and what people decided is what was done.

Whether a person should look at something at all is not judged here.
"""

from typing import Final

from expectations.rule import ENTITY_ROWS, ROWS, Rule
from pipelines.review.queue import REFUSALS
from pipelines.warehouse.quoting import Sql, fill, texts

_CASES: Final = "Data contract: review_queue"
_DECISIONS: Final = "Data contract: decisions in force; partition is a function of rows, settings, decisions, model"
_NUMBERS: Final = "Data contract: a shared number loses trust on all its holders and opens cases"

_ABOUT_SEVERAL: Final = texts(
    (
        *("decisions_contradict", "number_shared", "number_doubtful", "no_corroboration", "link_in_review"),
        *REFUSALS,
    )
)
"""Reasons of cases that ask whether rows are one, or which of them is right."""

_DECIDED_ROWS: Final = Sql(
    "(SELECT decision_id, dataset, kind, unnest(record_ids) AS record_id, unnest(parts) AS part FROM"
)
_ASKED_AGAIN: Final = Sql("""(
    SELECT dataset, unnest(record_ids) AS record_id FROM review_queue
    WHERE reason IN ('decisions_contradict', 'decision_row_changed')
)""")
"""The rows of which a person is asked anew: two decisions disagree, or a row was corrected since."""


def _gate(name: str, table: str, vi: str, en: str, source: str, expectation: str, checked: str = ROWS) -> Rule:
    return Rule(f"review.{name}", "review", "gate", vi, en, source, table, expectation, checked)


def _obeyed(name: str, kinds: tuple[str, ...], vi: str, en: str, failure: Sql) -> Rule:
    """What the entities of the placed rows of every decision of these kinds must not be: a condition on groups."""
    codes = texts(kinds)
    return _gate(
        name,
        "decisions",
        vi,
        en,
        _DECISIONS,
        fill(
            """
            SELECT 1 FROM {decided_rows} {batch} WHERE kind IN ({codes})) AS decided
            JOIN {entity_rows} AS placed USING (dataset, record_id)
            JOIN (
                SELECT dataset, entity_id, count(*) AS size FROM {entity_rows} GROUP BY ALL
            ) AS entity USING (dataset, entity_id)
            LEFT JOIN (SELECT DISTINCT dataset, record_id, true AS again FROM {asked_again}) AS asked
                USING (dataset, record_id)
            {failure}""",
            decided_rows=_DECIDED_ROWS,
            codes=codes,
            entity_rows=ENTITY_ROWS,
            asked_again=_ASKED_AGAIN,
            failure=failure,
        ),
        fill("SELECT count(*) FROM {batch} WHERE kind IN ({codes})", codes=codes),
    )


RULES: Final[tuple[Rule, ...]] = (
    _gate(
        "rows_of_cases",
        "review_queue",
        "Mỗi dòng nêu trong một trường hợp cần xem là dòng đã xếp, chưa xếp được hoặc giữ riêng của bộ dữ liệu đó.",
        "Every row of a review case is a placed or an unplaced row of its dataset, or in quarantine.",
        _CASES,
        fill(
            """
            SELECT 1 FROM (SELECT dataset, unnest(record_ids) AS record_id FROM {batch}) AS named
            ANTI JOIN (
                SELECT dataset, record_id FROM {entity_rows} UNION ALL SELECT dataset, record_id FROM unplaced
                UNION ALL SELECT asked.dataset, record_id
                FROM quarantine JOIN (VALUES ('citizens'), ('parcels')) AS asked (dataset)
                    ON quarantine.dataset IN (asked.dataset, 'unknown')
            ) AS known USING (dataset, record_id)""",
            entity_rows=ENTITY_ROWS,
        ),
        "SELECT coalesce(sum(len(record_ids)), 0) FROM {batch}",
    ),
    _gate(
        "cases_of_several_rows",
        "review_queue",
        "Mỗi trường hợp cần xem nêu các dòng khác nhau; hỏi có phải là một hay không thì nêu từ hai dòng trở lên.",
        "A review case names different rows, and two or more when it asks whether they are one.",
        _CASES,
        fill(
            """
            SELECT 1 FROM {batch} WHERE len(list_distinct(record_ids)) IS DISTINCT FROM len(record_ids)
                OR len(record_ids) < CASE WHEN reason IN ({about_several}) THEN 2 ELSE 1 END""",
            about_several=_ABOUT_SEVERAL,
        ),
    ),
    _gate(
        "cases_ranked",
        "review_queue",
        "Mỗi trường hợp cần xem có thứ tự từ 1 và nói rõ có chặn công bố chính thức hay không.",
        "Every review case has a rank from 1 and says whether it holds up official publication.",
        _CASES,
        "SELECT 1 FROM {batch} WHERE NOT coalesce(priority >= 1, false) OR blocking IS NULL",
    ),
    _gate(
        "doubt_is_asked",
        "links",
        "Mỗi cặp dòng chờ xem xét hoặc bị ràng buộc ngăn lại nằm trọn trong một trường hợp cần xem.",
        "Both rows of every pair in review or kept apart by a constraint stand in one review case.",
        _CASES,
        """
        WITH asked AS (SELECT dataset, case_id, unnest(record_ids) AS record_id FROM review_queue)
        SELECT 1 FROM (SELECT * FROM {batch} WHERE decision IN ('review', 'refused')) AS link
        LEFT JOIN asked AS a ON a.dataset = link.dataset AND a.record_id = link.record_id_a
        LEFT JOIN asked AS b ON b.dataset = a.dataset AND b.case_id = a.case_id AND b.record_id = link.record_id_b
        GROUP BY link.dataset, link.record_id_a, link.record_id_b HAVING count(b.case_id) = 0""",
        "SELECT count(*) FROM {batch} WHERE decision IN ('review', 'refused')",
    ),
    _gate(
        "shared_number_is_asked",
        "citizen_numbers",
        "Số định danh mà nhiều người cùng mang thì mọi dòng có số đó đều nằm trong một trường hợp cần xem.",
        "All rows with a personal number that several people hold stand in a review case about it.",
        _NUMBERS,
        """
        SELECT 1 FROM (
            SELECT record_id, status,
                min(citizen_id) OVER numbers <> max(citizen_id) OVER numbers AS of_several
            FROM {batch} WHERE status IN ('shared', 'trusted') WINDOW numbers AS (PARTITION BY personal_id)
        ) AS held
        ANTI JOIN (SELECT unnest(record_ids) AS record_id FROM review_queue WHERE reason = 'number_shared') AS asked
            USING (record_id)
        WHERE status = 'shared' AND of_several""",
        "SELECT count(DISTINCT personal_id) FROM {batch}",
    ),
    _gate(
        "doubtful_number_never_blocks",
        "review_queue",
        "Trường hợp về số định danh còn nghi ngờ không bao giờ chặn công bố chính thức.",
        "A case on a doubtful personal number never holds up official publication.",
        "Data contract: a non-blocking case is opened for a doubtful number",
        "SELECT 1 FROM {batch} WHERE reason = 'number_doubtful' AND blocking",
    ),
    _gate(
        "decisions_whole",
        "decisions",
        "Mỗi quyết định nêu các dòng khác nhau và mỗi dòng thuộc phần nào của câu trả lời.",
        "Every decision names different rows, and to which part of the answer each of them belongs.",
        "Data contract: decisions",
        """
        SELECT 1 FROM {batch} WHERE NOT coalesce(
            len(record_ids) > 0 AND len(list_distinct(record_ids)) = len(record_ids)
            AND len(parts) = len(record_ids), false)""",
    ),
    _obeyed(
        "told_apart",
        ("different", "dissolve"),
        "Các dòng mà cán bộ đã quyết định là khác nhau không thuộc về cùng một người hoặc một thửa đất.",
        "Rows that an officer told apart never stand in one person or parcel.",
        Sql("GROUP BY decision_id, dataset, entity_id HAVING count(DISTINCT part) > 1"),
    ),
    _obeyed(
        "kept_alone",
        ("keep_out",),
        "Dòng mà cán bộ đã quyết định để riêng không gộp với dòng nào khác.",
        "A row that an officer keeps out is merged with no other.",
        Sql("WHERE size > 1"),
    ),
    _obeyed(
        "called_one",
        ("same", "number_superseded"),
        "Các dòng mà cán bộ đã quyết định là một thuộc về cùng một người hoặc một thửa đất, trừ khi có trường hợp "
        "hỏi lại về chúng.",
        "Rows that an officer called one stand in one person or parcel, unless a case asks about them again.",
        Sql(
            "GROUP BY decision_id, dataset HAVING count(DISTINCT entity_id) > 1 AND NOT coalesce(bool_or(again), false)"
        ),
    ),
)
