"""Split communes: their rows go where the merger map sends them, and the rules say of none anything untrue."""

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.citizens.standard import standardise as standardise_citizens
from pipelines.communes import MergerMap, SplitRules, place
from pipelines.ingest import read_exports
from pipelines.parcels.standard import standardise as standardise_parcels
from pipelines.synthetic import OldCommune, SampleSettings, citizen_register, profile, write_sample

MAP = MergerMap.shipped()
HOA_LAC = "09988"
USUAL = SampleSettings()
STANDARD = {"citizens": standardise_citizens, "parcels": standardise_parcels}


def communes_of(new_code: str) -> list[OldCommune]:
    return [OldCommune.of(old) for old in MAP.new_commune(new_code).old_communes]


def sampled(out: Path, new_code: str = HOA_LAC, manner: SampleSettings = USUAL, seed: int = 4) -> Path:
    write_sample(out, communes_of(new_code), people=2000, parcels=1500, seed=seed, settings=manner)
    return out


def truth(out: Path, dataset: str) -> pl.DataFrame:
    told = pl.read_csv(out / f"truth/{dataset}.csv", infer_schema=False)
    return told.with_columns(pl.col("source_row").cast(pl.Int64), old_code=pl.col("source_file").str.slice(0, 5))


@pytest.fixture(scope="module")
def hoa_lac(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sampled(tmp_path_factory.mktemp("hoa_lac"))


def placements(out: Path, dataset: str, new_code: str = HOA_LAC) -> pl.DataFrame:
    """Each row with its truth and, for every new commune that shares an old one, where the rules put it."""
    exports = read_exports(out / "exports", MAP.new_commune(new_code))
    rows = exports.citizens if dataset == "citizens" else exports.parcels
    records = STANDARD[dataset](rows)
    rules = SplitRules.read(out / "reference" / "split_rules.csv", MAP)
    told = truth(out, dataset)
    placed = [
        place(records, MAP.new_commune(code), dataset, rules)  # type: ignore[arg-type]
        .select("source_file", "source_row", "hamlet", "placement", code=pl.lit(code))
        .join(told, ["source_file", "source_row"])
        for code in MAP.new_codes_of(told["old_code"].unique().to_list())
    ]
    return pl.concat(placed)


@pytest.mark.parametrize("dataset", ["citizens", "parcels"])
def test_every_rule_places_what_it_says_and_gaps_are_left(hoa_lac: Path, dataset: str) -> None:
    rows = placements(hoa_lac, dataset)
    placed = rows.filter(pl.col("placement") == "placed")
    assert (placed["code"] == placed["new_code"]).all()
    assert placed.select(pl.struct("source_file", "source_row").is_unique().all()).item()
    loaded = rows.select("source_file", "source_row").n_unique()
    assert 0.8 < len(placed) / loaded < 0.98


@pytest.mark.parametrize("dataset", ["citizens", "parcels"])
def test_without_gaps_and_dirt_all_rows_are_placed(dataset: str, tmp_path: Path) -> None:
    whole = profile("clean").model_copy(update={"rule_gaps": 0, "hamlets_divided": 0})
    rows = placements(sampled(tmp_path, manner=whole), dataset)
    placed = rows.filter(pl.col("placement") == "placed")
    assert len(placed) == rows.select("source_file", "source_row").n_unique()
    assert (placed["code"] == placed["new_code"]).all()


@pytest.mark.parametrize("new_code", [HOA_LAC, "10210"])
def test_rows_go_only_where_the_merger_map_sends_people_and_land(new_code: str, tmp_path: Path) -> None:
    out = sampled(tmp_path, new_code)
    for dataset, none in (("citizens", "population_part"), ("parcels", "area_part")):
        targets = MAP.pairs.filter(pl.col(none) != "none").select("old_code", "new_code").with_columns(known=True)
        told = truth(out, dataset)
        assert told["new_code"].null_count() == 0
        assert told.join(targets, ["old_code", "new_code"], how="left")["known"].all()
        possible = targets.filter(pl.col("old_code").is_in(told["old_code"].unique().to_list()))
        assert told.select("old_code", "new_code").n_unique() == len(possible)


def test_land_alone_goes_to_some(tmp_path: Path) -> None:
    # All people of Đông Mỹ went elsewhere than to Hồng Vân, which got some of its land.
    out = sampled(tmp_path, "10210")
    for dataset, there in (("citizens", False), ("parcels", True)):
        of_dong_my = truth(out, dataset).filter(pl.col("old_code") == "00685")["new_code"]
        assert ("10210" in set(of_dong_my)) is there
    rules = pl.read_csv(out / "reference/split_rules.csv", infer_schema=False)
    of_land = rules.filter((pl.col("old_code") == "00685") & (pl.col("new_code") == "10210"))
    assert set(of_land["dataset"]) == {"parcels"}


def test_hamlets_go_whole_but_for_some(hoa_lac: Path, tmp_path: Path) -> None:
    def divided(out: Path) -> tuple[int, int]:
        tables = [
            pl.read_csv(path, infer_schema=False).with_columns(
                source_file=pl.lit(f"{path.parent.name}/cong_dan.csv"), source_row=pl.int_range(1, pl.len() + 1)
            )
            for path in sorted((out / "exports").glob("*/cong_dan.csv"))
        ]
        rows = truth(out, "citizens").join(pl.concat(tables), ["source_file", "source_row"])
        hamlets = rows.drop_nulls("thon").group_by("old_code", "thon").agg(pl.col("new_code").n_unique())
        return int((hamlets["new_code"] > 1).sum()), len(hamlets)

    clean = profile("clean")
    assert divided(sampled(tmp_path / "whole", manner=clean.model_copy(update={"hamlets_divided": 0})))[0] == 0
    many, hamlets = divided(sampled(tmp_path / "divided", manner=clean.model_copy(update={"hamlets_divided": 0.4})))
    assert 0.15 < many / hamlets < 0.65


def test_a_household_is_in_one_commune(hoa_lac: Path) -> None:
    tables = [
        pl.read_csv(path, infer_schema=False).with_columns(
            source_file=pl.lit(f"{path.parent.name}/cong_dan.csv"), source_row=pl.int_range(1, pl.len() + 1)
        )
        for path in sorted((hoa_lac / "exports").glob("*/cong_dan.csv"))
    ]
    rows = truth(hoa_lac, "citizens").join(pl.concat(tables), ["source_file", "source_row"])
    homes = rows.filter(pl.col("so_ho_khau").str.contains(r"^\d")).group_by("old_code", "so_ho_khau")
    assert homes.agg(pl.col("new_code").n_unique())["new_code"].max() == 1


def test_rules_are_of_many_kinds(tmp_path: Path) -> None:
    rules = pl.concat(
        pl.read_csv(sampled(tmp_path / str(seed), seed=seed) / "reference/split_rules.csv", infer_schema=False)
        for seed in (1, 2)
    )
    given = {name: pl.col(name).is_not_null() for name in rules.columns}
    kinds = {
        "people by hamlet": given["hamlet"] & (pl.col("dataset") == "citizens"),
        "both by hamlet": given["hamlet"] & ~given["dataset"],
        "a run of sheets": given["sheet_from"] & (pl.col("sheet_to") != pl.col("sheet_from")),
        "all from a sheet on": given["sheet_from"] & ~given["sheet_to"],
        "parcels of a sheet": given["parcel_from"],
        "a whole map system": given["map_system"] & ~given["sheet_from"],
        "a hamlet spelled otherwise": pl.col("hamlet") == pl.col("hamlet").str.to_uppercase(),
    }
    assert {kind for kind, holds in kinds.items() if rules.select(holds.any()).item()} == set(kinds)
    assert rules["priority"].n_unique() == 3


def test_whole_communes_have_no_rules_and_their_rows_one_code(tmp_path: Path) -> None:
    out = sampled(tmp_path, "10231")
    assert not (out / "reference").exists()
    for dataset in ("citizens", "parcels"):
        assert set(truth(out, dataset)["new_code"]) == {"10231"}


def test_the_people_of_whole_communes_do_not_hang_on_what_became_of_them() -> None:
    known = communes_of("10231")
    unknown = [OldCommune(old.code, old.name, old.kind, old.district, old.province) for old in known]
    assert citizen_register(known, 800, 3).equals(citizen_register(unknown, 800, 3), null_equal=True)


def test_a_new_address_is_that_of_the_new_commune(tmp_path: Path) -> None:
    out = sampled(tmp_path, manner=profile("clean").model_copy(update={"two_level_address": 1.0}))
    path = next(iter(sorted((out / "exports").glob("09988-*/cong_dan.csv"))))
    rows = pl.read_csv(path, infer_schema=False).with_columns(
        truth(out, "citizens").filter(pl.col("old_code") == "09988")["new_code"]
    )
    names = {heir.code: heir.name for heir in communes_of(HOA_LAC)[3].heirs}
    assert set(rows["new_code"]) <= set(names) == {"04930", "09706", "09988"}
    expected = pl.format("{}, xã {}, thành phố Hà Nội", "thon", pl.col("new_code").replace(names))
    assert rows.drop_nulls("thon").select((expected == pl.col("noi_thuong_tru")).all()).item()


@settings(max_examples=10, deadline=None)
@given(
    people=st.integers(0, 300),
    parcels=st.integers(0, 300),
    seed=st.integers(0, 2**32),
    new_code=st.sampled_from([HOA_LAC, "00136", "10210", "04930"]),
)
def test_the_rules_of_any_sample_can_be_read(people: int, parcels: int, seed: int, new_code: str) -> None:
    often = USUAL.model_copy(update={"sheets_divided": 0.7, "hamlets_divided": 0.3, "second_map_system": 0.4})
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        write_sample(out, communes_of(new_code), people, parcels, seed, often)
        rules = SplitRules.read(out / "reference" / "split_rules.csv", MAP)
        for dataset in ("citizens", "parcels"):
            assert truth(out, dataset)["new_code"].null_count() == 0
    assert set(rules.rules["old_code"]) <= {old.code for old in communes_of(new_code) if old.split}
