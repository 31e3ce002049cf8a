"""Purge: what is too old goes, what is published and what a lost ledger would be made of stays, whoever is killed."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.command_line import main
from pipelines.activity.log import ActivityLog
from pipelines.identity.restoring import fullest
from pipelines.parcels.sheet_ledger import known_from, told_by
from pipelines.protection import purging
from pipelines.protection.purging import carry_out, plan_aside, plan_kept, plan_raw
from pipelines.warehouse import purged
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.placing import sha256_of
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import TABLES
from pipelines.warehouse.versions import (
    MODES,
    VIETNAM,
    all_files,
    entries,
    published_file,
    put_aside,
    record,
    roll_back,
    version_file,
    was_published,
)

CODE = "10231"
START = datetime(2025, 7, 1, 8, tzinfo=VIETNAM)
SOON = datetime(2125, 1, 1, tzinfo=VIETNAM)
"""So late that everything is old: nobody can set since when a file lies in a folder."""


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def publish(
    data: Path,
    on: int,
    *,
    mode: str = "trial",
    code: str = CODE,
    run: str = "",
    ids: int = 1,
    sheets: dict[str, str] | None = None,
    files: list[dict] | None = None,
) -> Path:
    """Publish a warehouse whose history of ids has so many lines, with these sheet numbers and source files."""
    target = published_file(data, mode, code)
    rows = {
        "manifest": [
            {"key": key, "value": value}
            for key, value in {
                "run_id": run or f"run {on}",
                "ledger_run_id.citizens": f"ledger {run or on}",
                "logical_hash": f"{on} {mode} {ids}",
                "commune_code": code,
            }.items()
        ],
        "id_history": [
            {"dataset": "citizens", "new_entity_id": f"{code}-{at:07}-X", "kind": "minted", "run_id": "r"}
            for at in range(ids)
        ],
        "sheet_map": [
            {
                "old_commune_code": CODE,
                "map_system": "299",
                "old_sheet_no": old,
                "new_sheet_no": new,
                "assigned_by": "rule",
            }
            for old, new in (sheets or {}).items()
        ],
        "row_balance": files or [],
    }
    asked = {*rows, "citizens", "parcels", "citizen_sources", "parcel_sources", "review_queue"}
    frames = {
        table.name: pl.DataFrame(rows.get(table.name, []), schema=table.polars_schema)
        for table in TABLES
        if table.name in asked
    }
    part = target.with_name(f"{code}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_warehouse(part, frames.items())
    part.replace(target)
    record(target, "publish", day(on), "an")
    pages = data / "reports" / mode / code / f"{mode}-{entries(target)[-1].version}"
    pages.mkdir(parents=True)
    (pages / "index.html").write_text("tên")
    return target


def kept(target: Path) -> list[str]:
    folder = version_file(target, 1).parent
    return sorted(path.stem for path in folder.glob("0*.duckdb")) if folder.exists() else []


def purge(data: Path, now: int, older_than: int) -> purging.Plan:
    plan = plan_kept(data, CODE, day(now - older_than))
    carry_out(plan, day(now), "bình")
    return plan


def state(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}


def test_versions_go_that_were_replaced_long_ago_with_their_pages(tmp_path: Path) -> None:
    for on, ids in ((0, 1), (10, 2), (100, 3)):
        target = publish(tmp_path, on, ids=ids)
    plan = purge(tmp_path, now=110, older_than=99)
    assert [one.name for one in plan.doomed] == ["trial-1"] and not plan.spared
    assert kept(target) == ["0002", "0003"]
    assert sorted(path.name for path in (tmp_path / "reports/trial" / CODE).iterdir()) == ["trial-2", "trial-3"]
    # It was put in its place long ago, and was what is published until ten days ago.
    assert [one.name for one in purge(tmp_path, now=110, older_than=10).doomed] == []
    assert [one.name for one in purge(tmp_path, now=111, older_than=10).doomed] == ["trial-2"]
    assert [one.name for one in purge(tmp_path, now=9999, older_than=0).doomed] == []
    assert kept(target) == ["0003"] and [entry.version for entry in entries(target)] == [1, 2, 3]


def test_what_is_published_stays_however_old_also_after_a_rollback(tmp_path: Path) -> None:
    for on in (0, 10, 20):
        target = publish(tmp_path, on)
    roll_back(target, 1, day(30), "an")
    assert [one.name for one in purge(tmp_path, now=1000, older_than=0).doomed] == ["trial-2", "trial-3"]
    assert kept(target) == ["0001"]
    assert sha256_of(target) == sha256_of(version_file(target, 1))
    assert publish(tmp_path, 1001) == target
    assert entries(target)[-1].version == 4  # no number is given twice


def test_a_clock_that_was_set_back_makes_nothing_old(tmp_path: Path) -> None:
    for on in (100, 0, 1):  # the second publication is dated long before the first
        publish(tmp_path, on)
    assert not purge(tmp_path, now=101, older_than=50).doomed


def test_trial_and_official_are_judged_each_by_its_own_log(tmp_path: Path) -> None:
    publish(tmp_path, 0, ids=2)
    publish(tmp_path, 0, mode="official", ids=2, run="o")
    publish(tmp_path, 50, mode="official", ids=2)
    assert [one.name for one in purge(tmp_path, now=100, older_than=10).doomed] == ["official-1"]


def test_the_version_with_the_longest_history_of_ids_stays(tmp_path: Path) -> None:
    publish(tmp_path, 0, ids=1)
    target = publish(tmp_path, 10, ids=5)
    roll_back(target, 1, day(20), "an")
    plan = purge(tmp_path, now=1000, older_than=0)
    assert not plan.doomed
    assert [(one.name, "lịch sử mã" in one.why) for one in plan.spared] == [("trial-2", True)]
    publish(tmp_path, 1001, ids=6)
    assert {one.name for one in purge(tmp_path, now=2000, older_than=0).doomed} == {"trial-1", "trial-2"}


def test_a_version_that_alone_tells_a_sheet_number_stays(tmp_path: Path) -> None:
    publish(tmp_path, 0, sheets={"1": "1"})
    publish(tmp_path, 10, sheets={"1": "1", "2": "9"})
    publish(tmp_path, 20, ids=2, sheets={"1": "1", "2": "2"})
    plan = purge(tmp_path, now=1000, older_than=0)
    assert [one.name for one in plan.doomed] == ["trial-1"]
    assert [(one.name, "số tờ" in one.why) for one in plan.spared] == [("trial-2", True)]


SHEETS = st.dictionaries(st.sampled_from("123"), st.sampled_from("123"), max_size=3)
DEEDS = st.lists(
    st.tuples(st.sampled_from([*MODES, "rollback"]), st.integers(0, 40), st.integers(1, 4), SHEETS),
    min_size=2,
    max_size=4,
)


def lasting(data: Path, days: list[int]) -> tuple[object, ...]:
    """All that is published and logged, that a lost ledger would be made of, and what its drafts ask: whether the runs
    of these days were published."""
    files = all_files(data, CODE)
    longest = fullest(files)
    history: list[tuple[str, ...]] = []
    if longest:
        with open_warehouse(longest) as connection:
            history = connection.execute("FROM id_history ORDER BY ALL").fetchall()
    asked = was_published(data, CODE)
    runs = [name for on in days for name in (f"run {on}", f"ledger {on}") if asked(name)]
    targets = [published_file(data, mode, CODE) for mode in MODES]
    bytes_of = [sha256_of(target) for target in targets if target.is_file()]
    return history, known_from(told_by(files)), runs, [entries(target) for target in targets], bytes_of


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEEDS, st.integers(0, 40))
def test_whatever_was_published_nothing_lasting_is_lost(tmp_path_factory, deeds, older_than) -> None:
    data, on, days = tmp_path_factory.mktemp("data"), 0, []
    for deed, pause, ids, sheets in deeds:
        on += pause + 1
        trial = published_file(data, "trial", CODE)
        if deed != "rollback":
            publish(data, on, mode=deed, ids=ids, sheets=sheets)
            days.append(on)
        elif trial.is_file() and kept(trial):
            roll_back(trial, int(kept(trial)[0]), day(on), "an")
    before = lasting(data, days)
    plan = purge(data, now=on, older_than=older_than)
    assert lasting(data, days) == before
    assert not purge(data, now=on, older_than=older_than).doomed
    for one in plan.doomed:
        assert not any(path.exists() for path in one.paths)


class Killed(BaseException):
    """The process is gone: nobody handles this."""


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_whoever_is_killed_in_between_does_the_rest_the_next_time(tmp_path: Path, monkeypatch, every) -> None:
    made = tmp_path / "made"
    for on in (0, 10):
        publish(made, on)
    scratch = made / "scratch/trial" / CODE
    scratch.mkdir(parents=True)
    (scratch / "rows.parquet").write_text("x")
    whole = tmp_path / "whole"
    shutil.copytree(made, whole)
    purge(whole, now=1000, older_than=0)
    for stop in count(1, every):
        data = tmp_path / f"killed {stop}"
        shutil.copytree(made, data)
        with monkeypatch.context() as killing:
            steps = count(1)

            def step(real: Callable, steps=steps, stop=stop) -> Callable:
                def counted(*arguments, **named):
                    if next(steps) == stop:
                        raise Killed
                    return real(*arguments, **named)

                return counted

            killing.setattr(Path, "unlink", step(Path.unlink))
            killing.setattr(Path, "rename", step(Path.rename))
            killing.setattr(Path, "replace", step(Path.replace))
            killing.setattr(purging.shutil, "rmtree", step(shutil.rmtree))
            killing.setattr(purging, "sync", step(purging.sync))
            try:
                purge(data, now=1000, older_than=0)
                break
            except Killed:
                pass
        target = published_file(data, "trial", CODE)
        assert sha256_of(target) == sha256_of(version_file(target, 2))
        assert was_published(data, CODE)("ledger 0")
        purge(data, now=1000, older_than=0)
        visible = {name: content for name, content in state(data).items() if "/." not in name}
        assert visible == state(whole)
    assert stop > 10


def test_history_and_rollback_say_what_was_purged_and_when(tmp_path: Path, capsys) -> None:
    for on in (0, 10):
        publish(tmp_path, on)
    purge(tmp_path, now=1000, older_than=0)
    assert main(["history", "--new-commune", CODE, "--data", str(tmp_path)]) == 0
    first, second = [line for line in capsys.readouterr().out.splitlines() if line.startswith("trial-")]
    assert "← đang dùng" in first and "đã xóa" not in first
    assert f"đã xóa ngày {day(1000):%d/%m/%Y}" in second
    assert main(["rollback", "--to", "trial-1", "--new-commune", CODE, "--data", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert f"bị bình xóa ngày {day(1000):%d/%m/%Y}" in said and said.count("\n") == 1


def test_damaged_files_and_scratch_go(tmp_path: Path) -> None:
    target = publish(tmp_path, 0)
    with target.open("r+b") as file:
        file.write(b"spoiled")
    put_aside(target)
    spoiled = plan_kept(tmp_path, CODE, SOON)
    assert [one.why for one in spoiled.spared] == [
        "bản đang công bố không đúng nhật ký, hãy khôi phục trước (rollback)"
    ]
    roll_back(target, 1, day(1), "an")
    (tmp_path / "scratch/official" / CODE).mkdir(parents=True)
    for old_code in ("10234", "00001"):  # of which the first went into this new commune
        (tmp_path / "scratch/shared" / old_code).mkdir(parents=True)
    assert not plan_kept(tmp_path, CODE, day(0)).of("damaged")
    plan = plan_kept(tmp_path, CODE, SOON)
    assert [(one.kind, one.name) for one in plan.doomed] == [
        ("damaged", "trial/damaged-0001.duckdb"),
        ("scratch", f"scratch/official/{CODE}"),
        ("scratch", "scratch/shared/10234"),
    ]
    carry_out(plan, SOON, "an")
    assert not [*tmp_path.rglob("damaged-*"), *(tmp_path / "scratch/official").iterdir()]
    assert [path.name for path in (tmp_path / "scratch/shared").iterdir()] == ["00001"]


HEADER = "ho_ten,ngay_sinh,so_dinh_danh\n"


def export(data: Path, old: str, name: str, text: str = "Nguyễn Văn An,01/02/1980,001080000001\n") -> Path:
    path = data / "exports" / old / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + text)
    return path


def balance(path: Path, *, loaded: int = 1, placed: int = 1, unplaced: int = 0, **more) -> dict:
    return {
        "source_file": f"{path.parent.name}/{path.name}",
        "dataset": "citizens",
        "sha256": sha256_of(path),
        "loaded": loaded,
        "placed": placed,
        "unplaced": unplaced,
        **more,
    }


def raw(data: Path, *codes: str, before: datetime = SOON) -> tuple[list[str], dict[str, str]]:
    plan = plan_raw(data, data / "exports", codes or [CODE], before)
    return [one.name for one in plan.doomed], {one.name: one.why for one in plan.spared}


def test_exports_go_whose_rows_all_live_on_officially(tmp_path: Path) -> None:
    first, second = export(tmp_path, "10231-a", "dân.csv"), export(tmp_path, "10234", "2.csv", "Lê Ba,1,2\n")
    publish(tmp_path, 0, files=[balance(first), balance(second)])
    doomed, spared = raw(tmp_path)
    assert doomed == [] and "chưa có bản chính thức" in spared["10231-a/dân.csv"]
    publish(tmp_path, 1, mode="official", files=[balance(first)])
    doomed, spared = raw(tmp_path)
    assert doomed == ["10231-a/dân.csv"] and "không có trong bản chính thức của 10231" in spared["10234/2.csv"]
    assert raw(tmp_path, before=datetime.now(VIETNAM) - timedelta(days=1)) == ([], {})
    carry_out(plan_raw(tmp_path, tmp_path / "exports", [CODE], SOON), SOON, "an")
    assert not first.exists() and second.exists()
    assert raw(tmp_path)[0] == []


def test_an_official_publication_that_was_changed_vouches_for_nothing(tmp_path: Path) -> None:
    path = export(tmp_path, "10231", "1.csv")
    target = publish(tmp_path, 1, mode="official", files=[balance(path)])
    assert raw(tmp_path)[0] == ["10231/1.csv"]
    with target.open("ab") as file:
        file.write(b"x")
    assert raw(tmp_path)[0] == []


@pytest.mark.parametrize(
    "of_file",
    [{"placed": 0}, {"dataset": "unknown"}, {"duplicate_of": "10231/0.csv"}, {"sha256": "other"}],
    ids=["not all placed", "not read", "only a repetition", "other bytes"],
)
def test_an_export_stays_of_which_a_row_is_nowhere(tmp_path: Path, of_file: dict) -> None:
    path = export(tmp_path, "10231", "1.csv")
    publish(tmp_path, 1, mode="official", files=[balance(path) | of_file])
    assert raw(tmp_path)[0] == []


def test_what_is_no_table_or_a_link_stays(tmp_path: Path) -> None:
    path = export(tmp_path, "10231", "1.csv")
    (path.parent / "scan.pdf").write_text("x")
    (path.parent / "link.csv").symlink_to(path)
    publish(tmp_path, 1, mode="official", files=[balance(path)])
    doomed, spared = raw(tmp_path)
    assert doomed == ["10231/1.csv"] and list(spared) == ["10231/scan.pdf"]


def test_of_a_split_commune_every_taker_must_have_its_rows(tmp_path: Path) -> None:
    path = export(tmp_path, "04936", "1.csv")
    takers = ("04930", "09988")
    parts = [balance(path, loaded=9, placed=5, unplaced=1), balance(path, loaded=9, placed=3, unplaced=1)]
    publish(tmp_path, 1, mode="official", code=takers[0], files=[parts[0]])
    assert "09988" in raw(tmp_path, takers[0])[1]["04936/1.csv"]
    publish(tmp_path, 1, mode="official", code=takers[1], files=[parts[1] | {"placed": 2}])
    assert "chưa khớp nhau" in raw(tmp_path, takers[0])[1]["04936/1.csv"]
    publish(tmp_path, 2, mode="official", code=takers[1], files=[parts[1]])
    assert raw(tmp_path, takers[0])[0] == raw(tmp_path, takers[1])[0] == ["04936/1.csv"]


def test_an_export_that_is_changed_meanwhile_stays(tmp_path: Path) -> None:
    path = export(tmp_path, "10231", "1.csv")
    publish(tmp_path, 1, mode="official", files=[balance(path)])
    plan = plan_raw(tmp_path, tmp_path / "exports", [CODE], SOON)
    export(tmp_path, "10231", "1.csv", "Người Mới,01/02/1980,001080000002\n")
    carry_out(plan, SOON, "an")
    assert "Người Mới" in path.read_text()
    assert not plan.doomed and [one.why for one in plan.spared] == ["vừa bị thay đổi"]


def test_what_was_put_aside_on_arrival_goes_once_all_is_official(tmp_path: Path) -> None:
    names = ["replaced/10231/TN-20261130-0002/1.csv", "put_aside/10231-x/TN-20261130-0003/so 001080000001.csv"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("cũ")
    plan = plan_aside(tmp_path, [CODE], SOON)
    assert not plan.doomed
    assert {one.why for one in plan.spared} == {f"chưa có bản chính thức nguyên vẹn của {CODE}"}
    publish(tmp_path, 1, mode="official")
    assert not plan_aside(tmp_path, [CODE], day(0)).doomed
    plan = plan_aside(tmp_path, [CODE], SOON)
    assert [one.name for one in plan.of("aside")] == names
    carry_out(plan, SOON, "an")
    assert not any((tmp_path / name).exists() for name in names)


@pytest.fixture
def command(tmp_path: Path, capsys) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: str) -> tuple[int, str, str]:
        status = main(["purge", "--data", str(tmp_path), *arguments])
        return status, *capsys.readouterr()

    return call


def test_the_command_says_what_it_took_away_and_puts_it_on_record(tmp_path: Path, command) -> None:
    path = export(tmp_path, "10231", "so 001080000001.csv")
    for on in (0, 10):
        publish(tmp_path, on)
    publish(tmp_path, 20, mode="official", files=[balance(path)])
    before = {name: content for name, content in state(tmp_path).items() if "published/" in name or "exports/" in name}
    status, out, err = command("--older-than", "0", "--dry-run", "--purpose", "thử 001080000001")
    assert (status, err) == (0, "")
    assert "xóa (chỉ kể, chưa xóa) 1 bản lưu" in out and "trial-1" in out
    after = state(tmp_path)
    assert {name: after[name] for name in before} == before
    status, out, err = command("--older-than", "0", "--purpose", "hết hạn")
    assert (status, err) == (0, "")
    assert "xóa 1 bản lưu" in out and "001*****0001.csv" in out and "001080000001" not in out
    assert (
        "Tổng cộng: xóa 1 bản lưu, 0 tệp hỏng đã để riêng, 0 thư mục tạm, 1 tệp thô, 0 tệp bị thay hoặc trùng (" in out
    )
    assert out.endswith("; giữ 0.\n")
    assert not path.exists() and kept(published_file(tmp_path, "trial", CODE)) == ["0002"]
    log = ActivityLog(tmp_path).path.read_text()
    assert '"raw_files":1' in log.replace(": ", ":") and "hết hạn" in log and "001080000001" not in log


def test_only_what_is_asked_for_goes(tmp_path: Path, command) -> None:
    path = export(tmp_path, "10231", "1.csv")
    for on in (0, 10):
        target = publish(tmp_path, on, mode="official", files=[balance(path)])
    assert command("--older-than", "36000", "--new-commune", CODE)[0] == 0
    assert path.exists() and kept(target) == ["0001", "0002"]
    assert command("--older-than", "0", "--only", "raw", "--new-commune", CODE)[0] == 0
    assert not path.exists() and kept(target) == ["0001", "0002"]
    assert command("--older-than", "0", "--only", "versions", "--new-commune", CODE)[0] == 0
    assert kept(target) == ["0002"]


def test_a_mistake_is_one_sentence_and_nothing_goes(tmp_path: Path, command, capsys) -> None:
    for on in (0, 10):
        target = publish(tmp_path, on)
    status, _, err = command("--older-than", "0", "--new-commune", "99999")
    assert status == 2 and err.count("\n") == 1
    for days in ("-1", "x", "1e9", "999999999"):
        with pytest.raises(SystemExit) as stopped:
            command("--older-than", days)
        assert stopped.value.code == 2
    assert kept(target) == ["0001", "0002"]
    capsys.readouterr()
    assert main(["purge", "--data", str(tmp_path / "nowhere"), "--older-than", "0"]) == 2
    assert "Không có thư mục dữ liệu" in capsys.readouterr().err


def test_without_the_key_nothing_goes_and_with_it_all_is_as_ever(tmp_path: Path, command, monkeypatch) -> None:
    keys = tmp_path / "key"
    keys.write_text("k" * 40)
    monkeypatch.setenv("HOPNHAT_KEY_FILE", str(keys))
    for on in (0, 10):
        target = publish(tmp_path, on)
    monkeypatch.delenv("HOPNHAT_KEY_FILE")
    status, _, err = command("--older-than", "0", "--only", "versions")
    assert status == 2 and "mã hóa" in err and err.count("\n") == 1
    assert kept(target) == ["0001", "0002"]
    monkeypatch.setenv("HOPNHAT_KEY_FILE", str(keys))
    assert command("--older-than", "0", "--only", "versions")[0] == 0
    assert kept(target) == ["0002"]


def test_a_commune_that_somebody_works_on_is_left_alone(tmp_path: Path, command, monkeypatch) -> None:
    for on in (0, 10):
        target = publish(tmp_path, on)
    (tmp_path / "locks").mkdir(exist_ok=True)
    monkeypatch.setenv("HOPNHAT_LOCK_PATIENCE", "0")
    with FileLock(tmp_path / "locks" / f"{CODE}.lock"):  # not this command's, so it is somebody else's
        status, _, err = command("--older-than", "0", "--only", "versions")
    assert status == 2 and "đang làm việc với xã 10231" in err and err.count("\n") == 1
    assert kept(target) == ["0001", "0002"]


def test_a_record_that_was_spoiled_stops_what_asks_it(tmp_path: Path, command) -> None:
    for on in (0, 10):
        target = publish(tmp_path, on)
    (version_file(target, 1).parent / purged._RECORD).write_text("{")
    status, _, err = command("--older-than", "0")
    assert status == 2 and "hãy khôi phục tệp này từ bản sao lưu" in err
    assert kept(target) == ["0001", "0002"] and target.is_file()
