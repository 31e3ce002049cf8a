"""Why a file in the drop folder is not taken, and what to do about it: the words.

When each of them holds does not belong here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.arrival.receipts import Said
from pipelines.ingest import Checked
from pipelines.ingest.tables import EMPTY


@dataclass(frozen=True)
class Refusal:
    """Why a file is not taken, and what to do."""

    why: Said
    to_do: Said


_TOLD: Final = 12
"""Problems of a workbook that are told one by one."""
_RENAME: Final = Said(vi="Đổi tên tệp rồi thả lại.", en="Rename the file and drop it again.")
_MEND: Final = Said(
    vi="Sửa tệp rồi chép lại vào đúng chỗ này; tệp được xem lại ngay khi nội dung thay đổi.",
    en="Mend the file and copy it here again; it is looked at anew once it changes.",
)
_NAME_COLUMNS: Final = Said(
    vi="Sửa dòng tên cột rồi chép lại tệp vào đúng chỗ này; hoặc nhờ người phụ trách kỹ thuật ghi tên cột của tệp vào "
    "«reference/header_aliases.csv», rồi tệp sẽ được xem lại.",
    en="Mend the header and copy the file here again; or have its names of columns written into "
    "reference/header_aliases.csv: then it is looked at anew.",
)

_SEND_AGAIN: Final = Said(
    vi="Mở thử tệp; nếu không mở được, xin lại tệp từ nơi gửi rồi chép vào đúng chỗ này.",
    en="Try to open it; if that fails, have it sent again and copy it here.",
)
_BROKEN: Final = {"damaged", "not_text", "too_large"}
"""Reasons that an officer cannot mend within the file."""
_EMPTY: Final = "Tệp trống, không có dòng nào."

NO_FILE: Final = Refusal(
    Said(vi="Đây là liên kết, không phải tệp.", en="This is a link and no file."),
    Said(vi="Chép chính tệp vào đây.", en="Copy the file itself here."),
)
UNREADABLE_NAME: Final = Refusal(
    Said(vi="Tên tệp có ký tự không đọc được.", en="The name has characters that cannot be read."), _RENAME
)
NO_COMMUNE: Final = Refusal(
    Said(
        vi="Không biết tệp của xã cũ nào: tên thư mục (hay tên tệp, nếu không nằm trong thư mục) không bắt đầu bằng mã "
        "của một xã cũ.",
        en="Of which old commune it is cannot be told: no code begins the name of its folder.",
    ),
    Said(
        vi="Đặt tệp vào thư mục mang mã xã cũ (5 chữ số), ví dụ «10231-nguyen-trai».",
        en="Put the file into a folder that begins with the old commune's 5-digit code.",
    ),
)
OTHER_KIND: Final = Refusal(
    Said(vi="Loại tệp này không đọc được.", en="Files of this kind are not read."),
    Said(
        vi="Lưu lại thành .xlsx hoặc .csv (hoặc nén .gz, .zip) rồi thả lại; tệp không phải dữ liệu thì chuyển đi nơi "
        "khác.",
        en="Save it as .xlsx or .csv (or .gz, .zip of these) and drop it again; move away what is no data.",
    ),
)
NO_RIGHTS: Final = Refusal(
    Said(
        vi="Không có quyền đọc tệp, hoặc không có quyền chuyển tệp khỏi thư mục này.",
        en="The file may not be read, or not be moved out of its folder.",
    ),
    Said(
        vi="Nhờ người phụ trách máy chủ cấp quyền, hoặc chép lại tệp bằng tài khoản khác.",
        en="Ask who looks after the server for the rights, or copy the file as another user.",
    ),
)


def of_two_communes(old_code: str, folders: Collection[str]) -> Refusal:
    """A folder of one old commune lies within that of another."""
    names = ", ".join(f"«{folder}»" for folder in folders)
    return Refusal(
        Said(
            vi=f"Không rõ tệp của xã cũ nào: thư mục {names} nằm trong thư mục của xã cũ {old_code}.",
            en=f"Of which old commune it is is not clear: {names} lies within the folder of {old_code}.",
        ),
        Said(
            vi=f"Đưa thư mục {names} ra ngoài, đặt thẳng vào thư mục nhận.",
            en=f"Move {names} out, into the drop folder itself.",
        ),
    )


def of_elsewhere(new_communes: Collection[str]) -> Refusal:
    """The new communes that it concerns are not worked on here."""
    names = ", ".join(new_communes)
    return Refusal(
        Said(
            vi=f"Tệp thuộc {names}, không phải xã, phường mà máy này làm.",
            en=f"The file belongs to {names}, which is not worked on here.",
        ),
        Said(
            vi="Kiểm tra lại mã xã; nếu đúng, hỏi người phụ trách máy chủ về HOPNHAT_PROVINCE.",
            en="Check the code; if it is right, ask who looks after the server about HOPNHAT_PROVINCE.",
        ),
    )


def not_published(new_commune: str) -> Refusal:
    """Answers to the cases of a commune of which nothing is published."""
    return Refusal(
        Said(
            vi=f"Sổ trả lời của {new_commune}, mà xã, phường này chưa công bố bản nào trên máy này.",
            en=f"Answers for {new_commune}, of which nothing is published here.",
        ),
        Said(
            vi="Thả sổ ở máy đã xuất sổ; hoặc chạy xã, phường này trước rồi thả lại.",
            en="Drop it where the workbook was made; or run the commune first and drop it again.",
        ),
    )


def answers_not_taken(problems: Sequence[str]) -> Refusal:
    """Something in a workbook must be mended first."""
    more = f" Và {len(problems) - _TOLD} chỗ khác." if len(problems) > _TOLD else ""
    return Refusal(
        Said(
            vi=f"Chưa nhận câu trả lời nào của sổ, vì còn {len(problems)} chỗ phải sửa. "
            f"{' '.join(problems[:_TOLD])}{more}",
            en=f"Nothing was taken of the workbook: {len(problems)} places must be mended first (in Vietnamese, on the "
            "other page).",
        ),
        Said(
            vi="Sửa các chỗ ấy trong sổ, lưu lại, rồi thả lại sổ.",
            en="Mend these places, save the workbook and drop it again.",
        ),
    )


def place_taken(place: str) -> Refusal:
    """A folder or a link stands where it is to go."""
    return Refusal(
        Said(
            vi=f"Ở nơi phải đặt tệp, «{place}», đã có một thư mục hoặc liên kết cùng tên.",
            en=f"A folder or a link of the same name lies where the file is to go, {place}.",
        ),
        _RENAME,
    )


def nothing_loaded(checked: Checked) -> Refusal:
    """No record of it can be used."""
    records, reasons = checked.files["records"].sum(), {*checked.quarantine["reason_code"]}
    problems = [_EMPTY if one == EMPTY else f"Không dùng được: {one}" for one in dict.fromkeys(checked.problems)]
    return Refusal(
        Said(
            vi=" ".join(problems or checked.warnings) or f"Không bản ghi nào trong {records} bản ghi đọc được.",
            en=f"None of its {records} records can be used.",
        ),
        _NAME_COLUMNS if "header_not_understood" in reasons else _SEND_AGAIN if reasons & _BROKEN else _MEND,
    )
