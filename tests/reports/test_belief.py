"""What the page says of the model: reliability, alarm, thresholds, candidates; and that it has words for all of it."""

import re

import pytest

from pipelines.across.spec import ACROSS
from pipelines.citizens.comparisons import SPEC as CITIZENS
from pipelines.linkage.calibration import BAND as ENGINE_BAND
from pipelines.parcels.comparisons import SPEC as PARCELS
from pipelines.reports import labels
from pipelines.reports.evidence_words import CANDIDATE_RULES, FIELDS, LEVELS
from pipelines.reports.languages import LANGUAGES, VIETNAMESE
from pipelines.reports.linkage_facts import wilson
from pipelines.reports.reliability import BAND

from .conftest import Rows, Write, facts_of, page_of, text_of, told

SETTINGS = {"false_merge_cost": 20.0, "review_cost": 0.05, "case_share": 0.02, "automatic_bits": None}
BANDS = [
    {"band": -4000, "pairs": 40, "expected": 0.2, "observed": 0.175},
    {"band": -2000, "pairs": 0, "expected": 0.4, "observed": None},
    {"band": 0, "pairs": 1250, "expected": 0.62, "observed": 0.5},
    {"band": 6000, "pairs": 9, "expected": 0.9912, "observed": 1.0},
]


@pytest.mark.parametrize("spec", [CITIZENS, PARCELS], ids=lambda spec: spec.dataset)
def test_every_code_of_the_spec_has_words(spec) -> None:  # type: ignore[no-untyped-def]
    levels = {level.name for comparison in spec.comparisons for level in comparison.levels}
    assert levels | {alternative.name for alternative in spec.alternatives} <= set(LEVELS)
    assert {comparison.field for comparison in spec.comparisons} <= set(FIELDS)
    assert {rule.name for rule in spec.rules} <= set(CANDIDATE_RULES)
    assert {ban.name for ban in spec.forbidden} <= set(labels.CASE_REASONS)


def test_there_are_no_words_without_a_code() -> None:
    both = (CITIZENS, PARCELS)
    levels = {level.name for spec in both for comparison in spec.comparisons for level in comparison.levels}
    levels |= {alternative.name for spec in both for alternative in spec.alternatives}
    assert set(LEVELS) - levels == set()
    assert set(FIELDS) - {c.field for spec in both for c in spec.comparisons} == {"prior"}
    assert set(CANDIDATE_RULES) == {rule.name for spec in (*both, ACROSS) for rule in spec.rules}


def test_field_and_level_fit_one_line_of_a_picture() -> None:
    longest = [
        f"{language.of(FIELDS[c.field])}: {language.of(LEVELS[level.name])}"
        for language in LANGUAGES
        for spec in (CITIZENS, PARCELS)
        for c in spec.comparisons
        for level in c.levels
    ]
    assert max(map(len, longest)) <= 66


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_the_diagram_has_a_column_for_every_band_of_the_manifest(write: Write, rows: Rows) -> None:
    page = page_of(write(told(rows, reliability__citizens=BANDS)), "linkage")
    figure = page[page.index("Độ tin cậy của trọng số: công dân") : page.index("Các quy tắc chọn cặp")]
    assert figure.count("<circle") == 3
    heights = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', figure)]
    base, top = 264.0, 44.0
    assert heights == pytest.approx([base - (base - top) * share for share in (0.175, 0.5, 1.0)], abs=0.06)
    text = text_of(figure)
    assert "từ 0,0 bit: 1.250 cặp, dự kiến 62,00%, thấy 50,0%" in text
    assert "Ở 1 trên 3 khoảng trọng số" in text
    assert "−4,0 −2,0 40 20,00% 17,5% 8,7% – 31,9% ✓ phù hợp" in text
    assert "0,0 2,0 1.250 62,00% 50,0% 47,2% – 52,8% ▲ quá tự tin" in text


def test_bands_are_as_wide_as_the_engine_makes_them() -> None:
    assert BAND == ENGINE_BAND


ALARM = {"same": 1993, "different": 1890, "recognised": 0.992, "mistaken": 0.0101, "fired": False}


def test_the_alarm_speaks_in_words(write: Write, rows: Rows) -> None:
    text = text_of(page_of(write(told(rows, alarm__citizens=ALARM)), "linkage"))
    assert "✓ Cảnh báo mô hình bị lệch không bật." in text
    assert "trong 1.993 cặp cùng số, mô hình vẫn nhận ra 99,2% (khoảng tin cậy 95%: 98,7% đến 99,5%)" in text
    assert "trong 1.890 cặp khác số, mô hình nhầm là một ở 1,0%" in text


def test_a_fired_alarm_forbids_use(write: Write, rows: Rows) -> None:
    fired = {**ALARM, "recognised": 0.3, "different": 0, "mistaken": None, "fired": True}
    text = text_of(page_of(write(told(rows, alarm__citizens=fired)), "linkage"))
    assert "✗ Mô hình đã bị lệch." in text and "Không dùng kết quả gộp này" in text
    assert "cặp khác số" not in text


def test_an_alarm_without_numbers_is_no_all_clear(write: Write, rows: Rows) -> None:
    silent = {"same": 0, "different": 0, "recognised": None, "mistaken": None, "fired": False}
    text = text_of(page_of(write(told(rows, alarm__parcels=silent)), "linkage"))
    assert "? Chưa kiểm tra được mô hình có bị lệch hay không." in text
    assert "không bật" not in text


def test_thresholds_are_told_by_cost(write: Write, rows: Rows) -> None:
    text = text_of(page_of(write(told(rows, settings__citizens=SETTINGS)), "linkage"))
    assert "Tự động gộp từ 12,0 bit: một lần gộp nhầm được coi là đắt bằng 20 lần bỏ sót" in text
    assert "gấp ít nhất 20 lần khả năng là hai người (xác suất từ 95,24%)" in text
    assert "Đưa cho người xem từ −3,0 bit: một lần xem xét được coi là đắt bằng 0,05 lần bỏ sót" in text
    assert "từ 5% trở lên" in text and "khoảng 2% số dòng" in text


def test_a_threshold_set_by_hand_is_told_as_such(write: Write, rows: Rows) -> None:
    by_hand = {**SETTINGS, "automatic_bits": 12.0, "review_bits": -3.0}
    text = text_of(page_of(write(told(rows, settings__citizens=by_hand)), "linkage"))
    assert text.count("ngưỡng này được đặt bằng tay") == 2
    assert "bỏ sót" not in text


def test_a_review_threshold_that_the_budget_raised_is_told(write: Write, rows: Rows) -> None:
    calibration = {"offset": 0.0, "slope": 0.5}
    page = page_of(write(told(rows, settings__citizens=SETTINGS, calibration__citizens=calibration)), "linkage")
    assert "ngưỡng đã được nâng từ −8,5 bit" in text_of(page)
    assert "mỗi bit trọng số chỉ tính là 0,50 bit" in text_of(page)


def test_the_model_is_named_with_its_rows(write: Write, rows: Rows) -> None:
    name = "citizens-10231-123456789012"
    page = text_of(page_of(write(told(rows, model_name__citizens=name, model__citizens={"rows": 6336})), "linkage"))
    assert f"Mô hình {name} , ước lượng từ 6.336 dòng" in page


def test_unreadable_entries_about_the_model_are_passed_over(write: Write, rows: Rows) -> None:
    broken = told(
        rows,
        reliability__citizens=[{"band": "x"}, 3, {"band": 0, "pairs": 5, "expected": 0.1, "observed": 7}],
        alarm__citizens="[1]",
        calibration__citizens='{"offset": NaN, "slope": true}',
        settings__citizens={"false_merge_cost": "10", "review_cost": 1},
        model__citizens="{",
        candidates__citizens=[{"rule": "x", "new_pairs": "y"}],
    )
    staging = write(broken)
    facts = facts_of(staging).linkage["citizens"]
    assert facts.reliability == [] and facts.model.rows is None and facts.model.slope is None
    assert "Cách gộp và mức tin cậy" in page_of(staging, "linkage")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "trên 99,99%"), (0.99996, "trên 99,99%"), (0.975312, "97,53%"), (0.00001, "dưới 0,01%"), (None, "–")],
)
def test_no_probability_is_shown_as_certain(value: float | None, shown: str) -> None:
    assert VIETNAMESE.probability(value) == shown


@pytest.mark.parametrize(("weight", "shown"), [(2250, "+2,3"), (-2250, "−2,3"), (-40, "0,0"), (61_949, "+61,9")])
def test_bits_are_rounded_away_from_zero(weight: int, shown: str) -> None:
    assert VIETNAMESE.bits(weight, signed=True) == shown
