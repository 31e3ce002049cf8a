"""No value of a row leaves by a side door: output, Dagster's storage, events, failures.

The people of these exports are random letters and digits that stand nowhere else. Folders that hold data by design
(exports, scratch, ledger, published, reports) may hold them; nothing else may.
"""

import contextlib
import csv
import random
import re
import shutil
import sqlite3
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest

CODE = "10231"
FOLDERS = {"10231": "10231-a", "10234": "10234-b"}


class Canaries:
    """Random values, each of them remembered."""

    def __init__(self) -> None:
        self.dice = random.Random(7)
        self.words: set[str] = set()
        self.digits: set[str] = set()

    def word(self) -> str:
        """Eight letters such as no text has, the fourth with marks, so that folding changes it."""
        letters = [self.dice.choice("bcdghklmnpqrtvx") for _ in range(8)]
        letters[3] = self.dice.choice("ấệữộ")
        word = "".join(letters).capitalize()
        self.words.add(word)
        return word

    def words_of(self, count: int) -> str:
        return " ".join(self.word() for _ in range(count))

    def number(self, start: str, length: int) -> str:
        number = start + "".join(self.dice.choice("0123456789") for _ in range(length - len(start)))
        self.digits.add(number)
        return number

    def leaked(self, content: bytes) -> list[str]:
        """The words and numbers that stand in it: as they were, escaped, in another case, without their marks."""
        tokens = "\n".join(set(re.findall(r"[a-z]{8,}|[0-9]{9,}", _folded(content.decode("utf-8", "replace")))))
        return sorted(value for value in self.words | self.digits if _folded(value) in tokens)


def _folded(text: str) -> str:
    """Small letters without marks; what JSON or Python escaped is read as what it stands for."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


@pytest.mark.parametrize("spelled", ["Kbcấdghk", "KBCẤDGHK", "kbcadghk", "Kbc\\u1ea5dghk", "Kbca\u0302\u0301dghk"])
def test_every_spelling_of_a_canary_is_found(spelled):
    canaries = Canaries()
    canaries.words = {"Kbcấdghk"}
    canaries.digits = {"001085123456"}
    assert canaries.leaked(f"\x00\x01x {spelled}\x00".encode()) == ["Kbcấdghk"]
    assert canaries.leaked(b"\xffnumber=001085123456.") == ["001085123456"]
    assert canaries.leaked("Kbcấdgh 00108512345".encode()) == []


@dataclass
class Exports:
    canaries: Canaries
    folder: Path


def _person(canaries: Canaries, year: int) -> dict[str, str]:
    return {
        "ho_ten": canaries.words_of(3),
        "ngay_sinh": f"{canaries.dice.randrange(2, 29):02}/{canaries.dice.randrange(1, 13):02}/{year}",
        "gioi_tinh": "Nam",
        "so_dinh_danh": canaries.number(f"0010{year % 100:02}", 12),
        "so_cmnd": canaries.number("0", 9),
        "dan_toc": canaries.word(),
        "so_ho_khau": canaries.number("", 9),
        "quan_he_chu_ho": "Chủ hộ",
        "ho_ten_chu_ho": canaries.words_of(3),
        "ho_ten_cha": canaries.words_of(3),
        "ho_ten_me": canaries.words_of(3),
        "ho_ten_vo_chong": canaries.words_of(3),
        "noi_thuong_tru": f"Ngõ {canaries.word()}, xã {canaries.word()}",
        "thon": f"Thôn {canaries.word()}",
        "so_dien_thoai": canaries.number("09", 10),
        "tinh_trang": canaries.word(),
        "ngay_cap_nhat": "01/02/2024",
        "ghi_chu": canaries.words_of(2),
    }


def _parcel(canaries: Canaries, number: int, owner: dict[str, str]) -> dict[str, str]:
    return {
        "so_to": "1",
        "so_thua": str(number),
        "dien_tich": f"{100 + number},5",
        "loai_dat": "ONT",
        "xu_dong": canaries.word(),
        "thon": owner["thon"],
        "dia_chi_thua": f"Ngõ {canaries.word()}",
        "so_gcn": f"BQ {canaries.number('', 9)}",
        "so_vao_so": f"H {canaries.number('', 9)}",
        "ngay_cap": "12/02/2001",
        "chu_su_dung": f"Ông {owner['ho_ten']}",
        "giay_to_chu": owner["so_dinh_danh"],
        "dia_chi_chu": owner["noi_thuong_tru"],
        "ghi_chu": canaries.words_of(2),
    }


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Exports:
    """Forty people, some in both communes and some with a slip, their land, and lines that cannot be read."""
    canaries, folder = Canaries(), tmp_path_factory.mktemp("canaries") / "exports"
    people = [_person(canaries, year) for year in range(1950, 1990)]
    again = [{**person, "so_dien_thoai": canaries.number("09", 10)} for person in people[:6]]
    slips = [{**person, "so_dinh_danh": canaries.number(person["so_dinh_danh"][:11], 12)} for person in people[6:10]]
    shared = {**_person(canaries, 1990), "so_dinh_danh": people[20]["so_dinh_danh"]}
    unreadable = {**_person(canaries, 1991), "ngay_sinh": canaries.word(), "gioi_tinh": canaries.word()}
    _write(folder / FOLDERS["10231"] / "dan.csv", [*people, unreadable])
    _write(folder / FOLDERS["10234"] / "dan.csv", [*again, *slips, shared])
    _write(folder / FOLDERS["10231"] / "dat.csv", [_parcel(canaries, n, p) for n, p in enumerate(people, start=1)])
    with (folder / FOLDERS["10231"] / "dan.csv").open("ab") as stream:
        stream.write(f"{canaries.words_of(3)},only,three\n".encode())
        stream.write(f'"{canaries.words_of(3)},{canaries.number("001", 12)}\n'.encode())
        stream.write(b"\xff\xfe" + canaries.words_of(2).encode() + b"," * 17 + b"\n")
    headless = "\n".join(";".join(_person(canaries, year).values()) for year in (1992, 1993, 1994))
    (folder / FOLDERS["10234"] / "khong-tieu-de.csv").write_text(headless, encoding="utf-8")
    return Exports(canaries, folder)


def _everything_said(outcome) -> bytes:
    """What was printed, all that lies under DAGSTER_HOME, and every event as Dagster tells it."""
    home = outcome.data / "dagster"
    files = [path for path in home.rglob("*") if path.is_file()]
    databases = [path for path in files if path.suffix == ".db"]
    assert databases
    for path in databases:
        with contextlib.closing(sqlite3.connect(path)) as connection:  # so that a text's bytes are its UTF-8
            assert connection.execute("PRAGMA encoding").fetchone() == ("UTF-8",)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        with dg.DagsterInstance.get() as instance:
            (run,) = instance.get_runs()
            events = repr([(event.user_message, event.dagster_event) for event in instance.all_logs(run.run_id)])
            metadata = repr(run) + repr(instance.get_run_stats(run.run_id))
    names = "\n".join(path.name for path in files)
    return b"\n".join(
        [outcome.output.encode(), events.encode(), metadata.encode(), names.encode()]
        + [path.read_bytes() for path in files]
    )


@pytest.fixture(scope="module")
def good_run(hopnhat, exports, tmp_path_factory):
    """A run by the installed command, in a process of its own."""
    return hopnhat("run", "--new-commune", CODE, "--exports", exports.folder, cwd=tmp_path_factory.mktemp("good"))


def test_the_canaries_are_in_the_warehouse(good_run, exports):
    """What the other tests do not find can be found."""
    assert good_run.status == 0, good_run.err
    (names,) = good_run.query(CODE, "SELECT string_agg(full_name) FROM citizens")[0]
    assert exports.canaries.leaked(names.encode())
    assert good_run.query(CODE, "SELECT count(*) FROM quarantine") == [(2 + 3,)]
    assert good_run.query(CODE, "SELECT count(*) FROM decoded_rows WHERE hex(raw_bytes) LIKE 'FFFE%'") == [(1,)]
    assert good_run.query(CODE, "SELECT count(*) FROM citizens WHERE source_row_count > 1")[0][0] >= 6


def test_a_good_run_tells_nothing_of_a_row(good_run, exports):
    assert exports.canaries.leaked(_everything_said(good_run)) == []


def test_verify_tells_nothing_of_a_row(hopnhat, good_run, exports, tmp_path):
    changed = shutil.copy(good_run.published(CODE), tmp_path / "changed.duckdb")
    with duckdb.connect(str(changed)) as connection:
        connection.execute("UPDATE citizens SET note = full_name")
    verified = hopnhat("verify", changed, cwd=tmp_path)
    assert verified.status == 1
    assert exports.canaries.leaked(verified.output.encode()) == []


def test_only_data_folders_hold_rows(good_run, exports):
    by_design = {"scratch", "ledger", "published", "reports"}
    others = [
        path
        for path in good_run.data.rglob("*")
        if path.is_file() and path.relative_to(good_run.data).parts[0] not in by_design
    ]
    assert [path for path in others if exports.canaries.leaked(path.read_bytes())] == []


def test_a_refused_run_tells_nothing_of_a_row(in_process, exports, monkeypatch, tmp_path):
    from expectations import RULES, running

    broken = [
        replace(rule, expectation="SELECT * FROM {batch}")
        if rule.table == "citizens"
        else replace(rule, expectation="SELECT CAST(owner_name AS INTEGER) FROM {batch}")
        if rule.table == "parcel_owners"
        else rule
        for rule in RULES
    ]
    monkeypatch.setattr("assets.publishing.validate", lambda staging, today: running.run(broken, staging, today=today))
    refused = in_process("run", "--new-commune", CODE, "--exports", exports.folder, data=tmp_path / "data")
    assert refused.status == 1
    assert exports.canaries.leaked(_everything_said(refused)) == []


def test_unusable_files_tell_nothing_of_a_row(in_process, exports, tmp_path):
    """Files without a header start with a person: what is said of a header must not be said of them."""
    folder = tmp_path / "exports" / FOLDERS["10231"]
    folder.mkdir(parents=True)
    whole = (exports.folder / FOLDERS["10231"] / "dan.csv").read_bytes()
    (folder / "khong-ten-cot.csv").write_bytes(whole.split(b"\n", 1)[1])
    refused = in_process("run", "--new-commune", CODE, "--exports", folder.parent, data=tmp_path / "data")
    assert refused.status == 2
    assert exports.canaries.leaked(_everything_said(refused)) == []


def _polars_error(frame: pl.DataFrame, *_, **__):
    frame["ho_ten"].cast(pl.Int64)


def _duckdb_error(frame: pl.DataFrame, *_, **__):
    text = frame["full_name" if "full_name" in frame.columns else "ho_ten"]
    duckdb.execute("SELECT CAST(? AS INTEGER)", [text[0]])


def _error_in_tables(_path, tables, **_kwargs):
    for name, frame in tables:
        if name == "citizens":
            _duckdb_error(frame)


def _error_in_report(staging, *_, **__):
    with duckdb.connect(str(staging), read_only=True) as connection:
        connection.execute("SELECT CAST(full_name AS INTEGER) FROM citizens")


def _error_with_a_cause(frame: pl.DataFrame, *_, **__):
    try:
        _duckdb_error(frame)
    except duckdb.Error as problem:
        raise KeyError(frame["full_name"][0]) from problem


UNEXPECTED = {
    "assets.linking.standardise_citizens": _polars_error,
    "assets.linking.place": _error_with_a_cause,
    "assets.publishing.write_warehouse": _error_in_tables,
    "assets.reporting.render_page_set": _error_in_report,
    "assets.parquet_io.describe": lambda tables: _polars_error(tables["citizens"]) if "citizens" in tables else {},
}


_LONG = {"assets.linking.place", "assets.parquet_io.describe"}
"""Steps that differ from the others in little: these wait for the long tests."""


@pytest.mark.parametrize(
    "function", [pytest.param(name, marks=[pytest.mark.long] if name in _LONG else []) for name in UNEXPECTED]
)
def test_an_unexpected_error_tells_nothing_of_a_row(in_process, exports, monkeypatch, tmp_path, function):
    raised = []

    def failing(*args, **kwargs):
        try:
            return UNEXPECTED[function](*args, **kwargs)
        except Exception as problem:
            raised.append(str(problem))
            raise

    monkeypatch.setattr(function, failing)
    failed = in_process("run", "--new-commune", CODE, "--exports", exports.folder, data=tmp_path / "data")
    assert exports.canaries.leaked("\n".join(raised).encode()), "the error itself quotes a row"
    assert failed.status == 3
    assert "Traceback" not in failed.output
    (sentence,) = failed.sentences()
    assert "lỗi ngoài dự kiến" in sentence
    assert exports.canaries.leaked(_everything_said(failed)) == []
    assert not failed.published(CODE).exists() or function.endswith("render_page_set")
