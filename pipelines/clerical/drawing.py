"""A published warehouse → a sample of what the machine did with pairs, to be looked at by people.

How many of each stratum and which ones is the engine's (`pipelines.linkage.sampling`).
"""

from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.clerical.log import ComparedPair, Dataset, Draw
from pipelines.linkage.sampling import allocation, draw, merged_strata, pair_numbers, strata, unmerged_strata
from pipelines.problems import UnusableInput
from pipelines.warehouse.logical_hash import combined, table_hashes
from pipelines.warehouse.manifest import read as read_manifest
from pipelines.warehouse.quoting import fill, name
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import LINKS, NEAR_MISSES

DATASETS: Final[tuple[Dataset, ...]] = ("citizens", "parcels")
_PEOPLE: Final = 0.6
"""The share of people: of 500 pairs 300, and 200 of parcels."""
_PAIRS: Final = "SELECT * EXCLUDE (evidence) FROM {table} WHERE dataset = $dataset ORDER BY record_id_a, record_id_b"


def drawn(warehouse: Path, *, size: int, seed: int, version: str, at: str, by: str) -> Draw:
    """Draw about `size` pairs from the published warehouse; the same publication, size and seed give the same pairs.

    `version`: how people call the publication. Raises UnusableInput when it was made before there were samples, or
    has no pair to look at.
    """
    sizes = dict(zip(DATASETS, (round(size * _PEOPLE), size - round(size * _PEOPLE)), strict=True))
    try:
        with open_warehouse(warehouse) as connection:
            manifest = read_manifest(connection)
            frames = {dataset: frame_of(connection, dataset) for dataset in DATASETS}
            measured = pairs_hash(connection)
    except duckdb.CatalogException:
        raise UnusableInput(
            "Bản công bố do chương trình cũ tạo ra, chưa có các cặp suýt được gộp; hãy chạy lại hopnhat run trước.",
            "The publication was made by an older program: run hopnhat run again.",
        ) from None
    frame = pl.concat([frames[dataset] for dataset in DATASETS]).with_row_index("at")
    if frame.is_empty():
        raise UnusableInput(
            "Bản công bố không có cặp dòng nào để phúc tra.", "The publication has no pair of rows to look at."
        )
    return Draw(
        seed=seed,
        size=size,
        version=version,
        logical_hash=manifest["logical_hash"],
        pairs_hash=measured,
        models={dataset: manifest.get(f"model_name.{dataset}", "") for dataset in DATASETS},
        at=at,
        by=by,
        frame=tuple(
            ComparedPair(dataset, (a, b), probability, kind, stratum, pairs)
            for dataset, a, b, probability, kind, stratum, pairs in frame.select(
                "dataset", "record_id_a", "record_id_b", "probability", "kind", "stratum", "stratum_pairs"
            ).iter_rows()
        ),
        shown=tuple(at for dataset in DATASETS for at in _shown(frame.filter(dataset=dataset), sizes[dataset], seed)),
    )


def frame_of(warehouse: duckdb.DuckDBPyConnection, dataset: str) -> pl.DataFrame:
    """All pairs of a data set that can be drawn, as `pipelines.linkage.sampling.FRAME`."""
    links, near_misses = (
        warehouse.execute(fill(_PAIRS, table=name(table.name)), {"dataset": dataset}).pl()
        for table in (LINKS, NEAR_MISSES)
    )
    return pl.concat([merged_strata(links), unmerged_strata(links, near_misses)])


def pairs_hash(warehouse: duckdb.DuckDBPyConnection) -> str:
    """One hash over what is measured: what became of the pairs of a publication."""
    return combined(table_hashes(warehouse, (LINKS, NEAR_MISSES)))


def _shown(frame: pl.DataFrame, size: int, seed: int) -> list[int]:
    """The positions of the pairs that are drawn, in the order in which they are shown.

    That order is by numbers of their own: those by which they were drawn are the smaller the larger a pair's stratum
    is, and would show the pairs of large strata first.
    """
    chosen = draw(frame, allocation(strata(frame), size), seed)
    shuffled = chosen.with_columns(pair_numbers(chosen, f"{seed} shown"))
    return shuffled.sort("number", "record_id_a", "record_id_b")["at"].to_list()
