"""recordlinkage (the Python Record Linkage Toolkit) on the standardised rows of citizens, as a peer of the engine.

    .venv/peers/bin/python -m benchmarks.recordlinkage_peer RECORDS.parquet LABELS.parquet OUT_DIR

writes the scored pairs of each of its two classifiers that fits, and `timings.json`: `ecm`, which needs no labels, and
`logistic`, which is taught with labels from the truth of another register. Candidates are those of the rules that
Splink is given. It clusters nothing: connected components are the benchmark's. Indexing and comparing, nearly all of
its time, are done once for both.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import recordlinkage
from recordlinkage.index import Block

from benchmarks.peer_rows import read_labels, read_rows
from benchmarks.stopwatch import Stopwatch

RULES = (
    ("number",),
    ("old_number",),
    ("name", "year"),
    ("given", "date"),
    ("household", "given"),
    ("name", "month_day"),
    ("father", "mother", "year"),
    ("name", "household"),
    ("date", "father"),
    ("phone", "given"),
    ("name", "father"),
    ("name", "mother"),
    ("date", "mother"),
    ("given", "father", "mother"),
    ("given", "year", "mother"),
)
NAMES = ("name", "father", "mother", "spouse")
EQUAL = ("given", "surname", "year", "sex", "old_number", "household", "phone")
MISSING = -1.0
ALIKE = 0.92
"""Likeness from which a field agrees, to the ECM; what is missing does not."""


def main(arguments: list[str] | None = None) -> None:
    """Index, compare, classify."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    ids, rows = read_rows(options.records)
    watch = Stopwatch()
    indexer = recordlinkage.Index([Block(list(rule)) for rule in RULES])
    pairs = indexer.index(rows.assign(month_day=rows["date"].str[5:]))
    watch.lap("index")
    likeness = _comparison().compute(pairs, rows)
    watch.lap("compare")
    scores = {"logistic": _logistic(options.labels, likeness)}
    watch.lap("classify")
    scores["ecm"] = _ecm(likeness)
    left, right = (ids.to_numpy()[pairs.get_level_values(side)] for side in (0, 1))
    for classifier, weight in scores.items():
        edges = pd.DataFrame({"record_id_a": left, "record_id_b": right, "weight": weight})
        edges.query("weight > -10").to_parquet(options.out / f"edges_{classifier}.parquet", index=False)
    watch.write(options.out, {"candidate_pairs": len(pairs)})


def _comparison() -> recordlinkage.Compare:
    compare = recordlinkage.Compare()
    for field in NAMES:
        compare.string(field, field, method="jarowinkler", missing_value=MISSING, label=field)
    for field in ("date", "number"):
        compare.string(field, field, method="damerau_levenshtein", missing_value=MISSING, label=field)
    for field in EQUAL:
        compare.exact(field, field, missing_value=MISSING, label=field)
    return compare


def _logistic(labels: Path, likeness: pd.DataFrame) -> np.ndarray:
    """Bits for one person, by what the labelled pairs teach; what is missing is told by a column of its own."""
    left, right, same = read_labels(labels)
    both = pd.concat([left, right], ignore_index=True)
    pairs = pd.MultiIndex.from_arrays([range(len(left)), range(len(left), len(both))])
    taught = _comparison().compute(pairs, both)
    classifier = recordlinkage.LogisticRegressionClassifier(max_iter=1000)
    classifier.fit(_with_missing(taught), pairs[same.to_numpy()])
    return _bits(classifier.prob(_with_missing(likeness)))


def _ecm(likeness: pd.DataFrame) -> np.ndarray:
    """Bits for one person, from no labels: each field agrees or not, since its own start knows no more levels, and from
    a random one the classes switch.
    """
    classifier = recordlinkage.ECMClassifier(binarize=ALIKE)
    classifier.fit(likeness)
    return _bits(classifier.prob(likeness))


def _with_missing(likeness: pd.DataFrame) -> pd.DataFrame:
    missing = (likeness == MISSING).astype(float).add_suffix("_missing")
    return pd.concat([likeness.clip(lower=0), missing], axis=1)


def _bits(probability: pd.Series) -> np.ndarray:
    share = probability.to_numpy().clip(1e-12, 1 - 1e-12)
    return np.log2(share / (1 - share))


if __name__ == "__main__":
    main()
