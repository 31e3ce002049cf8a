"""What the assets' pages tell after the sample was unified."""

import dagster as dg
import pytest

from assets.columns import COLUMNS
from assets.definitions import defs
from pipelines.reports.commune_states import State


@pytest.fixture
def told(sample_run, dagster_of):
    """What each asset of a commune tells of itself and of its last run, by name."""
    graph = defs.resolve_asset_graph()
    with dagster_of(sample_run.data) as instance:
        events = {
            key.to_user_string(): instance.get_latest_materialization_event(key)
            for key in graph.get_all_asset_keys() - {dg.AssetKey("across_communes")}
        }
    return {
        name: dict(graph.get(dg.AssetKey(name)).metadata) | (event.asset_materialization.metadata if event else {})
        for name, event in events.items()
    }


def test_every_table_and_column_is_described(told):
    listed = {name: metadata[COLUMNS].schema.columns for name, metadata in told.items() if COLUMNS in metadata}
    assert len(listed) > 12
    missing = [(name, column.name) for name, columns in listed.items() for column in columns if not column.description]
    assert missing == []


def test_every_step_tells_a_figure_and_the_way_to_the_report(told):
    steps = {name: metadata for name, metadata in told.items() if name not in {"merger_map", "commune_exports"}}
    numbers = (dg.IntMetadataValue, dg.FloatMetadataValue)
    assert [
        name for name, page in steps.items() if not any(isinstance(value, numbers) for value in page.values())
    ] == []
    addresses = {
        name: [entry for entry in page.values() if isinstance(entry, dg.UrlMetadataValue)]
        for name, page in steps.items()
    }
    assert [name for name, found in addresses.items() if not found] == []
    assert all(entry.url.startswith(("/bao-cao/", "/so-xem-xet/")) for found in addresses.values() for entry in found)


def test_state_of_the_commune_is_that_after_publication(told):
    state = told["commune_state"]
    assert state["Trạng thái"].value == f"{State.TRIAL.sign} {State.TRIAL.word}"
    assert state["Bản chạy thử"].value == told["published_warehouse"]["Phiên bản"].value == "trial-1"
