"""The assets of one new commune from entities to the published file: staging, validation, gate, report.

The gate stops publication, never the report: the report hangs on the validation results, beside the gate.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.acting import ActOnRecord, recorded
from assets.addresses import report_address, workbook_address
from assets.asset_pages import WORKBOOK, Figures, page_of
from assets.columns import COLUMNS, columns_of_the_warehouse
from assets.deployment import Deployment
from assets.describing import described
from assets.figures import of_cases, of_publication, of_rules
from assets.linking import LEDGER
from assets.occasion import now, user
from assets.parquet_io import Tables, still_there
from assets.partitions import commune_of
from assets.plain_words import REFUSED, failure, in_plain_words
from assets.progress import progress_of
from assets.reporting import keep_report, write_report
from assets.turns import ANSWER, DECIDE
from expectations import RULES, validate
from expectations.queries import ruleset
from pipelines.communes import NewCommune
from pipelines.identity.numbered import commit, still_stands
from pipelines.problems import UnusableInput
from pipelines.progress import Tell
from pipelines.protection.keys import refuse_plaintext
from pipelines.reports.labels import CASE_REASONS, word
from pipelines.reports.settings import ReportSettings
from pipelines.review.cases import quarantined_case, unplaced_case
from pipelines.review.decisions import decisions_sha256
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.changes import changes, last_publication
from pipelines.warehouse.distribution import DISTRIBUTION, distribution
from pipelines.warehouse.limits import in_words, limits_of
from pipelines.warehouse.manifest import read as read_manifest
from pipelines.warehouse.manifest import totals
from pipelines.warehouse.placed_elsewhere import COMPARED, PLACED_ELSEWHERE, placed_elsewhere
from pipelines.warehouse.program import code_commit, code_sha256, packages, packages_sha256
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.row_balance import row_balance, unplaced
from pipelines.warehouse.schema import LINKS, NEAR_MISSES
from pipelines.warehouse.settings import LIMITS, GivenLimits
from pipelines.warehouse.sources import with_raw
from pipelines.warehouse.sweeping import clear_scratch
from pipelines.warehouse.versions import LEDGER_RUN, LEDGER_TICKET, entries, kept_files, last_whole, version_name

_PACKAGES = ("hopnhat", "dagster", "duckdb", "great-expectations", "polars", "rapidfuzz")
_CHECK_NAMES = {rule.id: "".join(c if c.isalnum() and c.isascii() else "_" for c in rule.id) for rule in RULES}
_GATE_CHECK = "publication_allowed"
_BLOCKING = """
SELECT reason, count(*) FROM review_queue WHERE blocking AND status <> 'decided' GROUP BY reason ORDER BY 2 DESC, 1
"""
_OF_BOTH = ("provenance", "clusters", "id_history", "review_queue", "decisions")
"""Tables that people and land have in common."""


@dg.asset(
    **described(
        "buoc_5_kiem_tra",
        "Kho nháp",
        "Mọi bảng của kho dữ liệu trong một tệp DuckDB, để kiểm tra trước khi công bố.",
        "All tables in one DuckDB file, to be checked before publication.",
        "duckdb",
    ),
    metadata={COLUMNS: columns_of_the_warehouse()},
)
@in_plain_words
def staging_warehouse(  # noqa: PLR0913, PLR0917  # one argument for every asset that it gathers
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    source_rows: Tables,
    citizen_records: pl.DataFrame,
    parcel_records: pl.DataFrame,
    citizen_links: Tables,
    parcel_links: Tables,
    golden_citizens: Tables,
    golden_parcels: Tables,
    sheet_map: Tables,
    clerical_answers: Tables,
) -> dg.MaterializeResult:
    """Write the staging warehouse."""
    commune = commune_of(context)
    records = {"citizens": citizen_records, "parcels": parcel_records}
    links = {"citizens": citizen_links, "parcels": parcel_links}
    earlier, damaged = _last_publication(context, deployment.published(commune.code))
    common = {name: pl.concat([golden_citizens[name], golden_parcels[name]]) for name in _OF_BOTH}
    limits, origins = limits_of(commune.code, deployment.reference_dir, deployment.settings.of(GivenLimits))
    waiting = [unplaced_case(name, frame, limits.unplaced_limit) for name, frame in records.items()]
    read = (source_rows["files"], source_rows["quarantine"])
    waiting += [quarantined_case(name, *read, limits.quarantine_limit) for name in records]
    common["review_queue"] = pl.concat([*waiting, sheet_map["review_queue"], common["review_queue"]])
    manifest = _manifest(commune, deployment, context.run.run_id, source_rows, links, common["decisions"])
    manifest |= dict(pl.concat([part[LEDGER] for part in (golden_citizens, golden_parcels, sheet_map)]).iter_rows())
    manifest |= {"settings.publication": limits.model_dump_json(), "limit_origins": _json(origins)}
    manifest |= {
        "settings.report": deployment.settings.of(ReportSettings).model_dump_json(),
        **last_publication(earlier),
    }
    manifest |= totals(manifest) | damaged
    written = {"Số bảng": 0, "Số dòng đã ghi": 0}

    def tables() -> Iterator[tuple[str, pl.DataFrame]]:
        yield from common.items()
        yield "sheet_map", sheet_map["sheet_map"]
        yield from clerical_answers.items()
        yield from _tables(records, links, source_rows, golden_citizens, golden_parcels)
        compared = _compared(golden_citizens, golden_parcels)
        differing = changes(earlier, common | compared, manifest)
        written["Thay đổi từ lần công bố trước"] = differing.height
        yield "changes", differing
        yield DISTRIBUTION, distribution(earlier, compared)
        sources = {"citizens": compared["citizen_sources"], "parcels": compared["parcel_sources"]}
        twice = placed_elsewhere(deployment.data_dir, deployment.mode, commune.code, sources)
        manifest[COMPARED] = _json(twice.old_communes)
        yield PLACED_ELSEWHERE, twice.rows
        yield "manifest", pl.DataFrame(sorted(manifest.items()), schema=["key", "value"], orient="row")

    write_warehouse(deployment.staging(commune.code), _counted(tables(), written, progress_of(context)))
    context.log.info(f"Đã ghi kho nháp để kiểm tra: {written['Số bảng']} bảng, {written['Số dòng đã ghi']} dòng.")
    figures = {**written, **of_cases(common["review_queue"])}
    return dg.MaterializeResult(metadata=page_of(context, deployment, figures, "changes", "cases", workbook=True))


def _counted(
    tables: Iterable[tuple[str, pl.DataFrame]], written: dict[str, int], tell: Tell
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables as they are taken, counted and told."""
    for name, frame in tables:
        written["Số bảng"] += 1
        written["Số dòng đã ghi"] += frame.height
        tell(f"Đang ghi bảng thứ {written['Số bảng']} của kho nháp: {name}, {frame.height} dòng.")
        yield name, frame


def _last_publication(context: dg.AssetExecutionContext, published: Path) -> tuple[Path | None, dict[str, str]]:
    """The publication that this run is compared with, and what the manifest says when that is not the published file,
    because somebody damaged, changed or removed it."""
    earlier = last_whole(published)
    if earlier == published or not (earlier or published.is_file()):
        return earlier, {}
    beside = version_name(published, int(earlier.stem)) if earlier else ""
    context.log.warning(
        f"Tệp «{published}» đã hỏng, bị sửa hoặc không còn như khi công bố; lần chạy này so với "
        f"{f'bản lưu {beside}' if beside else 'không bản nào, vì không còn bản lưu nguyên vẹn'}, và giữ riêng tệp ấy "
        "nếu công bố bản mới."
    )
    return earlier, {"earlier.compared_instead": beside}


def _tables(
    records: dict[str, pl.DataFrame],
    links: dict[str, Tables],
    source_rows: Tables,
    golden_citizens: Tables,
    golden_parcels: Tables,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables of the staging warehouse that people and land have each their own, one at a time."""
    for golden in (golden_citizens, golden_parcels):
        for name in golden:
            if name not in {*_OF_BOTH, LEDGER} and not name.endswith("_sources"):
                yield name, golden[name]
    sources = {"citizens": golden_citizens["citizen_sources"], "parcels": golden_parcels["parcel_sources"]}
    yield "citizen_sources", with_raw(sources["citizens"], source_rows["citizens"])
    yield "parcel_sources", with_raw(sources["parcels"], source_rows["parcels"])
    yield (
        "unplaced",
        pl.concat([with_raw(unplaced(frame, name), source_rows[name]) for name, frame in records.items()]),
    )
    for table in (LINKS, NEAR_MISSES):
        both = pl.concat([part[table.name].with_columns(dataset=pl.lit(name)) for name, part in links.items()])
        yield table.name, table.conform(both)
    for name in ("quarantine", "column_encodings", "decoded_rows"):
        yield name, source_rows[name]
    yield "row_balance", row_balance(source_rows["files"], records, sources)


def _compared(golden_citizens: Tables, golden_parcels: Tables) -> dict[str, pl.DataFrame]:
    """The tables of this run that are compared with those of the last publication."""
    return {
        **{name: golden_citizens[name] for name in ("citizens", "citizens_sensitive", "citizen_sources")},
        **{name: golden_parcels[name] for name in ("parcels", "parcel_owners", "parcel_sources")},
    }


@dg.asset(
    **described(
        "buoc_5_kiem_tra",
        "Kết quả kiểm tra",
        "Từng quy tắc (Great Expectations) đạt hay không đạt trên kho nháp.",
        "What each rule found in the staging warehouse.",
        "greatexpectations",
    ),
    deps=[staging_warehouse],
    check_specs=[
        dg.AssetCheckSpec(_CHECK_NAMES[rule.id], asset="validation_results", description=f"{rule.vi}\n\n*{rule.en}*")
        for rule in RULES
    ],
)
def validation_results(
    context: dg.AssetExecutionContext, deployment: Deployment
) -> Iterator[dg.Output[pl.DataFrame] | dg.AssetCheckResult]:
    """Run the expectations once; Dagster's checks mirror their results."""
    results = validate_staging(context, deployment)
    yield dg.Output(results, metadata=page_of(context, deployment, of_rules(results), "rules"))
    for row in results.iter_rows(named=True):
        yield dg.AssetCheckResult(
            check_name=_CHECK_NAMES[row["rule_id"]],
            passed=row["passed"],
            severity=dg.AssetCheckSeverity.ERROR if row["severity"] == "gate" else dg.AssetCheckSeverity.WARN,
            description=_verdict(row),
            metadata={
                "checked": row["checked"],
                "failed": "không kiểm tra được" if row["failed"] is None else row["failed"],
                "limit": row["limit"],
            },
        )


def _verdict(row: dict[str, Any]) -> str:
    """A rule's result in words; Dagster shows it first, and calls every check that mirrors a rule "non-blocking"."""
    kind = "Quy tắc chặn công bố" if row["severity"] == "gate" else "Cảnh báo"
    if row["failed"] is None:
        return f"{kind}. Không kiểm tra được. {row['sentence_vi']}"
    if row["failed"] == 0:
        return f"{kind}. Đạt: không có lỗi trong {row['checked']} mục đã kiểm tra. {row['sentence_vi']}"
    verdict = "Đạt, trong giới hạn cho phép" if row["passed"] else "Không đạt"
    return f"{kind}. {verdict}: {row['failed']} lỗi trong {row['checked']} mục đã kiểm tra. {row['sentence_vi']}"


@in_plain_words
def validate_staging(context: dg.AssetExecutionContext, deployment: Deployment) -> pl.DataFrame:
    """What each rule found, and the count of it in the log."""
    staging = still_there(deployment.staging(commune_of(context).code), "staging_warehouse")
    results = validate(staging, today=_day_of(staging), tell=progress_of(context))
    gates = results.filter(severity="gate")
    warned = results.filter(~pl.col("passed") & (pl.col("severity") == "warning"))
    context.log.info(
        f"Đã kiểm tra {results.height} quy tắc: {gates['passed'].sum()}/{gates.height} quy tắc chặn đạt, "
        f"{warned.height} cảnh báo."
    )
    return results


@dg.asset(
    **described(
        "buoc_5_kiem_tra",
        "Cửa công bố",
        "Chỉ mở khi mọi quy tắc chặn đều đạt.",
        "Opens only when every gate passed.",
        "python",
    ),
    deps=[staging_warehouse],
    check_specs=[
        dg.AssetCheckSpec(
            _GATE_CHECK,
            asset="publication_gate",
            blocking=True,
            description="Được phép công bố.\n\n*Publication is allowed.*",
        )
    ],
)
def publication_gate(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    validation_results: pl.DataFrame,
) -> Iterator[dg.MaterializeResult]:
    """Say whether publication is allowed; a failed blocking check stops what hangs on this asset."""
    judged = publication_allowed(context, deployment, validation_results)
    yield judged
    (check,) = judged.check_results or []
    if not check.passed:  # said before Dagster says of the check that it failed
        code = commune_of(context).code
        by_rules = not validation_results.filter(~pl.col("passed") & (pl.col("severity") == "gate")).is_empty()
        ways = {
            "Báo cáo đối soát": report_address(deployment.mode, code),
            "Các trường hợp": report_address(deployment.mode, code, "cases.html"),
            WORKBOOK: workbook_address(code),
        }
        links = {name: dg.MetadataValue.url(address) for name, address in ways.items()}
        raise failure(str(check.description), REFUSED, DECIDE if by_rules else ANSWER, links)


@in_plain_words
def publication_allowed(
    context: dg.AssetExecutionContext, deployment: Deployment, validation_results: pl.DataFrame
) -> dg.MaterializeResult:
    """The verdict of the gate, with its reasons."""
    failed = validation_results.filter(~pl.col("passed") & (pl.col("severity") == "gate"))
    refusals = [
        f"không đạt quy tắc {row['rule_id']} ({row['failed']} trường hợp)" for row in failed.iter_rows(named=True)
    ]
    if deployment.mode == "official":
        refusals += _blocking_cases(deployment.staging(commune_of(context).code))
    remedies = [rule.remedy for rule in RULES if rule.remedy and rule.id in failed["rule_id"]]
    remedies += _limits_in_force(deployment.staging(commune_of(context).code), set(failed["rule_id"]))
    verdict = (
        f"Không công bố {context.partition_key}: {'; '.join(refusals)}. Bản đã công bố trước đó giữ nguyên; "
        f"{' '.join(['xem báo cáo đối soát.', *remedies])}"
        if refusals
        else f"Được phép công bố {context.partition_key}: mọi quy tắc chặn đều đạt."
    )
    context.log.info(verdict)
    figures: Figures = {"Kết luận": verdict, "Lý do không công bố": len(refusals)}
    return dg.MaterializeResult(
        metadata=page_of(context, deployment, figures, "index", "rules", workbook=True),
        check_results=[dg.AssetCheckResult(check_name=_GATE_CHECK, passed=not refusals, description=verdict)],
    )


@dg.asset(
    **described(
        "buoc_6_cong_bo",
        "Kho dữ liệu đã công bố",
        "Kho của xã, phường mới mà mọi người dùng: một tệp DuckDB kèm mã băm.",
        "The published warehouse of the new commune, with its checksum beside it.",
        "duckdb",
    ),
    metadata={COLUMNS: columns_of_the_warehouse()},
    deps=[staging_warehouse, publication_gate],
)
@in_plain_words
def published_warehouse(
    context: dg.AssetExecutionContext, deployment: Deployment, validation_results: pl.DataFrame
) -> dg.MaterializeResult:
    """Publish in one atomic step."""
    code = commune_of(context).code
    target = deployment.published(code)
    refuse_plaintext(deployment.mode, allowed=deployment.plaintext)
    _refuse_if_overtaken(deployment, code)
    act = ActOnRecord(deployment.data_dir, "publish", code, deployment.mode, deployment.settings.purpose)
    act.tell(run=context.run.run_id)
    tell = progress_of(context)
    with recorded(act, tell=context.log.warning):
        manifest = publish(deployment.staging(code), validation_results, target, at=now(), by=user(), tell=tell)
        for run_id in {value for key, value in manifest.items() if key.startswith(LEDGER_RUN)}:
            commit(deployment.ledger_dir, code, run_id)
        version_published = version_name(target, entries(target)[-1].version)
        act.tell(version=version_published, logical_hash=manifest["logical_hash"])
    context.log.info(f"Đã công bố «{target}».")
    figures = of_publication(version_published, target, manifest)
    links = page_of(context, deployment, figures, "manifest", "handover")
    return dg.MaterializeResult(metadata={**links, "Tệp": dg.MetadataValue.path(str(target))})


@dg.asset(
    **described(
        "buoc_6_cong_bo",
        "Báo cáo đối soát",
        "Dữ liệu vào, số phận từng dòng, quy tắc, việc gộp. Luôn được ghi, kể cả khi không công bố.",
        "The audit pages; written also when publication is refused.",
        "html",
    ),
    deps=[staging_warehouse],
)
@in_plain_words
def audit_report(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    validation_results: pl.DataFrame,
) -> dg.MaterializeResult:
    """Write the audit pages of this run."""
    code = commune_of(context).code
    write_report(deployment, code, deployment.staging(code), validation_results, progress_of(context))
    path = deployment.report(code)
    context.log.info(f"Đã ghi báo cáo đối soát «{path}».")
    figures = {"Số trang": sum(1 for _ in path.parent.glob("*.html"))}
    links = page_of(context, deployment, figures, "index", "balance", "rules", "merges", "cases", workbook=True)
    return dg.MaterializeResult(metadata={**links, "Tệp": dg.MetadataValue.path(str(path))})


@dg.asset(
    **described(
        "buoc_6_cong_bo",
        "Báo cáo của phiên bản",
        "Thêm tên phiên bản và mã băm vào các trang của bản đã công bố, giữ một bản không đổi.",
        "The audit pages of the published version, with its hashes, kept for good.",
        "html",
    ),
    deps=[published_warehouse, audit_report],
)
@in_plain_words
def version_report(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    validation_results: pl.DataFrame,
) -> dg.MaterializeResult:
    """Let the pages tell what was published, and keep them with the version."""
    code = commune_of(context).code
    version = keep_report(deployment, code, validation_results)
    clear_scratch(deployment.data_dir, code, deployment.mode)  # the last step: nobody needs it any more
    figures: Figures = {"Phiên bản": version, "Số phiên bản còn giữ": len(kept_files(deployment.published(code)))}
    return dg.MaterializeResult(metadata=page_of(context, deployment, figures, "index", "handover", "manifest"))


def _manifest(
    commune: NewCommune,
    deployment: Deployment,
    run_id: str,
    source_rows: Tables,
    links: dict[str, Tables],
    decisions: pl.DataFrame,
) -> dict[str, str]:
    """What the run was made from, as text by key; counts and hashes of the tables are added on publication."""
    installed = packages()
    manifest = {
        "commune_code": commune.code,
        "commune_name": commune.name,
        "commune_kind": commune.kind,
        "province": commune.province,
        "mode": deployment.mode,
        "run_id": run_id,
        "started_at": now().isoformat(timespec="seconds"),
        "code_version": version("hopnhat"),
        "code_sha256": code_sha256(),
        "code_commit": code_commit(),
        "rules_sha256": ruleset(RULES).sha256,
        "requirements": _json(installed),
        "requirements_sha256": packages_sha256(installed),
        "old_communes": _json(
            [
                {
                    "code": old.code,
                    "name": old.name,
                    "kind": old.kind,
                    "part": old.population_part,
                    "land_part": old.area_part,
                }
                for old in commune.old_communes
            ]
        ),
        "warnings": _json(source_rows["warnings"]["sentence"].to_list()),
    }
    manifest |= {f"version.{package}": version(package) for package in _PACKAGES}
    for name, sha256 in source_rows["references"].iter_rows():
        manifest[f"reference_sha256.{name}"] = sha256
    for file in source_rows["files"].iter_rows(named=True):
        manifest[f"input_sha256.{file['source_file']}"] = file["sha256"]
    for dataset, part in links.items():
        manifest |= {f"{key}.{dataset}": value for key, value in part["facts"].iter_rows()}
    return manifest | {"decisions_sha256": decisions_sha256(decisions["decision_id"])}


def _limits_in_force(staging: Path, failed: set[str]) -> list[str]:
    """Which limit each of the failed rules went by, and where it was set."""
    named = [name for name in LIMITS if any(f"'{name}'" in rule.expectation for rule in RULES if rule.id in failed)]
    if not named:
        return []
    with open_warehouse(staging) as connection:
        manifest = read_manifest(connection)
    limits, origins = (json.loads(manifest[key]) for key in ("settings.publication", "limit_origins"))
    return [f"Giới hạn đang dùng: {name} = {limits[name]} ({in_words(origins[name])})." for name in named]


def _blocking_cases(staging: Path) -> list[str]:
    """How many cases an official publication waits for, and for what reasons; nothing when there are none."""
    with open_warehouse(staging) as connection:
        found = connection.execute(_BLOCKING).fetchall()
    reasons = "; ".join(f"{word(CASE_REASONS, reason)}: {count}" for reason, count in found)
    total = sum(count for _, count in found)
    return [f"còn {total} trường hợp phải giải quyết trước khi công bố chính thức ({reasons})"] if found else []


def _refuse_if_overtaken(deployment: Deployment, code: str) -> None:
    """A run started again from where it failed may come after another one: its ids are no longer the ledger's."""
    with open_warehouse(deployment.staging(code)) as connection:
        tickets = connection.execute(
            "SELECT key[length($begin) + 1:], value FROM manifest WHERE starts_with(key, $begin)",
            {"begin": LEDGER_TICKET},
        ).fetchall()
    if not all(still_stands(deployment.ledger_dir, dataset, code, ticket) for dataset, ticket in tickets):
        raise UnusableInput(
            "Từ khi lần chạy này cấp mã, một lần chạy khác đã thay đổi sổ mã; hãy chạy lại từ đầu, không chạy tiếp.",
            "Another run has changed the ledger since these ids were assigned: run again from the start.",
        )


def _day_of(staging: Path) -> date:
    """The day against which births are "in the future": the newest update in the data, so that an equal input gives
    an equal result whenever it is run; the run's own day at the latest."""
    today = now().date()
    newest = _one(staging, "SELECT max(updated_on) FROM citizens")
    return min(newest, today) if newest else today


def _one(staging: Path, query: str) -> Any:
    """The one value that a query on the staging warehouse gives."""
    with open_warehouse(staging) as connection:
        return connection.execute(query).fetchall()[0][0]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
