"""Constrained clusters: connected components in which two exclusive values never meet.

Components without a conflict are plain; only those in which two different exclusive values met are built again, edge
by edge in a total order (weight, then record), refusing each union that would bring two values together.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree


@dataclass(frozen=True)
class Clusters:
    """`root`: for every record the position of the first record of its cluster. `tree` and `refused`: positions
    (into the edges given) of the edges that hold the clusters together, and of those whose union was refused."""

    root: np.ndarray
    tree: np.ndarray
    refused: np.ndarray


def cluster(
    edges: pl.DataFrame, records: int, exclusive: pl.Series | None, within: pl.Series | None = None
) -> Clusters:
    """Cluster `records` records by `edges` (`a`, `b`, `weight`); `exclusive` holds each record's value or null.

    With `within`, two different values exclude each other only where `within` is the same.
    """
    order = edges.with_row_index("edge").sort(["weight", "a", "b"], descending=[True, False, False])
    a, b = order["a"].to_numpy().astype(np.int64), order["b"].to_numpy().astype(np.int64)
    # Ranks instead of weights: no two edges tie, so that there is one strongest spanning tree.
    graph = csr_array((np.arange(1, len(a) + 1, dtype=np.float64), (a, b)), shape=(records, records))
    _, component = connected_components(graph, directed=False)
    kept = np.zeros(len(a), dtype=bool)
    kept[minimum_spanning_tree(graph).data.astype(np.int64) - 1] = True
    refused = np.zeros(len(a), dtype=bool)

    claims = _claims(records, exclusive, within)
    conflicted = _conflicted(component, claims)
    inside = np.isin(component[a], conflicted)
    kept[inside] = False
    values: dict[int, dict[object, str]] = {}
    parent: dict[int, int] = {}

    def find(record: int) -> int:
        while parent.setdefault(record, record) != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    def held(root: int) -> dict[object, str]:
        """The exclusive values of a cluster, by where each excludes others."""
        return values.get(root) or {place: value for place, value in [claims.row(root)] if value is not None}

    for edge in np.flatnonzero(inside):
        first, second = find(int(a[edge])), find(int(b[edge]))
        if first == second:
            continue
        union = held(first) | held(second)
        if any(union[place] != value for place, value in held(first).items()):
            refused[edge] = True
            continue
        low, high = min(first, second), max(first, second)
        parent[high] = low
        values[low] = union
        kept[edge] = True

    at = order["edge"].to_numpy()
    return Clusters(_roots(a[kept], b[kept], records), np.sort(at[kept]), np.sort(at[refused]))


def _claims(records: int, exclusive: pl.Series | None, within: pl.Series | None) -> pl.DataFrame:
    """Each record's exclusive `value`, and `within` what it excludes others."""
    everywhere = pl.repeat("", records, dtype=pl.String, eager=True)
    nothing = pl.repeat(None, records, dtype=pl.String, eager=True)
    return pl.DataFrame(
        {
            "within": everywhere if within is None else within,
            "value": nothing if exclusive is None else exclusive,
        }
    )


def _conflicted(component: np.ndarray, claims: pl.DataFrame) -> np.ndarray:
    """Components in which two values that exclude each other meet."""
    held = claims.with_columns(pl.Series("component", component)).drop_nulls("value")
    counts = held.group_by("component", "within").agg(pl.col("value").n_unique().alias("values"))
    return counts.filter(pl.col("values") > 1)["component"].unique().sort().to_numpy()


def _roots(a: np.ndarray, b: np.ndarray, records: int) -> np.ndarray:
    graph = csr_array((np.ones(len(a)), (a, b)), shape=(records, records))
    _, component = connected_components(graph, directed=False)
    first = np.full(component.max(initial=-1) + 1, records, dtype=np.int64)
    np.minimum.at(first, component, np.arange(records))
    roots: np.ndarray = first[component]
    return roots
