"""Ships in two harbour logs, as awkward as records come, with their pairs and a model."""

import datetime
import random
from typing import NamedTuple

import polars as pl
import pytest

from pipelines.linkage import (
    Alternative,
    CandidateRule,
    Comparison,
    Frequency,
    Level,
    LinkageSettings,
    LinkageSpec,
    Similarity,
    left,
    link,
    right,
)
from pipelines.linkage.candidates import candidate_pairs
from pipelines.linkage.encoding import encoded
from pipelines.linkage.frequencies import with_surprisal
from pipelines.linkage.model import LinkageModel
from pipelines.linkage.spec import both, equal

_ODD = [
    *("", " ", "Đặng Thùy", "Đă\u0323ng Thu\u0300y", "tàu 🚢", "a\x00b", "\u202eabc", "x" * 300),
    *("kestrel", "kestral", "H0", "H0", "H0", "heron", "osprey"),
]
_WORDS = ["heron", "osprey", "plover", "curlew", "dunlin", "gannet", "petrel", "fulmar"]

AWKWARD = LinkageSpec(
    dataset="ships",
    rules=(CandidateRule("hull", ("hull",)), CandidateRule("yard_and_year", ("yard", "year"))),
    comparisons=(
        Comparison(
            "hull",
            ("hull", "name", "yard"),
            both("hull"),
            (
                Level("equal", equal("hull"), 0.9, 0.01),
                Level("near", pl.col("hull_edits") <= 1, 0.08, 0.01),
                Level("named_after_it", left("hull") == right("name"), 0.01, 0.01),
                Level("other", pl.lit(True), 0.01, 0.97),
            ),
            (Similarity("hull_edits", "hull", "edits", 1, equal("yard")),),
            label=True,
        ),
        Comparison(
            "name",
            ("name", "owner", "name_bits"),
            both("name"),
            (
                Level("equal_rare", equal("name") & (left("name_bits") > 5), 0.5, 0.02),
                Level("equal", equal("name"), 0.35, 0.02),
                Level("near", (pl.col("name_jw") >= 0.9) | (pl.col("name_tokens") > 0.999), 0.1, 0.03),
                Level("owners", left("owner") == right("name"), 0.02, 0.03),
                Level("other", pl.lit(True), 0.03, 0.9),
            ),
            (Similarity("name_jw", "name", "jaro_winkler", 0.9), Similarity("name_tokens", "name", "token_set")),
        ),
        Comparison(
            "launched",
            ("launched", "year", "sound"),
            both("launched") | both("sound"),
            (
                Level("equal", equal("launched"), 0.8, 0.05),
                Level("year", (left("year") - right("year")).abs() <= 1, 0.1, 0.1),
                Level("both_sound", left("sound") & right("sound"), 0.05, 0.4),
                Level("other", pl.lit(True), 0.05, 0.45),
            ),
        ),
    ),
    alternatives=(
        Alternative("sister", "tàu cùng lớp", ({"launched": frozenset({"equal"})},)),
        Alternative("stranger", "tàu khác"),
    ),
    same=({"hull": frozenset({"equal"}), "name": frozenset({"equal", "equal_rare"})},),
    different=({"hull": frozenset({"other"})},),
    frequencies=(Frequency("name_bits", "name"),),
)
"""Compares a text with a text of another column, and with one of which only the code is at hand."""


class Scored(NamedTuple):
    """What runners are given: `records` as the engine holds them, `pairs`, `spec`, `model`; and the raw `rows`."""

    rows: pl.DataFrame
    records: pl.DataFrame
    pairs: pl.DataFrame
    spec: LinkageSpec
    model: LinkageModel


@pytest.fixture(scope="session")
def awkward() -> Scored:
    """Nulls in every column, odd text, and one hull that a hundred and fifty ships share."""
    draw = random.Random(11)
    day = datetime.date(1960, 1, 1)

    def maybe(value: object) -> object:
        return value if draw.random() < 0.9 else None

    rows = []
    for ship in range(700):
        name = draw.choice(_ODD) if draw.random() < 0.2 else f"{draw.choice(_WORDS)} {draw.choice(_WORDS)}"
        launched = day + datetime.timedelta(days=draw.randrange(9000))
        hull = "H0" if ship < 150 else f"H{draw.randrange(200):03}"
        year, yard, owner = launched.year, f"yard {draw.randrange(3)}", draw.choice(_WORDS)
        values = (hull, name, owner, yard, year, launched, draw.random() < 0.5)
        rows.append((f"s{ship:04}", *map(maybe, values)))
    schema = {"record_id": pl.String, "hull": pl.String, "name": pl.String, "owner": pl.String, "yard": pl.String}
    raw = pl.DataFrame(rows, schema=schema | {"year": pl.Int64, "launched": pl.Date, "sound": pl.Boolean}, orient="row")
    settings = LinkageSettings(block_cap=200, pairs_per_row=200)
    model = link(raw, AWKWARD, settings).model
    records = encoded(with_surprisal(raw, AWKWARD.frequencies, model.frequencies), AWKWARD.texts)
    pairs, _ = candidate_pairs(records, AWKWARD.rules, settings)
    return Scored(raw, records, pairs, AWKWARD, model)
