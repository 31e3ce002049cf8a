"""Precision and recall from answers: bounds that hold when mistakes are rare and strata unequal."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage.clerical import Quality, expectation, quality, quality_by

Strata = dict[tuple[str, str], tuple[int, int, int]]
"""By kind and stratum: how many pairs, how many are answered, how many of these are matches."""


def told(strata: Strata, place: str = "here") -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame of these strata and the answers."""
    rows = [
        (f"{place}-{kind}-{stratum}-{at}", "other", kind, stratum, pairs, 0.5, place, at < answers, at < matches)
        for (kind, stratum), (pairs, answers, matches) in strata.items()
        for at in range(pairs)
    ]
    columns = ["record_id_a", "record_id_b", "kind", "stratum", "stratum_pairs", "probability", "place", "asked", "is"]
    pairs = pl.DataFrame(rows, schema=columns, orient="row")
    answers = pairs.filter("asked").select("record_id_a", "record_id_b", is_match="is")
    return pairs.drop("asked", "is"), answers


def measured(strata: Strata) -> Quality:
    return quality(*told(strata))


def test_without_answers_nothing_is_measured() -> None:
    found = measured({("merged", "high"): (100, 0, 0), ("near_miss", "near_1"): (50, 0, 0)})

    assert found == Quality(None, None, None, None, 100, 0, 0, 0)


def test_answers_about_merged_pairs_alone_tell_no_recall() -> None:
    found = measured({("merged", "high"): (100, 20, 20), ("near_miss", "near_1"): (50, 0, 0)})

    assert found.precision and found.recall is None and found.missed is None


def test_each_answer_stands_for_its_part_of_the_stratum() -> None:
    found = measured(
        {
            ("merged", "high"): (1000, 100, 99),
            ("merged", "low"): (50, 10, 8),
            ("review", "review"): (40, 20, 10),
            ("near_miss", "near_1"): (300, 30, 1),
        }
    )

    assert found.false_merges and found.missed and found.precision and found.recall
    assert found.false_merges.value == pytest.approx(10 + 10)
    assert found.missed.value == pytest.approx(20 + 10)
    assert found.precision.value == pytest.approx(1 - 20 / 1050)
    assert found.recall.value == pytest.approx(1030 / 1060)


@given(st.integers(1, 400), st.integers(0, 4000))
@settings(deadline=None, max_examples=30)
def test_all_right_is_never_certainty_until_all_are_answered(answers: int, others: int) -> None:
    pairs = answers + others
    found = measured({("merged", "high"): (pairs, answers, answers), ("near_miss", "near_1"): (9, 9, 0)}).precision

    assert found and found.value == found.high == 1
    assert (found.low == 1) == (others == 0)
    # Clopper and Pearson's lower limit, without the correction for a finite population.
    assert others < 20 * answers or found.low <= 0.025 ** (1 / answers) + 0.02


def test_more_answers_narrow_the_interval() -> None:
    widths = [
        measured({("merged", "high"): (10_000, n, n - n // 50), ("refused", "refused"): (20, 20, 5)}).precision
        for n in (50, 100, 200, 400, 1000, 5000)
    ]
    spans = [one.high - one.low for one in widths if one]

    assert len(spans) == 6 and spans == sorted(spans, reverse=True)


def test_a_stratum_that_nobody_answered_widens_the_interval_by_all_its_pairs() -> None:
    known = measured({("merged", "high"): (1000, 200, 200)}).precision
    found = measured({("merged", "high"): (1000, 200, 200), ("merged", "low"): (500, 0, 0)}).precision

    assert known and found and known.low > 0.97
    assert found.low < 1 - 500 / 1500 and found.low <= found.value <= found.high


def test_cannot_tell_is_counted_and_left_out() -> None:
    frame, answers = told({("merged", "high"): (500, 60, 60), ("near_miss", "near_1"): (80, 40, 2)})
    unsure = answers.with_columns(
        is_match=pl.when(pl.int_range(pl.len()) < 10).then(None).otherwise("is_match")  # ten of the merged ones
    )
    found, certain = quality(frame, unsure), quality(frame, answers[10:])

    assert found.cannot_tell == 10
    assert (found.precision, found.recall, found.merged_answers) == (certain.precision, certain.recall, 50)


@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=10)
def test_neither_order_nor_answers_about_other_pairs_matter(random: object) -> None:
    frame, answers = told(
        {("merged", "high"): (900, 90, 89), ("merged", "low"): (30, 20, 17), ("near_miss", "near_1"): (70, 30, 3)}
    )
    order = list(range(frame.height))
    random.shuffle(order)  # type: ignore[attr-defined]
    strangers = pl.DataFrame({"record_id_a": ["gone"], "record_id_b": ["gone"], "is_match": [False]})

    assert quality(frame[order], pl.concat([strangers, answers[::-1]])) == quality(frame, answers)


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_intervals_hold_the_estimate_and_what_was_seen(data: st.DataObject) -> None:
    strata: Strata = {}
    for key in (("merged", "high"), ("merged", "low"), ("review", "review"), ("near_miss", "near_1")):
        pairs = data.draw(st.integers(1, 300))
        answers = data.draw(st.integers(0, pairs))
        strata[key] = (pairs, answers, data.draw(st.integers(0, answers)))
    found = measured(strata)

    for estimate in (found.precision, found.recall):
        assert estimate is None or 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    wrong_seen = sum(n - y for (kind, _), (_, n, y) in strata.items() if kind == "merged")
    assert found.false_merges is None or found.false_merges.low >= wrong_seen
    assert found.missed is None or found.missed.low >= sum(y for (k, _), (*_, y) in strata.items() if k != "merged")


def test_a_part_is_measured_by_its_own_answers() -> None:
    parts = [
        told({("merged", "high"): (800, 80, 80), ("near_miss", "near_1"): (60, 30, 0)}, "here"),
        told({("merged", "high"): (200, 20, 15), ("near_miss", "near_1"): (60, 30, 3)}, "there"),
        told({("merged", "high"): (5, 0, 0)}, "nowhere"),
    ]
    frame = pl.concat([frame for frame, _ in parts]).with_columns(
        pl.len().over("kind", "stratum").alias("stratum_pairs")
    )
    found = quality_by(frame, pl.concat([answers for _, answers in parts]), "place")
    here, there, nowhere = found["here"], found["there"], found["nowhere"]

    assert here.precision and there.precision and here.precision.value == 1
    assert there.precision.value == pytest.approx(0.75)
    assert there.precision.high < here.precision.value and there.precision.low < 0.6
    assert here.missed and here.missed.value == 0
    assert there.missed and there.missed.value == pytest.approx(3 * 120 / 60)
    assert nowhere.precision is None and nowhere.recall is None and nowhere.merged_pairs == 5


def test_what_the_model_expects_counts_what_lies_beyond() -> None:
    frame, _ = told(
        {("merged", "high"): (100, 0, 0), ("refused", "refused"): (10, 0, 0), ("review", "review"): (8, 0, 0)}
    )
    counted = pl.DataFrame(
        {"stratum": ["near_1", "beyond"], "low": [-9, None], "pairs": [30, 5000], "expected": [2.0, 4.0]}
    )
    found = expectation(frame.with_columns(probability=pl.when(kind="merged").then(0.9).otherwise(0.5)), counted)

    assert found.precision == pytest.approx(0.9)
    assert found.recall == pytest.approx(90 / (90 + 10 * 0.5 + 8 * 0.5 + 2 + 4))
    assert (found.beyond, found.beyond_pairs) == (4.0, 5000)


HARD = {
    "one mistake in a thousand": ([(9000, 0.999, 200)], [(300, 0.05, 100)]),
    "unequal strata": ([(8600, 0.9993, 160), (300, 0.98, 20), (60, 0.9, 20)], [(60, 0.5, 30), (4000, 0.003, 60)]),
    "many finds beside a heavy stratum": ([(9000, 0.99, 200)], [(150, 0.6, 100), (3000, 0.03, 45)]),
    "nearly all are answered": ([(250, 0.98, 200)], [(90, 0.1, 80), (40, 0.1, 20)]),
}


@pytest.mark.parametrize("case", HARD)
@pytest.mark.parametrize("times", [120, pytest.param(2000, marks=pytest.mark.long)])
def test_intervals_cover_the_truth(case: str, times: int) -> None:
    """93 % leave room for what chance does to a true 95 %, and for a whole number of pairs."""
    random = np.random.default_rng(20250701)
    strata: Strata = {}
    asked: dict[tuple[str, str], int] = {}
    for kind, part in zip(("merged", "near_miss"), HARD[case], strict=True):
        for at, (size, p, answers) in enumerate(part):
            strata[kind, str(at)], asked[kind, str(at)] = (size, size, round(size * p)), answers
    frame, truth = told(strata)
    precision = truth.filter(frame["kind"] == "merged")["is_match"].mean()
    recall = truth.filter("is_match").select((frame.filter(truth["is_match"])["kind"] == "merged").mean()).item()
    starts = np.cumsum([0, *(size for size, *_ in strata.values())])
    covered = np.zeros(2)
    for _ in range(times):
        chosen = [
            start + random.choice(strata[key][0], count, replace=False)
            for start, (key, count) in zip(starts, asked.items(), strict=False)
        ]
        found = quality(frame, truth[np.concatenate(chosen)])
        assert found.precision and found.recall
        told_of = ((found.precision, precision), (found.recall, recall))
        covered += [one.low - 1e-9 <= value <= one.high + 1e-9 for one, value in told_of]

    assert (covered / times >= 0.93).all(), covered / times
