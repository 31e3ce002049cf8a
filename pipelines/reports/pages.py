"""The pages of a commune's site: what each is called, what it is made of, and in which order they stand.

Counting belongs to the `*_facts` modules, drawing to `pictures`, `reliability` and the pages' scripts, vocabulary to
`labels` and `evidence_words`. A new page is one entry here and one template.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

import duckdb
from markupsafe import Markup

from pipelines.clerical.measuring import Measured, expected, measured
from pipelines.linkage.clerical import Expectation
from pipelines.reports import drawing, evidence_words, labels, pictures, proof_words, unplaced_facts
from pipelines.reports.asking import Row
from pipelines.reports.belief import alarm_of, calibration_sentence, limits_of, threshold_sentences
from pipelines.reports.browser import SCRIPTS, browser_context, browser_data
from pipelines.reports.codes import CODES
from pipelines.reports.facts import Facts
from pipelines.reports.forecast import forecast
from pipelines.reports.handover_facts import EQUATIONS, MERGER_MAP, Handover, handovers
from pipelines.reports.handover_workbook import handover_workbook
from pipelines.reports.land_facts import SHEETS_SHOWN
from pipelines.reports.languages import Language, Text
from pipelines.reports.linkage_facts import LinkageFacts
from pipelines.reports.manifest_facts import manifest_facts
from pipelines.reports.privacy import HIDDEN, SMALLEST_SHOWN, mask_name
from pipelines.reports.publications import Publication
from pipelines.reports.reliability import BAND, reliability_diagram
from pipelines.reports.rule_history import RuleHistory
from pipelines.reports.settings import Names
from pipelines.reports.shift_facts import shift_facts
from pipelines.reports.shown_fields import OwnHeaders
from pipelines.warehouse.schema import TABLES, VIEWS

_DOMAINS: Final = {
    "sex": Text("Theo giới tính", "By sex"),
    "age": Text("Theo tuổi", "By age"),
    "old_commune": Text("Theo xã cũ", "By old commune"),
}
_DECISIONS_DRAWN: Final = ("automatic", "officer", "review", "refused")


@dataclass(frozen=True)
class Material:
    """What all pages of one commune are made of.

    `warehouse` has the views that the facts ask of; `publication` is what this warehouse was published as, if it was,
    and `versions` all that ever were, oldest first, of which those `with_pages` have page sets of their own; `history`
    is what the rules found in them; `kept` says that the pages lie in a version's own folder. `own_headers`: the
    deployment's mapping of headers by old commune.
    """

    facts: Facts
    warehouse: duckdb.DuckDBPyConnection
    names: Names
    publication: Publication | None
    versions: tuple[Publication, ...]
    with_pages: frozenset[str]
    history: RuleHistory
    own_headers: OwnHeaders
    kept: bool = False

    @property
    def mask_names(self) -> bool:
        """Whether the pages tell of nobody who it is."""
        return self.names == "masked"

    @cached_property
    def measured(self) -> dict[str, Measured]:
        """What clerical review has measured, by data set."""
        return measured(self.warehouse)

    @cached_property
    def expected(self) -> dict[str, Expectation]:
        """What the model itself expects, by data set."""
        return expected(self.warehouse)

    @cached_property
    def merges(self) -> Markup:
        """Every merged entity, as a page in either language carries them."""
        return browser_data(self.warehouse, "merges", mask_names=self.mask_names, own_headers=self.own_headers)

    @cached_property
    def handovers(self) -> list[Handover]:
        """What each old commune handed over."""
        return handovers(self.warehouse, self.facts.manifest)

    @cached_property
    def pairs(self) -> Markup:
        """Every pair that was refused or is in review, as a page in either language carries them."""
        return browser_data(self.warehouse, "pairs", mask_names=self.mask_names, own_headers=self.own_headers)


Context = Callable[[Material, Language], dict[str, Any]]


@dataclass(frozen=True)
class Page:
    """One page: the name of its file and template, its title, the scripts it runs, what it shows besides the facts."""

    name: str
    title: Text
    context: Context
    scripts: tuple[str, ...] = ()
    of_publication: bool = False
    """Whether it tells of the publication itself, so that it is made again once there is one."""
    own_template: str = ""
    """Its template, when it shares one with other pages."""
    workbook: Callable[[Material], bytes] | None = None
    """Makes the workbook that lies beside it, of the same name."""

    @property
    def template(self) -> str:
        """The file of its template."""
        return f"{self.own_template or self.name}.html"

    @property
    def workbook_file(self) -> str:
        """The name of the workbook that lies beside it."""
        return f"{self.name}.xlsx"

    def file(self, language: Language) -> str:
        """The file's name in one language; Vietnamese is the plain one."""
        return language.file(self.name)


def _nothing(_material: Material, _language: Language) -> dict[str, Any]:
    return {}


def _balance(material: Material, language: Language) -> dict[str, Any]:
    return {"flows": [_flow(total, language) for total in material.facts.totals]}


def _flow(total: Row, language: Language) -> Row:
    names = ("records", "loaded", "quarantined", "placed", "unplaced", "elsewhere", "kept", "merged")
    name = language.word(labels.DATASETS, total["dataset"])
    title = language.say(f"Đường đi của các bản ghi: {name}", f"Where the records went: {name}")
    key = re.sub(r"[^a-z]", "", total["dataset"]) or "other"
    balance = pictures.Balance(**{column: total[column] for column in names})
    return {"name": name, "svg": pictures.flow(f"flow-{key}", title, balance, language)}


def _rules(material: Material, _language: Language) -> dict[str, Any]:
    verdicts = material.history.verdicts
    return {
        "history": {
            (row["rule_id"], row["version"]): row
            for row in verdicts.select("rule_id", "version", "failed", "passed").to_dicts()
        },
        "past": verdicts["version"].unique(maintain_order=True).to_list(),
        "unread": material.history.unread,
        "shifts": shift_facts(material.warehouse),
    }


def _dictionary(_material: Material, _language: Language) -> dict[str, Any]:
    return {"tables": TABLES, "views": VIEWS, "codes": CODES}


def _manifest(material: Material, _language: Language) -> dict[str, Any]:
    return {"manifest": manifest_facts(material.facts.manifest), "proof": proof_words}


def _linkage(material: Material, language: Language) -> dict[str, Any]:
    facts = material.facts
    old_name = partial(facts.commune.old_name, language=language)
    words = {"sex": labels.MEASURED_SEXES, "age": labels.MEASURED_AGES, "old_commune": labels.MEASURED_COMMUNES}
    return {
        "measured": material.measured,
        "expected": material.expected,
        "domain_words": _DOMAINS,
        "part_name": lambda domain, code: (
            language.word(words[domain], code) if code in words[domain] else old_name(code)
        ),
        "evidence_words": evidence_words,
        "linkage": {name: _linkage_of(name, found, language) for name, found in facts.linkage.items()},
        "matrices": _matrices(facts),
    }


def _linkage_of(dataset: str, facts: LinkageFacts, language: Language) -> Row:
    """What the page on linking shows of one dataset besides the bare facts."""
    named = language.word(labels.DATASETS, dataset)
    title = language.say(f"Độ tin cậy của trọng số: {named}", f"Reliability of the weights: {named}")
    return {
        "facts": facts,
        "alarm": alarm_of(facts.model, language),
        "thresholds": threshold_sentences(dataset, facts, language),
        "calibration": calibration_sentence(facts.model, language),
        "histogram": _histogram(dataset, facts, language),
        "reliability": reliability_diagram(f"reliability-{dataset}", title, found, language)
        if (found := facts.reliability)
        else "",
        "band": BAND,
    }


def _histogram(dataset: str, facts: LinkageFacts, language: Language) -> Markup:
    if not facts.bins:
        return Markup("")
    found = [decision for decision in _DECISIONS_DRAWN if any(row["decision"] == decision for row in facts.bins)]
    found += sorted({row["decision"] for row in facts.bins} - set(found))
    series = [
        pictures.Series(
            language.word(labels.DECISIONS, decision),
            pictures.DECISION_FILLS.get(decision, drawing.GREY),
            {row["bin"]: row["links"] for row in facts.bins if row["decision"] == decision},
        )
        for decision in found
    ]
    named = language.word(labels.DATASETS, dataset)
    title = language.say(f"Phân bố trọng số các cặp: {named}", f"Distribution of the pairs' weights: {named}")
    limits = [(language.of(label), value) for label, value in limits_of(facts)]
    return pictures.histogram(f"weights-{dataset}", title, series, facts.width, limits, language)


def _matrices(facts: Facts) -> list[Row]:
    """Old commune by old commune, how many merged entities; `heat` (0 to 4) is the shade of a cell."""
    shown = []
    for span in facts.spans:
        cells = {
            (row["first"], row["second"]): row["entities"] for row in facts.matrix if row["dataset"] == span["dataset"]
        }
        communes = sorted({commune for pair in cells for commune in pair})
        most = max(cells.values(), default=0)
        rows = [
            {
                "commune": first,
                "cells": [
                    {"entities": count, "heat": -(-4 * count // most) if most else 0} if second >= first else None
                    for second in communes
                    for count in [cells.get((first, second), 0)]
                ],
            }
            for first in communes
        ]
        shown.append({**span, "communes": communes, "rows": rows})
    return shown


def _merges(material: Material, language: Language) -> dict[str, Any]:
    return browser_context(material.merges, material.facts, language, "merges")


def _cases(material: Material, language: Language) -> dict[str, Any]:
    told = forecast(material.facts.queue, material.facts.linkage, language)
    browser = browser_context(material.pairs, material.facts, language, "pairs")
    # A reason in a person's own words may name anybody, and names in it cannot be told from other words.
    return {"forecast": told, "reasons_hidden": material.mask_names, **browser}


def _changes(material: Material, _language: Language) -> dict[str, Any]:
    return {"named": mask_name if material.mask_names else str}


def _set_aside(_material: Material, _language: Language) -> dict[str, Any]:
    return {"unplaced_facts": unplaced_facts, "hidden": HIDDEN}


def _quality(material: Material, language: Language) -> dict[str, Any]:
    rows = _quality_rows(material.facts)
    return {
        "smallest_shown": SMALLEST_SHOWN,
        "hidden": HIDDEN,
        "quality_rows": rows,
        "quality_bars": {name: _bars(name, of, material, language) for name, of in rows.items()},
    }


def _quality_rows(facts: Facts) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for found in facts.quality:
        of_dataset = rows.setdefault(found["dataset"], [])
        if not of_dataset or of_dataset[-1]["commune"] != found["commune"]:
            of_dataset.append({"commune": found["commune"], "counts": {}})
        of_dataset[-1]["counts"][found["grp"]] = found["entities"]
    return rows


def _bars(dataset: str, rows: list[Row], material: Material, language: Language) -> Markup:
    named = language.word(labels.DATASETS, dataset)
    return pictures.stacked_bars(
        f"quality-{dataset}",
        language.say(f"Nhóm chất lượng theo xã cũ: {named}", f"Quality groups by old commune: {named}"),
        [(material.facts.commune.old_name(row["commune"], language), row["counts"]) for row in rows],
        {group: language.of(label) for group, label in labels.QUALITY_GROUPS.items()},
        language,
    )


def _land(_material: Material, _language: Language) -> dict[str, Any]:
    return {"sheets_shown": SHEETS_SHOWN}


def _handover(material: Material, _language: Language) -> dict[str, Any]:
    return {"statements": list(zip(handover_pages(material.handovers), material.handovers, strict=True))}


def handover_pages(made: Sequence[Handover]) -> list[Page]:
    """The statement of each old commune, with its workbook: as many pages as there are old communes."""
    return [
        Page(
            f"handover_{handover.code}",
            Text(
                f"Biên bản bàn giao: {handover.name or handover.code}", f"Hand-over: {handover.name or handover.code}"
            ),
            partial(_statement, handover),
            of_publication=True,
            own_template="handover_statement",
            workbook=partial(_workbook, handover),
        )
        for handover in made
    ]


def _statement(handover: Handover, material: Material, language: Language) -> dict[str, Any]:
    return {"handover": handover, "equations": EQUATIONS, "merger_map": MERGER_MAP}


def _workbook(handover: Handover, material: Material) -> bytes:
    return handover_workbook(handover, material.facts, material.publication)


PAGES: Final = (
    Page("index", Text("Tổng quan", "Overview"), _nothing, of_publication=True),
    Page("balance", Text("Cân đối dòng", "Row balance"), _balance),
    Page("rules", Text("Quy tắc kiểm tra", "Rules"), _rules, ("filter.js",)),
    Page("linkage", Text("Chất lượng đối sánh", "Linkage quality"), _linkage),
    Page("merges", Text("Dòng đã gộp", "Merges"), _merges, SCRIPTS),
    Page("cases", Text("Bị ngăn, chờ quyết định", "Refusals and cases"), _cases, (*SCRIPTS, "filter.js")),
    Page("set_aside", Text("Giữ riêng, chưa xếp", "Set aside, unplaced"), _set_aside),
    Page("quality", Text("Nhóm chất lượng", "Quality groups"), _quality),
    Page("land", Text("Đất đai", "Land"), _land),
    Page("changes", Text("Thay đổi", "Changes"), _changes),
    Page("handover", Text("Biên bản bàn giao", "Hand-over statements"), _handover, of_publication=True),
    Page("dictionary", Text("Từ điển dữ liệu", "Data dictionary"), _dictionary, ("filter.js",)),
    Page("manifest", Text("Bản kê khai", "Manifest"), _manifest, ("filter.js",), of_publication=True),
)
