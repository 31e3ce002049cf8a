"""dedupe 3 on the standardised rows of citizens, as a peer that the engine is measured against.

    .venv/peers/bin/python -m benchmarks.dedupe_peer RECORDS.parquet LABELS.parquet OUT_DIR

writes the clusters at each of THRESHOLDS, and `timings.json`. dedupe learns from pairs that a person has labelled: it
is given labels from the truth of another register, which neither Splink nor we are. Learning is part of its time, as
estimating is of theirs; its time of clustering is that of 0.5, its own default.
"""

import argparse
import io
import json
from pathlib import Path

import dedupe
import pandas as pd
from affinegap import normalizedAffineGapDistance
from dedupe import variables
from dedupe.predicates import ExistsPredicate

from benchmarks.peer_rows import read_labels, read_rows, write_clusters
from benchmarks.stopwatch import Stopwatch

CORES = 2
THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.97)
RECALL = 0.98
"""Share of the labelled matches that the blocking rules which it learns must hold."""

ALIKE = ("name", "father", "mother", "spouse", "date", "number")
EQUAL = ("name", "given", "father", "mother", "date", "year", "number", "old_number", "household", "phone")


def main(arguments: list[str] | None = None) -> None:
    """Learn, block, score and cluster."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    ids, rows = read_rows(options.records)
    watch = Stopwatch()
    data = dict(enumerate(rows.to_dict("records")))
    deduper = dedupe.Dedupe(_variables(), num_cores=CORES)
    deduper.classifier.n_jobs = 1  # starting a second process takes longer than all of its fitting
    deduper.prepare_training(data, training_file=io.StringIO(_training(options.labels)))
    deduper.train(recall=RECALL, index_predicates=False)
    deduper.cleanup_training()
    watch.lap("train")
    scores = deduper.score(deduper.pairs(data))
    watch.lap("score")
    for threshold in sorted(THRESHOLDS, key=lambda each: each != 0.5):
        clusters = rows.index.to_series()
        for members, _ in deduper.cluster(scores, threshold):
            clusters[list(members)] = min(members)
        if threshold == 0.5:
            watch.lap("cluster")
        write_clusters(options.out, ids, clusters, f"clusters_{threshold}")
    predicates = [str(predicate) for predicate in deduper.predicates]
    watch.write(options.out, {"pairs_scored": len(scores), "predicates": predicates})


def _variables() -> list[variables.base.Variable]:
    """What is compared by likeness has no predicates, and what rows are blocked by is compared whole: for each
    predicate of a field dedupe keeps every pair of 5,000 sampled rows that share it. Two rows in five share the
    surname Nguyễn, the beginning of a number is that of the province, and most pairs have a name each, so that with
    all its own predicates it ran out of 20 GB of memory before it had learned anything.
    """
    compared = [variables.Custom(field, normalizedAffineGapDistance, has_missing=True) for field in ALIKE]
    compared += [variables.Custom("sex", _differ, has_missing=True)]
    compared += [variables.Exact(field, has_missing=True) for field in EQUAL]
    for variable in compared:
        variable.predicates = [each for each in variable.predicates if not isinstance(each, ExistsPredicate)]
    return compared


def _differ(left: str, right: str) -> float:
    return float(left != right)


def _training(path: Path) -> str:
    left, right, same = read_labels(path)
    pairs = list(zip(left.to_dict("records"), right.to_dict("records"), strict=True))
    chosen = {"match": same, "distinct": ~same}
    return json.dumps({kind: _tuples(pairs, which) for kind, which in chosen.items()})


def _tuples(pairs: list[tuple[dict, dict]], which: pd.Series) -> list[dict]:
    """Pairs as dedupe's own training files have them."""
    return [{"__class__": "tuple", "__value__": list(pair)} for pair, taken in zip(pairs, which, strict=True) if taken]


if __name__ == "__main__":
    main()
