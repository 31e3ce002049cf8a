"""A gate that refuses: nothing published changes, the sentence is clear, and the report is written and says so."""

import os
import signal
from dataclasses import replace

import dagster as dg
import pytest

from pipelines.reports.commune_states import State

CODE = "10231"


@pytest.fixture
def refused(in_process, data, small_exports, monkeypatch):
    """A run in which one gate, judged by Great Expectations as ever, fails on every file."""
    from expectations import RULES, running

    broken = [
        replace(rule, expectation="SELECT * FROM {batch}") if rule.id == "balance.records" else rule for rule in RULES
    ]
    monkeypatch.setattr(
        "assets.publishing.validate", lambda staging, today, **_: running.run(broken, staging, today=today)
    )
    return lambda: in_process("run", "--new-commune", CODE, "--exports", small_exports, data=data)


def test_refused_run_leaves_everything_published_as_it_was(refused, data, content_of, dagster_of):
    before = content_of(data / "published")
    outcome = refused()
    assert outcome.status == 1
    assert outcome.out == ""
    assert "Traceback" not in outcome.output
    (sentence,) = outcome.sentences()
    assert "balance.records (10 trường hợp)" in sentence
    assert "Dependencies for step" not in outcome.err  # Dagster's own words are not for officers
    assert "10231 Thượng Phúc" in sentence
    assert content_of(data / "published") == before

    assert "Từ chối công bố" in outcome.report(CODE)
    with dagster_of(data) as instance:
        (run,) = instance.get_runs()
        assert run.status == dg.DagsterRunStatus.FAILURE
        assert instance.get_latest_materialization_event(dg.AssetKey("audit_report"))
        assert instance.get_latest_materialization_event(dg.AssetKey("published_warehouse")) is None
        state = instance.get_latest_materialization_event(dg.AssetKey("commune_state")).asset_materialization.metadata
    assert state["Trạng thái"].value == f"{State.REFUSED.sign} {State.REFUSED.word}"
    assert "Đang dùng: trial-1" in state["Chi tiết"].value


def test_official_publication_waits_for_blocking_cases(in_process, shared_number, data, content_of):
    before = content_of(data / "published")
    outcome = in_process(
        *("run", "--new-commune", CODE, "--exports", shared_number, "--mode", "official", "--plaintext"), data=data
    )
    assert outcome.status == 1, outcome.err
    (sentence,) = outcome.sentences()
    assert "1 trường hợp phải giải quyết trước khi công bố chính thức" in sentence
    assert content_of(data / "published") == before
    assert "Được phép công bố" not in outcome.report(CODE, "official")
    assert "Chưa được công bố bản chính thức" in outcome.report(CODE, "official")


def test_trial_does_not_wait_for_blocking_cases(shared_number_run):
    assert shared_number_run.status == 0, shared_number_run.err
    assert shared_number_run.query(CODE, "SELECT count(*) FROM review_queue WHERE blocking") == [(1,)]


def test_unexpected_failure_is_status_3_and_changes_nothing(in_process, data, small_exports, monkeypatch, content_of):
    def broken(*_, **__):
        raise RuntimeError("a secret of a row")

    monkeypatch.setattr("assets.publishing.publish", broken)
    before = content_of(data / "published")
    others = ("--exports", small_exports, "--churn-limit", "1")  # other people than those published before
    outcome = in_process("run", "--new-commune", CODE, *others, data=data)
    assert outcome.status == 3
    assert "secret" not in outcome.output
    assert "Traceback" not in outcome.output
    assert "published_warehouse" in outcome.sentences()[0]
    assert content_of(data / "published") == before


def test_who_stops_a_run_is_not_told_of_a_failure(in_process, small_exports, tmp_path, monkeypatch):
    monkeypatch.setattr("assets.linking.read_exports", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    outcome = in_process("run", "--new-commune", CODE, "--exports", small_exports, data=tmp_path / "data")
    assert outcome.status == 3
    (sentence,) = outcome.sentences()
    assert "đã dừng theo yêu cầu" in sentence
