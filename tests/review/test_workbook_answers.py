"""What a workbook that came back means: decisions whole or not at all, and a sentence for each line not taken."""

import re

import pytest

from pipelines.review.answers import read_answers
from pipelines.review.workbook import write_workbook

AT = "2026-03-02T09:00:00+07:00"
CITIZENS = "Công dân"


@pytest.fixture
def read(warehouse, tmp_path):
    """Reads a filled workbook back."""
    return lambda book, against=warehouse: read_answers(book.save(tmp_path / "back.xlsx"), against, at=AT)


@pytest.fixture
def told(ids):
    """Decisions as kind, rows by their number, and parts."""
    row_id, _ = ids
    number = {row_id(at): at for at in range(100)}

    def tell(answers):
        assert answers.problems == ()
        return [(one.kind, [number[row] for row in one.record_ids], list(one.parts)) for one in answers.decisions]

    return tell


def only_problem(answers):
    assert answers.decisions == []
    (sentence,) = answers.problems
    return sentence


def test_a_blank_workbook_decides_nothing(exported, warehouse, book, read):
    blank = read_answers(exported, warehouse, at=AT)
    assert (blank.proposals, blank.problems) == ((), ())
    named = read(book.signed())
    assert (named.proposals, named.problems) == ((), ())


def test_a_name_beside_a_case_alone_is_no_answer(book, read):
    assert read(book.answer("three", who="Lê Lan")).problems == ()


def test_an_answer_is_a_decision_with_who_when_why_and_the_model(book, read, ids):
    book.signed("Phạm  Thị Thu").answer("three", "Cùng một người", "đã gặp\ntại nhà").answer(
        "one", "Chưa rõ", who="Lan"
    )
    first, second = read(book).proposals
    decision = first.decision
    assert (decision.by, decision.at, decision.reason) == ("Phạm Thị Thu", AT, "đã gặp tại nhà")
    assert (decision.model, decision.case_id) == ("citizens-10231-0123456789ab", "three")
    assert (decision.dataset, decision.marks) == ("citizens", ())
    assert first.place == f"Trang «Công dân», dòng {book.line(CITIZENS, 'three', 'answer') + 1}: "
    assert second.decision.by == "Lan"


def test_what_each_answer_means(book, read, told):
    book.signed()
    book.answer("shared", "Khác người").answer("three", "Cùng một người").answer("later", "Cần giấy tờ")
    book.answer("one", "Khác người").answer("doubtful", "Chưa rõ")
    book.answer("land", "Cùng một thửa", sheet="Thửa đất")
    assert told(read(book)) == [
        ("different", [1, 2], [1, 2]),
        ("same", [3, 4, 5], [1, 1, 1]),
        ("cannot_tell", [40, 41], [1, 1]),
        ("dissolve", [42, 43], [1, 2]),
        ("needs_paper", [6, 7], [1, 1]),
        ("same", [60, 61], [1, 1]),
    ]


def test_different_people_keep_the_rows_that_are_one_person_now(book, read, told):
    assert told(read(book.signed().answer("three", "Khác người"))) == [("different", [3, 4, 5], [1, 1, 2])]


def test_an_answer_to_a_case_with_rows_that_are_not_shown_is_about_all(book, read, told):
    ((kind, rows, parts),) = told(read(book.signed().answer("many", "Khác người")))
    assert (kind, sorted(rows)) == ("different", list(range(10, 24)))
    assert {row % 3: part for row, part in zip(rows, parts, strict=True)} == {0: 1, 1: 2, 2: 3}


@pytest.mark.parametrize("answer", ["", "Khác người"])
def test_letters_say_which_rows_are_one(book, read, told, answer):
    book.signed().answer("three", answer).fill(CITIZENS, "three", "group1", "a", "B", "A")
    assert told(read(book)) == [("same", [3, 5], [1, 1]), ("different", [3, 4, 5], [1, 2, 1])]


def test_letters_may_be_given_to_some_rows(book, read, told):
    book.signed().fill(CITIZENS, "many", "group1", "A", "", "A").fill(CITIZENS, "many", "group2", "B")
    (same, different) = told(read(book))
    assert (same[0], len(same[1])) == ("same", 2)
    assert (different[0], different[2]) == ("different", [1, 1, 2])


def test_one_letter_on_all_rows_is_the_same_person(book, read, told):
    book.signed().answer("three", "Cùng một người").fill(CITIZENS, "three", "group1", "A", "A", "A")
    assert told(read(book)) == [("same", [3, 4, 5], [1, 1, 1])]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", []),
        ("Khác người", [("different", [40, 41], [1, 2])]),
        ("Cùng một người", [("same", [40, 41], [1, 1])]),
    ],
)
def test_a_right_number_is_decided_beside_the_answer(book, read, told, answer, expected):
    book.signed().answer("doubtful", answer).fill(CITIZENS, "doubtful", "right1", "", "X")
    assert told(read(book)) == [("number_right", [40, 41], [2, 1]), *expected]


@pytest.mark.parametrize("answer", ["Chưa rõ", "Cần giấy tờ"])
def test_who_cannot_tell_does_not_tell_a_number(book, read, answer):
    book.signed().answer("doubtful", answer).fill(CITIZENS, "doubtful", "right1", "x")
    (problem,) = read(book).problems
    assert "«Số đúng» lại có x" in problem


def test_a_number_issued_again(book, read, told):
    book.signed().answer("doubtful", "Số được cấp lại").fill(CITIZENS, "doubtful", "right1", "x")
    assert told(read(book)) == [("number_superseded", [40, 41], [1, 2])]


@pytest.mark.parametrize(
    ("fills", "why"),
    [
        ([("answer", "Cùng một người"), ("group1", "A", "B", "B")], "nhiều chữ cái khác nhau"),
        ([("answer", "Cùng một người"), ("group1", "A", "A")], "chỉ ghi cho một số dòng"),
        ([("answer", "Khác người"), ("group1", "A", "A", "A")], "chỉ có một chữ cái"),
        ([("answer", "Khác người"), ("group1", "A", "B")], "chỉ ghi cho một số dòng"),
        ([("answer", "Chưa rõ"), ("group1", "A", "B", "B")], "chưa kết luận được"),
        ([("answer", "Cần giấy tờ"), ("group1", "A", "A", "A")], "chưa kết luận được"),
        ([("answer", "Số được cấp lại")], "cần đánh x"),
        ([("answer", "Số được cấp lại"), ("group1", "A", "A", "A")], "không dùng cùng"),
        ([("answer", "Có lẽ")], "không có trong danh sách"),
        ([("answer", "", "", "nhớ hỏi lại")], "chưa chọn câu trả lời"),
        ([("group1", "A")], "ít nhất hai dòng"),
        ([("group1", "A", "AB")], "một chữ cái"),
        ([("group1", "A", "B", "B", "C")], "không thuộc dòng nào"),
    ],
)
def test_an_answer_that_contradicts_itself_is_told_with_its_line(book, read, fills, why):
    book.signed().answer("shared", "Khác người")
    for role, *texts in fills:
        book.fill(CITIZENS, "three", role, *texts)
    sentence = only_problem(read(book))
    lines = {book.line(CITIZENS, "three", role) + 1 for role in ("answer", "group1")}
    assert int(re.match("Trang «Công dân», dòng (\\d+): ", sentence)[1]) in lines
    assert why in sentence


@pytest.mark.parametrize(("marks", "why"), [(("x", "x"), "chỉ vào dòng đó"), ((), "cần đánh x"), (("?",), "chữ x")])
def test_a_number_issued_again_needs_the_new_one(book, read, marks, why):
    book.signed().answer("doubtful", "Số được cấp lại").fill(CITIZENS, "doubtful", "right1", *marks)
    assert why in only_problem(read(book))


def test_an_answer_needs_a_name(book, read):
    book.answer("three", "Cùng một người").answer("one", "Chưa rõ").answer("later", "Chưa rõ", who="Lan")
    answers = read(book)
    assert len(answers.problems) == 2
    assert all("chưa có tên người trả lời" in sentence for sentence in answers.problems)
    assert answers.decisions == []
    assert len(answers.proposals) == 1


def test_answers_typed_by_hand_are_understood(book, read, told):
    import unicodedata

    typed = unicodedata.normalize("NFD", "  CÙNG  một người ")
    assert told(read(book.signed().answer("three", typed))) == [("same", [3, 4, 5], [1, 1, 1])]


def test_lines_moved_inserted_and_deleted_do_not_matter(book, read, told):
    book.signed().answer("shared", "Khác người").fill(CITIZENS, "three", "group1", "A", "B", "B")
    book.fill(CITIZENS, "shared", "right1", "x")
    before = told(read(book))
    lines = book.sheets[CITIZENS]
    width = len(lines[0])
    number = book.number("many")
    lines[:] = [line for line in lines if not line[0].startswith(f"{number}:")]  # a case deleted
    lines[:] = sorted(lines, key=lambda line: line[2:], reverse=True)  # all sorted by what rows say
    lines.insert(0, [""] * width)
    lines.insert(5, [""] * width)
    for line in lines:
        line.insert(3, "")  # a column inserted among the rows
    assert sorted(told(read(book))) == sorted(before)


def test_a_line_inserted_with_a_text_is_told(book, read):
    width = len(book.sheets[CITIZENS][0])
    book.signed().sheets[CITIZENS].insert(9, ["", "", "Cùng một người", *[""] * (width - 3)])
    assert only_problem(read(book)).startswith("Trang «Công dân», dòng 10: dòng chèn thêm")


def test_a_case_answered_twice_is_told(book, read):
    book.signed().answer("three", "Cùng một người")
    lines = book.sheets[CITIZENS]
    lines.append(list(lines[book.line(CITIZENS, "three", "answer")]))
    lines[-1][2] = "Khác người"
    assert f"đã được trả lời ở dòng {book.line(CITIZENS, 'three', 'answer') + 1}" in only_problem(read(book))


def test_an_altered_key_is_told(book, read):
    book.signed().answer("three", "Cùng một người")
    line = book.sheets[CITIZENS][book.line(CITIZENS, "three", "answer")]
    line[0] = line[0].replace(f"{book.number('three')}:", f"{book.number('one')}:")
    assert "khóa ẩn" in only_problem(read(book))


def test_a_line_of_another_workbook_is_told(book, read, warehouse, tmp_path):
    write_workbook(warehouse, tmp_path / "short.xlsx", most=3)
    other = type(book).read(tmp_path / "short.xlsx").answer("three", "Cùng một người")
    line = other.sheets[CITIZENS][other.line(CITIZENS, "three", "answer")]
    book.signed().sheets[CITIZENS].append(line)
    assert "chép từ sổ khác" in only_problem(read(book))


def test_columns_that_are_lost_are_told(book, read):
    del book.sheets[CITIZENS][0]
    assert "hãy xuất sổ mới" in only_problem(read(book))
    del book.sheets["Thửa đất"]
    assert len(read(book).problems) == 2


def test_a_hidden_sheet_that_was_altered_is_told(book, read):
    row = next(line for line in book.sheets["hopnhat"] if line[0] == "row")
    row[3] = "9"
    assert "trang ẩn của sổ đã bị sửa" in only_problem(read(book))
    del book.sheets["hopnhat"]
    assert "không phải sổ do hopnhat xuất" in only_problem(read(book))


def test_a_row_that_is_gone_is_told(book, read, rows, warehouse_of, ids, told):
    changed = rows()
    changed["citizen_sources"] = [row for row in changed["citizen_sources"] if row["record_id"] != ids[0](5)]
    against = warehouse_of(changed)
    book.signed().answer("three", "Cùng một người").answer("one", "Chưa rõ")
    sentence = only_problem(read(book, against))
    assert "không còn trong bản đang công bố" in sentence
    book.fill(CITIZENS, "three", "answer", " ")
    assert told(read(book, against)) == [("cannot_tell", [42, 43], [1, 1])]


def test_a_case_that_is_no_longer_asked_can_be_answered_as_long_as_its_rows_are_there(
    book, read, rows, warehouse_of, told
):
    against = warehouse_of({**rows(), "review_queue": []})
    assert told(read(book.signed().answer("three", "Khác người"), against)) == [("different", [3, 4, 5], [1, 1, 2])]


def test_what_the_officer_saw_counts_not_what_was_merged_since(book, read, rows, warehouse_of, told):
    changed = rows()
    for row in changed["citizen_sources"]:
        row["citizen_id"] = changed["citizen_sources"][0]["citizen_id"]
    against = warehouse_of(changed)
    assert told(read(book.signed().answer("three", "Khác người"), against)) == [("different", [3, 4, 5], [1, 1, 2])]


def test_the_workbook_of_another_commune_is_told(book, read, rows, warehouse_of):
    changed = rows()
    changed["manifest"][0]["value"] = "10240"
    sentence = only_problem(read(book.signed().answer("three", "Khác người"), warehouse_of(changed)))
    assert "10231" in sentence
    assert "10240" in sentence


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04", b"\xd0\xcf\x11\xe0locked"])
def test_what_is_no_workbook_is_told(warehouse, tmp_path, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    assert "không đọc được" in only_problem(read_answers(path, warehouse, at=AT))
    assert "không đọc được" in only_problem(read_answers(tmp_path / "none.xlsx", warehouse, at=AT))


def test_other_decisions(book, read, told, ids):
    row_id, entity_id = ids
    book.signed().decide("Gộp các mã này", f"{entity_id(3)}, {entity_id(4)}", "gộp sai")
    book.decide("Tách mã này ra từng dòng", entity_id(42).lower(), who="Lan")
    book.decide("Để riêng dòng này", f"{row_id(3)[:8]} ; {entity_id(6)}")
    book.decide("Các mã này là khác nhau", f"{entity_id(3)}\n{entity_id(6)}")
    book.decide("gộp các mã này", f"{entity_id(60, 'T')} {row_id(61)}")
    answers = read(book)
    assert told(answers) == [
        ("same", [3, 4, 5], [1, 1, 1]),
        ("dissolve", [42, 43], [1, 2]),
        ("keep_out", [3, 6], [1, 2]),
        ("different", [3, 4, 6], [1, 1, 2]),
        ("same", [60, 61], [1, 1]),
    ]
    assert [one.decision.dataset for one in answers.proposals] == ["citizens"] * 4 + ["parcels"]
    assert [one.decision.by for one in answers.proposals[:2]] == ["Phạm Thị Thu", "Lan"]
    assert answers.proposals[0].decision.reason == "gộp sai"
    assert answers.proposals[0].decision.case_id == ""


def test_an_id_that_was_merged_names_what_it_became(book, read, told, ids):
    _, entity_id = ids
    book.signed().decide("Các mã này là khác nhau", f"{entity_id(98)} {entity_id(4)}")
    assert told(read(book)) == [("different", [3, 4, 5], [1, 1, 2])]


@pytest.mark.parametrize(
    ("deed", "named", "why"),
    [
        ("Gộp các mã này", "{e3}", "hai mã khác nhau"),
        ("Gộp các mã này", "{e3} {e98}", "hai mã khác nhau"),
        ("Gộp các mã này", "{e3} {r3}", "chính mã mà nó thuộc về"),
        ("Gộp các mã này", "{e3} {t60}", "không đi cùng nhau"),
        ("Gộp các mã này", "{wrong} {e3}", "sai ký tự kiểm tra"),
        ("Gộp các mã này", "{e77} {e3}", "không có trong bản đang công bố"),
        ("Gộp các mã này", "{e3} 001080000001", "mục thứ 2 của ô «Mã» không có"),
        ("Gộp các mã này", "{e3} Nguyễn", "mục thứ 2 ở ô «Mã» không phải"),
        ("Gộp các mã này", "", "chưa ghi mã"),
        ("Tách mã này ra từng dòng", "{e3} {e4}", "đúng một mã"),
        ("Tách mã này ra từng dòng", "{r3}", "đúng một mã"),
        ("Tách mã này ra từng dòng", "{e4}", "không có gì để tách"),
        ("Để riêng dòng này", "{e3}", "cần mã dòng"),
        ("", "{e3}", "chưa chọn việc"),
        ("Xóa", "{e3}", "không có trong danh sách"),
    ],
)
def test_a_deed_that_makes_no_sense_is_told_and_tells_no_number(book, read, ids, deed, named, why):
    row_id, entity_id = ids
    right = entity_id(3)
    names = {
        **{f"e{number}": entity_id(number) for number in (3, 4, 77, 98)},
        "r3": row_id(3)[:8],
        "t60": entity_id(60, "T"),
        "wrong": right[:-1] + ("A" if right[-1] != "A" else "B"),
    }
    sentence = only_problem(read(book.signed().decide(deed, named.format(**names))))
    assert sentence.startswith(f"Trang «Quyết định khác», dòng {len(book.sheets['Quyết định khác'])}: ")
    assert why in sentence
    assert "001080000001" not in sentence
    assert "Nguyễn" not in sentence


def test_a_short_row_id_must_name_one_row(rows, warehouse_of, tmp_path, book, read, ids):
    row_id, _ = ids
    changed = rows()
    changed["citizen_sources"][0]["record_id"] = row_id(3)[:-1] + "f"
    changed["citizen_sources"][1]["record_id"] = f"{row_id(3)}-2"
    book.signed().decide("Để riêng dòng này", row_id(3)[:8])
    against = warehouse_of(changed)
    assert "hãy ghi đủ mã" in only_problem(read(book, against))
    book.sheets["Quyết định khác"][-1][2] = f"{row_id(3)[:8]}-2"
    assert read(book, against).decisions[0].record_ids == (f"{row_id(3)}-2",)


def test_problems_come_sheet_by_sheet_in_the_order_of_lines(book, read):
    book.decide("", "x").answer("one", "?").answer("shared", "?").answer("land", "?", sheet="Thửa đất")
    places = [re.match("Trang «(.*)», dòng (\\d+)", sentence).groups() for sentence in read(book).problems]
    assert [sheet for sheet, _ in places] == [CITIZENS, CITIZENS, "Thửa đất", "Quyết định khác"]
    assert int(places[0][1]) < int(places[1][1])
