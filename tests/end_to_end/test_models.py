"""The linkage model of a commune: estimated by its first run, used again, asked for by name, stopped when drifted."""

import json
import shutil

import polars as pl
import pytest

CODE = "10231"
CURRENT = f"{CODE}-citizens.current"
FACTS = "SELECT value FROM manifest WHERE key = '{}.citizens'"


def fact(outcome, key):
    ((value,),) = outcome.query(CODE, FACTS.format(key))
    return value


def _kept_of(run, data):
    """The data folder after a first run, to run on again."""
    data.mkdir()
    for name in ("exports", "models", "ledger", "published"):
        shutil.copytree(run.data / name, data / name)
    return data


@pytest.fixture
def folder(sample_run, tmp_path):
    return _kept_of(sample_run, tmp_path / "data")


@pytest.fixture
def small(small_run, tmp_path):
    return _kept_of(small_run, tmp_path / "data")


def test_the_first_run_stores_its_model_without_rare_names(sample_run):
    models = sample_run.data / "models"
    name = (models / CURRENT).read_text().strip()
    assert name == fact(sample_run, "model_name")
    stored = json.loads((models / f"{name}.json").read_text())
    names = pl.concat(
        pl.read_csv(path, infer_schema=False).select("ho_ten")
        for path in (sample_run.data / "exports").glob("*/cong_dan.csv")
    )
    carried = dict(names["ho_ten"].str.to_lowercase().str.normalize("NFC").value_counts().iter_rows())
    whole = stored["frequencies"]["name_bits"]["counts"]
    assert whole and all(count >= 5 for count in whole.values())
    assert len(whole) < sum(count >= 4 for count in carried.values())
    assert "frequencies" not in json.loads(fact(sample_run, "model"))


@pytest.mark.long
def test_a_later_run_weighs_by_the_stored_model_until_asked(in_process, folder, sample_run):
    fewer = next((folder / "exports").glob("10249*/cong_dan.csv"))
    lines = fewer.read_text(encoding="utf-8").splitlines(keepends=True)
    fewer.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    again = in_process("run", "--new-commune", CODE, "--churn-limit", "1", data=folder)
    assert again.status == 0, again.err
    assert fact(again, "model_name") == fact(sample_run, "model_name")
    anew = in_process("run", "--new-commune", CODE, "--estimate", data=folder)
    assert anew.status == 0, anew.err
    fresh = fact(anew, "model_name")
    assert fresh != fact(sample_run, "model_name")
    # A model asked for by name serves that run; the commune keeps its own.
    named = in_process("run", "--new-commune", CODE, "--model", fact(sample_run, "model_name"), data=folder)
    assert fact(named, "model_name") == fact(sample_run, "model_name")
    assert (folder / "models" / CURRENT).read_text().strip() == fresh


def test_a_drifted_model_stops_publication_but_not_the_report(in_process, folder):
    published = (folder / "published" / "trial" / f"{CODE}.duckdb").read_bytes()
    path = folder / "models" / f"{(folder / 'models' / CURRENT).read_text().strip()}.json"
    model = json.loads(path.read_text())
    # The match class has changed places with strangers, as EM without anchors does.
    model["priors"] = model["priors"][::-1]
    model["shares"] = {field: table[::-1] for field, table in model["shares"].items()}
    path.write_text(json.dumps(model))
    drifted = in_process("run", "--new-commune", CODE, data=folder)
    assert drifted.status == 1
    assert "identity.model_not_drifted" in drifted.err
    assert (folder / "published" / "trial" / f"{CODE}.duckdb").read_bytes() == published
    assert (folder / "reports" / "trial" / CODE / "index.html").is_file()


@pytest.mark.parametrize("name", ["../models/x", pytest.param("parcels-10231-000000000000", marks=pytest.mark.long)])
def test_a_model_that_is_not_there_is_told_in_a_sentence(in_process, small, name):
    outcome = in_process("run", "--new-commune", CODE, "--model", name, data=small)
    assert outcome.status == 2
    assert "mô hình" in outcome.err
    assert "Traceback" not in outcome.err
