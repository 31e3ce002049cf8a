"""Rows that no rule places: how the page counts them, and that the rules it proposes do place them."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.communes import MergerMap, SplitRules, place
from pipelines.reports.unplaced_facts import GROUPS_SHOWN, HEADER, TO_CHOOSE, UnplacedFacts

from .conftest import Rows, Write, facts_of, page_of, text_of

_WORDS = dict.fromkeys(
    ("old_commune_code", "hamlet", "household_key", "map_system", "sheet_no", "parcel_no"), pl.String
)
_LEFT = "Xã cũ bị chia; chưa có quy tắc."


def _waiting(dataset: str, *places: tuple[str | None, ...]) -> list[dict]:
    """Unplaced rows from (old commune, hamlet, map system, sheet)."""
    names = ("old_commune_code", "hamlet", "map_system", "sheet_no")
    return [
        {
            "record_id": f"{dataset}{at}",
            "dataset": dataset,
            "source_file": "x.csv",
            "source_line": at,
            "reason": _LEFT,
            **dict(zip(names, where, strict=False)),
        }
        for at, where in enumerate(places)
    ]


@pytest.fixture
def facts(write: Write, rows: Rows):
    def read(*waiting: list[dict]) -> list[UnplacedFacts]:
        path = write({**rows, "unplaced": [row for part in waiting for row in part]})
        return facts_of(path).unplaced

    return read


PEOPLE = _waiting(
    "citizens",
    *[("04936", hamlet) for hamlet in ("Thôn Nội", "Thôn Nội", "T. NỘI", "thon noi", "nội", "Thôn Nôi")],
    *[("04936", hamlet) for hamlet in ("Thôn 1", "Xóm 1", "1", "Tổ dân phố số 03", "TDP 3", None)],
    ("09988", "Thôn Nội"),
)
LAND = _waiting(
    "parcels",
    *[("04936", hamlet, "299", "5") for hamlet in ("Thôn 1", "Thôn 2", None)],
    *[("04936", None, "1994", sheet) for sheet in ("5", "5-a", "61")],
    ("04936", "Thôn Bắc", "1994", "trích đo"),
    ("04936", None, "1994", "trích đo"),
    ("04936", None, None, "7"),
)


def test_people_are_counted_by_hamlet_however_it_is_spelled(facts) -> None:
    people, land = facts(PEOPLE)
    assert (people.rows, land.rows, land.groups) == (13, 0, [])
    counted = {(group["old_code"], group["hamlet"]): group["rows"] for group in people.groups}
    assert counted == {
        ("04936", "Thôn Nội"): 4,
        # With two spellings that carry marks nobody knows which one is meant without them.
        **{("04936", hamlet): 1 for hamlet in ("Thôn Nôi", "thon noi", "Thôn 1", "Xóm 1", "1", None)},
        ("04936", "Tổ dân phố số 03"): 2,
        ("09988", "Thôn Nội"): 1,
    }


def test_land_is_counted_by_map_system_and_sheet(facts) -> None:
    _, land = facts(LAND)
    counted = {tuple(group[name] for name in ("map_system", "sheet", "hamlet")): group["rows"] for group in land.groups}
    assert counted == {
        ("299", 5, None): 3,
        ("1994", 5, None): 2,
        ("1994", 61, None): 1,
        (None, None, "Thôn Bắc"): 1,
        (None, None, None): 1,
        (None, 7, None): 1,
    }
    assert land.groups[0]["candidates"] == [("04930", "Yên Xuân"), ("09988", "Hòa Lạc")]


@pytest.mark.parametrize("waiting", [PEOPLE, LAND], ids=["people", "land"])
def test_the_proposed_rules_place_every_row_that_tells_where_it_is(facts, tmp_path: Path, waiting: list[dict]) -> None:
    proposed = [group["rule"] for part in facts(waiting) for group in part.groups if group["rule"]]
    path = tmp_path / "split_rules.csv"
    path.write_text("\n".join([HEADER, *proposed]).replace(TO_CHOOSE, "09988"), encoding="utf-8")
    number = pl.col("sheet_no").str.extract("^([0-9]+)").cast(pl.Int64)
    placed = place(
        pl.DataFrame(waiting, schema=_WORDS).with_columns(sheet_value=number, parcel_value=1),
        MergerMap.shipped().new_commune("09988"),
        waiting[0]["dataset"],
        SplitRules.read(path),
    )
    assert dict(placed["placement"].value_counts().iter_rows()) == {"placed": len(waiting) - 1, "unplaced": 1}


def test_no_rule_to_copy_has_a_cell_that_a_spreadsheet_computes(facts, tmp_path: Path) -> None:
    hamlets = ("- Thôn 6", "=1+1", "@x", " +84912345678", "Thôn 7")
    waiting = _waiting("citizens", *[("04936", hamlet) for hamlet in hamlets])
    rules = [group["rule"] for part in facts(waiting) for group in part.groups]
    assert sorted(rule.split(",")[2] for rule in rules if rule) == ["Thôn 6", "Thôn 7"]
    path = tmp_path / "split_rules.csv"
    path.write_text("\n".join([HEADER, *filter(None, rules)]).replace(TO_CHOOSE, "09988"), encoding="utf-8")
    rows = pl.DataFrame(waiting, schema=_WORDS).with_columns(sheet_value=None, parcel_value=1)
    placed = place(rows, MergerMap.shipped().new_commune("09988"), "citizens", SplitRules.read(path))
    assert placed.filter(placement="placed")["hamlet"].to_list() == ["- Thôn 6", "Thôn 7"]


def test_the_largest_groups_are_shown_and_all_are_counted(facts, write: Write, rows: Rows) -> None:
    many = _waiting("citizens", *[("04936", f"Thôn {at}") for at in range(GROUPS_SHOWN + 50)], ("04936", "Thôn 249"))
    people, _ = facts(many)
    assert (people.rows, people.all, len(people.groups)) == (GROUPS_SHOWN + 51, GROUPS_SHOWN + 50, GROUPS_SHOWN)
    assert people.groups[0]["hamlet"] == "Thôn 249"


def test_the_page_shows_the_rule_to_copy_and_between_whom_to_choose(write: Write, rows: Rows) -> None:
    page = text_of(page_of(write({**rows, "unplaced": PEOPLE + LAND}), "set_aside"))
    for text in (
        "Công dân: 13 dòng chưa xếp được",
        f"04936,citizens,Thôn Nội,,,,,,{TO_CHOOSE},",
        f"04936,parcels,,299,5,5,,,{TO_CHOOSE},",
        "04930 Yên Xuân ; 09988 Hòa Lạc",
        "không ghi thôn",
    ):
        assert text in page
    assert "Không có bản ghi nào chưa xếp được." not in page


def test_the_page_says_when_nothing_waits(write: Write, rows: Rows) -> None:
    page = text_of(page_of(write({**rows, "unplaced": []}), "set_aside"))
    assert "Không có bản ghi nào chưa xếp được." in page
    assert TO_CHOOSE not in page
