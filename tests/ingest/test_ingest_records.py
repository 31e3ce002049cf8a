"""One bad line costs only itself, wherever it stands, and a total is not a person."""

import polars as pl
import pytest

from pipelines.ingest.records import Dialect, Records, cut_records

DIALECT = Dialect(",", 3, ("ho_ten,ngay_sinh,x",))


def cut(*lines: str) -> Records:
    return cut_records(pl.Series(lines, dtype=pl.String), 2, DIALECT)


def test_a_quote_that_closes_many_lines_later_is_a_slip() -> None:
    records = cut('B,"open', *["A,1990,x"] * 30, 'close",x', "C,1990,y")
    assert len(records.cells) == 31
    assert [bad.line for bad in records.rejected] == [2, 33]


def test_two_slips_of_a_quote_never_make_one_record() -> None:
    records = cut('A,1990,"', 'B,1991,"', "C,1992,z")
    assert [bad.text for bad in records.rejected] == ['A,1990,"', 'B,1991,"']
    assert records.cells["c0"].to_list() == ["C"]


@pytest.mark.parametrize(
    ("line", "code"), [("a,b", "ragged"), ("a\0,b,c", "nul_byte"), ('a,"b,c', "unterminated_quote")]
)
def test_the_reason_is_what_is_wrong(line: str, code: str) -> None:
    records = cut(line, "C,1992,z")
    assert [(bad.line, bad.code, bad.text) for bad in records.rejected] == [(2, code, line)]
    assert records.cells.rows() == [(3, "C", "1992", "z")]


def test_a_newline_in_a_quoted_cell_is_kept_as_it_stands() -> None:
    records = cut('"A\r', 'B",1990,x\r')
    assert records.cells.rows() == [(2, "A\r\nB", "1990", "x")]
    assert records.record_lines == 2


@pytest.mark.parametrize("line", ["Tổng cộng: 3,,", "Cộng,,5", "1,TỔNG SỐ,7"])
def test_a_total_is_no_record(line: str) -> None:
    assert cut(line).total_lines == 1


@pytest.mark.parametrize("line", ["1,Tổng Văn An,1990", "Cộng Văn A,1990,"])
def test_a_person_called_like_a_total_is_a_record(line: str) -> None:
    assert cut(line).cells.height == 1
