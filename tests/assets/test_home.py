"""DAGSTER_HOME as the command and the UI prepare it."""

import os
import stat

import dagster as dg
import pytest
import yaml

from assets.instance import prepare_home


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", "")  # so that what prepare_home sets is undone
    monkeypatch.delenv("DAGSTER_HOME")


def test_home_has_telemetry_and_welcome_box_off(tmp_path):
    home = prepare_home(tmp_path / "data")
    assert home == tmp_path / "data" / "dagster"
    assert os.environ["DAGSTER_HOME"] == str(home)
    settings = yaml.safe_load((home / "dagster.yaml").read_text())
    assert settings["telemetry"] == {"enabled": False}
    assert settings["nux"] == {"enabled": False}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_dagster_understands_the_settings(tmp_path):
    prepare_home(tmp_path / "data")
    with dg.DagsterInstance.get() as instance:
        assert instance.telemetry_enabled is False
        assert instance.nux_enabled is False
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"


def test_settings_of_an_administrator_are_kept(tmp_path):
    home = tmp_path / "data" / "dagster"
    home.mkdir(parents=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    prepare_home(tmp_path / "data")
    assert (home / "dagster.yaml").read_text() == "telemetry: {enabled: false}\n"


def test_variable_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "elsewhere"))
    assert prepare_home(tmp_path / "data") == tmp_path / "elsewhere"
    assert (tmp_path / "elsewhere" / "dagster.yaml").is_file()
