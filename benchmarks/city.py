"""All of a city's people: standardised Parquet files, one a commune → clusters within each → across communes.

    python -m benchmarks.city FOLDER

reads `FOLDER/<code>.records.parquet` one after the other, links each commune, makes one golden person of each cluster,
compares the people of all communes, and prints JSON. One process, so that its memory is the whole of it.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise, repeat
from pathlib import Path

import polars as pl

from benchmarks.hanoi import Commune
from benchmarks.measured import Measurement
from benchmarks.registers import old_communes, standard_rows
from benchmarks.scores import Scores, pair_scores
from benchmarks.stopwatch import Stopwatch
from benchmarks.usage import peak_megabytes
from pipelines.across.cases import people_cases
from pipelines.across.find import COLUMNS, find_across
from pipelines.citizens.comparisons import SPEC
from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.store import shipped_model
from pipelines.synthetic import OldCommune, citizen_register, profile

_NEIGHBOURS = 7
"""New communes among which people move; the generator holds so many at once."""
_OF_A_REGISTER = 8_000
"""People of an invented old commune."""


def measured(folder: Path, chosen: Sequence[Commune], seed: int) -> Measurement:
    """Make the people of these communes, link them in a process of its own, and tell what it took."""
    invented(folder, chosen, seed)
    return linked(folder, chosen)


def invented(folder: Path, chosen: Sequence[Commune], seed: int) -> None:
    """Make the people of these communes: `<code>.records.parquet` and `<code>.truth.parquet` of each."""
    groups = [chosen[at :: -(-len(chosen) // _NEIGHBOURS)] for at in range(-(-len(chosen) // _NEIGHBOURS))]
    total = sum(commune.people for commune in chosen)
    bounds = [0.0, *accumulate(sum(commune.people for commune in group) / total for group in groups)]
    parts = [(low, min(high, 1.0)) for low, high in pairwise(bounds)]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        list(pool.map(write_people, repeat(folder), groups, range(seed, seed + len(groups)), parts))


def linked(folder: Path, chosen: Sequence[Commune]) -> Measurement:
    """Link the people that were made, in a process of its own, and tell what it took and how right it is."""
    command = [sys.executable, "-m", "benchmarks.city", str(folder)]
    subprocess.run(command, check=True)
    told = json.loads((folder / "timings.json").read_text(encoding="utf-8"))
    within, across = right(folder, chosen)
    total = sum(commune.people for commune in chosen)
    return {
        "what": f"{total:,} people of {len(chosen)} communes, from standardised Parquet to clusters and across",
        "figures": {
            "rows": f"{told['rows']:,}",
            "persons found within their communes": f"{told['persons']:,}",
            "within: precision, recall, F1 of pairs": _told(within),
            "within the communes": f"{told['within']:,.0f} s",
            "golden people, written and read": f"{told['golden']:,.0f} s",
            "people in two communes or more, found": f"{told['in_several']:,}",
            "across: precision, recall, F1 of pairs": _told(across),
            "open cases across": f"{told['cases']:,}",
            "across the communes": f"{told['across']:,.0f} s",
            "all of it": f"{told['total']:,.0f} s",
            "processor time": f"{told['cpu']:,.0f} s",
            "peak memory": f"{told['peak_megabytes']:,.0f} MB",
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Link everybody in this process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    codes = sorted(path.name.split(".")[0] for path in folder.glob("*.records.parquet"))
    watch = Stopwatch()
    rows = 0
    for code in codes:
        records = pl.read_parquet(folder / f"{code}.records.parquet", columns=SPEC.columns)
        members = link(records, SPEC, LinkageSettings(), shipped=shipped_model(SPEC)).members
        members.write_parquet(folder / f"{code}.members.parquet")
        rows += members.height
    watch.lap("within")
    persons = 0
    for code in codes:
        people = _golden(folder, code)
        people.write_parquet(folder / f"{code}.people.parquet")
        persons += people.height
    watch.lap("golden")
    people_of = {code: partial(_columns, folder / f"{code}.people.parquet") for code in codes}
    found = find_across(people_of, LinkageSettings())
    cases = people_cases(found)
    watch.lap("across")
    groups = found.records.filter(pl.len().over("group") > 1).select("record_id", "group")
    groups.write_parquet(folder / "groups.parquet")
    told = {"rows": rows, "persons": persons, "in_several": groups["group"].n_unique(), "cases": cases.height}
    watch.write(folder, {**told, "peak_megabytes": peak_megabytes()})


def _columns(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    return pl.read_parquet(path, columns=list(columns))


def _golden(folder: Path, code: str) -> pl.DataFrame:
    """One record a person of a commune: of several rows the newest value that there is."""
    records = pl.read_parquet(folder / f"{code}.records.parquet").join(
        pl.read_parquet(folder / f"{code}.members.parquet"), on="record_id"
    )
    several = pl.len().over("cluster") > 1
    told = pl.exclude("cluster", "record_id").drop_nulls().first()
    newest = records.filter(several).sort("updated_on", "record_id", descending=[True, False], nulls_last=True)
    merged = newest.group_by("cluster", maintain_order=True).agg(told)
    shared = pl.col("number_status") == "shared"
    return (
        pl.concat([records.filter(~several).drop("record_id"), merged.select(pl.exclude("record_id"))], how="diagonal")
        .with_columns(
            pl.when(~shared).then("number").alias("number"),
            (pl.col("number_status") == "trusted").alias("commune_trusts"),
            pl.col("cluster").alias("record_id"),
            pl.col("cluster").alias("citizen_id"),
            pl.lit(code).alias("new_commune"),
            pl.col("address_old").alias("address_new"),
        )
        .select(COLUMNS)
    )


def write_people(folder: Path, group: Sequence[Commune], seed: int, part: tuple[float, float]) -> None:
    """Invent the people of some communes, of whom some stand in two; their numbers come from this part of all."""
    registers = [register for commune in group for register in _registers(commune)]
    settings = profile("default").model_copy(update={"numbers": part})
    rows = citizen_register(registers, sum(commune.people for commune in group), seed, settings)
    for commune in group:
        records, truth = standard_rows(rows.filter(pl.col("old_commune_code").str.starts_with(commune.code)))
        records.write_parquet(folder / f"{commune.code}.records.parquet")
        person = pl.format("{}-{}", pl.lit(seed), "person_id")
        truth.select("record_id", person.alias("person_id")).write_parquet(folder / f"{commune.code}.truth.parquet")


def _registers(commune: Commune) -> Iterator[OldCommune]:
    """Invented old communes that came to a new one, of about one size, so that each new one has about its own."""
    known = old_communes(commune.code)[0]
    for number in range(max(round(commune.people / _OF_A_REGISTER), 1)):
        yield replace(known, code=f"{commune.code}{number:02}", name=f"{known.name} {number + 1}")


def right(folder: Path, chosen: Sequence[Commune]) -> tuple[Scores, Scores]:
    """How right the pairs of rows within communes are, and those of two communes."""
    rows = pl.concat(
        pl.read_parquet(folder / f"{each.code}.members.parquet").join(
            pl.read_parquet(folder / f"{each.code}.truth.parquet").with_columns(commune=pl.lit(each.code)),
            on="record_id",
        )
        for each in chosen
    )
    groups = pl.read_parquet(folder / "groups.parquet").rename({"record_id": "cluster"})
    rows = rows.join(groups, on="cluster", how="left").with_columns(pl.coalesce("group", "cluster"))
    here, person = ["cluster", "commune"], ["person_id", "commune"]
    within = pair_scores(
        rows.select("record_id", pl.concat_str(here).alias("cluster")),
        rows.select("record_id", pl.concat_str(person).alias("person_id")),
    )
    found = _pairs(rows, ["group"]) - _pairs(rows, here)
    true = _pairs(rows, ["person_id"]) - _pairs(rows, person)
    both = _pairs(rows, ["group", "person_id"]) - _pairs(rows, [*here, "person_id"])
    return within, Scores(both / max(found, 1), both / max(true, 1))


def _pairs(rows: pl.DataFrame, keys: list[str]) -> int:
    """How many pairs of rows agree in the keys."""
    sizes = rows.group_by(keys).len("rows").cast({"rows": pl.Int64})
    return int(sizes.select((pl.col("rows") * (pl.col("rows") - 1) // 2).sum()).item())


def _told(scores: Scores) -> str:
    return f"{scores.precision:.4f}, {scores.recall:.4f}, {scores.f1:.4f}"


if __name__ == "__main__":
    main()
