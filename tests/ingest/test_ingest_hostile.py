"""Files made to harm: refused by a cap or kept apart, never followed, never a crash; and they cost only themselves."""

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.communes import MergerMap
from pipelines.ingest import Exports, read_exports, reading
from pipelines.ingest.lines import LONGEST_LINE

GOOD = "ho_ten,ngay_sinh\nNguyễn Văn A,17/05/1990\n".encode()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Exports]:
    """Read an exports folder that holds one good file and these."""

    def call(files: dict[str, bytes] | None = None) -> Exports:
        folder = tmp_path / "exports" / "10231"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in {"good.csv": GOOD, **(files or {})}.items():
            (folder / name).write_bytes(content)
        found = read_exports(folder.parent, MergerMap.shipped().new_commune("10231"))
        for file in found.files.iter_rows(named=True):
            parts = ("title_lines", "header_lines", "blank_lines", "total_lines", "record_lines")
            assert file["physical_lines"] == sum(file[part] for part in parts)
            assert file["records"] == file["loaded"] + file["quarantined"]
        assert "Nguyễn Văn A" in found.citizens["ho_ten"]
        return found

    return call


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def huge() -> bytes:
    return b"0" * 200_000_000


@pytest.mark.parametrize("name", ["bomb.csv.gz", "bomb.zip", "bomb.xlsx", "bomb.csv.gz.zip"])
def test_a_file_that_grows_beyond_measure_is_refused_by_name(read, huge: bytes, name: str) -> None:
    packed = gzip.compress(huge, 9) if ".gz" in name else b""
    contents = {
        "bomb.csv.gz": lambda: packed,
        "bomb.zip": lambda: zipped({"a.csv": huge}),
        "bomb.xlsx": lambda: zipped({"xl/worksheets/sheet1.xml": huge, "xl/worksheets/sheet2.xml": huge}),
        "bomb.csv.gz.zip": lambda: zipped({"a.csv.gz": packed}),
    }
    found = read({name: contents[name]()})
    kept = found.quarantine.row(0, named=True)
    assert kept["source_file"].startswith(f"10231/{name}")
    assert kept["reason_code"] == "too_large"
    assert len(kept["raw_bytes"]) <= 1_000_000
    assert any(name in warning and "lớn bất thường" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(GOOD)[:-9]),
        ("a.csv.gz", b"\x1f\x8b junk"),
        ("a.zip", b"PK junk"),
        ("a.zip", zipped({"x.csv": GOOD * 99}).replace(b"\x00\x00\x00", b"\x00\x01\x00")),
        ("a.xlsx", b"PK junk"),
        ("a.xlsx", zipped({"x.xml": GOOD})),
        ("a.xlsx", b""),
    ],
)
def test_a_damaged_file_is_kept_apart_and_said(read, name: str, content: bytes) -> None:
    found = read({name: content})
    assert found.quarantine["reason_code"].to_list() == ["damaged"]
    assert [warning for warning in found.warnings if f"10231/{name}" in warning and "hỏng" in warning]
    (file,) = found.files.filter(source_file=found.quarantine["source_file"][0]).rows(named=True)
    assert (file["dataset"], file["record_lines"], len(file["sha256"])) == (None, 1, 64)
    assert found.quarantine["raw_bytes"][0] or not content


def test_a_cell_in_the_far_corner_of_a_sheet_is_refused(read) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ho_ten", "ngay_sinh"])
        sheet.write(1_048_575, 1500, "Z")
    assert read({"a.xlsx": buffer.getvalue()}).quarantine["reason_code"].to_list() == ["too_large"]


def test_a_file_of_more_lines_than_any_register_is_refused(read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 1000)
    found = read({"a.csv": b"ho_ten,ngay_sinh\n" + b"a,1\n" * 1001})
    assert found.quarantine["reason_code"].to_list() == ["too_large"]


def test_quotes_that_never_close_cost_little_time(read) -> None:
    found = read(
        {"a.csv": b"ho_ten,ngay_sinh,thon\n" + b'"a\n' * 100_000, "b.csv": GOOD.replace(b"A", b"\xc3\xa9" * 400_000)}
    )
    assert found.quarantine.height >= 99_000


def test_a_locked_file_is_told_as_such(read) -> None:
    locked = bytearray(zipped({"x.csv": GOOD}))
    locked[6] |= 1  # the flag of a password, in the member's own header and in the archive's list
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    found = read({"a.zip": bytes(locked), "b.xlsx": b"\xd0\xcf\x11\xe0" + bytes(100)})
    assert found.quarantine["reason_code"].to_list() == ["locked", "locked"]
    assert sum("mật khẩu" in warning for warning in found.warnings) == 2


def test_what_an_archive_holds_is_read_under_its_name_and_no_path_is_trusted(read, tmp_path: Path) -> None:
    one, two = (GOOD.replace(b"1990", year) for year in (b"1991", b"1992"))
    archive = {
        "../../x.csv": one,
        "x.csv": two,
        "/etc/y.csv.gz": gzip.compress(GOOD),
        "so.pdf": b"%PDF",
        ".z.csv": GOOD,
    }
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    found = read({"a.zip": zipped(archive)})
    names = [name.removeprefix("10231/") for name in found.files["source_file"]]
    assert names == ["a.zip/x.csv", "a.zip/etc/y.csv.gz", "a.zip/x.csv (2)", "good.csv"]
    assert found.citizens["ngay_sinh"].to_list() == ["17/05/1991", "17/05/1990", "17/05/1992"]
    assert found.files["duplicate_of"].to_list() == [None, None, None, "10231/a.zip/etc/y.csv.gz"]
    assert any("so.pdf" in warning for warning in found.warnings)
    written = sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and path not in before)
    assert written == ["a.zip", "good.csv"]


def test_names_are_no_patterns_and_links_are_told_but_not_followed(read, tmp_path: Path) -> None:
    read()
    exports = tmp_path / "exports"
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.csv").write_bytes(GOOD.replace(b"A,", b"Z,"))
    (exports / "10231" / "link.csv").symlink_to(tmp_path / "outside" / "a.csv")
    (exports / "10231" / "loop").symlink_to(exports / "10231")
    (exports / "10234-link").symlink_to(tmp_path / "outside")
    os.mkfifo(exports / "10231" / "pipe.csv")
    names = ["a[1].csv", "b*.csv", "c\nd.csv", "c\\nd.csv", "c\td.csv"]
    found = read({name: GOOD.replace(b"1990", b"19%d1" % at) for at, name in enumerate(names)})
    assert found.citizens.height == 6
    assert "Nguyễn Văn Z" not in found.citizens["ho_ten"]
    assert found.files["source_file"].n_unique() == 6
    assert not any("\n" in name for name in found.files["source_file"])
    for name in ("10231/link.csv", "10231/loop", "10234-link"):
        assert any(f"«{name}»" in warning and "liên kết" in warning for warning in found.warnings)


@pytest.mark.parametrize("size", [100_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_as_many_columns_a_huge_field_and_junk_cost_only_themselves(read, size: int) -> None:
    found = read(
        {
            "wide.csv": b",".join([b"x"] * size) + b"\n1\n",
            "long.csv": GOOD + b"B," + b"y" * (50 * size) + b"\nC,1990\n",
            "open.csv": GOOD + b'B,"' + b"y\n" * (2 * size) + b"C,1990\n",
            "junk.csv": bytes(range(256)) * (size // 10),
        }
    )
    assert sorted(found.citizens["ho_ten"]) == ["C", "C", *["Nguyễn Văn A"] * 3]
    kept = {code: found.quarantine.filter(reason_code=code) for code in found.quarantine["reason_code"].unique()}
    assert kept["line_too_long"]["source_line"].to_list() == [3]
    assert kept["line_too_long"]["raw_bytes"].to_list() == [b"B," + b"y" * (LONGEST_LINE - 2)]
    assert kept["not_text"]["source_file"].to_list() == ["10231/junk.csv"]
    assert kept["header_not_understood"]["source_file"].to_list() == ["10231/wide.csv"] * 2
    assert kept["unterminated_quote"].height == 1
    assert kept["ragged"].height == 2 * size - 1


def test_a_file_that_may_not_be_read_is_kept_apart(read, monkeypatch: pytest.MonkeyPatch) -> None:
    read({"closed.csv": GOOD})
    real = Path.open

    def refuse(path: Path, *arguments: object, **more: object) -> object:
        if path.name == "closed.csv":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    found = read()
    assert found.quarantine["reason_code"].to_list() == ["no_access"]
    assert any("closed.csv" in warning and "không có quyền đọc" in warning for warning in found.warnings)
