"""What changed since the last publication, on publications of a few people and parcels."""

import random
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.problems import UnusableInput
from pipelines.warehouse import schema
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.changes import changes, compare, compared_tables, last_publication

Entities = dict[str, dict[str, Any]]
Frames = dict[str, pl.DataFrame]


def table(which: schema.Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows by column name; a column that is not named is null."""
    return pl.DataFrame(rows, schema=which.polars_schema)


def publication(
    people: Entities,
    parcels: Entities | None = None,
    history: list[tuple[str | None, str | None, str]] = (),
    decisions: dict[str, list[str]] | None = None,
    **manifest: str,
) -> Frames:
    """A publication of entities by id: `rows` are record ids (or their count), `owners` dicts, the rest golden values.

    `history` holds (old id, new id, kind) of people; a double underscore in a manifest key is a dot.
    """
    frames = {}
    for sources, golden, key, held in (
        (schema.CITIZEN_SOURCES, schema.CITIZENS, "citizen_id", people),
        (schema.PARCEL_SOURCES, schema.PARCELS, "parcel_id", parcels or {}),
    ):
        names = golden.polars_schema.names()
        frames[golden.name] = table(
            golden, [{key: of, **{n: v for n, v in one.items() if n in names}} for of, one in held.items()]
        )
        frames[sources.name] = table(
            sources, [{"record_id": row, key: of} for of, one in held.items() for row in one["rows"]]
        )
    sensitive = [{"citizen_id": of, "ethnicity": one.get("ethnicity")} for of, one in people.items()]
    owners = [{"parcel_id": of, **owner} for of, one in (parcels or {}).items() for owner in one.get("owners", [])]
    events = [
        {"dataset": "citizens", "old_entity_id": old, "new_entity_id": new, "kind": kind, "run_id": f"run {at}"}
        for at, (old, new, kind) in enumerate(history)
    ]
    taken = [{"decision_id": name, "kind": "same", "record_ids": rows} for name, rows in (decisions or {}).items()]
    entries = {"model_name.citizens": "m1", "settings.citizens": "{}", "code_version": "1", "version.polars": "2"}
    entries |= {key.replace("__", "."): value for key, value in manifest.items()}
    return frames | {
        "citizens_sensitive": table(schema.CITIZENS_SENSITIVE, sensitive),
        "parcel_owners": table(schema.PARCEL_OWNERS, owners),
        "id_history": table(schema.ID_HISTORY, events),
        "decisions": table(schema.DECISIONS, taken),
        "manifest": table(schema.MANIFEST, [{"key": key, "value": value} for key, value in entries.items()]),
    }


def told(then: Frames, now: Frames) -> list[dict[str, Any]]:
    """The changes between two publications, as dictionaries."""
    return compare(then, now, dict(now["manifest"].iter_rows())).to_dicts()


def brief(then: Frames, now: Frames) -> list[tuple[str, str | None, str | None, str]]:
    """Kind, earlier id, id and cause of every change."""
    return [(c["kind"], c["earlier_entity_id"], c["entity_id"], c["cause"]) for c in told(then, now)]


TWO = {"P1": {"rows": ["a", "b"], "full_name": "An"}, "P2": {"rows": ["c"], "full_name": "Bình"}}
ONE = {"P1": {"rows": ["a", "b", "c"], "full_name": "An"}}


def test_a_publication_equal_to_the_last_one_tells_nothing() -> None:
    assert told(publication(TWO), publication(TWO)) == []


def test_a_first_publication_has_nothing_to_compare(tmp_path: Path) -> None:
    assert changes(None, publication(TWO), {}).equals(schema.CHANGES.empty())
    assert last_publication(None) == {}


def test_a_row_that_arrives_alone_is_a_new_person() -> None:
    now = publication({**TWO, "P3": {"rows": ["d", "e"], "old_commune_code": "10255"}})
    (change,) = told(publication(TWO), now)
    assert change == {
        "dataset": "citizens",
        "entity_id": "P3",
        "earlier_entity_id": None,
        "kind": "new",
        "cause": "rows_arrived",
        "old_commune_code": "10255",
        "fields": [],
        "rows_arrived": 2,
        "rows_gone": 0,
    }


def test_a_person_whose_rows_are_gone_is_withdrawn() -> None:
    now = publication({"P1": TWO["P1"]}, history=[("P2", None, "retired")])
    then = publication({**TWO, "P2": {**TWO["P2"], "old_commune_code": "10249"}})
    (change,) = told(then, now)
    assert (change["kind"], change["earlier_entity_id"], change["entity_id"]) == ("withdrawn", "P2", None)
    assert change["old_commune_code"] == "10249"
    assert (change["cause"], change["rows_arrived"], change["rows_gone"]) == ("rows_withdrawn", 0, 1)


@pytest.mark.parametrize(
    ("rows", "cause", "counts"),
    [
        (["a", "b", "d"], "rows_arrived", (1, 0)),
        (["a", "d"], "rows_corrected", (1, 1)),
        (["a"], "rows_withdrawn", (0, 1)),
    ],
)
def test_a_changed_person_tells_its_rows_and_its_fields(rows, cause, counts) -> None:
    now = publication({**TWO, "P1": {"rows": rows, "full_name": "Ân", "phone": "1", "ethnicity": "Tày"}})
    (change,) = told(publication(TWO), now)
    assert (change["kind"], change["cause"]) == ("changed", cause)
    assert change["entity_id"] == change["earlier_entity_id"] == "P1"
    assert change["fields"] == ["full_name", "phone", "ethnicity"]
    assert (change["rows_arrived"], change["rows_gone"]) == counts


def test_a_row_that_repeats_what_was_known_is_a_change_without_fields() -> None:
    now = publication({**TWO, "P1": {**TWO["P1"], "rows": ["a", "b", "d"]}})
    (change,) = told(publication(TWO), now)
    assert (change["kind"], change["fields"]) == ("changed", [])


def test_a_row_that_links_two_people_merges_them() -> None:
    now = publication({"P1": {**ONE["P1"], "rows": ["a", "b", "c", "d"]}}, history=[("P2", "P1", "merged_into")])
    found = told(publication(TWO), now)
    assert brief(publication(TWO), now) == [
        ("changed", "P1", "P1", "rows_arrived"),
        ("merged", "P2", "P1", "rows_arrived"),
    ]
    assert [change["rows_arrived"] for change in found] == [1, 1]


def test_a_merger_that_the_ledger_tells_counts_although_no_row_stayed() -> None:
    now = publication({"P1": {**TWO["P1"], "rows": ["a", "b", "c2"]}}, history=[("P2", "P1", "merged_into")])
    assert ("merged", "P2", "P1", "rows_corrected") in brief(publication(TWO), now)


def test_several_mergers_between_two_publications_lead_to_who_is_there_now() -> None:
    history = [("P2", "P9", "merged_into"), ("P9", "P1", "merged_into")]
    assert ("merged", "P2", "P1", "model") in brief(
        publication(TWO), publication(ONE, history=history, model_name__citizens="m2")
    )


def test_a_merger_from_before_the_last_publication_is_not_told_again() -> None:
    old = [("P2", "P1", "merged_into")]
    then = publication(TWO, history=old)  # P2 came back from it
    now = publication({"P1": TWO["P1"]}, history=[*old, ("P2", None, "retired")])
    assert brief(then, now) == [("withdrawn", "P2", None, "rows_withdrawn")]


def test_an_id_that_came_back_and_was_then_withdrawn_is_not_merged() -> None:
    events = [("P2", "P1", "merged_into"), ("P1", "P2", "split_from"), ("P2", None, "retired")]
    now = publication({"P1": TWO["P1"]}, history=events)
    assert brief(publication(TWO), now) == [("withdrawn", "P2", None, "rows_withdrawn")]


def test_rows_that_leave_a_person_for_a_new_id_are_split_from_it() -> None:
    now = publication(TWO, history=[("P1", "P2", "split_from")])
    found = told(publication(ONE), now)
    assert [(c["kind"], c["earlier_entity_id"], c["entity_id"]) for c in found] == [
        ("changed", "P1", "P1"),
        ("split", "P1", "P2"),
    ]
    assert all((c["rows_arrived"], c["rows_gone"]) == (0, 0) for c in found)


def test_a_split_because_a_row_is_gone_says_so() -> None:
    then = publication({"P1": {"rows": ["a", "bridge", "c"]}})
    now = publication({"P1": {"rows": ["a"]}, "P2": {"rows": ["c"]}})
    assert ("split", "P1", "P2", "rows_withdrawn") in brief(then, now)


def test_a_row_that_moves_between_two_people_changes_both() -> None:
    moved = {"P1": {**TWO["P1"], "rows": ["a"]}, "P2": {**TWO["P2"], "rows": ["b", "c"]}}
    now = publication(moved, settings__citizens='{"x": 1}')
    assert brief(publication(TWO), now) == [("changed", "P1", "P1", "settings"), ("changed", "P2", "P2", "settings")]


def test_a_decision_goes_before_the_rows_that_came_with_it() -> None:
    merged = {"P1": {**ONE["P1"], "rows": ["a", "b", "c", "d"]}}
    now = publication(merged, history=[("P2", "P1", "merged_into")], decisions={"D1": ["a", "c"]})
    assert {cause for *_, cause in brief(publication(TWO), now)} == {"decision"}


def test_a_revoked_decision_is_a_cause_too_and_one_still_in_force_is_none() -> None:
    then = publication(ONE, decisions={"D1": ["a", "c"], "D2": ["b"]})
    now = publication(TWO, decisions={"D2": ["b"]}, history=[("P1", "P2", "split_from")])
    assert {cause for *_, cause in brief(then, now)} == {"decision"}
    still = publication({"P1": {**ONE["P1"], "full_name": "Ân"}}, decisions={"D1": ["a", "c"], "D2": ["b"]})
    assert brief(then, still) == [("changed", "P1", "P1", "program")]


@pytest.mark.parametrize(
    ("manifest", "cause"),
    [
        ({"model_name__citizens": "m2", "settings__citizens": "{1}", "code_version": "2"}, "model"),
        ({"settings__citizens": "{1}", "code_version": "2"}, "settings"),
        ({"reference_sha256__split_rules": "new"}, "settings"),
        ({"code_version": "2"}, "program"),
        ({"version__polars": "3"}, "program"),
        ({"settings__publication": "{1}", "settings__parcels": "{1}"}, "program"),
    ],
)
def test_with_the_same_rows_the_manifest_tells_the_cause(manifest, cause) -> None:
    now = publication({**TWO, "P1": {**TWO["P1"], "status": "moved"}}, **manifest)
    assert brief(publication(TWO), now) == [("changed", "P1", "P1", cause)]


def test_what_came_for_others_is_told_apart_from_own_rows() -> None:
    now = publication({"P1": {**TWO["P1"], "personal_id_status": "shared"}, "P2": TWO["P2"], "P3": {"rows": ["d"]}})
    assert brief(publication(TWO), now) == [
        ("changed", "P1", "P1", "other_entities"),
        ("new", None, "P3", "rows_arrived"),
    ]


def test_owners_are_fields_of_their_parcel() -> None:
    def land(*owners: dict[str, Any]) -> Frames:
        return publication(TWO, {"T1": {"rows": ["x"], "owners": list(owners)}, "T2": {"rows": ["y"]}})

    first = {"owner_no": 1, "owner_name": "An", "citizen_id": "P1", "status": "confirmed"}
    second = {"owner_no": 2, "owner_name": "Bình"}
    for then, now, fields in [
        (land(first, second), land(second, first), None),
        (land(first), land(first, second), ["owners", "owner_citizens"]),
        (land(first), land({**first, "owner_name": "Ân"}), ["owners"]),
        (land(first), land({**first, "citizen_id": "P2"}), ["owner_citizens"]),
        (land(first), land(), ["owners", "owner_citizens"]),
    ]:
        found = told(then, now)
        assert [(c["dataset"], c["entity_id"], c["fields"]) for c in found] == (
            [("parcels", "T1", fields)] if fields else []
        )


def test_a_published_file_is_compared_and_told_of(tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    then = publication(TWO, {"T1": {"rows": ["x"], "land_use": [{"code": "ONT", "area_m2": 80.0}]}}, run_id="r1")
    write_warehouse(path, then.items())
    now = dict(then)
    assert changes(path, now, dict(now["manifest"].iter_rows())).is_empty()
    assert last_publication(path) == {"earlier.run_id": "r1", "earlier.citizens": "2", "earlier.parcels": "1"}
    assert compared_tables(path)["citizen_sources"].columns == ["record_id", "citizen_id"]


def test_a_file_of_an_older_version_lacks_tables_and_columns(tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    write_warehouse(path, publication(TWO).items())
    with duckdb.connect(path) as connection:
        connection.execute("DROP TABLE decisions; DROP VIEW cong_dan; ALTER TABLE citizens DROP COLUMN phone")
    now = publication({**TWO, "P1": {**TWO["P1"], "phone": "1", "note": "x"}})
    (change,) = changes(path, now, dict(now["manifest"].iter_rows())).to_dicts()
    assert change["fields"] == ["note"]


@pytest.mark.parametrize("content", [b"", b"not a warehouse"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "published.duckdb"
    path.write_bytes(content)
    for ask in (lambda: changes(path, publication(TWO), {}), lambda: last_publication(path)):
        with pytest.raises(UnusableInput, match=r"published\.duckdb"):
            ask()


ROWS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["P1", "P2", "P3", "P4"]))


def entities(rows: dict[str, str]) -> Entities:
    """The people that these rows make; their name tells their rows."""
    held: Entities = {}
    for row, of in rows.items():
        held.setdefault(of, {"rows": []})["rows"].append(row)
    return {of: {**one, "full_name": "".join(sorted(one["rows"]))} for of, one in held.items()}


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, st.lists(st.tuples(*[st.sampled_from(["P1", "P2", "P3", "P4"])] * 2)), st.randoms())
def test_order_of_rows_does_not_matter_and_everyone_is_accounted_for(
    before: dict[str, str], after: dict[str, str], mergers: list[tuple[str, str]], dice: random.Random
) -> None:
    history = [(old, new, "merged_into") for old, new in mergers]
    then, now = publication(entities(before)), publication(entities(after), history=history)
    found = compare(then, now, {})
    shuffled = [
        {name: frame[dice.sample(range(frame.height), frame.height)] for name, frame in frames.items()}
        for frames in (then, now)
    ]
    assert compare(*shuffled, {}).equals(found)

    was, is_now = set(before.values()), set(after.values())
    ended = found.filter(pl.col("kind").is_in(["merged", "withdrawn"]))
    begun = found.filter(pl.col("kind").is_in(["new", "split"]))
    assert sorted(ended["earlier_entity_id"]) == sorted(was - is_now)
    assert sorted(begun["entity_id"]) == sorted(is_now - was)
    same = {of for of in was & is_now if entities(before)[of]["full_name"] == entities(after)[of]["full_name"]}
    assert sorted(found.filter(kind="changed")["entity_id"]) == sorted((was & is_now) - same)
    assert compare(now, now, dict(now["manifest"].iter_rows())).is_empty()
