"""Ids of people and parcels: minted once, kept by their entities, never used again."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.identity.ledger import assign_ids
from pipelines.identity.numbered import commit, still_stands
from pipelines.problems import UnusableInput
from tests.examples import FEW

from .conftest import Ledger


def test_ids_count_up_from_one_in_the_order_of_the_clusters(ledger: Ledger) -> None:
    ids = ledger.assign("b", "ac", "d")
    assert [ids[cluster][:-2] for cluster in ("ac", "b", "d")] == [
        *("10231-0000001", "10231-0000002", "10231-0000003"),
    ]


def test_a_run_on_equal_rows_changes_no_id_and_writes_nothing(ledger: Ledger) -> None:
    ledger.numbers, ledger.marks = {"a": "1", "c": "2"}, {"a": ["x"], "b": ["x", "y"]}
    first = ledger.assign("ab", "c")
    before = ledger.files()
    assert before
    assert ledger.assign("c", "ba") == {"c": first["c"], "ba": first["ab"]}
    assert ledger.files() == before


def test_new_rows_get_new_ids_and_old_rows_keep_theirs(ledger: Ledger) -> None:
    first = ledger.assign("m", "n")
    second = ledger.assign("a", "m", "nz", "y")
    assert (second["m"], second["nz"]) == (first["m"], first["n"])
    assert len(set(second.values())) == 4


def test_a_merger_keeps_the_id_with_most_rows_then_the_older_one(ledger: Ledger) -> None:
    ledger.assign("m")
    first = ledger.assign("m", "abc")
    second = ledger.assign("abcm")
    assert second["abcm"] == first["abc"]
    assert ledger.history("merged_into") == [(first["m"], first["abc"])]
    third = ledger.assign("abcm", "xyzw")
    fourth = ledger.assign("abcmwxyz")
    assert fourth["abcmwxyz"] == third["abcm"]
    assert ledger.history("retired") == []


def test_a_merger_keeps_the_id_of_the_trusted_number(ledger: Ledger) -> None:
    ledger.numbers = {"m": "001"}
    first = ledger.assign("m", "abc")
    assert ledger.assign("abcm")["abcm"] == first["m"]


def test_a_split_leaves_the_id_with_most_rows_and_says_where_the_new_one_comes_from(ledger: Ledger) -> None:
    first = ledger.assign("abc")
    second = ledger.assign("a", "bc")
    assert second["bc"] == first["abc"]
    assert ledger.history("split_from") == [(first["abc"], second["a"])]
    assert second["a"] != first["abc"]


def test_a_split_leaves_the_id_with_the_trusted_number(ledger: Ledger) -> None:
    ledger.numbers = {"a": "001"}
    first = ledger.assign("abc")
    assert ledger.assign("a", "bc")["a"] == first["abc"]


def test_a_number_that_lost_its_trust_does_not_hold_an_id(ledger: Ledger) -> None:
    ledger.numbers = {"a": "001"}
    first = ledger.assign("abc")
    ledger.numbers = {}
    assert ledger.assign("a", "bc")["bc"] == first["abc"]


def test_a_number_that_gained_trust_holds_it_from_then_on(ledger: Ledger) -> None:
    first = ledger.assign("abc")
    ledger.numbers = {"a": "001"}
    assert ledger.assign("abc") == first
    assert ledger.assign("a", "bc")["a"] == first["abc"]


def test_rows_that_stayed_count_before_rows_that_come_back(ledger: Ledger) -> None:
    first = ledger.assign("abc")
    ledger.assign("a")
    assert ledger.assign("a", "bc")["a"] == first["abc"]


def test_a_wrong_merger_that_is_undone_gives_the_old_id_back(ledger: Ledger) -> None:
    first = ledger.assign("ab", "c")
    ledger.assign("abc")
    assert ledger.assign("ab", "c") == first
    assert ledger.history("split_from") == [(first["ab"], first["c"])]
    assert len(ledger.history("minted")) == 2


def test_mergers_undone_one_after_the_other_give_each_id_back(ledger: Ledger) -> None:
    first = ledger.assign("ab", "c", "def")
    second = ledger.assign("abc", "def")
    ledger.assign("abcdef")
    assert ledger.assign("abc", "def") == second
    assert ledger.assign("ab", "c", "def") == first


def test_an_id_that_names_somebody_is_not_taken_back(ledger: Ledger) -> None:
    first = ledger.assign("ab", "cd")
    ledger.assign("abcd")
    second = ledger.assign("ab", "cd")
    third = ledger.assign("ab", "c", "d")
    assert second == first
    assert len(set(third.values())) == 3
    assert sorted({*third.values()} - {*first.values()}) == [third["d"]]


@pytest.mark.parametrize("carried", ["number", "marks"])
def test_a_corrected_row_keeps_the_id_though_no_row_stayed(ledger: Ledger, carried: str) -> None:
    if carried == "number":
        ledger.numbers = {"a": "001", "x": "001"}
    else:
        ledger.marks = {"a": ["name and birth", "household"], "x": ["name and birth"]}
    first = ledger.assign("a", "b")
    assert ledger.assign("b", "x") == {"b": first["b"], "x": first["a"]}
    assert len(ledger.history("minted")) == 2


def test_a_mark_that_two_vanished_or_two_new_people_have_tells_nothing(ledger: Ledger) -> None:
    ledger.marks = {row: ["namesakes"] for row in "abxyz"}
    first = ledger.assign("a", "b", "c")
    second = ledger.assign("c", "x")
    assert second["x"] not in first.values()
    third = ledger.assign("c", "y", "z")
    assert {third["y"], third["z"]} & {*first.values(), *second.values()} == set()


def test_a_mark_of_two_rows_of_one_person_tells_that_person(ledger: Ledger) -> None:
    ledger.marks = {row: ["name and birth"] for row in "abxy"}
    first = ledger.assign("ab", "c")
    assert ledger.assign("c", "xy")["xy"] == first["ab"]


def test_a_row_that_stays_outweighs_marks(ledger: Ledger) -> None:
    ledger.marks = {"b": ["1", "2"], "x": ["1", "2"]}
    first = ledger.assign("ab")
    assert ledger.assign("a", "x")["a"] == first["ab"]


def test_a_corrected_row_that_joins_another_person_is_a_merger(ledger: Ledger) -> None:
    ledger.marks = {"a": ["name and birth"], "x": ["name and birth"]}
    first = ledger.assign("a", "b")
    assert ledger.assign("bx")["bx"] == first["b"]
    assert ledger.history("merged_into") == [(first["a"], first["b"])]


def test_a_number_that_two_people_carry_is_nobodys(ledger: Ledger) -> None:
    ledger.numbers = {"a": "7", "b": "7"}
    first = ledger.assign("a", "b")
    ledger.assign("b")
    assert ledger.history("merged_into") == []
    assert ledger.history("retired") == [(first["a"], None)]


def test_vanished_rows_retire_their_id_and_bring_it_back(ledger: Ledger) -> None:
    first = ledger.assign("a", "bc")
    ledger.assign("a")
    assert ledger.history("retired") == [(first["bc"], None)]
    fresh = ledger.assign("a", "d")["d"]
    assert fresh not in first.values()
    assert ledger.assign("a", "c", "d") == {"a": first["a"], "c": first["bc"], "d": fresh}
    ledger.assign("a")
    assert ledger.history("retired") == [(first["bc"], None), (first["bc"], None), (fresh, None)]


def test_a_row_that_was_away_during_a_merger_follows_it(ledger: Ledger) -> None:
    first = ledger.assign("a", "bc")
    ledger.assign("ab")
    assert ledger.assign("ab", "c")["ab"] == first["a"]
    assert ledger.history("retired") == []


def test_data_sets_and_communes_have_their_own_numbers(tmp_path: Path) -> None:
    ids = {
        (dataset, commune): Ledger(tmp_path, dataset, commune).assign("a")["a"]
        for dataset in ("citizens", "parcels")
        for commune in ("10231", "10210")
    }
    assert len(set(ids.values())) == 4
    for (dataset, commune), entity_id in ids.items():
        assert re.fullmatch(rf"{commune}-{'T' if dataset == 'parcels' else ''}0000001-[0-9A-Y]", entity_id)


def test_only_the_owner_reads_the_ledger(ledger: Ledger) -> None:
    ledger.assign("a")
    ledger.draft("a", "b")
    assert {path.stat().st_mode & 0o777 for path in ledger.folder.rglob("*") if path.is_file()} == {0o600}
    assert {name.rsplit("/")[-1] for name in ledger.files()} == {"000001.parquet", "draft.parquet", "sequence"}


def test_numbers_and_marks_are_written_as_hashes_only(ledger: Ledger) -> None:
    ledger.numbers, ledger.marks = {"a": "001234567890"}, {"a": ["Nguyễn Văn An"]}
    ledger.assign("a")
    (entry,) = ledger.folder.rglob("*.parquet")
    told = pl.read_parquet(entry)
    assert all(re.fullmatch("[0-9a-f]{16}", text) for text in (*told["number"].drop_nulls(), *told["marks"][0]))


def test_a_damaged_ledger_is_refused_by_name(ledger: Ledger) -> None:
    for rows in ("a", "ab", "abc"):
        ledger.assign(rows)
    second = ledger.folder / "citizens" / "10231" / "000002.parquet"
    whole = second.read_bytes()
    second.write_bytes(whole[:40])
    with pytest.raises(UnusableInput, match="000002"):
        ledger.assign("abcd")
    second.unlink()
    with pytest.raises(UnusableInput, match="000002"):
        ledger.assign("abcd")


def test_a_lost_sequence_mints_no_id_twice(ledger: Ledger) -> None:
    first = ledger.assign("a", "b")
    (ledger.folder / "citizens" / "10231" / "sequence").unlink()
    assert ledger.assign("a", "b", "c")["c"] not in first.values()


# What a refused run, or a crash, leaves.


def test_a_refused_run_changes_nothing_and_the_next_one_shows_the_same_ids(ledger: Ledger) -> None:
    first = ledger.assign("a", "bc")
    refused = ledger.draft("ab", "c", "d")
    resolved = ledger.resolve(first["bc"])
    assert (resolved.state, resolved.current) == ("current", first["bc"])
    assert ledger.assign("a", "bc") == first
    again = ledger.draft("ab", "c", "d", "e")
    assert again == refused | {"e": again["e"]}


def test_an_id_that_a_refused_run_minted_goes_to_nobody_else(ledger: Ledger) -> None:
    ledger.assign("a")
    refused = ledger.draft("a", "x")
    assert ledger.assign("a", "y")["y"] != refused["x"]
    assert ledger.assign("a", "y", "x")["x"] not in {refused["x"], "10231-0000003"}


@pytest.mark.parametrize("asked", [True, False])
def test_a_run_that_was_published_before_a_crash_counts(ledger: Ledger, asked: bool) -> None:
    ledger.assign("a", "b")
    published = ledger.draft("ab", "c")
    ledger.publish(crash=True)
    if asked:
        assert ledger.resolve(published["c"]).state == "current"
    assert ledger.assign("ab", "c") == published
    assert {row[-1] for row in ledger.last.history.rows()} == {"run 1", "run 2"}


def test_a_run_that_changed_nothing_does_not_commit_what_a_refused_one_left(ledger: Ledger) -> None:
    first = ledger.assign("a", "b")
    ledger.draft("ab")
    assert ledger.assign("a", "b") == first
    assert ledger.assign("a", "b") == first
    assert ledger.history("merged_into") == []


# Whatever comes.

_ROWS = "abcdefghij"
_PARTITION = st.lists(st.integers(0, 5), min_size=len(_ROWS), max_size=len(_ROWS)).map(
    lambda places: tuple(
        "".join(row for row, at in zip(_ROWS, places, strict=True) if at == place)
        for place in range(1, 6)
        if place in places
    )
)
"""A random partition of up to 10 rows into up to 5 clusters; place 0 is a row that is not there."""

_STEP = st.tuples(_PARTITION, st.sampled_from(["publish", "publish", "refuse", "crash"]))
_NUMBERS = st.dictionaries(st.sampled_from(_ROWS), st.sampled_from("123"), max_size=6)
_MARKS = st.dictionaries(st.sampled_from(_ROWS), st.lists(st.sampled_from("xyz"), max_size=2), max_size=8)


@given(st.lists(_STEP, min_size=1, max_size=6), _NUMBERS, _MARKS, st.randoms(use_true_random=False))
@FEW
def test_every_id_ever_published_is_current_or_leads_to_one_or_is_retired(steps, numbers, marks, dice) -> None:
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        ledger.numbers, ledger.marks = numbers, marks
        given_out: set[str] = set()
        seen: list[tuple] = []
        for clusters, outcome in steps:
            ids = ledger.draft(*clusters)
            history = ledger.last.history.rows()
            if outcome == "refuse":
                continue
            ledger.publish(crash=outcome == "crash")
            assert history[: len(seen)] == seen  # it only grows
            seen = history
            assert len(set(ids.values())) == len(clusters)
            minted = [new for _, new in ledger.history("minted")]
            assert len(minted) == len(set(minted))
            assert given_out | {*ids.values()} == set(minted)
            given_out = set(minted)
            retired = {old for old, _ in ledger.history("retired")}
            for entity_id in given_out:
                found = ledger.resolve(entity_id)
                if entity_id in ids.values():
                    assert (found.state, found.current) == ("current", entity_id)
                elif found.current is None:
                    assert found.state in {"retired", "merged"} and retired
                else:
                    assert found.state == "merged" and found.current in ids.values()
            again = list(clusters)
            dice.shuffle(again)
            before = ledger.files()
            assert ledger.assign(*again) == ids
            assert ledger.files() == before


def test_ids_that_another_run_overtook_do_not_stand(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {"record_id": ["a", "b"], "cluster": ["a", "b"], "trusted_number": [None, None], "marks": [[], []]},
        schema_overrides={"trusted_number": pl.String, "marks": pl.List(pl.String)},
    )

    def assigned(run: str, to: pl.DataFrame) -> str:
        return assign_ids(tmp_path, "citizens", "10231", to, run, lambda _: False).ticket

    def stands(ticket: str) -> bool:
        return still_stands(tmp_path, "citizens", "10231", ticket)

    first = assigned("run 1", rows)
    assert stands(first)
    second = assigned("run 2", rows.head(1))
    assert (stands(first), stands(second)) == (False, True)
    commit(tmp_path, "10231", "run 2")
    assert (stands(first), stands(second)) == (False, True)
    equal = assigned("run 3", rows.head(1))
    assert stands(equal)
    assigned("run 4", rows)
    commit(tmp_path, "10231", "run 4")
    assert (stands(second), stands(equal)) == (False, False)
