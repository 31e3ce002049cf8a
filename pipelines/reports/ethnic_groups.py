"""How many people are of each ethnic group, told so that nobody's group can be worked out from the counts.

Ethnic origin is sensitive personal data: it is counted for the whole new commune only, never by old commune or hamlet.
How the counts are worded does not belong here.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.reports.privacy import SMALLEST_SHOWN
from pipelines.vietnamese.spelling import ascii_key

_REFERENCE: Final = Path(__file__).resolve().parents[2] / "data" / "reference" / "ethnic_groups.csv"
UNLISTED: Final = ""
"""Stands for whatever is recorded and is none of the official groups: it counts as one, and its words are not shown."""

_COUNTED: Final = """
SELECT ethnicity, count(*) AS people FROM citizens LEFT JOIN citizens_sensitive USING (citizen_id) GROUP BY ethnicity
"""


@dataclass(frozen=True)
class EthnicGroups:
    """The groups that may be told, largest first, and how many people are of the others together.

    Neither which groups are left out nor how many there are is told. `others` is 0 also when their sum is too small
    to be told; `unrecorded` people have no group recorded.
    """

    shown: list[tuple[str, int]]
    others: int
    unrecorded: int


def ethnic_groups(warehouse: duckdb.DuckDBPyConnection) -> EthnicGroups:
    """The people of an open warehouse by ethnic group, however its name is spelled."""
    recorded = pl.DataFrame(warehouse.execute(_COUNTED).to_arrow_table())
    key = _key(pl.col("ethnicity").cast(pl.String)).replace("", None)
    named = recorded.with_columns(key.replace_strict(_names(), default=UNLISTED, return_dtype=pl.String).alias("name"))
    named = named.with_columns(pl.when(key.is_not_null()).then("name"))
    counts: dict[str | None, int] = dict(named.group_by("name").agg(pl.col("people").sum()).iter_rows())
    unrecorded = counts.pop(None, 0)
    return told({name: people for name, people in counts.items() if name is not None}, unrecorded)


def told(counts: Mapping[str, int], unrecorded: int = 0) -> EthnicGroups:
    """What may be told of these counts, each at least one."""
    left_out = suppressed(counts)
    shown = [(name, people) for name, people in counts.items() if name not in left_out]
    others = sum(counts[name] for name in left_out)
    return EthnicGroups(
        sorted(shown, key=lambda group: (-group[1], group[0])),
        others if others >= SMALLEST_SHOWN else 0,
        unrecorded,
    )


def suppressed(counts: Mapping[str, int]) -> frozenset[str]:
    """The groups whose counts must not be told.

    These are the ones below the threshold and, as the sum of what is left out follows from the total, the next
    smallest ones until that sum says nothing: there are several groups in it, and even who knows which, and that each
    has someone, finds more possible counts of each than the threshold.
    """
    ascending = sorted(counts, key=lambda name: (counts[name], name))
    size = sum(people < SMALLEST_SHOWN for people in counts.values())
    while 0 < size < len(ascending) and (
        size < 2 or sum(counts[name] for name in ascending[:size]) - size < SMALLEST_SHOWN
    ):
        size += 1
    return frozenset(ascending[:size])


def _key(text: pl.Expr) -> pl.Expr:
    """What the spellings of one name have in common: H'Mông, HMÔNG and Hmong are one."""
    return ascii_key(text).str.replace_all(r"[^a-z0-9]", "")


def _names() -> dict[str, str]:
    """The official name by the key of each of a group's names, and by its code."""
    with _REFERENCE.open(encoding="utf-8", newline="") as file:
        spelled = [
            (spelling, group["name_vi"])
            for group in csv.DictReader(file)
            for spelling in (group["code"], group["name_vi"], *group["other_names"].split(";"))
            if spelling
        ]
    keys = pl.DataFrame(spelled, schema=["spelling", "name"], orient="row").select(_key(pl.col("spelling")), "name")
    return dict(keys.iter_rows())
