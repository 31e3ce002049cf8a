"""DAGSTER_HOME: Dagster's own storage, under the data folder, with telemetry and the welcome box off."""

import os
from pathlib import Path

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
# A second run of a commune waits in the queue instead of holding a worker while it waits for the commune's lock.
concurrency:
  runs:
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
