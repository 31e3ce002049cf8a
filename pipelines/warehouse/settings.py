"""How much of a publication may be lost, unread, unplaced or other than before, until someone must look."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

Share = Annotated[float, Field(ge=0, le=1)]


class PublicationSettings(BaseModel, frozen=True):
    """The limits of one publication, all settled: they stand in the manifest, and the gates read them there."""

    churn_limit: Share = 0.05
    unplaced_limit: Share = 0.01
    quarantine_limit: Share = 0.01
    shift_limit: Share = 0.10


class GivenLimits(BaseModel, frozen=True):
    """What is given for one run alone, in the launchpad or on the command line; None: what the deployment's file says
    (`pipelines.warehouse.limits`), or else the usual."""

    churn_limit: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Phần người, thửa đất đã công bố được phép bị rút, gộp hay tách trong một lần công bố "
        "/ share of published people or parcels that one publication may withdraw, merge or split",
    )
    unplaced_limit: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Phần số dòng được phép chưa xếp vào xã, phường mới nào khi công bố chính thức "
        "/ share of the rows that may be without a new commune in an official publication",
    )
    quarantine_limit: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Phần số bản ghi không đọc được, được phép giữ riêng khi công bố chính thức "
        "/ share of the records that may be in quarantine in an official publication",
    )
    shift_limit: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Phân bố của một trường được phép lệch bao nhiêu so với lần công bố trước trước khi có cảnh báo "
        "/ how far a field's distribution may shift since the last publication (total variation distance)",
    )


LIMITS: Final = tuple(PublicationSettings.model_fields)
"""The names of the limits."""
