"""Which value stands in the golden record, by which rule, and what lost."""

from datetime import date

import polars as pl
import pytest

from pipelines.linkage.survivorship import Field, survive

COLOUR = Field("colour", ("colour",), pl.col("colour"), pl.col("exact"))
OLD, NEW = date(2015, 1, 1), date(2020, 1, 1)


def records(*rows: tuple[str | None, int, date | None, int]) -> pl.DataFrame:
    """Records r0, r1, … of one cluster: colour, exactness, update, fullness."""
    schema = {"colour": pl.String, "exact": pl.Int64, "updated_on": pl.Date, "fullness": pl.Int64}
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .with_row_index("n")
        .with_columns(cluster=pl.lit("r0"), record_id=pl.format("r{}", "n"))
    )


@pytest.mark.parametrize(
    ("rows", "colour", "rule"),
    [
        ([("red", 1, NEW, 9), ("red", 1, NEW, 9), ("blue", 2, OLD, 1)], "blue", "most_exact"),
        ([("red", 1, NEW, 9), ("blue", 1, OLD, 1), ("blue", 1, OLD, 1)], "blue", "most_rows"),
        ([("red", 1, OLD, 9), ("blue", 1, NEW, 1)], "blue", "newest"),
        ([("red", 1, None, 9), ("blue", 1, OLD, 1)], "blue", "newest"),
        ([("red", 1, NEW, 1), ("blue", 1, NEW, 9)], "blue", "fullest_row"),
        ([("red", 1, NEW, 9), ("blue", 1, NEW, 9)], "red", "row_order"),
        ([(None, 9, NEW, 9), ("blue", 1, OLD, 1), ("red", 0, NEW, 9)], "blue", "most_exact"),
    ],
)
def test_the_rules_in_their_order(rows: list, colour: str, rule: str) -> None:
    for reversed_too in (records(*rows), records(*rows).reverse()):
        golden, provenance = survive(reversed_too, [COLOUR])
        assert golden.rows() == [("r0", colour)]
        line = provenance.row(0, named=True)
        assert (line["field"], line["rule"]) == ("colour", rule)
        assert line["other_values"] == ["red" if colour == "blue" else "blue"]
        winner = records(*rows).filter(record_id=line["record_id"])
        assert winner["colour"].to_list() == [colour]


def test_agreement_leaves_no_provenance_and_a_single_record_survives_as_it_is() -> None:
    agreed = records(("red", 1, OLD, 1), (None, 1, NEW, 9), ("red", 1, NEW, 2))
    alone = records(("blue", 0, None, 0)).with_columns(cluster=pl.lit("z"), record_id=pl.lit("z"))
    golden, provenance = survive(pl.concat([agreed, alone]), [COLOUR])
    assert golden.rows() == [("r0", "red"), ("z", "blue")]
    assert provenance.is_empty()


def test_columns_of_a_field_come_from_one_record() -> None:
    pair = Field("place", ("street", "house"), pl.col("street"), pl.lit(0))
    rows = records(("x", 0, OLD, 1), ("x", 0, NEW, 1)).with_columns(
        street=pl.Series(["A", "B"]), house=pl.Series(["1", None])
    )
    golden, _ = survive(rows, [pair])
    assert golden.rows() == [("r0", "B", None)]


def test_a_field_that_no_record_has_is_null() -> None:
    golden, provenance = survive(records((None, 0, OLD, 1), (None, 0, NEW, 1)), [COLOUR])
    assert golden.rows() == [("r0", None)]
    assert provenance.is_empty()
