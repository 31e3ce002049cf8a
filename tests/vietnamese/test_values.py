"""What spreadsheets and hands did to dates, numbers and quantities, and what can be had back of it."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.vietnamese.dates import is_impossible, paper_dates, parse_date, precision, spelled_out
from pipelines.vietnamese.numbers import (
    digits,
    lost_digits,
    old_number,
    personal_number,
    phone_number,
    restored_number,
    restored_old_number,
)
from pipelines.vietnamese.quantities import parse_quantity
from tests.examples import SOME

START = date(1899, 12, 30)


def each(column, *texts: str | None) -> list[object]:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String), "file": "a"})
    return frame.select(column(pl.col("text"))).to_series().to_list()


def birth(text: str, latest: int = 2020, told: int | None = None, grown_up: bool = False, file: tuple[str, ...] = ()):
    """The date and precision of a birth date as a register has it, beside the other dates of its file."""
    texts = pl.Series("text", [text, *file])
    known = pl.DataFrame({"latest": latest, "told": pl.Series([told], dtype=pl.Int64), "grown_up": grown_up})
    latest_year, told_year, is_grown_up = (known[name].new_from_index(0, len(texts)) for name in known.columns)
    spelled = spelled_out(texts, pl.Series(["a"]).new_from_index(0, len(texts)), latest_year, told_year, is_grown_up)
    frame = pl.DataFrame({"text": spelled})
    return frame.select(parse_date(pl.col("text")).alias("day"), precision(pl.col("text")).alias("to")).row(0)


@given(st.dates(date(1927, 6, 1), date(2009, 12, 31)))
@settings(max_examples=60, deadline=None)
def test_an_excel_serial_is_its_date(day: date) -> None:
    serial = (day - START).days
    for text in (str(serial), f"{serial}.0", f"{serial},5"):
        assert birth(text)[0] == day


@given(st.dates(date(1900, 1, 2), date(2020, 12, 31)))
@SOME
def test_every_form_is_the_same_date(day: date) -> None:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    forms = [
        f"ngày {day.day} tháng {day.month} năm {day.year}",
        f"{day.day} tháng {day.month} {day.year}",
        f"{day.day}-thg {day.month}-{day.year}",
        f"{day.day}-{months[day.month - 1]}-{day.year}",
        f"{day:%d%m%Y}",
        f"{day.day} / {day.month} / {day.year}",
        f"{day:%Y-%m-%d} 00:00:00",
    ]
    for form in forms:
        assert birth(form)[0] == day, form


@pytest.mark.parametrize(
    ("text", "latest", "told", "grown_up", "year"),
    [
        ("17/05/58", 2020, None, False, 1958),
        ("17/05/15", 2020, None, False, 2015),
        ("17/05/21", 2020, None, False, 1921),
        ("17/05/15", 2020, None, True, 1915),  # a grown-up is not five years old
        ("17/05/02", 2020, None, True, 2002),
        ("17/05/15", 2020, 1915, False, 1915),  # the personal number knows
        ("17/05/15", 2020, 1990, False, 2015),  # but one that says another year says nothing of this one
        ("17-May-58", 2020, None, False, 1958),
    ],
)
def test_a_short_year_is_told_by_what_is_known(text: str, latest: int, told: int | None, grown_up: bool, year: int):
    day, known_to = birth(text, latest, told, grown_up)
    assert (day.year, known_to) == (year, "day")


def test_a_file_of_an_american_excel_puts_the_month_first() -> None:
    others = ("05/17/1990", "12/31/1985", "1/20/2001", "03/14/1960", "10/25/1977", "02/03/1950")
    assert birth("05/06/1990", file=others)[0] == date(1990, 5, 6)
    assert birth("05/06/1990", file=others[:1])[0] == date(1990, 5, 6)  # one that can be nothing else is enough
    assert birth("05/06/1990", file=())[0] == date(1990, 6, 5)
    assert birth("05/06/1990", file=(*others, "17/05/1990", "30/12/1990"))[0] == date(1990, 6, 5)  # mixed: as usual
    assert birth("1990-06-05", file=others)[0] == date(1990, 6, 5)


@pytest.mark.parametrize(
    ("text", "known_to", "impossible"),
    [
        ("30/02/1980", "month", True),
        ("31/04/1980", "month", True),
        ("17/13/1980", "year", True),
        ("00/00/1980", "year", False),
        ("00/05/1980", "month", False),
        ("1980", "year", False),
        ("năm 1980", "year", False),
        ("tháng 5 năm 1980", "month", False),
        ("1980.0", "year", False),
        ("01/01/1980", "placeholder", False),
        ("17/05/1980", "day", False),
        ("17/05/0980", "unknown", False),
        ("không nhớ", "unknown", False),
        ("99999", "unknown", False),
    ],
)
def test_what_is_not_known_is_not_invented_and_what_cannot_be_is_told(text: str, known_to: str, impossible: bool):
    assert birth(text)[1] == known_to
    assert bool(each(is_impossible, text)[0]) is impossible


def test_dates_of_papers() -> None:
    spelled = paper_dates(pl.Series(["12/02/01", "36934", "12/2/2001", "x", None]), pl.Series(["a"] * 5))
    assert each(parse_date, *spelled) == [*[date(2001, 2, 12)] * 3, None, None]


@pytest.mark.parametrize(
    "text",
    [
        *("001090012345", "'001090012345", '="001090012345"', "001 090 012 345", "001.090.012.345", "1090012345.0"),
        *("1.090012345E+09", "1,090012345E9", "1090012345"),
    ],
)
def test_what_a_spreadsheet_put_around_a_number_is_taken_off(text: str) -> None:
    assert each(digits, text)[0].zfill(12) == "001090012345"
    assert not each(lost_digits, text)[0]


@pytest.mark.parametrize("text", ["1.09E+09", "1,09E+09", "1E+11", "1.0900123E+10", "1.1e+08"])
def test_a_number_in_scientific_notation_is_lost_and_told(text: str) -> None:
    assert each(lost_digits, text) == [True]
    assert each(personal_number, text) == each(old_number, text) == [None]


@pytest.mark.parametrize(
    ("text", "sex", "year", "number"),
    [
        ("1090012345", "male", 1990, "001090012345"),
        ("1090012345", None, 1990, "001090012345"),
        ("1090012345", "male", None, "001090012345"),
        ("31190012345", "female", 1990, "031190012345"),
        ("1090012345", "female", 1990, None),
        ("1090012345", "male", 1991, None),
        ("1090012345", None, None, None),  # nothing speaks for it
        ("109001234", "male", 1990, None),
        ("001090012345", "male", 1990, None),  # nothing to restore
        ("1090111111", "male", 1990, None),
    ],
)
def test_leading_zeros_come_back_where_sex_and_year_agree(text, sex, year, number) -> None:
    found = each(lambda column: restored_number(column, pl.lit(sex, pl.String), pl.lit(year, pl.Int64)), text)
    assert found == [number]


def test_the_zero_of_an_old_number_comes_back() -> None:
    texts = ("12345678", "12345678.0", "1 234 5678", "012345678", "1234567", "11111111", None)
    assert each(restored_old_number, *texts) == ["012345678"] * 3 + [None, None, "011111111", None]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0912345678", "0912345678"),
        ("912345678", "0912345678"),
        ("0912 345.678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("(024) 3825-3123", "02438253123"),
        ("0912345678; 0987654321", "0912345678"),
        ("ĐT: 0912345678 (con gái)", "0912345678"),
        ("không có", None),
        ("12", None),
    ],
)
def test_telephone_numbers(text: str, number: str | None) -> None:
    assert each(phone_number, text) == [number]


def areas(*texts: str) -> list[float | None]:
    return each(lambda text: parse_quantity(text, pl.col("file")), *texts)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("155", 155.0),
        ("155,1", 155.1),
        ("155.1", 155.1),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1,234,567.5", 1234567.5),
        ("155,1 m2", 155.1),
        ("155.1m²", 155.1),
        ("0,5", 0.5),
        (",5", 0.5),
        ("-5", None),
        ("1.2.3", None),
        ("khoảng 100", None),
    ],
)
def test_areas(text: str, area: float | None) -> None:
    assert areas(text) == [area]


def test_a_single_sign_before_three_digits_is_told_by_the_habit_of_the_file() -> None:
    assert areas("1.234", "155,1") == [1234.0, 155.1]
    assert areas("1.234", "155.1") == [1.234, 155.1]
    assert areas("1,234", "155.1") == [1234.0, 155.1]
    assert areas("1,234", "155,1") == [1.234, 155.1]


@given(st.integers(1, 10**7), st.sampled_from([0, 1, 2]))
@settings(max_examples=60, deadline=None)
def test_every_area_is_read_in_vietnamese_writing(number: int, decimals: int) -> None:
    value = round(number / 10**decimals, decimals)
    vietnamese = f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    assert areas(vietnamese, "0,1")[0] == pytest.approx(value)


@given(st.text(alphabet="0123456789.,/-E+ thángnămMay'=\"", max_size=14))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_a_column(text: str) -> None:
    day, known_to = birth(text)
    assert (known_to in ("day", "placeholder")) == (day is not None)
    for column in (digits, personal_number, old_number, restored_old_number, lost_digits, phone_number):
        each(column, text)
    areas(text)
