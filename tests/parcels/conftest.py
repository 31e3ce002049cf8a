"""Rows of land books with few words, linked by a model that a synthetic commune has taught."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from pipelines.communes import MergerMap
from pipelines.ingest import read_exports
from pipelines.ingest.headers import COLUMNS
from pipelines.linkage import Linkage, LinkageSettings, link
from pipelines.linkage.model import LinkageModel
from pipelines.parcels.comparisons import SPEC
from pipelines.parcels.context import add_context
from pipelines.parcels.golden import golden_parcels
from pipelines.parcels.standard import standardise
from pipelines.review import review_cases
from pipelines.synthetic import OldCommune, write_sample
from pipelines.warehouse.schema import CITIZENS, SHEET_MAP

SCHEMA: dict[str, Any] = {
    **dict.fromkeys(["record_id", "source_file", "old_commune_code", "placement", "placement_reason"], pl.String),
    "source_line": pl.Int64,
    "source_row": pl.Int64,
    **dict.fromkeys(COLUMNS["parcels"], pl.String),
}


@dataclass(frozen=True)
class Books:
    """What became of some rows, named r1, r2, … in their order."""

    records: pl.DataFrame
    linkage: Linkage
    tables: dict[str, pl.DataFrame]
    cases: pl.DataFrame

    @property
    def parcels(self) -> list[set[str]]:
        """The rows of each parcel."""
        groups = self.linkage.members.group_by("cluster", maintain_order=True).agg("record_id")
        return [set(group) for group in groups["record_id"]]

    @property
    def owner(self) -> dict[str, Any]:
        """The only owner."""
        (line,) = self.tables["parcel_owners"].rows(named=True)
        return line


def plot(sheet: str | None, parcel: str | None, commune: str = "10231", **cells: str | None) -> dict[str, Any]:
    usual = {"he_ban_do": "1994", "ty_le": "1000", "loai_dat": "ONT", "chu_su_dung": "Ông Đặng Đình Sửu"}
    return {**usual, "so_to": sheet, "so_thua": parcel, "old_commune_code": commune, **cells}


@pytest.fixture(scope="session")
def sample_rows(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    out = tmp_path_factory.mktemp("land")
    commune = MergerMap.shipped().new_commune("10231")
    communes = [OldCommune(o.code, o.name, o.kind, o.district, o.province) for o in commune.old_communes]
    write_sample(out, communes, people=2500, parcels=4000, seed=31)
    truth = pl.read_csv(out / "truth/parcels.csv", schema_overrides={"source_row": pl.Int64})
    rows = read_exports(out / "exports", commune).parcels
    return rows.with_columns(placement=pl.lit("placed"), placement_reason=pl.lit(None, pl.String)).join(
        truth.select("source_file", "source_row", pl.col("true_parcel_id").alias("truth")),
        on=["source_file", "source_row"],
    )


@pytest.fixture(scope="session")
def model(sample_rows: pl.DataFrame) -> LinkageModel:
    return link(add_context(standardise(sample_rows)), SPEC, LinkageSettings()).model


def standardised(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Rows named r1, r2, … of one file, in standard form."""
    places = {"source_file": "a.csv", "placement": "placed", "placement_reason": None}
    located = [
        {"record_id": f"r{n}", "source_line": n + 1, "source_row": n, **places, **cells}
        for n, cells in enumerate(rows, start=1)
    ]
    return standardise(pl.DataFrame(located, schema=SCHEMA))


def golden_tables(
    records: pl.DataFrame,
    members: pl.DataFrame,
    citizens: list[dict[str, Any]] | None = None,
    sheets: list[dict[str, Any]] | None = None,
    commune: str = "10231",
) -> dict[str, pl.DataFrame]:
    ids = members.select("cluster").unique().sort("cluster").with_columns(entity_id="T-" + pl.col("cluster"))
    people = pl.DataFrame(citizens or [], schema=CITIZENS.polars_schema)
    numbered = pl.DataFrame(sheets or [], schema=SHEET_MAP.polars_schema)
    return golden_parcels(records, members, ids, people, numbered, MergerMap.shipped().new_commune(commune))


@pytest.fixture(scope="session")
def books(model: LinkageModel) -> Callable[..., Books]:
    """What becomes of rows that the model links."""

    def made(*rows: dict[str, Any], **given: Any) -> Books:
        records = standardised(rows)
        linkage = link(add_context(records), SPEC, LinkageSettings(), model)
        tables = golden_tables(records, linkage.members, **given)
        return Books(records, linkage, tables, review_cases("parcels", linkage.links))

    return made


@pytest.fixture(scope="session")
def golden() -> Callable[..., dict[str, pl.DataFrame]]:
    """The tables of parcels whose rows are known to belong together: each is one row, or a list of rows."""

    def made(*parcels: dict[str, Any] | list[dict[str, Any]], **given: Any) -> dict[str, pl.DataFrame]:
        groups = [parcel if isinstance(parcel, list) else [parcel] for parcel in parcels]
        records = standardised(row for group in groups for row in group)
        clusters = [f"c{at}" for at, group in enumerate(groups, start=1) for _ in group]
        members = records.select("record_id", pl.Series("cluster", clusters, dtype=pl.String))
        return golden_tables(records, members, **given)

    return made


@pytest.fixture(scope="session")
def cell() -> Callable[..., dict[str, Any]]:
    return plot
