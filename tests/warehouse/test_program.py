"""The hashes of the program: of its own files only, and of the packages it needs, the same wherever it lies."""

import json
from pathlib import Path

import pytest

from pipelines.warehouse.manifest import totals
from pipelines.warehouse.program import code_commit, code_sha256, packages

FILES = {"pipelines/a.py": "1", "pipelines/reports/page.html": "2", "assets/b.py": "3", "data/reference/vni.csv": "4"}


def checkout(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_it_is_the_same_wherever_the_code_lies_and_whatever_lies_beside_it(tmp_path: Path) -> None:
    one = checkout(tmp_path / "one", FILES)
    beside = {"pipelines/__pycache__/a.pyc": "x", "pipelines/.a.py.swp": "x", "pipelines/a.py~": "x", "README.md": "x"}
    other = checkout(tmp_path / "other", dict(reversed(FILES.items())) | beside)
    assert code_sha256(one) == code_sha256(other)


@pytest.mark.parametrize("name", [*FILES, "expectations/new.py"])
def test_any_change_of_the_program_shows(tmp_path: Path, name: str) -> None:
    folder = checkout(tmp_path, FILES)
    before = code_sha256(folder)
    checkout(folder, {name: "changed"})
    assert code_sha256(folder) != before


@pytest.mark.parametrize(
    ("files", "commit"),
    [
        ({}, ""),
        ({".git/HEAD": "abc\n"}, "abc"),
        ({".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": "def\n"}, "def"),
        ({".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": "# all\nfed refs/heads/main\n"}, "fed"),
        ({".git/HEAD": "ref: refs/heads/main\n"}, ""),
        ({".git": "gitdir: elsewhere"}, ""),
    ],
)
def test_the_commit_is_told_where_there_is_one(tmp_path: Path, files: dict[str, str], commit: str) -> None:
    assert code_commit(checkout(tmp_path, files)) == commit


def test_packages_are_those_that_the_program_needs_and_no_tool_beside_them() -> None:
    names = {package.partition("==")[0] for package in packages()}
    assert {"python", "duckdb", "polars", "numpy", "dagster", "pydantic-core"} <= names
    assert not {"hopnhat", "pytest", "ruff", "mypy", "pip"} & names


def test_totals_do_not_hang_on_the_order_of_files() -> None:
    inputs = {f"input_sha256.{name}": name for name in "abc"} | {"settings.citizens": json.dumps({})}
    assert totals(inputs) == totals(dict(reversed(inputs.items())))
    assert totals(inputs) != totals(inputs | {"input_sha256.a": "b"})
