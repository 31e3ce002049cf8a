"""From bytes to physical lines: whatever the file holds, each line's bytes can be had back."""

import random
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.containers import Unreadable
from pipelines.ingest.lines import LONGEST_LINE, Survey, physical_lines, survey

TEXT = "ho_ten,ngay_sinh\r\nNguyễn Văn Hùng,01/02/1990\r\nĐỗ Thị Ư,02/03/1991\r\n"
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def in_pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def read(content: bytes, size: int = 1 << 20) -> tuple[Survey, list[str], list[bytes]]:
    """What the first pass told, the lines' texts, and their bytes."""
    known = survey(in_pieces(content, size))
    blocks = list(physical_lines(in_pieces(content, size), known))
    assert [block.first for block in blocks] == [1 + sum(map(len, blocks[:at])) for at in range(len(blocks))]
    texts = [text for block in blocks for text in block.text]
    return known, texts, [block.raw(at) for block in blocks for at in range(len(block))]


def lines_of(content: bytes, known: Survey) -> list[bytes]:
    """The lines as anyone would cut them."""
    body = content.removeprefix(known.bom)
    end = known.newline.encode(known.encoding)
    units = [body[at : at + len(end)] for at in range(0, len(body), len(end))]
    lines, line = [], b""
    for unit in units:
        line += unit
        if unit == end:
            lines.append(line[: -len(end)])
            line = b""
    return [*lines, line] if line else lines


@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-16"))), st.integers(1, 7))
def test_the_bytes_of_every_line_come_back(content: bytes, size: int) -> None:
    known, _, raw = read(content, size)
    assert raw == lines_of(content, known)


@given(st.lists(st.one_of(st.text(max_size=8).map(str.encode), st.binary(max_size=5)), max_size=8), st.booleans())
def test_the_bytes_of_mixed_lines_come_back(lines: list[bytes], marked: bool) -> None:
    content = (BOMS[0] if marked else b"Nguy\xe1\xbb\x85n ") + b"\n".join(lines)
    known, _, raw = read(content)
    assert raw == lines_of(content, known)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_unicode_files(encoding: str, size: int) -> None:
    known, texts, _ = read(TEXT.encode(encoding), size)
    assert "\n".join(texts) + "\n" == TEXT
    assert not known.single_byte


def test_utf16_with_half_a_character_at_its_end_and_a_broken_one_within() -> None:
    content = TEXT.encode("utf-16").replace("Đ".encode("utf-16-le"), b"\x00\xd8") + b"a"
    _, texts, raw = read(content)
    assert (texts[2], texts[3]) == ("\ufffdỗ Thị Ư,02/03/1991\r", "\ufffd")
    assert raw[2].startswith(b"\x00\xd8") and raw[3] == b"a"


@pytest.mark.parametrize(("content", "lines"), [(b"", []), (b"a", ["a"]), (b"\n", [""]), (b"a\n\nb\n", ["a", "", "b"])])
def test_an_end_of_line_starts_no_further_line(content: bytes, lines: list[str]) -> None:
    assert read(content)[1] == lines


def test_lines_of_macintosh_days() -> None:
    assert read(b"a,b\r1,2\r")[1] == ["a,b", "1,2"]
    assert read(b"a,b\r\n1\r,2\r\n")[1] == ["a,b\r", "1\r,2\r"]


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.7, 0.99])
def test_a_line_that_is_utf8_is_its_text_whatever_the_others_are(share: float) -> None:
    rng = random.Random(1)
    is_tcvn3 = [rng.random() < share for _ in range(1000)]
    content = b"\n".join("NguyÔn V¨n".encode("cp1252") if one else "Nguyễn Văn".encode() for one in is_tcvn3)
    known, texts, raw = read(content)
    assert texts == ["NguyÔn V¨n" if one else "Nguyễn Văn" for one in is_tcvn3]
    assert b"\n".join(raw) == content
    assert known.single_byte == (share >= 0.7)


def test_a_broken_byte_spoils_nothing_else_in_its_line() -> None:
    line = b"Nguy" + b"\xff\xfe" + "n Văn Hùng,Đông".encode()
    _, texts, raw = read(line + b"\n")
    assert texts == ["Nguyÿþn Văn Hùng,Đông"]
    assert raw == [line]


def test_of_a_line_that_is_too_long_the_beginning_is_kept() -> None:
    for length in (LONGEST_LINE + 1, 9 * LONGEST_LINE, 50 * LONGEST_LINE):
        _, texts, raw = read(b"a\n" + b"x" * length + b"\nb\n")
        assert [texts[0], texts[2]] == ["a", "b"]
        assert len(texts[1]) > LONGEST_LINE
        assert raw == [b"a", b"x" * LONGEST_LINE, b"b"]


def test_a_file_without_an_end_of_line_is_read_in_bounded_memory() -> None:
    def blocks() -> Iterator[bytes]:
        return (b"x" * (1 << 20) for _ in range(200))

    known = survey(blocks())
    tracemalloc.start()
    (only,) = physical_lines(blocks(), known)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert only.raw(0) == b"x" * LONGEST_LINE
    assert peak < 100_000_000


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 100, b"\x89PNG\r\n" + bytes(1000), b"\xd0\xcf\x11\xe0" + bytes(500)]
)
def test_junk_is_no_text(content: bytes) -> None:
    assert not survey([content]).is_text


@pytest.mark.parametrize("content", [b"", b"a\0b,c\n", TEXT.encode(), TEXT.encode("utf-16"), TEXT.encode("utf-16-be")])
def test_text_is_no_junk(content: bytes) -> None:
    assert survey([content]).is_text


def test_a_file_that_changed_since_it_was_surveyed_is_refused() -> None:
    with pytest.raises(Unreadable):
        list(physical_lines([b"a\nc\n"], survey([b"a\nb\n"])))
