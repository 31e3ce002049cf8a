"""Values: a coded column holds only its codes, and columns that speak of one another agree."""

from typing import Final

from expectations.rule import Rule

_DATASETS: Final = ("citizens", "parcels")


def _one_of(
    table: str,
    column: str,
    values: tuple[str, ...] | tuple[int, ...],
    vi: str,
    en: str,
    *,
    optional: bool = False,
) -> Rule:
    """`table.column` holds one of `values`; when `optional`, it may also be empty."""
    codes = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
    names = ", ".join(str(value) for value in values)
    return Rule(
        id=f"values.{table}_{column}",
        suite="values",
        severity="gate",
        vi=f"{vi} chỉ nhận một trong các giá trị: {names}{' (hoặc để trống)' if optional else ''}.",
        en=f"{en} is one of: {names}{' (or empty)' if optional else ''}.",
        source=f"Data contract: {table}.{column}",
        table=table,
        expectation=f"""
            SELECT 1 FROM {{batch}} WHERE NOT coalesce({column} IN ({codes}), {str(optional).lower()})""",
        checked=f"SELECT count({column if optional else '*'}) FROM {{batch}}",
    )


RULES: Final[tuple[Rule, ...]] = (
    _one_of(
        "citizens",
        "birth_precision",
        ("day", "month", "year", "placeholder", "unknown"),
        "Độ chính xác của ngày sinh",
        "The precision of the birth date",
    ),
    _one_of("citizens", "sex", ("male", "female"), "Giới tính", "Sex", optional=True),
    _one_of(
        "citizens",
        "personal_id_status",
        ("trusted", "doubtful", "shared", "none"),
        "Độ tin của số định danh",
        "The status of the personal number",
    ),
    _one_of(
        "citizens",
        "status",
        ("present", "moved", "dead", "unknown"),
        "Tình trạng cư trú",
        "The residence status",
    ),
    _one_of("citizens", "quality_group", (1, 2, 3), "Nhóm chất lượng của công dân", "A person's quality group"),
    _one_of("parcels", "quality_group", (1, 2, 3), "Nhóm chất lượng của thửa đất", "A parcel's quality group"),
    _one_of(
        "citizen_sources",
        "outcome",
        ("kept", "merged"),
        "Kết quả của dòng công dân",
        "The outcome of a citizen row",
    ),
    _one_of(
        "parcel_sources",
        "outcome",
        ("kept", "merged"),
        "Kết quả của dòng thửa đất",
        "The outcome of a parcel row",
    ),
    _one_of(
        "parcel_owners",
        "owner_kind",
        ("person", "household", "organisation", "state", "unknown"),
        "Loại chủ sử dụng",
        "The kind of owner",
    ),
    _one_of(
        "parcel_owners",
        "status",
        ("confirmed", "needs_paper", "no_match"),
        "Tình trạng đối sánh chủ sử dụng",
        "The status of an owner's match",
    ),
    _one_of(
        "parcel_relations",
        "kind",
        ("resurveyed_as", "split_into", "joined_into", "overlaps"),
        "Loại quan hệ đo vẽ lại",
        "The kind of a re-survey relation",
    ),
    _one_of(
        "sheet_map",
        "assigned_by",
        ("rule", "officer", "late"),
        "Cách cấp số tờ mới",
        "How a new sheet number was assigned",
    ),
    _one_of("links", "dataset", _DATASETS, "Bộ dữ liệu của cặp dòng", "The dataset of a pair"),
    _one_of(
        "links",
        "decision",
        ("automatic", "review", "refused", "officer"),
        "Quyết định về cặp dòng",
        "The decision on a pair",
    ),
    _one_of(
        "review_queue",
        "dataset",
        _DATASETS,
        "Bộ dữ liệu của trường hợp chờ xem xét",
        "The dataset of a review case",
    ),
    _one_of(
        "review_queue",
        "status",
        ("open", "waiting", "decided"),
        "Tình trạng của trường hợp chờ xem xét",
        "The status of a review case",
    ),
    _one_of(
        "id_history",
        "kind",
        ("minted", "merged_into", "split_from", "retired"),
        "Loại thay đổi mã",
        "The kind of an id change",
    ),
    _one_of(
        "changes",
        "kind",
        ("new", "changed", "merged", "split", "withdrawn"),
        "Loại thay đổi so với lần công bố trước",
        "The kind of a change since the last publication",
    ),
    _one_of(
        "changes",
        "cause",
        (
            *("decision", "rows_arrived", "rows_corrected", "rows_withdrawn"),
            *("model", "settings", "program", "other_entities"),
        ),
        "Nguyên nhân thay đổi so với lần công bố trước",
        "The cause of a change since the last publication",
    ),
    _one_of(
        "row_balance",
        "dataset",
        (*_DATASETS, "unknown"),
        "Bộ dữ liệu của tệp nguồn",
        "The dataset of a source file",
    ),
    Rule(
        id="values.trusted_number_form",
        suite="values",
        severity="gate",
        vi="Số định danh đã coi là đáng tin phải gồm đúng 12 chữ số.",
        en="A trusted personal number has exactly 12 digits.",
        source="NĐ 137/2015/NĐ-CP Art. 13; data contract: trusted personal numbers",
        table="citizens",
        expectation="""
            SELECT 1 FROM {batch}
            WHERE personal_id_status = 'trusted'
                AND NOT coalesce(regexp_full_match(personal_id, '[0-9]{{12}}'), false)""",
        checked="SELECT count(*) FROM {batch} WHERE personal_id_status = 'trusted'",
    ),
    Rule(
        id="values.birth_date_precision",
        suite="values",
        severity="gate",
        vi="Chỉ ghi ngày sinh khi biết đủ ngày, tháng, năm.",
        en="A birth date stands only where it is known to the day.",
        source="Data contract: citizens.birth_precision",
        table="citizens",
        expectation="""
            SELECT 1 FROM {batch} WHERE birth_date IS NOT NULL AND birth_precision IS DISTINCT FROM 'day'""",
        checked="SELECT count(birth_date) FROM {batch}",
    ),
)
