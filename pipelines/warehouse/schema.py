"""The published warehouse, declared: every table, its columns, their types and what they mean.

This is the only place where a table's shape stands. The builder, the logical hash, the data dictionary of the
report and the tests all read it from here; the names are those of the contract and do not change.

What does not belong here: how a table is filled (`pipelines.citizens`, `pipelines.parcels`, `pipelines.review`)
and what must be true of it (`expectations`).
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from pipelines.warehouse.quoting import Sql, fill, joined, name

TEXT: Final = Sql("VARCHAR")
COUNT: Final = Sql("BIGINT")
REAL: Final = Sql("DOUBLE")
DATE: Final = Sql("DATE")
FLAG: Final = Sql("BOOLEAN")
TEXTS: Final = Sql("VARCHAR[]")
COUNTS: Final = Sql("BIGINT[]")
BYTES: Final = Sql("BLOB")
RAW: Final = Sql("MAP(VARCHAR, VARCHAR)")
LAND_USE: Final = Sql("STRUCT(code VARCHAR, area_m2 DOUBLE)[]")
EVIDENCE: Final = Sql("STRUCT(field VARCHAR, level VARCHAR, weight BIGINT)[]")
DECODED_CELLS: Final = Sql("STRUCT(column_name VARCHAR, encoding VARCHAR, confidence DOUBLE)[]")
PATH: Final = Sql("STRUCT(record_id_a VARCHAR, record_id_b VARCHAR, weight BIGINT)[]")

_POLARS: Final[dict[str, pl.DataType]] = {
    TEXT: pl.String(),
    COUNT: pl.Int64(),
    REAL: pl.Float64(),
    DATE: pl.Date(),
    FLAG: pl.Boolean(),
    TEXTS: pl.List(pl.String()),
    COUNTS: pl.List(pl.Int64()),
    BYTES: pl.Binary(),
    RAW: pl.List(pl.Struct({"key": pl.String(), "value": pl.String()})),
    LAND_USE: pl.List(pl.Struct({"code": pl.String(), "area_m2": pl.Float64()})),
    EVIDENCE: pl.List(pl.Struct({"field": pl.String(), "level": pl.String(), "weight": pl.Int64()})),
    DECODED_CELLS: pl.List(
        pl.Struct({"column_name": pl.String(), "encoding": pl.String(), "confidence": pl.Float64()})
    ),
    PATH: pl.List(pl.Struct({"record_id_a": pl.String(), "record_id_b": pl.String(), "weight": pl.Int64()})),
}

EVERY_ROW: Final = Sql("true")
"""A condition that holds everywhere."""


@dataclass(frozen=True)
class Column:
    """One column: its name, its DuckDB type, and its meaning in Vietnamese and English."""

    name: str
    type: Sql
    vi: str
    en: str
    entity: str | None = None
    """Whose id stands here (`citizens`, `parcels`, `any`): the logical hash names it by its rows instead."""
    of_history: bool = False
    """Whether its value depends on earlier runs too: then the logical hash leaves it out."""


@dataclass(frozen=True)
class Table:
    """One table of the warehouse; `vi` and `en` say what one row is."""

    name: str
    vi: str
    en: str
    columns: tuple[Column, ...]
    in_logical_hash: bool = True
    of_history: bool = False
    """Whether its rows depend on earlier runs: it has a hash of its own, and the one over all tables leaves it out."""
    hashed_rows: Sql = EVERY_ROW
    """Which rows the logical hash covers, as an SQL condition: those that hang on earlier runs it leaves out."""

    @property
    def polars_schema(self) -> pl.Schema:
        """The Polars schema whose frames fill this table (a map is a list of key and value)."""
        return pl.Schema({column.name: _POLARS[column.type] for column in self.columns})

    @property
    def creation(self) -> Sql:
        """The statement that makes this table, without a row."""
        columns = (fill("{name} {type}", name=name(column.name), type=column.type) for column in self.columns)
        return fill("CREATE TABLE {table} ({columns})", table=name(self.name), columns=joined(", ", columns))

    def empty(self) -> pl.DataFrame:
        """This table with no row, for what no run has filled yet."""
        return pl.DataFrame(schema=self.polars_schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with exactly this table's columns, in order and type; a missing column is an error."""
        return frame.select(pl.col(column.name).cast(_POLARS[column.type]) for column in self.columns)


def _sources(dataset: str, id_column: str, what_vi: str, what_en: str) -> Table:
    return Table(
        f"{dataset[:-1]}_sources",
        f"một dòng {what_vi} đã được xếp vào xã, phường mới",
        f"one placed {what_en} row of an export",
        (
            Column("record_id", TEXT, "mã dòng, tính từ nội dung", "id of the row, from its content"),
            Column(id_column, TEXT, "mã thực thể mà dòng này thuộc về", "the entity it became", dataset),
            Column("source_file", TEXT, "tệp nguồn", "source file, relative to the exports folder"),
            Column("source_line", COUNT, "dòng vật lý, từ 1", "physical line where the record starts, from 1"),
            Column("source_row", COUNT, "bản ghi thứ mấy trong tệp, từ 1", "record number in the file, from 1"),
            Column("old_commune_code", TEXT, "mã xã cũ", "old commune"),
            Column("outcome", TEXT, "kept (giữ) hoặc merged (gộp)", "kept or merged; one kept per entity"),
            Column("raw", RAW, "nguyên văn từng ô", "header to text, as it stood in the file"),
        ),
    )


CITIZENS = Table(
    "citizens",
    "một người",
    "one person",
    (
        Column("citizen_id", TEXT, "mã công dân, cấp một lần", "id, minted once", "citizens"),
        Column("full_name", TEXT, "họ, chữ đệm và tên", "full name"),
        Column("birth_date", DATE, "ngày sinh, khi biết đủ", "birth date, when known to the day"),
        Column("birth_precision", TEXT, "độ chính xác của ngày sinh", "day, month, year, placeholder, unknown"),
        Column("birth_year", COUNT, "năm sinh", "birth year"),
        Column("sex", TEXT, "giới tính: male (nam), female (nữ)", "male, female"),
        Column("personal_id", TEXT, "số định danh cá nhân, 12 số", "12-digit personal number"),
        Column("personal_id_status", TEXT, "độ tin cậy của số định danh", "trusted, doubtful, shared, none"),
        Column("former_personal_ids", TEXTS, "các số định danh khác", "other personal numbers on its rows"),
        Column("old_id_no", TEXT, "số CMND 9 số", "old 9-digit number"),
        Column("household_id", TEXT, "mã hộ", "household"),
        Column("relation_to_head", TEXT, "quan hệ với chủ hộ", "relation to the head of household"),
        Column("father_name", TEXT, "họ tên cha", "father's name"),
        Column("mother_name", TEXT, "họ tên mẹ", "mother's name"),
        Column("spouse_name", TEXT, "họ tên vợ hoặc chồng", "spouse's name"),
        Column("phone", TEXT, "số điện thoại", "telephone number"),
        Column("address_old", TEXT, "địa chỉ cũ, như trong sổ", "address as the register has it"),
        Column("address_new", TEXT, "địa chỉ theo xã, phường mới", "address in the new commune"),
        Column("hamlet", TEXT, "thôn, tổ dân phố", "hamlet"),
        Column("old_commune_code", TEXT, "mã xã cũ", "old commune of the row kept"),
        Column("status", TEXT, "tình trạng cư trú", "present, moved, dead, unknown"),
        Column("updated_on", DATE, "ngày cập nhật mới nhất", "latest update among its rows"),
        Column("note", TEXT, "ghi chú", "note"),
        Column("quality_group", COUNT, "nhóm chất lượng 1, 2, 3", "1 usable, 2 to correct, 3 to rebuild"),
        Column("quality_reasons", TEXTS, "lý do xếp nhóm", "reason codes for the group"),
        Column("source_row_count", COUNT, "số dòng nguồn", "rows that became this person"),
    ),
)

CITIZENS_SENSITIVE = Table(
    "citizens_sensitive",
    "thông tin nhạy cảm của một người",
    "one person's sensitive fields",
    (
        Column("citizen_id", TEXT, "mã công dân", "person", "citizens"),
        Column("ethnicity", TEXT, "dân tộc", "ethnic group as recorded"),
    ),
)

HOUSEHOLDS = Table(
    "households",
    "một hộ",
    "one household",
    (
        Column("household_id", TEXT, "mã hộ: mã xã cũ và số hộ khẩu", "old commune and household number"),
        Column("head_citizen_id", TEXT, "mã công dân của chủ hộ", "head of household", "citizens"),
        Column("address_new", TEXT, "địa chỉ theo xã, phường mới", "address in the new commune"),
        Column("hamlet", TEXT, "thôn, tổ dân phố", "hamlet"),
        Column("old_commune_code", TEXT, "mã xã cũ", "old commune"),
        Column("member_count", COUNT, "số người trong hộ", "persons in the household"),
    ),
)

CITIZEN_SOURCES = _sources("citizens", "citizen_id", "công dân", "citizen")
PARCEL_SOURCES = _sources("parcels", "parcel_id", "thửa đất", "parcel")

CITIZEN_NUMBERS = Table(
    "citizen_numbers",
    "một số định danh đọc được trên một dòng",
    "one personal number read from one row",
    (
        Column("citizen_id", TEXT, "mã công dân", "person", "citizens"),
        Column("personal_id", TEXT, "số định danh, 12 số", "12-digit personal number"),
        Column(
            "status",
            TEXT,
            "độ tin cậy của số trên dòng này",
            "trusted, doubtful, shared, superseded (issued again), wrong",
        ),
        Column("record_id", TEXT, "dòng có số này", "row that has the number"),
    ),
)

_NUMBER_COLUMNS = (
    Column("old_commune_code", TEXT, "mã xã cũ", "old commune"),
    Column("map_system", TEXT, "hệ bản đồ", "map system (299, 1994, overall survey)"),
    Column("map_scale", TEXT, "tỷ lệ", "scale denominator"),
    Column("old_sheet_no", TEXT, "số tờ cũ", "sheet number in the old commune"),
    Column("parcel_no", TEXT, "số thửa", "parcel number"),
    Column("new_sheet_no", TEXT, "số tờ mới", "sheet number in the new commune", of_history=True),
)

PARCELS = Table(
    "parcels",
    "một thửa đất",
    "one parcel",
    (
        Column("parcel_id", TEXT, "mã thửa, cấp một lần", "id, minted once", "parcels"),
        *_NUMBER_COLUMNS,
        Column("area_m2", REAL, "diện tích, m²", "area in square metres"),
        Column("land_use", LAND_USE, "loại đất và diện tích từng loại", "land-use codes with areas"),
        Column("certificate_no", TEXT, "số phát hành giấy chứng nhận", "certificate serial"),
        Column("certificate_book_no", TEXT, "số vào sổ", "certificate book number"),
        Column("certificate_date", DATE, "ngày cấp", "date of issue"),
        Column("field_name", TEXT, "xứ đồng", "field name"),
        Column("address", TEXT, "địa chỉ thửa đất", "address of the parcel"),
        Column("hamlet", TEXT, "thôn, tổ dân phố", "hamlet"),
        Column("note", TEXT, "ghi chú", "note"),
        Column("quality_group", COUNT, "nhóm chất lượng 1, 2, 3", "1 usable, 2 to correct, 3 to rebuild"),
        Column("quality_reasons", TEXTS, "lý do xếp nhóm", "reason codes for the group"),
        Column("source_row_count", COUNT, "số dòng nguồn", "rows that became this parcel"),
    ),
)

PARCEL_NUMBERS = Table(
    "parcel_numbers",
    "một số hiệu mà thửa đất đang có hoặc từng có",
    "one number that a parcel has or had",
    (
        Column("parcel_id", TEXT, "mã thửa", "parcel", "parcels"),
        *_NUMBER_COLUMNS,
        Column("record_id", TEXT, "dòng nguồn", "the row that gives the number"),
        Column("is_current", FLAG, "số hiệu hiện hành", "whether it is the current number"),
    ),
)

PARCEL_RELATIONS = Table(
    "parcel_relations",
    "một quan hệ đo vẽ lại, không phải cùng một thửa",
    "a re-survey relation that is not identity",
    (
        Column("from_parcel_id", TEXT, "thửa trước", "earlier parcel", "parcels"),
        Column("to_parcel_id", TEXT, "thửa sau", "later parcel", "parcels"),
        Column("kind", TEXT, "loại quan hệ", "resurveyed_as, split_into, joined_into, overlaps"),
        Column("reason", TEXT, "căn cứ", "why"),
    ),
)

PARCEL_OWNERS = Table(
    "parcel_owners",
    "một chủ sử dụng của thửa đất",
    "one owner of a parcel",
    (
        Column("parcel_id", TEXT, "mã thửa", "parcel", "parcels"),
        Column("owner_no", COUNT, "chủ thứ mấy", "which owner, from 1"),
        Column("owner_name", TEXT, "tên chủ sử dụng", "owner's name as recorded"),
        Column("owner_kind", TEXT, "loại chủ", "person, household, organisation, state, unknown"),
        Column("owner_id_no", TEXT, "số giấy tờ của chủ", "owner's 9- or 12-digit number"),
        Column("owner_birth_year", COUNT, "năm sinh của chủ", "owner's birth year"),
        Column("owner_address", TEXT, "địa chỉ của chủ", "owner's address"),
        Column("citizen_id", TEXT, "công dân tương ứng", "the person, if found", "citizens"),
        Column("status", TEXT, "tình trạng đối sánh", "confirmed, needs_paper, no_match"),
        Column("score", REAL, "điểm đối sánh", "score of the match"),
        Column("reason", TEXT, "căn cứ", "why"),
    ),
)

SHEET_MAP = Table(
    "sheet_map",
    "một tờ bản đồ cũ và số mới (Bảng 01)",
    "one old sheet and its new number (Bảng 01)",
    (
        Column("old_commune_code", TEXT, "mã xã cũ", "old commune"),
        Column("map_system", TEXT, "hệ bản đồ", "map system"),
        Column("old_sheet_no", TEXT, "số tờ cũ", "old sheet number"),
        Column("new_sheet_no", TEXT, "số tờ mới", "new sheet number"),
        Column("assigned_by", TEXT, "do quy tắc, cán bộ hay bổ sung", "rule, officer, late"),
    ),
    # A number once published never moves: like ids, all of this hangs on what had come by then.
    of_history=True,
)

LINKS = Table(
    "links",
    "một cặp dòng đã gộp, chờ xem xét, hoặc bị ràng buộc ngăn lại",
    "one compared pair that was merged, is in review, or was stopped by a constraint",
    (
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("record_id_a", TEXT, "dòng thứ nhất", "first row"),
        Column("record_id_b", TEXT, "dòng thứ hai", "second row"),
        Column("weight", COUNT, "trọng số, phần nghìn bit", "match weight in thousandths of a bit"),
        Column("probability", REAL, "xác suất theo mô hình", "probability by the model"),
        Column("decision", TEXT, "quyết định", "automatic, review, refused, officer"),
        Column("reason", TEXT, "lý do", "reason, in words"),
        Column("evidence", EVIDENCE, "chứng cứ từng trường", "field, level and weight"),
    ),
)

NEAR_MISSES = Table(
    "near_misses",
    "một cặp dòng suýt được đưa ra xem xét: mẫu ngẫu nhiên theo tầng, để đo số cặp bỏ sót",
    "one compared pair just below the review threshold: a random sample by strata, to measure what was missed",
    (
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("record_id_a", TEXT, "dòng thứ nhất", "first row"),
        Column("record_id_b", TEXT, "dòng thứ hai", "second row"),
        Column("weight", COUNT, "trọng số, phần nghìn bit", "match weight in thousandths of a bit"),
        Column("probability", REAL, "xác suất theo mô hình", "probability by the model"),
        Column("stratum", TEXT, "tầng theo trọng số; near_1 gần ngưỡng nhất", "band of weight; near_1 is the nearest"),
        Column("stratum_pairs", COUNT, "tổng số cặp của tầng", "how many pairs the band has in all"),
        Column("evidence", EVIDENCE, "chứng cứ từng trường", "field, level and weight"),
    ),
)

CLUSTERS = Table(
    "clusters",
    "một thực thể gồm từ hai dòng trở lên",
    "one entity of two rows or more",
    (
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("entity_id", TEXT, "mã thực thể", "entity", "any"),
        Column("rows", COUNT, "số dòng", "number of rows"),
        Column("weakest_weight", COUNT, "trọng số mắt xích yếu nhất", "weight of the weakest link of the path"),
        Column("path", PATH, "các liên kết giữ các dòng với nhau", "the links that hold it together"),
    ),
)

REVIEW_QUEUE = Table(
    "review_queue",
    "một trường hợp cần người quyết định",
    "one case for a person to decide",
    (
        Column("case_id", TEXT, "mã trường hợp", "id of the case, from its rows and its reason"),
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("record_ids", TEXTS, "các dòng liên quan", "rows concerned"),
        Column("question", TEXT, "câu hỏi", "the question to answer"),
        Column("reason", TEXT, "mã lý do", "reason code"),
        Column("priority", COUNT, "thứ tự, 1 là trước hết", "1 comes first"),
        Column(
            "expected_value", REAL, "số thực thể dự kiến sai nếu không xem", "entities expected wrong if not looked at"
        ),
        Column("blocking", FLAG, "có chặn công bố chính thức không", "whether official publication waits"),
        Column("status", TEXT, "tình trạng", "open, waiting (for a paper, or nobody can tell), decided"),
    ),
    hashed_rows=Sql("reason NOT IN ('sheet_number_taken', 'sheets_not_numbered')"),
)

DECISIONS = Table(
    "decisions",
    "một quyết định đang có hiệu lực",
    "one decision in force",
    (
        Column("decision_id", TEXT, "mã quyết định", "id of the decision"),
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("kind", TEXT, "loại quyết định", "same, different, number_superseded, keep_out, …"),
        Column("record_ids", TEXTS, "các dòng liên quan", "rows concerned"),
        Column(
            "parts", COUNTS, "mỗi dòng thuộc phần nào của câu trả lời", "to which part of the answer each row belongs"
        ),
        Column("by", TEXT, "người quyết định", "who decided"),
        Column("at", TEXT, "thời điểm", "when"),
        Column("reason", TEXT, "lý do", "why"),
        Column("model", TEXT, "mô hình lúc quyết định", "model at the time"),
        Column("case_id", TEXT, "trường hợp được trả lời", "the case that it answers, empty for none"),
    ),
)

CLERICAL_ANSWERS = Table(
    "clerical_answers",
    "một câu trả lời phúc tra: người xem một cặp dòng của mẫu, không biết máy đã làm gì",
    "one answer of clerical review: a person on a pair of the sample, not knowing what the machine did",
    (
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("record_id_a", TEXT, "dòng thứ nhất", "first row"),
        Column("record_id_b", TEXT, "dòng thứ hai", "second row"),
        Column("kind", TEXT, "máy đã làm gì với cặp này", "what the machine did: merged, review, refused, near_miss"),
        Column("stratum", TEXT, "tầng của mẫu", "stratum of the sample"),
        Column("stratum_pairs", COUNT, "tổng số cặp của tầng", "how many pairs the stratum has in all"),
        Column("answer", TEXT, "câu trả lời", "same, different, cannot_tell"),
        Column("by", TEXT, "người xem", "who answered"),
        Column("at", TEXT, "thời điểm trả lời", "when"),
        Column("draw_id", TEXT, "mã mẫu", "id of the draw"),
        Column("drawn", COUNT, "số cặp của mẫu trong bộ dữ liệu này", "how many pairs of the dataset were drawn"),
        Column("seed", COUNT, "hạt giống ngẫu nhiên", "seed of the draw"),
        Column("version", TEXT, "bản công bố được rút mẫu", "publication that was sampled"),
        Column("version_logical_hash", TEXT, "mã kiểm của bản đó", "its logical hash"),
        Column("version_pairs_hash", TEXT, "mã kiểm các cặp của bản đó", "hash of its pairs"),
        Column("model", TEXT, "mô hình của bản đó", "its linkage model"),
    ),
    # What was answered measures an earlier publication: an equal input gives an equal result without it.
    of_history=True,
)

CLERICAL_FRAME = Table(
    "clerical_frame",
    "một cặp dòng của bản công bố đã được phúc tra, để suy từ mẫu ra toàn bộ",
    "one pair of the publication of which people looked at a sample, to tell of all from the sample",
    (
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("record_id_a", TEXT, "dòng thứ nhất", "first row"),
        Column("record_id_b", TEXT, "dòng thứ hai", "second row"),
        Column("probability", REAL, "xác suất theo mô hình", "probability by the model"),
        Column("kind", TEXT, "máy đã làm gì với cặp này", "what the machine did: merged, review, refused, near_miss"),
        Column("stratum", TEXT, "tầng của mẫu", "stratum of the sample"),
        Column("stratum_pairs", COUNT, "tổng số cặp của tầng", "how many pairs the stratum has in all"),
    ),
    of_history=True,
)

PROVENANCE = Table(
    "provenance",
    "một trường mà các dòng nguồn không thống nhất",
    "one golden field whose sources disagreed",
    (
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("entity_id", TEXT, "mã thực thể", "entity", "any"),
        Column("field", TEXT, "trường", "field"),
        Column("record_id", TEXT, "dòng có giá trị được giữ", "row whose value was kept"),
        Column("rule", TEXT, "quy tắc đã áp dụng", "rule that chose it"),
        Column("other_values", TEXTS, "các giá trị khác", "values that were not kept"),
    ),
)

ID_HISTORY = Table(
    "id_history",
    "một thay đổi của mã thực thể",
    "one change of an entity id",
    (
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("old_entity_id", TEXT, "mã cũ", "earlier id"),
        Column("new_entity_id", TEXT, "mã mới", "later id"),
        Column("kind", TEXT, "loại thay đổi", "minted, merged_into, split_from, retired"),
        Column("run_id", TEXT, "lần chạy", "run"),
    ),
    in_logical_hash=False,
)

CHANGES = Table(
    "changes",
    "một thay đổi so với lần công bố trước của cùng chế độ",
    "one change since the last publication of the same mode; none in a first publication",
    (
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("entity_id", TEXT, "mã hiện nay; trống khi đã rút", "id now; null when withdrawn"),
        Column("earlier_entity_id", TEXT, "mã trong lần công bố trước; trống khi là mới", "id then; null when new"),
        Column("kind", TEXT, "loại thay đổi", "new, changed, merged, split, withdrawn"),
        Column(
            "cause",
            TEXT,
            "nguyên nhân",
            "decision, rows_arrived, rows_corrected, rows_withdrawn, model, settings, program, other_entities",
        ),
        Column("old_commune_code", TEXT, "xã cũ; của lần trước khi đã rút", "old commune; that of then if withdrawn"),
        Column("fields", TEXTS, "các trường có giá trị khác trước", "golden columns whose values differ"),
        Column("rows_arrived", COUNT, "số dòng nguồn mới", "its source rows that the last publication did not have"),
        Column("rows_gone", COUNT, "số dòng nguồn không còn", "its source rows that are gone since"),
    ),
    in_logical_hash=False,
)

QUARANTINE = Table(
    "quarantine",
    "một dòng không đọc được, giữ riêng",
    "one row not loaded",
    (
        Column("record_id", TEXT, "mã dòng", "id of the row"),
        Column("dataset", TEXT, "bộ dữ liệu", "citizens, parcels, or unknown"),
        Column("source_file", TEXT, "tệp nguồn", "source file"),
        Column("source_line", COUNT, "dòng vật lý", "physical line"),
        Column("reason_code", TEXT, "mã lý do", "reason code"),
        Column("reason", TEXT, "lý do", "reason, in words"),
        Column("raw_bytes", BYTES, "nguyên văn byte", "the bytes as they stand in the file"),
    ),
)

COLUMN_ENCODINGS = Table(
    "column_encodings",
    "một bảng mã gặp trong một cột của một tệp",
    "one encoding met in one column of one source file",
    (
        Column("source_file", TEXT, "tệp nguồn", "source file"),
        Column("column_name", TEXT, "tên cột trong tệp", "the column as its header calls it"),
        Column("encoding", TEXT, "bảng mã; as_is: đúng sẵn", "encoding; as_is: right as it stood"),
        Column("cells", COUNT, "số ô", "how many cells"),
        Column("confidence", REAL, "độ chắc chắn trung bình, từ 0 đến 1", "mean probability of the decision"),
    ),
)

DECODED_ROWS = Table(
    "decoded_rows",
    "một dòng có ô phải giải mã từ bảng mã cũ, hoặc có byte không thuộc bảng mã nào",
    "one loaded row of which a cell was decoded from a legacy encoding, or a byte is of none",
    (
        Column("record_id", TEXT, "mã dòng", "id of the row"),
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("source_file", TEXT, "tệp nguồn", "source file"),
        Column("source_line", COUNT, "dòng vật lý", "physical line"),
        Column("raw_bytes", BYTES, "nguyên văn byte của dòng", "the row's bytes as they stand in the file"),
        Column("cells", DECODED_CELLS, "các ô đã giải mã, bảng mã, độ chắc chắn", "its decoded cells, and how surely"),
    ),
)

UNPLACED = Table(
    "unplaced",
    "một dòng của xã cũ bị chia mà chưa quy tắc nào xếp được",
    "one loaded row of a split commune that no rule places",
    (
        Column("record_id", TEXT, "mã dòng", "id of the row"),
        Column("dataset", TEXT, "bộ dữ liệu", "citizens or parcels"),
        Column("source_file", TEXT, "tệp nguồn", "source file"),
        Column("source_line", COUNT, "dòng vật lý", "physical line"),
        Column("old_commune_code", TEXT, "mã xã cũ", "old commune"),
        Column("hamlet", TEXT, "thôn, tổ dân phố", "hamlet"),
        Column("map_system", TEXT, "hệ bản đồ", "map system"),
        Column("sheet_no", TEXT, "số tờ", "sheet"),
        Column("reason", TEXT, "lý do", "why it is not placed"),
        Column("raw", RAW, "nguyên văn từng ô", "header to text"),
    ),
)

ROW_BALANCE = Table(
    "row_balance",
    "một tệp nguồn và mọi dòng của nó",
    "one source file and what became of its lines",
    (
        Column("source_file", TEXT, "tệp nguồn", "source file"),
        Column("dataset", TEXT, "bộ dữ liệu", "citizens, parcels, or unknown"),
        Column("old_commune_code", TEXT, "mã xã cũ", "old commune"),
        Column("sha256", TEXT, "mã băm của tệp", "hash of the file"),
        Column("encoding", TEXT, "bảng mã", "encoding it was read in"),
        Column("duplicate_of", TEXT, "trùng hoàn toàn với tệp", "file with the same bytes, read instead"),
        Column("physical_lines", COUNT, "số dòng vật lý", "physical lines"),
        Column("title_lines", COUNT, "dòng tiêu đề trang", "title lines"),
        Column("header_lines", COUNT, "dòng tên cột", "header lines"),
        Column("blank_lines", COUNT, "dòng trống", "blank lines"),
        Column("total_lines", COUNT, "dòng tổng cộng", "totals lines"),
        Column("record_lines", COUNT, "dòng thuộc bản ghi", "lines that belong to records"),
        Column("records", COUNT, "số bản ghi", "records"),
        Column("loaded", COUNT, "đọc được", "records loaded"),
        Column("quarantined", COUNT, "không đọc được, giữ riêng", "records in quarantine"),
        Column("placed", COUNT, "đã xếp vào xã mới này", "rows placed in this new commune"),
        Column("unplaced", COUNT, "chưa xếp được", "rows that no rule places"),
        Column("elsewhere", COUNT, "thuộc xã mới khác", "rows placed in another new commune"),
        Column("kept", COUNT, "giữ làm bản ghi chính", "rows kept"),
        Column("merged", COUNT, "gộp vào bản ghi khác", "rows merged into another"),
    ),
)

VALIDATION_RESULTS = Table(
    "validation_results",
    "một quy tắc kiểm tra và kết quả",
    "one expectation",
    (
        Column("rule_id", TEXT, "mã quy tắc", "id of the rule"),
        Column("suite", TEXT, "bộ quy tắc", "suite"),
        Column("expectation", TEXT, "nội dung", "what is expected"),
        Column("severity", TEXT, "gate (chặn) hoặc warning (cảnh báo)", "gate or warning"),
        Column("limit", REAL, "giới hạn cho phép", "largest number of failures allowed"),
        # Rules on ids and changes check more of them the longer the commune's history is.
        Column("checked", COUNT, "số đã kiểm tra", "things checked", of_history=True),
        Column("failed", COUNT, "số không đạt", "things that failed"),
        Column("passed", FLAG, "đạt", "whether it passed"),
    ),
    # These compare with what was published before, here and in other new communes.
    hashed_rows=Sql("suite NOT IN ('shift', 'placement')"),
)

MANIFEST = Table(
    "manifest",
    "một mục của bản kê khai",
    "one entry of the manifest",
    (
        Column("key", TEXT, "mục", "key"),
        Column("value", TEXT, "giá trị", "value"),
    ),
    in_logical_hash=False,
)

TABLES: Final[tuple[Table, ...]] = (
    CITIZENS,
    CITIZENS_SENSITIVE,
    HOUSEHOLDS,
    CITIZEN_SOURCES,
    CITIZEN_NUMBERS,
    PARCELS,
    PARCEL_NUMBERS,
    PARCEL_RELATIONS,
    PARCEL_SOURCES,
    PARCEL_OWNERS,
    SHEET_MAP,
    LINKS,
    NEAR_MISSES,
    CLUSTERS,
    REVIEW_QUEUE,
    DECISIONS,
    CLERICAL_ANSWERS,
    CLERICAL_FRAME,
    PROVENANCE,
    ID_HISTORY,
    CHANGES,
    QUARANTINE,
    COLUMN_ENCODINGS,
    DECODED_ROWS,
    UNPLACED,
    ROW_BALANCE,
    VALIDATION_RESULTS,
    MANIFEST,
)

VIEWS: Final[dict[str, Sql]] = {
    "cong_dan": Sql("SELECT * FROM citizens"),
    "ho_gia_dinh": Sql("SELECT * FROM households"),
    "thua_dat": Sql("SELECT * FROM parcels"),
    "chu_su_dung": Sql("SELECT * FROM parcel_owners"),
    # In the order of Bảng 01: by map system, then by new sheet and parcel as numbers.
    "so_doi_chieu_thua": Sql(
        "SELECT * FROM parcel_numbers ORDER BY map_system,"
        " TRY_CAST(regexp_extract(new_sheet_no, '^[0-9]+') AS BIGINT), new_sheet_no,"
        " TRY_CAST(regexp_extract(parcel_no, '^[0-9]+') AS BIGINT), parcel_no, parcel_id"
    ),
    "can_doi_dong": Sql("SELECT * FROM row_balance"),
    "thay_doi": Sql("SELECT * FROM changes"),
}
"""Views with Vietnamese names, for officers."""
