"""Rows placed in a new commune that another one has published too: both took a share of the same old commune.

One set of rules places every row in one new commune only; but a warehouse published before the rules were changed still
holds what it held. What does not belong here: where a row belongs (`pipelines.communes.placement`).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.communes import MergerMap
from pipelines.warehouse.quoting import fill, name
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.versions import published_file

PLACED_ELSEWHERE: Final = "placed_elsewhere"
"""A staging table that is never published."""
COMPARED: Final = "placed_elsewhere.old_communes"
"""The manifest's key of the old communes of which another new commune has published rows, as JSON."""
SCHEMA: Final = pl.Schema({"record_id": pl.String(), "dataset": pl.String(), "new_code": pl.String()})

_SOURCES: Final = {"citizens": "citizen_sources", "parcels": "parcel_sources"}


@dataclass(frozen=True)
class PlacedElsewhere:
    """`rows` of SCHEMA, and the old communes of which the warehouses that were opened hold rows."""

    rows: pl.DataFrame
    old_communes: list[str]


def placed_elsewhere(data: Path, mode: str, code: str, sources: Mapping[str, pl.DataFrame]) -> PlacedElsewhere:
    """Compare the rows placed here with what is published of other new communes in this mode under the folder `data`.

    `sources`: by data set, the contract's `citizen_sources` and `parcel_sources`. Only warehouses of communes that
    share an old one with this are opened; one that cannot be read says nothing.
    """
    merger_map = MergerMap.shipped()
    found = []
    compared: set[str] = set()
    for dataset, here in sources.items():
        shared: dict[str, list[str]] = {}
        for old, takers in merger_map.takers(dataset).items():
            for other in takers if code in takers else ():
                shared.setdefault(other, []).append(old)
        for other in sorted(shared.keys() - {code}):
            there = _rows(published_file(data, mode, other), _SOURCES[dataset], shared[other])
            compared |= set(there["old_commune_code"])
            twice = here.select("record_id").join(there, on="record_id", how="semi")
            found.append(twice.with_columns(dataset=pl.lit(dataset), new_code=pl.lit(other)))
    rows = pl.concat([SCHEMA.to_frame(), *found]).sort(SCHEMA.names())
    return PlacedElsewhere(rows, sorted(compared))


def _rows(path: Path, table: str, old_codes: list[str]) -> pl.DataFrame:
    """`record_id` and `old_commune_code` of the rows of these old communes that a published warehouse holds."""
    if path.is_file():
        with suppress(duckdb.Error), open_warehouse(path) as connection:
            found = connection.execute(
                fill(
                    "SELECT record_id, old_commune_code FROM {table} WHERE list_contains($codes, old_commune_code)",
                    table=name(table),
                ),
                {"codes": old_codes},
            )
            return pl.DataFrame(found.to_arrow_table())
    return pl.DataFrame(schema={"record_id": pl.String, "old_commune_code": pl.String})
