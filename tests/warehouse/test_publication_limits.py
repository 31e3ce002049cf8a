"""`publication_limits.csv`: the limits of a deployment, by new commune."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.ingest.references import reference_hashes
from pipelines.problems import UnusableInput
from pipelines.warehouse.limits import PUBLICATION_LIMITS, limits_of
from pipelines.warehouse.settings import LIMITS, GivenLimits, PublicationSettings

NONE = GivenLimits()


def written(folder: Path, *lines: str) -> Path:
    (folder / PUBLICATION_LIMITS).write_text("\n".join(["new_code,limit,value,reason", *lines]), encoding="utf-8-sig")
    return folder


def test_without_a_file_the_usual_limits_hold(tmp_path: Path) -> None:
    settings, origins = limits_of("10231", tmp_path, NONE)
    assert settings == PublicationSettings()
    assert origins == {name: {"origin": "usual"} for name in LIMITS}


def test_every_limit_can_be_given_for_one_run() -> None:
    assert set(GivenLimits.model_fields) == set(LIMITS)


def test_the_run_wins_over_the_communes_line_and_that_over_the_line_for_all(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        ",churn_limit,0.2,",
        "10231,churn_limit,0.3,đo đạc lại",
        ",shift_limit,0.4,",
        "10231,unplaced_limit,0.5,",
        "4930,quarantine_limit,0.6,",
    )
    settings, origins = limits_of("10231", folder, GivenLimits(unplaced_limit=0))
    assert settings == PublicationSettings(churn_limit=0.3, shift_limit=0.4, unplaced_limit=0)
    assert origins == {
        "churn_limit": {"origin": "file", "line": 3, "reason": "đo đạc lại"},
        "shift_limit": {"origin": "file", "line": 4, "reason": ""},
        "unplaced_limit": {"origin": "run"},
        "quarantine_limit": {"origin": "usual"},
    }
    others, _ = limits_of("04930", folder, NONE)
    assert others == PublicationSettings(churn_limit=0.2, shift_limit=0.4, quarantine_limit=0.6)


def test_the_file_may_be_as_excel_saves_it_in_vietnam(tmp_path: Path) -> None:
    (tmp_path / PUBLICATION_LIMITS).write_text("New_Code;Limit;Value\n10231;Churn_Limit;0,25\n", encoding="utf-8-sig")
    settings, _ = limits_of("10231", tmp_path, NONE)
    assert settings.churn_limit == 0.25


def test_two_equal_lines_may_say_the_same(tmp_path: Path) -> None:
    settings, _ = limits_of("10231", written(tmp_path, ",churn_limit,0.2,a", ",churn_limit,0.20,b"), NONE)
    assert settings.churn_limit == 0.2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("10231,churn_limit,1.01,", "dòng 3: value phải là số từ 0 đến 1"),
        ("10231,churn_limit,-0.1,", "dòng 3: value phải là số từ 0 đến 1"),
        ("10231,churn_limit,nan,", "dòng 3: value phải là số từ 0 đến 1"),
        ("10231,churn_limit,,", "dòng 3: value phải là số từ 0 đến 1"),
        ("10231,churn,0.1,", "dòng 3: limit phải là một trong churn_limit, "),
        ("99999,churn_limit,0.1,", "dòng 3: không có xã, phường mới nào mang mã «99999»"),
        (",shift_limit,0.3,", "dòng 3: mâu thuẫn với dòng 2"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_by_its_number(tmp_path: Path, line: str, says: str) -> None:
    folder = written(tmp_path, ",shift_limit,0.2,", line)
    with pytest.raises(UnusableInput) as refused:
        limits_of("10231", folder, NONE)
    assert says in str(refused.value)
    assert PUBLICATION_LIMITS in str(refused.value)
    with pytest.raises(UnusableInput):  # a run says so before it reads the first export
        reference_hashes(folder)


def test_a_given_limit_is_a_share() -> None:
    with pytest.raises(ValidationError):
        GivenLimits(shift_limit=1.1)


def test_another_file_of_limits_is_another_reference(tmp_path: Path) -> None:
    none = reference_hashes(tmp_path)
    own = reference_hashes(written(tmp_path, ",churn_limit,0.2,"))
    assert {name for name in own if own[name] != none[name]} == {"publication_limits"}
