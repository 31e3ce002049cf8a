"""What the decisions in force say about the rows that are there now.

A decision names rows by `record_id`. A row that was corrected has another one: it is known again by its marks, its
decision comes back for review, and until somebody has answered what holds is the cautious side: those told apart stay
apart; those called one stay one only as long as nothing changed by which they are identified.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import polars as pl

from pipelines.identity.marks import hashed
from pipelines.linkage.verdicts import Verdicts
from pipelines.review.decisions import BINDING, JOINING, PARTING, Decision

_PAIRS = pl.Schema({"record_id_a": pl.String, "record_id_b": pl.String})


@dataclass(frozen=True)
class Rulings:
    """Decisions of one data set, put into what linking and the cases need.

    `right`: ids of rows that rightly carry their number, `wrong`: of rows whose number is a slip or somebody else's.
    `superseded`: `record_id`, `in_force`: the number of the first
    row was issued again, as that of the second. `answered`: row sets about which a binding decision was made;
    `waiting`: those for which a paper is awaited or nobody could tell. `changed`: row sets of decisions of which a row
    was corrected since.
    """

    verdicts: Verdicts
    right: pl.Series
    wrong: pl.Series
    superseded: pl.DataFrame
    answered: list[frozenset[str]]
    waiting: list[frozenset[str]]
    changed: list[frozenset[str]]


def rulings(decisions: Sequence[Decision], dataset: str, marks: pl.DataFrame) -> Rulings:
    """Rulings over the rows of `marks` (`record_id`, `identifying`, `marks`: `row_marks` of all rows that are there).

    `decisions`: those in force, in the order in which they were made.
    """
    own = [decision for decision in decisions if decision.dataset == dataset]
    standing = _standing(own, marks)
    binding = [one for one in standing if one.kind in BINDING]
    spoken_of = _Later(own)
    return Rulings(
        Verdicts(
            same=_pairs(pair for one in binding if one.kind in JOINING for pair in pairwise(sorted(one.parts))),
            different=_pairs(
                pair for one in binding if one.kind in PARTING for pair in _across(one.parts | one.changed)
            ),
            alone=_ids(row for one in binding if one.kind == "keep_out" for row in one.parts | one.changed),
        ),
        right=_ids(row for one in binding if one.kind in _OF_NUMBERS for row, part in one.parts.items() if part == 1),
        wrong=_ids(
            row for one in binding if one.kind == "number_right" for row, part in one.parts.items() if part != 1
        ),
        superseded=_superseded(binding),
        answered=[one.rows for one in binding],
        waiting=[
            one.rows
            for place, one in enumerate(standing)
            if one.kind not in BINDING and not spoken_of.covers(one.rows, place)
        ],
        changed=[one.rows for one in binding if one.corrected],
    )


_OF_NUMBERS = ("number_right", "number_superseded")


@dataclass(frozen=True)
class _Standing:
    """A decision over the rows of now: `parts` of those that say what they said, and of those whose identifying values
    `changed`; `corrected` when any row has followed another and nobody has looked since."""

    kind: str
    parts: dict[str, int]
    changed: dict[str, int]
    corrected: bool

    @property
    def rows(self) -> frozenset[str]:
        return frozenset(self.parts | self.changed)


def _standing(decisions: Sequence[Decision], marks: pl.DataFrame) -> list[_Standing]:
    present = frozenset(marks["record_id"]) if decisions else frozenset()
    followers = _followers(decisions, present, marks)
    later = _Later(decisions)
    result = []
    for place, decision in enumerate(decisions):
        parts = dict(zip(decision.record_ids, decision.parts, strict=True))
        here = {row: part for row, part in parts.items() if row in present}
        followed = {
            one: parts[row]
            for row in parts
            if row not in present and (one := _follower(followers.get(row, []), decision.record_ids))
        }
        if later.covers(frozenset(here).union(one.record_id for one in followed), place):
            followed = {}  # somebody has looked at the corrected rows: that decision speaks for them
        result.append(
            _Standing(
                decision.kind,
                here | {one.record_id: part for one, part in followed.items() if one.unchanged},
                {one.record_id: part for one, part in followed.items() if not one.unchanged},
                bool(followed),
            )
        )
    return result


def _superseded(decisions: Iterable[_Standing]) -> pl.DataFrame:
    found: dict[str, str] = {}
    for one in decisions:
        if one.kind == "number_superseded":
            in_force = sorted(row for row, part in one.parts.items() if part == 1)
            found |= {row: in_force[0] for row, part in one.parts.items() if part != 1 and in_force}
    return pl.DataFrame(sorted(found.items()), schema={"record_id": pl.String, "in_force": pl.String}, orient="row")


class _Later:
    """Which rows later decisions speak of."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self._rows = [frozenset(decision.record_ids) for decision in decisions]
        self._places: dict[str, list[int]] = {}
        for place, rows in enumerate(self._rows):
            for row in rows:
                self._places.setdefault(row, []).append(place)

    def covers(self, rows: frozenset[str], place: int) -> bool:
        """Whether one decision after this place speaks of all the rows."""
        after = self._places.get(min(rows), []) if rows else []
        return any(other > place and rows <= self._rows[other] for other in after)


@dataclass(frozen=True)
class _Follower:
    """A row that follows one that is gone, and whether all that identifies it stayed as it was."""

    record_id: str
    shared: int
    unchanged: bool


def _followers(
    decisions: Iterable[Decision], present: frozenset[str], marks: pl.DataFrame
) -> dict[str, list[_Follower]]:
    """For each row of a decision that is gone, the rows that share marks with it, the most alike first."""
    gone = {
        row: mark
        for decision in decisions
        for row, mark in zip(decision.record_ids, decision.marks, strict=False)
        if row not in present
    }
    if not gone:
        return {}
    of_gone = pl.DataFrame(
        {"gone": list(gone), "mark": list(gone.values())}, schema_overrides={"mark": pl.List(pl.String)}
    )
    of_present = hashed(marks.select("record_id", "identifying", "marks"))
    shared = (
        of_gone.explode("mark")
        .join(of_present.explode("marks"), left_on="mark", right_on="marks")
        .group_by("gone", "record_id")
        .agg(pl.len().alias("shared"), (pl.col("mark") == pl.col("identifying")).any().alias("unchanged"))
        .sort("gone", "unchanged", "shared", "record_id", descending=[False, True, True, False])
    )
    found: dict[str, list[_Follower]] = {}
    for row, record_id, count, unchanged in shared.iter_rows():
        found.setdefault(row, []).append(_Follower(record_id, count, unchanged))
    return found


def _follower(found: list[_Follower], named: tuple[str, ...]) -> _Follower | None:
    """The row that follows one that is gone: no other is as much alike, and the decision does not name it already."""
    others = [one for one in found if one.record_id not in named][:2]
    if not others or len({(one.unchanged, one.shared) for one in others}) < len(others):
        return None
    return others[0]


def _across(parts: dict[str, int]) -> list[tuple[str, str]]:
    """All pairs of rows of different parts."""
    return [(a, b) for (a, first), (b, second) in combinations(sorted(parts.items()), 2) if first != second]


def _pairs(pairs: Iterable[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(sorted(set(pairs)), schema=_PAIRS, orient="row")


def _ids(rows: Iterable[str]) -> pl.Series:
    return pl.Series(sorted(set(rows)), dtype=pl.String)
