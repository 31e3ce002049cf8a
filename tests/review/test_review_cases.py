"""Cases for a person: what is asked, how urgent it is, and an id that survives a new order of rows."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.review import review_cases
from pipelines.review.cases import quarantined_case
from pipelines.warehouse.schema import REVIEW_QUEUE

LINKS = pl.DataFrame(
    [
        ("a", "b", "review", 0.4, None),
        ("a", "c", "refused", 0.5, "exclusive_values"),
        ("d", "e", "automatic", 0.99, None),
        ("f", "g", "review", 0.2, None),
        ("r", "s", "review", 0.7, None),
    ],
    schema={
        "record_id_a": pl.String,
        "record_id_b": pl.String,
        "decision": pl.String,
        "probability": pl.Float64,
        "why": pl.String,
    },
    orient="row",
)
RECORDS = pl.DataFrame(
    [
        ("h", "shared", "1", "x", "19840302", "male"),
        ("i", "shared", "1", "y", "19600101", "female"),
        ("j", "shared", "2", "x", "19700101", "male"),
        ("k", "shared", "2", "z", None, "male"),
        ("l", "doubtful", "3", "x", "19840302", "male"),
        ("m", "doubtful", "4", "x", "19840302", "male"),
        ("n", "doubtful", "4", "x", None, "male"),
        ("o", "doubtful", "4", "x", None, "male"),
        ("p", "trusted", "5", "x", "19840302", "male"),
        ("q", "none", None, "x", "19840302", "male"),
    ],
    schema=["record_id", "number_status", "number", "name_ascii", "birth_digits", "sex"],
    orient="row",
)


def told(queue: pl.DataFrame) -> set[tuple[str, tuple[str, ...]]]:
    return {(reason, tuple(rows)) for reason, rows in queue.select("reason", "record_ids").iter_rows()}


def test_every_open_question_is_one_case() -> None:
    queue = review_cases("citizens", LINKS, RECORDS)
    assert queue.schema == REVIEW_QUEUE.polars_schema
    assert told(queue) == {
        ("union_refused", ("a", "b", "c")),
        ("link_in_review", ("f", "g")),
        ("link_in_review", ("r", "s")),
        ("number_shared", ("h", "i")),
        ("number_shared", ("j", "k")),
        ("number_doubtful", ("l", "m")),
    }
    assert queue["status"].unique().to_list() == ["open"]
    assert queue["case_id"].n_unique() == len(queue)
    assert queue["case_id"].str.contains("^[0-9a-f]{32}$").all()


def test_only_a_shared_number_blocks_and_it_comes_first() -> None:
    queue = review_cases("citizens", LINKS, RECORDS)
    assert queue.filter("blocking")["reason"].unique().to_list() == ["number_shared"]
    assert queue.filter(~pl.col("blocking"))["reason"].n_unique() == 3
    assert queue["priority"].to_list() == list(range(1, len(queue) + 1))
    assert queue["reason"][0] == "number_shared"


def test_after_what_blocks_come_refusals_and_then_what_is_likeliest_wrong_about_most_entities() -> None:
    queue = review_cases("citizens", LINKS, RECORDS)
    assert queue["reason"].to_list() == [
        *("number_shared", "number_shared", "union_refused", "link_in_review", "number_doubtful", "link_in_review")
    ]
    assert dict(queue.select(pl.col("record_ids").list.join(""), "expected_value").rows()) == {
        "hi": 2.0,
        "jk": 2.0,
        "abc": 2.1,  # (1 - 0.6 * 0.5) of three entities
        "rs": 1.4,
        "lm": 1.0,
        "fg": 0.4,
    }


def test_rows_that_are_one_entity_already_hang_together() -> None:
    members = pl.DataFrame({"record_id": [*"abcdefgrs"], "cluster": [*"abcddfbrs"]})
    queue = review_cases("citizens", LINKS, members=members)
    assert told(queue) == {("union_refused", ("a", "b", "c", "f", "g")), ("link_in_review", ("r", "s"))}


def test_a_shared_number_whose_rows_are_one_entity_is_no_question() -> None:
    one = pl.DataFrame({"record_id": ["h", "i", "j", "k"], "cluster": ["h", "h", "j", "k"]})
    shared = review_cases("citizens", LINKS.clear(), RECORDS, one).filter(reason="number_shared")
    assert told(shared) == {("number_shared", ("j", "k"))}


def test_a_case_shows_all_rows_of_the_entities_in_question() -> None:
    members = pl.DataFrame({"record_id": list("abcdefgrsz"), "cluster": list("abcddfgrsa")})
    assert ("union_refused", ("a", "b", "c", "z")) in told(review_cases("citizens", LINKS, members=members))


@given(st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_cases_and_their_ids_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    shuffled = [frame.sample(fraction=1, shuffle=True, seed=seed) for frame in (LINKS, RECORDS)]
    assert review_cases("citizens", *shuffled).equals(review_cases("citizens", LINKS, RECORDS))


def test_a_case_keeps_its_id_when_others_come_and_go() -> None:
    whole = review_cases("citizens", LINKS, RECORDS)
    part = review_cases("citizens", LINKS.tail(1), RECORDS.tail(6))
    assert len(part) == 2
    assert part.join(whole, on=["case_id", "reason", "record_ids"]).height == 2


def test_parcels_are_asked_about_in_their_own_words() -> None:
    queue = review_cases("parcels", LINKS)
    assert set(queue["reason"]) == {"link_in_review", "union_refused"}
    assert all("thửa" in question for question in queue["question"])
    assert not any("định danh" in question for question in queue["question"])
    citizens = review_cases("citizens", LINKS)
    assert not set(queue["case_id"]) & set(citizens["case_id"])


@pytest.mark.parametrize("records", [None, RECORDS.clear()])
def test_no_link_and_no_record_make_no_case(records: pl.DataFrame | None) -> None:
    queue = review_cases("citizens", LINKS.clear(), records)
    assert queue.is_empty()
    assert queue.schema == REVIEW_QUEUE.polars_schema


FILES = pl.DataFrame({"dataset": ["citizens", "parcels", None], "records": [100, 50, 10]})


def unread(*datasets: str) -> pl.DataFrame:
    return pl.DataFrame({"record_id": [f"q{at}" for at in range(len(datasets))][::-1], "dataset": datasets})


@pytest.mark.parametrize(
    ("quarantine", "blocked"),
    [
        (unread(*["citizens"] * 11), set()),  # 11 of 110, just the limit
        (unread(*["citizens"] * 12), {"citizens"}),
        (unread(*["parcels"] * 7), {"parcels"}),
        (unread(*["citizens"] * 5, *["unknown"] * 7), {"citizens", "parcels"}),  # 12 of 110 people, or 7 of 60 parcels
    ],
)
def test_an_official_publication_waits_where_too_many_records_are_unread(
    quarantine: pl.DataFrame, blocked: set[str]
) -> None:
    queues = {name: quarantined_case(name, FILES, quarantine, 0.1) for name in ("citizens", "parcels")}
    assert {name for name, queue in queues.items() if queue["blocking"].any()} == blocked
    for queue in queues.values():
        assert queue.schema == REVIEW_QUEUE.polars_schema
        assert set(queue["reason"]) <= {"quarantined_rows"}
        assert queue["record_ids"].explode().is_sorted()
