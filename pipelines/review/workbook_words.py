"""The words of the review workbook: its sheets, the fields as officers know them, the answers and the instructions."""

from typing import Final

from pipelines.review.decisions import Kind

GUIDE: Final = "Hướng dẫn"
SHEETS: Final = {"citizens": "Công dân", "parcels": "Thửa đất"}
OTHER: Final = "Quyết định khác"
MACHINE: Final = "hopnhat"
"""The sheet that nobody sees: what the workbook was made from, and the rows of its cases."""

ENTITY: Final = {"citizens": "Người", "parcels": "Thửa"}
ROW: Final = "Dòng"

REISSUED: Final = "Số được cấp lại"
ANSWERS: Final[dict[str, dict[str, Kind]]] = {
    "citizens": {
        "Cùng một người": "same",
        "Khác người": "different",
        "Chưa rõ": "cannot_tell",
        "Cần giấy tờ": "needs_paper",
        REISSUED: "number_superseded",
    },
    "parcels": {
        "Cùng một thửa": "same",
        "Khác thửa": "different",
        "Chưa rõ": "cannot_tell",
        "Cần giấy tờ": "needs_paper",
    },
}

DEEDS: Final[dict[str, Kind]] = {
    "Gộp các mã này": "same",
    "Tách mã này ra từng dòng": "dissolve",
    "Để riêng dòng này": "keep_out",
    "Các mã này là khác nhau": "different",
}
"""What can be decided without a case, on the sheet of other decisions."""

FIELDS: Final[dict[str, dict[str, str]]] = {
    "citizens": {
        "ho_ten": "Họ và tên",
        "ngay_sinh": "Ngày sinh",
        "gioi_tinh": "Giới tính",
        "so_dinh_danh": "Số định danh",
        "so_cmnd": "Số CMND",
        "ho_ten_cha": "Họ tên cha",
        "ho_ten_me": "Họ tên mẹ",
        "ho_ten_vo_chong": "Họ tên vợ/chồng",
        "so_ho_khau": "Số hộ khẩu",
        "ho_ten_chu_ho": "Họ tên chủ hộ",
        "quan_he_chu_ho": "Quan hệ với chủ hộ",
        "noi_thuong_tru": "Nơi thường trú",
        "thon": "Thôn, tổ dân phố",
        "so_dien_thoai": "Số điện thoại",
        "tinh_trang": "Tình trạng cư trú",
        "ngay_cap_nhat": "Ngày cập nhật",
        "ghi_chu": "Ghi chú trong sổ",
    },
    "parcels": {
        "so_to": "Số tờ",
        "so_thua": "Số thửa",
        "he_ban_do": "Hệ bản đồ",
        "ty_le": "Tỷ lệ",
        "dien_tich": "Diện tích",
        "loai_dat": "Loại đất",
        "xu_dong": "Xứ đồng",
        "thon": "Thôn, tổ dân phố",
        "dia_chi_thua": "Địa chỉ thửa đất",
        "so_gcn": "Số phát hành GCN",
        "so_vao_so": "Số vào sổ",
        "ngay_cap": "Ngày cấp",
        "chu_su_dung": "Chủ sử dụng",
        "giay_to_chu": "Giấy tờ của chủ",
        "nam_sinh_chu": "Năm sinh của chủ",
        "dia_chi_chu": "Địa chỉ của chủ",
        "ghi_chu": "Ghi chú trong sổ",
    },
}
"""By canonical column, in the order in which they are shown."""

GUIDANCE: Final = (
    (
        "Cách làm",
        (
            "1. Ghi họ tên của mình một lần vào ô «Người trả lời» ở đầu trang. Trường hợp nào do người khác trả lời "
            "thì ghi tên người đó vào ô «Người trả lời» của trường hợp ấy.",
            "2. Mỗi khối là một trường hợp. Các dòng của sổ cũ đứng cạnh nhau, mỗi cột một dòng; có hơn 6 dòng thì các "
            "dòng sau nằm ngay bên dưới. Ô tô vàng, chữ đậm là chỗ khác với các dòng còn lại.",
            "3. Chọn câu trả lời ở ô màu xanh. Không bắt buộc trả lời hết: ô bỏ trống là chưa trả lời, lần sau sẽ hỏi "
            "lại. Việc xếp trước là việc cần trước; việc ghi «CHẶN BẢN CHÍNH THỨC» phải xong thì mới công bố chính "
            "thức được.",
            "4. Có từ ba dòng trở lên mà không phải tất cả là một: ghi chữ cái ở dòng «Nhóm». Các dòng cùng chữ cái là "
            "cùng một người (một thửa), khác chữ cái là khác. Ô «Trả lời» khi đó có thể bỏ trống.",
            "5. Các dòng mang số định danh khác nhau, hoặc nhiều người mang chung một số: đánh x ở dòng «Số đúng» vào "
            "mỗi dòng mang đúng số của mình; dòng không có x là dòng ghi sai số. Là cùng một người mà hai dòng mang "
            "hai số thì phải đánh x ở dòng mang số đúng.",
            "6. Căn cứ của máy nằm dưới ô trả lời, chữ nhỏ: hãy xem các dòng và tự kết luận trước, rồi mới đối chiếu.",
            "7. Lưu tệp, vẫn ở dạng .xlsx, rồi giao lại. Sổ được nạp trọn vẹn hoặc không nạp gì; chỗ nào không nhận "
            "được thì máy nói rõ trang nào, dòng nào, vì sao.",
        ),
    ),
    (
        "Các câu trả lời",
        (
            "Cùng một người, Cùng một thửa: tất cả các dòng của trường hợp là một; máy sẽ gộp và giữ như vậy mãi.",
            "Khác người, Khác thửa: những người (thửa) mà máy đang tách riêng đúng là khác nhau, máy sẽ không gộp nữa. "
            "Nếu máy đang coi tất cả các dòng là một thì mỗi dòng sẽ đứng riêng. Muốn nói rõ hơn, dùng «Nhóm».",
            "Chưa rõ: đã xem mà chưa kết luận được. Cần giấy tờ: phải chờ giấy tờ. Hai loại này xếp sau, lần sau hỏi "
            "lại.",
            "Số được cấp lại: là một người, số định danh cũ đã được công an cấp lại; đánh x ở «Số đúng» vào dòng mang "
            "số mới.",
        ),
    ),
    (
        "Thấy máy gộp sai hoặc tách sai mà không có trường hợp nào hỏi",
        ("Dùng trang «Quyết định khác»: mỗi dòng một việc, ghi mã công dân, mã thửa hoặc mã dòng như trong báo cáo.",),
    ),
    (
        "Giữ gìn",
        (
            "Sổ này có họ tên, số định danh, địa chỉ. Chỉ để trong máy của cơ quan, không gửi qua thư điện tử hay tin "
            "nhắn, và xóa khi đã nạp xong.",
            "Các trang được bảo vệ để khỏi gõ nhầm vào dữ liệu, không có mật khẩu. Xin đừng bỏ bảo vệ, đừng xóa hay "
            "chèn cột.",
        ),
    ),
)
"""Headings and paragraphs of the first sheet."""
