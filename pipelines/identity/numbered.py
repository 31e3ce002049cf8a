"""Numbered files that are never written again, and the draft of the next: how a ledger lies on disk.

`<folder>/000007.parquet` is one entry. A run writes a *draft*, which becomes the next entry in one rename once the
run's result is published. What a crash leaves is settled by the next who reads: a draft of a run that was published is
an entry, any other is none. Thus a ledger is never ahead of what is published, and never behind it.

What does not belong here: what the lines of an entry say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.problems import UnusableInput
from pipelines.protection.frames import read_frame, write_frame
from pipelines.warehouse.placing import place, sync


@dataclass(frozen=True)
class Numbered:
    """The entries in a folder; each line has the columns `lines` and `run_id`."""

    folder: Path
    lines: pl.Schema

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

    def ticket(self, run_id: str, drafted: bool) -> str:
        """On which state of the ledger a run rests that read it now, and `drafted` something or nothing."""
        return f"{self.number}/{run_id if drafted else ''}"

    def still_stands(self, ticket: str) -> bool:
        """Whether what a run made may be published: no other run changed the ledger since its ticket.

        A run that failed may be started again from there, days later, when another one has been published.
        """
        number, run_id = ticket.split("/", 1)
        if self.number == int(number):
            return run_id in {"", self.drafted_by}
        return self.number == int(number) + 1 and run_id == self.written_by  # its own publication, done again

    def all_lines(self, *columns: str) -> pl.DataFrame:
        """The lines of all entries, oldest first: `columns`, all of them when none is named."""
        schema = {**self.lines, "run_id": pl.String()}
        names = [*(columns or schema)]
        empty = pl.DataFrame(schema={name: schema[name] for name in names})
        return pl.concat([empty, *(_read(path, names) for path in self._files())])

    def drafted_lines(self) -> pl.DataFrame | None:
        """The lines of the draft, if there is one."""
        return _read(self._draft, [*self.lines]) if self._draft.exists() else None

    def write_draft(self, lines: pl.DataFrame, run_id: str) -> None:
        """Write what this run changes, in place of the draft of a run that was never published."""
        self.make_folder()
        part = self._draft.with_suffix(".part")
        whole = pl.concat([pl.DataFrame(schema=self.lines), lines], how="diagonal")
        write_frame(whole.with_columns(run_id=pl.lit(run_id)), part)
        place(part, self._draft)

    def make_folder(self) -> None:
        """Make the folder, for its owner's eyes alone."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

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


def commit(ledger: Path, commune_code: str, run_id: str) -> None:
    """Make what a run changed in a commune's ledgers count: call this as soon as its result is in place."""
    for folder in sorted(ledger.glob(f"*/{commune_code}")):
        Numbered(folder, pl.Schema()).commit(run_id)


def still_stands(ledger: Path, name: str, commune_code: str, ticket: str) -> bool:
    """Whether what rests on a ticket of this ledger may be published (see `Numbered.still_stands`)."""
    return Numbered(ledger / name / commune_code, pl.Schema()).still_stands(ticket)


def _run_of(path: Path) -> str:
    return str(_read(path, ["run_id"])["run_id"][0])


def _read(path: Path, columns: list[str]) -> pl.DataFrame:
    try:
        return read_frame(path, columns)
    except pl.exceptions.PolarsError:
        raise UnusableInput(
            f"Không đọc được tệp «{path}» của sổ mã; hãy khôi phục từ bản sao lưu.",
            "This file of the ledger cannot be read: restore it from a backup.",
        ) from None
