"""The sensor of the drop folder and the nightly trial, as Dagster evaluates them."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime

import dagster as dg
import pytest

from pipelines.activity.log import ActivityLog
from pipelines.arrival.receipts import FileVerdict, Receipt, Said

PEOPLE = "ho_ten,ngay_sinh\nNguyễn Văn An,01/02/1970\nTrần Thị Bình,03/04/1980\n"


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("HOPNHAT_DATA", str(tmp_path))
    monkeypatch.delenv("HOPNHAT_PROVINCE", raising=False)
    return tmp_path


@pytest.fixture
def tick(data):
    """Evaluates the sensor as the daemon does: each time with the cursor that the last one left, unless it is lost."""
    from assets.arrivals import tep_moi_den
    from assets.definitions import defs

    cursor = None

    def evaluate(*, lost=False):
        nonlocal cursor
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance, cursor, repository_def=defs.get_repository_def())
            told = tep_moi_den.evaluate_tick(context)
        cursor = cursor if lost else told.cursor or cursor
        return told

    return evaluate


def _drop(data, name, content=PEOPLE):
    path = data / "incoming" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.with_name(f"{path.name}.ready").touch()


def test_runs_of_exactly_the_communes_concerned_are_asked_for_once(data, tick):
    _drop(data, "10231/cong_dan.csv")
    _drop(data, "09616-co-dong/cong_dan.csv", PEOPLE + "Lê Thị Cúc,05/06/1990\n")
    told = tick()
    assert [(one.job_name, one.partition_key) for one in told.run_requests] == [
        ("chay_thu", "09616 Đoài Phương"),
        ("chay_thu", "09988 Hòa Lạc"),
        ("chay_thu", "10231 Thượng Phúc"),
    ]
    assert len({one.run_key for one in told.run_requests}) == 3
    again = tick()
    assert not again.run_requests
    assert "Không có tệp mới" in again.skip_message


def test_each_concerned_commune_is_told_of_its_files_and_the_receipt(data, tick):
    _drop(data, "10231/ông Lê Siêu An.csv")
    _drop(data, "10234/la.csv", "x,y\n1,2\n")
    (event,) = tick().asset_events
    assert (event.asset_key.path, event.partition) == (["commune_exports"], "10231 Thượng Phúc")
    receipt = next((data / "receipts").glob("TN-*.json")).stem
    assert event.metadata["Biên nhận"].value == f"/bao-cao/receipts/{receipt}.html"
    assert event.metadata["Bản ghi nạp được"].value == 2
    assert "| Nguyễn Trãi (10231) | Công dân | ✓ đã nhận | 2 | 0 |" in event.metadata["Tệp"].value
    assert (data / f"reports/receipts/{receipt}.html").is_file()
    assert "An" not in str(event)


def test_without_a_run_the_tick_says_why(data, tick):
    _drop(data, "khong_ma/x.csv")
    assert "1 tệp không nhận" in tick().skip_message
    (data / "incoming/10231").mkdir()
    (data / "incoming/10231/x.csv.part").touch()
    assert tick().skip_message.startswith("Đang chờ 1 tệp chép xong.")


def test_a_tick_that_was_lost_is_made_up_for(data, tick):
    """The receipt was written, and the daemon died before it kept what the tick asked for."""
    _drop(data, "10231/cong_dan.csv")
    lost = tick(lost=True)
    assert [one.run_key for one in tick().run_requests] == [one.run_key for one in lost.run_requests]


def test_files_that_bring_back_what_was_withdrawn_are_run_again(data, tick):
    _drop(data, "10231/cong_dan.csv")
    (first,) = tick().run_requests
    (data / "exports/10231/cong_dan.csv").unlink()
    shutil.rmtree(data / "incoming")
    _drop(data, "10231/cong_dan.csv")
    (second,) = tick().run_requests
    assert first.run_key != second.run_key


def test_files_of_a_commune_at_work_wait_for_the_next_tick(data, tick):
    _drop(data, "10231/cong_dan.csv")
    holder = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from pipelines.protection.locking import locked\n"
        "with locked(Path(sys.argv[1]), '10231', 'hopnhat run', by='an', at=datetime.now(), tell=print):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        told = tick()
        other.stdin.close()
    assert not told.run_requests
    assert "10231" in told.skip_message
    assert len(tick().run_requests) == 1


def test_a_receipt_stands_in_the_activity_log(data, tick):
    _drop(data, "10231/cong_dan.csv")
    _drop(data, "10231/la.docx")
    tick()
    (line,) = ActivityLog(data).read().lines
    assert (line.action, line.outcome, line.commune) == ("receive", "done", "10231")
    assert (line.facts["accepted"], line.facts["refused_files"]) == (1, 1)


def test_what_cannot_be_read_is_told_in_one_sentence(data, tick):
    (data / "reference").mkdir()
    (data / "reference/header_aliases.csv").write_text("a,b\n")
    with pytest.raises(dg.Failure, match=r"header_aliases\.csv"):
        tick()


def test_both_are_off_until_somebody_turns_them_on():
    from assets.arrivals import chay_thu_hang_dem, tep_moi_den

    assert tep_moi_den.default_status is dg.DefaultSensorStatus.STOPPED
    assert chay_thu_hang_dem.default_status is dg.DefaultScheduleStatus.STOPPED


def test_by_night_every_commune_with_exports_is_tried(data):
    from assets.arrivals import chay_thu_hang_dem
    from assets.definitions import defs

    assert (chay_thu_hang_dem.cron_schedule, chay_thu_hang_dem.execution_timezone) == (
        "0 1 * * *",
        "Asia/Ho_Chi_Minh",
    )
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2026, 12, 1, 18, 0, tzinfo=UTC), repository_def=defs.get_repository_def()
    )
    told = chay_thu_hang_dem.evaluate_tick(context)
    assert "Chưa có tệp nào" in told.skip_message
    for name in ("10231-nguyen-trai/cong_dan.csv", "10234/cong_dan.csv", "99999/x.csv"):
        (data / "exports" / name).parent.mkdir(parents=True)
        (data / "exports" / name).write_text(PEOPLE)
    told = chay_thu_hang_dem.evaluate_tick(context)
    assert [one.partition_key for one in told.run_requests] == ["10231 Thượng Phúc"]


def test_decisions_that_arrived_ask_for_linking_again_unless_files_ask_for_a_trial(data, tick):
    said = Said(vi="Đã nhận.", en="Taken.")
    workbook = FileVerdict(name="10231.xlsx", outcome="answered", why=said, new_communes=("10231",), decisions=2)
    for number, inputs in ((1, {}), (2, {"10231": "0" * 64})):
        receipt = Receipt(id=f"TN-20261130-000{number}", at="", files=(workbook,), decided=("10231",), inputs=inputs)
        (data / "receipts").mkdir(exist_ok=True)
        (data / f"receipts/{receipt.id}.json").write_text(receipt.model_dump_json())
    told = tick()
    assert [(one.job_name, one.tags["bien_nhan"]) for one in told.run_requests] == [
        ("doi_sanh_lai_theo_quyet_dinh", "TN-20261130-0001"),
        ("chay_thu", "TN-20261130-0002"),
    ]
