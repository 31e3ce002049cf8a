"""A published warehouse → a sample of what the machine did with pairs, to be looked at by people.

How many of each stratum and which ones is the engine's (`pipelines.linkage.sampling`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.clerical.log import Dataset, Draw, DrawnPair
from pipelines.linkage.sampling import allocation, draw, merged_strata, pair_numbers, strata, unmerged_strata
from pipelines.problems import UnusableInput
from pipelines.warehouse.reading import open_warehouse

DATASETS: Final[tuple[Dataset, ...]] = ("citizens", "parcels")
_PEOPLE: Final = 0.6
"""The share of people: of 500 pairs 300, and 200 of parcels."""
_PAIRS: Final = "SELECT * EXCLUDE (evidence) FROM {table} WHERE dataset = $dataset"


def drawn(warehouse: Path, *, size: int, seed: int, version: str, at: str, by: str) -> Draw:
    """Draw about `size` pairs from the published warehouse; the same publication, size and seed give the same pairs.

    `version`: how people call the publication. Raises UnusableInput when it was made before there were samples, or
    has no pair to look at.
    """
    sizes = dict(zip(DATASETS, (round(size * _PEOPLE), size - round(size * _PEOPLE)), strict=True))
    with open_warehouse(warehouse) as connection:
        manifest = dict(connection.execute("SELECT key, value FROM manifest").fetchall())
        pairs = [pair for dataset in DATASETS for pair in _pairs(connection, dataset, sizes[dataset], seed)]
    if not pairs:
        raise UnusableInput(
            "Bản công bố không có cặp dòng nào để phúc tra.", "The publication has no pair of rows to look at."
        )
    return Draw(
        seed=seed,
        size=size,
        version=version,
        logical_hash=manifest["logical_hash"],
        links_hash=manifest["logical_hash.links"],
        models=_models(manifest),
        at=at,
        by=by,
        pairs=tuple(pairs),
    )


def _models(manifest: Mapping[str, str]) -> dict[str, str]:
    return {dataset: manifest.get(f"model_name.{dataset}", "") for dataset in DATASETS}


def _pairs(warehouse: duckdb.DuckDBPyConnection, dataset: Dataset, size: int, seed: int) -> list[DrawnPair]:
    try:
        links, near_misses = (
            warehouse.execute(_PAIRS.format(table=table), {"dataset": dataset}).pl()
            for table in ("links", "near_misses")
        )
    except duckdb.CatalogException:
        raise UnusableInput(
            "Bản công bố do chương trình cũ tạo ra, chưa có các cặp suýt được gộp; hãy chạy lại hopnhat run trước.",
            "The publication was made by an older program: run hopnhat run again.",
        ) from None
    frame = pl.concat([merged_strata(links), unmerged_strata(links, near_misses)])
    chosen = draw(frame, allocation(strata(frame), size), seed)
    # Shown by numbers of their own: those by which they were drawn are the smaller the larger a pair's stratum is.
    shuffled = chosen.with_columns(pair_numbers(chosen, f"{seed} shown")).sort("number", "record_id_a", "record_id_b")
    return [
        DrawnPair(
            dataset=dataset,
            record_ids=(row["record_id_a"], row["record_id_b"]),
            kind=row["kind"],
            stratum=row["stratum"],
            stratum_pairs=row["stratum_pairs"],
        )
        for row in shuffled.iter_rows(named=True)
    ]
