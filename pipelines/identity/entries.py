"""The entries of a ledger: what each published run changed, in numbered files that are never written again.

`<ledger>/<dataset>/<commune>/000007.parquet` is one entry. A line of it tells either of a row (`record_id`: whose id it
carries now, its hashed number and marks, whether it was there) or of a change of an id (`kind`); the last word on a
row counts.

A run writes a *draft*, which becomes the next entry in one rename once the run's result is published. What a crash
leaves is settled by the next who reads: a draft of a run that was published is an entry, any other is none. Thus the
ledger is never ahead of what is published, and never behind it. `sequence` holds the highest number ever taken; it is
on disk before anybody sees an id.

What does not belong here: which entity gets which id.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.problems import UnusableInput
from pipelines.warehouse.placing import place, place_text, sync

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
_ENTRY = pl.Schema({**MEMBERS, **CHANGES, "run_id": pl.String()})


@dataclass(frozen=True)
class Entries:
    """The entries of one data set of one commune, and the draft of the next."""

    folder: Path

    @property
    def number(self) -> int:
        """How many entries there are."""
        return len(self._files())

    @property
    def drafted_by(self) -> str | None:
        """The run that wrote the draft, if there is one."""
        return _run_of(self._draft) if self._draft.exists() else None

    @property
    def written_by(self) -> str | None:
        """The run that wrote the last entry, if there is one."""
        files = self._files()
        return _run_of(files[-1]) if files else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever published by this ledger, nor is about to be."""
        return not (self._draft.exists() or self.number)

    def settle(self, was_published: Callable[[str], bool]) -> None:
        """Make an entry of the draft when its run was published and a crash came before the commit."""
        run_id = self.drafted_by
        if run_id is not None and was_published(run_id):
            self.commit(run_id)

    def commit(self, run_id: str) -> None:
        """Make an entry of the draft of this run; nothing happens when the run changed nothing."""
        if self.drafted_by == run_id:
            self._draft.replace(self.folder / f"{self.number + 1:06d}.parquet")
            sync(self.folder)

    def words(self, *columns: str) -> pl.DataFrame:
        """All that was ever said of rows, oldest first: `columns` of `MEMBERS`, all of them when none is named."""
        return self._all([*(columns or MEMBERS)]).drop_nulls("record_id")

    def changes(self) -> pl.DataFrame:
        """Every change of an id, oldest first: `old_entity_id`, `new_entity_id`, `kind`, `run_id`."""
        return self._all([*CHANGES, "run_id"]).drop_nulls("kind")

    def offers(self) -> pl.DataFrame:
        """`record_id`, `entity_id` of the ids that an unpublished run minted: they are nobody's yet."""
        if not self._draft.exists():
            return pl.DataFrame(schema={name: MEMBERS[name] for name in ("record_id", "entity_id")})
        draft = _read(self._draft, [*_ENTRY])
        minted = draft.filter(pl.col("kind") == "minted").select(entity_id="new_entity_id")
        return draft.join(minted, on="entity_id", how="semi").select("record_id", "entity_id")

    def take(self, count: int, used: int) -> int:
        """The first of `count` numbers that were never taken, all of them above `used`."""
        path = self.folder / "sequence"
        taken = max(used, int(path.read_text(encoding="ascii")) if path.exists() else 0)
        if count:
            self._make_folder()
            place_text(path, f"{taken + count}\n")
        return taken + 1

    def write_draft(self, members: pl.DataFrame, changes: pl.DataFrame, run_id: str) -> None:
        """Write what this run changes, in place of the draft of a run that was never published."""
        self._make_folder()
        part = self._draft.with_suffix(".part")
        lines = pl.concat([pl.DataFrame(schema=_ENTRY), members, changes], how="diagonal")
        lines.with_columns(run_id=pl.lit(run_id)).write_parquet(part)
        place(part, self._draft)

    @property
    def _draft(self) -> Path:
        return self.folder / "draft.parquet"

    def _files(self) -> list[Path]:
        """The entries, oldest first; refuses a ledger from which one was taken away."""
        files = sorted(self.folder.glob("[0-9]*.parquet"))
        for number, path in enumerate(files, start=1):
            if int(path.stem) != number:
                raise UnusableInput(
                    f"Sổ mã «{self.folder}» thiếu tệp {number:06d}.parquet; hãy khôi phục từ bản sao lưu.",
                    f"Entry {number} of the ledger is missing: restore it from a backup.",
                )
        return files

    def _all(self, columns: list[str]) -> pl.DataFrame:
        empty = pl.DataFrame(schema={name: _ENTRY[name] for name in columns})
        return pl.concat([empty, *(_read(path, columns) for path in self._files())])

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _run_of(path: Path) -> str:
    return str(_read(path, ["run_id"])["run_id"][0])


def _read(path: Path, columns: list[str]) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=columns, glob=False)
    except pl.exceptions.PolarsError:
        raise UnusableInput(
            f"Không đọc được tệp «{path}» của sổ mã; hãy khôi phục từ bản sao lưu.",
            "This file of the ledger cannot be read: restore it from a backup.",
        ) from None
