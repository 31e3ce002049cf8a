"""The tables of legacy codes, shipped in `data/reference/` and described there by their source column."""

import csv
from pathlib import Path

_REFERENCE = Path(__file__).resolve().parents[3] / "data" / "reference"


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one table (`tcvn3`, `vni`, `viqr`) by column."""
    with (_REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
