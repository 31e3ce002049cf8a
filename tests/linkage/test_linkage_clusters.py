"""Clusters are the plain components where nothing forbids it, and never hold two exclusive values anywhere."""

from collections.abc import Iterable
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage.clusters import Clusters, Constraints, cluster
from tests.examples import SOME

Edge = tuple[int, int, int]


@st.composite
def graphs(draw: st.DrawFn, values: int) -> tuple[int, list[Edge], list[str | None], list[str | None]]:
    """Records, weighted edges with a < b (ties are common), and each record's value and place, often null."""
    records = draw(st.integers(1, 12))
    pairs = [(a, b) for a in range(records) for b in range(a + 1, records)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)) if pairs else []
    edges = [(a, b, draw(st.integers(1, 4))) for a, b in chosen]
    texts = st.sampled_from([None, *"uvwxyz"[:values]])
    held = draw(st.lists(texts, min_size=records, max_size=records))
    places = draw(st.lists(st.sampled_from(["north", "south", None]), min_size=records, max_size=records))
    return records, edges, held, places


def clustered(
    records: int, edges: list[Edge], values: list[str | None] | None, places: list[str | None] | None = None
) -> Clusters:
    frame = pl.DataFrame(edges, schema={"a": pl.UInt32, "b": pl.UInt32, "weight": pl.Int64}, orient="row").with_columns(
        decided=False
    )
    return cluster(
        frame,
        records,
        Constraints(
            exclusive=None if values is None else pl.Series(values, dtype=pl.String),
            within=None if places is None else pl.Series(places, dtype=pl.String),
        ),
    )


def partition(labels: Iterable[int]) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = {}
    for record, label in enumerate(labels):
        groups.setdefault(label, set()).add(record)
    return {frozenset(group) for group in groups.values()}


def plain_components(records: int, edges: Iterable[tuple[int, ...]]) -> set[frozenset[int]]:
    """By relabelling until nothing changes: slow, and too simple to be wrong."""
    labels = list(range(records))
    changed = True
    while changed:
        changed = False
        for a, b, *_ in edges:
            if labels[a] != labels[b]:
                labels[a] = labels[b] = min(labels[a], labels[b])
                changed = True
    return partition(labels)


@given(graphs(values=0))
@settings(max_examples=60, deadline=None)
def test_without_values_clusters_are_the_connected_components(graph: tuple) -> None:
    records, edges, values, _ = graph
    for exclusive in (None, values):
        result = clustered(records, edges, exclusive)
        assert partition(result.root) == plain_components(records, edges)
        assert not len(result.refused)


@given(graphs(values=3))
@settings(max_examples=150, deadline=None)
def test_two_values_never_meet_and_only_conflicts_are_refused(graph: tuple) -> None:
    records, edges, values, _ = graph
    result = clustered(records, edges, values)
    groups = partition(result.root)
    held = {group: {values[record] for record in group} - {None} for group in groups}
    assert all(len(found) <= 1 for found in held.values())

    of = {record: group for group in groups for record in group}
    for edge in result.refused:
        a, b, _ = edges[edge]
        assert len(held[of[a]] | held[of[b]]) == 2
    for component in plain_components(records, edges):
        if len({values[record] for record in component} - {None}) <= 1:
            assert component in groups
    # Whatever edge leads from one cluster to another was refused: nothing stays apart without a reason.
    assert {edge for edge, (a, b, _) in enumerate(edges) if of[a] != of[b]} == set(result.refused)


@given(graphs(values=3))
@settings(max_examples=100, deadline=None)
def test_with_places_values_exclude_each_other_only_in_the_same_place(graph: tuple) -> None:
    records, edges, values, places = graph
    result = clustered(records, edges, values, places)
    groups = partition(result.root)
    claims = {
        group: {(places[record], values[record]) for record in group if values[record] is not None} for group in groups
    }
    assert all(len({place for place, _ in found}) == len(found) for found in claims.values())
    of = {record: group for group in groups for record in group}
    for a, b, _ in edges:
        if of[a] != of[b]:
            union = claims[of[a]] | claims[of[b]]
            assert len({place for place, _ in union}) < len(union)


@given(graphs(values=2))
@settings(max_examples=100, deadline=None)
def test_the_tree_spans_every_cluster_with_one_edge_less_than_rows(graph: tuple) -> None:
    records, edges, values, _ = graph
    result = clustered(records, edges, values)
    groups = partition(result.root)
    tree = [edges[position] for position in result.tree]
    assert plain_components(records, tree) == groups
    assert len(tree) == sum(len(group) - 1 for group in groups)
    assert all(root == min(group) for group in groups for root in {int(result.root[r]) for r in group})


def test_the_tree_is_made_of_the_strongest_edges() -> None:
    result = clustered(3, [(0, 1, 5), (0, 2, 1), (1, 2, 9)], None)
    assert result.tree.tolist() == [0, 2]


def test_the_stronger_edge_wins_a_record_that_two_values_claim() -> None:
    result = clustered(3, [(0, 1, 5), (1, 2, 9)], ["u", None, "v"])
    assert partition(result.root) == {frozenset({0}), frozenset({1, 2})}
    assert result.refused == {0: "exclusive_values"}


def test_a_chain_of_rows_without_value_does_not_carry_two_values_together() -> None:
    result = clustered(4, [(0, 1, 9), (1, 2, 8), (2, 3, 7)], ["u", None, None, "v"])
    assert partition(result.root) == {frozenset({0, 1, 2}), frozenset({3})}


@st.composite
def constrained(draw: st.DrawFn) -> tuple[int, list[Edge], dict[tuple[int, int], str], int]:
    """A graph, pairs that may never share a cluster, and a size cap."""
    records, edges, _, _ = draw(graphs(values=0))
    pairs = [(a, b) for a in range(records) for b in range(a + 1, records)]
    vetoes = (
        draw(st.dictionaries(st.sampled_from(pairs), st.sampled_from(["sex", "birth"]), max_size=5)) if pairs else {}
    )
    return records, edges, vetoes, draw(st.integers(2, 6))


def with_constraints(records: int, edges: list[Edge], constraints: Constraints) -> Clusters:
    frame = pl.DataFrame(edges, schema={"a": pl.UInt32, "b": pl.UInt32, "weight": pl.Int64}, orient="row").with_columns(
        decided=False
    )
    return cluster(frame, records, constraints)


@given(constrained())
@settings(max_examples=150, deadline=None)
def test_no_vetoed_pair_meets_and_no_cluster_outgrows_the_cap(case: tuple) -> None:
    records, edges, vetoes, cap = case
    result = with_constraints(records, edges, Constraints(vetoes=vetoes, size_cap=cap))
    groups = partition(result.root)
    of = {record: group for group in groups for record in group}
    assert all(of[a] != of[b] for a, b in vetoes)
    assert max(map(len, groups)) <= cap
    # What stays apart although linked is told, with a reason that is true of it.
    assert {edge for edge, (a, b, _) in enumerate(edges) if of[a] != of[b]} == set(result.refused)
    for edge, why in result.refused.items():
        a, b, _ = edges[edge]
        crossing = {vetoes.get((min(x, y), max(x, y))) for x in of[a] for y in of[b]}
        too_large = why == "oversized_cluster" and len(of[a]) + len(of[b]) > cap
        # A record whose strongest link is vetoed does not settle for a weaker one.
        torn = why == "ambiguous_attachment" and any({a, b} & set(pair) for pair in vetoes)
        assert why in crossing or too_large or torn


@given(constrained(), st.randoms(use_true_random=False))
@SOME
def test_the_order_of_edges_does_not_matter(case: tuple, random: Any) -> None:
    records, edges, vetoes, cap = case
    constraints = Constraints(vetoes=vetoes, size_cap=cap, margin=2)
    shuffled = random.sample(edges, len(edges))
    assert partition(with_constraints(records, edges, constraints).root) == partition(
        with_constraints(records, shuffled, constraints).root
    )


def test_a_record_that_fits_two_people_about_equally_belongs_to_neither() -> None:
    values = pl.Series(["u", None, "v"])
    edges = [(0, 1, 9), (1, 2, 8)]
    torn = with_constraints(3, edges, Constraints(exclusive=values, margin=2))
    assert partition(torn.root) == {frozenset({0}), frozenset({1}), frozenset({2})}
    assert torn.refused == {0: "ambiguous_attachment", 1: "ambiguous_attachment"}
    clear = with_constraints(3, edges, Constraints(exclusive=values, margin=1))
    assert partition(clear.root) == {frozenset({0, 1}), frozenset({2})}


def test_a_vetoed_link_itself_is_refused_with_its_reason() -> None:
    result = with_constraints(2, [(0, 1, 9)], Constraints(vetoes={(0, 1): "other_sex"}))
    assert partition(result.root) == {frozenset({0}), frozenset({1})}
    assert result.refused == {0: "other_sex"}
