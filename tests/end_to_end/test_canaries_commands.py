"""No value of a row leaves by a side door of any command, good or refused; with a key, nowhere at all.

`whole_life` calls every command once. What `run` does when its steps fail is in `test_canaries`.
"""

import os
import signal
import subprocess
import time

import dagster as dg
import pytest

from pipelines.warehouse.reading import open_warehouse
from tests.end_to_end.canaries import exports_at
from tests.end_to_end.conftest import COMMAND

CODE = "10231"
REFUSED = {
    "across",
    "resolve unknown",
    "review export again",
    "review import unclear",
    "sample import unclear",
    "review revoke unknown",
    "rollback unknown",
    *(f"{kind} again" for kind in ("plan515", "sheet-map", "masked")),
    *("no workbook", "no zip", "torn workbook", "no decisions", "wrong decisions"),
    *("aliases", "rules", "model", "nowhere", "changed", "damaged", "damaged export"),
}
"""What must end in a refusal."""
FURTHER = {"uses", "sheets", "limits"}
"""Refused too, in the long tests."""
EITHER = {"journal 10231", "journal 10231.sample", "ledger 000001", "ledger 000002", "ledger sequence"}
"""Damage that may be mended, or not looked at."""
TOLD = {"review list", "journal 10231", "journal 10231.sample"}
"""They show the reasons that officers wrote, which is what they are for."""
HOLD_ROWS = {"ledger", "published", "reports", "scratch", "decisions"}
"""Folders that hold what rows say, where nothing is encrypted."""


def test_every_command_ended_as_it_should(lived):
    refused = {name for name, status in lived.ended.items() if status}
    assert refused - EITHER - FURTHER == REFUSED
    assert refused & FURTHER in (set(), FURTHER)
    assert set(lived.ended.values()) <= {0, 1, 2}


def test_no_command_tells_of_a_row(lived):
    told = {name: lived.canaries.leaked(lived.said(name).encode()) for name in lived.ended}
    assert {name for name, values in told.items() if values} <= TOLD
    assert told["review list"], "the officer's reason names a canary, so that one that leaks would be found"
    assert not [name for name in lived.ended if "Traceback" in lived.said(name)]


def test_the_canaries_are_in_the_warehouse(lived, monkeypatch):
    """What the other tests do not find can be found."""
    if lived.keys:
        monkeypatch.setenv("HOPNHAT_KEY_FILE", str(lived.keys))
    with open_warehouse(lived.data / "published" / "official" / f"{CODE}.duckdb") as connection:
        names, people = connection.execute("SELECT string_agg(full_name), count(*) FROM citizens").fetchall()[0]
        assert len(lived.canaries.leaked(names.encode())) >= people
        merged = "SELECT count(*) FROM citizens WHERE source_row_count > 1"
        assert connection.execute(merged).fetchall()[0][0] >= 6
        assert connection.execute("SELECT count(*) FROM quarantine").fetchall() == [(2 + 3,)]
        kept_bytes = "SELECT count(*) FROM decoded_rows WHERE hex(raw_bytes) LIKE 'FFFE%'"
        assert connection.execute(kept_bytes).fetchall() == [(1,)]


def test_dagster_tells_nothing_of_a_row(lived, monkeypatch):
    """Read as its pages read it, too: a text of its databases may lie in several pieces of the file."""
    monkeypatch.setenv("DAGSTER_HOME", str(lived.data / "dagster"))
    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs()
        assert len(runs) >= 5, "good ones and refused ones"
        told = [repr(run) + repr(instance.get_run_stats(run.run_id)) for run in runs]
        logs = [instance.all_logs(run.run_id) for run in runs]
        told += [repr((event.user_message, event.dagster_event)) for log in logs for event in log]
    assert lived.canaries.leaked("\n".join(told).encode()) == []


def test_nothing_of_a_row_lies_where_no_rows_belong(lived):
    by_design = set() if lived.keys else HOLD_ROWS
    leaked = {
        path.relative_to(lived.data).as_posix(): found
        for path in sorted(lived.data.rglob("*"))
        if path.is_file() and path.relative_to(lived.data).parts[0] not in by_design
        if (found := lived.canaries.leaked(path.read_bytes() + path.name.encode()))
    }
    assert leaked == {}


def test_officers_workbooks_hold_what_they_are_for(lived):
    """What the other tests do not find can be found."""
    for name in ("cases.xlsx", "sample.xlsx", "plan515.xlsx", "plan515.csv"):
        assert lived.canaries.leaked((lived.work / name).read_bytes()), name
    for name in ("masked.xlsx", "masked.csv", "sheet-map.xlsx", "sheet-map.csv"):
        assert lived.canaries.leaked((lived.work / name).read_bytes()) == [], name


@pytest.mark.parametrize("place", ["tmp", "cwd", "home"])
def test_nothing_is_left_outside_the_data_folder(lived, place):
    assert list((lived.folder / place).iterdir()) == []


MOMENTS = {
    "rows read": "scratch/trial/10231/source_rows",
    "staging": "scratch/trial/10231/*staging.duckdb*",
    "published": "published/trial/10231.duckdb",
}


@pytest.mark.parametrize(
    "moment", [pytest.param(name, marks=[] if name == "staging" else [pytest.mark.long]) for name in MOMENTS]
)
def test_a_killed_run_leaves_nothing_in_plain_where_there_is_a_key(tmp_path, moment):
    canaries = exports_at(tmp_path / "in").canaries
    for name in ("tmp", "cwd"):
        (tmp_path / name).mkdir()
    (tmp_path / "keys").write_text("a key of a test, long enough for it\n")
    run = subprocess.Popen(
        [COMMAND, "run", "--new-commune", CODE, "--exports", tmp_path / "in", "--data", tmp_path / "data"],
        cwd=tmp_path / "cwd",
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp"), "HOPNHAT_KEY_FILE": str(tmp_path / "keys")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    until = time.monotonic() + 200
    while not list((tmp_path / "data").glob(MOMENTS[moment])) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    os.kill(run.pid, signal.SIGKILL)
    output, _ = run.communicate()
    assert run.returncode == -signal.SIGKILL, output.decode()
    left = [path for name in ("data", "tmp", "cwd") for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert any("scratch" in path.parts for path in left)
    leaked = {path: found for path in left if (found := canaries.leaked(path.read_bytes()))}
    assert leaked == {}
    assert canaries.leaked(output) == []
