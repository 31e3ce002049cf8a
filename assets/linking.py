"""The assets of one new commune from exports to entities: rows, records, links, golden records.

Each makes one call into `pipelines` and says in the log, in plain words and counts, what came of it. What does not
belong here: any rule of reading, linking or merging.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import dagster as dg
import polars as pl

from assets.addresses import START
from assets.asset_pages import page_of
from assets.backfills import BACKFILL_TAG
from assets.columns import COLUMNS, columns_of
from assets.deployment import Deployment
from assets.describing import described, words
from assets.figures import of_land, of_linkage, of_people, of_reading, of_records
from assets.parquet_io import Tables
from assets.partitions import commune_of, new_communes
from assets.plain_words import in_plain_words
from assets.progress import progress_of
from pipelines.citizens.comparisons import SPEC as CITIZENS
from pipelines.citizens.context import add_context
from pipelines.citizens.golden import golden_citizens as make_golden_citizens
from pipelines.citizens.marks import row_marks as citizen_marks
from pipelines.citizens.standard import standardise as standardise_citizens
from pipelines.citizens.trust import add_number_status
from pipelines.clerical.log import answers_table, clerical_log, frame_table
from pipelines.communes import MergerMap, SplitRules, place
from pipelines.communes.split_rules import Dataset
from pipelines.identity.ledger import Assignment, assign_ids
from pipelines.identity.restoring import restore
from pipelines.ingest import read_exports
from pipelines.ingest.header_aliases import Aliases
from pipelines.ingest.references import SPLIT_RULES, reference_hashes
from pipelines.ingest.shared import clear_shared, shared_folder
from pipelines.linkage import LinkageSettings, LinkageSpec, link
from pipelines.linkage.runners import runner_of
from pipelines.linkage.store import ModelStore, chosen_model, shipped_model
from pipelines.linkage.verdicts import Verdicts
from pipelines.parcels.comparisons import SPEC as PARCELS
from pipelines.parcels.context import add_context as add_parcel_context
from pipelines.parcels.golden import golden_parcels as make_golden_parcels
from pipelines.parcels.land_use import LAND_USE_CODES, LandUses
from pipelines.parcels.marks import row_marks as parcel_marks
from pipelines.parcels.standard import standardise as standardise_parcels
from pipelines.problems import UnusableInput
from pipelines.protection.keys import refuse_plaintext
from pipelines.protection.locking import BATCH, is_held
from pipelines.reports.privacy import mask_names_of_files
from pipelines.review import review_cases
from pipelines.review.decisions import Decision, decision_log, decisions_table
from pipelines.review.rulings import Rulings, rulings
from pipelines.warehouse import schema
from pipelines.warehouse.rekeying import under_newest_key
from pipelines.warehouse.versions import LEDGER_RUN, LEDGER_TICKET, all_files, was_published

_MERGERS = MergerMap.shipped().pairs

merger_map = dg.AssetSpec(
    "merger_map",
    group_name="buoc_1_dau_vao",
    description=words(
        "Bảng sáp nhập xã",
        "Xã cũ nào thành (một phần của) xã, phường mới nào từ ngày 1/7/2025.",
        "Which old commune became (part of) which new one; shipped in `data/reference/`.",
    ),
    kinds={"csv"},
    metadata={
        "Số xã cũ": _MERGERS["old_code"].replace("", None).drop_nulls().n_unique(),
        "Số xã, phường mới": _MERGERS["new_code"].n_unique(),
        COLUMNS: columns_of({"merger_map": _MERGERS}),
    },
)
commune_exports = dg.AssetSpec(
    "commune_exports",
    group_name="buoc_1_dau_vao",
    description=words(
        "Tệp xuất của các xã cũ",
        "Sổ công dân và sổ đất mà các xã cũ xuất ra, mỗi xã một thư mục mang mã xã.",
        "The old communes' exports, one folder a commune.",
    ),
    kinds={"csv"},
    metadata={
        "Nơi đặt tệp": "incoming/<mã xã cũ>/ trong thư mục dữ liệu (có biên nhận), hoặc exports/<mã xã cũ>/",
        "Biên nhận, trang đầu": dg.MetadataValue.url(START),
    },
    partitions_def=new_communes(),
)


LEDGER = "ledger"
"""The manifest's entries about the ids, among the golden tables."""


@dg.asset(
    **described(
        "buoc_1_dau_vao",
        "Dòng đọc từ tệp",
        "Đọc mọi tệp của các xã cũ: từng dòng được nạp, hoặc giữ riêng kèm lý do; không dòng nào mất.",
        "Every line of every export, loaded or in quarantine with a reason.",
        "polars",
    ),
    deps=[merger_map, commune_exports],
)
@in_plain_words
def source_rows(context: dg.AssetExecutionContext, deployment: Deployment) -> Tables:
    """Read the exports of the old communes."""
    refuse_plaintext(deployment.mode, allowed=deployment.plaintext)
    under_newest_key(deployment.data_dir, commune_of(context).code)
    aliases = Aliases.read(deployment.reference_dir / "header_aliases.csv")
    references = reference_hashes(deployment.reference_dir)
    exports = read_exports(
        deployment.exports_dir, commune_of(context), aliases, progress_of(context), _shared(context, deployment)
    )
    for warning in exports.warnings:
        context.log.warning(mask_names_of_files(warning))  # the report has it too, masked by its own door
    totals = exports.files.select(pl.col("records", "loaded", "quarantined").sum()).row(0, named=True)
    context.log.info(
        f"Đã đọc {exports.files.height} tệp: {totals['records']} bản ghi, nạp {totals['loaded']}, "
        f"giữ riêng {totals['quarantined']}."
    )
    read = of_reading(exports.files, len(exports.warnings))
    context.add_output_metadata(page_of(context, deployment, read, "balance", "set_aside"))
    return Tables(
        {
            "files": exports.files,
            "citizens": exports.citizens,
            "parcels": exports.parcels,
            "quarantine": exports.quarantine,
            "column_encodings": exports.column_encodings,
            "decoded_rows": exports.decoded_rows,
            "references": pl.DataFrame({"name": references.keys(), "sha256": references.values()}),
            "warnings": pl.DataFrame({"sentence": exports.warnings}, schema={"sentence": pl.String}),
        }
    )


def _shared(context: dg.AssetExecutionContext, deployment: Deployment) -> Path | None:
    """Where what is read of divided old communes waits for their other heirs, while several new ones are worked on, by
    one command or by a backfill; a run by itself keeps nothing, and takes away what was left."""
    if BACKFILL_TAG in context.run.tags or is_held(deployment.data_dir, BATCH):
        return shared_folder(deployment.data_dir)
    clear_shared(deployment.data_dir)
    return None


@dg.asset(
    **described(
        "buoc_1_dau_vao",
        "Quyết định của cán bộ",
        "Quyết định của cán bộ đang có hiệu lực: dòng nào là một, dòng nào không, số nào đúng.",
        "Decisions of officers in force: which rows are one, which are not, which number is right.",
        "json",
    )
)
@in_plain_words
def officer_decisions(context: dg.AssetExecutionContext, deployment: Deployment) -> pl.DataFrame:
    """Read the decisions in force; all steps of a run go by the same ones."""
    decisions = decision_log(deployment.data_dir, commune_of(context).code).in_force()
    context.log.info(f"Có {len(decisions)} quyết định đang có hiệu lực.")
    figures = {"Quyết định có hiệu lực": len(decisions)}
    context.add_output_metadata(page_of(context, deployment, figures, "cases", workbook=True))
    return pl.DataFrame({"decision": [one.model_dump_json() for one in decisions]}, schema={"decision": pl.String})


@dg.asset(
    **described(
        "buoc_5_kiem_tra",
        "Phúc tra mẫu",
        "Câu trả lời của người xem mẫu: từng cặp dòng là một hay khác nhau, để đo độ đúng của việc gộp.",
        "Answers of clerical review, by which the quality of the linkage is measured.",
        "json",
    )
)
@in_plain_words
def clerical_answers(context: dg.AssetExecutionContext, deployment: Deployment) -> Tables:
    """Read the answers that hold; they measure what was published then and change nothing here."""
    log = clerical_log(deployment.data_dir, commune_of(context).code)
    answers = answers_table(log)
    context.log.info(f"Có {answers.height} câu trả lời phúc tra mẫu.")
    figures = {"Câu trả lời phúc tra": answers.height}
    context.add_output_metadata(page_of(context, deployment, figures, "linkage"))
    return Tables({"clerical_answers": answers, "clerical_frame": frame_table(log)})


@dg.asset(
    **described(
        "buoc_2_chuan_hoa",
        "Dòng công dân đã chuẩn hóa",
        "Từng dòng công dân theo dạng chung, đã xếp vào xã mới; mỗi số định danh kèm độ tin.",
        "Citizen rows in standard form, placed, each number with its trust.",
        "polars",
    )
)
@in_plain_words
def citizen_records(
    context: dg.AssetExecutionContext, deployment: Deployment, source_rows: Tables, officer_decisions: pl.DataFrame
) -> Tables:
    """Standardise and place the citizen rows."""
    standard = _placed_by_rules(context, deployment, source_rows, "citizens", standardise_citizens)
    ruled = _ruled(officer_decisions, "citizens", _placed(standard))
    records = add_number_status(standard, **ruled.of_numbers)
    context.log.info(f"Đã chuẩn hóa {records.height} dòng công dân; {_placement(records)}.")
    context.add_output_metadata(page_of(context, deployment, of_records(records), "set_aside", "quality"))
    return Tables({"citizen_records": records})


@dg.asset(
    **described(
        "buoc_2_chuan_hoa",
        "Dòng thửa đất đã chuẩn hóa",
        "Từng dòng thửa đất theo dạng chung, đã xếp vào xã mới.",
        "Parcel rows in standard form, placed.",
        "polars",
    )
)
@in_plain_words
def parcel_records(context: dg.AssetExecutionContext, deployment: Deployment, source_rows: Tables) -> Tables:
    """Standardise and place the parcel rows."""
    land_uses = LandUses.read(deployment.reference_dir / LAND_USE_CODES)
    refuse_changed(source_rows, LAND_USE_CODES, land_uses.sha256)
    standardise = partial(standardise_parcels, land_uses=land_uses)
    records = _placed_by_rules(context, deployment, source_rows, "parcels", standardise)
    context.log.info(f"Đã chuẩn hóa {records.height} dòng thửa đất; {_placement(records)}.")
    context.add_output_metadata(page_of(context, deployment, of_records(records), "set_aside", "land"))
    return Tables({"parcel_records": records})


@dg.asset(
    **described(
        "buoc_3_doi_sanh",
        "Đối sánh công dân",
        "Những dòng nào là cùng một người: các cặp so sánh, trọng số, cụm và mô hình.",
        "Which rows are one person: links, weights, clusters and the model.",
        "polars",
    )
)
@in_plain_words
def citizen_links(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    citizen_records: pl.DataFrame,
    parcel_records: pl.DataFrame,
    officer_decisions: pl.DataFrame,
) -> Tables:
    """Link the citizen records; owners in the land books are one more witness."""
    placed = _placed(citizen_records)
    verdicts = _ruled(officer_decisions, "citizens", placed).verdicts
    return _link(context, deployment, add_context(placed, _placed(parcel_records)), CITIZENS, verdicts)


@dg.asset(
    **described(
        "buoc_3_doi_sanh",
        "Đối sánh thửa đất",
        "Những dòng nào là cùng một thửa đất: các cặp so sánh, trọng số, cụm và mô hình.",
        "Which rows are one parcel: links, weights, clusters and the model.",
        "polars",
    )
)
@in_plain_words
def parcel_links(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    parcel_records: pl.DataFrame,
    officer_decisions: pl.DataFrame,
) -> Tables:
    """Link the parcel records."""
    placed = _placed(parcel_records)
    verdicts = _ruled(officer_decisions, "parcels", placed).verdicts
    return _link(context, deployment, add_parcel_context(placed), PARCELS, verdicts)


@dg.asset(
    **described(
        "buoc_4_hop_nhat",
        "Công dân và hộ sau khi gộp",
        "Mỗi người một bản ghi: giá trị được giữ của từng trường, nguồn gốc của nó, mã công dân; và các hộ.",
        "People and households after merging, field by field with provenance, with lasting ids.",
        "polars",
    )
)
@in_plain_words
def golden_citizens(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    citizen_records: pl.DataFrame,
    citizen_links: Tables,
    officer_decisions: pl.DataFrame,
) -> Tables:
    """Make the tables that tell of people."""
    commune = commune_of(context)
    placed = _placed(citizen_records)
    assigned = _assigned(context, deployment, "citizens", citizen_links["members"], placed)
    tables = make_golden_citizens(placed, citizen_links["members"], assigned.ids, commune)
    context.log.info(
        f"{placed.height} dòng công dân thành {tables['citizens'].height} người trong {tables['households'].height} hộ."
    )
    tables |= {
        "clusters": _clusters(citizen_links, assigned.ids, "citizens"),
        "id_history": assigned.history,
        "review_queue": review_cases(
            "citizens",
            citizen_links["links"],
            placed,
            citizen_links["members"],
            _ruled(officer_decisions, "citizens", placed),
        ),
        "decisions": decisions_table(_decisions(officer_decisions), "citizens"),
        LEDGER: _ledger_facts("citizens", context.run.run_id, assigned),
    }
    context.add_output_metadata(page_of(context, deployment, of_people(tables), "merges", "quality", workbook=True))
    return Tables(tables)


@dg.asset(
    **described(
        "buoc_4_hop_nhat",
        "Thửa đất sau khi gộp",
        "Mỗi thửa một bản ghi, với mọi số hiệu của nó và chủ sử dụng.",
        "Parcels after merging, with all their numbers and their owners.",
        "polars",
    )
)
@in_plain_words
def golden_parcels(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    parcel_records: pl.DataFrame,
    parcel_links: Tables,
    golden_citizens: Tables,
    sheet_map: Tables,
    officer_decisions: pl.DataFrame,
) -> Tables:
    """Make the tables that tell of land; owners are looked up among the golden citizens."""
    placed = _placed(parcel_records)
    assigned = _assigned(context, deployment, "parcels", parcel_links["members"], placed)
    tables = make_golden_parcels(
        placed,
        parcel_links["members"],
        assigned.ids,
        golden_citizens["citizens"],
        sheet_map["sheet_map"],
        commune_of(context),
        golden_citizens["citizen_homes"],
    )
    context.log.info(f"{placed.height} dòng thửa đất thành {tables['parcels'].height} thửa.")
    tables |= {
        "clusters": _clusters(parcel_links, assigned.ids, "parcels"),
        "id_history": assigned.history,
        "review_queue": review_cases(
            "parcels",
            parcel_links["links"],
            members=parcel_links["members"],
            ruled=_ruled(officer_decisions, "parcels", placed),
        ),
        "decisions": decisions_table(_decisions(officer_decisions), "parcels"),
        LEDGER: _ledger_facts("parcels", context.run.run_id, assigned),
    }
    context.add_output_metadata(page_of(context, deployment, of_land(tables), "land", "quality", workbook=True))
    return Tables(tables)


def _placed_by_rules(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    source_rows: Tables,
    dataset: Dataset,
    standardise: Callable[[pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame:
    """The rows in standard form, placed by the rules of which the manifest will have the hash."""
    rules = SplitRules.read(deployment.reference_dir / SPLIT_RULES)
    refuse_changed(source_rows, SPLIT_RULES, rules.sha256)
    records = place(standardise(source_rows[dataset]), commune_of(context), dataset, rules)
    if not records.is_empty() and _placed(records).is_empty():
        context.log.warning(f"Không dòng {_OF_DATASET[dataset]} nào thuộc xã mới này; hãy xem lại «{SPLIT_RULES}».")
    return records


def refuse_changed(source_rows: Tables, file: str, sha256: str) -> None:
    """A deployment's own reference file must be the one of which the manifest will have the hash."""
    if sha256 != dict(source_rows["references"].iter_rows()).get(file.removesuffix(".csv"), ""):
        raise UnusableInput(
            f"Tệp «{file}» đã thay đổi từ khi đọc các tệp xuất; hãy chạy lại từ bước đọc tệp.",
            f"{file} changed since the exports were read; run again from there.",
        )


_ENTITY = {"citizens": "người", "parcels": "thửa đất"}
_OF_DATASET = {"citizens": "công dân", "parcels": "thửa đất"}


def _link(
    context: dg.AssetExecutionContext,
    deployment: Deployment,
    records: pl.DataFrame,
    spec: LinkageSpec,
    verdicts: Verdicts,
) -> Tables:
    code = commune_of(context).code
    store = ModelStore(deployment.models_dir)
    given = deployment.settings
    settings = given.of(LinkageSettings)
    model = chosen_model(store, code, spec, given.model, given.estimate)
    run = runner_of(given.technical.engine)
    linkage = link(records, spec, settings, model, shipped_model(spec), verdicts, progress_of(context), run)
    if model is None and not records.is_empty() and not linkage.alarm.fired:
        name = store.keep(code, linkage.model)
        context.log.info(f"Đã ước lượng và lưu mô hình {name}.")
    elif model is not None and 2 * model.rows < records.height:
        context.log.warning(
            f"Mô hình được ước lượng từ {model.rows} dòng, nay có {records.height} dòng: nên chạy lại với --estimate."
        )
    decisions = dict(linkage.links["decision"].value_counts().rows())
    context.log.info(
        f"Đã so sánh {linkage.candidates['new_pairs'].sum()} cặp; "
        f"{linkage.members.height} dòng thành {linkage.members['cluster'].n_unique()} {_ENTITY[spec.dataset]}: "
        f"{decisions.get('automatic', 0)} cặp gộp tự động, {decisions.get('review', 0)} cặp chờ xem xét, "
        f"{decisions.get('refused', 0)} cặp bị ràng buộc ngăn lại, {decisions.get('officer', 0)} cặp cán bộ quyết định."
    )
    if linkage.alarm.fired:
        context.log.warning(
            "Mô hình đã lệch: không còn nhận ra các cặp cùng số định danh khi che số. Kết quả sẽ không được công bố."
        )
    figures = {**of_linkage(linkage, spec.dataset), "Mô hình": linkage.model.name(code)}
    context.add_output_metadata(page_of(context, deployment, figures, "linkage", "merges", workbook=True))
    facts = {
        "model": linkage.model.model_dump_json(exclude={"frequencies"}),
        "model_name": linkage.model.name(code),
        "model_sha256": linkage.model.sha256,
        "settings": settings.model_dump_json(),
        "thresholds": json.dumps(linkage.thresholds),
        "calibration": linkage.model.calibration.model_dump_json(),
        "alarm": json.dumps(linkage.alarm.model_dump() | {"fired": linkage.alarm.fired}),
        "reliability": json.dumps(linkage.reliability.to_dicts()),
        "candidates": json.dumps(linkage.candidates.to_dicts()),
        "near_miss_strata": json.dumps(linkage.missed.strata.to_dicts()),
    }
    return Tables(
        {
            "members": linkage.members,
            "links": linkage.links,
            "near_misses": linkage.missed.sample,
            "paths": linkage.paths,
            "facts": pl.DataFrame(list(facts.items()), schema=["key", "value"], orient="row"),
        }
    )


def _assigned(
    context: dg.AssetExecutionContext, deployment: Deployment, dataset: str, members: pl.DataFrame, placed: pl.DataFrame
) -> Assignment:
    """Ids from the ledger; they count once this run is published."""
    code = commune_of(context).code
    if restore(deployment.ledger_dir, dataset, code, all_files(deployment.data_dir, code)):
        context.log.warning("Sổ mã bị mất: đã dựng lại từ bản công bố gần nhất, không mã nào bị cấp lại.")
    marks = _MARKS[dataset](placed)
    rows = members.join(marks, on="record_id").select("record_id", "cluster", "trusted_number", "marks")
    published = was_published(deployment.data_dir, code)
    return assign_ids(deployment.ledger_dir, dataset, code, rows, context.run.run_id, published)


def _ledger_facts(dataset: str, run_id: str, assigned: Assignment) -> pl.DataFrame:
    facts = {f"{LEDGER_RUN}{dataset}": run_id, f"{LEDGER_TICKET}{dataset}": assigned.ticket}
    return pl.DataFrame(list(facts.items()), schema=["key", "value"], orient="row")


_MARKS = {"citizens": citizen_marks, "parcels": parcel_marks}


def _ruled(officer_decisions: pl.DataFrame, dataset: str, placed: pl.DataFrame) -> Rulings:
    """What the decisions in force say about the rows; where there are none, the rows need no marks."""
    return rulings(
        _decisions(officer_decisions),
        dataset,
        _MARKS[dataset](placed.clear() if officer_decisions.is_empty() else placed),
    )


def _decisions(officer_decisions: pl.DataFrame) -> list[Decision]:
    return [Decision.model_validate_json(line) for line in officer_decisions["decision"]]


def _clusters(links: Tables, ids: pl.DataFrame, dataset: str) -> pl.DataFrame:
    return schema.CLUSTERS.conform(
        links["paths"].join(ids, on="cluster").sort("cluster").with_columns(pl.lit(dataset).alias("dataset"))
    )


def _placed(records: pl.DataFrame) -> pl.DataFrame:
    return records.filter(placement="placed")


def _placement(records: pl.DataFrame) -> str:
    counts = dict(records["placement"].value_counts().rows())
    return (
        f"{counts.get('placed', 0)} thuộc xã mới này, {counts.get('unplaced', 0)} chưa xếp được, "
        f"{counts.get('elsewhere', 0)} thuộc xã mới khác"
    )
