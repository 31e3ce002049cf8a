"""The measures of a linkage: small cases worked out by hand, and all cases against the definitions, row by row."""

from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.scores import Scores, b_cubed, best_threshold, components, errors_by_kind, pair_scores
from tests.examples import SOME


def clusters(*groups: str) -> pl.DataFrame:
    """One cluster a word, one row a letter."""
    rows = [(letter, group) for group in groups for letter in group]
    return pl.DataFrame(rows, schema={"record_id": pl.String, "cluster": pl.String}, orient="row")


def truth(*people: str, **told: dict[str, str]) -> pl.DataFrame:
    """One person a word, one row a letter; `special` and `errors` by letter."""
    table = clusters(*people).rename({"cluster": "person_id"})
    return table.with_columns(
        pl.col("record_id").replace_strict(labels, default=None, return_dtype=pl.String).alias(name)
        for name, labels in told.items()
    )


def edges(*weighted: tuple[str, float]) -> pl.DataFrame:
    """One edge for each two letters."""
    return pl.DataFrame(
        [(pair[0], pair[1], weight) for pair, weight in weighted],
        schema={"record_id_a": pl.String, "record_id_b": pl.String, "weight": pl.Float64},
        orient="row",
    )


def test_pairs_count_transitively() -> None:
    # Found: ab, ac, bc, de. True: ab, cd, ce, de. Both: ab, de.
    scores = pair_scores(clusters("abc", "de"), truth("ab", "cde"))
    assert scores == Scores(2 / 4, 2 / 4)
    assert scores.f1 == 0.5


def test_b_cubed_of_the_paper() -> None:
    # Bagga and Baldwin's first example: five, two and five mentions, and a response that joins the last two chains.
    found = clusters("abcde", "fghijkl")
    scores = b_cubed(found, truth("abcde", "fg", "hijkl"))
    assert scores.precision == pytest.approx((5 * 5 / 5 + 2 * 2 / 7 + 5 * 5 / 7) / 12)
    assert scores.recall == 1.0


def test_b_cubed_weighs_a_wrong_join_by_its_rows_where_pairs_weigh_it_by_its_pairs() -> None:
    people = truth("abcde", "fg", "hijkl")
    large, small = clusters("abcdehijkl", "fg"), clusters("abcde", "fghijkl")
    assert pair_scores(large, people).precision < b_cubed(large, people).precision < b_cubed(small, people).precision


@pytest.mark.parametrize("score", [pair_scores, b_cubed])
def test_a_row_in_no_cluster_stands_alone_and_one_without_truth_is_left_out(score) -> None:
    assert score(clusters("ab", "xy"), truth("abc", "d")) == score(clusters("ab", "c", "d"), truth("abc", "d"))


@pytest.mark.parametrize("score", [pair_scores, b_cubed])
def test_nothing_to_find_and_nothing_found_is_right(score) -> None:
    assert score(clusters("a", "b"), truth("a", "b")) == Scores(1.0, 1.0)
    assert score(clusters(), truth()) == Scores(1.0, 1.0)


def test_f1_of_nothing_right_is_nothing() -> None:
    assert pair_scores(clusters("ab"), truth("ac", "bd")).f1 == 0.0


def test_false_merges_are_told_by_the_strongest_kind_of_either_row() -> None:
    people = truth("a", "b", "c", "d", "e", special={"a": "sibling", "b": "sibling+twin", "d": "in_law"})
    assert errors_by_kind(clusters("ab", "cd", "e"), people).rows() == [
        ("false_merge", "in_law", 1),
        ("false_merge", "twin", 1),
    ]
    assert errors_by_kind(clusters("ab", "ce", "d"), people).rows() == [
        ("false_merge", "other", 1),
        ("false_merge", "twin", 1),
    ]


def test_missed_pairs_count_once_for_each_error_of_either_row() -> None:
    people = truth("abc", "de", errors={"a": "name_slip", "b": "name_slip+year_only", "c": ""})
    assert errors_by_kind(clusters("a", "bc", "d", "e"), people).rows() == [
        ("missed", "name_slip", 2),
        ("missed", "none", 1),
        ("missed", "year_only", 1),
    ]


def test_mistakes_without_told_kinds() -> None:
    assert errors_by_kind(clusters("ac", "b"), truth("ab", "c")).rows() == [
        ("false_merge", "other", 1),
        ("missed", "none", 1),
    ]
    assert errors_by_kind(clusters("ab"), truth("ab")).is_empty()


def test_components_join_what_edges_connect() -> None:
    found = components(edges(("ab", 1), ("bc", 1), ("de", 1)), pl.Series(list("abcdef")))
    groups = found.group_by("cluster", maintain_order=True).agg(pl.col("record_id").str.join(""))
    assert groups["record_id"].to_list() == ["abc", "de", "f"]


def test_the_best_threshold_keeps_the_right_edges_and_no_wrong_one() -> None:
    best = best_threshold(edges(("ab", 9.0), ("bc", 3.2), ("cd", 2.8), ("de", 7.5)), truth("abc", "de"))
    assert best.scores == Scores(1.0, 1.0)
    assert 2.8 < best.threshold <= 3.2
    assert best.sweep.filter(threshold=best.threshold)["f1"].item() == 1.0


def test_without_edges_nothing_is_found_at_any_threshold() -> None:
    assert best_threshold(edges(), truth("ab")).scores == Scores(1.0, 0.0)


@st.composite
def partitions(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clusters and people over the same rows."""
    rows = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=14))
    ids = [f"r{at}" for at in range(len(rows))]
    found, people = zip(*rows, strict=True)
    return (
        pl.DataFrame({"record_id": ids, "cluster": found}),
        pl.DataFrame({"record_id": ids, "person_id": people}),
    )


@given(partitions())
@SOME
def test_scores_are_what_their_definitions_say(both: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    found, people = both[0]["cluster"].to_list(), both[1]["person_id"].to_list()
    rows = range(len(found))
    together = {pair for pair in combinations(rows, 2) if found[pair[0]] == found[pair[1]]}
    belonging = {pair for pair in combinations(rows, 2) if people[pair[0]] == people[pair[1]]}
    pairs = pair_scores(*both)
    assert pairs.precision == pytest.approx(len(together & belonging) / len(together) if together else 1.0)
    assert pairs.recall == pytest.approx(len(together & belonging) / len(belonging) if belonging else 1.0)

    precisions, recalls = [], []
    for row in rows:
        cluster = {other for other in rows if found[other] == found[row]}
        person = {other for other in rows if people[other] == people[row]}
        precisions.append(len(cluster & person) / len(cluster))
        recalls.append(len(cluster & person) / len(person))
    cubed = b_cubed(*both)
    assert cubed.precision == pytest.approx(sum(precisions) / len(rows))
    assert cubed.recall == pytest.approx(sum(recalls) / len(rows))

    wrong = dict(errors_by_kind(*both).group_by("mistake").agg(pl.col("pairs").sum()).rows())
    assert wrong.get("false_merge", 0) == len(together - belonging)
    assert wrong.get("missed", 0) == len(belonging - together)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(-30, 90)), max_size=20), st.data())
@SOME
def test_the_swept_scores_are_those_of_the_components(drawn: list[tuple[int, int, int]], data: st.DataObject) -> None:
    people = pl.DataFrame(
        {
            "record_id": [f"r{at}" for at in range(8)],
            "person_id": data.draw(st.lists(st.integers(0, 3), min_size=8, max_size=8)),
        }
    )
    weights = {(min(a, b), max(a, b)): tenths / 10 for a, b, tenths in drawn if a != b}
    table = (
        edges().clear().rename({})
        if not weights
        else pl.DataFrame(
            {
                "record_id_a": [f"r{a}" for a, _ in weights],
                "record_id_b": [f"r{b}" for _, b in weights],
                "weight": list(weights.values()),
            }
        )
    )
    best = best_threshold(table, people)
    for threshold, precision, recall, f1 in best.sweep.rows():
        plain = pair_scores(components(table.filter(pl.col("weight") >= threshold), people["record_id"]), people)
        assert (plain.precision, plain.recall, plain.f1) == (precision, recall, f1)
        assert best.scores.f1 >= f1
