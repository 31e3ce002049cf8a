"""What an officer may write into split_rules.csv, and what is said of a line that cannot be meant."""

from pathlib import Path

import pytest

from pipelines.communes import MergerMap, SplitRules
from pipelines.communes.split_rules import USUAL_PRIORITY
from pipelines.problems import UnusableInput

from .conftest import HEADER, Rules


def test_no_file_is_no_rules(corner: MergerMap, tmp_path: Path) -> None:
    rules = SplitRules.read(tmp_path / "none.csv", corner)
    assert rules.rules.is_empty()
    assert rules.sha256 == SplitRules.none(corner).sha256 == ""


def test_a_rule_as_it_is_written(rules: Rules) -> None:
    (rule,) = rules("00002,parcels,Thôn Đông,299,3,7,,50,33333,5").rules.to_dicts()
    told = [rule[name] for name in HEADER.split(",")]
    assert told == ["00002", "parcels", "Thôn Đông", "299", 3, 7, None, 50, "33333", 5]
    assert (rule["line"], rule["criteria"]) == (2, 5)


def test_as_excel_saves_it(rules: Rules) -> None:
    """With semicolons and BOM, codes without their zeros, an empty line of separators, columns that nobody needed."""
    text = "\ufeffOld_Code;hamlet ;new_code\r\n2; Thôn Đông ;11111\r\n;;\r\n00002;Thôn Đoài;22222\r\n"
    read = rules(text=text)
    assert read.rules.select("line", "old_code", "hamlet", "new_code", "priority").unique().sort("line").rows() == [
        (2, "00002", "Thôn Đông", "11111", USUAL_PRIORITY),
        (4, "00002", "Thôn Đoài", "22222", USUAL_PRIORITY),
    ]
    assert len(read.sha256) == 64


@pytest.mark.parametrize(
    ("line", "holds_for"),
    [
        ("00002,,Thôn Đông,,,,,,11111,", {"citizens", "parcels"}),
        ("00002,,Thôn Đông,,,,,,33333,", {"parcels"}),  # a land-only piece
        ("00002,,Thôn Đông,,4,,,,11111,", {"parcels"}),  # people have no sheets
        ("00002,Citizens,Thôn Đông,,,,,,11111,", {"citizens"}),
    ],
)
def test_what_a_rule_holds_for(rules: Rules, line: str, holds_for: set[str]) -> None:
    assert set(rules(line).rules["dataset"]) == holds_for


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("99999,,Thôn 1,,,,,,11111,", "old_code «99999» không phải mã của xã cũ nào"),
        (",,Thôn 1,,,,,,11111,", "old_code «» không phải"),
        ("00001,,Thôn 1,,,,,,22222,", "xã cũ 00001 không có phần nào về «22222», chỉ về 11111"),
        ("00002,,Thôn 1,,,,,,,", "xã cũ 00002 không có phần nào về «», chỉ về 11111, 22222, 33333"),
        ("00002,people,Thôn 1,,,,,,11111,", "dataset phải là citizens (công dân), parcels (thửa đất)"),
        ("00002,citizens,Thôn 1,,,,,,33333,", "33333 không nhận dân của xã cũ 00002"),
        ("00002,citizens,Thôn 1,,,,,,33333,", "line 2: land-only pieces take no people"),
        ("00002,citizens,,,3,,,,11111,", "quy tắc cho công dân không dùng sheet_from"),
        ("00002,citizens,,299,,,,,11111,", "quy tắc cho công dân không dùng map_system"),
        ("00002,parcels,,,ba,,,,11111,", "sheet_from phải là số nguyên"),
        ("00002,parcels,,,,,-1,,11111,", "parcel_from phải là số nguyên"),
        ("00002,parcels,,,,,,2.5,11111,", "parcel_to phải là số nguyên"),
        ("00002,parcels,,,7,3,,,11111,", "sheet_from lớn hơn sheet_to"),
        ("00002,parcels,,,,,7,3,11111,", "parcel_from lớn hơn parcel_to"),
        ("00002,,Thôn 1,,,,,,11111,cao", "priority phải là số nguyên"),
        ("00002,,Thôn 1,,,,,,11111,1,2", "có nhiều ô hơn số cột"),
    ],
)
def test_a_line_that_cannot_be_meant_is_one_sentence(rules: Rules, line: str, said: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        rules(line)
    sentence = str(caught.value)
    assert sentence.startswith("Tệp «split_rules.csv», dòng 2: ")
    assert said in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "dòng 1: cần các cột old_code, new_code"),
        ("old_code,thon,new_code\n00002,Thôn 1,11111\n", "dòng 1: có cột lạ"),
        ("old_code,hamlet,hamlet,new_code\n00002,Thôn 1,,11111\n", "dòng 1: có cột lạ hoặc cột lặp lại"),
        ("old_code,hamlet,new_code\n00002,Thôn Đông,11111\n".encode("utf-16"), "không phải UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_rules(rules: Rules, text: str | bytes, said: str) -> None:
    """An unknown column may be a criterion with a typing error, without which the rule would hold for too much."""
    with pytest.raises(UnusableInput) as caught:
        rules(text=text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("00002,,Thôn Đông,,,,,,11111,", "00002,,T. ĐÔNG,,,,,,22222,100"),
        ("00002,,Thôn Hoà,,,,,,11111,3", "00002,,Thôn Hòa,,,,,,22222,3"),
        ("00002,parcels,,299,3,7,,,11111,", "00002,parcels,,299,03,7,,,22222,"),
        ("00002,citizens,,,,,,,11111,", "00002,citizens,,,,,,,22222,"),
    ],
)
def test_two_rules_with_the_same_criteria_that_disagree_are_named(rules: Rules, one: str, other: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        rules("00002,,Thôn Hạ,,,,,,22222,", one, "00004,,Thôn Đông,,,,,,22222,", other)
    assert "dòng 3: mâu thuẫn với dòng 5" in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("00002,,Thôn Đông,,,,,,11111,", "00002,,Thôn Đông,,,,,,22222,99"),  # another priority
        ("00002,,Thôn Đông,,,,,,11111,", "00002,,T. Đông,,,,,,11111,"),  # the same twice
        ("00002,,Thôn Đông,,,,,,11111,", "00002,,Thôn Đồng,,,,,,22222,"),
        ("00002,,Thôn 1,,,,,,11111,", "00002,,Xóm 1,,,,,,22222,"),
        ("00002,,Thôn 1,,,,,,11111,", "00004,,Thôn 1,,,,,,22222,"),
        ("00002,,Thôn 1,,,,,,11111,", "00002,parcels,Thôn 1,,,,,,22222,"),  # one more criterion
    ],
)
def test_rules_that_do_not_contradict_each_other_are_read(rules: Rules, one: str, other: str) -> None:
    assert set(rules(one, other).rules["line"]) == {2, 3}
