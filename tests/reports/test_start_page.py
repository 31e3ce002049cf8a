"""The start page: what holds in every commune, what waits for people, and ways that lead somewhere."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assets.addresses import START, workbook_address
from assets.jobs import JOBS
from pipelines.arrival.receipts import FileVerdict, Receipt, Said, finish_draft, receipts_dir, write_draft
from pipelines.reports.languages import ENGLISH, VIETNAMESE
from pipelines.reports.site_index import render_site_index, write_site_index
from tests.reports.conftest import text_of
from tests.reports.test_site import _UNNAMED, _UNREADABLE

OFFICIAL, TRIAL, REFUSED, WAITING, NOTHING = "00004", "00025", "00070", "10231", "00082"
FIGURES = {"people": 6019, "parcels": 4282, "quarantined": 0, "unplaced": 0}


def ran(data: Path, code: str, mode: str, *, version: str, status: str = "allowed", cases: int = 0) -> None:
    """The pages that a run left, as far as the start page leads to them."""
    folder = data / "reports" / mode / code
    folder.mkdir(parents=True)
    told = {"code": code, "mode": mode, "started_at": "2026-01-05T08:00:00+07:00", "status": status, "balanced": True}
    told |= {"warnings": 0, "version": version, "in_place": version, "in_place_since": "2026-01-05T09:00:00+07:00"}
    told["figures"] = FIGURES | {"cases": cases, "blocking": cases // 2}
    (folder / "summary.json").write_text(json.dumps(told), encoding="utf-8")
    for name in ("index", "cases"):
        for ending in ("html", "en.html"):
            (folder / f"{name}.{ending}").touch()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which every state is found once, and a receipt."""
    folder = tmp_path_factory.mktemp("data")
    ran(folder, OFFICIAL, "official", version="official-2")
    ran(folder, TRIAL, "trial", version="trial-1", cases=4)
    ran(folder, REFUSED, "trial", version="", status="refused")
    (folder / "exports/10231-a").mkdir(parents=True)
    (folder / "exports/10231-a/dan.csv").touch()
    receipts_dir(folder).mkdir()
    why = Said(vi="Không đọc được.", en="It cannot be read.")
    files = [
        FileVerdict(name=f"10231-a/{name}.csv", outcome=outcome, why=why)
        for name, outcome in (("a", "accepted"), ("b", "refused"))
    ]
    receipt = Receipt(id="TN-20260105-0001", at="2026-01-05T07:00:00+07:00", files=tuple(files))
    write_draft(folder, receipt)
    finish_draft(folder, receipt)
    (folder / "reports/receipts").mkdir()
    for ending in ("html", "en.html"):
        (folder / f"reports/receipts/{receipt.id}.{ending}").touch()
    write_site_index(folder / "reports", [NOTHING])
    return folder


def test_every_state_is_told_by_a_word_and_a_sign(data: Path) -> None:
    told = text_of((data / "reports/index.html").read_text(encoding="utf-8"))
    for name, word in {
        "Ba Đình (00004)": "Đã công bố chính thức",
        "Giảng Võ (00025)": "Mới có bản chạy thử",
        "Hoàn Kiếm (00070)": "Không được công bố",
        "Thượng Phúc (10231)": "Có tệp đang chờ",
        "Cửa Nam (00082)": "Chưa có gì",
    }.items():
        assert f"{name}: {word}" in told
        assert re.search(rf"[✓◐✗↓○] {word}: 1", told)


def test_what_waits_for_people_comes_first_and_leads_to_where_it_is_done(data: Path) -> None:
    told = text_of((data / "reports/index.html").read_text(encoding="utf-8"))
    refused, waiting, cases = (
        told.index(words)
        for words in (
            "Hoàn Kiếm (00070): bị từ chối công bố, xem vì sao",
            "Thượng Phúc (10231): 1 tệp chờ chạy",
            "Giảng Võ (00025): 4 trường hợp chờ quyết định (2 chặn bản chính thức)",
        )
    )
    assert refused < waiting < cases < told.index("TN-20260105-0001 , 05/01/2026 07:00: 1 nhận; ✗ 1 không nhận")


def test_a_commune_of_which_a_run_works_is_not_to_be_run_once_more(data: Path) -> None:
    made = render_site_index(data / "reports", VIETNAMESE, at_work={"10231", NOTHING})
    told = text_of(made)
    assert "Đang chạy hoặc chờ đến lượt: 2" in told
    assert "Thượng Phúc (10231): đang chạy hoặc chờ đến lượt; 1 tệp chờ chạy" in told
    assert "Cửa Nam (00082): đang chạy hoặc chờ đến lượt" in told
    assert "/locations/hop_nhat/jobs/chay_thu" not in made


def test_every_link_leads_somewhere(data: Path) -> None:
    for path in (data / "reports").glob("*.html"):
        for address in re.findall(r'href="([^"#]+)', path.read_text(encoding="utf-8")):
            assert (path.parent / address).is_file(), f"{path.name}: {address}"


def test_dagster_is_linked_only_where_its_webserver_shows_the_page(browser: Any, data: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((data / "reports/index.html").as_uri())
    assert page.locator("[data-served]").count() > 0
    assert page.locator("[data-served]:visible, [data-served][href]").count() == 0
    made = render_site_index(data / "reports", VIETNAMESE)
    page.route("**/*", lambda route: route.fulfill(body=made, content_type="text/html; charset=utf-8"))
    page.goto(f"http://127.0.0.1:3000{START}")
    assert page.locator("[data-served]").count() == page.locator("[data-served]:visible").count()
    shown = page.locator("[data-served]").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
    jobs = {f"/locations/hop_nhat/jobs/{job.name}" for job in JOBS}
    assert set(shown) <= {*jobs, "/jobs", "/runs", workbook_address(TRIAL), workbook_address(OFFICIAL)}
    assert workbook_address(TRIAL) in shown
    context.close()


def test_auditors_are_led_to_nothing_that_starts_or_takes_anything(data: Path) -> None:
    made = render_site_index(data / "reports", ENGLISH, read_only=True)
    assert re.findall('data-served="([^"]*)', made) == ["/runs"]


def test_it_can_be_read_and_used_without_eyes_or_mouse(page: Any, data: Path) -> None:
    for name in ("index.html", "index.en.html"):
        page.goto((data / "reports" / name).as_uri())
        assert (name, page.evaluate(_UNREADABLE), page.evaluate(_UNNAMED)) == (name, [], [])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_communes_of_many_provinces_are_folded_where_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "exports/10231-a").mkdir(parents=True)
    (tmp_path / "exports/10231-a/dan.csv").touch()
    made = render_site_index(tmp_path / "reports", VIETNAMESE, [NOTHING, "10231", "31120"])
    assert re.findall("<details( open)?><summary>([^:]*)", made) == [
        ("", "Thành phố Cần Thơ"),
        (" open", "Thành phố Hà Nội"),
    ]


def test_a_receipt_that_somebody_changed_is_told(tmp_path: Path) -> None:
    receipts_dir(tmp_path).mkdir()
    (receipts_dir(tmp_path) / "TN-20260105-0001.json").write_text("{", encoding="utf-8")
    assert "Có biên nhận bị hỏng hoặc bị sửa" in render_site_index(tmp_path / "reports", VIETNAMESE)
