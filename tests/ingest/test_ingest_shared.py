"""An old commune of which several new ones have a part is read once for all of them, and as for each alone."""

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from pipelines.communes import MergerMap
from pipelines.ingest import Exports, read_exports
from pipelines.ingest.header_aliases import Aliases
from pipelines.ingest.reading import read_tables
from pipelines.ingest.shared import clear_shared, shared_folder
from pipelines.ingest.sources import Source
from pipelines.ingest.tables import Table
from pipelines.protection.keys import KEY_FILE

FIRST, SECOND = (MergerMap.shipped().new_commune(code) for code in ("09988", "04930"))
DIVIDED, WHOLE = "04936", "04927"
PEOPLE = "ho_ten,ngay_sinh,thon\nNguyễn Văn A,17/05/1990,Đông\nTrần Thị B,1991,Đoài\nthiếu ô\n".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for code, name, content in (
        (DIVIDED, "cong_dan.csv", PEOPLE),
        (DIVIDED, "thua_dat.csv", b"so_to,so_thua\n1,2\n"),
        (DIVIDED, "trong.csv", b""),
        (WHOLE, "cong_dan.csv", PEOPLE + "Lê Văn C,1992,Đoài\n".encode()),
    ):
        path = tmp_path / "exports" / code / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "exports"


@pytest.fixture
def read_names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that are read, one entry a reading."""
    names: list[str] = []

    def counted(source: Source, own: Mapping[str, str]) -> list[Table]:
        names.append(source.name)
        return read_tables(source, own)

    monkeypatch.setattr("pipelines.ingest.exports.read_tables", counted)
    return names


def assert_same(one: Exports, other: Exports) -> None:
    assert one.warnings == other.warnings
    for name in ("files", "citizens", "parcels", "quarantine", "column_encodings", "decoded_rows"):
        assert_frame_equal(getattr(one, name), getattr(other, name))


def test_each_document_of_a_divided_commune_is_read_once_for_all_its_heirs(folder: Path, read_names: list[str]) -> None:
    shared = shared_folder(folder.parent)
    first = read_exports(folder, FIRST, shared=shared)
    assert read_names == [f"{DIVIDED}/{name}.csv" for name in ("cong_dan", "thua_dat", "trong")]
    for _ in range(2):
        read_names.clear()
        second = read_exports(folder, SECOND, shared=shared)
        assert read_names == [f"{WHOLE}/cong_dan.csv"]  # which has no other heir, so that nothing of it is kept
        assert [path.name for path in shared.iterdir()] == [DIVIDED]
    assert_same(first, read_exports(folder, FIRST))
    assert_same(second, read_exports(folder, SECOND))


def test_another_content_or_header_mapping_is_read_anew_and_takes_the_place_of_the_old(
    folder: Path, read_names: list[str]
) -> None:
    shared = shared_folder(folder.parent)
    read_exports(folder, SECOND, shared=shared)
    kept = sorted(shared.rglob("*"))
    (folder / DIVIDED / "cong_dan.csv").write_bytes(PEOPLE.replace(b"1991", b"1992"))
    read_names.clear()
    assert "1992" in read_exports(folder, SECOND, shared=shared).citizens["ngay_sinh"].to_list()
    assert read_names == [f"{WHOLE}/cong_dan.csv", f"{DIVIDED}/cong_dan.csv"]
    read_names.clear()
    own = Aliases({DIVIDED: {"thon": "ghi_chu"}})
    assert "Đông" in read_exports(folder, SECOND, own, shared=shared).citizens["ghi_chu"].to_list()
    assert len(read_names) == 4
    assert sorted(shared.rglob("*")) == kept


def test_what_cannot_be_read_back_is_read_anew(folder: Path, read_names: list[str]) -> None:
    shared = shared_folder(folder.parent)
    alone = read_exports(folder, SECOND, shared=shared)
    for path in shared.rglob("*-rows.parquet"):
        path.write_bytes(path.read_bytes()[:40])
    next(shared.rglob("facts.parquet")).unlink()
    read_names.clear()
    assert_same(read_exports(folder, SECOND, shared=shared), alone)
    clear_shared(folder.parent)
    assert not shared.exists()
    assert_same(read_exports(folder, SECOND, shared=shared), alone)


def test_what_is_kept_is_for_the_owner_alone_and_sealed_where_there_is_a_key(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("a key of more than sixteen letters\n")
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    shared = shared_folder(tmp_path)
    read_exports(folder, SECOND, shared=shared)
    files = [path for path in shared.rglob("*") if path.is_file()]
    assert files
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert not any(b"PAR1" in path.read_bytes() for path in files)
