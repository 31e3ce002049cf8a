"""The engine on FEBRL 3, whose people are Australian: it knows nothing of Vietnamese names, numbers or addresses."""

import polars as pl
import pytest

from benchmarks.febrl import EVEN_ODDS, NOTEBOOK, PLACE, read_febrl3, spec, splink_edges
from benchmarks.scores import components, pair_scores
from pipelines.linkage import link

SPLINK_F1 = 0.9972
"""What Splink reaches with the settings of its own notebook, on the same fields and without labels."""


@pytest.fixture(scope="module")
def febrl3() -> tuple[pl.DataFrame, pl.DataFrame]:
    return read_febrl3()


def test_the_records_are_those_of_the_published_set(febrl3: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    records, truth = febrl3
    assert len(records) == 5000
    assert truth["person_id"].n_unique() == 2000
    sizes = truth.group_by("person_id").len()["len"].cast(pl.Int64)
    assert (sizes * (sizes - 1) // 2).sum() == 6538


@pytest.mark.parametrize("fields", [NOTEBOOK, NOTEBOOK + PLACE], ids=["notebook", "all"])
def test_no_false_merge_and_no_less_than_splink(febrl3: tuple[pl.DataFrame, pl.DataFrame], fields) -> None:
    records, truth = febrl3
    scores = pair_scores(link(records, spec(fields), EVEN_ODDS).members, truth)
    assert scores.precision == 1.0
    assert scores.f1 >= SPLINK_F1


def test_splink_reaches_what_it_is_known_for(febrl3: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    records, truth = febrl3
    even = splink_edges(records, NOTEBOOK).filter(pl.col("weight") >= 0)
    assert pair_scores(components(even, records["record_id"]), truth).f1 == pytest.approx(SPLINK_F1, abs=0.0005)
