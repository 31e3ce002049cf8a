"""The model without labels: what it must find by itself, when it must cry out, and that it says the same again."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage import (
    Alternative,
    CandidateRule,
    Comparison,
    Frequency,
    Level,
    LinkageSettings,
    LinkageSpec,
    link,
)
from pipelines.linkage.background import background_pairs
from pipelines.linkage.calibration import Calibration, calibrate, reliability
from pipelines.linkage.candidates import candidate_pairs
from pipelines.linkage.frequencies import count_frequencies, with_surprisal
from pipelines.linkage.levels import compare
from pipelines.linkage.model import LinkageModel
from pipelines.linkage.spec import both, equal, left
from pipelines.linkage.store import ModelStore, chosen_model
from pipelines.problems import UnusableInput
from pipelines.warehouse.rekeying import under_newest_key


def _field(name: str, m: float, u: float, label: bool = False) -> Comparison:
    levels = (Level("equal", equal(name), m, u), Level("other", pl.lit(True), 1 - m, 1 - u))
    return Comparison(name, (name,), both(name), levels, label=label)


NAME = Comparison(
    "name",
    ("name", "name_bits"),
    both("name"),
    (
        Level("equal_rare", equal("name") & (left("name_bits") >= 7), 0.5, 0.001),
        Level("equal_common", equal("name"), 0.4, 0.01),
        Level("other", pl.lit(True), 0.1, 0.989),
    ),
)
SPEC = LinkageSpec(
    dataset="readers",
    rules=(
        CandidateRule("card", ("card",)),
        CandidateRule("name", ("name",), ("born",)),
        CandidateRule("born_and_street", ("born", "street")),
    ),
    comparisons=(NAME, _field("born", 0.9, 0.01), _field("street", 0.8, 0.05), _field("card", 0.95, 1e-6, label=True)),
    alternatives=(
        Alternative("namesake", "trùng tên", ({"name": frozenset({"equal_rare", "equal_common"})},), (("name",),)),
        Alternative("stranger", "người lạ", (), ((),)),
    ),
    same=({"card": frozenset({"equal"}), "name": frozenset({"equal_rare", "equal_common"})},),
    different=({"card": frozenset({"other"})},),
    frequencies=(Frequency("name_bits", "name"),),
    slope=1.0,
)
SETTINGS = LinkageSettings()


def library(readers: int, seed: int = 3, copies: float = 0.15) -> pl.DataFrame:
    """Readers of a library, some of them twice; names are shared, cards are often missing."""
    draw = random.Random(seed)
    rows = []
    for reader in range(readers):
        name = f"n{min(int(draw.paretovariate(0.6)), 400)}"
        born, street, card = draw.randrange(25_000), f"s{draw.randrange(60)}", f"c{reader}"
        for copy in range(2 if draw.random() < copies else 1):
            slip = copy and draw.random() < 0.15
            rows.append(
                (
                    f"{draw.getrandbits(64):016x}",
                    name if not copy or draw.random() < 0.93 else f"m{draw.randrange(400)}",
                    draw.randrange(25_000) if slip else born,
                    street if not copy or draw.random() < 0.7 else f"s{draw.randrange(60)}",
                    card if draw.random() < 0.6 else None,
                    reader,
                )
            )
    return pl.DataFrame(rows, schema=["record_id", "name", "born", "street", "card", "truth"], orient="row")


@pytest.fixture(scope="module")
def readers() -> pl.DataFrame:
    return library(4000)


@pytest.fixture(scope="module")
def model(readers: pl.DataFrame) -> LinkageModel:
    return link(readers, SPEC, SETTINGS).model


def test_shares_are_found_without_labels(readers: pl.DataFrame, model: LinkageModel) -> None:
    """m near what copies really do, u of a birthday near one in 25,000 though nearly all candidates share one."""
    records = readers.sort("record_id")
    pairs, _ = candidate_pairs(records, SPEC.rules, SETTINGS)
    sides = [records.select("truth", "born", "street")[pairs[side]] for side in ("a", "b")]
    true = sides[0]["truth"] == sides[1]["truth"]
    for field in ("born", "street"):
        really = float((sides[0][field] == sides[1][field]).filter(true).mean())  # type: ignore[arg-type]
        assert model.shares[field][0][0] == pytest.approx(really, abs=0.05)
    stranger = model.classes.index("stranger")
    assert model.shares["born"][stranger][0] < 0.001
    assert model.shares["street"][stranger][0] == pytest.approx(1 / 60, abs=0.01)
    every = len(readers) * (len(readers) - 1) / 2
    assert model.priors[0] * every == pytest.approx(true.sum(), rel=0.1)


def test_sampled_pairs_stand_for_all_that_are_no_candidates(readers: pl.DataFrame) -> None:
    records = readers.sort("record_id")
    candidates, _ = candidate_pairs(records, SPEC.rules, SETTINGS)
    sample = background_pairs(records, candidates, SPEC)
    namesakes = sample.filter(alternative=0)
    known = set(candidates.rows())
    assert not known & set(sample.select("a", "b").rows())
    names = records["name"]
    assert (names.gather(namesakes["a"]) == names.gather(namesakes["b"])).all()
    sizes = records.group_by("name").len()["len"].cast(pl.Int64)
    every = int((sizes * (sizes - 1) // 2).sum())
    listed = int((names.gather(candidates["a"]) == names.gather(candidates["b"])).sum())
    assert namesakes["pairs"].sum() == pytest.approx(every - listed, rel=0.05)
    total = len(records) * (len(records) - 1) / 2
    assert sample["pairs"].sum() == pytest.approx(total, rel=0.05)


def test_a_drifted_model_sets_off_the_alarm_and_a_sound_one_does_not(
    readers: pl.DataFrame, model: LinkageModel
) -> None:
    sound = link(readers, SPEC, SETTINGS, model).alarm
    assert not sound.fired
    assert sound.same > 30 and sound.recognised is not None and sound.recognised > 0.75
    # The classes have switched: what EM does from a bad start.
    switched = model.model_copy(
        update={
            "priors": (model.priors[2], model.priors[1], model.priors[0]),
            "shares": {field: (table[2], table[1], table[0]) for field, table in model.shares.items()},
        }
    )
    assert link(readers, SPEC, SETTINGS, switched).alarm.fired
    # Everything is a match.
    generous = model.model_copy(update={"priors": (0.999998, 1e-6, 1e-6)})
    assert link(readers, SPEC, SETTINGS, generous).alarm.fired


def test_without_labels_in_the_data_there_is_no_alarm_and_the_starting_calibration(readers: pl.DataFrame) -> None:
    linkage = link(readers.with_columns(card=pl.lit(None, pl.String)), SPEC, SETTINGS)
    assert not linkage.alarm.fired
    assert linkage.alarm.recognised is None
    assert linkage.model.calibration == Calibration(slope=SPEC.slope)
    assert linkage.reliability.is_empty()


def test_calibration_finds_how_much_a_bit_is_worth() -> None:
    draw = random.Random(1)
    weights = pl.Series([draw.randrange(-15_000, 15_000) for _ in range(20_000)])
    same = pl.Series([draw.random() < 1 / (1 + 2 ** -(0.5 * w / 1000 + 1)) for w in weights])
    found = calibrate(weights, same, Calibration())
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.offset == pytest.approx(1, abs=0.3)
    diagram = reliability(weights, same, found)
    assert (diagram["expected"] - diagram["observed"]).abs().max() < 0.05
    assert diagram["pairs"].sum() == 20_000
    few = calibrate(weights.head(20), same.head(20), Calibration(offset=1.5, slope=0.8))
    assert few == Calibration(offset=1.5, slope=0.8)


@given(st.floats(1, 1000), st.floats(0.3, 1.2), st.floats(-3, 3))
@settings(max_examples=50, deadline=None)
def test_the_threshold_is_where_a_merge_is_worth_its_risk(cost: float, slope: float, offset: float) -> None:
    calibration = Calibration(offset=offset, slope=slope)
    at = calibration.weight_at(cost)
    p, below = (
        pl.select(calibration.probability(pl.lit(weight, pl.Int64))).item() for weight in (at, at - round(1000 / slope))
    )
    assert p >= cost / (1 + cost) - 1e-5
    assert below < cost / (1 + cost)


def test_a_dearer_mistake_and_a_smaller_budget_mean_fewer_merges_and_cases(
    readers: pl.DataFrame, model: LinkageModel
) -> None:
    cheap = link(readers, SPEC, LinkageSettings(false_merge_cost=2), model)
    dear = link(readers, SPEC, LinkageSettings(false_merge_cost=500), model)
    assert dear.thresholds["automatic"] > cheap.thresholds["automatic"]
    assert dear.links.filter(decision="automatic").height < cheap.links.filter(decision="automatic").height
    many = link(readers, SPEC, LinkageSettings(false_merge_cost=500, case_share=0.5), model)
    few = link(readers, SPEC, LinkageSettings(false_merge_cost=500, case_share=0.0), model)
    asked = [linkage.links.filter(decision="review") for linkage in (few, many)]
    assert asked[0].height <= 20 < asked[1].height
    assert asked[0]["weight"].min() > asked[1]["weight"].min()


def test_the_shipped_model_counts_where_data_are_few(model: LinkageModel) -> None:
    few = library(60, seed=9)
    alone, held = (link(few, SPEC, SETTINGS, shipped=shipped).model for shipped in (None, model))
    far, near = (abs(one.shares["street"][0][0] - model.shares["street"][0][0]) for one in (alone, held))
    assert near < far
    assert held.frequencies["name_bits"].rows > alone.frequencies["name_bits"].rows


def test_only_values_that_several_rows_carry_are_stored_with_a_model(
    readers: pl.DataFrame, model: LinkageModel
) -> None:
    carried = dict(readers["name"].value_counts().iter_rows())
    stored = model.frequencies["name_bits"].counts
    assert set(stored) == {name for name, count in carried.items() if count >= 5}


def test_the_rarer_a_name_the_more_bits() -> None:
    records = pl.DataFrame({"record_id": [str(n) for n in range(200)], "name": ["a"] * 120 + ["b"] * 60 + ["c"] * 20})
    frequencies = (Frequency("bits", "name"),)
    told = with_surprisal(records, frequencies, count_frequencies(records, frequencies, {}))
    assert dict(told.select("name", "bits").unique().iter_rows()) == {"a": 0, "b": 1, "c": 3}
    parts = (Frequency("one", "first"), Frequency("two", "last"), Frequency("bits", "name", ("one", "two")))
    people = pl.DataFrame(
        {"first": ["a"] * 8 + ["b"] * 8, "last": (["x"] * 4 + ["y"] * 4) * 2, "name": [str(n) for n in range(16)]}
    )
    told = with_surprisal(people, parts, count_frequencies(people, parts, {}))
    assert told["bits"].to_list() == [2] * 8 + [2] * 8
    assert told.with_columns(name=None).height == 16


@given(st.integers(40, 400))
@settings(max_examples=8, deadline=None)
def test_how_pairs_are_cut_into_chunks_does_not_matter(chunk: int) -> None:
    records = library(150).sort("record_id")
    records = with_surprisal(records, SPEC.frequencies, count_frequencies(records, SPEC.frequencies, {}))
    pairs, _ = candidate_pairs(records, SPEC.rules, SETTINGS)
    assert compare(records, pairs, SPEC, chunk).equals(compare(records, pairs, SPEC))


THREADS = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from test_linkage_model import SETTINGS, SPEC, library
from pipelines.linkage import link
linkage = link(library(1500), SPEC, SETTINGS)
text = linkage.model.model_dump_json() + linkage.links.write_json() + linkage.members.sort("record_id").write_json()
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_the_number_of_threads_does_not_matter() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", THREADS, str(Path(__file__).parent)],
            env={"POLARS_MAX_THREADS": threads, "OMP_NUM_THREADS": threads, "PATH": ""},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "7")
    }
    assert len(told) == 1


def test_a_stored_model_is_used_again_until_asked_to_estimate(tmp_path: Path, model: LinkageModel) -> None:
    store = ModelStore(tmp_path / "models")
    assert chosen_model(store, "10231", SPEC) is None
    name = store.keep("10231", model)
    assert name.startswith("readers-10231-")
    assert chosen_model(store, "10231", SPEC) == model
    assert chosen_model(store, "10231", SPEC, estimate=True) is None
    assert chosen_model(store, "04930", SPEC) is None
    assert chosen_model(store, "04930", SPEC, name) == model
    assert json.loads((tmp_path / "models" / f"{name}.json").read_text())["dataset"] == "readers"
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "models").iterdir()} == {0}


def test_with_a_key_no_name_that_a_model_counts_is_on_disk(
    tmp_path: Path, model: LinkageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model counts what five rows have in common, and five rows may be one owner's."""
    store = ModelStore(tmp_path / "models")
    path = tmp_path / "models" / f"{store.keep('10231', model)}.json"
    assert b'"counts"' in path.read_bytes()
    keys = tmp_path / "keys"
    keys.write_text("k" * 32)
    monkeypatch.setenv("HOPNHAT_KEY_FILE", str(keys))
    assert chosen_model(store, "10231", SPEC) == model  # as it lay there before there was a key
    assert under_newest_key(tmp_path, "10231") == 1
    assert b'"counts"' not in path.read_bytes()
    assert chosen_model(store, "10231", SPEC) == model
    path.unlink()
    store.keep("10231", model)
    assert b'"counts"' not in path.read_bytes()
    monkeypatch.delenv("HOPNHAT_KEY_FILE")
    with pytest.raises(UnusableInput, match="HOPNHAT_KEY_FILE"):
        chosen_model(store, "10231", SPEC)


def test_models_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path, model: LinkageModel) -> None:
    store = ModelStore(tmp_path)
    name = store.keep("10231", model)
    other = replace(SPEC, comparisons=SPEC.comparisons[:-1])
    assert chosen_model(store, "10231", other) is None
    for wanted in (name, "readers-10231-none", "../x"):
        with pytest.raises(UnusableInput, match="ô hình"):
            chosen_model(store, "10231", other, wanted)
    (tmp_path / f"{name}.json").write_text("{broken")
    with pytest.raises(UnusableInput, match="--estimate"):
        chosen_model(store, "10231", SPEC)
