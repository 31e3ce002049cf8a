"""What the answers in a warehouse measure: which publication, one verdict a pair, and of whom it tells."""

from typing import Any

import pytest

from pipelines.clerical.drawing import pairs_hash
from pipelines.clerical.log import Answer, answers_table, frame_table
from pipelines.clerical.measuring import expected, measured
from pipelines.warehouse.reading import open_warehouse
from tests.clerical.conftest import AT, LATER
from tests.review.conftest import citizen, entity_id, row_id, warehouse_at

PEOPLE = [(2 * at, 2 * at + 1) for at in range(1, 11)]


def answer(pair: tuple[int, int], said: str, by: str = "Lan", **more: Any) -> dict[str, Any]:
    return {
        **compared(pair, more.get("dataset", "citizens")),
        "answer": said,
        "by": by,
        "at": AT,
        "draw_id": "PT-1",
        "drawn": 40,
        "seed": 7,
        "version": "trial-1",
        "version_logical_hash": "ab" * 32,
        "version_pairs_hash": "cd" * 32,
        "model": "citizens-10231-0123456789ab",
        **more,
    }


def compared(pair: tuple[int, int], dataset: str = "citizens", kind: str = "merged", size: int = 10) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "record_id_a": row_id(pair[0]),
        "record_id_b": row_id(pair[1]),
        "kind": kind,
        "stratum": kind,
        "stratum_pairs": size,
    }


@pytest.fixture
def at_hand(rows, tmp_path):
    """A warehouse with these answers, of which ten merged pairs of people could be drawn."""

    def call(answers, **tables):
        frame = [{**compared(pair), "probability": 0.99} for pair in PEOPLE]
        content = {**rows(), "clerical_frame": frame, "clerical_answers": answers, **tables}
        return open_warehouse(warehouse_at(tmp_path / "10231.duckdb", content))

    return call


@pytest.fixture
def told(at_hand):
    """What is measured by these answers."""

    def call(answers, dataset="citizens", **tables):
        with at_hand(answers, **tables) as connection:
            return measured(connection)[dataset]

    return call


def test_without_answers_nothing_is_measured_and_the_model_is_asked(at_hand, rows):
    strata = '[{"stratum": "near_1", "low": 1, "high": 2, "pairs": 90, "expected": 0.9}, '
    strata += '{"stratum": "beyond", "low": null, "high": 1, "pairs": 1000, "expected": 0.5}]'
    facts = [*rows()["manifest"], {"key": "near_miss_strata.citizens", "value": strata}]
    with at_hand([], manifest=facts) as connection:
        assert measured(connection) == {}
        (expectation,) = expected(connection).values()
    assert 0.9 < expectation.precision < 1
    assert (expectation.beyond, expectation.beyond_pairs) == (0.5, 1000)


def test_a_data_set_that_nobody_answered_for_is_not_measured(at_hand):
    with at_hand([answer(PEOPLE[0], "same")]) as connection:
        assert list(measured(connection)) == ["citizens"]


def test_the_design_and_the_people_are_told(told):
    found = told([answer(PEOPLE[0], "same"), answer(PEOPLE[1], "different", "Thu", at=LATER)])
    assert (found.answered, found.drawn, found.people) == (2, 40, 2)
    assert (found.first, found.last) == (AT, LATER)
    assert (found.version, found.logical_hash, found.model) == ("trial-1", "ab" * 32, "citizens-10231-0123456789ab")
    assert found.overall.precision.value == pytest.approx(0.5)
    assert found.overall.merged_pairs == 10


def test_every_pair_answered_leaves_nothing_uncertain(told):
    found = told([answer(pair, "same" if at else "different") for at, pair in enumerate(PEOPLE)])
    precision = found.overall.precision
    assert (precision.low, precision.value, precision.high) == pytest.approx((0.9, 0.9, 0.9))


def test_people_who_agree_are_one_verdict_and_who_do_not_are_none(told):
    found = told(
        [
            answer(PEOPLE[0], "same"),
            answer(PEOPLE[0], "same", "Thu", at=LATER),
            answer(PEOPLE[1], "same"),
            answer(PEOPLE[1], "different", "Thu", at=LATER),
            answer(PEOPLE[2], "cannot_tell"),
        ]
    )
    assert (found.answered, found.cannot_tell, found.disputed) == (3, 2, 1)
    assert (found.overall.merged_answers, found.overall.precision.value) == (1, 1)


def test_a_persons_newer_answer_of_another_draw_of_the_publication_holds(told):
    newer = answer(PEOPLE[0], "different", at=LATER, draw_id="PT-2", drawn=90)
    found = told([answer(PEOPLE[0], "same"), newer])
    assert (found.answered, found.drawn, found.samples, found.disputed) == (1, 90, 1, 0)
    assert found.overall.precision.value == 0


def test_answers_of_several_samples_are_not_told_as_of_one(told):
    """Three answered pairs would be more than the newest sample has."""
    first = [answer(pair, "same") for pair in PEOPLE[:2]]
    found = told([*first, answer(PEOPLE[2], "same", at=LATER, draw_id="PT-2", drawn=1)])
    assert (found.answered, found.samples) == (3, 2)


def test_only_the_publication_that_was_looked_at_last_is_measured(told):
    newer = {"version": "trial-2", "version_pairs_hash": "ef" * 32, "at": LATER, "draw_id": "PT-2"}
    found = told([answer(PEOPLE[0], "different"), answer(PEOPLE[1], "same", **newer)])
    assert (found.version, found.answered) == ("trial-2", 1)
    assert found.overall.precision.value == 1


def test_whether_it_is_this_publication_is_told_by_its_pairs(told, warehouse, rows):
    with open_warehouse(warehouse) as connection:
        here = pairs_hash(connection)
    assert told([answer(PEOPLE[0], "same", version_pairs_hash=here)]).is_this_publication
    mended = [{**link, "decision": "officer"} for link in rows()["links"]]
    found = told([answer(PEOPLE[0], "same", version_pairs_hash=here)], links=mended)
    assert not found.is_this_publication
    assert found.is_this_model


def test_what_was_mended_since_is_still_measured(log, draw, told, numbers, rows):
    """A pair that was called different is an officer's in the next publication, and the machine's mistake for ever."""
    merged = [draw.pairs[number - 1] for number in numbers("merged")]
    said = ["different", *["same"] * (len(merged) - 1)]
    log.add_answers(
        [
            Answer(draw_id=draw.draw_id, dataset="citizens", record_ids=pair.record_ids, answer=word, by="Lan", at=AT)
            for pair, word in zip(merged, said, strict=True)
        ]
    )
    links = [
        {**link, "decision": "officer"} if link["record_id_a"] == merged[0].record_ids[0] else link
        for link in rows()["links"]
    ]
    tables = {"clerical_frame": frame_table(log).to_dicts(), "links": links}
    found = told(answers_table(log).to_dicts(), **tables)
    assert found.overall.precision.value == pytest.approx(1 - 1 / len(merged))
    assert found.overall.merged_pairs == 30
    assert not found.is_this_publication


def test_sex_age_and_old_commune_are_those_of_the_first_row(told):
    people = [
        citizen(1, 1),
        citizen(2, 1),
        {**citizen(3, 3), "old_commune_code": "10249"},
        *(citizen(row, row) for row in range(4, 8)),
        {**citizen(8, 8), "old_commune_code": "10249"},
    ]
    citizens = [
        {"citizen_id": entity_id(1), "sex": "female", "birth_year": 2012},
        {"citizen_id": entity_id(4), "sex": "male", "birth_year": 2011},
        {"citizen_id": entity_id(5), "birth_year": 1966},
        {"citizen_id": entity_id(7), "sex": "male"},
        *({"citizen_id": entity_id(other)} for other in (3, 6, 8)),
    ]
    pairs = [(1, 2), (1, 3), (4, 5), (5, 6), (7, 8), (9, 1)]
    frame = [{**compared(pair, size=6), "probability": 0.99} for pair in pairs]
    answers = [answer(pair, "same") for pair in pairs]
    found = told(answers, citizen_sources=people, citizens=citizens, clerical_frame=frame)
    counts = {part: {code: one.merged_answers for code, one in by.items()} for part, by in found.parts.items()}
    assert counts == {
        "sex": {"female": 2, "male": 2, "unknown": 2},
        "age": {"age_00": 2, "age_15": 1, "age_60": 1, "unknown": 2},
        "old_commune": {"10231": 3, "between": 2, "unknown": 1},
    }


def test_land_is_told_apart_by_old_commune_alone(told):
    pair = (200, 201)
    frame = [{**compared(pair, "parcels", size=1), "probability": 0.9}]
    found = told([answer(pair, "same", dataset="parcels")], dataset="parcels", clerical_frame=frame)
    assert {part: list(by) for part, by in found.parts.items()} == {"old_commune": ["10231"]}
