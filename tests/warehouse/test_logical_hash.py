"""Equal content, equal hash; another value anywhere, another hash."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.logical_hash import combined, table_hashes
from pipelines.warehouse.schema import (
    COUNT,
    COUNTS,
    DATE,
    DECODED_CELLS,
    EVIDENCE,
    FLAG,
    LAND_USE,
    PATH,
    RAW,
    REAL,
    TABLES,
    TEXT,
    TEXTS,
    Table,
)

Frames = dict[str, pl.DataFrame]
HASHED = [table for table in TABLES if table.in_logical_hash]

CHANGED = {
    TEXT: "'another'",
    COUNT: "77",
    REAL: "77.5",
    DATE: "DATE '2000-02-03'",
    FLAG: "NULL",
    TEXTS: "['another']",
    COUNTS: "[77]",
    RAW: "MAP {'ho_ten': 'another'}",
    LAND_USE: "[{'code': 'ONT', 'area_m2': 77.0}]",
    EVIDENCE: "[{'field': 'f', 'level': 'another', 'weight': 1}]",
    DECODED_CELLS: "[{'column_name': 'another', 'encoding': 'vni', 'confidence': 1.0}]",
    PATH: "[{'record_id_a': 'another', 'record_id_b': 'b', 'weight': 1}]",
    "BLOB": "'\\xAA'::BLOB",
}
"""Another value of each type, as SQL."""


def hashes(path: Path, frames: Frames) -> dict[str, str]:
    write_warehouse(path, frames.items())
    with duckdb.connect(str(path), read_only=True) as connection:
        return table_hashes(connection)


@given(seed=st.integers(0, 1000), threads=st.sampled_from([1, 2]))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_rows_does_not_count(tmp_path: Path, frames: Frames, seed: int, threads: int) -> None:
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in frames.items()}
    write_warehouse(tmp_path / "shuffled.duckdb", shuffled.items())
    with duckdb.connect(str(tmp_path / "shuffled.duckdb"), config={"threads": threads}) as connection:
        assert table_hashes(connection) == hashes(tmp_path / "a.duckdb", frames)


def test_ids_and_what_only_history_knows_do_not_count(tmp_path: Path, frames: Frames) -> None:
    renamed = dict(frames)
    for table in TABLES:
        columns = [
            pl.col(column.name).str.replace("^", "10231-").str.replace(" 0$", " 9")
            for column in table.columns
            if column.entity
        ]
        renamed[table.name] = frames[table.name].with_columns(columns)
        assert not columns or not renamed[table.name].equals(frames[table.name])
    for name in ("id_history", "manifest"):
        renamed[name] = frames[name].head(1)
    assert hashes(tmp_path / "renamed.duckdb", renamed) == hashes(tmp_path / "a.duckdb", frames)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, frames: Frames) -> Path:
    path: Path = tmp_path_factory.mktemp("hash") / "a.duckdb"
    write_warehouse(path, frames.items())
    return path


@pytest.mark.parametrize("table", HASHED, ids=lambda table: table.name)
def test_every_published_value_counts(warehouse: Path, table: Table) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        before = table_hashes(connection)
        first = f"rowid = (SELECT min(rowid) FROM {table.name})"
        for column in table.columns:
            for value in (CHANGED[column.type], "NULL"):
                connection.execute("BEGIN")
                connection.execute(f'UPDATE {table.name} SET "{column.name}" = {value} WHERE {first}')
                after = table_hashes(connection, (table,))
                connection.execute("ROLLBACK")
                counts = not column.of_history
                assert (after[table.name] != before[table.name]) == counts, (column.name, value)
                assert (combined(before | after) != combined(before)) == (counts and not table.of_history)
        for statement in (
            f"DELETE FROM {table.name} WHERE {first}",
            f"INSERT INTO {table.name} SELECT * FROM {table.name} WHERE {first}",
        ):
            connection.execute("BEGIN")
            connection.execute(statement)
            assert table_hashes(connection, (table,))[table.name] != before[table.name], statement
            connection.execute("ROLLBACK")
        assert table_hashes(connection) == before


def test_a_row_that_goes_to_another_person_counts(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        before = table_hashes(connection)
        connection.execute("BEGIN")
        connection.execute("UPDATE citizen_sources SET citizen_id = 'citizen 2' WHERE record_id = 'zz'")
        assert table_hashes(connection)["citizen_sources"] != before["citizen_sources"]
        connection.execute("ROLLBACK")
        connection.execute("BEGIN")
        connection.execute("UPDATE parcel_owners SET citizen_id = 'citizen 2' WHERE citizen_id = 'citizen 1'")
        assert table_hashes(connection)["parcel_owners"] != before["parcel_owners"]
        connection.execute("ROLLBACK")


def test_an_entity_is_named_by_the_smallest_of_its_rows(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        before = table_hashes(connection)["citizens"]
        for record_id, is_equal in (("zzz", True), ("a", False)):
            connection.execute("BEGIN")
            connection.execute(f"UPDATE citizen_sources SET record_id = '{record_id}' WHERE record_id = 'zz'")
            assert (table_hashes(connection)["citizens"] == before) is is_equal
            connection.execute("ROLLBACK")


def test_bytes_and_the_text_that_shows_them_differ(tmp_path: Path, frames: Frames) -> None:
    quarantine = frames["quarantine"].head(1)
    seen = {
        hashes(tmp_path / "a.duckdb", {"quarantine": quarantine.with_columns(raw_bytes=pl.lit(raw))})["quarantine"]
        for raw in (b"\xff", b"\\xFF", b"\\xff", b"", b"\0", b"\n", b"\\x0A")
    }
    assert len(seen) == 7


def test_null_empty_and_the_word_null_differ(tmp_path: Path, frames: Frames) -> None:
    one = frames["citizens"].head(1)
    seen = {
        hashes(tmp_path / "a.duckdb", {"citizens": one.with_columns(note=pl.lit(note, pl.String))})["citizens"]
        for note in (None, "", "null", "NULL", " ", '"', "a\u0300", "à")
    }
    assert len(seen) == 8
