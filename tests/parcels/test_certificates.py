"""One certificate has one key, however a land book writes its serial; another one has another."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parcels.certificates import (
    book_number,
    book_number_key,
    folded_serial,
    serial_key,
    serials,
    well_formed,
)


def read(text: str | None) -> list[str] | None:
    found = pl.select(serials(pl.lit(text, pl.String))).item()
    return None if found is None else list(found)


def key(text: str) -> str:
    first = serials(pl.lit(text)).list.first()
    return str(pl.select(serial_key(first)).item())


@pytest.mark.parametrize(
    "written",
    ["BĐ 123456", "bđ123456", "BĐ-123.456", "BDD123456", "BÐ 123456", "B Đ 123 456", "BĐ.123456", "BĐ 123456.",
     "Số phát hành: BĐ 123456", "số seri BĐ 123456", "GCN: BĐ 123456", "BĐ 123456 ngày 15/3/2010"],
)  # fmt: skip
def test_one_serial_in_many_hands_is_printed_one_way(written: str) -> None:
    assert read(written) == ["BĐ 123456"]


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Đ 123456", ["Đ 123456"]),
        ("aa00123456", ["AA 00123456"]),
        ("BO 12345O", ["BO 123450"]),
        ("DD 123456", ["DD 123456"]),
        ("BĐ 123456; BĐ 123457", ["BĐ 123456", "BĐ 123457"]),
        ("BĐ 123456 và CA 654321", ["BĐ 123456", "CA 654321"]),
        ("BĐ 123456 + bđ123456", ["BĐ 123456"]),
        ("123456", ["123456"]),
        ("SO 123456", ["123456"]),
        ("chưa cấp", None),
        ("-", None),
        (None, None),
    ],
)
def test_serials_of_all_ages_several_and_none(written: str | None, printed: list[str] | None) -> None:
    assert read(written) == printed


def test_two_series_that_a_mark_tells_apart_are_one_only_by_the_weaker_key() -> None:
    assert key("BD 123456") != key("BĐ 123456")
    folded = pl.select(folded_serial(pl.lit(key("BĐ 123456")))).item()
    assert folded == key("BD 123456")


@given(
    st.text(alphabet="ABCDĐEGHKLMNPQRSTUVXY", min_size=1, max_size=2),
    st.integers(0, 999_999),
    st.sampled_from(["", " ", "  ", "-", ".", " - "]),
    st.booleans(),
)
def test_any_serial_is_read_back_whatever_stands_between(letters: str, number: int, sign: str, small: bool) -> None:
    written = f"{letters}{sign}{number:06}"
    printed = f"{letters} {number:06}"
    assert read(written.lower() if small else written) == [printed]
    assert pl.select(well_formed(pl.lit(printed))).item()


@pytest.mark.parametrize("text", ["123456", "BĐ 1234567", "B 12345678", "ABC 123456"])
def test_what_was_never_printed_is_told(text: str) -> None:
    assert not pl.select(well_formed(pl.lit(text))).item()


@pytest.mark.parametrize(
    "same",
    [
        ["CS 05494", "CS05494", "cs-05.494", "CS 5494", "CS O5494", "Số vào sổ: CS 05494"],
        ["00123 QSDĐ/123", "00123QSDD/123", "123-QSDĐ/123", "Số vào sổ cấp GCN: 00123 QSDĐ/123"],
    ],
)
def test_one_book_number_has_one_key(same: list[str]) -> None:
    keys = pl.DataFrame({"text": same}).select(book_number_key(book_number(pl.col("text")))).to_series()
    assert keys.n_unique() == 1


def test_other_book_numbers_have_other_keys_and_words_alone_have_none() -> None:
    texts = ["CS 05494", "CH 05494", "CS 05495", "CS 54940", "5494", "chưa có"]
    keys = pl.DataFrame({"text": texts}).select(book_number_key(book_number(pl.col("text")))).to_series()
    assert keys.drop_nulls().n_unique() == 5
    assert keys[-1] is None
