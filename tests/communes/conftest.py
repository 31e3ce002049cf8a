"""A made-up corner of the country in which every way to be split is found, and rules written for it."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.communes import MergerMap, SplitRules

HEADER = "old_code,dataset,hamlet,map_system,sheet_from,sheet_to,parcel_from,parcel_to,new_code,priority"

# Old 00001 went whole to 11111; 00002 was split between 11111 and 22222, land also to 33333; of 00003 all people went
# to 22222, its land to 22222 and 33333; 00004 was split among all three.
_PAIRS = [
    ("11111", "00001", "whole", "whole"),
    ("11111", "00002", "partial", "partial"),
    ("22222", "00002", "partial", "partial"),
    ("33333", "00002", "partial", "none"),
    ("22222", "00003", "partial", "partial"),
    ("33333", "00003", "partial", "none"),
    ("11111", "00004", "partial", "partial"),
    ("22222", "00004", "partial", "partial"),
    ("33333", "00004", "partial", "partial"),
]

Rules = Callable[..., SplitRules]


@pytest.fixture(scope="session")
def corner() -> MergerMap:
    """Three new communes made of four old ones."""
    names = ["new_code", "old_code", "area_part", "population_part"]
    words = {
        f"{age}_{column}": pl.lit(column)
        for age in ("new", "old")
        for column in ("name", "kind", "province", "district")
    }
    return MergerMap(pl.DataFrame(_PAIRS, schema=names, orient="row").with_columns(**words), "")


@pytest.fixture(scope="session")
def rules(corner: MergerMap, tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """Reads these lines, or the whole file's text, as the deployment's split_rules.csv."""
    path: Path = tmp_path_factory.mktemp("reference") / "split_rules.csv"

    def read(*lines: str, text: str | bytes | None = None) -> SplitRules:
        content = "\n".join([HEADER, *lines]) if text is None else text
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return SplitRules.read(path, corner)

    return read
