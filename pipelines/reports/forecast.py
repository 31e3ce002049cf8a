"""What the queue of cases means in days of work, and what is at stake if nobody looks."""

import math
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from pipelines.reports.asking import Row, number
from pipelines.reports.labels import DATASETS, decimal_number, whole_number, word
from pipelines.reports.linkage_facts import LinkageFacts

_ENTITIES: Final = {"citizens": "người", "parcels": "thửa đất"}
ASSUMED_A_DAY: Final = 100
"""Cases that one officer is taken to decide in a day where no setting tells: five minutes each, with the papers."""


def forecast(cases: Iterable[Row], linkage: dict[str, LinkageFacts]) -> list[str]:
    """One sentence a data set that has cases: how many, which come first, and how long they take.

    `cases`: `dataset`, `cases` (not decided), `blocking`, `refusals`, `expected` (entities expected to be wrong).
    """
    return [_sentence(row, linkage[row["dataset"]]) for row in cases if row["cases"] and row["dataset"] in linkage]


def _sentence(row: Row, facts: LinkageFacts) -> str:
    set_a_day = number(facts.model.settings.get("cases_per_day"))
    a_day = set_a_day if set_a_day is not None else ASSUMED_A_DAY
    first = [
        f"{whole_number(row[name])} trường hợp {words}"
        for name, words in (("blocking", "chặn công bố chính thức"), ("refusals", "máy không được phép gộp"))
        if row[name]
    ]
    queue = f"{word(DATASETS, row['dataset'])}: {whole_number(row['cases'])} trường hợp chờ quyết định"
    queue += f", xem trước {' và '.join(first)}" if first else ""
    what = _ENTITIES.get(row["dataset"], "thực thể")
    stake = f"Nếu không xem, dự kiến còn sai khoảng {decimal_number(row['expected'], 0)} {what}."
    return f"{queue}. {_time(row['cases'], a_day, is_set=set_a_day is not None)} {stake}"


def _time(cases: int, a_day: float, *, is_set: bool) -> str:
    if a_day <= 0:
        return "Số trường hợp mỗi ngày đang đặt là 0, nên không có hạn xem xong."
    days = math.ceil(cases / a_day)
    pace = f"{whole_number(a_day)} trường hợp một ngày"
    if is_set:
        return f"Theo mức đã đặt là {pace}, xem xong trong {whole_number(days)} ngày làm việc."
    return f"Chưa đặt mức mỗi ngày; nếu xem được {pace} thì xong trong {whole_number(days)} ngày làm việc."


def days_sentence(facts: LinkageFacts, limit: Markup | str) -> str:
    """Why the review threshold stands at `limit` when it follows from what officers can decide; else empty."""
    a_day, days = (number(facts.model.settings.get(name)) for name in ("cases_per_day", "review_days"))
    if a_day is None or days is None:
        return ""
    return (
        f"Đưa cho người xem từ {limit} bit: cán bộ xem được {whole_number(a_day)} trường hợp một ngày trong "
        f"{whole_number(days)} ngày, nên chỉ giữ khoảng {whole_number(a_day * days)} trường hợp đáng xem nhất."
    )
