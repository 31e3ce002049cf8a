"""The manifest: which entries it has, and how it is sealed over the tables that it describes.

What does not belong here: where an entry's value comes from, how two manifests differ (`origins`), and whether the
tables still are as it says (`verification`).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

import duckdb
import polars as pl

from pipelines.warehouse.logical_hash import both_hashes, combined
from pipelines.warehouse.quoting import fill, joined, name
from pipelines.warehouse.schema import MANIFEST, TABLES

INPUT: Final = "input_sha256."
REFERENCE: Final = "reference_sha256."
SETTINGS: Final = "settings."
MODEL: Final = "model_sha256."
DECISIONS: Final = "decisions_sha256"
CODE: Final = "code_sha256"
RULES: Final = "rules_sha256"
PACKAGES: Final = "requirements"
ROWS: Final = "rows."
"""Begins the keys that tell how many rows a table has."""
TABLE_HASH: Final = "table_sha256."
"""Begins the keys with the hash of a table as it stands, ids and all; `logical_hash.` those with the hash of what equal
inputs make equal."""
LOGICAL_HASH: Final = "logical_hash"
OWN_HASH: Final = "manifest_sha256"

_TOTALS: Final = {"inputs_sha256": INPUT, "references_sha256": REFERENCE, "settings_sha256": SETTINGS}
NEEDED: Final = (
    *("commune_code", "commune_name", "commune_kind", "province", "mode", "run_id", "started_at", "old_communes"),
    *("code_version", CODE, RULES, PACKAGES, f"{PACKAGES}_sha256", DECISIONS, *_TOTALS),
    *(f"{begin}{dataset}" for begin in (SETTINGS, MODEL, "model_name.") for dataset in ("citizens", "parcels")),
    f"{SETTINGS}publication",
    *(f"{ROWS}{table.name}" for table in TABLES if table is not MANIFEST),
    *(f"{TABLE_HASH}{table.name}" for table in TABLES if table is not MANIFEST),
    *(f"{LOGICAL_HASH}.{table.name}" for table in TABLES if table.in_logical_hash),
    *(LOGICAL_HASH, OWN_HASH),
)
"""The entries that every published file has."""


def totals(manifest: Mapping[str, str]) -> dict[str, str]:
    """One hash over all inputs, one over all reference data, one over all settings."""
    return {
        name: _hash({key: value for key, value in manifest.items() if key.startswith(begin)})
        for name, begin in _TOTALS.items()
    }


def sealed(manifest: Mapping[str, str], connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The manifest with the row counts and hashes of the tables as they now are, and last a hash of itself."""
    content, logical = both_hashes(connection)
    whole = {
        **manifest,
        **{f"{ROWS}{name}": str(count) for name, count in row_counts(connection).items()},
        **{f"{TABLE_HASH}{name}": value for name, value in content.items()},
        **{f"{LOGICAL_HASH}.{name}": value for name, value in logical.items()},
        LOGICAL_HASH: combined(logical),
    }
    return {**whole, OWN_HASH: own_hash(whole)}


def row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows every table has, but the manifest itself."""
    names = [table.name for table in TABLES if table is not MANIFEST]
    counts = joined(", ", (fill("(SELECT count(*) FROM {table})", table=name(table)) for table in names))
    return dict(zip(names, connection.execute(fill("SELECT {counts}", counts=counts)).fetchall()[0], strict=True))


def own_hash(manifest: Mapping[str, str]) -> str:
    """The hash over all entries but the one that holds it."""
    return _hash({key: value for key, value in manifest.items() if key != OWN_HASH})


def read(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The manifest of an open warehouse."""
    # An entry without a key is none of ours, and stands in the hash of the manifest as well.
    return dict(connection.execute("SELECT coalesce(key, ''), value FROM manifest").fetchall())


def as_table(manifest: Mapping[str, str]) -> pl.DataFrame:
    """The rows of the table `manifest`, by key."""
    return pl.DataFrame(sorted(manifest.items()), schema=MANIFEST.polars_schema, orient="row")


def _hash(entries: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(entries.items()), ensure_ascii=False).encode()).hexdigest()
