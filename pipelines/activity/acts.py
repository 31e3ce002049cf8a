"""An act as the log knows it: who did what to which commune, for which purpose, and how it ended.

An act has a line when it begins and another when it ends; what happens in one moment has a single line. A line tells
counts, versions and names of files, and nothing of what the files say. How lines are kept does not belong here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import BaseModel

from pipelines.activity.process import is_running

Action = Literal[
    "receive",
    "run",
    "across",
    "publish",
    "promote",
    "rollback",
    "review-export",
    "review-sample",
    "review-import",
    "review-revoke",
    "review-save",
    "review-replay",
    "export",
    "verify",
    "purge",
    "key-rotate",
]
Outcome = Literal["done", "refused", "differs", "failed"]
"""`refused`: a gate, a rule or what was asked for stood against it. `differs`: a check found a difference."""
State = Literal["done", "refused", "differs", "failed", "running", "interrupted", "unknown"]
"""An act without an end is running, or was interrupted, or it cannot be told which."""
Fact = str | int


class Line(BaseModel, frozen=True):
    """One line of the log. Words that a newer program wrote are read as they are."""

    act: str
    """The act that it belongs to."""
    at: str
    """With its time zone, ISO 8601."""
    by: str
    """The operating system's user."""
    action: str
    outcome: str
    """`started`, or an `Outcome`."""
    commune: str = ""
    mode: str = ""
    purpose: str = ""
    process: str = ""
    facts: dict[str, Fact] = {}
    previous: str = ""
    """The SHA-256 of what stands before this line."""


STARTED: Final = "started"
"""The outcome on the line of an act that begins."""


@dataclass(frozen=True)
class Act:
    """An act, from the line or two that tell of it."""

    at: str
    by: str
    action: str
    commune: str
    mode: str
    purpose: str
    state: str
    ended: str = ""
    """When, if it is known."""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def acts_of(lines: Iterable[Line]) -> list[Act]:
    """The acts that these lines tell of, in the order in which they began."""
    told: dict[str, list[Line]] = {}
    for line in lines:
        told.setdefault(line.act, []).append(line)
    return [_act(of_one) for of_one in told.values()]


def _act(lines: list[Line]) -> Act:
    first, last = lines[0], lines[-1]
    over = last.outcome != STARTED
    return Act(
        at=first.at,
        by=first.by,
        action=first.action,
        commune=last.commune or first.commune,
        mode=last.mode or first.mode,
        purpose=first.purpose,
        state=last.outcome if over else _state(first.process),
        ended=last.at if over else "",
        facts={name: fact for line in lines for name, fact in line.facts.items()},
    )


def _state(process: str) -> State:
    """What became of an act without an end."""
    runs = is_running(process)
    return "unknown" if runs is None else "running" if runs else "interrupted"
