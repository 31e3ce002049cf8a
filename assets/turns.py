"""Whose turn it is when a run has failed, and what that person does next.

What happened is told by a sentence (`plain_words`).
"""

from typing import Final, NamedTuple

from assets.run_settings import WrongSetting
from assets.storage_faults import storage_fault
from pipelines.problems import UnusableInput
from pipelines.protection.keys import NoKey, WrongKey
from pipelines.protection.locking import Held


class Turn(NamedTuple):
    """Who it is, and what is to be done, in Vietnamese."""

    who: str
    next: str


_OFFICER: Final = "cán bộ dữ liệu"
_AGAIN: Final = "rồi bấm Re-execute all ở góc trên bên phải để chạy lại từ đầu"

WAIT: Final = Turn(_OFFICER, f"Đợi việc kia xong {_AGAIN}.")
MEND: Final = Turn(_OFFICER, f"Làm theo câu trên {_AGAIN}.")
SET: Final = Turn(_OFFICER, "Mở Launchpad của công việc nên dùng, đặt lại thiết lập theo câu trên rồi chạy.")
DECIDE: Final = Turn(
    _OFFICER,
    f"Mở báo cáo đối soát của xã, xem quy tắc không đạt và các trường hợp nêu trên; sửa tệp nguồn hoặc trả lời sổ xem "
    f"xét, {_AGAIN}. Thay đổi là thật thì nâng giới hạn trong Launchpad, ví dụ churn_limit: 0.3.",
)
ANSWER: Final = Turn(
    _OFFICER,
    "Xem các trường hợp chặn ở trang «Bị ngăn, chờ quyết định» của báo cáo. Do tệp nguồn thì sửa tệp rồi thả lại; còn "
    "lại thì tải sổ xem xét, trả lời những khối ghi CHẶN BẢN CHÍNH THỨC rồi thả sổ vào thư mục nhận. Sau đó bấm "
    "Re-execute all ở góc trên bên phải.",
)
SERVE: Final = Turn("người phụ trách máy chủ", f"Xử lý theo câu trên (ổ đĩa, quyền, khóa) {_AGAIN}.")
REPAIR: Final = Turn(
    "người phụ trách kỹ thuật",
    "Gửi mã lần chạy (đầu trang này) và phần chi tiết kỹ thuật bên dưới cho người ấy; chưa cần chạy lại.",
)


def turn_of(problem: BaseException) -> Turn:
    """Whose turn it is after this error."""
    if isinstance(problem, Held):
        return WAIT
    if isinstance(problem, (NoKey, WrongKey)) or storage_fault(problem):
        return SERVE
    if isinstance(problem, WrongSetting):
        return SET
    return MEND if isinstance(problem, UnusableInput) else REPAIR
