"""Rows of the citizen registers → records with standard values and comparison keys."""

import polars as pl

from pipelines.vietnamese.dates import parse_date, parse_year, precision
from pipelines.vietnamese.names import given_name, name_case, surname
from pipelines.vietnamese.numbers import digits, old_number, personal_number
from pipelines.vietnamese.spelling import ascii_key, clean, has_marks, spelling_key

_SEX = {"nam": "male", "m": "male", "trai": "male", "nu": "female", "f": "female", "gai": "female"}
_STATUS = {
    r"chet|tu vong|da mat|qua doi|khai tu": "dead",
    r"chuyen di|chuyen khau|da chuyen|cat khau|xoa": "moved",
    r"thuong tru|dang|con|hien|tam tru|co mat|sinh song": "present",
}
_HEAD = ("chu ho", "chu")


def standardise(rows: pl.DataFrame) -> pl.DataFrame:
    """Add standard columns to citizen rows (see `pipelines.ingest`); the text columns and `raw` are dropped.

    Values: `full_name`, `birth_date`, `birth_precision`, `birth_year`, `sex`, `number` (well-formed 12 digits or
    null), `number_text` (what stood there), `old_id_no`, `ethnicity`, `household_no`, `relation_to_head`, `is_head`,
    `father_name`, `mother_name`, `spouse_name`, `head_name`, `phone`, `address_old`, `hamlet`, `status`,
    `updated_on`, `note`. Keys: `name_key` and `given_key` (spelling), `name_ascii`, `name_marked`, `given_ascii`,
    `surname_ascii`, `name_count` (rows with this folded name), `birth_digits`, `father_ascii`, `mother_ascii`,
    `spouse_ascii`, `household_key`, `hamlet_key`, `month_day`, `day_month`.
    """
    text = {column: clean(pl.col(column)) for column in rows.columns if rows.schema[column] == pl.String}
    values = rows.with_columns(
        name_case(pl.col("ho_ten")).alias("full_name"),
        text["ngay_sinh"].alias("birth_text"),
        ascii_key(text["gioi_tinh"]).replace_strict(_SEX, default=None, return_dtype=pl.String).alias("sex"),
        text["so_dinh_danh"].alias("number_text"),
        personal_number(text["so_dinh_danh"]).alias("number"),
        pl.coalesce(old_number(text["so_cmnd"]), old_number(text["so_dinh_danh"])).alias("old_id_no"),
        text["dan_toc"].alias("ethnicity"),
        text["so_ho_khau"].alias("household_no"),
        text["quan_he_chu_ho"].alias("relation_to_head"),
        name_case(pl.col("ho_ten_chu_ho")).alias("head_name"),
        name_case(pl.col("ho_ten_cha")).alias("father_name"),
        name_case(pl.col("ho_ten_me")).alias("mother_name"),
        name_case(pl.col("ho_ten_vo_chong")).alias("spouse_name"),
        text["noi_thuong_tru"].alias("address_old"),
        text["thon"].alias("hamlet"),
        digits(text["so_dien_thoai"]).alias("phone"),
        _status(text["tinh_trang"]).alias("status"),
        parse_date(text["ngay_cap_nhat"]).alias("updated_on"),
        text["ghi_chu"].alias("note"),
    )
    dated = values.with_columns(
        precision(pl.col("birth_text")).alias("birth_precision"),
        parse_year(pl.col("birth_text")).alias("birth_year"),
        parse_date(pl.col("birth_text")).alias("birth_date"),
        ascii_key(pl.col("full_name")).alias("name_ascii"),
    ).with_columns(pl.when(birth_precision="day").then("birth_date").alias("birth_date"))
    keyed = dated.with_columns(
        spelling_key(pl.col("full_name")).alias("name_key"),
        has_marks(pl.col("full_name")).alias("name_marked"),
        given_name(spelling_key(pl.col("full_name"))).alias("given_key"),
        given_name(pl.col("name_ascii")).alias("given_ascii"),
        surname(pl.col("name_ascii")).alias("surname_ascii"),
        pl.when(pl.col("name_ascii").is_not_null()).then(pl.len().over("name_ascii")).alias("name_count"),
        pl.col("birth_date").dt.to_string("%Y%m%d").alias("birth_digits"),
        pl.col("birth_date").dt.to_string("%m%d").alias("month_day"),
        pl.col("birth_date").dt.to_string("%d%m").alias("day_month"),
        *(ascii_key(pl.col(f"{who}_name")).alias(f"{who}_ascii") for who in ("father", "mother", "spouse")),
        (pl.col("old_commune_code") + "-" + pl.col("household_no")).alias("household_key"),
        (pl.col("old_commune_code") + "-" + ascii_key(pl.col("hamlet"))).alias("hamlet_key"),
        ascii_key(pl.col("relation_to_head")).is_in(_HEAD).fill_null(False).alias("is_head"),
    )
    return keyed.drop(column for column in rows.columns if column not in _LOCATORS)


_LOCATORS = (
    "record_id",
    "source_file",
    "source_line",
    "source_row",
    "old_commune_code",
    "placement",
    "placement_reason",
)


def _status(text: pl.Expr) -> pl.Expr:
    folded = ascii_key(text)
    status = pl.lit("unknown")
    for pattern, value in reversed(_STATUS.items()):
        status = pl.when(folded.str.contains(pattern)).then(pl.lit(value)).otherwise(status)
    return status
