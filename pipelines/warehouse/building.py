"""Tables → one DuckDB file, written fresh, with comments on every table and column."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import polars as pl

from pipelines.warehouse import quoting
from pipelines.warehouse.schema import MANIFEST, RAW, TABLES, VIEWS, Column, Table

_STORAGE_VERSION = "v1.4.0"
"""Files of this storage version open in DuckDB 1.4 and later."""


def write_warehouse(
    path: Path,
    tables: Mapping[str, pl.DataFrame],
    extra: Mapping[str, pl.DataFrame] | None = None,
    seal: Callable[[duckdb.DuckDBPyConnection], pl.DataFrame] | None = None,
) -> None:
    """Write a new warehouse file with every table of the schema; a table not given stays empty.

    `extra` tables are written as they are: they serve the gates and are never published. `seal` makes the manifest
    from the connection once all other tables are written. A file that stands at `path` is replaced only when the new
    one is whole and on disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.part")
    for leftover in (part, part.with_name(f"{part.name}.wal")):
        leftover.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {quoting.text(str(part))} AS warehouse (STORAGE_VERSION {quoting.text(_STORAGE_VERSION)})")
        connection.execute("USE warehouse")
        for table in TABLES:
            _create(connection, table, tables.get(table.name))
        if seal is not None:
            _fill(connection, MANIFEST, seal(connection))
        for name, frame in (extra or {}).items():
            connection.register("frame", frame)
            connection.execute(f"CREATE TABLE {quoting.name(name)} AS SELECT * FROM frame")
        for name, query in VIEWS.items():
            connection.execute(f"CREATE VIEW {quoting.name(name)} AS {query}")
        connection.execute("CHECKPOINT warehouse")
        connection.execute("USE memory")
        connection.execute("DETACH warehouse")
    _settle(part, path)


def _create(connection: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame | None) -> None:
    columns = ", ".join(f"{quoting.name(column.name)} {column.type}" for column in table.columns)
    connection.execute(f"CREATE TABLE {quoting.name(table.name)} ({columns})")
    if frame is not None and not frame.is_empty():
        _fill(connection, table, frame)
    connection.execute(f"COMMENT ON TABLE {quoting.name(table.name)} IS {quoting.text(f'{table.vi} / {table.en}')}")
    for column in table.columns:
        place = f"{quoting.name(table.name)}.{quoting.name(column.name)}"
        connection.execute(f"COMMENT ON COLUMN {place} IS {quoting.text(f'{column.vi} / {column.en}')}")


def _fill(connection: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame) -> None:
    connection.register("frame", table.conform(frame))
    values = ", ".join(_value(column) for column in table.columns)
    connection.execute(f"INSERT INTO {quoting.name(table.name)} SELECT {values} FROM frame")
    connection.unregister("frame")


def _value(column: Column) -> str:
    value = quoting.name(column.name)
    return f"map_from_entries({value})" if column.type == RAW else f"CAST({value} AS {column.type})"


def _settle(part: Path, path: Path) -> None:
    """Put a finished file in its place in one step that survives a power cut: file, rename, folder."""
    if part.with_name(f"{part.name}.wal").exists():
        raise RuntimeError("the new warehouse still has a write-ahead log")
    part.chmod(0o600)
    sync(part)
    os.replace(part, path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

