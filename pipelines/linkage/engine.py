"""From standardised records to entities: the engine's one public function."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.linkage.candidates import candidate_pairs
from pipelines.linkage.clusters import Clusters, cluster
from pipelines.linkage.explanation import evidence, reason
from pipelines.linkage.levels import compare
from pipelines.linkage.model import LinkageModel, estimate, holds_any, probability, score
from pipelines.linkage.spec import LinkageSettings, LinkageSpec


@dataclass(frozen=True)
class Linkage:
    """What linking gave.

    `members`: `record_id`, `cluster` (the smallest record id of its entity); one row a record.
    `links`: the contract's table without `dataset`: merged pairs, pairs for review, and refused ones.
    `paths`: `cluster`, `rows`, `weakest_weight`, `path`; one row an entity of two rows or more.
    `candidates`: what each candidate rule gave.
    """

    members: pl.DataFrame
    links: pl.DataFrame
    paths: pl.DataFrame
    candidates: pl.DataFrame
    model: LinkageModel


def link(
    records: pl.DataFrame,
    spec: LinkageSpec,
    settings: LinkageSettings,
    model: LinkageModel | None = None,
) -> Linkage:
    """Link records (`record_id` and the columns that the spec names); estimates the model unless one is given.

    The result is a function of the set of records: their order does not matter.
    """
    records = records.sort("record_id")
    pairs, report = candidate_pairs(records, spec.rules, settings.block_cap)
    levels = compare(records, pairs, spec)
    model = model or estimate(levels, spec)
    scored = pl.concat([pairs, levels, score(levels, model)], how="horizontal").filter(
        pl.col("weight") >= round(1000 * settings.review_bits)
    )
    automatic = pl.col("weight") >= round(1000 * settings.automatic_bits)
    if spec.corroborated:
        automatic &= pl.Series(holds_any(scored, spec, spec.corroborated), dtype=pl.Boolean)
    edges = scored.filter(automatic)
    exclusive = records[spec.exclusive] if spec.exclusive else None
    within = records[spec.exclusive_within] if spec.exclusive_within else None
    clusters = cluster(edges.select("a", "b", "weight"), len(records), exclusive, within)
    ids = records["record_id"]
    members = pl.DataFrame({"record_id": ids, "cluster": ids.gather(clusters.root)})
    return Linkage(
        members,
        _links(scored, automatic, clusters, ids, model, spec, settings),
        _paths(edges[clusters.tree], clusters, ids),
        report,
        model,
    )


def _links(
    scored: pl.DataFrame,
    automatic: pl.Expr,
    clusters: Clusters,
    ids: pl.Series,
    model: LinkageModel,
    spec: LinkageSpec,
    settings: LinkageSettings,
) -> pl.DataFrame:
    """A pair whose rows came together by other links needs no review; one that stayed apart was refused."""
    together = clusters.root[scored["a"].to_numpy()] == clusters.root[scored["b"].to_numpy()]
    return (
        scored.with_columns(pl.Series("together", together))
        .with_columns(
            pl.when(automatic & pl.col("together"))
            .then(pl.lit("automatic"))
            .when(automatic)
            .then(pl.lit("refused"))
            .when(~pl.col("together"))
            .then(pl.lit("review"))
            .alias("decision")
        )
        .drop_nulls("decision")
        .select(
            pl.lit(ids).gather(pl.col("a")).alias("record_id_a"),
            pl.lit(ids).gather(pl.col("b")).alias("record_id_b"),
            "weight",
            probability(pl.col("weight")).alias("probability"),
            "decision",
            reason(spec, settings).alias("reason"),
            evidence(scored, model).alias("evidence"),
        )
        .sort("record_id_a", "record_id_b")
    )


def _paths(tree: pl.DataFrame, clusters: Clusters, ids: pl.Series) -> pl.DataFrame:
    sizes = np.bincount(clusters.root, minlength=len(ids))
    root = clusters.root[tree["a"].to_numpy()]
    return (
        tree.select(
            ids.gather(root).alias("cluster"),
            pl.Series("rows", sizes[root], dtype=pl.Int64),
            "weight",
            pl.struct(
                ids.gather(tree["a"]).alias("record_id_a"), ids.gather(tree["b"]).alias("record_id_b"), "weight"
            ).alias("path"),
        )
        .group_by("cluster", "rows")
        .agg(
            pl.col("weight").min().alias("weakest_weight"),
            pl.col("path").sort_by(
                pl.col("weight"),
                pl.col("path").struct.field("record_id_a"),
                pl.col("path").struct.field("record_id_b"),
                descending=[True, False, False],
            ),
        )
        .sort("cluster")
    )
