"""Tables → one DuckDB file, written fresh, with comments on every table and column."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import duckdb
import polars as pl

from pipelines.progress import Tell, silent
from pipelines.protection.keys import KeyRing
from pipelines.warehouse.placing import part_of, place
from pipelines.warehouse.quoting import Sql, fill, joined, name, text
from pipelines.warehouse.reading import attach, create, new_connection, shut
from pipelines.warehouse.schema import MANIFEST, RAW, TABLES, VIEWS, Column, Table
from pipelines.warehouse.side_by_side import side_by_side

_MANY = 20_000
"""Rows that are not to wait in memory until all tables are filled; a checkpoint each costs more than so few take up."""


def write_warehouse(
    path: Path,
    tables: Iterable[tuple[str, pl.DataFrame]],
    *,
    staging: Path | None = None,
    seal: Callable[[duckdb.DuckDBPyConnection], pl.DataFrame] | None = None,
    tell: Tell = silent,
    schema: Sequence[Table] = TABLES,
) -> None:
    """Write a new warehouse file with every table of the schema, and its views where it is that of warehouses.

    `tables` gives names and frames one after the other, so that one for each core is held at a time; a name that the
    schema does not have becomes a table as it is (for the gates; it is never published). What is not given is copied
    from the `staging` warehouse, or stays empty when there is none. `seal` makes the manifest from the connection once
    all other tables are written. A file that stands at `path` is replaced only when the new one is whole and on disk.
    `tell` is told how far it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with part_of(path) as part:
        _write(part, path, tables, staging, seal, tell, schema)
        _settle(part, path)


def _write(
    part: Path,
    path: Path,
    tables: Iterable[tuple[str, pl.DataFrame]],
    staging: Path | None,
    seal: Callable[[duckdb.DuckDBPyConnection], pl.DataFrame] | None,
    tell: Tell,
    schema: Sequence[Table],
) -> None:
    """Write `part`, which is to become `path`."""
    by_name = {table.name: table for table in schema}
    keys = KeyRing.from_environment()
    with new_connection(path, one_core=True) as connection:
        create(connection, part, "warehouse", keys)
        if staging is not None:
            attach(connection, staging, "staging", keys)
        connection.execute("USE warehouse")
        shut(connection)
        connection.execute("BEGIN")  # one commit instead of one for each of some 250 comments
        for table in schema:
            _create(connection, table)
        for view, defined in VIEWS.items() if schema is TABLES else ():
            connection.execute(fill("CREATE VIEW {view} AS {defined}", view=name(view), defined=defined))
        connection.execute("COMMIT")
        filled = _fill_all(connection, tables, by_name)
        if staging is not None:
            copied = [table for table in schema if table.name not in filled and table is not MANIFEST]
            tell(f"Đang ghi {len(copied)} bảng của kho công bố.")
            side_by_side(connection, _copy, copied)
        if seal is not None:
            tell("Đang tính mã băm của từng bảng.")
            _fill(connection, (MANIFEST.name, seal(connection)), by_name)
        connection.execute("CHECKPOINT warehouse")
        connection.execute("USE memory")
        connection.execute("DETACH warehouse")


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(table.creation)
    said = text(f"{table.vi} / {table.en}")
    connection.execute(fill("COMMENT ON TABLE {table} IS {said}", table=name(table.name), said=said))
    for column in table.columns:
        statement = fill(
            "COMMENT ON COLUMN {table}.{column} IS {said}",
            table=name(table.name),
            column=name(column.name),
            said=text(f"{column.vi} / {column.en}"),
        )
        connection.execute(statement)


def _fill_all(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, pl.DataFrame]], schema: Mapping[str, Table]
) -> set[str]:
    """Write frames into their tables, as many at a time as there are cores; returns the tables' names."""
    filled = set()
    coming = iter(tables)
    while some := list(islice(coming, os.cpu_count())):
        side_by_side(connection, lambda one, named: _fill(one, named, schema), some)
        filled |= {target for target, _ in some}
        if sum(frame.height for _, frame in some) > _MANY:
            connection.execute("CHECKPOINT warehouse")  # so that the rows leave memory
    return filled


def _fill(connection: duckdb.DuckDBPyConnection, named: tuple[str, pl.DataFrame], schema: Mapping[str, Table]) -> None:
    """Write a frame into its table, a new one where the schema has none."""
    target, frame = named
    table = schema.get(target)
    connection.register("frame", frame if table is None else table.conform(frame))
    if table is None:
        connection.execute(fill("CREATE TABLE {table} AS SELECT * FROM frame", table=name(target)))
    else:
        values = joined(", ", map(_value, table.columns))
        statement = fill("INSERT INTO {table} SELECT {values} FROM frame", table=name(target), values=values)
        connection.execute(statement)
    connection.unregister("frame")


def _copy(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Copy a table of the staging warehouse."""
    connection.execute(fill("INSERT INTO {table} SELECT * FROM staging.{table}", table=name(table.name)))


def _value(column: Column) -> Sql:
    if column.type == RAW:
        return fill("map_from_entries({column})", column=name(column.name))
    return fill("CAST({column} AS {type})", column=name(column.name), type=column.type)


def _settle(part: Path, path: Path) -> None:
    """Put a finished warehouse in its place."""
    if part.with_name(f"{part.name}.wal").exists():
        raise RuntimeError("the new warehouse still has a write-ahead log")
    place(part, path)
