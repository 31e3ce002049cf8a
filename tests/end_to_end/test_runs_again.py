"""A second run: on the same data, and on files that were renamed and put in another order."""

import random
import shutil

import pytest

CODE = "10231"
LOCATORS = {"citizen_sources", "parcel_sources", "row_balance", "column_encodings", "decoded_rows"}
"""Tables that say in which file and line a row stands; the order of the lines changes them and nothing else."""

SOURCES = (
    "SELECT record_id, citizen_id AS entity_id, outcome, old_commune_code, raw::VARCHAR FROM citizen_sources UNION ALL"
    " SELECT record_id, parcel_id, outcome, old_commune_code, raw::VARCHAR FROM parcel_sources ORDER BY 1"
)
HISTORY = "SELECT * FROM id_history ORDER BY ALL"


def _manifest(outcome):
    return dict(outcome.query(CODE, "SELECT key, value FROM manifest"))


@pytest.fixture(scope="module")
def data(sample_run, tmp_path_factory):
    """The data folder after the first run, to run on again."""
    return shutil.copytree(sample_run.data, tmp_path_factory.mktemp("again") / "data")


@pytest.fixture(scope="module")
def second_run(in_process, data):
    outcome = in_process("run", "--new-commune", CODE, data=data)
    kept = shutil.copytree(data / "published", data.parent / "second" / "published")
    return type(outcome)(outcome.status, outcome.out, outcome.err, kept.parent)


@pytest.fixture(scope="module")
def shuffled_run(in_process, data):
    """A later run: one commune's files renamed and moved, the rows in another order."""
    dice = random.Random(20250701)
    (folder,) = (data / "exports").glob("10249-*")
    folder = folder.rename(folder.with_name("10249 moi"))
    (folder / "nam 2025").mkdir()
    for path in list(folder.glob("*.csv")):
        header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        dice.shuffle(rows)
        path.unlink()
        (folder / "nam 2025" / f"z_{path.name}").write_text(header + "".join(rows), encoding="utf-8")
    return in_process("run", "--new-commune", CODE, data=data)


@pytest.mark.long  # test_versions asks the same of a smaller commune
def test_same_data_gives_the_same_hash(sample_run, second_run):
    assert second_run.status == 0, second_run.err
    first, second = _manifest(sample_run), _manifest(second_run)
    assert second["run_id"] != first["run_id"]
    assert second["logical_hash"] == first["logical_hash"]


@pytest.mark.long
def test_same_data_keeps_every_id_and_the_history(sample_run, second_run):
    assert second_run.query(CODE, SOURCES) == sample_run.query(CODE, SOURCES)
    assert second_run.query(CODE, HISTORY) == sample_run.query(CODE, HISTORY)


def test_order_and_names_of_files_change_locators_alone(sample_run, shuffled_run):
    assert shuffled_run.status == 0, shuffled_run.err
    first, third = _manifest(sample_run), _manifest(shuffled_run)
    hashes = {key for key in first if key.startswith("logical_hash.")}
    changed = {key.removeprefix("logical_hash.") for key in hashes if first[key] != third[key]}
    assert changed - LOCATORS == set()
    assert "row_balance" in changed  # the files did change


def test_order_and_names_of_files_keep_partition_and_ids(sample_run, shuffled_run):
    assert shuffled_run.query(CODE, SOURCES) == sample_run.query(CODE, SOURCES)
    assert shuffled_run.query(CODE, HISTORY) == sample_run.query(CODE, HISTORY)
