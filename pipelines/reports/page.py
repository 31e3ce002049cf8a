"""The audit page of one new commune: the facts of its warehouse put into Vietnamese words and drawn.

Counting belongs to `facts`, drawing to `pictures`, vocabulary to `labels`. All text leaves through one
door: it is masked (`privacy.mask_numbers`), then escaped, unless a formatter of this package made it.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.reports import labels, pictures
from pipelines.reports.facts import Commune, Facts, LinkWeights, Row, read_facts
from pipelines.reports.privacy import mask_identity_field, mask_numbers

_DECISIONS_DRAWN: Final = ("automatic", "officer", "review", "refused")
_THRESHOLDS: Final = {"automatic": "ngưỡng tự động gộp", "review": "ngưỡng xem xét"}


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


@dataclass(frozen=True)
class ShownField:
    """One column of the side-by-side table of pairs, and the headers it may have had in an export."""

    label: str
    headers: tuple[str, ...]
    is_number_of_person: bool = False


PAIR_FIELDS: Final[dict[str, tuple[ShownField, ...]]] = {
    "citizens": (
        ShownField("Họ và tên", ("ho_ten", "ho_va_ten", "ho_chu_dem_va_ten", "ho_ten_khai_sinh")),
        ShownField("Ngày sinh", ("ngay_sinh", "ngay_thang_nam_sinh", "nam_sinh")),
        ShownField("Thôn", ("thon", "xom", "to_dan_pho", "tdp", "thon_xom", "thon_to_dan_pho", "to", "khu")),
        ShownField(
            "Số giấy tờ (đã che)",
            (
                "so_dinh_danh",
                "so_cccd",
                "cccd",
                "so_ddcn",
                "so_dinh_danh_ca_nhan",
                "so_cmnd",
                "cmnd",
                "so_cmt",
                "cccd_cmnd",
                "so_giay_to",
            ),
            is_number_of_person=True,
        ),
    ),
    "parcels": (
        ShownField("Số tờ", ("so_to", "to_ban_do", "so_to_bd", "to_so")),
        ShownField("Số thửa", ("so_thua", "thua_dat_so")),
        ShownField("Diện tích", ("dien_tich", "dt", "dien_tich_m2")),
        ShownField("Chủ sử dụng", ("chu_su_dung", "ten_chu", "ten_chu_su_dung")),
        ShownField(
            "Giấy tờ của chủ (đã che)",
            ("giay_to_chu", "so_cmnd_chu", "so_giay_to_chu"),
            is_number_of_person=True,
        ),
    ),
}


def render_commune_page(staging: Path, validation: pl.DataFrame) -> str:
    """The audit page, one self-contained HTML text, of the warehouse file `staging`.

    `validation` holds the results of the checks (table `validation_results`, and `sentence_vi` where there is
    one); the publication verdict on the page is what its gates say. The file is opened read-only and
    closed again.
    """
    facts = read_facts(staging, validation)
    return (
        _environment(facts.commune)
        .get_template("commune.html")
        .render(
            facts=facts,
            commune=facts.commune,
            verdict=verdict_of(facts),
            labels=labels,
            flows=_flows(facts),
            histograms={name: _histogram(name, weights) for name, weights in facts.weights.items()},
            matrices=_matrices(facts),
            pair_fields=PAIR_FIELDS,
            pairs={name: [_pair(name, pair) for pair in found] for name, found in facts.weakest.items()},
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
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
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


def _histogram(dataset: str, weights: LinkWeights) -> Markup:
    if not weights.bins:
        return Markup("")
    found = [decision for decision in _DECISIONS_DRAWN if any(row["decision"] == decision for row in weights.bins)]
    found += sorted({row["decision"] for row in weights.bins} - set(found))
    series = [
        pictures.Series(
            labels.word(labels.DECISIONS, decision),
            pictures.DECISION_FILLS.get(decision, pictures.GREY),
            {row["bin"]: row["links"] for row in weights.bins if row["decision"] == decision},
        )
        for decision in found
    ]
    lines = [(label, weights.thresholds[name]) for name, label in _THRESHOLDS.items() if name in weights.thresholds]
    title = f"Phân bố trọng số các cặp: {labels.word(labels.DATASETS, dataset)}"
    return pictures.histogram(f"weights-{dataset}", title, series, weights.width, lines)


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


def _pair(dataset: str, pair: Row) -> Row:
    """The pair with its shown fields; `differs` compares what the files say, before anything is masked."""
    fields = PAIR_FIELDS[dataset]
    texts = []
    for side in pair["sides"]:
        raw = {_plain(header): text for header, text in (side["raw"] or {}).items()}
        texts.append([_texts(field, raw) for field in fields])
    sides = [
        {**side, "fields": [_shown(field, found) for field, found in zip(fields, column, strict=True)]}
        for side, column in zip(pair["sides"], texts, strict=True)
    ]
    differs = [
        [text.casefold() for text in first] != [text.casefold() for text in second]
        for first, second in zip(*texts, strict=True)
    ]
    return {**pair, "sides": sides, "differs": differs}


def _texts(field: ShownField, raw: dict[str, str | None]) -> list[str]:
    """What a row says in this field: every number of the person, or the first header that has a value."""
    texts = [(raw.get(_plain(header)) or "").strip() for header in field.headers]
    found = [text for text in texts if text]
    return found if field.is_number_of_person else found[:1]


def _shown(field: ShownField, found: list[str]) -> str:
    return "; ".join(mask_identity_field(text) if field.is_number_of_person else text for text in found)


def _plain(header: str) -> str:
    """A header without marks, case, spacing and punctuation: `Họ và tên` is `hovaten`."""
    bare = unicodedata.normalize("NFD", header.lower().replace("đ", "d"))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]", "", bare)


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
