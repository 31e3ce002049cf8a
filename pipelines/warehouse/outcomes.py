"""What the latest run of each new commune came to: one small file a commune and mode, written when the run has ended.

By it a batch knows what is left to do, and the page over all adds up a country without opening a warehouse. Of each old
commune it keeps counts and hashes, and no name of a file, which may be somebody's. What does not belong here: how a run
is made, and what is published (`versions`).
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ValidationError

from pipelines.warehouse.placing import place_text
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.versions import Mode, entries, is_as_logged, published_file

_SHARES: Final = """
SELECT old_commune_code, dataset, list_sort(list(DISTINCT sha256)), sum(records), sum(quarantined), sum(loaded),
    sum(placed), sum(unplaced), sum(elsewhere)
FROM row_balance GROUP BY ALL ORDER BY ALL
"""
_RULES: Final = "SELECT value FROM manifest WHERE key = 'reference_sha256.split_rules'"

State = Literal["published", "refused", "failed"]


class Share(BaseModel, frozen=True):
    """What a run made of the rows of one old commune in one data set (`unknown`: of files that are neither)."""

    old_code: str
    dataset: str
    files: str
    """The hash of what was read; equal for two new communes that have read the same."""
    records: int
    quarantined: int
    loaded: int
    placed: int
    unplaced: int
    elsewhere: int


class Outcome(BaseModel, frozen=True):
    """How a run ended. Of one that `failed`, the shares are those of the run before it, which still hold."""

    code: str
    mode: Mode
    state: State
    at: str
    """When it ended; with its time zone, ISO 8601."""
    seconds: float
    sentence: str = ""
    """Why it was not published."""
    run_id: str = ""
    made_from: str = ""
    """The hash of its inputs, settings and program."""
    rules: str = ""
    """The hash of the split rules by which rows were placed."""
    shares: tuple[Share, ...] = ()


def keep_outcome(data: Path, outcome: Outcome) -> None:
    """Let this be what the latest run of its commune came to."""
    if outcome.state == "failed" and (before := outcome_of(data, outcome.mode, outcome.code)):
        outcome = outcome.model_copy(update={"shares": before.shares, "rules": before.rules})
    path = _path(data, outcome.mode, outcome.code)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place_text(path, outcome.model_dump_json() + "\n")


def outcome_of(data: Path, mode: Mode, code: str) -> Outcome | None:
    """What the latest run of a new commune came to; none when there was none, or what was kept cannot be read."""
    try:
        return Outcome.model_validate_json(_path(data, mode, code).read_bytes())
    except (OSError, ValidationError):
        return None


def outcomes(data: Path, mode: Mode) -> Iterator[Outcome]:
    """Those of all new communes, by code."""
    for path in sorted(_path(data, mode, "").parent.glob("[0-9]*.json")):
        if outcome := outcome_of(data, mode, path.stem):
            yield outcome


def still_holds(data: Path, outcome: Outcome) -> bool:
    """Whether what a run published is still there, whole, though another version may stand in its place now."""
    if outcome.state != "published":
        return outcome.state == "refused"
    target = published_file(data, outcome.mode, outcome.code)
    return any(entry.run_id == outcome.run_id for entry in entries(target)) and is_as_logged(target)


def shares_of(warehouse: Path) -> tuple[tuple[Share, ...], str]:
    """The shares of the old communes in a warehouse, and the hash of the rules that placed them."""
    with open_warehouse(warehouse) as connection:
        rows = connection.execute(_SHARES).fetchall()
        rules = connection.execute(_RULES).fetchone()
    shares = tuple(
        Share(
            old_code=old_code,
            dataset=dataset,
            files=hashlib.sha256("".join(hashes).encode()).hexdigest(),
            **dict(zip(("records", "quarantined", "loaded", "placed", "unplaced", "elsewhere"), counts, strict=True)),
        )
        for old_code, dataset, hashes, *counts in rows
    )
    return shares, rules[0] if rules else ""


def _path(data: Path, mode: Mode, code: str) -> Path:
    return data / "outcomes" / mode / f"{code}.json"
