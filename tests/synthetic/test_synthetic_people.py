"""People whom linkage easily takes for another, or for two, are there as the settings say, and told in `special`."""

import unicodedata

import numpy as np
import polars as pl
import pytest
from rapidfuzz.distance import Levenshtein

from pipelines.synthetic import OldCommune, SampleSettings, citizen_register, profile
from pipelines.synthetic.kinship import GRANDCHILDREN, Place
from pipelines.synthetic.names import USUAL_NAMES
from pipelines.synthetic.population import SPECIAL, Population, make_population
from pipelines.vietnamese.syllables import legal_share

COMMUNES = [OldCommune(f"1000{n}", f"Tân {n}", "xã", "huyện Thường Tín", "thành phố Hà Nội") for n in range(4)]
CLEAN = profile("clean")
SIZE = 40_000


@pytest.fixture(scope="module")
def register() -> pl.DataFrame:
    return citizen_register(COMMUNES, SIZE, seed=8, settings=CLEAN)


@pytest.fixture(scope="module")
def originals(register: pl.DataFrame) -> pl.DataFrame:
    born = pl.col("ngay_sinh").str.to_date("%d/%m/%Y")
    words = pl.col("ho_ten").str.split(" ")
    rows = register.filter(pl.col("copy_kind") == "original").with_columns(born=born)
    return rows.with_columns(surname=words.list.first(), given=words.list.last(), year=born.dt.year())


def rest(name: str, given: str) -> str:
    return name.removesuffix(given)


def letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def household() -> list[str]:
    return ["old_commune_code", "so_ho_khau"]


@pytest.fixture(scope="module")
def births(originals: pl.DataFrame) -> pl.DataFrame:
    """Households' children of one birth."""
    children = originals.filter(pl.col("special").is_in(["twin", "triplet"]))
    return children.group_by(*household(), "born", maintain_order=True).agg(pl.all().exclude(*household(), "born"))


def test_twins_share_all_but_the_given_name(births: pl.DataFrame) -> None:
    twins = births.filter(pl.col("special").list.first() == "twin")
    assert len(twins) > 80 and set(twins["special"].list.len()) == {2}
    for column in ("surname", "ho_ten_chu_ho", "noi_thuong_tru"):
        assert (twins[column].list.n_unique() == 1).all(), column
    # Parents are known of each child by itself, or not.
    for column in ("ho_ten_cha", "ho_ten_me"):
        assert (twins[column].list.drop_nulls().list.n_unique() <= 1).all(), column
    assert (twins["ho_ten"].list.n_unique() == 2).all()


def test_twins_are_as_often_alike_as_the_settings_say(births: pl.DataFrame) -> None:
    usual = SampleSettings()
    twins = births.filter(pl.col("special").list.first() == "twin")
    like_sexed = twins.filter(pl.col("gioi_tinh").list.n_unique() == 1)
    assert len(like_sexed) / len(twins) == pytest.approx(usual.twins_like_sexed, abs=0.12)
    names = [list(zip(one, other, strict=True)) for one, other in like_sexed.select("ho_ten", "given").rows()]
    one_syllable = [rest(*a) == rest(*b) for a, b in names]
    one_mark = [letters(a[0]) == letters(b[0]) for a, b in names]
    assert sum(one_syllable) / len(names) > usual.twins_alike - 0.1
    assert 0.05 < sum(one_mark) / len(names) < 0.5
    assert all(same for same, mark in zip(one_syllable, one_mark, strict=True) if mark)


def test_some_twins_have_neighbouring_numbers() -> None:
    often = CLEAN.model_copy(update={"twin_births": 0.3, "twins_neighbouring": 0.5, "personal_number": 1})
    people = make_population(np.random.default_rng(1), COMMUNES, 8000, often).people
    twins = people.filter(pl.col("special") == "twin").with_columns(pl.col("number_held").cast(pl.Int64))
    both = twins.group_by("household", "ngay_sinh").agg(
        (pl.col("number_held").max() - pl.col("number_held").min()).alias("apart"), pl.col("gioi_tinh").n_unique()
    )
    alike = both.filter(pl.col("gioi_tinh") == 1)["apart"] == 1
    assert alike.mean() == pytest.approx(0.5, abs=0.06)
    assert (both.filter(pl.col("gioi_tinh") == 2)["apart"] > 1).all()
    assert people["number_held"].is_unique().all()


def test_there_are_triplets() -> None:
    often = CLEAN.model_copy(update={"twin_births": 0.1, "triplets": 0.3})
    people = citizen_register(COMMUNES, 8000, 1, often).filter(pl.col("copy_kind") == "original")
    triplets = people.filter(pl.col("special") == "triplet").group_by(*household(), "ngay_sinh").agg("ho_ten")
    assert len(triplets) > 10
    assert (triplets["ho_ten"].list.len() == 3).all() and (triplets["ho_ten"].list.n_unique() == 3).all()


def test_as_many_births_are_twins_as_the_settings_say() -> None:
    often = CLEAN.model_copy(update={"twin_births": 0.2})
    people = make_population(np.random.default_rng(1), COMMUNES, 20_000, often).people
    children = people.filter(pl.col("place").is_between(Place.CHILD1, Place.CHILD4))
    births = children.group_by("household", "ngay_sinh").len()
    # Of the children some have left home, also without their twin.
    assert 0.08 < (births["len"] == 2).mean() < 0.2  # type: ignore[operator]


def test_namesake_sons_bear_the_name_of_a_man_at_home(originals: pl.DataFrame) -> None:
    told = originals.filter(pl.col("special") == "namesake_son")
    houses = told.group_by(household()).agg("ho_ten", "year", "gioi_tinh", "quan_he_chu_ho")
    assert len(houses) > 20
    assert set(houses["ho_ten"].list.len()) == {2} and set(houses["ho_ten"].list.n_unique()) == {1}
    assert (houses["year"].list.max() - houses["year"].list.min() >= 14).all()
    assert set(told["gioi_tinh"]) == {"Nam"} and "Cháu" in set(told["quan_he_chu_ho"])
    sons = originals.filter((pl.col("gioi_tinh") == "Nam") & (pl.col("quan_he_chu_ho").is_in(["Con", "Con trai"])))
    assert len(houses) / len(sons) == pytest.approx(SampleSettings().namesake_sons, abs=0.004)


def test_neighbours_share_name_and_year_but_no_house(originals: pl.DataFrame) -> None:
    told = originals.filter(pl.col("special") == "neighbour_namesake")
    groups = originals.group_by("old_commune_code", "thon", "ho_ten", "year").agg(
        pl.col("so_ho_khau").n_unique().alias("houses"), "person_id"
    )
    shared = set(groups.filter(pl.col("houses") > 1).explode("person_id")["person_id"])
    assert set(told["person_id"]) <= shared
    assert len(told) / SIZE == pytest.approx(SampleSettings().neighbour_namesakes, abs=0.003)


def test_some_fathers_of_a_hamlet_are_namesakes(originals: pl.DataFrame) -> None:
    without = citizen_register(COMMUNES, SIZE, 8, CLEAN.model_copy(update={"namesake_fathers": 0}))

    def shared(rows: pl.DataFrame) -> int:
        heads = rows.filter((pl.col("quan_he_chu_ho") == "Chủ hộ") & (pl.col("gioi_tinh") == "Nam"))
        return int(heads.select("old_commune_code", "thon", "ho_ten").is_duplicated().sum())

    assert shared(originals) > shared(without.filter(pl.col("copy_kind") == "original")) + 50


def test_a_daughter_in_law_stands_in_two_houses_with_her_parents_as_heads(register: pl.DataFrame) -> None:
    rows = register.filter(pl.col("special") == "in_law")
    own, parents = (rows.filter(pl.col("copy_kind").eq("original") == first) for first in (True, False))
    pairs = own.join(parents, on="person_id", suffix="_2", validate="1:1")
    assert len(pairs) == len(own) > 20
    assert set(own["quan_he_chu_ho"]) == {"Con dâu"} and set(parents["quan_he_chu_ho"]) == {"Con gái"}
    assert (pairs["so_ho_khau"] != pairs["so_ho_khau_2"]).all()
    known = pairs.drop_nulls("ho_ten_cha")
    assert len(known) > 10 and (known["ho_ten_cha"] == known["ho_ten_chu_ho_2"]).all()
    homes = register.filter(pl.col("quan_he_chu_ho") == "Vợ").select(*household(), mother="ho_ten")
    with_mother = parents.drop_nulls("ho_ten_me").join(homes, on=household())
    assert len(with_mother) > 10 and (with_mother["mother"] == with_mother["ho_ten_me"]).mean() > 0.95  # type: ignore[operator]
    surname = [parents[name].str.extract(r"^(\S+)") for name in ("ho_ten", "ho_ten_chu_ho")]
    assert (surname[0] == surname[1]).all()


def test_some_siblings_of_near_years_differ_by_one_mark() -> None:
    def alike(likely: float) -> int:
        settings = CLEAN.model_copy(update={"siblings_alike": likely, "twin_births": 0})
        people = make_population(np.random.default_rng(2), COMMUNES, 20_000, settings).people
        children = people.filter(pl.col("place").is_between(Place.CHILD1, Place.CHILD4))
        pairs = children.join(children, on="household", suffix="_2").filter(pl.col("place_2") > pl.col("place"))
        names = pairs.select("ho_ten", "ho_ten_2").rows()
        return sum(Levenshtein.distance(a, b) == 1 and letters(a) == letters(b) for a, b in names)

    assert alike(0.5) > 5 * max(alike(0), 1)


def test_remarriage_shows_as_another_spouse(register: pl.DataFrame) -> None:
    rows = register.filter(pl.col("special") == "remarried")
    spouses = rows.group_by("person_id").agg(pl.col("ho_ten_vo_chong").n_unique(), pl.len())
    assert len(spouses) > 40 and (spouses["ho_ten_vo_chong"] > 1).all()
    usual = register.filter(pl.col("special").is_null()).group_by("person_id").agg(pl.col("ho_ten_vo_chong").n_unique())
    assert (usual["ho_ten_vo_chong"] == 1).all()


def test_so_many_people_have_two_rows_and_three(register: pl.DataFrame) -> None:
    usual = SampleSettings()
    rows = register.group_by("person_id").len()["len"]
    kinds = register.group_by("person_id").agg(pl.col("copy_kind").sort())["copy_kind"].list.join(",").value_counts()
    counts = {kind: count / SIZE for kind, count in kinds.rows()}
    assert rows.max() == 3
    assert counts["mover,original"] == pytest.approx(usual.movers, abs=0.005)
    assert counts["double,original"] == pytest.approx(usual.doubles, abs=0.005)
    assert counts["double,mover,original"] == pytest.approx(usual.three_rows, abs=0.002)


def test_doubles_are_sometimes_in_a_household_that_split_off(register: pl.DataFrame) -> None:
    own = register.filter(pl.col("copy_kind") == "original").select("person_id", own="so_ho_khau")
    doubles = register.filter(pl.col("copy_kind") == "double", pl.col("special").fill_null("") != "in_law").join(
        own, on="person_id"
    )
    moved = doubles.filter(pl.col("own") != pl.col("so_ho_khau"))
    assert len(moved) / len(doubles) == pytest.approx(SampleSettings().split_households, abs=0.05)
    heads = moved.filter(pl.col("quan_he_chu_ho") == "Chủ hộ")
    assert len(heads) > 100 and (heads["ho_ten"] == heads["ho_ten_chu_ho"]).all()


def test_special_is_of_the_person(register: pl.DataFrame) -> None:
    assert set(SPECIAL) - {"triplet"} <= set(register["special"].drop_nulls()) <= set(SPECIAL)
    assert (register.group_by("person_id").agg(pl.col("special").n_unique())["special"] == 1).all()


def test_names_are_legal_vietnamese(register: pl.DataFrame) -> None:
    for column in ("ho_ten", "ho_ten_cha", "ho_ten_me", "ho_ten_vo_chong", "ho_ten_chu_ho", "thon"):
        names = register[column].drop_nulls().unique()
        assert legal_share(names).drop_nulls().min() == 1, column
        assert (names == names.str.normalize("NFC")).all()


def test_every_sample_has_name_shares_of_its_own() -> None:
    def shares(concentration: float, seed: int) -> dict[str, float]:
        tables = USUAL_NAMES.tilted(np.random.default_rng(seed), concentration)
        (young_men,) = [table for group, table in tables.given.items() if group == (0, 2)]
        return dict(young_men)

    usual = SampleSettings().given_name_concentration
    one, other = (shares(usual, seed) for seed in (1, 2))
    gaps = [abs(one[name] - other[name]) / (one[name] + other[name]) for name in list(one)[:20]]
    assert 0.1 < sum(gaps) / len(gaps) < 0.6
    even = shares(1e7, 1)
    assert even["Anh"] / even["Minh"] == pytest.approx(10 / 9, abs=0.05)


def test_other_seeds_give_other_populations() -> None:
    tops = []
    for seed in (1, 2, 3):
        given = citizen_register(COMMUNES, 5000, seed, CLEAN)["ho_ten"].str.extract(r"(\S+)$")
        tops.append(given.value_counts(sort=True)["ho_ten"].head(15).to_list())
    assert tops[0] != tops[1] != tops[2] != tops[0]


def test_a_population_is_the_same_whatever_is_mistyped() -> None:
    def people(settings: SampleSettings) -> Population:
        return make_population(np.random.default_rng(4), COMMUNES, 1000, settings)

    assert people(CLEAN).people.equals(people(profile("doubled")).people)
    assert set(GRANDCHILDREN) <= set(people(CLEAN).people["place"])
