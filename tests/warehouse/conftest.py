"""A staging warehouse in which every table has rows and every column a value, built from the declared schema."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.manifest import INPUT, NEEDED, REFERENCE, as_table, totals
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.schema import (
    COUNT,
    COUNTS,
    DATE,
    DECODED_CELLS,
    EVIDENCE,
    FLAG,
    LAND_USE,
    MANIFEST,
    PATH,
    RAW,
    REAL,
    ROW_BALANCE,
    TABLES,
    TEXT,
    TEXTS,
    VALIDATION_RESULTS,
    Column,
    Table,
)

ROWS = 3
Frames = dict[str, pl.DataFrame]


def value(column: Column, table: Table, row: int) -> Any:
    """A value of the column's type that no other row of the table has; ids are those of `citizen 0`, `parcel 0`, …"""
    text = f"{table.name}.{column.name} {row}"
    entity = column.entity if column.entity != "any" else ("citizens", "parcels")[row % 2]
    by_type = {
        TEXT: f"{entity[:-1]} {row}" if entity else text,
        COUNT: row + 1,
        REAL: row + 0.5,
        DATE: date(1990, 1, 1) + timedelta(days=row),
        FLAG: row % 2 == 0,
        COUNTS: [row, row + 1],
        TEXTS: [text, f"{text} b"],
        RAW: [{"key": "ho_ten", "value": text}, {"key": "thon", "value": "Đông"}],
        LAND_USE: [{"code": "ONT", "area_m2": row + 0.25}],
        EVIDENCE: [{"field": text, "level": "exact", "weight": row}],
        DECODED_CELLS: [{"column_name": text, "encoding": "tcvn3", "confidence": row + 0.5}],
        PATH: [{"record_id_a": text, "record_id_b": "b", "weight": row}],
    }
    return by_type.get(column.type, f"\\x{row}\0".encode() + bytes([0xFF - row]))


def sample_frames() -> Frames:
    """By table name; the promises of the contract hold."""
    frames = {
        table.name: pl.DataFrame(
            [{column.name: value(column, table, row) for column in table.columns} for row in range(ROWS)],
            schema=table.polars_schema,
        )
        for table in TABLES
    }
    for dataset in ("citizen", "parcel"):
        name = f"{dataset}_sources"
        extra = frames[name].head(1).with_columns(record_id=pl.lit("zz"), outcome=pl.lit("merged"))
        frames[name] = pl.concat([frames[name].with_columns(outcome=pl.lit("kept")), extra])
    for name in ("clusters", "provenance"):
        frames[name] = frames[name].with_columns(
            dataset=pl.when(pl.col("entity_id").str.starts_with("c"))
            .then(pl.lit("citizens"))
            .otherwise(pl.lit("parcels"))
        )
    counts = {column.name: pl.lit(0) for column in ROW_BALANCE.columns if column.type == COUNT}
    counts |= {name: pl.lit(5) for name in ("physical_lines", "record_lines", "records", "loaded", "placed", "kept")}
    frames[ROW_BALANCE.name] = frames[ROW_BALANCE.name].with_columns(**counts)
    frames[VALIDATION_RESULTS.name] = frames[VALIDATION_RESULTS.name].with_columns(
        severity=pl.lit("gate"), passed=pl.lit(value=True)
    )
    manifest = {key: f"{key} 0" for key in (*NEEDED, f"{INPUT}10231/so.csv", f"{REFERENCE}merger_map")}
    frames[MANIFEST.name] = as_table(manifest | totals(manifest))
    return frames


def stage(path: Path, frames: Frames) -> Path:
    """A staging warehouse of these frames."""
    write_warehouse(path, frames.items())
    return path


def publish_frames(folder: Path, frames: Frames) -> Path:
    """These frames, published in a folder."""
    target = folder / "published" / "10231.duckdb"
    staging = stage(folder / "staging.duckdb", frames)
    at = datetime(2025, 7, 1, 8, tzinfo=UTC)
    publish(staging, frames[VALIDATION_RESULTS.name], target, at=at, by="an")
    return target


@pytest.fixture(scope="session")
def frames() -> Frames:
    """By table name; never changed in place."""
    return sample_frames()


@pytest.fixture(scope="session", name="publish_frames")
def publisher() -> Callable[[Path, Frames], Path]:
    return publish_frames


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory, frames: Frames) -> Path:
    folder = tmp_path_factory.mktemp("once")
    publish_frames(folder, frames)
    return folder


@pytest.fixture
def published(tmp_path: Path, published_once: Path) -> Path:
    """A published file of the sample, with its staging warehouse one folder above, for one test to spoil."""
    shutil.copytree(published_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "published" / "10231.duckdb"
