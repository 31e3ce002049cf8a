"""Runs of Dagster on record in the activity log, wherever they were started: by the command or in Dagster's pages.

How a run ended is read from its own events, since a step that fails or a gate that refuses raises nothing outside its
step. What a line of the log is does not belong here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg
from dagster import DagsterEventType

from assets.acting import ActOnRecord, recorded
from assets.instance import FAILED, OUTCOME_TAG, STOPPED
from assets.plain_words import EXIT_STATUS
from pipelines.activity.acts import Fact, Outcome

_GATE, _PUBLISHES = "publication_gate", "published_warehouse"
_INTERRUPTED = "DagsterExecutionInterruptedError"
"""What Dagster calls it when somebody stops a run."""
_UNUSABLE = 2
"""The exit status of what was refused, because an input or a setting cannot be used."""
_TOLD = {
    DagsterEventType.STEP_SUCCESS,
    DagsterEventType.STEP_FAILURE,
    DagsterEventType.ASSET_CHECK_EVALUATION,
}


@contextmanager
def run_on_record(
    act: ActOnRecord, run: dg.DagsterRun, instance: dg.DagsterInstance, tell: Callable[[str], object]
) -> Iterator[None]:
    """Record that a run begins and how it ended, here and as a tag in Dagster's list of runs.

    A log that cannot be written is told, and does not stop it.
    """
    act.tell(run=run.run_id)
    act.outcome = "failed"  # unless it comes to an end by itself
    try:
        with recorded(act, tell=tell):
            yield
            end = ended(run, instance)
            act.outcome = end.outcome
            act.tell(**end.facts)
    finally:
        instance.add_run_tags(run.run_id, {OUTCOME_TAG: _in_words(act.outcome, run, instance)})


@dataclass(frozen=True)
class End:
    """How a run ended; what is told of it in the log: how many steps it made, which one failed or why the gate refused;
    and the sentence that says why it was not published, because of a gate or of something else."""

    outcome: Outcome
    facts: dict[str, Fact]
    sentence: str = ""
    by_gate: bool = False


def ended(run: dg.DagsterRun, instance: dg.DagsterInstance) -> End:
    """How a run ended, or would if it ended now."""
    events = [entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=_TOLD) if entry.dagster_event]
    made = len({event.step_key for event in events if event.event_type == DagsterEventType.STEP_SUCCESS})
    for event in events:
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if check.asset_key.path == [_GATE] and not check.passed:
                reason = str(check.description)
                return End("refused", {"steps": made, "reason": reason}, reason, by_gate=True)
    for event in events:
        if event.event_type == DagsterEventType.STEP_FAILURE:
            failure = event.step_failure_data.user_failure_data
            status = failure.metadata.get(EXIT_STATUS) if failure else None
            outcome: Outcome = "refused" if status is not None and status.value == _UNUSABLE else "failed"
            return End(
                outcome, {"steps": made, "step": str(event.step_key)}, str(failure.description) if failure else ""
            )
    return End("done" if made >= _planned(run, instance) else "failed", {"steps": made})


def _in_words(outcome: Outcome, run: dg.DagsterRun, instance: dg.DagsterInstance) -> str:
    """How a run ended, for the list of runs. What one that was stopped has published is published."""
    events = [entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=_TOLD) if entry.dagster_event]
    if any(event.step_key == _PUBLISHES and event.event_type == DagsterEventType.STEP_SUCCESS for event in events):
        return "đã công bố"
    failures = [event.step_failure_data for event in events if event.event_type == DagsterEventType.STEP_FAILURE]
    if any(failure.error and failure.error.cls_name == _INTERRUPTED for failure in failures):
        return STOPPED
    return {"done": "đã kiểm tra", "refused": "bị từ chối"}.get(outcome, FAILED)


def _planned(run: dg.DagsterRun, instance: dg.DagsterInstance) -> int:
    """How many steps the run was to make; one that was stopped in between has made fewer."""
    return len(planned_steps(run, instance)) or 1


def planned_steps(run: dg.DagsterRun, instance: dg.DagsterInstance) -> Sequence[str]:
    """The steps that the run was to make, as far as Dagster has kept its plan."""
    if run.execution_plan_snapshot_id is None:
        return []
    return instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id).step_keys_to_execute
