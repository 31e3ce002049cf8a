"""What a reader of the pages may see."""

from pydantic import BaseModel, Field


class ReportSettings(BaseModel, frozen=True):
    """How the pages are shown; kept in the manifest, so that they can be made again from the published file."""

    mask_names: bool = Field(
        False,
        description="Che cả họ tên trong báo cáo (số giấy tờ luôn được che) "
        "/ mask names in the reports too (numbers always are)",
    )
