"""A real browser: what a page asked for, what a person reads on it, and the pictures of the documentation."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 180
"""Seconds for whatever a person waits for: the machine may be busy with much else."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not CHROMIUM.exists():
        missing = pytest.mark.skip(reason="Debian's Chromium is not installed (apt-get install chromium)")
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(missing)


@dataclass
class Window:
    """A page, and all that it asked for."""

    page: Page
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))

    @property
    def text(self) -> str:
        """What a person can read."""
        return self.page.locator("body").inner_text()

    def opens(self, address: str, *words: str) -> "Window":
        """Go to a page, and wait for what should be read there."""
        self.page.goto(address, wait_until="load")
        return self.sees(*words)

    def sees(self, *words: str, within: float = PATIENCE) -> "Window":
        """Wait until all these words can be read; say which cannot, and what can."""
        end = time.monotonic() + within
        while missing := [word for word in words if word not in self.text]:
            if time.monotonic() > end:
                pytest.fail(f"Not to be read at {self.page.url}: {missing}. What can be read:\n{self.text[:3000]}")
            self.page.wait_for_timeout(500)
        return self

    def still(self, part: str = "", height: int = 768) -> bytes:
        """A picture of the page, or of a part, once it does not move any more; a clock on it is given a few tries."""
        looks = {"animations": "disabled", "caret": "hide", "scale": "css"}
        self.page.evaluate("document.fonts.ready")
        self.page.mouse.move(0, 0)
        before, now = b"", b"never"
        for _ in range(12):
            if now == before:
                break
            self.page.wait_for_timeout(250)
            before = now
            if part:
                now = self.page.locator(part).first.screenshot(**looks)
            else:
                now = self.page.screenshot(clip={"x": 0, "y": 0, "width": 1366, "height": height}, **looks)
        return now

    def left_the_machine(self) -> list[str]:
        """What was asked of any other machine."""
        local = {"data", "blob", "file"}
        return [
            url
            for url in self.asked
            if urlsplit(url).scheme not in local and urlsplit(url).hostname not in {"127.0.0.1", "localhost"}
        ]


@pytest.fixture(scope="session")
def chromium():
    """Chromium without its own errands on the network; letters are drawn alike on every screen."""
    quiet = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    quiet += " --disable-component-update --disable-sync --disable-lcd-text --font-render-hinting=none"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=quiet.split())
        yield started
        started.close()


@pytest.fixture(scope="session")
def window_of(chromium) -> Callable[[], contextlib.AbstractContextManager[Window]]:
    """Opens a window as on a first visit, on an officer's screen."""

    @contextlib.contextmanager
    def opened() -> Iterator[Window]:
        screen = {"width": 1366, "height": 768}
        context = chromium.new_context(viewport=screen, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
        try:
            yield Window(context.new_page())
        finally:
            context.close()

    return opened


@pytest.fixture
def window(window_of) -> Iterator[Window]:
    with window_of() as opened:
        yield opened


@pytest.fixture(scope="session")
def picture(request: pytest.FixtureRequest, project: Path, tmp_path_factory) -> Callable[..., None]:
    """Keeps what a window, or a part of it, shows; with `--pictures` as the documents' picture of that name."""
    folder = tmp_path_factory.mktemp("pictures")
    shown = ""
    if request.config.getoption("pictures"):
        documents = [*project.glob("*.md"), *project.glob("docs/**/*.md")]
        shown = "".join(path.read_text(encoding="utf-8") for path in documents)

    def keep(window: Window, name: str, **part: str | int) -> None:
        into = project / "docs" / "pictures" if f"pictures/{name}.png" in shown else folder
        (into / f"{name}.png").write_bytes(window.still(**part))

    return keep


@contextlib.contextmanager
def dagster_ui(project: Path, data: Path, log: Path, *options: str, **environment: str) -> Iterator[str]:
    """`make ui` on a data folder, or with `--read-only` that for auditors, in a process group that is ended with it."""
    port = _free_port()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HOPNHAT_", "DAGSTER_"))}
    clean |= {"HOPNHAT_DATA": str(data), "HOPNHAT_PORT": str(port), **environment}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "assets.ui", *options],
            cwd=project,
            env=clean,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        try:
            yield _answering(f"http://127.0.0.1:{port}", process, log)
        finally:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answering(address: str, process: subprocess.Popen, log: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{address}/server_info", timeout=2)
            return address
        time.sleep(0.3)
    pytest.fail(f"Dagster's webserver does not answer: {log.read_text(errors='replace')[-2000:]}")


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> None:
    """Steps of one story: what comes after a step that failed cannot be told."""
    if call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception) and "story" in item.keywords:
        item.parent.ended_at = item.name


def pytest_runtest_setup(item: pytest.Item) -> None:
    if "story" in item.keywords and (ended_at := getattr(item.parent, "ended_at", "")):
        pytest.skip(f"the story ended at {ended_at}")
