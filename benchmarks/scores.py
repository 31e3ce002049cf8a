"""How right clusters are, against a known truth: by pairs of rows, by B-cubed, and which mistakes they hold.

`clusters` has `record_id` and `cluster`; `truth` has `record_id` and `person_id`, and for `errors_by_kind` may have
`special` and `errors`, both of kinds joined by +. The truth says which rows count: one that no cluster holds stands
alone, and one without truth is left out.

Nothing here knows of people or communes; what is measured, and of whom, is the caller's.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from pipelines.linkage.components import components as graph_components

SPECIAL = ("triplet", "twin", "namesake_son", "neighbour_namesake", "in_law", "sibling", "remarried")
"""What makes two people easy to take for one, the strongest first."""


@dataclass(frozen=True)
class Scores:
    """Precision and recall; both 1 where there was nothing to find."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Best:
    """The threshold with the highest F1 by pairs; `sweep` has `threshold`, `precision`, `recall`, `f1`."""

    threshold: float
    scores: Scores
    sweep: pl.DataFrame


def pair_scores(clusters: pl.DataFrame, truth: pl.DataFrame) -> Scores:
    """Share of the pairs of rows put together that belong so, and of those that belong so that were.

    Transitive: every pair of a cluster counts, whether or not it was compared (Menestrina, Whang and Garcia-Molina,
    "Evaluating entity resolution results", 2010, section 2: pairwise precision and recall).
    """
    rows = _judged(clusters, truth)
    found, true, both = (_pairs(rows, keys) for keys in (["cluster"], ["person"], ["cluster", "person"]))
    return _scores(found, true, both)


def b_cubed(clusters: pl.DataFrame, truth: pl.DataFrame) -> Scores:
    """The mean over rows of how much of its cluster is its person, and how much of its person is in its cluster.

    Bagga and Baldwin, "Algorithms for scoring coreference chains", 1998, with equal weights: each row counts once,
    so that one large wrong cluster weighs by its rows and not by its pairs.
    """
    rows = _judged(clusters, truth)
    if rows.is_empty():
        return Scores(1.0, 1.0)
    shared = rows.group_by("cluster", "person").len("shared").with_columns(pl.col("shared").cast(pl.Float64))
    means = [
        (shared["shared"] ** 2 / shared.select(pl.col("shared").sum().over(side)).to_series()).sum() / len(rows)
        for side in ("cluster", "person")
    ]
    return Scores(*means)


def errors_by_kind(clusters: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """`mistake` (false_merge, missed), `kind`, `pairs`: the wrong pairs of each kind, the most frequent first.

    A false merge is told by the first of SPECIAL that either row has, else "other". A missed pair counts once for
    each error that either row suffered, else "none", so that missed pairs by kind add up to more than all.
    """
    rows = _judged(clusters, truth).join(
        truth.select(
            "record_id",
            *(pl.col(c) if c in truth.columns else pl.lit(None, pl.String).alias(c) for c in ("special", "errors")),
        ),
        on="record_id",
    )
    impure = rows.filter(pl.col("person").n_unique().over("cluster") > 1)
    split = rows.filter(pl.col("cluster").n_unique().over("person") > 1)
    merged = _pairs_told(impure, "cluster", "person", "special").select(pl.lit("false_merge").alias("mistake"), _kind())
    missed = _pairs_told(split, "person", "cluster", "errors").select(pl.lit("missed").alias("mistake"), _kinds())
    return (
        pl.concat([merged, missed.explode("kind")])
        .group_by("mistake", "kind")
        .len("pairs")
        .sort(["mistake", "pairs", "kind"], descending=[False, True, False])
    )


def components(edges: pl.DataFrame, records: pl.Series) -> pl.DataFrame:
    """Connected components of `edges` (`record_id_a`, `record_id_b`) over all `records`, as clusters."""
    a, b = _positions(edges, records)
    return pl.DataFrame({"record_id": records, "cluster": graph_components(a, b, len(records))})


def best_threshold(edges: pl.DataFrame, truth: pl.DataFrame) -> Best:
    """The weight from which edges give the components of highest F1 by pairs.

    `edges`: `record_id_a`, `record_id_b`, `weight` in bits; each pair once. Tried by whole steps, then by tenths
    around the best. An advantage for the model that is measured: the truth chooses its threshold.
    """
    person = truth["person_id"].rank("dense")
    true = _pairs(person.to_frame("person"), ["person"])
    # Rows without any edge are in no pair that is found; they would only be counted again at every threshold.
    touched, ends = np.unique(np.concatenate(_positions(edges, truth["record_id"])), return_inverse=True)
    a, b = np.split(ends, 2)
    rows = person.gather(touched).to_frame("person")
    # The components above any threshold are those of the strongest spanning forest, which has far fewer edges.
    order = np.argsort(-edges["weight"].to_numpy(), kind="stable")
    ranks = np.arange(1, len(order) + 1, dtype=np.float64)
    graph = csr_array((ranks, (a[order], b[order])), shape=(len(touched), len(touched)))
    strongest = order[minimum_spanning_tree(graph).data.astype(np.int64) - 1]
    a, b, weight = a[strongest], b[strongest], edges["weight"].to_numpy()[strongest]

    def at(threshold: float) -> tuple[float, Scores]:
        kept = weight >= threshold
        told = rows.with_columns(pl.Series("cluster", graph_components(a[kept], b[kept], len(touched))))
        return threshold, _scores(_pairs(told, ["cluster"]), true, _pairs(told, ["cluster", "person"]))

    finite = weight[np.isfinite(weight)]
    lowest, highest = (np.floor(finite.min()), np.ceil(finite.max())) if len(finite) else (0.0, 0.0)
    coarse = [at(threshold) for threshold in np.arange(lowest, highest + 1).tolist()]
    middle, _ = max(coarse, key=lambda tried: tried[1].f1)
    fine = [at(round(middle + tenth / 10, 1)) for tenth in range(-9, 10) if tenth]
    tried = sorted(coarse + fine, key=lambda one: one[0])
    threshold, scores = max(tried, key=lambda one: one[1].f1)
    sweep = pl.DataFrame(
        [(value, each.precision, each.recall, each.f1) for value, each in tried],
        schema=["threshold", "precision", "recall", "f1"],
        orient="row",
    )
    return Best(threshold, scores, sweep)


def _judged(clusters: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, and as whole numbers `cluster` and `person`; a row in no cluster gets one of its own."""
    rows = truth.select("record_id", "person_id").join(
        clusters.select("record_id", pl.col("cluster").rank("dense").cast(pl.Int64)), on="record_id", how="left"
    )
    return rows.select(
        "record_id",
        pl.coalesce("cluster", -1 - pl.int_range(pl.len())),
        pl.col("person_id").rank("dense").cast(pl.Int64).alias("person"),
    )


def _pairs(rows: pl.DataFrame, keys: list[str]) -> int:
    sizes = rows.group_by(keys).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _scores(found: int, true: int, both: int) -> Scores:
    return Scores(both / found if found else 1.0, both / true if true else 1.0)


def _pairs_told(rows: pl.DataFrame, together: str, apart: str, label: str) -> pl.DataFrame:
    """A row for each pair equal in `together` and not in `apart`: `told`, the kinds of its two labels."""
    sides = rows.select(together, apart, pl.int_range(pl.len()).alias("at"), label)
    return (
        sides.join(sides, on=together, suffix="_b")
        .filter((pl.col("at") < pl.col("at_b")) & (pl.col(apart) != pl.col(f"{apart}_b")))
        .select(pl.concat_str(label, f"{label}_b", separator="+", ignore_nulls=True).str.split("+").alias("told"))
    )


def _kind() -> pl.Expr:
    kind = pl.lit("other")
    for special in reversed(SPECIAL):
        kind = pl.when(pl.col("told").list.contains(special)).then(pl.lit(special)).otherwise(kind)
    return kind.alias("kind")


def _kinds() -> pl.Expr:
    kinds = pl.col("told").list.unique().list.drop_nulls()
    kinds = kinds.list.eval(pl.element().filter(pl.element() != ""))
    return pl.when(kinds.list.len() > 0).then(kinds).otherwise(pl.lit(["none"])).alias("kind")


def _positions(edges: pl.DataFrame, records: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    at = pl.DataFrame({"record_id": records, "at": np.arange(len(records))})
    a, b = (
        edges.select(pl.col(side).alias("record_id")).join(at, on="record_id", how="left", maintain_order="left")["at"]
        for side in ("record_id_a", "record_id_b")
    )
    return a.to_numpy(), b.to_numpy()
