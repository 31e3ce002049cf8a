"""A small published warehouse with a case of every kind, and a workbook of it as a person and a program see it."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
import xlsxwriter

from pipelines.identity.check_character import with_check
from pipelines.review.workbook import write_workbook
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.schema import TABLES

AT = "2026-03-02T09:00:00+07:00"
NAMES = ["=1+1", "+84912345678", "@x", "-1", '=HYPERLINK("http://x.vn")', "_x0041_", "Nguyễn\x07 Văn\nA", "1E5"]


def row_id(number: int) -> str:
    return f"{number:08x}" + "0" * 24


def entity_id(number: int, mark: str = "") -> str:
    base = pl.select(pl.lit(f"10231-{mark}{number:07}")).to_series()
    return base.to_frame("base").select(with_check(pl.col("base")))["base"][0]


def raw(**cells: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in cells.items()]


def citizen(number: int, entity: int, **cells: str) -> dict[str, Any]:
    said = {"ho_ten": f"Người {number}", "ngay_sinh": "01/02/1980", "so_dinh_danh": "", "Họ khác": "", **cells}
    return {
        "record_id": row_id(number),
        "citizen_id": entity_id(entity),
        "source_file": "10231-a/dan.csv",
        "source_line": number + 1,
        "source_row": number,
        "old_commune_code": "10231",
        "outcome": "kept",
        "raw": raw(**said),
    }


def case(name: str, rows: range | list[int], reason: str, priority: int, **more: Any) -> dict[str, Any]:
    return {
        "case_id": name,
        "dataset": "citizens",
        "record_ids": [row_id(row) for row in rows],
        "question": "Các dòng này có phải cùng một người không?",
        "reason": reason,
        "priority": priority,
        "expected_value": 1.0,
        "blocking": False,
        "status": "open",
        **more,
    }


SHARED = "001080000001"


def small_commune() -> dict[str, list[dict[str, Any]]]:
    """Rows 1, 2: two people with one number. 3 to 5: two rows of one person and one of another. 6, 7: put off.
    8, 9: decided. 10 to 23: fourteen rows of three people. 30 to 37: odd names. 50: unplaced. 51: unread.
    Parcels: 60, 61."""
    people = [
        citizen(1, 1, ho_ten="Nguyễn Văn An", so_dinh_danh=SHARED),
        citizen(2, 2, ho_ten="nguyễn  văn an", so_dinh_danh=SHARED, gioi_tinh="Nam"),
        citizen(3, 3),
        citizen(4, 3),
        citizen(5, 4, ngay_sinh="02/01/1980"),
        *(citizen(row, row) for row in range(6, 10)),
        *(citizen(row, 10 + row % 3) for row in range(10, 24)),
        *(citizen(30 + at, 30 + at, ho_ten=name) for at, name in enumerate(NAMES)),
        citizen(40, 40, so_dinh_danh="001080000040"),
        citizen(41, 41, so_dinh_danh="001080000041"),
        citizen(42, 42),
        citizen(43, 42),
    ]
    parcels = [
        {
            **{key: value for key, value in citizen(row, row).items() if key != "citizen_id"},
            "parcel_id": entity_id(row, "T"),
            "raw": raw(so_to="3", so_thua=str(row), chu_su_dung="Bà Hoa"),
        }
        for row in (60, 61)
    ]
    queue = [
        case("shared", [1, 2], "number_shared", 1, blocking=True),
        case("three", range(3, 6), "link_in_review", 2),
        case("odd", range(30, 38), "looks_like_two", 3),
        case("many", range(10, 24), "oversized_cluster", 4),
        case("doubtful", [40, 41], "number_doubtful", 5),
        case("one", [42, 43], "decision_row_changed", 6),
        case("later", [6, 7], "link_in_review", 7, status="waiting"),
        case("done", [8, 9], "number_doubtful", 8, status="decided"),
        case("unplaced", [50], "unplaced_rows", 9, blocking=True),
        case("unread", [51], "quarantined_rows", 10, blocking=True),
        case("land", [60, 61], "link_in_review", 1, dataset="parcels"),
    ]
    return {
        "citizen_sources": people,
        "citizens": [{"citizen_id": name} for name in sorted({one["citizen_id"] for one in people})],
        "parcel_sources": parcels,
        "parcels": [{"parcel_id": one["parcel_id"]} for one in parcels],
        "review_queue": queue,
        "links": [
            {
                "dataset": "citizens",
                "record_id_a": row_id(4),
                "record_id_b": row_id(5),
                "weight": 1500,
                "decision": "review",
                "reason": "Trọng số 1,5 bit.",
                "evidence": [
                    {"field": "full_name", "level": "equal", "weight": 2000},
                    {"field": "birth_date", "level": "day_month_swapped", "weight": -500},
                ],
            },
            {
                "dataset": "citizens",
                "record_id_a": row_id(3),
                "record_id_b": row_id(4),
                "weight": 9000,
                "decision": "automatic",
            },
        ],
        "decisions": [
            {
                "decision_id": "QD-1",
                "dataset": "citizens",
                "kind": "needs_paper",
                "record_ids": [row_id(6), row_id(7)],
                "parts": [1, 1],
                "by": "Trần Thị Bình",
                "at": "2026-01-05T08:00:00+07:00",
                "reason": "chờ giấy khai sinh",
                "case_id": "later",
            }
        ],
        "id_history": [
            {
                "dataset": "citizens",
                "old_entity_id": entity_id(old),
                "new_entity_id": entity_id(new),
                "kind": kind,
                "run_id": "r",
            }
            for old, new, kind in ((98, 97, "merged_into"), (97, 3, "merged_into"), (3, 96, "split_from"))
        ],
        "unplaced": [
            {
                "record_id": row_id(50),
                "dataset": "citizens",
                "source_file": "10249-b/dan.csv",
                "source_line": 9,
                "old_commune_code": "10249",
                "raw": raw(ho_ten="Lê Văn Xếp", ngay_sinh="1950"),
            }
        ],
        "quarantine": [
            {
                "record_id": row_id(51),
                "dataset": "citizens",
                "source_file": "10249-b/dan.csv",
                "source_line": 10,
                "reason": "Thiếu ô.",
            }
        ],
        "manifest": [
            {"key": key, "value": value}
            for key, value in {
                "commune_code": "10231",
                "commune_name": "Thượng Phúc",
                "commune_kind": "xã",
                "mode": "trial",
                "logical_hash": "ab" * 32,
                "started_at": AT,
                "model_name.citizens": "citizens-10231-0123456789ab",
                "old_communes": '[{"code": "10231", "name": "Nguyễn Trãi", "kind": "xã", "part": "whole"}]',
            }.items()
        ],
    }


Rows = dict[str, list[dict[str, Any]]]


def warehouse_at(path: Path, rows: Rows) -> Path:
    """These rows as a warehouse file."""
    frames = {table.name: pl.DataFrame(rows.get(table.name, []), schema=table.polars_schema) for table in TABLES}
    manifest = frames.pop("manifest")
    write_warehouse(path, frames.items(), seal=lambda _: manifest)
    return path


@dataclass
class Book:
    """A workbook as the texts of its cells, to be filled in, moved about, and saved by another program."""

    sheets: dict[str, list[list[str]]]

    @classmethod
    def read(cls, path: Path) -> "Book":
        book = fastexcel.read_excel(path)
        frames = {
            name: book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars().fill_null("")
            for name in book.sheet_names
        }
        return cls({name: [list(row) for row in frame.rows()] for name, frame in frames.items()})

    def number(self, name: str) -> int:
        """The number of a case in this workbook."""
        return int(next(line[1] for line in self.sheets["hopnhat"] if line[0] == "case" and line[3] == name))

    def line(self, sheet: str, name: str, role: str) -> int:
        """The position of a line, from 0; `name` is empty for lines of the sheet's top."""
        start = f"{self.number(name) if name else 0}:{role}:"
        return next(at for at, line in enumerate(self.sheets[sheet]) if line[0].startswith(start))

    def fill(self, sheet: str, name: str, role: str, *texts: str) -> "Book":
        """Write texts into a line, from the first cell of an answer on; an empty one leaves the cell as it is."""
        cells = self.sheets[sheet][self.line(sheet, name, role)]
        for at, text in enumerate(texts, start=2):
            cells[at] = text or cells[at]
        return self

    def answer(self, name: str, text: str = "", note: str = "", who: str = "", sheet: str = "Công dân") -> "Book":
        return self.fill(sheet, name, "answer", text, "", note, "", who)

    def signed(self, name: str = "Phạm Thị Thu") -> "Book":
        """With a name at the top of each sheet."""
        for sheet in ("Công dân", "Thửa đất", "Quyết định khác"):
            self.fill(sheet, "", "name", name)
        return self

    def decide(self, deed: str, ids: str, note: str = "", who: str = "") -> "Book":
        """Fill the next line of the sheet of other decisions."""
        lines = self.sheets["Quyết định khác"]
        lines.append(["", deed, ids, note, who])
        return self

    def save(self, path: Path) -> Path:
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            for name, lines in self.sheets.items():
                sheet = book.add_worksheet(name)
                for at, line in enumerate(lines):
                    for column, text in enumerate(line):
                        if text:
                            sheet.write_string(at, column, text)
        return path


@dataclass(frozen=True)
class Package:
    """A workbook as its parts."""

    parts: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> "Package":
        with zipfile.ZipFile(path) as archive:
            return cls({name: archive.read(name).decode() for name in archive.namelist()})

    def sheet(self, number: int) -> str:
        return self.parts[f"xl/worksheets/sheet{number}.xml"]

    def styles_that(self, pattern: str) -> set[str]:
        """The numbers of the cell styles whose XML has the pattern."""
        (styles,) = re.findall(r"<cellXfs.*?</cellXfs>", self.parts["xl/styles.xml"], re.S)
        found = re.findall(r"<xf [^>]*/>|<xf [^>]*>.*?</xf>", styles, re.S)
        return {str(at) for at, style in enumerate(found) if re.search(pattern, style)}

    def cells(self, number: int) -> dict[str, str]:
        """The style of each cell."""
        return dict(re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', self.sheet(number)))


@pytest.fixture(scope="session")
def rows() -> Callable[[], Rows]:
    return small_commune


@pytest.fixture
def warehouse_of(tmp_path: Path) -> Callable[[Rows], Path]:
    return lambda rows: warehouse_at(tmp_path / "10231.duckdb", rows)


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small commune's warehouse. Look at it, never change it."""
    return warehouse_at(tmp_path_factory.mktemp("small") / "10231.duckdb", small_commune())


@pytest.fixture(scope="session")
def exported(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its workbook as it is handed to an officer."""
    path = tmp_path_factory.mktemp("exported") / "so.xlsx"
    write_workbook(warehouse, path)
    return path


@pytest.fixture
def book(exported: Path) -> Book:
    """The workbook, to be filled in."""
    return Book.read(exported)


@pytest.fixture(scope="session")
def package(exported: Path) -> Package:
    """The workbook's parts."""
    return Package.read(exported)


@pytest.fixture(scope="session")
def ids() -> tuple[Callable[[int], str], Callable[..., str]]:
    """How rows and entities of the small commune are named."""
    return row_id, entity_id
