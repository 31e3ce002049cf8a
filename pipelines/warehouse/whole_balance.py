"""The balance over all new communes: of each old commune, every loaded row stands in one of them, or waits for a rule.

Where a row goes is a function of the old communes' rows and the rules alone (`pipelines.communes.placement`). So what
was placed adds up when all heirs of an old commune have read the same files and gone by the same rules; where they have
not, those are named that must be run again. What one run made of its rows does not belong here (`outcomes`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.communes import MergerMap
from pipelines.warehouse.outcomes import Outcome, Share

State = Literal["whole", "waiting", "other_files", "other_rules", "too_many", "too_few"]
"""`waiting`: for heirs that are not run yet. `other_files`, `other_rules`: heirs have read or placed otherwise than the
one that was run last. `too_many`, `too_few`: rows stand in two new communes, or in none."""
_DATASETS: Final = ("citizens", "parcels")


@dataclass(frozen=True)
class OldBalance:
    """What became of the rows of one old commune in one data set, over all its heirs."""

    old_code: str
    dataset: str
    state: State
    loaded: int
    placed: dict[str, int]
    """By new commune."""
    unplaced: int
    to_run: tuple[str, ...]
    """The new communes that are to be run before it can add up."""

    @property
    def left(self) -> int:
        """Rows that stand nowhere; fewer than none when some stand twice."""
        return self.loaded - sum(self.placed.values()) - self.unplaced


def balance_over_all(outcomes: Iterable[Outcome]) -> list[OldBalance]:
    """The balance of every old commune of which a run has read anything, by code and data set."""
    read: dict[tuple[str, str], list[tuple[Outcome, Share]]] = defaultdict(list)
    for outcome in outcomes:
        for share in outcome.shares:
            if share.dataset in _DATASETS:
                read[share.old_code, share.dataset].append((outcome, share))
    return [_balance(*of_one, shares) for of_one, shares in sorted(read.items())]


def _balance(old_code: str, dataset: str, read: list[tuple[Outcome, Share]]) -> OldBalance:
    heirs = MergerMap.shipped().takers(dataset).get(old_code, ())
    of_heirs = [one for one in read if one[0].code in heirs]
    newest, told = max(of_heirs or read, key=lambda one: (one[0].at, one[0].code))
    placed = {outcome.code: share.placed for outcome, share in of_heirs}
    missing = tuple(code for code in heirs if code not in placed)
    read_others = tuple(one.code for one, share in of_heirs if share.files != told.files)
    ruled_others = tuple(one.code for one, _ in of_heirs if len(heirs) > 1 and one.rules != newest.rules)
    balance = OldBalance(old_code, dataset, "whole", told.loaded, placed, told.unplaced, ())
    state, to_run = _state(balance.left, missing, read_others, ruled_others)
    return OldBalance(old_code, dataset, state, told.loaded, placed, told.unplaced, to_run)


def _state(
    left: int, missing: tuple[str, ...], read_others: tuple[str, ...], ruled_others: tuple[str, ...]
) -> tuple[State, tuple[str, ...]]:
    if read_others:
        return "other_files", read_others
    if ruled_others:
        return "other_rules", ruled_others
    if left < 0:
        return "too_many", ()
    if missing:
        return "waiting", missing
    return ("too_few" if left else "whole"), ()
