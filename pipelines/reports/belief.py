"""How far the weights can be believed, in words: the model, its alarm, and the thresholds that follow from cost.

The figures come from the manifest by way of `linkage_facts`; where it lacks one, the sentence about it is left out
or says so.
"""

import math
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from pipelines.reports.asking import number
from pipelines.reports.forecast import days_sentence
from pipelines.reports.languages import Language, Text
from pipelines.reports.linkage_facts import LinkageFacts, Model, wilson

ONE_AND_TWO: Final = {
    "citizens": (Text("một người", "one person"), Text("hai người", "two people")),
    "parcels": (Text("một thửa", "one parcel"), Text("hai thửa", "two parcels")),
}

THRESHOLDS: Final = {
    "automatic": Text("ngưỡng tự động gộp", "threshold of automatic merging"),
    "review": Text("ngưỡng xem xét", "threshold of review"),
}


@dataclass(frozen=True)
class Alarm:
    """What the alarm says: `state` is ok, fired or untested."""

    state: str
    heading: str
    sentence: str


def limits_of(facts: LinkageFacts) -> list[tuple[Text, int]]:
    """The thresholds in force with their names, as pictures show them."""
    return [(label, facts.thresholds[name]) for name, label in THRESHOLDS.items() if name in facts.thresholds]


def alarm_of(model: Model, language: Language) -> Alarm | None:
    """The alarm in words; None when the manifest does not speak of it."""
    if not model.alarm:
        return None
    say = language.say
    recognised = say("cặp cùng số, mô hình vẫn nhận ra", "pairs with one number the model still recognises")
    mistaken = say(
        "cặp khác số, mô hình nhầm là một ở", "pairs with different numbers the model takes for one entity in"
    )
    seen = [
        _share(model.alarm, "same", "recognised", recognised, language),
        _share(model.alarm, "different", "mistaken", mistaken, language),
    ]
    found = [sentence for sentence in seen if sentence]
    if not found:
        return Alarm(
            "untested",
            say(
                "Chưa kiểm tra được mô hình có bị lệch hay không",
                "Whether the model has drifted could not be tested",
            ),
            say(
                "Không có cặp nào mà số giấy tờ cho biết đáp án. Cần xem bằng mắt một mẫu các cặp.",
                "No pair has numbers that tell the answer. A sample of pairs must be looked at by people.",
            ),
        )
    among = say("; trong ", "; of ").join(found)
    told = say(
        f"Che số giấy tờ rồi chấm lại những cặp mà số đã cho biết đáp án: trong {among}.",
        f"With numbers hidden, the pairs whose numbers tell the answer were scored again: of {among}.",
    )
    if model.alarm.get("fired") is True:
        advice = say(
            "Không dùng kết quả gộp này: cần ước lượng lại mô hình (--estimate) rồi chạy lại.",
            "Do not use these merges: estimate the model again (--estimate) and run again.",
        )
        return Alarm("fired", say("Mô hình đã bị lệch", "The model has drifted"), f"{told} {advice}")
    return Alarm("ok", say("Cảnh báo mô hình bị lệch không bật", "The alarm against drift is silent"), told)


def threshold_sentences(dataset: str, facts: LinkageFacts, language: Language) -> list[str]:
    """How the thresholds follow from what a mistake and a case cost."""
    say = language.say
    one, two = map(language.of, ONE_AND_TWO[dataset])
    settings, thresholds = facts.model.settings, facts.thresholds
    cost, effort, most = (number(settings.get(key)) for key in ("false_merge_cost", "review_cost", "case_share"))
    by_hand = say("ngưỡng này được đặt bằng tay", "this threshold was set by hand")
    sentences = []
    if "automatic" in thresholds:
        limit = language.bits(thresholds["automatic"])
        head = say(f"Tự động gộp từ {limit} bit", f"Merged automatically from {limit} bits")
        if number(settings.get("automatic_bits")) is not None:
            sentences.append(f"{head}: {by_hand}.")
        elif cost is not None:
            times, chance = language.decimal(cost), _percent(cost / (1 + cost), language)
            sentences.append(
                say(
                    f"{head}: một lần gộp nhầm được coi là đắt bằng {times} lần bỏ sót, nên chỉ gộp khi khả năng hai "
                    f"dòng là {one} gấp ít nhất {times} lần khả năng là {two} (xác suất từ {chance}).",
                    f"{head}: a false merge is taken to cost as much as {times} missed ones, so rows are merged only "
                    f"when {one} is at least {times} times as likely as {two} (probability from {chance}).",
                )
            )
    if "review" in thresholds:
        limit = language.bits(thresholds["review"])
        head = say(f"Đưa cho người xem từ {limit} bit", f"Shown to people from {limit} bits")
        if number(settings.get("review_bits")) is not None:
            sentences.append(f"{head}: {by_hand}.")
        elif by_days := days_sentence(facts, head, language):
            sentences.append(by_days)
        elif effort is not None and 0 < effort < 1:
            price, chance = language.decimal(effort), _percent(effort, language)
            sentences.append(
                say(
                    f"{head}: một lần xem xét được coi là đắt bằng {price} lần bỏ sót, nên chỉ đáng xem khi xác suất "
                    f"là {one} từ {chance} trở lên.",
                    f"{head}: one look is taken to cost as much as {price} missed merges, so a pair is worth a look "
                    f"when the probability of {one} is {chance} or more.",
                )
            )
            if most is not None:
                sentences.append(_budget(most, thresholds["review"], effort, facts.model, language))
    return sentences


def calibration_sentence(model: Model, language: Language) -> str:
    """What a bit of weight is worth, as pairs with a known answer have taught."""
    if model.slope is None or model.offset is None:
        return ""
    offset, slope = _real(model.offset, language), _real(model.slope, language)
    formula = language.say(
        f"log₂(khả năng là một : khả năng là hai) = {offset} + {slope} × trọng số",
        f"log₂(odds of one against two) = {offset} + {slope} × weight",
    )
    if model.slope >= 1:
        return language.say(
            f"Xác suất trong trang này tính theo công thức {formula}.",
            f"Probabilities on these pages follow the formula {formula}.",
        )
    return language.say(
        f"Xác suất trong trang này thận trọng hơn trọng số: {formula}, tức là mỗi bit trọng số chỉ tính là "
        f"{slope} bit, vì các chứng cứ không hoàn toàn độc lập với nhau.",
        f"Probabilities on these pages are more cautious than the weights: {formula}: each bit of weight counts as "
        f"{slope} bits only, because pieces of evidence are not quite independent.",
    )


def _budget(most: float, review: int, effort: float, model: Model, language: Language) -> str:
    wanted = _weight_at(effort / (1 - effort), model)
    raised = wanted is not None and review > wanted + 1
    share = _percent(most, language)
    limit = language.say(
        f"Số cặp chờ xem xét được giữ ở khoảng {share} số dòng (xã ít dòng được nhiều hơn)",
        f"Pairs for review are kept to about {share} of the rows (more in a small commune)",
    )
    if raised:
        return limit + language.say(
            f"; có nhiều cặp đáng xem hơn mức đó nên ngưỡng đã được nâng từ {language.bits(wanted)} bit.",
            f"; more pairs than that are worth a look, so the threshold was raised from {language.bits(wanted)} bits.",
        )
    return limit + language.say(
        "; nếu có nhiều cặp đáng xem hơn thì ngưỡng được nâng lên.",
        "; if more pairs were worth a look, the threshold would rise.",
    )


def _weight_at(odds: float, model: Model) -> int | None:
    """The weight (thousandths of a bit) at which the calibrated odds are so high."""
    if model.offset is None or not model.slope:
        return None
    return math.ceil(1000 * (math.log2(odds) - model.offset) / model.slope)


def _share(alarm: dict[str, object], count: str, rate: str, words: str, language: Language) -> str:
    pairs, value = number(alarm.get(count)), number(alarm.get(rate))
    if not pairs or value is None:
        return ""
    low, high = map(language.share, wilson(value * pairs, int(pairs)))
    interval = language.say(f"khoảng tin cậy 95%: {low} đến {high}", f"95% interval: {low} to {high}")
    return f"{language.whole(pairs)} {words} {language.share(value)} ({interval})"


def _percent(value: float, language: Language) -> str:
    return f"{language.decimal(100 * value, 2)}%"


def _real(value: float, language: Language) -> Markup:
    return escape(f"{value:.2f}".replace(".", language.point).replace("-", "−"))
