"""A ledger that was lost, made again from what is published, so that no id is ever given twice."""

from pathlib import Path

import polars as pl

from pipelines.identity.entries import CHANGES
from pipelines.identity.ledger import entries_of
from pipelines.warehouse.reading import open_warehouse

_MEMBERS = {
    "citizens": "SELECT record_id, citizen_id AS entity_id, true AS present FROM citizen_sources",
    "parcels": "SELECT record_id, parcel_id AS entity_id, true AS present FROM parcel_sources",
}
_RUN = "restored"


def restore(ledger: Path, dataset: str, commune_code: str, warehouse: Path) -> bool:
    """Make the ledger of a data set again from a published warehouse, if it has no entry; whether that was needed.

    The warehouse holds the whole history of ids, and the rows that carry them now. Marks and numbers are not in it:
    they are learnt again from the next run, and a row that was away is known no more.
    """
    entries = entries_of(ledger, dataset, commune_code)
    if not entries.is_empty:
        return False
    with open_warehouse(warehouse) as connection:
        members = connection.execute(_MEMBERS[dataset]).to_arrow_table()
        changes = connection.execute(
            "SELECT old_entity_id, new_entity_id, kind FROM id_history WHERE dataset = ?", [dataset]
        ).to_arrow_table()
    history = pl.DataFrame(changes).cast(CHANGES)
    if history.is_empty():
        return False
    entries.write_draft(pl.DataFrame(members), history, _RUN)
    entries.commit(_RUN)
    return True
