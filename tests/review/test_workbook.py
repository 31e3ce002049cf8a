"""What an officer is handed: blocks in order, differences in colour, and only the answers to write in."""

import re
import stat

import pytest

from pipelines.problems import UnusableInput
from pipelines.review.workbook import write_workbook

CITIZENS = 2
LAND = 3
OTHER = 4


def texts(book, sheet="Công dân"):
    return [[cell for cell in line[1:] if cell] for line in book.sheets[sheet]]


def headings(book, sheet="Công dân"):
    return [line[0] for line in texts(book, sheet) if line and line[0].startswith("Trường hợp")]


def block(book, name):
    """The lines of a case, by label."""
    lines = book.sheets["Công dân"]
    end = book.line("Công dân", name, "answer")
    start = max(at for at, line in enumerate(lines[:end]) if line[1].startswith("Trường hợp"))
    return {line[1]: line[2:] for line in lines[start : end + 1]}


def line_number(book, label, name):
    lines = book.sheets["Công dân"]
    end = book.line("Công dân", name, "answer")
    return max(at for at, line in enumerate(lines[:end]) if line[1] == label) + 1


def test_cases_stand_in_order_of_priority_and_those_put_off_come_last(book):
    found = headings(book)
    assert len(found) == 9
    assert found[0].startswith("Trường hợp 1/9 · Nhiều người khác nhau cùng mang một số định danh · CHẶN")
    assert [book.number(name) for name in ("shared", "three", "odd", "many", "doubtful", "one", "later")] == [
        1, 2, 3, 4, 5, 6, 9
    ]  # fmt: skip
    assert "đang chờ" in found[-1]
    assert not any("đang chờ" in heading for heading in found[:-1])
    assert headings(book, "Thửa đất") == ["Trường hợp 1/1 · Các dòng giống nhau, máy chưa đủ căn cứ để gộp"]


def test_a_case_put_off_tells_what_was_said(book):
    assert ["Lần trước: Cần giấy tờ (Trần Thị Bình, 2026-01-05, chờ giấy khai sinh)"] in texts(book)


def test_rows_stand_side_by_side_as_their_file_has_them(book, ids):
    row_id, entity_id = ids
    found = block(book, "shared")
    assert found["Họ và tên"][:2] == ["Nguyễn Văn An", "nguyễn  văn an"]
    assert found["Số định danh"][:2] == ["001080000001"] * 2
    assert found["Máy đang coi là"][:2] == [f"Người 1\n{entity_id(1)}", f"Người 2\n{entity_id(2)}"]
    assert found["Tệp nguồn"][:2] == ["10231-a/dan.csv, dòng 2", "10231-a/dan.csv, dòng 3"]
    assert found["Xã cũ"][0] == "xã Nguyễn Trãi (10231)"
    assert found["Mã dòng"][0] == row_id(1)[:8]
    assert "Họ tên cha" not in found  # empty in every row


def test_only_cells_that_differ_are_highlighted(book, package):
    fills = re.findall("<fill>.*?</fill>", package.parts["xl/styles.xml"])
    (fill,) = [at for at, fill in enumerate(fills) if "FFFFE699" in fill]
    cells, yellow = package.cells(CITIZENS), package.styles_that(f'fillId="{fill}"')
    name = line_number(book, "Họ và tên", "shared")
    assert [cells[f"{column}{name}"] in yellow for column in "CD"] == [
        False,
        False,
    ]  # case and spaces are no difference
    sex = line_number(book, "Giới tính", "shared")
    assert [cells[f"{column}{sex}"] in yellow for column in "CD"] == [False, False]  # silence is no difference
    born = line_number(book, "Ngày sinh", "three")
    assert [cells[f"{column}{born}"] in yellow for column in "CDE"] == [False, False, True]


def test_evidence_stands_below_the_answer_and_words_before_weights(book):
    lines = [" ".join(line) for line in texts(book)]
    answer = book.line("Công dân", "three", "answer")
    evidence = lines[answer + 1 : answer + 6]
    assert evidence == [
        "Dòng 2 và dòng 3: chờ xem xét.",
        "   Nghiêng về là một: Họ và tên (trùng khớp).",
        "   Nghiêng về là hai: Ngày sinh (đảo ngày và tháng).",
        "   Trọng số 1,5 bit.",
        "Các cặp dòng máy đã tự động gộp: 1 và 2.",
    ]


def test_more_rows_than_a_screen_holds_stand_below_and_too_many_are_counted(book, ids):
    lines = texts(book)
    assert ["Dòng 7", "Dòng 8"] in [line[:2] for line in lines]
    assert ["Còn 2 dòng nữa không hiện ở đây; chọn «Trả lời» là trả lời cho tất cả các dòng."] in lines
    shown = [cell for cells in lines if cells[:1] == ["Máy đang coi là"] for cell in cells if "00000" in cell]
    for entity in (10, 11, 12):  # each entity is shown, whatever the number of its rows
        assert sum(cell.endswith(ids[1](entity)) for cell in shown) == 4


def test_rows_that_no_rule_places_are_told_and_not_asked(book):
    lines = [" ".join(line) for line in texts(book)]
    assert any("Không trả lời ở đây" in line for line in lines)
    assert "Họ và tên Lê Văn Xếp" in lines
    assert not [line for line in book.sheets["hopnhat"] if line[0] == "case" and line[3] == "unplaced"]


def test_rows_that_could_not_be_read_are_told_by_their_line_and_not_asked(book):
    assert any("10249-b/dan.csv, dòng 10" in " ".join(line) for line in texts(book))
    assert not [line for line in book.sheets["hopnhat"] if line[0] == "case" and line[3] == "unread"]


def test_what_is_decided_is_not_asked_again(book):
    assert not [line for line in book.sheets["hopnhat"] if line[0] == "case" and line[3] == "done"]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_no_cell_is_a_formula_and_every_sheet_is_protected(package, number):
    assert "<f>" not in package.sheet(number)
    assert "<hyperlink" not in package.sheet(number)
    assert re.search(r'<sheetProtection sheet="1"', package.sheet(number))


def test_nothing_outside_is_reached(package):
    parts = {name for name in package.parts if not name.startswith(("xl/worksheets/sheet", "docProps/"))}
    assert parts == {
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
        "xl/theme/theme1.xml",
        "xl/_rels/workbook.xml.rels",
    }
    assert not any("External" in text for text in package.parts.values())


def test_what_looks_like_a_formula_is_a_text_with_a_quote_before_it(book, package):
    found = block(book, "odd")
    names = [cell for cell in found["Họ và tên"] if cell]
    shown = [line[1:] for line in book.sheets["Công dân"] if line[1] == "Họ và tên"]
    assert ["=1+1", "+84912345678", "@x", "-1", '=HYPERLINK("http://x.vn")', "_x0041_"] in [line[1:7] for line in shown]
    assert names == ["Nguyễn\x07 Văn\nA", "1E5"]
    at = next(at for at, line in enumerate(book.sheets["Công dân"], start=1) if line[2] == "=1+1")
    cells, quoted = package.cells(CITIZENS), package.styles_that('quotePrefix="1"')
    for column in "CDEFGH":
        assert cells[f"{column}{at}"] in quoted
        assert re.search(rf'<c r="{column}{at}" s="\d+" t="s">', package.sheet(CITIZENS))


@pytest.mark.parametrize(("number", "sheet"), [(CITIZENS, "Công dân"), (LAND, "Thửa đất")])
def test_only_the_cells_of_answers_can_be_written_in(book, package, number, sheet):
    free = package.styles_that('locked="0"')
    unlocked = {cell for cell, style in package.cells(number).items() if style in free}
    expected = set()
    for at, line in enumerate(book.sheets[sheet], start=1):
        role = line[0].split(":")[1] if line[0] else ""
        columns = {"name": "C", "answer": "CEG"}.get(role, "")
        if role.startswith(("group", "right")):
            columns = "CDEFGH"
        expected |= {f"{column}{at}" for column in columns}
    assert unlocked <= expected
    assert {cell for cell in expected if cell[0] == "C"} <= unlocked
    assert package.styles_that('locked="0"') <= package.styles_that('numFmtId="49"')  # what is typed stays a text


def test_a_mark_stands_for_each_row_and_no_more(book, package):
    free = package.styles_that('locked="0"')
    at = book.line("Công dân", "three", "group1") + 1
    assert [package.cells(CITIZENS).get(f"{column}{at}") in free for column in "CDEF"] == [True, True, True, False]


def test_other_decisions_have_two_hundred_lines(package):
    free = package.styles_that('locked="0"')
    unlocked = [cell for cell, style in package.cells(OTHER).items() if style in free]
    assert len(unlocked) == 4 * 200 + 1


def choices(package, number):
    return {
        cells: re.sub("&quot;", "", answers).strip('"')
        for cells, answers in re.findall(
            r'<dataValidation type="list"[^>]* sqref="([^"]+)"><formula1>(.*?)</formula1>', package.sheet(number)
        )
    }


def test_answers_are_chosen_from_a_list(book, package):
    found = choices(package, CITIZENS)
    asked = {name: book.line("Công dân", name, "answer") + 1 for name in ("shared", "three")}
    assert found[f"C{asked['shared']}"] == "Cùng một người,Khác người,Chưa rõ,Cần giấy tờ,Số được cấp lại"
    assert found[f"C{asked['three']}"] == "Cùng một người,Khác người,Chưa rõ,Cần giấy tờ"
    group = book.line("Công dân", "three", "group1") + 1
    assert found[f"C{group}:E{group}"] == "A,B,C"
    right = book.line("Công dân", "shared", "right1") + 1
    assert found[f"C{right}:D{right}"] == "x"
    land = book.line("Thửa đất", "land", "answer") + 1
    assert choices(package, LAND) == {f"C{land}": "Cùng một thửa,Khác thửa,Chưa rõ,Cần giấy tờ"}
    deeds = choices(package, OTHER)
    assert set(deeds.values()) == {"Gộp các mã này,Tách mã này ra từng dòng,Để riêng dòng này,Các mã này là khác nhau"}


def test_marks_are_asked_only_where_they_say_something(book):
    roles = {tuple(line[0].split(":")[:2]) for line in book.sheets["Công dân"] if line[0]}
    number = book.number
    assert (str(number("shared")), "right1") in roles
    assert (str(number("doubtful")), "right1") in roles
    assert (str(number("three")), "right1") not in roles
    assert (str(number("shared")), "group1") not in roles
    assert {(str(number("many")), "group1"), (str(number("many")), "group2")} <= roles


def test_it_fits_a_small_screen_and_a_sheet_of_paper(package):
    sheet = package.sheet(CITIZENS)
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"( hidden="1")?', sheet)
    shown = sum((int(last) - int(first) + 1) * float(width) * 7 for first, last, width, hidden in columns if not hidden)
    assert shown < 1366 - 60
    assert '<pane xSplit="2" ySplit="3"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'fitToHeight="0"' in sheet
    assert '<row r="1" spans="1:8" hidden="1"' in sheet
    names = package.parts["xl/workbook.xml"]
    assert "'Công dân'!$2:$3" in names
    assert re.search(r"'Công dân'!\$B\$2:\$H\$\d+", names)


def test_the_first_sheet_tells_how_and_how_many(book):
    lines = [[cell for cell in line if cell] for line in book.sheets["Hướng dẫn"]]
    assert ["Sổ quyết định: xã Thượng Phúc (10231)"] in lines
    assert ["Công dân", "8", "3", "1", "9"] in lines
    assert ["Thửa đất", "1", "0", "0", "1"] in lines
    assert list(book.sheets) == ["Hướng dẫn", "Công dân", "Thửa đất", "Quyết định khác", "hopnhat"]


def test_machine_sheet_is_hidden_from_view(package):
    assert 'name="hopnhat" sheetId="5" state="veryHidden"' in package.parts["xl/workbook.xml"]


def test_only_the_first_cases_are_exported_when_there_are_more(warehouse, tmp_path):
    from pipelines.review.answers import read_answers

    path = tmp_path / "so.xlsx"
    exported = write_workbook(warehouse, path, most=2, most_rows=2)
    assert exported.shown == {"citizens": 2, "parcels": 1}
    assert exported.waiting_for_an_answer == {"citizens": 9, "parcels": 1}
    assert read_answers(path, warehouse, at="2026").problems == ()


def test_the_same_warehouse_gives_the_same_workbook(warehouse, exported, tmp_path):
    write_workbook(warehouse, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == exported.read_bytes()


def test_answers_are_never_written_over(warehouse, tmp_path):
    path = tmp_path / "so.xlsx"
    path.write_text("answers")
    with pytest.raises(UnusableInput, match="đã có"):
        write_workbook(warehouse, path)
    assert path.read_text() == "answers"
    with pytest.raises(UnusableInput, match="xlsx"):
        write_workbook(warehouse, tmp_path / "so.csv")
    with pytest.raises(UnusableInput, match="Không ghi được"):
        write_workbook(warehouse, tmp_path / "nowhere" / "so.xlsx")


def test_it_is_for_the_owner_alone(exported):
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    assert [path.name for path in exported.parent.iterdir()] == ["so.xlsx"]


def test_a_commune_without_cases_has_a_workbook_too(rows, warehouse_of, tmp_path):
    write_workbook(warehouse_of({**rows(), "review_queue": []}), tmp_path / "so.xlsx")
    from zipfile import ZipFile

    with ZipFile(tmp_path / "so.xlsx") as archive:
        assert "Không có trường hợp nào cần quyết định." in archive.read("xl/sharedStrings.xml").decode()


def test_headers_of_an_office_are_understood_and_unknown_ones_shown(rows, warehouse_of, tmp_path):
    from pipelines.review.blocks import queue_of
    from pipelines.warehouse.reading import open_warehouse

    changed = rows()
    said = ({"Họ và tên": "A", "Năm sinh nam": "1950", "Năm sinh nữ": ""}, {"Quý danh": "B", "Tuổi": "70"})
    for row, cells in zip(changed["citizen_sources"][:2], said, strict=True):
        row["raw"] = [{"key": key, "value": value} for key, value in cells.items()]
    with open_warehouse(warehouse_of(changed)) as connection:
        queue = queue_of(connection, "citizens", most=1, most_rows=9, old_communes={}, own_headers={})
        own = {"10231": {"quydanh": "ho_ten"}, "": {"tuoi": "so_cmnd"}}
        told = queue_of(connection, "citizens", most=1, most_rows=9, old_communes={}, own_headers=own)
    shown = {field.label: field.texts for field in queue.cases[0].fields}
    assert shown == {"Họ và tên": ("A", ""), "Ngày sinh": ("1950", ""), "Quý danh": ("", "B"), "Tuổi": ("", "70")}
    assert {field.label for field in told.cases[0].fields} == {"Họ và tên", "Ngày sinh", "Số CMND"}
