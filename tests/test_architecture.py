"""The house stands as it is drawn: which folder may know which, and what nobody may know."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pipelines.ingest.headers import COLUMNS
from pipelines.warehouse import schema

PROJECT = Path(__file__).parents[1]
MODULES = sorted(path for top in ("assets", "expectations", "pipelines") for path in (PROJECT / top).rglob("*.py"))

FORBIDDEN = {
    "pipelines": {"assets", "expectations", "dagster", "great_expectations"},
    "expectations": {"assets", "dagster"},
    "pipelines/linkage": {
        *("pipelines.citizens", "pipelines.parcels", "pipelines.review", "pipelines.reports"),
        "pipelines.across",
    },
    "pipelines/citizens": {"pipelines.across"},
    "pipelines/parcels": {"pipelines.across"},
    "pipelines/warehouse": {"pipelines.across"},
    "pipelines/vietnamese": {"pipelines.citizens", "pipelines.parcels"},
    "pipelines/communes": {"pipelines.citizens", "pipelines.parcels"},
}
"""What the modules below a folder must not import, at the top or inside a function."""


def _name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def _below(folder: str) -> list[Path]:
    return [path for path in MODULES if _name(path).startswith(f"{folder}/")]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(path: Path) -> frozenset[str]:
    """Every module or name that a file imports, dotted; relative imports are made absolute."""
    return frozenset(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    package = _name(path).removesuffix(".py").split("/")[:-1]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"import_module", "__import__"}:
            yield from (word.value for word in node.args if isinstance(word, ast.Constant))


def _texts(tree: ast.AST) -> Iterator[str]:
    """Every text in the code but the docstrings, also the pieces of an f-string, and every attribute's name."""
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_arrows_point_one_way(folder):
    found = {
        f"{_name(path)} imports {name}"
        for path in _below(folder)
        for name in _imports(path)
        if any(name == forbidden or name.startswith(f"{forbidden}.") for forbidden in FORBIDDEN[folder])
    }
    assert len(_below(folder)) > 1
    assert found == set()


def test_only_assets_know_dagster():
    knowing = {
        _name(path).split("/")[0] for path in MODULES for name in _imports(path) if name.split(".")[0] == "dagster"
    }
    assert knowing == {"assets"}


def test_only_expectations_know_great_expectations():
    """The command line may name it to have it imported early, in a thread."""
    knowing = {
        _name(path)
        for path in MODULES
        for name in _imports(path)
        if name.split(".")[0] == "great_expectations" and not _name(path).startswith("expectations/")
    }
    assert knowing <= {"assets/running.py"}


def test_linkage_has_no_column_names():
    """A new kind of record is a new folder beside `parcels`, with no change to the engine."""
    raw = {name for columns in COLUMNS.values() for name in columns}
    golden = {column.name for table in (schema.CITIZENS, schema.PARCELS) for column in table.columns}
    entities = {"citizens", "parcels", "citizen", "parcel"}
    names = (raw | golden | entities) - {"updated_on"}  # what survivorship asks of any kind of record
    found = {
        f"{_name(path)}: {text}"
        for path in _below("pipelines/linkage")
        for text in _texts(_tree(path))
        if text in names
    }
    assert found == set()


def test_no_code_reads_the_truth():
    """Only what makes a sample may know where its truth lies."""
    allowed = {"assets/command_line.py": {"command_parser", "_sample"}}
    found = set()
    for path in MODULES:
        if _name(path).startswith("pipelines/synthetic/"):
            continue
        kept = [node for node in _tree(path).body if getattr(node, "name", "") not in allowed.get(_name(path), ())]
        tree = ast.Module(kept, type_ignores=[])
        found |= {f"{_name(path)}: {text}" for text in _texts(tree) if re.search(r"truth|true_parcel|person_id", text)}
        found |= {f"{_name(path)} imports {name}" for name in _imports_of(tree) if "synthetic" in name}
    assert found == set()


def _imports_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("assets.definitions", {"great_expectations"}),
        ("assets.command_line", {"great_expectations", "dagster"}),
        ("pipelines.ingest", {"great_expectations", "dagster"}),
    ],
)
def test_import_spares_what_is_slow(module, spared):
    code = f"import sys, {module}; print(*sorted({spared!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""


def test_everything_has_its_place():
    folders = ("pipelines", "assets", "data", "expectations", "tests")
    assert [name for name in folders if not (PROJECT / name).is_dir()] == []
    files = ("workspace.yaml", "pyproject.toml", "README.md")
    assert [name for name in files if not (PROJECT / name).is_file()] == []


def test_workspace_points_at_the_definitions():
    import yaml

    (entry,) = yaml.safe_load((PROJECT / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    assert entry["python_module"]["module_name"] == "assets.definitions"
    assert entry["python_module"]["attribute"] == "defs"


def test_every_module_says_what_it_is():
    silent = [_name(path) for path in MODULES if path.stat().st_size and not ast.get_docstring(_tree(path))]
    assert silent == []
