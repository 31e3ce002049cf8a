"""The audit site is read through the webserver, and nothing else of the data folder; the workbook is on record."""

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from assets import serving
from assets.addresses import START, receipt_address, report_address, workbook_address
from pipelines.problems import UnusableInput
from tests.assets.asking import Answer, asked

PAGE = report_address("trial", "10231", "rules.html")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a page, what lies beside it, and what must never be had."""
    for name in (
        "reports/trial/10231/rules.html",
        "reports/trial/10231/handover.xlsx",
        "reports/trial/10231/summary.json",
        "reports/trial/10231/.rules.html.part",
        "reports/trial/10231/.trial-2.part/rules.html",
        "reports/receipts/TN-20261130-0001.html",
        "reports/.index.lock",
        "secret.html",
        "published/trial/10231.html",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "reports/trial/10231/link.html").symlink_to(tmp_path / "secret.html")
    (tmp_path / "reports/trial/out").symlink_to(tmp_path / "published/trial")
    return tmp_path


def ask(data: Path, address: str, method: str = "GET", *, read_only: bool = False, **headers: str) -> Answer:
    return asked(
        Starlette(routes=serving.routes_of(data, at_work=set, read_only=read_only)), address, method, **headers
    )


@pytest.mark.parametrize("address", [PAGE, receipt_address("TN-20261130-0001")])
def test_a_page_is_shown_and_kept_by_nobody(data: Path, address: str) -> None:
    shown = ask(data, address)
    assert shown.status == 200 and shown.text.endswith(address.rpartition("/")[2])
    told = shown.headers
    assert told["content-type"] == "text/html; charset=utf-8" and told["cache-control"] == "no-store"
    assert told["x-content-type-options"] == "nosniff" and told["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in told["content-security-policy"]
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert ask(data, address, "HEAD").status == 200
    assert ask(data, address, "POST").status == 405


def test_a_workbook_of_the_site_is_saved_under_its_name(data: Path) -> None:
    saved = ask(data, report_address("trial", "10231", "handover.xlsx"))
    assert saved.status == 200 and "spreadsheetml" in saved.headers["content-type"]
    assert 'filename="handover.xlsx"' in saved.headers["content-disposition"]


@pytest.mark.parametrize(
    "address",
    [
        "/bao-cao/../secret.html",
        "/bao-cao/%2e%2e/secret.html",
        "/bao-cao/..%2fsecret.html",
        "/bao-cao/trial/%2e%2e/%2e%2e/secret.html",
        "/bao-cao//etc/passwd.html",
        "/bao-cao/%2fetc%2fpasswd.html",
        "/bao-cao/..%5csecret.html",
        "/bao-cao/secret.html%00",
        "/bao-cao/trial/10231/link.html",
        "/bao-cao/trial/out/10231.html",
        "/bao-cao/.index.lock",
        "/bao-cao/trial/10231/summary.json",
        "/bao-cao/trial/10231/.rules.html.part",
        "/bao-cao/trial/10231/.trial-2.part/rules.html",
        "/bao-cao/trial/10231",
        "/bao-cao/trial/10231/",
        "/bao-cao/trial/10231/no_such_page.html",
        f"/bao-cao/{'a' * 300}.html",
    ],
)
def test_nothing_else_is_had(data: Path, address: str) -> None:
    """Neither what lies outside the folder of reports, nor what is hidden, unfinished, no page, or a link."""
    refused = ask(data, address)
    assert refused.status == 404 and "secret" not in refused.text


def test_the_start_page_tells_how_things_stand_when_it_is_opened(data: Path) -> None:
    assert ask(data, "/bao-cao/").headers["location"] == START
    assert "Chưa công bố bản nào." not in ask(data, START).text
    (data / "exports/10231-a").mkdir(parents=True)
    (data / "exports/10231-a/dan.csv").touch()
    assert "1 tệp chưa chạy lần nào. Chưa công bố bản nào." in ask(data, START).text
    assert "Files of which no run was made: 1." in ask(data, START.replace(".html", ".en.html")).text


def test_the_workbook_is_made_when_it_is_asked_for(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "workbook_on_record", lambda data, code, name: f"{code} {name}".encode())
    made = ask(data, workbook_address("10231"), sec_fetch_site="same-origin")
    assert made.status == 200 and made.content == b"10231 so-xem-xet-10231.xlsx"
    assert made.headers["cache-control"] == "no-store" and "attachment" in made.headers["content-disposition"]


def test_nothing_is_exported_that_nobody_asked_for(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> bytes:
        raise AssertionError

    monkeypatch.setattr(serving, "workbook_on_record", never)
    address = workbook_address("10231")
    assert ask(data, address, read_only=True).status == 403
    assert ask(data, address, "HEAD").status == 403
    assert ask(data, address, sec_fetch_site="cross-site").status == 403


@pytest.mark.parametrize(
    ("problem", "status", "told"),
    [
        (UnusableInput("Chưa có bản công bố nào.", "Nothing yet."), 409, "Chưa có bản công bố nào. (Nothing yet.)"),
        (ValueError("Nguyễn Thị Bí Mật"), 500, "Không lập được sổ xem xét (ValueError)."),
    ],
)
def test_a_workbook_that_cannot_be_made_says_why_and_nothing_of_people(
    data: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception, status: int, told: str
) -> None:
    def fail(*_: Any) -> bytes:
        raise problem

    monkeypatch.setattr(serving, "workbook_on_record", fail)
    answer = ask(data, workbook_address("10231"))
    assert answer.status == status and told in answer.text and "Bí Mật" not in answer.text


def test_of_what_is_not_published_there_is_no_workbook_and_no_record(data: Path) -> None:
    for code in ("10231", "99999", "nothing"):
        assert ask(data, workbook_address(code)).status == 409
    assert not (data / "activity").exists()
