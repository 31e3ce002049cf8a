"""Bảng 01: which old map sheet has which number in the new commune, and the same for every parcel number.

Plan 515's guidance (công văn 2071/QLĐĐ-TKKKTTĐĐ of 5 September 2025) asks for "Bảng 01", and circulars name the rule
of numbering; the official form itself was not found. What land offices publish in practice was: lists of old commune,
old sheet, scale, new commune, new sheet, each new commune's sheets in the order of the new numbers. This table has
those columns in that order, with the map system, since three systems live side by side, and who gave the number.
The old sheet's scale is part of what it is called: where parcels of two scales stand on one sheet number the table
says so, since these may be two sheets.

The second page has every parcel's number. No names stand there: to find a new number nobody needs to know the owner,
and this table is passed on and pinned up.
"""

from typing import Final

import duckdb
import polars as pl

from pipelines.exports.about import About
from pipelines.exports.layout import Column, Document, Page, Table, in_number_order, joined
from pipelines.reports.labels import SHEET_ASSIGNED_BY

_BEFORE, _AFTER = "Trước sắp xếp", "Sau sắp xếp"
_SHEET: Final = ["old_commune_code", "map_system", "old_sheet_no"]
_OLD: Final = (
    Column("STT", "line_no", 7, "count"),
    Column("Xã cũ", "old_commune", 26, group=_BEFORE),
    Column("Mã xã cũ", "old_commune_code", 9, group=_BEFORE),
    Column("Hệ bản đồ", "map_system", 14, group=_BEFORE),
    Column("Tỷ lệ", "scale_text", 13, group=_BEFORE),
    Column("Số tờ cũ", "old_sheet_no", 9, group=_BEFORE),
)
SHEETS: Final = (
    *_OLD,
    Column("Số tờ mới", "new_sheet_no", 9, group=_AFTER),
    Column("Số thửa trên tờ", "parcels", 10, "count", _AFTER),
    Column("Do", "by", 12),
    Column("Ghi chú", "note", 34),
)
PARCELS: Final = (
    *_OLD,
    Column("Số thửa cũ", "parcel_no", 9, group=_BEFORE),
    Column("Số tờ mới", "new_sheet_no", 9, group=_AFTER),
    Column("Số thửa mới", "parcel_no", 9, group=_AFTER),
    Column("Mã thửa đất trong kho", "parcel_id", 20, group=_AFTER),
    Column("Diện tích (m²)", "area_m2", 12, "area", _AFTER),
    Column("Ghi chú", "note", 20),
)

_NOTICE: Final = "Không có tên người sử dụng đất: bảng này dùng để tra số tờ, số thửa."


def sheet_map(connection: duckdb.DuckDBPyConnection, about: About) -> Document:
    """The sheets in the order of their new numbers, and the numbers of all parcels in the same order."""
    title = "BẢNG 01. BẢNG THAM CHIẾU SỐ TỜ BẢN ĐỒ TRƯỚC VÀ SAU SẮP XẾP ĐƠN VỊ HÀNH CHÍNH"
    assigned, numbers, parcels = (connection.table(name).pl() for name in ("sheet_map", "parcel_numbers", "parcels"))
    office = f"Ủy ban nhân dân {about.name}"
    head = (about.commune, f"Đơn vị lập: {office}", about.publication)
    return Document(
        title,
        about.made,
        _NOTICE,
        (
            Page(
                "Bảng 01",
                (title, *head),
                (Table(SHEETS, _sheets(assigned, numbers, about)),),
                signatures=(
                    ("", "", "Ngày …… tháng …… năm ………"),
                    ("NGƯỜI LẬP BẢNG", "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", f"TM. {office.upper()}"),
                    ("(Ký, ghi rõ họ tên)", "(Ký, đóng dấu)", "(Ký, đóng dấu)"),
                ),
            ),
            Page(
                "Thửa đất",
                ("BẢNG THAM CHIẾU SỐ THỬA ĐẤT TRƯỚC VÀ SAU SẮP XẾP ĐƠN VỊ HÀNH CHÍNH", *head, _NOTICE),
                (Table(PARCELS, _parcels(numbers, parcels, about)),),
            ),
        ),
    )


def _sheets(assigned: pl.DataFrame, numbers: pl.DataFrame, about: About) -> pl.DataFrame:
    """Every sheet that has a new number, and every one on which parcels stand that wait for a number."""
    found = (
        numbers.drop_nulls("old_sheet_no")
        .group_by(_SHEET)
        .agg(pl.col("map_scale").drop_nulls().unique().alias("scales"), pl.col("parcel_id").n_unique().alias("parcels"))
        .with_columns(pl.col("scales").list.eval(_scale().sort_by(pl.element().cast(pl.Int64, strict=False))))
    )
    notes = (
        _if(pl.col("new_sheet_no").is_null(), "Chưa có số mới"),
        _if(pl.col("new_sheet_no") == pl.col("old_sheet_no"), "Giữ nguyên số"),
        _if(pl.col("parcels").is_null(), "Hiện không có thửa nào"),
        _if(pl.col("scales").list.len() > 1, "Nhiều tỷ lệ: xem có phải hai tờ khác nhau"),
    )
    rows = assigned.join(found, on=_SHEET, how="full", coalesce=True, nulls_equal=True)
    return _numbered(rows, [], about).with_columns(
        pl.col("scales").list.join("; ").alias("scale_text"),
        pl.col("assigned_by").replace(SHEET_ASSIGNED_BY).alias("by"),
        joined(notes).alias("note"),
    )


def _parcels(numbers: pl.DataFrame, parcels: pl.DataFrame, about: About) -> pl.DataFrame:
    """Every number that a parcel has or had, with the parcel's area."""
    rows = numbers.join(parcels.select("parcel_id", pl.col("area_m2").fill_nan(None)), on="parcel_id", how="left")
    return _numbered(rows, ["parcel_no", "parcel_id"], about).with_columns(
        _scale(pl.col("map_scale")).alias("scale_text"),
        _if(~pl.col("is_current"), "Số hiệu khác của thửa này").alias("note"),
    )


def _numbered(rows: pl.DataFrame, then_by: list[str], about: About) -> pl.DataFrame:
    """In the order of the new sheet numbers, with the line's number and the old commune's name."""
    order = in_number_order(["map_system", "new_sheet_no"])
    rows = rows.sort(*order, "old_commune_code", *in_number_order(["old_sheet_no", *then_by]), nulls_last=True)
    return rows.with_columns(
        pl.int_range(1, pl.len() + 1).alias("line_no"), about.old_commune_name().alias("old_commune")
    )


def _scale(denominator: pl.Expr = pl.element()) -> pl.Expr:  # noqa: B008 - an expression is a constant
    """`1/1000`; what is no number stays as it is."""
    return pl.when(denominator.str.contains("^[0-9]+$")).then("1/" + denominator).otherwise(denominator)


def _if(condition: pl.Expr, words: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(words))
