"""The whole job at sizes that grow: time of each stage and its exponent, memory, and the floor under it.

    hopnhat bench growth
    hopnhat bench growth --sizes 65000+40000 200000+150000 --runs 3

The job is run by the installed command in a process of its own; of several runs the one with the median time is told.
The floor (`benchmarks/floor.py`) copies the same rows from CSV into DuckDB, in turns with it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.job import COMMUNE, last_run, measured_run
from benchmarks.measured import Measurement, keep
from benchmarks.telling import tell
from pipelines.communes import MergerMap
from pipelines.ingest.exports import read_exports
from pipelines.ingest.headers import COLUMNS

SIZES = ("16000+10000", "32000+20000", "65000+40000", "130000+90000", "200000+150000")
SEED = 7301
FLOORS = 3
"""Times that the floor is measured beside each run: it is short."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the job and the floor at every size, keep what was measured, and write table and picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), metavar="PEOPLE+PARCELS")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    points: list[Measurement] = []
    for size in options.sizes:
        people, parcels = map(int, size.split("+"))
        with tempfile.TemporaryDirectory() as folder:
            points.append(_measure(Path(folder), people, parcels, options))
        print(points[-1], flush=True)
    keep("growth", f"hopnhat bench growth --runs {options.runs} --seed {options.seed}", points)
    tell()


def _measure(data: Path, people: int, parcels: int, options: argparse.Namespace) -> Measurement:
    hopnhat = str(Path(sys.executable).with_name("hopnhat"))
    sample = ["sample", "--new-commune", COMMUNE, "--people", str(people), "--parcels", str(parcels)]
    subprocess.run([hopnhat, *sample, "--seed", str(options.seed), str(data)], check=True, stdout=subprocess.DEVNULL)
    rows = _plain_copies(data / "exports", data / "plain")
    runs, floors = [], []
    for number in range(options.runs):
        wall, peak = measured_run(hopnhat, data)
        job, stages = last_run(data)
        runs.append((job, wall, peak, stages))
        floors += [_floor(data / "plain", data / f"floor_{number}_{turn}.duckdb") for turn in range(FLOORS)]
    job, wall, peak, stages = sorted(runs, key=lambda run: run[0])[len(runs) // 2]
    return {
        "people": people,
        "parcels": parcels,
        "rows": rows,
        "job": round(job, 2),
        "start_up": round(wall - job, 2),
        "megabytes": round(peak),
        "stages": {stage: round(seconds, 2) for stage, seconds in stages},
        "floor": sorted(floors, key=lambda floor: floor["seconds"])[len(floors) // 2],
    }


def _plain_copies(exports: Path, out: Path) -> int:
    """The loaded rows of the exports as plain CSV, one file a data set; returns how many there are."""
    read = read_exports(exports, MergerMap.shipped().new_commune(COMMUNE))
    out.mkdir()
    tables = {"citizens": read.citizens, "parcels": read.parcels}
    for dataset, table in tables.items():
        table.select(COLUMNS[dataset]).write_csv(out / f"{dataset}.csv")
    return sum(table.height for table in tables.values())


def _floor(folder: Path, out: Path) -> Measurement:
    command = [sys.executable, "-m", "benchmarks.floor", str(folder), str(out)]
    told: Measurement = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


if __name__ == "__main__":
    main()
