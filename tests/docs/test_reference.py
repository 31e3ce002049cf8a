"""The reference pages say what the code says."""

import re
from pathlib import Path

import pytest

from assets.reference import ENVIRONMENT, FOLDER, main

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as environment:  # which the generator empties of what is set here
        environment.setattr("os.environ", {"HOPNHAT_DATA": "elsewhere", "HOPNHAT_PURPOSE": "thử"})
        main(folder := tmp_path_factory.mktemp("reference"))
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_reference_is_current(made):
    """If not: `make reference`."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in (PROJECT / FOLDER).iterdir()}
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []


def test_every_variable_of_the_environment_is_told():
    files = [path for top in ("assets", "expectations", "pipelines") for path in (PROJECT / top).rglob("*.py")]
    named = {
        name
        for path in [*files, PROJECT / "Makefile"]
        if path.name != "reference.py"
        for name in re.findall(r"HOPNHAT_[A-Z]+(?:_[A-Z]+)*", path.read_text(encoding="utf-8"))
    }
    assert named == set(ENVIRONMENT)


def test_every_line_of_a_table_has_as_many_cells(made):
    for text in made.values():
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
