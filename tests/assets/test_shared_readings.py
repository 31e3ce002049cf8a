"""Which runs keep what they read of old communes that went into several new ones, and which takes it away."""

from pathlib import Path

import dagster as dg

from assets.deployment import Deployment
from assets.holding import hold
from assets.linking import BACKFILL_TAG, source_rows
from assets.parquet_io import ParquetIOManager
from assets.run_settings import RunSettings
from pipelines.ingest.shared import shared_folder
from pipelines.protection.locking import BATCH


def test_what_is_read_of_divided_communes_is_kept_while_many_new_ones_are_worked_on(tmp_path: Path) -> None:
    file = tmp_path / "exports" / "04936" / "cong_dan.csv"
    file.parent.mkdir(parents=True)
    file.write_text("ho_ten,ngay_sinh\nNguyễn Văn A,17/05/1990\n", encoding="utf-8")

    def kept_by_a_run(**tags: str) -> bool:
        deployment = Deployment(data=str(tmp_path), exports="", settings=RunSettings())
        dg.materialize(
            [source_rows],
            partition_key="09988 Hòa Lạc",
            resources={"deployment": deployment, "io_manager": ParquetIOManager(deployment=deployment)},
            tags=tags,
        )
        return shared_folder(tmp_path).exists()

    assert not kept_by_a_run()
    assert kept_by_a_run(**{BACKFILL_TAG: "of two communes"})
    assert not kept_by_a_run()
    with hold(tmp_path, BATCH, "hopnhat run"):
        assert kept_by_a_run()
    assert not kept_by_a_run()
