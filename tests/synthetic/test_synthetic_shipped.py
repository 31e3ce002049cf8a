"""The shipped samples are what the generator makes: who changes it ships them anew."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.communes import MergerMap
from pipelines.synthetic import OldCommune, write_sample

PROJECT = Path(__file__).parents[2]
TRUTH = PROJECT / "tests" / "truth"
SAMPLES = {"10231": (6000, 4000, 20250701, TRUTH), "09988": (2400, 1600, 20250702, TRUTH / "hoa_lac")}


@pytest.mark.parametrize("code", SAMPLES)
def test_a_shipped_sample_is_that_of_its_seed(code: str, tmp_path: Path) -> None:
    people, parcels, seed, truth = SAMPLES[code]
    communes = [OldCommune.of(old) for old in MergerMap.shipped().new_commune(code).old_communes]
    write_sample(tmp_path, communes, people, parcels, seed)
    places = {"exports": PROJECT / "data" / "exports", "truth": truth, "reference": PROJECT / "data" / "reference"}
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) == 2 * len(communes) + 4 + (code == "09988")
    for path in made:
        kind, *rest = path.relative_to(tmp_path).parts
        assert path.read_bytes() == places[kind].joinpath(*rest).read_bytes(), path.relative_to(tmp_path)


def test_the_shipped_rules_leave_gaps() -> None:
    rules = pl.read_csv(PROJECT / "data/reference/split_rules.csv", infer_schema=False)
    citizens = pl.read_csv(TRUTH / "hoa_lac/citizens.csv", infer_schema=False)
    tables = [
        pl.read_csv(path, infer_schema=False).select("thon", old_code=pl.lit(path.parent.name[:5]))
        for path in sorted((PROJECT / "data/exports").glob("*/cong_dan.csv"))
        if path.parent.name in set(citizens["source_file"].str.split("/").list.first())
    ]
    hamlets = pl.concat(tables).drop_nulls().group_by("old_code", "thon").len().filter(pl.col("len") > 20)
    ruled = rules.filter(pl.col("hamlet").is_not_null())["hamlet"].str.to_lowercase()
    gaps = hamlets.filter(~pl.col("thon").str.to_lowercase().is_in(ruled.implode()))
    assert 0 < len(gaps) < len(hamlets) / 3
