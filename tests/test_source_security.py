"""What the source never does, whoever writes the next line of it: read off its syntax trees.

Ruff's rules (`make lint`) find most of what is careless; these are the promises that no rule of it holds: see
SECURITY.md. What a hostile file can do at run time is tried in `end_to_end/test_hostile_warehouse.py`.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
SHIPPED = sorted(path for top in ("assets", "expectations", "pipelines") for path in (PROJECT / top).rglob("*.py"))
ALL = [*SHIPPED, *sorted((PROJECT / "benchmarks").rglob("*.py"))]

QUOTING = "pipelines/warehouse/quoting.py"
OPENS = {"pipelines/warehouse/reading.py"}
PEERS = {f"benchmarks/{name}.py" for name in ("febrl", "floor", "reader", "splink_peer")}
"""What we are measured beside: they get invented data, and open nothing of ours."""

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
PICKLES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "marshal", "shelve", "joblib", "jsonpickle", "yaml"}
"""Whoever can change such a file can run code in the process that reads it; YAML is read by Dagster alone."""
ASKS = {"execute", "executemany", "sql", "query", "exec_driver_sql", "rows_of"}
STATEMENT = re.compile(
    r"\b(SELECT|FROM|WHERE|JOIN|UNION ALL|GROUP BY|ORDER BY|INSERT INTO|DELETE FROM|UPDATE|CREATE (TEMP )?(TABLE|VIEW)"
    r"|ATTACH|DETACH|COPY|COMMENT ON|PRAGMA|LOAD|INSTALL|VALUES|IS (NOT )?NULL|IS DISTINCT FROM) "
)


def _name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _dotted(node: ast.expr) -> str:
    return f"{_dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


Given = dict[str, list[ast.expr]]
"""By name, every value that it is given."""


def _calls_in_scope(tree: ast.Module) -> Iterator[tuple[ast.Call, Given]]:
    """Every call, with what the names of its function and of the module are given."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    outside = [node for node in ast.walk(tree) if id(node) not in inside]
    known = _assigned(outside)
    yield from ((node, known) for node in outside if isinstance(node, ast.Call))
    for function in functions:
        nodes = list(ast.walk(function))
        own = {**known, **_assigned(nodes)}
        yield from ((node, own) for node in nodes if isinstance(node, ast.Call))


def _assigned(nodes: Iterable[ast.AST]) -> Given:
    found: Given = {}
    for node in nodes:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                found.setdefault(target.id, []).append(value)
    return found


def _values(node: ast.expr, assigned: Given) -> list[ast.expr]:
    """What an expression may be: a name is what it was given, an entry of a table of the module any of its entries."""
    if isinstance(node, ast.Name) and node.id in assigned:
        return [value for given in assigned[node.id] for value in _values(given, {**assigned, node.id: []})]
    if isinstance(node, ast.Subscript):
        tables = _values(node.value, assigned)
        return [entry for table in tables if isinstance(table, ast.Dict) for entry in table.values] or [node]
    if isinstance(node, ast.IfExp):
        return [*_values(node.body, assigned), *_values(node.orelse, assigned)]
    return [node]


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_put_together(node: ast.expr) -> bool:
    """A text made of pieces by Python: an f-string, a sum, `%` or `format`."""
    return isinstance(node, ast.JoinedStr | ast.BinOp) or (
        isinstance(node, ast.Call) and _called(node) in {"format", "replace", "join"}
    )


def unsafe_statements(source: str) -> list[str]:
    """Where SQL is put together otherwise than by `quoting`, and where what it takes for SQL is no literal."""
    tree = _tree(source)
    found = []
    for call, assigned in _calls_in_scope(tree):
        name, given = _called(call), call.args
        at = given[1:2] if name == "rows_of" else given[:1]
        values = [value for node in at for value in _values(node, assigned)]
        if name in ASKS and any(map(_is_put_together, values)):
            found.append(f"{call.lineno}: {name} of a text put together")
        if name == "Sql" and not (values and all(map(_is_literal, at))):
            found.append(f"{call.lineno}: Sql of what is no literal")
        if name == "fill" and not (values and all(map(_is_literal, values))):
            found.append(f"{call.lineno}: fill of what is no literal")
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            said = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            if STATEMENT.search(said + " "):
                found.append(f"{node.lineno}: an f-string with SQL in it")
    return found


def opened_elsewhere(source: str) -> list[str]:
    """Where DuckDB is opened, or asked through the connection that it opens by itself."""
    tree = _tree(source)
    own = {
        "connect",
        "sql",
        "query",
        "execute",
        "read_csv",
        "read_parquet",
        "read_json",
        "from_query",
        "default_connection",
    }
    return [
        f"{call.lineno}: {_dotted(call.func)}"
        for call in _calls(tree)
        if isinstance(call.func, ast.Attribute) and _dotted(call.func.value) == "duckdb" and call.func.attr in own
    ] + [
        f"{node.lineno}: import from duckdb"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "duckdb" and own & {alias.name for alias in node.names}
    ]


def code_from_data(source: str) -> list[str]:
    """Where a text or a file could be run as a program."""
    tree = _tree(source)
    found = []
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [f"{node.lineno}: import {name}" for name in names if name.split(".")[0] in PICKLES]
    for call in _calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id in RUNS_TEXT:
            found.append(f"{call.lineno}: {call.func.id}")
        if _called(call) in {"read_pickle", "to_pickle", "system", "popen"}:
            found.append(f"{call.lineno}: {_dotted(call.func)}")
        found += [
            f"{call.lineno}: {word.arg}=True"
            for word in call.keywords
            if word.arg in {"shell", "allow_pickle"} and getattr(word.value, "value", True)
        ]
    return found


def _found(check: Callable[[str], list[str]], paths: list[Path], spared: set[str]) -> list[str]:
    return [
        f"{_name(path)}:{one}"
        for path in paths
        if _name(path) not in spared
        for one in check(path.read_text(encoding="utf-8"))
    ]


def test_sql_is_a_literal_with_quoted_pieces():
    rules = {"expectations/rule.py"}  # completes the queries of rules, which their suites declare
    assert _found(unsafe_statements, ALL, {QUOTING} | rules | PEERS) == []
    inside = unsafe_statements((PROJECT / "expectations/rule.py").read_text(encoding="utf-8"))
    assert [one.split(": ")[1] for one in inside] == ["Sql of what is no literal"]


def test_duckdb_is_opened_in_one_module():
    assert _found(opened_elsewhere, ALL, OPENS | PEERS) == []
    assert all(opened_elsewhere((PROJECT / name).read_text(encoding="utf-8")) for name in OPENS)


def test_nothing_that_is_read_can_run():
    assert _found(code_from_data, ALL, set()) == []


def test_no_folder_is_excused_from_rules_of_security():
    """Only tests are, and benchmarks where they start our own command; a single line may be, with its reason."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in settings["select"]
    assert not [rule for rule in settings["ignore"] if re.fullmatch(r"S\d*", rule)]
    excused = {
        (where, rule)
        for where, rules in settings["per-file-ignores"].items()
        for rule in rules
        if re.fullmatch(r"S\d*", rule) and not where.startswith("tests/")
    }
    assert excused == {("benchmarks/**", "S603")}
    reasoned = r"# noqa: S\d+(, S\d+)* - \w"
    silent = [
        f"{_name(path)}:{number}"
        for path in SHIPPED
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"# noqa: .*\bS\d", line) and not re.search(reasoned, line)
    ]
    assert silent == []


def test_what_security_names_is_there():
    told = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:assets|pipelines|tests)/[\w/.*]+)`", told) + re.findall(r"\]\(([\w/.]+)[)#]", told)
    assert len(set(named)) > 8
    assert [name for name in named if not list(PROJECT.glob(name))] == []
    words = (re.sub(r"[^a-z ]", "", line.lower()).strip() for line in told.splitlines() if line.startswith("#"))
    assert set(re.findall(r"\]\(#([\w-]+)\)", told)) <= {heading.replace(" ", "-") for heading in words}


@pytest.mark.parametrize(
    "source",
    [
        'connection.execute(f"SELECT * FROM {table}")',
        'connection.execute("SELECT * FROM " + table)',
        'connection.execute("SELECT * FROM {}".format(table))',
        'query = "SELECT * FROM %s" % table\nconnection.sql(query)',
        'rows_of(warehouse, f"{column} > 3")',
        "_ASKED = {'a': f'{x}'}\nconnection.execute(_ASKED[dataset])",
        "Sql(condition)",
        'Sql(f"{column} > 3")',
        "fill(statement, table=name(table))",
        'fill(f"{start} FROM t")',
        'said = f"{column} IS NULL"',
    ],
)
def test_sql_put_together_is_found(source):
    assert unsafe_statements(source) != []


@pytest.mark.parametrize(
    "source",
    [
        'connection.execute("SELECT ?", [value])',
        'fill("SELECT {a} FROM t", a=name(column))',
        '_ALL = "SELECT {a}"\nfill(_ALL, a=text(value))',
        "_ASKED = {'a': 'SELECT 1', 'b': 'SELECT 2'}\nconnection.execute(_ASKED[dataset])",
        "connection.execute(fill('SELECT {a}', a=b))",
        "said = f'Chọn {table} từ {place}'",
    ],
)
def test_sql_as_it_should_be_is_let_pass(source):
    assert unsafe_statements(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from yaml import load",
        "eval(text)",
        "numpy.load(path, allow_pickle=True)",
        "subprocess.run(command, shell=True)",
        "os.system(command)",
    ],
)
def test_code_from_data_is_found(source):
    assert code_from_data(source) != []


@pytest.mark.parametrize("source", ["duckdb.connect(path)", "duckdb.sql('FROM t')", "from duckdb import connect"])
def test_another_opening_is_found(source):
    assert opened_elsewhere(source) != []
