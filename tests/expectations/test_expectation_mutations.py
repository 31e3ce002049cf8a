"""Every rule finds what breaks it: for each, SQL that breaks the small valid warehouse of `conftest`."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations import RULES, running, validate

from .domain_mutations import DOMAIN_MUTATIONS

BY_ID = {rule.id: rule for rule in RULES}

_FIRST_FILE = "WHERE source_file = '10231/cong_dan.csv'"

_UNPLACED = "INSERT INTO unplaced (record_id, dataset, source_file) VALUES ('CANARY-u', 'citizens', '10231/x.csv')"

MUTATIONS: dict[str, str] = {
    # balance
    "balance.physical_lines": f"UPDATE row_balance SET blank_lines = NULL {_FIRST_FILE}",
    "balance.records": f"UPDATE row_balance SET records = 102 {_FIRST_FILE}",
    "balance.loaded": f"UPDATE row_balance SET elsewhere = 96 {_FIRST_FILE}",
    "balance.placed": f"UPDATE row_balance SET merged = 2 {_FIRST_FILE}",
    "balance.file_once": f"INSERT INTO row_balance SELECT * FROM row_balance {_FIRST_FILE}",
    "balance.quarantined_per_file": "DELETE FROM quarantine",
    "balance.unplaced_per_file": _UNPLACED,
    "balance.placed_per_file": "UPDATE citizen_sources SET source_file = 'other.csv' WHERE citizen_id = 'P2'",
    "balance.kept_per_file": "UPDATE parcel_sources SET outcome = 'merged' WHERE parcel_id = 'L2'",
    "balance.merged_per_file": "UPDATE row_balance SET kept = 1, merged = 2 WHERE dataset = 'parcels'",
    "balance.record_once": "UPDATE quarantine SET record_id = 'CANARY-parcels-2'",
    "balance.trust_covers_sources": "DELETE FROM citizen_trust WHERE citizen_id = 'P2'",
    # identity
    "identity.citizens_unique": "INSERT INTO citizens SELECT * FROM citizens WHERE citizen_id = 'P1'",
    "identity.citizens_sensitive_unique": "INSERT INTO citizens_sensitive SELECT * FROM citizens_sensitive",
    "identity.households_unique": "UPDATE households SET household_id = NULL",
    "identity.parcels_unique": "UPDATE parcels SET parcel_id = 'L1'",
    "identity.review_queue_unique": "INSERT INTO review_queue SELECT * FROM review_queue",
    "identity.links_unique": """
        INSERT INTO links (dataset, record_id_a, record_id_b, decision)
        SELECT dataset, record_id_b, record_id_a, 'refused' FROM links""",
    "identity.model_not_drifted": """INSERT INTO manifest VALUES ('alarm.parcels', '{"fired": true}')""",
    "identity.churn_within_limit": """
        UPDATE manifest SET value = '{"churn_limit": 0.49}' WHERE key = 'settings.publication'""",
    "identity.sheet_map_unique": "UPDATE sheet_map SET new_sheet_no = '1'",
    "identity.citizens_one_kept": "UPDATE citizen_sources SET outcome = 'kept'",
    "identity.citizens_kept_count": "DELETE FROM citizens WHERE citizen_id = 'P2'",
    "identity.citizens_source_rows": "UPDATE citizens SET source_row_count = 3 WHERE citizen_id = 'P1'",
    "identity.parcels_one_kept": "UPDATE parcel_sources SET outcome = 'merged' WHERE parcel_id = 'L2'",
    "identity.parcels_kept_count": "UPDATE parcel_sources SET outcome = 'merged'",
    "identity.parcels_source_rows": "UPDATE parcels SET source_row_count = NULL",
    "identity.one_trusted_number": """
        UPDATE citizen_trust SET trusted_number = '001090054321' WHERE trusted_number IS NULL""",
    # references
    "references.citizen_sources_in_citizens": "UPDATE citizen_sources SET citizen_id = NULL",
    "references.citizens_in_citizen_sources": "DELETE FROM citizen_sources WHERE citizen_id = 'P2'",
    "references.citizens_in_households": "UPDATE citizens SET household_id = 'CANARY'",
    "references.households_head_citizen_id_in_citizens": "UPDATE households SET head_citizen_id = 'CANARY'",
    "references.citizens_sensitive_in_citizens": "UPDATE citizens_sensitive SET citizen_id = 'CANARY'",
    "references.parcel_sources_in_parcels": "UPDATE parcel_sources SET parcel_id = 'CANARY'",
    "references.parcels_in_parcel_sources": "DELETE FROM parcel_sources WHERE parcel_id = 'L2'",
    "references.parcel_numbers_in_parcels": "UPDATE parcel_numbers SET parcel_id = NULL",
    "references.parcel_relations_from_parcel_id_in_parcels": """
        UPDATE parcel_relations SET from_parcel_id = 'CANARY'""",
    "references.parcel_relations_to_parcel_id_in_parcels": "UPDATE parcel_relations SET to_parcel_id = NULL",
    "references.parcel_owners_in_parcels": "UPDATE parcel_owners SET parcel_id = 'CANARY'",
    "references.parcel_owners_in_citizens": "UPDATE parcel_owners SET citizen_id = 'CANARY'",
    "references.clusters_entity": "UPDATE clusters SET dataset = 'parcels'",
    "references.provenance_entity": "UPDATE provenance SET entity_id = 'CANARY'",
    # values
    "values.citizens_birth_precision": "UPDATE citizens SET birth_precision = NULL WHERE citizen_id = 'P2'",
    "values.citizens_sex": "UPDATE citizens SET sex = 'CANARY'",
    "values.citizens_personal_id_status": "UPDATE citizens SET personal_id_status = NULL",
    "values.citizens_status": "UPDATE citizens SET status = 'CANARY'",
    "values.citizens_quality_group": "UPDATE citizens SET quality_group = 4",
    "values.parcels_quality_group": "UPDATE parcels SET quality_group = NULL",
    "values.citizen_sources_outcome": "UPDATE citizen_sources SET outcome = 'CANARY'",
    "values.parcel_sources_outcome": "UPDATE parcel_sources SET outcome = NULL",
    "values.parcel_owners_owner_kind": "UPDATE parcel_owners SET owner_kind = 'CANARY'",
    "values.parcel_owners_status": "UPDATE parcel_owners SET status = 'CANARY'",
    "values.parcel_relations_kind": "UPDATE parcel_relations SET kind = 'CANARY'",
    "values.sheet_map_assigned_by": "UPDATE sheet_map SET assigned_by = NULL",
    "values.links_dataset": "UPDATE links SET dataset = 'CANARY'",
    "values.links_decision": "UPDATE links SET decision = 'CANARY'",
    "values.review_queue_dataset": "UPDATE review_queue SET dataset = 'CANARY'",
    "values.review_queue_status": "UPDATE review_queue SET status = 'CANARY'",
    "values.id_history_kind": "UPDATE id_history SET kind = 'CANARY'",
    "values.changes_kind": "UPDATE changes SET kind = 'CANARY'",
    "values.changes_cause": "UPDATE changes SET cause = NULL",
    "values.row_balance_dataset": "UPDATE row_balance SET dataset = 'CANARY'",
    "values.trusted_number_form": "UPDATE citizens SET personal_id = '00109001234' WHERE citizen_id = 'P1'",
    "values.birth_date_precision": "UPDATE citizens SET birth_precision = 'placeholder'",
    # quality
    "quality.quarantined_share": f"UPDATE row_balance SET quarantined = 2 {_FIRST_FILE}",
    "quality.unplaced_rows": _UNPLACED,
    "quality.commune_without_citizens": "UPDATE row_balance SET dataset = 'parcels'",
    "quality.birth_date_range": "UPDATE citizens SET birth_date = DATE '2026-07-02' WHERE citizen_id = 'P1'",
    "quality.birth_year_missing": "UPDATE citizens SET birth_year = NULL",
    "quality.number_against_sex": "UPDATE citizens SET sex = 'female' WHERE citizen_id = 'P1'",
    "quality.number_against_birth_year": "UPDATE citizens SET birth_year = 1904 WHERE citizen_id = 'P2'",
    "land.one_current_number": "UPDATE parcel_numbers SET is_current = false WHERE parcel_id = 'L2'",
    "land.one_number_of_a_book": "UPDATE parcel_numbers SET parcel_id = 'L1'",
    "land.sheet_of_the_map": "UPDATE parcel_numbers SET new_sheet_no = '2' WHERE parcel_id = 'L2'",
    "land.owner_and_person": "UPDATE parcel_owners SET citizen_id = 'P1', status = 'no_match'",
    "land.owners_counted": "UPDATE parcel_owners SET owner_no = 2 WHERE parcel_id = 'L2'",
    "land.relation_of_two": "UPDATE parcel_relations SET to_parcel_id = 'L1'",
    "quality.number_province": "UPDATE citizens SET personal_id = '097090012345' WHERE citizen_id = 'P1'",
    "quality.shared_number": "UPDATE citizens SET personal_id_status = 'shared'",
    "quality.trusted_number_of_two_persons": "UPDATE citizen_trust SET trusted_number = '001090012345'",
    "quality.household_without_head": "UPDATE households SET head_citizen_id = NULL",
    "quality.parcel_without_owner": "DELETE FROM parcel_owners WHERE parcel_id = 'L2'",
    "quality.parcel_area": "UPDATE parcels SET area_m2 = 0 WHERE parcel_id = 'L2'",
    **DOMAIN_MUTATIONS,
}


def change(staging: Path, sql: str) -> None:
    with duckdb.connect(staging) as connection:
        connection.execute(sql)


def test_mutations_cover_every_rule() -> None:
    assert set(MUTATIONS) == set(BY_ID)


@pytest.mark.parametrize("rule_id", MUTATIONS)
def test_a_broken_promise_is_found(
    rule_id: str, staging: Path, today: date, assert_no_row_value: Callable[[str], None]
) -> None:
    change(staging, MUTATIONS[rule_id])
    found = running.run([BY_ID[rule_id]], staging, today=today)
    assert found["passed"].to_list() == [False]
    assert found["failed"].item() > 0
    assert found["severity"].item() == BY_ID[rule_id].severity
    assert_no_row_value(str(found.rows()))


def test_a_superseded_number_may_stand_beside_its_successor(staging: Path, today: date) -> None:
    change(staging, MUTATIONS["identity.one_trusted_number"])
    change(
        staging,
        """INSERT INTO decisions (kind, record_ids)
        VALUES ('number_superseded', ['CANARY-citizens-2', 'CANARY-citizens-3'])""",
    )
    assert validate(staging, today=today)["passed"].all()
