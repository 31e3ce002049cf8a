"""Versions of a published warehouse: kept once each, logged always, completed after a crash, put back whole."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from types import ModuleType

import duckdb
import polars as pl
import pytest

from pipelines.problems import UnusableInput
from pipelines.warehouse import building, placing, versions
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.manifest import as_table, totals
from pipelines.warehouse.placing import sha256_of, stated_checksum, stated_checksums
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import TABLES, VALIDATION_RESULTS
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import (
    catch_up,
    entries,
    is_as_logged,
    last_whole,
    manifest_of,
    newest_file,
    parse_version,
    published_file,
    roll_back,
    version_file,
    was_published,
)

CODE = "10231"
AT = datetime(2025, 7, 1, 8, tzinfo=UTC)
Run = Callable[..., Path]


class Crash(BaseException):
    """The process is gone: nobody handles this."""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the published file of the trial lies, in the data folder `tmp_path`."""
    return published_file(tmp_path, "trial", CODE)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """By what lay in a data folder and what was published into it: where it is kept as it was then."""
    return cache(lambda *_: tmp_path_factory.mktemp("made") / "data")


@pytest.fixture
def run(tmp_path: Path, target: Path, frames: dict[str, pl.DataFrame], made: Callable[..., Path]) -> Run:
    """Publishes the sample, with another first name or settings when told, and gives the published file.

    Most tests begin with the same publications: what one made is copied for the next, unless the process is to die.
    """

    def publish_once(*given: str, **more: str) -> Path:
        if dying or "HOPNHAT_KEY_FILE" in os.environ:
            return publish_run(*given, **more)
        there = [(path, path.stat()) for path in sorted(tmp_path.rglob("*")) if path.is_file()]
        listed = [(str(path.relative_to(tmp_path)), stat.st_size, stat.st_mtime_ns) for path, stat in there]
        folder = made(tuple(listed), given, tuple(more.items()))
        if folder.exists():
            shutil.rmtree(tmp_path)
            shutil.copytree(folder, tmp_path)
            return target
        publish_run(*given, **more)
        shutil.copytree(tmp_path, folder)
        return target

    def publish_run(run_id: str, name: str = "An", *, citizen: str = "citizen 0", by: str = "an", **keys: str) -> Path:
        of_run = {"run_id": run_id, "started_at": run_id, "mode": "trial", "commune_code": CODE} | keys
        manifest = dict(frames["manifest"].iter_rows()) | of_run
        manifest |= totals(manifest)
        golden = frames["citizens"].with_columns(full_name=pl.lit(name))
        named = {
            table.name: (frames | {"citizens": golden})[table.name].with_columns(
                pl.col([column.name for column in table.columns if column.entity]).replace("citizen 0", citizen)
            )
            for table in TABLES
        }
        staging = tmp_path / "staging.duckdb"
        write_warehouse(staging, (named | {"manifest": as_table(manifest)}).items())
        publish(staging, frames[VALIDATION_RESULTS.name], target, at=AT, by=by)
        return target

    return publish_once


def story(target: Path) -> list[tuple[int, str, str]]:
    return [(entry.version, entry.event, entry.run_id) for entry in entries(target)]


def kept(target: Path) -> list[str]:
    return sorted(path.name for path in version_file(target, 1).parent.iterdir())


def name_in(target: Path) -> str:
    with open_warehouse(target) as connection:
        return str(connection.execute("SELECT DISTINCT full_name FROM citizens").fetchall()[0][0])


dying: list[str] = []
"""At what the process is to die, within `crash`."""


@contextmanager
def crash(name: str, at: int = 1, module: ModuleType = versions) -> Iterator[None]:
    """The process dies at the n-th call of a function that the module uses."""
    whole, calls = getattr(module, name), count(1)

    def dies(*arguments: object) -> object:
        if next(calls) == at:
            raise Crash
        return whole(*arguments)

    with pytest.raises(Crash), pytest.MonkeyPatch.context() as patched:  # noqa: PT012 - what dies is the caller's
        patched.setattr(module, name, dies)
        dying.append(name)
        try:
            yield
        finally:
            dying.clear()


def test_every_content_is_kept_once_and_every_publication_logged(run: Run) -> None:
    run("a", "An")
    run("b", "Bình", by="binh")
    target = run("c", "Bình")
    assert story(target) == [(1, "publish", "a"), (2, "publish", "b"), (2, "publish", "c")]
    assert kept(target) == ["0001.duckdb", "0001.duckdb.sha256", "0002.duckdb", "0002.duckdb.sha256", "log.jsonl"]
    assert manifest_of(target)["run_id"] == "c"
    assert manifest_of(version_file(target, 2))["run_id"] == "b"  # a kept version never changes
    last = entries(target)[1]
    assert (last.by, last.at, last.people, last.parcels) == ("binh", "2025-07-01T08:00:00+00:00", 3, 3)
    assert (last.sha256, last.logical_hash) == (
        sha256_of(version_file(target, 2)),
        manifest_of(target)["logical_hash"],
    )


def test_a_content_published_before_the_last_is_known_again(run: Run) -> None:
    run("a", "An")
    run("b", "Bình")
    assert story(run("c", "An"))[-1] == (1, "publish", "c")


@pytest.mark.parametrize(
    "change", [{"settings.linkage": "other"}, {"input_sha256.a.csv": "1"}, {"citizen": "citizen 0 anew"}]
)
def test_equal_content_of_other_inputs_or_ids_is_a_version_of_its_own(run: Run, change: dict[str, str]) -> None:
    first = manifest_of(run("a"))["logical_hash"]
    target = run("b", **change)
    assert manifest_of(target)["logical_hash"] == first
    assert story(target) == [(1, "publish", "a"), (2, "publish", "b")]


def test_what_the_last_publication_was_makes_no_version(run: Run) -> None:
    run("a")
    assert story(run("b", **{"earlier.run_id": "a"}))[-1] == (1, "publish", "b")


def test_a_reader_that_holds_the_old_file_does_not_mislead(run: Run) -> None:
    target = run("a", "An")
    with open_warehouse(target):
        run("b", "Bình")
        run("c", "Chi")
    assert story(target) == [(1, "publish", "a"), (2, "publish", "b"), (3, "publish", "c")]
    assert entries(target)[-1].logical_hash == manifest_of(target)["logical_hash"]


def test_all_is_for_the_owners_eyes_alone(run: Run) -> None:
    folder = version_file(run("a"), 1).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_the_log_holds_nothing_personal(run: Run) -> None:
    target = run("a", "Nguyễn Thị Bí Mật")
    assert "Bí Mật" not in (version_file(target, 1).parent / "log.jsonl").read_text(encoding="utf-8")
    assert [set(json.loads(line)) for line in (version_file(target, 1).parent / "log.jsonl").open()] == [
        set(versions.Entry.__dataclass_fields__)
    ]


CRASHES = [("place_checksum", 1), ("place_copy", 1), ("place_checksum", 2), ("place_text", 1)]


@pytest.mark.parametrize(("name", "at"), CRASHES)
@pytest.mark.parametrize("first", [True, False])
def test_a_publication_cut_short_is_completed(
    run: Run, target: Path, tmp_path: Path, name: str, at: int, first: bool
) -> None:
    if not first:
        run("a", "An")
    with crash(name, at):
        run("b", "Bình")
    assert was_published(tmp_path, CODE)("b")
    assert catch_up(target)
    expected = [(1, "publish", "b")] if first else [(1, "publish", "a"), (2, "publish", "b")]
    assert story(target) == expected
    assert entries(target)[-1].by == target.owner()
    assert verify(target).differences == []
    assert verify(version_file(target, len(expected))).differences == []
    assert catch_up(target)
    assert story(target) == expected


def test_a_publication_cut_short_is_completed_by_the_next_one(run: Run) -> None:
    with crash("place_checksum"):
        run("a", "An")
    assert story(run("b", "Bình")) == [(1, "publish", "a"), (2, "publish", "b")]


def test_a_run_that_died_before_its_file_was_in_place_was_never_published(
    run: Run, target: Path, tmp_path: Path
) -> None:
    run("a", "An")
    with crash("place", module=building):
        run("b", "Bình")
    assert not was_published(tmp_path, CODE)("b")
    assert catch_up(target)
    assert story(target) == [(1, "publish", "a")]


def test_which_runs_were_published(run: Run, target: Path, tmp_path: Path) -> None:
    assert not was_published(tmp_path, CODE)("a")
    run("a", "An")
    run("b", "Bình")
    run("c", "Bình")
    known = was_published(tmp_path, CODE)
    assert [known(run_id) for run_id in ("a", "b", "c", "d", "")] == [True, True, True, False, False]
    (version_file(target, 1).parent / "log.jsonl").unlink()
    known = was_published(tmp_path, CODE)
    assert [known(run_id) for run_id in ("a", "b", "c", "d")] == [True, True, True, False]
    assert not was_published(tmp_path, "10249")("a")
    target.write_bytes(b"not a warehouse")
    assert was_published(tmp_path, CODE)("a")


def test_a_version_is_put_back_whole(run: Run, target: Path) -> None:
    run("a", "An")
    run("b", "Bình")
    entry = roll_back(target, 1, AT, "chi")
    assert (entry.version, entry.event, entry.run_id, entry.by, entry.source) == (1, "rollback", "a", "chi", "trial-1")
    assert name_in(target) == "An"
    assert target.read_bytes() == version_file(target, 1).read_bytes()
    assert verify(target).differences == []
    assert catch_up(target)
    run("c", "Chi")
    assert story(target)[2:] == [(1, "rollback", "a"), (3, "publish", "c")]


def test_what_stands_there_already_is_not_put_back_again(run: Run, target: Path) -> None:
    run("a")
    run("b")
    before = story(target)
    assert roll_back(target, 1, AT, "chi").run_id == "b"
    assert story(target) == before


@pytest.mark.parametrize(("name", "at"), [("place_checksum", 1), ("place_text", 1)])
def test_a_rollback_cut_short_is_completed(run: Run, target: Path, name: str, at: int) -> None:
    run("a", "An")
    run("b", "Bình")
    with crash(name, at):
        roll_back(target, 1, AT, "chi")
    assert catch_up(target)
    assert story(target)[2:] == [(1, "rollback", "a")]
    assert verify(target).differences == []


def test_a_rollback_that_died_while_copying_changed_nothing(run: Run, target: Path) -> None:
    run("a", "An")
    run("b", "Bình")
    with crash("sync", module=placing):
        roll_back(target, 1, AT, "chi")
    assert catch_up(target)
    assert story(target) == [(1, "publish", "a"), (2, "publish", "b")]
    assert (name_in(target), stated_checksum(target)) == ("Bình", sha256_of(target))


def test_a_damaged_copy_is_not_put_back(run: Run, target: Path) -> None:
    run("a", "An")
    run("b", "Bình")
    copy = version_file(target, 1)
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    with pytest.raises(UnusableInput, match=r"trial-1 .* đã hỏng"):
        roll_back(target, 1, AT, "chi")
    assert name_in(target) == "Bình"
    assert len(story(target)) == 2


def test_an_absent_version_is_refused_with_those_there_are(run: Run, target: Path) -> None:
    with pytest.raises(UnusableInput, match="chưa lưu bản nào"):
        roll_back(target, 1, AT, "chi")
    run("a")
    with pytest.raises(UnusableInput, match=r"Không có phiên bản trial-2; các phiên bản đang lưu: trial-1\."):
        roll_back(target, 2, AT, "chi")


def test_a_file_that_was_changed_is_not_taken_for_a_publication(run: Run, target: Path) -> None:
    run("a", "An")
    with duckdb.connect(str(target)) as connection:
        connection.execute("UPDATE citizens SET full_name = 'X'")
    assert not catch_up(target)
    assert len(story(target)) == 1
    assert verify(target).differences  # its checksum still tells
    assert roll_back(target, 1, AT, "chi").event == "rollback"
    assert (verify(target).differences, name_in(target)) == ([], "An")


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"x" * 9000)])
def test_a_lost_file_comes_back_from_its_version(run: Run, target: Path, spoil: Callable[[Path], object]) -> None:
    run("a", "An")
    spoil(target)
    assert not catch_up(target)
    roll_back(target, 1, AT, "chi")
    assert (verify(target).differences, name_in(target)) == ([], "An")


def test_a_file_from_before_there_were_versions_becomes_the_first(run: Run, target: Path) -> None:
    run("a", "An")
    for path in version_file(target, 1).parent.iterdir():
        path.unlink()
    assert story(run("b", "Bình")) == [(1, "publish", "a"), (2, "publish", "b")]


def test_a_changed_file_is_put_aside_before_another_takes_its_place(run: Run, target: Path) -> None:
    run("a", "An")
    with duckdb.connect(str(target)) as connection:
        connection.execute("UPDATE citizens SET full_name = 'X'")
    spoilt = target.read_bytes()
    assert last_whole(target) == version_file(target, 1)
    run("b", "Bình")
    aside = version_file(target, 1).with_name("damaged-0001.duckdb")
    assert aside.read_bytes() == spoilt
    assert (verify(target).differences, name_in(target), last_whole(target)) == ([], "Bình", target)
    assert story(target) == [(1, "publish", "a"), (2, "publish", "b")]
    target.write_bytes(b"x" * 9000)
    roll_back(target, 1, AT, "chi")
    assert aside.with_name("damaged-0002.duckdb").read_bytes() == b"x" * 9000
    assert aside.read_bytes() == spoilt
    assert (verify(target).differences, name_in(target)) == ([], "An")


def test_a_damaged_file_is_kept_once_however_often_the_next_publication_dies(run: Run, target: Path) -> None:
    run("a", "An")
    target.write_bytes(b"x" * 9000)
    for _ in range(3):
        with crash("place", module=building, at=2):  # the first is that of the staging warehouse
            run("b", "Bình")
    assert [path.name for path in version_file(target, 1).parent.glob("damaged-*")] == ["damaged-0001.duckdb"]


def test_a_damaged_version_is_passed_over(run: Run, target: Path) -> None:
    for name in ("An", "Bình", "Chi"):
        run(name, name)
    version_file(target, 3).write_bytes(b"x")
    target.unlink()
    assert last_whole(target) == version_file(target, 2)
    assert story(run("d", "Chi"))[-1] == (4, "publish", "d")  # not taken for the version that is no more
    for number in (1, 2, 4):
        version_file(target, number).write_bytes(b"x")
    target.write_bytes(b"x")
    assert last_whole(target) is None


def test_what_came_last_is_told_by_the_log_whatever_the_clocks_say(run: Run, target: Path, tmp_path: Path) -> None:
    run("a", "An")
    run("b", "Bình")
    official = published_file(tmp_path, "official", CODE)
    official.parent.mkdir()
    official.write_bytes(target.read_bytes())
    earlier = AT.replace(year=1970)
    versions.record(official, "promote", earlier, "an", "trial-2")
    os.utime(official, (0, 0))
    assert newest_file(tmp_path, CODE) == official
    roll_back(target, 1, earlier, "an")
    os.utime(target, (0, 0))
    assert newest_file(tmp_path, CODE) == target
    assert [entry.sequence for entry in (*entries(target), *entries(official))] == [1, 2, 4, 3]


def test_a_log_of_an_older_program_is_read_and_continued(run: Run, target: Path) -> None:
    run("a", "An")
    log = version_file(target, 1).with_name("log.jsonl")
    old = json.loads(log.read_text(encoding="utf-8"))
    del old["sequence"]
    log.write_text(json.dumps(old) + "\n", encoding="utf-8")
    assert catch_up(target)
    run("b", "Bình")
    assert [entry.sequence for entry in entries(target)] == [0, 1]


def test_a_damaged_log_is_told_in_a_sentence(run: Run, target: Path) -> None:
    run("a", "An")
    version_file(target, 1).with_name("log.jsonl").write_text('{"version": 1', encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"Nhật ký phiên bản .* đã hỏng"):
        entries(target)


def test_a_reader_finds_a_checksum_that_fits_at_every_moment(run: Run, target: Path) -> None:
    """Also between the rename of the file and that of its checksum, in a publication and in a rollback."""
    run("a", "An")
    with crash("place_checksum"):
        run("b", "Bình")
    assert (name_in(target), len(stated_checksums(target))) == ("Bình", 2)
    assert verify(target).differences == []
    assert catch_up(target)
    assert stated_checksums(target) == (sha256_of(target),)
    for at in range(1, 5):  # the rollback's renames: checksums, file, checksum, log
        with crash("replace", at, os):
            roll_back(target, 1, AT, "chi")
        assert verify(target).differences == []
        assert name_in(target) == ("Bình" if at < 3 else "An")
        assert catch_up(target)
        roll_back(target, 2, AT, "chi")


def test_bytes_that_were_encrypted_anew_are_the_same_version(run: Run, target: Path) -> None:
    run("a", "An")
    was = sha256_of(target)
    target.write_bytes(target.read_bytes() + b"\0" * 10)
    assert not is_as_logged(target)
    versions.resealing(target, was, sha256_of(target))
    assert catch_up(target)
    assert stated_checksum(target) == sha256_of(target)
    assert story(target) == [(1, "publish", "a")]


@pytest.mark.parametrize("name", ["trial", "trial-", "trial-0", "trial-01", "3", "draft-1", "trial-1 ", "trial-²", ""])
def test_what_names_no_version_is_refused(name: str) -> None:
    with pytest.raises(UnusableInput, match="không phải tên phiên bản"):
        parse_version(name)


def test_names_of_versions() -> None:
    assert parse_version("official-12") == ("official", 12)
