"""Which of a person's residences is the latest, as far as registers tell."""

import datetime as dt

import polars as pl
import pytest

from pipelines.across.residences import residences

OLD, NEW = dt.date(2015, 1, 1), dt.date(2020, 1, 1)


@pytest.mark.parametrize(
    ("places", "latest"),
    [
        ([("present", OLD), ("present", NEW)], [False, True]),
        ([("moved", NEW), ("present", OLD)], [False, True]),
        ([("moved", NEW), ("unknown", None)], [False, True]),
        ([("moved", NEW), ("present", OLD), ("present", NEW)], [False, False, True]),
        ([("dead", NEW), ("present", OLD)], [True, False]),
        ([("present", OLD), ("present", OLD)], [None, None]),
        ([("present", OLD), ("present", None)], [None, None]),
        ([("moved", OLD), ("moved", NEW)], [None, None]),
    ],
)
def test_the_latest_residence(places, latest):
    rows = [("one", f"{at}", *place) for at, place in enumerate(places)]
    people = pl.DataFrame(
        [*rows, ("alone", "9", "present", NEW)],
        schema={"group": pl.String, "record_id": pl.String, "status": pl.String, "updated_on": pl.Date},
        orient="row",
    )
    found = residences(people)
    assert found["record_id"].to_list() == [row[1] for row in rows]
    assert found["is_latest"].to_list() == latest
    assert found["reason"].null_count() == 0
