"""How far the weights can be believed, in words: the model, its alarm, and the thresholds that follow from cost.

The figures come from the manifest by way of `linkage_facts`; where it lacks one, the sentence about it is left out
or says so.
"""

import math
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from pipelines.reports.asking import number
from pipelines.reports.forecast import days_sentence
from pipelines.reports.labels import bits, decimal_number, whole_number
from pipelines.reports.linkage_facts import LinkageFacts, Model, wilson
from pipelines.reports.reliability import share

ONE_AND_TWO: Final = {"citizens": ("một người", "hai người"), "parcels": ("một thửa", "hai thửa")}


@dataclass(frozen=True)
class Alarm:
    """What the alarm says: `state` is ok, fired or untested."""

    state: str
    heading: str
    sentence: str


def alarm_of(model: Model) -> Alarm | None:
    """The alarm in words; None when the manifest does not speak of it."""
    if not model.alarm:
        return None
    seen = [
        _share(model.alarm, "same", "recognised", "cặp cùng số, mô hình vẫn nhận ra"),
        _share(model.alarm, "different", "mistaken", "cặp khác số, mô hình nhầm là một ở"),
    ]
    found = [sentence for sentence in seen if sentence]
    if not found:
        return Alarm(
            "untested",
            "Chưa kiểm tra được mô hình có bị lệch hay không",
            "Không có cặp nào mà số giấy tờ cho biết đáp án. Cần xem bằng mắt một mẫu các cặp dưới đây.",
        )
    told = f"Che số giấy tờ rồi chấm lại những cặp mà số đã cho biết đáp án: trong {'; trong '.join(found)}."
    if model.alarm.get("fired") is True:
        return Alarm(
            "fired",
            "Mô hình đã bị lệch",
            f"{told} Không dùng kết quả gộp này: cần ước lượng lại mô hình (--estimate) rồi chạy lại.",
        )
    return Alarm("ok", "Cảnh báo mô hình bị lệch không bật", told)


def threshold_sentences(dataset: str, facts: LinkageFacts) -> list[str]:
    """How the thresholds follow from what a mistake and a case cost."""
    one, two = ONE_AND_TWO[dataset]
    settings, thresholds = facts.model.settings, facts.thresholds
    cost, effort, most = (number(settings.get(key)) for key in ("false_merge_cost", "review_cost", "case_share"))
    sentences = []
    if "automatic" in thresholds:
        head = f"Tự động gộp từ {bits(thresholds['automatic'])} bit"
        if number(settings.get("automatic_bits")) is not None:
            sentences.append(f"{head}: ngưỡng này được đặt bằng tay.")
        elif cost is not None:
            times = decimal_number(cost)
            sentences.append(
                f"{head}: một lần gộp nhầm được coi là đắt bằng {times} lần bỏ sót, nên chỉ gộp khi khả năng hai dòng "
                f"là {one} gấp ít nhất {times} lần khả năng là {two} (xác suất từ {_percent(cost / (1 + cost))})."
            )
    if "review" in thresholds:
        head = f"Đưa cho người xem từ {bits(thresholds['review'])} bit"
        if number(settings.get("review_bits")) is not None:
            sentences.append(f"{head}: ngưỡng này được đặt bằng tay.")
        elif by_days := days_sentence(facts, bits(thresholds["review"])):
            sentences.append(by_days)
        elif effort is not None and 0 < effort < 1:
            sentences.append(
                f"{head}: một lần xem xét được coi là đắt bằng {decimal_number(effort)} lần bỏ sót, nên chỉ đáng xem "
                f"khi xác suất là {one} từ {_percent(effort)} trở lên."
            )
            if most is not None:
                sentences.append(_budget(most, thresholds["review"], effort, facts.model))
    return sentences


def calibration_sentence(model: Model) -> str:
    """What a bit of weight is worth, as pairs with a known answer have taught."""
    if model.slope is None or model.offset is None:
        return ""
    formula = f"log₂(khả năng là một : khả năng là hai) = {_real(model.offset)} + {_real(model.slope)} × trọng số"
    if model.slope >= 1:
        return f"Xác suất trong trang này tính theo công thức {formula}."
    return (
        f"Xác suất trong trang này thận trọng hơn trọng số: {formula}, tức là mỗi bit trọng số chỉ tính là "
        f"{_real(model.slope)} bit, vì các chứng cứ không hoàn toàn độc lập với nhau."
    )


def _budget(most: float, review: int, effort: float, model: Model) -> str:
    wanted = _weight_at(effort / (1 - effort), model)
    raised = wanted is not None and review > wanted + 1
    limit = f"Số cặp chờ xem xét được giữ ở khoảng {_percent(most)} số dòng (xã ít dòng được nhiều hơn)"
    if raised:
        return f"{limit}; có nhiều cặp đáng xem hơn mức đó nên ngưỡng đã được nâng từ {bits(wanted)} bit."
    return f"{limit}; nếu có nhiều cặp đáng xem hơn thì ngưỡng được nâng lên."


def _weight_at(odds: float, model: Model) -> int | None:
    """The weight (thousandths of a bit) at which the calibrated odds are so high."""
    if model.offset is None or not model.slope:
        return None
    return math.ceil(1000 * (math.log2(odds) - model.offset) / model.slope)


def _share(alarm: dict[str, object], count: str, rate: str, words: str) -> str:
    pairs, value = number(alarm.get(count)), number(alarm.get(rate))
    if not pairs or value is None:
        return ""
    low, high = wilson(value * pairs, int(pairs))
    return f"{whole_number(pairs)} {words} {share(value)} (khoảng tin cậy 95%: {share(low)} đến {share(high)})"


def _percent(value: float) -> str:
    return f"{decimal_number(100 * value, 2)}%"


def _real(value: float) -> Markup:
    return Markup(f"{value:.2f}".replace(".", ",").replace("-", "−"))
