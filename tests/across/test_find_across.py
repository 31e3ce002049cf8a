"""The same person in two communes: found by strong keys alone, never merged, and told why."""

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.across.find import find_across
from pipelines.across.results import across_tables
from pipelines.across.scope import scope_of
from pipelines.across.spec import ACROSS
from pipelines.across.tables import SHARED_CERTIFICATES, TABLES
from pipelines.linkage import LinkageSettings
from tests.across.golden_people import city, person, readers
from tests.examples import FEW

NUMBER, OTHER = "001075000017", "001075084219"


def _groups(found):
    """Groups of two people or more, by record id."""
    held = found.records.group_by("group").agg(pl.col("record_id").sort()).filter(pl.col("record_id").list.len() > 1)
    return sorted(held["record_id"].to_list())


def _found(people):
    return find_across(readers(people), LinkageSettings())


def _cases(found):
    return across_tables(found, SHARED_CERTIFICATES.empty())["cases"]


def test_one_number_in_two_communes_is_one_person_and_nobody_else_is():
    found = _found(city(("10231", person("a", personal_id=NUMBER)), ("10234", person("b", personal_id=NUMBER))))
    assert _groups(found) == [["a", "b"]]
    (link,) = found.links.iter_rows(named=True)
    assert link["decision"] == "same_person"
    assert sum(part["weight"] for part in link["evidence"]) == link["weight"]


@pytest.mark.parametrize(
    "item",
    [
        {"father_name": "Đặng Trọng Kiên"},
        {"mother_name": "Vũ Thị Sen"},
        {"spouse_name": "Vũ Thị Sen"},
        {"phone": "0912345678"},
        {"old_id_no": "012345678"},
    ],
    ids=lambda item: next(iter(item)),
)
def test_name_and_date_call_for_one_more_item(item):
    alone = _found(city(("10231", person("a")), ("10234", person("b"))))
    assert alone.links.is_empty()
    more = _found(city(("10231", person("a", **item)), ("10234", person("b", **item))))
    assert more.links["record_id_a"].to_list() == ["a"]
    assert more.links["record_id_b"].to_list() == ["b"]


def test_people_of_one_commune_are_left_to_it():
    found = _found(city(("10231", person("a", personal_id=NUMBER)), ("10231", person("b", personal_id=NUMBER))))
    assert found.links.is_empty()
    assert _cases(found).is_empty()


def test_two_trusted_numbers_are_never_one_person():
    parents = {"father_name": "Đặng Trọng Kiên", "mother_name": "Vũ Thị Sen"}
    found = _found(
        city(
            ("10231", person("a", personal_id=NUMBER, **parents)),
            ("10234", person("b", personal_id=OTHER, **parents)),
            ("10240", person("c", **parents)),
        )
    )
    assert not any({"a", "b"} <= set(group) for group in _groups(found))
    assert {"a", "b"} <= set(_cases(found)["record_ids"].explode())


def test_two_people_of_one_commune_never_come_together_by_way_of_a_third():
    known = {"father_name": "Đặng Trọng Kiên", "mother_name": "Vũ Thị Sen", "phone": "0912345678"}
    found = _found(
        city(("10231", person("a", **known)), ("10231", person("b", **known)), ("10234", person("c", **known)))
    )
    assert not any({"a", "b"} <= set(group) for group in _groups(found))
    assert {"a", "b", "c"} <= set(_cases(found)["record_ids"].explode())


def test_a_number_of_two_different_people_links_nobody_and_is_a_case():
    woman = person("b", full_name="Vũ Thị Sen", sex="female", birth_date=None, birth_year=1951, personal_id=NUMBER)
    found = _found(city(("10231", person("a", personal_id=NUMBER)), ("10234", woman)))
    assert _groups(found) == []
    (case,) = _cases(found).iter_rows(named=True)
    assert (case["reason"], case["record_ids"]) == ("number_shared", ["a", "b"])
    assert case["new_commune_codes"] == ["10231", "10234"]


def test_a_number_that_its_commune_does_not_trust_forbids_nothing():
    parents = {"father_name": "Đặng Trọng Kiên", "mother_name": "Vũ Thị Sen"}
    found = _found(
        city(
            ("10231", person("a", personal_id=NUMBER, **parents)),
            ("10234", person("b", personal_id=OTHER, personal_id_status="doubtful", phone="0912345678", **parents)),
        )
    )
    trusted = found.records.select("record_id", "trusted_number").drop_nulls()["record_id"].to_list()
    assert "a" in trusted
    assert "b" not in trusted


def test_a_stored_model_gives_the_same_weights_whoever_else_is_there():
    two = (("10231", person("a", phone="0912345678")), ("10234", person("b", phone="0912345678")))
    first = _found(city(*two))
    other = (("10231", person("c", personal_id=NUMBER)), ("10240", person("d", personal_id=NUMBER)))
    again = find_across(readers(city(*two, *other, crowd=40)), LinkageSettings(), first.linkage.model)
    weights = [
        found.links.filter(record_id_a="a").select("record_id_b", "weight", "decision").rows()
        for found in (first, again)
    ]
    assert weights[0] == weights[1]
    assert len(weights[0]) == 1


@FEW
@given(seed=st.integers(0, 2**32))
def test_neither_the_order_of_communes_nor_of_people_matters(seed):
    known = {"father_name": "Đặng Trọng Kiên", "phone": "0912345678"}
    people = city(
        ("10231", person("a", **known)),
        ("10234", person("b", **known)),
        ("10240", person("c", personal_id=NUMBER, **known)),
        ("10231", person("d", full_name="Vũ Thị Sen", sex="female", personal_id=NUMBER)),
        crowd=30,
    )
    shuffled = {
        code: frame.sample(fraction=1, shuffle=True, seed=seed)
        for code, frame in random.Random(seed).sample(sorted(people.items()), len(people))
    }
    one, other = (across_tables(_found(each), SHARED_CERTIFICATES.empty()) for each in (people, shuffled))
    assert one.keys() == other.keys() == {table.name for table in TABLES} - {"manifest"}
    for name, table in one.items():
        assert table.rows() == other[name].rows(), name


@FEW
@given(
    values=st.lists(
        st.tuples(st.sampled_from(["1", "2", "3"]), *(st.sampled_from(["x", "y", None]) for _ in range(4))), max_size=30
    )
)
def test_the_pairs_of_a_city_are_counted_as_if_each_were_looked_at(values):
    columns = ("father_ascii", "mother_ascii", "birth_digits", "name_ascii")
    needed = {column for rule in ACROSS.rules for column in rule.key} | {f.column for f in ACROSS.frequencies}
    people = {}
    for code in ("1", "2", "3"):
        rows = [dict(zip(columns, rest, strict=True)) for commune, *rest in values if commune == code]
        schema = dict.fromkeys(sorted(needed | set(columns)), pl.String)
        frame = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)
        people[code] = lambda wanted, frame=frame: frame.select(wanted)
    scope = scope_of(people, ACROSS)

    def pairs(*agreeing):
        at = [columns.index(column) + 1 for column in agreeing]
        return sum(
            one[0] != other[0] and all(one[place] == other[place] is not None for place in at)
            for place, one in enumerate(values)
            for other in values[:place]
        )

    twins, parents = pairs(*columns[:3]), pairs(*columns[:2])
    assert scope.people == len(values)
    assert scope.pairs[:3] == (twins, parents - twins, pairs("name_ascii"))
    assert sum(scope.pairs) == pairs()
