"""All of a city's people: standardised Parquet files, one a commune → clusters within each → links across them.

    python -m benchmarks.city FOLDER

reads `FOLDER/<code>.parquet` one after the other and prints JSON. One process, so that its memory is the whole of it;
of a commune's rows only one a person is kept, on disk, for the way across.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import polars as pl

from benchmarks.hanoi import Commune
from benchmarks.measured import Measurement
from benchmarks.registers import standard_register
from benchmarks.usage import peak_megabytes, processor_seconds
from pipelines.citizens.comparisons import SPEC
from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.store import shipped_model


def measured(folder: Path, chosen: Sequence[Commune], seed: int) -> Measurement:
    """Make the people of these communes, link them in a process of its own, and tell what it took."""
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"), max_tasks_per_child=8) as pool:
        rows = sum(pool.map(_write, repeat(folder), chosen, range(seed, seed + len(chosen))))
    command = [sys.executable, "-m", "benchmarks.city", str(folder)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    people = sum(commune.people for commune in chosen)
    return {
        "what": f"{people:,} people of {len(chosen)} communes, from standardised Parquet to clusters",
        "figures": {
            "rows": f"{rows:,}",
            "persons found": f"{told['persons']:,}",
            "within the communes": f"{told['within']:,.0f} s",
            "processor time": f"{told['cpu']:,.0f} s",
            "peak memory": f"{told['peak_megabytes']:,.0f} MB",
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Link everybody in this process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    persons = sum(_within(path) for path in sorted(options.folder.glob("*.parquet")))
    told = {
        "persons": persons,
        "within": round(time.perf_counter() - started, 1),
        "cpu": round(processor_seconds(), 1),
        "peak_megabytes": peak_megabytes(),
    }
    print(json.dumps(told))


def _within(path: Path) -> int:
    """Link one commune with a model of its own; returns how many people its rows are."""
    records = pl.read_parquet(path)
    members = link(records, SPEC, LinkageSettings(), shipped=shipped_model(SPEC)).members
    return members["cluster"].n_unique()


def _write(folder: Path, commune: Commune, seed: int) -> int:
    records, _ = standard_register(commune.people, seed, new_commune=commune.code)
    records.write_parquet(folder / f"{commune.code}.parquet")
    return records.height


if __name__ == "__main__":
    main()
