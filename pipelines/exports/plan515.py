"""The list of parcels and their users in the field order of Plan 515/KH-BCA-BNN&MT of 31 August 2025.

The plan asks, of parcels without a database, for: parcel code, commune code, sheet, parcel number, land use, area,
address, form of use, term, origin, coordinates | of the user: name, address, date of birth, sex, personal number,
permanent address, or the organisation's fields | of the certificate: serial, book number, date (as the press prints the
plan). Behind these stand the group, its reasons, and what the land book has, so that both can be compared. What no old
register holds (the 12-character parcel code, term, origin, coordinates) is an empty column: nothing is invented.

One row is one user of one parcel; a parcel without a user has one row.
"""

from typing import Final

import duckdb
import polars as pl

from pipelines.exports.about import About
from pipelines.exports.layout import Column, Document, Page, Table, in_number_order, joined
from pipelines.exports.quality_counts import quality_counts
from pipelines.reports.labels import OWNER_KINDS, OWNER_STATUSES, QUALITY_REASONS, SEXES

_PARCEL, _USER, _CERTIFICATE, _GROUP, _BOOK = (
    "Thông tin thửa đất",
    "Người sử dụng đất",
    "Giấy chứng nhận",
    "Phân loại",
    "Theo sổ cũ",
)
COLUMNS: Final = (
    Column("STT", "line_no", 7, "count"),
    Column("Mã thửa đất trong kho", "parcel_id", 19, group=_PARCEL),
    Column("Mã định danh thửa đất (12 ký tự)", "unknown", 18, group=_PARCEL),
    Column("Mã xã", "commune_code", 8, group=_PARCEL),
    Column("Số tờ bản đồ", "new_sheet_no", 8, group=_PARCEL),
    Column("Số thửa", "parcel_no", 8, group=_PARCEL),
    Column("Loại đất", "land_use_text", 20, group=_PARCEL),
    Column("Diện tích (m²)", "area_m2", 12, "area", _PARCEL),
    Column("Địa chỉ thửa đất", "address", 48, group=_PARCEL),
    Column("Hình thức sử dụng", "form_of_use", 15, group=_PARCEL),
    Column("Thời hạn sử dụng", "unknown", 10, group=_PARCEL),
    Column("Nguồn gốc sử dụng", "unknown", 10, group=_PARCEL),
    Column("Tọa độ", "unknown", 8, group=_PARCEL),
    Column("Họ và tên", "person_name", 26, group=_USER),
    Column("Địa chỉ", "person_address", 48, group=_USER),
    Column("Ngày, tháng, năm sinh", "person_birth", 12, group=_USER),
    Column("Giới tính", "person_sex", 8, group=_USER),
    Column("Số định danh cá nhân", "person_number", 15, group=_USER),
    Column("Nơi thường trú", "person_residence", 48, group=_USER),
    Column("Tên tổ chức", "body_name", 26, group=_USER),
    Column("Số giấy tờ của tổ chức", "body_number", 15, group=_USER),
    Column("Địa chỉ tổ chức", "body_address", 30, group=_USER),
    Column("Số phát hành GCN", "certificate_no", 14, group=_CERTIFICATE),
    Column("Số vào sổ GCN", "certificate_book_no", 14, group=_CERTIFICATE),
    Column("Ngày cấp GCN", "certificate_day", 12, group=_CERTIFICATE),
    Column("Nhóm", "quality_group", 7, "count", _GROUP),
    Column("Lý do", "reasons", 44, group=_GROUP),
    Column("Xã cũ", "old_commune", 20, group=_GROUP),
    Column("Mã xã cũ", "old_commune_code", 8, group=_GROUP),
    Column("Thôn, tổ dân phố", "hamlet", 18, group=_GROUP),
    Column("Hệ bản đồ", "map_system", 10, group=_BOOK),
    Column("Tỷ lệ", "map_scale", 8, group=_BOOK),
    Column("Số tờ cũ", "old_sheet_no", 8, group=_BOOK),
    Column("Loại người sử dụng", "kind_text", 14, group=_BOOK),
    Column("Tên ghi trong sổ đất", "owner_name", 26, group=_BOOK),
    Column("Số giấy tờ ghi trong sổ đất", "owner_id_no", 15, group=_BOOK),
    Column("Đối chiếu với dân cư", "status_text", 16, group=_BOOK),
    Column("Căn cứ đối chiếu", "reason", 40, group=_BOOK),
)

_NOTICE: Final = (
    "Chứa dữ liệu cá nhân – chỉ dùng cho việc làm sạch dữ liệu đất đai theo Kế hoạch 515/KH-BCA-BNN&MT; "
    "không sao chép, chuyển tiếp cho mục đích khác, xóa khi xong việc."
)
_EMPTY: Final = (
    "Để trống vì sổ cũ không có: mã định danh thửa đất 12 ký tự (cấp theo tọa độ), thời hạn, nguồn gốc, tọa độ. "
    "Hình thức sử dụng suy từ số người đứng tên trong sổ."
)


def plan515(connection: duckdb.DuckDBPyConnection, about: About) -> Document:
    """Every parcel with its users, and how many entities are in each group and why."""
    title = "DANH SÁCH THỬA ĐẤT VÀ NGƯỜI SỬ DỤNG ĐẤT THEO KẾ HOẠCH 515/KH-BCA-BNN&MT"
    parcels, owners, citizens = (connection.table(name).pl() for name in ("parcels", "parcel_owners", "citizens"))
    rows = _rows(parcels, _users(owners, citizens), about)
    head = (about.commune, about.publication)
    return Document(
        title,
        about.made,
        _NOTICE,
        (
            Page(
                "Kế hoạch 515",
                (title, *head, _NOTICE, _EMPTY),
                (Table(COLUMNS, rows),),
                standing=2,
                paper="A3",
                wide=2,
            ),
            Page(
                "Tổng hợp", ("SỐ NGƯỜI VÀ SỐ THỬA ĐẤT THEO NHÓM CHẤT LƯỢNG", *head), quality_counts(connection, about)
            ),
        ),
    )


def _rows(parcels: pl.DataFrame, users: pl.DataFrame, about: About) -> pl.DataFrame:
    """One row a parcel and user; what is known of the parcel stands on each."""
    sharing = pl.col("owner_no").count().over("parcel_id")
    return (
        parcels.join(users, on="parcel_id", how="left", coalesce=True)
        .sort(
            *in_number_order(["map_system", "new_sheet_no"]),
            "old_commune_code",
            *in_number_order(["old_sheet_no", "parcel_no"]),
            "parcel_id",
            "owner_no",
            nulls_last=True,
        )
        .with_columns(
            pl.int_range(1, pl.len() + 1).alias("line_no"),
            pl.lit(about.code).alias("commune_code"),
            pl.lit(None, pl.String).alias("unknown"),
            _land_use().alias("land_use_text"),
            pl.col("area_m2").fill_nan(None),
            pl.when(sharing == 1)
            .then(pl.lit("Sử dụng riêng"))
            .when(sharing > 1)
            .then(pl.lit("Sử dụng chung"))
            .alias("form_of_use"),
            _day("certificate_date").alias("certificate_day"),
            pl.col("quality_reasons").list.eval(pl.element().replace(QUALITY_REASONS)).list.join("; ").alias("reasons"),
            about.old_commune_name().alias("old_commune"),
        )
    )


def _users(owners: pl.DataFrame, citizens: pl.DataFrame) -> pl.DataFrame:
    """Each owner with the plan's fields: the person's own where it is confirmed who that is, else the land book's."""
    known = citizens.select(
        "citizen_id",
        "full_name",
        "birth_date",
        "birth_year",
        "sex",
        "address_new",
        "personal_id",
        number_is_shared=pl.col("personal_id_status") == "shared",
    )
    confirmed = pl.when(pl.col("status") == "confirmed").then(pl.col("citizen_id"))
    is_body = pl.col("owner_kind").is_in(["organisation", "state"]).fill_null(False)
    address, number = pl.col("owner_address"), pl.col("owner_id_no")
    of_a_person = {
        "person_name": pl.coalesce("full_name", "owner_name"),
        "person_address": pl.coalesce(address, "address_new"),
        "person_birth": pl.coalesce(
            _day("birth_date"), pl.col("birth_year").cast(pl.String), pl.col("owner_birth_year").cast(pl.String)
        ),
        "person_sex": pl.col("sex").replace(SEXES),
        # A number that several people carry is nobody's; one of 9 digits is no personal number.
        "person_number": pl.when(~pl.col("number_is_shared").fill_null(False)).then(
            pl.coalesce("personal_id", pl.when(number.str.contains("^[0-9]{12}$")).then(number))
        ),
        "person_residence": pl.coalesce("address_new", address),
    }
    of_a_body = {"body_name": pl.col("owner_name"), "body_number": number, "body_address": address}
    return (
        owners.with_columns(confirmed.alias("citizen_id"))
        .join(known, on="citizen_id", how="left")
        .select(
            "parcel_id",
            "owner_no",
            "owner_name",
            "owner_id_no",
            "reason",
            pl.col("owner_kind").replace(OWNER_KINDS).alias("kind_text"),
            pl.col("status").replace(OWNER_STATUSES).alias("status_text"),
            *(pl.when(~is_body).then(value).alias(name) for name, value in of_a_person.items()),
            *(pl.when(is_body).then(value).alias(name) for name, value in of_a_body.items()),
        )
    )


def _land_use() -> pl.Expr:
    """`ONT: 200; CLN: 150,5`, as certificates have it; the code alone when its area is not known."""
    code, area = pl.element().struct.field("code"), pl.element().struct.field("area_m2")
    square_metres = area.round(2).cast(pl.String).str.strip_suffix(".0").str.replace(".", ",", literal=True)
    return pl.col("land_use").list.eval(joined([code, square_metres], ": ")).list.join("; ")


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%d/%m/%Y")
