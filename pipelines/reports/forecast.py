"""What the queue of cases means in days of work, and what is at stake if nobody looks."""

import math
from collections.abc import Iterable
from typing import Final

from pipelines.reports.asking import Row, number
from pipelines.reports.labels import DATASETS
from pipelines.reports.languages import Language, Text
from pipelines.reports.linkage_facts import LinkageFacts

_ENTITIES: Final = {"citizens": Text("người", "people"), "parcels": Text("thửa đất", "parcels")}
_FIRST: Final = {
    "blocking": Text("trường hợp chặn công bố chính thức", "that block official publication"),
    "refusals": Text("trường hợp máy không được phép gộp", "that the program may not merge"),
}
ASSUMED_A_DAY: Final = 100
"""Cases that one officer is taken to decide in a day where no setting tells: five minutes each, with the papers."""


def forecast(cases: Iterable[Row], linkage: dict[str, LinkageFacts], language: Language) -> list[str]:
    """One sentence a data set that has cases: how many, which come first, and how long they take.

    `cases`: `dataset`, `cases` (not decided), `blocking`, `refusals`, `expected` (entities expected to be wrong).
    """
    return [
        _sentence(row, linkage[row["dataset"]], language) for row in cases if row["cases"] and row["dataset"] in linkage
    ]


def _sentence(row: Row, facts: LinkageFacts, language: Language) -> str:
    set_a_day = number(facts.model.settings.get("cases_per_day"))
    first = language.say(" và ", " and ").join(
        f"{language.whole(row[name])} {language.of(words)}" for name, words in _FIRST.items() if row[name]
    )
    named, cases = language.word(DATASETS, row["dataset"]), language.whole(row["cases"])
    queue = language.say(f"{named}: {cases} trường hợp chờ quyết định", f"{named}: {cases} cases to decide")
    queue += language.say(f", xem trước {first}", f", first {first}") if first else ""
    what, wrong = language.word(_ENTITIES, row["dataset"]), language.decimal(row["expected"], 0)
    stake = language.say(
        f"Nếu không xem, dự kiến còn sai khoảng {wrong} {what}.",
        f"If nobody looks, about {wrong} {what} are expected to stay wrong.",
    )
    return f"{queue}. {_time(row['cases'], set_a_day, language)} {stake}"


def _time(cases: int, set_a_day: float | None, language: Language) -> str:
    a_day = ASSUMED_A_DAY if set_a_day is None else set_a_day
    if a_day <= 0:
        return language.say(
            "Số trường hợp mỗi ngày đang đặt là 0, nên không có hạn xem xong.",
            "Cases a day are set to 0, so there is no day by which all are decided.",
        )
    days, pace = language.whole(math.ceil(cases / a_day)), language.whole(a_day)
    if set_a_day is not None:
        return language.say(
            f"Theo mức đã đặt là {pace} trường hợp một ngày, xem xong trong {days} ngày làm việc.",
            f"At the set pace of {pace} cases a day, all are decided in {days} working days.",
        )
    return language.say(
        f"Chưa đặt mức mỗi ngày; nếu xem được {pace} trường hợp một ngày thì xong trong {days} ngày làm việc.",
        f"No pace is set; at {pace} cases a day all are decided in {days} working days.",
    )


def days_sentence(facts: LinkageFacts, head: str, language: Language) -> str:
    """Why the review threshold stands where `head` says when it follows from what officers can decide; else empty."""
    a_day, days = (number(facts.model.settings.get(name)) for name in ("cases_per_day", "review_days"))
    if a_day is None or days is None:
        return ""
    pace, span, all_cases = language.whole(a_day), language.whole(days), language.whole(a_day * days)
    return language.say(
        f"{head}: cán bộ xem được {pace} trường hợp một ngày trong {span} ngày, nên chỉ giữ khoảng {all_cases} trường "
        "hợp đáng xem nhất.",
        f"{head}: officers decide {pace} cases a day for {span} days, so about the {all_cases} cases most worth a look "
        "are kept.",
    )
