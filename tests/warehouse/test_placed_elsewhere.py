"""Rows placed here that another new commune, which took a share of the same old one, has published too."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.communes import MergerMap
from pipelines.warehouse.placed_elsewhere import SCHEMA, placed_elsewhere
from pipelines.warehouse.versions import published_file

Frames = dict[str, pl.DataFrame]
HERE, THERE = "09988", "04930"
"""Both took people and land of the old commune 04936."""
SHARED = "04936"


@pytest.fixture
def published_there(tmp_path: Path, frames: Frames, publish_frames: Callable[[Path, Frames], Path]) -> Path:
    """The data folder in which the other commune published its trial."""
    of_shared = {
        name: frames[name].with_columns(old_commune_code=pl.lit(SHARED))
        for name in ("citizen_sources", "parcel_sources")
    }
    made = publish_frames(tmp_path / "made", frames | of_shared)
    target = published_file(tmp_path, "trial", THERE)
    target.parent.mkdir(parents=True)
    made.rename(target)
    return tmp_path


def rows(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"record_id": ids}, schema={"record_id": pl.String})


def test_the_communes_of_this_test_share_an_old_one() -> None:
    for dataset in ("citizens", "parcels"):
        assert {HERE, THERE} <= set(MergerMap.shipped().takers(dataset)[SHARED])


def test_a_row_that_stands_there_too_is_found(published_there: Path, frames: Frames) -> None:
    (known, *_) = frames["parcel_sources"]["record_id"]
    sources = {"citizens": rows("new"), "parcels": rows("new", known)}
    found = placed_elsewhere(published_there, "trial", HERE, sources)
    assert found.rows.schema == SCHEMA
    assert found.rows.rows() == [(known, "parcels", THERE)]
    assert found.old_communes == [SHARED]


@pytest.mark.parametrize(("mode", "code"), [("official", HERE), ("trial", THERE), ("trial", "10231")])
def test_only_other_communes_that_share_an_old_one_are_looked_at_in_the_same_mode(
    published_there: Path, frames: Frames, mode: str, code: str
) -> None:
    sources = {"citizens": frames["citizen_sources"], "parcels": frames["parcel_sources"]}
    found = placed_elsewhere(published_there, mode, code, sources)
    assert (found.rows.height, found.old_communes) == (0, [])


def test_a_warehouse_that_cannot_be_read_says_nothing(published_there: Path, frames: Frames) -> None:
    published_file(published_there, "trial", THERE).write_bytes(b"no warehouse")
    sources = {"citizens": frames["citizen_sources"], "parcels": frames["parcel_sources"]}
    assert placed_elsewhere(published_there, "trial", HERE, sources).rows.is_empty()
