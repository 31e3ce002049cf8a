"""The words of the page: Vietnamese for every code, and Vietnamese ways to write numbers and times.

The vocabulary of linking is in `evidence_words`.

A code without an entry is shown as it is: a new code must never hide a row.
"""

import math
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
    "land": "đất đai",
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

CASE_REASONS: Final = {
    "decisions_contradict": "Quyết định trái nhau, hoặc trái quy tắc",
    "number_shared": "Một số định danh đứng ở nhiều người khác nhau",
    "number_doubtful": "Hai số định danh chỉ lệch một ký tự, nghi gõ nhầm",
    "link_in_review": "Các dòng giống nhau, máy chưa đủ căn cứ để gộp",
    "union_refused": "Giống nhau nhưng mang hai số khác nhau",
    "alive_after_death": "Không gộp vì một dòng còn sống sau ngày dòng kia ghi đã chết",
    "other_sex": "Không gộp vì giới tính khác nhau",
    "other_name_and_birth": "Không gộp vì cả tên lẫn ngày sinh đều khác, như anh chị em",
    "other_birth": "Không gộp vì ngày sinh khác hẳn nhau",
    "other_map": "Không gộp vì hai bản đồ, giấy chứng nhận hoặc diện tích không khớp",
    "looks_like_two": "Không gộp vì trong các dòng có hai dòng khác hẳn nhau",
    "oversized_cluster": "Không gộp vì sẽ có quá nhiều dòng trong một thực thể",
    "ambiguous_attachment": "Một dòng hợp gần như nhau với hai bên không thể là một",
    "no_corroboration": "Rất giống nhau nhưng thiếu chứng cứ độc lập",
    "decision_row_changed": "Một dòng được sửa sau khi đã quyết định",
    "unplaced_rows": "Số dòng chưa xếp được vào xã, phường mới vượt giới hạn",
    "sheet_number_taken": "Tờ bản đồ của xã giữ trụ sở đến sau, số của nó đã cấp cho tờ khác",
    "sheets_not_numbered": "Tờ bản đồ chưa có số mới vì chưa có sổ đất của xã giữ trụ sở",
}

DECISION_KINDS: Final = {
    "same": "Là một",
    "different": "Khác nhau",
    "number_superseded": "Số được cấp lại",
    "number_right": "Số đúng",
    "keep_out": "Để riêng",
    "dissolve": "Tách ra",
    "needs_paper": "Cần giấy tờ",
    "cannot_tell": "Chưa rõ",
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
    "no_number": "Không có số tờ hoặc số thửa",
    "no_owner": "Không có chủ sử dụng",
    "no_owner_number": "Chủ sử dụng không có số giấy tờ",
    "owner_dead": "Chủ sử dụng đã chết",
    "owner_unconfirmed": "Chủ sử dụng chưa được xác thực với dữ liệu dân cư",
    "no_certificate": "Không có số giấy chứng nhận",
    "certificate_malformed": "Số giấy chứng nhận ghi sai dạng",
    "several_certificates": "Một thửa đất có nhiều số giấy chứng nhận",
    "certificate_of_unrelated_parcels": "Số giấy chứng nhận trùng với thửa đất của người khác",
    "no_area": "Không có diện tích",
    "owners_differ": "Các dòng của cùng một thửa ghi chủ khác nhau",
    "areas_differ": "Các dòng của cùng một thửa ghi diện tích chênh nhau trên 2%",
    "no_land_use": "Không có loại đất",
    "unknown_land_use": "Loại đất ghi không đọc được hoặc không có trong danh mục",
    "land_use_sign": "Loại đất ghi bằng ký hiệu cũ (như T, V, Ao, 2L)",
    "land_use_of_other_era": "Mã loại đất đã bỏ trước ngày cấp giấy chứng nhận",
    "land_use_areas_differ": "Diện tích các loại đất cộng lại không khớp diện tích thửa",
    "ont_in_ward": "Đất ở nông thôn (ONT) ở xã đã thành phường",
}

OWNER_KINDS: Final = {
    "person": "Cá nhân",
    "household": "Hộ gia đình",
    "organisation": "Tổ chức",
    "state": "Cơ quan nhà nước",
    "unknown": "Chưa rõ",
}

OWNER_STATUSES: Final = {
    "confirmed": "Đã xác nhận",
    "needs_paper": "Cần giấy tờ",
    "no_match": "Không tìm thấy công dân",
}

SHEET_ASSIGNED_BY: Final = {"rule": "Quy tắc", "officer": "Cán bộ", "late": "Bổ sung"}

RELATION_KINDS: Final = {
    "resurveyed_as": "Đo vẽ lại thành",
    "split_into": "Tách thành",
    "joined_into": "Hợp vào",
    "overlaps": "Chồng lên nhau",
}

SEXES: Final = {"male": "Nam", "female": "Nữ"}

CHANGE_KINDS: Final = {
    "withdrawn": "Rút",
    "merged": "Gộp",
    "split": "Tách",
    "changed": "Thay đổi",
    "new": "Mới",
}

CHANGE_CAUSES: Final = {
    "decision": "Quyết định của cán bộ",
    "rows_arrived": "Có thêm dòng nguồn",
    "rows_corrected": "Dòng nguồn được sửa",
    "rows_withdrawn": "Dòng nguồn không còn",
    "model": "Mô hình đối sánh khác",
    "settings": "Thiết đặt, danh mục khác",
    "program": "Phiên bản chương trình khác",
    "other_entities": "Do người, thửa khác thay đổi",
}

GOLDEN_FIELDS: Final = {
    "full_name": "họ và tên",
    "birth_date": "ngày sinh",
    "birth_precision": "độ chính xác của ngày sinh",
    "birth_year": "năm sinh",
    "sex": "giới tính",
    "personal_id": "số định danh",
    "personal_id_status": "độ tin của số định danh",
    "former_personal_ids": "số định danh khác",
    "old_id_no": "số CMND",
    "household_id": "hộ",
    "relation_to_head": "quan hệ với chủ hộ",
    "father_name": "họ tên cha",
    "mother_name": "họ tên mẹ",
    "spouse_name": "họ tên vợ, chồng",
    "phone": "số điện thoại",
    "address_old": "địa chỉ cũ",
    "address_new": "địa chỉ mới",
    "hamlet": "thôn, tổ dân phố",
    "old_commune_code": "xã cũ",
    "status": "tình trạng cư trú",
    "updated_on": "ngày cập nhật",
    "note": "ghi chú",
    "ethnicity": "dân tộc",
    "map_system": "hệ bản đồ",
    "map_scale": "tỷ lệ bản đồ",
    "old_sheet_no": "số tờ cũ",
    "new_sheet_no": "số tờ mới",
    "parcel_no": "số thửa",
    "area_m2": "diện tích",
    "land_use": "loại đất",
    "certificate_no": "số giấy chứng nhận",
    "certificate_book_no": "số vào sổ",
    "certificate_date": "ngày cấp giấy",
    "field_name": "xứ đồng",
    "address": "địa chỉ thửa đất",
    "owners": "chủ sử dụng",
    "owner_citizens": "công dân là chủ sử dụng",
    "quality_group": "nhóm chất lượng",
    "quality_reasons": "lý do xếp nhóm",
    "source_row_count": "số dòng nguồn",
}
"""Every column of the golden tables but ids, and a parcel's owners."""

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
    """A weight in thousandths of a bit, as bits: 8,2 (or +8,2 and −1,5). Whole numbers, as in the page's script."""
    if thousandths is None:
        return Markup("–")
    tenths = (abs(thousandths) + 50) // 100
    sign = "" if not tenths else "−" if thousandths < 0 else "+" if signed else ""
    return Markup(f"{sign}{tenths // 10},{tenths % 10}")


def probability(value: float | None) -> Markup:
    """A probability as a percentage: 97,53%; never a certainty, which no model gives."""
    if value is None:
        return Markup("–")
    hundredths = math.floor(value * 10_000 + 0.5)
    if hundredths >= 10_000:
        return Markup("trên 99,99%")
    return Markup(f"{hundredths // 100},{hundredths % 100:02}%" if hundredths else "dưới 0,01%")


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
    if value and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        return Markup(value)  # the id of a run, whose digits are no number of a person
    if not value or not re.fullmatch(r"[0-9a-f]{16,128}", value):
        return value or "không ghi"
    return Markup("<wbr>").join(value[start : start + 8] for start in range(0, len(value), 8))


def model_name(value: str) -> Markup | str:
    """The name of a model, whose hash is no number of a person; anything else is ordinary text."""
    return Markup(value) if re.fullmatch(r"[a-z]+-\d{5}-[0-9a-f]{12}", value) else value


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
