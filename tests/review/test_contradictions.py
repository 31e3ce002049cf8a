"""Decisions that cannot stand together are refused, and both are named."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.review.contradictions import Standing
from pipelines.review.decisions import Decision, Kind


def decided(kind: Kind, rows: str, parts: str = "", by: str = "Lê Thị Hòa", dataset: str = "citizens") -> Decision:
    """`decided("different", "abc", "112")`: each letter is a row."""
    digits = parts or "1" * len(rows)
    return Decision(
        dataset=dataset,
        kind=kind,
        record_ids=tuple(rows),
        parts=tuple(map(int, digits)),
        by=by,
        at="2025-07-03T09:00:00+07:00",
    )


def taken(*decisions: Decision, exclusive: Mapping = {}, numbers: Mapping = {}, rows: str = "") -> list[str | None]:
    standing = Standing(exclusive, numbers, rows)
    return [standing.take(decision) for decision in decisions]


SAME, DIFFERENT = decided("same", "ab"), decided("different", "ab", "12", by="Trần Văn Minh")


@pytest.mark.parametrize(("first", "second"), [(SAME, DIFFERENT), (DIFFERENT, SAME)])
def test_same_and_different_contradict_each_other_and_both_are_named(first: Decision, second: Decision) -> None:
    accepted, refusal = taken(first, second)
    assert accepted is None
    assert refusal is not None
    for part in (first.decision_id, second.decision_id, first.by, second.by, f"revoke {first.decision_id}"):
        assert part in refusal


def test_a_contradiction_over_a_chain_names_the_decision_that_closed_it() -> None:
    chain = [decided("same", rows) for rows in ("ab", "bc", "cd", "xy")]
    *accepted, refusal = taken(*chain, decided("different", "ad", "12"))
    assert accepted == [None] * 4
    assert refusal and chain[2].decision_id in refusal
    *_, refusal = taken(decided("different", "ad", "12"), *chain)
    assert taken(decided("different", "ad", "12"), *chain)[:3] == [None] * 3
    assert taken(decided("different", "ad", "12"), *chain)[3] is not None
    assert refusal is None


def test_rows_of_one_part_may_be_one_and_those_of_others_may_not() -> None:
    apart = decided("different", "abc", "112")
    assert taken(apart, decided("same", "ab")) == [None, None]
    assert taken(apart, decided("same", "ab"), decided("same", "bc"))[2] is not None


@pytest.mark.parametrize("joining", ["same", "number_superseded"])
def test_a_row_kept_out_joins_nothing(joining: Kind) -> None:
    alone, join = decided("keep_out", "a"), decided(joining, "ab", "12")
    numbers = {"a": "1", "b": "2"}
    assert taken(alone, join, numbers=numbers)[1] is not None
    assert taken(join, alone, numbers=numbers)[1] is not None


def test_an_entity_taken_apart_is_not_put_together_again() -> None:
    assert taken(decided("dissolve", "abc", "123"), decided("same", "ac"))[1] is not None


TRUSTED = {"a": ("", "1"), "b": ("", "2"), "c": ("", "1")}
NUMBERS = {"a": "1", "b": "2", "c": "1"}


def test_two_trusted_numbers_are_one_person_only_when_one_was_issued_again() -> None:
    (refusal,) = taken(decided("same", "ab"), exclusive=TRUSTED, numbers=NUMBERS)
    assert refusal and "hai số định danh đáng tin" in refusal
    assert taken(decided("same", "ac"), exclusive=TRUSTED, numbers=NUMBERS) == [None]
    reissued = decided("number_superseded", "ab", "12")
    assert taken(reissued, decided("same", "bc"), exclusive=TRUSTED, numbers=NUMBERS) == [None, None]
    # By way of a row without a number two numbers do not come together either.
    by_way = taken(decided("same", "ax"), decided("same", "xb"), exclusive=TRUSTED, numbers=NUMBERS)
    assert by_way[0] is None
    assert by_way[1] is not None


def test_a_number_is_not_issued_again_as_what_it_replaced() -> None:
    there, back = decided("number_superseded", "ab", "12"), decided("number_superseded", "ab", "21")
    assert taken(there, back, exclusive=TRUSTED, numbers=NUMBERS)[1] is not None


def test_numbers_that_are_not_known_contradict_nothing() -> None:
    """Decisions come from another machine before its registers do, or when a file was withdrawn."""
    apart, right = decided("different", "ab", "12"), decided("number_right", "ab", "11")
    reissued = decided("number_superseded", "cd", "12")
    assert taken(apart, right, reissued) == [None, None, None]
    assert taken(reissued, numbers={"d": "2"}, rows="d") == [None]
    assert taken(reissued, numbers={"d": "2"}, rows="cd")[0] is not None


def test_a_number_has_no_two_owners_who_were_told_apart() -> None:
    apart = decided("different", "ac", "12")
    assert taken(apart, decided("number_right", "ac", "12"), numbers=NUMBERS) == [None, None]
    assert taken(apart, decided("number_right", "ac", "11"), numbers=NUMBERS)[1] is not None
    first, second = decided("number_right", "ab", "12"), decided("number_right", "cb", "12")
    assert taken(apart, first, second, numbers=NUMBERS)[2] is not None
    assert taken(first, second, apart, numbers=NUMBERS)[2] is not None


def test_a_row_that_stands_alone_does_not_share_its_right_number() -> None:
    right, alone = decided("number_right", "ac", "11"), decided("keep_out", "a")
    assert taken(right, alone, numbers=NUMBERS)[1] is not None
    assert taken(alone, right, numbers=NUMBERS)[1] is not None
    assert taken(decided("number_right", "ac", "12"), alone, numbers=NUMBERS) == [None, None]


def test_what_carries_one_number_was_not_issued_another() -> None:
    standing = Standing({}, NUMBERS, "ac")
    assert standing.take(decided("number_superseded", "ac", "12")) is not None


def test_the_number_of_one_row_is_not_both_right_and_wrong() -> None:
    first, second = decided("number_right", "ac", "12"), decided("number_right", "ac", "21")
    assert taken(first, second, numbers=NUMBERS)[1] is not None


def test_two_trusted_numbers_are_one_person_once_one_of_them_is_a_slip() -> None:
    slip = decided("number_right", "ab", "12")
    assert taken(slip, decided("same", "ab"), exclusive=TRUSTED, numbers=NUMBERS) == [None, None]
    assert taken(decided("same", "ab"), slip, exclusive=TRUSTED, numbers=NUMBERS)[0] is not None


def test_two_numbers_of_one_land_book_are_no_parcel() -> None:
    book = {"a": ("10231/1994", "10231/1994/1/1"), "b": ("10231/1994", "10231/1994/1/2"), "c": ("10249/", "10249//1/1")}
    assert taken(decided("same", "ab", dataset="parcels"), exclusive=book)[0] is not None
    assert taken(decided("same", "ac", dataset="parcels"), exclusive=book) == [None]


def test_an_equal_decision_is_no_contradiction_whoever_makes_it() -> None:
    standing = Standing()
    assert standing.take(SAME) is None
    again = decided("same", "ba", by="Người khác")
    assert standing.knows(again)
    assert standing.take(again) is None


KINDS = st.sampled_from(["same", "different", "keep_out", "dissolve"])


@st.composite
def decisions(draw: st.DrawFn) -> list[Decision]:
    found = []
    for kind in draw(st.lists(KINDS, max_size=10)):
        rows = "".join(draw(st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=4, unique=True)))
        parts = {"same": "1111", "keep_out": "1111", "dissolve": "1234", "different": "1212"}[kind][: len(rows)]
        found.append(decided(kind, rows, parts))
    return found


@given(decisions())
@settings(max_examples=300, deadline=None)
def test_what_was_taken_can_all_be_true_and_what_was_refused_cannot(found: list[Decision]) -> None:
    standing = Standing()
    taken_so_far: list[Decision] = []
    for decision in found:
        refused = standing.take(decision) is not None
        assert refused == (not _possible([*taken_so_far, decision]))
        if not refused:
            taken_so_far.append(decision)


def _possible(found: list[Decision]) -> bool:
    """Whether some partition fits all the decisions: the finest one in which what is called one is one."""
    group = {row: row for row in "abcdefgh"}
    for decision in found:
        if decision.kind == "same":
            merged = {group[row] for row in decision.record_ids}
            group = {row: min(merged) if of in merged else of for row, of in group.items()}
    sizes = {of: list(group.values()).count(of) for of in group.values()}
    for decision in found:
        rows = list(zip(decision.record_ids, decision.parts, strict=True))
        if decision.kind == "keep_out" and any(sizes[group[row]] > 1 for row, _ in rows):
            return False
        if decision.kind in {"different", "dissolve"} and any(
            group[a] == group[b] for a, first in rows for b, second in rows if first != second
        ):
            return False
    return True
