"""Parcels: their numbers, areas and certificates. All of these are warnings."""

from datetime import date
from typing import Final

from expectations.rule import Rule
from expectations.sources import ASSUMPTION, CERTIFICATE_FORMS, LAND_BOOK, PLAN_515
from expectations.warning import warning, without_reason
from pipelines.warehouse.quoting import fill, number, text

_LARGEST_M2: Final = 100_000
"""Square metres beyond which land of people is taken for a slip of area or of unit (assumption)."""
_FIRST_CERTIFICATES: Final = date(1988, 1, 8)
"""Since when land-use certificates are issued: the Land Law of 1987 was promulgated on that day (likely)."""
_EIGHT_DIGITS_FROM: Final = date(2024, 8, 1)
"""First day of the form of two letters and eight digits: TT 10/2024/TT-BTNMT (verified)."""
_SIX_DIGITS_UNTIL: Final = date(2024, 12, 31)
"""Last day on which the form with six digits was printed (verified)."""
_ONE_LETTER_UNTIL: Final = date(2009, 12, 9)
"""Last day on which a serial of one letter is believed: forms were unified by TT 17/2009/TT-BTNMT on the day after; the
true end is earlier and not known (assumption)."""

_PARCELS_NUMBERED: Final = "SELECT count(*) FROM {batch} WHERE old_sheet_no IS NOT NULL AND parcel_no IS NOT NULL"
_CERTIFIED: Final = "SELECT count(certificate_no) FROM {batch}"
_DATED: Final = "SELECT count(*) FROM {batch} WHERE certificate_no IS NOT NULL AND certificate_date IS NOT NULL"


RULES: Final[tuple[Rule, ...]] = (
    without_reason(
        "parcels.number",
        "parcels",
        "no_number",
        "Thửa đất nào cũng có số tờ bản đồ và số thửa.",
        "Every parcel has a sheet and a parcel number.",
        LAND_BOOK,
    ),
    warning(
        "parcels.map_system",
        "parcels",
        "Thửa đất nào cũng biết thuộc hệ bản đồ nào (299, 1994, đo đạc tổng thể…).",
        "Of every parcel the map system is known (299, 1994, overall survey, …).",
        "Three map systems side by side in one commune (verified in the press)",
        "SELECT 1 FROM {batch} WHERE map_system IS NULL",
    ),
    warning(
        "parcels.one_of_a_number",
        "parcels",
        "Không hai thửa đất nào mang cùng một số hiệu (xã cũ, hệ bản đồ, tỷ lệ, số tờ, số thửa).",
        "No two parcels have the same number (old commune, map system, scale, sheet, parcel).",
        "Parcel key after the three map systems (verified in the press)",
        """
        SELECT 1 FROM {batch} WHERE old_sheet_no IS NOT NULL AND parcel_no IS NOT NULL
        GROUP BY old_commune_code, map_system, map_scale, old_sheet_no, parcel_no HAVING count(*) > 1""",
        _PARCELS_NUMBERED,
    ),
    warning(
        "parcels.area",
        "parcels",
        "Thửa đất nào cũng có diện tích lớn hơn 0.",
        "Every parcel has an area above zero.",
        f"{LAND_BOOK}; {PLAN_515}",
        "SELECT 1 FROM {batch} WHERE NOT coalesce(area_m2 > 0, false)",
    ),
    without_reason(
        "parcels.area_understood",
        "parcels",
        "area_not_understood",
        "Diện tích nào đã ghi trong sổ cũng đọc được.",
        "Every area that a book gives can be read.",
        LAND_BOOK,
    ),
    warning(
        "parcels.area_of_people",
        "parcels",
        f"Không thửa đất nào của cá nhân, hộ gia đình rộng hơn {_LARGEST_M2 // 10_000} ha.",
        f"No parcel of people is larger than {_LARGEST_M2 // 10_000} ha.",
        ASSUMPTION,
        fill(
            """
            SELECT 1 FROM {batch} AS parcel
            ANTI JOIN (SELECT parcel_id FROM parcel_owners WHERE owner_kind IN ('organisation', 'state')) AS owner
                ON owner.parcel_id = parcel.parcel_id
            WHERE area_m2 > {largest_m2}""",
            largest_m2=number(_LARGEST_M2),
        ),
        "SELECT count(area_m2) FROM {batch}",
    ),
    without_reason(
        "parcels.one_area",
        "parcels",
        "areas_differ",
        "Các dòng của cùng một thửa đất không ghi diện tích chênh nhau trên 2%.",
        "The rows of one parcel do not give areas that differ by more than 2 %.",
        ASSUMPTION,
    ),
    without_reason(
        "parcels.certificate",
        "parcels",
        "no_certificate",
        "Thửa đất nào không phải của Nhà nước cũng có số giấy chứng nhận.",
        "Every parcel that is not the state's has a certificate.",
        PLAN_515,
    ),
    without_reason(
        "parcels.certificate_form",
        "parcels",
        "certificate_malformed",
        "Số giấy chứng nhận gồm một hoặc hai chữ cái và 6 chữ số, hoặc hai chữ cái và 8 chữ số.",
        "A certificate's serial has one or two letters and 6 digits, or two letters and 8 digits.",
        CERTIFICATE_FORMS,
        _CERTIFIED,
    ),
    warning(
        "parcels.certificate_of_its_time",
        "parcels",
        "Mẫu số giấy chứng nhận hợp với ngày cấp: 8 chữ số từ 01/8/2024, 6 chữ số đến 31/12/2024, một chữ cái chỉ ở "
        "giấy cấp trước 10/12/2009.",
        "A certificate's form is of the time of its issue: 8 digits since 1 August 2024, 6 digits until 31 December "
        "2024, one letter only before 10 December 2009.",
        CERTIFICATE_FORMS,
        fill(
            """
            SELECT 1 FROM {batch}
            WHERE (certificate_date < DATE {eight_digits_from}
                    AND regexp_full_match(certificate_no, '[^0-9]+[0-9]{{8}}'))
                OR (certificate_date > DATE {six_digits_until}
                    AND regexp_full_match(certificate_no, '[^0-9]+[0-9]{{6}}'))
                OR (certificate_date > DATE {one_letter_until}
                    AND regexp_full_match(certificate_no, '[^0-9 ] ?[0-9]{{6}}'))""",
            eight_digits_from=text(_EIGHT_DIGITS_FROM.isoformat()),
            six_digits_until=text(_SIX_DIGITS_UNTIL.isoformat()),
            one_letter_until=text(_ONE_LETTER_UNTIL.isoformat()),
        ),
        _DATED,
    ),
    warning(
        "parcels.certificate_date_range",
        "parcels",
        "Ngày cấp giấy chứng nhận không sau ngày chạy và không trước khi có những giấy đầu tiên (08/01/1988).",
        "No certificate is dated after the day of the run, or before the first ones (8 January 1988).",
        "Land Law of 1987 (likely)",
        fill(
            "SELECT 1 FROM {batch} WHERE certificate_date NOT BETWEEN DATE {first_certificates} AND {today}",
            first_certificates=text(_FIRST_CERTIFICATES.isoformat()),
        ),
        _DATED,
    ),
    without_reason(
        "parcels.one_certificate",
        "parcels",
        "several_certificates",
        "Các dòng của một thửa đất chỉ ghi một số giấy chứng nhận.",
        "The rows of a parcel give one certificate.",
        PLAN_515,
        _CERTIFIED,
    ),
    without_reason(
        "parcels.certificate_of_one_owner",
        "parcels",
        "certificate_of_unrelated_parcels",
        "Không số giấy chứng nhận nào ghi ở thửa đất của những chủ không liên quan với nhau.",
        "No certificate stands on parcels of owners who have nothing to do with each other.",
        "One certificate may cover several parcels of one owner (likely); data contract: parcels",
        _CERTIFIED,
    ),
    warning(
        "parcels.one_date_of_a_certificate",
        "parcels",
        "Mỗi số giấy chứng nhận chỉ có một ngày cấp.",
        "Every certificate has one date of issue.",
        "A serial is printed once (likely)",
        """
        SELECT 1 FROM {batch} WHERE certificate_no IS NOT NULL
        GROUP BY certificate_no HAVING count(DISTINCT certificate_date) > 1""",
        "SELECT count(DISTINCT certificate_no) FROM {batch}",
    ),
)
