"""The words of the pages: Vietnamese and English for every code.

The vocabulary of linking is in `evidence_words`.

A code without an entry is shown as it is: a new code must never hide a row.
"""

from collections.abc import Mapping
from typing import Final

from pipelines.reports.languages import Text

DATASETS: Final = {
    "citizens": Text("Công dân", "People"),
    "parcels": Text("Thửa đất", "Parcels"),
    "unknown": Text("Chưa xác định", "Not determined"),
}

MODES: Final = {"trial": Text("chạy thử", "trial"), "official": Text("chính thức", "official")}

PARTS: Final = {
    "whole": Text("toàn bộ", "whole"),
    "part": Text("một phần", "part"),
    "partial": Text("một phần", "part"),
    "land_only": Text("chỉ có đất, không có dân", "land only, no people"),
    "none": Text("không có phần nào", "no part of it"),
}

SEVERITIES: Final = {"gate": Text("Điều kiện bắt buộc", "Gate"), "warning": Text("Cảnh báo", "Warning")}

SUITES: Final = {
    "balance": Text("cân đối dòng", "row balance"),
    "codes": Text("xã cũ và tệp của xã", "old communes and their files"),
    "dates": Text("ngày tháng", "dates"),
    "households": Text("hộ gia đình", "households"),
    "identity": Text("mã thực thể", "entity ids"),
    "land": Text("đất đai", "land"),
    "land_use": Text("loại đất", "land use"),
    "linkage": Text("liên kết bản ghi", "record linkage"),
    "manifest": Text("bản kê khai", "manifest"),
    "numbers": Text("số định danh, số CMND", "numbers of people"),
    "owners": Text("chủ sử dụng đất", "land owners"),
    "parcels": Text("thửa đất", "parcels"),
    "people": Text("họ tên, giới tính", "names and sex"),
    "placement": Text("xếp vào xã mới", "placement in new communes"),
    "places": Text("thôn và xã bị chia", "hamlets and split communes"),
    "quality": Text("chất lượng", "quality"),
    "references": Text("tham chiếu", "references"),
    "review": Text("trường hợp chờ quyết định", "cases awaiting a decision"),
    "shift": Text("phân bố so với lần trước", "distribution against the last publication"),
    "values": Text("giá trị", "values"),
}

DECISIONS: Final = {
    "automatic": Text("Tự động gộp", "Merged automatically"),
    "review": Text("Chờ xem xét", "Waiting for review"),
    "refused": Text("Bị ràng buộc ngăn lại", "Stopped by a constraint"),
    "officer": Text("Cán bộ quyết định", "Decided by an officer"),
}

CASE_REASONS: Final = {
    "decisions_contradict": Text(
        "Quyết định trái nhau, hoặc trái quy tắc", "Decisions contradict each other, or a rule"
    ),
    "number_shared": Text(
        "Nhiều người khác nhau cùng mang một số định danh", "Several different people have one personal number"
    ),
    "number_doubtful": Text(
        "Hai số định danh chỉ lệch một ký tự, nghi gõ nhầm",
        "Two personal numbers differ by one character only, perhaps a typing error",
    ),
    "link_in_review": Text(
        "Các dòng giống nhau, máy chưa đủ căn cứ để gộp",
        "Rows alike, without enough evidence to merge them automatically",
    ),
    "union_refused": Text("Giống nhau nhưng mang hai số khác nhau", "Alike, but with two different numbers"),
    "alive_after_death": Text(
        "Không gộp vì một dòng ghi còn sống sau ngày dòng kia ghi đã chết",
        "Not merged: one row is recorded alive after the other is recorded dead",
    ),
    "other_sex": Text("Không gộp vì giới tính khác nhau", "Not merged: the sex differs"),
    "other_name_and_birth": Text(
        "Không gộp vì cả tên lẫn ngày sinh đều khác, như giữa anh chị em",
        "Not merged: given name and birth date both differ, as between siblings",
    ),
    "other_birth": Text("Không gộp vì ngày sinh khác hẳn nhau", "Not merged: the birth dates are quite different"),
    "other_map": Text(
        "Không gộp vì khác tỷ lệ, hoặc khác hệ bản đồ mà giấy chứng nhận hay diện tích không khớp",
        "Not merged: other map scale, or other map system while certificate or area differs",
    ),
    "same_commune": Text(
        "Không nối vì hai người trong đó đã được để riêng ở một xã, phường",
        "Not linked: two of them were told apart within one commune",
    ),
    "looks_like_two": Text(
        "Không gộp vì trong các dòng có hai dòng khác hẳn nhau", "Not merged: two of the rows are quite different"
    ),
    "oversized_cluster": Text(
        "Không gộp vì sẽ có quá nhiều dòng trong một thực thể", "Not merged: one entity would have too many rows"
    ),
    "ambiguous_attachment": Text(
        "Một dòng khớp gần như ngang nhau với hai bên, mà hai bên không thể là một",
        "One row fits, almost equally well, two sides that cannot be one",
    ),
    "no_corroboration": Text(
        "Rất giống nhau nhưng thiếu chứng cứ độc lập", "Very much alike, but without independent evidence"
    ),
    "decision_row_changed": Text(
        "Một dòng được sửa sau khi đã quyết định", "A row was corrected after it had been decided"
    ),
    "unplaced_rows": Text(
        "Số dòng chưa xếp được vào xã, phường mới vượt giới hạn",
        "More rows without a new commune than the limit allows",
    ),
    "quarantined_rows": Text(
        "Số dòng không đọc được, phải giữ riêng, vượt giới hạn", "More rows in quarantine than the limit allows"
    ),
    "sheet_number_taken": Text(
        "Tờ bản đồ của xã giữ trụ sở nộp sau, số tờ đã cấp cho tờ khác",
        "A map sheet of the head-office commune came late: its number had gone to another sheet",
    ),
    "sheets_not_numbered": Text(
        "Tờ bản đồ chưa có số mới vì chưa có sổ đất của xã giữ trụ sở",
        "Map sheets without a new number: the land book of the head-office commune has not come",
    ),
}

DECISION_KINDS: Final = {
    "same": Text("Là một", "The same"),
    "different": Text("Khác nhau", "Different"),
    "number_superseded": Text("Số được cấp lại", "Number issued again"),
    "number_right": Text("Số đúng", "Number is right"),
    "keep_out": Text("Để riêng", "Keep out"),
    "dissolve": Text("Tách ra", "Take apart"),
    "needs_paper": Text("Cần giấy tờ", "Needs papers"),
    "cannot_tell": Text("Chưa rõ", "Cannot tell"),
}

QUALITY_GROUPS: Final = {
    1: Text("Nhóm 1: dùng được ngay", "Group 1: usable as it is"),
    2: Text("Nhóm 2: cần chỉnh sửa, bổ sung", "Group 2: to be corrected or completed"),
    3: Text("Nhóm 3: phải xây dựng lại", "Group 3: to be built anew"),
}

QUALITY_REASONS: Final = {
    "no_full_name": Text("Không có họ tên", "No full name"),
    "no_personal_id": Text("Không có số định danh", "No personal number"),
    "personal_id_doubtful": Text("Số định danh còn nghi vấn", "Personal number in doubt"),
    "personal_id_shared": Text("Số định danh trùng với người khác", "Personal number shared with another person"),
    "personal_id_structure": Text(
        "Cấu trúc số định danh không khớp giới tính hoặc năm sinh",
        "Personal number does not agree with sex or birth year",
    ),
    "birth_date_unknown": Text("Không có ngày sinh", "No birth date"),
    "birth_date_impossible": Text("Ngày sinh không có trong lịch", "Birth date is not in the calendar"),
    "personal_id_digits_lost": Text(
        "Số định danh mất các chữ số cuối (dạng 1.19E+09)", "Personal number lost its last digits (as 1.19E+09)"
    ),
    "personal_id_zeros_restored": Text(
        "Số định danh đã được thêm lại số 0 ở đầu", "Personal number had its leading zeros put back"
    ),
    "personal_id_malformed": Text("Số định danh ghi sai dạng", "Personal number is malformed"),
    "old_id_digits_lost": Text(
        "Số CMND mất các chữ số cuối (dạng 1.1E+08)", "Old ID number (CMND) lost its last digits (as 1.1E+08)"
    ),
    "old_id_zero_restored": Text(
        "Số CMND đã được thêm lại số 0 ở đầu", "Old ID number (CMND) had its leading zero put back"
    ),
    "owner_number_digits_lost": Text(
        "Số giấy tờ của chủ mất các chữ số cuối (dạng 1.19E+09)", "Owner's number lost its last digits (as 1.19E+09)"
    ),
    "owner_number_zeros_restored": Text(
        "Số giấy tờ của chủ đã được thêm lại số 0 ở đầu", "Owner's number had its leading zeros put back"
    ),
    "area_not_understood": Text("Không đọc được diện tích ghi trong sổ", "Area cannot be read"),
    "birth_date_placeholder": Text(
        "Ngày sinh chỉ là ngày quy ước (như 01/01)", "Birth date is a placeholder (as 01/01)"
    ),
    "birth_date_incomplete": Text("Ngày sinh không đủ ngày, tháng, năm", "Birth date without day, month or year"),
    "sex_unknown": Text("Không ghi giới tính", "Sex not recorded"),
    "no_household": Text("Không xác định được hộ", "Household not known"),
    "name_without_diacritics": Text("Họ tên viết không dấu", "Name written without diacritics"),
    "no_number": Text("Không có số tờ hoặc số thửa", "No sheet number or no parcel number"),
    "no_owner": Text("Không có chủ sử dụng", "No owner"),
    "no_owner_number": Text("Chủ sử dụng không có số giấy tờ", "Owner without an identity number"),
    "owner_dead": Text("Chủ sử dụng đã chết", "Owner is dead"),
    "owner_unconfirmed": Text(
        "Chủ sử dụng chưa được xác thực với dữ liệu dân cư", "Owner not confirmed by the population data"
    ),
    "no_certificate": Text("Không có số giấy chứng nhận", "No certificate number"),
    "certificate_malformed": Text("Số giấy chứng nhận ghi sai dạng", "Certificate number is malformed"),
    "several_certificates": Text(
        "Một thửa đất có nhiều số giấy chứng nhận", "Several certificate numbers on one parcel"
    ),
    "certificate_of_unrelated_parcels": Text(
        "Số giấy chứng nhận trùng với thửa đất của người khác", "Certificate number shared with another owner's parcel"
    ),
    "no_area": Text("Không có diện tích", "No area"),
    "owners_differ": Text("Các dòng của cùng một thửa ghi chủ khác nhau", "Rows of one parcel name different owners"),
    "areas_differ": Text(
        "Các dòng của cùng một thửa ghi diện tích chênh nhau trên 2%",
        "Rows of one parcel give areas more than 2% apart",
    ),
    "no_land_use": Text("Không có loại đất", "No land use"),
    "unknown_land_use": Text(
        "Không đọc được loại đất, hoặc loại đất không có trong danh mục",
        "Land use cannot be read or is not in the list",
    ),
    "land_use_sign": Text(
        "Loại đất ghi bằng ký hiệu cũ (như T, V, Ao, 2L)", "Land use written with an old sign (as T, V, Ao, 2L)"
    ),
    "land_use_of_other_era": Text(
        "Mã loại đất đã bỏ trước ngày cấp giấy chứng nhận", "Land-use code was abolished before the certificate's date"
    ),
    "land_use_areas_differ": Text(
        "Diện tích các loại đất cộng lại không khớp diện tích thửa",
        "Areas by land use do not add up to the parcel's area",
    ),
    "ont_in_ward": Text(
        "Ghi đất ở tại nông thôn (ONT) ở xã đã thành phường",
        "Rural residential land (ONT) in a commune that became a ward",
    ),
}

OWNER_KINDS: Final = {
    "person": Text("Cá nhân", "Person"),
    "household": Text("Hộ gia đình", "Household"),
    "organisation": Text("Tổ chức", "Organisation"),
    "state": Text("Cơ quan nhà nước", "State body"),
    "unknown": Text("Chưa rõ", "Unknown"),
}

OWNER_STATUSES: Final = {
    "confirmed": Text("Đã xác nhận", "Confirmed"),
    "needs_paper": Text("Cần giấy tờ", "Needs papers"),
    "no_match": Text("Không tìm thấy công dân", "No person found"),
}

SHEET_ASSIGNED_BY: Final = {
    "rule": Text("Quy tắc", "Rule"),
    "officer": Text("Cán bộ", "Officer"),
    "late": Text("Bổ sung", "Late"),
}

MAP_SYSTEMS: Final = {"tổng thể": Text("tổng thể", "overall survey")}

RELATION_KINDS: Final = {
    "resurveyed_as": Text("Đo vẽ lại thành", "Re-surveyed as"),
    "split_into": Text("Tách thành", "Split into"),
    "joined_into": Text("Hợp thành", "Joined into"),
    "overlaps": Text("Chồng lên nhau", "Overlaps"),
}

SEXES: Final = {"male": Text("Nam", "Male"), "female": Text("Nữ", "Female")}

MEASURED_SEXES: Final = {**SEXES, "unknown": Text("Không rõ", "Unknown")}

MEASURED_AGES: Final = {
    "age_00": Text("Dưới 15 tuổi", "Under 15"),
    "age_15": Text("Từ 15 đến 29 tuổi", "From 15 to 29"),
    "age_30": Text("Từ 30 đến 59 tuổi", "From 30 to 59"),
    "age_60": Text("Từ 60 tuổi", "From 60"),
    "unknown": Text("Không rõ tuổi", "Age unknown"),
}

MEASURED_COMMUNES: Final = {
    "between": Text("Giữa hai xã cũ", "Between two old communes"),
    "unknown": Text("Dòng nay đã sửa hoặc rút", "Row corrected or withdrawn since"),
}
"""What is no code of an old commune where linkage quality is measured by commune."""

CHANGE_KINDS: Final = {
    "withdrawn": Text("Rút", "Withdrawn"),
    "merged": Text("Gộp", "Merged"),
    "split": Text("Tách", "Split"),
    "changed": Text("Thay đổi", "Changed"),
    "new": Text("Mới", "New"),
}

CHANGE_CAUSES: Final = {
    "decision": Text("Quyết định của cán bộ", "An officer's decision"),
    "rows_arrived": Text("Có thêm dòng nguồn", "Source rows arrived"),
    "rows_corrected": Text("Dòng nguồn được sửa", "Source rows were corrected"),
    "rows_withdrawn": Text("Dòng nguồn không còn", "Source rows are gone"),
    "model": Text("Mô hình đối sánh khác", "Another linkage model"),
    "settings": Text("Thiết lập hoặc danh mục khác", "Other settings or reference lists"),
    "program": Text("Phiên bản chương trình khác", "Another version of the program"),
    "other_entities": Text("Do người hoặc thửa khác thay đổi", "Change of other people or parcels"),
}

GOLDEN_FIELDS: Final = {
    "full_name": Text("họ và tên", "full name"),
    "birth_date": Text("ngày sinh", "birth date"),
    "birth_precision": Text("độ chính xác của ngày sinh", "precision of the birth date"),
    "birth_year": Text("năm sinh", "birth year"),
    "sex": Text("giới tính", "sex"),
    "personal_id": Text("số định danh", "personal number"),
    "personal_id_status": Text("độ tin cậy của số định danh", "trust in the personal number"),
    "former_personal_ids": Text("số định danh khác", "other personal numbers"),
    "old_id_no": Text("số CMND", "old ID number (CMND)"),
    "household_id": Text("hộ", "household"),
    "relation_to_head": Text("quan hệ với chủ hộ", "relation to the head of household"),
    "father_name": Text("họ tên cha", "father's name"),
    "mother_name": Text("họ tên mẹ", "mother's name"),
    "spouse_name": Text("họ tên vợ/chồng", "spouse's name"),
    "phone": Text("số điện thoại", "telephone number"),
    "address_old": Text("địa chỉ cũ", "old address"),
    "address_new": Text("địa chỉ mới", "new address"),
    "hamlet": Text("thôn, tổ dân phố", "hamlet"),
    "old_commune_code": Text("xã cũ", "old commune"),
    "status": Text("tình trạng cư trú", "residence status"),
    "updated_on": Text("ngày cập nhật", "date of update"),
    "note": Text("ghi chú", "note"),
    "ethnicity": Text("dân tộc", "ethnic group"),
    "map_system": Text("hệ bản đồ", "map system"),
    "map_scale": Text("tỷ lệ bản đồ", "map scale"),
    "old_sheet_no": Text("số tờ cũ", "old sheet number"),
    "new_sheet_no": Text("số tờ mới", "new sheet number"),
    "parcel_no": Text("số thửa", "parcel number"),
    "area_m2": Text("diện tích", "area"),
    "land_use": Text("loại đất", "land use"),
    "certificate_no": Text("số giấy chứng nhận", "certificate number"),
    "certificate_book_no": Text("số vào sổ", "certificate book number"),
    "certificate_date": Text("ngày cấp giấy", "certificate date"),
    "field_name": Text("xứ đồng", "farm field"),
    "address": Text("địa chỉ thửa đất", "address of the parcel"),
    "owners": Text("chủ sử dụng", "owners"),
    "owner_citizens": Text("công dân là chủ sử dụng", "people who are its owners"),
    "quality_group": Text("nhóm chất lượng", "quality group"),
    "quality_reasons": Text("lý do xếp nhóm", "reasons for the group"),
    "source_row_count": Text("số dòng nguồn", "number of source rows"),
}
"""Every column of the golden tables but ids, and a parcel's owners."""

QUARANTINE_REASONS: Final = {
    "line_too_long": Text("Dòng dài bất thường", "Line is abnormally long"),
    "damaged": Text("Tệp hỏng", "File is damaged"),
    "too_large": Text("Tệp lớn bất thường", "File is abnormally large"),
    "not_text": Text("Tệp không phải văn bản hay bảng tính", "File is neither text nor a spreadsheet"),
    "no_access": Text("Không có quyền đọc tệp", "No permission to read the file"),
    "ragged": Text("Số ô không khớp với số cột", "Number of cells differs from number of columns"),
    "unterminated_quote": Text("Dấu ngoặc kép không được đóng", "Quotation mark is never closed"),
    "header_not_understood": Text(
        "Thiếu cột bắt buộc, hoặc không nhận ra dòng tên cột",
        "A required column is missing, or the header row was not recognised",
    ),
    "no_required_value": Text("Thiếu giá trị bắt buộc", "A required value is missing"),
    "locked": Text("Tệp có mật khẩu hoặc là tệp .xls cũ", "File has a password or is an old .xls"),
    "nul_byte": Text("Có ký tự rỗng (NUL) trong dòng", "Line contains a null character (NUL)"),
}

ENCODINGS: Final = {
    "tcvn3": Text("TCVN3 (phông ABC, .VnTime)", "TCVN3 (ABC fonts, .VnTime)"),
    "vni": Text("VNI-Windows", "VNI-Windows"),
    "viqr": Text("VIQR", "VIQR"),
    "utf8_misread": Text("UTF-8 bị đọc nhầm bảng mã", "UTF-8 read in another encoding"),
    "windows_1258": Text("Windows-1258", "Windows-1258"),
    "nfd": Text("Unicode tổ hợp (NFD)", "Decomposed Unicode (NFD)"),
}
"""Also several of them joined by `+`, when a text was misread more than once."""

LINE_PARTS: Final = {
    "physical_lines": Text("Dòng vật lý", "Physical lines"),
    "title_lines": Text("Dòng tiêu đề", "Title lines"),
    "header_lines": Text("Dòng tên cột", "Header lines"),
    "blank_lines": Text("Dòng trống", "Blank lines"),
    "total_lines": Text("Dòng tổng cộng", "Totals lines"),
    "record_lines": Text("Dòng thuộc bản ghi", "Record lines"),
    "records": Text("Bản ghi", "Records"),
    "loaded": Text("Đọc được", "Loaded"),
    "quarantined": Text("Giữ riêng", "Quarantined"),
    "placed": Text("Đã xếp", "Placed"),
    "unplaced": Text("Chưa xếp", "Unplaced"),
    "elsewhere": Text("Xã mới khác", "Other new commune"),
    "kept": Text("Giữ", "Kept"),
    "merged": Text("Gộp", "Merged"),
}


def word(dictionary: Mapping[str, str], code: object) -> str:
    """The Vietnamese for `code`, or the code itself when the dictionary does not know it."""
    text = "" if code is None else str(code)
    return dictionary.get(text, text)
