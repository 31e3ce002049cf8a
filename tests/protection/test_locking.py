"""The lock of a new commune: one process at a time, told who it is, and gone with the process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.problems import UnusableInput
from pipelines.protection.locking import PATIENCE, Held, locked, patience_of_environment

CODE = "10231"
AT = datetime(2025, 7, 1, 8, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.protection.locking import locked
at = datetime(2025, 7, 1, 8, tzinfo=UTC)
with locked(Path(sys.argv[1]), "10231", "hopnhat run", by="an", at=at, tell=print, patience=0):
    print("held", flush=True)
    sys.stdin.readline()
"""


def lock(
    data: Path, code: str = CODE, *, tell: Callable[[str], None] = print, patience: float = 0
) -> AbstractContextManager[None]:
    return locked(data, code, "hopnhat rollback", by="binh", at=AT, tell=tell, patience=patience)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is told a line."""
    project = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=project, stdin=-1, stdout=-1, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_who_holds_it_is_told_to_whom_it_refuses(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    told: list[str] = []
    with pytest.raises(Held) as refused, lock(tmp_path, tell=told.append):
        pytest.fail("two hold one lock")
    assert str(refused.value).startswith(
        f"an đang làm việc với xã 10231 (hopnhat run, từ 08:00:00 ngày 01/07/2025, tiến trình {other.pid}) và chưa xong"
    )
    assert told == []
    with lock(tmp_path, "10249"):
        pass  # another commune's lock is free


def test_the_second_waits_says_so_once_and_goes_on(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    told: list[str] = []

    def tell(sentence: str) -> None:
        told.append(sentence)
        other.communicate("done\n")

    with lock(tmp_path, tell=tell, patience=30):
        assert other.poll() == 0
    (sentence,) = told
    assert "an đang làm việc với xã 10231" in sentence
    assert "đang chờ, lâu nhất 30 giây" in sentence


def test_patience_ends(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    told: list[str] = []
    started = time.monotonic()
    with pytest.raises(Held, match="chưa xong sau 1 giây chờ"), lock(tmp_path, tell=told.append, patience=1):
        pytest.fail("two hold one lock")
    assert 1 <= time.monotonic() - started < 5
    assert len(told) == 1
    assert other.poll() is None


def test_it_is_gone_with_the_process_that_held_it(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    other.send_signal(signal.SIGKILL)
    other.wait()
    with lock(tmp_path):
        pass


def test_a_process_may_take_its_own_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locks" / f"{CODE}.lock"
    monkeypatch.chdir(tmp_path)
    with lock(tmp_path):
        with lock(Path()):
            assert str(os.getpid()) in path.read_text()
        assert str(os.getpid()) in path.read_text()
        with pytest.raises(subprocess.CalledProcessError):
            subprocess.run(
                [sys.executable, "-c", HOLD, str(tmp_path)],
                cwd=Path(__file__).parents[2],
                stderr=subprocess.DEVNULL,
                check=True,
            )
    assert path.read_text() == ""


def test_it_is_released_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(tmp_path):
        _ = 1 / 0
    subprocess.run(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=Path(__file__).parents[2], input="\n", text=True, check=True
    )


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        with lock(tmp_path):
            pass
    finally:
        os.umask(mask)
    assert (tmp_path / "locks").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "locks" / f"{CODE}.lock").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("text", "seconds"), [("", PATIENCE), ("0", 0), ("2.5", 2.5)])
def test_patience_is_a_setting(monkeypatch: pytest.MonkeyPatch, text: str, seconds: float) -> None:
    monkeypatch.setenv("HOPNHAT_LOCK_PATIENCE", text)
    assert patience_of_environment() == seconds


@pytest.mark.parametrize("text", ["-1", "nan", "lâu"])
def test_patience_is_a_number(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("HOPNHAT_LOCK_PATIENCE", text)
    with pytest.raises(UnusableInput, match="HOPNHAT_LOCK_PATIENCE"):
        patience_of_environment()
