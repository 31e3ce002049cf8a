"""The ledger of ids on many people: a first run, a run in which a share of the rows changed, and an equal run again.

    hopnhat bench ledger [--people 500000] [--changed 0.02]

Every fifth person has two rows. The time is that of `assign_ids` with hashing, draft and all, and of `commit`; each run
has a process of its own, whose peak memory holds the rows as well. Of the changed rows a third are corrected (new
`record_id`, same number and marks), a third are gone, and a third move to the person before.
"""

import argparse
import multiprocessing
import tempfile
import time
from pathlib import Path

import polars as pl

from benchmarks.usage import peak_megabytes

COMMUNE = "10231"


def main(arguments: list[str] | None = None) -> None:
    """Make the rows, assign ids three times, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=500_000)
    parser.add_argument("--changed", type=float, default=0.02)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        first = rows(options.people)
        first.write_parquet(data / "first.parquet")
        changed(first, options.changed).write_parquet(data / "changed.parquet")
        del first
        print(f"{'run':8}{'assign s':>10}{'commit s':>10}{'peak MB':>9}{'new ids':>9}{'events':>9}{'MB on disk':>12}")
        for name, file in (("first", "first"), ("changed", "changed"), ("equal", "changed")):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                run = pool.apply(_run, (data / "ledger", data / f"{file}.parquet", name))
            print(
                f"{name:8}{run['assign']:>10.2f}{run['commit']:>10.3f}{run['peak']:>9.0f}{run['minted']:>9.0f}"
                f"{run['events']:>9.0f}{run['megabytes']:>12.1f}"
            )


def rows(people: int) -> pl.DataFrame:
    """The rows of a first run, in the order of a register."""
    persons = pl.DataFrame({"person": pl.int_range(people, eager=True)})
    twice = persons.filter(pl.col("person") % 5 == 0)
    told = pl.concat([persons.with_columns(copy=0), twice.with_columns(copy=1)]).sort("person", "copy")
    person = pl.col("person")
    number = pl.format("0010{}", person.cast(pl.String).str.zfill(8))
    name = pl.format("nguyễn văn {}", person % 20_000)
    return told.select(
        record_id=pl.format("{}{}", person.hash(1), person.hash(2))
        + pl.when(copy=1).then(pl.lit("-2")).otherwise(pl.lit("")),
        cluster=pl.format("{}{}", person.hash(1), person.hash(2)),
        trusted_number=pl.when(person % 10 < 7).then(number),
        marks=pl.concat_list(
            pl.format("number\t10249\t{}", number),
            pl.format("name and birth\t10249\t{}\t{}", name, person % 30_000),
            pl.format("name and household\t10249\t{}\tHK{}", name, person // 4),
            pl.format("name and parents\t10249\t{}\t{}\t{}", name, person % 7001, person % 6007),
        ),
    )


def changed(first: pl.DataFrame, share: float) -> pl.DataFrame:
    """The rows of a run in which a share of them changed."""
    every = round(1 / share)
    at = pl.int_range(pl.len())
    kind = pl.when(at % every == 0).then(at // every % 3)
    corrected = pl.format("{}-c", "record_id")
    told = first.with_columns(
        record_id=pl.when(kind == 0).then(corrected).otherwise("record_id"),
        cluster=pl.when(kind == 2).then(pl.col("cluster").shift(1).fill_null(pl.col("cluster"))).otherwise("cluster"),
    )
    return told.filter((kind != 1) | kind.is_null())


def _run(ledger: Path, file: Path, run_id: str) -> dict[str, float]:
    from pipelines.identity.ledger import assign_ids, commit  # noqa: PLC0415 - in the measured process alone

    told = pl.read_parquet(file)
    started = time.perf_counter()
    assigned = assign_ids(ledger, "citizens", COMMUNE, told, run_id, lambda _: False)
    between = time.perf_counter()
    commit(ledger, COMMUNE, run_id)
    events = assigned.history.filter(run_id=run_id)
    return {
        "assign": between - started,
        "commit": time.perf_counter() - between,
        "peak": peak_megabytes(),
        "minted": events.filter(kind="minted").height,
        "events": events.height,
        "megabytes": sum(path.stat().st_size for path in ledger.rglob("*.parquet")) / 1e6,
    }


if __name__ == "__main__":
    main()
