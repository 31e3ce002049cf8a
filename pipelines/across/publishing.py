"""`<data>/across/<mode>.duckdb`: what was found across the published warehouses of a mode, in one file of its own.

It is made anew each time from what is published then; nothing is kept of it before. It lies beside no warehouse, since
it is none: nothing in it is a merger, and every row of it can be made again.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipelines.across.logical_hash import logical_hash
from pipelines.across.tables import TABLES
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.manifest import LOGICAL_HASH, ROWS, as_table
from pipelines.warehouse.placing import place_checksum
from pipelines.warehouse.versions import Mode


def across_file(data: Path, mode: Mode) -> Path:
    """Where it lies."""
    return data / "across" / f"{mode}.duckdb"


def write_across(path: Path, tables: Mapping[str, pl.DataFrame], manifest: Mapping[str, str]) -> dict[str, str]:
    """Write all tables and the manifest, and beside the file its checksum; with a key it is encrypted.

    Returns the whole manifest: what was given, the rows of each table and the logical hash.
    """
    whole = {
        **manifest,
        **{f"{ROWS}{name}": str(table.height) for name, table in tables.items()},
        LOGICAL_HASH: logical_hash(tables),
    }
    write_warehouse(path, [*tables.items(), ("manifest", as_table(whole))], schema=TABLES)
    place_checksum(path)
    return whole
