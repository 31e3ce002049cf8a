"""Quality: what officers should look at, though it does not stop publication.

Every rule here is a warning: such rows exist in true registers, and an officer can put them right.
"""

from dataclasses import replace
from typing import Final

from expectations.rule import CITIZEN_TRUST, Rule

_PERSONAL_NUMBER: Final = "NĐ 137/2015/NĐ-CP Art. 13; TT 07/2016/TT-BCA Art. 7; re-issued numbers of 2023"
_PLAN_515: Final = "Plan 515/KH-BCA-BNN&MT of 31 August 2025"
_TWELVE: Final = "regexp_full_match(personal_id, '[0-9]{{12}}')"
_NUMBERED: Final = f"SELECT count(*) FROM {{batch}} WHERE {_TWELVE}"
_CENTURY: Final = "TRY_CAST(substr(personal_id, 4, 1) AS INTEGER)"
"""Fourth digit: 0 and 1 for the 1900s, 2 and 3 for the 2000s, and so on; even is male, odd is female."""
_YEAR: Final = "TRY_CAST(substr(personal_id, 5, 2) AS INTEGER)"


def _warning(
    name: str, table: str, vi: str, en: str, source: str, expectation: str, checked: str | None = None
) -> Rule:
    rule = Rule(f"quality.{name}", "quality", "warning", vi, en, source, table, expectation)
    return rule if checked is None else replace(rule, checked=checked)


RULES: Final[tuple[Rule, ...]] = (
    _warning(
        "quarantined_share",
        "row_balance",
        "Không tệp nào có quá 1 % số bản ghi phải giữ riêng.",
        "No file has more than 1 % of its records in quarantine.",
        "Project threshold: at most 1 % of records in quarantine",
        "SELECT 1 FROM {batch} WHERE quarantined * 100 > records",
    ),
    _warning(
        "unplaced_rows",
        "unplaced",
        "Không còn dòng nào của xã cũ bị chia mà chưa xếp được vào xã, phường mới.",
        "No row of a split commune is left without a new commune.",
        "Data contract: unplaced; NQ 1656/NQ-UBTVQH15",
        "SELECT 1 FROM {batch}",
        "SELECT coalesce(sum(loaded), 0) FROM row_balance",
    ),
    _warning(
        "commune_without_citizens",
        "row_balance",
        "Xã cũ nào cũng có dữ liệu công dân.",
        "Every old commune has citizen rows.",
        "Data contract: exports of every old commune",
        # A commune all of whose people went to another new commune has rows, only elsewhere.
        """
        SELECT 1 FROM {batch} WHERE old_commune_code IS NOT NULL GROUP BY old_commune_code
        HAVING coalesce(sum(placed + elsewhere) FILTER (dataset = 'citizens'), 0) = 0""",
        "SELECT count(DISTINCT old_commune_code) FROM {batch}",
    ),
    _warning(
        "birth_date_range",
        "citizens",
        "Ngày sinh, năm sinh không trước năm 1900 và không sau ngày chạy.",
        "No birth is before 1900 or after the day of the run.",
        "Project plausibility check; TT 04/2020/TT-BTP Art. 18 on uncertain dates",
        """
        SELECT 1 FROM {batch}
        WHERE birth_date < DATE '1900-01-01' OR birth_date > {today}
            OR birth_year < 1900 OR birth_year > year({today})""",
        "SELECT count(*) FROM {batch} WHERE birth_date IS NOT NULL OR birth_year IS NOT NULL",
    ),
    _warning(
        "birth_year_missing",
        "citizens",
        "Người nào cũng có ít nhất năm sinh.",
        "Every person has at least a birth year.",
        "Law on Identification 26/2023/QH15 Art. 9",
        "SELECT 1 FROM {batch} WHERE birth_year IS NULL",
    ),
    _warning(
        "number_against_sex",
        "citizens",
        "Chữ số thứ tư của số định danh khớp với giới tính.",
        "The fourth digit of the personal number agrees with the sex.",
        _PERSONAL_NUMBER,
        f"SELECT 1 FROM {{batch}} WHERE {_TWELVE} AND ({_CENTURY} % 2 = 0) <> (sex = 'male')",
        f"{_NUMBERED} AND sex IS NOT NULL",
    ),
    _warning(
        "number_against_birth_year",
        "citizens",
        "Thế kỷ và hai chữ số năm trong số định danh khớp với năm sinh.",
        "The century and year digits of the personal number agree with the birth year.",
        _PERSONAL_NUMBER,
        f"""
        SELECT 1 FROM {{batch}}
        WHERE {_TWELVE}
            AND 1900 + 100 * ({_CENTURY} // 2) + {_YEAR} <> birth_year""",
        f"{_NUMBERED} AND birth_year IS NOT NULL",
    ),
    _warning(
        "number_province",
        "citizens",
        "Ba chữ số đầu của số định danh là mã tỉnh nơi đăng ký khai sinh, từ 001 đến 096.",
        "The first three digits of the personal number are a province, 001 to 096.",
        _PERSONAL_NUMBER,
        f"SELECT 1 FROM {{batch}} WHERE {_TWELVE} AND NOT left(personal_id, 3) BETWEEN '001' AND '096'",
        _NUMBERED,
    ),
    _warning(
        "shared_number",
        "citizens",
        "Không người nào mang số định danh cũng thấy ở người khác.",
        "No person carries a personal number that is also seen on another.",
        "Law on Identification 26/2023/QH15; data contract: shared numbers lose trust",
        "SELECT 1 FROM {batch} WHERE personal_id_status = 'shared'",
    ),
    _warning(
        "trusted_number_of_two_persons",
        CITIZEN_TRUST,
        "Một số định danh đáng tin chỉ thuộc về một người.",
        "A trusted personal number belongs to one person only.",
        "Law on Identification 26/2023/QH15",
        """
        SELECT 1 FROM {batch} WHERE trusted_number IS NOT NULL
        GROUP BY trusted_number HAVING count(DISTINCT citizen_id) > 1""",
        "SELECT count(DISTINCT trusted_number) FROM {batch}",
    ),
    _warning(
        "household_without_head",
        "households",
        "Hộ nào cũng có chủ hộ.",
        "Every household has a head.",
        "Law on Identification 26/2023/QH15 Art. 9",
        "SELECT 1 FROM {batch} WHERE head_citizen_id IS NULL",
    ),
    _warning(
        "parcel_without_owner",
        "parcels",
        "Thửa đất nào cũng có chủ sử dụng.",
        "Every parcel has an owner.",
        f"TT 26/2024/TT-BTNMT Art. 21; {_PLAN_515}",
        """
        SELECT 1 FROM {batch} AS parcel
        ANTI JOIN parcel_owners AS owner ON owner.parcel_id = parcel.parcel_id""",
    ),
    _warning(
        "parcel_area",
        "parcels",
        "Thửa đất nào cũng có diện tích lớn hơn 0.",
        "Every parcel has an area above zero.",
        f"TT 26/2024/TT-BTNMT Art. 21; {_PLAN_515}",
        "SELECT 1 FROM {batch} WHERE NOT coalesce(area_m2 > 0, false)",
    ),
)
