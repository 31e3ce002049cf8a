"""The whole sample, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from .columns import (
    CITIZEN_COLUMNS,
    CITIZEN_TRUTH,
    OWNER_TRUTH,
    PARCEL_COLUMNS,
    PARCEL_TRUTH,
    REGISTER_TRUTH,
)
from .draws import Rng
from .errors import with_errors
from .forms import Form, draw_forms
from .land import make_land_books
from .parts import settled
from .population import Population, make_population
from .registers import make_registers, named_once
from .rules import split_rules
from .settings import OldCommune, SampleSettings
from .writing import write_exports, write_table, write_truth

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
    surveyed_again: int


def write_sample(
    out_dir: Path,
    communes: Sequence[OldCommune],
    people: int,
    parcels: int,
    seed: int,
    settings: SampleSettings = USUAL,
) -> SampleSummary:
    """Write synthetic exports of the communes to `out_dir/exports` and the truth to `out_dir/truth`; of communes that
    were split also the rules that place their rows, to `out_dir/reference`.

    `people` and `parcels` count different ones over all communes; the files hold some of them twice, and of some land
    the parcels of another survey too, which are not counted.
    Equal arguments give equal bytes.
    """
    if parcels < 0:
        raise ValueError("the numbers of people and parcels must not be negative")
    streams = _Streams.of(seed)
    forms = draw_forms(streams.files, communes, settings)
    population, citizens = _citizens(streams, communes, people, settings, forms)
    books = make_land_books(streams.land, population, communes, parcels, settings)
    land = books.rows

    exports, truth = out_dir / "exports", out_dir / "truth"
    write_exports(exports, communes, citizens, "cong_dan.csv", CITIZEN_COLUMNS, forms)
    write_truth(truth / "citizens.csv", communes, citizens, "cong_dan.csv", CITIZEN_TRUTH, forms)
    write_exports(exports, communes, land, "thua_dat.csv", PARCEL_COLUMNS, forms)
    write_truth(truth / "parcels.csv", communes, land, "thua_dat.csv", PARCEL_TRUTH, forms)
    write_truth(truth / "owners.csv", communes, land, "thua_dat.csv", OWNER_TRUTH, forms, each="owners")
    write_table(truth / "relations.csv", books.relations)
    if any(commune.split for commune in communes):
        rules = split_rules(streams.rules, communes, population.households, books.numbers, settings)
        write_table(out_dir / "reference" / "split_rules.csv", rules)
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
        surveyed_again=int(land["copy_kind"].is_in(["resurvey", "remeasured"]).sum()),
    )


def citizen_register(
    communes: Sequence[OldCommune], people: int, seed: int, settings: SampleSettings = USUAL
) -> pl.DataFrame:
    """The citizen rows of `write_sample` without its files: the canonical columns as text, `old_commune_code`, and
    the truth in `person_id`, `copy_kind`, `errors` and `special`.
    """
    _, rows = _citizens(_Streams.of(seed), communes, people, settings)
    codes = pl.Series([commune.code for commune in communes], dtype=pl.String)
    return rows.select(codes.gather(rows["commune"]).alias("old_commune_code"), *CITIZEN_COLUMNS, *REGISTER_TRUTH)


@dataclass(frozen=True)
class _Streams:
    """A stream of random numbers for each stage: a later stage never changes what an earlier one drew."""

    people: Rng
    registers: Rng
    errors: Rng
    land: Rng
    files: Rng
    parts: Rng
    rules: Rng

    @classmethod
    def of(cls, seed: int) -> "_Streams":
        return cls(*np.random.default_rng(seed).spawn(7))


def _citizens(
    streams: _Streams,
    communes: Sequence[OldCommune],
    people: int,
    settings: SampleSettings,
    forms: Sequence[Form] = (),
) -> tuple[Population, pl.DataFrame]:
    if not communes or len({commune.code for commune in communes}) < len(communes):
        raise ValueError("a sample needs at least one old commune, each with a code of its own")
    if people < 0:
        raise ValueError("the numbers of people and parcels must not be negative")
    population = make_population(streams.people, communes, people, settings)
    population = settled(streams.parts, population, communes, settings)
    rows = make_registers(streams.registers, population, settings)
    # What a register does not name cannot be mistyped, so that this form is known before the errors.
    rows = named_once(rows, [position for position, form in enumerate(forms) if form.household_on_first_row])
    return population, with_errors(streams.errors, rows, settings)
