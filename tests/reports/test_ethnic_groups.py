"""What the pages tell of ethnic groups, and that nobody can work out a count that they keep back."""

import csv
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports import render_page_set
from pipelines.reports.ethnic_groups import UNLISTED, EthnicGroups, told
from pipelines.reports.privacy import SMALLEST_SHOWN

from .conftest import PASSED, Rows, Write, facts_of, text_of

COUNTS = st.dictionaries(
    st.sampled_from(["Kinh", "Mường", "Tày", "Thái", "Nùng", "Dao", "Mông", "Hoa", "Lự", "Mảng", "Cống", "Si La"]),
    st.one_of(st.integers(1, 3), st.integers(1, 3 * SMALLEST_SHOWN), st.integers(100, 60_000)),
)


@given(COUNTS)
def test_no_count_that_is_kept_back_can_be_worked_out(counts: dict[str, int]) -> None:
    groups = told(counts)
    kept_back = counts.keys() - dict(groups.shown).keys()
    # The reader knows the total, which groups are kept back, and that each of them has someone.
    rest = sum(counts.values()) - sum(people for _, people in groups.shown)
    if groups.shown and kept_back:
        least, most = rest if len(kept_back) == 1 else 1, rest - (len(kept_back) - 1)
        assert most - least >= SMALLEST_SHOWN - 1


@given(COUNTS)
def test_only_large_counts_are_told_and_they_are_right(counts: dict[str, int]) -> None:
    groups = told(counts)
    assert all(counts[name] == people >= SMALLEST_SHOWN for name, people in groups.shown)
    assert groups.others == 0 or groups.others >= SMALLEST_SHOWN
    if groups.shown:
        assert sum(people for _, people in groups.shown) + groups.others == sum(counts.values())


@given(COUNTS)
def test_nothing_is_kept_back_without_need(counts: dict[str, int]) -> None:
    groups = told(counts)
    kept_back = [people for name, people in counts.items() if name not in dict(groups.shown)]
    if min(counts.values(), default=SMALLEST_SHOWN) >= SMALLEST_SHOWN:
        assert not kept_back
    assert all(people >= max(kept_back, default=0) for _, people in groups.shown)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"Kinh": 500, "Tày": 40}, EthnicGroups([("Kinh", 500), ("Tày", 40)], 0, 0)),
        ({"Kinh": 500, "Tày": 40, "Dao": 3}, EthnicGroups([("Kinh", 500)], 43, 0)),
        ({"Kinh": 500, "Tày": 40, "Dao": 3, "Hoa": 8}, EthnicGroups([("Kinh", 500)], 51, 0)),
        ({"Kinh": 500, "Tày": 40, "Dao": 8, "Hoa": 9}, EthnicGroups([("Kinh", 500), ("Tày", 40)], 17, 0)),
        ({"Dao": 3}, EthnicGroups([], 0, 0)),
        ({}, EthnicGroups([], 0, 0)),
    ],
)
def test_the_next_smallest_is_kept_back_where_one_alone_would_follow(
    counts: dict[str, int], expected: EthnicGroups
) -> None:
    assert told(counts) == expected


def _people(rows: Rows, **recorded: int) -> Rows:
    spellings = [spelling for spelling, people in recorded.items() for _ in range(people)]
    ids = [f"P{at}" for at in range(len(spellings))]
    return {
        **rows,
        "citizens": [{"citizen_id": at, "old_commune_code": "10231", "quality_group": 1} for at in [*ids, "none"]],
        "citizens_sensitive": [
            {"citizen_id": at, "ethnicity": spelling} for at, spelling in zip(ids, spellings, strict=True)
        ],
    }


def test_spellings_of_one_group_are_one_and_other_words_are_not_shown(write: Write, rows: Rows) -> None:
    recorded = {"Kinh": 20, "KINH ": 2, "Kinh (Việt)": 3, "H'Mông": 8, "hmong": 4, "Nguyễn Văn A": 11, " ": 2}
    groups = facts_of(write(_people(rows, **recorded))).ethnic_groups
    assert groups == EthnicGroups([("Kinh", 25), ("Mông", 12), (UNLISTED, 11)], 0, 3)


def test_every_official_name_is_known_without_its_marks(write: Write, rows: Rows) -> None:
    path = Path(__file__).parents[2] / "data" / "reference" / "ethnic_groups.csv"
    with path.open(encoding="utf-8", newline="") as file:
        official = [row["name_vi"] for row in csv.DictReader(file)]
    bare = [unicodedata.normalize("NFD", name.upper().replace("Đ", "D")).encode("ascii", "ignore") for name in official]
    recorded = dict.fromkeys([name.decode() for name in bare], SMALLEST_SHOWN)
    groups = facts_of(write(_people(rows, **recorded))).ethnic_groups
    assert groups.shown == [(name, SMALLEST_SHOWN) for name in sorted(official)]


def test_the_page_shows_what_may_be_told_and_no_more(write: Write, rows: Rows) -> None:
    pages = render_page_set(write(_people(rows, Kinh=1200, Tày=12, Dao=3)), PASSED)
    text, english = text_of(pages["quality.html"]), text_of(pages["quality.en.html"])
    assert "Kinh 1.200 98,7% Các dân tộc không nêu tên 15 1,2% Không ghi dân tộc 1 0,1% Cộng 1.216 100,0%" in text
    assert "Kinh 1,200 98.7% Groups not told 15 1.2% None recorded 1 0.1% Total 1,216 100.0%" in english
    assert not re.search("Tày|Dao", text + english)
