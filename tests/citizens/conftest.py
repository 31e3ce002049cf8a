"""Register rows with few words, linked by a model that a synthetic commune has taught."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.citizens.comparisons import SPEC
from pipelines.citizens.context import add_context
from pipelines.citizens.golden import golden_citizens
from pipelines.citizens.marks import row_marks
from pipelines.citizens.standard import standardise
from pipelines.citizens.trust import add_number_status
from pipelines.communes import MergerMap, NewCommune
from pipelines.ingest import read_exports
from pipelines.ingest.headers import COLUMNS
from pipelines.linkage import Linkage, LinkageSettings, link
from pipelines.linkage.model import LinkageModel
from pipelines.review import review_cases
from pipelines.review.decisions import Decision
from pipelines.review.rulings import Rulings, rulings
from pipelines.synthetic import OldCommune, write_sample

PLACED = {"placement": "placed", "placement_reason": None}
SCHEMA: dict[str, Any] = {
    **dict.fromkeys(["record_id", "source_file", "old_commune_code", "placement", "placement_reason"], pl.String),
    "source_line": pl.Int64,
    "source_row": pl.Int64,
    **dict.fromkeys(COLUMNS["citizens"], pl.String),
}


@dataclass(frozen=True)
class Register:
    """What became of some rows, named r1, r2, … in their order."""

    records: pl.DataFrame
    linkage: Linkage
    tables: dict[str, pl.DataFrame]
    cases: pl.DataFrame

    @property
    def people(self) -> list[set[str]]:
        """The rows of each person."""
        groups = self.linkage.members.group_by("cluster", maintain_order=True).agg("record_id")
        return [set(group) for group in groups["record_id"]]

    def case(self, reason: str) -> dict[str, Any]:
        """The only case with this reason."""
        (row,) = self.cases.filter(reason=reason).rows(named=True)
        return row

    def statuses(self) -> dict[str, str]:
        """The number status of each row."""
        return dict(self.records.select("record_id", "number_status").iter_rows())


def row(name: str | None, born: str | None = None, commune: str = "10231", **cells: str | None) -> dict[str, Any]:
    """One row of a register; cells by their canonical column."""
    return {"ho_ten": name, "ngay_sinh": born, "old_commune_code": commune, **cells}


OWNERS = {
    "old_commune_code": pl.String,
    "owner_ascii": pl.String,
    "owner_birth_year": pl.Int64,
    "owner_number": pl.String,
}


def comparable(
    rows: pl.DataFrame, owners: list[dict[str, Any]] | None = None, ruled: Rulings | None = None
) -> pl.DataFrame:
    """Rows as they are linked, with what land books say of owners and people decided about numbers."""
    decided = {} if ruled is None else ruled.of_numbers
    return add_context(add_number_status(standardise(rows), **decided), pl.DataFrame(owners or [], schema=OWNERS))


def as_rows(rows: list[dict[str, Any]]) -> pl.DataFrame:
    located = [
        {"record_id": f"r{n}", "source_file": "a.csv", "source_line": n + 1, "source_row": n, **PLACED, **cells}
        for n, cells in enumerate(rows, start=1)
    ]
    return pl.DataFrame(located, schema=SCHEMA)


@pytest.fixture(scope="session")
def commune() -> NewCommune:
    return MergerMap.shipped().new_commune("10231")


@pytest.fixture(scope="session")
def sample_rows(commune: NewCommune, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    out = tmp_path_factory.mktemp("people")
    communes = [OldCommune(o.code, o.name, o.kind, o.district, o.province) for o in commune.old_communes]
    write_sample(out, communes, people=2500, parcels=0, seed=29)
    rows = read_exports(out / "exports", commune).citizens
    truth = pl.read_csv(Path(out) / "truth/citizens.csv", schema_overrides={"source_row": pl.Int64})
    return rows.with_columns(placement=pl.lit("placed"), placement_reason=pl.lit(None, pl.String)).join(
        truth.select("source_file", "source_row", pl.col("person_id").alias("truth")), on=["source_file", "source_row"]
    )


@pytest.fixture(scope="session")
def model(sample_rows: pl.DataFrame) -> LinkageModel:
    return link(comparable(sample_rows), SPEC, LinkageSettings()).model


@pytest.fixture(scope="session")
def register(model: LinkageModel, commune: NewCommune) -> Callable[..., Register]:
    def made(
        *rows: dict[str, Any], owners: list[dict[str, Any]] | None = None, decisions: Sequence[Decision] = ()
    ) -> Register:
        ruled = rulings(decisions, "citizens", row_marks(standardise(as_rows(list(rows)))))
        records = comparable(as_rows(list(rows)), owners, ruled)
        linkage = link(records, SPEC, LinkageSettings(), model, verdicts=ruled.verdicts)
        ids = (
            linkage.members.select("cluster").unique().sort("cluster").with_columns(entity_id="P-" + pl.col("cluster"))
        )
        tables = golden_citizens(records, linkage.members, ids, commune)
        cases = review_cases("citizens", linkage.links, records, linkage.members, ruled)
        return Register(records, linkage, tables, cases)

    return made


@pytest.fixture(scope="session")
def cell() -> Callable[..., dict[str, Any]]:
    return row
