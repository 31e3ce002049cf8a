"""The whole sample, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import with_errors
from .land import make_land_books
from .population import make_population
from .registers import make_registers
from .settings import OldCommune, SampleSettings
from .writing import CITIZEN_COLUMNS, CITIZEN_TRUTH, PARCEL_COLUMNS, PARCEL_TRUTH, write_exports, write_truth

USUAL = SampleSettings()


@dataclass(frozen=True)
class SampleSummary:
    """How much a sample holds."""

    communes: int
    people: int
    citizen_rows: int
    movers: int
    citizen_doubles: int
    rows_with_errors: int
    parcels: int
    parcel_rows: int
    parcel_doubles: int
    boundary_parcels: int


def write_sample(
    out_dir: Path,
    communes: Sequence[OldCommune],
    people: int,
    parcels: int,
    seed: int,
    settings: SampleSettings = USUAL,
) -> SampleSummary:
    """Write synthetic exports of the communes to `out_dir/exports` and the truth to `out_dir/truth`.

    `people` and `parcels` count different ones over all communes; the files hold some of them twice.
    Equal arguments give equal bytes.
    """
    if not communes or len({commune.code for commune in communes}) < len(communes):
        raise ValueError("a sample needs at least one old commune, each with a code of its own")
    if people < 0 or parcels < 0:
        raise ValueError("the numbers of people and parcels must not be negative")
    # A stream of random numbers for each stage: a later stage never changes what an earlier one drew.
    for_people, for_registers, for_errors, for_land = np.random.default_rng(seed).spawn(4)

    population = make_population(for_people, communes, people, settings)
    citizens = with_errors(for_errors, make_registers(for_registers, population, settings), settings)
    land = make_land_books(for_land, population, communes, parcels, settings)

    exports, truth = out_dir / "exports", out_dir / "truth"
    write_exports(exports, communes, citizens, "cong_dan.csv", CITIZEN_COLUMNS)
    write_truth(truth / "citizens.csv", communes, citizens, "cong_dan.csv", CITIZEN_TRUTH)
    write_exports(exports, communes, land, "thua_dat.csv", PARCEL_COLUMNS)
    write_truth(truth / "parcels.csv", communes, land, "thua_dat.csv", PARCEL_TRUTH)
    return SampleSummary(
        communes=len(communes),
        people=people,
        citizen_rows=len(citizens),
        movers=int((citizens["copy_kind"] == "mover").sum()),
        citizen_doubles=int((citizens["copy_kind"] == "double").sum()),
        rows_with_errors=int(citizens["errors"].is_not_null().sum()),
        parcels=parcels,
        parcel_rows=len(land),
        parcel_doubles=int((land["copy_kind"] == "double").sum()),
        boundary_parcels=int((land["copy_kind"] == "boundary").sum()),
    )
