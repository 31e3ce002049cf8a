"""How people and parcels are spread over the values of a field, and how far that shifts between two publications."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.problems import UnusableInput
from pipelines.warehouse.distribution import FIELDS, SCHEMA, distribution, shifts

Frames = dict[str, pl.DataFrame]
COUNTS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=8)


DUCKDB = duckdb.connect(config={"threads": 1})


def shift(counts: Sequence[tuple[int | None, int]]) -> tuple[float | None, float | None]:
    """Distance and chance for the counts (earlier, present) of each value."""
    rows = ", ".join(
        f"('citizens', 'sex', '{at}', {'NULL' if earlier is None else earlier}, {present})"
        for at, (earlier, present) in enumerate(counts)
    )
    counted = f"(VALUES {rows}) AS counted(dataset, field, value, earlier, present)"
    ((distance, chance),) = DUCKDB.execute(f"SELECT distance, chance FROM ({shifts(counted)})").fetchall()
    return distance, chance


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_a_distance_is_a_share_and_the_same_from_either_side(counts: list[tuple[int, int]]) -> None:
    assume(all(map(sum, zip(*counts, strict=True))))
    distance, chance = shift(counts)
    assert distance is not None and chance is not None
    assert 0 <= distance <= 1 + 1e-9
    assert shift([(present, earlier) for earlier, present in counts]) == pytest.approx((distance, chance))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=8), st.integers(1, 9))
def test_the_same_shares_have_no_distance_however_many_there_are(counts: list[int], times: int) -> None:
    assume(sum(counts))
    distance, _ = shift([(count, times * count) for count in counts])
    assert distance == pytest.approx(0)


@pytest.mark.parametrize(
    ("counts", "distance"),
    [
        ([(60, 50), (40, 50)], 0.1),
        ([(100, 0), (0, 7)], 1),  # nothing in common
        ([(80, 80), (20, 10), (0, 10)], 0.1),  # a value is new
    ],
)
def test_the_distance_is_the_part_that_would_need_another_value(counts: list[tuple[int, int]], distance: float) -> None:
    assert shift(counts)[0] == pytest.approx(distance)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(20, 400), st.integers(20, 400))
def test_chance_explains_what_two_draws_from_one_population_differ(seed: int, earlier: int, present: int) -> None:
    """All but one of a hundred draws at the worst; so a draw may be beyond it, but not far."""
    population = pl.Series(["a"] * 5 + ["b"] * 3 + ["c", "d"])
    drawn = [
        population.sample(size, with_replacement=True, seed=seed + at).value_counts().rename({"": "value"})
        for at, size in enumerate((earlier, present))
    ]
    both = drawn[0].join(drawn[1], on="value", how="full", coalesce=True).fill_null(0)
    distance, chance = shift(both.select("count", "count_right").rows())
    assert distance is not None and chance is not None
    assert distance < 1.3 * chance


@pytest.mark.parametrize("counts", [[(None, 5), (None, 3)], [(0, 5), (0, 3)], [(4, 0)]])
def test_without_two_distributions_there_is_no_distance(counts: list[tuple[int | None, int]]) -> None:
    assert shift(counts) == (None, None)


def test_a_first_publication_has_nothing_beside_it(frames: Frames) -> None:
    counted = distribution(None, frames)
    assert counted.schema == SCHEMA
    assert counted["earlier"].null_count() == counted.height > 0


def test_every_field_counts_every_row_of_its_table_then_and_now(published: Path, frames: Frames) -> None:
    fewer = frames | {"citizens": frames["citizens"].head(1)}
    counted = distribution(published, fewer)
    sums = counted.group_by("dataset", "field").agg(pl.col("earlier", "present").sum())
    assert set(sums.rows()) == {
        (dataset, field.name, frames[field.table.name].height, fewer[field.table.name].height)
        for dataset, fields in FIELDS.items()
        for field in fields
    }


def test_a_field_that_an_older_file_does_not_have_is_not_compared(published: Path, frames: Frames) -> None:
    with duckdb.connect(str(published)) as connection:
        connection.execute("DROP VIEW cong_dan; ALTER TABLE citizens DROP COLUMN phone")
    counted = distribution(published, frames).filter(dataset="citizens")
    without = counted.filter(pl.col("earlier").is_null())["field"].unique().to_list()
    assert without == ["phone_given"]


def test_an_earlier_file_that_cannot_be_read_is_told(tmp_path: Path, frames: Frames) -> None:
    broken = tmp_path / "10231.duckdb"
    shutil.copy(__file__, broken)
    with pytest.raises(UnusableInput):
        distribution(broken, frames)
