"""What must be true of the data before it is published: rules, and how Great Expectations judges them.

`validate` judges all `RULES` on a staging warehouse: a DuckDB file with every table of
`pipelines.warehouse.schema` and `citizen_trust` (see `expectations.rule`). Each suite has its module:
`balance`, `identity`, `land`, `references` and `values` hold the gates, `quality` the warnings.

What does not belong here: deciding what a refused gate stops, and showing results to anyone.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from expectations import balance, identity, land, quality, references, running, values
from expectations.rule import Rule
from expectations.running import ValidationError

__all__ = ["RULES", "Rule", "ValidationError", "described", "validate"]

RULES: Final[tuple[Rule, ...]] = (
    *balance.RULES,
    *identity.RULES,
    *land.RULES,
    *references.RULES,
    *values.RULES,
    *quality.RULES,
)


def validate(
    staging: Path, limits: Mapping[str, float] = running.NO_OVERRIDES, *, today: date | None = None
) -> pl.DataFrame:
    """One row for each rule, sorted by `rule_id`: the columns of `validation_results` (`expectation` is the
    English sentence), then `sentence_vi` and `sentence_en`. See `expectations.running.run`.
    """
    return running.run(RULES, staging, limits, today=today)


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
