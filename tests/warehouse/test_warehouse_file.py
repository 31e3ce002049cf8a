"""The published file: what stands in it, and that it takes the place of the last one whole or not at all."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.manifest import LOGICAL_HASH, OWN_HASH, TABLE_HASH
from pipelines.warehouse.manifest import ROWS as ROWS_OF
from pipelines.warehouse.placing import sha256_file
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import MANIFEST, TABLES, VALIDATION_RESULTS, VIEWS

Frames = dict[str, pl.DataFrame]
SIGNED = {"at": datetime(2025, 7, 1, 8, tzinfo=UTC), "by": "an"}
_BY_NAME = {table.name: table for table in TABLES}


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_warehouse(path) as connection:
        return connection.execute(sql).fetchall()


def test_every_table_and_column_is_there_with_its_type_and_comment(published: Path) -> None:
    columns = query(published, "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() ORDER BY ALL")
    found = {
        (table, column): (str(kind).replace('"', ""), comment)
        for table, column, kind, comment in columns
        if table in _BY_NAME
    }
    assert found == {
        (table.name, column.name): (column.type, f"{column.vi} / {column.en}")
        for table in TABLES
        for column in table.columns
    }
    comments = dict(query(published, "SELECT table_name, comment FROM duckdb_tables()"))
    assert comments == {table.name: f"{table.vi} / {table.en}" for table in TABLES}


def test_officers_find_views_with_vietnamese_names(published: Path) -> None:
    views = {str(name) for (name,) in query(published, "SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    assert (
        views
        == set(VIEWS)
        == {
            *("cong_dan", "ho_gia_dinh", "thua_dat", "chu_su_dung", "so_doi_chieu_thua", "can_doi_dong", "thay_doi"),
        }
    )
    for name in views:
        assert query(published, f"SELECT count(*) FROM {name}") == [(3,)]


def test_what_was_written_is_read_back(published: Path, frames: Frames) -> None:
    for table in TABLES:
        if table is not MANIFEST:
            assert len(query(published, f"FROM {table.name}")) == frames[table.name].height, table.name
    (raw,) = query(published, "SELECT raw FROM citizen_sources WHERE record_id = 'citizen_sources.record_id 1'")[0]
    assert raw == {"ho_ten": "citizen_sources.raw 1", "thon": "Đông"}
    (kept,) = query(published, "SELECT raw_bytes FROM quarantine ORDER BY source_line LIMIT 1")[0]
    assert kept == frames["quarantine"]["raw_bytes"][0]
    (uses,) = query(published, "SELECT land_use FROM parcels WHERE parcel_id = 'parcel 1'")[0]
    assert uses == [{"code": "ONT", "area_m2": 1.25}]


def test_only_the_owner_reads_it_and_nothing_is_left_beside_it(published: Path) -> None:
    folder = published.parent
    assert {path.name for path in folder.iterdir()} == {"10231.duckdb", "10231.duckdb.sha256", "versions"}
    assert {path.stat().st_mode & 0o777 for path in folder.glob("10231*")} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_it_opens_read_only_and_reaches_nothing_else(published: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with open_warehouse(published) as connection:
        for statement in (
            "DELETE FROM citizens",
            f"FROM read_csv('{tmp_path}/secret.csv')",
            f"ATTACH '{tmp_path}/other.duckdb'",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
        assert connection.execute("SELECT count(*) FROM citizens").fetchall() == [(3,)]


def test_older_readers_can_open_it(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        tags = connection.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert "v1.4" in str(tags)


def test_the_checksum_beside_it_is_that_of_the_file(published: Path) -> None:
    digest = hashlib.sha256(published.read_bytes()).hexdigest()
    assert sha256_file(published).read_text() == f"{digest}  10231.duckdb\n"


def test_tables_for_the_gates_are_not_published(tmp_path: Path, frames: Frames) -> None:
    staging, target = tmp_path / "staging.duckdb", tmp_path / "10231.duckdb"
    write_warehouse(staging, [*frames.items(), ("citizen_trust", pl.DataFrame({"record_id": ["a"]}))])
    assert query(staging, "FROM citizen_trust") == [("a",)]
    publish(staging, frames[VALIDATION_RESULTS.name], target, **SIGNED)
    tables = {name for (name,) in query(target, "SELECT table_name FROM duckdb_tables()")}
    assert tables == set(_BY_NAME)


def test_the_manifest_keeps_what_the_run_said_and_adds_the_hashes(published: Path, frames: Frames) -> None:
    manifest = dict(query(published, "SELECT key, value FROM manifest"))
    of_publication = (ROWS_OF, TABLE_HASH, LOGICAL_HASH, OWN_HASH)
    for key, value in frames[MANIFEST.name].rows():
        assert manifest[key] == value or key.startswith(of_publication)
    hashed = {key.removeprefix("logical_hash.") for key in map(str, manifest) if key.startswith("logical_hash.")}
    assert hashed == {table.name for table in TABLES if table.in_logical_hash}
    assert len(str(manifest["logical_hash"])) == 64


def test_a_table_that_is_not_given_is_empty(tmp_path: Path) -> None:
    write_warehouse(tmp_path / "a.duckdb", [])
    for table in TABLES:
        assert query(tmp_path / "a.duckdb", f"SELECT count(*) FROM {table.name}") == [(0,)]


def test_an_open_reader_keeps_the_old_content_until_it_opens_again(published: Path, frames: Frames) -> None:
    staging = published.parent.parent / "next.duckdb"
    write_warehouse(staging, (frames | {"citizens": frames["citizens"].head(1)}).items())
    with open_warehouse(published) as reader:
        publish(staging, frames[VALIDATION_RESULTS.name], published, **SIGNED)
        assert reader.execute("SELECT count(*) FROM citizens").fetchall() == [(3,)]
        assert len(reader.execute("SELECT * FROM links").fetchall()) == 3
    assert query(published, "SELECT count(*) FROM citizens") == [(1,)]


def _break_frame(frames: Frames) -> Iterator[tuple[str, pl.DataFrame]]:
    yield "citizens", frames["citizens"]
    yield "parcels", frames["parcels"].drop("area_m2")


def _break_midway(frames: Frames) -> Iterator[tuple[str, pl.DataFrame]]:
    yield "citizens", frames["citizens"]
    raise OSError("no space left on device")


@pytest.mark.parametrize("tables", [_break_frame, _break_midway])
def test_a_failure_while_writing_leaves_the_old_file_as_it_was(
    published: Path, frames: Frames, tables: Callable[[Frames], Iterator[tuple[str, pl.DataFrame]]]
) -> None:
    before = published.read_bytes()
    with pytest.raises((pl.exceptions.ColumnNotFoundError, OSError)):
        write_warehouse(published, tables(frames))
    assert published.read_bytes() == before
    # The next run clears what the failed one left.
    write_warehouse(published, frames.items())
    assert {path.name for path in published.parent.iterdir()} == {"10231.duckdb", "10231.duckdb.sha256", "versions"}


def test_a_publication_that_fails_changes_nothing(published: Path, frames: Frames) -> None:
    before = {path: path.read_bytes() for path in published.parent.glob("10231*")}
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        publish(published.parent.parent / "staging.duckdb", pl.DataFrame({"rule_id": ["a"]}), published, **SIGNED)
    with pytest.raises(duckdb.Error):
        publish(published.parent / "absent.duckdb", frames[VALIDATION_RESULTS.name], published, **SIGNED)
    assert {path: path.read_bytes() for path in published.parent.glob("10231*")} == before


def test_numbers_of_parcels_stand_in_the_order_of_the_sheet_map(tmp_path: Path) -> None:
    numbers = [("299", "10", "1"), ("299", "9", "10"), ("299", "9", "2"), ("1994", "11", "1"), ("299", "9A", "1")]
    frame = pl.DataFrame(
        [
            {"parcel_id": str(at), "map_system": system, "new_sheet_no": sheet, "parcel_no": parcel, "is_current": True}
            for at, (system, sheet, parcel) in enumerate(numbers)
        ]
    )
    table = next(table for table in TABLES if table.name == "parcel_numbers")
    write_warehouse(tmp_path / "a.duckdb", [("parcel_numbers", pl.concat([table.empty(), frame], how="diagonal"))])
    with duckdb.connect(str(tmp_path / "a.duckdb"), read_only=True) as connection:
        shown = connection.execute("SELECT map_system, new_sheet_no, parcel_no FROM so_doi_chieu_thua").fetchall()
    assert shown == [("1994", "11", "1"), ("299", "9", "2"), ("299", "9", "10"), ("299", "9A", "1"), ("299", "10", "1")]
