"""What an officer sees in a browser: Dagster's pages and the audit page, with no request to any other machine."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

CHROMIUM = Path("/usr/bin/chromium")
CODE = "10231"

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="Debian's Chromium is not installed (apt-get install chromium): no browser test"
)


@pytest.fixture(scope="module")
def browser():
    """Chromium without its own errands on the network."""
    from playwright.sync_api import sync_playwright

    quiet = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    quiet += " --disable-component-update --disable-sync"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=quiet.split())
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A new page, as on a first visit; `page.asked` gathers every address that it asks for."""
    opened = browser.new_page(viewport={"width": 1400, "height": 1000})
    opened.asked = []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("websocket", lambda socket: opened.asked.append(socket.url))
    yield opened
    opened.close()


def _left_the_machine(page) -> list[str]:
    local = {"data", "blob", "file"}
    return [
        url
        for url in page.asked
        if urlsplit(url).scheme not in local and urlsplit(url).hostname not in {"127.0.0.1", "localhost"}
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def _dagster_dev(project: Path, data: Path, log: Path) -> Iterator[str]:
    """`make ui` on the data of a run, in a process group of its own that is ended with it."""
    port = _free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HOPNHAT_", "DAGSTER_"))}
    environment |= {"HOPNHAT_DATA": str(data), "HOPNHAT_PORT": str(port)}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "assets.ui"],
            cwd=project,
            env=environment,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{address}/server_info", process, log)
            yield address
        finally:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=5)


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(url, timeout=2)
            return
        time.sleep(0.3)
    pytest.fail(f"dagster dev does not answer: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def dagster_ui(project, sample_run, tmp_path_factory):
    """The address of Dagster's pages, on the home of the run of the sample."""
    folder = tmp_path_factory.mktemp("ui")
    with _dagster_dev(project, sample_run.data, folder / "dagster_dev.log") as address:
        yield address


def test_asset_graph_shows_groups_in_vietnamese_and_no_welcome_box(page, dagster_ui, tmp_path):
    page.goto(f"{dagster_ui}/asset-groups", wait_until="load")
    page.get_by_text("buoc_1_dau_vao").first.wait_for(timeout=60_000)
    page.screenshot(path=tmp_path / "graph.png")
    text = page.locator("body").inner_text()
    assert "buoc_6_cong_bo" in text
    assert not re.search("join the|community|subscribe|welcome|telemetry", text, re.IGNORECASE)
    assert page.locator("[role=dialog]").count() == 0
    assert len(page.asked) > 5
    assert _left_the_machine(page) == []


def test_another_page_in_the_browser_starts_nothing(dagster_ui):
    """What a browser would send for an image of another page, which Dagster's own webserver carries out."""
    asked = urllib.request.Request(
        f"{dagster_ui}/graphql?query=mutation%7BsetNuxSeen%7D", headers={"Accept": "image/*"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=10)
    assert refused.value.code == 403


def test_asset_page_shows_its_vietnamese_description(page, dagster_ui, tmp_path):
    page.goto(f"{dagster_ui}/assets/golden_citizens?view=overview", wait_until="load")
    page.get_by_text("Công dân và hộ sau khi gộp").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    page.screenshot(path=tmp_path / "asset.png")
    text = page.locator("body").inner_text()
    assert "People and households after merging" in text
    assert "buoc_4_hop_nhat" in text
    assert "can_bo_du_lieu" in text
    assert _left_the_machine(page) == []


def test_run_of_the_command_stands_in_the_list_of_runs(page, dagster_ui, tmp_path):
    page.goto(f"{dagster_ui}/runs", wait_until="load")
    page.get_by_text("Success").first.wait_for(timeout=60_000)
    page.screenshot(path=tmp_path / "runs.png")
    text = page.locator("body").inner_text()
    assert "10231 Thượng Phúc" in text
    assert _left_the_machine(page) == []


def test_checks_of_the_rules_show_their_sentence(page, dagster_ui, tmp_path):
    page.goto(f"{dagster_ui}/assets/validation_results?view=checks", wait_until="load")
    page.get_by_text("balance_records").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    page.screenshot(path=tmp_path / "checks.png")
    assert "Đạt" in page.locator("body").inner_text()
    assert _left_the_machine(page) == []


def _numbers(text: str) -> set[int]:
    """Whole numbers as they are written in Vietnamese: 6.004."""
    return {
        int(found.replace(".", "")) for found in re.findall(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d,])|\b\d+\b", text)
    }


def test_report_tells_the_numbers_of_the_warehouse_and_asks_nobody(page, sample_run, tmp_path):
    pages = sample_run.data / "reports" / "trial" / CODE
    for name in ("index", "balance"):
        page.goto((pages / f"{name}.html").as_uri(), wait_until="load")
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    expected = sample_run.query(
        CODE,
        "SELECT (SELECT count(*) FROM citizen_sources), (SELECT count(*) FROM parcel_sources),"
        " (SELECT sum(merged) FROM row_balance WHERE dataset = 'citizens'),"
        " (SELECT sum(merged) FROM row_balance WHERE dataset = 'parcels')",
    )[0]
    balance = page.locator("body").inner_text()
    assert [number for number in expected if number not in _numbers(balance)] == []
    page.goto((pages / "index.html").as_uri(), wait_until="load")
    tiles = [int(text.replace(".", "")) for text in page.locator(".tiles dd:not(.more)").all_inner_texts()]
    assert "Được phép công bố" in page.locator("body").inner_text()
    assert tiles == list(sample_run.query(CODE, _TILES)[0])
    assert {address.partition("?")[0] for address in page.asked} == {
        (pages / f"{name}.html").as_uri() for name in ("index", "balance")
    }
    assert page.evaluate("document.querySelectorAll('script[src], link[href], img[src^=http], iframe').length") == 0


_TILES = """
SELECT (SELECT sum(records)::BIGINT FROM row_balance WHERE duplicate_of IS NULL), (SELECT count(*) FROM citizens),
    (SELECT count(*) FROM households), (SELECT count(*) FROM parcels),
    (SELECT sum(merged)::BIGINT FROM row_balance), (SELECT count(*) FROM review_queue WHERE status <> 'decided'),
    (SELECT count(*) FROM quarantine), (SELECT count(*) FROM unplaced)
"""


def test_row_balance_on_the_report_is_that_of_the_warehouse(page, sample_run):
    """File by file: every count of the warehouse stands in the row of the table that names the file."""
    page.goto((sample_run.data / "reports" / "trial" / CODE / "balance.html").as_uri())
    rows = [row.inner_text() for row in page.locator("table tr").all()]
    counts = "physical_lines, records, loaded, placed, kept, merged"
    for name, *numbers in sample_run.query(CODE, f"SELECT source_file, {counts} FROM row_balance"):
        named = [_numbers(row) for row in rows if name in row]
        assert named, name
        assert any(set(numbers) <= found for found in named), (name, numbers, named)


def test_report_shows_no_number_of_a_person(page, sample_run):
    numbers = sample_run.query(
        CODE,
        "SELECT personal_id FROM citizens WHERE personal_id IS NOT NULL UNION SELECT old_id_no FROM citizens"
        " WHERE old_id_no IS NOT NULL UNION SELECT phone FROM citizens WHERE phone IS NOT NULL",
    )
    assert len(numbers) > 5000
    for path in sorted((sample_run.data / "reports" / "trial" / CODE).glob("*.html")):
        page.goto(path.as_uri())
        text, seen = page.content(), page.locator("body").inner_text()
        shown = set(re.findall(r"\d{9,12}", text + re.sub(r"[ .]", "", seen)))
        assert (path.name, [number for (number,) in numbers if number in shown]) == (path.name, [])
