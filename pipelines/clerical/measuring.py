"""What the answers in a warehouse say of the linkage: precision and recall, overall and by parts of people and land.

Measured is what the machine did in the publication of which people looked at a sample, whatever was mended since: all
its pairs stand in the warehouse beside the answers. Which part a pair belongs to is told by its first row, so that it
counts once; a pair whose rows come from two old communes belongs to neither.
"""

import json
from dataclasses import dataclass
from typing import Final

import duckdb
import polars as pl

from pipelines.clerical.drawing import DATASETS, frame_of, pairs_hash
from pipelines.linkage.clerical import Expectation, Quality, expectation, quality, quality_by
from pipelines.warehouse.manifest import read as read_manifest

DOMAINS: Final = {"citizens": ("sex", "age", "old_commune"), "parcels": ("old_commune",)}
"""The parts by which a data set is measured."""

# The newest answer tells which publication is measured; of each person on each of its pairs the newest answer holds.
_ANSWERS = """
    WITH measured AS (
        SELECT version_pairs_hash FROM clerical_answers WHERE dataset = $dataset
        ORDER BY "at" DESC, draw_id DESC LIMIT 1
    )
    FROM clerical_answers SEMI JOIN measured USING (version_pairs_hash) WHERE dataset = $dataset
    QUALIFY row_number() OVER (PARTITION BY record_id_a, record_id_b, "by" ORDER BY "at" DESC, draw_id DESC) = 1
    ORDER BY "at", draw_id, record_id_a, record_id_b, "by"
"""
_LABELLED = """
    WITH rows AS (
        SELECT record_id, s.old_commune_code, sex, year(CAST($today AS DATE)) - birth_year AS years
        FROM citizen_sources s LEFT JOIN citizens USING (citizen_id) WHERE $dataset = 'citizens'
        UNION ALL
        SELECT record_id, old_commune_code, NULL, NULL FROM parcel_sources WHERE $dataset = 'parcels'
    )
    SELECT
        frame.*,
        coalesce(a.sex, 'unknown') AS sex,
        CASE WHEN a.years < 15 THEN 'age_00' WHEN a.years < 30 THEN 'age_15' WHEN a.years < 60 THEN 'age_30'
            WHEN a.years >= 60 THEN 'age_60' ELSE 'unknown' END AS age,
        CASE WHEN a.old_commune_code = b.old_commune_code THEN a.old_commune_code
            WHEN a.old_commune_code <> b.old_commune_code THEN 'between' ELSE 'unknown' END AS old_commune
    FROM clerical_frame frame
    LEFT JOIN rows a ON a.record_id = record_id_a
    LEFT JOIN rows b ON b.record_id = record_id_b
    WHERE dataset = $dataset
    ORDER BY record_id_a, record_id_b
"""


@dataclass(frozen=True)
class Measured:
    """What was measured of one data set, and of what it was measured."""

    overall: Quality
    parts: dict[str, dict[str, Quality]]
    """By each of DOMAINS the codes of its values: sex; from which age on (`age_15`); old commune, or `between` two; or
    `unknown`."""
    answered: int
    """How many pairs somebody answered, `cannot_tell` among them."""
    drawn: int
    """How many pairs the newest of the samples has."""
    samples: int
    """Of how many samples the answers are; they may share pairs."""
    cannot_tell: int
    disputed: int
    """Pairs of which people said different things: nobody could tell."""
    people: int
    first: str
    last: str
    """When the first and the newest of the answers were given, ISO 8601."""
    version: str
    """The publication that was measured, as people call it, and its logical hash."""
    logical_hash: str
    model: str
    is_this_publication: bool
    """Whether the pairs of this warehouse are the very ones that were measured."""
    is_this_model: bool


def measured(warehouse: duckdb.DuckDBPyConnection) -> dict[str, Measured]:
    """What was measured, by data set; one of which nobody has answered anything is not there."""
    found = {dataset: warehouse.execute(_ANSWERS, {"dataset": dataset}).pl() for dataset in DATASETS}
    answers = {dataset: of_dataset for dataset, of_dataset in found.items() if not of_dataset.is_empty()}
    here = pairs_hash(warehouse) if answers else ""
    return {dataset: _measured(warehouse, dataset, of_dataset, here) for dataset, of_dataset in answers.items()}


def expected(warehouse: duckdb.DuckDBPyConnection) -> dict[str, Expectation]:
    """What the model of this warehouse itself expects, by data set: to stand beside what was measured."""
    manifest = read_manifest(warehouse)
    return {
        dataset: expectation(frame_of(warehouse, dataset), strata)
        for dataset in DATASETS
        if not (strata := pl.DataFrame(json.loads(manifest.get(f"near_miss_strata.{dataset}", "[]")))).is_empty()
    }


def _measured(warehouse: duckdb.DuckDBPyConnection, dataset: str, answers: pl.DataFrame, here: str) -> Measured:
    newest, manifest = answers.row(-1, named=True), read_manifest(warehouse)
    today = manifest.get("started_at", "")[:10] or None
    frame = warehouse.execute(_LABELLED, {"dataset": dataset, "today": today}).pl()
    verdicts = answers.group_by("record_id_a", "record_id_b", maintain_order=True).agg(
        is_match=pl.when(pl.col("answer").n_unique() == 1)
        .then(pl.col("answer").last())
        .replace_strict({"same": True, "different": False}, default=None, return_dtype=pl.Boolean),
        disputed=pl.col("answer").n_unique() > 1,
    )
    return Measured(
        overall=quality(frame, verdicts),
        parts={domain: quality_by(frame, verdicts, domain) for domain in DOMAINS[dataset]},
        answered=verdicts.height,
        drawn=newest["drawn"],
        samples=answers["draw_id"].n_unique(),
        cannot_tell=verdicts["is_match"].null_count(),
        disputed=int(verdicts["disputed"].sum()),
        people=answers["by"].n_unique(),
        first=answers["at"][0],
        last=newest["at"],
        version=newest["version"],
        logical_hash=newest["version_logical_hash"],
        model=newest["model"],
        is_this_publication=newest["version_pairs_hash"] == here,
        is_this_model=newest["model"] == manifest.get(f"model_name.{dataset}"),
    )
