"""Golden people of several communes, as published warehouses hold them: a crowd of strangers, and whom a test names."""

import datetime as dt

import polars as pl

from pipelines.across.people import standard_people
from pipelines.warehouse import schema

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Bùi", "Đỗ")
MIDDLES = ("Văn", "Đức", "Minh", "Quang", "Hữu")
GIVEN = ("An", "Bình", "Cường", "Dũng", "Giang", "Hải", "Khánh", "Long", "Nam", "Phúc", "Sơn", "Tuấn")
COMMUNES = ("10231", "10234", "10240")


def city(*people, crowd=120):
    """The standard people of three communes, so many strangers in each, besides those given as `(commune, person)`."""
    rows = {code: [_stranger(code, at) for at in range(crowd)] for code in COMMUNES}
    for code, told in people:
        rows[code].append(told)
    return {code: standard_people(*_golden(code, rows[code]), code) for code in COMMUNES}


def readers(people):
    """As `find_across` reads them."""
    return {code: (lambda columns, frame=frame: frame.select(columns)) for code, frame in people.items()}


def person(record_id, **columns):
    """A man who was born on 3 May 1975 and has a name that nobody of the crowd has, or as told."""
    usual = {
        "record_id": record_id,
        "full_name": "Đặng Trọng Nghĩa",
        "birth_date": dt.date(1975, 5, 3),
        "sex": "male",
        "status": "present",
    }
    return {**usual, **columns}


def _stranger(code, at):
    """The same name may stand in several communes, the same date too, but never both."""
    surname, middle, given = SURNAMES[at % 7], MIDDLES[at % 5], GIVEN[at % 12]
    day = dt.date(1950, 1, 2) + dt.timedelta(days=97 * at + 31 * COMMUNES.index(code))
    return {
        "record_id": f"{code}-{at:04}",
        "full_name": f"{surname} {middle} {given}",
        "birth_date": day,
        "sex": "male",
        "father_name": f"{surname} {MIDDLES[(at + 1) % 5]} {GIVEN[(at * 5 + 1) % 12]}",
        "mother_name": f"{SURNAMES[(at + 3) % 7]} Thị {GIVEN[(at * 7 + 2) % 12]}",
        "personal_id": f"0010{day.year % 100:02}{COMMUNES.index(code)}{at:05}",
        "status": "present",
    }


def _golden(code, rows):
    empty = schema.CITIZENS.empty()
    told = pl.DataFrame(
        [{**dict.fromkeys(empty.columns), **row} for row in rows],
        schema={**empty.schema, "record_id": pl.String},
    ).with_columns(
        pl.format("{}-{}", pl.lit(code), "record_id").alias("citizen_id"),
        pl.coalesce("birth_year", pl.col("birth_date").dt.year()).alias("birth_year"),
        pl.coalesce("old_commune_code", pl.lit(code)).alias("old_commune_code"),
        pl.when(pl.col("personal_id").is_not_null())
        .then(pl.coalesce("personal_id_status", pl.lit("trusted")))
        .otherwise(pl.lit("none"))
        .alias("personal_id_status"),
    )
    return told.drop("record_id"), told.select("citizen_id", "record_id"), schema.HOUSEHOLDS.empty()
