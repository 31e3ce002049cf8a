"""Rows that no rule places, in the groups that one rule each would place: people by hamlet, land by map sheet.

Why a row is unplaced was found when it was placed; how the groups are worded does not belong here.
"""

import csv
import io
from dataclasses import dataclass
from typing import Final

import duckdb
import polars as pl

from pipelines.communes import MergerMap
from pipelines.communes.hamlets import usual_hamlets
from pipelines.communes.split_rules import COLUMNS, Dataset
from pipelines.reports.asking import Row
from pipelines.spreadsheets import is_computed

GROUPS_SHOWN: Final = 200
TO_CHOOSE: Final = "MÃ_XÃ_MỚI"
"""Stands in a proposed rule for the new commune's code, which nobody but an officer can tell."""
HEADER: Final = ",".join(COLUMNS)

_COUNTED: Final = """
SELECT old_commune_code AS old_code, hamlet, map_system, sheet_no AS sheet, reason, count(*) AS rows
FROM unplaced WHERE dataset = $dataset GROUP BY ALL
"""


@dataclass(frozen=True)
class UnplacedFacts:
    """The unplaced rows of one data set.

    `groups`: the largest, by old commune, each with `old_code`, `hamlet`, `map_system`, `sheet`, `reason`, `rows`,
    `candidates` (code and name of the new communes that took a share) and `rule` (a line for split_rules.csv with
    `TO_CHOOSE` in it; None where the row itself lacks what a rule could ask for, or where a spreadsheet would compute
    it). `all` says of how many groups.
    """

    dataset: Dataset
    rows: int
    groups: list[Row]
    all: int


def unplaced_facts(warehouse: duckdb.DuckDBPyConnection) -> list[UnplacedFacts]:
    """What is stated of each data set."""
    return [_facts(warehouse, "citizens"), _facts(warehouse, "parcels")]


def _facts(warehouse: duckdb.DuckDBPyConnection, dataset: Dataset) -> UnplacedFacts:
    counted = warehouse.execute(_COUNTED, {"dataset": dataset}).pl()
    groups = _by_hamlet(counted) if dataset == "citizens" else _by_sheet(counted)
    names = ["old_code", "map_system", "sheet", "hamlet", "reason"]
    largest = groups.sort(-pl.col("rows").cast(pl.Int64), *names).head(GROUPS_SHOWN)
    takers, new_names = MergerMap.shipped().takers(dataset), dict(MergerMap.shipped().new_communes())
    shown = [
        {
            **group,
            "rule": _rule(dataset, group),
            "candidates": [(code, new_names[code]) for code in takers.get(group["old_code"] or "", ())],
        }
        for group in largest.sort("old_code", maintain_order=True).to_dicts()
    ]
    return UnplacedFacts(dataset, int(counted["rows"].sum()), shown, groups.height)


def _by_hamlet(counted: pl.DataFrame) -> pl.DataFrame:
    """Spellings of one hamlet are one group, under the most usual of its full spellings."""
    groups = usual_hamlets(counted, ("reason",)).group_by("old_code", "hamlet", "reason").agg(pl.col("rows").sum())
    return groups.with_columns(pl.lit(None, pl.String).alias("map_system"), pl.lit(None, pl.Int64).alias("sheet"))


def _by_sheet(counted: pl.DataFrame) -> pl.DataFrame:
    """Rows of one sheet are one group; those whose sheet has no number, of one hamlet."""
    number = pl.col("sheet").str.extract("^([0-9]{1,9})").cast(pl.Int64)
    placed = counted.with_columns(number.alias("sheet")).with_columns(
        pl.when(pl.col("sheet").is_null()).then("hamlet").alias("hamlet"),
        pl.when(pl.col("sheet").is_not_null()).then("map_system").alias("map_system"),
    )
    return placed.group_by("old_code", "hamlet", "map_system", "sheet", "reason").agg(pl.col("rows").sum())


def _rule(dataset: Dataset, group: Row) -> str | None:
    if group["hamlet"] is None and group["sheet"] is None:
        return None
    cells = {
        **group,
        "dataset": dataset,
        # A hamlet is compared without its marks of punctuation; with them a spreadsheet could compute the cell.
        "hamlet": group["hamlet"] and group["hamlet"].lstrip(" .,;-"),
        "sheet_from": group["sheet"],
        "sheet_to": group["sheet"],
        "new_code": TO_CHOOSE,
    }
    if any(isinstance(cell, str) and is_computed(cell) for cell in cells.values()):
        return None
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([cells.get(column) for column in COLUMNS])
    return text.getvalue()
