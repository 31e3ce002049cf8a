"""The entries of a ledger of ids: what each published run changed (see `numbered` for how they lie on disk).

`<ledger>/<dataset>/<commune>/000007.parquet` is one entry. A line of it tells either of a row (`record_id`: whose id it
carries now, its hashed number and marks, whether it was there) or of a change of an id (`kind`); the last word on a
row counts. `sequence` holds the highest number ever taken; it is on disk before anybody sees an id.

What does not belong here: which entity gets which id.
"""

from pathlib import Path

import polars as pl

from pipelines.identity.numbered import Numbered
from pipelines.warehouse.placing import place_text

MEMBERS = pl.Schema(
    {
        "record_id": pl.String(),
        "entity_id": pl.String(),
        "number": pl.String(),
        "marks": pl.List(pl.String()),
        "present": pl.Boolean(),
    }
)
CHANGES = pl.Schema({"old_entity_id": pl.String(), "new_entity_id": pl.String(), "kind": pl.String()})


class Entries(Numbered):
    """The entries of one data set of one commune, and the draft of the next."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, pl.Schema({**MEMBERS, **CHANGES}))

    def words(self, *columns: str) -> pl.DataFrame:
        """All that was ever said of rows, oldest first: `columns` of `MEMBERS`, all of them when none is named."""
        return self.all_lines(*(columns or MEMBERS)).drop_nulls("record_id")

    def changes(self) -> pl.DataFrame:
        """Every change of an id, oldest first: `old_entity_id`, `new_entity_id`, `kind`, `run_id`."""
        return self.all_lines(*CHANGES, "run_id").drop_nulls("kind")

    def offers(self) -> pl.DataFrame:
        """`record_id`, `entity_id` of the ids that an unpublished run minted: they are nobody's yet."""
        draft = self.drafted_lines()
        if draft is None:
            return pl.DataFrame(schema={name: MEMBERS[name] for name in ("record_id", "entity_id")})
        minted = draft.filter(pl.col("kind") == "minted").select(entity_id="new_entity_id")
        return draft.join(minted, on="entity_id", how="semi").select("record_id", "entity_id")

    def take(self, count: int, used: int) -> int:
        """The first of `count` numbers that were never taken, all of them above `used`."""
        path = self.folder / "sequence"
        taken = max(used, int(path.read_text(encoding="ascii")) if path.exists() else 0)
        if count:
            self.make_folder()
            place_text(path, f"{taken + count}\n")
        return taken + 1
