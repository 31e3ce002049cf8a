"""From standardised records to entities: the engine's one public function."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.linkage.background import background_pairs
from pipelines.linkage.calibration import Alarm, Calibration, alarm, calibrate, decided, held_out, masked, reliability
from pipelines.linkage.candidates import candidate_pairs
from pipelines.linkage.clusters import AMBIGUOUS, Clusters, Constraints, cluster
from pipelines.linkage.encoding import encoded
from pipelines.linkage.explanation import evidence, reason
from pipelines.linkage.frequencies import Tables, count_frequencies, with_surprisal
from pipelines.linkage.levels import compare
from pipelines.linkage.model import LinkageModel, estimate, holds_any, rescoped, score
from pipelines.linkage.near_misses import NearMisses, near_misses
from pipelines.linkage.runners import Runner
from pipelines.linkage.runners.local import run_locally
from pipelines.linkage.spec import LinkageSettings, LinkageSpec
from pipelines.linkage.verdicts import ALONE, APART, CONTRADICTED, DIFFERENT, SAME, Verdicts
from pipelines.linkage.vetoes import overruled, vetoed_pairs
from pipelines.progress import Tell, silent

NO_CORROBORATION = "no_corroboration"
_FEW_CASES = 20
"""As many can be decided in any commune, however small."""


@dataclass(frozen=True)
class Linkage:
    """What linking gave.

    `members`: `record_id`, `cluster` (the smallest record id of its entity); one row a record.
    `links`: the contract's table without `dataset`: merged pairs, pairs for review, refused ones, and those that people
    decided; besides it `why` names the constraint of a refused or doubtful pair, or what was decided.
    `paths`: `cluster`, `rows`, `weakest_weight`, `path`; one row an entity of two rows or more.
    `missed`: pairs that fell short of all that, counted, and a sample of those that nearly did not.
    `candidates`: what each candidate rule gave. `reliability`: the diagram by bands of weight.
    `thresholds`: `automatic` and `review`, in thousandths of a bit.
    """

    members: pl.DataFrame
    links: pl.DataFrame
    paths: pl.DataFrame
    missed: NearMisses
    candidates: pl.DataFrame
    reliability: pl.DataFrame
    model: LinkageModel
    alarm: Alarm
    thresholds: dict[str, int]


def link(
    records: pl.DataFrame,
    spec: LinkageSpec,
    settings: LinkageSettings,
    model: LinkageModel | None = None,
    shipped: LinkageModel | None = None,
    verdicts: Verdicts | None = None,
    tell: Tell = silent,
    run: Runner = run_locally,
    scope: Sequence[int] | None = None,
) -> Linkage:
    """Link records (`record_id` and the columns that the spec names).

    Without a model one is estimated from the records, shrunk towards the shipped one if there is one. What people
    decided takes no part in that. With a `scope` (see `rescoped`) the model given gets the priors of that scope, and
    keeps all else. The result is a function of the sets of records and of verdicts: their order does
    not matter, nor where the candidate pairs are scored (`run`). `tell` is told how far it is.
    """
    records, tables = _prepared(records, spec, model, shipped)
    ids = records["record_id"]
    pairs, report = candidate_pairs(records, spec.rules, settings, tell)
    compared = run(records, pairs, spec, model, tell)
    levels = compared.select(comparison.field for comparison in spec.comparisons)
    proof = decided(levels, spec)
    estimated = model is None
    if model is None:
        tell(f"Đang ước lượng mô hình từ {levels.height} cặp đã so sánh.")
        chance = background_pairs(records, pairs, spec)
        drawn = pl.concat([compare(records, chance, spec), chance.select("pairs", "alternative")], how="horizontal")
        model = estimate(levels, spec, drawn, tables, shipped)
    elif scope is not None:
        model = rescoped(levels, spec, model, scope)
        compared = pl.concat([levels, score(levels, model)], how="horizontal")
    tested = held_out(levels.height) & proof.is_not_null()
    same, hidden = proof.filter(tested), masked(levels.filter(tested), spec)
    without = score(hidden, model)["weight"]
    if estimated:
        compared = pl.concat([levels, score(levels, model)], how="horizontal")
        calibration = calibrate(without, same, model.calibration)
        model = model.model_copy(update={"calibration": calibration, "rows": len(records)})
    # Where nothing is left to recognise when the number is hidden, a model cannot fail to.
    telling = pl.Series(
        holds_any(hidden, spec, spec.corroborated) if spec.corroborated else np.ones(len(hidden), dtype=bool)
    )

    verdicts = verdicts or Verdicts()
    told = verdicts.pairs(ids)
    scored = _with_verdicts(
        pl.concat([pairs, compared], how="horizontal"),
        records,
        spec,
        model,
        told,
        verdicts.alone,
    )
    automatic = _automatic(scored, spec, settings, model)
    edges = scored.filter(automatic)
    tell(f"Đang gộp {len(records)} dòng theo {edges.height} cặp đủ chắc chắn.")
    vetoes = overruled(vetoed_pairs(records, scored, edges, spec, settings, model), edges, len(records))
    told_apart = told.filter(pl.col("verdict") != SAME)
    vetoes |= dict.fromkeys(told_apart.select("a", "b").iter_rows(), DIFFERENT)
    clusters = cluster(
        edges.select("a", "b", "weight", pl.col("verdict").eq_missing(SAME).alias("decided")),
        len(records),
        Constraints(
            exclusive=records[spec.exclusive] if spec.exclusive else None,
            within=records[spec.exclusive_within] if spec.exclusive_within else None,
            vetoes=vetoes,
            size_cap=settings.size_cap,
            face=records["face"],
            margin=round(1000 * settings.margin_bits),
        ),
    )
    links, missed, thresholds = _decisions(scored, automatic, clusters, model, settings, told)
    return Linkage(
        members=pl.DataFrame({"record_id": ids, "cluster": ids.gather(clusters.root)}),
        links=_links(links, ids, model, spec, thresholds),
        paths=_paths(edges[clusters.tree], clusters, ids),
        missed=near_misses(missed, ids, model, thresholds["review"]),
        candidates=report,
        reliability=reliability(without, same, model.calibration),
        model=model,
        alarm=alarm(without.filter(telling), same.filter(telling)),
        thresholds=thresholds,
    )


def _prepared(
    records: pl.DataFrame, spec: LinkageSpec, model: LinkageModel | None, shipped: LinkageModel | None
) -> tuple[pl.DataFrame, Tables]:
    """The records in the order of their ids with `face` and how common their values are, and the tables that tell it.

    Only what the spec names is held through the steps to come, as text only where text is looked at.
    """
    codes = encoded(records.select(spec.columns), keep={"record_id"})
    face = codes.drop("record_id", *spec.moving).hash_rows(seed=1).alias("face")
    if model:
        tables = model.frequencies
    else:
        counted = records.select("record_id", *{frequency.column for frequency in spec.frequencies})
        known = shipped.frequencies if shipped else {}
        tables = count_frequencies(counted.filter(face.is_first_distinct()), spec.frequencies, known)
    told = with_surprisal(codes, spec.frequencies, tables)
    return told.with_columns(*records.select(spec.texts), face).sort("record_id"), tables


def automatic_weight(settings: LinkageSettings, model: LinkageModel) -> int:
    """The weight (thousandths of a bit) from which a merge is worth its risk: a false one costs so many missed.

    Calibration can only make it more cautious than the model's own odds.
    """
    if settings.automatic_bits is not None:
        return round(1000 * settings.automatic_bits)
    own = Calibration().weight_at(settings.false_merge_cost)
    return max(own, model.calibration.weight_at(settings.false_merge_cost))


def review_weight(settings: LinkageSettings, model: LinkageModel) -> int:
    """The weight from which it is worth a person's time to look at a pair, however few such pairs there are."""
    if settings.review_bits is not None:
        return round(1000 * settings.review_bits)
    return model.calibration.weight_at(settings.review_cost / (1 - settings.review_cost))


def _with_verdicts(
    scored: pl.DataFrame,
    records: pl.DataFrame,
    spec: LinkageSpec,
    model: LinkageModel,
    decided: pl.DataFrame,
    alone: pl.Series,
) -> pl.DataFrame:
    """Scored pairs with their `verdict`; those called one that no candidate rule gave are compared and added."""
    missing = decided.filter(pl.col("verdict") != DIFFERENT).join(scored, on=["a", "b"], how="anti").select("a", "b")
    if not missing.is_empty():
        levels = compare(records, missing, spec)
        added = pl.concat([missing, levels, score(levels, model)], how="horizontal")
        scored = pl.concat([scored, added.select(scored.columns)]).sort("a", "b")
    is_alone = records["record_id"].is_in(alone.implode())
    kept_out = is_alone.gather(scored["a"]) | is_alone.gather(scored["b"])
    return scored.join(decided, on=["a", "b"], how="left", maintain_order="left").with_columns(
        pl.when(kept_out & pl.col("verdict").eq_missing(SAME))
        .then(pl.lit(CONTRADICTED))
        .when(kept_out)
        .then(pl.lit(ALONE))
        .otherwise("verdict")
        .alias("verdict")
    )


def _automatic(
    scored: pl.DataFrame, spec: LinkageSpec, settings: LinkageSettings, model: LinkageModel
) -> NDArray[np.bool_]:
    heavy: NDArray[np.bool_] = scored["weight"].to_numpy() >= automatic_weight(settings, model)
    if spec.corroborated:
        heavy[heavy] = holds_any(scored.filter(heavy), spec, spec.corroborated)
    joined: NDArray[np.bool_] = scored["verdict"].eq_missing(SAME).to_numpy()
    heavy &= scored["verdict"].is_null().to_numpy()
    return heavy | joined


def _decisions(
    scored: pl.DataFrame,
    automatic: NDArray[np.bool_],
    clusters: Clusters,
    model: LinkageModel,
    settings: LinkageSettings,
    verdicts: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """Pairs that were merged, refused, decided, or are worth a person's time, with `decision` and `why`; those that
    are not, nor came together, nor were told apart; and the thresholds.

    A pair whose rows came together by other links needs no review, nor one of clusters that were told apart. Where
    more pairs are doubtful than the case budget allows, the review threshold rises, and the most likely ones are kept.
    """
    first, second = (clusters.root[scored[side].to_numpy()] for side in ("a", "b"))
    together, decided = first == second, scored["verdict"].is_not_null().to_numpy()
    positions = np.flatnonzero(automatic)
    refused = {int(positions[edge]): why for edge, why in clusters.refused.items()}
    threshold, lowest = automatic_weight(settings, model), review_weight(settings, model)
    weight = scored["weight"].to_numpy()
    apart = ~automatic & ~together & ~decided & ~_of_parted_clusters(first, second, clusters.root, verdicts)
    doubtful = apart & (weight >= lowest)
    budget = max(int(settings.case_share * len(clusters.root)), _FEW_CASES)
    if settings.cases_per_day is not None:
        # Refusals come first; what is left of the officers' days is for doubtful pairs.
        budget = max(settings.cases_per_day * settings.review_days - len(refused), 0)
    if settings.review_bits is None and int(doubtful.sum()) > budget:
        # All pairs of one weight are in or out, so that the order of records does not matter.
        lowest = int(np.sort(weight[doubtful])[::-1][budget]) + 1
        doubtful &= weight >= lowest
    refusals = pl.DataFrame(
        {"at": list(refused), "why": list(refused.values())}, schema={"at": pl.UInt32, "why": pl.String}
    )
    shown = scored.with_columns(
        pl.Series("merged", automatic & together),
        pl.Series("doubtful", doubtful),
        pl.Series("decided", decided & ((weight >= lowest) | scored["verdict"].ne_missing(ALONE).to_numpy())),
    )
    return (
        shown.with_row_index("at")
        .join(refusals, on="at", how="left", maintain_order="left")
        .filter(pl.col("merged") | pl.col("doubtful") | pl.col("decided") | pl.col("why").is_not_null())
        .with_columns(
            pl.when((pl.col("verdict") == SAME) & ~pl.col("merged"))
            .then(pl.lit(CONTRADICTED))
            .when("decided")
            .then("verdict")
            .when(pl.col("doubtful") & (pl.col("weight") >= threshold))
            .then(pl.lit(NO_CORROBORATION))
            .otherwise("why")
            .alias("why")
        )
        .with_columns(
            pl.when(pl.col("why").is_in([SAME, *APART]))
            .then(pl.lit("officer"))
            .when("merged")
            .then(pl.lit("automatic"))
            .when(pl.col("doubtful") | (pl.col("why") == AMBIGUOUS))
            .then(pl.lit("review"))
            .otherwise(pl.lit("refused"))
            .alias("decision")
        ),
        scored.filter(apart & (weight < lowest)),
        {"automatic": threshold, "review": lowest},
    )


def _of_parted_clusters(
    first: NDArray[np.int64], second: NDArray[np.int64], root: NDArray[np.int64], verdicts: pl.DataFrame
) -> NDArray[np.bool_]:
    """Whether people told two records of a pair's two clusters apart."""
    apart = verdicts.filter(verdict=DIFFERENT)
    if apart.is_empty():
        return np.zeros(len(first), dtype=bool)
    told = _in_order(*(root[apart[side].to_numpy()] for side in ("a", "b"))).unique().with_columns(told=True)
    found = _in_order(first, second).join(told, on=["low", "high"], how="left", maintain_order="left")["told"]
    result: NDArray[np.bool_] = found.fill_null(False).to_numpy()
    return result


def _in_order(first: NDArray[np.int64], second: NDArray[np.int64]) -> pl.DataFrame:
    return pl.DataFrame({"low": np.minimum(first, second), "high": np.maximum(first, second)})


def _links(
    links: pl.DataFrame, ids: pl.Series, model: LinkageModel, spec: LinkageSpec, thresholds: dict[str, int]
) -> pl.DataFrame:
    return links.select(
        pl.lit(ids).gather(pl.col("a")).alias("record_id_a"),
        pl.lit(ids).gather(pl.col("b")).alias("record_id_b"),
        "weight",
        model.calibration.probability(pl.col("weight")).alias("probability"),
        "decision",
        reason(spec, thresholds).alias("reason"),
        evidence(links, model),
        pl.when(pl.col("decision") != "automatic").then("why").alias("why"),
    ).sort("record_id_a", "record_id_b")


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
