"""Rows of the land books → records with standard values and comparison keys."""

import polars as pl

from pipelines.distinct import each_once
from pipelines.ingest.headers import COLUMNS
from pipelines.parcels.certificates import (
    book_number,
    book_number_key,
    folded_serial,
    serial_key,
    serials,
    well_formed,
)
from pipelines.parcels.land_use import LandUses, land_use
from pipelines.parcels.number_key import book_key, number_key, plain_number
from pipelines.parcels.owner_names import split_owners
from pipelines.vietnamese.addresses import hamlet_key, hamlet_of
from pipelines.vietnamese.dates import paper_dates, parse_date
from pipelines.vietnamese.map_systems import map_system
from pipelines.vietnamese.quantities import parse_quantity
from pipelines.vietnamese.spelling import clean, folded_key


def standardise(rows: pl.DataFrame, land_uses: LandUses | None = None) -> pl.DataFrame:
    """Add standard columns to parcel rows (see `pipelines.ingest`); the text columns and `raw` are dropped.

    `land_uses`: the codes of this deployment; those shipped when none are given.

    Values: `sheet_no`, `parcel_no` (without leading zeros), `sheet_value` and `parcel_value` (the whole number with
    which these begin, null when none), `map_system`, `map_scale` (denominator), `area_m2`, `land_use` (list of code and
    area), `certificate_no` (serials in printed form, several with a semicolon between them), `certificate_book_no`,
    `certificate_date`, `field_name`, `address`, `hamlet`, `note`; the owners as the book has them
    (`owner_name`, `owner_id_text`, `owner_birth_text`, `owner_address`), and of the first of them `owner_kind`,
    `owner_id_no`, `owner_birth_year`.

    What went wrong with them: `area_lost` (a text that is no area), `land_use_sign`, `land_use_unread`,
    `land_use_unknown` and `land_use_until` (see `land_use`), `certificate_malformed` (no serial that was ever printed),
    `certificates_several`, `owner_number_restored` (its leading zeros were lost), `owner_number_lost` (a spreadsheet
    took its last digits).

    Keys: `number_key` and `book_key` (see `number_key`), `certificate_key` (of the first serial; `certificate_folded`
    with D for Đ), `book_no_key`, `land_use_key`, `owner_ascii` and `co_owner_ascii` (the first owner's and the second's
    name), `owner_number` (well-formed 9 or 12 digits), `hamlet_key`, `area_band` and
    `area_band_shifted` (areas less than 2.5 % apart have one of them in common).
    """
    text = rows.drop("raw", strict=False).with_columns(each_once(rows[column], clean) for column in COLUMNS["parcels"])
    values = text.with_columns(
        each_once(text["so_to"], plain_number).alias("sheet_no"),
        each_once(text["so_thua"], plain_number).alias("parcel_no"),
        each_once(text["he_ban_do"], map_system).alias("map_system"),
        each_once(text["ty_le"], _scale).alias("map_scale"),
        _areas(text),
        pl.col("dien_tich").alias("area_text"),
        each_once(text["so_gcn"], serials).alias("serials"),
        book_number(pl.col("so_vao_so")).alias("certificate_book_no"),
        each_once(paper_dates(text["ngay_cap"], text["source_file"]), parse_date).alias("certificate_date"),
        pl.col("xu_dong").alias("field_name"),
        pl.col("dia_chi_thua").alias("address"),
        pl.col("thon").fill_null(each_once(text["dia_chi_thua"], hamlet_of)).alias("hamlet"),
        pl.col("ghi_chu").alias("note"),
        pl.col("chu_su_dung").alias("owner_name"),
        pl.col("giay_to_chu").alias("owner_id_text"),
        pl.col("nam_sinh_chu").alias("owner_birth_text"),
        pl.col("dia_chi_chu").alias("owner_address"),
    ).with_columns(
        pl.col("serials").list.first().alias("certificate_no"),
        serial_key(pl.col("serials").list.first()).alias("certificate_key"),
        _scale_of_sheet().alias("map_scale"),
    )
    cells = values.select("source_file", "old_commune_code", pl.col("loai_dat").alias("text"))
    values = values.with_columns(*land_use(cells, land_uses or LandUses.shipped()))
    values = values.join(_owners(values), on="record_id", how="left", maintain_order="left").with_columns(
        pl.col("owner_number_restored", "owner_number_lost").fill_null(False),
        (pl.col("area_text").is_not_null() & pl.col("area_m2").is_null()).alias("area_lost"),
    )
    band = pl.when(pl.col("area_m2") > 0).then(pl.col("area_m2").log() / 0.05)
    keyed = values.with_columns(
        book_key().alias("book_key"),
        number_key("sheet_no").alias("number_key"),
        pl.col("serials").list.join("; ").alias("certificate_no"),
        (~well_formed(pl.col("certificate_no"))).fill_null(False).alias("certificate_malformed"),
        (pl.col("serials").list.len() > 1).fill_null(False).alias("certificates_several"),
        folded_serial(pl.col("certificate_key")).alias("certificate_folded"),
        each_once(values["certificate_book_no"], book_number_key).alias("book_no_key"),
        (pl.col("old_commune_code") + "-" + each_once(values["hamlet"], hamlet_key)).alias("hamlet_key"),
        *(_leading_number(f"{part}_no").alias(f"{part}_value") for part in ("sheet", "parcel")),
        band.floor().cast(pl.Int64).alias("area_band"),
        (band + 0.5).floor().cast(pl.Int64).alias("area_band_shifted"),
    )
    return keyed.drop("serials", *COLUMNS["parcels"])


def _areas(text: pl.DataFrame) -> pl.Series:
    """The areas; what a cell means is told by its file, so that each different one of a file is read once."""
    cells = text.select("source_file", "dien_tich")
    told = cells.unique().with_columns(parse_quantity(pl.col("dien_tich"), pl.col("source_file")).alias("area_m2"))
    return cells.join(told, on=cells.columns, how="left", nulls_equal=True, maintain_order="left")["area_m2"]


def _scale(text: pl.Expr) -> pl.Expr:
    """The denominator of a map's scale: 1/1000, Tỷ lệ 1:1.000, 1000.0 → 1000; else the text as it stands."""
    denominator = text.str.extract(r"^\D*(?:1\s*[/:]\s*)?([0-9]{3,5}|[0-9]{1,2}[.,\s][0-9]{3})(?:[.,]0)?$")
    return pl.coalesce(denominator.str.replace_all(r"[^0-9]", ""), text)


def _scale_of_sheet() -> pl.Expr:
    """The scale of a row that names none is that of its sheet, where all other rows of the sheet have one and the same.

    A sheet is drawn once; without this a double entry that leaves the scale out would stand under another number.
    """
    scale, sheet = pl.col("map_scale"), ("old_commune_code", "map_system", "sheet_no")
    return pl.coalesce(scale, pl.when(scale.drop_nulls().n_unique().over(sheet) == 1).then(scale.max().over(sheet)))


def _leading_number(column: str) -> pl.Expr:
    """The whole number with which a sheet's or parcel's number begins, for ranges and order: 12A → 12."""
    return pl.col(column).str.extract(r"^([0-9]+)").cast(pl.Int64, strict=False)


def _owners(values: pl.DataFrame) -> pl.DataFrame:
    """What is compared of a row's owners: of the first one all, of the second one the name."""
    owners = split_owners(
        values.select("record_id", "owner_name", "owner_id_text", "owner_birth_text", "owner_address")
    )
    first, second = (owners.filter(owner_no=number) for number in (1, 2))
    return first.select(
        "record_id",
        folded_key(pl.col("owner_name")).alias("owner_ascii"),
        *("owner_kind", "owner_id_no", "owner_number", "owner_number_restored", "owner_number_lost"),
        "owner_birth_year",
    ).join(second.select("record_id", co_owner_ascii=folded_key(pl.col("owner_name"))), on="record_id", how="left")
