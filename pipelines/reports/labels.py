"""The words of the page: Vietnamese for every code, and Vietnamese ways to write numbers and times.

A code without an entry is shown as it is: a new code must never hide a row.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from markupsafe import Markup

DATASETS: Final = {"citizens": "Công dân", "parcels": "Thửa đất", "unknown": "Chưa xác định"}

MODES: Final = {"trial": "chạy thử", "official": "chính thức"}

PARTS: Final = {
    "whole": "toàn bộ",
    "part": "một phần",
    "partial": "một phần",
    "land_only": "chỉ có đất, không có dân",
    "none": "không có phần nào",
}

SEVERITIES: Final = {"gate": "Điều kiện bắt buộc", "warning": "Cảnh báo"}

SUITES: Final = {
    "balance": "cân đối dòng",
    "citizens": "công dân",
    "households": "hộ gia đình",
    "parcels": "thửa đất",
    "parcel_owners": "chủ sử dụng đất",
    "owners": "chủ sử dụng đất",
    "linkage": "liên kết bản ghi",
    "links": "liên kết bản ghi",
    "identity": "mã thực thể",
    "quality": "chất lượng",
    "references": "tham chiếu",
    "values": "giá trị",
    "review": "trường hợp chờ quyết định",
    "row_balance": "cân đối dòng",
    "warehouse": "kho dữ liệu",
}

DECISIONS: Final = {
    "automatic": "Tự động gộp",
    "review": "Chờ xem xét",
    "refused": "Bị ràng buộc ngăn lại",
    "officer": "Cán bộ quyết định",
}

FIELDS: Final = {
    "prior": "Điểm xuất phát",
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "sex": "Giới tính",
    "personal_id": "Số định danh",
    "old_id_no": "Số CMND",
    "father_name": "Họ tên cha",
    "mother_name": "Họ tên mẹ",
    "spouse_name": "Họ tên vợ/chồng",
    "household": "Hộ gia đình",
    "hamlet": "Thôn, tổ dân phố",
    "phone": "Số điện thoại",
    "number": "Số tờ, số thửa",
    "certificate_no": "Số phát hành GCN",
    "certificate_book_no": "Số vào sổ",
    "area": "Diện tích",
    "land_use": "Loại đất",
    "owner_name": "Tên chủ sử dụng",
    "owner_id_no": "Giấy tờ của chủ",
    "field_name": "Xứ đồng",
    "address": "Địa chỉ thửa đất",
}

LEVELS: Final = {
    "equal": "trùng khớp",
    "exact": "trùng khớp",
    "same": "trùng khớp",
    "equal_rare": "trùng khớp, rất ít gặp",
    "equal_seldom": "trùng khớp, ít gặp",
    "equal_common": "trùng khớp, hay gặp",
    "equal_frequent": "trùng khớp, rất hay gặp",
    "marks_lost_seldom": "trùng khớp, một bên mất dấu, ít gặp",
    "marks_lost": "trùng khớp, một bên mất dấu",
    "marks_differ": "chỉ khác dấu",
    "part_left_out": "một bên thiếu chữ đệm",
    "one_letter": "lệch một chữ cái",
    "twin_given_name": "cùng ngày sinh, cùng nhà, khác tên",
    "one_edit": "lệch một ký tự",
    "given_equal": "trùng họ và tên, khác chữ đệm",
    "close": "gần giống",
    "similar": "gần giống",
    "swapped": "đảo ngày và tháng",
    "day_month_swapped": "đảo ngày và tháng",
    "year_only": "chỉ biết năm, trùng năm",
    "same_year": "trùng năm",
    "same_month_day": "trùng ngày và tháng, khác năm",
    "near_year": "năm lệch 1 hoặc 10",
    "same_commune": "khác hộ, cùng xã cũ",
    "other_commune": "khác xã cũ",
    "other_number": "khác số, cùng sổ",
    "other_map_system": "khác hệ bản đồ",
    "other_commune_same_paper": "khác xã cũ, cùng giấy tờ",
    "within_1_percent": "lệch không quá 1%",
    "within_2_percent": "lệch không quá 2%",
    "within_10_percent": "lệch không quá 10%",
    "other": "khác nhau",
    "different": "khác nhau",
    "missing": "thiếu thông tin",
    "family": "so với hai người cùng gia đình",
    "namesake": "so với hai người trùng tên",
    "same_owner": "so với thửa khác của cùng chủ",
    "same_certificate": "so với thửa khác trên cùng giấy chứng nhận",
    "stranger": "so với hai bản ghi không liên quan",
    "prior": "trước khi xét chứng cứ",
}

CASE_REASONS: Final = {
    "number_shared": "Một số định danh đứng ở nhiều người khác nhau",
    "number_doubtful": "Hai số định danh chỉ lệch một ký tự, nghi gõ nhầm",
    "link_in_review": "Cặp bản ghi chưa đủ chứng cứ để tự động gộp",
    "union_refused": "Không gộp vì sẽ có mâu thuẫn trong cùng một thực thể",
}

QUALITY_GROUPS: Final = {
    1: "Nhóm 1: dùng được ngay",
    2: "Nhóm 2: cần chỉnh sửa, bổ sung",
    3: "Nhóm 3: phải xây dựng lại",
}

QUALITY_REASONS: Final = {
    "no_full_name": "Không có họ tên",
    "no_personal_id": "Không có số định danh",
    "personal_id_doubtful": "Số định danh còn nghi vấn",
    "personal_id_shared": "Số định danh trùng với người khác",
    "personal_id_structure": "Cấu trúc số định danh không khớp giới tính, năm sinh",
    "birth_date_unknown": "Không có ngày sinh",
    "birth_date_impossible": "Ngày sinh không có trong lịch",
    "personal_id_digits_lost": "Số định danh mất các chữ số cuối (dạng 1.19E+09)",
    "personal_id_zeros_restored": "Số định danh đã được thêm lại số 0 ở đầu",
    "personal_id_malformed": "Số định danh ghi sai dạng",
    "old_id_digits_lost": "Số CMND mất các chữ số cuối (dạng 1.1E+08)",
    "old_id_zero_restored": "Số CMND đã được thêm lại số 0 ở đầu",
    "owner_number_digits_lost": "Số giấy tờ của chủ mất các chữ số cuối (dạng 1.19E+09)",
    "owner_number_zeros_restored": "Số giấy tờ của chủ đã được thêm lại số 0 ở đầu",
    "area_not_understood": "Diện tích ghi không đọc được",
    "birth_date_placeholder": "Ngày sinh chỉ là ngày quy ước (như 01/01)",
    "birth_date_incomplete": "Ngày sinh không đủ ngày, tháng, năm",
    "sex_unknown": "Không có giới tính",
    "no_household": "Không xác định được hộ",
    "name_without_diacritics": "Họ tên viết không dấu",
    "no_owner": "Không có chủ sử dụng",
    "no_certificate": "Không có số giấy chứng nhận",
    "no_area": "Không có diện tích",
    "unknown_land_use": "Mã loại đất không có trong danh mục",
    "no_owner_number": "Chủ sử dụng không có số giấy tờ",
}

QUARANTINE_REASONS: Final = {
    "line_too_long": "Dòng dài bất thường",
    "damaged": "Tệp hỏng",
    "too_large": "Tệp lớn bất thường",
    "not_text": "Tệp không phải văn bản hay bảng tính",
    "no_access": "Không có quyền đọc tệp",
    "ragged": "Số ô không khớp với số cột",
    "unterminated_quote": "Dấu ngoặc kép không được đóng",
    "header_not_understood": "Thiếu cột bắt buộc, hoặc không nhận ra dòng tên cột",
    "no_required_value": "Thiếu giá trị bắt buộc",
    "locked": "Tệp có mật khẩu hoặc là .xls cũ",
    "nul_byte": "Có ký tự rỗng (NUL) trong dòng",
}

ENCODINGS: Final = {
    "tcvn3": "TCVN3 (phông ABC, .VnTime)",
    "vni": "VNI-Windows",
    "viqr": "VIQR",
    "utf8_misread": "UTF-8 bị đọc nhầm bảng mã",
    "windows_1258": "Windows-1258",
    "nfd": "Unicode tổ hợp (NFD)",
}
"""Also several of them joined by `+`, when a text was misread more than once."""

CANDIDATE_RULES: Final = {
    "personal_id": "Cùng số định danh",
    "old_id_no": "Cùng số CMND",
    "name_and_year": "Cùng họ tên và năm sinh",
    "name_and_month_day": "Cùng họ tên, ngày và tháng sinh",
    "given_name_and_birth_date": "Cùng tên và ngày sinh",
    "given_name_and_household": "Cùng tên và hộ gia đình",
    "name_and_father": "Cùng họ tên và họ tên cha",
    "name_and_mother": "Cùng họ tên và họ tên mẹ",
    "birth_date_and_father": "Cùng ngày sinh và họ tên cha",
    "birth_date_and_mother": "Cùng ngày sinh và họ tên mẹ",
    "year_and_parents": "Cùng năm sinh, họ tên cha và mẹ",
    "phone_and_given_name": "Cùng số điện thoại và tên",
    "household": "Cùng hộ gia đình",
    "number": "Cùng số tờ, số thửa",
    "certificate_no": "Cùng số phát hành giấy chứng nhận",
    "certificate_book_no_and_owner": "Cùng số vào sổ và tên chủ",
    "owner_number_and_area": "Cùng giấy tờ của chủ và diện tích",
    "owner_number_and_shifted_area": "Cùng giấy tờ của chủ và diện tích (khoảng lệch)",
    "owner_name_and_shifted_area": "Cùng tên chủ và diện tích (khoảng lệch)",
    "owner_number_and_land_use": "Cùng giấy tờ của chủ và loại đất",
    "owner_name_and_area": "Cùng tên chủ và diện tích",
}

LINE_PARTS: Final = {
    "physical_lines": "Dòng vật lý",
    "title_lines": "Tiêu đề trang",
    "header_lines": "Tên cột",
    "blank_lines": "Trống",
    "total_lines": "Cộng",
    "record_lines": "Thuộc bản ghi",
    "records": "Bản ghi",
    "loaded": "Đọc được",
    "quarantined": "Để riêng",
    "placed": "Đã xếp",
    "unplaced": "Chưa xếp",
    "elsewhere": "Xã khác",
    "kept": "Giữ",
    "merged": "Gộp",
}

_FRACTION_DIGITS: Final = 4


def word(dictionary: Mapping[str, str], code: object) -> str:
    """The Vietnamese for `code`, or the code itself when the dictionary does not know it."""
    text = "" if code is None else str(code)
    return dictionary.get(text, text)


def whole_number(value: object) -> Markup:
    """An integer with a dot between thousands: 12.345; a dash for what is not a number."""
    return Markup(f"{int(value):,}".replace(",", ".")) if isinstance(value, int | float) else Markup("–")


def decimal_number(value: float | None, digits: int = _FRACTION_DIGITS) -> Markup:
    """A real number with a decimal comma, without idle zeros: 0,05."""
    if value is None:
        return Markup("–")
    whole, _, fraction = f"{value:,.{digits}f}".partition(".")
    fraction = fraction.rstrip("0")
    return Markup(whole.replace(",", ".") + ("," + fraction if fraction else ""))


def percentage(part: int, whole: int) -> Markup:
    """A share with one decimal: 12,3%; a dash when there is nothing to share."""
    return Markup("–") if not whole else Markup(f"{100 * part / whole:.1f}%".replace(".", ","))


def bits(thousandths: int | None, signed: bool = False) -> Markup:
    """A weight in thousandths of a bit, as bits: 8,2 (or +8,2 and −1,5)."""
    if thousandths is None:
        return Markup("–")
    text = f"{thousandths / 1000:{'+' if signed else ''}.1f}"
    return Markup(text.replace(".", ",").replace("-", "−"))


def moment(iso: str | None) -> str:
    """An ISO time as an administrative report writes it; what is not a time stays as it is."""
    if not iso:
        return "không ghi"
    try:
        time = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    text = f"{time:%H} giờ {time:%M} phút, ngày {time:%d} tháng {time:%m} năm {time:%Y}"
    zone = time.strftime("%z")
    return f"{text} (UTC{zone[:3]}:{zone[3:5]})" if zone else text


def hexadecimal(value: str | None) -> Markup | str:
    """A hash or a version, shown whole and breakable; anything else is ordinary text."""
    if not value or not re.fullmatch(r"[0-9a-f]{16,128}", value):
        return value or "không ghi"
    return Markup("<wbr>").join(value[start : start + 8] for start in range(0, len(value), 8))


def line_ranges(lines: list[int], most: int = 200) -> str:
    """Line numbers as ranges: `4, 7–9`; beyond `most` ranges it says how many lines are left out."""
    ranges: list[list[int]] = []
    for line in sorted(set(lines)):
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    shown = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges[:most])
    left_out = sum(b - a + 1 for a, b in ranges[most:])
    return f"{shown} và {whole_number(left_out)} dòng nữa (xem bảng quarantine)" if left_out else shown
