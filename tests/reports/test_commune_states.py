"""What holds in a commune is told by what lies in the data folder, whichever of it came last."""

import json
import os
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.arrival.look import look
from pipelines.protection.locking import locked
from pipelines.reports.commune_states import State, commune_state, commune_states
from pipelines.warehouse.versions import Entry

CODE = "10231"


def ran(data: Path, mode: str, at: str, status: str = "allowed", run: str = "r1", cases: int = 0) -> None:
    """The summary of the pages that a run left."""
    folder = data / "reports" / mode / CODE
    folder.mkdir(parents=True, exist_ok=True)
    told = {"code": CODE, "mode": mode, "started_at": at, "status": status, "run_id": run, "figures": {"cases": cases}}
    (folder / "summary.json").write_text(json.dumps(told), encoding="utf-8")


def logged(data: Path, mode: str, at: str, run: str = "r1", event: str = "publish", version: int = 1) -> None:
    """A line of the log of versions."""
    folder = data / "published" / mode / "versions" / CODE
    folder.mkdir(parents=True, exist_ok=True)
    entry = Entry(version, event, at, "an", run, "ab", "cd", 1, 1, 0)
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(entry)) + "\n")


def came(data: Path, name: str) -> None:
    (data / name).parent.mkdir(parents=True, exist_ok=True)
    (data / name).touch()


def at(hour: int) -> str:
    return f"2026-01-05T{hour:02}:00:00+07:00"


def test_of_a_commune_without_anything_there_is_nothing(tmp_path: Path) -> None:
    assert commune_state(tmp_path, CODE).state is State.NOTHING
    assert commune_states(tmp_path) == []
    assert [one.code for one in commune_states(tmp_path, [CODE])] == [CODE]


def test_a_trial_then_an_official_publication(tmp_path: Path) -> None:
    ran(tmp_path, "trial", at(8), cases=3)
    logged(tmp_path, "trial", at(9))
    trial = commune_state(tmp_path, CODE)
    assert trial.state is State.TRIAL and trial.cases == 3
    assert trial.told == ("Mới có bản chạy thử. Đang dùng: trial-1 (05/01/2026 09:00). 3 trường hợp chờ quyết định.")
    ran(tmp_path, "official", at(10), run="r2")
    logged(tmp_path, "official", at(11), run="r2")
    both = commune_state(tmp_path, CODE)
    assert both.state is State.OFFICIAL
    assert both.told.en == (
        "Officially published. In place: official-1 (2026-01-05 11:00), trial-1 (2026-01-05 09:00)."
    )


def test_a_refused_run_leaves_what_is_published_and_is_told_until_the_next(tmp_path: Path) -> None:
    ran(tmp_path, "official", at(8))
    logged(tmp_path, "official", at(9))
    ran(tmp_path, "trial", at(10), "refused", "r2")
    refused = commune_state(tmp_path, CODE)
    assert refused.state is State.REFUSED
    assert "Lần chạy thử 05/01/2026 10:00 bị từ chối công bố. Đang dùng: official-1" in refused.told
    logged(tmp_path, "official", at(11), event="rollback")
    assert commune_state(tmp_path, CODE).state is State.OFFICIAL


def test_a_run_that_was_allowed_and_never_published_is_no_publication(tmp_path: Path) -> None:
    ran(tmp_path, "official", at(8))
    ended = commune_state(tmp_path, CODE)
    assert ended.state is State.REFUSED and "dừng trước khi công bố. Chưa công bố bản nào." in ended.told


def test_a_run_that_is_still_at_work_is_not_said_to_have_failed(tmp_path: Path) -> None:
    ran(tmp_path, "trial", at(8))
    hold = {"by": "an", "at": datetime(2026, 1, 5, 8), "tell": print}
    with locked(tmp_path, CODE, "hopnhat run", **hold):
        first = commune_state(tmp_path, CODE)
        logged(tmp_path, "official", at(7), "r0")
        later = commune_state(tmp_path, CODE)
    assert first.state is State.WAITING and "Lần chạy thử 05/01/2026 08:00 đang chạy, chưa công bố." in first.told
    assert later.state is State.OFFICIAL
    assert commune_state(tmp_path, CODE).state is State.REFUSED


def test_files_wait_until_a_run_began_after_they_came(tmp_path: Path) -> None:
    came(tmp_path, "exports/10231-a/dan.csv")
    os.utime(tmp_path / "exports/10231-a/dan.csv", (0, 0))  # copied with the time it had
    assert commune_state(tmp_path, CODE).told.startswith("Có tệp đang chờ. 1 tệp chưa chạy lần nào.")
    ran(tmp_path, "trial", at(8), "refused")
    waiting = commune_state(tmp_path, CODE)
    assert waiting.state is State.WAITING
    assert "1 tệp đến sau lần chạy gần nhất. Lần chạy thử 05/01/2026 08:00 bị từ chối" in waiting.told
    ran(tmp_path, "trial", "2100-01-01T00:00:00+07:00")
    logged(tmp_path, "trial", "2100-01-01T00:00:00+07:00")
    assert commune_state(tmp_path, CODE).state is State.TRIAL


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("10231-a/dan.csv", 1),
        ("10231-a/sau/dan.csv.part", 1),
        ("10231_dan.xlsx", 1),
        ("10231-a/dan.csv.ready", 0),
        ("10231-a/.ready", 0),
        ("10231-a/_READY", 0),
        ("10231-a/~$dan.xlsx", 0),
        ("102310-a/dan.csv", 0),
        ("dan.csv", 0),
    ],
)
def test_files_in_the_drop_folder_wait_too(tmp_path: Path, name: str, files: int) -> None:
    came(tmp_path, f"incoming/{name}")
    assert commune_state(tmp_path, CODE).arriving == files


def test_a_log_that_cannot_be_read_leaves_what_the_summary_tells(tmp_path: Path) -> None:
    ran(tmp_path, "trial", at(8))
    logged(tmp_path, "trial", at(9))
    (tmp_path / f"published/trial/versions/{CODE}/log.jsonl").write_text("{", encoding="utf-8")
    summary = tmp_path / f"reports/trial/{CODE}/summary.json"
    told = json.loads(summary.read_text(encoding="utf-8")) | {"in_place": "trial-1", "version": "trial-1"}
    summary.write_text(json.dumps(told), encoding="utf-8")
    assert commune_state(tmp_path, CODE).state is State.TRIAL


def test_a_file_that_was_not_taken_hides_nothing_of_what_holds(tmp_path: Path) -> None:
    """It stays in the drop folder until somebody mends it, and no run will ever take it as it is."""
    came(tmp_path, "incoming/10231-a/dan.docx")
    ran(tmp_path, "trial", "2026-01-05T08:00:00+07:00", status="refused")
    assert commune_state(tmp_path, CODE).state is State.WAITING
    for seconds in (0, 60):
        now = datetime(2026, 1, 6, 8, 0, tzinfo=UTC) + timedelta(seconds=seconds)
        look(tmp_path, tmp_path / "exports", at=now, hold=lambda code: nullcontext())
    state = commune_state(tmp_path, CODE)
    assert (state.state, state.arriving, state.not_taken) == (State.REFUSED, 0, 1)
    assert "1 tệp không nhận được còn trong thư mục nhận." in state.told
    came(tmp_path, "incoming/10231-a/dan.docx")
    assert commune_state(tmp_path, CODE).arriving == 1
