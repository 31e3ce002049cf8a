"""An old commune of which several new ones have a part is read once: what its files gave is kept for the next of them.

It lies beside what the steps of a run hand on, for the owner's eyes alone, one folder a document, and holds for the
same bytes under the same name, read by the same program with the same header mapping. Whoever finds nothing, or nothing
that holds, reads: so it may be taken away at any time. Which runs keep it, and until when, does not belong here.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from pipelines.communes import MergerMap
from pipelines.ingest.sources import Source
from pipelines.protection.frames import read_frame, write_frame
from pipelines.protection.keys import WrongKey
from pipelines.warehouse.program import code_sha256


@dataclass(frozen=True)
class ReadTable:
    """One table, read to its end, as frames that still lack their record ids; `file` is its row of FILES."""

    file: dict[str, object]
    dataset: str | None
    rows: pl.DataFrame | None
    quarantine: pl.DataFrame
    encodings: pl.DataFrame
    decoded: pl.DataFrame
    warnings: list[str]
    problem: str


def shared_folder(data: Path) -> Path:
    """Where a data folder keeps what was read for several new communes."""
    return data / "scratch" / "shared"


def clear_shared(data: Path) -> None:
    """Take it all away; who reads just now reads the files themselves."""
    shutil.rmtree(shared_folder(data), ignore_errors=True)


def read_once(
    folder: Path | None, source: Source, own: Mapping[str, str], read: Callable[[], list[ReadTable]]
) -> list[ReadTable]:
    """The tables that `read` gives of a source, or gave before when its old commune went into several new ones.

    Nothing is kept without a `folder`. `own` is the officer's header mapping.
    """
    if folder is None or source.survey is None or source.old_commune_code not in _divided():
        return read()
    place = folder / source.old_commune_code / _hash(source.name)
    key = _hash(json.dumps([_program(), source.sha256, source.name, source.old_commune_code, sorted(own.items())]))
    tables = _kept(place, key)
    if tables is None:
        tables = read()
        _keep(place, key, tables)
    return tables


_FACTS: Final = "facts.parquet"
_FRAMES: Final = ("rows", "quarantine", "encodings", "decoded")
_TOLD: Final = ("file", "dataset", "warnings", "problem")


def _keep(place: Path, key: str, tables: list[ReadTable]) -> None:
    """Put tables into a folder, whole or not at all."""
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    for at, table in enumerate(tables):
        for name in _FRAMES:
            if (frame := getattr(table, name)) is not None:
                write_frame(frame, part / f"{at}-{name}.parquet")
    told = [json.dumps([getattr(table, name) for name in _TOLD]) for table in tables]
    write_frame(pl.DataFrame({"key": [key] * len(told), "told": told}), part / _FACTS)
    shutil.rmtree(place, ignore_errors=True)
    try:
        part.replace(place)
    except OSError:  # another process has just kept the same
        shutil.rmtree(part, ignore_errors=True)


def _kept(place: Path, key: str) -> list[ReadTable] | None:
    """The tables in a folder, when they were kept under this key and can be had."""
    try:
        facts = read_frame(place / _FACTS)
        if set(facts["key"]) != {key}:
            return None
        return [_table(place, at, *json.loads(told)) for at, told in enumerate(facts["told"])]
    except (OSError, pl.exceptions.PolarsError, WrongKey):
        return None


def _table(
    place: Path, at: int, file: dict[str, object], dataset: str | None, warnings: list[str], problem: str
) -> ReadTable:
    paths = {name: place / f"{at}-{name}.parquet" for name in _FRAMES}
    rows = read_frame(paths["rows"]) if paths["rows"].exists() else None
    quarantine, encodings, decoded = (read_frame(paths[name]) for name in _FRAMES[1:])
    return ReadTable(file, dataset, rows, quarantine, encodings, decoded, warnings, problem)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _program() -> str:
    return code_sha256()


@cache
def _divided() -> frozenset[str]:
    """The old communes that went into several new ones."""
    heirs = MergerMap.shipped().pairs.group_by("old_code").agg(pl.col("new_code").n_unique())
    return frozenset(heirs.filter(pl.col("new_code") > 1)["old_code"])
