"""The shipped merger map."""

from collections import Counter
from datetime import date

import polars as pl
import pytest

from pipelines.communes import MergerMap, NewCommune
from pipelines.problems import UnusableInput

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture(scope="module")
def merger_map() -> MergerMap:
    return MergerMap.shipped()


@pytest.fixture(scope="module")
def country(merger_map: MergerMap) -> list[NewCommune]:
    return [merger_map.new_commune(code) for code, _ in merger_map.new_communes()]


def test_the_country_is_whole(merger_map: MergerMap, country: list[NewCommune]) -> None:
    assert len(merger_map.new_communes()) == 3321
    assert len(merger_map.new_communes("Thành phố Hà Nội")) == 126
    kinds = Counter(commune.kind for commune in country if commune.province == "Thành phố Hà Nội")
    assert kinds == {"xã": 75, "phường": 51}
    assert len({old.code for commune in country for old in commune.old_communes}) == 10035


def test_the_map_says_when_a_code_is_valid(merger_map: MergerMap) -> None:
    assert {"new_valid_from", "old_valid_to"} <= set(merger_map.pairs.columns)
    assert set(merger_map.pairs["new_valid_from"]) == {"2025-07-01"}
    assert set(merger_map.pairs["old_valid_to"]) == {"2025-06-30"}


def test_thuong_phuc_is_made_of_five_whole_communes(merger_map: MergerMap) -> None:
    commune = merger_map.new_commune("10231")
    assert (commune.name, commune.kind, commune.partition_key) == ("Thượng Phúc", "xã", "10231 Thượng Phúc")
    assert [(old.code, old.name) for old in commune.old_communes] == [
        ("10231", "Nguyễn Trãi"),
        ("10234", "Quất Động"),
        ("10240", "Tân Minh"),
        ("10249", "Dũng Tiến"),
        ("10255", "Nghiêm Xuyên"),
    ]
    assert {(old.area_part, old.population_part) for old in commune.old_communes} == {("whole", "whole")}


def test_a_code_means_another_commune_before_and_after(merger_map: MergerMap) -> None:
    assert merger_map.name_on("10210", BEFORE) == "Vân Tảo"
    assert merger_map.name_on("10210", AFTER) == "Hồng Vân"
    assert merger_map.name_on("10207", BEFORE) == "Hồng Vân"
    assert merger_map.name_on("10207", AFTER) is None
    assert merger_map.name_on("99999", BEFORE) is None


def test_old_communes_lead_to_every_new_one(merger_map: MergerMap) -> None:
    assert merger_map.new_codes_of(["10234"]) == ["10231"]
    assert merger_map.new_codes_of(["04936"]) == ["04930", "09988"]
    assert merger_map.new_codes_of([]) == []


@pytest.mark.parametrize("code", ["99999", "", "10231 "])
def test_an_unknown_code_is_named(merger_map: MergerMap, code: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        merger_map.new_commune(code)
    assert f"mang mã {code} trong bảng sáp nhập" in str(caught.value)


def test_an_old_code_is_led_to_its_new_commune(merger_map: MergerMap) -> None:
    with pytest.raises(UnusableInput) as caught:
        merger_map.new_commune("10234")
    for part in ("10234", "Quất Động", "10231 Thượng Phúc"):
        assert part in str(caught.value)


def test_only_the_special_zones_have_no_old_commune(country: list[NewCommune]) -> None:
    zones = {commune.name: commune.kind for commune in country if not commune.old_communes}
    assert set(zones) == {"Bạch Long Vĩ", "Cồn Cỏ", "Hoàng Sa", "Lý Sơn", "Côn Đảo"}
    assert set(zones.values()) == {"đặc khu"}


@pytest.mark.parametrize("dataset", ["citizens", "parcels"])
def test_no_row_of_the_country_can_be_placed_twice(country: list[NewCommune], dataset: str) -> None:
    heirs = Counter(old.code for commune in country for old in commune.old_communes if old.part(dataset) == "whole")
    others = {old.code for commune in country for old in commune.old_communes if old.part(dataset) == "partial"}
    assert len(heirs) > 9000
    assert max(heirs.values()) == 1
    # The one pair on which the official table contradicts itself: all land to one, and "part of the people" to two.
    assert heirs.keys() & others <= ({"18796"} if dataset == "parcels" else set())


def test_disagreeing_notes_are_read_as_partial(merger_map: MergerMap, country: list[NewCommune]) -> None:
    odd = merger_map.pairs.filter(pl.col("population_part") == "partial?").row(0, named=True)
    commune = merger_map.new_commune(odd["new_code"])
    assert [old.population_part for old in commune.old_communes if old.code == odd["old_code"]] == ["partial"]
    parts = {part for new in country for old in new.old_communes for part in (old.area_part, old.population_part)}
    assert parts == {"whole", "partial", "none"}


def test_the_takers_of_a_split_commune_are_those_with_a_share_of_the_data_set(merger_map: MergerMap) -> None:
    people, land = merger_map.takers("citizens"), merger_map.takers("parcels")
    assert people["04936"] == land["04936"] == ("04930", "09988")
    # All the people of the old Phúc Lợi stayed in the new one, although the map calls them a part.
    assert (people["00136"], land["00136"]) == (("00136",), ("00127", "00136"))
    # Đông Mỹ gave Hồng Vân land and no people.
    assert "10210" in land["00685"]
    assert "10210" not in people["00685"]
    assert len(people) == len(land) == 10035
