"""A small published warehouse with land of every kind, and its exports as another program reads them."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest

from pipelines.exports import write_export
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.schema import TABLES
from pipelines.warehouse.versions import published_file

CODE = "10231"
FORMULA = '=HYPERLINK("http://x.vn","Lê")'
Rows = dict[str, list[dict[str, Any]]]


def parcel(name: str, sheet: str | None, number: str | None, **more: Any) -> dict[str, Any]:
    """A parcel of Nguyễn Trãi on the 1994 maps, whose sheets keep their numbers."""
    return {
        "parcel_id": name,
        "old_commune_code": "10231",
        "map_system": "1994",
        "map_scale": "1000",
        "old_sheet_no": sheet,
        "new_sheet_no": sheet,
        "parcel_no": number,
        "area_m2": 100.5,
        "land_use": [{"code": "ONT", "area_m2": 60.0}, {"code": "CLN", "area_m2": 40.5}],
        "quality_group": 1,
        "quality_reasons": [],
        **more,
    }


def owner(parcel_id: str, number: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "parcel_id": parcel_id,
        "owner_no": number,
        "owner_name": name,
        "owner_kind": "person",
        "owner_address": "Thôn Đông",
        "status": "no_match",
        "reason": "Không thấy.",
        **more,
    }


def citizen(name: str, **more: Any) -> dict[str, Any]:
    return {
        "citizen_id": name,
        "full_name": f"Người {name}",
        "birth_date": date(1962, 3, 5),
        "birth_year": 1962,
        "sex": "female",
        "personal_id": "001162000009",
        "personal_id_status": "trusted",
        "address_new": "Thôn Đông, xã Thượng Phúc",
        "old_commune_code": "10231",
        "hamlet": "Thôn Đông",
        "quality_group": 1,
        "quality_reasons": [],
        **more,
    }


def small_commune() -> Rows:
    """Parcels by what they are about; `ten` stands on sheet 10, `other` came from another commune's sheet 1."""
    parcels = [
        parcel("ten", "10", "3"),
        parcel("nine", "9", "10", quality_group=2, quality_reasons=["no_certificate", "a_new_code"]),
        parcel("nine_b", "9", "9A", land_use=[{"code": "LUC", "area_m2": None}], area_m2=1234.0),
        parcel("other", "1", "7", old_commune_code="10234", new_sheet_no="11", hamlet="Thôn Tây", map_scale="500"),
        parcel("waits", "2", "1", old_commune_code="10234", new_sheet_no=None, map_system=None, land_use=None),
        parcel("nowhere", None, None, quality_group=3, quality_reasons=["no_number", "no_owner"], area_m2=None),
        parcel(
            "signed",
            "9",
            "2",
            certificate_no="BĐ 012345",
            certificate_book_no="CH 00012",
            certificate_date=date(2010, 7, 9),
        ),
    ]
    owners = [
        owner("ten", 1, "Bà Hoa", status="confirmed", citizen_id="C1", owner_id_no="012345678", owner_birth_year=1960),
        owner("ten", 2, "Ông Nam", status="needs_paper", citizen_id="C2", owner_id_no="001060000010"),
        owner("nine", 1, FORMULA, owner_id_no="012345678", owner_birth_year=1950),
        owner("nine_b", 1, "Bà Tư", status="confirmed", citizen_id="C2", owner_id_no="001060000010"),
        owner("signed", 1, "UBND xã Nguyễn Trãi", owner_kind="state", owner_address=None),
        owner("other", 1, "Công ty An Bình", owner_kind="organisation", owner_id_no="0100109106"),
        owner("waits", 1, "Hộ ông Sáu", owner_kind="household"),
    ]
    citizens = [
        citizen("C1"),
        citizen("C2", personal_id="001060000010", personal_id_status="shared", quality_group=2,
                quality_reasons=["personal_id_shared"], hamlet="Thôn Tây"),
        citizen("C3", old_commune_code="10234", hamlet=None, quality_group=3,
                quality_reasons=["no_full_name", "sex_unknown"], full_name="Người Lạ"),
    ]  # fmt: skip
    names = ("parcel_id", "old_commune_code", "map_system", "map_scale", "old_sheet_no", "parcel_no", "new_sheet_no")
    numbers = [
        {**{name: one[name] for name in names}, "record_id": one["parcel_id"], "is_current": True} for one in parcels
    ]
    second = {"old_commune_code": "10234", "old_sheet_no": "1", "new_sheet_no": "11", "map_scale": "1000"}
    numbers.append({**numbers[0], **second, "parcel_no": "70", "record_id": "second", "is_current": False})
    sheets = [("10231", "9", "9", "rule"), ("10231", "10", "10", "rule"), ("10234", "1", "11", "late"),
              ("10231", "100", "100", "officer")]  # fmt: skip
    return {
        "parcels": parcels,
        "parcel_owners": owners,
        "citizens": citizens,
        "parcel_numbers": numbers,
        "sheet_map": [
            {"old_commune_code": old, "map_system": "1994", "old_sheet_no": was, "new_sheet_no": now, "assigned_by": by}
            for old, was, now, by in sheets
        ],
        "manifest": [
            {"key": key, "value": value}
            for key, value in {
                "commune_code": CODE,
                "commune_name": "Thượng Phúc",
                "commune_kind": "xã",
                "province": "Thành phố Hà Nội",
                "mode": "trial",
                "logical_hash": "ab" * 32,
                "started_at": "2026-03-02T09:00:00+07:00",
                "old_communes": '[{"code": "10231", "name": "Nguyễn Trãi", "kind": "xã"},'
                ' {"code": "10234", "name": "Quất Động", "kind": "xã"}]',
            }.items()
        ],
    }


def publish(path: Path, rows: Rows) -> Path:
    """Write a warehouse file with these rows."""
    frames = {table.name: pl.DataFrame(rows.get(table.name, []), schema=table.polars_schema) for table in TABLES}
    manifest = frames.pop("manifest")
    write_warehouse(path, frames.items(), seal=lambda _: manifest)
    return path


@dataclass(frozen=True)
class Sheet:
    """A worksheet as texts: what stands above the headings, the headings, and the rows by heading."""

    titles: list[str]
    groups: list[str]
    headings: list[str]
    rows: list[dict[str, str]]

    def column(self, heading: str) -> list[str]:
        return [row[heading] for row in self.rows]

    def row(self, heading: str, value: str) -> dict[str, str]:
        (found,) = [row for row in self.rows if row[heading] == value]
        return found


def read_sheet(path: Path, name: str) -> Sheet:
    """The first table of a worksheet."""
    lines = fastexcel.read_excel(path).load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    texts = [list(line) for line in lines.fill_null("").rows()]
    at = next(at for at, line in enumerate(texts) if line[0] in {"STT", "Dữ liệu"})
    headings = texts[at]
    end = next((line for line in range(at + 1, len(texts)) if not any(texts[line])), len(texts))
    rows = [dict(zip(headings, line, strict=True)) for line in texts[at + 1 : end]]
    return Sheet([line[0] for line in texts[: at - 1]], texts[at - 1], headings, rows)


@dataclass(frozen=True)
class Export:
    """A workbook on disk."""

    path: Path

    def sheet(self, name: str) -> Sheet:
        return read_sheet(self.path, name)

    def parts(self) -> dict[str, str]:
        with zipfile.ZipFile(self.path) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(scope="session")
def rows() -> Callable[[], Rows]:
    return small_commune


@pytest.fixture
def publish_rows(tmp_path: Path) -> Callable[[Rows], Path]:
    return lambda rows: publish(tmp_path / f"{CODE}.duckdb", rows)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the small commune is published, on trial. Look at it, never change it."""
    folder = tmp_path_factory.mktemp("data")
    publish(published_file(folder, "trial", CODE), small_commune())
    return folder


@pytest.fixture(scope="session")
def warehouse(data: Path) -> Path:
    return published_file(data, "trial", CODE)


@pytest.fixture(scope="session")
def plan(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Export:
    path = tmp_path_factory.mktemp("plan") / "kh515.xlsx"
    write_export("plan515", warehouse, path)
    return Export(path)


@pytest.fixture(scope="session")
def reference(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Export:
    path = tmp_path_factory.mktemp("reference") / "bang01.xlsx"
    write_export("sheet-map", warehouse, path)
    return Export(path)


@pytest.fixture(scope="session")
def formula() -> str:
    return FORMULA
