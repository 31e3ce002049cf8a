"""The IO manager: files for the owner alone, whole or not at all, and metadata without a value of a row."""

import stat

import dagster as dg
import polars as pl
import pytest
from dagster._core.types.dagster_type import resolve_dagster_type

from assets.deployment import Deployment
from assets.parquet_io import ParquetIOManager, Tables
from assets.run_settings import RunSettings

KEY = "10231 Thượng Phúc"
FRAME = pl.DataFrame({"ho_ten": ["Canary One", "Canary Two"], "so": [1, None]})


@pytest.fixture
def manager(tmp_path):
    return ParquetIOManager(deployment=Deployment(data=str(tmp_path), exports="", settings=RunSettings()))


def _out(name="rows"):
    return dg.build_output_context(asset_key=dg.AssetKey(name), partition_key=KEY)


def _in(kind, name="rows"):
    return dg.build_input_context(
        asset_key=dg.AssetKey(name), partition_key=KEY, dagster_type=resolve_dagster_type(kind)
    )


def test_frame_comes_back_as_it_was(manager):
    manager.handle_output(_out(), FRAME)
    assert manager.load_input(_in(pl.DataFrame)).equals(FRAME)


def test_tables_come_back_as_they_were(manager):
    other = pl.DataFrame({"x": [[{"key": "a", "value": "b"}]]})
    manager.handle_output(_out(), Tables({"one": FRAME, "other": other}))
    found = manager.load_input(_in(Tables))
    assert sorted(found) == ["one", "other"]
    assert found["one"].equals(FRAME)
    assert found["other"].equals(other)


def test_tables_that_are_on_disk_are_not_held_in_memory(manager):
    """Dagster keeps what every step returned until the job ends, where both run in one process."""
    handed_on = Tables({"one": FRAME})
    manager.handle_output(_out(), handed_on)
    assert handed_on["one"] is not FRAME
    assert handed_on["one"].equals(FRAME)


def test_tables_of_an_earlier_run_do_not_stay(manager):
    manager.handle_output(_out(), Tables({"one": FRAME, "gone": FRAME}))
    manager.handle_output(_out(), Tables({"one": FRAME}))
    assert list(manager.load_input(_in(Tables))) == ["one"]


def test_files_are_for_the_owner_alone(manager, tmp_path):
    """Also under a loose umask, as the UI's processes may have."""
    manager.handle_output(_out(), Tables({"one": FRAME, "two": FRAME}))
    files = list(tmp_path.rglob("*.parquet"))
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in files} == {0o700}


def test_half_a_write_leaves_the_earlier_one_whole(manager, tmp_path):
    manager.handle_output(_out(), Tables({"one": FRAME, "two": FRAME}))

    class Broken(Tables):
        def items(self):
            yield "one", FRAME.head(1)
            raise OSError("disk full")

    with pytest.raises(dg.Failure, match="OSError"):
        manager.handle_output(_out(), Broken({}))
    found = manager.load_input(_in(Tables))
    assert sorted(found) == ["one", "two"]
    assert found["one"].equals(FRAME)
    manager.handle_output(_out(), Tables({"one": FRAME}))  # what was left does not stand in the way
    assert [path.name for path in (tmp_path / "scratch" / "trial" / "10231").iterdir()] == ["rows"]


@pytest.mark.parametrize("made", [FRAME, Tables({"one": FRAME, "two": FRAME})])
def test_metadata_holds_counts_and_columns_alone(manager, made):
    context = _out()
    manager.handle_output(context, made)
    (listed,) = context.get_logged_metadata().values()
    told = [(column.name, column.type, column.description) for column in listed.schema.columns]
    names = ["one", "two"] if isinstance(made, Tables) else ["rows"]
    columns = [("ho_ten", "String", "Họ và tên / Full name"), ("so", "Int64", None)]
    assert told == [
        row
        for name in names
        for row in [(name, "2 dòng", None), *((f"{name}.{column}", *rest) for column, *rest in columns)]
    ]
    assert "Canary" not in repr(listed)
