"""How much a publication may differ from what people already work with, before someone must look."""

from pydantic import BaseModel, Field


class PublicationSettings(BaseModel, frozen=True):
    """The limits of the gates; the same object in the launchpad, on the command line and in the manifest."""

    churn_limit: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Phần người, thửa đất đã công bố được phép bị rút, gộp hay tách trong một lần công bố "
        "/ share of published people or parcels that one publication may withdraw, merge or split",
    )
    unplaced_limit: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Phần số dòng được phép chưa xếp vào xã, phường mới nào khi công bố chính thức "
        "/ share of the rows that may be without a new commune in an official publication",
    )
