"""SQL put together: the one place where a name, a text or a condition becomes part of a statement.

A statement is a literal in the code, which whoever reads it sees whole, with places such as `{table}` that `fill`
fills. What may stand there is an `Sql`: a literal that the code declares as SQL, or what a function of this module
made. mypy holds every caller to that, and `tests/test_source_security.py` holds `Sql` and `fill` to literals. Values
of people and files are never put into a statement: they are its parameters.
"""

import math
import re
from collections.abc import Iterable
from typing import Final, NewType

Sql = NewType("Sql", str)
"""A piece of SQL that is safe to stand in a statement."""

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def name(identifier: str) -> Sql:
    """An identifier, quoted."""
    return Sql('"' + identifier.replace('"', '""') + '"')


def text(value: str) -> Sql:
    """A text literal, quoted."""
    return Sql("'" + value.replace("'", "''") + "'")


def number(value: float) -> Sql:
    """A number, as Python writes it: whole ones without a point."""
    if not math.isfinite(value):
        raise ValueError("SQL has no literal for a number without end")
    return Sql(repr(value))


def flag(value: bool) -> Sql:
    """True or false."""
    return Sql("true") if value else Sql("false")


def names(identifiers: Iterable[str]) -> Sql:
    """Identifiers, quoted, with commas between them."""
    return joined(", ", map(name, identifiers))


def texts(values: Iterable[str]) -> Sql:
    """Text literals, quoted, with commas between them."""
    return joined(", ", map(text, values))


def joined(between: str, pieces: Iterable[Sql]) -> Sql:
    """Pieces one after the other, with a comma, an operator or a keyword between them."""
    return Sql(between.join(pieces))


def fill(statement: str, **pieces: Sql) -> Sql:
    """The statement with a piece at each place that bears its name; what else stands in braces stays as it is.

    A place inside a piece is not filled: the statement says all that is.
    """
    places = set(_PLACE.findall(statement))
    if absent := sorted(pieces.keys() - places):
        raise ValueError(f"the statement has no place for: {', '.join(absent)}")
    return Sql(_PLACE.sub(lambda place: pieces.get(place[1], Sql(place[0])), statement))
