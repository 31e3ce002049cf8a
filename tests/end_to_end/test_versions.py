"""Trial, history, promote, rollback, as the command does them."""

import getpass
import json
import shutil
import subprocess
import sys
import threading

import dagster as dg
import pytest

from pipelines.reports.commune_states import State
from pipelines.review.decisions import Decision, decision_log
from pipelines.warehouse.verification import verify

CODE = "10231"
COMMUNE = ("--new-commune", CODE)
IDS = "SELECT record_id, citizen_id FROM citizen_sources UNION ALL SELECT record_id, parcel_id FROM parcel_sources"
MANIFEST = "SELECT key, value FROM manifest"
SOURCES = (
    "SELECT record_id, citizen_id, outcome, raw::VARCHAR FROM citizen_sources UNION ALL"
    " SELECT record_id, parcel_id, outcome, raw::VARCHAR FROM parcel_sources ORDER BY 1"
)
HISTORY = "SELECT * FROM id_history ORDER BY ALL"


@pytest.fixture(scope="module")
def first_trial(small_run):
    """A data folder with its exports and one trial. Copied, never changed."""
    return small_run


@pytest.fixture
def data(first_trial, tmp_path):
    return shutil.copytree(first_trial.data, tmp_path / "data")


@pytest.fixture
def add_person(data):
    """Adds a person to the first file; gives the file's name as sentences tell it."""

    def add_person():
        (path,) = (data / "exports").glob("10231-*/cong_dan.csv")
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        told = {"ho_ten": "Đặng Thị Thêm", "ngay_sinh": "03/04/1971", "gioi_tinh": "Nữ"}
        with path.open("a", encoding="utf-8") as stream:
            stream.write(",".join(told.get(name, "") for name in header) + "\n")
        return path.relative_to(data / "exports").as_posix()

    return add_person


def _log(data, mode="trial"):
    lines = (data / "published" / mode / "versions" / CODE / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [(line["version"], line["event"]) for line in map(json.loads, lines)]


def _query(outcome, mode, sql):
    import duckdb

    with duckdb.connect(str(outcome.published(CODE, mode)), read_only=True) as connection:
        return dict(connection.execute(sql).fetchall())


def test_history_tells_what_when_and_who(in_process, first_trial, data):
    outcome = in_process("history", *COMMUNE, data=data)
    assert outcome.status == 0, outcome.err
    title, header, line = outcome.out.splitlines()
    assert "Thượng Phúc (10231)" in title
    assert header.split("  ")[0] == "Phiên bản"
    words = line.split()
    assert (words[0], words[-2:]) == ("trial-1", ["đang", "dùng"])
    assert getpass.getuser() in words
    counts = first_trial.query(CODE, "SELECT (SELECT count(*) FROM citizens), (SELECT count(*) FROM parcels)")[0]
    assert {str(count) for count in counts} < set(words)
    assert first_trial.query(CODE, "SELECT value[:12] FROM manifest WHERE key = 'logical_hash'")[0][0] in words


def test_history_of_nothing_says_so(in_process, tmp_path):
    outcome = in_process("history", *COMMUNE, data=tmp_path)
    assert (outcome.status, outcome.err) == (0, "")
    assert "Chưa công bố bản nào" in outcome.out


def test_an_equal_run_is_an_event_and_no_version(in_process, first_trial, data):
    outcome = in_process("run", *COMMUNE, data=data)
    assert outcome.status == 0, outcome.err
    first, second = (_query(run, "trial", MANIFEST) for run in (first_trial, outcome))
    assert second["run_id"] != first["run_id"]
    assert second["logical_hash"] == first["logical_hash"]
    for query in (SOURCES, HISTORY):
        assert outcome.query(CODE, query) == first_trial.query(CODE, query)
    assert _log(data) == [(1, "publish"), (1, "publish")]
    assert len(list((data / "published").rglob("*.duckdb"))) == 2


def test_a_trial_becomes_official_as_it_is(in_process, hopnhat, first_trial, data, dagster_of):
    outcome = in_process("promote", "--plaintext", *COMMUNE, data=data)
    assert outcome.status == 0, outcome.err
    assert "official-1" in outcome.out
    trial, official = (_query(outcome, mode, MANIFEST) for mode in ("trial", "official"))
    assert official["logical_hash"] == trial["logical_hash"]
    assert (official["mode"], official["promoted_from"], official["promoted_by"]) == (
        "official",
        "trial-1",
        getpass.getuser(),
    )
    assert _query(outcome, "official", IDS) == _query(outcome, "trial", IDS)
    assert "bản chính thức" in outcome.report(CODE, "official")
    assert hopnhat("verify", outcome.published(CODE, "official"), cwd=data.parent).status == 0
    with dagster_of(data) as instance:
        published, state = (
            instance.get_latest_materialization_event(dg.AssetKey(asset)).asset_materialization
            for asset in ("published_warehouse", "commune_state")
        )
    assert published.partition == state.partition == "10231 Thượng Phúc"
    assert published.metadata["Phiên bản"].value == "official-1"
    assert state.metadata["Trạng thái"].value == f"{State.OFFICIAL.sign} {State.OFFICIAL.word}"

    again = in_process("promote", *COMMUNE, data=data)
    assert again.status == 0
    assert "đã là bản chính thức" in again.out
    assert _log(data, "official") == [(1, "promote")]


def test_a_trial_of_other_files_does_not_become_official(in_process, data, add_person, content_of):
    before = content_of(data / "published")
    name = add_person()
    outcome = in_process("promote", *COMMUNE, data=data)
    assert (outcome.status, outcome.out) == (1, "")
    (sentence,) = outcome.sentences()
    assert f"tệp «{name}» đã thay đổi; hãy chạy thử lại" in sentence
    assert content_of(data / "published") == before


def test_a_trial_of_other_decisions_and_references_does_not_become_official(in_process, data):
    (data / "reference").mkdir()
    (data / "reference" / "header_aliases.csv").write_text("old_code,header,column\n", encoding="utf-8")
    rows = [record_id for (record_id,) in _rows(data)]
    decision = Decision(
        dataset="citizens", kind="different", record_ids=rows, parts=(1, 2), by="An", at="2025-07-01T08:00:00+07:00"
    )
    decision_log(data, CODE).append([decision])
    outcome = in_process("promote", *COMMUNE, data=data)
    assert outcome.status == 1
    (sentence,) = outcome.sentences()
    assert "quyết định của cán bộ đã thay đổi" in sentence
    assert "reference/header_aliases.csv) đã thay đổi" in sentence


def _rows(data):
    import duckdb

    with duckdb.connect(str(data / "published" / "trial" / f"{CODE}.duckdb"), read_only=True) as connection:
        return connection.execute("SELECT record_id FROM citizen_sources ORDER BY 1 LIMIT 2").fetchall()


def test_a_trial_with_a_blocking_case_does_not_become_official(in_process, shared_number, shared_number_run, tmp_path):
    shutil.copytree(shared_number_run.data, tmp_path, dirs_exist_ok=True)
    outcome = in_process("promote", *COMMUNE, "--exports", shared_number, data=tmp_path)
    assert outcome.status == 1
    (sentence,) = outcome.sentences()
    assert "1 trường hợp phải giải quyết trước khi công bố chính thức" in sentence
    assert "thay đổi" not in sentence
    assert not (tmp_path / "published" / "official").exists()


def test_what_was_never_tried_does_not_become_official(in_process, tmp_path):
    outcome = in_process("promote", *COMMUNE, data=tmp_path)
    assert outcome.status == 2
    assert "Chưa có bản chạy thử nào" in outcome.sentences()[0]


def test_an_earlier_version_comes_back(in_process, first_trial, data, add_person):
    add_person()
    assert in_process("run", *COMMUNE, data=data).status == 0
    outcome = in_process("rollback", "--to", "trial-1", *COMMUNE, data=data)
    assert outcome.status == 0, outcome.err
    assert outcome.published(CODE).read_bytes() == first_trial.published(CODE).read_bytes()
    assert _log(data) == [(1, "publish"), (2, "publish"), (1, "rollback")]
    assert _query(first_trial, "trial", MANIFEST)["run_id"] in outcome.report(CODE)
    history = in_process("history", *COMMUNE, data=data).out.splitlines()[2:]
    assert [line.split()[0] for line in history] == ["trial-1", "trial-2", "trial-1"]
    assert ["đang dùng" in line for line in history] == [True, False, False]


def test_a_rollback_that_died_before_its_pages_is_finished_by_the_same_command(in_process, first_trial, data):
    summary = data / "reports" / "trial" / CODE / "summary.json"
    before = json.loads(summary.read_text(encoding="utf-8"))
    summary.write_text(json.dumps(before | {"run_id": "another version's"}), encoding="utf-8")
    outcome = in_process("rollback", "--to", "trial-1", *COMMUNE, data=data)
    assert (outcome.status, outcome.err) == (0, "")
    assert _log(data) == [(1, "publish")]
    assert json.loads(summary.read_text(encoding="utf-8"))["run_id"] == before["run_id"]


def test_a_page_that_cannot_be_made_is_taken_away_and_the_rollback_holds(in_process, first_trial, data, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a secret of a row")

    monkeypatch.setattr("assets.reporting.render_page_set", broken)
    (data / "published" / "trial" / f"{CODE}.duckdb").unlink()
    outcome = in_process("rollback", "--to", "trial-1", *COMMUNE, data=data)
    assert outcome.status == 0
    (sentence,) = outcome.sentences()
    assert "Không làm lại được báo cáo" in sentence
    assert "secret" not in outcome.output
    assert outcome.published(CODE).read_bytes() == first_trial.published(CODE).read_bytes()
    left = data / "reports" / "trial" / CODE
    assert [path for path in left.iterdir() if path.is_file()] == []
    assert f"trial/{CODE}/" not in (data / "reports" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("version", "named"),
    [("trial-7", "các phiên bản đang lưu: trial-1"), ("official-1", "chưa lưu bản nào"), ("7", "không phải tên")],
)
def test_what_is_no_version_is_not_put_back(in_process, data, content_of, version, named):
    before = content_of(data / "published")
    outcome = in_process("rollback", "--plaintext", "--to", version, *COMMUNE, data=data)
    assert outcome.status == 2
    assert named in outcome.sentences()[0]
    assert content_of(data / "published") == before


HOLD = (
    "import sys; from pathlib import Path; from assets.holding import hold\n"
    "with hold(Path(sys.argv[1]), '10231', 'hopnhat run', patience=0): print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def at_work(data, project):
    """Another process that holds the commune's lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, data], cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_who_would_change_a_commune_that_another_is_at_work_on_is_refused(in_process, data, at_work, content_of):
    before = content_of(data / "published") | content_of(data / "decisions")
    commands = [
        ("run",),
        ("run", "--mode", "official", "--plaintext"),
        ("rollback", "--to", "trial-1"),
        ("promote", "--plaintext"),
        ("review", "revoke", "QD-1"),
        ("review", "import", data / "answers.xlsx"),
        ("review", "replay", data / "decisions.jsonl"),
        ("review", "sample", data / "sample.xlsx"),
    ]
    for command in commands:
        outcome = in_process(*command, *COMMUNE, data=data, HOPNHAT_LOCK_PATIENCE="0")
        assert outcome.status == 2, command
        (sentence,) = outcome.sentences()
        assert f"{getpass.getuser()} đang làm việc với xã 10231 (hopnhat run, từ " in sentence
        assert f"tiến trình {at_work.pid}) và chưa xong" in sentence
    assert content_of(data / "published") | content_of(data / "decisions") == before
    assert not (data / "sample.xlsx").exists()


def test_the_second_one_waits_and_says_so_once(in_process, data, at_work):
    threading.Timer(2, at_work.stdin.close).start()
    outcome = in_process("rollback", "--to", "trial-1", *COMMUNE, data=data, HOPNHAT_LOCK_PATIENCE="60")
    assert outcome.status == 0, outcome.err
    (sentence,) = outcome.sentences()
    assert "đang chờ, lâu nhất 1 phút" in sentence


def test_history_waits_for_nobody(in_process, data, at_work):
    outcome = in_process("history", *COMMUNE, data=data)
    assert outcome.status == 0
    assert "đang dùng" in outcome.out
    assert f"tiến trình {at_work.pid}" in outcome.sentences()[0]


def test_a_damaged_published_file_is_found_put_aside_and_followed_by_a_whole_one(in_process, first_trial, data):
    target = first_trial.published(CODE).relative_to(first_trial.data)
    spoilt = bytearray((data / target).read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    (data / target).write_bytes(spoilt)
    assert verify(data / target).differences
    outcome = in_process("run", *COMMUNE, data=data)
    assert outcome.status == 0, outcome.err
    assert outcome.err.count("đã hỏng, bị sửa hoặc không còn như khi công bố; lần chạy này so với bản lưu trial-1") == 1
    (aside,) = (data / "published" / "trial" / "versions" / CODE).glob("damaged-*")
    assert aside.read_bytes() == spoilt
    now = _query(outcome, "trial", MANIFEST)
    assert now["earlier.compared_instead"] == "trial-1"
    assert now["logical_hash"] == _query(first_trial, "trial", MANIFEST)["logical_hash"]
    assert _query(outcome, "trial", IDS) == _query(first_trial, "trial", IDS)
    assert verify(outcome.published(CODE)).differences == []
    assert "đã bị sửa" not in in_process("history", *COMMUNE, data=data).output


def test_what_steps_hand_on_is_gone_after_publication_and_a_single_step_says_so(first_trial, data, dagster_of):
    assert [path for path in (first_trial.data / "scratch").rglob("*") if path.is_file()] == []
    from assets.definitions import defs
    from assets.jobs import PUBLISHING

    with dagster_of(data) as instance:
        result = defs.resolve_job_def(PUBLISHING["trial"]).execute_in_process(
            partition_key="10231 Thượng Phúc",
            instance=instance,
            raise_on_error=False,
            asset_selection=[dg.AssetKey("citizen_links")],
            run_config={"resources": {"deployment": {"config": {"data": str(data)}}}},
        )
    (failed,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert "không còn: nó được xóa sau khi công bố và khi có lần chạy mới; hãy chạy lại từ đầu" in failed.error.message
