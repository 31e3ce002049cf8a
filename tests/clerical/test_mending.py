"""Answers that contradict the machine become decisions; those that agree, or cannot tell, become none."""

import pytest

from pipelines.clerical.answers import read_sample
from pipelines.clerical.mending import events_of, rows_in
from pipelines.review.decisions import Decision, DecisionLog, Revocation
from pipelines.review.taking import take
from tests.clerical.conftest import AT, LATER

EVERY_KIND = ("merged", "review", "refused", "near_miss")


@pytest.fixture
def follow(log, warehouse, tmp_path):
    """What follows from a filled workbook."""
    decisions = DecisionLog(tmp_path / "10231")

    def call(book, at=AT, rows=None, keep=True):
        answers = read_sample(book.save(tmp_path / "back.xlsx"), log.draws(), "10231", at=at)
        assert answers.problems == ()
        known = rows_in(warehouse) if rows is None else rows
        following = events_of(answers.draw, answers.given, decisions.in_force(), known)
        events = [event for event, _ in following]
        if keep:
            assert take(decisions, events, warehouse).problems == ()
        return events

    call.log = decisions
    return call


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_who_agrees_with_the_machine_decides_nothing(book, follow, numbers, kind):
    book.signed().say(numbers(kind)[0], "Là một" if kind == "merged" else "Khác nhau")
    assert follow(book) == []


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_who_cannot_tell_decides_nothing(book, follow, numbers, kind):
    assert follow(book.signed().say(numbers(kind)[0], "Không xác định được")) == []


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_who_contradicts_the_machine_decides(book, follow, numbers, draw, kind):
    number = numbers(kind)[0]
    (decision,) = follow(book.signed().say(number, "Khác nhau" if kind == "merged" else "Là một", note="xem hộ tịch"))
    assert isinstance(decision, Decision)
    assert (decision.kind, decision.parts) == (("different", (1, 2)) if kind == "merged" else ("same", (1, 1)))
    assert decision.record_ids == draw.pairs[number - 1].record_ids
    assert (decision.by, decision.at) == ("Phạm Thị Thu", AT)
    assert decision.reason == "phúc tra mẫu: xem hộ tịch"
    assert decision.model == "citizens-10231-0123456789ab"


def test_land_is_decided_as_people_are(book, follow, numbers):
    (decision,) = follow(book.signed().say(numbers("near_miss", "parcels")[0], "Là một"))
    assert (decision.dataset, decision.kind, decision.reason) == ("parcels", "same", "phúc tra mẫu")


def test_the_same_answer_again_decides_nothing_new(book, follow, numbers):
    book.signed().say(numbers("merged")[0], "Khác nhau")
    follow(book)
    follow(book, at=LATER)
    assert len(follow.log.in_force()) == 1
    assert len(follow.log.events()) == 1


def test_who_changes_his_mind_takes_his_decision_back(book, follow, numbers):
    number = numbers("merged")[0]
    (decision,) = follow(book.signed().say(number, "Khác nhau"))
    (event,) = follow(book.say(number, "Là một"), at=LATER)
    assert isinstance(event, Revocation)
    assert event.decision_id == decision.decision_id
    assert follow.log.in_force() == []


def test_another_person_takes_nobody_elses_decision_back(book, follow, numbers):
    number = numbers("merged")[0]
    follow(book.signed("Phạm Thị Thu").say(number, "Khác nhau"))
    assert follow(book.signed("Lê Lan").say(number, "Là một"), at=LATER) == []
    assert len(follow.log.in_force()) == 1


def test_nothing_is_decided_about_a_row_that_was_corrected_since(book, follow, numbers, draw, warehouse):
    number = numbers("merged")[0]
    gone = rows_in(warehouse) - {draw.pairs[number - 1].record_ids[1]}
    assert follow(book.signed().say(number, "Khác nhau"), rows=gone) == []
