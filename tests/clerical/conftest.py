"""A small published warehouse with pairs of every kind, a sample of it, and its workbook to be filled in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.clerical.drawing import drawn
from pipelines.clerical.log import ClericalLog, Draw
from pipelines.clerical.workbook import write_sample
from tests.review.conftest import Book, Rows, citizen, entity_id, raw, row_id, warehouse_at

AT = "2026-03-02T09:00:00+07:00"
LATER = "2026-03-09T09:00:00+07:00"
WEIGHT = 31337
"""A weight that stands nowhere else."""


def link(dataset: str, a: int, b: int, decision: str, probability: float) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "record_id_a": row_id(a),
        "record_id_b": row_id(b),
        "weight": WEIGHT,
        "probability": probability,
        "decision": decision,
        "reason": "LÝ DO CỦA MÁY",
        "evidence": [{"field": "full_name", "level": "equal", "weight": WEIGHT}],
    }


def near(dataset: str, a: int, b: int) -> dict[str, Any]:
    pair = link(dataset, a, b, "", 0.01)
    return {
        **{key: value for key, value in pair.items() if key not in {"decision", "reason"}},
        "stratum": "near_1",
        "stratum_pairs": 90,
    }


def commune() -> Rows:
    """People: rows 2n and 2n + 1 are a pair; 30 were merged, 5 are in review, one was refused, one an officer decided,
    3 are near misses. Parcels 200 to 207: two merged pairs, one in review, one near miss."""
    kinds = [*["automatic"] * 30, *["review"] * 5, "refused", "officer", *["near"] * 3]
    pairs = [(2 * at, 2 * at + 1, kind) for at, kind in enumerate(kinds, start=1)]
    people, links, missed = [], [], []
    for a, b, kind in pairs:
        people += [citizen(a, a), citizen(b, a if kind == "automatic" else b, ngay_sinh="03/04/1981")]
        if kind == "near":
            missed.append(near("citizens", a, b))
        else:
            links.append(link("citizens", a, b, kind, 0.9 + a / 700 if kind == "automatic" else 0.5))
    land = [
        {
            **{key: value for key, value in citizen(row, row).items() if key != "citizen_id"},
            "parcel_id": entity_id(row - row % 2 if row < 204 else row, "T"),
            "raw": raw(so_to="3", so_thua=str(row), chu_su_dung="Bà Hoa"),
        }
        for row in range(200, 208)
    ]
    links += [link("parcels", 200, 201, "automatic", 0.995), link("parcels", 202, 203, "automatic", 0.9)]
    links.append(link("parcels", 204, 205, "review", 0.4))
    missed.append(near("parcels", 206, 207))
    facts = {
        "commune_code": "10231",
        "commune_name": "Thượng Phúc",
        "commune_kind": "xã",
        "mode": "trial",
        "logical_hash": "ab" * 32,
        "logical_hash.links": "cd" * 32,
        "started_at": AT,
        "model_name.citizens": "citizens-10231-0123456789ab",
        "old_communes": '[{"code": "10231", "name": "Nguyễn Trãi", "kind": "xã", "part": "whole"}]',
    }
    return {
        "citizen_sources": people,
        "parcel_sources": land,
        "links": links,
        "near_misses": missed,
        "manifest": [{"key": key, "value": value} for key, value in facts.items()],
    }


@dataclass
class SampleBook(Book):
    """A workbook for clerical review, its pairs named by their numbers."""

    def number(self, name: str) -> int:
        return int(name)

    def say(self, number: int, text: str, note: str = "", who: str = "") -> "SampleBook":
        """Answer a pair, on whichever sheet it stands."""
        sheet = next(line[2] for line in self.sheets["hopnhat"] if line[:2] == ["case", str(number)])
        self.answer(str(number), text, note, who, sheet={"citizens": "Công dân", "parcels": "Thửa đất"}[sheet])
        return self

    def signed(self, name: str = "Phạm Thị Thu") -> "SampleBook":
        for sheet in ("Công dân", "Thửa đất"):
            self.fill(sheet, "", "name", name)
        return self


@pytest.fixture(scope="session")
def rows() -> Callable[[], Rows]:
    return commune


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small commune's warehouse. Look at it, never change it."""
    return warehouse_at(tmp_path_factory.mktemp("small") / "10231.duckdb", commune())


@pytest.fixture(scope="session")
def draw_of(warehouse: Path) -> Callable[..., Draw]:
    """Draws a sample of the small commune."""

    def call(size: int = 60, seed: int = 7, warehouse: Path = warehouse, **more: Any) -> Draw:
        return drawn(warehouse, size=size, seed=seed, **{"version": "trial-1", "at": AT, "by": "root", **more})

    return call


@pytest.fixture(scope="session")
def draw(draw_of: Callable[..., Draw]) -> Draw:
    return draw_of()


@pytest.fixture(scope="session")
def exported(warehouse: Path, draw: Draw, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook as it is handed to an officer."""
    path = tmp_path_factory.mktemp("exported") / "mau.xlsx"
    write_sample(warehouse, draw, path)
    return path


@pytest.fixture
def book(exported: Path) -> SampleBook:
    """The workbook, to be filled in."""
    return SampleBook.read(exported)


@pytest.fixture
def log(tmp_path: Path, draw: Draw) -> ClericalLog:
    """A log that knows the draw."""
    log = ClericalLog(tmp_path / "10231.sample")
    log.add_draw(draw)
    return log


@pytest.fixture
def numbers(draw: Draw) -> Callable[[str, str], list[int]]:
    """The numbers in the workbook of the pairs of a kind."""

    def of(kind: str, dataset: str = "citizens") -> list[int]:
        return [at for at, pair in enumerate(draw.pairs, 1) if (pair.kind, pair.dataset) == (kind, dataset)]

    return of
