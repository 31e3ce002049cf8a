"""Published warehouses → what is compared across communes. They are read only, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from pipelines.across.people import standard_people
from pipelines.communes import MergerMap
from pipelines.problems import UnusableInput
from pipelines.warehouse.manifest import LOGICAL_HASH
from pipelines.warehouse.manifest import read as read_manifest
from pipelines.warehouse.placing import stated_checksum
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.versions import Mode, published_file

_FIRST_ROWS: Final = "SELECT citizen_id, min(record_id) AS record_id FROM citizen_sources GROUP BY citizen_id"
_LAND: Final = """
    SELECT p.parcel_id, s.record_id, p.old_commune_code, p.map_system, p.old_sheet_no, p.parcel_no, p.area_m2,
        p.land_use, p.certificate_no, o.owner_names, o.owner_numbers
    FROM parcels p
    JOIN (SELECT parcel_id, min(record_id) AS record_id FROM parcel_sources GROUP BY parcel_id) s USING (parcel_id)
    LEFT JOIN (
        SELECT parcel_id, list(owner_name ORDER BY owner_no) FILTER (owner_name IS NOT NULL) AS owner_names,
            list(owner_id_no ORDER BY owner_no) FILTER (owner_id_no IS NOT NULL) AS owner_numbers
        FROM parcel_owners GROUP BY parcel_id
    ) o USING (parcel_id)
    WHERE p.certificate_no IS NOT NULL
    ORDER BY s.record_id
"""


@dataclass(frozen=True)
class Read:
    """What one warehouse gave: its new commune, `people` (see `standard_people`), `land` (see `shared_certificates`),
    and what tells which publication it was."""

    code: str
    people: pl.DataFrame
    land: pl.DataFrame
    origin: dict[str, str]


def communes_to_compare(data: Path, mode: Mode) -> list[str]:
    """The codes of the new communes of which something is published in this mode. Raises UnusableInput when there are
    not two of them."""
    codes = [code for code, _ in MergerMap.shipped().new_communes() if published_file(data, mode, code).is_file()]
    if len(codes) < 2:
        raise UnusableInput(
            f"Chưa có hai xã, phường được công bố ({mode}) trong «{data}» để so với nhau; hãy chạy hopnhat run trước.",
            f"Fewer than two communes are published ({mode}): run hopnhat run first.",
        )
    return codes


def read_warehouses(data: Path, mode: Mode, codes: list[str]) -> Iterator[Read]:
    """Read them one after the other. Raises WrongKey when no key opens one, and DuckDB's own error of a damaged one."""
    for code in codes:
        path = published_file(data, mode, code)
        with open_warehouse(path) as connection:
            manifest = read_manifest(connection)
            citizens, households, first_rows, land = (
                connection.execute(query).pl() for query in ("FROM citizens", "FROM households", _FIRST_ROWS, _LAND)
            )
        origin = {name: manifest.get(name) or "" for name in (LOGICAL_HASH, "run_id")}
        origin["sha256"] = stated_checksum(path) or ""
        yield Read(code, standard_people(citizens, first_rows, households, code), land, origin)
