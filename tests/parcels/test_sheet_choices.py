"""`sheet_map.csv`: an officer's own numbers for map sheets."""

from pathlib import Path

import pytest

from pipelines.parcels.sheet_choices import SheetChoices
from pipelines.parcels.sheet_map import Chosen, Sheet
from pipelines.problems import UnusableInput


def written(folder: Path, text: str) -> Path:
    path = folder / "sheet_map.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_no_file_is_no_choice(tmp_path: Path) -> None:
    assert SheetChoices.read(tmp_path / "sheet_map.csv") == SheetChoices()


def test_a_line_that_names_the_system_comes_before_one_for_any(tmp_path: Path) -> None:
    text = "old_code;map_system;old_sheet_no;new_sheet_no\n4936;;Tờ 01;077\n04936;BĐ 299;1;88\n"
    choices = SheetChoices.read(written(tmp_path, text))
    sheets = {Sheet("04936", "299", "1"), Sheet("04936", "1994", "1"), Sheet("10231", "299", "1")}
    assert choices.of(sheets) == {
        Sheet("04936", "299", "1"): Chosen("88", 3),
        Sheet("04936", "1994", "1"): Chosen("77", 2),
    }
    assert choices.idle({"04936"}, sheets) == 0
    assert choices.idle({"04936"}, {Sheet("04936", "1994", "1")}) == 1
    assert choices.reserved({"299"}) == {("299", "77"), ("299", "88")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("old_code,old_sheet_no\n10234,1\n", "dòng 1: cần các cột old_code, old_sheet_no, new_sheet_no"),
        ("old_code,old_sheet_no,new_sheet_no\n10234,1,\n", "dòng 2: cần số tờ cũ"),
        ("old_code,old_sheet_no,new_sheet_no\n99999,1,5\n", "dòng 2: không có xã cũ nào mang mã «99999»"),
        ("old_code,old_sheet_no,new_sheet_no\n10234,1,abc def\n", "dòng 2: cần số tờ cũ"),
        ("old_code,old_sheet_no,new_sheet_no\n10234,1,5\n10234,01,6\n", "dòng 3: tờ 1 xã cũ 10234 đã có số ở dòng 2"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_by_its_number(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        SheetChoices.read(written(tmp_path, text))
    assert says in str(refused.value)
    assert "sheet_map.csv" in str(refused.value)
