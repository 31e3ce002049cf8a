"""No value of a row leaves by a side door of a run that fails: output, Dagster's storage, events, failures.

The people of these exports are random letters and digits that stand nowhere else. Runs that do their work, and all
other commands, are in `test_canaries_commands`.
"""

import contextlib
import sqlite3
from dataclasses import replace

import dagster as dg
import duckdb
import polars as pl
import pytest

from tests.end_to_end.canaries import FOLDERS, Canaries, Exports, exports_at, in_every_form

CODE = "10231"


@pytest.mark.parametrize("form", in_every_form(""))
def test_a_canary_is_found_in_every_form(form):
    canaries = Canaries()
    canaries.words, canaries.digits = {"Kbcấdghk", "Gttộbnmq"}, {"001085123456"}
    said = in_every_form("Kbcấdghk, 001085123456")[form]
    assert canaries.leaked(said) == ["001085123456", "Kbcấdghk"]
    assert canaries.leaked(in_every_form("Kbcấdgh, 00108512345")[form]) == []


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Exports:
    return exports_at(tmp_path_factory.mktemp("canaries") / "exports")


def _everything_said(outcome) -> bytes:
    """What was printed, all that lies under DAGSTER_HOME, and every event as Dagster tells it."""
    home = outcome.data / "dagster"
    files = [path for path in home.rglob("*") if path.is_file()]
    databases = [path for path in files if path.suffix == ".db"]
    assert databases
    for path in databases:
        with contextlib.closing(sqlite3.connect(path)) as connection:  # so that a text's bytes are its UTF-8
            assert connection.execute("PRAGMA encoding").fetchone() == ("UTF-8",)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        with dg.DagsterInstance.get() as instance:
            (run,) = instance.get_runs()
            events = repr([(event.user_message, event.dagster_event) for event in instance.all_logs(run.run_id)])
            metadata = repr(run) + repr(instance.get_run_stats(run.run_id))
    names = "\n".join(path.name for path in files)
    return b"\n".join(
        [outcome.output.encode(), events.encode(), metadata.encode(), names.encode()]
        + [path.read_bytes() for path in files]
    )


def test_a_refused_run_tells_nothing_of_a_row(in_process, exports, monkeypatch, tmp_path):
    from expectations import RULES, running

    broken = [
        replace(rule, expectation="SELECT * FROM {batch}")
        if rule.table == "citizens"
        else replace(rule, expectation="SELECT CAST(owner_name AS INTEGER) FROM {batch}")
        if rule.table == "parcel_owners"
        else rule
        for rule in RULES
    ]
    monkeypatch.setattr(
        "assets.publishing.validate", lambda staging, today, **_: running.run(broken, staging, today=today)
    )
    refused = in_process("run", "--new-commune", CODE, "--exports", exports.folder, data=tmp_path / "data")
    assert refused.status == 1
    assert exports.canaries.leaked(_everything_said(refused)) == []


def test_unusable_files_tell_nothing_of_a_row(in_process, exports, tmp_path):
    """Files without a header start with a person: what is said of a header must not be said of them."""
    folder = tmp_path / "exports" / FOLDERS["10231"]
    folder.mkdir(parents=True)
    whole = (exports.folder / FOLDERS["10231"] / "dan.csv").read_bytes()
    (folder / "khong-ten-cot.csv").write_bytes(whole.split(b"\n", 1)[1])
    refused = in_process("run", "--new-commune", CODE, "--exports", folder.parent, data=tmp_path / "data")
    assert refused.status == 2
    assert exports.canaries.leaked(_everything_said(refused)) == []


def _polars_error(frame: pl.DataFrame, *_, **__):
    frame["ho_ten"].cast(pl.Int64)


def _duckdb_error(frame: pl.DataFrame, *_, **__):
    text = frame["full_name" if "full_name" in frame.columns else "ho_ten"]
    duckdb.execute("SELECT CAST(? AS INTEGER)", [text[0]])


def _error_in_tables(_path, tables, **_kwargs):
    for name, frame in tables:
        if name == "citizens":
            _duckdb_error(frame)


def _error_in_report(staging, *_, **__):
    with duckdb.connect(str(staging), read_only=True) as connection:
        connection.execute("SELECT CAST(full_name AS INTEGER) FROM citizens")


def _error_with_a_cause(frame: pl.DataFrame, *_, **__):
    try:
        _duckdb_error(frame)
    except duckdb.Error as problem:
        raise KeyError(frame["full_name"][0]) from problem


UNEXPECTED = {
    "assets.linking.standardise_citizens": _polars_error,
    "assets.linking.place": _error_with_a_cause,
    "assets.publishing.write_warehouse": _error_in_tables,
    "assets.reporting.render_page_set": _error_in_report,
    "assets.parquet_io.describe": lambda tables: _polars_error(tables["citizens"]) if "citizens" in tables else {},
}


_LONG = {"assets.linking.place", "assets.parquet_io.describe", "assets.reporting.render_page_set"}
"""Steps that differ from the others in little: these wait for the long tests."""


@pytest.mark.parametrize(
    "function", [pytest.param(name, marks=[pytest.mark.long] if name in _LONG else []) for name in UNEXPECTED]
)
def test_an_unexpected_error_tells_nothing_of_a_row(in_process, exports, monkeypatch, tmp_path, function):
    raised = []

    def failing(*args, **kwargs):
        try:
            return UNEXPECTED[function](*args, **kwargs)
        except Exception as problem:
            raised.append(str(problem))
            raise

    monkeypatch.setattr(function, failing)
    failed = in_process("run", "--new-commune", CODE, "--exports", exports.folder, data=tmp_path / "data")
    assert exports.canaries.leaked("\n".join(raised).encode()), "the error itself quotes a row"
    assert failed.status == 3
    assert "Traceback" not in failed.output
    (sentence,) = failed.sentences()
    assert "lỗi ngoài dự kiến" in sentence
    assert exports.canaries.leaked(_everything_said(failed)) == []
    assert not failed.published(CODE).exists() or function.endswith("render_page_set")
