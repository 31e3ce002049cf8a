"""Old communes that were split among several new ones: over all of these no row is placed twice and none is lost.

Each row of the exports carries in `ghi_chu` where it belongs by the rules, or that no rule says so.
"""

import csv
from collections import Counter, defaultdict
from itertools import count
from pathlib import Path

import pytest

from pipelines.communes import MergerMap

pytestmark = pytest.mark.long  # six whole runs; tests/communes and test_bad_input ask the same of one

NEW = ("04930", "09706", "09982", "09988", "00127", "00136")
"""All the new communes that share the old ones below."""

NOWHERE = "chưa rõ"
RULES = """\
old_code;dataset;hamlet;map_system;sheet_from;sheet_to;parcel_from;parcel_to;new_code;priority
4936;citizens;Thôn Thượng;;;;;;9988;
4936;;Thôn Hạ;;;;;;4930;
4936;citizens;Xóm 1;;;;;;9988;
4936;parcels;;BĐ 299;1;5;;;9988;
4936;parcels;;299;5;5;100;;4930;
9988;;Thôn 3;;;;;;9988;
9988;;Thôn 4;;;;;;4930;
9988;;Thôn 5;;;;;;9706;
9988;parcels;;;20;29;;;9706;1
9982;citizens;Thôn Đông;;;;;;9982;
9982;citizens;Thôn Đồng;;;;;;9988;
9982;parcels;;;;;;;9982;900
9982;parcels;;1994;;;;;9988;
136;;;;1;2;;;127;
136;parcels;;;3;8;;;136;
"""

# By old commune: hamlet, household, and where the person belongs.
PEOPLE = {
    "04936": [
        *((hamlet, None, "09988") for hamlet in ("Thôn Thượng", "T. Thượng", "THÔN THƯỢNG", "thon thuong", "Thượng")),
        *((hamlet, "11", "04930") for hamlet in ("Thôn Hạ", "T.Hạ", "", "")),
        *((hamlet, "12", target) for hamlet, target in (("X. 01", "09988"), ("Thôn Hạ", "04930"), ("", NOWHERE))),
        *((hamlet, "13", NOWHERE) for hamlet in ("Thôn Trung", "")),
        *((hamlet, None, NOWHERE) for hamlet in ("", "Thôn 1", "Đội 1")),
    ],
    "09988": [
        *((hamlet, None, "09988") for hamlet in ("Thôn 3", "T3", "thôn số 03")),
        *((hamlet, "21", target) for hamlet, target in (("Thôn 4", "04930"), ("", "04930"), ("Thôn 6", NOWHERE))),
        *((hamlet, "22", "09706") for hamlet in ("Thôn 5", "", "")),
        *((hamlet, None, NOWHERE) for hamlet in ("Thôn 6", "Xóm 5")),
    ],
    "09982": [
        *((hamlet, None, "09982") for hamlet in ("Thôn Đông", "ĐÔNG")),
        *((hamlet, None, "09988") for hamlet in ("Thôn Đồng", "T. Đồng")),
        *((hamlet, None, NOWHERE) for hamlet in ("thon dong", "Thôn Dong", "Thôn Đoài")),
    ],
    # The new Việt Hưng took land alone, so that all people are placed without a rule.
    "00136": [(hamlet, None, "00136") for hamlet in ("Tổ 1", "TDP 2", "")],
    "04927": [("Thôn 1", None, "04930")],
}
# By old commune: hamlet, map system, sheet, parcel, and where the parcel belongs.
LAND = {
    "04936": [
        *(("Thôn Hạ", "299", sheet, "7", "09988") for sheet in "12345"),
        *(("", "CT 299/TTg", "05", parcel, target) for parcel, target in (("99", "09988"), ("100", "04930"))),
        *((hamlet, "1994", "3", "8", target) for hamlet, target in (("thôn hạ", "04930"), ("Thôn Thượng", NOWHERE))),
        *(("", "299", sheet, "9", NOWHERE) for sheet in ("6", "trích đo")),
    ],
    "09988": [
        *((hamlet, "299", "1", "1", target) for hamlet, target in (("T. 3", "09988"), ("Thôn 4", "04930"))),
        *((hamlet, "299", "25", "2", "09706") for hamlet in ("Thôn 3", "Thôn 6", "")),
        *((hamlet, "299", "30", "3", NOWHERE) for hamlet in ("Thôn 6", "")),
    ],
    "09982": [("", system, "1", "1", target) for system, target in (("Bản đồ 94", "09988"), ("299", "09982"))],
    "00136": [("Tổ 1", "", sheet, "5", target) for sheet, target in (("1", "00127"), ("3", "00136"), ("9", NOWHERE))],
}


def _write(exports: Path) -> None:
    number = count(1)
    for old, rows in PEOPLE.items():
        people = [
            (f"Nguyễn Văn {'ABCDEGHIKL'[at % 10]}n {at}", f"{at % 28 + 1:02}/03/{1930 + at}", hamlet, household, target)
            for (hamlet, household, target), at in zip(rows, number, strict=False)
        ]
        _book(exports, old, "dan.csv", ["ho_ten", "ngay_sinh", "thon", "so_ho_khau", "ghi_chu"], people)
    for old, parcels in LAND.items():
        header = ["thon", "he_ban_do", "so_to", "so_thua", "ghi_chu"]
        # Equal cells in equal rows are told apart all the same.
        _book(exports, old, "dat.csv", header, parcels)


def _book(exports: Path, old: str, name: str, header: list[str], rows: list[tuple]) -> None:
    path = exports / f"{old}-xa" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


@pytest.fixture(scope="module")
def runs(in_process, tmp_path_factory):
    """All the new communes, run from one folder of exports and one file of rules."""
    data = tmp_path_factory.mktemp("split") / "data"
    _write(data / "exports")
    (data / "reference").mkdir()
    (data / "reference" / "split_rules.csv").write_text(RULES, encoding="utf-8-sig")
    outcome = in_process("run", *(word for code in NEW for word in ("--new-commune", code)), data=data)
    assert outcome.status == 0, outcome.err
    return outcome


@pytest.fixture(scope="module")
def found(runs) -> dict[tuple[str, str, str], dict[str, str]]:
    """By data set, record and where it belongs: what each warehouse in which it stands says of it."""
    rows: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for code in NEW:
        for dataset, record, note, state in runs.query(code, _STATES):
            assert code not in rows[dataset, record, note]
            rows[dataset, record, note][code] = state
    return dict(rows)


_STATES = """
WITH rows AS (
    SELECT 'citizens' AS dataset, record_id, raw, 'placed' AS state FROM citizen_sources
    UNION ALL SELECT 'parcels', record_id, raw, 'placed' FROM parcel_sources
    UNION ALL SELECT dataset, record_id, raw, 'unplaced' FROM unplaced)
SELECT dataset, record_id, map_extract(raw, 'ghi_chu')[1], state FROM rows
"""


def test_every_row_of_every_file_is_placed_where_the_rules_say(found) -> None:
    expected = Counter(("citizens", target) for rows in PEOPLE.values() for *_, target in rows)
    expected += Counter(("parcels", target) for rows in LAND.values() for *_, target in rows)
    assert Counter((dataset, note) for dataset, _, note in found) == expected
    wrong = {
        key: states
        for key, states in found.items()
        if {code for code, state in states.items() if state == "placed"} != {key[2]} - {NOWHERE}
    }
    assert wrong == {}


def test_no_row_is_placed_twice_or_lost(runs, found) -> None:
    """Each is placed in one new commune, or unplaced in all that took a share of its old commune, never both."""
    for (dataset, record, _), states in found.items():
        outcomes = Counter(states.values())
        assert outcomes["placed"] + bool(outcomes["unplaced"]) == 1, (dataset, record)
    takers = {dataset: MergerMap.shipped().takers(dataset) for dataset in ("citizens", "parcels")}
    waiting: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for code in NEW:
        for dataset, record, old in runs.query(code, "SELECT dataset, record_id, old_commune_code FROM unplaced"):
            waiting[dataset, record, old].add(code)
    assert waiting
    assert {key: set(takers[key[0]][key[2]]) for key in waiting} == waiting


def test_every_balance_counts_the_same_rows(runs, found) -> None:
    """What one new commune places is elsewhere for the others, and together they account for all that was read."""
    loaded: dict[tuple[str, str], set[int]] = defaultdict(set)
    placed: Counter[tuple[str, str]] = Counter()
    for code in NEW:
        for dataset, old, rows, here, waiting, elsewhere in runs.query(code, _BALANCE):
            assert rows == here + waiting + elsewhere
            loaded[dataset, old].add(rows)
            placed[dataset, old] += here
    assert {key: len(counts) for key, counts in loaded.items()} == dict.fromkeys(loaded, 1)
    rows = {("citizens", old): rows for old, rows in PEOPLE.items()} | {
        ("parcels", old): rows for old, rows in LAND.items()
    }
    assert {key: counts.pop() for key, counts in loaded.items()} == {key: len(of_old) for key, of_old in rows.items()}
    assert placed == Counter({key: sum(row[-1] != NOWHERE for row in of_old) for key, of_old in rows.items()})


_BALANCE = """
SELECT dataset, old_commune_code, sum(loaded)::INT, sum(placed)::INT, sum(unplaced)::INT, sum(elsewhere)::INT
FROM row_balance GROUP BY ALL
"""


def test_the_report_proposes_the_rule_that_is_missing(runs) -> None:
    page = runs.report("09988", page="set_aside")
    assert "04936,citizens,Thôn Trung,,,,,,MÃ_XÃ_MỚI," in page
    assert "04936,parcels,,299,6,6,,,MÃ_XÃ_MỚI," in page
    assert "Bổ sung thôn cho dòng, hoặc cho một dòng khác của hộ." in page


def test_a_rule_that_cannot_be_meant_stops_the_run_with_one_sentence(runs, in_process, content_of) -> None:
    before = content_of(runs.data / "published")
    path = runs.data / "reference" / "split_rules.csv"
    path.write_text(RULES + "4936;citizens;Thôn Trung;;;;;;MÃ_XÃ_MỚI;\n", encoding="utf-8")
    refused = in_process("run", "--new-commune", "09988", data=runs.data)
    path.write_text(RULES, encoding="utf-8-sig")
    assert refused.status == 2
    (sentence,) = refused.sentences()
    assert (
        "Tệp «split_rules.csv», dòng 17: xã cũ 04936 không có phần nào về «MÃ_XÃ_MỚI», chỉ về 04930, 09988." in sentence
    )
    assert content_of(runs.data / "published") == before


def test_a_trial_made_by_other_rules_is_not_promoted(runs, in_process) -> None:
    path = runs.data / "reference" / "split_rules.csv"
    path.write_text(RULES + "4936;citizens;Thôn Trung;;;;;;4930;\n", encoding="utf-8")
    refused = in_process("promote", "--new-commune", "09706", data=runs.data)
    path.write_text(RULES, encoding="utf-8-sig")
    assert refused.status == 1
    assert "(reference/split_rules.csv) đã thay đổi" in refused.err
