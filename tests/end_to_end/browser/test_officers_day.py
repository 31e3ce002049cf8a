"""An officer's day, as it is driven: pages of Dagster and of the audit site by clicks, files by a drop folder, cases by
the workbook, one command for what has no page. Each test is a step; the next one begins where it ends.

In the morning five old communes' files arrive, one of them damaged; in the evening the new commune is published
officially, its first cases are decided, and the last trial is taken back.
"""

import csv
import re
import secrets
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tests.end_to_end.browser.conftest import PATIENCE, Window, dagster_ui
from tests.review.conftest import Book

CODE = "10231"
COMMUNE = "10231 Thượng Phúc"
DAMAGED = Path("10249-dung-tien", "cong_dan.csv")
"""The file that arrives damaged, below the exports."""

pytestmark = pytest.mark.story
afternoon = pytest.mark.long
"""What comes of the first trial: asked by command, of a smaller commune, in the other tests."""


@dataclass
class Officer:
    """Somebody at a window who has the right to write into the drop folder."""

    window: Window
    ui: str
    data: Path
    keys: Path
    sent: Path
    """The files as the communes sent them, whole."""
    runs: set[str] = field(default_factory=set)
    """The runs that were looked at."""
    read: dict[str, str] = field(default_factory=dict)
    """What was read, by the address of its page."""

    def opens(self, path: str, *words: str) -> None:
        self.window.opens(self.ui + path)
        if words:
            self.sees(*words)

    def sees(self, *words: str) -> str:
        """Wait for words; what can be read then."""
        self.window.sees(*words)
        self.read[f"{len(self.read)} {self.window.page.url}"] = self.window.text
        return self.window.text

    def clicks(self, role: str, name: str) -> None:
        self.window.page.get_by_role(role, name=name).first.click()

    def drops(self, file: Path, folder: str = "") -> None:
        """Copy a file into the drop folder, and say when it is whole."""
        target = self.data / "incoming" / folder / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        target.with_name(f"{target.name}.ready").touch()

    def opens_job(self, job: str) -> Locator:
        """Go to a job; the button by which it is launched."""
        self.opens("/jobs", job)
        self.window.page.locator(f"a[href$='/jobs/{job}']").first.click()
        self.sees("Description")
        return self.window.page.get_by_role("button", name="Materialize all").first

    def launches(self, job: str) -> None:
        """Launch a job with what is usual, in the box that its button opens."""
        page = self.window.page
        self.opens_job(job).click()
        box = page.locator(".dagster-dialog")
        box.get_by_text("Select a partition").click()
        page.keyboard.type(CODE)
        page.get_by_role("menuitem").filter(has_text=COMMUNE).click()
        box.get_by_text("Launch runs to materialize").click()
        page.get_by_role("button", name="Launch 1 run").click()
        box.wait_for(state="hidden")

    def opens_launchpad(self, job: str) -> None:
        """The way to the settings: the arrow beside the button."""
        page = self.window.page
        self.opens_job(job).locator("xpath=following::button[1]").click()
        page.get_by_role("menuitem").filter(has_text="Open launchpad").click()
        page.get_by_placeholder("Partition").click()
        page.keyboard.type(CODE)
        page.get_by_role("menuitem").filter(has_text=COMMUNE).click()
        self.sees("purpose:", "No errors")

    def sets(self, name: str, value: str) -> None:
        """Type over the line of a setting."""
        page = self.window.page
        page.locator(".CodeMirror-line").filter(has_text=f"{name}:").first.click()
        page.keyboard.press("End")
        page.keyboard.press("Shift+Home")
        page.keyboard.type(f"{name}: {value}")

    def sees_run(self, job: str, end: str) -> str:
        """Open the run that is new in the list of runs, and wait until it ends in this way; what its page says."""
        page = self.window.page
        self.opens("/runs", "Launched by")
        for _ in range(PATIENCE * 4):
            links = set(page.locator("a[href^='/runs/']").evaluate_all("links => links.map(one => one.pathname)"))
            if fresh := sorted(links - self.runs):
                break
            page.wait_for_timeout(250)
        else:
            pytest.fail(f"No new run of {job} in the list of runs: {self.window.text[:2000]}")
        self.runs |= links
        page.locator(f"a[href='{fresh[0]}']").first.click()
        self.sees(job)
        ends = page.get_by_text(re.compile("^(Success|Failure|Canceled)$")).first
        ends.wait_for(timeout=3 * PATIENCE * 1000)
        assert ends.inner_text() == end, self.window.text
        for _ in range(PATIENCE):
            if f"RUN_{end}".upper() in self.window.text:
                break
            page.mouse.move(800, 600)
            page.mouse.wheel(0, 1_000_000)  # to the end of the log
            page.wait_for_timeout(1000)
        return self.sees(COMMUNE, f"RUN_{end}".upper())


@pytest.fixture(scope="module")
def officer(project, hopnhat, window_of, tmp_path_factory) -> Iterator[Officer]:
    """Before the day: Dagster runs with a key, and the communes' files are on their way."""
    folder = tmp_path_factory.mktemp("day")
    made = hopnhat(*f"sample --new-commune {CODE} --people 900 --parcels 600 --seed 11 made".split(), cwd=folder)
    assert made.status == 0, made.output
    keys = folder / "keys.txt"
    keys.write_text(secrets.token_urlsafe(32) + "\n")
    keys.chmod(0o600)
    with (
        dagster_ui(project, folder / "data", folder / "dagster.log", HOPNHAT_KEY_FILE=str(keys)) as ui,
        window_of() as window,
    ):
        yield Officer(window, ui, folder / "data", keys, folder / "made" / "exports")


def test_in_the_morning_nothing_is_there(officer, picture):
    officer.opens("/bao-cao/index.html")
    officer.sees("Tình hình hợp nhất dữ liệu các xã, phường", "Thượng Phúc", "Chưa có gì: 126")
    picture(officer.window, "start_page_empty", height=700)


def test_the_sensor_is_off_until_it_is_clicked(officer, picture):
    officer.opens("/automation")
    officer.sees("tep_moi_den", "chay_thu_hang_dem")
    officer.window.page.get_by_text("tep_moi_den", exact=True).first.click()
    officer.sees("Xem thư mục nhận", "Sensor has never run")
    officer.window.page.locator("label[class*=formatSwitch]").click()
    officer.sees("0 runs requested")
    picture(officer.window, "sensor")


def test_files_arrive_and_a_receipt_says_what_is_wrong_with_one(officer, picture):
    for file in sorted(officer.sent.rglob("*.csv")):
        if file.relative_to(officer.sent) != DAMAGED:
            officer.drops(file, file.parent.name)
    scanned = officer.sent / "10231-nguyen-trai" / "bia-so-ho-khau.pdf"
    scanned.write_bytes(b"%PDF-1.7\n")
    officer.drops(scanned, scanned.parent.name)
    whole = (officer.sent / DAMAGED).read_bytes()
    (officer.sent / DAMAGED).write_bytes(_damaged(whole))
    officer.drops(officer.sent / DAMAGED, DAMAGED.parent.name)
    (officer.sent / DAMAGED).write_bytes(whole)
    officer.opens("/bao-cao/index.html")
    _until(officer, "TN-")
    officer.window.page.get_by_role("link", name=re.compile("^TN-")).first.click()
    officer.sees("Biên nhận", "không nhận")
    picture(officer.window, "receipt", height=564)
    row = officer.window.page.get_by_role("row").filter(has_text=str(DAMAGED)).inner_text()
    assert re.search(r"giữ riêng 25\b", row), row
    (officer.data / "incoming" / scanned.relative_to(officer.sent)).unlink()


def test_the_receipt_asks_for_a_trial(officer, picture):
    officer.sees_run("chay_thu", "Success")
    picture(officer.window, "run_trial")
    officer.opens("/bao-cao/index.html")
    officer.sees("Mới có bản chạy thử: 1")
    picture(officer.window, "start_page", height=700)


def test_the_way_of_the_data_is_a_graph_without_a_welcome_box(officer, picture):
    officer.opens("/asset-groups")
    text = officer.sees("buoc_1", "buoc_6")
    assert not re.search("join the|community|subscribe|welcome|telemetry", text, re.IGNORECASE)
    assert officer.window.page.locator("[role=dialog]").count() == 0
    picture(officer.window, "asset_graph")


def test_an_asset_says_what_it_is_and_what_came_of_it(officer, picture):
    officer.opens("/assets/golden_citizens?view=overview")
    officer.sees("Công dân và hộ sau khi gộp", "People and households after merging", "can_bo_du_lieu")
    picture(officer.window, "asset_page")
    officer.opens("/assets/validation_results?view=checks")
    officer.sees("balance_records", "Đạt")


def test_another_page_in_the_browser_starts_nothing(officer):
    """What a browser would send for an image of another page, which Dagster's own webserver carries out."""
    asked = urllib.request.Request(
        f"{officer.ui}/graphql?query=mutation%7BsetNuxSeen%7D", headers={"Accept": "image/*"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=PATIENCE)
    assert refused.value.code == 403


def test_a_setting_that_cannot_be_used_is_told_before_anything_is_launched(officer, picture):
    officer.opens_launchpad("chay_thu")
    officer.sets("cases_per_day", "-5")
    officer.sees("«cases_per_day» phải từ 0 trở lên, không phải -5")
    picture(officer.window, "launch_mistake")
    officer.sets("cases_per_day", "20")
    officer.sets("purpose", "xem thử với 20 trường hợp một ngày")
    officer.sees("No errors")
    picture(officer.window, "launch")


@afternoon
def test_an_official_publication_is_refused_for_the_damaged_file(officer, picture):
    officer.launches("cong_bo_chinh_thuc")
    officer.sees_run("cong_bo_chinh_thuc", "Failure")
    picture(officer.window, "run_refused")
    officer.opens("/bao-cao/official/10231/index.html")
    officer.sees("Chưa được công bố bản chính thức")
    picture(officer.window, "refusal")


@afternoon
def test_the_mended_file_takes_the_place_of_the_damaged_one(officer, picture):
    officer.drops(officer.sent / DAMAGED, DAMAGED.parent.name)
    officer.opens("/bao-cao/index.html")
    _until(officer, "-0002")
    officer.window.page.get_by_role("link", name=re.compile("^TN-.*-0002$")).first.click()
    officer.sees("thay cho tệp cùng tên nhận trước đó")
    picture(officer.window, "receipt_correction", height=500)
    officer.sees_run("chay_thu", "Success")


@afternoon
def test_it_is_published_officially(officer, picture):
    officer.opens_launchpad("cong_bo_chinh_thuc")
    officer.sets("purpose", "công bố sau khi xã gửi lại tệp")
    officer.sees("No errors")
    officer.window.page.locator(".dagster-dialog").get_by_role("button", name="Materialize").click()
    officer.sees_run("cong_bo_chinh_thuc", "Success")
    picture(officer.window, "run_official")


@afternoon
def test_the_report_says_so(officer, picture):
    officer.opens("/bao-cao/index.html")
    officer.sees("Đã công bố chính thức: 1")
    officer.window.page.get_by_role("link", name="Thượng Phúc").first.click()
    officer.sees("Xã Thượng Phúc", "official-1")
    picture(officer.window, "report_official")


@afternoon
def test_cases_are_answered_in_the_workbook(officer, picture):
    officer.opens("/bao-cao/index.html")
    officer.sees("trường hợp chờ quyết định", "tải sổ xem xét")
    with officer.window.page.expect_download() as handed_out:
        officer.clicks("link", "tải sổ xem xét")
    path = officer.data.parent / handed_out.value.suggested_filename
    handed_out.value.save_as(path)
    book = Book.read(path).signed("Phạm Thị Thu")
    cases = [line[3] for line in book.sheets["hopnhat"] if line[0] == "case" and line[2] == "citizens"]
    book.answer(cases[0], "Khác người", note="đã gặp cả hai")
    book.answer(cases[-1], "Cùng một người", note="sổ hộ khẩu ghi là một")
    officer.drops(book.save(path))
    _until(officer, "-0003")
    officer.window.page.get_by_role("link", name=re.compile("^TN-.*-0003$")).first.click()
    officer.sees("đã nhận câu trả lời")
    picture(officer.window, "receipt_answers", height=500)


@afternoon
def test_it_is_linked_again_by_the_decisions(officer, picture):
    officer.sees_run("doi_sanh_lai_theo_quyet_dinh", "Success")
    officer.opens("/bao-cao/trial/10231/changes.html")
    assert "Không có thay đổi nào" not in officer.sees("Thay đổi so với lần công bố trước")
    picture(officer.window, "changes")


@afternoon
def test_the_last_trial_is_taken_back(officer, in_process, picture):
    back = in_process(
        *("rollback", "--to", "trial-2", "--new-commune", CODE, "--purpose", "trial-3 took a wrong decision"),
        data=officer.data,
        HOPNHAT_KEY_FILE=str(officer.keys),
    )
    assert back.status == 0, back.err
    officer.opens("/bao-cao/trial/10231/index.html")
    officer.sees("Xã Thượng Phúc", "trial-2")
    picture(officer.window, "rollback")
    officer.opens("/runs")
    officer.sees("chay_thu", "cong_bo_chinh_thuc", "doi_sanh_lai_theo_quyet_dinh")
    picture(officer.window, "runs")


@afternoon
def test_an_auditor_sees_all_and_can_change_nothing(officer, project, window_of, picture, tmp_path):
    with (
        dagster_ui(project, officer.data, tmp_path / "ui.log", "--read-only", HOPNHAT_KEY_FILE=str(officer.keys)) as ui,
        window_of() as window,
    ):
        window.opens(f"{ui}/bao-cao/index.html", "Đã công bố chính thức: 1")
        window.opens(f"{ui}/jobs", "cong_bo_chinh_thuc")
        window.page.locator("a[href$='/jobs/cong_bo_chinh_thuc']").first.click()
        window.sees("Description")
        assert window.page.get_by_role("button", name="Materialize all").first.is_disabled()
        picture(window, "read_only")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{ui}/so-xem-xet/{CODE}.xlsx", timeout=30)
        assert refused.value.code == 403
        assert window.left_the_machine() == []


def test_nothing_left_the_machine(officer):
    assert len(officer.window.asked) > 100
    assert officer.window.left_the_machine() == []


def test_nobody_of_the_files_was_named_on_any_page(officer):
    people = set()
    for path in officer.sent.rglob("cong_dan.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                people |= {value for name, value in row.items() if name in _PERSONAL and len(value) > 8}
    assert len(people) > 1500
    pages = officer.read
    assert len(pages) > 15
    named = {page: [one for one in people if one in text] for page, text in pages.items()}
    assert {page: found for page, found in named.items() if found} == {}


_PERSONAL = ("ho_ten", "so_dinh_danh", "so_cmnd", "so_dien_thoai")


def _damaged(file: bytes) -> bytes:
    """What is left of a file whose transfer broke off a row here and there: 25 of them end in the middle."""
    head, *rows = file.splitlines(keepends=True)
    short = [b",".join(row.split(b",")[:6]) + b"\n" for row in rows]
    return head + b"".join(short[at] if at % 9 == 5 and at < 9 * 25 else row for at, row in enumerate(rows))


def _until(officer: Officer, words: str) -> None:
    """Load a page that does not renew itself until words stand on it."""
    for _ in range(PATIENCE):
        if words in officer.window.text:
            return
        officer.window.page.wait_for_timeout(1000)
        officer.window.page.reload()
    officer.sees(words)
