"""What the launchpad says of a wrong setting, as its webserver judges it."""

import pytest
from dagster._config.validate import validate_config
from dagster_graphql.implementation import external

from assets.launchpad import in_vietnamese, speak_vietnamese


@pytest.fixture(scope="module")
def schema():
    from assets.definitions import defs

    return defs.resolve_job_def("chay_thu").run_config_schema.run_config_schema_type


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mode": "chinh thuc"}, "«mode» phải là trial hoặc official, không phải chinh thuc."),
        ({"cases_per_day": "mười"}, "«cases_per_day» phải là số nguyên, không phải mười."),
        ({"false_merge_cost": "abc"}, "«false_merge_cost» phải là số, không phải abc."),
        ({"estimate": "có"}, "«estimate» phải là true hoặc false, không phải có."),
        ({"cases_per_dya": 5}, "Không có mục «cases_per_dya»; có phải «cases_per_day»?"),
        ({"che_do": 1, "zzz": 2}, "Không có mục «che_do»; gõ Ctrl+Space để xem các mục. Không có mục «zzz»;"),
        ({"mode": None}, "«mode» phải là trial hoặc official, không phải để trống."),
        ({"technical": None}, "«technical» phải gồm các mục con thụt vào dưới nó, hoặc bỏ hẳn dòng này, không phải"),
        ({"technical": {"size_cap": "x"}}, "«size_cap» phải là số nguyên, không phải x."),
    ],
)
def test_a_wrong_name_or_value_is_told_in_vietnamese(schema, given, said):
    (error,) = validate_config(schema, _config(given)).errors or []
    assert in_vietnamese(error).message.startswith(said)


def test_what_is_no_setting_is_told_as_dagster_tells_it(schema):
    (error,) = validate_config(schema, {"resources": {"nothing": {}}}).errors or []
    assert in_vietnamese(error) is error


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cases_per_day": -5}, ["«cases_per_day» phải từ 0 trở lên, không phải -5"]),
        ({"cases_per_day": -5, "churn_limit": 7}, ["«cases_per_day» phải từ 0", "«churn_limit» phải không quá 1"]),
        ({"purpose": None, "cases_per_day": 5, "model": None}, []),
        (None, []),
    ],
)
def test_a_value_beyond_its_limits_is_told_before_anything_is_launched(schema, monkeypatch, given, said):
    monkeypatch.setattr(external, "validate_config_from_snap", external.validate_config_from_snap)
    speak_vietnamese()
    found = external.validate_config_from_snap(
        config_schema_snapshot=schema.schema_snapshot, config_type_key=schema.key, config_value=_config(given)
    )
    assert found.success == (not said)
    for error, expected in zip(found.errors or [], said, strict=True):
        assert error.message.startswith("Thiết lập không dùng được: ") and expected in error.message


def _config(settings):
    return {"resources": {"settings": {"config": settings}}} if settings is not None else {}
