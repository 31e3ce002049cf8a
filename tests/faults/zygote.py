"""A process that has imported what takes seconds and forks: each child does one thing as a process of its own.

Run as a program. It reads one request a line on its input and answers with one line each; see `faults.Zygote` for the
other end. It never starts a thread itself, since a thread does not live on in a fork: what starts some at its import
(`assets.definitions`) is imported by each child.

A child notes the disk operations below the folder that it is told to watch (files opened to be written, renamed,
linked, removed, made, synced) and kills itself with SIGKILL at one of them, before it is done, or some milliseconds
later, when a library may be in the middle of writing. Which one is told by its number, or by what is in its line.
"""

import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

SLOW = (
    *("pandas", "scipy", "dagster", "great_expectations", "great_expectations.expectations.core", "duckdb_sqlalchemy"),
    *("polars", "fastexcel", "xlsxwriter", "expectations.running", "pipelines.reports", "pipelines.warehouse.versions"),
)
WRITING = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
ANY_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Notes the disk operations below `folder` in `journal`, and dies at the `at`-th, or the first with that text."""

    def __init__(self, folder: str, journal: str, at: int | str | None, delay: float) -> None:
        self.folder, self.at, self.delay = folder, at, delay
        self.seen = 0
        self.journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.lock = threading.Lock()

    def start(self) -> None:
        """Watch from now on; there is no way back, since a child does one thing."""
        synced = os.fsync

        def fsync(descriptor: int) -> None:
            self.note("fsync", Path(f"/proc/self/fd/{descriptor}").readlink())
            synced(descriptor)

        os.fsync = fsync
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes | os.PathLike) and (flags or 0) & ANY_WRITE:
                self.note("open", path)
        elif event in WRITING and isinstance(arguments[0], str | bytes | os.PathLike):
            self.note(event.removeprefix("os."), *[one for one in arguments[:2] if not isinstance(one, int)])

    def note(self, what: str, *paths: Any) -> None:
        """One operation is about to happen."""
        places = [Path(os.fsdecode(path)).absolute() for path in paths]
        inside = [str(place.relative_to(self.folder)) for place in places if place.is_relative_to(self.folder)]
        if not inside:
            return
        with self.lock:
            self.seen += 1
            line = f"{self.seen}\t{what} {' '.join(inside)}"
            dying = self.seen == self.at or (isinstance(self.at, str) and self.at in line)
            self.at = None if dying else self.at
            os.write(self.journal, f"{line}\n".encode())
        if dying and self.delay:
            threading.Thread(target=self._die_soon, daemon=True).start()
        elif dying:
            os.kill(os.getpid(), signal.SIGKILL)

    def _die_soon(self) -> None:
        time.sleep(self.delay)
        os.kill(os.getpid(), signal.SIGKILL)


def child(request: dict[str, Any]) -> int:
    """Do what is asked, in the fork; returns the exit status."""
    for name in list(os.environ):
        if name.startswith(("HOPNHAT_", "DAGSTER_")):
            del os.environ[name]
    os.environ.update(request["env"])
    tempfile.tempdir = None
    os.chdir(request["cwd"])
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if request["largest"] is not None:  # bytes that a file may have
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["largest"], request["largest"]))
    if request["days_back"]:
        _turn_back(request["days_back"])
    module, name = request["call"].split(":")
    function = getattr(importlib.import_module(module), name)
    if watched := request["watch"]:
        Watch(watched["folder"], watched["journal"], watched["at"], watched["delay"]).start()
    return int(function(*request["arguments"]) or 0)


def _turn_back(days: int) -> None:
    """The clock tells an earlier day; before anything else takes its name from there."""
    occasion = importlib.import_module("assets.occasion")
    told = occasion.now
    occasion.now = lambda: told() - timedelta(days=days)


def main() -> None:
    """Answer requests until the input ends."""
    for module in SLOW:
        importlib.import_module(module)
    threads = {path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")}
    if any(name.startswith(("polars-", "tokio")) and "clea" not in name for name in threads):
        raise RuntimeError(f"an import has started threads, which do not live on in a fork: {sorted(threads)}")
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "wait":
            _, status = os.waitpid(request["pid"], 0)
            answer: dict[str, Any] = {"status": os.waitstatus_to_exitcode(status)}
        else:
            pid = os.fork()
            if pid == 0:
                status = 70
                try:
                    status = child(request)
                except BaseException:
                    import traceback

                    traceback.print_exc()
                finally:
                    sys.stdout.flush()
                    sys.stderr.flush()
                    os._exit(status)
            answer = {"pid": pid}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
