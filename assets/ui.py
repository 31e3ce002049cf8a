"""`make ui`: Dagster's pages on this machine alone, with the data folder's own storage."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._cli import dev

from assets.instance import end_dead_runs, prepare_home


def main() -> None:
    """`dagster dev`, whose webserver answers its own pages alone; files that it makes are for the owner's eyes."""
    os.umask(0o077)
    prepare_home(Path(os.environ.get("HOPNHAT_DATA", "data")))
    with dg.DagsterInstance.get() as instance:
        end_dead_runs(instance)
    port = os.environ.get("HOPNHAT_PORT", "3000")
    print(f"Mở trình duyệt tại http://127.0.0.1:{port} (Ctrl+C để dừng).", file=sys.stderr)
    dev.open_ipc_subprocess = _guarded(dev.open_ipc_subprocess)  # type: ignore[attr-defined]
    dev.dev_command(["-w", "workspace.yaml", "-h", "127.0.0.1", "-p", port])


def _guarded(start: Callable[..., Any]) -> Callable[..., Any]:
    """Starts what `dagster dev` starts, and our webserver in place of Dagster's: it has no option for that."""
    return lambda command, **options: start(
        ["assets.own_pages" if word == "dagster_webserver" else word for word in command], **options
    )


if __name__ == "__main__":
    main()
