"""From the checked staging warehouse to the published file, in one atomic step, and its version kept.

What does not belong here: whether publication is allowed (the gate says so before), locks and encryption.
"""

from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines.progress import Tell, silent
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.manifest import as_table, sealed
from pipelines.warehouse.schema import VALIDATION_RESULTS
from pipelines.warehouse.versions import catch_up, manifest_of, put_aside, record


def publish(
    staging: Path, validation: pl.DataFrame, target: Path, *, at: datetime, by: str, tell: Tell = silent
) -> dict[str, str]:
    """Write the published warehouse from `staging` and the validation results, and a `.sha256` beside it.

    The file is written fresh and takes the place of the last one in one rename: a reader has the old file whole or
    the new one whole. Then its version is kept, published `at` this time `by` this user. Returns the manifest, to
    which the row counts and hashes of its tables were added.
    """
    if not catch_up(target):
        put_aside(target)
    manifest = manifest_of(staging)

    def seal(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
        manifest.update(sealed(manifest, connection))
        return as_table(manifest)

    write_warehouse(target, [(VALIDATION_RESULTS.name, validation)], staging=staging, seal=seal, tell=tell)
    record(target, "publish", at, by)
    return manifest
