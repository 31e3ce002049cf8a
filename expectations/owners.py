"""Owners of land: who they are, and whether they are found among the citizens. All of these are warnings."""

from typing import Final

from expectations.rule import Rule
from expectations.sources import ASSUMPTION, LAND_BOOK, PLAN_515, SPREADSHEETS
from expectations.warning import warning, without_reason
from pipelines.warehouse.quoting import Sql, fill, number

_YEARS_APART: Final = 1
"""Years by which a land book and the register may tell another year of birth of one owner (assumption)."""
_PRIVATE: Final = Sql("owner_kind IN ('person', 'household')")
_OWNERS_OF_LAND: Final = fill("SELECT count(*) FROM {batch} WHERE {private}", private=_PRIVATE)
_CO_OWNERS: Final = "One parcel, several owners: Ông A và bà B, Hộ ông A, heirs (likely)"


RULES: Final[tuple[Rule, ...]] = (
    warning(
        "owners.missing",
        "parcels",
        "Thửa đất nào cũng có chủ sử dụng.",
        "Every parcel has an owner.",
        f"{LAND_BOOK}; {PLAN_515}",
        """
        SELECT 1 FROM {batch} AS parcel
        ANTI JOIN parcel_owners AS owner ON owner.parcel_id = parcel.parcel_id""",
    ),
    warning(
        "owners.kind",
        "parcel_owners",
        "Chủ sử dụng nào cũng biết rõ là cá nhân, hộ gia đình, tổ chức hay Nhà nước.",
        "Of every owner it is known whether he is a person, a household, an organisation or the state.",
        LAND_BOOK,
        "SELECT 1 FROM {batch} WHERE owner_kind = 'unknown'",
    ),
    warning(
        "owners.one_by_one",
        "parcel_owners",
        "Không dòng chủ sử dụng nào còn gộp nhiều người (“Ông A và bà B”) hoặc còn lời xưng hô (“Hộ ông A”).",
        "No owner is still several people in one text (“Ông A và bà B”), or has a form of address (“Hộ ông A”).",
        _CO_OWNERS,
        fill(
            """
            SELECT 1 FROM {batch}
            WHERE {private} AND (regexp_matches(owner_name, '(?i)( và | và$|[,;&+/])')
                OR regexp_matches(owner_name, '(?i)^(hộ )?(ông|bà|gia đình) [^ ]+ [^ ]+ [^ ]+'))""",
            private=_PRIVATE,
        ),
        _OWNERS_OF_LAND,
    ),
    warning(
        "owners.once",
        "parcel_owners",
        "Không người nào được ghi hai lần là chủ của cùng một thửa đất.",
        "Nobody is twice among the owners of one parcel.",
        "Data contract: parcel_owners",
        """
        SELECT 1 FROM {batch} WHERE citizen_id IS NOT NULL
        GROUP BY parcel_id, citizen_id HAVING count(*) > 1""",
        "SELECT count(citizen_id) FROM {batch}",
    ),
    without_reason(
        "owners.number",
        "parcels",
        "no_owner_number",
        "Chủ sử dụng nào chưa xác thực được cũng có số giấy tờ để tra.",
        "Every owner who is not yet confirmed has a number by which he can be looked up.",
        PLAN_515,
    ),
    warning(
        "owners.number_form",
        "parcel_owners",
        "Số giấy tờ của chủ sử dụng, nếu sổ có ghi, gồm đúng 9 hoặc 12 chữ số.",
        "An owner's number, where the book has one, has exactly 9 or 12 digits.",
        "Data contract: parcel_owners.owner_id_no; books also hold other papers, remarks and slips (likely)",
        "SELECT 1 FROM {batch} WHERE NOT regexp_full_match(owner_id_no, '[0-9]{{9}}|[0-9]{{12}}')",
        "SELECT count(owner_id_no) FROM {batch}",
    ),
    without_reason(
        "owners.number_digits_lost",
        "parcels",
        "owner_number_digits_lost",
        "Không số giấy tờ nào của chủ sử dụng bị bảng tính ghi thành dạng 1.19E+09.",
        "No owner's number was turned into one such as 1.19E+09.",
        SPREADSHEETS,
    ),
    without_reason(
        "owners.number_zeros_lost",
        "parcels",
        "owner_number_zeros_restored",
        "Không số giấy tờ nào của chủ sử dụng bị mất số 0 ở đầu, phải thêm lại.",
        "No owner's number lost its leading zeros and had to get them again.",
        SPREADSHEETS,
    ),
    without_reason(
        "owners.living",
        "parcels",
        "owner_dead",
        "Không thửa đất nào đứng tên người đã chết.",
        "No parcel is in the name of someone dead.",
        "Owners who are dead, absent or in dispute (verified in the press)",
    ),
    without_reason(
        "owners.confirmed",
        "parcels",
        "owner_unconfirmed",
        "Chủ sử dụng là cá nhân, hộ gia đình nào cũng được xác thực với dữ liệu dân cư.",
        "Every owner who is a person or a household is confirmed against the register.",
        PLAN_515,
    ),
    warning(
        "owners.birth_year",
        "parcel_owners",
        f"Năm sinh của chủ sử dụng đã xác nhận không lệch quá {_YEARS_APART} năm so với dữ liệu dân cư.",
        f"The birth year of a confirmed owner is that of the register, give or take {_YEARS_APART}.",
        ASSUMPTION,
        fill(
            """
            SELECT 1 FROM {batch} AS owner JOIN citizens AS citizen ON citizen.citizen_id = owner.citizen_id
            WHERE owner.status = 'confirmed' AND abs(owner_birth_year - citizen.birth_year) > {years_apart}""",
            years_apart=number(_YEARS_APART),
        ),
        "SELECT count(*) FROM {batch} WHERE status = 'confirmed'",
    ),
    warning(
        "owners.born_before_certificate",
        "parcel_owners",
        "Không giấy chứng nhận nào được cấp trước năm sinh của chủ sử dụng đã xác nhận.",
        "No certificate was issued before the birth year of a confirmed owner.",
        ASSUMPTION,
        """
        SELECT 1 FROM {batch} AS owner
        JOIN citizens AS citizen ON citizen.citizen_id = owner.citizen_id
        JOIN parcels AS parcel ON parcel.parcel_id = owner.parcel_id
        WHERE owner.status = 'confirmed' AND year(parcel.certificate_date) < citizen.birth_year""",
        "SELECT count(*) FROM {batch} WHERE status = 'confirmed'",
    ),
    without_reason(
        "owners.agreed",
        "parcels",
        "owners_differ",
        "Các dòng của cùng một thửa đất không ghi chủ sử dụng khác nhau.",
        "The rows of one parcel do not name other owners.",
        LAND_BOOK,
    ),
)
