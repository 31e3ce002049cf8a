"""What an asset's page tells of its last run: figures under Vietnamese names, how they moved in this commune, and the
ways to the report and the review workbook.

Dagster draws every number of these as a plot, over the communes or over time; over time it mixes the communes, so that
how the figures of one commune moved is told here. What does not belong here: what an asset is (`describing`), what its
columns mean (`columns`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dagster as dg

from assets.addresses import report_address, workbook_address
from assets.deployment import Deployment
from pipelines.reports.languages import VIETNAMESE
from pipelines.reports.pages import PAGES
from pipelines.warehouse.versions import Mode

Figures = Mapping[str, int | float | str]
"""What is told, by its Vietnamese name; numbers are drawn as plots."""

TREND: Final = "Diễn biến ở xã này"
WORKBOOK: Final = "Sổ xem xét"
_RUNS: Final = 8
"""Runs that a trend looks back to, this one included."""
_BARS: Final = "▁▂▃▄▅▆▇█"
_TITLES: Final = {page.name: page.title for page in PAGES}


def page_of(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    figures: Figures,
    *reports: str,
    workbook: bool = False,
) -> dict[str, dg.MetadataValue[Any]]:
    """The metadata of what a step makes: its figures, how they moved in this commune, and links to these pages of the
    commune's report, and to the review workbook where there are cases to be answered."""
    place = (context.asset_key.path[-1], context.partition_key)
    return page(context.instance, *place, deployment.mode, figures, *reports, workbook=workbook)


def page(
    instance: dg.DagsterInstance,
    asset: str,
    partition: str,
    mode: Mode,
    figures: Figures,
    *reports: str,
    workbook: bool = False,
) -> dict[str, dg.MetadataValue[Any]]:
    """The same of what a command changes without a run."""
    code = partition.split(" ", 1)[0]
    told: dict[str, dg.MetadataValue[Any]] = {name: _figure(figure) for name, figure in figures.items()}
    if trend := _trend(figures, _earlier(instance, asset, partition)):
        told[TREND] = dg.MetadataValue.md(trend)
    for report in reports:
        told[f"Báo cáo: {_TITLES[report]}"] = dg.MetadataValue.url(report_address(mode, code, f"{report}.html"))
    if workbook:
        told[WORKBOOK] = dg.MetadataValue.url(workbook_address(code))
    return told


def _figure(figure: float | str) -> dg.MetadataValue[Any]:
    if isinstance(figure, str):
        return dg.MetadataValue.text(figure)
    return dg.MetadataValue.int(figure) if isinstance(figure, int) else dg.MetadataValue.float(figure)


def _earlier(instance: dg.DagsterInstance, asset: str, partition: str) -> list[Mapping[str, object]]:
    """The figures of this commune's earlier runs, oldest first."""
    asked = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[partition])
    found = instance.fetch_materializations(asked, limit=_RUNS - 1).records
    events = (record.asset_materialization for record in reversed(found))
    return [{name: entry.value for name, entry in event.metadata.items()} for event in events if event]


def _trend(figures: Figures, earlier: Sequence[Mapping[str, object]]) -> str:
    """A table of the numbers that moved in the last runs: the one before, the difference, and a line of bars; a
    sentence when none did, and nothing of a first run."""
    told, rows = False, []
    for name, now in figures.items():
        past = [value for one in earlier if isinstance(value := one.get(name), int | float)]
        if past and isinstance(now, int | float):
            told = True
            if set(past) != {now}:
                difference = (
                    f"{'+' if now > past[-1] else '−' if now < past[-1] else '±'}{_number(abs(now - past[-1]))}"
                )
                rows.append(f"|{name}|{_number(past[-1])}|{difference}|{_bars([*past, now])}|")
    if not rows:
        return f"Không chỉ số nào thay đổi qua {len(earlier) + 1} lần gần đây." if told else ""
    return "\n".join(["|Chỉ số|Lần trước|Chênh|Gần đây|", "|---|---|---|---|", *rows])


def _number(value: float) -> str:
    return str(VIETNAMESE.whole(value) if isinstance(value, int) else VIETNAMESE.decimal(value))


def _bars(values: Sequence[float]) -> str:
    """Each value as a bar between the smallest and the largest, which differ."""
    low, high = min(values), max(values)
    return "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in values)
