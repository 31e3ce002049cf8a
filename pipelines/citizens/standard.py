"""Rows of the citizen registers → records with standard values and comparison keys."""

import polars as pl

from pipelines.distinct import TEXT, dictionary, each_once, look_up
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
from pipelines.vietnamese.numbers import agreeing_number, number_birth_year, number_sex, phone_number, with_numbers
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
    text = rows.drop("raw", strict=False).with_columns(each_once(rows[column], clean) for column in COLUMNS["citizens"])
    text = text.with_columns(_as_meant(text))
    names = _names(dictionary(*(text[column] for column in (_OWN, *_RELATIVES.values()))))
    own = _parts(names.join(dictionary(text[_OWN]), on="text", nulls_equal=True))
    numbers = with_numbers(dictionary(text["so_dinh_danh"], text["so_cmnd"])).drop("digits")
    # Offices write either number in either column, or have one column for both.
    first, second = (look_up(text[column], numbers) for column in ("so_dinh_danh", "so_cmnd"))
    values = text.with_columns(
        *look_up(text[_OWN], own),
        *(
            told.alias(f"{who}_{told.name}")
            for who, column in _RELATIVES.items()
            for told in look_up(text[column], names)
        ),
        each_once(text["gioi_tinh"], ascii_key).alias("sex_text"),
        pl.col("so_dinh_danh").alias("number_text"),
        first["personal"].fill_null(second["personal"]).alias("number"),
        second["old"].fill_null(first["old"]).alias("old_id_no"),
        first["lost"].alias("number_lost"),
        second["lost"].alias("old_id_lost"),
        pl.col("dan_toc").alias("ethnicity"),
        pl.col("so_ho_khau").alias("household_no"),
        pl.col("quan_he_chu_ho").alias("relation_to_head"),
        pl.col("noi_thuong_tru").alias("address_old"),
        pl.col("thon").fill_null(each_once(text["noi_thuong_tru"], hamlet_of)).alias("hamlet"),
        each_once(text["so_dien_thoai"], phone_number).alias("phone"),
        each_once(text["tinh_trang"].fill_null(each_once(text[_OWN], remark)), _status).alias("status"),
        each_once(paper_dates(text["ngay_cap_nhat"], text["source_file"]), parse_date).alias("updated_on"),
        pl.col("ghi_chu").alias("note"),
    ).with_columns(_sex())
    births = _births(values)
    restored = agreeing_number(pl.lit(first["padded"]), pl.col("sex"), pl.col("birth_year"))
    dated = values.with_columns(look_up(births, _dates(dictionary(births)))).with_columns(restored.alias("restored"))
    keyed = dated.with_columns(
        pl.coalesce("number", "restored").alias("number"),
        pl.col("old_id_no").fill_null(second["padded_old"]),
        (pl.col("number").is_null() & pl.col("restored").is_not_null()).alias("number_restored"),
        (pl.col("old_id_no").is_null() & second["padded_old"].is_not_null()).alias("old_id_restored"),
        # Of a column for both kinds a well-formed old number is as good.
        (
            pl.col("number_text").is_not_null()
            & pl.coalesce("number", "restored").is_null()
            & first["old"].is_null()
            & ~pl.col("number_lost")
        ).alias("number_malformed"),
        (pl.col("old_commune_code") + "-" + pl.col("household_no")).alias("household_key"),
        (pl.col("old_commune_code") + "-" + each_once(dated["hamlet"], hamlet_key)).alias("hamlet_key"),
        each_once(dated["relation_to_head"], ascii_key).is_in(_HEAD).fill_null(False).alias("is_head"),
        pl.when(status="dead").then("updated_on").alias("dead_on"),
        pl.when(pl.col("status").is_in(["present", "moved"])).then("updated_on").alias("alive_on"),
    )
    return (
        keyed.with_columns(number_birth_year(pl.col("number")).alias("number_year"))
        .with_columns(
            _evident_sex().alias("evident_sex"),
            # The head's own name in the head's own row says nothing of a household.
            pl.when(~pl.col("is_head") & (pl.col("head_ascii") != pl.col("name_ascii")).fill_null(True))
            .then("head_ascii")
            .alias("head_other"),
        )
        .drop("sex_text", "restored", *COLUMNS["citizens"])
    )


_OWN = "ho_ten"
_RELATIVES = {"father": "ho_ten_cha", "mother": "ho_ten_me", "spouse": "ho_ten_vo_chong", "head": "ho_ten_chu_ho"}


def _as_meant(text: pl.DataFrame) -> list[pl.Expr]:
    """Names with the words put right that still show the keys they were typed with, in rows of Kinh people.

    Names of other peoples may look like what Telex leaves behind: Coor, Ros, H'Bas.
    """
    columns = (_OWN, *_RELATIVES.values())
    typed = dictionary(*(text[column] for column in columns))["text"].drop_nulls()
    meant = retyped(typed)
    changed = typed != meant
    is_kinh = each_once(text["dan_toc"], ascii_key) == "kinh"
    return [
        pl.when(is_kinh).then(pl.col(column).replace(typed.filter(changed), meant.filter(changed))).otherwise(column)
        for column in columns
    ]


def _names(told: pl.DataFrame) -> pl.DataFrame:
    """Add to a dictionary of names the person's `name`, its keys `key` (spelling) and `ascii` (folded), and `given`."""
    return (
        told.with_columns(person_name(TEXT).alias("name"))
        .with_columns(spelling_key(pl.col("name")).alias("key"), folded_key(pl.col("name")).alias("ascii"))
        .with_columns(given_name(pl.col("ascii")).alias("given"))
    )


def _parts(names: pl.DataFrame) -> pl.DataFrame:
    """Of the dictionary the rows' own people: the name, its keys and those of its parts, called as the rows do."""
    name, key, folded = pl.col("name"), pl.col("key"), pl.col("ascii")
    return names.select(
        "text",
        name.alias("full_name"),
        key.alias("name_key"),
        folded.alias("name_ascii"),
        has_marks(name).alias("name_marked"),
        toneless_key(key).alias("name_toneless"),
        initials(folded).alias("name_initials"),
        is_abbreviated(folded).alias("name_abbreviated"),
        surname(key).alias("surname_key"),
        _rest(key).alias("rest_key"),
        given_name(key).alias("given_key"),
        toneless_key(given_name(key)).alias("given_toneless"),
        surname(folded).alias("surname_ascii"),
        middle_name(folded).alias("middle_ascii"),
        _rest(folded).alias("rest_ascii"),
        pl.col("given").alias("given_ascii"),
        _odd(names["name"]).alias("given_odd"),
    )


def _rest(name: pl.Expr) -> pl.Expr:
    """All that stands behind the surname."""
    return name.str.extract(r"^\S+ (.+)$")


def _odd(name: pl.Series) -> pl.Series:
    """Whether the given name of a name with marks is no syllable of Vietnamese; each distinct one is looked up once."""
    legal = each_once(name.str.extract(r"(\S+)$"), is_legal)
    return (~legal & each_once(name, has_marks)).fill_null(False)


def _births(values: pl.DataFrame) -> pl.Series:
    """The texts of birth dates, spelled out by what else the rows know."""
    known = values.select(
        pl.col("updated_on").dt.year().fill_null(LATEST_YEAR).alias("latest"),
        number_birth_year(pl.col("number")).alias("told"),
        (pl.col("spouse_name").is_not_null() | pl.col("old_id_no").is_not_null()).alias("grown_up"),
    )
    return spelled_out(values["ngay_sinh"], values["source_file"], known["latest"], known["told"], known["grown_up"])


def _dates(told: pl.DataFrame) -> pl.DataFrame:
    """Add to a dictionary of birth dates what they are, how exactly, and their keys."""
    day = pl.col("birth_date")
    return (
        told.with_columns(
            precision(TEXT).alias("birth_precision"),
            parse_year(TEXT).alias("birth_year"),
            is_impossible(TEXT).fill_null(False).alias("birth_impossible"),
            parse_date(TEXT).alias("birth_date"),
        )
        .with_columns(pl.when(birth_precision="day").then("birth_date").alias("birth_date"))
        .with_columns(
            day.dt.to_string("%Y%m%d").alias("birth_digits"),
            day.dt.to_string("%m%d").alias("month_day"),
            day.dt.to_string("%d%m").alias("day_month"),
            day.dt.to_string("%Y%m").alias("year_month"),
            day.is_null().alias("year_alone"),
        )
        .with_columns(pl.min_horizontal("month_day", "day_month").alias("day_and_month"))
    )


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
