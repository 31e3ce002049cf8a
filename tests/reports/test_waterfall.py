"""The waterfall of a pair: it shows every entry of the evidence and ends at the weight."""

import re

import pytest

from pipelines.reports import render_commune_page
from pipelines.reports.waterfall import UNEXPLAINED, steps_of, waterfall

from .conftest import PASSED, Rows, Write, text_of

EVIDENCE = [
    {"field": "prior", "level": "stranger", "weight": -21_340},
    {"field": "full_name", "level": "equal_16_bits", "weight": 16_210},
    {"field": "birth_date", "level": "one_digit", "weight": 5_050},
    {"field": "sex", "level": "equal", "weight": 940},
    {"field": "spouse_name", "level": "heads_neither", "weight": -1_260},
    {"field": "personal_id", "level": "equal", "weight": 19_860},
]
WEIGHT = sum(entry["weight"] for entry in EVIDENCE)
LIMITS = [("ngưỡng tự động gộp", 5111), ("ngưỡng xem xét", -4876)]


def bars(svg: str) -> list[tuple[str, float, float]]:
    """Class, left and right end of every bar."""
    found = re.findall(r'<rect class="(\w+)" x="([\d.-]+)" y="\d+" width="([\d.]+)"', svg)
    return [(kind, float(x), float(x) + float(width)) for kind, x, width in found]


def test_each_entry_is_a_step_and_the_last_sum_is_the_weight() -> None:
    steps = steps_of(EVIDENCE, WEIGHT)
    assert [step.weight for step in steps] == [entry["weight"] for entry in EVIDENCE]
    assert steps[-1].total == WEIGHT
    assert (steps[0].field, steps[0].level) == ("Điểm xuất phát", "so với hai bản ghi không liên quan")


@pytest.mark.parametrize("evidence", [None, [], EVIDENCE[:3]])
def test_what_no_entry_explains_is_a_step_of_its_own(evidence: list[dict[str, object]] | None) -> None:
    steps = steps_of(evidence, WEIGHT)
    assert steps[-1].field == UNEXPLAINED
    assert sum(step.weight for step in steps) == steps[-1].total == WEIGHT


def test_bars_hang_together_from_zero_to_the_weight() -> None:
    svg = waterfall("w", "t", steps_of(EVIDENCE, WEIGHT), WEIGHT, "xác suất", LIMITS)
    *drawn, last = bars(svg)
    assert [kind for kind, *_ in drawn] == ["down" if entry["weight"] < 0 else "up" for entry in EVIDENCE]
    at = float(re.search(r'class="zero" d="M([\d.]+)', svg)[1])  # type: ignore[index]
    for kind, left, right in drawn:
        start, at = (right, left) if kind == "down" else (left, right)
        assert abs(start - at) == pytest.approx(right - left)
    zero = float(re.search(r'class="zero" d="M([\d.]+)', svg)[1])  # type: ignore[index]
    assert last == ("sum", pytest.approx(zero, abs=0.2), pytest.approx(at, abs=0.2))


def test_bars_are_drawn_to_scale() -> None:
    drawn = bars(waterfall("w", "t", steps_of(EVIDENCE, WEIGHT), WEIGHT, "xác suất", LIMITS))
    scales = [
        (right - left) / abs(entry["weight"]) for (_, left, right), entry in zip(drawn[:-1], EVIDENCE, strict=True)
    ]
    assert scales == pytest.approx([scales[0]] * len(scales), rel=0.02)


def test_words_tell_field_level_weight_and_thresholds() -> None:
    text = text_of(waterfall("w", "t", steps_of(EVIDENCE, WEIGHT), WEIGHT, "xác suất là một người 99,98%", LIMITS))
    assert "Họ và tên: trùng khớp, hiếm (dưới 1/65.000 người) +16,2 −5,1" in text
    assert "Họ tên vợ/chồng: một bên trống, chủ hộ bên đó mang tên khác −1,3 −0,4" in text
    assert "ngưỡng tự động gộp 5,1" in text and "ngưỡng xem xét −4,9" in text
    assert "Trọng số của cặp: xác suất là một người 99,98% +19,5 19,5" in text
    assert "Điểm xuất phát −21,3; Họ và tên +16,2; " in text


def test_weightless_evidence_and_no_thresholds_can_be_drawn() -> None:
    svg = waterfall("w", "t", steps_of([{"field": "sex", "level": "equal", "weight": 0}], 0), 0, "", [])
    assert bars(svg)[-1][0] == "sum"


def test_every_listed_pair_opens_to_its_waterfall_and_table(write: Write, rows: Rows) -> None:
    rows["links"] = [
        {
            "dataset": "citizens",
            "record_id_a": "r1",
            "record_id_b": "r2",
            "weight": WEIGHT,
            "probability": 0.9998,
            "decision": decision,
            "reason": f"Câu của {decision}.",
            "evidence": EVIDENCE,
        }
        for decision in ("automatic", "review", "refused")
    ]
    page = render_commune_page(write(rows), PASSED)
    assert page.count('<details class="why">') == page.count('class="picture fall"') == 3
    text = text_of(page)
    assert text.count("Giới tính trùng khớp +0,9 0,9") == 3
    assert text.count("xác suất là một người 99,98%") == 6  # in the picture and in its description
    assert "Câu của refused." in text and "Câu của review." in text and "Câu của automatic." not in text
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
