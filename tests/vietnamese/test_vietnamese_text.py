"""Spelling keys, names, dates and personal numbers, column-wise as the pipelines use them."""

import unicodedata
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.vietnamese.dates import parse_date, parse_year, precision
from pipelines.vietnamese.names import given_name, name_case, surname, without_title
from pipelines.vietnamese.numbers import number_birth_year, number_sex, old_number, personal_number
from pipelines.vietnamese.spelling import ascii_key, clean, has_marks, spelling_key

Column = Callable[[pl.Expr], pl.Expr]


def each(column: Column, *texts: str | None) -> list[object]:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    return frame.select(column(pl.col("text"))).to_series().to_list()


def one(column: Column, text: str | None) -> object:
    return each(column, text)[0]


@pytest.mark.parametrize(
    ("old_style", "new_style"),
    [
        ("hoà", "hòa"),
        ("hoè", "hòe"),
        ("thuỷ", "thủy"),
        ("THUỴ", "thụy"),
        ("hoá", "Hóa"),
        ("qúy", "quý"),
        ("khoẻ", "khỏe"),
        ("loã", "lõa"),
        ("Uý", "úy"),
        ("hoạ", "họa"),
        ("Nguyễn Thị Thuý Hoà", "NGUYỄN THỊ THÚY HÒA"),
        ("Liên-Hoà", "Liên-Hòa"),
    ],
)
def test_the_place_of_a_tone_is_no_difference(old_style: str, new_style: str) -> None:
    assert one(spelling_key, old_style) == one(spelling_key, new_style)


@pytest.mark.parametrize(
    ("one_name", "other"),
    [
        ("Hùng", "Hưng"),
        ("Hung", "Hùng"),
        ("Tuân", "Tuấn"),
        ("Tuấn", "Tuần"),
        ("Dũng", "Dung"),
        ("Đung", "Dung"),
        ("Thúy", "Thùy"),
        ("Mỹ Hoà", "Mý Hỏa"),
        ("hoà-binh", "hoa-bình"),
        ("Lan Hạ", "Lạn Ha"),
    ],
)
def test_another_mark_is_another_name_but_the_same_when_marks_are_lost(one_name: str, other: str) -> None:
    assert one(spelling_key, one_name) != one(spelling_key, other)
    assert one(ascii_key, one_name) == one(ascii_key, other)


def test_ascii_key_keeps_letters_only() -> None:
    assert each(ascii_key, "Đỗ Thị Hường", "NGUYỄN ĐỨC ƯỚC", None) == ["do thi huong", "nguyen duc uoc", None]


def test_marks_are_seen() -> None:
    assert each(has_marks, "Nguyen Van A", "Đo", "đ", "Hoa ̀", "Tâm") == [False, True, True, True, True]


_WORDS = st.lists(
    st.sampled_from("Nguyễn Đỗ Thuỷ Hoà Phượng Ước Kiều Ngọc Ánh văn THỊ Ỷ Quỹ Điệp Bưởi".split()), min_size=1
).map(" ".join)


@given(_WORDS)
@settings(max_examples=40, deadline=None)
def test_decomposed_text_is_the_same_text(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)
    for column in (clean, spelling_key, ascii_key, name_case, has_marks):
        assert one(column, decomposed) == one(column, name)


@given(st.text(alphabet="aăâđoưy hH\u0300\u0301\u0302\u0323\u200b\u00a0\u202c\u00ad\n"))
@settings(max_examples=60, deadline=None)
def test_cleaning_once_is_enough(text: str) -> None:
    cleaned = one(clean, text)
    assert one(clean, cleaned if isinstance(cleaned, str) else None) == cleaned
    if isinstance(cleaned, str):
        assert cleaned == unicodedata.normalize("NFC", cleaned).strip()
        assert "  " not in cleaned
        assert not any(unicodedata.category(sign) == "Cf" for sign in cleaned)


def test_clean_takes_away_what_nobody_sees() -> None:
    seen = each(clean, " Nguyễn\u00a0\u200b  Văn\tA\n", "\u202aTrần B\u202c", " \u00a0\u200b ", "", None)
    assert seen == ["Nguyễn Văn A", "Trần B", None, None, None]


def test_names_are_capitalised_by_syllable() -> None:
    seen = each(name_case, "NGUYỄN văn  a", "đỗ THỊ ánh", "ỷ lan", "  ", None)
    assert seen == ["Nguyễn Văn A", "Đỗ Thị Ánh", "Ỷ Lan", None, None]


def test_titles_are_taken_off() -> None:
    titled = ["Hộ ông Nguyễn Văn A", "HỘ BÀ Trần Thị B", "Ông: Lê C", "bà Đỗ D", "Cụ  Vũ E", "Hộ Phạm F", "Anh G H"]
    assert each(without_title, *titled) == [
        *("Nguyễn Văn A", "Trần Thị B", "Lê C", "Đỗ D", "Vũ E", "Phạm F", "G H"),
    ]
    untitled = ["Nguyễn Văn Ông", "Bành Thị A", "Hồ Bà B", "Cụt C", "Ông"]
    assert each(without_title, *untitled) == untitled


def test_surname_first_given_name_last() -> None:
    assert each(surname, "Nguyễn Văn A", "Lan", None) == ["Nguyễn", "Lan", None]
    assert each(given_name, "Nguyễn Văn A", "Lan", None) == ["A", "Lan", None]


@pytest.mark.parametrize(
    ("text", "day", "year", "known_to"),
    [
        ("17/05/1990", date(1990, 5, 17), 1990, "day"),
        ("7-5-1990", date(1990, 5, 7), 1990, "day"),
        ("07.05.1990", date(1990, 5, 7), 1990, "day"),
        ("1 / 2 / 1990", date(1990, 2, 1), 1990, "day"),
        ("1990-05-17", date(1990, 5, 17), 1990, "day"),
        ("1990-05-17T00:00:00", date(1990, 5, 17), 1990, "day"),
        ("29/02/2024", date(2024, 2, 29), 2024, "day"),
        ("01/01/1960", date(1960, 1, 1), 1960, "placeholder"),
        ("1960-01-01 00:00:00", date(1960, 1, 1), 1960, "placeholder"),
        ("02/01/1960", date(1960, 1, 2), 1960, "day"),
        ("01/02/1960", date(1960, 2, 1), 1960, "day"),
        ("29/02/2023", None, 2023, "month"),
        ("30/02/1990", None, 1990, "month"),
        ("31/04/1990", None, 1990, "month"),
        ("00/04/1990", None, 1990, "month"),
        ("17/13/1990", None, 1990, "year"),
        ("1990-13-01", None, 1990, "year"),
        ("05/1990", None, 1990, "month"),
        ("01/1990", None, 1990, "month"),
        ("13/1990", None, 1990, "year"),
        ("1990", None, 1990, "year"),
        ("17/05/90", None, None, "unknown"),
        ("17/05/0000", None, None, "unknown"),
        ("１７/０５/１９９０", None, None, "unknown"),
        ("không rõ", None, None, "unknown"),
        (None, None, None, "unknown"),
    ],
)
def test_dates_and_how_exactly_they_are_known(
    text: str | None, day: date | None, year: int | None, known_to: str
) -> None:
    assert one(parse_date, text) == day
    assert one(parse_year, text) == year
    assert one(precision, text) == known_to


@given(st.text(alphabet="0123456789/-. :T٣１", max_size=14))
@settings(max_examples=80, deadline=None)
def test_no_date_text_breaks_the_column(text: str) -> None:
    day, year, known_to = one(parse_date, text), one(parse_year, text), one(precision, text)
    assert (known_to in ("day", "placeholder")) == (day is not None)
    assert (known_to == "unknown") == (year is None)


@given(st.dates(date(1900, 1, 2), date(2026, 12, 31)))
@settings(max_examples=40, deadline=None)
def test_every_real_date_is_read_in_every_form(day: date) -> None:
    forms = [f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}", f"{day.day}.{day.month}.{day.year}"]
    assert each(parse_date, *forms) == [day] * 3


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("001090012345", "001090012345"),
        ("001 090 012 345", "001090012345"),
        ("001.090.012-345", "001090012345"),
        ("096399000123", "096399000123"),
        ("00109001234", None),
        ("0010900123456", None),
        ("000090012345", None),
        ("001490012345", None),
        ("001090111111", None),
        ("001090000000", None),
        ("00109001234a", None),
        ("００1090012345", None),
        ("0010９0012345", None),
        ("1.09E+09", None),
        ("", None),
        (None, None),
    ],
)
def test_well_formed_personal_numbers(text: str | None, number: str | None) -> None:
    assert one(personal_number, text) == number


def test_old_numbers_have_nine_digits() -> None:
    seen = each(old_number, "012 345 678", "012345678", "111111111", "111111112", "01234567", "０12345678", None)
    assert seen == ["012345678", "012345678", None, None, None, None, None]


def test_a_number_tells_sex_and_year_of_birth() -> None:
    numbers = ["001090012345", "001190012345", "001204012345", "001304012345", None]
    assert each(number_sex, *numbers) == ["male", "female", "male", "female", None]
    assert each(number_birth_year, *numbers) == [1990, 1990, 2004, 2004, None]
