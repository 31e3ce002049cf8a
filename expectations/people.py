"""People: names and sex, and the share of each sex. All of these are warnings."""

from typing import Final

from expectations.rule import Rule
from expectations.sources import ASSUMPTION, IDENTIFICATION
from expectations.warning import warning, without_reason
from pipelines.warehouse.quoting import fill, number

_FEWEST: Final = 200
"""People of known sex below whom a share says nothing of an old commune (assumption)."""
_WOMEN: Final = (0.40, 0.60)
"""The least and the largest share of women that an old commune is taken to have (assumption; the country's is 50 %)."""


RULES: Final[tuple[Rule, ...]] = (
    without_reason(
        "people.name",
        "citizens",
        "no_full_name",
        "Người nào cũng có họ tên.",
        "Every person has a name.",
        IDENTIFICATION,
    ),
    without_reason(
        "people.name_with_marks",
        "citizens",
        "name_without_diacritics",
        "Họ tên nào cũng viết đủ dấu.",
        "Every name is written with its diacritics.",
        "Names typed without diacritics (likely)",
    ),
    warning(
        "people.name_of_letters",
        "citizens",
        "Họ tên nào cũng có ít nhất hai chữ và không lẫn chữ số.",
        "Every name has two words at least, and no digit.",
        "Words per name: less than 1 % have two, none has one (verified in a published name list)",
        "SELECT 1 FROM {batch} WHERE full_name NOT LIKE '_% _%' OR regexp_matches(full_name, '[0-9]')",
        "SELECT count(full_name) FROM {batch}",
    ),
    without_reason(
        "people.sex",
        "citizens",
        "sex_unknown",
        "Người nào cũng có ghi giới tính.",
        "Every person's sex is known.",
        IDENTIFICATION,
    ),
    warning(
        "people.women_share",
        "citizens",
        f"Ở mỗi xã cũ, nữ chiếm từ {_WOMEN[0]:.0%} đến {_WOMEN[1]:.0%} số người; ngoài khoảng đó có thể cột giới tính "
        "bị đọc ngược hoặc tệp thiếu người.",
        f"In every old commune {_WOMEN[0]:.0%} to {_WOMEN[1]:.0%} of the people are women; else the column of the sex "
        "may be read the wrong way round, or people are missing.",
        ASSUMPTION,
        fill(
            """
            SELECT 1 FROM {batch} GROUP BY old_commune_code
            HAVING count(sex) >= {fewest}
                AND count(*) FILTER (sex = 'female') NOT BETWEEN {least} * count(sex) AND {most} * count(sex)""",
            fewest=number(_FEWEST),
            least=number(_WOMEN[0]),
            most=number(_WOMEN[1]),
        ),
        "SELECT count(DISTINCT old_commune_code) FROM {batch}",
    ),
)
