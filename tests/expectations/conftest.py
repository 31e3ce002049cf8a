"""A small staging warehouse on which every rule passes, built from the declared schema.

Two persons of three rows (one pair merged), two parcels of three rows, one row in quarantine. Every text
that could name someone carries `CANARY`, so that a leak of a row shows.
"""

import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.warehouse.schema import COUNT, ROW_BALANCE, TABLES

CANARY = "CANARY"
NUMBERS = ("001090012345", "034304000011")

_FILES = {"citizens": "10231/cong_dan.csv", "parcels": "10231/thua_dat.csv"}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every declared table and `citizen_trust`, all empty."""
    for table in TABLES:
        columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
    connection.execute("CREATE TABLE citizen_trust (record_id VARCHAR, citizen_id VARCHAR, trusted_number VARCHAR)")


def insert(connection: duckdb.DuckDBPyConnection, table: str, *rows: Mapping[str, Any]) -> None:
    """Rows by column name; a column that is not named is null."""
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


def _source(dataset: str, line: int, entity_id: str, outcome: str) -> dict[str, Any]:
    return {
        "record_id": f"{CANARY}-{dataset}-{line}",
        f"{dataset[:-1]}_id": entity_id,
        "source_file": _FILES[dataset],
        "source_line": line,
        "source_row": line - 1,
        "old_commune_code": "10231",
        "outcome": outcome,
        "raw": {"ho_ten": CANARY},
    }


def _file(name: str, dataset: str, **counts: int) -> dict[str, Any]:
    names = [column.name for column in ROW_BALANCE.columns if column.type == COUNT]
    row = {"source_file": name, "dataset": dataset, "old_commune_code": "10231"}
    return row | dict.fromkeys(names, 0) | counts


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """The rows of the small valid warehouse."""
    first, second = NUMBERS
    quality = {"quality_group": 1, "quality_reasons": [], "note": CANARY}
    person = quality | {"full_name": CANARY, "household_id": "H1", "status": "present", "phone": CANARY}
    insert(
        connection,
        "citizens",
        person
        | {"citizen_id": "P1", "birth_date": date(1990, 5, 17), "birth_precision": "day", "birth_year": 1990}
        | {"sex": "male", "personal_id": first, "personal_id_status": "trusted", "source_row_count": 2},
        person
        | {"citizen_id": "P2", "birth_precision": "year", "birth_year": 2004}
        | {"sex": "female", "personal_id": second, "personal_id_status": "trusted", "source_row_count": 1},
    )
    insert(connection, "citizens_sensitive", {"citizen_id": "P1", "ethnicity": CANARY})
    insert(connection, "households", {"household_id": "H1", "head_citizen_id": "P1", "member_count": 2})
    insert(
        connection,
        "citizen_sources",
        _source("citizens", 2, "P1", "kept"),
        _source("citizens", 3, "P1", "merged"),
        _source("citizens", 4, "P2", "kept"),
    )
    insert(
        connection,
        "citizen_trust",
        {"record_id": f"{CANARY}-citizens-2", "citizen_id": "P1", "trusted_number": first},
        {"record_id": f"{CANARY}-citizens-3", "citizen_id": "P1"},
        {"record_id": f"{CANARY}-citizens-4", "citizen_id": "P2", "trusted_number": second},
    )
    insert(
        connection,
        "parcels",
        quality | {"parcel_id": "L1", "area_m2": 120.5, "source_row_count": 2, "certificate_no": CANARY},
        quality | {"parcel_id": "L2", "area_m2": 80.0, "source_row_count": 1, "certificate_no": CANARY},
    )
    insert(
        connection,
        "parcel_sources",
        _source("parcels", 2, "L1", "kept"),
        _source("parcels", 3, "L1", "merged"),
        _source("parcels", 4, "L2", "kept"),
    )
    number = {"old_commune_code": "10231", "map_system": "299", "old_sheet_no": "1", "new_sheet_no": "1"}
    insert(
        connection,
        "parcel_numbers",
        number | {"parcel_id": "L1", "parcel_no": CANARY, "is_current": True},
        number | {"parcel_id": "L2", "parcel_no": f"{CANARY} 2", "is_current": True},
    )
    insert(
        connection,
        "parcel_relations",
        {"from_parcel_id": "L1", "to_parcel_id": "L2", "kind": "overlaps", "reason": CANARY},
    )
    owner = {"owner_no": 1, "owner_name": CANARY}
    insert(
        connection,
        "parcel_owners",
        owner | {"parcel_id": "L1", "owner_kind": "person", "citizen_id": "P1", "status": "confirmed"},
        owner | {"parcel_id": "L2", "owner_kind": "state", "status": "no_match"},
    )
    sheet = {"old_commune_code": "10231", "map_system": "299", "assigned_by": "rule"}
    insert(
        connection,
        "sheet_map",
        sheet | {"old_sheet_no": "1", "new_sheet_no": "1"},
        sheet | {"old_sheet_no": "2", "new_sheet_no": "2"},
    )
    insert(
        connection,
        "links",
        {"dataset": "citizens", "record_id_a": f"{CANARY}-citizens-2", "record_id_b": f"{CANARY}-citizens-3"}
        | {"decision": "automatic", "reason": CANARY},
    )
    insert(connection, "clusters", {"dataset": "citizens", "entity_id": "P1", "rows": 2})
    insert(
        connection,
        "review_queue",
        {"case_id": "C1", "dataset": "citizens", "question": CANARY, "status": "open", "blocking": False},
    )
    insert(connection, "decisions", {"decision_id": "D1", "kind": "same", "record_ids": [], "reason": CANARY})
    insert(
        connection,
        "provenance",
        {"dataset": "citizens", "entity_id": "P1", "field": "full_name", "other_values": [CANARY]},
    )
    insert(connection, "manifest", {"key": "alarm.citizens", "value": '{"same": 90, "fired": false}'})
    insert(
        connection,
        "manifest",
        {"key": "settings.publication", "value": '{"churn_limit": 0.5}'},
        {"key": "earlier.citizens", "value": "2"},
        {"key": "earlier.parcels", "value": "2"},
    )
    change = {"dataset": "citizens", "cause": "rows_withdrawn"}
    insert(
        connection,
        "changes",
        change | {"kind": "withdrawn", "earlier_entity_id": "P9"},
        change | {"kind": "changed", "entity_id": "P1", "earlier_entity_id": "P1"},
        change | {"kind": "new", "entity_id": "P2"},
    )
    insert(connection, "id_history", {"dataset": "citizens", "new_entity_id": "P1", "kind": "minted"})
    insert(
        connection,
        "quarantine",
        {"record_id": f"{CANARY}-broken", "dataset": "citizens", "source_file": _FILES["citizens"]}
        | {"reason": CANARY, "raw_bytes": CANARY.encode()},
    )
    insert(
        connection,
        "row_balance",
        _file(_FILES["citizens"], "citizens", physical_lines=106, title_lines=1, header_lines=1, blank_lines=1)
        | {"total_lines": 1, "record_lines": 102, "records": 101, "loaded": 100, "quarantined": 1}
        | {"placed": 3, "elsewhere": 97, "kept": 2, "merged": 1},
        _file(_FILES["parcels"], "parcels", physical_lines=4, header_lines=1, record_lines=3, records=3)
        | {"loaded": 3, "placed": 3, "kept": 2, "merged": 1},
        _file("10231/ban_sao.csv", "citizens", physical_lines=4, header_lines=1, record_lines=3)
        | {"duplicate_of": _FILES["citizens"]},
    )


def _build(path: Path, *steps: Callable[[duckdb.DuckDBPyConnection], None]) -> Path:
    with duckdb.connect(path) as connection:
        for step in steps:
            step(connection)
    return path


@pytest.fixture(scope="session")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small valid warehouse: read it, never change it."""
    return _build(tmp_path_factory.mktemp("staging") / "valid.duckdb", create_tables, fill)


@pytest.fixture
def staging(valid: Path, tmp_path: Path) -> Path:
    """A copy of the small valid warehouse, to change."""
    return Path(shutil.copy(valid, tmp_path / "staging.duckdb"))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A warehouse with every table and no row."""
    return _build(tmp_path / "empty.duckdb", create_tables)


@pytest.fixture(scope="session")
def today() -> date:
    """The day on which the small warehouse is judged."""
    return date(2026, 7, 1)


@pytest.fixture
def assert_no_row_value(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[str], None]:
    """Checks that neither a text nor anything printed or logged until then holds a value of a row."""
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="great_expectations.validator.validator")

    def check(text: str) -> None:
        captured = capfd.readouterr()
        everything = text + captured.out + captured.err + caplog.text
        assert not any(value in everything for value in (CANARY, *NUMBERS))

    return check
