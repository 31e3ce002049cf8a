"""A workbook in the drop folder: its answers are taken, whole or not at all, and it is put away."""

import shutil
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.arrival.look import look
from pipelines.arrival.receipts import Receipt
from pipelines.review.decisions import decision_log
from pipelines.warehouse.versions import VIETNAM

CODE = "10231"


@pytest.fixture
def data(warehouse, tmp_path) -> Path:
    published = tmp_path / "published/trial" / f"{CODE}.duckdb"
    published.parent.mkdir(parents=True)
    shutil.copyfile(warehouse, published)
    return tmp_path


@pytest.fixture
def receive(data):
    """The receipt of what lies in the drop folder, once it is settled."""
    at = datetime(2026, 11, 30, 8, 0, tzinfo=VIETNAM)

    def looked() -> Receipt:
        nonlocal at
        for _ in range(2):
            at += timedelta(seconds=11)
            found = look(data, data / "exports", at=at, hold=lambda _: nullcontext())
        return found.receipt

    return looked


@pytest.fixture
def drop(data):
    def saved(book, name: str = "Sổ đã trả lời.xlsx") -> Path:
        path = data / "incoming" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return book.save(path)

    return saved


def test_answers_are_taken_and_the_workbook_is_put_away(data, book, drop, receive):
    path = drop(book.signed().answer("three", "Cùng một người"))
    receipt = receive()
    (file,) = receipt.files
    assert (file.outcome, file.decisions, receipt.decided, receipt.inputs) == ("answered", 1, (CODE,), {})
    assert [one.kind for one in decision_log(data, CODE).in_force()] == ["same"]
    assert "1 quyết định mới" in file.why.vi
    assert not path.exists() and (data / file.place).is_file()
    assert file.place == f"put_aside/{CODE}/{receipt.id}/Sổ đã trả lời.xlsx"


def test_the_same_answers_again_decide_nothing(data, book, drop, receive):
    answered = book.signed().answer("three", "Cùng một người")
    drop(answered)
    receive()
    drop(answered, "10231.xlsx")
    receipt = receive()
    assert (receipt.decided, receipt.files[0].decisions) == ((), 0)
    assert "1 đã có từ trước" in receipt.files[0].why.vi
    assert len(decision_log(data, CODE).in_force()) == 1


def test_with_a_place_to_be_mended_nothing_is_taken_and_it_stays(data, book, drop, receive):
    path = drop(book.signed().answer("three", "Cùng một người").answer("shared", "không biết"))
    receipt = receive()
    (file,) = receipt.files
    assert (file.outcome, receipt.decided, path.is_file()) == ("refused", (), True)
    assert "Trang «Công dân», dòng " in file.why.vi
    assert not decision_log(data, CODE).in_force()
    drop(book.answer("shared", "Khác người"))
    assert receive().files[0].decisions == 2


def test_a_blank_workbook_is_told_as_that(book, drop, receive):
    drop(book)
    assert "chưa có câu trả lời nào" in receive().files[0].why.vi


def test_of_a_commune_of_which_nothing_is_published_it_stays(data, book, drop, receive):
    shutil.rmtree(data / "published")
    path = drop(book.signed().answer("three", "Cùng một người"))
    (file,) = receive().files
    assert file.outcome == "refused" and "Thượng Phúc (10231)" in file.why.vi
    assert path.is_file()
