"""One commune's ledger, asked in a few letters."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.identity.ledger import Assignment, assign_ids
from pipelines.identity.numbered import commit
from pipelines.identity.resolving import Resolution, resolve

ROWS = {"record_id": pl.String, "cluster": pl.String, "trusted_number": pl.String, "marks": pl.List(pl.String)}


class Ledger:
    """Partitions are written as `"ab", "c"`: each letter is a row, each word a cluster named by its first letter.

    `numbers` and `marks` tell of rows what their content would tell; they stay, as content does.
    """

    def __init__(self, folder: Path, dataset: str = "citizens", commune: str = "10231") -> None:
        self.folder, self.dataset, self.commune, self.runs = folder, dataset, commune, 0
        self.numbers: dict[str, str] = {}
        self.marks: dict[str, list[str]] = {}
        self.published: set[str] = set()
        self.last: Assignment | None = None

    @property
    def run_id(self) -> str:
        return f"run {self.runs}"

    def draft(self, *clusters: str) -> dict[str, str]:
        """The ids that a run gives, by the letters of the clusters."""
        self.runs += 1
        self.last = self.ask(clusters)
        ids = dict(self.last.ids.select("cluster", "entity_id").rows())
        assert ids.keys() == {min(cluster) for cluster in clusters}
        return {cluster: ids[min(cluster)] for cluster in clusters}

    def ask(self, clusters: tuple[str, ...]) -> Assignment:
        rows = [
            (letter, min(cluster), self.numbers.get(letter), self.marks.get(letter, []))
            for cluster in clusters
            for letter in cluster
        ]
        frame = pl.DataFrame(rows, schema=ROWS, orient="row")
        was_published = self.published.__contains__
        return assign_ids(self.folder, self.dataset, self.commune, frame, self.run_id, was_published)

    def publish(self, *, crash: bool = False) -> None:
        """The result of the last run is put in place, and counts, unless a crash comes between."""
        self.published.add(self.run_id)
        if not crash:
            commit(self.folder, self.commune, self.run_id)

    def assign(self, *clusters: str) -> dict[str, str]:
        """A run that is published."""
        ids = self.draft(*clusters)
        self.publish()
        return ids

    def resolve(self, entity_id: str) -> Resolution:
        return resolve(self.folder, entity_id, self.published.__contains__)

    def history(self, kind: str) -> list[tuple[str | None, str | None]]:
        assert self.last
        return self.last.history.filter(kind=kind).select("old_entity_id", "new_entity_id").rows()

    def files(self) -> dict[str, bytes]:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")
