"""The logical hash: equal for equal content, whatever the ids, the run, the threads or the machine.

A table's hash covers its rows in order of their own hashes. An entity is named by the smallest record id among its
rows, since ids depend on history and content does not.
"""

import hashlib
from collections import ChainMap

import duckdb
import polars as pl

from pipelines.warehouse.quoting import Sql, fill, joined, name, text
from pipelines.warehouse.schema import EVERY_ROW, MANIFEST, TABLES, Column, Table
from pipelines.warehouse.side_by_side import side_by_side


def both_hashes(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], dict[str, str]]:
    """What `content_hashes` and `table_hashes` tell of a written file, in half the time on two cores."""
    found = side_by_side(
        connection, lambda one, table: (content_hashes(one, (table,)), table_hashes(one, (table,))), TABLES
    )
    content, logical = (dict(ChainMap(*parts)) for parts in zip(*found, strict=True))
    return content, logical


def table_hashes(connection: duckdb.DuckDBPyConnection, tables: tuple[Table, ...] = TABLES) -> dict[str, str]:
    """The hash of every table that has one, by table name, in the schema's order."""
    return {table.name: _over(row_digests(connection, table)) for table in tables if table.in_logical_hash}


def content_hashes(connection: duckdb.DuckDBPyConnection, tables: tuple[Table, ...] = TABLES) -> dict[str, str]:
    """The hash of every table as it stands, with ids and all that hangs on history; only the manifest has none."""
    return {
        table.name: _over(_digests(connection, table, [_as_it_is(column) for column in table.columns], EVERY_ROW))
        for table in tables
        if table is not MANIFEST
    }


def combined(hashes: dict[str, str]) -> str:
    """One hash over all tables that equal inputs make equal, whatever was published before."""
    of_history = {table.name for table in TABLES if table.of_history}
    lines = "".join(f"{name}={value}\n" for name, value in sorted(hashes.items()) if name not in of_history)
    return hashlib.sha256(lines.encode()).hexdigest()


def row_digests(connection: duckdb.DuckDBPyConnection, table: Table) -> list[bytes]:
    """The hash of every row that the table's logical hash covers, in order; equal rows stand as often as they are."""
    columns = [_content(column) for column in table.columns if not column.of_history]
    return _digests(connection, table, columns, table.hashed_rows)


def _over(digests: list[bytes]) -> str:
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _digests(connection: duckdb.DuckDBPyConnection, table: Table, columns: list[Sql], condition: Sql) -> list[bytes]:
    query = """
        WITH names AS (
            SELECT 'citizens' AS dataset, citizen_id AS id, min(record_id) AS name
            FROM citizen_sources GROUP BY citizen_id
            UNION ALL
            SELECT 'parcels', parcel_id, min(record_id) FROM parcel_sources GROUP BY parcel_id
        )
        SELECT to_json({{columns}})::VARCHAR AS row FROM {table} t WHERE {condition}
    """
    statement = fill(query, columns=joined(", ", columns), table=name(table.name), condition=condition)
    # Hashed in Python: DuckDB's SHA-256 takes twenty times as long.
    rows = connection.execute(statement).pl().to_series().cast(pl.Binary).to_list()
    return sorted([hashlib.sha256(row).digest() for row in rows])


def _as_it_is(column: Column) -> Sql:
    return fill("{column}: t.{column}", column=name(column.name))


def _content(column: Column) -> Sql:
    """The column's value, or the name of the entity whose id stands there."""
    if column.entity is None:
        return _as_it_is(column)
    return fill(
        "{column}: (SELECT name FROM names n WHERE n.dataset = {dataset} AND n.id = t.{column})",
        column=name(column.name),
        dataset=Sql("t.dataset") if column.entity == "any" else text(column.entity),
    )
