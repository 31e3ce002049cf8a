"""What becomes of numbers, areas, certificates and owners' facts when a land book is typed."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from .dice import Dice, computed, with_part
from .draws import Rng
from .kinship import day_of
from .land_use import uses_written
from .places_typed import HAMLET_RESPELLINGS, address_abbreviated, district_left_out, hamlet_abbreviated
from .settings import SampleSettings

_TEXT = pl.col("text")
_SYSTEM_WORDS = {
    "299": ("BĐ 299", "299/TTg", "Bản đồ 299", "CT 299/TTg", "Bản đồ giải thửa 299"),
    "1994": ("BĐ 1994", "Bản đồ 1994", "BĐĐC 1994", "bản đồ năm 1994", "Bản đồ địa chính 1994"),
    "tổng thể": ("Tổng thể", "đo đạc tổng thể", "BĐ tổng thể", "Bản đồ đo đạc tổng thể", "Đo tổng thể"),
}
_PERSONAL_FROM = day_of("2016-01-01")  # certificates name the 12-digit number since then


class _Typist:
    """Dice for all rows: each question draws for every row, whatever its rate, so that no rate changes another."""

    def __init__(self, rng: Rng, books: pl.DataFrame) -> None:
        self.rng, self.count = rng, len(books)

    def share(self, rate: float) -> pl.Series:
        return pl.Series(self.rng.random(self.count) < rate)

    def dice(self) -> Dice:
        return Dice(self.rng.random(self.count), self.rng.random(self.count))


def as_typed(rng: Rng, books: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """All columns as text, with the owners' numbers, years and addresses, in the forms of many hands."""
    typist = _Typist(rng, books)
    books = _owners_facts(typist, books, settings)
    books = _certificates(typist, books, settings)
    uses = uses_written(rng, books, settings)
    comma = typist.share(settings.decimal_comma)
    area = pl.col("dien_tich").cast(pl.String)
    padded = typist.share(settings.number_padded)
    number = pl.col("so_thua").cast(pl.String)
    system, dice = books["he_ban_do"], typist.dice()
    other = computed(system, _other_words(), what=dice.what)
    books = books.with_columns(
        pl.col("so_to").cast(pl.String),
        uses,
        so_thua=pl.when(padded).then(number.str.zfill(4)).otherwise(number),
        dien_tich=pl.when(comma).then(area.str.replace(".", ",", literal=True)).otherwise(area),
        he_ban_do=pl.when(typist.share(settings.map_system_variant)).then(other).otherwise("he_ban_do"),
    )
    missing = typist.share(settings.map_system_missing)
    scaled, unscaled = typist.share(settings.scale_variant), typist.share(settings.scale_missing)
    scale = computed(books["ty_le"], _scale_form(), what=typist.dice().what)
    unplaced, hamlet = typist.share(settings.parcel_hamlet_missing), typist.share(settings.parcel_hamlet_variant)
    return books.with_columns(
        he_ban_do=pl.when(~missing).then("he_ban_do"),
        ty_le=pl.when(~unscaled).then(pl.when(scaled).then(scale).otherwise("ty_le")),
        thon=pl.when(~unplaced).then(
            pl.when(hamlet).then(_other_hamlets(books["thon"], typist.dice())).otherwise("thon")
        ),
    )


def _scale_form() -> pl.Expr:
    """1/1000, 1:1000, 1/1.000."""
    dotted = _TEXT.str.replace(r"^(\d)000$", "$1.000")
    what = pl.col("what")
    return pl.when(what < 0.5).then("1/" + _TEXT).when(what < 0.8).then("1:" + _TEXT).otherwise("1/" + dotted)


def _other_hamlets(hamlet: pl.Series, dice: Dice) -> pl.Series:
    known = hamlet.unique().drop_nulls().sort()
    spelled = [known.map_elements(other, return_dtype=pl.String) for other in HAMLET_RESPELLINGS]
    beside = {str(at): hamlet.replace(known, other) for at, other in enumerate(spelled)}
    choice = _TEXT
    for at in range(len(spelled)):
        choice = pl.when((pl.col("what") * len(spelled)).floor() == at).then(str(at)).otherwise(choice)
    return computed(hamlet, choice, what=dice.what, **beside)


def _other_words() -> pl.Expr:
    """A map system in other words, picked by the die `what`."""
    written = _TEXT
    for system, words in _SYSTEM_WORDS.items():
        at = (pl.col("what") * len(words)).cast(pl.Int64)
        word = pl.lit(pl.Series([list(words)])).list.get(at)
        written = pl.when(_TEXT.eq(system)).then(word).otherwise(written)
    return written


def _owners_facts(typist: _Typist, books: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """`giay_to_chu`, `nam_sinh_chu` and `dia_chi_chu`: of the first owner, or of all that the entry names."""
    all_of = typist.share(settings.both_numbers)
    numbered, dated = typist.share(settings.owner_number), typist.share(settings.owner_year)
    since = pl.col("issued") >= _PERSONAL_FROM
    numbers, years = [], []
    for end, styles in (("", None), ("_2", ["couple", "co_owners"]), ("_3", ["co_owners"])):
        dice = typist.dice()
        number = books.select(pl.when(since).then(f"number{end}").otherwise(f"old_number{end}").alias("text"))["text"]
        wrong = typist.share(settings.owner_number_wrong)
        number = pl.select(pl.when(wrong).then(_other_digit(number, dice)).otherwise(number)).to_series()
        off, dice = typist.share(settings.owner_year_wrong), typist.dice()
        step = pl.Series(np.where(dice.what < 0.6, 1, 10) * np.where(dice.where < 0.5, -1, 1))
        year = pl.col(f"born{end}") + pl.when(off).then(step).otherwise(0)
        named = pl.lit(True) if styles is None else all_of & pl.col("style").is_in(styles)
        numbers.append(pl.when(named).then(pl.lit(number)))
        years.append(pl.when(named).then(year.cast(pl.String)))
    separator = pl.Series(np.where(typist.dice().what < 0.7, "; ", ", "))
    together = [
        pl.when(known).then(_joined(parts, separator)) for known, parts in ((numbered, numbers), (dated, years))
    ]
    address, dice = books["dia_chi"], typist.dice()
    short = typist.share(settings.owner_address_variant)
    absent = typist.share(settings.owner_address_missing)
    other = pl.when(short).then(_other_address(address, dice)).otherwise(address)
    return books.with_columns(
        giay_to_chu=together[0], nam_sinh_chu=together[1], dia_chi_chu=pl.when(~absent).then(other)
    )


def _joined(parts: Sequence[pl.Expr], separator: pl.Series) -> pl.Expr:
    """The known ones of three texts with the separator of each row between them; null for none."""
    text = parts[0]
    for part in parts[1:]:
        text = pl.coalesce(text + separator + part, text, part)
    return text


def _other_digit(number: pl.Series, dice: Dice) -> pl.Series:
    at = (pl.col("where") * _TEXT.str.len_chars()).cast(pl.Int64)
    digit = _TEXT.str.slice(at, 1).cast(pl.Int64)
    other = (digit + 1 + (pl.col("what") * 9).cast(pl.Int64)) % 10
    return computed(number, with_part(_TEXT, at, 1, other.cast(pl.String)), where=dice.where, what=dice.what)


def _other_address(address: pl.Series, dice: Dice) -> pl.Series:
    """Abbreviated, without its district, or the hamlet alone in another spelling."""
    forms = [hamlet_abbreviated(address, dice), address_abbreviated(address, dice), district_left_out(address, dice)]
    hamlet = computed(address, _TEXT.str.extract(r"^([^,]+)"))
    where = pl.col("where")
    choice = pl.when(where < 0.35).then("0").when(where < 0.65).then("1").when(where < 0.85).then("2").otherwise("3")
    beside = {str(at): form for at, form in enumerate([*forms, hamlet])}
    return computed(address, choice, where=dice.where, **beside)


def _certificates(typist: _Typist, books: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """Serials and book numbers with the errors and in the forms of typists."""
    serial = books["so_gcn"]
    # The serial of a row half the books away is that of land elsewhere.
    known = serial.is_not_null().arg_true().to_numpy()
    of_another = serial.clone().scatter(known, serial.gather(np.roll(known, len(known) // 2)))
    strays = typist.share(settings.certificate_of_another)
    serial = pl.select(pl.when(strays & of_another.is_not_null()).then(of_another).otherwise(serial)).to_series()
    slips, dice = typist.share(settings.certificate_digit), typist.dice()
    end = _TEXT.str.len_chars() - 1 - (pl.col("where") * 6).cast(pl.Int64)
    digit = (_TEXT.str.slice(end, 1).cast(pl.Int64, strict=False) + 1 + (pl.col("what") * 9).cast(pl.Int64)) % 10
    slipped = computed(serial, with_part(_TEXT, end, 1, digit.cast(pl.String)), where=dice.where, what=dice.what)
    serial = pl.select(pl.when(slips).then(slipped).otherwise(serial)).to_series()
    formed, dice = typist.share(settings.certificate_form), typist.dice()
    forms = pl.when(formed).then(computed(serial, _serial_form(), what=dice.what)).otherwise(serial)
    booked, dice = typist.share(settings.book_number_form), typist.dice()
    book = computed(books["so_vao_so"], _book_form(), what=dice.what)
    return books.with_columns(so_gcn=forms, so_vao_so=pl.when(booked).then(book).otherwise("so_vao_so"))


def _serial_form() -> pl.Expr:
    """BĐ123456, bđ 123456, BD 123456, BĐ-123456, BĐ.123456."""
    close, letters = _TEXT.str.replace(" ", "", literal=True), _TEXT.str.extract(r"^(\S+)")
    rest = _TEXT.str.extract(r"( .+)$")
    what = pl.col("what")
    dashed, dotted = (_TEXT.str.replace(" ", sign, literal=True) for sign in ("-", "."))
    plain = letters.str.replace("Đ", "D", literal=True) + rest
    return (
        pl.when(what < 0.45).then(close).when(what < 0.6).then(letters.str.to_lowercase() + rest)
        .when(what < 0.75).then(plain).when(what < 0.9).then(dashed).otherwise(dotted)
    )  # fmt: skip


def _book_form() -> pl.Expr:
    """CS05494, CS-05494, cs 05494, CS 5494."""
    what = pl.col("what")
    close, dashed = (_TEXT.str.replace(" ", sign, literal=True) for sign in ("", "-"))
    short = _TEXT.str.replace(r"^(\D*)0+", "$1")
    return (
        pl.when(what < 0.45).then(close).when(what < 0.7).then(dashed).when(what < 0.85).then(_TEXT.str.to_lowercase())
        .otherwise(short)
    )  # fmt: skip
