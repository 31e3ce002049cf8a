"""The audit page of one new commune: the facts of its warehouse put into Vietnamese words and drawn.

Counting belongs to `facts` and `linkage_facts`, drawing to `pictures`, `reliability` and `waterfall`, vocabulary to
`labels` and `evidence_words`. All text leaves through one door: it is masked (`privacy.mask_numbers`), then escaped,
unless a formatter of this package made it.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.reports import drawing, evidence_words, labels, pictures, unplaced_facts
from pipelines.reports.asking import Row
from pipelines.reports.belief import alarm_of, calibration_sentence, threshold_sentences
from pipelines.reports.facts import Commune, Facts, read_facts
from pipelines.reports.forecast import forecast
from pipelines.reports.land_facts import SHEETS_SHOWN
from pipelines.reports.linkage_facts import LinkageFacts
from pipelines.reports.pairs import PAIR_FIELDS, limits_of, shown_pairs
from pipelines.reports.privacy import mask_numbers
from pipelines.reports.reliability import BAND, reliability_diagram, share
from pipelines.reports.search import search_data

_DECISIONS_DRAWN: Final = ("automatic", "officer", "review", "refused")
_TEMPLATES: Final = Path(__file__).parent / "templates"
_SCRIPT: Final = "links.js"


@dataclass(frozen=True)
class Verdict:
    """Whether publication is allowed, as the gates decide it."""

    status: str
    heading: str
    sentence: str
    gates: int
    gates_failed: int
    warnings: int
    warnings_failed: int


def render_commune_page(staging: Path, validation: pl.DataFrame) -> str:
    """The audit page, one self-contained HTML text, of the warehouse file `staging`.

    `validation` holds the results of the checks (table `validation_results`, and `sentence_vi` where there is
    one); the publication verdict on the page is what its gates say. The file is opened read-only and
    closed again.
    """
    facts = read_facts(staging, validation)
    script = (_TEMPLATES / _SCRIPT).read_text(encoding="utf-8")
    return (
        _environment(facts.commune)
        .get_template("commune.html")
        .render(
            facts=facts,
            commune=facts.commune,
            verdict=verdict_of(facts),
            labels=labels,
            evidence_words=evidence_words,
            unplaced_facts=unplaced_facts,
            flows=_flows(facts),
            linkage={name: _linkage(name, of_dataset) for name, of_dataset in facts.linkage.items()},
            matrices=_matrices(facts),
            forecast=forecast(facts.queue, facts.linkage),
            pair_fields=PAIR_FIELDS,
            search_data=search_data(facts.linkage),
            script=Markup(script),
            script_hash=Markup(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()),
            sheets_shown=SHEETS_SHOWN,
            quality_bars=_quality_bars(facts),
            quality_rows=_quality_rows(facts),
            balanced=all(all(row["holds"]) for row in facts.files) and all(row["holds"] for row in facts.cross_checks),
        )
    )


def verdict_of(facts: Facts) -> Verdict:
    """Allowed only when there are gates and every one passed; no result at all is no permission.

    The official edition waits for open blocking cases as well, as the publication gate does.
    """
    gates = [rule for rule in facts.rules if rule["severity"] == "gate"]
    others = [rule for rule in facts.rules if rule["severity"] != "gate"]
    failed = [rule for rule in gates if rule["passed"] is not True]
    official = facts.commune.mode == "official"
    edition = "bản chính thức" if official else "bản chạy thử"
    blocking = sum(row["blocking"] for row in facts.cases)
    if not gates:
        status, heading = "unknown", "Chưa đủ căn cứ để kết luận"
        sentence = "Không có kết quả của điều kiện bắt buộc nào, vì vậy không được coi là đạt và không được công bố."
    elif failed:
        status, heading = "refused", f"Từ chối công bố {edition}"
        sentence = (
            f"{len(failed)} trên {len(gates)} điều kiện bắt buộc không đạt. Dữ liệu của lần chạy này không "
            "được đưa ra sử dụng; bản đã công bố trước đó (nếu có) được giữ nguyên."
        )
    elif official and blocking:
        status, heading = "refused", f"Chưa được công bố {edition}"
        sentence = (
            f"Tất cả {len(gates)} điều kiện bắt buộc đều đạt, nhưng còn {blocking} trường hợp phải có người giải "
            "quyết trước. Bản đã công bố trước đó (nếu có) được giữ nguyên."
        )
    else:
        status, heading = "allowed", f"Được phép công bố {edition}"
        sentence = f"Tất cả {len(gates)} điều kiện bắt buộc đều đạt." + (
            "" if official else " Đây là bản chạy thử: chưa thay thế số liệu chính thức."
        )
    return Verdict(
        status,
        heading,
        sentence,
        len(gates),
        len(failed),
        len(others),
        sum(rule["passed"] is not True for rule in others),
    )


def _environment(commune: Commune) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_leave,
    )
    environment.filters.update(
        so=labels.whole_number,
        so_le=labels.decimal_number,
        bit=labels.bits,
        share=share,
        xac_suat=labels.probability,
        hex=labels.hexadecimal,
        lines=lambda lines: Markup(labels.line_ranges([line for line in lines if line is not None])),
        old=commune.old_name,
    )
    environment.globals["ty_le"] = labels.percentage
    environment.globals["tu"] = labels.word
    return environment


def _leave(value: Any) -> Any:
    """The one door to the page: text is masked; numbers and the formatters' own markup pass."""
    if value is None:
        return "–"
    return mask_numbers(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _flows(facts: Facts) -> list[Row]:
    names = ("records", "loaded", "quarantined", "placed", "unplaced", "elsewhere", "kept", "merged")
    drawn = []
    for total in facts.totals:
        dataset = labels.word(labels.DATASETS, total["dataset"])
        key = re.sub(r"[^a-z]", "", total["dataset"]) or "other"
        title = f"Đường đi của các bản ghi: {dataset}"
        balance = pictures.Balance(**{name: total[name] for name in names})
        drawn.append({"name": dataset, "svg": pictures.flow(f"flow-{key}", title, balance)})
    return drawn


def _linkage(dataset: str, facts: LinkageFacts) -> Row:
    """What the section on merging shows of one dataset besides the bare facts."""
    named = labels.word(labels.DATASETS, dataset)
    return {
        "facts": facts,
        "alarm": alarm_of(facts.model),
        "thresholds": threshold_sentences(dataset, facts),
        "calibration": calibration_sentence(facts.model),
        "histogram": _histogram(dataset, facts),
        "reliability": reliability_diagram(f"reliability-{dataset}", f"Độ tin cậy của trọng số: {named}", found)
        if (found := facts.reliability)
        else "",
        "band": BAND,
        "pairs": shown_pairs(dataset, facts),
    }


def _histogram(dataset: str, facts: LinkageFacts) -> Markup:
    if not facts.bins:
        return Markup("")
    found = [decision for decision in _DECISIONS_DRAWN if any(row["decision"] == decision for row in facts.bins)]
    found += sorted({row["decision"] for row in facts.bins} - set(found))
    series = [
        pictures.Series(
            labels.word(labels.DECISIONS, decision),
            pictures.DECISION_FILLS.get(decision, drawing.GREY),
            {row["bin"]: row["links"] for row in facts.bins if row["decision"] == decision},
        )
        for decision in found
    ]
    title = f"Phân bố trọng số các cặp: {labels.word(labels.DATASETS, dataset)}"
    return pictures.histogram(f"weights-{dataset}", title, series, facts.width, limits_of(facts))


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


def _quality_rows(facts: Facts) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for found in facts.quality:
        of_dataset = rows.setdefault(found["dataset"], [])
        if not of_dataset or of_dataset[-1]["commune"] != found["commune"]:
            of_dataset.append({"commune": found["commune"], "counts": {}})
        of_dataset[-1]["counts"][found["grp"]] = found["entities"]
    return rows


def _quality_bars(facts: Facts) -> dict[str, Markup]:
    return {
        dataset: pictures.stacked_bars(
            f"quality-{dataset}",
            f"Nhóm chất lượng theo xã cũ: {labels.word(labels.DATASETS, dataset)}",
            [(facts.commune.old_name(row["commune"]), row["counts"]) for row in rows],
            labels.QUALITY_GROUPS,
        )
        for dataset, rows in _quality_rows(facts).items()
    }
