"""Rows of the citizen registers → records with standard values and comparison keys."""

import polars as pl

from pipelines.ingest.headers import COLUMNS
from pipelines.vietnamese.addresses import hamlet_key, hamlet_of
from pipelines.vietnamese.dates import (
    LATEST_YEAR,
    is_impossible,
    paper_dates,
    parse_date,
    parse_year,
    precision,
    spelled_out,
)
from pipelines.vietnamese.names import (
    given_name,
    initials,
    is_abbreviated,
    middle_name,
    person_name,
    remark,
    surname,
)
from pipelines.vietnamese.numbers import (
    lost_digits,
    number_birth_year,
    number_sex,
    old_number,
    personal_number,
    phone_number,
    restored_number,
    restored_old_number,
)
from pipelines.vietnamese.spelling import ascii_key, clean, folded_key, has_marks, spelling_key, toneless_key
from pipelines.vietnamese.syllables import is_legal
from pipelines.vietnamese.typed import retyped

_SEX = {
    **dict.fromkeys(("nam", "m", "trai", "male", "nam gioi", "con trai", "ong"), "male"),
    **dict.fromkeys(("nu", "f", "gai", "female", "nu gioi", "con gai", "ba", "phu nu"), "female"),
}
_STATUS = {
    r"chet|tu vong|da mat|qua doi|khai tu|tu tran|hy sinh": "dead",
    r"chuyen den|chua chuyen|chua xoa|chua cat": "present",
    r"chuyen di|chuyen khau|da chuyen|cat khau|xoa": "moved",
    r"thuong tru|dang|con|hien|tam tru|co mat|sinh song": "present",
}
_HEAD = ("chu ho", "chu", "ch")


def standardise(rows: pl.DataFrame) -> pl.DataFrame:
    """Add standard columns to citizen rows (see `pipelines.ingest`); the text columns and `raw` are dropped.

    Values: `full_name`, `birth_date`, `birth_precision`, `birth_year`, `birth_impossible` (no calendar has the date),
    `sex`, `number` (well-formed 12 digits or null), `number_text` (what stood there), `number_restored` (its leading
    zeros were lost), `number_lost` (a spreadsheet took its last digits), `number_malformed`, `old_id_no`,
    `old_id_restored`, `old_id_lost`, `ethnicity`, `household_no`, `relation_to_head`, `is_head`, `father_name`,
    `mother_name`, `spouse_name`, `head_name`, `phone`, `address_old`, `hamlet`, `status`, `updated_on`, `note`.
    Keys: `name_key` (spelling), `name_toneless`, `name_ascii` (folded), `name_marked`, `name_initials`,
    `name_abbreviated`; of its parts `surname_key`, `rest_key` (all behind the surname), `given_key`, `given_toneless`,
    `surname_ascii`, `middle_ascii`, `rest_ascii`, `given_ascii`; `birth_digits`, `year_month`,
    `month_day`, `day_month`, `day_and_month` (the smaller of the two), `year_alone`,
    `number_year` (the year of birth that the number tells), `evident_sex`, `given_odd` (a given name that is no
    syllable); for father, mother, spouse and head `…_key`, `…_ascii` and `…_given`; `head_other` (the head unless it
    is the person); `household_key`, `hamlet_key`; `dead_on` and `alive_on`, the update by which the register knew of
    a death, or of a life.
    """
    text = rows.drop("raw", strict=False).with_columns(clean(pl.col(column)) for column in COLUMNS["citizens"])
    # Names of other peoples may look like what Telex leaves behind: Coor, Ros, H'Bas.
    kinh = text.select((ascii_key(pl.col("dan_toc")) == "kinh").fill_null(False)).to_series()
    text = text.with_columns(
        text[column]
        .zip_with(~kinh, retyped(text[column].zip_with(kinh, pl.Series([None], dtype=pl.String))))
        .alias(column)
        for column in _NAMES.values()
    )
    files = text["source_file"]
    values = text.with_columns(
        *(person_name(pl.col(column)).alias(name) for name, column in _NAMES.items()),
        ascii_key(pl.col("gioi_tinh")).alias("sex_text"),
        pl.col("so_dinh_danh").alias("number_text"),
        # Offices write either number in either column, or have one column for both.
        pl.coalesce(personal_number(pl.col("so_dinh_danh")), personal_number(pl.col("so_cmnd"))).alias("number"),
        pl.coalesce(old_number(pl.col("so_cmnd")), old_number(pl.col("so_dinh_danh"))).alias("old_id_no"),
        restored_old_number(pl.col("so_cmnd")).alias("restored_old"),
        lost_digits(pl.col("so_dinh_danh")).alias("number_lost"),
        lost_digits(pl.col("so_cmnd")).alias("old_id_lost"),
        pl.col("dan_toc").alias("ethnicity"),
        pl.col("so_ho_khau").alias("household_no"),
        pl.col("quan_he_chu_ho").alias("relation_to_head"),
        pl.col("noi_thuong_tru").alias("address_old"),
        pl.coalesce("thon", hamlet_of(pl.col("noi_thuong_tru"))).alias("hamlet"),
        phone_number(pl.col("so_dien_thoai")).alias("phone"),
        _status(pl.coalesce("tinh_trang", remark(pl.col("ho_ten")))).alias("status"),
        paper_dates(text["ngay_cap_nhat"], files).alias("updated_text"),
        pl.col("ghi_chu").alias("note"),
    ).with_columns(
        _sex(),
        parse_date(pl.col("updated_text")).alias("updated_on"),
    )
    known = values.select(
        pl.col("updated_on").dt.year().fill_null(LATEST_YEAR).alias("latest"),
        number_birth_year(pl.col("number")).alias("told"),
        (pl.col("spouse_name").is_not_null() | pl.col("old_id_no").is_not_null()).alias("grown_up"),
    )
    birth_text = spelled_out(text["ngay_sinh"], files, known["latest"], known["told"], known["grown_up"])
    dated = (
        values.with_columns(birth_text.alias("birth_text"))
        .with_columns(
            precision(pl.col("birth_text")).alias("birth_precision"),
            parse_year(pl.col("birth_text")).alias("birth_year"),
            parse_date(pl.col("birth_text")).alias("birth_date"),
            is_impossible(pl.col("birth_text")).fill_null(False).alias("birth_impossible"),
        )
        .with_columns(
            pl.when(birth_precision="day").then("birth_date").alias("birth_date"),
            restored_number(pl.col("number_text"), pl.col("sex"), pl.col("birth_year")).alias("restored"),
        )
        .with_columns(
            pl.coalesce("number", "restored").alias("number"),
            pl.coalesce("old_id_no", "restored_old").alias("old_id_no"),
            (pl.col("number").is_null() & pl.col("restored").is_not_null()).alias("number_restored"),
            (pl.col("old_id_no").is_null() & pl.col("restored_old").is_not_null()).alias("old_id_restored"),
            # Of a column for both kinds a well-formed old number is as good.
            (
                pl.col("number_text").is_not_null()
                & pl.coalesce("number", "restored", old_number(pl.col("number_text"))).is_null()
                & ~pl.col("number_lost")
            ).alias("number_malformed"),
        )
    )
    keyed = (
        dated.with_columns(
            spelling_key(pl.col("full_name")).alias("name_key"),
            folded_key(pl.col("full_name")).alias("name_ascii"),
            has_marks(pl.col("full_name")).alias("name_marked"),
            pl.col("birth_date").dt.to_string("%Y%m%d").alias("birth_digits"),
            pl.col("birth_date").dt.to_string("%m%d").alias("month_day"),
            pl.col("birth_date").dt.to_string("%d%m").alias("day_month"),
            pl.col("birth_date").dt.to_string("%Y%m").alias("year_month"),
            pl.col("birth_date").is_null().alias("year_alone"),
            number_birth_year(pl.col("number")).alias("number_year"),
            *(spelling_key(pl.col(f"{who}_name")).alias(f"{who}_key") for who in _RELATIVES),
            *(folded_key(pl.col(f"{who}_name")).alias(f"{who}_ascii") for who in _RELATIVES),
            (pl.col("old_commune_code") + "-" + pl.col("household_no")).alias("household_key"),
            (pl.col("old_commune_code") + "-" + hamlet_key(pl.col("hamlet"))).alias("hamlet_key"),
            ascii_key(pl.col("relation_to_head")).is_in(_HEAD).fill_null(False).alias("is_head"),
            pl.when(status="dead").then("updated_on").alias("dead_on"),
            pl.when(pl.col("status").is_in(["present", "moved"])).then("updated_on").alias("alive_on"),
        )
        .with_columns(
            pl.min_horizontal("month_day", "day_month").alias("day_and_month"),
            toneless_key(pl.col("name_key")).alias("name_toneless"),
            initials(pl.col("name_ascii")).alias("name_initials"),
            is_abbreviated(pl.col("name_ascii")).alias("name_abbreviated"),
            surname(pl.col("name_key")).alias("surname_key"),
            _rest(pl.col("name_key")).alias("rest_key"),
            given_name(pl.col("name_key")).alias("given_key"),
            surname(pl.col("name_ascii")).alias("surname_ascii"),
            middle_name(pl.col("name_ascii")).alias("middle_ascii"),
            _rest(pl.col("name_ascii")).alias("rest_ascii"),
            given_name(pl.col("name_ascii")).alias("given_ascii"),
            *(given_name(pl.col(f"{who}_ascii")).alias(f"{who}_given") for who in _RELATIVES),
        )
        .with_columns(
            toneless_key(pl.col("given_key")).alias("given_toneless"),
            _evident_sex().alias("evident_sex"),
            # The head's own name in the head's own row says nothing of a household.
            pl.when(~pl.col("is_head") & (pl.col("head_ascii") != pl.col("name_ascii")).fill_null(True))
            .then("head_ascii")
            .alias("head_other"),
        )
    )
    keyed = keyed.with_columns(_odd(keyed["full_name"]).alias("given_odd"))
    return keyed.drop(COLUMNS["citizens"])


_NAMES = {
    "full_name": "ho_ten",
    "father_name": "ho_ten_cha",
    "mother_name": "ho_ten_me",
    "spouse_name": "ho_ten_vo_chong",
    "head_name": "ho_ten_chu_ho",
}
_RELATIVES = ("father", "mother", "spouse", "head")


def _rest(name: pl.Expr) -> pl.Expr:
    """All that stands behind the surname."""
    return name.str.extract(r"^\S+ (.+)$")


def _sex() -> pl.Expr:
    """male or female from the spellings of offices; 1 and 0, or 1 and 2, by what the file's personal numbers say.

    Nothing tells which of the two an office took for men, so that a file's own numbers do: the code of most rows
    with a man's number is men's. Without numbers 1 is.
    """
    text = pl.col("sex_text").str.replace(r"(?:\.0|\.)$", "").replace("2", "0")
    told = number_sex(pl.col("number"))
    as_men = ((text == "1") == (told == "male")).cast(pl.Int64)
    votes = pl.when(text.is_in(["0", "1"]) & told.is_not_null()).then(as_men).mean().over("source_file")
    one, zero = (
        pl.when(votes.fill_null(1.0) >= 0.5).then(pl.lit(sex)).otherwise(pl.lit(other))
        for sex, other in (("male", "female"), ("female", "male"))
    )
    return (
        pl.when(text == "1")
        .then(one)
        .when(text == "0")
        .then(zero)
        .otherwise(text.replace_strict(_SEX, default=None, return_dtype=pl.String))
        .alias("sex")
    )


def _odd(name: pl.Series) -> pl.Series:
    """Whether the given name of a name with marks is no syllable of Vietnamese; each distinct one is looked up once."""
    given = name.str.extract(r"(\S+)$")
    told = pl.DataFrame({"given": given.unique()}).with_columns((~is_legal(pl.col("given"))).alias("odd"))
    known = pl.DataFrame({"name": name, "given": given}).join(told, on="given", how="left", maintain_order="left")
    return known.select((pl.col("odd") & has_marks(pl.col("name"))).fill_null(False)).to_series()


def _evident_sex() -> pl.Expr:
    """The sex by all that a row says: that of a number whose year is the row's own, else the one written.

    A man whose name has Thị behind the surname is a slip of either, so that nothing is evident.
    """
    told = pl.when(pl.col("number_year") == pl.col("birth_year")).then(number_sex(pl.col("number")))
    odd = (pl.col("sex") == "male") & pl.col("middle_ascii").str.contains(r"^thi\b")
    return pl.coalesce(told, pl.when(odd.fill_null(False)).then(pl.lit(None)).otherwise("sex"))


def _status(text: pl.Expr) -> pl.Expr:
    folded = ascii_key(text)
    status = pl.lit("unknown")
    for pattern, value in reversed(_STATUS.items()):
        status = pl.when(folded.str.contains(pattern)).then(pl.lit(value)).otherwise(status)
    return status
