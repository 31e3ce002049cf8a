"""What is normal in a register or land book is no warning."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations import RULES
from expectations.folding import folded, hamlet_name
from expectations.queries import ruleset

from .test_expectation_mutations import change

BY_ID = {rule.id: rule for rule in RULES}

_TWO_COMMUNES = """
    UPDATE manifest SET value =
        '[{"code": "10231", "kind": "xã", "name": "Vân Tảo"}, {"code": "10207", "kind": "xã", "name": "Hồng Vân"}]'
    WHERE key = 'old_communes';"""

NORMAL: dict[str, tuple[str, str]] = {
    "a number issued again": (
        "numbers.several",
        "UPDATE citizen_numbers SET citizen_id = 'P1', status = if(citizen_id = 'P1', 'superseded', 'trusted')",
    ),
    "a case that was decided": (
        "numbers.one_edit_apart",
        "UPDATE review_queue SET reason = 'number_doubtful', status = 'decided'",
    ),
    "a dead person with an old number": (
        "numbers.old_number_alone",
        "UPDATE citizens SET personal_id = NULL, status = 'dead' WHERE citizen_id = 'P1'",
    ),
    "a birth of long ago told by its year": (
        "dates.full_since_registration",
        "UPDATE citizens SET birth_year = 1931, birth_precision = 'year'",
    ),
    "a head who died and his successor": (
        "households.one_head",
        "UPDATE citizens SET relation_to_head = 'Chủ hộ', status = if(citizen_id = 'P1', 'dead', 'present')",
    ),
    "a grandchild or nephew of either sex": (
        "households.relation_and_sex",
        "UPDATE citizens SET relation_to_head = 'Cháu'",
    ),
    "an adopted child": (
        "households.generation",
        "UPDATE citizens SET relation_to_head = 'Con nuôi', birth_year = 1980 WHERE citizen_id = 'P2'",
    ),
    "a forest of a company": (
        "parcels.area_of_people",
        "UPDATE parcels SET area_m2 = 1e7; UPDATE parcel_owners SET owner_kind = 'organisation'",
    ),
    "the same sheet and parcel number on maps of two systems": (
        "parcels.one_of_a_number",
        "UPDATE parcels SET parcel_no = '7', map_system = if(parcel_id = 'L1', '299', '1994')",
    ),
    "the first day of the new form": (
        "parcels.certificate_of_its_time",
        "UPDATE parcels SET certificate_no = 'AA 00123456', certificate_date = DATE '2024-08-01'",
    ),
    "the last day of the old form": (
        "parcels.certificate_of_its_time",
        "UPDATE parcels SET certificate_no = 'BĐ 123456', certificate_date = DATE '2024-12-31'",
    ),
    "an owner whose name has a word of address in it": (
        "owners.one_by_one",
        "UPDATE parcel_owners SET owner_name = 'Ông Văn Hùng'",
    ),
    "no citizen file of a commune of which land alone came": (
        "codes.commune_without_citizens",
        """UPDATE manifest SET value = '[{"code": "10231"}, {"code": "00685", "part": "none"}]'
        WHERE key = 'old_communes'""",
    ),
    "any text behind a folder's code": (
        "codes.folder_of_another_name",
        _TWO_COMMUNES + "UPDATE row_balance SET source_file = '10231-du lieu xuat 2025/' || source_file",
    ),
    "a few people who came from the neighbouring commune": (
        "codes.addresses_of_another_name",
        _TWO_COMMUNES
        + """UPDATE citizens SET address_old =
            if(citizen_id = 'P1', 'Thôn 1, xã Hồng Vân', 'Thôn 2, xã Vân Tảo, huyện Thường Tín')""",
    ),
    "one hamlet spelled in two ways": (
        "places.household_in_one_hamlet",
        "UPDATE citizens SET hamlet = if(citizen_id = 'P1', 'Thôn Đông', 'T.ĐÔNG')",
    ),
}


@pytest.mark.parametrize("case", NORMAL)
def test_what_is_normal_is_no_warning(case: str, staging: Path, today: date) -> None:
    rule_id, sql = NORMAL[case]
    change(staging, sql)
    (check,) = ruleset([BY_ID[rule_id]]).on(today)
    with duckdb.connect(staging, read_only=True) as connection:
        assert connection.execute(check.failures).fetchall() == []


@pytest.mark.parametrize(
    ("spellings", "name"),
    [
        (["Thôn Đông", "thôn đông", "T. Đông", "T.ĐÔNG", "thon dong", "Xóm Đông"], "dong"),
        (["Thôn 3", "T3", "T. 03", "Tổ dân phố số 3", "TDP 3", "Đội 3"], "3"),
        (["Tân Lập", "Thôn Tân Lập"], "tan lap"),
        (["Đồng Xuân"], "dong xuan"),
    ],
)
def test_spellings_of_a_hamlet_are_one_name(spellings: list[str], name: str) -> None:
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT DISTINCT {hamlet_name('x')} FROM unnest(?) AS t(x)", [spellings]).fetchall()
    assert found == [(name,)]


def test_folding_keeps_letters_and_drops_marks() -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {folded('?')}", ["ĐỖ Thị Ngọc Ẩn"]).fetchone() == ("do thi ngoc an",)
