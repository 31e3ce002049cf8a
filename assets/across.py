"""The asset that looks for one person, or one certificate, in several new communes.

It is of no commune, so that a run of it is one of all. It reads what is published and changes none of it. The command
that launches its job does not belong here (`across_command`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import dagster as dg
import polars as pl

from assets.acting import ActOnRecord, recorded
from assets.addresses import across_address
from assets.deployment import Deployment
from assets.describing import OWNERS, Group, words
from assets.holding import hold
from assets.instance import FAILED, OUTCOME_TAG, PROCESS_TAG
from assets.occasion import now
from assets.plain_words import in_plain_words
from assets.progress import progress_of
from assets.reporting import write_start_page
from pipelines.across.certificates import shared_certificates
from pipelines.across.find import Across, find_across
from pipelines.across.publishing import across_file, write_across
from pipelines.across.results import across_tables
from pipelines.across.spec import ACROSS
from pipelines.across.warehouses import communes_to_compare, read_warehouses
from pipelines.activity.process import this_process
from pipelines.linkage import LinkageSettings
from pipelines.linkage.runners import runner_of
from pipelines.linkage.store import ModelStore, chosen_model
from pipelines.protection.frames import read_frame, write_frame
from pipelines.protection.keys import KeyRing, refuse_plaintext
from pipelines.protection.locking import ACROSS as ALL
from pipelines.reports.across_page import write_across_pages
from pipelines.reports.settings import ReportSettings
from pipelines.warehouse.program import code_sha256
from pipelines.warehouse.sweeping import clear_scratch

_GROUP: Final[Group] = "buoc_7_lien_xa"
_DONE: Final = "đã đối sánh"


@dg.asset(
    group_name=_GROUP,
    description=words(
        "Người ở nhiều xã, phường",
        "Ai có mặt ở từ hai xã, phường mới trở lên, và giấy chứng nhận nào có trong sổ của hai nơi: danh sách nơi cư "
        "trú và trường hợp cần xem. Không gộp ai.",
        "Who stands in several new communes, and which certificates in two land books: residences and cases. "
        "Nobody is merged.",
    ),
    kinds={"duckdb"},
    owners=OWNERS,
    deps=["published_warehouse"],
)
@in_plain_words
def across_communes(context: dg.AssetExecutionContext, deployment: Deployment) -> dg.MaterializeResult:
    """Compare the people and the certificates of all that is published in this mode."""
    data, mode, tell = deployment.data_dir, deployment.mode, progress_of(context)
    with _on_record(context, deployment) as act:
        runner = runner_of(deployment.settings.technical.engine)
        refuse_plaintext(mode, allowed=deployment.plaintext)
        codes = communes_to_compare(data, mode)
        origins: dict[str, str] = {}
        folder = deployment.scratch(ALL)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for done, read in enumerate(read_warehouses(data, mode, codes), start=1):
            origins |= {f"warehouse.{read.code}.{name}": value for name, value in read.origin.items()}
            for name in ("people", "land"):
                write_frame(getattr(read, name), _file(folder, name, read.code))
            tell(f"Đã đọc {done}/{len(codes)} kho công bố.")
        people, land = (
            {code: partial(read_frame, _file(folder, name, code)) for code in codes} for name in ("people", "land")
        )
        store, given = ModelStore(deployment.models_dir), deployment.settings
        linkage_settings = given.of(LinkageSettings)
        model = chosen_model(store, ALL, ACROSS, given.model, given.estimate)
        found = find_across(people, linkage_settings, model, runner, tell)
        name = store.keep(ALL, found.linkage.model)
        tables = across_tables(found, shared_certificates(land))
        names = given.of(ReportSettings).names(encrypted=KeyRing.from_environment().encrypts)
        thresholds = {f"threshold.{kind}": str(bits) for kind, bits in found.linkage.thresholds.items()}
        manifest = write_across(
            across_file(data, mode),
            tables,
            {
                "mode": mode,
                "run_id": context.run.run_id,
                "made_at": now().isoformat(timespec="seconds"),
                "communes": str(len(codes)),
                "people": str(found.people),
                "settings.linkage": linkage_settings.model_dump_json(),
                "names": names,
                "candidates": found.linkage.candidates.write_json(),
                "model_name": name,
                "model_sha256": found.linkage.model.sha256,
                "code_sha256": code_sha256(),
                **thresholds,
                **origins,
            },
        )
        write_across_pages(data, mode, names)
        write_start_page(data)
        figures = _figures(found, tables, len(codes))
        if act:
            act.tell(people=found.people, cases=tables["cases"].height, logical_hash=manifest["logical_hash"])
    context.log.info(
        f"{figures['Người ở nhiều xã, phường']} người có mặt ở từ hai xã, phường trở lên; "
        f"{figures['Trường hợp cần xem']} trường hợp cần xem."
    )
    shown = {name: dg.MetadataValue.int(value) for name, value in figures.items()}
    return dg.MaterializeResult(metadata={**shown, "Trang kết quả": dg.MetadataValue.url(across_address(mode))})


@contextmanager
def _on_record(context: dg.AssetExecutionContext, deployment: Deployment) -> Iterator[ActOnRecord | None]:
    """Hold the lock of what is found across communes, and record the run, in the log and in Dagster's list; what it
    hands on to itself on disk is taken away."""
    act = ActOnRecord(deployment.data_dir, "across", mode=deployment.mode, purpose=deployment.settings.purpose)
    act.tell(run=context.run.run_id)
    if PROCESS_TAG not in context.run.tags:
        context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: this_process()})
    ended = FAILED
    try:
        with (
            recorded(act, tell=context.log.warning) as known,
            hold(deployment.data_dir, ALL, "hopnhat across", tell=context.log.warning),
        ):
            clear_scratch(deployment.data_dir, ALL, deployment.mode)
            try:
                yield known
            finally:
                clear_scratch(deployment.data_dir, ALL, deployment.mode)
        ended = _DONE
    finally:
        context.instance.add_run_tags(context.run.run_id, {OUTCOME_TAG: ended})


def _file(folder: Path, what: str, code: str) -> Path:
    return folder / f"{code}.{what}.parquet"


def _figures(found: Across, tables: dict[str, pl.DataFrame], communes: int) -> dict[str, int]:
    return {
        "Xã, phường đã so": communes,
        "Người đã so": found.people,
        "Người ở nhiều xã, phường": tables["residences"]["group_id"].n_unique(),
        "Trường hợp cần xem": tables["cases"].height,
        "Giấy chứng nhận ở hai nơi": tables["shared_certificates"]["certificate_no"].n_unique(),
    }
