"""What people decided: it wins over the model, keeps its place whatever the order, and never beats exclusive values."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.linkage import Linkage, LinkageSettings, link
from pipelines.linkage.verdicts import Verdicts
from tests.examples import SOME
from tests.linkage.test_linkage_engine import SCHEMA, SPEC

SETTINGS = LinkageSettings(automatic_bits=5.0, review_bits=0.0)

# Three ships of one name and hull (one entity by the model), one like nothing else, two with registries of their own.
SHIPS = pl.DataFrame(
    [
        ("a", "H100", "gray heron", "north", 100, None),
        ("b", "H100", "gray heron", "north", 100, None),
        ("c", "H100", "gray heron", "north", 100, None),
        ("d", "Z999", "old osprey", "south", 900, None),
        ("p", "H200", "red kestrel", "east", 300, "R1"),
        ("q", "H200", "red kestrel", "east", 300, "R2"),
        *((f"x{n}", f"K{n // 2:03}", f"ship {n // 2}", "west", 40 * (n // 2), None) for n in range(30)),
    ],
    schema=SCHEMA,
    orient="row",
)


def pairs(*texts: str) -> pl.DataFrame:
    """`pairs("ab", "cd")`: each letter is a record."""
    return pl.DataFrame([tuple(text) for text in texts], schema=["record_id_a", "record_id_b"], orient="row")


def linked(same: pl.DataFrame | None = None, different: pl.DataFrame | None = None, alone: str = "") -> Linkage:
    nothing = pairs("ab").clear()
    verdicts = Verdicts(
        nothing if same is None else same,
        nothing if different is None else different,
        pl.Series(list(alone), dtype=pl.String),
    )
    return link(SHIPS, SPEC, SETTINGS, verdicts=verdicts)


def entities(linkage: Linkage) -> set[frozenset[str]]:
    grouped = linkage.members.filter(pl.col("record_id").str.len_chars() == 1).group_by("cluster").agg("record_id")
    return {frozenset(rows) for rows in grouped["record_id"]}


def decision(linkage: Linkage, a: str, b: str) -> tuple[str, str | None] | None:
    found = linkage.links.filter(record_id_a=a, record_id_b=b).select("decision", "why").rows()
    return found[0] if found else None


def test_without_verdicts_the_model_decides() -> None:
    assert entities(linked()) == {frozenset("abc"), frozenset("d"), frozenset("p"), frozenset("q")}


def test_rows_that_people_call_one_are_one_however_unlike_they_are() -> None:
    linkage = linked(same=pairs("da"))
    assert frozenset("abcd") in entities(linkage)
    assert decision(linkage, "a", "d") == ("officer", "decided_same")
    (path,) = linkage.paths.filter(cluster="a")["path"]
    assert {(link["record_id_a"], link["record_id_b"]) for link in path} >= {("a", "d")}


def test_rows_that_people_tell_apart_never_meet_also_not_by_way_of_others() -> None:
    linkage = linked(different=pairs("ca"))
    (ours,) = [group for group in entities(linkage) if "a" in group]
    assert "c" not in ours
    assert decision(linkage, "a", "c") == ("officer", "decided_different")
    # b stays with one of them, and nobody is asked again about the other.
    assert {len(group) for group in entities(linkage) if group & set("abc")} == {1, 2}
    assert linkage.links.filter(pl.col("decision") == "review").is_empty()


def test_a_row_kept_out_stands_alone_and_nobody_is_asked_about_it() -> None:
    linkage = linked(alone="b")
    assert {frozenset("b"), frozenset("ac")} <= entities(linkage)
    assert decision(linkage, "a", "b") == ("officer", "kept_out")


def test_exclusive_values_win_over_people_and_it_is_told() -> None:
    linkage = linked(same=pairs("pq"))
    assert {frozenset("p"), frozenset("q")} <= entities(linkage)
    assert decision(linkage, "p", "q") == ("refused", "decision_contradicted")


def test_what_is_told_apart_by_way_of_what_is_called_one_is_contradicted() -> None:
    linkage = linked(same=pairs("ad", "dp"), different=pairs("ap"))
    assert not any({"a", "p"} <= group for group in entities(linkage))
    assert "decision_contradicted" in linkage.links["why"].to_list()


def test_a_pair_of_which_both_was_decided_is_kept_apart_and_it_is_told() -> None:
    both = linked(same=pairs("ab"), different=pairs("ba"))
    assert not any({"a", "b"} <= group for group in entities(both))
    assert decision(both, "a", "b") == ("refused", "decision_contradicted")
    alone = linked(same=pairs("da"), alone="d")
    assert frozenset("d") in entities(alone)
    assert decision(alone, "a", "d") == ("refused", "decision_contradicted")


def test_verdicts_about_rows_that_are_not_there_say_nothing() -> None:
    without = linked()
    with_strangers = linked(same=pairs("a?"), different=pairs("?b"), alone="!")
    assert with_strangers.members.equals(without.members)
    assert with_strangers.links.equals(without.links)


def test_people_teach_the_model_nothing() -> None:
    assert linked(same=pairs("da"), different=pairs("bc")).model == linked().model


LETTERS = st.sampled_from(["ab", "ac", "ad", "bc", "bd", "cd", "ap", "dp", "dq", "pq"])


@given(st.lists(LETTERS, max_size=4), st.lists(LETTERS, max_size=4), st.randoms(use_true_random=False))
@SOME
def test_no_pair_told_apart_meets_and_order_does_not_matter(same: list[str], different: list[str], dice) -> None:
    linkage = linked(pairs(*same) if same else None, pairs(*different) if different else None)
    groups = entities(linkage)
    assert not any(set(pair) <= group for pair in different for group in groups)
    assert not any({"p", "q"} <= group for group in groups)
    for pair in set(same) - set(different):
        together = any(set(pair) <= group for group in groups)
        assert together or decision(linkage, *sorted(pair)) == ("refused", "decision_contradicted")
    turned = [pair[::-1] for pair in same]
    dice.shuffle(turned)
    dice.shuffle(different)
    again = linked(pairs(*turned) if turned else None, pairs(*different) if different else None)
    assert again.members.equals(linkage.members)
    assert again.links.equals(linkage.links)
