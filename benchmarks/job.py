"""The whole job on one synthetic commune: time after start-up and in all, peak memory, accuracy of both linkages.

python -m benchmarks.job --people 65000 --parcels 40000 --seed 7301
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import polars as pl

from benchmarks.scores import Scores, pair_scores
from pipelines.warehouse.quoting import fill, name
from pipelines.warehouse.reading import open_warehouse

COMMUNE = "10231"


def main(arguments: list[str] | None = None) -> None:
    """Make the exports, run the installed command on them in a process of its own, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=65_000)
    parser.add_argument("--parcels", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=7301)
    parser.add_argument("--runs", type=int, default=3, help="runs, of which the median is told")
    options = parser.parse_args(arguments)
    hopnhat = str(Path(sys.executable).with_name("hopnhat"))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        sample = ["sample", "--new-commune", COMMUNE, "--people", str(options.people)]
        sample += ["--parcels", str(options.parcels), "--seed", str(options.seed), str(data)]
        subprocess.run([hopnhat, *sample], check=True)
        runs = sorted(measured_run(hopnhat, data) for _ in range(options.runs))
        wall, peak = runs[len(runs) // 2]
        job, steps = last_run(data)
        print(f"wall {wall:.1f} s, of which the job {job:.1f} s, the rest start-up; peak {peak:.0f} MB")
        print("steps of the last run, s:", ", ".join(f"{name} {seconds:.1f}" for name, seconds in steps))
        for dataset, entity, truth_id in (
            ("citizen", "citizen_id", "person_id"),
            ("parcel", "parcel_id", "true_parcel_id"),
        ):
            found = accuracy(data, dataset, entity, truth_id)
            print(
                f"{dataset}: precision {found.precision:.4f}, recall {found.recall:.4f}, F1 {found.f1:.4f} "
                "(pairs, automatic merges)"
            )


def measured_run(hopnhat: str, data: Path) -> tuple[float, float]:
    """Wall seconds and peak megabytes of one run of the main job, from process start to process end."""
    started = time.monotonic()
    command = [hopnhat, "run", "--new-commune", COMMUNE, "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the run ended with status {process.returncode}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def last_run(data: Path) -> tuple[float, list[tuple[str, float]]]:
    """Seconds from the start to the end of the last job in the run history, and of each step."""
    with run_history(data) as instance:
        record = instance.get_run_records(limit=1)[0]
        steps = instance.get_run_step_stats(record.dagster_run.run_id)
    timed = sorted(
        (step.start_time or 0.0, step.step_key, (step.end_time or 0) - (step.start_time or 0)) for step in steps
    )
    return (record.end_time or 0) - (record.start_time or 0), [(name, seconds) for _, name, seconds in timed]


@contextmanager
def run_history(data: Path) -> Iterator[dg.DagsterInstance]:
    """The run history of a data folder; the variable that names it is gone again for the commands to come."""
    os.environ["DAGSTER_HOME"] = str(data / "dagster")
    try:
        with dg.DagsterInstance.get() as instance:
            yield instance
    finally:
        del os.environ["DAGSTER_HOME"]


def accuracy(data: Path, dataset: str, entity: str, truth_id: str) -> Scores:
    """Precision and recall by pairs of rows, from the published file and the truth."""
    statement = fill(
        "SELECT source_file, source_row, record_id, {entity} AS cluster FROM {sources}",
        entity=name(entity),
        sources=name(f"{dataset}_sources"),
    )
    with open_warehouse(data / "published" / "trial" / f"{COMMUNE}.duckdb") as connection:
        clusters = connection.execute(statement).pl()
    truth = pl.read_csv(data / "truth" / f"{dataset}s.csv", schema_overrides={truth_id: pl.String})
    rows = clusters.join(truth, on=["source_file", "source_row"])
    return pair_scores(
        rows.select("record_id", "cluster"), rows.select("record_id", pl.col(truth_id).alias("person_id"))
    )


if __name__ == "__main__":
    main()
