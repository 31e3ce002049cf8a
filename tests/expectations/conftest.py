"""A small staging warehouse on which every rule passes, built from the declared schema.

Two persons of three rows (one pair merged), two parcels of three rows (one pair merged), one row in quarantine, and
three decisions. Every text that could name someone carries `CANARY`, so that a leak of a row shows. Entities have
short names here, which stand for their ids (`IDS`).
"""

import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import manifest
from pipelines.warehouse import distribution, placed_elsewhere
from pipelines.warehouse.distribution import DISTRIBUTION, FIELDS
from pipelines.warehouse.placed_elsewhere import COMPARED, PLACED_ELSEWHERE
from pipelines.warehouse.schema import COUNT, ROW_BALANCE, TABLES
from pipelines.warehouse.settings import PublicationSettings

CANARY = "CANARY"
NUMBERS = ("001090012345", "034304000011")
OLD_NUMBER = "012345678"
IDS = {"P1": "10231-0000001-8", "P2": "10231-0000002-N", "L1": "10231-T0000001-W", "L2": "10231-T0000002-5"}

_LIMITS = PublicationSettings(churn_limit=0.5)
_OLD_COMMUNES = f'[{{"code": "10231", "name": "{CANARY}", "kind": "xã", "part": "whole", "land_part": "whole"}}]'
_FILES = {"citizens": "10231/cong_dan.csv", "parcels": "10231/thua_dat.csv"}
_COPY = "10231/ban_sao.csv"
_HASHES = {"citizens": "c" * 64, "parcels": "d" * 64}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every declared table and those that only the staging warehouse has, all empty."""
    for table in TABLES:
        columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
    connection.execute("CREATE TABLE citizen_trust (record_id VARCHAR, citizen_id VARCHAR, trusted_number VARCHAR)")
    for name, schema in ((DISTRIBUTION, distribution.SCHEMA), (PLACED_ELSEWHERE, placed_elsewhere.SCHEMA)):
        connection.register("frame", schema.to_frame())
        connection.execute(f"CREATE TABLE {name} AS FROM frame")


def insert(connection: duckdb.DuckDBPyConnection, table: str, *rows: Mapping[str, Any]) -> None:
    """Rows by column name; a column that is not named is null."""
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        values = [IDS.get(value, value) if isinstance(value, str) else value for value in row.values()]
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)


def _row(dataset: str, line: int) -> str:
    """The id of the row at this line of the data set's file."""
    return f"{CANARY}-{dataset}-{line}"


def _source(dataset: str, line: int, entity_id: str, outcome: str) -> dict[str, Any]:
    return {
        "record_id": _row(dataset, line),
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
    row = {"source_file": name, "dataset": dataset, "old_commune_code": "10231", "sha256": _HASHES[dataset]}
    return row | dict.fromkeys(names, 0) | counts


def _pair(dataset: str, a: int, b: int, decision: str) -> dict[str, Any]:
    rows = {"record_id_a": _row(dataset, a), "record_id_b": _row(dataset, b)}
    evidence = [
        {"field": "prior", "level": "match", "weight": -9000},
        {"field": "name", "level": "equal", "weight": 15000},
    ]
    told = {"weight": 6000, "probability": 0.98, "reason": CANARY, "evidence": evidence}
    return {"dataset": dataset, **rows, "decision": decision, **told}


def tell_the_run(connection: duckdb.DuckDBPyConnection) -> None:
    """What the manifest of every run tells, also of one without a row."""
    thresholds = '{"automatic": 5000, "review": -4000}'
    told = dict.fromkeys(manifest.KEYS, "1") | {
        "commune_code": "10231",
        "mode": "trial",
        "settings.publication": _LIMITS.model_dump_json(),
        "old_communes": "[]",
        "thresholds.citizens": thresholds,
        "thresholds.parcels": thresholds,
    }
    insert(connection, "manifest", *({"key": key, "value": value} for key, value in told.items()))


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """The rows of the small valid warehouse."""
    connection.execute("UPDATE manifest SET value = ? WHERE key = 'old_communes'", [_OLD_COMMUNES])
    first, second = NUMBERS
    quality = {"quality_group": 1, "quality_reasons": [], "note": CANARY}
    person = quality | {"full_name": f"{CANARY} A", "household_id": "H1", "status": "present", "phone": CANARY}
    person |= {"hamlet": CANARY, "old_commune_code": "10231", "former_personal_ids": []}
    insert(
        connection,
        "citizens",
        person
        | {"citizen_id": "P1", "birth_date": date(1990, 5, 17), "birth_precision": "day", "birth_year": 1990}
        | {"sex": "male", "personal_id": first, "personal_id_status": "trusted", "source_row_count": 2}
        | {"old_id_no": OLD_NUMBER, "relation_to_head": "Chủ hộ"},
        person
        | {"citizen_id": "P2", "birth_precision": "year", "birth_year": 2004}
        | {"sex": "female", "personal_id": second, "personal_id_status": "trusted", "source_row_count": 1}
        | {"relation_to_head": "Con gái"},
    )
    insert(connection, "citizens_sensitive", {"citizen_id": "P1", "ethnicity": CANARY})
    household = {"household_id": "H1", "old_commune_code": "10231", "member_count": 2}
    insert(connection, "households", household | {"head_citizen_id": "P1"})
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
    read = {"status": "trusted"}
    insert(
        connection,
        "citizen_numbers",
        read | {"citizen_id": "P1", "personal_id": first, "record_id": f"{CANARY}-citizens-2"},
        read | {"citizen_id": "P2", "personal_id": second, "record_id": f"{CANARY}-citizens-4"},
    )
    parcel = quality | {"old_commune_code": "10231", "map_system": "299", "old_sheet_no": "1", "new_sheet_no": "1"}
    parcel |= {"certificate_no": CANARY, "certificate_date": date(2010, 5, 17)}
    insert(
        connection,
        "parcels",
        parcel
        | {"parcel_id": "L1", "parcel_no": CANARY, "area_m2": 120.5, "source_row_count": 2}
        | {"land_use": [{"code": "ONT", "area_m2": 120.5}]},
        parcel | {"parcel_id": "L2", "parcel_no": f"{CANARY} 2", "area_m2": 80.0, "source_row_count": 1},
    )
    insert(
        connection,
        "parcel_sources",
        _source("parcels", 2, "L1", "kept"),
        _source("parcels", 3, "L1", "merged"),
        _source("parcels", 4, "L2", "kept"),
    )
    number = {"old_commune_code": "10231", "map_system": "299", "old_sheet_no": "1", "new_sheet_no": "1"}
    number |= {"parcel_no": CANARY, "is_current": True}
    former = {"map_system": "1994", "old_sheet_no": "2", "new_sheet_no": "2", "is_current": False}
    insert(
        connection,
        "parcel_numbers",
        number | {"parcel_id": "L1", "record_id": _row("parcels", 2)},
        number | {"parcel_id": "L2", "record_id": _row("parcels", 4), "parcel_no": f"{CANARY} 2"},
        number | former | {"parcel_id": "L1", "record_id": _row("parcels", 3)},
    )
    insert(
        connection,
        "parcel_relations",
        {"from_parcel_id": "L1", "to_parcel_id": "L2", "kind": "overlaps", "reason": CANARY},
    )
    owner = {"owner_no": 1, "owner_name": CANARY, "reason": CANARY}
    insert(
        connection,
        "parcel_owners",
        owner
        | {"parcel_id": "L1", "owner_kind": "person", "citizen_id": "P1", "status": "confirmed", "score": 0.99}
        | {"owner_id_no": first},
        owner | {"parcel_id": "L2", "owner_kind": "state", "status": "no_match"},
    )
    sheet = {"old_commune_code": "10231", "assigned_by": "rule"}
    insert(
        connection,
        "sheet_map",
        sheet | {"map_system": "299", "old_sheet_no": "1", "new_sheet_no": "1"},
        sheet | {"map_system": "1994", "old_sheet_no": "2", "new_sheet_no": "2"},
    )
    insert(connection, "manifest", {"key": "alarm.citizens", "value": '{"same": 90, "fired": false}'})
    insert(
        connection,
        "manifest",
        {"key": COMPARED, "value": '["10231"]'},
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
    for dataset, fields in FIELDS.items():
        for field in fields:  # one in twenty more: not beyond the limit of one in ten
            counted = {"dataset": dataset, "field": field.name}
            insert(connection, DISTRIBUTION, counted | {"value": "a", "earlier": 50_000, "present": 55_000})
            insert(connection, DISTRIBUTION, counted | {"value": "b", "earlier": 50_000, "present": 45_000})
    for entity_id in IDS:
        dataset = "citizens" if entity_id.startswith("P") else "parcels"
        insert(connection, "id_history", {"dataset": dataset, "new_entity_id": entity_id, "kind": "minted"})
    insert(
        connection,
        "quarantine",
        {"record_id": f"{CANARY}-broken", "dataset": "citizens", "source_file": _FILES["citizens"]}
        | {"reason_code": "ragged", "reason": CANARY, "raw_bytes": CANARY.encode()},
    )
    hashes = {_FILES[dataset]: sha256 for dataset, sha256 in _HASHES.items()} | {_COPY: _HASHES["citizens"]}
    insert(connection, "manifest", *({"key": f"input_sha256.{file}", "value": hashes[file]} for file in hashes))
    insert(
        connection,
        "row_balance",
        _file(_FILES["citizens"], "citizens", physical_lines=106, title_lines=1, header_lines=1, blank_lines=1)
        | {"total_lines": 1, "record_lines": 102, "records": 101, "loaded": 100, "quarantined": 1}
        | {"placed": 3, "elsewhere": 97, "kept": 2, "merged": 1},
        _file(_FILES["parcels"], "parcels", physical_lines=4, header_lines=1, record_lines=3, records=3)
        | {"loaded": 3, "placed": 3, "kept": 2, "merged": 1},
        _file(_COPY, "citizens", physical_lines=4, header_lines=1, record_lines=3)
        | {"duplicate_of": _FILES["citizens"]},
    )


def fill_links(connection: duckdb.DuckDBPyConnection) -> None:
    """Why rows of the small valid warehouse were merged, and what people are asked and have decided."""
    merged = _pair("citizens", 2, 3, "automatic"), _pair("parcels", 2, 3, "officer")
    insert(connection, "links", *merged, _pair("citizens", 3, 4, "refused"))
    for pair, entity_id in zip(merged, ("P1", "L1"), strict=True):
        path = [{name: pair[name] for name in ("record_id_a", "record_id_b", "weight")}]
        cluster = {"dataset": pair["dataset"], "entity_id": entity_id, "rows": 2, "weakest_weight": 6000}
        insert(connection, "clusters", cluster | {"path": path})
    of_people = [_row("citizens", line) for line in (2, 3, 4)]
    case = {"dataset": "citizens", "record_ids": of_people, "question": CANARY, "reason": "link_in_review"}
    insert(connection, "review_queue", case | {"case_id": "C1", "status": "open", "blocking": False, "priority": 1})
    decision = {"by": CANARY, "at": "2026-06-30T09:00:00+07:00", "reason": CANARY}
    of_land = decision | {"dataset": "parcels", "record_ids": [_row("parcels", 2), _row("parcels", 3)]}
    insert(
        connection,
        "decisions",
        of_land | {"decision_id": "D1", "kind": "same", "parts": [1, 1]},
        decision
        | {"decision_id": "D2", "dataset": "citizens", "kind": "different"}
        | {"record_ids": of_people[1:], "parts": [1, 2]},
        of_land | {"decision_id": "D3", "kind": "keep_out", "record_ids": [_row("parcels", 4)], "parts": [1]},
    )
    insert(
        connection,
        "provenance",
        {"dataset": "citizens", "entity_id": "P1", "field": "full_name", "other_values": [CANARY]}
        | {"record_id": _row("citizens", 2), "rule": "newest"},
    )


def _build(path: Path, *steps: Callable[[duckdb.DuckDBPyConnection], None]) -> Path:
    with duckdb.connect(path) as connection:
        for step in steps:
            step(connection)
    return path


@pytest.fixture(scope="session")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small valid warehouse: read it, never change it."""
    return _build(tmp_path_factory.mktemp("staging") / "valid.duckdb", create_tables, tell_the_run, fill, fill_links)


@pytest.fixture
def staging(valid: Path, tmp_path: Path) -> Path:
    """A copy of the small valid warehouse, to change."""
    return Path(shutil.copy(valid, tmp_path / "staging.duckdb"))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A warehouse with every table and no row, save for what the manifest of every run tells."""
    return _build(tmp_path / "empty.duckdb", create_tables, tell_the_run)


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
        assert not any(value in everything for value in (CANARY, *NUMBERS, OLD_NUMBER))

    return check
