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
from assets.partitions import commune_of
from pipelines.reports.languages import VIETNAMESE
from pipelines.reports.pages import PAGES

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
    """The metadata of a materialisation: its figures, how they moved in this commune, and links to these pages of the
    commune's report, and to the review workbook where there are cases to be answered."""
    code = commune_of(context).code
    told: dict[str, dg.MetadataValue[Any]] = {name: _figure(figure) for name, figure in figures.items()}
    if trend := _trend(figures, _earlier(context)):
        told[TREND] = dg.MetadataValue.md(trend)
    for page in reports:
        address = report_address(deployment.mode, code, f"{page}.html")
        told[f"Báo cáo: {_TITLES[page]}"] = dg.MetadataValue.url(address)
    if workbook:
        told[WORKBOOK] = dg.MetadataValue.url(workbook_address(code))
    return told


def _figure(figure: float | str) -> dg.MetadataValue[Any]:
    if isinstance(figure, str):
        return dg.MetadataValue.text(figure)
    return dg.MetadataValue.int(figure) if isinstance(figure, int) else dg.MetadataValue.float(figure)


def _earlier(context: dg.AssetExecutionContext) -> list[Mapping[str, object]]:
    """The figures of this commune's earlier runs, oldest first."""
    asked = dg.AssetRecordsFilter(context.asset_key, asset_partitions=[context.partition_key])
    found = context.instance.fetch_materializations(asked, limit=_RUNS - 1).records
    events = (record.asset_materialization for record in reversed(found))
    return [{name: entry.value for name, entry in event.metadata.items()} for event in events if event]


def _trend(figures: Figures, earlier: Sequence[Mapping[str, object]]) -> str:
    """A table of the numbers that earlier runs told too: before, now, the difference, and a line of bars."""
    rows = []
    for name, now in figures.items():
        past = [value for one in earlier if isinstance(value := one.get(name), int | float)]
        if past and isinstance(now, int | float):
            difference = f"{'+' if now > past[-1] else '−' if now < past[-1] else '±'}{_number(abs(now - past[-1]))}"
            rows.append(f"|{name}|{_number(past[-1])}|{_number(now)}|{difference}|{_bars([*past, now])}|")
    return "\n".join(["|Chỉ số|Trước|Nay|Chênh|Gần đây|", "|---|---|---|---|---|", *rows]) if rows else ""


def _number(value: float) -> str:
    return str(VIETNAMESE.whole(value) if isinstance(value, int) else VIETNAMESE.decimal(value))


def _bars(values: Sequence[float]) -> str:
    """Each value as a bar between the smallest and the largest."""
    low, high = min(values), max(values)
    step = (high - low) / (len(_BARS) - 1) or 1.0
    return "".join(_BARS[round((value - low) / step)] if high > low else _BARS[3] for value in values)
