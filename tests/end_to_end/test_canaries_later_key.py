"""A key that is set later covers what lay there in plain: files are encrypted, pages made anew with masked names."""

import json
import shutil

import pytest

from pipelines.warehouse.reading import open_warehouse
from tests.end_to_end.canaries import readings

CODE = "10231"


@pytest.fixture(scope="module")
def rotated(sample_run, in_process, tmp_path_factory):
    """The sample's data folder, published in plain, then brought under a key; and some of its people."""
    folder = tmp_path_factory.mktemp("later")
    data = shutil.copytree(sample_run.data, folder / "data", ignore=shutil.ignore_patterns("exports"))
    with open_warehouse(sample_run.published(CODE)) as connection:
        people = connection.execute(
            "SELECT full_name, personal_id FROM citizens WHERE source_row_count > 1 AND personal_id IS NOT NULL"
            " AND length(full_name) > 14 ORDER BY citizen_id LIMIT 20"
        ).fetchall()
    (folder / "keys").write_text("a key of a test, long enough for it\n")
    outcome = in_process("key", "rotate", data=data, HOPNHAT_KEY_FILE=str(folder / "keys"))
    assert outcome.status == 0, outcome.err
    return data, [value.encode() for person in people for value in person]


def told(folder, values):
    """The files below a folder in which one of these people is told of."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(value in reading for reading in readings(path.read_bytes()) for value in values)
    ]


def test_people_stood_in_files_and_pages_before(rotated, sample_run):
    _, values = rotated
    assert len(values) == 40
    before = told(sample_run.data / "reports", values)
    assert {"trial/10231/merges.html", "trial/10231/trial-1/merges.html"} <= set(before)
    assert told(sample_run.data / "published", values)


def test_nobody_is_told_of_in_plain_once_there_is_a_key(rotated):
    data, values = rotated
    assert told(data, values) == []


def test_no_page_is_lost(rotated, sample_run):
    data, _ = rotated
    for pages in ("trial/10231", "trial/10231/trial-1"):
        before, now = (
            {path.name for path in (folder / "reports" / pages).iterdir()} for folder in (sample_run.data, data)
        )
        assert now == before
        summary = json.loads((data / "reports" / pages / "summary.json").read_text("utf-8"))
        assert summary["names"] == "masked"
