"""What people decided, kept for ever: an append-only log, and the decisions in it that are in force.

`<decisions>/<commune>/000001.jsonl`, …: one file an import, which appears whole or not at all; one event a line, a
decision or its revocation. A decision names rows by their `record_id`, never by what they say.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, model_validator

from pipelines.problems import UnusableInput
from pipelines.review.journal import Journal, lines_of
from pipelines.warehouse.schema import DECISIONS

Kind = Literal[
    "same", "different", "number_superseded", "number_right", "keep_out", "dissolve", "needs_paper", "cannot_tell"
]
"""same: all rows are one entity. different: rows of different parts are not. number_superseded: one person whose number
was issued again, rows of part 1 with the number in force. number_right: the number on rows of part 1 is theirs, that
on the other rows is a slip or somebody else's.
keep_out: each row stands alone. dissolve: an entity taken apart, each row from each. needs_paper and cannot_tell
decide nothing yet."""

BINDING: tuple[Kind, ...] = ("same", "different", "number_superseded", "number_right", "keep_out", "dissolve")
JOINING: tuple[Kind, ...] = ("same", "number_superseded")
PARTING: tuple[Kind, ...] = ("different", "dissolve")


class Decision(BaseModel, frozen=True):
    """One decision about rows of one data set.

    `parts` tells of each row to which part of the question it belongs (see `Kind`); `marks` by what each row is known
    again once it was corrected (`pipelines.identity.marks`, hashed; empty when not known), and `alike` the other rows
    of the time that had one of these marks: none of them is a correction. `model` is the name of the linkage model
    that raised the question, `case_id` the question.
    """

    event: Literal["decided"] = "decided"
    dataset: Literal["citizens", "parcels"]
    kind: Kind
    record_ids: tuple[str, ...] = Field(min_length=1)
    parts: tuple[int, ...]
    by: str = Field(min_length=1)
    at: str
    reason: str = ""
    model: str = ""
    case_id: str = ""
    marks: tuple[tuple[str, ...], ...] = ()
    alike: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Decision":
        if len(self.parts) != len(self.record_ids) or len(set(self.record_ids)) != len(self.record_ids):
            raise ValueError("every row stands once and has a part")
        if self.marks and len(self.marks) != len(self.record_ids):
            raise ValueError("marks are those of the rows")
        return self

    @property
    def decision_id(self) -> str:
        """`QD-` (quyết định) and a hash of what was decided, by whom and when."""
        return f"QD-{_hash([*self.question, self.by, self.at])[:12]}"

    @property
    def part_of(self) -> dict[str, int]:
        """The part of each row."""
        return dict(zip(self.record_ids, self.parts, strict=True))

    @property
    def question(self) -> tuple[str, str, tuple[tuple[str, int], ...]]:
        """What was decided, whoever decided it: two equal ones are one decision."""
        return self.dataset, self.kind, tuple(sorted(self.part_of.items()))

    @property
    def told(self) -> str:
        """How a sentence names it: id, who, when."""
        return f"{self.decision_id} ({self.by}, {self.at[:10]})"


class Revocation(BaseModel, frozen=True):
    """A decision that is no longer in force, by whom, when and why."""

    event: Literal["revoked"] = "revoked"
    decision_id: str
    by: str = Field(min_length=1)
    at: str
    reason: str = ""


Event = Decision | Revocation
"""What the log holds."""

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Decision | Revocation, Field(discriminator="event")])


class DecisionLog:
    """The decisions of one new commune, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._journal = Journal(folder)

    def events(self) -> list[Event]:
        """All that ever happened, in order; UnusableInput when a file is damaged."""
        return [event for path in self._journal.files() for event in read_events(path)]

    def in_force(self) -> list[Decision]:
        """The decisions in force, in the order of time, whatever the order in which the files came."""
        events = self.events()
        revoked = {event.decision_id for event in events if isinstance(event, Revocation)}
        made = {event.decision_id: event for event in reversed(events) if isinstance(event, Decision)}
        return sorted(
            (decision for name, decision in made.items() if name not in revoked),
            key=lambda decision: (decision.at, decision.decision_id),
        )

    def append(self, events: Sequence[Event]) -> None:
        """Add events as one file, whole or not at all."""
        if events:
            self._journal.append(event.model_dump_json() for event in events)


def decision_log(data: Path, code: str) -> DecisionLog:
    """The decisions of a new commune under a data folder; one log for trial and official."""
    return DecisionLog(data / "decisions" / code)


def read_events(path: Path) -> list[Event]:
    """The events of one file; UnusableInput names the line that cannot be read."""
    try:
        lines = lines_of(path)
    except (OSError, UnicodeDecodeError):
        raise UnusableInput(
            f"Không đọc được tệp quyết định «{path}».", f"The file of decisions {path} cannot be read."
        ) from None
    events = []
    for number, line in enumerate(lines, start=1):
        try:
            events.append(_EVENT.validate_json(line))
        except ValidationError:
            raise UnusableInput(
                f"Tệp quyết định «{path}», dòng {number}: không đúng dạng.",
                f"File of decisions {path}, line {number}: not in the form of an event.",
            ) from None
    return events


def write_events(path: Path, events: Iterable[Event]) -> None:
    """One event a line, as JSON."""
    path.write_text("".join(f"{event.model_dump_json()}\n" for event in events), encoding="utf-8")


def decisions_table(decisions: Sequence[Decision], dataset: str) -> pl.DataFrame:
    """The contract's table `decisions` for one data set, in order of id."""
    rows = [one.model_dump() | {"decision_id": one.decision_id} for one in decisions if one.dataset == dataset]
    fields = DECISIONS.polars_schema
    return DECISIONS.conform(pl.DataFrame([{key: row[key] for key in fields} for row in rows], schema=fields)).sort(
        "decision_id"
    )


def decisions_sha256(decision_ids: Iterable[str]) -> str:
    """One hash over the decisions in force, whatever the files and the order in which they lie."""
    return _hash(sorted(decision_ids))


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
