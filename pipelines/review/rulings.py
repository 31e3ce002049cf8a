"""What the decisions in force say about the rows that are there now.

A decision names rows by `record_id`. A row that was corrected has another one: it is known again by its marks, its
decision comes back for review, and until somebody has answered what holds is the cautious side: those told apart stay
apart; those called one stay one only as long as nothing changed by which they are identified.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import polars as pl

from pipelines.identity.marks import hashed
from pipelines.linkage.verdicts import Verdicts
from pipelines.review.decisions import BINDING, JOINING, PARTING, Decision, Kind

_PAIRS = pl.Schema({"record_id_a": pl.String, "record_id_b": pl.String})


@dataclass(frozen=True)
class Rulings:
    """Decisions of one data set, put into what linking and the cases need.

    `right`: ids of rows that rightly carry their number, `wrong`: of rows whose number is a slip or somebody else's.
    `superseded`: `record_id`, `in_force`: the number of the first row was issued again, as that of the second.
    `answered`: row sets about which a binding decision was made; `waiting`: those for which a paper is awaited or
    nobody could tell. `changed`: row sets of decisions of which a row was corrected since.
    """

    verdicts: Verdicts
    right: pl.Series
    wrong: pl.Series
    superseded: pl.DataFrame
    answered: list[frozenset[str]]
    waiting: list[frozenset[str]]
    changed: list[frozenset[str]]

    @property
    def of_numbers(self) -> dict[str, Any]:
        """What was decided that bears on numbers, by the names that `pipelines.citizens.trust` gives it."""
        told = {"right": self.right, "wrong": self.wrong, "superseded": self.superseded}
        return {**told, "apart": self.verdicts.different, "alone": self.verdicts.alone}


_OF_NUMBERS: tuple[Kind, ...] = ("number_right", "number_superseded")


def rulings(decisions: Sequence[Decision], dataset: str, marks: pl.DataFrame) -> Rulings:
    """Rulings over the rows of `marks` (`record_id`, `identifying`, `marks`: `row_marks` of all rows that are there).

    `decisions`: those in force. Of two about the same rows the later one speaks for rows that were corrected.
    """
    own = sorted((one for one in decisions if one.dataset == dataset), key=lambda one: (one.at, one.decision_id))
    later = _Later(own)
    standing = _standing(own, marks, later)
    binding = [one for one in standing if one.decision.kind in BINDING]
    of_kind = {kind: [one for one in binding if one.decision.kind == kind] for kind in BINDING}
    return Rulings(
        Verdicts(
            same=_pairs(
                pair
                for kind in JOINING
                for one in of_kind[kind]
                for pair in pairwise(sorted(one.parts))
                if one.speaks_of(pair, later)
            ),
            different=_pairs(
                pair
                for kind in PARTING
                for one in of_kind[kind]
                for pair in _across(one.parts | one.changed)
                if one.speaks_of(pair, later)
            ),
            alone=_ids(row for one in of_kind["keep_out"] for row in one.rows),
        ),
        right=_ids(row for kind in _OF_NUMBERS for one in of_kind[kind] for row in one.of_first_part),
        wrong=_ids(row for one in of_kind["number_right"] for row in one.parts.keys() - one.of_first_part),
        superseded=_superseded(of_kind["number_superseded"]),
        answered=[one.rows for one in binding],
        waiting=[
            one.rows
            for one in standing
            if one.decision.kind not in BINDING and not later.settles(one.rows, one.decision)
        ],
        changed=[one.rows for one in binding if one.followed],
    )


@dataclass(frozen=True)
class _Standing:
    """A decision over the rows of now: `parts` of those that say what they said, and of those whose identifying values
    `changed`; `followed` are the rows that took the place of others since, and that nobody has looked at."""

    decision: Decision
    parts: dict[str, int]
    changed: dict[str, int]
    followed: frozenset[str]

    @property
    def rows(self) -> frozenset[str]:
        return frozenset(self.parts | self.changed)

    @property
    def of_first_part(self) -> frozenset[str]:
        return frozenset(row for row, part in self.parts.items() if part == 1)

    def speaks_of(self, pair: tuple[str, str], later: "_Later") -> bool:
        """Whether the decision holds for a pair: of a row that was corrected a later decision about both speaks."""
        return self.followed.isdisjoint(pair) or not later.settles(frozenset(pair), self.decision)


def _standing(decisions: Sequence[Decision], marks: pl.DataFrame, later: "_Later") -> list[_Standing]:
    present = frozenset(marks["record_id"]) if decisions else frozenset()
    followers = _followers(decisions, present, marks)
    result = []
    for decision in decisions:
        here = {row: part for row, part in decision.part_of.items() if row in present}
        unchanged, changed = _followed(decision, followers)
        followed = frozenset(unchanged | changed)
        if later.settles(followed.union(here), decision):
            followed, unchanged, changed = frozenset(), {}, {}
        result.append(_Standing(decision, here | unchanged, changed, followed))
    return result


def _superseded(decisions: Iterable[_Standing]) -> pl.DataFrame:
    found: dict[str, str] = {}
    for one in decisions:
        in_force = min(one.of_first_part, default="")
        found |= dict.fromkeys(one.parts.keys() - one.of_first_part, in_force) if in_force else {}
    return pl.DataFrame(sorted(found.items()), schema={"record_id": pl.String, "in_force": pl.String}, orient="row")


class _Later:
    """Which rows later decisions speak of, and about what."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self._of_row: dict[str, list[tuple[Decision, frozenset[str]]]] = {}
        for decision in decisions:
            rows = frozenset(decision.record_ids)
            for row in rows:
                self._of_row.setdefault(row, []).append((decision, rows))

    def settles(self, rows: frozenset[str], earlier: Decision) -> bool:
        """Whether a later decision on the same matter speaks of all the rows."""
        others = self._of_row.get(min(rows), []) if rows else []
        return any(other.at > earlier.at and rows <= named and _same_matter(earlier, other) for other, named in others)


def _same_matter(earlier: Decision, later: Decision) -> bool:
    """Whether the later decision answers what the earlier one was about: who is who, whose number it is, who stands
    alone; one that decides nothing answers nothing."""
    if earlier.kind == "number_right":
        return later.kind in _OF_NUMBERS
    if earlier.kind == "keep_out":
        return later.kind == "keep_out" or (later.kind in JOINING and len(later.record_ids) > 1)
    if earlier.kind in BINDING:
        return later.kind in (*JOINING, *PARTING, "keep_out")
    return later.kind in BINDING


@dataclass(frozen=True)
class _Follower:
    """A row that may follow one that is gone, and whether all that identifies it stayed as it was."""

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


def _followed(decision: Decision, followers: dict[str, list[_Follower]]) -> tuple[dict[str, int], dict[str, int]]:
    """The rows that follow rows of a decision that are gone, with their parts: as they were, and changed.

    A row that the decision names, or that was there already when it was made, follows none. Of several that are as much
    alike as can be, as many follow as rows are gone; when there are more, nobody knows which, and all of them count as
    changed.
    """
    parts, taken = decision.part_of, {*decision.record_ids, *decision.alike}
    alike: dict[tuple[_Follower, ...], list[str]] = {}
    for row in sorted(parts):
        others = [one for one in followers.get(row, []) if one.record_id not in taken]
        best = tuple(one for one in others if (one.unchanged, one.shared) == (others[0].unchanged, others[0].shared))
        if best:
            alike.setdefault(best, []).append(row)
    unchanged: dict[str, int] = {}
    changed: dict[str, int] = {}
    for best, rows in alike.items():
        certain = len(best) <= len(rows)
        for at, one in enumerate(best):
            kept = unchanged if one.unchanged and certain else changed
            kept[one.record_id] = parts[rows[min(at, len(rows) - 1)]]
    return unchanged, {row: part for row, part in changed.items() if row not in unchanged}


def _across(parts: dict[str, int]) -> list[tuple[str, str]]:
    """All pairs of rows of different parts."""
    return [(a, b) for (a, first), (b, second) in combinations(sorted(parts.items()), 2) if first != second]


def _pairs(pairs: Iterable[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(sorted(set(pairs)), schema=_PAIRS, orient="row")


def _ids(rows: Iterable[str]) -> pl.Series:
    return pl.Series(sorted(set(rows)), dtype=pl.String)
