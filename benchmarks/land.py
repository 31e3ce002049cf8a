"""Land: which rows are one parcel, what became of parcels in re-surveys, and which citizens own them.

    hopnhat bench land --people 20000 --parcels 40000 --seed 41 --profile default
    hopnhat bench land --sample DIR --new-commune CODE      (exports and truth that are there already)

Standardised, linked and made golden by the functions that the job uses, with default settings and no labels; automatic
merges only. Precision and recall are those of pairs: of rows (identity), of parcels (relations). A relation counts when
both parcels, their order and its kind are right. Of the owners that are confirmed, a share is the right person; of the
linkable ones (people who have a row in the registers) a share is confirmed rightly. See `benchmarks.land_scores`.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.land_scores import (
    false_merges,
    found_by_kind,
    owners_confirmed,
    parcels_of_rows,
    persons_of_citizens,
    relations_by_kind,
)
from benchmarks.scores import pair_scores
from benchmarks.usage import peak_megabytes
from pipelines.citizens.comparisons import SPEC as CITIZENS
from pipelines.citizens.context import add_context
from pipelines.citizens.golden import golden_citizens
from pipelines.citizens.standard import standardise as standardise_citizens
from pipelines.citizens.trust import add_number_status
from pipelines.communes import MergerMap, NewCommune
from pipelines.ingest import read_exports
from pipelines.linkage import Linkage, LinkageSettings, LinkageSpec, link
from pipelines.linkage.store import shipped_model
from pipelines.parcels.comparisons import SPEC as PARCELS
from pipelines.parcels.context import add_context as add_parcel_context
from pipelines.parcels.golden import golden_parcels
from pipelines.parcels.standard import standardise as standardise_parcels
from pipelines.synthetic import OldCommune, profile, write_sample
from pipelines.warehouse.schema import SHEET_MAP

COMMUNE = "10231"


@dataclass(frozen=True)
class Land:
    """What was made of a sample: `rows` of parcels as linked, the `linkage` of parcels, and all golden tables."""

    rows: pl.DataFrame
    linkage: Linkage
    tables: dict[str, pl.DataFrame]


def main(arguments: list[str] | None = None) -> None:
    """Make a sample or take one, link it, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--new-commune", default=COMMUNE)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--parcels", type=int, default=40_000)
    parser.add_argument("--seed", type=int, nargs="+", default=[41])
    parser.add_argument("--profile", nargs="+", default=["default"])
    parser.add_argument("--sample", type=Path, help="a folder with exports and truth, instead of making one")
    parser.add_argument("--without-citizens", action="store_true", help="identity and relations alone")
    options = parser.parse_args(arguments)
    commune = MergerMap.shipped().new_commune(options.new_commune)
    if options.sample:
        print(f"\n{options.sample}")
        _measure(options.sample, commune, options.without_citizens)
        return
    for name in options.profile:
        for seed in options.seed:
            print(f"\n{options.people} people, {options.parcels} parcels, seed {seed}, profile {name}")
            with tempfile.TemporaryDirectory() as folder:
                communes = [OldCommune.of(old) for old in commune.old_communes]
                write_sample(Path(folder), communes, options.people, options.parcels, seed, profile(name))
                _measure(Path(folder), commune, options.without_citizens)


def made(folder: Path, commune: NewCommune, without_citizens: bool = False) -> Land:
    """Link the exports of a sample, as the job does; all rows count as placed. Prints the seconds of each step."""
    clock = _Clock()
    exports = read_exports(folder / "exports", commune)
    people, plots = (
        rows.with_columns(placement=pl.lit("placed"), placement_reason=pl.lit(None, pl.String))
        for rows in (exports.citizens, exports.parcels)
    )
    clock.tell("read")
    plots = standardise_parcels(plots)
    clock.tell("standardise parcels")
    linkage = _linked(add_parcel_context(plots), PARCELS)
    clock.tell("link parcels")
    tables: dict[str, pl.DataFrame] = {}
    citizens = pl.DataFrame()
    if not without_citizens:
        people = add_context(add_number_status(standardise_citizens(people)), plots)
        members = _linked(people, CITIZENS).members
        tables |= golden_citizens(people, members, _ids(members), commune)
        citizens = tables["citizens"]
        clock.tell("citizens")
        tables |= golden_parcels(
            plots, linkage.members, _ids(linkage.members), citizens, SHEET_MAP.empty(), commune, tables["citizen_homes"]
        )
        clock.tell("golden parcels")
    print(f"  s: {clock}; peak {peak_megabytes():.0f} MB")
    return Land(plots, linkage, tables)


def _linked(records: pl.DataFrame, spec: LinkageSpec) -> Linkage:
    return link(records, spec, LinkageSettings(), shipped=shipped_model(spec))


def _ids(members: pl.DataFrame) -> pl.DataFrame:
    return members.select("cluster", entity_id="cluster").unique().sort("cluster")


def _measure(folder: Path, commune: NewCommune, without_citizens: bool) -> None:
    land = made(folder, commune, without_citizens)
    truth = _truth(folder, "parcels").join(
        land.rows.select("source_file", "source_row", "record_id"), on=["source_file", "source_row"]
    )
    _tell_identity(land, truth)
    if without_citizens:
        return
    parcels = parcels_of_rows(land.tables["parcel_sources"], truth)
    if (folder / "truth" / "relations.csv").exists() and "parcel_relations" in land.tables:
        related = pl.read_csv(folder / "truth" / "relations.csv", infer_schema=False)
        for kind, share in relations_by_kind(land.tables["parcel_relations"], related, parcels).items():
            print(f"  relation {kind:14} {share}")
    if (folder / "truth" / "owners.csv").exists():
        persons = persons_of_citizens(land.tables["citizen_sources"], _truth(folder, "citizens"))
        owners = _truth(folder, "owners").join(
            land.tables["parcel_sources"].select("source_file", "source_row", "parcel_id"),
            on=["source_file", "source_row"],
        )
        for status, confirmed in owners_confirmed(land.tables["parcel_owners"], owners, persons).items():
            print(f"  owners {status:16} {confirmed}")


def _tell_identity(land: Land, truth: pl.DataFrame) -> None:
    named = truth.select("record_id", "copy_kind", person_id="true_parcel_id")
    scores = pair_scores(land.linkage.members, named)
    print(f"  {truth.height} rows; identity P {scores.precision:.4f} R {scores.recall:.4f} F1 {scores.f1:.4f}")
    if "tie" in truth.columns:
        # Rows of parcels that another one equals in owner, area and certificate.
        alone = pair_scores(land.linkage.members, named.filter(truth["tie"] != "1"))
        print(f"  without such as nothing tells apart: P {alone.precision:.4f} R {alone.recall:.4f} F1 {alone.f1:.4f}")
    found = found_by_kind(land.linkage.members, named)
    print("  recall by kind:", ", ".join(f"{kind} {share}" for kind, share in found.items()))
    wrong = false_merges(land.linkage.members, named, land.rows)
    print("  false merges:", ", ".join(f"{where} {pairs}" for where, pairs in wrong.items()) or "none")
    undecided = land.linkage.links.filter(pl.col("decision") != "automatic")
    counts = dict(undecided["decision"].value_counts(sort=True).rows())
    print(f"  open links {counts}, {undecided.height / truth.height:.2%} of the rows")


def _truth(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / "truth" / f"{name}.csv", infer_schema=False).cast({"source_row": pl.Int64})


class _Clock:
    """Seconds by step."""

    def __init__(self) -> None:
        self._last, self._steps = time.perf_counter(), list[str]()

    def tell(self, step: str) -> None:
        now = time.perf_counter()
        self._steps.append(f"{step} {now - self._last:.1f}")
        self._last = now

    def __str__(self) -> str:
        return ", ".join(self._steps)


if __name__ == "__main__":
    main()
