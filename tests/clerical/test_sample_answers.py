"""What a workbook of clerical review that came back says: answers whole or not at all, kept in a log for ever."""

import json

import pytest

from pipelines.clerical.answers import is_sample, read_sample
from pipelines.clerical.log import Answer, ClericalLog, answers_table
from pipelines.clerical.workbook import write_sample
from pipelines.problems import UnusableInput
from pipelines.review.workbook import write_workbook
from pipelines.warehouse.schema import CLERICAL_ANSWERS
from tests.clerical.conftest import AT, LATER, SampleBook

SECRETS = ("Người ", "01/02/1980", "03/04/1981", "Bà Hoa")
"""What rows say."""


@pytest.fixture
def read(log, tmp_path):
    """Reads a filled workbook back."""

    def call(book, code="10231", at=AT, log=log):
        return read_sample(book.save(tmp_path / "back.xlsx"), log.draws(), code, at=at)

    return call


@pytest.fixture
def take(read, log):
    """Reads a filled workbook and keeps what it says."""

    def call(book, at=AT):
        answers = read(book, at=at)
        assert answers.problems == ()
        return log.add_answers([one.answer for one in answers.given])

    return call


def only_problem(answers):
    assert answers.given == ()
    (sentence,) = answers.problems
    return sentence


def test_workbooks_of_both_kinds_are_told_apart(exported, warehouse, tmp_path):
    write_workbook(warehouse, tmp_path / "cases.xlsx")
    assert is_sample(exported)
    assert not is_sample(tmp_path / "cases.xlsx")
    (tmp_path / "notes.xlsx").write_text("notes")
    assert not is_sample(tmp_path / "notes.xlsx")


def test_a_blank_workbook_says_nothing(book, read):
    blank = read(book.signed())
    assert (blank.given, blank.problems) == ((), ())


def test_each_answer_is_read_with_who_when_and_why(book, read, draw):
    book.signed("Phạm  Thị Thu").say(1, "Là một").say(2, "khác  nhau", note="hai anh\nem")
    book.say(3, "Không xác định được", who="Lê Lan")
    given = {one.pair: one.answer for one in read(book).given}
    told = [given[pair] for pair in draw.pairs[:3]]
    assert [one.answer for one in told] == ["same", "different", "cannot_tell"]
    assert [one.by for one in told] == ["Phạm Thị Thu", "Phạm Thị Thu", "Lê Lan"]
    assert [one.record_ids for one in told] == [pair.record_ids for pair in draw.pairs[:3]]
    assert {(one.at, one.draw_id) for one in told} == {(AT, draw.draw_id)}
    assert told[1].note == "hai anh em"


def test_lines_are_known_wherever_they_were_moved(book, read, draw):
    book.signed().say(1, "Là một")
    for sheet in ("Công dân", "Thửa đất"):
        top, rest = book.sheets[sheet][:3], book.sheets[sheet][3:]
        book.sheets[sheet] = [*top, *reversed(rest)]
    (given,) = read(book).given
    assert given.pair == draw.pairs[0]


@pytest.mark.parametrize(
    ("fill", "why"),
    [
        (lambda book: book.signed().say(1, "Có lẽ"), "không có trong danh sách"),
        (lambda book: book.signed().say(1, "", note="xem sau"), "chưa chọn câu trả lời"),
        (lambda book: book.say(1, "Là một"), "chưa có tên người xem"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_named_by_sheet_and_line(book, read, draw, fill, why):
    sheet = {"citizens": "Công dân", "parcels": "Thửa đất"}[draw.pairs[0].dataset]
    fill(book)
    line = book.line(sheet, "1", "answer") + 1
    sentence = only_problem(read(book))
    assert sentence.startswith(f"Trang «{sheet}», dòng {line}: ")
    assert why in sentence
    assert "xem sau" not in sentence


def test_one_bad_line_keeps_all_out(book, read):
    book.signed().say(1, "Là một").say(2, "Là một").say(3, "CÓ LẼ")
    assert read(book).given == ()


def test_the_same_pair_twice_is_refused(book, read):
    book.signed()
    sheet, number = next(
        (name, line[0].split(":")[0])
        for name in ("Công dân", "Thửa đất")
        for line in book.sheets[name]
        if ":answer:" in line[0]
    )
    book.say(int(number), "Là một")
    twice = list(book.sheets[sheet][book.line(sheet, number, "answer")])
    twice[2] = "Khác nhau"
    book.sheets[sheet].append(twice)
    assert f"dòng {len(book.sheets[sheet])}: cặp này đã được trả lời ở dòng" in only_problem(read(book))


def test_lines_and_rows_that_were_altered_are_seen(book, read):
    book.signed().say(1, "Là một")
    (row, *_) = [line for line in book.sheets["hopnhat"] if line[0] == "row"]
    row[2] = "f" * 32
    assert "trang ẩn của sổ đã bị sửa" in only_problem(read(book))


def test_a_line_of_another_workbook_is_not_this_ones(book, read, draw_of, warehouse, tmp_path):
    write_sample(warehouse, draw_of(seed=8), tmp_path / "other.xlsx")
    other = SampleBook.read(tmp_path / "other.xlsx").signed().say(1, "Là một")
    book.signed()
    for sheet in ("Công dân", "Thửa đất"):
        book.sheets[sheet] += [line for line in other.sheets[sheet] if line[0].startswith("1:answer")]
    assert "được chép từ sổ khác" in only_problem(read(book))


def test_a_draw_that_the_log_does_not_know_and_another_commune_are_refused(book, read, tmp_path):
    book.signed().say(1, "Là một")
    assert "không có trong nhật ký" in only_problem(read(book, log=ClericalLog(tmp_path / "empty")))
    assert "10231, không phải của 10249" in only_problem(read(book, code="10249"))


def test_answers_are_added_bit_by_bit_and_the_newest_of_a_person_holds(book, take, log):
    assert take(book.signed().say(1, "Là một").say(2, "Khác nhau")) == 2
    assert take(book) == 0
    assert take(book.say(1, "Khác nhau").say(3, "Là một"), at=LATER) == 2
    held = {one.record_ids: one for one in log.answers()}
    assert len(held) == 3
    changed = next(one for one in held.values() if one.at == LATER and one.answer == "different")
    assert changed.record_ids == log.draws()[changed.draw_id].pairs[0].record_ids


def test_two_people_on_one_pair_both_count(book, take, log):
    take(book.signed("Phạm Thị Thu").say(1, "Là một"))
    take(book.signed("Lê Lan"), at=LATER)
    assert sorted(one.by for one in log.answers()) == ["Lê Lan", "Phạm Thị Thu"]


def test_the_log_only_grows_and_is_for_its_owner(book, take, log, tmp_path):
    folder = tmp_path / "10231.sample"
    take(book.signed().say(1, "Là một"))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    take(book.say(1, "Khác nhau"), at=LATER)
    take(book, at=LATER)
    assert {path: path.read_bytes() for path in before} == before
    assert len(list(folder.iterdir())) == len(before) + 1
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_log_holds_nothing_that_rows_say(book, take, tmp_path):
    take(book.signed().say(1, "Là một").say(2, "Khác nhau"))
    told = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "10231.sample").iterdir())
    assert [secret for secret in SECRETS if secret in told] == []


def test_a_draw_is_kept_once_with_its_design(log, draw, draw_of, tmp_path):
    log.add_draw(draw_of(at=LATER))
    (path,) = (tmp_path / "10231.sample").iterdir()
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert (kept["seed"], kept["size"], kept["version"]) == (7, 60, "trial-1")
    assert kept["logical_hash"] == "ab" * 32
    assert kept["models"]["citizens"] == "citizens-10231-0123456789ab"
    assert log.draws() == {draw.draw_id: draw}


def test_a_damaged_log_is_named_and_its_content_is_not_told(log, tmp_path):
    (tmp_path / "10231.sample" / "000002.jsonl").write_text('{"CANARY": 1}\n', encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"000002.jsonl") as problem:
        log.answers()
    assert "CANARY" not in str(problem.value)


def test_the_warehouse_has_the_answers_with_their_strata_and_design(book, take, log, draw):
    take(book.signed().say(1, "Là một", note="đã gặp").say(2, "Không xác định được"))
    table = answers_table(log)
    assert dict(table.schema) == dict(CLERICAL_ANSWERS.polars_schema)
    first = draw.pairs[0]
    (row,) = table.filter(record_id_a=first.record_ids[0]).to_dicts()
    assert (row["kind"], row["stratum"], row["stratum_pairs"]) == (first.kind, first.stratum, first.stratum_pairs)
    assert (row["answer"], row["by"], row["at"], row["seed"]) == ("same", "Phạm Thị Thu", AT, 7)
    assert (row["version"], row["version_logical_hash"]) == ("trial-1", "ab" * 32)
    assert (row["drawn"], row["draw_id"]) == (sum(pair.dataset == first.dataset for pair in draw.pairs), draw.draw_id)


def test_an_empty_log_is_an_empty_table(tmp_path):
    table = answers_table(ClericalLog(tmp_path / "none"))
    assert table.is_empty()
    assert dict(table.schema) == dict(CLERICAL_ANSWERS.polars_schema)


def test_an_answer_without_its_draw_is_left_out(tmp_path):
    log = ClericalLog(tmp_path / "half")
    log.add_answers([Answer(draw_id="PT-1", dataset="citizens", record_ids=("a", "b"), answer="same", by="Lan", at=AT)])
    assert answers_table(log).is_empty()
