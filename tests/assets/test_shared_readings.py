"""Which runs keep what they read of old communes that went into several new ones, and which takes it away."""

from pathlib import Path

import dagster as dg
import pytest

from assets.backfills import BACKFILL_TAG
from assets.deployment import Deployment
from assets.holding import hold
from assets.linking import source_rows
from assets.parquet_io import ParquetIOManager
from assets.run_settings import RunSettings
from pipelines.ingest.shared import shared_folder
from pipelines.protection.locking import BATCH
from pipelines.reports.overview import overview_file


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def kept_by_a_run(tmp_path: Path, instance: dg.DagsterInstance):
    file = tmp_path / "exports" / "04936" / "cong_dan.csv"
    file.parent.mkdir(parents=True)
    file.write_text("ho_ten,ngay_sinh\nNguyễn Văn A,17/05/1990\n", encoding="utf-8")

    def kept(**tags: str) -> bool:
        deployment = Deployment(data=str(tmp_path), exports="", settings=RunSettings())
        dg.materialize(
            [source_rows],
            partition_key="09988 Hòa Lạc",
            resources={"deployment": deployment, "io_manager": ParquetIOManager(deployment=deployment)},
            tags=tags,
            instance=instance,
        )
        return shared_folder(tmp_path).exists()

    return kept


def test_what_is_read_of_divided_communes_is_kept_while_many_new_ones_are_worked_on(tmp_path, kept_by_a_run):
    assert not kept_by_a_run()
    with hold(tmp_path, BATCH, "hopnhat run"):
        assert kept_by_a_run()
    assert not kept_by_a_run()


def test_the_last_run_of_a_backfill_takes_it_away_and_each_makes_the_page_over_all(tmp_path, kept_by_a_run, instance):
    one_of_two = {BACKFILL_TAG: "of two communes"}
    to_come = dg.DagsterRun(job_name="chay_thu", tags=one_of_two, status=dg.DagsterRunStatus.STARTED)
    instance.add_run(to_come)
    assert kept_by_a_run(**one_of_two)
    page = overview_file(tmp_path, "trial")
    assert page.is_file()
    page.unlink()
    instance.delete_run(to_come.run_id)
    assert not kept_by_a_run(**one_of_two)
    assert page.is_file()
