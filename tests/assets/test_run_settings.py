"""The settings of a run: every stage's own are made of them, and a wrong one is told in one sentence."""

import re

import pytest
from pydantic import BaseModel

from assets.run_settings import STAGES, RunSettings, Technical
from pipelines.linkage import LinkageSettings
from pipelines.problems import UnusableInput
from pipelines.warehouse.settings import GivenLimits


@pytest.mark.parametrize("stage", STAGES)
def test_what_nobody_sets_is_as_the_stage_has_it(stage: type[BaseModel]) -> None:
    assert RunSettings().of(stage) == stage()


def test_every_setting_of_a_stage_can_be_given() -> None:
    known = RunSettings.model_fields.keys() | Technical.model_fields.keys()
    assert [name for stage in STAGES for name in stage.model_fields if name not in known] == []


def test_what_is_given_reaches_its_stage() -> None:
    settings = RunSettings(cases_per_day=5, churn_limit=0.2, technical=Technical(size_cap=4))
    linkage = settings.of(LinkageSettings)
    assert (linkage.cases_per_day, linkage.size_cap, settings.of(GivenLimits).churn_limit) == (5, 4, 0.2)


def test_every_value_that_cannot_be_used_is_named_in_one_sentence() -> None:
    settings = RunSettings(cases_per_day=-5, false_merge_cost=0.5, technical=Technical(review_cost=1))
    with pytest.raises(UnusableInput) as caught:
        settings.of(LinkageSettings)
    assert str(caught.value) == (
        "Thiết lập không dùng được: «false_merge_cost» phải từ 1.0 trở lên, không phải 0.5; «review_cost» phải nhỏ hơn "
        "1.0, không phải 1.0; «cases_per_day» phải từ 0 trở lên, không phải -5. Hãy sửa rồi chạy lại; chưa có gì thay "
        "đổi. (A setting cannot be used; nothing has changed.)"
    )


def test_every_setting_says_in_vietnamese_first_what_it_is() -> None:
    for name, setting in {**RunSettings.model_fields, **Technical.model_fields}.items():
        vietnamese, _, english = (setting.description or "").partition(" / ")
        assert re.search("[ăâđêôơưạảấầệộữồố]", vietnamese), name
        assert english and not re.search("[ăâđêôơưạảấầệộữ]", english), name
