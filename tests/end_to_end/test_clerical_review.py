"""A sample of what the machine did is looked at by people: from the command line out as a workbook, and back."""

import shutil
from collections import Counter

import pytest

from pipelines.clerical.log import clerical_log
from pipelines.review.decisions import decision_log
from tests.clerical.conftest import SampleBook

CODE = "10231"


@pytest.fixture(scope="module")
def data(sample_run, tmp_path_factory):
    return shutil.copytree(sample_run.data, tmp_path_factory.mktemp("clerical") / "data")


@pytest.fixture(scope="module")
def review(in_process, data):
    """Calls `hopnhat review …` on the data folder."""

    def call(what, *arguments, data=data):
        return in_process("review", what, *arguments, "--new-commune", CODE, data=data)

    return call


@pytest.fixture(scope="module")
def asked(review, data):
    path = data.parent / "sample.xlsx"
    outcome = review("sample", path, "--size", "150")
    assert outcome.status == 0, outcome.err
    assert "Đã rút mẫu PT-" in outcome.out
    assert "trial-1" in outcome.out
    return path


@pytest.fixture(scope="module")
def draw(asked, data):
    (draw,) = clerical_log(data, CODE).draws().values()
    return draw


def numbers(draw, kind):
    return [at for at, pair in enumerate(draw.pairs, 1) if (pair.dataset, pair.kind) == ("citizens", kind)]


def test_merged_pairs_and_those_that_were_not_are_drawn_of_people_and_of_land(draw):
    kinds = Counter((pair.dataset, pair.kind == "merged") for pair in draw.pairs)
    assert {(dataset, merged) for dataset in ("citizens", "parcels") for merged in (True, False)} == set(kinds)
    assert kinds["citizens", True] >= 40


def test_the_same_publication_gives_the_same_workbook_again(review, data, asked, draw, tmp_path):
    assert review("sample", tmp_path / "again.xlsx", "--size", "150").status == 0
    assert (tmp_path / "again.xlsx").read_bytes() == asked.read_bytes()
    assert list(clerical_log(data, CODE).draws()) == [draw.draw_id]


def test_answers_are_taken_and_those_against_the_machine_decide(review, data, asked, draw):
    merged, others = numbers(draw, "merged"), numbers(draw, "review")
    book = SampleBook.read(asked).signed("Phạm Thị Thu")
    book.say(merged[0], "Là một").say(merged[1], "Khác nhau", note="hai anh em").say(others[0], "Khác nhau")
    outcome = review("import", book.save(data.parent / "answered.xlsx"))
    assert outcome.status == 0, outcome.err
    assert "Đã nhận 3 câu trả lời phúc tra; 1 câu trái với máy đã thành quyết định" in outcome.out
    assert "Chạy lại hopnhat run" in outcome.out
    (decision,) = decision_log(data, CODE).in_force()
    assert (decision.kind, decision.record_ids) == ("different", draw.pairs[merged[1] - 1].record_ids)
    assert decision.marks != ()
    again = review("import", data.parent / "answered.xlsx")
    assert "Đã nhận 0 câu trả lời phúc tra (3 câu đã có từ trước)" in again.out
    assert len(decision_log(data, CODE).events()) == 1


def test_a_decision_against_a_hard_rule_is_told_and_the_answer_counts(review, data, asked, draw, tmp_path):
    before = len(clerical_log(data, CODE).answers())
    refused = [at for at, pair in enumerate(draw.pairs, 1) if pair.kind == "refused"]
    book = SampleBook.read(asked).signed("Lê Lan")
    for number in refused:
        book.say(number, "Là một")
    outcome = review("import", book.save(tmp_path / "back.xlsx"))
    assert outcome.status == 0
    assert len(clerical_log(data, CODE).answers()) == before + len(refused)
    assert all("Câu trả lời vẫn được tính" in sentence for sentence in outcome.sentences())
    assert outcome.sentences()
    assert "Trang «Công dân», dòng" in outcome.sentences()[0]


def test_a_workbook_that_cannot_be_taken_changes_nothing(review, data, asked, tmp_path):
    before = [event.model_dump() for event in clerical_log(data, CODE).answers()]
    book = SampleBook.read(asked).signed().say(1, "Là một").say(2, "có lẽ")
    refused = review("import", book.save(tmp_path / "back.xlsx"))
    assert refused.status == 2
    assert "Không nhận câu trả lời nào: còn 1 chỗ phải sửa" in refused.err
    assert "Traceback" not in refused.output
    assert [event.model_dump() for event in clerical_log(data, CODE).answers()] == before


def test_a_sample_cannot_be_smaller_than_a_pair(review, tmp_path):
    with pytest.raises(SystemExit) as usage:
        review("sample", tmp_path / "none.xlsx", "--size", "0")
    assert usage.value.code == 2
    assert not (tmp_path / "none.xlsx").exists()
