"""Linking again after decisions: refused in one sentence where what changes would not come of decisions alone."""

import shutil

import pytest

from assets.deployment import Deployment
from assets.jobs import LINK_AGAIN
from assets.refusals import refuse_without_new_decisions
from assets.run_settings import RunSettings
from pipelines.problems import UnusableInput
from pipelines.review.decisions import Decision, decision_log

CODE = "10231"


@pytest.fixture
def published(small_run, tmp_path):
    """The data folder of a published trial."""
    return shutil.copytree(small_run.data, tmp_path / "data")


def _refuse(data, **settings):
    deployment = Deployment(data=str(data), settings=RunSettings(**settings))
    refuse_without_new_decisions(deployment, LINK_AGAIN, CODE)


def _decide(data):
    decision = Decision(dataset="parcels", kind="keep_out", record_ids=("a", "b"), parts=(1, 2), by="Lê Lan", at="x")
    decision_log(data, CODE).append([decision])


def test_without_a_new_decision_nothing_would_change(published):
    with pytest.raises(UnusableInput, match="Xã 10231 chưa có quyết định nào mới từ lần công bố trước"):
        _refuse(published)


def test_a_new_decision_alone_is_gone_by(published):
    _decide(published)
    _refuse(published)


def test_other_files_or_settings_ask_for_a_trial(published):
    _decide(published)
    with pytest.raises(UnusableInput, match=r"thiết lập đối sánh công dân đã thay đổi.*hãy dùng công việc chay_thu"):
        _refuse(published, false_merge_cost=20)
    changed = min((published / "exports").rglob("*.csv"))
    changed.write_bytes(changed.read_bytes() + b"\n")
    with pytest.raises(
        UnusableInput, match=rf"không chỉ có quyết định thay đổi: tệp «[^»]*{changed.name}» đã thay đổi"
    ):
        _refuse(published)


def test_what_was_never_published_is_to_be_tried_first(tmp_path):
    with pytest.raises(UnusableInput, match="chưa có bản công bố nào để đối sánh lại"):
        _refuse(tmp_path)
