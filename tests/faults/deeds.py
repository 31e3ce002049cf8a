"""What is killed, from which state on, and how it is to end: one `Deed` each; `trials` kills it again and again."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.faults import CODE, Ended, Process, Reader, Tally, Zygote

State = dict[str, Any]
"""What the judge tells of a data folder."""


@dataclass
class Deed:
    """Something that changes a data folder, from `start` on."""

    name: str
    start: Path
    """The data folder before, which is copied."""
    begin: Callable[[Path, dict[str, Any]], Process]
    """Begins it in a data folder, with options for `Zygote.start`."""
    again: Callable[[Path], Ended] | None = None
    """Completes it after the kill, when that is not the same thing again."""
    already: int = 0
    """The exit status that tells, after a kill, that it had been done already."""
    before: State = field(default_factory=dict)
    after: State = field(default_factory=dict)
    operations: list[str] = field(default_factory=list)

    def complete(self, data: Path) -> Ended:
        """Do it, or what is left of it."""
        return self.again(data) if self.again else self.begin(data, {}).wait()

    def learn(self, zygote: Zygote, data: Path) -> None:
        """Do it once without a kill, to know how it ends and at how many places it can be killed."""
        copy(self.start, data)
        self.before = zygote.judge(data)
        begun = self.begin(data, {}).wait()
        ended = self.again(data) if self.again else begun
        self.after, self.operations = zygote.judge(data), begun.operations
        if ended.status or self.before["bad"] or self.after["bad"]:
            raise AssertionError(f"{self.name}: {ended.output[-500:]} {self.before['bad']} {self.after['bad']}")


def copy(start: Path, data: Path) -> None:
    """Make a data folder anew."""
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(start, data)


def said(state: State) -> dict[str, Any]:
    """What of a state is compared: content, ids and decisions, not run ids and times."""
    published = {mode: (one["logical_hash"], one["ids"]) for mode, one in state["published"].items()}
    return {"published": published, "decisions": state["decisions"]}


def trials(
    zygote: Zygote, deed: Deed, data: Path, kills: Iterable[dict[str, Any]], tally: Tally, *, every: int = 1
) -> Tally:
    """Kill the deed as each of `kills` says, in `data`, and judge what is left; complete it after `every` so many
    kills, and judge what it is then."""
    reader = None
    for options in kills:
        if reader:
            with reader.away():
                copy(deed.start, data)
        else:
            copy(deed.start, data)
            reader = Reader(zygote, data)
        after = options.pop("after", None)
        process = deed.begin(data, options)
        ended = process.killed_after(after) if after is not None else process.wait()
        where = f"{deed.name} {options} {after or ''} at «{ended.last_operation}»"
        if not tally.add(ended):
            if ended.status:
                tally.blame(where, [f"ended with {ended.status}: {ended.output[-500:]}"])
            continue
        state = zygote.judge(data)
        tally.blame(f"{where}, after the kill", state["bad"])
        if not _is_one_of(state, deed):
            tally.blame(f"{where}, after the kill", ["neither what was before nor what was to be"])
        if tally.kills % every:
            continue
        done = deed.complete(data)
        state = zygote.judge(data)
        tally.next_runs += 1
        if done.status not in {0, deed.already}:
            tally.blame(where, [f"completing it ended with {done.status}: {done.output[-500:]}"])
        tally.blame(f"{where}, when completed", state["bad"])
        if said(state) != said(deed.after):
            tally.blame(f"{where}, when completed", ["not what it is without a kill"])
        tally.leftovers += state["leftovers"]
    if reader:
        seen = reader.stop()
        tally.polls += seen["polls"]
        tally.blame(f"a reader during {deed.name}", seen["half"])
    return tally


def _is_one_of(state: State, deed: Deed) -> bool:
    """Whether each mode's publication, and the decisions, are what was before or what was to be."""
    now, before, after = said(state), said(deed.before), said(deed.after)
    modes = now["published"].keys() | before["published"].keys() | after["published"].keys()
    wholly = all(
        now["published"].get(mode) in (before["published"].get(mode), after["published"].get(mode)) for mode in modes
    )
    return wholly and now["decisions"] in (before["decisions"], after["decisions"])


def places(deed: Deed, most: int | None = None) -> list[int]:
    """Operations at which to kill it: all of them, or `most` spread evenly; pages are many and much alike."""
    told = [line for line in deed.operations if "reports/" not in line]
    numbers = [int(line.split("\t")[0]) for line in told]
    if most is None or len(numbers) <= most:
        return numbers
    return [numbers[at * (len(numbers) - 1) // (most - 1)] for at in range(most)]


def selected(zygote: Zygote, step: str, exports: Path) -> Callable[..., Any]:
    """Begins a part of a run (see `steps`)."""

    def begin(data: Path, options: dict[str, Any]) -> Process:
        return zygote.start(f"tests.faults.steps:{step}", str(data), str(exports), CODE, watch=data, **options)

    return begin


def command(zygote: Zygote, *words: object) -> Callable[..., Any]:
    """Begins a command of the commune."""

    def begin(data: Path, options: dict[str, Any]) -> Process:
        return zygote.command(data, *words, "--new-commune", CODE, **options)

    return begin
