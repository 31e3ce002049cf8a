"""What may be set for one run: flat fields under `resources.settings`, from which every stage's own settings are made.

The same in Dagster's launchpad and on the command line. A value that cannot be used is told in one sentence, before
any work. What a setting does does not belong here, nor where files lie (`deployment`).
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar, cast

import dagster as dg
from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator

from assets.jobs import PUBLISHING
from pipelines.linkage import LinkageSettings
from pipelines.linkage.runners import Engine
from pipelines.problems import UnusableInput
from pipelines.reports.settings import ReportSettings
from pipelines.warehouse.settings import GivenLimits, PublicationSettings
from pipelines.warehouse.versions import Mode

Stage = TypeVar("Stage", bound=BaseModel)


class WrongSetting(UnusableInput):
    """A run cannot be made with these settings."""


STAGES: Final[tuple[type[BaseModel], ...]] = (LinkageSettings, GivenLimits, ReportSettings)
"""What settings are for: linking, the gates, the pages."""


def _of(stage: type[BaseModel], name: str, usual: object = None) -> Any:
    """A stage's setting as it stands in the launchpad: with its words and what is usual, and without its limits, which
    `RunSettings.of` sees to."""
    setting = stage.model_fields[name]
    vi, _, en = str(setting.description).partition(" / ")
    return Field(default=None, description=f"{vi}; để null là {usual or setting.default or 'không đặt'} / {en}")


def _limit(name: str) -> Any:
    usual = PublicationSettings.model_fields[name].default
    return _of(GivenLimits, name, f"theo reference/publication_limits.csv, không có thì {usual}")


def _unshown(default: Callable[[], Any], description: str | None) -> Any:
    """A setting of which the launchpad writes no default down: so what stands there is what somebody set."""
    return Field(default_factory=default, description=description)


class Technical(dg.Config):
    """What an officer has no need of: thresholds by hand, caps of the linkage engine, and where it computes."""

    review_cost: float | None = _of(LinkageSettings, "review_cost")
    case_share: float | None = _of(LinkageSettings, "case_share")
    review_days: int | None = _of(LinkageSettings, "review_days")
    automatic_bits: float | None = _of(LinkageSettings, "automatic_bits")
    review_bits: float | None = _of(LinkageSettings, "review_bits")
    veto_bits: float | None = _of(LinkageSettings, "veto_bits")
    margin_bits: float | None = _of(LinkageSettings, "margin_bits")
    size_cap: int | None = _of(LinkageSettings, "size_cap")
    block_cap: int | None = _of(LinkageSettings, "block_cap")
    pairs_per_row: int | None = _of(LinkageSettings, "pairs_per_row")
    engine: Engine = _unshown(
        lambda: "local",
        "Tính điểm các cặp ở đâu: local là máy này, spark là Apache Spark; kết quả như nhau "
        "/ where pairs are scored: on this machine, or by Apache Spark; what comes out is the same",
    )


class RunSettings(dg.ConfigurableResource):
    """Thiết lập của một lần chạy; mục nào để trống thì theo mặc định / what is not given is as usual."""

    mode: Mode = _unshown(
        lambda: "trial",
        "trial: chạy thử; official: công bố chính thức, chỉ trong công việc cong_bo_chinh_thuc; không ghi thì theo "
        "công việc / a trial, or official, which one job alone may publish; if not given, as the job has it",
    )
    purpose: str = _unshown(
        lambda: os.environ.get("HOPNHAT_PURPOSE", ""),
        "Ai chạy và để làm gì, được ghi vào nhật ký thao tác; không ghi dữ liệu cá nhân "
        "/ who runs it and what for; it stands in the activity log",
    )
    cases_per_day: int | None = _of(LinkageSettings, "cases_per_day")
    false_merge_cost: float | None = _of(LinkageSettings, "false_merge_cost")
    churn_limit: float | None = _limit("churn_limit")
    unplaced_limit: float | None = _limit("unplaced_limit")
    quarantine_limit: float | None = _limit("quarantine_limit")
    shift_limit: float | None = _limit("shift_limit")
    model: str = _unshown(
        str, "Tên mô hình đối sánh; để trống là mô hình của xã / the linkage model; empty: the commune's own"
    )
    estimate: bool = _unshown(bool, "Ước lượng lại mô hình từ dữ liệu này / estimate the commune's model again")
    mask_names: bool = _unshown(
        lambda: os.environ.get("HOPNHAT_MASK_NAMES", "") in {"1", "true", "yes"},
        ReportSettings.model_fields["mask_names"].description,
    )
    show_names: bool = _unshown(bool, ReportSettings.model_fields["show_names"].description)
    technical: Technical = _unshown(
        Technical,
        "Dành cho người phụ trách kỹ thuật: ngưỡng và giới hạn của máy đối sánh, và nó chạy ở đâu "
        "/ for engineers: thresholds and caps of the linkage engine, and where it computes",
    )

    @field_validator("purpose", "model", "estimate", "mask_names", "show_names", mode="before")
    @classmethod
    def _left_empty(cls, value: object, info: ValidationInfo) -> object:
        """What is left empty in the launchpad is as usual."""
        return cls.model_fields[str(info.field_name)].get_default(call_default_factory=True) if value is None else value

    def create_resource(self, context: dg.InitResourceContext) -> "RunSettings":
        """The settings of this run: where no mode is given, the job tells."""
        official = context.run is not None and context.run.job_name == PUBLISHING["official"]
        if "mode" in context.resource_config or not official:
            return self
        return cast("RunSettings", self._with_updated_values({"mode": "official"}))

    def of(self, stage: type[Stage]) -> Stage:
        """The settings of one stage. Raises WrongSetting, which names every value that cannot be used."""
        places: tuple[object, ...] = (self, self.technical)
        given = {
            name: value
            for name in stage.model_fields
            for at in places
            if (value := getattr(at, name, None)) is not None
        }
        try:
            return stage(**given)
        except ValidationError as wrong:
            raise WrongSetting(
                f"Thiết lập không dùng được: {'; '.join(_in_words(wrong))}. Hãy sửa rồi chạy lại; chưa có gì thay đổi.",
                "A setting cannot be used; nothing has changed.",
            ) from None


def _in_words(wrong: ValidationError) -> Iterator[str]:
    """What is wrong with each setting, as a clause."""
    for error in wrong.errors(include_url=False):
        wanted = _WANTED[error["type"]].format(**error.get("ctx", {}))
        yield f"«{error['loc'][0]}» phải {wanted}, không phải {error['input']}"


_WANTED: Final = {
    "greater_than_equal": "từ {ge} trở lên",
    "greater_than": "lớn hơn {gt}",
    "less_than_equal": "không quá {le}",
    "less_than": "nhỏ hơn {lt}",
}
"""How a setting must be, by the kind of pydantic's error; Dagster has seen to its type."""
