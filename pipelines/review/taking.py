"""Taking decisions into the log: all of them or none, and none that contradicts another or a hard rule."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.identity.ledger import entries_of
from pipelines.parcels.number_key import book_key, number_key
from pipelines.reports.labels import DECISION_KINDS
from pipelines.review.contradictions import Standing, named_in_force
from pipelines.review.decisions import Decision, DecisionLog, Event, Revocation
from pipelines.warehouse.reading import open_warehouse

_PEOPLE = "SELECT record_id, personal_id FROM citizen_numbers WHERE status IN ('trusted', 'superseded')"
_LAND = "SELECT record_id, old_commune_code, map_system, map_scale, old_sheet_no, parcel_no FROM parcel_numbers"
_NUMBERS = "SELECT record_id, personal_id FROM citizen_numbers"
ROWS = "SELECT record_id FROM citizen_sources UNION ALL SELECT record_id FROM parcel_sources"
"""The record ids of all rows of a warehouse."""


@dataclass(frozen=True)
class Taken:
    """How many decisions were taken, how many stood in the log before, and what was wrong with those refused; with a
    problem none was taken."""

    taken: int
    known: int
    problems: tuple[str, ...] = ()
    refused: tuple[Decision, ...] = ()


def take(log: DecisionLog, events: Sequence[Event], warehouse: Path | None, places: Sequence[str] = ()) -> Taken:
    """Append events to the log, unless one of the decisions contradicts another one or a hard rule.

    `warehouse`: the published one, whose rows' numbers the hard rules look at; without one only decisions are compared.
    `places`: where each event was read, to begin its sentence with.
    """
    past = log.events()
    seen = {event.decision_id for event in past if isinstance(event, Decision)}
    gone = {event.decision_id for event in past if isinstance(event, Revocation)}
    revoked = gone | {event.decision_id for event in events if isinstance(event, Revocation)}
    places = places or [""] * len(events)
    beside = {event.decision_id: place for place, event in zip(places, events, strict=True)}

    def named(decision: Decision) -> str:
        """A decision that is taken along with the others is named by its place: nobody can revoke it yet."""
        place = beside.get(decision.decision_id, "").rstrip(": ")
        kind = DECISION_KINDS[decision.kind].lower()
        return (
            f"quyết định «{kind}» ở {place}" if place and decision.decision_id not in seen else named_in_force(decision)
        )

    before = (one for one in log.in_force() if one.decision_id not in revoked)
    standing = standing_of(before, warehouse, named)
    new: list[Event] = []
    known, problems, refused = 0, [], []
    for place, event in zip(places, events, strict=True):
        if isinstance(event, Revocation):
            # One that comes before its decision counts as well: files may come in any order.
            if event.decision_id not in gone:
                new.append(event)
                gone.add(event.decision_id)
        elif event.decision_id in seen or standing.knows(event):
            known += 1
        elif event.decision_id in revoked or (problem := standing.take(event)) is None:
            new.append(event)
        else:
            problems.append(f"{place}{problem}")
            refused.append(event)
    if not problems:
        log.append(new)
    return Taken(
        0 if problems else sum(isinstance(event, Decision) for event in new), known, tuple(problems), tuple(refused)
    )


def standing_of(
    decisions: Iterable[Decision], warehouse: Path | None, named: Callable[[Decision], str] | None = None
) -> Standing:
    """What decisions in force say together, under the hard rules of the rows of a warehouse; `named`: how a sentence
    names one of them."""
    exclusive: dict[str, tuple[str, str]] = {}
    numbers: dict[str, str] = {}
    rows: set[str] = set()
    if warehouse is not None:
        with open_warehouse(warehouse) as connection:
            exclusive = {row: ("", number) for row, number in connection.execute(_PEOPLE).fetchall()}
            keys = ("record_id", book_key(), number_key("old_sheet_no").alias("number"))
            land = connection.execute(_LAND).pl().select(*keys).drop_nulls("number")
            exclusive |= {row: (book, number) for row, book, number in land.iter_rows()}
            numbers = dict(connection.execute(_NUMBERS).fetchall())
            rows = {row for (row,) in connection.execute(ROWS).fetchall()}
    standing = Standing(exclusive, numbers, rows, named)
    # Numbers first: two of them stand in the way of one person until one is known to be a slip or to be replaced.
    for decision in sorted(decisions, key=lambda one: ("number_right", "number_superseded", one.kind).index(one.kind)):
        standing.take(decision)
    return standing


def any_known(decisions: Iterable[Decision], warehouse: Path) -> bool:
    """Whether any row of the decisions is in a published warehouse."""
    with open_warehouse(warehouse) as connection:
        rows = {row for (row,) in connection.execute(ROWS).fetchall()}
    return any(not rows.isdisjoint(decision.record_ids) for decision in decisions)


def with_marks(
    decisions: Sequence[Decision], ledger: Path, code: str, was_published: Callable[[str], bool]
) -> list[Decision]:
    """Decisions with the marks of their rows, as the ledger knows them, and the other rows that have one of them now.

    Rows that are away are none of those: when a correction is undone, they are back.
    """
    marks: dict[str, list[str]] = {}
    alike: dict[str, set[str]] = {}
    for dataset in {one.dataset for one in decisions}:
        named = pl.Series([row for one in decisions if one.dataset == dataset for row in one.record_ids]).unique()
        entries = entries_of(ledger, dataset, code)
        entries.settle(was_published)
        words = entries.words("record_id", "marks", "present").drop_nulls("marks").unique("record_id", keep="last")
        of_named = words.filter(pl.col("record_id").is_in(named.implode())).drop("present")
        marks |= dict(of_named.iter_rows())
        shared = of_named.explode("marks").join(words.filter("present").explode("marks"), on="marks", suffix="_other")
        for row, other in shared.select("record_id", "record_id_other").unique().iter_rows():
            alike.setdefault(row, set()).add(other)
    return [
        one.model_copy(
            update={
                "marks": tuple(tuple(marks.get(row, ())) for row in one.record_ids),
                "alike": tuple(
                    sorted(set().union(*(alike.get(row, set()) for row in one.record_ids)) - {*one.record_ids})
                ),
            }
        )
        for one in decisions
    ]
