"""The asset that tells of the source files, before anything is linked: what was read, kept apart, and has no place."""

import dagster as dg
import polars as pl

from assets.addresses import source_report_address
from assets.asset_pages import page_of
from assets.deployment import Deployment
from assets.describing import described
from assets.occasion import now
from assets.parquet_io import Tables
from assets.partitions import commune_of
from assets.plain_words import in_plain_words
from pipelines.reports.source_report import write_source_report

_AT_ONCE = {"dagster/priority": "1"}
"""It reads what the last step of a publication takes away."""


@dg.asset(
    **described(
        "buoc_2_chuan_hoa",
        "Kiểm tra tệp nguồn",
        "Từng tệp nguồn: đọc được bao nhiêu, dòng nào giữ riêng và vì sao, dòng nào chưa xếp được vào xã mới.",
        "File by file: what was read, which lines are kept apart and why, which rows have no place yet.",
        "html",
    ),
    op_tags=_AT_ONCE,
)
@in_plain_words
def source_report(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    source_rows: Tables,
    citizen_records: pl.DataFrame,
    parcel_records: pl.DataFrame,
) -> dg.MaterializeResult:
    """Write the page of the source files."""
    commune = commune_of(context)
    tables = write_source_report(
        deployment.reports_dir,
        commune,
        now().isoformat(timespec="seconds"),
        source_rows["files"],
        source_rows["quarantine"],
        {"citizens": citizen_records, "parcels": parcel_records},
        source_rows["warnings"]["sentence"].to_list(),
    )
    figures = {
        "Tệp có dòng giữ riêng": sum(table.quarantined > 0 for table in tables),
        "Bản ghi giữ riêng": sum(table.quarantined for table in tables),
        "Bản ghi chưa xếp được": sum(table.unplaced or 0 for table in tables),
    }
    context.log.info(
        f"Kiểm tra {len(tables)} tệp nguồn: {figures['Bản ghi giữ riêng']} bản ghi giữ riêng, "
        f"{figures['Bản ghi chưa xếp được']} bản ghi chưa xếp được."
    )
    page = dg.MetadataValue.url(source_report_address(commune.code))
    return dg.MaterializeResult(metadata={**page_of(context, deployment, figures), "Trang kiểm tra tệp nguồn": page})
