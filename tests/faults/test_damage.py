"""A published file that was damaged, a log that a program left beside it, a clock that was moved back, Dagster's
storage lost: it is found out or does no harm, and the next publication is made.
"""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import States
from tests.faults.deeds import copy, said
from tests.faults.faults import CODE, COMMAND, Ended, dice

DAY = 86400


def published(data: Path) -> Path:
    return data / "published" / "trial" / f"{CODE}.duckdb"


def verified(states: States, path: Path) -> Ended:
    return states.zygote.start(COMMAND, ["verify", str(path)]).wait()


def one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[dice("bit").randrange(len(content))] ^= 1 << dice("which").randrange(8)
    path.write_bytes(content)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


SPOILT: list[Callable[[Path], None]] = [one_bit, half, empty, Path.unlink]


@pytest.mark.long
@pytest.mark.parametrize("spoil", SPOILT)
def test_a_spoilt_file_is_found_by_verify_and_followed_by_a_whole_one(
    states: States, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    data, deed = tmp_path / "data", states.publication
    copy(deed.start, data)
    spoil(published(data))
    spoilt = published(data).read_bytes() if published(data).exists() else None
    found = verified(states, published(data))
    assert found.status in {1, 2}, found.output
    assert found.sentences
    assert "Traceback" not in found.output
    done = deed.begin(data, {}).wait()
    assert done.status == 0, done.output
    state = states.zygote.judge(data)
    assert state["bad"] == []
    assert said(state) == said(states.zygote.judge(states.two))
    if spoilt:  # what it was is kept aside for whoever wants to know
        folder = published(data).parent / "versions" / CODE
        assert spoilt in {path.read_bytes() for path in folder.iterdir()}


def test_every_changed_byte_is_found_by_verify(states: States, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    shutil.copytree(published(states.two).parent, tmp_path / "trial")
    done = states.zygote.call("tests.faults.judging:flip", str(tmp_path / "trial" / f"{CODE}.duckdb"), 12, str(answer))
    assert done.status == 0, done.output
    assert answer.read_text() == "[]"


@pytest.mark.long
def test_a_log_left_beside_the_file_is_no_harm(states: States, tmp_path: Path) -> None:
    """Somebody opened the published file to change it, and died; or an older program did."""
    data = tmp_path / "data"
    for deed in (states.publication, states.rollback):
        copy(deed.start, data)
        if states.zygote.key is None:
            states.zygote.call("tests.faults.judging:leave_a_log", str(published(data)))
        else:
            published(data).with_name(f"{CODE}.duckdb.wal").write_bytes(b"\x00\x01left" * 50)
        assert published(data).with_name(f"{CODE}.duckdb.wal").exists()
        done = deed.begin(data, {}).wait()
        assert done.status == 0, done.output
        assert (deed.name, states.zygote.judge(data)["bad"]) == (deed.name, [])
        assert not published(data).with_name(f"{CODE}.duckdb.wal").exists(), deed.name
        assert verified(states, published(data)).status == 0


@pytest.mark.long
def test_a_clock_that_was_moved_back_changes_no_order(states: States, tmp_path: Path) -> None:
    data = tmp_path / "data"
    copy(states.cut, data)
    for number, path in enumerate(sorted(data.rglob("*"))):
        os.utime(path, (2_000_000_000 - number, 2_000_000_000 - number))
    assert states.publication.begin(data, {"days_back": 400}).wait().status == 0
    state = states.zygote.judge(data)
    assert state["bad"] == []
    assert said(state) == said(states.zygote.judge(states.two))
    assert [name for name, _ in history(states, data)] == ["trial-2", "trial-1"]
    promoted = states.promotion.begin(data, {"days_back": 800}).wait()
    assert promoted.status == 0, promoted.output
    rolled = states.rollback.begin(data, {"days_back": 1200}).wait()
    assert rolled.status == 0, rolled.output
    assert states.zygote.judge(data)["bad"] == []
    told = history(states, data)
    assert [name for name, _ in told] == ["trial-1", "official-1", "trial-2", "trial-1"]
    assert [name for name, current in told if current] == ["trial-1", "official-1"]


def history(states: States, data: Path) -> list[tuple[str, bool]]:
    """The versions that `history` tells, newest first, and whether each is in its place."""
    ended = states.zygote.hopnhat(data, "history", "--new-commune", CODE)
    assert ended.status == 0, ended.output
    lines = [line for line in ended.output.splitlines() if line.startswith(("trial-", "official-"))]
    return [(line.split()[0], "đang dùng" in line) for line in lines]


@pytest.mark.long
def test_a_lost_dagster_home_loses_no_published_data(states: States, tmp_path: Path) -> None:
    data = tmp_path / "data"
    copy(states.cut, data)
    shutil.rmtree(data / "dagster")
    assert states.zygote.judge(data)["bad"] == []
    assert verified(states, published(data)).status == 0
    done = states.publication.begin(data, {}).wait()
    assert done.status == 0, done.output
    state = states.zygote.judge(data)
    assert (state["bad"], said(state)) == ([], said(states.zygote.judge(states.two)))


def test_who_waits_for_one_that_is_killed_goes_on(states: States, tmp_path: Path) -> None:
    data = tmp_path / "data"
    copy(states.cut, data)
    working = states.publication.begin(data, {})
    while not working.journal.exists() or "published/" not in working.journal.read_text():
        time.sleep(0.01)
    waiting = states.zygote.command(data, "history", "--new-commune", CODE)
    working.kill()
    assert working.wait().killed
    ended = waiting.wait()
    assert ended.status == 0, ended.output
    assert states.zygote.judge(data)["bad"] == []
