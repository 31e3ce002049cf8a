"""The engine on things that are not Vietnamese: ships in two harbour logs, by made-up columns."""

import random
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage import (
    Alternative,
    CandidateRule,
    Comparison,
    Level,
    Linkage,
    LinkageSettings,
    LinkageSpec,
    Similarity,
    left,
    link,
    right,
)
from pipelines.linkage.candidates import candidate_pairs
from pipelines.linkage.levels import compare
from pipelines.linkage.model import LinkageModel, estimate, score
from pipelines.linkage.spec import both, equal

HULL = Comparison(
    "hull",
    ("hull",),
    both("hull"),
    (
        Level("equal", equal("hull"), 0.9, 0.01),
        Level("near", pl.col("hull_edits") <= 1, 0.08, 0.01),
        Level("other", pl.lit(True), 0.02, 0.98),
    ),
    (Similarity("hull_edits", "hull", "edits"),),
)
NAME = Comparison(
    "name",
    ("name",),
    both("name"),
    (
        Level("equal", equal("name"), 0.85, 0.02),
        Level("near", pl.col("name_jw") >= 0.9, 0.12, 0.03),
        Level("other", pl.lit(True), 0.03, 0.95),
    ),
    (Similarity("name_jw", "name", "jaro_winkler"),),
)
TONNAGE = Comparison(
    "tonnage",
    ("tonnage",),
    both("tonnage"),
    (
        Level("equal", equal("tonnage"), 0.9, 0.05),
        Level("near", (left("tonnage") - right("tonnage")).abs() <= 5, 0.08, 0.1),
        Level("other", pl.lit(True), 0.02, 0.85),
    ),
)
SPEC = LinkageSpec(
    dataset="ships",
    rules=(CandidateRule("hull", ("hull",)), CandidateRule("name_and_yard", ("name", "yard"))),
    comparisons=(HULL, NAME, TONNAGE),
    alternatives=(
        Alternative("sister", "tàu cùng lớp", ({"tonnage": frozenset({"equal"}), "name": frozenset({"other"})},)),
        Alternative("stranger", "tàu khác"),
    ),
    same=({"hull": frozenset({"equal"}), "name": frozenset({"equal"})},),
    different=({"hull": frozenset({"other"}), "tonnage": frozenset({"other"})},),
    exclusive="registry",
)
SETTINGS = LinkageSettings(automatic_bits=5.0, review_bits=0.0)
WORDS = ["heron", "kestrel", "osprey", "plover", "curlew", "dunlin", "gannet", "petrel", "shearwater", "fulmar"]
SCHEMA = {
    "record_id": pl.String,
    "hull": pl.String,
    "name": pl.String,
    "yard": pl.String,
    "tonnage": pl.Int64,
    "registry": pl.String,
}


def fleet(ships: int, seed: int = 5) -> pl.DataFrame:
    """Two logs of the same ships; the second one with slips, and every seventh pair with two registries."""
    draw = random.Random(seed)
    rows = []
    for ship in range(ships):
        hull, name = f"H{draw.randrange(10**6):06}", f"{draw.choice(WORDS)} {draw.choice(WORDS)}"
        tonnage = draw.randrange(50, 900)
        yard = f"yard {draw.randrange(4)}"
        rows.append((f"a{ship:04}", hull, name, yard, tonnage, f"R{ship}" if ship % 2 else None))
        again = name.replace("e", "a", 1) if draw.random() < 0.2 else name
        second = f"X{ship}" if ship % 7 == 0 else None
        rows.append((f"b{ship:04}", hull if draw.random() < 0.9 else None, again, yard, tonnage, second))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def assert_equal(first: Linkage, second: Linkage) -> None:
    assert first.members.sort("record_id").equals(second.members.sort("record_id"))
    assert first.links.equals(second.links)
    assert first.paths.equals(second.paths)
    assert first.candidates.equals(second.candidates)
    assert first.missed.sample.equals(second.missed.sample) and first.missed.strata.equals(second.missed.strata)
    assert first.model == second.model


@pytest.fixture(scope="module")
def ships() -> pl.DataFrame:
    return fleet(120)


@pytest.fixture(scope="module")
def linkage(ships: pl.DataFrame) -> Linkage:
    return link(ships, SPEC, SETTINGS)


def test_most_ships_are_found_and_no_two_ships_are_one(linkage: Linkage) -> None:
    groups = linkage.members.group_by("cluster").agg("record_id").filter(pl.col("record_id").list.len() > 1)
    found = [{record[1:] for record in group} for group in groups["record_id"]]
    assert all(len(ships) == 1 for ships in found)
    assert len(found) > 90


@given(st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_the_order_of_records_does_not_matter(seed: int) -> None:
    ships = fleet(40)
    assert_equal(link(ships, SPEC, SETTINGS), link(ships.sample(fraction=1, shuffle=True, seed=seed), SPEC, SETTINGS))


def test_linking_twice_gives_the_same(ships: pl.DataFrame, linkage: Linkage) -> None:
    assert_equal(linkage, link(ships, SPEC, SETTINGS))


def test_no_cluster_holds_two_registries_and_the_refused_pairs_are_told(ships: pl.DataFrame, linkage: Linkage) -> None:
    held = ships.join(linkage.members, on="record_id").drop_nulls("registry").group_by("cluster")
    assert held.agg(pl.col("registry").n_unique())["registry"].max() == 1
    refused = linkage.links.filter(decision="refused")
    registry = dict(ships.select("record_id", "registry").iter_rows())
    assert len(refused)
    for a, b in refused.select("record_id_a", "record_id_b").iter_rows():
        assert registry[a] and registry[b] and registry[a] != registry[b]


def test_evidence_adds_up_to_the_integer_weight_of_each_link(linkage: Linkage) -> None:
    assert linkage.links.schema["weight"] == pl.Int64
    sums = linkage.links["evidence"].list.eval(pl.element().struct.field("weight").sum()).list.first()
    assert sums.to_list() == linkage.links["weight"].to_list()
    fields = linkage.links["evidence"].list.eval(pl.element().struct.field("field")).to_list()
    assert all(entry[0] == "prior" and set(entry[1:]) <= {"hull", "name", "tonnage"} for entry in fields)
    assert any("hull" not in entry for entry in fields), "a field that says nothing must be left out"


def test_levels_in_the_evidence_are_those_that_the_records_show(ships: pl.DataFrame, linkage: Linkage) -> None:
    rows = {row["record_id"]: row for row in ships.iter_rows(named=True)}
    for a, b, evidence in linkage.links.select("record_id_a", "record_id_b", "evidence").iter_rows():
        level = {entry["field"]: entry["level"] for entry in evidence}
        assert (level["tonnage"] == "equal") == (rows[a]["tonnage"] == rows[b]["tonnage"])
        assert (level.get("name") == "equal") == (rows[a]["name"] == rows[b]["name"])


def test_decisions_follow_the_thresholds_and_the_clusters(linkage: Linkage) -> None:
    cluster = dict(linkage.members.iter_rows())
    for a, b, weight, decision in linkage.links.select("record_id_a", "record_id_b", "weight", "decision").iter_rows():
        assert (cluster[a] == cluster[b]) == (decision == "automatic")
        assert (decision == "review") == (weight < 5000)
        assert weight >= 0


def test_without_corroboration_no_weight_merges_a_pair(ships: pl.DataFrame, linkage: Linkage) -> None:
    only_by_name = replace(SPEC, corroborated=({"name": frozenset({"equal"})},))
    made = link(ships, only_by_name, LinkageSettings(automatic_bits=9.0), linkage.model).links
    levels = made.select(
        "decision",
        "weight",
        pl.col("evidence")
        .list.eval(pl.element().struct.field("level").filter(pl.element().struct.field("field") == "name"))
        .list.first()
        .alias("name"),
    )
    assert set(levels.filter(decision="automatic")["name"]) == {"equal"}
    heavy = levels.filter((pl.col("decision") == "review") & (pl.col("weight") >= 9000))
    assert len(heavy) and "equal" not in set(heavy["name"])


def test_a_pair_that_came_together_by_other_links_needs_no_review(linkage: Linkage) -> None:
    """Three rows of one ship, two of whose links are weaker than the third."""
    rows = [
        ("a", "H1", "heron", "y", 90, None),
        ("b", "H1", "heron", "y", 90, None),
        ("c", None, "heron", "y", 94, None),
    ]
    three = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    pairs, _ = candidate_pairs(three, SPEC.rules, SETTINGS)
    weights = sorted(score(compare(three, pairs, SPEC), linkage.model)["weight"].to_list())
    assert weights[0] == weights[1] < weights[2]
    # c is joined by one of its two equal links when that suffices, and is asked about when it does not.
    joined = link(three, SPEC, LinkageSettings(automatic_bits=weights[0] / 1000, review_bits=-50), linkage.model)
    assert joined.links["decision"].to_list() == ["automatic"] * 3
    asked = link(three, SPEC, LinkageSettings(automatic_bits=weights[2] / 1000, review_bits=-50), linkage.model)
    assert asked.links["decision"].to_list() == ["automatic", "review", "review"]
    chain = three.with_columns(tonnage=pl.Series([90, 94, 98]))
    found = link(chain, SPEC, LinkageSettings(automatic_bits=weights[0] / 1000, review_bits=-50), linkage.model)
    assert found.members["cluster"].to_list() == ["a", "a", "a"]
    assert found.links.select("record_id_a", "record_id_b").rows() == [("a", "b"), ("b", "c")]


def test_every_compared_pair_is_listed_or_counted_once_unless_its_rows_came_together(
    ships: pl.DataFrame, linkage: Linkage
) -> None:
    ids, cluster = ships["record_id"].sort(), dict(linkage.members.iter_rows())
    pairs, _ = candidate_pairs(ships.sort("record_id"), SPEC.rules, SETTINGS)
    apart = {(a, b) for a, b in zip(ids[pairs["a"]], ids[pairs["b"]], strict=True) if cluster[a] != cluster[b]}
    listed = set(linkage.links.filter(pl.col("decision") != "automatic").select("record_id_a", "record_id_b").rows())
    drawn = linkage.missed.sample.select("record_id_a", "record_id_b").rows()

    assert listed < apart
    assert linkage.missed.strata["pairs"].sum() == len(apart - listed)
    assert set(drawn) <= apart - listed and len(set(drawn)) == len(drawn)


def test_near_misses_stand_in_their_band_below_the_review_threshold(ships: pl.DataFrame, linkage: Linkage) -> None:
    doubting = link(ships, SPEC, LinkageSettings(automatic_bits=20.0, review_bits=15.0), linkage.model)
    bands = {name: (low, high, pairs) for name, low, high, pairs, _ in doubting.missed.strata.rows()}
    sample = doubting.missed.sample

    assert doubting.missed.strata["high"].to_list()[0] == 15_000
    assert sample.height and "beyond" not in set(sample["stratum"])
    for weight, probability, stratum, pairs in sample.select(
        "weight", "probability", "stratum", "stratum_pairs"
    ).rows():
        low, high, counted = bands[stratum]
        assert low <= weight < high and probability >= 0.001 and pairs == counted
    # Few as they are, all of them are drawn, with evidence that adds up.
    assert dict(sample["stratum"].value_counts().rows()) == {
        name: pairs for name, (_, _, pairs) in bands.items() if pairs and name != "beyond"
    }
    sums = sample["evidence"].list.eval(pl.element().struct.field("weight").sum()).list.first()
    assert sums.to_list() == sample["weight"].to_list()


def test_clusters_are_named_by_their_smallest_record_and_paths_hold_them_together(linkage: Linkage) -> None:
    groups = linkage.members.group_by("cluster").agg(pl.col("record_id").min(), pl.len().alias("rows"))
    assert groups["cluster"].equals(groups["record_id"].alias("cluster"))
    rows = dict(groups.filter(pl.col("rows") > 1).select("cluster", "rows").iter_rows())
    assert dict(linkage.paths.select("cluster", "rows").iter_rows()) == rows
    for size, weakest, path in linkage.paths.select("rows", "weakest_weight", "path").iter_rows():
        assert len(path) == size - 1
        assert weakest == min(step["weight"] for step in path)


def test_scoring_with_the_estimated_model_given_is_the_same(ships: pl.DataFrame, linkage: Linkage) -> None:
    assert_equal(linkage, link(ships, SPEC, SETTINGS, linkage.model))


def test_a_given_model_is_used_and_not_estimated_again(ships: pl.DataFrame, linkage: Linkage) -> None:
    doubting = linkage.model.model_copy(update={"priors": (1e-12, 0.5, 0.5)})
    assert not len(link(ships, SPEC, SETTINGS, doubting).links)


def test_the_model_survives_json_with_equal_scores(ships: pl.DataFrame, linkage: Linkage) -> None:
    back = LinkageModel.model_validate_json(linkage.model.model_dump_json())
    assert back == linkage.model
    assert back.sha256 == linkage.model.sha256
    pairs, _ = candidate_pairs(ships, SPEC.rules, SETTINGS)
    levels = compare(ships, pairs, SPEC)
    assert score(levels, back).equals(score(levels, linkage.model))


@given(st.lists(st.tuples(st.text("abc ", max_size=6), st.text("abc ", max_size=6)), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_levels_do_not_depend_on_which_record_comes_first(texts: list[tuple[str, str]]) -> None:
    ordered = pl.DataFrame(
        [(f"{n}{side}", text or None, text or None, None, n, None)
         for n, pair in enumerate(texts) for side, text in zip("ab", pair, strict=True)],
        schema=SCHEMA,
        orient="row",
    )  # fmt: skip
    swapped = ordered[[position ^ 1 for position in range(len(ordered))]]
    pairs = pl.DataFrame(
        {"a": range(0, len(ordered), 2), "b": range(1, len(ordered), 2)}, schema={"a": pl.UInt32, "b": pl.UInt32}
    )
    assert compare(ordered, pairs, SPEC).equals(compare(swapped, pairs, SPEC))


def test_a_missing_value_says_nothing(ships: pl.DataFrame) -> None:
    rows = ships.head(2).with_columns(hull=pl.lit(None, pl.String))
    pairs = pl.DataFrame({"a": [0], "b": [1]}, schema={"a": pl.UInt32, "b": pl.UInt32})
    assert compare(rows, pairs, SPEC)["hull"].to_list() == [None]


def test_candidates_are_the_pairs_within_blocks_each_once() -> None:
    records = pl.DataFrame({"hull": ["x", "x", None, None, "y"], "name": ["n", "n", "n", "m", "m"], "yard": ["q"] * 5})
    pairs, report = candidate_pairs(records, SPEC.rules, SETTINGS)
    assert pairs.rows() == [(0, 1), (0, 2), (1, 2), (3, 4)]
    assert report["pairs"].to_list() == [1, 4]


def test_oversized_blocks_give_no_pair_and_are_reported() -> None:
    records = pl.DataFrame({"hull": ["x"] * 4 + ["y"] * 3 + ["z"] * 5, "name": "n", "yard": None})
    pairs, report = candidate_pairs(records, SPEC.rules, LinkageSettings(block_cap=3))
    assert pairs.rows() == [(4, 5), (4, 6), (5, 6)]
    assert report.row(0, named=True) == {
        "rule": "hull",
        "pairs": 3,
        "new_pairs": 3,
        "block_cap": 3,
        "split_blocks": 0,
        "oversized_blocks": 2,
        "oversized_rows": 9,
    }


@pytest.mark.parametrize("rows", [0, 1])
def test_no_record_and_one_record(rows: int) -> None:
    linkage = link(fleet(1).head(rows), SPEC, SETTINGS)
    assert len(linkage.members) == rows
    assert not len(linkage.links)
    assert not len(linkage.paths)
    assert set(linkage.links.columns) == {
        "record_id_a", "record_id_b", "weight", "probability", "decision", "reason", "evidence", "why"
    }  # fmt: skip


def test_records_without_any_pair_stay_alone() -> None:
    records = pl.DataFrame([(f"r{n}", f"H{n}", f"n{n}", None, n, None) for n in range(9)], schema=SCHEMA, orient="row")
    linkage = link(records, SPEC, SETTINGS)
    assert linkage.members["cluster"].to_list() == linkage.members["record_id"].to_list()
    assert link(records, SPEC, SETTINGS, linkage.model).model == linkage.model


def test_estimation_finds_the_shares_that_made_the_pairs() -> None:
    """The levels of 6,000 pairs drawn from known shares; hull is known for a third, so that anchors are few."""
    draw = random.Random(3)

    def levels(shares: list[float]) -> int:
        return draw.choices(range(3), shares)[0]

    truth = {"hull": ([0.9, 0.08, 0.02], [0.001, 0.009, 0.99]), "name": ([0.7, 0.25, 0.05], [0.1, 0.1, 0.8]),
             "tonnage": ([0.8, 0.15, 0.05], [0.02, 0.08, 0.9])}  # fmt: skip
    rows = []
    for _ in range(6000):
        unlike = draw.random() >= 0.15
        row: dict[str, int | None] = {field: levels(shares[unlike]) for field, shares in truth.items()}
        rows.append(row if draw.random() < 0.33 else {**row, "hull": None})
    model = estimate(pl.DataFrame(rows, schema=dict.fromkeys(truth, pl.UInt8)), SPEC)
    assert model.priors[0] == pytest.approx(0.15, abs=0.03)
    assert model.shares["name"][0] == pytest.approx(truth["name"][0], abs=0.06)
    assert model.shares["tonnage"][0] == pytest.approx(truth["tonnage"][0], abs=0.06)
    assert sum(model.priors) == pytest.approx(1)
