"""Every physical line of a CSV file is accounted for, and one bad line costs only itself."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.lines import split_lines

HEADER = b"ho_ten,ngay_sinh,ghi_chu"

_CELL = st.one_of(
    st.sampled_from(["Nguyễn Văn A", "01/02/1990", "", " ", "a,b", "x\ny", "x\r\ny", 'nói "có"', '"', "đ\n\n,"]),
    st.text(alphabet='aĐ,"\n ', max_size=6),
)


def _written(cells: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().removesuffix("\r\n").encode()


def _is_kept(cells: list[str]) -> bool:
    """A row of nothing but blanks and commas, unquoted, is a blank line to any reader."""
    return bool(_written(cells).strip(b" \t,"))


good_rows = st.lists(_CELL, min_size=3, max_size=3).filter(_is_kept)

_BAD = [
    b"one cell",
    b"a,b,c,d",
    b"a,b",
    b'"a"b,c,d',
    b"\xff\xfe,b,c",
    b"Nguy\xeen,b,c",
    b"a\0,b,c",
    b"\0",
]
"""Lines that cannot be rows of three cells; none of them leaves a quote open."""

bad_lines = st.sampled_from(_BAD)
blank_lines = st.sampled_from([b"", b" ", b"\t", b",,", b" , ,"])


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, list[tuple[str, bytes, list[str]]]]:
    """A file and the parts below its header, each a kind, its bytes, and its cells when it is a good row."""
    parts: list[tuple[str, bytes, list[str]]] = []
    for kind in draw(st.lists(st.sampled_from(["good", "good", "bad", "blank"]), max_size=12)):
        if kind == "good":
            cells = draw(good_rows)
            parts.append((kind, _written(cells), cells))
        else:
            parts.append((kind, draw(bad_lines if kind == "bad" else blank_lines), []))
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    before = draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\n", b"\xef\xbb\xbf\r\n"]))
    content = before + end.join([HEADER, *(raw for _, raw, _ in parts)])
    return content + draw(st.sampled_from([b"", end])), parts


@given(files())
@settings(max_examples=250, deadline=None)
def test_every_good_row_is_read_and_every_bad_line_is_kept_as_it_is(
    file: tuple[bytes, list[tuple[str, bytes, list[str]]]],
) -> None:
    content, parts = file
    lines = split_lines(content)
    assert [record.cells for record in lines.records] == [cells for kind, _, cells in parts if kind == "good"]
    rejected = [record.raw.removesuffix(b"\r") for record in lines.rejected]
    assert rejected == [raw for kind, raw, _ in parts if kind == "bad"]
    assert lines.header_lines == 1
    assert lines.physical_lines == lines.header_lines + lines.blank_lines + lines.record_lines
    assert lines.record_lines == sum(raw.count(b"\n") + 1 for kind, raw, _ in parts if kind != "blank")
    # Record numbers count from 1 without a gap, and the line given is where the record starts.
    together = sorted([record.row for record in lines.records])
    assert len(set(together)) == len(together)
    physical = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for record in lines.records:
        first_cell_line = record.cells[0].split("\n")[0].strip("\r").replace('"', '""').encode()
        assert first_cell_line in physical[record.line - 1]
    for bad in lines.rejected:
        assert physical[bad.line - 1] == bad.raw


@given(st.lists(st.binary(max_size=12) | st.sampled_from([b'"', b'a,"b', b'c",d', HEADER, b"a,b,c"]), max_size=30))
@settings(max_examples=250, deadline=None)
def test_whatever_the_bytes_every_line_counts_once(pieces: list[bytes]) -> None:
    content = b"\n".join(pieces)
    lines = split_lines(content)
    assert lines.physical_lines == lines.header_lines + lines.blank_lines + lines.record_lines
    starts = sorted([*(record.line for record in lines.records), *(bad.line for bad in lines.rejected)])
    assert len(set(starts)) == len(starts)
    assert all(len(record.cells) == len(lines.header) for record in lines.records)
    assert len(starts) <= lines.record_lines


@given(st.lists(good_rows, max_size=6), st.lists(good_rows, max_size=6))
@settings(max_examples=100, deadline=None)
def test_an_open_quote_costs_rows_only_while_it_stands_open(above: list[list[str]], below: list[list[str]]) -> None:
    slip = b'Tr\xe1\xba\xa7n B,"1990,x'
    plain = [row for row in below if b"\n" not in _written(row)]
    content = b"\n".join([HEADER, *map(_written, above), slip, *map(_written, plain)])
    lines = split_lines(content)
    assert [record.cells for record in lines.records] == above + plain
    assert [(bad.raw, bad.code) for bad in lines.rejected] == [(slip, "unterminated_quote")]


def test_a_quote_that_closes_many_lines_later_is_a_slip() -> None:
    rows = [b"A,1990,x"] * 30
    lines = split_lines(b"\n".join([HEADER, b'B,"open', *rows, b'close",x', b"C,1990,y"]))
    assert len(lines.records) == 31
    assert [bad.line for bad in lines.rejected] == [2, 33]


def test_the_reason_is_the_first_thing_that_is_wrong() -> None:
    bad = [b"a,b", b'"a"b,c,d', b"a\0,b,c", b"\xff,b,c", b'\xff,"b,c', b'a\0,"b,c', b'a,"b,c']
    lines = split_lines(b"\n".join([HEADER, *bad]))
    assert [record.code for record in lines.rejected] == [
        *("ragged", "unterminated_quote", "nul_byte", "not_utf8", "not_utf8", "nul_byte", "unterminated_quote"),
    ]


def test_line_and_row_numbers_are_those_an_officer_counts() -> None:
    lines = split_lines(b"\n" + HEADER + b'\nA,1,"x\ny"\n\nbad\nB,2,z')
    assert [(record.line, record.row) for record in lines.records] == [(3, 1), (7, 3)]
    assert [bad.line for bad in lines.rejected] == [6]
    assert (lines.physical_lines, lines.blank_lines, lines.record_lines) == (7, 2, 4)


def test_a_file_of_nothing() -> None:
    for content, physical in ((b"", 0), (b"\xef\xbb\xbf", 0), (b"\n", 1), (b"\r\n,,\r\n", 2)):
        lines = split_lines(content)
        assert (lines.physical_lines, lines.blank_lines, lines.header_lines) == (physical, physical, 0)
        assert not lines.records
        assert not lines.rejected
