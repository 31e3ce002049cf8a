"""Ids of people and parcels: minted once, kept by their rows, never used again."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identity.ledger import Assignment, assign_ids


class Ledger:
    """One commune's ledger, asked with partitions written as {"ab": …}: each cluster is named by its letters."""

    def __init__(self, folder: Path, dataset: str = "citizens", commune: str = "10231") -> None:
        self.folder, self.dataset, self.commune, self.runs = folder, dataset, commune, 0
        self.last: Assignment | None = None

    def assign(self, *clusters: str) -> dict[str, str]:
        """The id of every cluster by its letters; each letter is a row."""
        self.runs += 1
        members = pl.DataFrame(
            [(letter, min(cluster)) for cluster in clusters for letter in cluster],
            schema={"record_id": pl.String, "cluster": pl.String},
            orient="row",
        )
        self.last = assign_ids(self.folder, self.dataset, self.commune, members, f"run {self.runs}")
        ids = dict(self.last.ids.select("cluster", "entity_id").rows())
        assert ids.keys() == {min(cluster) for cluster in clusters}
        return {cluster: ids[min(cluster)] for cluster in clusters}

    def history(self, kind: str) -> list[tuple[str | None, str | None]]:
        assert self.last
        return self.last.history.filter(kind=kind).select("old_entity_id", "new_entity_id").rows()

    def files(self) -> dict[str, bytes]:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}


def test_ids_count_up_from_one_in_the_order_of_the_clusters(tmp_path: Path) -> None:
    ids = Ledger(tmp_path).assign("b", "ac", "d")
    assert [ids[cluster][:-2] for cluster in ("ac", "b", "d")] == [
        *("10231-0000001", "10231-0000002", "10231-0000003"),
    ]


def test_a_run_on_equal_rows_changes_no_id_and_writes_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.assign("ab", "c")
    before = ledger.files()
    assert before
    assert ledger.assign("c", "ba") == {"c": first["c"], "ba": first["ab"]}
    assert ledger.files() == before


def test_new_rows_get_new_ids_and_old_rows_keep_theirs(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.assign("m", "n")
    second = ledger.assign("a", "m", "nz", "y")
    assert (second["m"], second["nz"]) == (first["m"], first["n"])
    assert len(set(second.values())) == 4


def test_a_merger_keeps_the_older_id(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.assign("m")
    first = ledger.assign("m", "abc")
    assert ledger.assign("abcm")["abcm"] == first["m"]
    assert ledger.history("merged_into") == [(first["abc"], first["m"])]
    assert ledger.history("retired") == []


def test_a_split_leaves_the_id_with_most_rows_and_says_where_the_new_one_comes_from(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.assign("abc")
    second = ledger.assign("a", "bc")
    assert second["bc"] == first["abc"]
    assert ledger.history("split_from") == [(first["abc"], second["a"])]
    assert second["a"] != first["abc"]


def test_a_split_after_a_merger_does_not_wake_the_merged_id(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.assign("ab", "c")
    ledger.assign("abc")
    third = ledger.assign("ab", "c")
    assert third["ab"] == first["ab"]
    assert third["c"] not in first.values()


def test_vanished_rows_retire_their_id_and_bring_it_back(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.assign("a", "bc")
    ledger.assign("a")
    assert ledger.history("retired") == [(first["bc"], None)]
    fresh = ledger.assign("a", "d")["d"]
    assert fresh not in first.values()
    assert ledger.assign("a", "c", "d") == {"a": first["a"], "c": first["bc"], "d": fresh}


def test_a_row_that_was_away_during_a_merger_follows_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.assign("a", "bc")
    ledger.assign("ab")
    assert ledger.assign("ab", "c")["ab"] == first["a"]
    assert ledger.history("retired") == []


def test_the_history_only_grows(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    seen: list[tuple[object, ...]] = []
    for partition in (["ab", "c"], ["a", "b", "c"], ["a", "bc"], ["a"], ["a", "bc"]):
        ledger.assign(*partition)
        assert ledger.last
        rows = ledger.last.history.rows()
        assert rows[: len(seen)] == seen
        seen = rows
    assert [row[-2] for row in seen] == [*("minted", "minted", "minted", "split_from", "merged_into", "retired")]


def test_data_sets_and_communes_have_their_own_numbers(tmp_path: Path) -> None:
    ids = {
        Ledger(tmp_path, dataset, commune).assign("a")["a"]
        for dataset in ("citizens", "parcels")
        for commune in ("10231", "10210")
    }
    assert len(ids) == 4
    parcels = {Ledger(tmp_path, "parcels", commune).assign("a")["a"] for commune in ("10231", "10210")}
    assert all("-T" in entity_id for entity_id in parcels)
    assert {entity_id[:5] for entity_id in ids} == {"10231", "10210"}


def test_a_crash_between_history_and_members_burns_ids_and_mints_none_twice(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.assign("a")
    ledger.assign("a", "b")
    newest = max(tmp_path.rglob("members-*.parquet"))
    newest.unlink()
    third = ledger.assign("a", "b")
    assert third["a"] == first["a"]
    minted = [new for _, new in ledger.history("minted")]
    assert len(minted) == len(set(minted)) == 3
    assert third["b"] == minted[-1]


def test_only_the_owner_reads_the_ledger(tmp_path: Path) -> None:
    Ledger(tmp_path).assign("a")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.parquet")} == {0o600}
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".parquet"]


_ROWS = "abcdefghijkl"
_PARTITION = st.lists(st.integers(0, 5), min_size=len(_ROWS), max_size=len(_ROWS)).map(
    lambda places: tuple(
        "".join(row for row, at in zip(_ROWS, places, strict=True) if at == place) for place in range(1, 6)
    )
)
"""A random partition of up to 12 rows into up to 5 clusters; place 0 is a row that is not there."""


@given(st.lists(_PARTITION, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_every_id_ever_given_is_current_or_leads_to_one_or_is_retired(partitions: list[tuple[str, ...]]) -> None:
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        given_before: set[str] = set()
        holders: dict[str, str] = {}
        for partition in partitions:
            clusters = [cluster for cluster in partition if cluster]
            ids = ledger.assign(*clusters)
            assert len(set(ids.values())) == len(clusters)
            minted = [new for _, new in ledger.history("minted")]
            assert len(minted) == len(set(minted))
            merged = dict(ledger.history("merged_into"))
            assert len(merged) == len(ledger.history("merged_into"))
            current, retired = set(ids.values()), {old for old, _ in ledger.history("retired")}
            assert set(minted) == given_before | current
            for cluster, entity_id in ids.items():
                # An id that was given before goes only to rows that carried it, or what was merged into it.
                if entity_id in given_before:
                    assert any(_end(holders.get(row, ""), merged) == entity_id for row in cluster)
            given_before |= current
            for entity_id in given_before:
                end = _end(entity_id, merged)
                assert end in current or end in retired
                assert entity_id not in current or end == entity_id
            holders |= {row: ids[cluster] for cluster in clusters for row in cluster}


def _end(entity_id: str, merged: dict[str | None, str | None]) -> str:
    while entity_id in merged:
        entity_id = str(merged[entity_id])
    return entity_id
