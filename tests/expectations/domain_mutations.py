"""For each warning on the domain, SQL that breaks it in the small valid warehouse of `conftest`."""

from pipelines.communes.placement import UNPLACED_REASONS


def _reason(table: str, reason: str) -> str:
    return f"UPDATE {table} SET quality_group = 2, quality_reasons = ['{reason}']"


def _unplaced(reason: str) -> str:
    return f"INSERT INTO unplaced (record_id, reason) VALUES ('CANARY-u', '{UNPLACED_REASONS[reason]}')"


_MANY_WOMEN = """
    INSERT INTO citizens (old_commune_code, sex) SELECT '10231', if(range % 5 = 0, 'male', 'female') FROM range(300)"""

_OTHER_COMMUNE = """
    UPDATE manifest SET value =
        '[{"code": "10231", "name": "Vân Tảo"}, {"code": "10207", "kind": "xã", "name": "Hồng Vân"}]'
    WHERE key = 'old_communes'"""

_LAND_ALONE = """
    UPDATE manifest SET value = '[{"code": "10231", "part": "none", "land_part": "none"}]' WHERE key = 'old_communes'"""

DOMAIN_MUTATIONS: dict[str, str] = {
    # people
    "people.name": _reason("citizens", "no_full_name"),
    "people.name_with_marks": _reason("citizens", "name_without_diacritics"),
    "people.name_of_letters": "UPDATE citizens SET full_name = 'CANARY B2' WHERE citizen_id = 'P1'",
    "people.sex": _reason("citizens", "sex_unknown"),
    "people.women_share": _MANY_WOMEN,
    # numbers
    "numbers.missing": _reason("citizens", "no_personal_id"),
    "numbers.old_number_alone": "UPDATE citizens SET personal_id = NULL",
    "numbers.malformed": _reason("citizens", "personal_id_malformed"),
    "numbers.digits_lost": _reason("citizens", "personal_id_digits_lost"),
    "numbers.zeros_lost": _reason("citizens", "personal_id_zeros_restored"),
    "numbers.old_number_digits_lost": _reason("citizens", "old_id_digits_lost"),
    "numbers.old_number_zero_lost": _reason("citizens", "old_id_zero_restored"),
    "numbers.province": "UPDATE citizens SET personal_id = '003090012345' WHERE citizen_id = 'P1'",
    "numbers.sex": "UPDATE citizens SET sex = 'female' WHERE citizen_id = 'P1'",
    "numbers.birth_year": "UPDATE citizens SET birth_year = 1904 WHERE citizen_id = 'P2'",
    "numbers.of_the_future": "UPDATE citizens SET personal_id = '001285012345', birth_year = 2085",
    "numbers.shared": "UPDATE citizens SET personal_id_status = 'shared'",
    "numbers.trusted_number_of_two_persons": "UPDATE citizen_trust SET trusted_number = '001090012345'",
    "numbers.one_edit_apart": "UPDATE review_queue SET reason = 'number_doubtful'",
    "numbers.several": "UPDATE citizen_numbers SET citizen_id = 'P1'",
    "numbers.old_number_shared": "UPDATE citizens SET old_id_no = '012345678'",
    # dates
    "dates.birth_range": "UPDATE citizens SET birth_date = DATE '2026-07-02' WHERE citizen_id = 'P1'",
    "dates.birth_year": "UPDATE citizens SET birth_year = NULL",
    "dates.impossible": _reason("citizens", "birth_date_impossible"),
    "dates.full_since_registration": "UPDATE citizens SET birth_year = 2016 WHERE citizen_id = 'P2'",
    "dates.placeholder_share": "UPDATE citizens SET birth_precision = 'placeholder' WHERE citizen_id = 'P2'",
    "dates.oldest": "UPDATE citizens SET birth_year = 1915 WHERE citizen_id = 'P2'",
    "dates.born_before_update": "UPDATE citizens SET updated_on = DATE '1990-05-16' WHERE citizen_id = 'P1'",
    "dates.update_not_in_future": "UPDATE citizens SET updated_on = DATE '2026-07-02'",
    # households
    "households.of_every_resident": _reason("citizens", "no_household"),
    "households.without_head": "UPDATE citizens SET relation_to_head = 'Con' WHERE citizen_id = 'P1'",
    "households.one_head": "UPDATE citizens SET relation_to_head = 'CHỦ HỘ'",
    "households.head_resident": "UPDATE citizens SET status = 'dead' WHERE citizen_id = 'P1'",
    "households.head_of_age": "UPDATE citizens SET birth_year = 2009 WHERE citizen_id = 'P1'",
    "households.relation": "UPDATE citizens SET relation_to_head = NULL WHERE citizen_id = 'P2'",
    "households.relation_and_sex": "UPDATE citizens SET relation_to_head = 'Bố đẻ' WHERE citizen_id = 'P2'",
    "households.spouse_of_other_sex": "UPDATE citizens SET relation_to_head = 'Vợ chủ hộ', sex = 'male'",
    "households.one_spouse": "UPDATE citizens SET relation_to_head = 'Vợ'",
    "households.generation": "UPDATE citizens SET birth_year = 2002 WHERE citizen_id = 'P2'",
    "households.size": "UPDATE households SET member_count = 16",
    # parcels
    "parcels.number": _reason("parcels", "no_number"),
    "parcels.map_system": "UPDATE parcels SET map_system = NULL WHERE parcel_id = 'L1'",
    "parcels.one_of_a_number": "UPDATE parcels SET parcel_no = '7'",
    "parcels.area": "UPDATE parcels SET area_m2 = 0 WHERE parcel_id = 'L2'",
    "parcels.area_understood": _reason("parcels", "area_not_understood"),
    "parcels.area_of_people": "UPDATE parcels SET area_m2 = 1e6",
    "parcels.one_area": _reason("parcels", "areas_differ"),
    "parcels.certificate": _reason("parcels", "no_certificate"),
    "parcels.certificate_form": _reason("parcels", "certificate_malformed"),
    "parcels.certificate_of_its_time": "UPDATE parcels SET certificate_no = 'AA 00123456'",
    "parcels.certificate_date_range": "UPDATE parcels SET certificate_date = DATE '1988-01-07'",
    "parcels.one_certificate": _reason("parcels", "several_certificates"),
    "parcels.certificate_of_one_owner": _reason("parcels", "certificate_of_unrelated_parcels"),
    "parcels.one_date_of_a_certificate": """
        UPDATE parcels SET certificate_date = DATE '2011-05-17' WHERE parcel_id = 'L2'""",
    # owners
    "owners.missing": "DELETE FROM parcel_owners WHERE parcel_id = 'L2'",
    "owners.kind": "UPDATE parcel_owners SET owner_kind = 'unknown' WHERE parcel_id = 'L2'",
    "owners.one_by_one": "UPDATE parcel_owners SET owner_name = 'Ông CANARY và bà B'",
    "owners.once": "INSERT INTO parcel_owners SELECT * REPLACE (2 AS owner_no) FROM parcel_owners",
    "owners.number": _reason("parcels", "no_owner_number"),
    "owners.number_form": "UPDATE parcel_owners SET owner_id_no = '1.19E+09'",
    "owners.number_digits_lost": _reason("parcels", "owner_number_digits_lost"),
    "owners.number_zeros_lost": _reason("parcels", "owner_number_zeros_restored"),
    "owners.living": _reason("parcels", "owner_dead"),
    "owners.confirmed": _reason("parcels", "owner_unconfirmed"),
    "owners.birth_year": "UPDATE parcel_owners SET owner_birth_year = 1988",
    "owners.born_before_certificate": "UPDATE parcels SET certificate_date = DATE '1989-12-31'",
    "owners.agreed": _reason("parcels", "owners_differ"),
    # land use
    "land_use.missing": _reason("parcels", "no_land_use"),
    "land_use.code": _reason("parcels", "unknown_land_use"),
    "land_use.sign": _reason("parcels", "land_use_sign"),
    "land_use.of_its_time": _reason("parcels", "land_use_of_other_era"),
    "land_use.rural_in_ward": _reason("parcels", "ont_in_ward"),
    "land_use.areas_add_up": _reason("parcels", "land_use_areas_differ"),
    "land_use.area": """
        UPDATE parcels SET land_use = [{'code': 'ONT', 'area_m2': 80.0}, {'code': 'CLN', 'area_m2': 0.0}]""",
    # codes
    "codes.commune_without_citizens": "UPDATE row_balance SET dataset = 'parcels'",
    "codes.commune_without_land": "UPDATE row_balance SET dataset = 'citizens'",
    "codes.folder_of_another_name": f"{_OTHER_COMMUNE}; UPDATE row_balance SET source_file = '10231 - HONG VAN/a.csv'",
    "codes.addresses_of_another_name": f"""
        {_OTHER_COMMUNE}; UPDATE citizens SET address_old = 'Thôn 1, xã Hồng Vân, huyện Thường Tín'""",
    "codes.copy_of_another_commune": "UPDATE row_balance SET old_commune_code = '10234' WHERE duplicate_of IS NOT NULL",
    # places
    "places.no_people_with_land_alone": _LAND_ALONE,
    "places.ruled": _unplaced("split_without_rule"),
    "places.hamlet_told": _unplaced("no_hamlet"),
    "places.hamlet_unambiguous": _unplaced("hamlet_ambiguous"),
    "places.sheet_told": _unplaced("no_sheet"),
    "places.household_in_one_commune": _unplaced("household_divided"),
    "places.household_in_one_hamlet": "UPDATE citizens SET hamlet = 'Thôn Đông' WHERE citizen_id = 'P1'",
    "places.hamlet": "UPDATE citizens SET hamlet = NULL",
    "places.hamlets_of_equal_name": "UPDATE citizens SET old_commune_code = '10234' WHERE citizen_id = 'P2'",
}
