"""Rows of the land books → records with standard values and comparison keys."""

import polars as pl

from pipelines.vietnamese.addresses import hamlet_key, hamlet_kind, hamlet_of
from pipelines.vietnamese.dates import paper_dates, parse_date, parse_year
from pipelines.vietnamese.map_systems import map_system
from pipelines.vietnamese.names import name_case, titled_sex, without_title
from pipelines.vietnamese.numbers import (
    digits,
    lost_digits,
    old_number,
    personal_number,
    restored_number,
    restored_old_number,
)
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
    `address`, `hamlet`, `hamlet_kind`, `note`, `owner_name`, `owner_id_no`, `owner_birth_year`, `owner_address`; as the
    book has them `owner_id_text` and `owner_birth_text`; `sheet_value` and `parcel_value` (the whole number with which
    a number begins, null when none); and what went wrong
    with them: `area_lost` (a text that is no area), `owner_number_restored` (its leading zeros were lost),
    `owner_number_lost` (a spreadsheet took its last digits). Keys:
    `number_key`, `book_key` (the land book: commune and map system), `certificate_key`, `book_no_key`,
    `land_use_key`, `owner_ascii`, `owner_number` (well-formed 9 or 12 digits), `place_key`, `hamlet_key`,
    `address_key`, `area_band` and `area_band_shifted` (areas less than 2.5 % apart have one of them in common).
    """
    text = rows.with_columns(
        clean(pl.col(column)) for column in rows.columns if column not in _LOCATORS and rows.schema[column] == pl.String
    )
    files = text["source_file"]
    values = text.with_columns(
        _plain_number(pl.col("so_to")).alias("sheet_no"),
        _plain_number(pl.col("so_thua")).alias("parcel_no"),
        map_system(pl.col("he_ban_do")).alias("map_system"),
        _scale(pl.col("ty_le")).alias("map_scale"),
        parse_quantity(pl.col("dien_tich"), pl.col("source_file")).alias("area_m2"),
        pl.col("dien_tich").alias("area_text"),
        _land_use(pl.col("loai_dat")).alias("land_use"),
        _certificate(pl.col("so_gcn")).alias("certificate_no"),
        pl.col("so_vao_so").alias("certificate_book_no"),
        paper_dates(text["ngay_cap"], files).alias("certificate_date"),
        pl.col("xu_dong").alias("field_name"),
        pl.col("dia_chi_thua").alias("address"),
        pl.coalesce("thon", hamlet_of(pl.col("dia_chi_thua"))).alias("hamlet"),
        pl.col("ghi_chu").alias("note"),
        pl.col("chu_su_dung").alias("owner_name"),
        pl.col("giay_to_chu").alias("owner_id_text"),
        pl.col("nam_sinh_chu").alias("owner_birth_text"),
        paper_dates(text["nam_sinh_chu"], files).alias("owner_birth_year"),
        pl.col("dia_chi_chu").alias("owner_address"),
    ).with_columns(parse_date(pl.col("certificate_date")), parse_year(pl.col("owner_birth_year")))
    values = values.with_columns(
        _owner_number(pl.col("owner_id_text")).alias("owner_number"),
        pl.coalesce(
            restored_number(pl.col("owner_id_text"), titled_sex(pl.col("owner_name")), pl.col("owner_birth_year")),
            restored_old_number(pl.col("owner_id_text")),
        ).alias("restored"),
        lost_digits(pl.col("owner_id_text")).alias("owner_number_lost"),
    ).with_columns(
        pl.coalesce("owner_number", "restored").alias("owner_number"),
        (pl.col("owner_number").is_null() & pl.col("restored").is_not_null()).alias("owner_number_restored"),
        pl.coalesce("owner_number", "restored", digits(pl.col("owner_id_text"))).alias("owner_id_no"),
        (pl.col("area_text").is_not_null() & pl.col("area_m2").is_null()).alias("area_lost"),
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
        (pl.col("old_commune_code") + "-" + ascii_key(pl.coalesce("field_name", "hamlet"))).alias("place_key"),
        (pl.col("old_commune_code") + "-" + hamlet_key(pl.col("hamlet"))).alias("hamlet_key"),
        hamlet_kind(pl.col("hamlet")).alias("hamlet_kind"),
        *(_leading_number(f"{part}_no").alias(f"{part}_value") for part in ("sheet", "parcel")),
        ascii_key(pl.col("address")).alias("address_key"),
        band.floor().cast(pl.Int64).alias("area_band"),
        (band + 0.5).floor().cast(pl.Int64).alias("area_band_shifted"),
    )
    return keyed.drop(column for column in rows.columns if column not in _LOCATORS)


def _scale(text: pl.Expr) -> pl.Expr:
    """The denominator of a map's scale: 1/1000, 1:1.000 → 1000."""
    return text.str.replace(r"^1\s*[/:]\s*", "").str.replace(r"^([0-9]+)[.,\s]([0-9]{3})$", "$1$2")


def _plain_number(text: pl.Expr) -> pl.Expr:
    """A sheet's or parcel's number without leading zeros, and without the decimals that a spreadsheet gave it."""
    return text.str.replace(r"^([0-9]+)[.,]0+$", "$1").str.replace(r"^0+([0-9])", "$1")


def _leading_number(column: str) -> pl.Expr:
    """The whole number with which a sheet's or parcel's number begins, for ranges and order: 12A → 12."""
    return pl.col(column).str.extract(r"^([0-9]+)").cast(pl.Int64, strict=False)


def _owner_number(text: pl.Expr) -> pl.Expr:
    return pl.coalesce(personal_number(text), old_number(text))


def _certificate(text: pl.Expr) -> pl.Expr:
    """A serial in its printed form, letters, a space, digits: bđ123456 → BĐ 123456 (TT 10/2024/TT-BTNMT).

    A series has two letters at most, so that of three a DD is the typed form of Đ (VIQR, Telex).
    """
    compact = _compact(text).str.replace(r"^(?:([^D\d])DD|DD(\p{L}))(\d{6,8})$", "${1}Đ$2$3")
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
