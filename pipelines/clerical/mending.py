"""Answers that contradict what the machine did → decisions, so that the next run mends it.

Answers that agree with the machine decide nothing, and the measure goes on to tell what the machine did.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.clerical.answers import Given
from pipelines.clerical.log import Draw
from pipelines.clerical.words import REASON
from pipelines.review.decisions import Decision, Event, Revocation
from pipelines.review.taking import ROWS
from pipelines.warehouse.reading import open_warehouse


def events_of(
    draw: Draw, given: Iterable[Given], in_force: Sequence[Decision], rows: frozenset[str]
) -> list[tuple[Event, str]]:
    """What follows from answers to a draw, each with the place where it was read.

    `in_force`: the decisions that hold now. One that came of an earlier answer of the same person to the same pair is
    revoked where it says something else now. `rows`: those that are in what is published; of a pair of which one was
    corrected since nothing is decided.
    """
    earlier: dict[tuple[str, str, frozenset[str]], list[Decision]] = {}
    for decision in in_force:
        earlier.setdefault((decision.case_id, decision.by, frozenset(decision.record_ids)), []).append(decision)
    events: list[tuple[Event, str]] = []
    for one in given:
        said, pair = one.answer, one.pair
        reason = f"{REASON}: {said.note}" if said.note else REASON
        decides = said.answer not in {pair.machine, "cannot_tell"} and rows.issuperset(pair.record_ids)
        for before in earlier.get((draw.draw_id, said.by, frozenset(pair.record_ids)), []):
            if not decides or before.kind != said.answer:
                revoked = Revocation(decision_id=before.decision_id, by=said.by, at=said.at, reason=reason)
                events.append((revoked, one.place))
        if decides:
            events.append((_decision(draw, one, reason), one.place))
    return events


def rows_in(warehouse: Path) -> frozenset[str]:
    """The record ids of all rows of a published warehouse."""
    with open_warehouse(warehouse) as connection:
        return frozenset(row for (row,) in connection.execute(ROWS).fetchall())


def _decision(draw: Draw, one: Given, reason: str) -> Decision:
    return Decision(
        dataset=one.pair.dataset,
        kind="same" if one.answer.answer == "same" else "different",
        record_ids=one.pair.record_ids,
        parts=(1, 1) if one.answer.answer == "same" else (1, 2),
        by=one.answer.by,
        at=one.answer.at,
        reason=reason,
        model=draw.models.get(one.pair.dataset, ""),
        case_id=draw.draw_id,
    )
