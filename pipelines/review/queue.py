"""The order in which cases are worth deciding, and which of them are decided already.

First what blocks an official publication, then what a constraint refused, then the rest by expected value: how likely
it is that what stands now is wrong, times the entities that it is about.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

import polars as pl

from pipelines.review.rulings import Rulings

BLOCKING = ("decisions_contradict", "number_shared", "unplaced_rows", "quarantined_rows")
REFUSALS = (
    "union_refused",
    "alive_after_death",
    "other_sex",
    "other_name_and_birth",
    "other_birth",
    "other_map",
    "same_commune",
    "looks_like_two",
    "oversized_cluster",
    "ambiguous_attachment",
)


def in_order(cases: pl.DataFrame, members: pl.DataFrame | None, ruled: Rulings | None) -> pl.DataFrame:
    """Cases (`case_id`, `record_ids`, `reason`, `wrong`, `entities`) with `expected_value`, `blocking`, `status` and
    `priority` (1 comes first), in that order."""
    told_apart = pl.Series("told_apart", _told_apart(cases, members, ruled), dtype=pl.Boolean)
    ranked = cases.with_columns(
        (pl.col("wrong") * pl.col("entities")).round(4).alias("expected_value"),
        (pl.col("reason").is_in(BLOCKING) & ~told_apart).alias("blocking"),
        pl.when(told_apart)
        .then(pl.lit("waiting"))
        .otherwise(pl.Series(_statuses(cases, ruled), dtype=pl.String))
        .alias("status"),
    ).sort(
        pl.col("status") == "decided",
        ~pl.col("blocking"),
        pl.col("status") == "waiting",
        ~pl.col("reason").is_in(REFUSALS),
        -pl.col("expected_value"),
        "case_id",
    )
    return ranked.with_columns(pl.int_range(1, pl.len() + 1).alias("priority"))


def _told_apart(cases: pl.DataFrame, members: pl.DataFrame | None, ruled: Rulings | None) -> list[bool]:
    """Whether people said of all holders of a shared number that they are different: whose it is is still asked, but
    nobody is taken for another."""
    if ruled is None:
        return [False] * len(cases)
    told = _ToldApart(members, ruled)
    right = set(ruled.right)
    return [
        reason == "number_shared" and right.isdisjoint(rows) and told.all_of(rows)
        for rows, reason in cases.select("record_ids", "reason").iter_rows()
    ]


def _statuses(cases: pl.DataFrame, ruled: Rulings | None) -> list[str]:
    if ruled is None:
        return ["open"] * len(cases)
    answered, waiting = _Sets(ruled.answered), _Sets(ruled.waiting)
    return [
        "decided"
        if reason == "number_doubtful" and answered.cover(rows)
        else "waiting"
        if waiting.cover(rows)
        else "open"
        for rows, reason in cases.select("record_ids", "reason").iter_rows()
    ]


class _Sets:
    """Sets of rows, to ask whether one of them holds all rows of a case."""

    def __init__(self, sets: Sequence[frozenset[str]]) -> None:
        self._of_row: dict[str, list[frozenset[str]]] = {}
        for rows in sets:
            for row in rows:
                self._of_row.setdefault(row, []).append(rows)

    def cover(self, rows: Sequence[str]) -> bool:
        return any(found.issuperset(rows) for found in self._of_row.get(rows[0], []))


class _ToldApart:
    """Which entities people told apart."""

    def __init__(self, members: pl.DataFrame | None, ruled: Rulings) -> None:
        pairs = ruled.verdicts.different
        self._cluster = dict(members.iter_rows()) if members is not None and len(pairs) else {}
        self._apart = {frozenset(self._entities(pair)) for pair in pairs.iter_rows()}

    def _entities(self, rows: Iterable[str]) -> list[str]:
        return sorted({self._cluster.get(row, row) for row in rows})

    def all_of(self, rows: Iterable[str]) -> bool:
        """Whether every two entities among the rows were told apart."""
        return bool(self._apart) and all(
            frozenset(pair) in self._apart for pair in combinations(self._entities(rows), 2)
        )
