"""References: an id that one table names exists in the table it points to."""

from typing import Final

from expectations.rule import Rule
from pipelines.warehouse.quoting import Sql, fill, name
from pipelines.warehouse.schema import EVERY_ROW

_SOURCE: Final = "Data contract: tables and their keys"


def _refers(table: str, column: str, target: str, key: str, vi: str, en: str, *, optional: bool = False) -> Rule:
    """`table.column` is found in `target.key`; when `optional`, it may also be empty."""
    referring = table if column == key else f"{table}_{column}"
    given = fill("child.{column} IS NOT NULL", column=name(column)) if optional else EVERY_ROW
    return Rule(
        id=f"references.{referring}_in_{target}",
        suite="references",
        severity="gate",
        vi=vi,
        en=en,
        source=_SOURCE,
        table=table,
        expectation=fill(
            """
            SELECT 1 FROM {batch} AS child ANTI JOIN {target} AS target ON target.{key} = child.{column}
            WHERE {given}""",
            target=name(target),
            key=name(key),
            column=name(column),
            given=given,
        ),
        checked=fill("SELECT count({counted}) FROM {batch}", counted=name(column) if optional else Sql("*")),
    )


def _entity_exists(table: str, vi: str, en: str) -> Rule:
    """`table.entity_id` is a person or a parcel, as its dataset says."""
    return Rule(
        id=f"references.{table}_entity",
        suite="references",
        severity="gate",
        vi=vi,
        en=en,
        source=_SOURCE,
        table=table,
        expectation="""
            SELECT 1 FROM {batch} AS child
            ANTI JOIN (
                SELECT 'citizens' AS dataset, citizen_id AS entity_id FROM citizens
                UNION ALL SELECT 'parcels', parcel_id FROM parcels
            ) AS entity ON entity.dataset = child.dataset AND entity.entity_id = child.entity_id""",
    )


def _of_old_commune(table: str, vi: str, en: str, *, people: bool = False) -> Rule:
    """`table.old_commune_code` is an old commune of this new one; of `people` one that brought people."""
    came = Sql("old.part <> 'none'") if people else EVERY_ROW
    return Rule(
        id=f"references.{table}_old_commune",
        suite="references",
        severity="gate",
        vi=vi,
        en=en,
        source="Data contract: old communes of the new one (NQ 1656/NQ-UBTVQH15)",
        table=table,
        expectation=fill(
            """
            SELECT 1 FROM {batch} AS child
            ANTI JOIN (
                SELECT old.code FROM (
                    SELECT unnest(from_json(value, '[{{"code": "VARCHAR", "part": "VARCHAR"}}]')) AS old
                    FROM manifest WHERE key = 'old_communes'
                ) WHERE {came}
            ) AS own ON own.code = child.old_commune_code""",
            came=came,
        ),
    )


def _row_of(table: str, sources: str, key: str, vi: str, en: str) -> Rule:
    """`table.record_id` is a row of its own entity."""
    return Rule(
        id=f"references.{table}_row",
        suite="references",
        severity="gate",
        vi=vi,
        en=en,
        source=_SOURCE,
        table=table,
        expectation=fill(
            "SELECT 1 FROM {batch} AS child ANTI JOIN {sources} AS source USING ({key}, record_id)",
            sources=name(sources),
            key=name(key),
        ),
    )


RULES: Final[tuple[Rule, ...]] = (
    _refers(
        "citizen_sources",
        "citizen_id",
        "citizens",
        "citizen_id",
        "Mỗi dòng nguồn công dân thuộc về một người có trong bảng công dân.",
        "Every citizen source row belongs to a person in the table of citizens.",
    ),
    _refers(
        "citizens",
        "citizen_id",
        "citizen_sources",
        "citizen_id",
        "Mỗi người đều có ít nhất một dòng nguồn.",
        "Every person has at least one source row.",
    ),
    _refers(
        "citizens",
        "household_id",
        "households",
        "household_id",
        "Hộ ghi ở mỗi người đều có trong bảng hộ gia đình.",
        "The household of a person is in the table of households.",
        optional=True,
    ),
    _refers(
        "households",
        "head_citizen_id",
        "citizens",
        "citizen_id",
        "Chủ hộ của mỗi hộ đều có trong bảng công dân.",
        "The head of a household is in the table of citizens.",
        optional=True,
    ),
    _refers(
        "citizens_sensitive",
        "citizen_id",
        "citizens",
        "citizen_id",
        "Thông tin nhạy cảm đều thuộc về một người có trong bảng công dân.",
        "Sensitive fields belong to a person in the table of citizens.",
    ),
    _refers(
        "parcel_sources",
        "parcel_id",
        "parcels",
        "parcel_id",
        "Mỗi dòng nguồn thửa đất thuộc về một thửa có trong bảng thửa đất.",
        "Every parcel source row belongs to a parcel in the table of parcels.",
    ),
    _refers(
        "parcels",
        "parcel_id",
        "parcel_sources",
        "parcel_id",
        "Mỗi thửa đất đều có ít nhất một dòng nguồn.",
        "Every parcel has at least one source row.",
    ),
    _refers(
        "parcel_numbers",
        "parcel_id",
        "parcels",
        "parcel_id",
        "Mỗi số hiệu thửa thuộc về một thửa có trong bảng thửa đất.",
        "Every parcel number belongs to a parcel in the table of parcels.",
    ),
    _refers(
        "parcel_relations",
        "from_parcel_id",
        "parcels",
        "parcel_id",
        "Thửa trước trong mỗi quan hệ đo vẽ lại đều có trong bảng thửa đất.",
        "The earlier parcel of a re-survey relation is in the table of parcels.",
    ),
    _refers(
        "parcel_relations",
        "to_parcel_id",
        "parcels",
        "parcel_id",
        "Thửa sau trong mỗi quan hệ đo vẽ lại đều có trong bảng thửa đất.",
        "The later parcel of a re-survey relation is in the table of parcels.",
    ),
    _refers(
        "parcel_owners",
        "parcel_id",
        "parcels",
        "parcel_id",
        "Mỗi chủ sử dụng gắn với một thửa có trong bảng thửa đất.",
        "Every owner is tied to a parcel in the table of parcels.",
    ),
    _refers(
        "parcel_owners",
        "citizen_id",
        "citizens",
        "citizen_id",
        "Chủ sử dụng đã đối sánh được thì người đó có trong bảng công dân.",
        "An owner matched to a person is in the table of citizens.",
        optional=True,
    ),
    _entity_exists(
        "clusters",
        "Mỗi nhóm dòng đã gộp ứng với một người hoặc một thửa đất đang có.",
        "Every cluster of merged rows is a person or a parcel that exists.",
    ),
    _entity_exists(
        "provenance",
        "Mỗi ghi chép về trường không thống nhất ứng với một người hoặc một thửa đất đang có.",
        "Every note on a field whose sources disagreed is about a person or a parcel that exists.",
    ),
    _row_of(
        "parcel_numbers",
        "parcel_sources",
        "parcel_id",
        "Mỗi số hiệu thửa lấy từ một dòng nguồn của chính thửa đó.",
        "Every parcel number is from a source row of that parcel.",
    ),
    _row_of(
        "citizen_numbers",
        "citizen_sources",
        "citizen_id",
        "Mỗi số định danh lấy từ một dòng nguồn của chính người đó.",
        "Every personal number is from a source row of that person.",
    ),
    _of_old_commune(
        "citizens",
        "Xã cũ của mỗi người là một xã cũ có dân nhập vào xã, phường mới này.",
        "The old commune of every person is one whose people came to this new commune.",
        people=True,
    ),
    _of_old_commune(
        "households",
        "Xã cũ của mỗi hộ là một xã cũ có dân nhập vào xã, phường mới này.",
        "The old commune of every household is one whose people came to this new commune.",
        people=True,
    ),
    _of_old_commune(
        "citizen_sources",
        "Xã cũ của mỗi dòng công dân đã xếp là một xã cũ có dân nhập vào xã, phường mới này.",
        "The old commune of every placed citizen row is one whose people came to this new commune.",
        people=True,
    ),
    _of_old_commune(
        "parcels",
        "Xã cũ của mỗi thửa đất là một xã cũ của xã, phường mới này.",
        "The old commune of every parcel is one of this new commune.",
    ),
    _of_old_commune(
        "parcel_numbers",
        "Xã cũ của mỗi số hiệu thửa là một xã cũ của xã, phường mới này.",
        "The old commune of every parcel number is one of this new commune.",
    ),
    _of_old_commune(
        "parcel_sources",
        "Xã cũ của mỗi dòng thửa đất đã xếp là một xã cũ của xã, phường mới này.",
        "The old commune of every placed parcel row is one of this new commune.",
    ),
    _of_old_commune(
        "sheet_map",
        "Xã cũ của mỗi tờ trong Bảng 01 là một xã cũ của xã, phường mới này.",
        "The old commune of every sheet of Bảng 01 is one of this new commune.",
    ),
    _of_old_commune(
        "unplaced",
        "Xã cũ của mỗi dòng chưa xếp được là một xã cũ của xã, phường mới này.",
        "The old commune of every unplaced row is one of this new commune.",
    ),
    _of_old_commune(
        "row_balance",
        "Xã cũ của mỗi tệp nguồn là một xã cũ của xã, phường mới này.",
        "The old commune of every source file is one of this new commune.",
    ),
    Rule(
        id="references.household_members",
        suite="references",
        severity="gate",
        vi="Số người ghi ở mỗi hộ đúng bằng số người thuộc hộ đó, và hộ nào cũng có người.",
        en="The member count of a household is that of the people who belong to it, and every household has some.",
        source="Data contract: households.member_count",
        table="households",
        expectation="""
            SELECT 1 FROM {batch} AS household
            LEFT JOIN (SELECT household_id, count(*) AS found FROM citizens GROUP BY household_id) AS members
                USING (household_id)
            WHERE member_count IS DISTINCT FROM found""",
    ),
    Rule(
        id="references.household_head_is_member",
        suite="references",
        severity="gate",
        vi="Chủ hộ của mỗi hộ là người thuộc chính hộ đó.",
        en="The head of a household is one of its members.",
        source="Data contract: households.head_citizen_id",
        table="households",
        # A head who is nobody is another rule's.
        expectation="""
            SELECT 1 FROM {batch} AS household JOIN citizens AS head ON head.citizen_id = household.head_citizen_id
            WHERE head.household_id IS DISTINCT FROM household.household_id""",
        checked="SELECT count(head_citizen_id) FROM {batch}",
    ),
    Rule(
        id="references.household_of_one_commune",
        suite="references",
        severity="gate",
        vi="Xã cũ của mỗi người có hộ đúng là xã cũ của hộ đó.",
        en="The old commune of a person in a household is that of the household.",
        source="Data contract: households.old_commune_code",
        table="citizens",
        expectation="""
            SELECT 1 FROM {batch} AS person JOIN households AS household USING (household_id)
            WHERE person.old_commune_code IS DISTINCT FROM household.old_commune_code""",
        checked="SELECT count(household_id) FROM {batch}",
    ),
)
