"""What must be true of the data before it is published: rules, and how Great Expectations judges them.

`validate` judges all `RULES` on a staging warehouse: a DuckDB file with every table of
`pipelines.warehouse.schema` and the three that are never published, `citizen_trust` (see `expectations.rule`),
`distribution` and `placed_elsewhere`. Each suite has its module: `balance`, `identity`, `land`, `linkage`, `manifest`,
`references`, `review` and `values` hold the gates. The others hold warnings: `quality`, `shift` and `placement` on a
run as a whole, `people`, `numbers`, `dates`, `households`, `parcels`, `owners`, `land_use`, `codes` and `places` on
what the registers and land books say.

What does not belong here: deciding what a refused gate stops, and showing results to anyone.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from expectations import (
    balance,
    codes,
    dates,
    households,
    identity,
    land,
    land_use,
    linkage,
    manifest,
    numbers,
    owners,
    parcels,
    people,
    placement,
    places,
    quality,
    references,
    review,
    running,
    shift,
    values,
)
from expectations.rule import Rule
from expectations.running import ValidationError
from pipelines.progress import Tell, silent

__all__ = ["RULES", "Rule", "ValidationError", "described", "validate"]

RULES: Final[tuple[Rule, ...]] = (
    *balance.RULES,
    *identity.RULES,
    *land.RULES,
    *linkage.RULES,
    *manifest.RULES,
    *references.RULES,
    *review.RULES,
    *values.RULES,
    *quality.RULES,
    *shift.RULES,
    *placement.RULES,
    *people.RULES,
    *numbers.RULES,
    *dates.RULES,
    *households.RULES,
    *parcels.RULES,
    *owners.RULES,
    *land_use.RULES,
    *codes.RULES,
    *places.RULES,
)


def validate(
    staging: Path,
    limits: Mapping[str, float] = running.NO_OVERRIDES,
    *,
    today: date | None = None,
    tell: Tell = silent,
) -> pl.DataFrame:
    """One row for each rule, sorted by `rule_id`: the columns of `validation_results` (`expectation` is the
    English sentence), then `sentence_vi` and `sentence_en`. See `expectations.running.run`.
    """
    return running.run(RULES, staging, limits, today=today, tell=tell)


def described(results: pl.DataFrame) -> pl.DataFrame:
    """Rows of `validation_results` with what their rules say: `sentence_vi`, `sentence_en` and `source`.

    A rule that this program no longer has (the file was published by an older one) keeps its row, without words.
    """
    said = pl.DataFrame(
        [(rule.id, rule.vi, rule.en, rule.source) for rule in RULES],
        schema=["rule_id", "sentence_vi", "sentence_en", "source"],
        orient="row",
    )
    return results.drop("sentence_vi", "sentence_en", strict=False).join(
        said, on="rule_id", how="left", maintain_order="left"
    )
