"""`make ui`: Dagster's pages on this machine alone, with the data folder's own storage."""

import os
import sys
from pathlib import Path

import dagster as dg

from assets.instance import end_dead_runs, prepare_home


def main() -> None:
    """Become `dagster dev`; files that it makes are for the owner's eyes."""
    os.umask(0o077)
    prepare_home(Path(os.environ.get("HOPNHAT_DATA", "data")))
    with dg.DagsterInstance.get() as instance:
        end_dead_runs(instance)
    port = os.environ.get("HOPNHAT_PORT", "3000")
    print(f"Mở trình duyệt tại http://127.0.0.1:{port} (Ctrl+C để dừng).", file=sys.stderr)
    command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", port]
    os.execv(sys.executable, command)  # noqa: S606 - no shell, and every argument is our own


if __name__ == "__main__":
    main()
