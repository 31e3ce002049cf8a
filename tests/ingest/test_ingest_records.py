"""One bad line costs only itself, wherever it stands, and a total is not a person."""

import polars as pl
import pytest

from pipelines.ingest.lines import Lines
from pipelines.ingest.records import Dialect, Records, cut_records

DIALECT = Dialect(",", 3, ("ho_ten,ngay_sinh,x",))


def cut(*lines: str) -> Records:
    block = Lines(2, pl.Series("text", lines, dtype=pl.String), "utf-8", "\n")
    (records,) = [part for part in cut_records([block], DIALECT) if part.used == len(lines)]
    return records


def cells(records: Records) -> list[tuple[str, ...]]:
    return records.cells.drop("line", "lines").rows()


def test_a_quote_that_closes_many_lines_later_is_a_slip() -> None:
    lines = ['B,"open', *["A,1990,x"] * 30, 'close",x', "C,1990,y"]
    blocks = [Lines(2 + at, pl.Series("text", [line]), "utf-8", "\n") for at, line in enumerate(lines)]
    parts = list(cut_records(blocks, DIALECT))
    assert sum(len(part.cells) for part in parts) == 31
    assert [line for part in parts for line, _ in part.rejected] == [2, 33]


def test_two_slips_of_a_quote_never_make_one_record() -> None:
    records = cut('A,1990,"', 'B,1991,"', "C,1992,z")
    assert [records.raw(line) for line, _ in records.rejected] == [b'A,1990,"', b'B,1991,"']
    assert cells(records) == [("C", "1992", "z")]


@pytest.mark.parametrize(
    ("line", "code"),
    [("a,b", "ragged"), ("a\0,b,c", "nul_byte"), ('a,"b,c', "unterminated_quote"), ('"', "unterminated_quote")],
)
def test_the_reason_is_what_is_wrong(line: str, code: str) -> None:
    records = cut(line, "C,1992,z")
    assert records.rejected == [(2, code)]
    assert records.raw(2) == line.encode()
    assert records.cells.rows() == [(3, 1, "C", "1992", "z")]


def test_a_newline_in_a_quoted_cell_is_kept_as_it_stands() -> None:
    records = cut('"A\r', 'B",1990,x\r')
    assert records.cells.rows() == [(2, 2, "A\r\nB", "1990", "x")]
    assert records.raw(2, 2) == b'"A\r\nB",1990,x\r'


def test_a_cell_may_start_with_a_newline() -> None:
    records = cut('"', 'B",1990,x')
    assert cells(records) == [("\nB", "1990", "x")]
    assert records.blank_lines == 0


def test_quotes_within_a_cell_are_its_own() -> None:
    assert cells(cut('xóm "Chùa",1990,"a ""b"" c"', 'A,"x",5"')) == [
        ('xóm "Chùa"', "1990", 'a "b" c'),
        ("A", "x", '5"'),
    ]


@pytest.mark.parametrize("line", ["Tổng cộng: 3,,", "Cộng,,5", "1,TỔNG SỐ,7", "Tổng cộng 12 người", "Cộng"])
def test_a_total_is_no_record(line: str) -> None:
    assert cut(line).total_lines == 1


@pytest.mark.parametrize(
    "line",
    [
        *("1,Tổng Văn An,1990", "Cộng Văn A,1990,", "Tổng,12/3/1970,", "tổng văn an,1970,", "cộng thị hoa,1970,"),
        *("Cộng đồng dân cư thôn 5,5,12", "Tổng công ty cà phê,5,13", "4,Tổng đội thanh niên xung phong,5"),
    ],
)
def test_a_person_called_like_a_total_is_a_record(line: str) -> None:
    assert cut(line).cells.height == 1


@pytest.mark.parametrize("line", ["", " ", ",,", '"",,', "\x1a", "\u00a0,,"])
def test_a_blank_line_is_no_record(line: str) -> None:
    assert cut(line).blank_lines == 1
