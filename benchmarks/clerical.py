"""Clerical measuring against the truth: answer drawn samples from the truth, and see what the intervals hold.

python -m benchmarks.clerical [DATA]

DATA is the data folder of a run on a synthetic sample, with the sample's `truth` in it; without it both are made. For
each size of sample: the true precision and recall of the pairs that were measured, how often the 95 % interval held
them over the seeds, how wide it was in the mean, and what share of all true pairs the measured ones are.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.job import COMMUNE
from pipelines.linkage.clerical import quality
from pipelines.linkage.sampling import MERGED, NEAR_MISS, allocation, draw, merged_strata, strata, unmerged_strata
from pipelines.warehouse import quoting
from pipelines.warehouse.reading import open_warehouse

_TRUTH = {"citizens": "person_id", "parcels": "true_parcel_id"}
_SIZES = (100, 200, 400, 800)
_PAIRS = "SELECT * EXCLUDE (evidence) FROM {table} WHERE dataset = ?"
_ROWS = "SELECT record_id, source_file, source_row FROM {sources}"


def main(arguments: list[str] | None = None) -> None:
    """Print the figures of both data sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="the data folder of a run, with its truth")
    parser.add_argument("--people", type=int, default=65_000)
    parser.add_argument("--parcels", type=int, default=40_000)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or _made(Path(folder), options.people, options.parcels)
        for dataset in _TRUTH:
            _measure(data, dataset, options.seeds)


def _made(data: Path, people: int, parcels: int) -> Path:
    hopnhat = str(Path(sys.executable).with_name("hopnhat"))
    size = ["--people", str(people), "--parcels", str(parcels), "--seed", "7301"]
    subprocess.run([hopnhat, "sample", "--new-commune", COMMUNE, *size, str(data)], check=True)
    subprocess.run([hopnhat, "run", "--new-commune", COMMUNE, "--data", str(data)], check=True)
    return data


def _measure(data: Path, dataset: str, seeds: int) -> None:
    frame = judged_frame(data, dataset)
    merged = frame["kind"] == MERGED
    # Of a stratum that the frame holds in part, each pair stands for several.
    share = frame.select(pl.col("stratum_pairs") / pl.len().over("kind", "stratum")).to_series()
    right = share.filter(merged & frame["is_match"]).sum()
    missed = share.filter(~merged & frame["is_match"]).sum()
    truths = (right / merged.sum(), right / (right + missed))
    whole = frame.filter(kind=NEAR_MISS).select((pl.col("stratum_pairs") == pl.len().over("stratum")).all()).item()
    print(
        f"{dataset}: precision {truths[0]:.4f}, recall {truths[1]:.4f} of {merged.sum()} merged pairs and {missed:.0f}"
    )
    print("  missed ones, " + ("counted" if whole else "partly estimated: some near misses stand for several"))
    for size in _SIZES:
        found = [_answered(frame, size, seed) for seed in range(seeds)]
        asked = np.mean([count for count, _ in found])
        for at, name in enumerate(("precision", "recall")):
            estimates = [both[at] for _, both in found]
            held = sum(one.low <= truths[at] <= one.high for one in estimates)
            value, low, high = (np.mean([getattr(one, end) for one in estimates]) for end in ("value", "low", "high"))
            print(f"  {asked:4.0f} answers: {name:9} {value:.4f} ({low:.4f} to {high:.4f}), holds {held} of {seeds}")


def judged_frame(data: Path, dataset: str) -> pl.DataFrame:
    """The pairs of a published run that can be drawn, with whether they are matches in truth."""
    with open_warehouse(data / "published" / "trial" / f"{COMMUNE}.duckdb") as warehouse:
        links, near = (
            warehouse.execute(quoting.fill(_PAIRS, table=quoting.name(table)), [dataset]).pl()
            for table in ("links", "near_misses")
        )
        rows = warehouse.execute(quoting.fill(_ROWS, sources=quoting.name(f"{dataset[:-1]}_sources"))).pl()
    truth = pl.read_csv(data / "truth" / f"{dataset}.csv", schema_overrides={_TRUTH[dataset]: pl.String})
    true = rows.join(truth, on=["source_file", "source_row"]).select("record_id", pl.col(_TRUTH[dataset]).alias("true"))
    return (
        pl.concat([merged_strata(links), unmerged_strata(links, near)])
        .join(true.rename({"record_id": "record_id_a", "true": "true_a"}), on="record_id_a")
        .join(true.rename({"record_id": "record_id_b", "true": "true_b"}), on="record_id_b")
        .with_columns(is_match=pl.col("true_a") == pl.col("true_b"))
    )


def _answered(frame: pl.DataFrame, size: int, seed: int) -> tuple[int, tuple]:
    shown = draw(frame, allocation(strata(frame), size), seed)
    found = quality(frame.drop("is_match"), shown.select("record_id_a", "record_id_b", "is_match"))
    return shown.height, (found.precision, found.recall)


if __name__ == "__main__":
    main()
