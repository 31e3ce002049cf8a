"""The words of the workbook for clerical review: answers and instructions."""

from typing import Final

from pipelines.clerical.log import Verdict

ANSWERS: Final[dict[str, Verdict]] = {
    "Là một": "same",
    "Khác nhau": "different",
    "Không xác định được": "cannot_tell",
}

QUESTIONS: Final = {
    "citizens": "Hai dòng này có phải của cùng một người không?",
    "parcels": "Hai dòng này có phải của cùng một thửa đất không?",
}

WHO: Final = "Người xem"
REASON: Final = "phúc tra mẫu"
"""Why a decision was made that came of an answer."""

GUIDANCE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "Sổ này để làm gì",
        (
            "Để đo máy đúng bao nhiêu phần trăm. Các cặp dòng trong sổ được rút ngẫu nhiên: có cặp máy đã gộp, "
            "có cặp máy không gộp. Sổ cố ý không nói máy đã làm gì và chắc đến đâu, để người xem kết luận độc lập.",
            "Vì vậy xin đừng tra báo cáo hay kho dữ liệu để xem máy đã làm gì với cặp đang xem. Hãy đối chiếu hai dòng "
            "với nhau, với sổ gốc, hồ sơ giấy, hoặc hỏi người biết việc.",
        ),
    ),
    (
        "Cách trả lời",
        (
            "1. Ghi họ tên người xem một lần, ở đầu mỗi trang (ô màu xanh). Ai xem riêng một cặp thì ghi tên ở ô "
            "«Người xem» của cặp đó.",
            "2. Mỗi khối là một cặp: hai dòng nguyên văn trong tệp đứng cạnh nhau, chỗ khác nhau được tô vàng.",
            "3. Chọn câu trả lời ở ô xanh «Trả lời». Đầu khối đổi sang màu xanh lá khi đã trả lời.",
            "4. Hãy xem lần lượt từ trên xuống, không chọn cặp dễ trước. Chưa xem hết cũng nạp được: thứ tự các cặp đã "
            "được xáo trộn nên phần đầu cũng là một mẫu ngẫu nhiên; các cặp còn lại nạp sau, bằng chính sổ này.",
            "5. Lưu tệp, vẫn ở dạng .xlsx, rồi giao lại. Sổ được nạp trọn vẹn hoặc không nạp gì; chỗ nào không nhận "
            "được thì máy nói rõ trang nào, dòng nào, vì sao.",
        ),
    ),
    (
        "Các câu trả lời",
        (
            "Là một: hai dòng nói về cùng một người (một thửa đất), dù có chỗ ghi sai hay ghi khác.",
            "Khác nhau: hai dòng là hai người (hai thửa đất).",
            "Không xác định được: đã xem, đã tìm giấy tờ mà vẫn không kết luận được. Xin đừng đoán: số cặp như vậy "
            "được nói riêng trong báo cáo.",
            "Câu trả lời trái với việc máy đã làm cũng được nhận làm quyết định, để lần chạy sau sửa lại cho đúng.",
        ),
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
