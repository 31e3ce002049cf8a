"""For what a run is refused before it does any work."""

from pathlib import Path

import pytest

from assets.deployment import Deployment
from assets.refusals import refuse_settings
from assets.run_settings import RunSettings, WrongSetting
from assets.turns import turn_of
from pipelines.problems import UnusableInput
from pipelines.protection.keys import NoKey


def _refuse(data: Path, job: str, settings: RunSettings, plaintext: bool = True) -> None:
    refuse_settings(Deployment(data=str(data), settings=settings, plaintext=plaintext), job)


@pytest.mark.parametrize("job", ["chay_thu", "doi_sanh_lai_theo_quyet_dinh", "kiem_tra_tep_nguon", "__ASSET_JOB"])
def test_only_one_job_publishes_officially(tmp_path: Path, job: str) -> None:
    _refuse(tmp_path, job, RunSettings())
    with pytest.raises(WrongSetting, match="muốn công bố chính thức, hãy dùng công việc cong_bo_chinh_thuc"):
        _refuse(tmp_path, job, RunSettings(mode="official"))


def test_that_job_publishes_in_no_other_way(tmp_path: Path) -> None:
    _refuse(tmp_path, "cong_bo_chinh_thuc", RunSettings(mode="official"))
    with pytest.raises(WrongSetting, match="muốn chạy thử, hãy dùng chay_thu"):
        _refuse(tmp_path, "cong_bo_chinh_thuc", RunSettings())


def test_without_a_key_it_is_the_turn_of_who_looks_after_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOPNHAT_KEY_FILE", raising=False)
    with pytest.raises(NoKey, match="Máy chủ chưa đặt khóa mã hóa") as caught:
        _refuse(tmp_path, "cong_bo_chinh_thuc", RunSettings(mode="official"), plaintext=False)
    assert turn_of(caught.value).who == "người phụ trách máy chủ"


def test_a_wrong_setting_is_refused_and_leads_back_to_the_launchpad(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="«churn_limit» phải không quá 1") as caught:
        _refuse(tmp_path, "chay_thu", RunSettings(churn_limit=7))
    assert "Mở Launchpad" in turn_of(caught.value).next
