"""Citizen linkage beside Splink, dedupe and recordlinkage: same rows, same cores, in turns, at sizes that grow.

    make bench                                              (makes .venv/peers, where dedupe and recordlinkage live)
    hopnhat bench peers --people 5000 50000 500000 --limit 600

Each contender gets the standardised rows of one register in a process of its own. Time is from rows in memory to
clusters, learning included; memory that of all its processes. What does not end within the limit is not tried at
larger sizes. Ours merges by its default settings and no labels; of every peer the clusters are taken that the truth
finds best: Splink's and recordlinkage's threshold, dedupe's too, and the better of recordlinkage's two classifiers.
dedupe and recordlinkage's logistic classifier are taught with LABELS labelled pairs of another register.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.linkage import SEED, answered, write_register
from benchmarks.measured import Measurement, keep
from benchmarks.peer_labels import labelled_pairs
from benchmarks.registers import standard_register
from benchmarks.scores import Scores, best_threshold, pair_scores
from benchmarks.telling import tell
from benchmarks.usage import watched

SIZES = (5_000, 20_000, 50_000, 200_000, 500_000)
LABELS, TAUGHT_FROM, TAUGHT_SEED = 1_000, 20_000, 99
PEERS = Path(sys.prefix) / "peers" / "bin" / "python"


@dataclass(frozen=True)
class Contender:
    """How one is run, and how right its clusters are, from its folder and the truth."""

    name: str
    module: str
    scores: Callable[[Path, pl.DataFrame], dict[str, Scores]]
    taught: bool = False

    def run(self, folder: Path, limit: float) -> Measurement:
        """Link the records of the folder in a process of its own; time and processor time without its imports."""
        python = str(PEERS) if self.taught else sys.executable
        labels = [str(folder / "labels.parquet")] if self.taught else []
        out = folder / self.module
        used = watched([python, "-m", self.module, str(folder / "records.parquet"), *labels, str(out)], limit)
        if used.status != 0:
            return {"failed": f"not within {limit:g} s" if used.status is None else f"status {used.status}"}
        told = json.loads((out / "timings.json").read_text(encoding="utf-8"))
        peak = max(used.peak_megabytes, told.get("peak_megabytes", 0.0))
        return {"seconds": told["total"], "cpu": told["cpu"], "megabytes": peak}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all contenders at all sizes, keep what was measured, and write table and picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that a contender may take at one size")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    if not PEERS.exists():
        raise SystemExit("dedupe and recordlinkage are not installed: make bench does it")
    labels = labelled_pairs(*standard_register(TAUGHT_FROM, TAUGHT_SEED), LABELS, TAUGHT_SEED)
    points: list[Measurement] = []
    for people in sorted(options.people):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            labels.write_parquet(folder / "labels.parquet")
            failed = {point["contender"] for point in points if "seconds" not in point}
            contenders = [each for each in CONTENDERS if each.name not in failed]
            points += _compare(folder, people, contenders, options)
    keep("peers", f"hopnhat bench peers --turns {options.turns} --limit {options.limit:g}", points)
    tell()


def _compare(
    folder: Path, people: int, contenders: Sequence[Contender], options: argparse.Namespace
) -> list[Measurement]:
    """One point for each contender at this size."""
    truth = write_register(folder, people, "default", options.seed)
    runs: dict[str, list[Measurement]] = {contender.name: [] for contender in contenders}
    for _ in range(options.turns):
        for contender in contenders:
            if all("failed" not in run for run in runs[contender.name]):
                runs[contender.name].append(contender.run(folder, options.limit))
    points = []
    for contender in contenders:
        point = {"contender": contender.name, "people": people, "rows": truth.height}
        point |= _outcome(contender, folder, runs[contender.name], truth)
        points.append(point)
        print(point, flush=True)
    return points


def _outcome(contender: Contender, folder: Path, runs: Sequence[Measurement], truth: pl.DataFrame) -> Measurement:
    """Medians of the runs, and the scores of the last, which all have; or what went wrong."""
    if "failed" in runs[-1]:
        return runs[-1]
    scores = contender.scores(folder / contender.module, truth)
    return {
        **{measure: round(median(run[measure] for run in runs), 3) for measure in ("seconds", "cpu", "megabytes")},
        "scores": {
            how: {"precision": score.precision, "recall": score.recall, "f1": score.f1} for how, score in scores.items()
        },
    }


def _ours(out: Path, truth: pl.DataFrame) -> dict[str, Scores]:
    members, still_open = (pl.read_parquet(out / f"{name}.parquet") for name in ("members", "open_links"))
    by_people = answered(members, still_open, truth)
    return {"automatic": pair_scores(members, truth), "queue answered": pair_scores(by_people, truth)}


def _splink(out: Path, truth: pl.DataFrame) -> dict[str, Scores]:
    return {"best threshold": best_threshold(pl.read_parquet(out / "edges.parquet"), truth).scores}


def _dedupe(out: Path, truth: pl.DataFrame) -> dict[str, Scores]:
    found = {path.stem: pair_scores(pl.read_parquet(path), truth) for path in out.glob("clusters_*.parquet")}
    best = max(found, key=lambda name: found[name].f1)
    return {f"taught, threshold {best.removeprefix('clusters_')}": found[best]}


def _recordlinkage(out: Path, truth: pl.DataFrame) -> dict[str, Scores]:
    return {
        f"{path.stem.removeprefix('edges_')}, best threshold": best_threshold(pl.read_parquet(path), truth).scores
        for path in sorted(out.glob("edges_*.parquet"))
    }


CONTENDERS = (
    Contender("Hợp Nhất", "benchmarks.our_linkage", _ours),
    Contender("Splink", "benchmarks.splink_peer", _splink),
    Contender("dedupe", "benchmarks.dedupe_peer", _dedupe, taught=True),
    Contender("recordlinkage", "benchmarks.recordlinkage_peer", _recordlinkage, taught=True),
)


if __name__ == "__main__":
    main()
