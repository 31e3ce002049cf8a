"""Which parcels can be used at once, which must be corrected and which rebuilt, and why."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipelines.citizens.quality import REASONS as OF_PEOPLE
from pipelines.parcels.quality import REASONS as OF_LAND
from pipelines.reports.labels import QUALITY_REASONS

Row = Callable[..., dict[str, Any]]
Golden = Callable[..., dict[str, pl.DataFrame]]

OWNER, WIFE = "001084222345", "001185333456"
PAPER = {"so_gcn": "BĐ 123456", "ngay_cap": "01/02/2012"}


def person(number: str, name: str, **values: Any) -> dict[str, Any]:
    return {
        "citizen_id": f"P-{number}",
        "full_name": name,
        "birth_year": 1984,
        "sex": "male",
        "personal_id": number,
        "personal_id_status": "trusted",
        "former_personal_ids": [],
        "status": "present",
        "old_commune_code": "10231",
        **values,
    }


CITIZENS = [person(OWNER, "Đặng Đình Sửu"), person(WIFE, "Vũ Thị Kiên", sex="female", birth_year=1985)]


@pytest.fixture
def told(golden: Golden) -> Callable[..., list[tuple[int, set[str]]]]:
    """The group and the reasons of each parcel."""

    def of(*parcels: Any, **given: Any) -> list[tuple[int, set[str]]]:
        found = golden(*parcels, **({"citizens": CITIZENS} | given))["parcels"]
        return [(group, set(reasons)) for group, reasons in found.select("quality_group", "quality_reasons").rows()]

    return of


@pytest.fixture
def whole(cell: Row) -> Row:
    """A parcel to which nothing is to be said, and what is changed of it."""

    def of(parcel: str = "12", commune: str = "10231", **cells: Any) -> dict[str, Any]:
        usual = {"dien_tich": "300", "giay_to_chu": OWNER, "nam_sinh_chu": "1984", **PAPER}
        return cell("5", parcel, commune, **{**usual, "so_to": "5", **cells})

    return of


def test_a_whole_parcel_is_usable_and_one_certificate_on_several_of_one_owner_is_normal(
    told: Callable, whole: Row
) -> None:
    assert told(whole(), whole("13"), whole("14", dien_tich="120")) == [(1, set())] * 3


@pytest.mark.parametrize(
    ("cells", "group", "reasons"),
    [
        ({"so_to": None}, 3, {"no_number"}),
        ({"so_thua": None}, 3, {"no_number"}),
        ({"chu_su_dung": None}, 2, {"no_owner"}),
        ({"chu_su_dung": None, "so_gcn": None}, 3, {"no_owner", "no_certificate"}),
        ({"chu_su_dung": "Không rõ", "giay_to_chu": None}, 2, {"no_owner"}),
        ({"so_gcn": None}, 2, {"no_certificate"}),
        ({"so_gcn": "chưa cấp"}, 2, {"no_certificate"}),
        ({"so_gcn": "123456"}, 2, {"certificate_malformed"}),
        ({"so_gcn": "BĐ 123456; BĐ 123457"}, 2, {"several_certificates"}),
        ({"dien_tich": None}, 2, {"no_area"}),
        ({"dien_tich": "0"}, 2, {"no_area"}),
        ({"dien_tich": "ba sào"}, 2, {"area_not_understood", "no_area"}),
        ({"dien_tich": None, "so_gcn": None}, 3, {"no_area", "no_certificate"}),
        ({"loai_dat": None}, 2, {"no_land_use"}),
        ({"loai_dat": "đất"}, 2, {"unknown_land_use"}),
        ({"loai_dat": "XYZ"}, 2, {"unknown_land_use"}),
        ({"loai_dat": "T"}, 2, {"land_use_sign"}),
        ({"loai_dat": "LNQ"}, 1, set()),
        ({"loai_dat": "LNQ", "ngay_cap": "16/01/2015"}, 1, set()),
        ({"loai_dat": "LNQ", "ngay_cap": "17/01/2015"}, 2, {"land_use_of_other_era"}),
        ({"loai_dat": "NNP", "ngay_cap": "17/01/2015"}, 1, set()),
    ],
)
def test_what_makes_a_parcel_less_than_usable(
    told: Callable, whole: Row, cells: dict[str, Any], group: int, reasons: set[str]
) -> None:
    assert told({**whole(), **cells}) == [(group, reasons)]


@pytest.mark.parametrize(
    ("uses", "adds_up"),
    [
        ("ONT: 200; CLN: 100", True),
        ("ONT: 200; CLN: 103", True),
        ("ONT: 200; CLN: 103,1", False),
        ("ONT: 200; CLN: 96,9", False),
        ("ONT: 200; CLN", True),
        ("ONT: 400; CLN", False),
        ("ONT: 300", True),
        ("ONT: 200", False),
        ("ONT+CLN", True),
    ],
)
def test_areas_of_uses_must_add_up_to_one_percent(told: Callable, whole: Row, uses: str, adds_up: bool) -> None:
    assert told(whole(loai_dat=uses)) == [(1, set()) if adds_up else (2, {"land_use_areas_differ"})]


def test_on_a_small_parcel_half_a_square_metre_is_nothing(told: Callable, whole: Row) -> None:
    assert told(whole(dien_tich="20", loai_dat="ONT: 12; CLN: 7,5")) == [(1, set())]
    assert told(whole(dien_tich="20", loai_dat="ONT: 12; CLN: 7,4")) == [(2, {"land_use_areas_differ"})]


def test_rural_dwelling_land_in_a_ward_is_told_and_not_rewritten(golden: Golden, told: Callable, whole: Row) -> None:
    rows = [whole(commune="09592", loai_dat=uses) for uses in ("ONT", "ODT", "CLN")]
    plots = [row | {"so_thua": str(at)} for at, row in enumerate(rows, start=12)]
    assert told(*plots, commune="09574") == [(2, {"ont_in_ward"}), (1, set()), (1, set())]
    kept = golden(plots[0], commune="09574")["parcels"]["land_use"].to_list()
    assert kept == [[{"code": "ONT", "area_m2": None}]]


def test_rows_of_one_parcel_may_miss_each_other_by_two_percent(told: Callable, whole: Row) -> None:
    assert told([whole(), whole(dien_tich="294")]) == [(1, set())]
    assert told([whole(), whole(dien_tich="293")]) == [(2, {"areas_differ"})]


def test_rows_of_one_parcel_that_name_others_are_told_unless_one_errs_or_turns_the_couple_around(
    told: Callable, whole: Row
) -> None:
    first = whole(chu_su_dung="Ông Trần Trọng Vang và bà Lê Thị Tư", giay_to_chu="")
    for again, differ in (
        ("Ông Lê Văn Ba", True),
        ("Ông Trần Trọng Vàng", False),
        ("Bà Lê Thị Tư và ông Trần Trọng Vang", False),
        ("", False),
    ):
        reasons = told([first, {**first, "chu_su_dung": again}])[0][1]
        assert ("owners_differ" in reasons) is differ, again


def test_several_certificates_on_one_parcel(told: Callable, whole: Row) -> None:
    assert told([whole(), whole(so_gcn="CA 654321")]) == [(2, {"several_certificates"})]
    assert told([whole(), whole(so_gcn="bd123456")]) == [(1, set())], "a D for Đ is no other certificate"


def test_one_certificate_on_parcels_of_strangers(told: Callable, whole: Row) -> None:
    hers = {"chu_su_dung": "Bà Vũ Thị Kiên", "giay_to_chu": WIFE, "nam_sinh_chu": "1985"}
    stray = (2, {"certificate_of_unrelated_parcels"})
    assert told(whole(), whole("13", **hers)) == [stray, stray]
    several = [whole(str(at)) for at in range(12, 16)]
    assert told(*several, whole("20", **hers)) == [(1, set())] * 4 + [stray], "of many only the stray one"


@pytest.mark.parametrize(
    "other",
    [
        {"chu_su_dung": "Ông Đặng Đình Sửu và bà Vũ Thị Kiên", "giay_to_chu": f"{OWNER}; {WIFE}",
         "nam_sinh_chu": "1984; 1985"},
        {"chu_su_dung": "Hộ ông ĐẶNG ĐÌNH SỬU"},
    ],
    ids=["couple", "household"],
)  # fmt: skip
def test_parcels_with_an_owner_in_common_are_no_strangers(told: Callable, whole: Row, other: dict[str, Any]) -> None:
    assert told(whole(), whole("13", **other)) == [(1, set())] * 2


def test_one_household_may_have_one_certificate(told: Callable, whole: Row) -> None:
    hers = whole("13", chu_su_dung="Bà Vũ Thị Kiên", giay_to_chu=WIFE, nam_sinh_chu="1985")
    home = [one | {"household_id": "H-1"} for one in CITIZENS]
    assert told(whole(), hers, citizens=home) == [(1, set())] * 2


def test_owners_must_be_found_alive_among_the_citizens(told: Callable, whole: Row) -> None:
    assert told(whole(), citizens=[]) == [(2, {"owner_unconfirmed"})]
    assert told(whole(giay_to_chu=None, nam_sinh_chu=None), citizens=[]) == [
        (2, {"owner_unconfirmed", "no_owner_number"})
    ]
    dead = [person(OWNER, "Đặng Đình Sửu", status="dead")]
    ((group, reasons),) = told(whole(), citizens=dead)
    assert group == 2
    assert "owner_dead" in reasons


def test_land_of_the_state_needs_no_certificate_and_no_citizen(told: Callable, whole: Row) -> None:
    state = {"chu_su_dung": "UBND xã Nguyễn Trãi", "giay_to_chu": None, "nam_sinh_chu": None, "so_gcn": None}
    assert told(whole(loai_dat="DGT", ngay_cap=None, **state)) == [(1, set())]


def test_every_reason_has_its_words() -> None:
    assert {*OF_PEOPLE, *OF_LAND} <= QUALITY_REASONS.keys()
