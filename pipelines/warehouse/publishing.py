"""From the checked staging warehouse to the published file, in one atomic step.

What does not belong here: whether publication is allowed (the gate says so before), locks, versions and encryption.
"""

import hashlib
from pathlib import Path

import duckdb
import polars as pl

from pipelines.warehouse.building import sync, write_warehouse
from pipelines.warehouse.logical_hash import combined, table_hashes
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import MANIFEST, VALIDATION_RESULTS


def publish(staging: Path, validation: pl.DataFrame, target: Path) -> dict[str, str]:
    """Write the published warehouse from `staging` and the validation results, and a `.sha256` beside it.

    The file is written fresh and takes the place of the last one in one rename: a reader has the old file whole or
    the new one whole. Returns the manifest, to which the logical hashes were added.
    """
    with open_warehouse(staging) as connection:
        manifest: dict[str, str] = dict(connection.execute("SELECT key, value FROM manifest").fetchall())

    def seal(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
        hashes = table_hashes(connection)
        manifest.update({f"logical_hash.{name}": value for name, value in hashes.items()})
        manifest["logical_hash"] = combined(hashes)
        return pl.DataFrame(sorted(manifest.items()), schema=MANIFEST.polars_schema, orient="row")

    write_warehouse(target, [(VALIDATION_RESULTS.name, validation)], staging=staging, seal=seal)
    beside = sha256_file(target)
    part = beside.with_name(f".{beside.name}.part")
    part.write_text(f"{hashlib.sha256(target.read_bytes()).hexdigest()}  {target.name}\n")
    part.chmod(0o600)
    sync(part)
    part.replace(beside)
    sync(beside.parent)
    return manifest


def sha256_file(target: Path) -> Path:
    """Where the checksum of a published file lies."""
    return target.with_name(f"{target.name}.sha256")
