"""The asset of Bảng 01: a new number for every old map sheet of one new commune."""

import dagster as dg
import polars as pl

from assets.asset_pages import page_of
from assets.deployment import Deployment
from assets.describing import described
from assets.figures import of_sheets
from assets.linking import LEDGER, refuse_changed
from assets.parquet_io import Tables
from assets.partitions import commune_of
from assets.plain_words import in_plain_words
from pipelines.ingest.references import SHEET_MAP
from pipelines.parcels.sheet_choices import SheetChoices
from pipelines.parcels.sheet_ledger import NAME, keep_sheets, known_sheets
from pipelines.parcels.sheets import sheet_map as number_sheets
from pipelines.review.cases import sheet_cases
from pipelines.warehouse.versions import LEDGER_RUN, LEDGER_TICKET, all_files, was_published


@dg.asset(
    **described(
        "buoc_4_hop_nhat",
        "Bảng 01: số tờ bản đồ mới",
        "Số mới của từng tờ bản đồ cũ. Xã giữ trụ sở giữ số tờ, các xã khác đánh tiếp; số đã cấp không đổi.",
        "The new number of every old map sheet; numbers once published never move.",
        "polars",
    )
)
@in_plain_words
def sheet_map(
    context: dg.AssetExecutionContext, deployment: Deployment, source_rows: Tables, parcel_records: pl.DataFrame
) -> Tables:
    """Number the map sheets of the placed parcels."""
    code, data = commune_of(context).code, deployment.data_dir
    known = known_sheets(deployment.ledger_dir, code, was_published(data, code), all_files(data, code))
    choices = SheetChoices.read(deployment.reference_dir / SHEET_MAP)
    refuse_changed(source_rows, SHEET_MAP, choices.sha256)
    found = number_sheets(parcel_records.filter(placement="placed"), code, known, choices)
    ticket = keep_sheets(deployment.ledger_dir, code, found.numbered, known, context.run.run_id)
    by = dict(found.table["assigned_by"].value_counts().iter_rows())
    in_question = found.in_question["sheet"].n_unique()
    context.log.info(
        f"Bảng 01 có {found.table.height} tờ: {by.get('rule', 0)} theo quy tắc, {by.get('late', 0)} đến sau, "
        f"{by.get('officer', 0)} do cán bộ ghi; {in_question} việc cần xem."
    )
    context.add_output_metadata(
        page_of(context, deployment, of_sheets(found.table, in_question), "land", workbook=True)
    )
    if found.idle:
        context.log.warning(f"Có {found.idle} dòng của «{SHEET_MAP}» không khớp tờ nào: chưa có tờ ấy, hoặc ghi nhầm.")
    facts = [(f"{LEDGER_RUN}{NAME}", context.run.run_id), (f"{LEDGER_TICKET}{NAME}", ticket)]
    return Tables(
        {
            "sheet_map": found.table,
            "review_queue": sheet_cases(found.in_question),
            LEDGER: pl.DataFrame(facts, schema=["key", "value"], orient="row"),
        }
    )
