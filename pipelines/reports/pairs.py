"""Pairs side by side: what the files say in the fields by which an auditor tells two rows, numbers masked."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from pipelines.reports import labels
from pipelines.reports.asking import Row
from pipelines.reports.belief import ONE_AND_TWO
from pipelines.reports.linkage_facts import LinkageFacts
from pipelines.reports.privacy import mask_identity_field
from pipelines.reports.waterfall import Step, steps_of, waterfall

THRESHOLDS: Final = {"automatic": "ngưỡng tự động gộp", "review": "ngưỡng xem xét"}


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


@dataclass(frozen=True)
class ShownPair:
    """One pair as the page lists it: `differs` compares, field by field, what the files say before it is masked."""

    weight: int
    reason: str
    sides: list[Row]
    differs: list[bool]
    steps: list[Step]
    picture: Markup


def shown_pairs(dataset: str, facts: LinkageFacts) -> dict[str, list[ShownPair]]:
    """The pairs of each decision, with their waterfalls."""
    limits = limits_of(facts)
    return {
        decision: [
            _shown_pair(dataset, f"w-{dataset}-{decision}-{order}", pair, limits)
            for order, pair in enumerate(pairs, start=1)
        ]
        for decision, pairs in facts.pairs.items()
    }


def limits_of(facts: LinkageFacts) -> list[tuple[str, int]]:
    """The thresholds in force with their names, as pictures show them."""
    return [(label, facts.thresholds[name]) for name, label in THRESHOLDS.items() if name in facts.thresholds]


def _shown_pair(dataset: str, key: str, pair: Row, limits: list[tuple[str, int]]) -> ShownPair:
    fields = PAIR_FIELDS[dataset]
    texts = []
    for side in pair["sides"]:
        raw = {_plain(header): text for header, text in (side["raw"] or {}).items()}
        texts.append([_texts(field, raw) for field in fields])
    weight = pair["weight"] or 0
    steps = steps_of(pair["evidence"], weight)
    chance = labels.probability(pair["probability"])
    outcome = "" if pair["probability"] is None else f"xác suất là {ONE_AND_TWO[dataset][0]} {chance}"
    return ShownPair(
        weight=weight,
        reason=pair["reason"] or "",
        sides=[
            {**side, "fields": [_shown(field, found) for field, found in zip(fields, column, strict=True)]}
            for side, column in zip(pair["sides"], texts, strict=True)
        ],
        differs=[
            [text.casefold() for text in first] != [text.casefold() for text in second]
            for first, second in zip(*texts, strict=True)
        ],
        steps=steps,
        picture=waterfall(key, "Chứng cứ cộng lại thành trọng số", steps, weight, outcome, limits),
    )


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
