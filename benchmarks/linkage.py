"""Citizen linkage beside Splink 5: the same standardised rows, in turns, each contender in a process of its own.

    hopnhat bench linkage                                   (50,000 and 500,000 people, the main profiles, FEBRL 3)
    hopnhat bench linkage --people 50000 --profiles all --curve --no-febrl

Ours: default settings, no labels, automatic merges only; then with the review queue answered rightly. Splink: at the
threshold that the truth finds best for it, and the highest recall that it reaches at a precision of 0.998. Time is
from standardised rows to clusters, estimation included; ours has the explanations in it, Splink's has none.

P, R: precision and recall, by pairs of rows and by B-cubed (Bagga and Baldwin 1998). Errors by kind: false merges by
what the people are to each other, missed pairs by each error that either row suffered.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from benchmarks.registers import standard_register
from benchmarks.scores import Scores, b_cubed, best_threshold, components, errors_by_kind, pair_scores
from benchmarks.splink_peer import COLUMNS
from pipelines.citizens.comparisons import SPEC
from pipelines.synthetic import PROFILES

SEED = 8151
PRECISE = 0.998
MAIN = (
    *("default", "clean", "half_again", "doubled"),
    *("no_numbers", "no_household_numbers", "no_parents", "no_addresses"),
)
CURVE = (50_000, 100_000, 200_000, 500_000, 1_000_000)
Timings = dict[str, Any]


def main(arguments: list[str] | None = None) -> None:
    """Run the contenders on every register that the options name, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[50_000, 500_000])
    parser.add_argument(
        "--profiles", nargs="+", default=list(MAIN), help="names, or all; sizes beyond the first: default"
    )
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--curve", action="store_true", help="time and pairs of ours from 50,000 to 1,000,000 people")
    parser.add_argument("--no-febrl", action="store_true")
    options = parser.parse_args(arguments)
    profiles = list(PROFILES) if options.profiles == ["all"] else options.profiles
    registers = [(people, name) for people in options.people[:1] for name in profiles]
    registers += [(people, "default") for people in options.people[1:]]
    for people, name in registers:
        with tempfile.TemporaryDirectory() as folder:
            _compare(Path(folder), people, name, options)
    if options.curve:
        _curve(options.seed)
    if not options.no_febrl:
        from benchmarks import febrl  # noqa: PLC0415 - its data set comes with a package of its own

        print("\nFEBRL 3")
        febrl.main()


def _compare(folder: Path, people: int, profile: str, options: argparse.Namespace) -> None:
    """Both contenders in turns on one register, and what came of it."""
    truth = write_register(folder, people, profile, options.seed)
    ours, theirs = [], []
    for _ in range(options.turns):
        ours.append(_run("benchmarks.our_linkage", folder))
        theirs.append(_run("benchmarks.splink_peer", folder))
    rows = ours[0]["records"]
    print(f"\n{people} people, profile {profile}: {rows} rows, {ours[0]['candidate_pairs']} candidate pairs")
    members = pl.read_parquet(folder / "benchmarks.our_linkage" / "members.parquet")
    pending = pl.read_parquet(folder / "benchmarks.our_linkage" / "open_links.parquet")
    by_people = answered(members, pending, truth)
    edges = pl.read_parquet(folder / "benchmarks.splink_peer" / "edges.parquet")
    best = best_threshold(edges, truth)
    splink = components(edges.filter(pl.col("weight") >= best.threshold), truth["record_id"])
    precise = best.sweep.filter(pl.col("precision") >= PRECISE)["recall"].max()
    _row("ours, automatic", pair_scores(members, truth), b_cubed(members, truth))
    _row("ours, queue answered", pair_scores(by_people, truth), b_cubed(by_people, truth))
    _row("Splink, best by truth", pair_scores(splink, truth), b_cubed(splink, truth))
    print(f"  Splink's recall at a precision of {PRECISE}: {precise or 0.0:.4f}")
    print(f"  open links {pending.height}, {pending.height / rows:.2%} of the rows")
    for measure, unit in (("total", "s"), ("cpu", "s"), ("peak_megabytes", "MB")):
        mine, other = (median(run[measure] for run in runs) for runs in (ours, theirs))
        print(f"  {measure:15} ours {mine:9.2f} {unit:2}  Splink {other:9.2f} {unit:2}  ratio {mine / other:.2f}")
    for contender, clusters in (("ours", members), ("Splink", splink)):
        told = ", ".join(f"{mistake} {kind} {pairs}" for mistake, kind, pairs in _errors(clusters, truth))
        print(f"  {contender}: {told}")


def write_register(folder: Path, people: int, profile: str, seed: int) -> pl.DataFrame:
    """The register's standardised rows as `records.parquet`, with the columns that either needs; returns the truth."""
    records, truth = standard_register(people, seed, profile)
    columns = list(dict.fromkeys([*SPEC.columns, *COLUMNS]))
    records.select(columns).write_parquet(folder / "records.parquet")
    return truth


def _run(module: str, folder: Path) -> Timings:
    command = [sys.executable, "-m", module, str(folder / "records.parquet"), str(folder / module)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    timings: Timings = json.loads((folder / module / "timings.json").read_text(encoding="utf-8"))
    return timings


def answered(members: pl.DataFrame, pending: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """The clusters after a person has joined the rows of open links that are one person's."""
    person = dict(truth.select("record_id", "person_id").iter_rows())
    same = [person[a] == person[b] for a, b in pending.select("record_id_a", "record_id_b").iter_rows()]
    joined = pending.filter(pl.Series(same, dtype=pl.Boolean)).select("record_id_a", "record_id_b")
    held = members.filter(pl.col("record_id") != pl.col("cluster")).select(
        pl.col("cluster").alias("record_id_a"), pl.col("record_id").alias("record_id_b")
    )
    return components(pl.concat([held, joined]), members["record_id"])


def _row(contender: str, pairs: Scores, rows: Scores) -> None:
    print(
        f"  {contender:22} pairs P {pairs.precision:.4f} R {pairs.recall:.4f} F1 {pairs.f1:.4f}"
        f"   B-cubed P {rows.precision:.4f} R {rows.recall:.4f} F1 {rows.f1:.4f}"
    )


def _errors(clusters: pl.DataFrame, truth: pl.DataFrame) -> list[tuple[str, str, int]]:
    return errors_by_kind(clusters, truth).head(12).rows()


def _curve(seed: int) -> None:
    """How time, pairs and memory of ours grow with the number of people pooled, and the exponents of growth."""
    print(f"\n{'people':>10}{'rows':>10}{'pairs':>12}{'s':>8}{'MB':>8}")
    points = []
    for people in CURVE:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_register(folder, people, "default", seed)
            runs = [_run("benchmarks.our_linkage", folder) for _ in range(3)]
        seconds = median(run["total"] for run in runs)
        points.append((people, seconds, runs[0]["candidate_pairs"]))
        megabytes = median(run["peak_megabytes"] for run in runs)
        print(f"{people:>10}{runs[0]['records']:>10}{runs[0]['candidate_pairs']:>12}{seconds:>8.2f}{megabytes:>8.0f}")
    (few, first, fewer_pairs), (many, last, more_pairs) = points[0], points[-1]
    growth = math.log(many / few)
    print(
        f"exponent of time {math.log(last / first) / growth:.2f}, "
        f"of candidate pairs {math.log(more_pairs / fewer_pairs) / growth:.2f}"
    )


if __name__ == "__main__":
    main()
