"""A kill at any moment: what is published keeps its ids, no id is given twice, and the next run and `resolve` work.

Every step that touches the disk is one of those below. The process is killed before or after each of them in turn,
or in the middle of a file that is being written.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import polars as pl
import pytest

from .conftest import Ledger

STEPS = [
    *((Path, name) for name in ("mkdir", "chmod", "replace", "write_text")),
    (os, "fsync"),
    (pl.DataFrame, "write_parquet"),
]
FIRST, SECOND, THIRD = ("ab", "c", "de"), ("abc", "d", "e", "f"), ("ab", "c", "d", "e", "fg", "h")


class Killed(BaseException):
    """The process is gone: nothing catches this."""


class Killer:
    """Kills at the `at`-th moment: three moments a step, before it, after it, and with its file half written."""

    def __init__(self, at: int) -> None:
        self.at, self.moments = at, count()

    def around(self, step: Callable) -> Callable:
        def watched(*arguments, **options):
            self._moment()
            result = step(*arguments, **options)
            if step.__name__ in {"write_text", "write_parquet"}:
                path = arguments[1] if step.__name__ == "write_parquet" else arguments[0]
                self._moment(path)
            self._moment()
            return result

        return watched

    def _moment(self, half: Path | None = None) -> None:
        if next(self.moments) == self.at:
            if half is not None:
                half.write_bytes(half.read_bytes()[:-5])
            raise Killed


@contextmanager
def killed(at: int) -> Iterator[Killer]:
    killer = Killer(at)
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in STEPS:
            patch.setattr(owner, name, killer.around(getattr(owner, name)))
        yield killer


def land_of(ledger: Ledger) -> Ledger:
    """The same commune's land: what is published is published for both."""
    land = Ledger(ledger.folder, "parcels")
    land.published, land.runs = ledger.published, ledger.runs
    return land


def run(ledger: Ledger, clusters: tuple[str, ...]) -> Iterator[list[dict[str, str]]]:
    """A run as the job takes it: people, land, publication; gives the ids of both before the last."""
    land = land_of(ledger)
    yield [ledger.draft(*clusters), land.draft(*clusters)]
    ledger.publish()


EVERY = pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.long)])
"""Every third moment, or all: steps have two moments or three, so that the third is before, amid and after them."""


@EVERY
@pytest.mark.parametrize("first_run", [pytest.param(True, marks=pytest.mark.long), False])
def test_a_kill_at_any_moment_harms_no_id(tmp_path: Path, first_run: bool, every: int) -> None:
    published = 0
    for at in count(step=every):
        ledger = Ledger(tmp_path / str(at))
        standing = [{}, {}] if first_run else [ids for both in run(ledger, FIRST) for ids in both]
        history = ledger.last.history.rows() if ledger.last else []
        shown = []
        with killed(at) as killer, suppress(Killed):
            for both in run(ledger, FIRST if first_run else SECOND):
                shown = both
        if ledger.run_id in ledger.published:
            standing, published = shown, published + 1
        check(ledger, standing, history)
        if next(killer.moments) <= at:
            break
    assert at > 50 and published > 8 // every


def check(ledger: Ledger, standing: list[dict[str, str]], history: list[tuple]) -> None:
    """What is published resolves to itself, a run on the same rows shows it again, and the next ones go well."""
    land = land_of(ledger)
    for register, ids in zip((land, ledger), reversed(standing), strict=True):
        assert [register.resolve(entity_id).current for entity_id in ids.values()] == [*ids.values()]
        if ids:
            assert register.draft(*ids) == ids
    ledger.publish()
    for clusters in (THIRD, FIRST):
        ledger.assign(*clusters)
        rows = ledger.last.history.rows()
        assert rows[: len(history)] == history
        history = rows
    assert max(Counter(new for _, new in ledger.history("minted")).values()) == 1
    for entity_id in standing[0].values():
        assert ledger.resolve(entity_id).state in {"current", "merged", "retired"}


@EVERY
def test_a_kill_while_a_crash_is_settled_harms_no_id(tmp_path: Path, every: int) -> None:
    for at in count(step=every):
        ledger = Ledger(tmp_path / str(at))
        ledger.assign(*FIRST)
        standing = ledger.draft(*SECOND)
        ledger.publish(crash=True)
        with killed(at) as killer, suppress(Killed):
            ledger.resolve(standing["abc"])
            ledger.draft(*THIRD)
        check(ledger, [standing, {}], [])
        if next(killer.moments) <= at:
            break
    assert at > 10
