"""Generated odd files with known truth: no row is lost, none is invented, every line is accounted for."""

import csv
import io
from dataclasses import dataclass, field

import numpy as np
import pytest

from pipelines.ingest.containers import Document
from pipelines.ingest.tables import Table, read_tables

HEADER = ["ho_ten", "ngay_sinh", "so_cmnd", "noi_thuong_tru", "ghi_chu"]
TEXTS = ["", "thôn Đông, xã Quất Động", "số 7; ngõ 3", 'xóm "Chùa"', "Đoài | Hạ", "a\tb", " ", "x=1", "Tổng cộng"]
DAMAGES = ("unterminated", "missing", "extra", "nul", "bad_bytes")


@dataclass
class Truth:
    """What was written: whole rows by marker, the bytes of damaged ones by marker, and how many lines of each kind."""

    rows: dict[str, list[str]] = field(default_factory=dict)
    damaged: dict[str, bytes] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=lambda: {"title": 0, "header": 0, "blank": 0, "total": 0})


def odd_file(seed: int) -> tuple[bytes, Truth]:  # noqa: C901 - one draw after the other
    """A file of random habits and random damage; every row has a marker of its own in `so_cmnd`."""
    rng = np.random.default_rng(seed)
    delimiter = str(rng.choice([",", ";", "\t", "|"]))
    newline = str(rng.choice(["\n", "\r\n", "\r"], p=[0.5, 0.4, 0.1]))
    quoting = csv.QUOTE_ALL if rng.random() < 0.2 else csv.QUOTE_MINIMAL
    truth = Truth()
    lines: list[bytes] = []

    def add(kind: str, text: str) -> None:
        truth.lines[kind] += 1
        lines.append(text.encode())

    def written(cells: list[str]) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=delimiter, quoting=quoting).writerow(cells)
        return buffer.getvalue().removesuffix("\r\n")

    if delimiter != "\t" and rng.random() < 0.1:
        add("title", f"sep={delimiter}")
    for title in range(rng.integers(0, 4) if rng.random() < 0.4 else 0):
        add(*(("title", f"DANH SÁCH NHÂN KHẨU {title}") if rng.random() < 0.7 else ("blank", "")))
    add("header", written(HEADER))
    for number in range(rng.integers(0, 40)):
        draw = rng.random()
        if draw < 0.05:
            add("blank", str(rng.choice(["", " ", delimiter * 4])))
        elif draw < 0.08:
            add("header", written(HEADER))
        elif draw < 0.11:
            add("total", delimiter.join([str(rng.choice(["Tổng cộng", "Cộng", "Tổng số:"])), "", "12", "", ""]))
        marker = f"M{number:05d}"
        cells = [f"Nguyễn Văn {number}", f"{1 + number % 28:02d}/02/19{number % 90 + 10}", marker]
        cells += [str(text) for text in rng.choice(TEXTS, 2)]
        if newline != "\r" and rng.random() < 0.08:
            cells[int(rng.choice([0, 3, 4]))] = "dòng một" + newline + "dòng hai"
        raw = written(cells).encode()
        if rng.random() < 0.15 and b"\n" not in raw:
            raw = damaged(raw, cells, delimiter, str(rng.choice(DAMAGES)), rng)
            truth.damaged[marker] = raw
        else:
            truth.rows[marker] = cells
        lines.append(raw)
    end = newline if rng.random() < 0.7 else ""
    content = (newline.encode()).join(lines) + end.encode()
    last = max([*truth.rows, *truth.damaged], default="")
    if last in truth.rows and b"\n" not in lines[-1] and rng.random() < 0.1:
        cut = len(lines[-1]) // 2 + len(end)  # a truncated end
        content = content[:-cut]
        truth.damaged[last] = lines[-1][: len(lines[-1]) - cut + len(end)]
        del truth.rows[last]
    bom = b"\xef\xbb\xbf" if rng.random() < 0.3 else b""
    return bom + content, truth


def damaged(raw: bytes, cells: list[str], delimiter: str, damage: str, rng: np.random.Generator) -> bytes:
    """A written row, damaged."""
    by_cell = [cell.replace(delimiter, "").replace('"', "").encode() for cell in cells]
    split = delimiter.encode()
    if damage == "unterminated":
        at = int(rng.integers(0, 5))
        return split.join(b'"' + cell if place == at else cell for place, cell in enumerate(by_cell))
    if damage == "missing":
        return split.join(by_cell[:-1])
    if damage == "extra":
        return split.join([*by_cell, b"x"])
    if damage == "nul":
        return raw.replace(b"M", b"M\0", 1)
    return raw.replace("Nguyễn".encode(), b"Nguy\xff\xfen", 1)


def marker_in(raw: bytes) -> str | None:
    at = raw.replace(b"\0", b"").find(b"M0")
    return raw.replace(b"\0", b"")[at : at + 6].decode() if at >= 0 else None


def check(table: Table, content: bytes, truth: Truth) -> None:
    assert table.columns is not None, table.problem
    kinds = (table.title_lines, table.header_lines, table.blank_lines, table.total_lines)
    assert table.physical_lines == sum(kinds) + table.record_lines
    assert kinds == tuple(truth.lines.values())
    newline = b"\n" if b"\n" in content else b"\r"
    assert table.physical_lines == content.count(newline) + (not content.endswith(newline))
    loaded = {row[4]: list(row[2:]) for row in table.cells.rows()}
    assert len(loaded) == len(table.cells), "a row was loaded twice, or invented"
    for marker, cells in truth.rows.items():
        assert loaded.pop(marker, None) == cells, f"{marker} is lost or changed"
    kept = [one.raw.rstrip(b"\r") for one in table.rejected]
    for marker, raw in truth.damaged.items():
        if raw in kept:
            kept.remove(raw)
            continue
        cells = loaded.pop(marker, None)
        assert cells is not None, f"the damaged {marker} is neither loaded nor in quarantine: {raw!r}"
        assert len(raw.split(b"M0")) == 2 and cells[2] == marker
    assert not loaded, "rows were invented"
    assert not kept, "lines in quarantine that nobody damaged"
    numbers = sorted([*table.cells["source_row"], *(one.row for one in table.rejected)])
    assert numbers == list(range(1, len(numbers) + 1))
    # Line numbers are those that an editor shows.
    physical = content.removeprefix(b"\xef\xbb\xbf").split(newline)
    for one in table.rejected:
        assert physical[one.line - 1] == one.raw


def run(seeds: range) -> None:
    for seed in seeds:
        content, truth = odd_file(seed)
        try:
            (table,) = read_tables(Document(f"{seed}.csv", "text", content), {})
            check(table, content, truth)
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from problem


def test_no_row_of_an_odd_file_is_lost_or_invented() -> None:
    run(range(300))


@pytest.mark.long
def test_no_row_of_many_odd_files_is_lost_or_invented() -> None:
    run(range(1000, 4000))


def test_the_generator_makes_what_it_promises() -> None:
    truths = [odd_file(seed)[1] for seed in range(100)]
    assert sum(len(truth.rows) for truth in truths) > 1000
    assert sum(len(truth.damaged) for truth in truths) > 150
    assert all(sum(truth.lines[kind] for truth in truths) > 20 for kind in ("title", "header", "blank", "total"))
