"""`verify` accepts what was published, and finds what was done to it since."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.problems import UnusableInput
from pipelines.warehouse.placing import sha256_file
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.schema import VALIDATION_RESULTS
from pipelines.warehouse.verification import verify

Frames = dict[str, pl.DataFrame]
Publish = Callable[[Path, Frames], Path]


def sign(path: Path) -> None:
    """Make the checksum that of the file again, as somebody who hides a change would."""
    sha256_file(path).write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")


def change(path: Path, statement: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)
    sign(path)


def test_a_published_file_is_accepted_with_and_without_its_checksum(published: Path) -> None:
    assert verify(published) == []
    sha256_file(published).unlink()
    assert verify(published) == []


def test_it_is_accepted_wherever_it_is_copied(published: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.duckdb"
    copy.write_bytes(published.read_bytes())
    assert verify(copy) == []


@pytest.mark.parametrize("place", [0.0, 0.001, 0.02, 0.3, 0.6, 0.9999])
def test_one_wrong_bit_is_found(published: Path, place: float) -> None:
    content = bytearray(published.read_bytes())
    content[int(place * len(content))] ^= 0x10
    published.write_bytes(content)
    differences = verify(published)
    assert any("10231.duckdb.sha256" in difference for difference in differences)
    sha256_file(published).unlink()
    with pytest.raises(UnusableInput, match=r"10231\.duckdb"):
        verify(published)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE citizens SET full_name = 'X' WHERE citizen_id = 'citizen 1'", "Bảng citizens khác"),
        ("DELETE FROM links WHERE weight = 1", "Bảng links khác"),
        ("UPDATE citizen_sources SET citizen_id = 'citizen 1' WHERE record_id = 'zz'", "Bảng citizen_sources khác"),
        ("DELETE FROM manifest WHERE key = 'logical_hash.sheet_map'", "Bảng sheet_map khác"),
        ("UPDATE manifest SET value = 'x' WHERE key = 'logical_hash'", "Mã băm chung"),
        ("ALTER TABLE parcels DROP COLUMN note", "Bảng parcels thiếu cột note"),
        ("ALTER TABLE parcels ALTER quality_group TYPE VARCHAR", "Bảng parcels thiếu cột quality_group"),
        ("DROP TABLE decisions", "Bảng decisions thiếu cột decision_id"),
    ],
)
def test_a_change_under_a_fresh_checksum_is_found(published: Path, statement: str, named: str) -> None:
    change(published, statement)
    differences = verify(published)
    assert any(named in difference for difference in differences), differences
    assert not any("sha256" in difference for difference in differences)


@pytest.mark.parametrize(
    ("table", "broken", "named"),
    [
        ("row_balance", pl.lit(7).alias("physical_lines"), "Số dòng vật lý"),
        ("row_balance", pl.lit(4).alias("blank_lines"), "Số dòng vật lý"),
        ("row_balance", pl.lit(1).alias("quarantined"), "đọc được + giữ riêng"),
        ("row_balance", pl.lit(1).alias("elsewhere"), "thuộc xã khác"),
        ("row_balance", pl.lit(1).alias("merged"), "giữ + gộp"),
        ("row_balance", pl.lit(4).alias("kept"), "giữ + gộp"),
        ("row_balance", pl.lit(6).alias("records"), "đọc được + giữ riêng"),
        ("citizen_sources", pl.lit("kept").alias("outcome"), "Mỗi người"),
        ("parcel_sources", pl.lit("merged").alias("outcome"), "Mỗi thửa đất"),
        ("validation_results", pl.lit(value=False).alias("passed"), "quy tắc chặn"),
    ],
)
def test_a_broken_promise_is_found_though_every_hash_is_right(
    tmp_path: Path, frames: Frames, publish_frames: Publish, table: str, broken: pl.Expr, named: str
) -> None:
    path = publish_frames(tmp_path, frames | {table: frames[table].with_columns(broken)})
    differences = verify(path)
    assert len(differences) == 1
    assert named in differences[0]


def _text(path: Path) -> None:
    path.write_text("not a database")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_database(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE people (name VARCHAR)")


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [_text, _empty, _other_database, _folder, None])
def test_what_is_no_warehouse_is_named_in_one_sentence(tmp_path: Path, make: Callable[[Path], None] | None) -> None:
    path = tmp_path / "foreign.duckdb"
    if make:
        make(path)
    with pytest.raises(UnusableInput) as caught:
        verify(path)
    assert "foreign.duckdb»" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_checksum_file_of_rubbish_is_a_difference_and_no_crash(published: Path) -> None:
    sha256_file(published).write_bytes(b"\xff\xfe\0")
    assert len(verify(published)) == 1


def test_verifying_changes_nothing(published: Path) -> None:
    before = {path.name: path.read_bytes() for path in published.parent.rglob("*.*")}
    verify(published)
    assert {path.name: path.read_bytes() for path in published.parent.rglob("*.*")} == before


def test_publishing_again_from_the_same_staging_gives_the_same_hashes(published: Path, frames: Frames) -> None:
    target = published.parent / "again.duckdb"
    staging = published.parent.parent / "staging.duckdb"
    at = datetime(2025, 7, 1, 8, tzinfo=UTC)
    manifest = publish(staging, frames[VALIDATION_RESULTS.name], target, at=at, by="an")
    with duckdb.connect(str(published), read_only=True) as connection:
        assert dict(connection.execute("SELECT key, value FROM manifest").fetchall()) == manifest
