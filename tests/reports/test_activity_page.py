"""The page of acts: who did what, filtered without a server, and whether anybody changed the log."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.activity.acts import Line
from pipelines.activity.log import ActivityLog
from pipelines.reports.activity_page import write_activity_pages

from .conftest import NUMBER, text_of
from .test_site import _UNNAMED, _UNREADABLE

RUN = "0f8fad5b-d9cb-469f-a165-70867728950e"


def _line(act: str, action: str, outcome: str, commune: str = "10231", **more: Any) -> Line:
    return Line(
        act=act, at="2026-01-05T09:00:00+07:00", by="an", action=action, outcome=outcome, commune=commune, **more
    )


@pytest.fixture
def log(tmp_path: Path) -> ActivityLog:
    """A run that published, an export of another commune by somebody else, and a verification that was cut short."""
    made = ActivityLog(tmp_path)
    for line in [
        _line("a", "run", "started", mode="trial", purpose="hợp nhất đợt 1"),
        _line("b", "publish", "done", mode="trial", facts={"version": "trial-1", "run": RUN}),
        _line("a", "run", "done", mode="trial", facts={"steps": 14, "bytes": 1234567890}),
        _line("c", "export", "started", "09988", facts={"file": f"{NUMBER}.xlsx"}, purpose=f"tra <b>{NUMBER}</b>"),
        _line("c", "export", "refused", "09988"),
        _line("d", "verify", "started", process="elsewhere 1 2 3 4"),
    ]:
        made.append(line)
    return made


def _page(log: ActivityLog, language: str = "vi") -> Path:
    reports = log.path.parents[1] / "reports"
    write_activity_pages(reports)
    return reports / ("activity.html" if language == "vi" else f"activity.{language}.html")


def test_the_page_tells_each_act_once_the_newest_first(page: Any, log: ActivityLog) -> None:
    page.goto(_page(log).as_uri())
    rows = [[cell.strip() for cell in row.split("\t")] for row in page.locator("#acts tbody tr").all_inner_texts()]
    assert [row[2] for row in rows] == ["kiểm tra lại", "xuất tệp", "công bố", "chạy hợp nhất"]
    assert [row[6] for row in rows] == ["? chưa có kết quả", "✗ bị từ chối", "✓ xong", "✓ xong"]
    assert rows[3] == [
        *("05/01/2026 09:00", "an", "chạy hợp nhất", "Thượng Phúc (10231)", "chạy thử", "hợp nhất đợt 1", "✓ xong"),
        "số bước đã xong: 14; số byte: 1.234.567.890",
    ]
    assert rows[2][7] == f"phiên bản: trial-1; lần chạy: {RUN}"
    assert "Nhật ký nguyên vẹn: 6 dòng" in page.locator(".verdict").inner_text()
    assert log.read().last in page.locator(".verdict").inner_text().replace("\u200b", "")


def test_both_languages_say_the_same_and_lead_to_each_other(page: Any, log: ActivityLog) -> None:
    page.goto(_page(log, "en").as_uri())
    assert page.locator("#acts tbody tr").nth(3).inner_text().split("\t")[2] == "run"
    assert "The log is whole: 6 lines" in page.locator(".verdict").inner_text()
    page.click("a.switch")
    page.wait_for_function("document.documentElement.lang === 'vi'")


def test_acts_are_filtered_by_commune_kind_outcome_and_words_and_the_view_is_a_link(
    page: Any, log: ActivityLog
) -> None:
    address = _page(log).as_uri()
    page.goto(f"{address}#commune=10231")
    rows = page.locator("#acts tbody tr:visible")
    assert rows.count() == 3 and page.locator("#acts-count").inner_text() == "3 / 4"
    page.select_option("[name=action]", "run")
    page.select_option("[name=outcome]", "done")
    assert rows.count() == 1
    link = page.url
    page.fill("[name=words]", "HOP NHAT DOT HAI")
    assert rows.count() == 0
    page.goto("about:blank")
    page.goto(link)
    assert rows.count() == 1 and page.input_value("[name=action]") == "run"
    page.goto(f"{address}#commune=10240")
    assert rows.count() == 0 and page.input_value("[name=commune]") == "10240"
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()


def test_the_page_can_be_read_and_used_without_eyes_or_mouse(page: Any, log: ActivityLog) -> None:
    page.goto(_page(log).as_uri())
    assert (page.evaluate(_UNREADABLE), page.evaluate(_UNNAMED)) == ([], [])


def test_what_somebody_typed_is_masked_and_is_no_markup(log: ActivityLog) -> None:
    """Also what another program wrote into the log."""
    written = _page(log).read_text(encoding="utf-8")
    assert NUMBER not in written and "001*****2345.xlsx" in written
    assert "&lt;b&gt;" in written


def test_a_changed_log_is_told_in_red(log: ActivityLog) -> None:
    lines = log.path.read_text(encoding="utf-8").splitlines()
    log.path.write_text("\n".join([*lines[:3], lines[3].replace("an", "bình"), *lines[4:]]) + "\n", encoding="utf-8")
    written = _page(log).read_text(encoding="utf-8")
    assert "Nhật ký đã bị sửa, xóa hoặc cắt: trước dòng 5." in text_of(written)
    assert '<div class="verdict refused"' in written


def test_a_cut_and_a_torn_line_are_told_apart(log: ActivityLog) -> None:
    whole = log.path.read_bytes()
    log.path.write_bytes(whole + b'{"act": "e')
    assert "dòng 7 chỉ ghi được phần đầu" in text_of(_page(log).read_text(encoding="utf-8"))
    log.path.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 1])
    assert "Nhật ký đã bị sửa, xóa hoặc cắt: ở cuối." in text_of(_page(log).read_text(encoding="utf-8"))


def test_the_page_shows_the_newest_thousand_acts_and_counts_them_all(log: ActivityLog) -> None:
    lines = [_line(f"n{number}", "verify", "done").model_dump_json() + "\n" for number in range(1100)]
    with log.path.open("a", encoding="utf-8") as file:
        file.writelines(lines)
    written = _page(log).read_text(encoding="utf-8")
    assert written.count("<tr data-commune") == 1000
    assert "1.104 việc, dưới đây là 1.000 việc mới nhất" in text_of(written)


def test_without_a_log_the_page_says_so_and_makes_none(tmp_path: Path) -> None:
    write_activity_pages(tmp_path / "reports")
    assert "Chưa có việc nào được ghi." in (tmp_path / "reports/activity.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]
