"""What is handed to people: no cell is computed, whatever a file of a commune says, and nothing is left in between."""

import csv
import io
import os
import re
import signal
import sys
import zipfile
from pathlib import Path
from subprocess import run

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.exports.about import About
from pipelines.exports.csv_file import write_csv
from pipelines.exports.excel import write_xlsx
from pipelines.exports.layout import Column, Document, Page, Table
from pipelines.exports.masked import masked
from pipelines.exports.plan515 import plan515
from pipelines.exports.sheet_map import sheet_map
from pipelines.review.keys import Machine
from pipelines.review.sheets import ReviewBook
from pipelines.spreadsheets import LONGEST_TEXT, new_workbook, written_whole
from pipelines.warehouse.schema import CITIZENS, TABLES

SIGNS = "=+-@＝＋－＠"
HOSTILE = st.text(st.sampled_from([*SIGNS, "\t", "\r", "\n", ";", ",", '"', "'", " ", "\u200b", "a", "1"]), max_size=6)
DELIMITERS = (",", ";", "\t")
"""What the spreadsheets of this or that country take for the end of a cell."""


def computed(cell: str) -> bool:
    """Whether a spreadsheet would compute it: blanks in front do not hinder some of them."""
    return re.match(rf"[\s\u200b]*[{re.escape(SIGNS)}]", cell) is not None


def document(texts: list[str]) -> Document:
    columns = (Column("STT", "n", kind="count"), Column("Chữ", "text"), Column("Chữ nữa", "again"))
    rows = pl.DataFrame({"n": range(len(texts)), "text": texts, "again": texts[::-1]})
    return Document("x", "", "", (Page("x", ("x",), (Table(columns, rows),)),))


@settings(max_examples=150, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_no_cell_of_a_csv_is_computed_by_whichever_delimiter_it_is_read(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    write_csv(document(texts), path)
    text = path.read_bytes().decode("utf-8-sig")
    for delimiter in DELIMITERS:
        cells = [cell for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in line]
        assert not [cell for cell in cells if computed(cell)]


@settings(max_examples=50, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_of_a_csv_only_the_apostrophes_are_not_the_warehouses(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    write_csv(document(texts), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        shown = [row["Chữ"] for row in csv.DictReader(file)]
    assert [cell.replace("'", "") for cell in shown] == [text.replace("'", "") for text in texts]


def test_ordinary_texts_and_numbers_are_as_they_are(tmp_path):
    texts = ["Nguyễn Văn A", "ONT: 60; CLN: 40,5", "5-3", "a=b", "x; y-z", "'Thôn Đông"]
    write_csv(document(texts), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["Chữ"] for row in csv.DictReader(file)] == texts


def texts_of(book: bytes) -> dict[str, set[bool]]:
    """Every text of a workbook, with whether its cells keep it a text when they are edited; no formula is there."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    strings = re.findall("<si>.*?</si>", parts.get("xl/sharedStrings.xml", ""), re.S)
    shared = [re.sub("<[^>]*>", "", text) for text in strings]
    (styles,) = re.findall(r"<cellXfs.*?</cellXfs>", parts["xl/styles.xml"], re.S)
    quoted = ['quotePrefix="1"' in style for style in re.findall(r"<xf [^>]*?/?>", styles)]
    found: dict[str, set[bool]] = {}
    for name, sheet in parts.items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        assert "<f>" not in sheet and "<f " not in sheet and "<hyperlink" not in sheet
        for cell in re.findall(r"<c [^>]*?(?:/>|>.*?</c>)", sheet, re.S):
            style = re.search(r' s="(\d+)"', cell)
            said = re.sub("<[^>]*>", "", cell)
            if 't="inlineStr"' in cell or 't="s"' in cell:
                text = shared[int(said)] if 't="s"' in cell else said
                found.setdefault(text, set()).add(bool(style and quoted[int(style[1])]))
            else:
                assert 't="str"' not in cell  # the value of a formula
    return found


@settings(max_examples=25, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4), HOSTILE)
def test_every_text_of_a_workbook_stays_one_also_when_its_cell_is_edited(tmp_path_factory, texts, title):
    path = tmp_path_factory.mktemp("book") / "out.xlsx"
    made = document(texts)
    table = made.pages[0].tables[0]
    page = Page("x", (title, title), (table, Table(table.columns, table.rows, title or "x")), ((title, title),))
    write_xlsx(Document(title, "", "", (page,)), path)
    found = texts_of(path.read_bytes())
    assert found and set.union(*found.values()) == {True}


def hostile_warehouse(texts: list[str]) -> duckdb.DuckDBPyConnection:
    """Two rows of every table, in whose texts stands what is hostile."""
    connection = duckdb.connect()
    for table in TABLES:
        rows = [
            {
                name: texts[(at + place) % len(texts)] if kind == pl.String else 1 if kind.is_numeric() else None
                for at, (name, kind) in enumerate(table.polars_schema.items())
            }
            for place in range(2)
        ]
        frame = pl.DataFrame(rows, schema=table.polars_schema)
        if table is CITIZENS:
            frame = frame.with_columns(pl.Series("citizen_id", ["P1", "P2"]))
        connection.register(table.name, frame)
    return connection


@settings(max_examples=6, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=3))
@pytest.mark.parametrize("kind", [plan515, masked, sheet_map])
def test_no_export_has_a_cell_that_is_computed(kind, tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("export")
    about = About("10231", texts[0], texts[-1], "trial", "ab", "", {texts[0]: texts[-1]})
    with hostile_warehouse(texts) as connection:
        made = kind(connection, about)
    write_csv(made, folder / "out.csv")
    write_xlsx(made, folder / "out.xlsx")
    assert set.union(*texts_of((folder / "out.xlsx").read_bytes()).values()) == {True}
    lines = csv.reader(io.StringIO((folder / "out.csv").read_bytes().decode("utf-8-sig"), newline=""))
    assert not [cell for line in lines for cell in line if computed(cell)]


@settings(max_examples=10, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=3))
def test_no_workbook_of_questions_has_a_cell_that_is_computed(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("book") / "out.xlsx"
    book = ReviewBook(path, {"commune_name": texts[0]}, Machine({"mode": texts[0]}, {}))
    book.write_guide(texts[0], texts[-1], [texts, texts], [(texts[0], texts)])
    sheet = book.add_sheet("x")
    sheet.begin(["key", "label"], [1, 20], texts[0], texts[-1])
    for text in texts:
        sheet.write([(text, "label"), (text, "differs")])
        sheet.say(text, "text")
    sheet.write_answer(1, ["một", "hai"], 1, texts[0] or "ai")
    book.close()
    found = texts_of(path.read_bytes())
    assert found and set.union(*found.values()) == {True}


def test_a_text_that_no_cell_can_hold_is_cut_and_never_left_out(tmp_path):
    write_xlsx(document(["x" * (LONGEST_TEXT + 1)]), tmp_path / "out.xlsx")
    assert "x" * LONGEST_TEXT in texts_of((tmp_path / "out.xlsx").read_bytes())


def test_a_workbook_in_memory_touches_no_disk(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a file is made")

    monkeypatch.setattr("tempfile._get_default_tempdir", refuse)
    monkeypatch.setattr("tempfile.tempdir", None)
    made = io.BytesIO()
    book = new_workbook(made, "x", "")
    book.add_worksheet().write_string(0, 0, "=1")
    book.close()
    assert "=1" in texts_of(made.getvalue())


KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.spreadsheets import new_workbook, written_whole
with written_whole(Path(sys.argv[1])) as part:
    book = new_workbook(part, "x", "", line_by_line=True)
    sheet = book.add_worksheet()
    for line in range(20_000):
        sheet.write_string(line, 0, f"Nguyễn {line}")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_leaves_is_for_its_owner_alone_and_goes_with_the_next(tmp_path, monkeypatch):
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    folder = tmp_path / "out"
    folder.mkdir()
    command = [sys.executable, "-c", KILLED, str(folder / "killed.xlsx")]
    done = run(command, env={**os.environ, "TMPDIR": str(elsewhere)}, check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = folder.iterdir()
    assert left.is_dir() and left.stat().st_mode & 0o777 == 0o700
    assert any(path.stat().st_size for path in left.iterdir())  # there is something to lose
    assert list(elsewhere.iterdir()) == []
    with written_whole(folder / "next.csv") as part:
        part.write_text("x")
    assert [path.name for path in folder.iterdir()] == ["next.csv"]


def test_nobody_s_unfinished_file_is_swept_away(tmp_path):
    with written_whole(tmp_path / "one.txt") as one:
        one.write_text("one")
        with written_whole(tmp_path / "two.txt") as two:
            two.write_text("two")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one.txt": "one", "two.txt": "two"}


CSV_WRITERS = {
    "pipelines/exports/csv_file.py",
    "pipelines/reports/unplaced_facts.py",  # lines of rules, of which none is computed
    "pipelines/synthetic/writing.py",  # invented exports, as old programs wrote them
}


def test_every_writer_goes_through_one_door():
    """What is written elsewhere would be taken for formulas, or be kept in the folder of all meanwhile."""
    project = Path(__file__).parents[2]
    shipped = [path for top in ("assets", "expectations", "pipelines") for path in (project / top).rglob("*.py")]

    def writers(pattern):
        return {path.relative_to(project).as_posix() for path in shipped if re.search(pattern, path.read_text())}

    assert writers(r"\bWorkbook\(|write_excel\(") == {"pipelines/spreadsheets.py"}
    assert writers(r"\.write_csv\(|csv\.(writer|DictWriter)\(") == CSV_WRITERS
