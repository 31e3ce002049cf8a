"""Generated odd files with known truth: no row is lost, none is invented, every line is accounted for."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from pipelines.communes import MergerMap
from pipelines.ingest import Exports, lines, read_exports
from tests.examples import SOME

HEADER = ["ho_ten", "ngay_sinh", "so_cmnd", "noi_thuong_tru", "ghi_chu"]
TEXTS = [
    *("", " ", "Đông", "thôn Đông, xã Quất Động", "số 7; ngõ 3", 'xóm "Chùa"', "Đoài | Hạ", "a\tb", "x=1", "Tổng cộng"),
    *('"', '""', ",", ";;", "1990,1991", "sep=,", "ho_ten", "\u00a0", "a\u2028b", "\x0b", "nhà \x1a"),
]
OVER_LINES = ["dòng một{}dòng hai", "{}", "a{}{}b", "số 1, ngõ 2{}thôn Đông", "x{}y{}z", 'nói "có"{}rồi']
DAMAGES = ("unterminated", "stray quote", "missing", "extra", "nul", "bad bytes", "junk")
COMMUNE = MergerMap.shipped().new_commune("10231")


@dataclass
class Odd:
    """A file and what is true of it: whole rows by marker, damaged lines, how many lines of each other kind."""

    content: bytes = b""
    newline: bytes = b"\n"
    rows: dict[str, list[str]] = field(default_factory=dict)
    damaged: list[bytes] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=lambda: {"title": 0, "header": 0, "blank": 0, "total": 0})


@st.composite
def odd_files(draw: st.DrawFn) -> Odd:  # noqa: C901 - one draw after the other
    """A file of random habits and random damage; every row has a marker of its own in `so_cmnd`."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]))
    if newline == "\r":
        encoding = "utf-8"
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    odd = Odd(newline=newline.encode())
    parts: list[bytes] = []

    def encoded(text: str) -> bytes:
        return text.encode(encoding.removesuffix("-sig").replace("utf-16", "utf-16-le").replace("-le-le", "-le"))

    def add(kind: str, text: str) -> None:
        odd.lines[kind] += 1
        parts.append(encoded(text))

    def written(cells: list[str]) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=delimiter, quoting=quoting).writerow(cells)
        return buffer.getvalue().removesuffix("\r\n")

    if draw(st.integers(0, 5)) == 0:
        add("title", f"sep={delimiter}")
    for title in draw(
        st.lists(st.sampled_from(["DANH SÁCH NHÂN KHẨU", "", 'Xã "Quất Động', "x" + delimiter]), max_size=3)
    ):
        add("title" if title else "blank", title)
    add("header", written(HEADER))
    for number in range(draw(st.integers(0, 25))):
        between = draw(st.sampled_from(["nothing"] * 12 + ["blank", "header", "total"]))
        if between == "blank":
            add("blank", draw(st.sampled_from(["", " ", delimiter * 4, '""' + delimiter * 4])))
        elif between == "header":
            add("header", draw(st.sampled_from([written(HEADER), written([cell.upper() for cell in HEADER])])))
        elif between == "total":
            words = draw(st.sampled_from(["Tổng cộng", "Cộng", "Tổng số:", "TỔNG CỘNG"]))
            add("total", draw(st.sampled_from([delimiter.join([words, "", "12", "", ""]), f"{words} 12"])))
        marker = f"M{number:05d}"
        cells = [f"Nguyễn Văn {number}", f"{1 + number % 28:02d}/02/19{number % 90 + 10}", marker]
        cells += [draw(st.sampled_from(TEXTS)), draw(st.sampled_from(TEXTS))]
        if draw(st.integers(0, 9)) == 0:
            cells[draw(st.sampled_from([0, 3, 4]))] = draw(st.sampled_from(OVER_LINES)).format(newline, newline)
        raw = written(cells)
        if draw(st.integers(0, 6)) == 0 and newline not in raw:
            bad = damaged(raw, cells, delimiter, draw(st.sampled_from(DAMAGES)), draw(st.integers(0, 4)), encoded)
            odd.damaged.append(bad)
            parts.append(bad)
        else:
            odd.rows[marker] = cells
            parts.append(encoded(raw))
    end = encoded(newline)
    content = end.join(parts) + end * draw(st.booleans())
    bom = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}.get(encoding, b"")
    odd.content, odd.newline = bom + content, end
    return odd


def damaged(raw: str, cells: list[str], delimiter: str, damage: str, at: int, encoded) -> bytes:
    """A written row, damaged: as the bytes of one physical line."""
    plain = [cell.replace(delimiter, "").replace('"', "") for cell in cells]
    # A quote left open in the last cell, above a line that is nothing but a quote, is a well-formed record.
    at %= len(cells) - 1
    quote = {"unterminated": '"{}', "stray quote": '{}"'}.get(damage, "{}")
    broken = b"\x00\xd8" if encoded("a") != b"a" else b"\xff\xfe"
    return {
        "missing": encoded(delimiter.join(plain[:-1])),
        "extra": encoded(delimiter.join([*plain, "x"])),
        "nul": encoded(raw.replace("M", "M\0", 1)),
        "junk": encoded("\x01\x02" * at + "?" + plain[2]),
        "bad bytes": encoded(raw).replace(encoded("ễ"), broken, 1),
    }.get(damage) or encoded(delimiter.join(quote.format(cell) if n == at else cell for n, cell in enumerate(plain)))


def check(odd: Odd) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "10231" / "a.csv"
        path.parent.mkdir()
        path.write_bytes(odd.content)
        exports = read_exports(Path(folder), COMMUNE)
    (file,) = exports.files.rows(named=True)
    assert file["dataset"] == "citizens", exports.warnings
    kinds = {kind: file[f"{kind}_lines"] for kind in odd.lines}
    assert file["physical_lines"] == sum(kinds.values()) + file["record_lines"]
    assert kinds == odd.lines
    assert_rows_are_right(odd, exports)
    assert_bytes_are_right(odd, exports)
    numbers = exports.citizens["source_row"].to_list()
    assert numbers == sorted(set(numbers)) and all(1 <= number <= file["records"] for number in numbers)
    assert file["records"] == file["loaded"] + file["quarantined"] == len(odd.rows) + len(odd.damaged)


def assert_rows_are_right(odd: Odd, exports: Exports) -> None:
    """Every whole row is loaded as it was written; what else is loaded is a damaged line that could be read."""
    loaded: dict[str, list[str]] = {}
    for raw in exports.citizens["raw"].to_list():
        cells = [cell["value"] for cell in raw]
        marker = cells[2].replace('"', "")
        assert marker not in loaded, "a row was loaded twice, or invented"
        loaded[marker] = cells
    for marker, cells in odd.rows.items():
        assert loaded.pop(marker, None) == cells, f"{marker} is lost or changed"
    carriage = odd.newline[: len(odd.newline) // 2] if b"\r" in odd.newline and b"\n" in odd.newline else b""
    kept = [raw.removesuffix(carriage) for raw in exports.quarantine["raw_bytes"].to_list()]
    unread = [raw for raw in odd.damaged if raw not in kept]
    assert len(kept) == len(odd.damaged) - len(unread), "lines in quarantine that nobody damaged"
    decoded = [raw.removesuffix(carriage) for raw in exports.decoded_rows["raw_bytes"].to_list()]
    broken = [raw for raw in unread if b"\xff\xfe" in raw or b"\x00\xd8" in raw]
    assert all(raw in decoded for raw in broken), "the bytes of a broken line are lost"
    for marker in loaded:
        assert sum(marker.encode() in raw.replace(b"\0", b"") for raw in unread) == 1, "a row was invented"
    assert len(loaded) == len(unread), "a damaged line is neither loaded nor in quarantine"


def assert_bytes_are_right(odd: Odd, exports: Exports) -> None:
    """Line numbers are those that an editor shows, and the bytes kept are the line's own."""
    width = len(odd.newline) // len(odd.newline.replace(b"\0", b""))
    end = odd.newline[-width:] if b"\r" in odd.newline and b"\n" in odd.newline else odd.newline
    body = odd.content.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe") if width == 2 else odd.content
    body = body.removeprefix(b"\xef\xbb\xbf")
    physical, at = [], 0
    for stop in range(0, len(body) - len(end) + 1, width):
        if body[stop : stop + len(end)] == end and stop >= at:
            physical.append(body[at:stop])
            at = stop + len(end)
    if at < len(body):
        physical.append(body[at:])
    (file,) = exports.files.rows(named=True)
    assert file["physical_lines"] == len(physical)
    carriage = "\r".encode("utf-16-le" if width == 2 else "utf-8")
    for line, raw in exports.quarantine.select("source_line", "raw_bytes").rows():
        assert physical[line - 1].removesuffix(carriage) == raw.removesuffix(carriage)


@pytest.fixture(params=[8_000_000, 64], ids=["whole", "in small blocks"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is read in small blocks gives the same as one that is read whole."""
    monkeypatch.setattr(lines, "_BLOCK", request.param)


QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}


@given(odd=odd_files())
@settings(SOME, **QUIET)
def test_no_row_of_an_odd_file_is_lost_or_invented(block: None, odd: Odd) -> None:
    note(repr(odd.content))
    check(odd)


@pytest.mark.long
@given(odd=odd_files())
@settings(max_examples=1500, **QUIET)
def test_no_row_of_many_odd_files_is_lost_or_invented(block: None, odd: Odd) -> None:
    note(repr(odd.content))
    check(odd)
