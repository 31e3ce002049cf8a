"""The sample once more, as old offices would have saved it: the same people and parcels come out."""

import csv
import gzip
import io
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter

CODE = "10231"
PEOPLE = "SELECT count(*) FROM citizens"
NAMES = (
    "SELECT old_commune_code, source_row, lower(raw[names[1]]) FROM (SELECT *, list_filter(map_keys(raw),"
    " lambda key: lower(key) IN ('ho_ten', 'họ và tên')) AS names FROM citizen_sources) ORDER BY ALL"
)


def _letters(project: Path, table: str, column: str) -> dict[int, str]:
    with (project / "data" / "reference" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("role", "lower").startswith(("lower", "capital (7"))]
    known = {row["unicode"]: row[column] for row in rows}
    return {
        ord(letter): code
        for letter, code in {**{k.upper(): v for k, v in known.items()}, **known}.items()
        if len(letter) == 1
    }


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _text(rows: list[list[str]], delimiter: str = ",", newline: str = "\r\n") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def legacy_run(project, in_process, small_exports, tmp_path_factory):
    """A run on exports of which each old commune's register is of another time."""
    data = tmp_path_factory.mktemp("legacy") / "data"
    tcvn3 = _letters(project, "tcvn3", "cp1252_char")
    vni = _letters(project, "vni", "vni_cp1252_text")
    for folder in sorted(small_exports.iterdir()):
        out = data / "exports" / folder.name
        out.mkdir(parents=True)
        rows, land = _read(folder / "cong_dan.csv"), (folder / "thua_dat.csv").read_text(encoding="utf-8")
        titled = [["DANH SÁCH NHÂN KHẨU", *[""] * (len(rows[0]) - 1)], ["Họ và tên", *rows[0][1:]], *rows[1:]]
        match folder.name[:5]:
            case "10231":
                (out / "dan.csv").write_bytes(_text(titled, ";").translate(tcvn3).encode("cp1252", "replace"))
            case "10234":
                (out / "dan.txt").write_bytes(_text(titled, "\t").translate(vni).encode())
            case "10240":
                (out / "dan.csv.gz").write_bytes(gzip.compress(_text(rows).encode("utf-16")))
            case "10249":
                with xlsxwriter.Workbook(out / "dan.xlsx") as book:
                    sheet = book.add_worksheet()
                    for at, row in enumerate(titled):
                        sheet.write_row(at, 0, row)
            case _:
                (out / "dan.csv").write_bytes(unicodedata.normalize("NFD", _text(rows, newline="\r")).encode())
        (out / "dat.csv").write_bytes(land.encode().decode("latin-1").encode())
    return in_process("run", "--new-commune", CODE, data=data)


@pytest.fixture(scope="module")
def plain_run(small_run):
    return small_run


def test_every_name_comes_out_as_it_was_written(legacy_run, plain_run):
    assert legacy_run.status == plain_run.status == 0, legacy_run.err
    pairs = list(zip(legacy_run.query(CODE, NAMES), plain_run.query(CODE, NAMES), strict=True))
    # An old encoding has no letters of other alphabets and no invisible ones.
    possible = [pair for pair in pairs if all(_has_letter(letter) for letter in pair[1][2])]
    assert len(possible) > 0.95 * len(pairs)
    assert all(legacy == plain for legacy, plain in possible)


def _has_letter(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def test_the_same_people_and_parcels_come_out(legacy_run, plain_run):
    for query in (PEOPLE, "SELECT count(*) FROM parcels", "SELECT count(*) FROM households"):
        assert legacy_run.query(CODE, query) == plain_run.query(CODE, query)
    assert legacy_run.query(CODE, "SELECT count(*) FROM quarantine") == [(0,)]


def test_the_report_tells_what_was_decoded(legacy_run):
    told = dict(legacy_run.query(CODE, "SELECT old_commune_code, encoding FROM row_balance WHERE dataset = 'citizens'"))
    assert told == {"10231": "tcvn3", "10234": "utf-8 (vni)", "10240": "utf-16-le", "10249": "xlsx", "10255": "utf-8"}
    page = legacy_run.report(CODE, page="balance")
    for words in ("TCVN3 (phông ABC, .VnTime)", "VNI-Windows", "UTF-8 bị đọc nhầm bảng mã", "Unicode tổ hợp (NFD)"):
        assert words in page
