"""Numbers of people: the 12 digits (số định danh) and the older 9 (số CMND). All of these are warnings.

A number that disagrees with its person is no proof of a slip: numbers with a wrong structure exist, and some were
issued again.
"""

from typing import Final

from expectations.rule import CITIZEN_TRUST, Rule
from expectations.sources import CMND, IDENTIFICATION, PERSONAL_NUMBER, SPREADSHEETS
from expectations.warning import warning, without_reason
from pipelines.vietnamese.numbers import PROVINCES
from pipelines.warehouse.quoting import Sql, fill, texts

_TWELVE: Final = Sql("regexp_full_match(personal_id, '[0-9]{{12}}')")
_NUMBERED: Final = fill("SELECT count(*) FROM {batch} WHERE {twelve}", twelve=_TWELVE)
_CENTURY: Final = Sql("TRY_CAST(substr(personal_id, 4, 1) AS INTEGER)")
"""Fourth digit: 0 and 1 for the 1900s, 2 and 3 for the 2000s, and so on; even is male, odd is female."""
_BORN: Final = fill("1900 + 100 * ({century} // 2) + TRY_CAST(substr(personal_id, 5, 2) AS INTEGER)", century=_CENTURY)
"""The year of birth that the number tells."""
_PROVINCES: Final = texts(PROVINCES)
_LIVING: Final = "SELECT count(*) FROM {batch} WHERE status <> 'dead'"


RULES: Final[tuple[Rule, ...]] = (
    without_reason(
        "numbers.missing",
        "citizens",
        "no_personal_id",
        "Người nào còn sống cũng có số định danh.",
        "Every living person has a personal number.",
        IDENTIFICATION,
        _LIVING,
    ),
    warning(
        "numbers.old_number_alone",
        "citizens",
        "Không người nào còn sống mà chỉ có số CMND 9 số: giấy CMND hết giá trị từ ngày 01/01/2025.",
        "No living person has the 9-digit number alone, which is not valid any more from 1 January 2025.",
        CMND,
        """
        SELECT 1 FROM {batch} WHERE personal_id IS NULL AND old_id_no IS NOT NULL AND status <> 'dead'""",
        "SELECT count(*) FROM {batch} WHERE status <> 'dead' AND coalesce(personal_id, old_id_no) IS NOT NULL",
    ),
    without_reason(
        "numbers.malformed",
        "citizens",
        "personal_id_malformed",
        "Số định danh đã ghi trong sổ thì gồm đúng 12 chữ số và đúng cấu trúc.",
        "A personal number that a register gives has 12 digits and the right form.",
        PERSONAL_NUMBER,
    ),
    without_reason(
        "numbers.digits_lost",
        "citizens",
        "personal_id_digits_lost",
        "Không số định danh nào bị bảng tính ghi thành dạng 1.19E+09, mất các chữ số cuối.",
        "No personal number was turned into one such as 1.19E+09, whose last digits are lost.",
        SPREADSHEETS,
    ),
    without_reason(
        "numbers.zeros_lost",
        "citizens",
        "personal_id_zeros_restored",
        "Không số định danh nào bị mất số 0 ở đầu, phải thêm lại.",
        "No personal number lost its leading zeros and had to get them again.",
        SPREADSHEETS,
    ),
    without_reason(
        "numbers.old_number_digits_lost",
        "citizens",
        "old_id_digits_lost",
        "Không số CMND nào bị bảng tính ghi thành dạng 1.1E+08, mất các chữ số cuối.",
        "No 9-digit number was turned into one such as 1.1E+08, whose last digits are lost.",
        SPREADSHEETS,
    ),
    without_reason(
        "numbers.old_number_zero_lost",
        "citizens",
        "old_id_zero_restored",
        "Không số CMND nào bị mất số 0 ở đầu, phải thêm lại.",
        "No 9-digit number lost its leading zero and had to get it again.",
        SPREADSHEETS,
    ),
    warning(
        "numbers.province",
        "citizens",
        "Ba chữ số đầu của số định danh là mã của một trong 63 tỉnh, thành phố nơi đăng ký khai sinh; mã khác là mã "
        "nước ngoài hoặc gõ nhầm.",
        "The first three digits of the personal number are one of the 63 provinces of birth registration; others are "
        "foreign countries, or slips.",
        PERSONAL_NUMBER,
        fill(
            "SELECT 1 FROM {batch} WHERE {twelve} AND left(personal_id, 3) NOT IN ({provinces})",
            twelve=_TWELVE,
            provinces=_PROVINCES,
        ),
        _NUMBERED,
    ),
    warning(
        "numbers.sex",
        "citizens",
        "Chữ số thứ tư của số định danh khớp với giới tính.",
        "The fourth digit of the personal number agrees with the sex.",
        PERSONAL_NUMBER,
        fill(
            "SELECT 1 FROM {batch} WHERE {twelve} AND ({century} % 2 = 0) <> (sex = 'male')",
            twelve=_TWELVE,
            century=_CENTURY,
        ),
        fill("{numbered} AND sex IS NOT NULL", numbered=_NUMBERED),
    ),
    warning(
        "numbers.birth_year",
        "citizens",
        "Thế kỷ và hai chữ số năm trong số định danh khớp với năm sinh.",
        "The century and year digits of the personal number agree with the birth year.",
        PERSONAL_NUMBER,
        fill("SELECT 1 FROM {batch} WHERE {twelve} AND {born} <> birth_year", twelve=_TWELVE, born=_BORN),
        fill("{numbered} AND birth_year IS NOT NULL", numbered=_NUMBERED),
    ),
    warning(
        "numbers.of_the_future",
        "citizens",
        "Không số định danh nào cho biết một năm sinh ở tương lai.",
        "No personal number tells a year of birth that is still to come.",
        PERSONAL_NUMBER,
        fill("SELECT 1 FROM {batch} WHERE {twelve} AND {born} > year({today})", twelve=_TWELVE, born=_BORN),
        _NUMBERED,
    ),
    warning(
        "numbers.shared",
        "citizens",
        "Không người nào mang số định danh có cả ở người khác.",
        "No person carries a personal number that is also seen on another.",
        "Law on Identification 26/2023/QH15; data contract: shared numbers lose trust",
        "SELECT 1 FROM {batch} WHERE personal_id_status = 'shared'",
    ),
    warning(
        "numbers.trusted_number_of_two_persons",
        CITIZEN_TRUST,
        "Mỗi số định danh đáng tin chỉ thuộc về một người.",
        "A trusted personal number belongs to one person only.",
        "Law on Identification 26/2023/QH15",
        """
        SELECT 1 FROM {batch} WHERE trusted_number IS NOT NULL
        GROUP BY trusted_number HAVING count(DISTINCT citizen_id) > 1""",
        "SELECT count(DISTINCT trusted_number) FROM {batch}",
    ),
    warning(
        "numbers.one_edit_apart",
        "review_queue",
        "Không còn trường hợp chờ xem xét nào mà hai số định danh của người giống nhau chỉ lệch một ký tự.",
        "No case is open in which the numbers of like persons differ by one character.",
        "Data contract: numbers one edit apart are doubtful; the number has no check digit (likely)",
        "SELECT 1 FROM {batch} WHERE reason = 'number_doubtful' AND status <> 'decided'",
        "SELECT count(DISTINCT personal_id) FROM citizen_numbers",
    ),
    warning(
        "numbers.several",
        "citizen_numbers",
        "Các dòng của một người chỉ ghi một số định danh, trừ số đã được xác định là cấp lại hoặc ghi sai.",
        "The rows of a person give one personal number, but for those decided to be issued again or wrong.",
        PERSONAL_NUMBER,
        """
        SELECT 1 FROM {batch} WHERE status NOT IN ('superseded', 'wrong')
        GROUP BY citizen_id HAVING count(DISTINCT personal_id) > 1""",
        "SELECT count(DISTINCT citizen_id) FROM {batch}",
    ),
    warning(
        "numbers.old_number_shared",
        "citizens",
        "Không số CMND nào có ở hai người khác nhau.",
        "No 9-digit number stands on two persons.",
        "Data contract: citizens.old_id_no; the same number was now and then issued by two provinces (likely)",
        "SELECT 1 FROM {batch} WHERE old_id_no IS NOT NULL GROUP BY old_id_no HAVING count(*) > 1",
        "SELECT count(DISTINCT old_id_no) FROM {batch}",
    ),
)
