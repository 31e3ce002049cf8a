"""Our engine on a file of standardised rows, in a process of its own, as `splink_peer` runs Splink.

python -m benchmarks.our_linkage RECORDS.parquet OUT_DIR

writes `members.parquet`, `open_links.parquet` (pairs in review or refused) and `timings.json`. Default settings, a
first run: the model is estimated, from no labels. The time is that of all that `link` does, explanations included.
"""

import argparse
from pathlib import Path

import polars as pl

from benchmarks.stopwatch import Stopwatch
from benchmarks.usage import peak_megabytes
from pipelines.citizens.comparisons import SPEC
from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.store import shipped_model


def main(arguments: list[str] | None = None) -> None:
    """Link the records of a file; write what came of it, and the time and memory that it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    records = pl.read_parquet(options.records, columns=SPEC.columns)
    rows = records.height
    watch = Stopwatch()
    linkage = link(records, SPEC, LinkageSettings(), shipped=shipped_model(SPEC))
    watch.lap("link")
    watch.write(
        options.out,
        {
            "peak_megabytes": peak_megabytes(),
            "records": rows,
            "candidate_pairs": int(linkage.candidates["new_pairs"].sum()),
            "alarm": linkage.alarm.fired,
        },
    )
    linkage.members.write_parquet(options.out / "members.parquet")
    still_open = linkage.links.filter(pl.col("decision") != "automatic")
    still_open.select("record_id_a", "record_id_b", "decision", "why").write_parquet(options.out / "open_links.parquet")


if __name__ == "__main__":
    main()
