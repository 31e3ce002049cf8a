"""From one commune to a country: communes of Hanoi's real sizes in a row, and all of its people linked.

    hopnhat bench country                                   (20 communes, then all 8.8 million people)
    hopnhat bench country --communes 8 --city-communes 0    (what make bench does)

In a row: the whole job for each, exports to warehouse, by one command. The city: from standardised Parquet files to
clusters within every commune and across them, in one process (`benchmarks/city.py`); its people are made before, which
is not timed. All are invented; as many as in each commune in truth, in the city about as many.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path
from statistics import median

from benchmarks import city
from benchmarks.hanoi import Commune, communes, evenly, write_exports
from benchmarks.job import run_history
from benchmarks.measured import Measurement, keep
from benchmarks.telling import tell
from benchmarks.usage import watched

SEED = 20250701
_OPTION = {"communes": "communes", "city": "city-communes"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both, keep what was measured, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--communes", type=int, default=20, help="in a row, evenly spaced by size")
    parser.add_argument("--city-communes", type=int, default=len(communes()), help="of the city, evenly spaced by size")
    parser.add_argument("--share", type=float, default=1.0, help="of the people and the land of each, for a quick look")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    for name, measure, count in (
        ("communes", _in_a_row, options.communes),
        ("city", city.measured, options.city_communes),
    ):
        if count:
            with tempfile.TemporaryDirectory() as folder:
                point = measure(Path(folder), evenly(count, options.share), options.seed)
            print(point, flush=True)
            share = "" if options.share == 1 else f" --share {options.share:g}"
            keep(name, f"hopnhat bench country --{_OPTION[name]} {count}{share}", [point])
            tell()


def _in_a_row(data: Path, chosen: Sequence[Commune], seed: int) -> Measurement:
    """One command for all of them; what each took is read from the run history."""
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        made = list(pool.map(write_exports, repeat(data), chosen, range(seed, seed + len(chosen))))
    named = [argument for commune in chosen for argument in ("--new-commune", commune.code)]
    hopnhat = str(Path(sys.executable).with_name("hopnhat"))
    used = watched([hopnhat, "run", *named, "--data", str(data)])
    if used.status not in {0, 1}:
        raise SystemExit(f"the run ended with status {used.status}")
    took = _run_times(data)
    rows = sum(each.citizen_rows + each.parcel_rows for each in made)
    published = len(list((data / "published" / "trial").glob("*.duckdb")))
    people, parcels = (sum(getattr(each, what) for each in chosen) for what in ("people", "parcels"))
    per_row = sum(took.values()) / rows
    return {
        "what": f"{len(chosen)} communes of Hanoi in a row, by one command",
        "figures": {
            "people and parcels": f"{people:,} + {parcels:,}",
            "rows": f"{rows:,}",
            "published": f"{published} of {len(chosen)}",
            "wall": f"{used.seconds:,.0f} s",
            "of which jobs": f"{sum(took.values()):,.0f} s",
            "start-up and between the jobs": f"{used.seconds - sum(took.values()):,.0f} s",
            "the median commune": f"{median(took.values()):.1f} s",
            "the largest commune": f"{max(took.values()):.1f} s",
            "for 100,000 rows": f"{per_row * 100_000:.1f} s",
            "peak memory": f"{used.peak_megabytes:,.0f} MB",
        },
        "list": [
            {
                "commune": commune.name,
                "people": commune.people,
                "rows": summary.citizen_rows + summary.parcel_rows,
                "seconds": round(took[commune.code], 1),
            }
            for commune, summary in zip(chosen, made, strict=True)
        ],
    }


def _run_times(data: Path) -> dict[str, float]:
    """Seconds of the newest run of each commune."""
    with run_history(data) as instance:
        records = instance.get_run_records()
    return {
        record.dagster_run.tags["dagster/partition"][:5]: (record.end_time or 0) - (record.start_time or 0)
        for record in reversed(records)
        if "dagster/partition" in record.dagster_run.tags
    }


if __name__ == "__main__":
    main()
