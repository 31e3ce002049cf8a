"""Spark gives the same edges as this process, to the last integer weight, on any number of partitions."""

import os
import shutil
from importlib.util import find_spec

import pytest

from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.runners.local import run_locally
from pipelines.problems import UnusableInput

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        find_spec("pyspark") is None or not shutil.which("java"), reason="needs pyspark and Java: make test-long"
    ),
]


@pytest.fixture(scope="module")
def runners():
    """A session of two cores, each task of which has a Python process; and the runner by number of partitions."""
    from pipelines.linkage.runners.spark import SparkRunner, spark_session

    with spark_session("local[2]") as session:
        own = session.sparkContext.parallelize(range(16), 16).map(lambda _: os.getpid()).distinct().collect()
        assert len(own) >= 2 and os.getpid() not in own
        yield lambda partitions: SparkRunner(partitions, budget=1500)


@pytest.mark.parametrize("partitions", [1, 4, 16])
def test_spark_gives_the_same_integers(awkward, runners, partitions):
    given = awkward.records, awkward.pairs, awkward.spec
    assert runners(partitions)(*given, awkward.model).equals(run_locally(*given, awkward.model))
    assert runners(partitions)(*given).equals(run_locally(*given))


def test_a_whole_linkage_is_the_same(awkward, runners):
    here, there = (link(awkward.rows, awkward.spec, LinkageSettings(), run=run) for run in (run_locally, runners(4)))
    for part in ("members", "links", "paths", "candidates", "reliability", "model", "thresholds"):
        mine, its = getattr(here, part), getattr(there, part)
        assert mine.equals(its) if hasattr(mine, "equals") else mine == its


def test_an_error_tells_nothing_of_the_rows(awkward, runners, capfd):
    broken = awkward.spec.__class__(**{**vars(awkward.spec), "comparisons": awkward.spec.comparisons[:1]})
    rows = awkward.records.with_columns(hull=awkward.records["name"].fill_null("secret ship"))
    with pytest.raises(UnusableInput) as told:
        runners(2)(rows.with_columns(name=rows["year"].cast(str) + "secret"), awkward.pairs, broken, "no model")
    assert "secret" not in str(told.value) + "".join(capfd.readouterr())
