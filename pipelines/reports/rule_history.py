"""What each rule found in the versions that were published before.

Of a kept version only `validation_results` is read. What does not belong here: how it looks, and the run of now.
"""

from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import polars as pl

from pipelines.protection.keys import WrongKey
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.versions import Entry, entries, version_file, version_name

_VERDICTS: Final = "SELECT rule_id, severity, checked, failed, passed FROM validation_results ORDER BY rule_id"
SCHEMA: Final = pl.Schema(
    {
        "version": pl.String(),
        "at": pl.String(),
        "event": pl.String(),
        "rule_id": pl.String(),
        "severity": pl.String(),
        "checked": pl.Int64(),
        "failed": pl.Int64(),
        "passed": pl.Boolean(),
    }
)


class RuleHistory(NamedTuple):
    """`verdicts`, of SCHEMA: one row a version and rule, the oldest version first. `unread`: the names of the versions
    that cannot be read, which have no verdicts."""

    verdicts: pl.DataFrame
    unread: list[str]


NO_HISTORY: Final = RuleHistory(SCHEMA.to_frame(), [])
"""Nothing was published before."""


def rule_history(target: Path, most: int = 8, *, of_published: bool = False) -> RuleHistory:
    """The verdicts in the last `most` versions of the published file `target`.

    A version that was put in its place more than once stands where it was put last. `of_published`: they stand beside
    the verdicts of what is published now, which are not told twice.
    """
    log = entries(target)
    shown: dict[int, Entry] = {}
    for entry in reversed(log):
        shown.setdefault(entry.version, entry)
    if of_published and log:
        del shown[log[-1].version]
    oldest_first = list(shown.values())[:most][::-1]
    read = {version_name(target, entry.version): _verdicts(target, entry) for entry in oldest_first}
    found = [frame for frame in read.values() if frame is not None]
    return RuleHistory(pl.concat([SCHEMA.to_frame(), *found]), [name for name, frame in read.items() if frame is None])


def _verdicts(target: Path, entry: Entry) -> pl.DataFrame | None:
    """The verdicts of one version by rule; None when it cannot be read."""
    path = version_file(target, entry.version)
    if not path.is_file():
        return None
    try:
        with open_warehouse(path) as connection:
            rows = connection.execute(_VERDICTS).fetchall()
    except (duckdb.Error, WrongKey):
        return None
    told = (version_name(target, entry.version), entry.at, entry.event)
    return pl.DataFrame([(*told, *row) for row in rows], schema=SCHEMA, orient="row")
