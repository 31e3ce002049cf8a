"""All of a city's people: standardised Parquet files, one a commune → clusters within each.

    python -m benchmarks.city FOLDER

reads `FOLDER/<code>.records.parquet` one after the other, writes who is one person beside it, and prints JSON. One
process, so that its memory is the whole of it.
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
from benchmarks.scores import pair_scores
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
    members, truth = (_all(folder, chosen, kind) for kind in ("members", "truth"))
    within = pair_scores(members, truth)
    people = sum(commune.people for commune in chosen)
    return {
        "what": f"{people:,} people of {len(chosen)} communes, from standardised Parquet to clusters",
        "figures": {
            "rows": f"{rows:,}",
            "persons found": f"{told['persons']:,}",
            "precision, recall, F1 of pairs": f"{within.precision:.4f}, {within.recall:.4f}, {within.f1:.4f}",
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
    codes = sorted(path.name.split(".")[0] for path in options.folder.glob("*.records.parquet"))
    persons = sum(_within(options.folder, code) for code in codes)
    told = {
        "persons": persons,
        "within": round(time.perf_counter() - started, 1),
        "cpu": round(processor_seconds(), 1),
        "peak_megabytes": peak_megabytes(),
    }
    print(json.dumps(told))


def _within(folder: Path, code: str) -> int:
    """Link one commune with a model of its own; returns how many people its rows are."""
    records = pl.read_parquet(folder / f"{code}.records.parquet")
    members = link(records, SPEC, LinkageSettings(), shipped=shipped_model(SPEC)).members
    members.write_parquet(folder / f"{code}.members.parquet")
    return members["cluster"].n_unique()


def _write(folder: Path, commune: Commune, seed: int) -> int:
    records, truth = standard_register(commune.people, seed, new_commune=commune.code)
    records.write_parquet(folder / f"{commune.code}.records.parquet")
    truth.select("record_id", "person_id").write_parquet(folder / f"{commune.code}.truth.parquet")
    return records.height


def _all(folder: Path, chosen: Sequence[Commune], kind: str) -> pl.DataFrame:
    """What was written of all communes; each names its rows and its people by itself."""
    tables = ((each.code, pl.read_parquet(folder / f"{each.code}.{kind}.parquet")) for each in chosen)
    return pl.concat(
        table.select((pl.lit(code) + pl.col(column)).alias(column) for column in table.columns)
        for code, table in tables
    )


if __name__ == "__main__":
    main()
