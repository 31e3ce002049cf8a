"""Published files under a key: nothing of them is there in plain, one place opens them, and a key can be replaced."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.identity.numbered import Numbered
from pipelines.problems import UnusableInput
from pipelines.protection.keys import KEY_FILE, WrongKey, new_key
from pipelines.review.decisions import Decision, decision_log
from pipelines.warehouse import rekeying
from pipelines.warehouse.placing import is_intact, sha256_of
from pipelines.warehouse.reading import new_connection, open_warehouse
from pipelines.warehouse.rekeying import communes_with_files, under_newest_key
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import catch_up, entries, kept_files, published_file, roll_back

CODE = "10231"
CANARY = b"citizens.full_name"
Keys = Callable[..., None]


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Sets the keys of the environment, newest first; none: takes the key file away."""

    def set_keys(*ring: str) -> None:
        if ring:
            (tmp_path / "key").write_text("\n".join(ring), encoding="utf-8")
            monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
        else:
            monkeypatch.delenv(KEY_FILE, raising=False)

    return set_keys


@pytest.fixture
def data(tmp_path: Path, published_once: Path) -> Path:
    """A data folder with one published version in plain, a decision and an entry of the ledger."""
    folder = tmp_path / "data"
    shutil.copytree(published_once / "published", folder / "published" / "trial")
    decision = Decision(
        dataset="citizens", kind="keep_out", record_ids=("a",), parts=(1,), by="An", at="2025-07-01", reason=CANARY
    )
    decision_log(folder, CODE).append([decision])
    ledger = Numbered(folder / "ledger" / "citizens" / CODE, pl.Schema({"marks": pl.String()}))
    ledger.write_draft(pl.DataFrame({"marks": [CANARY.decode()]}), "a run")
    ledger.commit("a run")
    return folder


def in_plain(data: Path) -> set[str]:
    return {path.name for path in data.rglob("*") if path.is_file() and CANARY in path.read_bytes()}


def said(data: Path) -> tuple[object, ...]:
    """What is kept, as its readers see it."""
    target = published_file(data, "trial", CODE)
    files = []
    for path in (target, *kept_files(target)):
        with open_warehouse(path) as warehouse:
            tables = warehouse.execute("SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL").fetchall()
            columns = warehouse.execute("SELECT column_name, comment FROM duckdb_columns() ORDER BY ALL").fetchall()
            files += [tables, columns, warehouse.execute("FROM cong_dan ORDER BY ALL").fetchall()]
        files.append(verify(path).differences)
    ledger = Numbered(data / "ledger" / "citizens" / CODE, pl.Schema({"marks": pl.String()}))
    return *files, decision_log(data, CODE).events(), ledger.all_lines().rows()


def test_a_new_file_is_encrypted_and_nothing_else_is_left(
    tmp_path: Path, frames: dict[str, pl.DataFrame], publish_frames: Callable[..., Path], keys: Keys
) -> None:
    keys(new_key())
    target = publish_frames(tmp_path / "here", frames)
    assert in_plain(tmp_path / "here") == set()
    assert verify(target).differences == []
    with pytest.raises(duckdb.Error):
        duckdb.connect(target, read_only=True)
    hidden = {path.name for path in (tmp_path / "here").rglob(".*")}
    assert hidden == set()


@pytest.mark.parametrize("ring", [[], ["not the key of this file"]])
def test_without_the_key_a_file_is_one_sentence(
    tmp_path: Path, frames: dict[str, pl.DataFrame], publish_frames: Callable[..., Path], keys: Keys, ring: list[str]
) -> None:
    keys(new_key())
    target = publish_frames(tmp_path / "here", frames)
    keys(*ring)
    with pytest.raises(WrongKey, match=target.name) as refused:
        open_warehouse(target)
    assert KEY_FILE in str(refused.value)
    assert not any(key in str(refused.value) for key in ring)
    with pytest.raises(UnusableInput):
        verify(target)


def test_what_was_plain_comes_under_the_key_and_says_the_same(data: Path, keys: Keys) -> None:
    before = said(data)
    names = in_plain(data)
    assert names == {f"{CODE}.duckdb", "0001.duckdb", "000001.jsonl", "000001.parquet"}
    assert under_newest_key(data, CODE) == 0, "no key, nothing to do"
    keys(new_key())
    assert under_newest_key(data, CODE) == len(names)
    assert in_plain(data) == set()
    assert said(data) == before
    assert under_newest_key(data, CODE) == 0
    assert communes_with_files(data) == [CODE]


def test_a_key_is_replaced_and_the_older_one_opens_nothing_any_more(data: Path, keys: Keys) -> None:
    older, newer = new_key(), new_key()
    keys(older)
    under_newest_key(data, CODE)
    before = said(data)
    keys(newer, older)
    assert said(data) == before, "both are read while the key is replaced"
    assert under_newest_key(data, CODE) == 4
    keys(newer)
    assert said(data) == before
    keys(older)
    for path in (published_file(data, "trial", CODE), *kept_files(published_file(data, "trial", CODE))):
        with pytest.raises(WrongKey):
            open_warehouse(path)
    with pytest.raises(WrongKey):
        decision_log(data, CODE).events()


class Crash(BaseException):
    """The process is gone: nobody handles this."""


STEPS = ("resealing", "place", "place_checksum", "place_bytes")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_crash_at_any_step_is_finished_by_the_next_call(
    data: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    before = said(data)
    keys(new_key())
    function = getattr(rekeying, step)
    with monkeypatch.context() as patch:
        for number in range(8):

            def crashing(*arguments: object, at: list[int] = [number], **options: object) -> None:  # noqa: B006
                if at[0] == 0 and not after:
                    raise Crash
                function(*arguments, **options)
                if at[0] == 0:
                    raise Crash
                at[0] -= 1

            patch.setattr(rekeying, step, crashing)
            try:
                under_newest_key(data, CODE)
                break
            except Crash:
                assert catch_up(published_file(data, "trial", CODE)), "it is the published file still"
                assert said(data)[2::4][0] == before[2::4][0]
    under_newest_key(data, CODE)
    assert said(data) == before
    assert in_plain(data) == set()
    target = published_file(data, "trial", CODE)
    assert all(is_intact(path) for path in (target, *kept_files(target)))
    assert len(entries(target)) == 1


def test_a_version_that_no_key_opens_is_not_put_back(data: Path, keys: Keys) -> None:
    target = published_file(data, "trial", CODE)
    keys(new_key())
    under_newest_key(data, CODE)
    target.unlink()
    keys()
    with pytest.raises(WrongKey):
        roll_back(target, 1, datetime(2025, 7, 2, tzinfo=UTC), "an")
    assert not target.exists()


@pytest.mark.parametrize("name", [f"{CODE}.duckdb", f"versions/{CODE}/0001.duckdb"])
def test_a_file_that_was_changed_is_not_made_whole_by_a_key(data: Path, keys: Keys, name: str) -> None:
    path = data / "published" / "trial" / name
    with duckdb.connect(path) as connection:
        connection.execute("DELETE FROM citizens")
    digest = sha256_of(path)
    keys(new_key())
    under_newest_key(data, CODE)
    assert sha256_of(path) == digest
    assert not is_intact(path)


def test_a_large_query_leaves_nothing_in_plain(tmp_path: Path) -> None:
    """DuckDB keeps what does not fit into memory in files, which are looked at while they are there."""
    spills = tmp_path / ".large.duckdb.spill"
    with new_connection(tmp_path / "large.duckdb") as connection:
        connection.execute("SET memory_limit = '60MB'; SET threads = 1")
        connection.execute(
            "CREATE TABLE t AS SELECT 'Nguyen Thi Buoi ' || (i * 7919 % 900000) AS n FROM range(900000) r(i)"
        )
        sorted_rows = connection.execute("SELECT n, row_number() OVER (ORDER BY n) FROM t")
        sorted_rows.fetchmany(10)
        files = [path for path in spills.rglob("*") if path.is_file()]
        assert files, "nothing was spilled: the test says nothing"
        assert all(b"Nguyen Thi Buoi" not in path.read_bytes() for path in files)
