"""What decisions say once rows have come, gone and been corrected."""

from collections.abc import Iterable, Mapping

import polars as pl

from pipelines.identity.marks import hashed
from pipelines.review import review_cases
from pipelines.review.decisions import Decision, Kind
from pipelines.review.rulings import Rulings, rulings
from tests.review.test_review_cases import LINKS, RECORDS


def marks_of(rows: Mapping[str, Iterable[str]]) -> pl.DataFrame:
    """Rows with their marks; the first of them is all that identifies the row."""
    return pl.DataFrame(
        [(row, next(iter(marks)), list(marks)) for row, marks in rows.items()],
        schema={"record_id": pl.String, "identifying": pl.String, "marks": pl.List(pl.String)},
        orient="row",
    )


BEFORE = {
    "a": ["An 1960", "number 1", "household 7 An"],
    "b": ["Bo 1960", "number 2", "household 8 Bo"],
    "c": ["Cy 1970", "number 3"],
}
HASHED = {row: tuple(marks) for row, marks in hashed(marks_of(BEFORE)).select("record_id", "marks").iter_rows()}


def decided(kind: Kind, rows: str, parts: str = "", at: str = "2025-07-03") -> Decision:
    return Decision(
        dataset="citizens",
        kind=kind,
        record_ids=tuple(rows),
        parts=tuple(map(int, parts or "1" * len(rows))),
        by="Lê Thị Hòa",
        at=at,
        marks=tuple(HASHED.get(row, ()) for row in rows),
    )


def ruled(*decisions: Decision, **changes: list[str] | None) -> Rulings:
    """Rulings after rows changed: `a=None` is gone, `x=[…]` has come."""
    now = {row: marks for row, marks in {**BEFORE, **changes}.items() if marks is not None}
    return rulings(decisions, "citizens", marks_of(now))


def pairs(frame: pl.DataFrame) -> set[str]:
    return {a + b for a, b in frame.iter_rows()}


def test_a_decision_holds_for_the_rows_it_names() -> None:
    found = ruled(decided("same", "ab"), decided("different", "abc", "112"), decided("keep_out", "c"))
    assert pairs(found.verdicts.same) == {"ab"}
    assert pairs(found.verdicts.different) == {"ac", "bc"}
    assert found.verdicts.alone.to_list() == ["c"]
    assert found.changed == []


def test_decisions_about_the_other_data_set_or_nothing_at_all_say_nothing() -> None:
    other = decided("same", "ab").model_copy(update={"dataset": "parcels"})
    for found in (ruled(), ruled(other), ruled(decided("cannot_tell", "ab"))):
        assert found.verdicts.same.is_empty()
        assert found.answered == []


def test_a_row_that_is_gone_takes_its_decision_along_and_brings_it_back() -> None:
    gone = ruled(decided("same", "ab"), decided("different", "ac", "12"), a=None)
    assert gone.verdicts.same.is_empty()
    assert gone.verdicts.different.is_empty()
    assert gone.changed == []
    assert pairs(ruled(decided("same", "ab")).verdicts.same) == {"ab"}


def test_a_correction_that_leaves_who_it_is_keeps_the_decision_and_asks_again() -> None:
    found = ruled(decided("same", "ab"), a=None, x=["An 1960", "number 1", "household 9 An"])
    assert pairs(found.verdicts.same) == {"bx"}
    assert found.changed == [frozenset("bx")]


def test_a_correction_of_who_it_is_suspends_a_merger_and_not_a_parting() -> None:
    corrected = ["An 1961", "number 1", "household 7 An"]
    same = ruled(decided("same", "ab"), a=None, x=corrected)
    assert same.verdicts.same.is_empty()
    assert same.changed == [frozenset("bx")]
    different = ruled(decided("different", "ab", "12"), a=None, x=corrected)
    assert pairs(different.verdicts.different) == {"bx"}
    assert different.changed == [frozenset("bx")]
    alone = ruled(decided("keep_out", "a"), a=None, x=corrected)
    assert alone.verdicts.alone.to_list() == ["x"]


def test_an_answer_about_the_corrected_row_ends_the_question() -> None:
    corrected = {"a": None, "x": ["An 1961", "number 1", "household 7 An"]}
    again = ruled(decided("same", "ab"), decided("same", "bx", at="2025-08-01"), **corrected)
    assert pairs(again.verdicts.same) == {"bx"}
    assert again.changed == []
    otherwise = ruled(decided("different", "ab", "12"), decided("same", "bx", at="2025-08-01"), **corrected)
    assert pairs(otherwise.verdicts.same) == {"bx"}
    assert otherwise.verdicts.different.is_empty()


def test_of_rows_that_are_as_much_alike_nobody_knows_which_follows_and_all_are_asked_about() -> None:
    twins = ["An 1961", "number 1"]
    found = ruled(decided("same", "ab"), a=None, x=twins, y=twins)
    assert found.changed == [frozenset("bxy")]
    assert found.verdicts.same.is_empty()
    apart = ruled(decided("different", "ab", "12"), a=None, x=twins, y=twins)
    assert pairs(apart.verdicts.different) == {"bx", "by"}
    nearer = ruled(decided("same", "ab"), a=None, x=twins, y=[*twins, "household 7 An"])
    assert nearer.changed == [frozenset("by")]


def test_rows_with_equal_marks_that_change_together_keep_their_decision() -> None:
    same = ["An 1960", "number 1"]
    marks = tuple(hashed(marks_of({"a": same}))["marks"][0])
    twice = decided("different", "abc", "112").model_copy(update={"marks": (marks, marks, HASHED["c"])})
    found = ruled(twice, a=None, b=None, x=same, y=same)
    assert pairs(found.verdicts.different) == {"cx", "cy"}
    assert found.changed == [frozenset("cxy")]


def test_a_row_that_was_there_before_follows_nobody() -> None:
    known = decided("keep_out", "a").model_copy(update={"alike": ("x",)})
    assert ruled(known, a=None, x=["An 1960", "number 1"]).verdicts.alone.is_empty()


def test_only_an_answer_to_the_same_question_ends_it() -> None:
    corrected = {"a": None, "x": ["An 1961", "number 1", "household 7 An"]}
    apart = decided("different", "ab", "12")
    for other in (decided("cannot_tell", "bx", at="2025-08-01"), decided("number_right", "bx", "12", at="2025-08-01")):
        assert pairs(ruled(apart, other, **corrected).verdicts.different) == {"bx"}
    alone = decided("keep_out", "a")
    elsewhere = ruled(alone, decided("different", "cx", "12", at="2025-08-01"), **corrected)
    assert elsewhere.verdicts.alone.to_list() == ["x"]
    assert ruled(alone, decided("keep_out", "x", at="2025-08-01"), **corrected).changed == []


def test_of_a_corrected_row_the_newer_decision_about_a_pair_speaks() -> None:
    corrected = {"a": None, "x": ["An 1961", "number 1", "household 7 An"]}
    three = decided("different", "abc", "123")
    found = ruled(three, decided("same", "bx", at="2025-08-01"), **corrected)
    assert pairs(found.verdicts.same) == {"bx"}
    assert pairs(found.verdicts.different) == {"bc", "cx"}


def test_the_order_in_which_decisions_are_read_does_not_matter() -> None:
    corrected = {"a": None, "x": ["An 1961", "number 1", "household 7 An"]}
    both = [decided("different", "ab", "12"), decided("same", "bx", at="2025-08-01")]
    for found in (ruled(*both, **corrected), ruled(*both[::-1], **corrected)):
        assert found.verdicts.different.is_empty()
        assert pairs(found.verdicts.same) == {"bx"}


def test_a_decision_without_marks_follows_nobody() -> None:
    bare = decided("same", "ab").model_copy(update={"marks": ()})
    assert ruled(bare, a=None, x=["An 1960", "number 1"]).changed == []


def test_numbers_are_right_or_superseded_as_decided() -> None:
    found = ruled(decided("number_superseded", "abc", "122"), decided("number_right", "bc", "12"))
    assert found.right.to_list() == ["a", "b"]
    assert found.superseded.rows() == [("b", "a"), ("c", "a")]
    assert pairs(found.verdicts.same) == {"ab", "bc"}


def answered(*decisions: Decision) -> dict[str, str]:
    letters = {row: [row] for row in "abcdefghijklmnopqrs"}
    found = rulings(decisions, "citizens", marks_of(letters))
    queue = review_cases("citizens", LINKS, RECORDS, ruled=found)
    return dict(queue.select(pl.col("record_ids").list.join(""), "status").iter_rows())


def test_holders_of_a_shared_number_who_were_told_apart_block_nothing_and_are_still_asked_about() -> None:
    assert answered()["hi"] == "open"
    assert answered(decided("different", "hi", "12"))["hi"] == "waiting"
    assert answered(decided("different", "hij", "123"))["hi"] == "waiting"
    assert answered(decided("keep_out", "h"))["hi"] == "open"
    assert answered(decided("same", "lm"))["lm"] == "decided"


def test_what_waits_for_a_paper_comes_after_what_is_open_until_it_is_decided() -> None:
    waiting = decided("needs_paper", "fg")
    letters = {row: [row] for row in "abcdefghijklmnopqrs"}
    queue = review_cases("citizens", LINKS, RECORDS, ruled=rulings([waiting], "citizens", marks_of(letters)))
    assert queue["record_ids"].to_list()[-1] == ["f", "g"]
    assert queue["status"].to_list()[-1] == "waiting"
    assert answered(waiting, decided("different", "fg", "12", at="2025-08-01"))["fg"] == "open"  # a new doubt
