"""Linkage: why rows became one person or one parcel, so that every merger can be explained and gone back to its rows.

What waits for a person, and what people decided, has a suite of its own (`review`).
"""

from typing import Final

from expectations.rule import ENTITY_ROWS, ROWS, Rule
from pipelines.warehouse.quoting import Sql, fill, text

_LINKS: Final = "Data contract: links"
_CLUSTERS: Final = "Data contract: clusters"
_PROVENANCE: Final = "Data contract: provenance"


def _gate(name: str, table: str, vi: str, en: str, source: str, expectation: str, checked: str = ROWS) -> Rule:
    return Rule(f"linkage.{name}", "linkage", "gate", vi, en, source, table, expectation, checked)


def _entities_of(decision: str, failure: Sql, vi: str, en: str) -> Rule:
    """What is true of the entities `first` and `second` of the two rows of every link with this decision."""
    return _gate(
        f"{decision}_pairs",
        "links",
        vi,
        en,
        _LINKS,
        fill(
            """
            SELECT 1 FROM {batch} AS link
            JOIN {entity_rows} AS first ON first.dataset = link.dataset AND first.record_id = link.record_id_a
            JOIN {entity_rows} AS second ON second.dataset = link.dataset AND second.record_id = link.record_id_b
            WHERE link.decision = {decision} AND first.entity_id {failure} second.entity_id""",
            entity_rows=ENTITY_ROWS,
            decision=text(decision),
            failure=failure,
        ),
        fill("SELECT count(*) FROM {batch} WHERE decision = {decision}", decision=text(decision)),
    )


RULES: Final[tuple[Rule, ...]] = (
    _gate(
        "rows_of_links",
        "links",
        "Hai dòng của mỗi cặp được so sánh đều là dòng đã xếp vào xã, phường mới này.",
        "Both rows of every compared pair are rows placed in this new commune.",
        _LINKS,
        fill(
            """
            SELECT 1 FROM (SELECT dataset, unnest([record_id_a, record_id_b]) AS record_id FROM {batch}) AS named
            ANTI JOIN {entity_rows} AS placed USING (dataset, record_id)""",
            entity_rows=ENTITY_ROWS,
        ),
        "SELECT 2 * count(*) FROM {batch}",
    ),
    _gate(
        "evidence_adds_up",
        "links",
        "Trọng số của mỗi cặp dòng đúng bằng tổng trọng số của các chứng cứ được ghi.",
        "The weight of every pair is exactly that of its evidence together.",
        "Data contract: links.weight and links.evidence",
        "SELECT 1 FROM {batch} WHERE list_sum([entry.weight for entry in evidence]) IS DISTINCT FROM weight",
    ),
    _gate(
        "probability",
        "links",
        "Xác suất của mỗi cặp dòng nằm trong khoảng từ 0 đến 1.",
        "The probability of every pair lies between 0 and 1.",
        "Data contract: links.probability",
        "SELECT 1 FROM {batch} WHERE NOT coalesce(probability BETWEEN 0 AND 1, false)",
    ),
    _gate(
        "automatic_weight",
        "links",
        "Cặp được gộp tự động có trọng số từ ngưỡng tự động trở lên.",
        "A pair merged automatically has at least the weight of the automatic threshold.",
        "Data contract: links.decision; manifest: thresholds",
        """
        SELECT 1 FROM {batch} AS link LEFT JOIN manifest ON manifest.key = 'thresholds.' || link.dataset
        WHERE link.decision = 'automatic'
            AND NOT coalesce(link.weight >= (manifest.value ->> 'automatic')::BIGINT, false)""",
        "SELECT count(*) FROM {batch} WHERE decision = 'automatic'",
    ),
    _entities_of(
        "automatic",
        Sql("<>"),
        "Hai dòng của cặp được gộp tự động thuộc về cùng một người hoặc một thửa đất.",
        "The two rows of a pair merged automatically stand in one person or parcel.",
    ),
    _entities_of(
        "refused",
        Sql("="),
        "Hai dòng của cặp bị ràng buộc ngăn lại không thuộc về cùng một người hoặc một thửa đất.",
        "The two rows of a pair that a constraint kept apart never stand in one person or parcel.",
    ),
    _gate(
        "one_cluster",
        "clusters",
        "Mỗi người, mỗi thửa đất gồm từ hai dòng trở lên có đúng một nhóm, ghi đúng số dòng; ngoài ra không có nhóm "
        "nào.",
        "Every person or parcel of two rows or more has one cluster with its number of rows, and no other has one.",
        _CLUSTERS,
        fill(
            """
            SELECT 1
            FROM (
                SELECT dataset, entity_id, count(*) AS clusters, any_value("rows") AS told FROM {batch} GROUP BY ALL
            ) AS cluster
            FULL JOIN (
                SELECT dataset, entity_id, count(*) AS found FROM {entity_rows} GROUP BY ALL HAVING count(*) > 1
            ) AS held USING (dataset, entity_id)
            WHERE clusters IS DISTINCT FROM 1 OR told IS DISTINCT FROM found""",
            entity_rows=ENTITY_ROWS,
        ),
    ),
    _gate(
        "path_of_merged_links",
        "clusters",
        "Mỗi liên kết giữ các dòng của một nhóm là một cặp đã gộp tự động hoặc do cán bộ quyết định, đúng trọng số ấy.",
        "Every link that holds a cluster together is a pair merged automatically or by an officer, of that weight.",
        _CLUSTERS,
        """
        SELECT 1 FROM (SELECT dataset, unnest(path) AS step FROM {batch}) AS held
        ANTI JOIN (SELECT * FROM links WHERE decision IN ('automatic', 'officer')) AS link
            ON link.dataset = held.dataset AND link.record_id_a = held.step.record_id_a
            AND link.record_id_b = held.step.record_id_b AND link.weight = held.step.weight""",
        "SELECT coalesce(sum(len(path)), 0) FROM {batch}",
    ),
    _gate(
        "path_connects",
        "clusters",
        "Các liên kết của mỗi nhóm nối liền đúng các dòng của nó, không thừa liên kết nào.",
        "The links of every cluster connect exactly its rows, with none to spare.",
        _CLUSTERS,
        # From the first row of each cluster along its links, to its own rows only: all of them must be reached.
        fill(
            """
            WITH RECURSIVE
                link AS (SELECT dataset, entity_id, unnest(path) AS step FROM clusters),
                way AS (
                    SELECT dataset, entity_id, step.record_id_a AS here, step.record_id_b AS there FROM link
                    UNION ALL SELECT dataset, entity_id, step.record_id_b, step.record_id_a FROM link
                ),
                own_way AS (
                    SELECT way.dataset, way.entity_id, here, there FROM way
                    JOIN {entity_rows} AS placed ON placed.dataset = way.dataset
                        AND placed.entity_id = way.entity_id AND placed.record_id = way.there
                ),
                reached AS (
                    SELECT dataset, entity_id, min(record_id) AS record_id FROM {entity_rows} AS placed
                    SEMI JOIN clusters USING (dataset, entity_id) GROUP BY ALL
                    UNION
                    SELECT own_way.dataset, own_way.entity_id, there FROM reached
                    JOIN own_way ON own_way.dataset = reached.dataset AND own_way.entity_id = reached.entity_id
                        AND own_way.here = reached.record_id
                )
            SELECT 1 FROM {batch} AS cluster
            LEFT JOIN (SELECT dataset, entity_id, count(*) AS found FROM reached GROUP BY ALL) AS connected
                USING (dataset, entity_id)
            WHERE found IS DISTINCT FROM "rows" OR len(path) IS DISTINCT FROM "rows" - 1""",
            entity_rows=ENTITY_ROWS,
        ),
    ),
    _gate(
        "weakest_weight",
        "clusters",
        "Trọng số yếu nhất ghi ở mỗi nhóm đúng là trọng số nhỏ nhất trong các liên kết của nhóm.",
        "The weakest weight of every cluster is the smallest one along its path.",
        "Data contract: clusters.weakest_weight",
        "SELECT 1 FROM {batch} WHERE list_min([step.weight for step in path]) IS DISTINCT FROM weakest_weight",
    ),
    _gate(
        "provenance_of_own_row",
        "provenance",
        "Giá trị được giữ của một trường không thống nhất lấy từ một dòng của chính người hoặc thửa đất đó.",
        "The value kept of a field whose sources disagreed is from a row of that person or parcel.",
        _PROVENANCE,
        fill(
            """
            SELECT 1 FROM {batch} AS field
            ANTI JOIN {entity_rows} AS placed USING (dataset, entity_id, record_id)""",
            entity_rows=ENTITY_ROWS,
        ),
    ),
    _gate(
        "provenance_once",
        "provenance",
        "Mỗi trường không thống nhất của một người hoặc thửa đất được ghi một lần, kèm ít nhất một giá trị khác.",
        "A field whose sources disagreed stands once for its person or parcel, with at least one other value.",
        _PROVENANCE,
        """
        SELECT 1 FROM {batch} GROUP BY dataset, entity_id, field
        HAVING count(*) > 1 OR field IS NULL OR NOT coalesce(bool_and(len(other_values) > 0), false)""",
    ),
)
