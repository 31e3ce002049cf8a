"""What a reader of the pages may see."""

from typing import Literal

from pydantic import BaseModel, Field

Names = Literal["masked", "shown", "asked for"]
"""Shown because nothing was said, or because somebody asked for it."""


class ReportSettings(BaseModel, frozen=True):
    """How the pages are shown; kept in the manifest, so that they can be made again from the published file."""

    mask_names: bool = Field(
        False,
        description="Che họ tên, ngày sinh và chữ riêng của từng dòng trong báo cáo (số giấy tờ luôn được che) "
        "/ mask names, birth dates and words of single rows in the reports too (numbers always are)",
    )
    show_names: bool = Field(
        False,
        description="Hiện họ tên trong báo cáo dù dữ liệu được mã hóa "
        "/ show names in the reports although what is kept is encrypted",
    )

    def names(self, *, encrypted: bool) -> Names:
        """How names stand on a page: masked when that was asked for, and where data are encrypted unless names were."""
        if self.mask_names:
            return "masked"
        if self.show_names:
            return "asked for"
        return "masked" if encrypted else "shown"
