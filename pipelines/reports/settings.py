"""What a reader of the pages may see."""

from pydantic import BaseModel, Field


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

    def hides_names(self, *, encrypted: bool) -> bool:
        """Whether names are masked: when that was asked for, and where data are encrypted unless told otherwise."""
        return self.mask_names or (encrypted and not self.show_names)
