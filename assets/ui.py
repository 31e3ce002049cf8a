"""`make ui`: Dagster's pages and the audit site on this machine alone, with the data folder's own storage; for auditors
`make ui-readonly`, on which nothing can be started or changed.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import dagster as dg
from dagster._cli import dev

from assets import own_pages
from assets.addresses import START
from assets.instance import end_dead_runs, prepare_home
from assets.reporting import write_start_page
from pipelines.arrival.drop_folder import drop_folder

READ_ONLY: Final = "--read-only"
_HERE: Final = ("-w", "workspace.yaml", "-h", "127.0.0.1", "-p")


def main() -> None:
    """Dagster's pages for officers, or those for auditors when `--read-only` is said; files that are made are for the
    owner's eyes."""
    os.umask(0o077)
    if READ_ONLY in sys.argv[1:]:
        _for_auditors(os.environ.get("HOPNHAT_PORT", "3001"))
    else:
        _for_officers(os.environ.get("HOPNHAT_PORT", "3000"))


def _for_auditors(port: str) -> None:
    """Dagster's webserver alone, which refuses every change."""
    print(f"Trang chỉ đọc cho kiểm toán: http://127.0.0.1:{port}{START} (Ctrl+C để dừng).", file=sys.stderr)
    sys.argv[1:] = [*_HERE, port, READ_ONLY]
    own_pages.main()


def _for_officers(port: str) -> None:
    """`dagster dev`, whose webserver answers its own pages alone."""
    data = Path(os.environ.get("HOPNHAT_DATA", "data"))
    prepare_home(data)
    with dg.DagsterInstance.get() as instance:
        end_dead_runs(instance)
    drop_folder(data).mkdir(exist_ok=True, mode=0o700)  # officers look for it before the sensor is turned on
    write_start_page(data)
    print(f"Mở trình duyệt tại http://127.0.0.1:{port}{START} (Ctrl+C để dừng).", file=sys.stderr)
    dev.open_ipc_subprocess = _guarded(dev.open_ipc_subprocess)  # type: ignore[attr-defined]
    dev.dev_command([*_HERE, port])


def _guarded(start: Callable[..., Any]) -> Callable[..., Any]:
    """Starts what `dagster dev` starts, and our webserver in place of Dagster's: it has no option for that."""
    return lambda command, **options: start(
        ["assets.own_pages" if word == "dagster_webserver" else word for word in command], **options
    )


if __name__ == "__main__":
    main()
