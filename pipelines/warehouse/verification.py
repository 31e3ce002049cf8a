"""Re-checking a published warehouse from the file alone: each difference named in one Vietnamese sentence.

What does not belong here: the rules themselves (`rechecking` is given them), two files side by side (`comparison`), and
the exports that a file was made from. No sentence has a value of a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from pipelines.problems import UnusableInput
from pipelines.warehouse import manifest as entries
from pipelines.warehouse.logical_hash import both_hashes, combined
from pipelines.warehouse.origins import on_one_line
from pipelines.warehouse.placing import sha256_file, sha256_of, stated_checksums
from pipelines.warehouse.quoting import Sql, fill, name
from pipelines.warehouse.reading import new_connection, open_warehouse, shut
from pipelines.warehouse.rechecking import Rechecked, Ruleset, recheck
from pipelines.warehouse.schema import TABLES, VIEWS

_MOST_NAMED: Final = 8
_TABLE: Final = Sql("CASE WHEN schema_name = 'main' THEN table_name ELSE concat_ws('.', schema_name, table_name) END")
_VIEW: Final = Sql("CASE WHEN schema_name = 'main' THEN view_name ELSE concat_ws('.', schema_name, view_name) END")
_FAILED_GATES: Final = (
    "SELECT rule_id FROM validation_results WHERE severity = 'gate' AND passed IS NOT TRUE ORDER BY rule_id"
)


@dataclass(frozen=True)
class Verification:
    """What came of re-checking a file."""

    differences: list[str]
    """One sentence each; none when the file is what it says of itself."""
    sha256: str
    """Of the file's bytes."""
    manifest: Mapping[str, str] = field(default_factory=dict)
    rechecked: Rechecked | None = None
    """None when no rules were given, or the tables are not those that rules are about."""
    logical_hash: str = ""
    """Of the tables as they are; empty when they are not those of a warehouse."""


def verify(path: Path, rules: Ruleset | None = None) -> Verification:
    """Re-check a published file: what differs between it and what it says of itself.

    Compares the bytes with the `.sha256` beside the file (when there is one), tables and views with the schema, the
    manifest with itself, the rows with its counts and hashes, and judges the rules again. Raises UnusableInput when
    there is no such file or it is no warehouse.
    """
    if not path.is_file():
        raise UnusableInput(f"Không có tệp «{path}».", f"There is no file {path}.")
    beside = stated_checksums(path)
    digest = sha256_of(path)
    damaged = (
        []
        if not beside or digest in {*beside, *stated_checksums(path)}  # it may be replaced just now
        else [f"Nội dung tệp khác với mã băm trong «{sha256_file(path).name}»."]
    )
    try:
        with open_warehouse(path) as connection:
            if functions := _functions(connection):  # nothing that is asked of the file can be believed then
                return Verification([*damaged, *functions], digest)
            if not _tables(connection) & {table.name for table in TABLES}:
                raise _no_warehouse(path)
            if broken := _shape(connection):
                stated = entries.read(connection) if "manifest" in _tables(connection) else {}
                return Verification([*damaged, *broken, *_unknown(connection)], digest, stated)
            manifest = entries.read(connection)
            found = [*damaged, *_unknown(connection), *_views(connection), *_manifest(manifest)]
            content, logical = both_hashes(connection)
            found += [*_content(connection, manifest, content, logical), *_gates(connection)]
            rechecked = None if rules is None else recheck(connection, rules, manifest)
            found += [] if rechecked is None else rechecked.differences
            return Verification(found, digest, manifest, rechecked, combined(logical))
    except duckdb.Error:
        if damaged:
            return Verification([*damaged, "Tệp không đọc được như một kho dữ liệu DuckDB."], digest)
        raise _no_warehouse(path) from None


def _no_warehouse(path: Path) -> UnusableInput:
    return UnusableInput(
        f"Tệp «{path}» không phải kho dữ liệu do Hợp Nhất công bố, hoặc đã hỏng.",
        f"{path} is not a warehouse published by Hợp Nhất, or it is damaged.",
    )


def _functions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Functions that a file brings along, which no published file does: one that is called like a function of DuckDB
    takes its place in every query, those by which a file is hashed too."""
    query = "SELECT function_name FROM system.main.duckdb_functions() WHERE NOT internal ORDER BY function_name"
    return [f"Có thêm hàm lạ «{on_one_line(name)}»." for (name,) in connection.execute(query).fetchall()]


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    query = fill("SELECT {table} FROM duckdb_tables()", table=_TABLE)
    return {table for (table,) in connection.execute(query).fetchall()}


def _columns(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    """Table or view, column and type."""
    # DuckDB quotes some field names of a STRUCT when it prints the type.
    query = "SELECT {table}, column_name, replace(data_type, '\"', '') FROM duckdb_columns() WHERE NOT internal"
    return set(connection.execute(fill(query, table=_TABLE)).fetchall())


def _shape(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Which declared tables and columns the file lacks."""
    tables, columns = _tables(connection), _columns(connection)
    missing = [f"Thiếu bảng {table.name}." for table in TABLES if table.name not in tables]
    return missing + [
        f"Bảng {table.name} thiếu cột {column.name} kiểu {column.type}."
        for table in TABLES
        if table.name in tables
        for column in table.columns
        if (table.name, column.name, column.type) not in columns
    ]


def _unknown(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables and columns that no published file has."""
    declared = {table.name: {column.name for column in table.columns} for table in TABLES}
    added = sorted(_tables(connection) - declared.keys())
    columns = sorted((table, name) for table, name, _ in _columns(connection) if table in declared)
    return [f"Có thêm bảng lạ «{on_one_line(name)}»." for name in added] + [
        f"Bảng {table} có thêm cột lạ «{on_one_line(name)}»." for table, name in columns if name not in declared[table]
    ]


def _views(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Which views are not as declared; DuckDB writes the text of both, so that equal ones are told alike."""
    query = fill("SELECT {view}, sql FROM duckdb_views() WHERE NOT internal", view=_VIEW)
    found = dict(connection.execute(query).fetchall())
    with new_connection() as memory:
        shut(memory)
        for table in TABLES:
            memory.execute(table.creation)
        for view, defined in VIEWS.items():
            memory.execute(fill("CREATE VIEW {view} AS {defined}", view=name(view), defined=defined))
        declared = dict(memory.execute(query).fetchall())
    return [
        f"Có thêm khung nhìn lạ «{on_one_line(name)}»."
        if name not in declared
        else f"Thiếu khung nhìn {name}."
        if name not in found
        else f"Khung nhìn {name} đã bị sửa."
        for name in sorted(found.keys() | declared.keys())
        if found.get(name) != declared.get(name)
    ]


def _manifest(manifest: Mapping[str, str]) -> list[str]:
    """Whether the manifest is whole, and agrees with itself."""
    differences = []
    if missing := [key for key in entries.NEEDED if not manifest.get(key)]:
        more = f" và {len(missing) - _MOST_NAMED} mục khác" if len(missing) > _MOST_NAMED else ""
        differences.append(f"Bản kê khai thiếu mục: {', '.join(missing[:_MOST_NAMED])}{more}.")
    if entries.OWN_HASH in manifest and manifest[entries.OWN_HASH] != entries.own_hash(manifest):
        differences.append("Bản kê khai đã bị sửa: các mục không khớp với mã băm của chính nó (manifest_sha256).")
    return differences + [
        f"Bản kê khai không khớp với chính nó: mục {key} không phải là mã băm chung của các mục nó tóm lại."
        for key, value in entries.totals(manifest).items()
        if key in manifest and manifest[key] != value
    ]


def _content(
    connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, str], content: dict[str, str], logical: dict[str, str]
) -> list[str]:
    """Which tables are not those of which the manifest has the count and the hash."""
    counts = entries.row_counts(connection)
    changed = [
        _changed(name, counts[name], manifest.get(f"{entries.ROWS}{name}", ""))
        for name, value in content.items()
        if manifest.get(f"{entries.TABLE_HASH}{name}", value) != value
        or manifest.get(f"{entries.ROWS}{name}", str(counts[name])) != str(counts[name])
    ]
    if changed:
        return changed  # the logical hashes of these and of tables that name their entities differ then too
    differences = [
        f"Bảng {name} khác với mã băm nội dung trong bản kê khai (logical_hash.{name})."
        for name, value in logical.items()
        if manifest.get(f"{entries.LOGICAL_HASH}.{name}", value) != value
    ]
    if manifest.get(entries.LOGICAL_HASH, "") not in {"", combined(logical)}:
        differences.append("Mã băm nội dung chung khác với bản kê khai (logical_hash).")
    return differences


def _changed(name: str, count: int, stated: str) -> str:
    if stated == str(count):
        return f"Bảng {name}: nội dung khác với mã băm trong bản kê khai (vẫn {grouped(count)} dòng)."
    recorded = f"{grouped(int(stated))}" if stated.isdecimal() else "không ghi số dòng"
    return f"Bảng {name}: {grouped(count)} dòng, bản kê khai ghi {recorded}; nội dung khác với khi công bố."


def grouped(count: int) -> str:
    """A number as Vietnamese write it: 10.000."""
    return f"{count:,}".replace(",", ".")


def _gates(connection: duckdb.DuckDBPyConnection) -> list[str]:
    failed = [name for (name,) in connection.execute(_FAILED_GATES).fetchall()]
    return [f"Tệp ghi rằng quy tắc chặn {on_one_line(str(name))} không đạt khi công bố." for name in failed]
