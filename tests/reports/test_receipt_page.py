"""The page of a receipt: what it says of each file, in both languages, and nothing of a person."""

import re
from pathlib import Path

import pytest

from pipelines.arrival.reading import SetAside, TableRead
from pipelines.arrival.receipts import FileVerdict, Receipt, Said
from pipelines.reports.receipt_page import summed_up, write_receipt_pages

from .conftest import NUMBER, text_of

RECEIPT = Receipt(
    id="TN-20261130-0007",
    at="2026-11-30T08:05:00+07:00",
    files=(
        FileVerdict(
            name="10231-nguyen-trai/cong_dan.csv",
            outcome="corrected",
            why=Said(vi="Đã nhận, thay tệp cũ.", en="Taken in place of another."),
            sha256="ab" * 32,
            size=387240,
            changed_at="2026-11-30T08:00:00+07:00",
            old_commune="10231",
            new_communes=("10231",),
            tables=(
                TableRead(
                    name="10231-nguyen-trai/cong_dan.csv",
                    dataset="citizens",
                    records=1474,
                    loaded=1472,
                    quarantined=2,
                    set_aside=(SetAside(reason="ragged", records=2, lines=(5, 9)),),
                ),
            ),
            notes=("Có cột chưa dùng đến.",),
        ),
        FileVerdict(
            name=f"khong ma/<b>{NUMBER}.docx",
            outcome="refused",
            why=Said(vi="Loại tệp này không đọc được.", en="Not read."),
            to_do=Said(vi="Lưu lại thành .xlsx.", en="Save it as .xlsx."),
        ),
    ),
    inputs={"10231": "0" * 64},
)


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, str]:
    write_receipt_pages(tmp_path, RECEIPT)
    return {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "receipts").iterdir()}


def test_what_came_and_what_follows_is_told(pages):
    told = text_of(pages["TN-20261130-0007.html"])
    for words in (
        "Biên nhận tệp TN-20261130-0007 08 giờ 05 phút, ngày 30 tháng 11 năm 2026",
        "Nhận 1 tệp, 1 tệp không nhận, 2 bản ghi phải giữ riêng.",
        "Sẽ chạy thử: Thượng Phúc (10231)",
        "Nguyễn Trãi (10231)",
        "1.474 bản ghi, nạp được 1.472, giữ riêng 2",
        "2 – Số ô không khớp với số cột dòng 5, 9",
        "Việc cần làm: Lưu lại thành .xlsx.",
        "Có cột chưa dùng đến.",
    ):
        assert words in told
    assert told.index("khong ma") < told.index("10231-nguyen-trai")  # what somebody must do comes first


def test_in_english_too_and_each_leads_to_the_other(pages):
    assert "1 taken, 1 refused, 2 records kept apart." in text_of(pages["TN-20261130-0007.en.html"])
    assert 'href="TN-20261130-0007.en.html"' in pages["TN-20261130-0007.html"]
    assert 'href="TN-20261130-0007.html"' in pages["TN-20261130-0007.en.html"]


def test_nothing_of_a_person_stands_there_and_nothing_is_loaded_or_run(pages):
    for page in pages.values():
        assert NUMBER not in page and "<b>" not in page
        assert "script-src 'none'" in page
        assert not re.search(r"<script|https?://", page)


def test_the_sum_is_one_sentence():
    assert summed_up(RECEIPT) == "Nhận 1 tệp, 1 tệp không nhận, 2 bản ghi phải giữ riêng."
    assert summed_up(RECEIPT.model_copy(update={"files": RECEIPT.files[1:]})) == "1 tệp không nhận."
