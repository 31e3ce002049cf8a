"""References: an id that one table names exists in the table it points to."""

from typing import Final

from expectations.rule import Rule

_SOURCE: Final = "Data contract: tables and their keys"


def _refers(table: str, column: str, target: str, key: str, vi: str, en: str, *, optional: bool = False) -> Rule:
    """`table.column` is found in `target.key`; when `optional`, it may also be empty."""
    name = table if column == key else f"{table}_{column}"
    return Rule(
        id=f"references.{name}_in_{target}",
        suite="references",
        severity="gate",
        vi=vi,
        en=en,
        source=_SOURCE,
        table=table,
        expectation=f"""
            SELECT 1 FROM {{batch}} AS child ANTI JOIN {target} AS target ON target.{key} = child.{column}
            {f"WHERE child.{column} IS NOT NULL" if optional else ""}""",
        checked=f"SELECT count({column if optional else '*'}) FROM {{batch}}",
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
)
