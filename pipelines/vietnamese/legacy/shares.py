"""How often each encoding occurs in a column, from the scores of its cells: the prior of every single decision.

A mixture whose shares are estimated by expectation and maximisation. Each cell's prior leaves the cell itself out, so
that one strange word is never its own proof, however strange.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

_ROUNDS = 30
_SMALLEST = 1e-12


@dataclass(frozen=True)
class Shares:
    """For each cell (row): `prior`, the shares of the readings among the others, and `posterior`, what it is."""

    prior: Matrix
    posterior: Matrix


def estimate(scores: Matrix, certain: float, prior: Sequence[float] | Matrix) -> Shares:
    """The shares of the readings (columns; the first is "as it is") and what they make of each cell (rows).

    `scores` are in powers of ten; `certain` counts further cells that can only be as they are; `prior` counts imagined
    cells of each reading, and is what is believed where nothing else is known.
    """
    if not len(scores):
        return Shares(np.zeros_like(scores), np.zeros_like(scores))
    # Cells of equal scores are judged once. Each row becomes one number, as sorting whole rows takes ten times as long;
    # the roots have no common measure, so that different rows become different numbers.
    number = np.round(scores @ np.sqrt(np.arange(2.0, 2.0 + scores.shape[1])), 6)
    _, first, group, counts = np.unique(number, return_index=True, return_inverse=True, return_counts=True)
    rows = scores[first]
    imagined = np.asarray(prior, dtype=np.float64).copy()
    imagined[0] += certain
    share = np.tile(imagined / imagined.sum(), (len(rows), 1))
    posterior = posteriors(rows, share)
    for _ in range(_ROUNDS):
        total = counts @ posterior + imagined
        # One cell of each group is left out: the cell that is being judged.
        share = np.maximum(total - posterior, _SMALLEST)
        share /= share.sum(axis=1, keepdims=True)
        posterior = posteriors(rows, share)
    return Shares(share[group], posterior[group])


def posteriors(scores: Matrix, share: Matrix) -> Matrix:
    """The probability of each reading (columns) of each cell (rows), given their shares (one row, or one for each)."""
    logarithm = scores + np.log10(np.maximum(share, _SMALLEST))
    weight = 10.0 ** (logarithm - logarithm.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), dtype=np.float64)
