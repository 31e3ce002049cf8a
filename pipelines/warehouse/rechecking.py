"""The declared rules, judged once more on a published file by DuckDB alone.

The rules stand in `expectations`, which this package does not know: whoever calls brings them as queries. A rule on a
table that is never published cannot be judged here; it is counted, not forgotten.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import duckdb

from pipelines.warehouse import manifest as entries
from pipelines.warehouse.quoting import Sql, fill

_OF_PUBLICATION: Final = ("changes", "manifest")
"""Tables of which a promoted file has its own: what a rule finds there is no longer what it found in the trial."""


@dataclass(frozen=True)
class Check:
    """One rule as plain SQL."""

    id: str
    sentence: str
    is_gate: bool
    limit: float
    failures: Sql
    """The query whose rows are what breaks it."""
    checked: Sql
    """The query of the number of things it looks at."""


@dataclass(frozen=True)
class Ruleset:
    """All rules of a program, and the hash by which a manifest names them."""

    sha256: str
    on: Callable[[date], Sequence[Check]]
    """The rules on a day: births after it are in the future."""


@dataclass(frozen=True)
class Rechecked:
    """What came of it: sentences about what does not hold, and how many rules could be judged and how many not."""

    differences: list[str]
    judged: int
    left_out: int


def recheck(connection: duckdb.DuckDBPyConnection, rules: Ruleset, manifest: Mapping[str, str]) -> Rechecked:
    """Judge every rule, and compare with the results in the file where it was judged by these same rules."""
    comparable = manifest.get(entries.RULES) == rules.sha256
    stated = {
        name: (failed, checked)
        for name, failed, checked in connection.execute(
            "SELECT rule_id, failed, checked FROM validation_results"
        ).fetchall()
    }
    differences, judged, left_out = [], 0, 0
    for check in rules.on(_day(connection, manifest)):
        try:
            found = _judge(connection, check)
        except duckdb.CatalogException:  # every published table is there: this one is never published
            left_out += 1
            continue
        except duckdb.Error:
            differences.append(f"Không kiểm tra lại được quy tắc {check.id}: {check.sentence}")
            continue
        judged += 1
        if check.is_gate and found[0] > check.limit:
            differences.append(f"Không đạt quy tắc {check.id} ({found[0]} trường hợp): {check.sentence}")
        elif comparable and not _is_as_stated(check, stated.get(check.id), found, manifest):
            differences.append(_not_as_stated(check, stated.get(check.id), found))
    return Rechecked(differences, judged, left_out)


def _judge(connection: duckdb.DuckDBPyConnection, check: Check) -> tuple[int, int]:
    """How many failures, of how many things."""
    both = fill(
        "SELECT (SELECT count(*) FROM ({failures}\n)), ({checked}\n)", failures=check.failures, checked=check.checked
    )
    failed, checked = connection.execute(both).fetchall()[0]
    return int(failed), int(checked)


def _is_as_stated(
    check: Check, stated: tuple[int | None, int] | None, found: tuple[int, int], manifest: Mapping[str, str]
) -> bool:
    """Whether a rule finds what the file says that it found, as far as publication leaves that as it was."""
    if "promoted_at" in manifest and any(name in check.failures + check.checked for name in _OF_PUBLICATION):
        return True
    if stated is not None and "manifest" in check.checked:  # it has more entries once it is sealed
        return stated[0] == found[0]
    return stated == found


def _not_as_stated(check: Check, stated: tuple[int | None, int] | None, found: tuple[int, int]) -> str:
    recorded = "không có" if stated is None else f"{stated[0]} lỗi trong {stated[1]} mục"
    return (
        f"Kết quả quy tắc {check.id} trong tệp ({recorded}) khác kết quả kiểm tra lại "
        f"({found[0]} lỗi trong {found[1]} mục)."
    )


def _day(connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, str]) -> date:
    """The day against which the run judged: the newest update in the data, its own day at the latest."""
    newest: date | None
    ((newest,),) = connection.execute("SELECT max(updated_on) FROM citizens").fetchall()
    try:
        started = datetime.fromisoformat(manifest.get("started_at", "")).date()
    except ValueError:
        started = date.today()
    return min(newest, started) if newest else started
