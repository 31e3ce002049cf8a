"""Which fields of a source row the site shows side by side, where in an export they stand, and which are personal.

A field that is not listed is never shown: no ethnicity, no note, no address, whatever an export calls them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from pipelines.ingest.headers import YEAR_OF_MAN, YEAR_OF_WOMAN, understand
from pipelines.reports.languages import Text

OwnHeaders = Mapping[str, Mapping[str, str]]
"""A deployment's own mapping of headers by old commune (an empty code: every commune)."""


class Content(Enum):
    """What kind of text a field holds, by which it is hidden or not."""

    PLAIN = "plain"
    NAME = "name"
    NUMBER_OF_PERSON = "number"
    NUMBER_OF_FILE = "file"
    """Under which an office keeps papers on somebody: a household's book, a certificate."""
    BIRTH = "birth"
    LAND_USE = "use"


@dataclass(frozen=True)
class ShownField:
    """One field, and the columns of an export in which it may stand; the first that has a value is shown."""

    name: str
    label: Text
    content: Content = Content.PLAIN
    more_columns: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns, its own first."""
        return (self.name, *self.more_columns)


FIELDS: Final[dict[str, tuple[ShownField, ...]]] = {
    "citizens": (
        ShownField("ho_ten", Text("Họ và tên", "Full name"), Content.NAME),
        ShownField("ngay_sinh", Text("Ngày sinh", "Birth date"), Content.BIRTH, (YEAR_OF_MAN, YEAR_OF_WOMAN)),
        ShownField("gioi_tinh", Text("Giới tính", "Sex")),
        ShownField("so_dinh_danh", Text("Số định danh", "Personal number"), Content.NUMBER_OF_PERSON),
        ShownField("so_cmnd", Text("Số CMND", "Old number"), Content.NUMBER_OF_PERSON),
        ShownField("ho_ten_cha", Text("Họ tên cha", "Father"), Content.NAME),
        ShownField("ho_ten_me", Text("Họ tên mẹ", "Mother"), Content.NAME),
        ShownField("ho_ten_vo_chong", Text("Họ tên vợ/chồng", "Spouse"), Content.NAME),
        ShownField("so_ho_khau", Text("Số hộ khẩu", "Household number"), Content.NUMBER_OF_FILE),
        ShownField("ho_ten_chu_ho", Text("Họ tên chủ hộ", "Head of household"), Content.NAME),
        ShownField("quan_he_chu_ho", Text("Quan hệ với chủ hộ", "Relation to the head")),
        ShownField("thon", Text("Thôn, tổ dân phố", "Hamlet")),
        ShownField("so_dien_thoai", Text("Số điện thoại", "Telephone"), Content.NUMBER_OF_PERSON),
        ShownField("tinh_trang", Text("Tình trạng cư trú", "Residence status")),
        ShownField("ngay_cap_nhat", Text("Ngày cập nhật", "Updated on")),
    ),
    "parcels": (
        ShownField("so_to", Text("Số tờ", "Sheet")),
        ShownField("so_thua", Text("Số thửa", "Parcel number")),
        ShownField("he_ban_do", Text("Hệ bản đồ", "Map system")),
        ShownField("ty_le", Text("Tỷ lệ", "Scale")),
        ShownField("dien_tich", Text("Diện tích", "Area")),
        ShownField("loai_dat", Text("Loại đất", "Land use"), Content.LAND_USE),
        ShownField("xu_dong", Text("Xứ đồng", "Field name")),
        ShownField("thon", Text("Thôn, tổ dân phố", "Hamlet")),
        ShownField("so_gcn", Text("Số phát hành GCN", "Certificate serial"), Content.NUMBER_OF_FILE),
        ShownField("so_vao_so", Text("Số vào sổ", "Register number"), Content.NUMBER_OF_FILE),
        ShownField("ngay_cap", Text("Ngày cấp", "Issued on")),
        ShownField("chu_su_dung", Text("Chủ sử dụng", "Owner"), Content.NAME),
        ShownField("giay_to_chu", Text("Giấy tờ của chủ", "Owner's number"), Content.NUMBER_OF_PERSON),
        ShownField("nam_sinh_chu", Text("Năm sinh của chủ", "Owner's birth year"), Content.BIRTH),
    ),
}


def headers_of(dataset: str, headers: Sequence[str], own: Mapping[str, str]) -> dict[str, str]:
    """By canonical column the header of a file that stands for it; empty when they are no header of the data set."""
    understood = understand(headers, own)
    if understood is None or understood.dataset != dataset:
        return {}
    return {column: headers[at] for column, at in understood.by_column.items()}
