"""Files that arrive, as Dagster sees them: a sensor that looks at the drop folder and asks for runs of exactly the new
communes concerned, and a trial of every commune by night. Both are off until somebody turns them on.

What is done with a file does not belong here: see `pipelines.arrival`.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import dagster as dg

from assets.acting import ActOnRecord
from assets.addresses import receipt_address
from assets.holding import hold
from assets.jobs import JOBS, LINK_AGAIN, PUBLISHING
from assets.occasion import now
from assets.partitions import new_communes
from assets.plain_words import told
from assets.reporting import write_start_page
from pipelines.arrival.look import Look, look
from pipelines.arrival.receipts import FileVerdict, Receipt, later_than
from pipelines.communes import MergerMap
from pipelines.ingest.sources import paths_by_commune
from pipelines.reports.labels import DATASETS, word
from pipelines.reports.privacy import mask_names_of_files
from pipelines.reports.receipt_page import OUTCOMES, summed_up

RECEIPT_TAG: Final = "bien_nhan"
"""Tells by which receipt a run was asked for."""
_ASKED_FOR: Final = [job for job in JOBS if job.name in {PUBLISHING["trial"], LINK_AGAIN}]


@dg.sensor(
    jobs=_ASKED_FOR,
    minimum_interval_seconds=15,
    description="Xem thư mục nhận: đợi tệp chép xong, kiểm tra ngay, đưa vào đúng chỗ, lập biên nhận, rồi yêu cầu chạy "
    "thử đúng những xã, phường mới có tệp ấy, mỗi xã một lần. Không bao giờ xóa tệp nào, không công bố chính thức. "
    "(Looks at the drop folder: waits until files are whole, checks them, puts them in their place, writes a receipt, "
    "and asks for a trial of exactly the new communes concerned, once. It deletes nothing and publishes nothing "
    "officially.)",
)
def tep_moi_den(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Look once, and tell of every receipt that was not told of yet."""
    data = _data()
    partitions = _partitions()
    try:
        found = look(
            data,
            data / "exports",
            at=now(),
            hold=lambda code: hold(data, code, "nhận tệp", patience=0),
            communes=partitions.keys(),
        )
        receipts = later_than(data, context.cursor or "")
    except Exception as problem:
        sentence, _ = told("tep_moi_den", problem)
        raise dg.Failure(mask_names_of_files(sentence)) from None
    if not receipts:
        return dg.SensorResult(skip_reason=_why_nothing(found))
    for receipt in receipts:
        _put_on_record(data, receipt)
    with suppress(OSError):  # the files are in their places and on record
        write_start_page(data)
    requests = [request for receipt in receipts for request in _requests(receipt, partitions)]
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else " ".join(_told(receipt) for receipt in receipts),
        cursor=receipts[-1].id,
        asset_events=[event for receipt in receipts for event in _events(receipt, partitions)],
    )


@dg.schedule(
    cron_schedule="0 1 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    target=next(job for job in JOBS if job.name == PUBLISHING["trial"]),
    description="Một giờ sáng hằng ngày: chạy thử mọi xã, phường mới đã có tệp. Không công bố chính thức. "
    "(At one in the morning: a trial of every new commune of which there are exports. Nothing is published "
    "officially.)",
)
def chay_thu_hang_dem(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for a trial of each commune of which there are exports."""
    exports = _data() / "exports"
    old_codes = [code for code, paths in paths_by_commune(exports).items() if paths] if exports.is_dir() else []
    partitions = _partitions()
    codes = [code for code in MergerMap.shipped().new_codes_of(old_codes) if code in partitions]
    if not codes:
        yield dg.SkipReason("Chưa có tệp nào của xã nào. (There are no exports yet.)")
    for code in codes:
        night = context.scheduled_execution_time.strftime("%Y-%m-%d")
        yield dg.RunRequest(run_key=f"{code} {night}", partition_key=partitions[code])


def _data() -> Path:
    """The data folder of this deployment."""
    return Path(os.environ.get("HOPNHAT_DATA", "data"))


def _partitions() -> dict[str, str]:
    """The partitions of this deployment by the new commune's code."""
    return {key.split(" ", 1)[0]: key for key in new_communes().get_partition_keys()}


def _requests(receipt: Receipt, partitions: dict[str, str]) -> Iterator[dg.RunRequest]:
    """A run for each commune concerned; asked for again by the same receipt, Dagster starts none.

    Not by the same files: those that bring back what was withdrawn in between are to be run again.
    """
    tags = {RECEIPT_TAG: receipt.id}
    jobs = dict.fromkeys(receipt.decided, LINK_AGAIN) | dict.fromkeys(receipt.inputs, PUBLISHING["trial"])
    for code, job in jobs.items():  # a trial goes by new decisions too
        yield dg.RunRequest(run_key=f"{code} {receipt.id}", partition_key=partitions[code], job_name=job, tags=tags)


def _events(receipt: Receipt, partitions: dict[str, str]) -> Iterator[dg.AssetMaterialization]:
    """For each new commune concerned: what came of it, and where the receipt is."""
    for code in sorted({code for file in receipt.files if file.taken for code in file.new_communes}):
        files = [file for file in receipt.files if code in file.new_communes]
        yield dg.AssetMaterialization(
            asset_key="commune_exports",
            partition=partitions[code],
            description=_told(receipt),
            metadata={
                "Biên nhận": dg.MetadataValue.url(receipt_address(receipt.id)),
                "Tệp": dg.MetadataValue.md(_table(files)),
                "Số tệp": len(files),
                "Bản ghi nạp được": sum(table.loaded for file in files for table in file.tables),
            },
        )


def _table(files: list[FileVerdict]) -> str:
    """What was read in the files, as a table of Markdown. No name of a file stands here: it may be a person's."""
    lines = ["| Xã cũ | Dữ liệu | Kết luận | Bản ghi nạp được | Giữ riêng |", "|---|---|---|--:|--:|"]
    names = dict(MergerMap.shipped().pairs.select("old_code", "old_name").iter_rows())
    for file in files:
        _, sign, words = OUTCOMES[file.outcome]
        for table in file.tables:
            commune, dataset = f"{names[file.old_commune]} ({file.old_commune})", word(DATASETS, table.dataset)
            lines.append(f"| {commune} | {dataset} | {sign} {words} | {table.loaded} | {table.quarantined} |")
    return "\n".join(lines)


def _told(receipt: Receipt) -> str:
    return f"Biên nhận {receipt.id}: {summed_up(receipt)} Xem {receipt_address(receipt.id)}."


def _why_nothing(found: Look) -> str:
    """Why no run is asked for."""
    said = [f"Đang chờ {found.copying} tệp chép xong."] if found.copying else []
    said += found.waiting
    if not said:
        said = ["Không có tệp mới. (No new file.)"]
    if found.left:
        said.append(f"Trong thư mục nhận còn {found.left} tệp không nhận; lý do có trong biên nhận.")
    return " ".join(said)


def _put_on_record(data: Path, receipt: Receipt) -> None:
    """Let the activity log tell of a receipt."""
    concerned = sorted({*receipt.inputs, *receipt.decided})
    act = ActOnRecord(data, "receive", concerned[0] if len(concerned) == 1 else "")
    act.tell(
        receipt=receipt.id,
        accepted=receipt.count("accepted", "corrected", "answered"),
        duplicates=receipt.count("duplicate"),
        refused_files=receipt.count("refused"),
        decisions=sum(file.decisions for file in receipt.files),
        answers=sum(file.answers for file in receipt.files),
    )
    act.end()
