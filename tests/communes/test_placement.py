"""Where the rows of old communes belong, whole ones and split ones, and why some have no place."""

from collections.abc import Callable, Iterable
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.communes import MergerMap, SplitRules, place
from pipelines.problems import UnusableInput

from .conftest import Rules

NEW_CODES = ("11111", "22222", "33333")
PEOPLE = dict.fromkeys(("old_commune_code", "hamlet", "household_key"), pl.String)
LAND = {
    **dict.fromkeys(("old_commune_code", "hamlet", "map_system"), pl.String),
    **dict.fromkeys(("sheet_value", "parcel_value"), pl.Int64),
}


def people(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    """From (old commune, hamlet, household)."""
    return pl.DataFrame(rows, schema=PEOPLE, orient="row")


def land(*rows: tuple[str | int | None, ...]) -> pl.DataFrame:
    """From (old commune, hamlet, map system, sheet, parcel)."""
    return pl.DataFrame(rows, schema=LAND, orient="row")


def targets(records: pl.DataFrame, rules: SplitRules, dataset: str = "") -> list[str | None]:
    """The new commune in which each row is placed, or null; that it is the same for all of them is checked here."""
    name = dataset or ("parcels" if "sheet_value" in records.columns else "citizens")
    takers = rules.merger_map.takers(name)
    outcomes = [place(records, rules.merger_map.new_commune(code), name, rules) for code in NEW_CODES]
    found = []
    for at, old in enumerate(records["old_commune_code"]):
        of_row = {code: frame.row(at, named=True) for code, frame in zip(NEW_CODES, outcomes, strict=True)}
        placed = [code for code, row in of_row.items() if row["placement"] == "placed"]
        waits = {code for code, row in of_row.items() if row["placement"] == "unplaced"}
        assert len(placed) + bool(waits) == 1, "placed once, or waiting"
        assert waits in (set(), set(takers[old])), "waiting in all that took a share, or in none"
        assert {row["placement_reason"] is not None for code, row in of_row.items() if code in waits} <= {True}
        found.append(placed[0] if placed else None)
    return found


def reasons(records: pl.DataFrame, rules: SplitRules, code: str = "11111") -> list[str | None]:
    name = "parcels" if "sheet_value" in records.columns else "citizens"
    return place(records, rules.merger_map.new_commune(code), name, rules)["placement_reason"].to_list()


def test_whole_communes_and_those_of_which_one_took_the_share_need_no_rule(corner: MergerMap) -> None:
    none = SplitRules.none(corner)
    assert targets(people(("00001", None, None), ("00002", "Thôn 1", "h"), ("00003", None, None)), none) == [
        *("11111", None, "22222"),
    ]
    assert targets(land(("00001",) + (None,) * 4, ("00003", "Thôn 1", "299", 1, 1)), none) == ["11111", None]


def test_land_only_pieces_see_no_people(corner: MergerMap) -> None:
    piece = corner.new_commune("33333")
    placed = place(people(("00002", "Thôn 1", None), ("00003", None, None)), piece, "citizens", SplitRules.none(corner))
    assert placed["placement"].to_list() == ["elsewhere", "elsewhere"]


def test_the_old_phuc_loi_s_people_are_placed_although_the_map_calls_them_a_part() -> None:
    shipped = MergerMap.shipped()
    placed = place(people(("00136", None, None)), shipped.new_commune("00136"), "citizens", SplitRules.none())
    assert placed["placement"].to_list() == ["placed"]


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        *((written, "Thôn Đông") for written in ("Thôn Đông", "T. Đông", "T.Đông", "THÔN ĐÔNG", "thon dong", "Đông")),
        *(("Thôn Đông", rule) for rule in ("T. ĐÔNG", "thon dong", "Đông")),
        *((written, "Tổ dân phố số 3") for written in ("TDP 3", "TDP3", "Tổ dân phố số 03", "Tổ 3", "to 3", "3")),
        *((written, "Thôn Hòa Lạc") for written in ("thôn Hoà Lạc", "T.HOÀ LẠC", "Thôn Hoa Lac")),
        *((written, "Xóm Mỹ") for written in ("X. Mĩ", "xom my", "xóm mi")),
    ],
)
def test_the_spelling_of_a_hamlet_does_not_defeat_its_rule(rules: Rules, written: str, rule: str) -> None:
    read = rules(f"00002,,{rule},,,,,,22222,")
    assert targets(people(("00002", written, None)), read) == ["22222"]
    assert targets(land(("00002", written, "299", 1, 1)), read) == ["22222"]


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("Thôn Đồng", "Thôn Đông"),
        ("Xóm 1", "Thôn 1"),
        ("Tổ 3", "Khu 3"),
        ("Thôn 11", "Thôn 1"),
        ("Thôn Đông Hạ", "Thôn Đông"),
        ("Xóm 3 thôn Đông", "Thôn Đông"),
    ],
)
def test_another_hamlet_is_not_placed_by_a_rule(rules: Rules, written: str, rule: str) -> None:
    read = rules(f"00002,,{rule},,,,,,22222,")
    assert targets(people(("00002", written, None)), read) == [None]
    assert reasons(people(("00002", written, None)), read) == ["split_without_rule"]


def test_marks_and_kinds_tell_hamlets_apart_and_where_they_are_lost_nothing_is_guessed(rules: Rules) -> None:
    read = rules(
        *("00002,,Thôn Đông,,,,,,11111,", "00002,,Thôn Đồng,,,,,,22222,"),
        *("00002,,Thôn 1,,,,,,11111,", "00002,,Xóm 1,,,,,,22222,"),
        *("00002,,Thôn Hà,,,,,,22222,", "00002,,Thôn Hạ,,,,,,22222,", "00002,,Xóm Hạ,,,,,,11111,"),
    )
    written = ["T. Đông", "ĐỒNG", "thon dong", "Thôn 01", "X1", "1", "thon ha", "Hạ"]
    rows = people(*(("00002", hamlet, None) for hamlet in written))
    # Both hamlets that "thon ha" can be go to the same commune; "Hạ" can be Thôn Hạ or Xóm Hạ.
    assert targets(rows, read) == ["11111", "22222", None, "11111", "22222", None, "22222", None]
    assert [reason for reason in reasons(rows, read) if reason] == ["hamlet_ambiguous"] * 3


def test_a_hamlet_that_rules_for_people_know_makes_a_spelling_of_land_ambiguous_no_less(rules: Rules) -> None:
    read = rules("00002,parcels,Thôn Đông,,,,,,11111,", "00002,citizens,Thôn Đồng,,,,,,22222,")
    assert targets(land(("00002", "thon dong", None, 1, 1), ("00002", "Thôn Đông", None, 1, 1)), read) == [
        *(None, "11111"),
    ]


def test_rules_by_map_sheet_and_parcel(rules: Rules) -> None:
    read = rules(
        "00002,parcels,,299,1,5,,,11111,",
        "00002,parcels,,299,6,,,,22222,",
        "00002,parcels,,299,5,5,100,,33333,",  # one more criterion
        "00002,parcels,,1994,,,,20,33333,",
    )
    rows = land(
        *(("00002", None, "299", sheet, 7) for sheet in (1, 5, 6, 60, None)),
        *(("00002", None, "299", 5, parcel) for parcel in (99, 100, None)),
        *(("00002", None, system, 1, 20) for system in ("1994", None, "tổng thể")),
    )
    assert targets(rows, read) == [
        *("11111", "11111", "22222", "22222", None),
        *("11111", "33333", "11111"),
        *("33333", None, None),
    ]
    assert reasons(rows, read)[4] == "no_sheet"


@pytest.mark.parametrize(
    ("written", "rule"), [("BĐ 299/TTg", "299"), ("299", "Bản đồ 299"), ("đo đạc tổng thể", "Tổng thể"), ("1994", "94")]
)
def test_a_map_system_has_one_name_however_it_is_written(rules: Rules, written: str, rule: str) -> None:
    read = rules(f"00002,parcels,,{rule},,,,,22222,")
    assert targets(land(("00002", None, written, 1, 1), ("00002", None, "VN-2000", 1, 1)), read) == [
        *("22222", None),
    ]


def test_the_lowest_priority_number_wins_then_the_most_criteria(rules: Rules) -> None:
    read = rules(
        "00002,parcels,,,,,,,11111,900",
        "00002,parcels,Thôn 1,,,,,,22222,",
        "00002,parcels,Thôn 1,299,,,,,33333,",
        "00002,parcels,,,9,9,,,11111,1",
    )
    rows = [("Thôn 2", "1994", 1), ("Thôn 1", "1994", 1), ("Thôn 1", "299", 1), ("Thôn 1", "299", 9)]
    assert targets(land(*(("00002", *row, 1) for row in rows)), read) == ["11111", "22222", "33333", "11111"]


def test_people_and_land_of_one_hamlet_can_go_different_ways(rules: Rules) -> None:
    read = rules("00002,,Thôn 1,,,,,,11111,", "00002,parcels,Thôn 1,,,,,,33333,")
    assert targets(people(("00002", "Thôn 1", None)), read) == ["11111"]
    assert targets(land(("00002", "Thôn 1", None, 1, 1)), read) == ["33333"]


def test_equal_rules_that_disagree_about_rows_are_refused_by_name(rules: Rules) -> None:
    read = rules("00002,parcels,Thôn 1,,,,,,11111,", "00002,parcels,,,1,9,,,22222,", "00002,parcels,Thôn 2,,,,,,22222,")
    quiet = land(("00002", "Thôn 1", None, 10, 1), ("00002", "Thôn 2", None, 1, 1))
    assert targets(quiet, read) == ["11111", "22222"]
    rows = land(*(("00002", "Thôn 1", None, sheet, 4711) for sheet in range(5, 15)))
    for code in ("11111", "22222", "33333"):
        with pytest.raises(UnusableInput) as caught:
            place(rows, read.merger_map.new_commune(code), "parcels", read)
        assert "dòng 2: mâu thuẫn với dòng 3: 5 dòng thửa đất" in str(caught.value)
        assert "4711" not in str(caught.value)


def test_a_row_without_hamlet_follows_its_household(rules: Rules) -> None:
    read = rules("00002,,Thôn 1,,,,,,11111,", "00002,,Thôn 2,,,,,,22222,")
    rows = people(
        *(("00002", hamlet, "united") for hamlet in ("Thôn 1", "T1", None, "Thôn lạ", "-")),
        *(("00002", hamlet, "divided") for hamlet in ("Thôn 1", "Thôn 2", None)),
        *(("00002", hamlet, "strange") for hamlet in ("Thôn lạ", None)),
        ("00002", None, None),
    )
    assert targets(rows, read) == [
        *("11111", "11111", "11111", None, "11111"),
        *("11111", "22222", None),
        *(None, None),
        None,
    ]
    assert [reason for reason in reasons(rows, read) if reason] == [
        *("split_without_rule", "household_divided", "split_without_rule", "no_hamlet", "no_hamlet"),
    ]


def test_a_household_comes_before_a_rule_for_all_the_rest(rules: Rules) -> None:
    read = rules("00002,,Thôn 1,,,,,,11111,", "00002,,,,,,,,22222,900")
    rows = people(("00002", "Thôn 1", "h"), ("00002", None, "h"), ("00002", None, None), ("00002", "Thôn 2", "i"))
    assert targets(rows, read) == ["11111", "11111", "22222", "22222"]


_HAMLETS = ["Thôn 1", "T1", "Xóm 1", "1", "Thôn Đông", "thon dong", "Thôn Đồng", "T. Đồng", None]
_OLD = st.sampled_from(["00001", "00002", "00003", "00004"])
_PEOPLE = st.lists(st.tuples(_OLD, st.sampled_from(_HAMLETS), st.sampled_from(["a", "b", None])), max_size=25)
_SMALL = st.sampled_from([1, 2, 3, None])
_LAND = st.lists(
    st.tuples(_OLD, st.sampled_from(_HAMLETS), st.sampled_from(["299", "1994", None]), _SMALL, _SMALL), max_size=25
)


@st.composite
def _lines(draw: st.DrawFn, dataset: str) -> list[str]:
    """Rules of priorities of their own, so that none are equal."""
    heirs = {"00002": ["11111", "22222"], "00004": ["11111", "22222", "33333"]}
    if dataset == "parcels":
        heirs |= {"00002": list(NEW_CODES), "00003": ["22222", "33333"]}
    lines = []
    for priority in draw(st.lists(st.integers(1, 99), unique=True, max_size=8)):
        old = draw(st.sampled_from(sorted(heirs)))
        hamlet = draw(st.sampled_from(_HAMLETS)) or ""
        of_land = ["", "", "", "", ""]
        if dataset == "parcels":
            first, last = sorted(draw(st.tuples(st.integers(1, 3), st.integers(1, 3))))
            of_land = [draw(st.sampled_from(["", "299"])), str(first), str(last), "", draw(st.sampled_from(["", "2"]))]
        lines.append(",".join([old, dataset, hamlet, *of_land, draw(st.sampled_from(heirs[old])), str(priority)]))
    return lines


def _shuffled(rows: Iterable, dice: Random) -> list:
    listed = list(rows)
    dice.shuffle(listed)
    return listed


@pytest.mark.parametrize("dataset", ["citizens", "parcels"])
def test_every_row_is_placed_once_or_waits_everywhere_in_any_order(rules: Rules, dataset: str) -> None:
    frame: Callable[..., pl.DataFrame] = people if dataset == "citizens" else land

    @settings(max_examples=15, deadline=None)
    @given(rows=_PEOPLE if dataset == "citizens" else _LAND, lines=_lines(dataset), seed=st.integers(0, 9))
    def holds(rows: list[tuple], lines: list[str], seed: int) -> None:
        found = targets(frame(*rows), rules(*lines), dataset)
        dice = Random(seed)
        order = _shuffled(range(len(rows)), dice)
        again = targets(frame(*(rows[at] for at in order)), rules(*_shuffled(lines, dice)), dataset)
        assert again == [found[at] for at in order]

    holds()


@pytest.mark.parametrize("dataset", ["citizens", "parcels"])
def test_no_row_of_the_country_can_be_placed_twice_or_lost(dataset: str) -> None:
    """Without rules a row of every old commune is placed once, or waits in all that took a share of it."""
    shipped = MergerMap.shipped()
    takers = shipped.takers(dataset)
    alone = {old: codes[0] for old, codes in takers.items() if len(codes) == 1}
    assert len(alone) > 9500
    some = ["09988", "04930", "09982", "00136", "00127", "10231", "18754", "18823", "18832"]
    rows = pl.DataFrame([{"old_commune_code": old} for old in sorted(takers)], schema=PEOPLE | LAND)
    for code in some:
        placed = place(rows, shipped.new_commune(code), dataset, SplitRules.none())
        outcome = dict(placed.select("old_commune_code", "placement").iter_rows())
        assert {old for old, found in outcome.items() if found == "placed"} == {
            old for old, only in alone.items() if only == code
        }
        assert {old for old, found in outcome.items() if found == "unplaced"} == {
            old for old, codes in takers.items() if len(codes) > 1 and code in codes
        }
