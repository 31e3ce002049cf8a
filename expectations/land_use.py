"""What land is used for: its codes, and their areas. All of these are warnings."""

from typing import Final

from expectations.rule import Rule
from expectations.sources import LAND_BOOK, LAND_USE_CODES
from expectations.warning import warning, without_reason

_USED: Final = "SELECT count(*) FROM {batch} WHERE len(land_use) > 0"


RULES: Final[tuple[Rule, ...]] = (
    without_reason(
        "land_use.missing",
        "parcels",
        "no_land_use",
        "Thửa đất nào cũng có loại đất.",
        "Every parcel has a land use.",
        LAND_BOOK,
    ),
    without_reason(
        "land_use.code",
        "parcels",
        "unknown_land_use",
        "Loại đất nào cũng đọc được và có trong danh mục.",
        "Every land use can be read and is a known code.",
        LAND_USE_CODES,
    ),
    without_reason(
        "land_use.sign",
        "parcels",
        "land_use_sign",
        "Không loại đất nào còn ghi bằng ký hiệu cũ (T, V, Ao, 2L…).",
        "No land use is still a sign of old papers (T, V, Ao, 2L, …).",
        LAND_USE_CODES,
    ),
    without_reason(
        "land_use.of_its_time",
        "parcels",
        "land_use_of_other_era",
        "Mã loại đất còn dùng vào ngày cấp giấy chứng nhận.",
        "Every land-use code was in use on the day of the certificate.",
        LAND_USE_CODES,
    ),
    without_reason(
        "land_use.rural_in_ward",
        "parcels",
        "ont_in_ward",
        "Ở phường không còn đất ghi là đất ở tại nông thôn (ONT); cần xem có chuyển thành đất ở tại đô thị (ODT).",
        "No land of a ward is rural dwelling land (ONT); whether it becomes urban (ODT) is to be decided.",
        "A commune that became a ward (likely)",
    ),
    without_reason(
        "land_use.areas_add_up",
        "parcels",
        "land_use_areas_differ",
        "Diện tích các loại đất cộng lại bằng diện tích thửa đất.",
        "The areas of a parcel's uses add up to its own.",
        f"{LAND_BOOK}; several uses with areas on one certificate (likely)",
        _USED,
    ),
    warning(
        "land_use.area",
        "parcels",
        "Diện tích đã ghi cho từng loại đất lớn hơn 0.",
        "The area given for a use is above zero.",
        LAND_BOOK,
        "SELECT 1 FROM {batch} WHERE list_min([use.area_m2 FOR use IN land_use]) <= 0",
        _USED,
    ),
)
