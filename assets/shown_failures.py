"""What Dagster's pages show of a failure: its sentence and whose turn it is, and none of the frames that Dagster adds.

A failure of ours says what happened in its description, and has the places in our code in its metadata. Dagster puts
the name of an exception before it and a traceback behind it, at the step and again at the end of the run.
"""

from typing import Any

from dagster import DagsterEvent, EventLogEntry
from dagster._core.events import JobFailureData
from dagster._core.execution.plan.objects import StepFailureData, StepRetryData

WHO, NEXT = "Đến lượt", "Việc tiếp theo"
"""Metadata of a failure: whose turn it is, and what that person does."""


def as_shown(entry: EventLogEntry) -> EventLogEntry:
    """An event as it is stored."""
    event = entry.dagster_event
    return entry if event is None else entry._replace(dagster_event=_plain(event))


def _plain(event: DagsterEvent) -> DagsterEvent:
    data: Any = event.event_specific_data
    if isinstance(data, StepFailureData) and data.error and data.user_failure_data:
        error = data.error._replace(message=f"{data.user_failure_data.description}\n", stack=[])
        return event._replace(
            message=f"Bước «{event.step_key}» không xong.", event_specific_data=data._replace(error=error)
        )
    if isinstance(data, StepRetryData):
        error = data.error._replace(message="Bước này sẽ được tự thử lại.\n", stack=[])
        return event._replace(event_specific_data=data._replace(error=error))
    if isinstance(data, JobFailureData) and (failed := data.first_step_failure_event):
        return _plain_end(event, data, _plain(failed))
    return event


def _plain_end(event: DagsterEvent, data: JobFailureData, failed: DagsterEvent) -> DagsterEvent:
    """The end of a run, by the first step that failed: the pages show it first, and without that step's metadata."""
    step: Any = failed.event_specific_data
    if not step.user_failure_data:
        return event
    said = step.user_failure_data.metadata
    turn = "".join(f"{name}: {said[name].value}\n" for name in (WHO, NEXT) if name in said)
    error = step.error._replace(message=f"{step.error.message}\n{turn}")
    return event._replace(
        message=f"Lần chạy dừng ở bước «{failed.step_key}».",
        event_specific_data=data._replace(error=error, first_step_failure_event=failed),
    )
