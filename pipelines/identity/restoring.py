"""A ledger that was lost, made again from what is published, so that no id is ever given twice."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import polars as pl

from pipelines.identity.entries import CHANGES
from pipelines.identity.ledger import entries_of
from pipelines.problems import UnusableInput
from pipelines.warehouse.placing import is_intact
from pipelines.warehouse.reading import open_warehouse

_MEMBERS = {
    "citizens": "SELECT record_id, citizen_id AS entity_id, true AS present FROM citizen_sources",
    "parcels": "SELECT record_id, parcel_id AS entity_id, true AS present FROM parcel_sources",
}
_RUN = "restored"


def restore(ledger: Path, dataset: str, commune_code: str, published: Iterable[Path]) -> bool:
    """Make the ledger of a data set again, if it has no entry, from what was published; whether that was needed.

    Of those of the `published` that are whole the one with the longest history of ids counts: after a rollback it is
    not the newest. It holds the rows that carried them then. Marks and numbers are not in it: they are learnt again
    from the next run, and a row that was away is known no more. Raises UnusableInput when none of them is whole.
    """
    entries = entries_of(ledger, dataset, commune_code)
    if not entries.is_empty:
        return False
    files = list(published)
    warehouse = fullest(files)
    if warehouse is None and files:
        raise UnusableInput(
            f"Sổ mã của {commune_code} bị mất, và không bản công bố nào còn nguyên vẹn để dựng lại nó, nên mã đã dùng "
            "có thể bị cấp lại; hãy khôi phục sổ mã hoặc một bản công bố từ bản sao lưu.",
            "The ledger is lost and nothing that was published is whole: restore either from a backup.",
        )
    if warehouse is None:
        return False
    with open_warehouse(warehouse) as connection:
        members = connection.execute(_MEMBERS[dataset]).to_arrow_table()
        changes = connection.execute(
            "SELECT old_entity_id, new_entity_id, kind FROM id_history WHERE dataset = ?", [dataset]
        ).to_arrow_table()
    history = pl.DataFrame(changes).cast(CHANGES)
    if history.is_empty():
        return False
    entries.write_draft(pl.concat([pl.DataFrame(members), history], how="diagonal"), _RUN)
    entries.commit(_RUN)
    return True


def fullest(published: Iterable[Path]) -> Path | None:
    """Of those warehouses that are whole the one with the longest history of ids; none when none is whole."""
    return max(filter(is_intact, published), key=_length, default=None)


def _length(warehouse: Path) -> int:
    """How many changes of ids a warehouse tells; none when it cannot be read."""
    try:
        with open_warehouse(warehouse) as connection:
            (count,) = connection.execute("SELECT count(*) FROM id_history").fetchall()[0]
            return int(count)
    except duckdb.Error:
        return 0
