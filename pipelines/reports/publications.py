"""What a warehouse was published as, as its pages tell it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pipelines.warehouse.versions import Entry, version_name


@dataclass(frozen=True)
class Publication:
    """One version: its name (`trial-3`), when and by whom it was put in its place, and the hashes to compare."""

    version: str
    event: str
    at: str
    by: str
    sha256: str
    logical_hash: str

    @classmethod
    def of(cls, target: Path, entry: Entry) -> Self:
        """The publication that a line of the log of the published file `target` tells of."""
        return cls(
            version_name(target, entry.version), entry.event, entry.at, entry.by, entry.sha256, entry.logical_hash
        )
