"""Where assigned sheet numbers are kept: a ledger like that of the ids, one for trial and official."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import polars as pl

from pipelines.identity.numbered import Numbered
from pipelines.parcels.sheet_map import Assigned, Sheet
from pipelines.warehouse.placing import is_intact
from pipelines.warehouse.reading import open_warehouse

NAME: Final = "sheets"
_LINES: Final = pl.Schema(dict.fromkeys((*Sheet._fields, *Assigned._fields), pl.String()))
_RESTORED: Final = "restored"


class Known(NamedTuple):
    """What was published: each sheet's number now, and map system and number of all that was ever given."""

    numbers: dict[Sheet, Assigned]
    used: frozenset[tuple[str | None, str]]


def known_sheets(
    ledger: Path, commune_code: str, was_published: Callable[[str], bool], published: Iterable[Path]
) -> Known:
    """The numbers that stand; a lost ledger is made again from those of the warehouses `published` that are whole.

    Raises UnusableInput when the ledger is damaged.
    """
    entries = _entries(ledger, commune_code)
    entries.settle(was_published)
    if entries.is_empty:
        told = told_by(published)
        if not told.is_empty():
            entries.write_draft(told, _RESTORED)
            entries.commit(_RESTORED)
    return known_from(entries.all_lines(*_LINES))


def told_by(published: Iterable[Path]) -> pl.DataFrame:
    """The lines of a ledger as those of the warehouses tell them that are whole, in the order of these."""
    return pl.concat([pl.DataFrame(schema=_LINES), *map(_told_by, filter(is_intact, published))])


def known_from(lines: pl.DataFrame) -> Known:
    """What the lines of a ledger say; of one sheet the last counts."""
    return Known(
        {Sheet(*line[:3]): Assigned(*line[3:]) for line in lines.iter_rows()},
        frozenset(lines.select("map_system", "new_sheet_no").iter_rows()),
    )


def keep_sheets(ledger: Path, commune_code: str, numbered: Mapping[Sheet, Assigned], known: Known, run_id: str) -> str:
    """Draft what this run assigned anew, to count once it is published; returns the ticket for `still_stands`."""
    entries = _entries(ledger, commune_code)
    fresh = {sheet: given for sheet, given in numbered.items() if known.numbers.get(sheet) != given}
    if fresh:
        lines = [(*sheet, *given) for sheet, given in fresh.items()]
        entries.write_draft(pl.DataFrame(lines, schema=_LINES, orient="row"), run_id)
    return entries.ticket(run_id, bool(fresh))


def _entries(ledger: Path, commune_code: str) -> Numbered:
    return Numbered(ledger / NAME / commune_code, _LINES)


def _told_by(path: Path) -> pl.DataFrame:
    """The sheet map of a warehouse; empty when it cannot be read."""
    try:
        with open_warehouse(path) as connection:
            table = connection.execute("FROM sheet_map").to_arrow_table()
    except duckdb.Error:
        return pl.DataFrame(schema=_LINES)
    return pl.DataFrame(table).select([*_LINES]).cast(_LINES)
