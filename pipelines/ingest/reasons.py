"""Why a record, or a whole file, was not loaded: by reason code, in Vietnamese and English."""

from typing import Final

REASONS: Final = {
    "header_not_understood": (
        "Không hiểu dòng tên cột của tệp, nên không đọc được dòng này.",
        "The header of the file is not understood.",
    ),
    "ragged": ("Số ô của dòng khác số cột của tệp.", "The line has another number of cells than the header."),
    "unterminated_quote": ("Dấu ngoặc kép không được đóng đúng chỗ.", "A quote does not close where it should."),
    "nul_byte": ("Dòng có byte rỗng (NUL).", "The line holds a NUL byte."),
    "line_too_long": (
        "Dòng dài bất thường; chỉ giữ phần đầu của dòng.",
        "The line is longer than any record can be; its beginning is kept.",
    ),
    "no_required_value": (
        "Dòng không có giá trị nào ở các cột bắt buộc, nên không biết nói về ai hay thửa đất nào.",
        "The row has no value in any required column.",
    ),
    "locked": (
        "Tệp có mật khẩu, hoặc là tệp .xls cũ; chỉ giữ phần đầu của tệp.",
        "The file is locked by a password, or an old .xls; its beginning is kept.",
    ),
    "no_access": ("Không có quyền đọc tệp.", "The file may not be read."),
    "damaged": (
        "Tệp hỏng, hoặc không giải nén được; chỉ giữ phần đầu của tệp.",
        "The file is damaged and cannot be opened; its beginning is kept.",
    ),
    "too_large": (
        "Nội dung của tệp lớn bất thường, không đọc; chỉ giữ phần đầu của tệp.",
        "The file holds more than any register can; its beginning is kept.",
    ),
    "not_text": (
        "Tệp không phải văn bản, cũng không phải bảng tính .xlsx; chỉ giữ phần đầu của tệp.",
        "The file is neither text nor a workbook; its beginning is kept.",
    ),
}
"""Bad records first, then bad files."""


def in_words(code: str) -> str:
    """The reason in both languages."""
    return " / ".join(REASONS[code])
