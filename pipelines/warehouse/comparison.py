"""Two published files side by side: what they were made from differently, and which tables differ by how many rows.

Rows are compared as the logical hash sees them, an entity by its rows and not by its id, so that two runs of the same
are equal. Only counts are told, no value of a row.
"""

from collections import Counter
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.warehouse import manifest as entries
from pipelines.warehouse.logical_hash import row_digests
from pipelines.warehouse.origins import TWO_FILES, differences, on_one_line
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import TABLES, Table
from pipelines.warehouse.verification import grouped
from pipelines.warehouse.versions import entity_ids

_HEAD: Final = {
    "commune_code": "xã, phường mới",
    "mode": "chế độ công bố",
}


def compare(one: Path, other: Path) -> list[str]:
    """What differs between two published files; one Vietnamese sentence each, none when they say the same."""
    with open_warehouse(one) as first, open_warehouse(other) as second:
        manifests = entries.read(first), entries.read(second)
        found = [
            f"Khác ở {what}: {_value(manifests[0], key)} và {_value(manifests[1], key)}."
            for key, what in _HEAD.items()
            if manifests[0].get(key) != manifests[1].get(key)
        ]
        found += [f"Khác ở nguồn gốc: {clause}." for clause in differences(*manifests, TWO_FILES)]
        compared = (_rows(table, first, second) for table in TABLES if table.in_logical_hash)
        found += [sentence for sentence in compared if sentence]
    ids, others = (pl.DataFrame(entity_ids(path)) for path in (one, other))
    moved = ids.join(others, on=ids.columns, how="anti").join(others, on="record_id", how="semi")
    told = f"Khác ở mã: {grouped(moved.height)} dòng nguồn mang mã thực thể khác nhau."
    return found + ([] if moved.is_empty() else [told])


def _value(manifest: dict[str, str], key: str) -> str:
    return on_one_line(manifest.get(key, "(không ghi)"))


def _rows(table: Table, one: duckdb.DuckDBPyConnection, other: duckdb.DuckDBPyConnection) -> str:
    """How many rows only one of the two has; empty when they are equal."""
    try:
        here, there = (Counter(row_digests(connection, table)) for connection in (one, other))
    except duckdb.Error:
        return f"Bảng {table.name} không so sánh được: cột ở hai tệp không giống nhau."
    only_here, only_there = (here - there).total(), (there - here).total()
    if not only_here and not only_there:
        return ""
    return (
        f"Khác ở bảng {table.name}: {grouped(only_here)} dòng chỉ có ở tệp thứ nhất, "
        f"{grouped(only_there)} dòng chỉ có ở tệp thứ hai."
    )
