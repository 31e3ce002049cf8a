"""Land: numbers of sheets and parcels, owners, relations. All of these are gates: whoever finds one broken cannot trust
the cross-reference that certificates need for ever."""

from typing import Final

from expectations.rule import Rule
from pipelines.warehouse.quoting import fill, joined, name

_NUMBERS: Final = "Data contract: parcel_numbers; TT 26/2024/TT-BTNMT Art. 5 (sheets of a commune)"
_BANG_01: Final = "Plan 515/KH-BCA-BNN&MT, Bảng 01; data contract: sheet_map"
_OWNERS: Final = "Data contract: parcel_owners"
_NUMBER: Final = ("old_commune_code", "map_system", "map_scale", "old_sheet_no", "parcel_no", "new_sheet_no")
_DIFFERS: Final = joined(
    " OR ", (fill("number.{column} IS DISTINCT FROM parcel.{column}", column=name(column)) for column in _NUMBER)
)


def _gate(rule: str, table: str, vi: str, en: str, source: str, expectation: str, checked: str) -> Rule:
    return Rule(f"land.{rule}", "land", "gate", vi, en, source, table, expectation, checked)


RULES: Final[tuple[Rule, ...]] = (
    _gate(
        "one_current_number",
        "parcels",
        "Mỗi thửa đất có đúng một số hiệu hiện hành trong bảng các số hiệu.",
        "Every parcel has exactly one current number among its numbers.",
        _NUMBERS,
        """
        SELECT 1 FROM {batch} AS parcel
        LEFT JOIN (
            SELECT parcel_id, count(*) FILTER (is_current) AS current FROM parcel_numbers GROUP BY parcel_id
        ) AS numbers ON numbers.parcel_id = parcel.parcel_id
        WHERE coalesce(numbers.current, 0) <> 1""",
        "SELECT count(*) FROM {batch}",
    ),
    _gate(
        "one_number_of_a_book",
        "parcel_numbers",
        "Không thửa đất nào mang hai số hiệu của cùng một sổ (cùng xã cũ và hệ bản đồ).",
        "No parcel carries two numbers of one land book (one old commune and map system).",
        _NUMBERS,
        """
        SELECT 1 FROM {batch} WHERE old_sheet_no IS NOT NULL AND parcel_no IS NOT NULL
        GROUP BY parcel_id, old_commune_code, map_system
        -- A row that names no scale says nothing against one that does.
        HAVING count(DISTINCT concat_ws('/', old_sheet_no, parcel_no)) > 1 OR count(DISTINCT map_scale) > 1""",
        "SELECT count(*) FROM {batch}",
    ),
    _gate(
        "sheet_of_the_map",
        "parcel_numbers",
        "Số tờ mới ghi ở mỗi số hiệu đúng với Bảng 01.",
        "The new sheet number of every parcel number is that of the sheet map.",
        _BANG_01,
        """
        SELECT 1 FROM {batch} AS number
        LEFT JOIN sheet_map AS sheet
            ON sheet.old_commune_code IS NOT DISTINCT FROM number.old_commune_code
            AND sheet.map_system IS NOT DISTINCT FROM number.map_system
            AND sheet.old_sheet_no IS NOT DISTINCT FROM number.old_sheet_no
        WHERE sheet.new_sheet_no IS DISTINCT FROM number.new_sheet_no""",
        "SELECT count(*) FROM {batch}",
    ),
    _gate(
        "owner_and_person",
        "parcel_owners",
        "Chủ đã xác nhận là cá nhân hoặc hộ và có công dân tương ứng; chủ không khớp thì không gắn công dân nào.",
        "A confirmed owner is a person or household with a citizen; one without match has none.",
        _OWNERS,
        """
        SELECT 1 FROM {batch}
        WHERE (status = 'confirmed' AND (citizen_id IS NULL OR owner_kind IN ('organisation', 'state')))
            OR (status = 'no_match' AND citizen_id IS NOT NULL)""",
        "SELECT count(*) FROM {batch}",
    ),
    _gate(
        "owners_counted",
        "parcel_owners",
        "Các chủ của một thửa đất được đánh số liên tục từ 1.",
        "The owners of a parcel are numbered from 1 without gaps.",
        _OWNERS,
        """
        SELECT 1 FROM {batch} GROUP BY parcel_id
        HAVING min(owner_no) IS DISTINCT FROM 1 OR max(owner_no) <> count(DISTINCT owner_no)
            OR count(*) <> count(DISTINCT owner_no)""",
        "SELECT count(DISTINCT parcel_id) FROM {batch}",
    ),
    _gate(
        "relation_of_two",
        "parcel_relations",
        "Quan hệ đo vẽ lại nối hai thửa khác nhau, mỗi cặp thửa một lần.",
        "A re-survey relation joins two different parcels, each pair once.",
        "Data contract: parcel_relations",
        """
        SELECT 1 FROM {batch} GROUP BY least(from_parcel_id, to_parcel_id), greatest(from_parcel_id, to_parcel_id)
        HAVING count(*) > 1 OR any_value(from_parcel_id) = any_value(to_parcel_id)""",
        "SELECT count(*) FROM {batch}",
    ),
    _gate(
        "current_number_of_parcel",
        "parcels",
        "Số hiệu ghi ở mỗi thửa đất đúng là số hiệu hiện hành trong bảng các số hiệu.",
        "The number that stands with a parcel is its current one among its numbers.",
        "Data contract: parcels.new_sheet_no and parcel_numbers",
        fill(
            """
            SELECT 1 FROM {batch} AS parcel
            JOIN (SELECT * FROM parcel_numbers WHERE is_current) AS number USING (parcel_id)
            WHERE {differs}""",
            differs=_DIFFERS,
        ),
        "SELECT count(*) FROM {batch}",
    ),
    _gate(
        "sheet_once",
        "sheet_map",
        "Trong Bảng 01, mỗi tờ cũ của một xã cũ và hệ bản đồ chỉ có một dòng.",
        "Every old sheet of an old commune and map system stands once in Bảng 01.",
        _BANG_01,
        """
        SELECT 1 FROM {batch} GROUP BY old_commune_code, map_system, old_sheet_no HAVING count(*) > 1""",
        "SELECT count(*) FROM {batch}",
    ),
    _gate(
        "sheet_of_a_parcel",
        "sheet_map",
        "Mỗi tờ trong Bảng 01 có ít nhất một thửa đất mang số tờ đó.",
        "Every sheet of Bảng 01 has a parcel with a number on it.",
        _BANG_01,
        """
        SELECT 1 FROM {batch} AS sheet ANTI JOIN parcel_numbers AS number
            ON number.old_commune_code IS NOT DISTINCT FROM sheet.old_commune_code
            AND number.map_system IS NOT DISTINCT FROM sheet.map_system
            AND number.old_sheet_no IS NOT DISTINCT FROM sheet.old_sheet_no""",
        "SELECT count(*) FROM {batch}",
    ),
    _gate(
        "head_keeps_its_sheets",
        "sheet_map",
        "Tờ của xã giữ trụ sở, khi đánh số theo quy tắc, giữ nguyên số cũ.",
        "A sheet of the commune that hosts the headquarters keeps its number where the rule assigned it.",
        "TT 25/2014/TT-BTNMT Art. 17 (as amended by TT 09/2021); công văn 2762/BTNMT-TCQLĐĐ",
        """
        SELECT 1 FROM {batch} AS sheet
        JOIN manifest ON manifest.key = 'commune_code' AND manifest.value = sheet.old_commune_code
        WHERE sheet.assigned_by = 'rule' AND sheet.new_sheet_no IS DISTINCT FROM sheet.old_sheet_no""",
        "SELECT count(*) FROM {batch} WHERE assigned_by = 'rule'",
    ),
    _gate(
        "owner_confirmed_once",
        "parcel_owners",
        "Trên một thửa đất, một công dân chỉ được xác nhận là một chủ.",
        "A citizen is confirmed as one owner of a parcel only.",
        _OWNERS,
        """
        SELECT 1 FROM {batch} WHERE status = 'confirmed' AND citizen_id IS NOT NULL
        GROUP BY parcel_id, citizen_id HAVING count(*) > 1""",
        "SELECT count(*) FROM {batch} WHERE status = 'confirmed'",
    ),
)
