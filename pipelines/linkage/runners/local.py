"""Pairs scored in this process: Polars and RapidFuzz use all its cores."""

import polars as pl

from pipelines.linkage.levels import compare
from pipelines.linkage.model import LinkageModel, score
from pipelines.linkage.spec import LinkageSpec
from pipelines.progress import Tell, silent


def run_locally(
    records: pl.DataFrame,
    pairs: pl.DataFrame,
    spec: LinkageSpec,
    model: LinkageModel | None = None,
    tell: Tell = silent,
) -> pl.DataFrame:
    """Levels of the pairs, with a model their weights, a bounded number of pairs at a time."""
    levels = compare(records, pairs, spec, tell=tell)
    return levels if model is None else pl.concat([levels, score(levels, model)], how="horizontal")
