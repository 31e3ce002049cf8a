"""Values: a coded column holds only its codes, and columns that speak of one another agree."""

from typing import Final, get_args

from expectations.rule import Rule
from pipelines.review.decisions import Kind
from pipelines.warehouse.quoting import Sql, fill, flag, joined, name, number, text

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
    codes = joined(", ", (text(value) if isinstance(value, str) else number(value) for value in values))
    names = ", ".join(str(value) for value in values)
    return Rule(
        id=f"values.{table}_{column}",
        suite="values",
        severity="gate",
        vi=f"{vi} chỉ nhận một trong các giá trị: {names}{' (hoặc để trống)' if optional else ''}.",
        en=f"{en} is one of: {names}{' (or empty)' if optional else ''}.",
        source=f"Data contract: {table}.{column}",
        table=table,
        expectation=fill(
            """
            SELECT 1 FROM {batch} WHERE NOT coalesce({column} IN ({codes}), {optional})""",
            column=name(column),
            codes=codes,
            optional=flag(optional),
        ),
        checked=fill("SELECT count({counted}) FROM {batch}", counted=name(column) if optional else Sql("*")),
    )


def _form(table: str, column: str, pattern: str, vi: str, en: str, source: str = "") -> Rule:
    """`table.column` is of this form (its braces doubled) wherever it is not null."""
    return Rule(
        id=f"values.{table}_{column}_form",
        suite="values",
        severity="gate",
        vi=vi,
        en=en,
        source=source or f"Data contract: {table}.{column}",
        table=table,
        expectation=fill(
            """
            SELECT 1 FROM {batch} WHERE NOT regexp_full_match({column}, {pattern})""",
            column=name(column),
            pattern=text(pattern),
        ),
        checked=fill("SELECT count({column}) FROM {batch}", column=name(column)),
    )


def _filled(table: str, columns: tuple[str, ...], vi: str, en: str) -> Rule:
    """None of these texts of `table` is missing or empty."""
    told = joined(" AND ", (fill("{column} <> ''", column=name(column)) for column in columns))
    return Rule(
        id=f"values.{table}_filled",
        suite="values",
        severity="gate",
        vi=vi,
        en=en,
        source=f"Data contract: {table}",
        table=table,
        expectation=fill("SELECT 1 FROM {batch} WHERE NOT coalesce({told}, false)", told=told),
    )


def _cells(table: str, vi: str, en: str) -> Rule:
    """Every row of `table` has its cells as they stood in the file."""
    return Rule(
        id=f"values.{table}_raw",
        suite="values",
        severity="gate",
        vi=vi,
        en=en,
        source=f"Data contract: {table}.raw",
        table=table,
        expectation="SELECT 1 FROM {batch} WHERE NOT coalesce(cardinality(raw) > 0, false)",
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
        "Độ tin cậy của số định danh",
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
    _one_of(
        "citizen_numbers",
        "status",
        ("trusted", "doubtful", "shared", "superseded", "wrong"),
        "Độ tin cậy của số định danh trên một dòng",
        "The trust of a personal number on a row",
    ),
    _one_of("id_history", "dataset", _DATASETS, "Bộ dữ liệu của lần thay đổi mã", "The dataset of an id change"),
    _one_of("unplaced", "dataset", _DATASETS, "Bộ dữ liệu của dòng chưa xếp được", "The dataset of an unplaced row"),
    _one_of(
        "quarantine",
        "dataset",
        (*_DATASETS, "unknown"),
        "Bộ dữ liệu của dòng giữ riêng",
        "The dataset of a row in quarantine",
    ),
    _one_of("decisions", "dataset", _DATASETS, "Bộ dữ liệu của quyết định", "The dataset of a decision"),
    _one_of("decisions", "kind", get_args(Kind), "Loại quyết định", "The kind of a decision"),
    _form(
        "citizens",
        "personal_id",
        "[0-9]{{12}}",
        "Số định danh ghi cho một người gồm đúng 12 chữ số.",
        "The personal number of a person has exactly 12 digits.",
        "NĐ 137/2015/NĐ-CP Art. 13; data contract: citizens.personal_id",
    ),
    _form(
        "citizens",
        "old_id_no",
        "[0-9]{{9}}",
        "Số CMND ghi cho một người gồm đúng 9 chữ số.",
        "The old number of a person has exactly 9 digits.",
    ),
    _filled(
        "links",
        ("reason",),
        "Mỗi cặp dòng đã so sánh có lý do bằng lời.",
        "Every compared pair has its reason in words.",
    ),
    _filled(
        "review_queue",
        ("question", "reason"),
        "Mỗi trường hợp cần xem có câu hỏi và mã lý do.",
        "Every review case has a question and a reason.",
    ),
    _filled(
        "decisions",
        ("by", "at"),
        "Mỗi quyết định ghi rõ ai quyết định và lúc nào.",
        "Every decision says who decided and when.",
    ),
    _filled(
        "provenance",
        ("field", "rule"),
        "Mỗi ghi chép về trường không thống nhất nêu tên trường và quy tắc đã áp dụng.",
        "Every note on a field whose sources disagreed names the field and the rule that chose.",
    ),
    _filled(
        "quarantine",
        ("reason_code", "reason"),
        "Mỗi dòng giữ riêng có mã lý do và lý do bằng lời.",
        "Every row in quarantine has a reason code and a reason in words.",
    ),
    _filled(
        "unplaced",
        ("reason",),
        "Mỗi dòng chưa xếp được có lý do bằng lời.",
        "Every unplaced row has its reason in words.",
    ),
    _filled(
        "parcel_owners",
        ("reason",),
        "Mỗi chủ sử dụng có căn cứ đối sánh bằng lời.",
        "Every owner has the reason of its match in words.",
    ),
    _filled(
        "parcel_relations",
        ("reason",),
        "Mỗi quan hệ đo vẽ lại có căn cứ bằng lời.",
        "Every re-survey relation has its reason in words.",
    ),
    _filled(
        "sheet_map",
        ("old_commune_code", "old_sheet_no", "new_sheet_no"),
        "Mỗi tờ trong Bảng 01 có mã xã cũ, số tờ cũ và số tờ mới.",
        "Every sheet of Bảng 01 has its old commune, its old number and its new one.",
    ),
    _cells(
        "citizen_sources",
        "Mỗi dòng nguồn công dân giữ nguyên văn các ô của nó.",
        "Every citizen source row keeps its cells as they stood in the file.",
    ),
    _cells(
        "parcel_sources",
        "Mỗi dòng nguồn thửa đất giữ nguyên văn các ô của nó.",
        "Every parcel source row keeps its cells as they stood in the file.",
    ),
    _cells(
        "unplaced",
        "Mỗi dòng chưa xếp được giữ nguyên văn các ô của nó.",
        "Every unplaced row keeps its cells as they stood in the file.",
    ),
    Rule(
        id="values.quarantine_bytes",
        suite="values",
        severity="gate",
        vi="Mỗi dòng giữ riêng còn nguyên các byte như trong tệp.",
        en="Every row in quarantine keeps its bytes as they stand in the file.",
        source="Data contract: quarantine.raw_bytes",
        table="quarantine",
        expectation="SELECT 1 FROM {batch} WHERE raw_bytes IS NULL",
    ),
    Rule(
        id="values.birth_precision_told",
        suite="values",
        severity="gate",
        vi="Ngày sinh, năm sinh khớp với độ chính xác đã ghi: biết đủ ngày thì có ngày sinh đúng năm đó; chỉ biết "
        "tháng, năm hoặc ghi tạm thì có năm sinh mà không có ngày; không biết thì không có cả hai.",
        en="Birth date and year agree with their precision: known to the day, a date of that year; to month or year "
        "or a placeholder, a year alone; unknown, neither.",
        source="Data contract: citizens.birth_precision",
        table="citizens",
        expectation="""
            SELECT 1 FROM {batch} WHERE NOT coalesce(
                CASE birth_precision
                    WHEN 'day' THEN year(birth_date) = birth_year
                    WHEN 'unknown' THEN birth_date IS NULL AND birth_year IS NULL
                    ELSE birth_date IS NULL AND birth_year IS NOT NULL
                END, false)""",
    ),
    Rule(
        id="values.no_number_no_trust",
        suite="values",
        severity="gate",
        vi="Độ tin cậy của số định danh là none khi và chỉ khi người đó không có số định danh.",
        en="The status of the personal number is none exactly where there is no number.",
        source="Data contract: citizens.personal_id_status",
        table="citizens",
        expectation="SELECT 1 FROM {batch} WHERE (personal_id_status = 'none') IS DISTINCT FROM (personal_id IS NULL)",
    ),
    *(
        Rule(
            id=f"values.{table}_quality_reasons",
            suite="values",
            severity="gate",
            vi=f"Mỗi {vi} thuộc nhóm chất lượng 1 khi và chỉ khi không có lý do nào để sửa hoặc xây dựng lại.",
            en=f"A {en} is of quality group 1 exactly when nothing is to be corrected or rebuilt.",
            source=f"Data contract: {table}.quality_group and quality_reasons",
            table=table,
            expectation="""
                SELECT 1 FROM {batch}
                WHERE (quality_group = 1) IS DISTINCT FROM (len(coalesce(quality_reasons, [])) = 0)""",
        )
        for table, vi, en in (("citizens", "công dân", "person"), ("parcels", "thửa đất", "parcel"))
    ),
    Rule(
        id="values.land_use_codes",
        suite="values",
        severity="gate",
        vi="Mỗi mục trong danh sách loại đất của một thửa có mã loại đất.",
        en="Every entry of a parcel's list of land uses has a code.",
        source="Data contract: parcels.land_use",
        table="parcels",
        expectation="""
            SELECT 1 FROM {batch} WHERE len([entry FOR entry IN land_use IF coalesce(entry.code, '') = '']) > 0""",
        checked="SELECT coalesce(sum(len(land_use)), 0) FROM {batch}",
    ),
    Rule(
        id="values.owner_score",
        suite="values",
        severity="gate",
        vi="Điểm đối sánh của chủ sử dụng nằm trong khoảng từ 0 đến 1; chủ không khớp thì không có điểm.",
        en="The score of an owner's match lies between 0 and 1; one without match has none.",
        source="Data contract: parcel_owners.score",
        table="parcel_owners",
        expectation="""
            SELECT 1 FROM {batch} WHERE NOT coalesce(
                CASE status WHEN 'no_match' THEN score IS NULL ELSE score BETWEEN 0 AND 1 END, false)""",
    ),
)
