"""What an asset's page tells of its last run, and of the runs of the same commune before it."""

import dagster as dg
import pytest

from assets.asset_pages import TREND, WORKBOOK, page_of
from assets.deployment import Deployment
from assets.partitions import new_communes
from assets.run_settings import RunSettings

HERE, THERE = "10231 Thượng Phúc", "09988 Hòa Lạc"


@pytest.fixture
def told(tmp_path):
    """Materialises an asset with these figures; gives its metadata."""
    deployment = Deployment(data=str(tmp_path), exports="", settings=RunSettings())
    instance = dg.DagsterInstance.ephemeral()

    def tell(figures, partition=HERE):
        @dg.asset(partitions_def=new_communes(), name="people")
        def people(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            return dg.MaterializeResult(metadata=page_of(context, deployment, figures, "merges", workbook=True))

        dg.materialize([people], partition_key=partition, instance=instance)
        event = instance.get_latest_materialization_event(dg.AssetKey("people"))
        return {name: entry.value for name, entry in event.asset_materialization.metadata.items()}

    return tell


def test_figures_come_first_then_the_ways_to_report_and_workbook(told):
    page = told({"Số người": 6019, "Ngưỡng": 8.5, "Mô hình": "citizens-10231"})
    assert list(page.items()) == [
        ("Số người", 6019),
        ("Ngưỡng", 8.5),
        ("Mô hình", "citizens-10231"),
        ("Báo cáo: Dòng đã gộp", "/bao-cao/trial/10231/merges.html"),
        (WORKBOOK, "/so-xem-xet/10231.xlsx"),
    ]


def test_trend_is_that_of_this_commune_alone(told):
    told({"Số người": 5000})
    told({"Số người": 9}, THERE)
    told({"Số người": 6004, "Số hộ": 1})
    _, _, *rows = told({"Số người": 6019, "Số hộ": 1, "Mới": 3})[TREND].splitlines()
    assert rows == ["|Số người|6.004|+15|▁██|"]


def test_trend_says_when_nothing_moved(told):
    for _ in range(2):
        told({"Số người": 6019})
    assert told({"Số người": 6019})[TREND] == "Không chỉ số nào thay đổi qua 3 lần gần đây."


def test_first_run_of_a_commune_has_no_trend(told):
    told({"Số người": 5000})
    assert TREND not in told({"Số người": 9}, THERE)
