"""The kernel gives the same integers however the pairs are cut, and whichever process scores them."""

import random
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import polars as pl
import pyarrow as pa
import pytest

from pipelines.linkage.kernel import compared_columns, score_pairs, sides_of
from pipelines.linkage.runners import runner_of
from pipelines.linkage.runners.buckets import with_buckets
from pipelines.linkage.runners.local import run_locally
from pipelines.problems import UnusableInput


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        yield pool


def _batches(scored, buckets: int) -> list[pa.RecordBatch]:
    """Each bucket's pairs with both sides' columns, shuffled within and among each other."""
    bucketed = with_buckets(scored.pairs, buckets, budget=1500).sample(fraction=1, shuffle=True, seed=buckets)
    parts = bucketed.partition_by("bucket", include_key=False)
    random.Random(buckets).shuffle(parts)
    columns = compared_columns(scored.spec)
    return [batch for part in parts for batch in sides_of(scored.records, part, columns).to_arrow().to_batches()]


@pytest.mark.parametrize("buckets", [1, 4, 16])
def test_processes_give_the_same_integers_as_this_one(awkward, processes, buckets):
    kernel = partial(score_pairs, spec=awkward.spec, model=awkward.model)
    found = pl.DataFrame(pa.Table.from_batches(processes.map(kernel, _batches(awkward, buckets))))
    here = run_locally(awkward.records, awkward.pairs, awkward.spec, awkward.model)
    expected = pl.concat([awkward.pairs, here], how="horizontal").cast(dict(found.schema))
    assert found.sort("a", "b").equals(expected)
    # The input is as awkward as it is meant to be: every level is met, and nothing at all is said now and then.
    for comparison in awkward.spec.comparisons:
        assert here[comparison.field].n_unique() == len(comparison.levels) + 1


def test_without_a_model_there_are_levels_alone(awkward):
    here = run_locally(awkward.records, awkward.pairs, awkward.spec)
    assert here.columns == [comparison.field for comparison in awkward.spec.comparisons]
    (batch,) = (
        sides_of(awkward.records, awkward.pairs, compared_columns(awkward.spec)).rechunk().to_arrow().to_batches()
    )
    assert score_pairs(batch, awkward.spec).schema.names == ["a", "b", *here.columns]
    nothing = score_pairs(batch.slice(0, 0), awkward.spec, awkward.model)
    assert nothing.num_rows == 0 and nothing.schema.names[-2:] == ["weight", "alternative"]


@pytest.mark.parametrize("buckets", [1, 4, 16])
def test_every_pair_is_in_one_bucket_and_none_is_beyond_the_budget(awkward, buckets):
    bucketed = with_buckets(awkward.pairs, buckets, budget=1500)
    assert bucketed.select("a", "b").equals(awkward.pairs)
    sizes = bucketed.group_by("bucket").len()["len"]
    assert sizes.max() <= 1500
    spread = with_buckets(awkward.pairs, buckets, budget=10**9)
    assert spread["bucket"].n_unique() == buckets
    assert spread.group_by("a").agg(pl.col("bucket").n_unique())["bucket"].max() == 1


@pytest.mark.parametrize(("pyspark", "missing"), [(None, "pyspark"), (object(), "Java")])
def test_what_spark_needs_is_asked_for_in_words(monkeypatch, tmp_path, pyspark, missing):
    from pipelines.linkage.runners import spark

    monkeypatch.setattr(spark, "find_spec", lambda name: pyspark)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UnusableInput, match=missing):
        runner_of("spark")


def test_only_who_asks_for_spark_imports_it():
    assert runner_of("local") is run_locally
    assert "pyspark" not in sys.modules
