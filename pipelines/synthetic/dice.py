"""What an error is made of: two dice of each row that it strikes, and picks by them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .draws import Array

Cells = pl.DataFrame
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Dice:
    """For each struck row, between 0 and 1: `where` a change falls, and `what` it is."""

    where: Floats
    what: Floats

    def picked(self, values: Sequence[str]) -> pl.Series:
        """One of the values for each row."""
        return pl.Series(np.array(list(values))[(self.what * len(values)).astype(np.int64)], dtype=pl.String)

    def numbers(self, below: Array) -> Array:
        """A whole number from 0 up to `below` for each row."""
        drawn: Array = (self.what * below).astype(np.int64)
        return drawn


Rewrite = Callable[[Cells, Dice], Cells]
Retyping = Callable[[pl.Series, Dice], pl.Series]


@dataclass(frozen=True)
class Kind:
    """One way to err.

    `name` is the setting that says how often, and what the truth calls it. `columns` are the cells that it looks at;
    `rewrite` takes those of the struck rows and gives the ones that it changes. `of_person` kinds are facts of people:
    all rows of one fall alike.
    """

    name: str
    columns: tuple[str, ...]
    rewrite: Rewrite
    of_person: bool = False


def on(name: str, column: str, rewrite: Retyping) -> Kind:
    """A kind that looks at one column and rewrites it; nothing happens to missing cells."""

    def rewritten(cells: Cells, dice: Dice) -> Cells:
        return cells.with_columns(rewrite(cells[column], dice).alias(column))

    return Kind(name, (column,), rewritten)


def missing(name: str, column: str) -> Kind:
    """A kind that leaves a cell empty."""
    return Kind(name, (column,), lambda cells, _: cells.with_columns(pl.lit(None, pl.String).alias(column)))


def computed(text: pl.Series, expression: pl.Expr, **beside: Any) -> pl.Series:
    """An expression over the texts (as column `text`) and series beside them."""
    columns = {name: pl.Series(values) for name, values in beside.items()}
    return pl.DataFrame({"text": text, **columns}).select(expression.alias("text"))["text"]


def with_part(text: pl.Expr, start: pl.Expr, length: pl.Expr | int, part: pl.Expr) -> pl.Expr:
    """A text with another part from `start` on."""
    return text.str.slice(0, start) + part + text.str.slice(start + length)
