"""Small random draws over whole arrays. Nothing here knows what the values mean."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Rng = np.random.Generator
Array = NDArray[Any]


def chosen(rng: Rng, table: Mapping[str, float] | Sequence[str], size: int) -> Array:
    """`size` independent values of a table: a mapping gives weights, a sequence has equal ones."""
    values = np.array(list(table))
    if not isinstance(table, Mapping):
        return values[rng.integers(0, len(values), size)]
    weights = np.array(list(table.values()))
    return values[rng.choice(len(values), size, p=weights / weights.sum())]


def allotted(rng: Rng, total: int, groups: int) -> Array:
    """The group of each of `total` things, sorted. No group is empty while there is enough for all."""
    shares = rng.dirichlet(np.full(groups, 12.0))
    first = np.arange(min(total, groups))
    return np.sort(np.concatenate([first, rng.choice(groups, total - len(first), p=shares)]))


def unique_numbers(rng: Rng, prefix: Array, digits: int, part: tuple[float, float] = (0.0, 1.0)) -> Array:
    """Each prefix followed by `digits` random digits, as integers that are all different; drawn from this part of them,
    from one share to another."""
    span = 10**digits
    low, high = (round(share * span) for share in part)
    numbers: Array = prefix.astype(np.int64) * span + rng.integers(low, high, len(prefix))
    while (again := repeated(numbers)).any():
        numbers[again] = numbers[again] // span * span + rng.integers(low, high, int(again.sum()))
    return numbers


def padded(numbers: Array, width: int) -> Array:
    """The numbers as text with leading zeros."""
    texts = numbers.astype(str)
    # numpy cannot tell the width of no texts at all.
    return np.char.zfill(texts, width) if len(texts) else texts


def repeated(values: Array) -> Array:
    """True where a value stood earlier in the array."""
    return ~pl.Series(values).is_first_distinct().to_numpy()
