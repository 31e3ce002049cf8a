"""The people of a commune for a check in the hamlet: enough to say of whom a line speaks, and little that harms.

Who goes through the list lives there: a given name, the initials, the year of birth, the household and the hamlet are
enough for them, and to strangers say little. What is not needed for that is left out, and free text never leaves.

Every column of the people in the warehouse is treated here in one of five ways (`SHOWN`, `LEFT_OUT`); the page "Phương
pháp" is made from the same declarations, and tells by count how many people still stand out. The file remains personal
data: whoever has the warehouse, or knows the people, can say who they are (Law 91/2025/QH15, articles 2 and 14).
"""

from dataclasses import dataclass
from typing import Final

import duckdb
import polars as pl

from pipelines.exports.about import About
from pipelines.exports.layout import Column, Document, Page, Table
from pipelines.exports.masking import FEW, OTHER, masked_name, masked_number, shared_text, standing_out
from pipelines.reports.labels import QUALITY_REASONS, SEXES

_STATUSES: Final = {"present": "đang ở", "moved": "đã chuyển đi", "dead": "đã chết", "unknown": "chưa rõ"}
_NUMBER_STATUSES: Final = {
    "trusted": "tin được",
    "doubtful": "nghi vấn",
    "shared": "trùng người khác",
    "none": "không có",
}
_AS_IT_IS, _COARSER, _HIDDEN, _REPLACED, _OUT = "Để nguyên", "Khái quát", "Che một phần", "Thay thế", "Bỏ"


@dataclass(frozen=True)
class Treated:
    """One column of the file: of which column of the warehouse it is, what was done to it, and why that much."""

    column: Column
    of: str
    how: str
    why: str


SHOWN: Final = (
    Treated(
        Column("Mã công dân trong kho", "citizen_id", 20),
        "citizen_id",
        _AS_IT_IS,
        "Để cơ quan tìm lại đúng người khi thôn báo sai. Mã không tính từ dữ liệu của người đó.",
    ),
    Treated(Column("Xã cũ", "old_commune", 22), "old_commune_code", _AS_IT_IS, "Để chia danh sách cho từng thôn."),
    Treated(
        Column("Thôn, tổ dân phố", "hamlet", 20),
        "hamlet",
        _COARSER,
        f"Để chia danh sách cho từng thôn. Tên mà chưa đến {FEW} hộ cùng ghi thì thay bằng «{OTHER}».",
    ),
    Treated(
        Column("Hộ thứ (trong tệp này)", "household", 10, "count"),
        "household_id",
        _REPLACED,
        "Để thấy ai cùng một hộ. Số thứ tự chỉ có trong tệp này; số hộ khẩu bỏ.",
    ),
    Treated(
        Column("Quan hệ với chủ hộ", "relation", 16),
        "relation_to_head",
        _COARSER,
        f"Để nhận ra người trong hộ. Cách ghi mà chưa đến {FEW} hộ dùng thì thay bằng «{OTHER}».",
    ),
    Treated(
        Column("Họ và tên (che)", "name", 20),
        "full_name",
        _HIDDEN,
        "Chữ đầu của họ và chữ đệm, tên gọi đủ (N. V. An): người cùng thôn nhận ra. Tên một tiếng thì còn chữ đầu.",
    ),
    Treated(
        Column("Năm sinh", "birth_year_text", 9),
        "birth_year",
        _COARSER,
        "Để phân biệt người cùng tên. Ngày và tháng sinh bỏ.",
    ),
    Treated(Column("Giới tính", "sex_text", 9), "sex", _AS_IT_IS, "Để kiểm tra chính thông tin này."),
    Treated(Column("Tình trạng cư trú", "status_text", 14), "status", _AS_IT_IS, "Việc chính phải kiểm tra tại thôn."),
    Treated(
        Column("Số định danh (che)", "number", 16),
        "personal_id",
        _HIDDEN,
        "Ba số đầu, bốn số cuối (001*****1234), để so với thẻ căn cước. Ai biết cấu trúc của số, năm sinh và giới tính "
        "thì chỉ còn 100 số có thể.",
    ),
    Treated(
        Column("Tình trạng số định danh", "number_status", 15),
        "personal_id_status",
        _AS_IT_IS,
        "Cho biết người nào phải xem thẻ căn cước.",
    ),
    Treated(
        Column("Số điện thoại (che)", "phone_text", 14),
        "phone",
        _HIDDEN,
        "Hai số đầu, hai số cuối, để người đó nói được số còn đúng hay không.",
    ),
    Treated(Column("Nhóm", "quality_group", 7, "count"), "quality_group", _AS_IT_IS, "Cho biết dòng nào phải sửa."),
    Treated(
        Column("Lý do", "reasons", 44), "quality_reasons", _AS_IT_IS, "Điều phải sửa, bằng lời có sẵn của chương trình."
    ),
)
"""The columns of the file, in order, each with what was done to it."""

LEFT_OUT: Final = {
    "birth_date": ("Ngày, tháng sinh", "Năm sinh đủ để nhận ra người."),
    "birth_precision": ("Độ chính xác của ngày sinh", "Đã có trong lý do."),
    "former_personal_ids": ("Các số định danh khác", "Không cần khi kiểm tra tại thôn."),
    "old_id_no": ("Số chứng minh nhân dân 9 số", "Không cần khi kiểm tra tại thôn."),
    "father_name": ("Họ tên cha", "Là dữ liệu của người khác."),
    "mother_name": ("Họ tên mẹ", "Là dữ liệu của người khác."),
    "spouse_name": ("Họ tên vợ, chồng", "Là dữ liệu của người khác."),
    "address_old": ("Địa chỉ cũ", "Thôn và hộ đủ để tìm người."),
    "address_new": ("Địa chỉ mới", "Thôn và hộ đủ để tìm người."),
    "updated_on": ("Ngày cập nhật", "Không cần khi kiểm tra tại thôn."),
    "note": ("Ghi chú", "Văn bản tự do, có thể nói điều bất kỳ về một người."),
    "source_row_count": ("Số dòng nguồn", "Không cần khi kiểm tra tại thôn."),
    "ethnicity": ("Dân tộc", "Dữ liệu cá nhân nhạy cảm (Nghị định 356/2025/NĐ-CP, điều 4)."),
}
"""The columns of the warehouse that are not in the file: their names in words, and why."""

_NUMBERED: Final = Column("STT", "line_no", 7, "count")
_TO_FILL: Final = (
    Column("Thôn kiểm tra: đúng, sai", "to_fill", 14),
    Column("Thôn ghi điều cần sửa", "to_fill", 30),
)
_PLACE: Final = ("old_commune", "hamlet")
_BY_NAME: Final = "… và họ tên đã che"
_COMBINATIONS: Final = {
    "Giới tính, năm sinh": ("sex_text", "birth_year_text"),
    "… và xã cũ, thôn": ("sex_text", "birth_year_text", *_PLACE),
    _BY_NAME: ("sex_text", "birth_year_text", *_PLACE, "name"),
    "… và quan hệ với chủ hộ, tình trạng": ("sex_text", "birth_year_text", *_PLACE, "name", "relation", "status_text"),
    "… và số định danh, điện thoại đã che": (
        *("sex_text", "birth_year_text", *_PLACE, "name", "relation", "status_text"),
        *("number", "phone_text"),
    ),
}
"""What somebody may know of a person beforehand, each with all that stands before it."""

_NOTICE: Final = (
    "Vẫn là dữ liệu cá nhân, dù đã che: chỉ dùng để kiểm tra tại thôn, không chuyển tiếp, không dò ngược, "
    "xóa khi xong việc. Cách che ở trang «Phương pháp», với tệp CSV là tệp «.phuong-phap.txt» đi kèm."
)
_LAW: Final = (
    "Luật 91/2025/QH15, điều 2 và điều 14: chỉ dữ liệu không còn xác định được, không còn giúp xác định được một người "
    "mới là dữ liệu đã khử nhận dạng.",
    "Tệp này thì không: ai có kho dữ liệu tra được theo mã công dân, người quen nhận ra nhau. Vì vậy Luật và Nghị định "
    "356/2025/NĐ-CP vẫn áp dụng; nghiêm cấm dò ngược lại danh tính ngoài việc kiểm tra.",
)


def masked(connection: duckdb.DuckDBPyConnection, about: About) -> Document:
    """The people, hidden in part, by hamlet and household; and the method with what it leaves."""
    title = "DANH SÁCH CÔNG DÂN ĐÃ CHE MỘT PHẦN, ĐỂ KIỂM TRA TẠI THÔN"
    rows = _rows(connection.table("citizens").pl(), about)
    measured = standing_out(rows, _COMBINATIONS)
    alone = measured.row(by_predicate=pl.col("what") == _BY_NAME, named=True)["alone"]
    notice = (
        f"{_NOTICE} {alone} trên {rows.height} người vẫn nhận ra được nếu biết thôn, giới tính, năm sinh và họ tên."
    )
    head = (about.commune, about.publication)
    columns = (_NUMBERED, *(treated.column for treated in SHOWN), *_TO_FILL)
    return Document(
        title,
        about.made,
        notice,
        (
            Page("Công dân", (title, *head, notice), (Table(columns, rows),), standing=2, paper="A3"),
            Page(
                "Phương pháp",
                ("CÁCH CHE TỪNG THÔNG TIN", *head, notice, *_LAW),
                (_method(),),
                goes_along=True,
            ),
            Page(
                "Còn nổi bật",
                ("BAO NHIÊU NGƯỜI CÒN NỔI BẬT SAU KHI CHE, ĐẾM THEO SỐ NGƯỜI", *head),
                (_measured(measured),),
                goes_along=True,
            ),
        ),
    )


def _rows(citizens: pl.DataFrame, about: About) -> pl.DataFrame:
    """One row a person, in an order that follows from what is shown of them."""
    relation = shared_text("relation_to_head", "household_id", "citizen_id")
    rows = citizens.with_columns(
        about.old_commune_name().alias("old_commune"),
        shared_text("hamlet", "household_id", "citizen_id"),
        # One relation is written in several ways of capitals: as one it is shared by more.
        pl.col("relation_to_head").str.to_lowercase(),
        pl.col("citizen_id").min().over("household_id").alias("first_of_household"),
        masked_name("full_name").alias("name"),
        pl.col("birth_year").cast(pl.String).alias("birth_year_text"),
        pl.col("sex").replace(SEXES).alias("sex_text"),
        pl.col("status").replace(_STATUSES).alias("status_text"),
        masked_number("personal_id").alias("number"),
        pl.col("personal_id_status").replace(_NUMBER_STATUSES).alias("number_status"),
        masked_number("phone").alias("phone_text"),
        pl.col("quality_reasons").list.eval(pl.element().replace(QUALITY_REASONS)).list.join("; ").alias("reasons"),
        pl.lit(None, pl.String).alias("to_fill"),
    )
    alone = pl.col("household_id").is_null()
    ordered = rows.with_columns(
        (relation.str.slice(0, 1).str.to_uppercase() + relation.str.slice(1)).alias("relation"),
        pl.when(alone).then("citizen_id").otherwise("first_of_household").alias("household_key"),
    ).sort("old_commune", "hamlet", "household_key", "birth_year", "citizen_id", nulls_last=True)
    return ordered.with_columns(
        pl.int_range(1, pl.len() + 1).alias("line_no"),
    ).with_columns(pl.when(~alone).then(pl.col("line_no").min().over("household_key")).rank("dense").alias("household"))


def _method() -> Table:
    """What was done to each column of the warehouse, and why."""
    shown = [(treated.column.heading, treated.how, treated.why) for treated in SHOWN]
    left_out = [(name, _OUT, why) for name, why in LEFT_OUT.values()]
    return Table(
        (Column("Thông tin", "what", 38), Column("Cách xử lý", "how", 16), Column("Vì sao, đến mức nào", "why", 110)),
        pl.DataFrame([*shown, *left_out], schema=["what", "how", "why"], orient="row"),
    )


def _measured(counts: pl.DataFrame) -> Table:
    """How many people stand out by what somebody may know of them."""
    return Table(
        (
            Column("Biết trước về một người", "what", 40),
            Column("Chỉ một người như vậy", "alone", 14, "count"),
            Column(f"Có từ 2 đến {FEW - 1} người", "few", 14, "count"),
            Column(f"Có từ {FEW} người trở lên", "more", 14, "count"),
        ),
        counts,
    )
