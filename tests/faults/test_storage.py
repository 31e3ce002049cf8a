"""A disk that is full, a file that may not grow, a folder that may not be written: told in one sentence with its cause,
and nothing published changes.
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.conftest import States
from tests.faults.deeds import Deed, copy, said
from tests.faults.faults import CODE, Ended

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class SmallDisk:
    """A disk in memory, of which all but some bytes are taken."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def leave(self, free: int) -> None:
        """Fill it up to so many free bytes."""
        block = 1 << 12
        with (self.folder / "filler").open("wb") as filler:
            filler.write(b"\0" * max(0, self.free() - free - block))

    def clear(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def free(self) -> int:
        return shutil.disk_usage(self.folder).free

    def read_only(self, yes: bool) -> None:
        _mount("-o", f"remount,{'ro' if yes else 'rw'}", str(self.folder))


def _mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[SmallDisk]:
    """A disk of 64 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = _mount("-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", str(folder))
    if made.returncode:
        reason = f"NOT TESTED: no small disk can be mounted here ({made.stderr.strip()}); run the tests as root"
        with capsys.disabled():
            print(f"\n{reason}")
        pytest.skip(reason)
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def told_in_a_sentence(ended: Ended, *causes: str) -> None:
    """It failed for a reason that the officer can act on."""
    assert ended.status == 3, ended.output
    assert "Traceback" not in ended.output
    assert len(ended.sentences) == 1, ended.output
    assert any(cause in ended.sentences[0] for cause in causes), ended.sentences


FULL = ("đầy",)
TOO_LARGE = ("kích thước",)
READ_ONLY = ("chỉ cho đọc",)


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def deeds(states: States, folder: Path) -> list[Deed]:
    return [states.rollback, states.promotion, states.importing(folder)]


@pytest.mark.long
def test_a_full_disk_stops_a_command_and_changes_nothing(states: States, disk: SmallDisk, tmp_path: Path) -> None:
    size = (states.two / "published" / "trial" / f"{CODE}.duckdb").stat().st_size
    for deed in deeds(states, tmp_path):
        copy(deed.start, disk.data)
        before = said(states.zygote.judge(disk.data))
        for free in (0, size // 2):
            disk.leave(free)
            ended = deed.begin(disk.data, {}).wait()
            disk.clear()
            if ended.status == 0 and free:  # decisions need little room
                break
            told_in_a_sentence(ended, *FULL)
            state = states.zygote.judge(disk.data)
            assert (said(state), state["bad"]) == (before, [])
        assert deed.begin(disk.data, {}).wait().status == 0
        assert states.zygote.judge(disk.data)["bad"] == []


@pytest.mark.long
def test_a_full_disk_stops_a_publication_and_the_next_one_is_made(states: States, disk: SmallDisk) -> None:
    """Wherever it is full: while the file is made, while its version is kept, or while the pages are."""
    size = (states.two / "published" / "trial" / f"{CODE}.duckdb").stat().st_size
    deed = states.publication
    deed.learn(states.zygote, disk.data)
    for free in (0, size // 2, size + size // 2, 2 * size + MEGABYTE // 4):
        copy(deed.start, disk.data)
        disk.leave(free)
        ended = deed.begin(disk.data, {}).wait()
        disk.clear()
        state = states.zygote.judge(disk.data)
        assert state["bad"] == []
        assert said(state) in (said(deed.before), said(deed.after))
        assert ended.status == 0 or FULL[0] in ended.output, ended.output
        done = deed.begin(disk.data, {}).wait() if ended.status else ended
        assert done.status == 0, done.output
        assert said(states.zygote.judge(disk.data)) == said(deed.after)


def run_of(states: States, data: Path, **options: int) -> Ended:
    return states.zygote.hopnhat(data, "run", "--new-commune", CODE, "--exports", states.exports[1], **options)


@pytest.mark.parametrize(
    "megabytes", [0, pytest.param(3, marks=pytest.mark.long), pytest.param(9, marks=pytest.mark.long)]
)
def test_a_full_disk_stops_a_run_and_changes_nothing(states: States, disk: SmallDisk, megabytes: int) -> None:
    copy(states.one, disk.data)
    before = said(states.zygote.judge(disk.data))
    disk.leave(megabytes * MEGABYTE)
    ended = run_of(states, disk.data)
    disk.clear()
    told_in_a_sentence(ended, *FULL)
    state = states.zygote.judge(disk.data)
    assert (said(state), state["bad"]) == (before, [])
    if megabytes:
        assert run_of(states, disk.data).status == 0
        assert said(states.zygote.judge(disk.data)) == said(states.zygote.judge(states.two))


@pytest.mark.parametrize("largest", [10_000, pytest.param(200_000, marks=pytest.mark.long)])
def test_a_run_that_may_write_no_large_file_changes_nothing(states: States, tmp_path: Path, largest: int) -> None:
    data = tmp_path / "data"
    copy(states.one, data)
    before = said(states.zygote.judge(data))
    told_in_a_sentence(run_of(states, data, largest=largest), *TOO_LARGE, "giới hạn")
    state = states.zygote.judge(data)
    assert (said(state), state["bad"]) == (before, [])


@pytest.mark.long
def test_commands_that_may_write_no_large_file_change_nothing(states: States, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for deed in (states.rollback, states.promotion):
        copy(deed.start, data)
        before = said(states.zygote.judge(data))
        told_in_a_sentence(deed.begin(data, {"largest": 100_000}).wait(), *TOO_LARGE)
        state = states.zygote.judge(data)
        assert (said(state), state["bad"]) == (before, [])
        assert deed.begin(data, {}).wait().status == 0


def test_a_folder_that_may_not_be_written_is_named_and_stays(states: States, disk: SmallDisk, tmp_path: Path) -> None:
    copy(states.two, disk.data)
    before = content_of(disk.data)
    disk.read_only(True)
    try:
        for deed in deeds(states, tmp_path):
            ended = deed.begin(disk.data, {}).wait()
            told_in_a_sentence(ended, *READ_ONLY)
            assert str(disk.folder) in ended.sentences[0]
        told_in_a_sentence(run_of(states, disk.data), *READ_ONLY)
        verified = states.zygote.start(
            "assets.command_line:main", ["verify", str(disk.data / "published" / "trial" / f"{CODE}.duckdb")]
        ).wait()
        assert verified.status == 0, verified.output
    finally:
        disk.read_only(False)
    assert content_of(disk.data) == before
