"""What a command that acts leaves in the log: its line before, its line after, and nothing that names a person."""

import argparse
import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assets.acting import on_record, tell
from pipelines.activity.acts import Act, Line, acts_of
from pipelines.activity.log import ActivityLog
from pipelines.activity.process import is_running, this_process
from pipelines.problems import UnusableInput


def _acts(data: Path) -> list[Act]:
    record = ActivityLog(data).read()
    assert record.whole
    return acts_of(record.lines)


def _call(command, data: Path, *words: str, action: str = "export", takes_away: bool = False) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--new-commune")
    parser.add_argument("--out", type=Path)
    on_record(parser, command, action, takes_away=takes_away)
    options = parser.parse_args(["--data", str(data), *words])
    return options.command(options)


def _raising(problem: BaseException):
    def command(_):
        raise problem

    return command


def test_an_act_is_on_record_before_it_begins_and_its_outcome_after(tmp_path: Path) -> None:
    seen: list[Line] = []

    def command(options: argparse.Namespace) -> int:
        seen.extend(ActivityLog(tmp_path).read().lines)
        tell(options, mode="official", version="official-2", rows=7)
        return 0

    words = ("--new-commune", "10231", "--out", "/home/an/thu/thua.xlsx", "--purpose", "gửi phòng địa chính")
    assert _call(command, tmp_path, *words) == 0
    assert [line.outcome for line in seen] == ["started"]
    (act,) = _acts(tmp_path)
    assert (act.action, act.commune, act.mode, act.purpose) == ("export", "10231", "official", "gửi phòng địa chính")
    assert (act.state, act.facts) == ("done", {"file": "thua.xlsx", "version": "official-2", "rows": 7})
    assert (tmp_path / "reports/activity.html").is_file() and (tmp_path / "reports/activity.en.html").is_file()


@pytest.mark.parametrize(
    ("action", "status", "state"),
    [
        ("export", 0, "done"),
        ("promote", 1, "refused"),
        ("verify", 1, "differs"),
        ("review-import", 2, "refused"),
        ("run", 3, "failed"),
    ],
)
def test_an_exit_status_becomes_an_outcome(tmp_path: Path, action: str, status: int, state: str) -> None:
    assert _call(lambda _: status, tmp_path, action=action) == status
    assert [act.state for act in _acts(tmp_path)] == [state]


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (UnusableInput("Không có tệp.", "No file."), "refused"),
        (RuntimeError("Nguyễn Thị Hạnh"), "failed"),
        (KeyboardInterrupt(), "failed"),
    ],
)
def test_what_a_command_raises_goes_on_and_is_on_record_by_its_kind_alone(tmp_path: Path, problem, state) -> None:
    with pytest.raises(type(problem)):
        _call(_raising(problem), tmp_path)
    assert [act.state for act in _acts(tmp_path)] == [state]
    assert "Hạnh" not in ActivityLog(tmp_path).path.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", ["001185012345", "012345678", "001 185 012 345", "001-185-012-345"])
def test_no_number_of_a_person_stands_in_what_was_typed(tmp_path: Path, number: str) -> None:
    words = ("--purpose", f"tra {number}\nđợt 1 \x1b[31m", "--out", f"/x/{number}.xlsx", "--new-commune", number)
    _call(lambda options: tell(options, reason=f"số {number}") or 0, tmp_path, *words)
    written = ActivityLog(tmp_path).path.read_text(encoding="utf-8")
    assert number not in written and "\x1b" not in written and "u001b" not in written
    (act,) = _acts(tmp_path)
    assert act.purpose.startswith("tra 0") and "đợt 1" in act.purpose and act.commune == ""
    assert "*****" in str(act.facts["file"]) and "*****" in str(act.facts["reason"])


def test_hashes_and_run_ids_are_no_numbers_of_people(tmp_path: Path) -> None:
    told = {"logical_hash": "0123456789" * 6 + "abcd", "run": "12345678-1234-1234-1234-123456789012"}
    _call(lambda options: tell(options, **told) or 0, tmp_path)
    assert _acts(tmp_path)[0].facts == told


def test_a_full_disk_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pipelines.activity.log.os.write", full)
    assert _call(lambda _: 0, tmp_path, action="rollback") == 0
    told = capfd.readouterr().err
    assert "ổ đĩa đã đầy" in told and str(ActivityLog(tmp_path).path) in told


@pytest.fixture
def unwritable(tmp_path: Path) -> Path:
    """A data folder whose log cannot be written, whoever tries: something else lies in its place."""
    (tmp_path / "activity").write_text("no folder")
    return tmp_path


def test_what_is_not_on_record_does_not_leave(unwritable: Path) -> None:
    done: list[int] = []
    with pytest.raises(UnusableInput, match="Không ghi được nhật ký thao tác"):
        _call(lambda _: done.append(1) or 0, unwritable, takes_away=True)
    assert done == []


def test_a_log_that_cannot_be_written_stops_nothing_else_and_is_told_once(unwritable: Path, capfd) -> None:
    assert _call(lambda _: 0, unwritable, action="rollback") == 0
    assert capfd.readouterr().err.count("không có trong nhật ký") == 1


def test_a_folder_that_is_not_there_is_not_made_for_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput):
        _call(_raising(UnusableInput("Chưa có.", "None.")), tmp_path / "datа", takes_away=True)
    assert list(tmp_path.iterdir()) == []


_KILLED = """
import argparse, os, signal, sys
from pathlib import Path
from assets.acting import on_record

parser = argparse.ArgumentParser()
parser.add_argument("data", type=Path)
on_record(parser, lambda options: print("on", flush=True) or sys.stdin.read(), "export")
options = parser.parse_args()
options.command(options)
"""


def test_an_act_that_is_killed_is_running_before_and_interrupted_after(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        assert [act.state for act in _acts(tmp_path)] == ["running"]
        os.kill(process.pid, signal.SIGKILL)
    assert [act.state for act in _acts(tmp_path)] == ["interrupted"]


def test_of_a_process_elsewhere_nobody_can_tell() -> None:
    host, container, boot, pid, started = this_process().split(" ")
    assert is_running(this_process()) is True
    assert is_running(f"other {container} {boot} {pid} {started}") is None
    assert is_running(f"{host} 1 {boot} {pid} {started}") is None
    assert is_running(f"{host} {container} an-earlier-start {pid} {started}") is False
    assert is_running(f"{host} {container} {boot} {pid} 1") is False
    assert is_running("") is None
