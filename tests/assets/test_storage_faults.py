"""A full disk, a file-size limit, a forbidden folder, as each library meets them: told with folder and cause."""

import errno
import resource
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlalchemy
import xlsxwriter

from assets.plain_words import told
from assets.storage_faults import storage_fault
from pipelines.protection.keys import KeyRing
from pipelines.warehouse.placing import place_bytes
from pipelines.warehouse.reading import create, new_connection

CANARY = "Nguyễn Thị Canary"
ROWS = pl.DataFrame({"a": [f"{CANARY} {number}" for number in range(20_000)]})


def by_python(folder: Path) -> None:
    place_bytes(folder / "file", ROWS["a"].str.join("").item().encode())


def by_duckdb(folder: Path) -> None:
    with new_connection(folder / "file") as connection:
        create(connection, folder / "file", "warehouse", KeyRing())
        connection.execute("CREATE TABLE warehouse.rows AS SELECT hash(range) AS number FROM range(100000)")
        connection.execute("CHECKPOINT warehouse")


def by_polars(folder: Path) -> None:
    ROWS.write_parquet(folder / "file", compression="uncompressed")


def by_sqlite(folder: Path) -> None:
    with sqlite3.connect(folder / "file") as connection:
        connection.execute("CREATE TABLE rows (a)")
        connection.executemany("INSERT INTO rows VALUES (?)", ROWS.iter_rows())


def by_sqlalchemy(folder: Path) -> None:
    with sqlalchemy.create_engine(f"sqlite:///{folder}/file").begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE rows (a)"))
        for (value,) in ROWS.iter_rows():
            connection.execute(sqlalchemy.text("INSERT INTO rows VALUES (:a)"), {"a": value})


def by_excel(folder: Path) -> None:
    with xlsxwriter.Workbook(folder / "file", {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, (value,) in enumerate(ROWS.iter_rows()):
            sheet.write(row, 0, value)


WRITERS = [by_python, by_duckdb, by_polars, by_sqlite, by_sqlalchemy, by_excel]


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may become larger than 50 KB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("write", WRITERS)
def test_a_limit_of_file_size_is_told_with_the_cause(write: Callable[[Path], None], tmp_path: Path) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each library has its own
        write(tmp_path)
    sentence, status = told("a_step", caught.value)
    assert status == 3
    assert "giới hạn kích thước" in sentence
    assert "nothing published has changed" in sentence
    assert "Canary" not in sentence


@pytest.mark.usefixtures("small_files")
def test_what_could_not_be_finished_is_taken_away(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File too large") as caught:
        by_python(tmp_path)
    assert list(tmp_path.iterdir()) == []
    fault = storage_fault(caught.value)
    assert fault is not None
    assert fault.path == tmp_path / "file"


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.ENOSPC, "đã đầy"),
        (errno.EDQUOT, "hạn mức"),
        (errno.EROFS, "chỉ cho đọc"),
        (errno.EACCES, "không có quyền"),
        (errno.EIO, "báo lỗi"),
    ],
)
def test_each_cause_has_its_words(number: int, cause: str) -> None:
    sentence, status = told("published_warehouse", OSError(number, "no matter", "/data/published/trial/.x.part"))
    assert status == 3
    assert cause in sentence
    assert "«/data/published/trial/.x.part»" in sentence
    assert "hopnhat history" in sentence  # this step may have put another version in place


@pytest.mark.parametrize(
    ("problem", "path"),
    [
        (duckdb.IOException('IO Error: Cannot open file "/d/x.duckdb": Read-only file system'), "/d/x.duckdb"),
        (OSError("Read-only file system (os error 30): /d/z.parquet"), "/d/z.parquet"),
        (sqlite3.OperationalError("database or disk is full"), "/home/dagster"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "/home/dagster"),
    ],
)
def test_libraries_are_understood(problem: Exception, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "/home/dagster")
    try:
        raise RuntimeError("some framework in between") from problem
    except RuntimeError as wrapped:
        fault = storage_fault(wrapped)
    assert fault is not None
    assert fault.path == Path(path)


@pytest.mark.parametrize(
    "problem",
    [ValueError("No space left on device"), OSError("other"), duckdb.ConversionException("No such"), OSError(2, "x")],
)
def test_what_is_no_fault_of_the_storage_is_not_taken_for_one(problem: Exception) -> None:
    assert storage_fault(problem) is None


def test_whether_something_was_published_is_told() -> None:
    assert "bản công bố đã được thay" in told("hopnhat", OSError(errno.ENOSPC, "x", "/d"), changed=True)[0]
