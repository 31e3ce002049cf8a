"""How the warehouse is asked: the rows of one query, and values of the manifest that may be missing or unreadable.

What is asked does not belong here. Whatever a manifest holds, these functions give a value of the promised type.
"""

import json
import math
from typing import Any

import duckdb

Row = dict[str, Any]


def rows_of(warehouse: duckdb.DuckDBPyConnection, query: str, **parameters: object) -> list[Row]:
    """All rows that the query gives, each by column name."""
    answer = warehouse.execute(query, parameters or None)
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def listed(text: str | None) -> list[Any]:
    """The list that this JSON is, or an empty one."""
    found = _json(text)
    return found if isinstance(found, list) else []


def objects(text: str | None) -> list[Row]:
    """The objects of the list that this JSON is."""
    return [one for one in listed(text) if isinstance(one, dict)]


def mapping(text: str | None) -> Row:
    """The object that this JSON is, or an empty one."""
    found = _json(text)
    return found if isinstance(found, dict) else {}


def number(value: object) -> float | None:
    """The value if it is a finite number."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if known else None  # type: ignore[return-value]  # mypy does not follow `known`


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None
