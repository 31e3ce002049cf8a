"""`hopnhat activity`: what is asked amiss is told as that, and silence is no good news."""

from pathlib import Path

import pytest

from assets.command_line import main
from pipelines.activity.acts import Line
from pipelines.activity.log import ActivityLog


def activity(data: Path, *options: str) -> int:
    return main(["activity", "--data", str(data), *options])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    line = Line(act="a1", at="2025-07-01T08:00:00+07:00", by="an", action="verify", outcome="done")
    ActivityLog(tmp_path).append(line)
    return tmp_path


def test_a_log_that_is_whole_is_said_to_be(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert activity(data) == 0
    assert "an\t" in capsys.readouterr().out


def test_the_beginning_of_a_noted_hash_will_do(data: Path) -> None:
    last = ActivityLog(data).read().last
    assert activity(data, "--noted", last.upper()) == activity(data, "--noted", last[:12]) == 0
    assert activity(data, "--noted", ("0" if last[0] != "0" else "1") + last[1:]) == 1


@pytest.mark.parametrize("noted", ["4b95d40c", "x" * 64, "0" * 65])
def test_what_is_no_hash_is_a_slip_and_no_alarm(data: Path, capsys: pytest.CaptureFixture[str], noted: str) -> None:
    assert activity(data, "--noted", noted) == 2
    assert "--noted" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_not_a_log_that_is_whole(tmp_path: Path) -> None:
    assert activity(tmp_path / "nowhere") == 2


def test_publications_without_a_record_are_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "published" / "trial").mkdir(parents=True)
    (data / "published" / "trial" / "10231.duckdb").touch()
    assert activity(data) == 0
    for path in (data / "activity").iterdir():
        path.unlink()
    assert activity(data) == 1
    assert "nhật ký thao tác trống" in capsys.readouterr().err
