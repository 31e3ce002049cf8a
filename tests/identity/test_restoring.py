"""A ledger that was lost comes back from what is published: every id as it was, none given twice."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from pipelines.identity.ledger import assign_ids
from pipelines.identity.numbered import commit
from pipelines.identity.resolving import resolve
from pipelines.identity.restoring import restore
from pipelines.problems import UnusableInput
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.placing import place_checksum

ROWS = pl.DataFrame(
    {
        "record_id": list("abcd"),
        "cluster": list("aacd"),
        "trusted_number": ["1", None, "3", None],
        "marks": [["x"], ["y"], ["z"], []],
    },
    schema_overrides={"marks": pl.List(pl.String)},
)


def published(_: str) -> bool:
    return True


def ids(ledger: Path, rows: pl.DataFrame, run: str) -> tuple[dict[str, str], pl.DataFrame]:
    found = assign_ids(ledger, "citizens", "10231", rows, run, published)
    commit(ledger, "10231", run)
    named = rows.join(found.ids, on="cluster")
    return dict(named.select("record_id", "entity_id").iter_rows()), found.history


def warehouse(path: Path, named: dict[str, str], history: pl.DataFrame) -> Path:
    sources = [
        {"record_id": row, "citizen_id": entity, "source_file": "a.csv", "source_line": 2, "source_row": 1}
        | {"old_commune_code": "10231", "outcome": "kept", "raw": []}
        for row, entity in named.items()
    ]
    empty = {"raw": pl.List(pl.Struct({"key": pl.String, "value": pl.String}))}
    tables = {"citizen_sources": pl.DataFrame(sources, schema_overrides=empty), "id_history": history}
    write_warehouse(path, tables.items())
    return path


def test_every_id_is_as_it_was_and_new_ones_are_new(tmp_path: Path) -> None:
    merged = ROWS.with_columns(cluster=pl.Series(list("aaad")))
    first, _ = ids(tmp_path / "ledger", ROWS, "run 1")
    before, history = ids(tmp_path / "ledger", merged, "run 2")
    file = warehouse(tmp_path / "w.duckdb", before, history)
    assert not restore(tmp_path / "ledger", "citizens", "10231", [file])
    shutil.rmtree(tmp_path / "ledger")
    assert restore(tmp_path / "ledger", "citizens", "10231", [file])
    late = pl.DataFrame({"record_id": ["e"], "cluster": ["e"], "trusted_number": [None], "marks": [[]]})
    after, _ = ids(tmp_path / "ledger", pl.concat([merged, late.cast(dict(merged.schema))]), "run 3")
    assert {row: after[row] for row in before} == before
    assert after["e"] not in {*before.values(), *first.values()}
    assert resolve(tmp_path / "ledger", first["c"], published).current == before["c"]


def test_without_any_id_there_is_nothing_to_restore(tmp_path: Path) -> None:
    write_warehouse(tmp_path / "w.duckdb", [])
    assert not restore(tmp_path / "ledger", "parcels", "10231", [tmp_path / "w.duckdb"])
    assert not (tmp_path / "ledger").exists()


def test_a_damaged_file_restores_nothing(tmp_path: Path) -> None:
    """It may say less than what was published, and then ids would be given again."""
    first, history = ids(tmp_path / "ledger", ROWS, "run 1")
    whole = warehouse(tmp_path / "whole.duckdb", first, history)
    place_checksum(whole)
    longer = pl.concat([history, history])
    damaged = warehouse(tmp_path / "damaged.duckdb", dict.fromkeys("abcd", "10231-0000009-X"), longer)
    place_checksum(damaged)
    damaged.write_bytes(damaged.read_bytes() + b"x")
    shutil.rmtree(tmp_path / "ledger")
    with pytest.raises(UnusableInput, match="Sổ mã của 10231 bị mất"):
        restore(tmp_path / "ledger", "citizens", "10231", [damaged])
    assert restore(tmp_path / "ledger", "citizens", "10231", [damaged, whole])
    assert ids(tmp_path / "ledger", ROWS, "run 2")[0] == first
