"""What the launchpad says of a setting that cannot be used: one Vietnamese sentence, before anything is launched.

Dagster sees to names and types, in English and in its own words; limits it does not know. What is beyond a limit is
refused when a run starts too (`refusals`), wherever it was started; here it is told while somebody types.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from dagster._config.errors import (
    DagsterEvaluationErrorReason,
    EvaluationError,
    FieldNotDefinedErrorData,
    FieldsNotDefinedErrorData,
    RuntimeMismatchErrorData,
)
from dagster._config.evaluate_value_result import EvaluateValueResult
from dagster._config.snap import ConfigTypeSnap
from dagster._config.stack import EvaluationStackEntry, EvaluationStackRoot
from dagster._record import copy
from dagster_graphql.implementation import external

from assets.run_settings import STAGES, RunSettings, Technical
from pipelines.problems import UnusableInput

_SETTINGS: Final = ("resources", "settings", "config")
_KNOWN: Final = [*RunSettings.model_fields, *Technical.model_fields]
_WANTED: Final = {
    "Int": "là số nguyên",
    "Float": "là số",
    "Bool": "là true hoặc false",
    "String": "là chữ (đặt trong dấu nháy nếu toàn chữ số)",
}


def speak_vietnamese() -> None:
    """Let this process, a webserver, tell in Vietnamese what cannot be used."""
    external.validate_config_from_snap = _told(external.validate_config_from_snap)  # type: ignore[attr-defined]


def _told(validate: Callable[..., EvaluateValueResult[Any]]) -> Callable[..., EvaluateValueResult[Any]]:
    def validated(*, config_value: object, **schema: Any) -> EvaluateValueResult[Any]:
        found = validate(config_value=config_value, **schema)
        if found.errors:
            return EvaluateValueResult.for_errors([in_vietnamese(error) for error in found.errors])
        beyond = list(_beyond_limits(config_value, **schema))
        return EvaluateValueResult.for_errors(beyond) if beyond else found

    return validated


def in_vietnamese(error: EvaluationError) -> EvaluationError:
    """An error of Dagster's about a setting, in words; another one as it is."""
    path, data = error.stack.levels, error.error_data
    if tuple(path[:3]) != _SETTINGS:
        return error
    if isinstance(data, FieldNotDefinedErrorData):
        return copy(error, message=_unknown(data.field_name))
    if isinstance(data, FieldsNotDefinedErrorData):
        return copy(error, message=" ".join(_unknown(name) for name in data.field_names))
    if isinstance(data, RuntimeMismatchErrorData):
        given = "để trống" if data.value_rep == "None" else data.value_rep.strip("'\"")
        return copy(error, message=f"«{path[-1]}» phải {_wanted(data.config_type_snap)}, không phải {given}.")
    return error


def _wanted(kind: ConfigTypeSnap) -> str:
    """How a value of this kind must be."""
    if kind.enum_values:
        return f"là {' hoặc '.join(value.value for value in kind.enum_values)}"
    return _WANTED.get(str(kind.given_name), "gồm các mục con thụt vào dưới nó, hoặc bỏ hẳn dòng này")


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, _KNOWN, n=1)
    return f"Không có mục «{name}»" + (f"; có phải «{close[0]}»?" if close else "; gõ Ctrl+Space để xem các mục.")


def _beyond_limits(config: object, *, config_schema_snapshot: Any, config_type_key: str) -> Iterator[EvaluationError]:
    """What the limits of the stages say of settings whose names and types are right."""
    given: Any = config
    for name in _SETTINGS:
        given = given.get(name) if isinstance(given, Mapping) else None
    stack: EvaluationStackEntry = EvaluationStackRoot()
    for name in _SETTINGS:
        stack = stack.for_field(name)
    for stage in STAGES:
        try:
            RunSettings(**(given or {})).of(stage)
        except UnusableInput as problem:
            yield EvaluationError(
                stack=stack,
                reason=DagsterEvaluationErrorReason.RUNTIME_TYPE_MISMATCH,
                message=str(problem),
                error_data=RuntimeMismatchErrorData(
                    config_type_snap=config_schema_snapshot.get_config_snap(config_type_key), value_rep=""
                ),
            )
