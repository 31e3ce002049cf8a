"""The rules by which an officer places what a split commune held: true as far as they go, and with gaps.

People are placed by hamlet, land by runs of map sheets, by parcels on sheets that are divided, and here and there by
hamlet or by a whole map system. Of no rule could the hamlets be placed through which the border runs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

import polars as pl

from .draws import Rng
from .places_typed import HAMLET_RESPELLINGS
from .settings import OldCommune, SampleSettings
from .sheets import MAP_SYSTEMS

RULE_COLUMNS = (
    "old_code", "dataset", "hamlet", "map_system", "sheet_from", "sheet_to", "parcel_from", "parcel_to", "new_code",
    "priority",
)  # fmt: skip
_BY_PARCEL, _USUAL, _REST = 10, 20, 90
_FOR_BOTH = 0.15  # rules by hamlet that hold for land too
_RESPELLED = 0.15  # rules that spell their hamlet otherwise than the registers
_REST_OF_A_SYSTEM = 0.3  # map systems of which one rule places all that no other does
_OPEN_END = 0.5  # of the last run of sheets, and of the last parcels of a sheet

Rule = dict[str, str | int]


@dataclass(frozen=True)
class _Sheet:
    """One sheet of a split commune: by new commune, in the order of their parcels, the last parcel of each."""

    number: int
    pieces: tuple[tuple[str, int], ...]


def split_rules(
    rng: Rng, communes: Sequence[OldCommune], households: pl.DataFrame, entries: pl.DataFrame, settings: SampleSettings
) -> pl.DataFrame:
    """The columns of `split_rules.csv` for the communes that were split.

    `households` tell the `new_code` of hamlets, `entries` of land books that of parcels (`system`, `so_to`, `so_thua`).
    """
    rules = [*_by_hamlet(rng, communes, households, settings), *_by_sheet(rng, communes, entries, settings)]
    return pl.DataFrame(rules, schema=dict.fromkeys(RULE_COLUMNS[:-1], pl.String) | {"priority": pl.Int64})


def _by_hamlet(
    rng: Rng, communes: Sequence[OldCommune], households: pl.DataFrame, settings: SampleSettings
) -> Iterator[Rule]:
    split = [at for at, old in enumerate(communes) if sum(heir.people for heir in old.heirs) > 1]
    hamlets = (
        households.filter(pl.col("commune").is_in(split))
        .group_by("commune", "thon")
        .agg(pl.col("new_code").unique().sort())
        .sort("commune", "thon")
    )
    gaps = _gaps(rng, len(hamlets), settings)
    for at, (commune, hamlet, codes) in enumerate(hamlets.rows()):
        for_both, respelled, which = rng.random(3)
        if at in gaps or len(codes) > 1:
            continue
        other = HAMLET_RESPELLINGS[int(which * len(HAMLET_RESPELLINGS))]
        written = {"hamlet": other(hamlet) if respelled < _RESPELLED else hamlet}
        data = {} if for_both < _FOR_BOTH else {"dataset": "citizens"}
        yield _rule(communes[commune], codes[0], _USUAL, **data, **written)


def _by_sheet(
    rng: Rng, communes: Sequence[OldCommune], entries: pl.DataFrame, settings: SampleSettings
) -> Iterator[Rule]:
    books = _books(communes, entries)
    gaps = _gaps(rng, sum(map(len, books.values())), settings)
    seen = 0
    for (commune, system), sheets in books.items():
        untold = {sheet.number for at, sheet in enumerate(sheets, seen) if at in gaps}
        seen += len(sheets)
        die = rng.random(3)
        old, drawn = communes[commune], {"dataset": "parcels", "map_system": MAP_SYSTEMS[system]}
        whole = [(sheet.number, sheet.pieces[0][0]) for sheet in sheets if len(sheet.pieces) == 1]
        rest = whole[0][1] if whole and not untold and die[0] < _REST_OF_A_SYSTEM else None
        if rest:
            yield _rule(old, rest, _REST, **drawn)
        told = [(number, code) for number, code in whole if number not in untold and code != rest]
        for code, first, last in _runs(told):
            open_end = last == sheets[-1].number and die[1] < _OPEN_END
            ends = {"sheet_from": first} if open_end else {"sheet_from": first, "sheet_to": last}
            yield _rule(old, code, _USUAL, **drawn, **ends)
        for sheet in sheets:
            if len(sheet.pieces) > 1 and sheet.number not in untold:
                yield from _on_divided_sheet(rng, old, sheet, drawn)


def _books(communes: Sequence[OldCommune], entries: pl.DataFrame) -> dict[tuple[int, int], list[_Sheet]]:
    """The sheets of each map system of the split communes."""
    split = [at for at, old in enumerate(communes) if old.split]
    pieces = (
        entries.filter(pl.col("commune").is_in(split))
        .group_by("commune", "system", "so_to", "new_code")
        .agg(pl.col("so_thua").max())
        .sort("commune", "system", "so_to", "so_thua")
    )
    books: dict[tuple[int, int], list[_Sheet]] = {}
    for (commune, system, number), rows in groupby(pieces.rows(), lambda row: row[:3]):
        sheet = _Sheet(number, tuple((code, last) for *_, code, last in rows))
        books.setdefault((commune, system), []).append(sheet)
    return books


def _runs(sheets: list[tuple[int, str]]) -> Iterator[tuple[str, int, int]]:
    """The new commune and first and last number of each run of sheets without a gap."""
    for (code, _), run in groupby(enumerate(sheets), lambda place: (place[1][1], place[1][0] - place[0])):
        numbers = [number for _, (number, _) in run]
        yield code, numbers[0], numbers[-1]


def _on_divided_sheet(rng: Rng, old: OldCommune, sheet: _Sheet, drawn: dict[str, str]) -> Iterator[Rule]:
    """Every piece by its parcels; or one by the sheet, and the others by their parcels, which is more specific."""
    by_sheet, open_end = rng.random(2)
    spared = len(sheet.pieces) - 1 if by_sheet < 0.5 else None
    first = 1
    for at, (code, last) in enumerate(sheet.pieces):
        place: dict[str, str | int] = {**drawn, "sheet_from": sheet.number, "sheet_to": sheet.number}
        if at != spared:
            place |= {"parcel_from": first}
            if at < len(sheet.pieces) - 1 or open_end >= _OPEN_END:
                place |= {"parcel_to": last}
        yield _rule(old, code, _BY_PARCEL if spared is None else _USUAL, **place)
        first = last + 1


def _gaps(rng: Rng, count: int, settings: SampleSettings) -> set[int]:
    """Which of so many places have no rule: at least one where there are any gaps at all."""
    return set(rng.choice(count, ceil(count * settings.rule_gaps), replace=False).tolist() if count else [])


def _rule(old: OldCommune, new_code: str, priority: int, **place: str | int) -> Rule:
    given = {name: str(value) for name, value in place.items()}
    return {"old_code": old.code, **given, "new_code": new_code, "priority": priority}
