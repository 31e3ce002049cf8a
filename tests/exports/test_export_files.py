"""The files: texts stay texts, nobody else can read them, and they are there whole or not at all."""

import csv
import errno
import re
import shutil
import stat
from datetime import UTC, datetime

import fastexcel
import polars as pl
import pytest
from xlsxwriter.exceptions import FileCreateError

from assets.command_line import main
from pipelines.exports import write_export
from pipelines.exports.excel import write_xlsx
from pipelines.exports.layout import Column, Document, Page, Table
from pipelines.problems import UnusableInput
from pipelines.spreadsheets import written_whole
from pipelines.warehouse.versions import published_file, record

CODE = "10231"


@pytest.fixture
def export(data, capsys):
    """Calls `hopnhat export …`; status, output, and what was said on standard error."""

    def call(*arguments, data=data):
        status = main(["export", *map(str, arguments), "--new-commune", CODE, "--data", str(data)])
        return status, *capsys.readouterr()

    return call


def lines(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_no_text_is_a_formula_a_link_or_a_number(plan, formula):
    parts = plan.parts()
    text = "".join(parts.values())
    assert "<f>" not in text and "<hyperlink" not in text and "External" not in text
    sheet = parts["xl/worksheets/sheet1.xml"]
    quoted = formula.replace('"', "&quot;")
    cells = [cell for cell in re.findall(r"<c [^>]*>.*?</c>", sheet) if quoted in cell or formula in cell]
    assert cells and all('t="inlineStr"' in cell for cell in cells)
    for number in ("001162000009", "012345678", "10231", "9"):
        assert re.search(rf'<c r="[A-Z]+\d+" s="\d+" t="inlineStr"><is><t>{number}</t></is></c>', sheet)


def test_a_cell_that_looks_like_a_formula_stays_a_text_when_it_is_edited(plan, formula):
    parts = plan.parts()
    (styles,) = re.findall(r"<cellXfs.*?</cellXfs>", parts["xl/styles.xml"], re.S)
    quoted = {at for at, style in enumerate(re.findall(r"<xf [^>]*?/?>", styles)) if 'quotePrefix="1"' in style}
    used = re.findall(r'<c r="[A-Z]+\d+" s="(\d+)" t="inlineStr">', parts["xl/worksheets/sheet1.xml"])
    assert used and {int(style) for style in used} <= quoted


def test_numbers_are_numbers(plan):
    book = fastexcel.read_excel(plan.path)
    frame = book.load_sheet("Kế hoạch 515", header_row=6).to_polars()
    assert frame["Diện tích (m²)"].sum() == 4 * 100.5 + 100.5 + 100.5 + 1234.0
    assert frame["Nhóm"].dtype.is_numeric()
    assert frame["Số định danh cá nhân"].dtype == pl.String


@pytest.mark.parametrize(("kind", "first"), [("plan515", "Kế hoạch 515"), ("sheet-map", "Bảng 01")])
def test_a_csv_says_what_the_first_page_says(kind, first, plan, reference, data, tmp_path, export, formula):
    path = tmp_path / "out.csv"
    status, out, _ = export(kind, path)
    assert status == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbfSTT,")
    shown = (plan if kind == "plan515" else reference).sheet(first).rows
    found = lines(path)
    assert f"Đã ghi {len(found)} dòng" in out
    for row in found:  # a spreadsheet would compute these
        assert not [cell for cell in row.values() if cell and cell[0] in "=+-@\t\r"]
    numbers = {"Diện tích (m²)"}
    same = [{name: cell.removeprefix("'") for name, cell in row.items() if name not in numbers} for row in found]
    assert same == [{name: cell for name, cell in row.items() if name not in numbers} for row in shown]
    if kind == "plan515":
        assert "'" + formula in [row["Tên ghi trong sổ đất"] for row in found]
        assert "Chứa dữ liệu cá nhân" in out


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
def test_it_is_for_the_owner_alone_and_nothing_else_is_left(name, warehouse, tmp_path):
    write_export("plan515", warehouse, tmp_path / name)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_same_warehouse_gives_the_same_file(warehouse, plan, tmp_path):
    write_export("plan515", warehouse, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == plan.path.read_bytes()


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
def test_a_write_that_fails_leaves_nothing_and_says_why(name, tmp_path, monkeypatch, export):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pipelines.spreadsheets.place", fail)
    status, out, err = export("plan515", tmp_path / name)
    assert (status, out, err.count("\n")) == (3, "", 1)
    assert f"«{tmp_path / name}»: ổ đĩa đã đầy" in err
    assert list(tmp_path.iterdir()) == []


def test_what_excel_s_writer_wraps_is_told_as_well(tmp_path):
    with pytest.raises(OSError, match="No space left") as refused, written_whole(tmp_path / "out.xlsx"):
        raise FileCreateError(OSError(errno.ENOSPC, "No space left on device"))
    assert refused.value.filename == str(tmp_path / "out.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("out.pdf", "phải kết thúc bằng .xlsx hoặc .csv"),
        ("out", "phải kết thúc bằng .xlsx hoặc .csv"),
        ("nowhere/out.xlsx", "Không ghi được tệp"),
        ("there.csv", "đã có; hãy chọn tên khác"),
    ],
)
def test_a_file_that_cannot_be_made_is_one_sentence(name, sentence, tmp_path, export):
    (tmp_path / "there.csv").write_text("mine")
    status, out, err = export("plan515", tmp_path / name)
    assert (status, out) == (2, "")
    assert err.startswith("hopnhat: ") and err.count("\n") == 1 and sentence in err
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]


def test_without_a_publication_there_is_nothing_to_export(tmp_path, export, data):
    status, _, err = export("sheet-map", tmp_path / "out.xlsx", data=tmp_path / "empty")
    assert status == 2 and "hãy chạy hopnhat run trước" in err and err.count("\n") == 1
    status, _, err = export("sheet-map", tmp_path / "out.xlsx", "--mode", "official")
    assert status == 2 and "bản chính thức" in err and err.count("\n") == 1


def test_what_was_published_last_is_exported_unless_a_mode_is_asked_for(tmp_path, export, data, rows, publish_rows):
    folder = shutil.copytree(data, tmp_path / "data")
    made = {**rows(), "parcels": rows()["parcels"][:1], "parcel_owners": []}
    official = published_file(folder, "official", CODE)
    official.parent.mkdir(parents=True)
    publish_rows(made).replace(official)
    record(official, "publish", datetime(2026, 3, 2, 9, tzinfo=UTC), "an")
    for mode, count in ((None, 1), ("official", 1), ("trial", 8)):
        path = tmp_path / f"{mode}.csv"
        status, *_ = export("plan515", path, *(["--mode", mode] if mode else []), data=folder)
        assert status == 0 and len(lines(path)) == count


def test_only_what_there_is_can_be_asked_for(export, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        export("everything", tmp_path / "out.xlsx")
    assert stopped.value.code == 2
    assert "everything" in capsys.readouterr().err


def test_more_lines_than_a_worksheet_holds_are_refused_with_a_way_out(tmp_path):
    many = Table((Column("STT", "n", kind="count"),), pl.DataFrame({"n": pl.int_range(1_048_576, eager=True)}))
    with pytest.raises(UnusableInput, match=r"\.csv"):
        write_xlsx(Document("x", "", "", (Page("x", ("x",), (many,)),)), tmp_path / "out.xlsx")
