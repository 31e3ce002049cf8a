"""What the steps hand on is Parquet by our own writer: Dagster's default would pickle it into files for everybody."""

import pickletools

from assets.parquet_io import ParquetIOManager


def _is_pickle(content):
    """Whether a file can be unpickled from its first byte to its last."""
    try:
        return content[:1] == b"\x80" and [code for code, _, _ in pickletools.genops(content)][-1].name == "STOP"
    except ValueError:
        return False


def test_no_asset_has_another_writer_than_ours():
    from assets.definitions import defs

    job = defs.resolve_job_def("chay_thu")
    assert type(defs.resources["io_manager"]) is ParquetIOManager
    assert {output.io_manager_key for node in job.nodes for output in node.definition.output_defs} == {"io_manager"}


def test_a_run_leaves_no_pickle(sample_run):
    files = [path for path in sample_run.data.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path.name for path in files if _is_pickle(path.read_bytes())] == []
    assert not (sample_run.data / "dagster" / "storage").exists()


def test_a_pickle_would_be_found():
    import pickle

    assert _is_pickle(pickle.dumps({"ho_ten": "An"}))
    assert not _is_pickle(b"PAR1\x80")
