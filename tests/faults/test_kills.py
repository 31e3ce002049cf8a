"""A kill at any moment leaves what was there whole, or what was to come whole, and the next one works.

The children are killed with SIGKILL, at a disk operation or at a random time. `make test` asks a few kills of some
deeds; `make test-long` many of all, and whole runs. Each loop prints its figures.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import States
from tests.faults.deeds import Deed, copy, places, trials
from tests.faults.faults import CODE, Memory, Reader, Tally, Zygote, dice

FEW = 3
Tell = Callable[[Tally], None]


def few(deed: Deed) -> list[dict[str, Any]]:
    """A few operations, spread evenly."""
    return [{"at": number} for number in places(deed, FEW)]


def many(deed: Deed, times: int) -> Iterator[dict[str, Any]]:
    """Operations all over the deed, every third time with a random delay after it."""
    numbers = places(deed, times)
    draw = dice(deed.name)
    for turn in range(times):
        delay = round(draw.random() * 0.08, 3) if turn % 3 == 2 or turn >= len(numbers) else 0.0
        yield {"at": numbers[turn % len(numbers)], "delay": delay}


def killed(states: States, deed: Deed, data: Path, kills: Callable[[Deed], Any]) -> Tally:
    deed.learn(states.zygote, data)
    tally = Tally(f"{deed.name}, {'with a key' if states.zygote.key else 'plain'}")
    return trials(states.zygote, deed, data, kills(deed), tally, every=3)


def test_a_run_killed_when_it_begins_to_publish_changes_nothing(states: States) -> None:
    before, after = (states.zygote.judge(folder) for folder in (states.one, states.cut))
    assert before["bad"] == after["bad"] == []
    assert before["published"] == after["published"]


def test_a_few_kills(states: States, tmp_path: Path, told: Tell) -> None:
    tally = killed(states, states.publication, tmp_path / "data", few)
    assert tally.kills >= FEW - 1
    assert tally.polls > 0
    told(tally)


@pytest.mark.long
@pytest.mark.parametrize("deed", ["publication", "naming", "rollback", "promotion", "purge"])
def test_many_kills(states: States, tmp_path: Path, told: Tell, deed: str) -> None:
    tally = killed(states, getattr(states, deed), tmp_path / "data", lambda deed: many(deed, 16))
    assert tally.kills > 12
    told(tally)


@pytest.mark.long
def test_many_kills_while_decisions_are_taken_in_and_back(states: States, tmp_path: Path, told: Tell) -> None:
    data = tmp_path / "data"
    importing = states.importing(tmp_path)
    told(killed(states, importing, data, lambda deed: many(deed, 16)))
    copy(importing.start, data)
    assert importing.begin(data, {}).wait().status == 0
    told(killed(states, states.revoking(tmp_path, data), data, lambda deed: many(deed, 16)))


@pytest.mark.long
def test_whole_runs_killed_at_random(states: States, zygote: Zygote, tmp_path: Path, told: Tell) -> None:
    """A commune's life: kills in a row, then a run to its end; other exports each time, so that ids come and go."""
    tally = Tally(f"whole runs, {'with a key' if zygote.key else 'plain'}")
    whole_runs(states, tmp_path / "data", tally, kills=20)
    assert tally.kills >= 16
    told(tally)


def whole_runs(states: States, data: Path, tally: Tally, kills: int) -> None:
    """Kill runs at random times and operations; after at most three, one must end well, with equal content."""
    zygote, draw, memory = states.zygote, dice(tally.name), Memory()
    copy(states.one, data)
    memory.learn(zygote.judge(data)["published"])
    hashes: dict[int, str] = {}
    lasts, turn = 0.0, 0
    reader = Reader(zygote, data)
    operations: list[str] = []
    while tally.kills < kills and turn < kills:
        turn += 1
        number = draw.randrange(len(states.exports))
        words = ("run", "--new-commune", CODE, "--exports", states.exports[number])
        for _ in range(draw.randint(1, 3) if lasts else 0):
            if draw.random() < 0.5:
                options: dict[str, Any] = {"at": draw.choice([line for line in operations if "reports/" not in line])}
                options = {"at": int(options["at"].split("\t")[0]), "delay": draw.choice([0.0, draw.random() / 20])}
                ended = zygote.hopnhat(data, *words, **options)
            else:
                ended = zygote.command(data, *words).killed_after(draw.random() * lasts)
            tally.add(ended)
            state = zygote.judge(data)
            where = f"run {turn} at «{ended.last_operation}»"
            tally.blame(f"{where}, after the kill", [*state["bad"], *memory.learn(state["published"])])
        whole = zygote.hopnhat(data, *words)
        lasts, operations = whole.seconds, whole.operations
        tally.next_runs += 1
        if whole.status:
            tally.blame(f"run {turn}", [f"the next run ended with {whole.status}: {whole.output[-500:]}"])
            continue
        state = zygote.judge(data)
        tally.blame(f"run {turn}, whole", [*state["bad"], *memory.learn(state["published"])])
        found = state["published"]["trial"]["logical_hash"]
        if hashes.setdefault(number, found) != found:
            tally.blame(f"run {turn}, whole", ["equal inputs, another content"])
        tally.blame(f"run {turn}, whole", [f"leftover {path}" for path in state["leftovers"]])
    seen = reader.stop()
    tally.polls += seen["polls"]
    tally.blame("a reader", seen["half"])
