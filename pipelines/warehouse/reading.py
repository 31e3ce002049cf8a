"""How a warehouse file is opened to be read: nothing else is reached from it."""

from pathlib import Path

import duckdb


def open_warehouse(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection that can reach no other file and cannot be told otherwise."""
    return duckdb.connect(
        str(path),
        read_only=True,
        config={"enable_external_access": "false", "lock_configuration": "true"},
    )
