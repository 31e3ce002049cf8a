"""Constrained clusters: connected components in which what excludes each other never meets.

Components without a conflict are plain; only those with one are built again, edge by edge in a total order (what
people decided, then weight, then record), refusing each union that a constraint forbids. A record that would fit two
clusters which must stay apart about equally well belongs to neither: a person decides.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from pipelines.linkage.components import components
from pipelines.linkage.verdicts import APART

EXCLUSIVE, OVERSIZED, AMBIGUOUS = "exclusive_values", "oversized_cluster", "ambiguous_attachment"
"""Why a union is refused, besides the reasons that the vetoes name."""

Pair = tuple[int, int]
Link = tuple[int, int, int, bool]
"""Two records, their weight, and whether people decided that they are one."""


@dataclass(frozen=True)
class Constraints:
    """What may not stand in one cluster.

    `exclusive`: each record's value or null; two different ones never meet. With `within` only where that is the
    same. `vetoes`: pairs of records (`a` < `b`) that never meet, and why. `size_cap`: most records of a cluster, where
    those of one `face` (rows that repeat each other) count once.
    `margin`: by how much weight (thousandths of a bit) a record without an exclusive value must fit its own cluster
    better than one from which it is kept apart.
    """

    exclusive: pl.Series | None = None
    within: pl.Series | None = None
    vetoes: Mapping[Pair, str] = field(default_factory=dict)
    size_cap: int | None = None
    face: pl.Series | None = None
    margin: int = 0


@dataclass(frozen=True)
class Clusters:
    """`root`: for every record the position of the first record of its cluster. `tree`: positions (into the edges
    given) of the edges that hold the clusters together. `refused`: by position, why an edge's union was refused."""

    root: NDArray[np.int64]
    tree: NDArray[np.int64]
    refused: dict[int, str]


def cluster(edges: pl.DataFrame, records: int, constraints: Constraints | None = None) -> Clusters:
    """Cluster `records` records by `edges` (`a`, `b`, `weight`, `decided`).

    An edge that people decided comes before all others, and only exclusive values and other decisions refuse it.
    """
    constraints = constraints or Constraints()
    order = edges.with_row_index("edge").sort(["decided", "weight", "a", "b"], descending=[True, True, False, False])
    a, b = order["a"].to_numpy().astype(np.int64), order["b"].to_numpy().astype(np.int64)
    weight, decided, at = order["weight"].to_numpy(), order["decided"].to_numpy(), order["edge"].to_numpy()
    # Ranks instead of weights: no two edges tie, so that there is one strongest spanning tree.
    graph = csr_array((np.arange(1, len(a) + 1, dtype=np.float64), (a, b)), shape=(records, records))
    component = components(a, b, records)
    kept = np.zeros(len(a), dtype=bool)
    kept[minimum_spanning_tree(graph).data.astype(np.int64) - 1] = True

    claims = _claims(records, constraints)
    inside = np.flatnonzero(np.isin(component[a], _conflicted(component, claims, constraints)))
    kept[inside] = False
    refused: dict[int, str] = {}
    # Edges of one component, strongest first.
    by_component = inside[np.argsort(component[a[inside]], kind="stable")]
    borders = np.flatnonzero(np.diff(component[a[by_component]])) + 1
    for part in np.split(by_component, borders) if len(by_component) else []:
        links = [(int(a[edge]), int(b[edge]), int(weight[edge]), bool(decided[edge])) for edge in part]
        for edge, why in zip(part, _decide(links, claims, constraints), strict=True):
            if why is None:
                kept[edge] = True
            elif why:
                refused[int(at[edge])] = why
    return Clusters(_roots(a[kept], b[kept], records), np.sort(at[kept]), dict(sorted(refused.items())))


def _decide(links: list[Link], claims: pl.DataFrame, constraints: Constraints) -> list[str | None]:
    """For each link of a component, strongest first: None when it joins two clusters, "" when they are one already,
    else why it may not."""
    apart: set[int] = set()
    while True:
        decided, root = _agglomerate(links, apart, claims, constraints)
        ambiguous = _ambiguous(links, decided, root, claims, constraints.margin) - apart
        if not ambiguous:
            return decided
        apart |= ambiguous


def _agglomerate(
    links: list[Link], apart: set[int], claims: pl.DataFrame, constraints: Constraints
) -> tuple[list[str | None], dict[int, int]]:
    """Decisions as in `_decide`, and each record's cluster; no link of a record in `apart` joins anything, unless
    people decided it."""
    root: dict[int, int] = {record: record for a, b, *_ in links for record in (a, b)}
    members: dict[int, list[int]] = {record: [record] for record in root}
    held: dict[int, dict[str, str]] = {record: _claim(claims, record) for record in root}
    decided: list[str | None] = []
    for a, b, _, decided_same in links:
        first, second = sorted((root[a], root[b]))
        if first == second:
            decided.append("")
            continue
        why = (
            AMBIGUOUS
            if (a in apart or b in apart) and not decided_same
            else _forbidden(members[first], members[second], held[first], held[second], constraints)
        )
        if decided_same and why != EXCLUSIVE and why not in APART:
            why = None
        decided.append(why)
        if why is None:
            for record in members.pop(second):
                root[record] = first
                members[first].append(record)
            held[first] |= held.pop(second)
    return decided, root


def _forbidden(
    first: list[int], second: list[int], held: dict[str, str], other: dict[str, str], constraints: Constraints
) -> str | None:
    """Why two clusters may not become one, or None."""
    reasons = _vetoes(first, second, constraints) if constraints.vetoes else set()
    if reasons & APART:
        return min(reasons & APART)
    if any(other.get(place, value) != value for place, value in held.items()):
        return EXCLUSIVE
    if constraints.size_cap is not None and _size([*first, *second], constraints) > constraints.size_cap:
        return OVERSIZED
    return min(reasons, default=None)


def _vetoes(first: list[int], second: list[int], constraints: Constraints) -> set[str]:
    pairs = ((min(x, y), max(x, y)) for x in first for y in second)
    return {constraints.vetoes[pair] for pair in pairs if pair in constraints.vetoes}


def _size(records: list[int], constraints: Constraints) -> int:
    """How many records of different faces these are."""
    return len(records) if constraints.face is None else len({constraints.face[record] for record in records})


def _ambiguous(
    links: list[Link],
    decided: list[str | None],
    root: dict[int, int],
    claims: pl.DataFrame,
    margin: int,
) -> set[int]:
    """Records without an exclusive value whose best refused link is nearly as strong as the best one of their own
    cluster."""
    own: dict[int, float] = {}
    foreign: dict[int, int] = {}
    for (a, b, weight, decided_same), why in zip(links, decided, strict=True):
        for record in (a, b):
            if root[a] == root[b]:
                own[record] = max(own.get(record, weight), weight) if not decided_same else math.inf
            elif why and why not in {AMBIGUOUS, OVERSIZED, *APART}:
                foreign[record] = max(foreign.get(record, weight), weight)
    return {
        record
        for record, weight in foreign.items()
        if record in own and own[record] - weight < margin and not _claim(claims, record)
    }


def _claims(records: int, constraints: Constraints) -> pl.DataFrame:
    """Each record's exclusive `value`, and `within` what it excludes others."""
    everywhere = pl.repeat("", records, dtype=pl.String, eager=True)
    nothing = pl.repeat(None, records, dtype=pl.String, eager=True)
    return pl.DataFrame(
        {
            "within": everywhere if constraints.within is None else constraints.within,
            "value": nothing if constraints.exclusive is None else constraints.exclusive,
        }
    )


def _claim(claims: pl.DataFrame, record: int) -> dict[str, str]:
    place, value = claims.row(record)
    return {} if value is None else {place: value}


def _conflicted(component: NDArray[np.int32], claims: pl.DataFrame, constraints: Constraints) -> NDArray[np.int32]:
    """Components in which two exclusive values or a vetoed pair meet, or that are too large."""
    held = claims.with_columns(pl.Series("component", component)).drop_nulls("value")
    counts = held.group_by("component", "within").agg(pl.col("value").n_unique().alias("values"))
    found = [counts.filter(pl.col("values") > 1)["component"].to_numpy()]
    if constraints.vetoes:
        a, b = np.array(list(constraints.vetoes)).T
        found.append(component[a[component[a] == component[b]]])
    if constraints.size_cap is not None and len(component):
        face = np.arange(len(component)) if constraints.face is None else constraints.face.to_numpy()
        sizes = (
            pl.DataFrame({"component": component, "face": face}).group_by("component").agg(pl.col("face").n_unique())
        )
        found.append(sizes.filter(pl.col("face") > constraints.size_cap)["component"].to_numpy())
    return np.unique(np.concatenate(found))


def _roots(a: NDArray[np.int64], b: NDArray[np.int64], records: int) -> NDArray[np.int64]:
    component = components(a, b, records)
    first = np.full(component.max(initial=-1) + 1, records, dtype=np.int64)
    np.minimum.at(first, component, np.arange(records))
    roots: NDArray[np.int64] = first[component]
    return roots
