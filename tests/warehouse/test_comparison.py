"""Two published files side by side: what differs is named and counted, and no value of a row is told."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.warehouse.comparison import compare
from pipelines.warehouse.manifest import as_table

Frames = dict[str, pl.DataFrame]
Publish = Callable[[Path, Frames], Path]


def with_entries(frames: Frames, **keys: str) -> Frames:
    """The sample with other manifest entries; a double underscore in a key is a dot."""
    named = {key.replace("__", "."): value for key, value in keys.items()}
    return frames | {"manifest": as_table(dict(frames["manifest"].iter_rows()) | named)}


@pytest.fixture
def other(tmp_path: Path, publish_frames: Publish) -> Callable[[Frames], Path]:
    return lambda frames: publish_frames(tmp_path / "other", frames)


def test_two_runs_of_the_same_are_equal_whatever_their_ids(
    published: Path, frames: Frames, other: Callable[[Frames], Path]
) -> None:
    assert compare(published, other(with_entries(frames, run_id="another", started_at="later"))) == []


def test_tables_that_differ_are_counted_from_both_sides(
    published: Path, frames: Frames, other: Callable[[Frames], Path]
) -> None:
    people = frames["citizens"].with_columns(
        full_name=pl.when(pl.col("citizen_id") == "citizen 1").then(pl.lit("SECRET")).otherwise("full_name")
    )
    found = compare(published, other(frames | {"citizens": people, "links": frames["links"].head(1)}))
    assert found == [
        "Khác ở bảng citizens: 1 dòng chỉ có ở tệp thứ nhất, 1 dòng chỉ có ở tệp thứ hai.",
        "Khác ở bảng links: 2 dòng chỉ có ở tệp thứ nhất, 0 dòng chỉ có ở tệp thứ hai.",
    ]


def test_other_ids_of_the_same_rows_are_told_apart_from_content(
    published: Path, frames: Frames, other: Callable[[Frames], Path]
) -> None:
    named = {
        name: frame.with_columns(pl.col(pl.String).replace("citizen 1", "citizen 9")) for name, frame in frames.items()
    }
    assert compare(published, other(named)) == ["Khác ở mã: 1 dòng nguồn mang mã thực thể khác nhau."]


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ({"model_sha256__citizens": "x"}, "mô hình đối sánh công dân khác nhau"),
        ({"settings__parcels": "x"}, "thiết lập đối sánh thửa đất khác nhau"),
        ({"decisions_sha256": "x"}, "quyết định của cán bộ khác nhau"),
        ({"code_sha256": "x"}, "mã nguồn của chương trình khác nhau"),
        ({"rules_sha256": "x"}, "bộ quy tắc kiểm tra khác nhau"),
        ({"reference_sha256__merger_map": "x"}, "bảng sáp nhập xã khác nhau"),
        ({"input_sha256__10231/so_moi.csv": "x"}, "tệp «10231/so_moi.csv» chỉ có ở tệp thứ hai"),
        ({"requirements": json.dumps(["polars==9"])}, "gói «polars» chỉ có ở tệp thứ hai"),
        ({"mode": "official"}, "chế độ công bố"),
    ],
)
def test_what_they_were_made_from_is_named(
    published: Path, frames: Frames, other: Callable[[Frames], Path], keys: dict[str, str], named: str
) -> None:
    (difference,) = compare(published, other(with_entries(frames, **keys)))
    assert named in difference
