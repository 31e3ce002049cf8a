"""Several new communes by one command: what is finished is not run again, and the page over all adds up."""

import json
import shutil

import pytest

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
