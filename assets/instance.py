"""DAGSTER_HOME: Dagster's own storage, under the data folder, with telemetry and the welcome box off."""

import os
from pathlib import Path

import dagster as dg

from pipelines.activity.process import is_running

PROCESS_TAG = ".dagster/hopnhat_process"
"""The tag of a run that tells which process makes it; hidden in the list of runs."""
OUTCOME_TAG = "ket_qua"
"""The tag of a run that tells in the list of runs how it ended, in words."""
FAILED, STOPPED = "có lỗi", "đã dừng"
_AT_WORK = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]

_SETTINGS = """\
# Written by hopnhat. Nothing leaves this machine, and nothing that a step prints is kept.
telemetry:
  enabled: false
nux:
  enabled: false
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:
  module: assets.event_log
  class: EventLogStorage
  config: {}
# A second run of a commune waits in the queue instead of holding a worker while it waits for the commune's lock; and
# of the runs of a night two are made at a time, since each holds a whole commune in memory.
concurrency:
  runs:
    max_concurrent_runs: 2
    tag_concurrency_limits:
      - key: dagster/partition
        value:
          applyLimitPerUniqueValue: true
        limit: 1
"""


def prepare_home(data: Path) -> Path:
    """Make DAGSTER_HOME (`<data>/dagster` unless the variable is set) with its settings; a file there is kept."""
    home = Path(os.environ.setdefault("DAGSTER_HOME", str((data / "dagster").resolve())))
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text(_SETTINGS)
    return home


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Let those runs end whose process is gone: Dagster would wait for them for ever, and other runs of the commune in
    its queue."""
    for run in instance.get_runs(dg.RunsFilter(statuses=_AT_WORK)):
        if is_running(run.tags.get(PROCESS_TAG, "")) is False:
            instance.add_run_tags(run.run_id, {OUTCOME_TAG: FAILED})
            instance.report_run_failed(run, "Tiến trình của lần chạy đã dừng giữa chừng. (Its process is gone.)")
