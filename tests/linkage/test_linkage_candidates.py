"""Candidate pairs: all that the rules bring together, large blocks split, the cost bounded, nothing left in silence."""

from itertools import combinations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage import CandidateRule, LinkageSettings
from pipelines.linkage.candidates import candidate_pairs

LETTERS = st.sampled_from([None, "x", "y", "z"])
RULES = (CandidateRule("k", ("k",)), CandidateRule("k_and_m", ("k", "m")), CandidateRule("m", ("m",), ("n",)))


@given(st.lists(st.tuples(LETTERS, LETTERS, st.integers(0, 2)), max_size=14))
@settings(max_examples=80, deadline=None)
def test_without_large_blocks_candidates_are_all_pairs_equal_in_a_key(rows: list[tuple]) -> None:
    records = pl.DataFrame(rows, schema={"k": pl.String, "m": pl.String, "n": pl.Int64}, orient="row")
    pairs, report = candidate_pairs(records, RULES, LinkageSettings())
    wanted = {
        (a, b)
        for (a, one), (b, two) in combinations(enumerate(rows), 2)
        if (one[0] == two[0] is not None) or (one[1] == two[1] is not None)
    }
    assert pairs.rows() == sorted(wanted)
    assert report["new_pairs"].sum() == len(wanted)
    assert not report["oversized_rows"].sum()


def test_a_large_block_is_split_by_the_next_column_and_the_rest_is_told() -> None:
    rule = CandidateRule("name", ("name",), ("year", "hamlet"))
    records = pl.DataFrame(
        {
            "name": ["a"] * 8,
            "year": [1, 1, 2, 2, 2, 2, None, None],
            "hamlet": ["p", "p", "p", "p", "q", "q", None, None],
        }
    )
    pairs, report = candidate_pairs(records, (rule,), LinkageSettings(block_cap=2))
    assert pairs.rows() == [(0, 1), (2, 3), (4, 5), (6, 7)]
    told = report.row(0, named=True)
    assert (told["split_blocks"], told["oversized_blocks"], told["oversized_rows"]) == (2, 0, 0)
    alike = records.with_columns(year=1, hamlet=pl.lit("p"))
    pairs, report = candidate_pairs(alike, (rule,), LinkageSettings(block_cap=2))
    assert pairs.is_empty()
    assert report["oversized_rows"].to_list() == [8]


@given(st.integers(1, 4))
@settings(max_examples=10, deadline=None)
def test_all_rules_together_keep_to_the_bound_and_say_so(bound: int) -> None:
    records = pl.DataFrame({"k": [str(n // 12) for n in range(60)], "m": [str(n // 10) for n in range(60)], "n": 1})
    pairs, report = candidate_pairs(records, RULES, LinkageSettings(pairs_per_row=bound))
    assert pairs.height <= bound * len(records)
    assert report["pairs"].sum() <= bound * len(records)
    assert report.filter(pl.col("block_cap") < 12)["oversized_rows"].sum() > 0


def test_a_rule_that_splits_its_blocks_is_charged_for_each_pair_once() -> None:
    rule = CandidateRule("name", ("name",), ("year", "hamlet"))
    records = pl.DataFrame(
        {
            "name": ["a"] * 40 + [f"b{n // 2}" for n in range(60)],
            "year": [n // 4 for n in range(40)] + [0] * 60,
            "hamlet": ["p"] * 100,
        }
    )
    # 30 pairs of two, then ten blocks of four give 60: 90 in all, of a bound of 100.
    pairs, report = candidate_pairs(records, (rule,), LinkageSettings(block_cap=10, pairs_per_row=1))
    assert pairs.height == 90
    assert report["oversized_rows"].to_list() == [0]


@given(st.lists(st.tuples(LETTERS, st.booleans()), max_size=14))
@settings(max_examples=60, deadline=None)
def test_a_rule_may_ask_that_one_of_the_two_has_something(rows: list[tuple]) -> None:
    records = pl.DataFrame(rows, schema={"k": pl.String, "vague": pl.Boolean}, orient="row")
    pairs, _ = candidate_pairs(records, (CandidateRule("k", ("k",), (), "vague"),), LinkageSettings())
    wanted = {
        (a, b)
        for (a, one), (b, two) in combinations(enumerate(rows), 2)
        if one[0] == two[0] is not None and (one[1] or two[1])
    }
    assert pairs.rows() == sorted(wanted)
