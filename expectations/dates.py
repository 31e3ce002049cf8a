"""Dates of people: births and updates. All of these are warnings; the dates of certificates are in `parcels`."""

from typing import Final

from expectations.rule import Rule
from expectations.sources import ASSUMPTION, BIRTH_DATES, IDENTIFICATION
from expectations.warning import warning, without_reason
from pipelines.warehouse.quoting import fill, number

_EARLIEST_YEAR: Final = 1900
"""The first year of birth that is believed (assumption)."""
_OLDEST: Final = 110
"""Years beyond which someone recorded as living here is taken for dead (assumption)."""
_FULL_SINCE: Final = 2016
"""The year since which births are registered with day and month: Law on Civil Status 60/2014/QH13 is in force from
1 January 2016 (likely)."""
_PLACEHOLDERS: Final = 0.20
"""The largest share of people of an old commune whose birthday is a mere 1 January (assumption: unknown)."""


RULES: Final[tuple[Rule, ...]] = (
    warning(
        "dates.birth_range",
        "citizens",
        f"Ngày sinh, năm sinh không trước năm {_EARLIEST_YEAR} và không sau ngày chạy.",
        f"No birth is before {_EARLIEST_YEAR} or after the day of the run.",
        f"{ASSUMPTION}; {BIRTH_DATES}",
        fill(
            """
            SELECT 1 FROM {batch}
            WHERE birth_date > {today} OR birth_year NOT BETWEEN {earliest_year} AND year({today})""",
            earliest_year=number(_EARLIEST_YEAR),
        ),
        "SELECT count(*) FROM {batch} WHERE birth_date IS NOT NULL OR birth_year IS NOT NULL",
    ),
    warning(
        "dates.birth_year",
        "citizens",
        "Người nào cũng có ít nhất năm sinh.",
        "Every person has at least a birth year.",
        IDENTIFICATION,
        "SELECT 1 FROM {batch} WHERE birth_year IS NULL",
    ),
    without_reason(
        "dates.impossible",
        "citizens",
        "birth_date_impossible",
        "Không ngày sinh nào là ngày không có trong lịch (30/02, 31/04, 31/06…).",
        "No birth date is a day that no calendar has (30/02, 31/04, 31/06…).",
        "Guidance of a Justice department of 2020 on such dates in papers (verified)",
    ),
    warning(
        "dates.full_since_registration",
        "citizens",
        f"Người sinh từ năm {_FULL_SINCE} có đủ ngày, tháng, năm sinh: giấy khai sinh từ năm đó ghi đủ.",
        f"Who was born in {_FULL_SINCE} or later has a full birth date, which birth registration tells since then.",
        "Law on Civil Status 60/2014/QH13, in force from 1 January 2016 (likely)",
        fill(
            "SELECT 1 FROM {batch} WHERE birth_year >= {full_since} AND birth_precision <> 'day'",
            full_since=number(_FULL_SINCE),
        ),
        "SELECT count(*) FROM {batch} WHERE birth_year IS NOT NULL",
    ),
    warning(
        "dates.placeholder_share",
        "citizens",
        f"Ở mỗi xã cũ, không quá {_PLACEHOLDERS:.0%} số người có ngày sinh chỉ là ngày quy ước 01/01.",
        f"In every old commune {_PLACEHOLDERS:.0%} of the people at most have 1 January in place of a birthday.",
        f"{BIRTH_DATES}; the share is an assumption",
        fill(
            """
            SELECT 1 FROM {batch} GROUP BY old_commune_code
            HAVING count(*) FILTER (birth_precision = 'placeholder') > {placeholders} * count(*)""",
            placeholders=number(_PLACEHOLDERS),
        ),
        "SELECT count(DISTINCT old_commune_code) FROM {batch}",
    ),
    warning(
        "dates.oldest",
        "citizens",
        f"Không người nào ghi là đang cư trú mà đã hơn {_OLDEST} tuổi.",
        f"Nobody recorded as living here is older than {_OLDEST}.",
        ASSUMPTION,
        fill(
            "SELECT 1 FROM {batch} WHERE status = 'present' AND birth_year < year({today}) - {oldest}",
            oldest=number(_OLDEST),
        ),
        "SELECT count(*) FROM {batch} WHERE status = 'present' AND birth_year IS NOT NULL",
    ),
    warning(
        "dates.born_before_update",
        "citizens",
        "Không người nào sinh sau ngày cập nhật mới nhất của chính mình.",
        "Nobody was born after the latest update of his own rows.",
        ASSUMPTION,
        """
        SELECT 1 FROM {batch} WHERE updated_on < birth_date OR year(updated_on) < birth_year""",
        "SELECT count(*) FROM {batch} WHERE birth_year IS NOT NULL",
    ),
    warning(
        "dates.update_not_in_future",
        "citizens",
        "Ngày cập nhật không sau ngày chạy.",
        "No update is later than the day of the run.",
        ASSUMPTION,
        "SELECT 1 FROM {batch} WHERE updated_on > {today}",
    ),
)
