"""What a rule is: one thing that must be true of a staging warehouse, declared as data.

How rules are run does not belong here (`expectations.running`), nor does any particular rule: each suite
has a module of its own.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pipelines.warehouse.quoting import Sql, fill, text

Severity = Literal["gate", "warning"]

ROWS: Final = Sql("SELECT count(*) FROM {batch}")
"""What is checked unless a rule says otherwise: every row of its table."""

CITIZEN_TRUST: Final = "citizen_trust"
"""A staging table that is never published: record_id, citizen_id, trusted_number (null if none)."""

ENTITY_ROWS: Final = Sql("""(
    SELECT 'citizens' AS dataset, citizen_id AS entity_id, record_id FROM citizen_sources
    UNION ALL SELECT 'parcels', parcel_id, record_id FROM parcel_sources
)""")
"""Every placed row of either data set, and the person or parcel that it became: a query in brackets."""


@dataclass(frozen=True)
class Rule:
    """One rule: its sentence for officers, its source, and the query that finds what breaks it."""

    id: str
    suite: str
    severity: Severity
    vi: str
    en: str
    source: str
    """The law, promise or paper that asks for it."""
    table: str
    """The table whose batch Great Expectations opens; `{batch}` in the queries stands for it."""
    expectation: str
    """The query of failures, one row each, in the form of GX's `UnexpectedRowsExpectation`: `{batch}` is the
    rule's table, `{today}` the day of the run, and any other brace is doubled. GX gives `{batch}` an alias
    of its own unless the query has the word JOIN: only then may the query give it one."""
    checked: str = ROWS
    """A query of one number: how many things the rule looked at."""
    limit: float = 0
    """The largest number of failures with which the rule still passes."""
    remedy: str = ""
    """What an officer may do when it does not hold and all is as it should be; one sentence in Vietnamese, or none."""


def on_day(query: str, today: date) -> str:
    """A rule's query of a run on this day."""
    return query.replace("{today}", fill("DATE {day}", day=text(today.isoformat())))


def complete(query: str, table: str, today: date) -> Sql:
    """A rule's query as it can be asked: about the rule's table, on this day.

    Raises KeyError, IndexError or ValueError when a brace in the query is not doubled.
    """
    return Sql(on_day(query, today).format(batch=table).strip())


def setting(name: str) -> Sql:
    """SQL of a limit of the publication as the manifest tells it; one that it does not tell is taken as none."""
    return fill(
        "coalesce((SELECT (value ->> {name})::DOUBLE FROM manifest WHERE key = 'settings.publication'), 0)",
        name=text(name),
    )
