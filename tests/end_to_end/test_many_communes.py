"""Several new communes by one command: what is finished is not run again, and the page over all adds up."""

import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.warehouse.placing import sha256_of

CODES = ("04930", "09988")
"""Both took shares of the same old communes, as others did that are not run here."""
WORDS = [word for code in CODES for word in ("--new-commune", code)]


@pytest.fixture(scope="module")
def batch(hopnhat, in_process, tmp_path_factory):
    cwd = tmp_path_factory.mktemp("batch")
    assert hopnhat(*"sample --new-commune 09988 --people 90 --parcels 60 --seed 4 data".split(), cwd=cwd).status == 0
    return in_process("run", *WORDS, data=cwd / "data")


def _overview(data):
    return json.loads((data / "reports" / "trial" / "all" / "index.json").read_text(encoding="utf-8"))


def test_each_is_run_and_told(batch):
    assert batch.status == 0, batch.err
    for number, code in enumerate(CODES, 1):
        assert f"[{number}/2]" in batch.err and f"({code}): đã công bố" in batch.err
        assert batch.published(code).is_file()
    assert "còn khoảng" in batch.err
    assert not (batch.data / "scratch" / "shared").exists()


def test_rows_add_up_over_all_heirs(batch):
    told = _overview(batch.data)
    states = {one["code"]: one["state"] for one in told["communes"]}
    assert {states.pop(code) for code in CODES} == {"published"}
    assert states and set(states.values()) == {"not_run"}
    for one in told["old_communes"]:
        assert one["loaded"] == sum(one["placed"].values()) + one["unplaced"] + one["left"]
        assert one["state"] == ("waiting" if one["to_run"] else "whole")
        assert one["to_run"] or one["left"] == 0
    loaded = {
        name: sum(one["loaded"] for one in told["old_communes"] if one["dataset"] == name) for name in told["totals"]
    }
    assert {name: told["totals"][name]["loaded"] for name in loaded} == loaded


def test_what_is_finished_is_not_run_again_until_its_files_change(batch, in_process, tmp_path):
    data = shutil.copytree(batch.data, tmp_path / "data")
    again = in_process("run", *WORDS, data=data)
    assert again.status == 0
    assert "2/2" in again.err and "[1/2]" not in again.err
    (folder,) = data.glob("exports/10000*")  # of 09988 alone
    with next(folder.glob("cong_dan*")).open("ab") as file:
        file.write(b"\n")
    changed = in_process("run", *WORDS, data=data)
    assert "[2/2] Xã Hòa Lạc (09988): đã công bố" in changed.err
    assert "(04930): đã" not in changed.err


@pytest.fixture(scope="module")
def across(batch, in_process):
    before = {code: sha256_of(batch.published(code)) for code in CODES}
    found = in_process("across", data=batch.data)
    assert {code: sha256_of(batch.published(code)) for code in CODES} == before
    return found


def _asked(data, query):
    with duckdb.connect(str(data / "across" / "trial.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _persons(data):
    """Who the people of the residences really are, as the rows that each was made of tell."""
    truth = pl.read_csv(data / "truth" / "citizens.csv", infer_schema=False)
    rows = []
    for code, citizen in _asked(data, "SELECT new_commune_code, citizen_id FROM residences"):
        with duckdb.connect(str(data / "published" / "trial" / f"{code}.duckdb"), read_only=True) as connection:
            asked = "SELECT source_file, source_row::VARCHAR FROM citizen_sources WHERE citizen_id = ?"
            rows += [(code, *row) for row in connection.execute(asked, [citizen]).fetchall()]
    found = pl.DataFrame(rows, schema=["code", "source_file", "source_row"], orient="row")
    return found.join(truth, on=["source_file", "source_row"]).select("code", "person_id").unique()


def test_who_stands_in_both_communes_is_found_and_the_warehouses_stay_as_they_are(across):
    assert across.status == 0, across.err
    persons = _persons(across.data)
    assert persons.height == 2
    assert (persons["person_id"].n_unique(), set(persons["code"])) == (1, set(CODES))
    page = Path(across.data, "reports", "trial", "across", "index.html").read_text(encoding="utf-8")
    assert "1 người có mặt ở từ hai xã, phường trở lên" in page
    numbers = _asked(across.data, "SELECT personal_id FROM people WHERE personal_id IS NOT NULL")
    assert numbers and not [number for (number,) in numbers if number in page]
    start = Path(across.data, "reports", "index.html").read_text(encoding="utf-8")
    assert "trial/across/index.html" in start


def test_nobody_is_named_in_dagsters_own_files(across):
    kept = [path.read_bytes() for path in (across.data / "dagster").rglob("*") if path.is_file()]
    told = [word for row in _asked(across.data, "SELECT full_name, personal_id FROM people") for word in row if word]
    assert kept and told
    assert not [word for word in told if any(word.encode() in content for content in kept)]


def test_comparing_again_changes_nothing(across, in_process):
    hashed = "SELECT value FROM manifest WHERE key IN ('logical_hash', 'model_sha256')"
    before = _asked(across.data, hashed)
    assert in_process("across", data=across.data).status == 0
    assert _asked(across.data, hashed) == before
    assert not (across.data / "scratch" / "trial" / "across").exists()


def test_one_commune_has_nobody_to_be_compared_with(across, in_process, tmp_path):
    data = shutil.copytree(across.data, tmp_path / "data")
    (data / "published" / "trial" / "04930.duckdb").unlink()
    refused = in_process("across", data=data)
    assert refused.status == 2
    assert "Chưa có hai xã, phường" in refused.err
