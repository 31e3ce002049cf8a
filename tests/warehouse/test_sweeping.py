"""What dead processes left: taken away, or completed, before the next one works."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.protection.locking import Held
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.manifest import as_table, totals
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import VALIDATION_RESULTS
from pipelines.warehouse.sweeping import clear_idle_scratch, clear_scratch, sweep
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import entries, published_file, version_file

CODE = "10231"
OTHER = "10249"
AT = datetime(2025, 7, 1, 8, tzinfo=UTC)


@pytest.fixture
def publish_run(tmp_path: Path, frames: dict[str, pl.DataFrame]) -> Callable[[str], Path]:
    """Publishes the sample in the data folder `tmp_path`."""

    def run(run_id: str) -> Path:
        manifest = dict(frames["manifest"].iter_rows()) | {"run_id": run_id, "mode": "trial", "commune_code": CODE}
        staging = tmp_path / "staging.duckdb"
        write_warehouse(staging, (frames | {"manifest": as_table(manifest | totals(manifest))}).items())
        target = published_file(tmp_path, "trial", CODE)
        publish(staging, frames[VALIDATION_RESULTS.name], target, at=AT, by="an")
        return target

    return run


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


LEFT = (
    "published/trial/.10231.duckdb.part",
    "published/trial/.10231.duckdb.part.wal",
    "published/official/.10231.duckdb.sha256.part",
    "published/trial/.10231.duckdb.spill/duckdb_temp_storage-0.tmp",
    "published/trial/versions/10231/.0002.duckdb.part",
    "published/trial/versions/10231/0002.duckdb",
    "published/trial/versions/10231/.log.jsonl.part",
    "reports/trial/10231/.trial-2.part/index.html",
    "reports/trial/10231/.index.html.part",
    "scratch/trial/10231/.source_rows.part/rows.parquet",
    "ledger/citizens/10231/draft.part",
    "models/.10231-citizens.current.part",
    "models/.citizens-10231-0123456789ab.json.part",
    "decisions/10231/.77.part",
    "decisions/10231.sample/.77.part",
)
OF_OTHERS = (
    "published/trial/.10249.duckdb.part",
    "published/trial/versions/10249/.log.jsonl.part",
    "reports/trial/10249/.index.html.part",
    "ledger/citizens/10249/draft.part",
    "models/.10249-citizens.current.part",
    "decisions/10249/.78.part",
)
WHOLE = (
    "published/trial/versions/10231/damaged-0001.duckdb",
    "reports/trial/10231/index.html",
    "reports/trial/10231/trial-1/index.html",
    "scratch/trial/10231/source_rows/rows.parquet",
    "ledger/citizens/10231/draft.parquet",
    "ledger/citizens/10231/000001.parquet",
    "models/10231-citizens.current",
    "decisions/10231/000001.jsonl",
)


def test_what_is_unfinished_goes_and_nothing_else(tmp_path: Path, publish_run: Callable[[str], Path]) -> None:
    publish_run("a")
    for name in (*OF_OTHERS, *WHOLE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    before = content(tmp_path)
    for name in LEFT:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    sweep(tmp_path, CODE)
    assert content(tmp_path) == before
    assert not (tmp_path / "published/trial/.10231.duckdb.spill").exists()


@pytest.mark.parametrize(
    ("there", "left"),
    [
        ({"trial-1": "old", ".trial-1.part": "new"}, "old"),
        ({".trial-1.old.part": "old", ".trial-1.part": "new"}, "new"),
        ({".trial-1.old.part": "old"}, "old"),
        ({"trial-1": "new", ".trial-1.old.part": "old"}, "new"),
    ],
)
def test_a_kept_page_set_that_was_being_replaced_is_there(tmp_path: Path, there: dict[str, str], left: str) -> None:
    folder = tmp_path / "reports" / "trial" / CODE
    for name, pages in there.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "index.html").write_text(pages)
    sweep(tmp_path, CODE)
    assert content(folder) == {"trial-1/index.html": left.encode()}


def test_a_version_whose_checksum_somebody_lost_stays(tmp_path: Path, publish_run: Callable[[str], Path]) -> None:
    kept = version_file(publish_run("a"), 1)
    kept.with_name(f"{kept.name}.sha256").unlink()
    sweep(tmp_path, CODE)
    assert kept.is_file()


def test_a_stray_log_of_changes_stops_neither_readers_nor_the_next_publication(
    tmp_path: Path, publish_run: Callable[[str], Path]
) -> None:
    target = publish_run("a")
    stray = target.with_name(f"{target.name}.wal")
    stray.write_bytes(b"of another file" * 100)
    sweep(tmp_path, CODE)
    assert not stray.exists()
    assert verify(target).differences == []
    stray.write_bytes(b"of another file" * 100)
    sweep(tmp_path, CODE)
    publish_run("b")
    with open_warehouse(target) as connection:
        assert connection.execute("SELECT value FROM manifest WHERE key = 'run_id'").fetchall() == [("b",)]


def test_a_publication_that_was_not_recorded_is(tmp_path: Path, publish_run: Callable[[str], Path]) -> None:
    target = publish_run("a")
    for path in version_file(target, 1).parent.iterdir():
        path.unlink()
    sweep(tmp_path, CODE)
    assert [entry.run_id for entry in entries(target)] == ["a"]


def test_nothing_at_all_is_no_problem(tmp_path: Path) -> None:
    sweep(tmp_path, CODE)
    assert list(tmp_path.iterdir()) == []


def _scratch(data: Path, mode: str, code: str) -> Path:
    path = data / "scratch" / mode / code / "source_rows" / "rows.parquet"
    path.parent.mkdir(parents=True)
    path.write_text("x")
    return path


def test_scratch_of_a_mode_goes_alone(tmp_path: Path) -> None:
    trial, official, other = (
        _scratch(tmp_path, mode, code) for mode, code in (("trial", CODE), ("official", CODE), ("trial", OTHER))
    )
    clear_scratch(tmp_path, CODE, "trial")
    assert [path.exists() for path in (trial, official, other)] == [False, True, True]
    assert not trial.parent.parent.exists()


def test_scratch_of_all_goes_but_of_those_at_work(tmp_path: Path) -> None:
    paths = [_scratch(tmp_path, mode, code) for mode in ("trial", "official") for code in (CODE, OTHER)]
    held = threading.Lock()

    @contextmanager
    def hold(code: str) -> Iterator[None]:
        if code == OTHER:
            raise Held("Đang bận.", "Busy.")
        with held:
            yield

    clear_idle_scratch(tmp_path, hold)
    assert [path.exists() for path in paths] == [False, True, False, True]
