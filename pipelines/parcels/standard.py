"""Rows of the land books → records with standard values and comparison keys."""

import polars as pl

from pipelines.vietnamese.dates import parse_date, parse_year
from pipelines.vietnamese.names import name_case, without_title
from pipelines.vietnamese.numbers import digits, old_number, personal_number
from pipelines.vietnamese.quantities import parse_quantity
from pipelines.vietnamese.spelling import ascii_key, clean

_LOCATORS = (
    "record_id",
    "source_file",
    "source_line",
    "source_row",
    "old_commune_code",
    "placement",
    "placement_reason",
)


def standardise(rows: pl.DataFrame) -> pl.DataFrame:
    """Add standard columns to parcel rows (see `pipelines.ingest`); the text columns and `raw` are dropped.

    Values: `sheet_no`, `parcel_no` (without leading zeros), `map_system`, `map_scale` (denominator), `area_m2`,
    `land_use` (list of code and area), `certificate_no`, `certificate_book_no`, `certificate_date`, `field_name`,
    `address`, `hamlet`, `note`, `owner_name`, `owner_id_no`, `owner_birth_year`, `owner_address`. Keys:
    `number_key`, `book_key` (the land book: commune and map system), `certificate_key`, `book_no_key`,
    `land_use_key`, `owner_ascii`, `owner_number` (well-formed 9 or 12 digits), `place_key`, `address_key`, `area_band`
    and `area_band_shifted` (areas less than 2.5 % apart have one of them in common).
    """
    text = {column: clean(pl.col(column)) for column in rows.columns if rows.schema[column] == pl.String}
    values = rows.with_columns(
        _plain_number(text["so_to"]).alias("sheet_no"),
        _plain_number(text["so_thua"]).alias("parcel_no"),
        text["he_ban_do"].alias("map_system"),
        text["ty_le"].str.replace(r"^1\s*[/:]\s*", "").alias("map_scale"),
        parse_quantity(text["dien_tich"], pl.col("source_file")).alias("area_m2"),
        _land_use(text["loai_dat"]).alias("land_use"),
        _certificate(text["so_gcn"]).alias("certificate_no"),
        text["so_vao_so"].alias("certificate_book_no"),
        parse_date(text["ngay_cap"]).alias("certificate_date"),
        text["xu_dong"].alias("field_name"),
        text["dia_chi_thua"].alias("address"),
        text["thon"].alias("hamlet"),
        text["ghi_chu"].alias("note"),
        text["chu_su_dung"].alias("owner_name"),
        digits(text["giay_to_chu"]).alias("owner_id_no"),
        pl.coalesce(parse_year(text["nam_sinh_chu"])).alias("owner_birth_year"),
        text["dia_chi_chu"].alias("owner_address"),
    )
    book = pl.concat_str("old_commune_code", pl.col("map_system").fill_null(""), separator="/")
    band = pl.when(pl.col("area_m2") > 0).then(pl.col("area_m2").log() / 0.05)
    keyed = values.with_columns(
        pl.concat_str(book, pl.col("map_scale").fill_null(""), "sheet_no", "parcel_no", separator="/").alias(
            "number_key"
        ),
        book.alias("book_key"),
        _compact(pl.col("certificate_no")).alias("certificate_key"),
        _compact(pl.col("certificate_book_no")).alias("book_no_key"),
        pl.when(pl.col("land_use").list.len() > 0)
        .then(pl.col("land_use").list.eval(pl.element().struct.field("code")).list.sort().list.join("+"))
        .alias("land_use_key"),
        ascii_key(name_case(without_title(pl.col("owner_name")))).alias("owner_ascii"),
        pl.coalesce(personal_number(pl.col("owner_id_no")), old_number(pl.col("owner_id_no"))).alias("owner_number"),
        (pl.col("old_commune_code") + "-" + ascii_key(pl.coalesce("field_name", "hamlet"))).alias("place_key"),
        ascii_key(pl.col("address")).alias("address_key"),
        band.floor().cast(pl.Int64).alias("area_band"),
        (band + 0.5).floor().cast(pl.Int64).alias("area_band_shifted"),
    )
    return keyed.drop(column for column in rows.columns if column not in _LOCATORS)


def _plain_number(text: pl.Expr) -> pl.Expr:
    return text.str.replace(r"^0+(\d)", "$1")


def _certificate(text: pl.Expr) -> pl.Expr:
    """A serial in its printed form, letters, a space, digits: bđ123456 → BĐ 123456 (TT 10/2024/TT-BTNMT)."""
    compact = _compact(text)
    return (
        pl.when(compact.str.contains(r"^\p{L}{1,2}\d{6,8}$"))
        .then(compact.str.replace(r"^(\p{L}+)(\d+)$", "$1 $2"))
        .otherwise(text)
    )


def _compact(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().str.replace_all(r"[\s.\-]", "")


def _land_use(text: pl.Expr) -> pl.Expr:
    """Codes with their areas: "ONT: 200; CLN: 150.5" or "ONT+CLN" (areas then unknown)."""
    parts = text.str.to_uppercase().str.extract_all(r"[A-Z]{2,4}(?:\s*:\s*\d+(?:[.,]\d+)?)?")
    return parts.list.eval(
        pl.struct(
            pl.element().str.extract(r"^([A-Z]+)").alias("code"),
            pl.element()
            .str.extract(r":\s*([\d.,]+)$")
            .str.replace(",", ".", literal=True)
            .cast(pl.Float64, strict=False)
            .alias("area_m2"),
        )
    )
