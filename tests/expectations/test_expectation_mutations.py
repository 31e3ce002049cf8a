"""Every rule finds what breaks it: for each, SQL that breaks the small valid warehouse of `conftest`."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from expectations import RULES, running, validate
from pipelines.warehouse.distribution import FIELDS

from .conftest import IDS
from .domain_mutations import DOMAIN_MUTATIONS

BY_ID = {rule.id: rule for rule in RULES}

_FIRST_FILE = "WHERE source_file = '10231/cong_dan.csv'"

_OF_LAND_ALONE = """UPDATE manifest SET value = '[{"code": "10231", "part": "none"}]' WHERE key = 'old_communes'"""
"""The only old commune gave land and no people."""

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
    "balance.line_once": "UPDATE citizen_sources SET source_line = 2",
    "balance.record_number_once": "UPDATE parcel_sources SET source_row = 4 WHERE parcel_id = 'L2'",
    "balance.commune_of_file": "UPDATE row_balance SET old_commune_code = '10234' WHERE dataset = 'parcels'",
    "balance.file_hash": "UPDATE row_balance SET sha256 = '' WHERE dataset = 'parcels'",
    "balance.bytes_once": "UPDATE row_balance SET sha256 = repeat('d', 64)",
    "balance.duplicate_of_a_file": "UPDATE row_balance SET records = 3, loaded = 3 WHERE duplicate_of IS NOT NULL",
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
    "identity.sheet_map_unique": "UPDATE sheet_map SET new_sheet_no = '1', map_system = '299'",
    "identity.citizens_one_kept": "UPDATE citizen_sources SET outcome = 'kept'",
    "identity.citizens_kept_count": "DELETE FROM citizens WHERE citizen_id = 'P2'",
    "identity.citizens_source_rows": "UPDATE citizens SET source_row_count = 3 WHERE citizen_id = 'P1'",
    "identity.parcels_one_kept": "UPDATE parcel_sources SET outcome = 'merged' WHERE parcel_id = 'L2'",
    "identity.parcels_kept_count": "UPDATE parcel_sources SET outcome = 'merged'",
    "identity.parcels_source_rows": "UPDATE parcels SET source_row_count = NULL",
    "identity.citizen_numbers_unique": "INSERT INTO citizen_numbers SELECT * FROM citizen_numbers",
    "identity.decisions_unique": "UPDATE decisions SET decision_id = 'D1'",
    "identity.citizens_id_form": "UPDATE citizens SET citizen_id = '10231-0000001-9' WHERE citizen_id = 'P1'",
    "identity.parcels_id_form": "UPDATE parcels SET parcel_id = '10231-T000001-W' WHERE parcel_id = 'L1'",
    "identity.citizens_minted": "UPDATE id_history SET kind = 'split_from' WHERE new_entity_id = 'P1'",
    "identity.parcels_minted": "DELETE FROM id_history WHERE new_entity_id = 'L2'",
    "identity.citizens_commune_of_kept_row": "UPDATE citizens SET old_commune_code = NULL WHERE citizen_id = 'P2'",
    "identity.parcels_commune_of_kept_row": "UPDATE parcels SET old_commune_code = '10234' WHERE parcel_id = 'L2'",
    "identity.minted_once": "INSERT INTO id_history SELECT * FROM id_history WHERE new_entity_id = 'P1'",
    "identity.history_ends": "UPDATE id_history SET old_entity_id = 'P1' WHERE new_entity_id = 'P2'",
    "identity.numbers_of_own_rows": "UPDATE citizens SET former_personal_ids = [personal_id]",
    "identity.trust_of_own_row": "UPDATE citizen_numbers SET status = 'doubtful'",
    "identity.shared_number_untrusted": """
        INSERT INTO citizen_numbers VALUES ('P2', '001090012345', 'shared', 'CANARY-citizens-3')""",
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
    "references.parcel_numbers_row": "UPDATE parcel_numbers SET record_id = 'CANARY-parcels-4'",
    "references.citizen_numbers_row": "UPDATE citizen_numbers SET record_id = 'CANARY-citizens-2'",
    "references.citizens_old_commune": _OF_LAND_ALONE,
    "references.households_old_commune": _OF_LAND_ALONE,
    "references.citizen_sources_old_commune": _OF_LAND_ALONE,
    "references.parcels_old_commune": "UPDATE parcels SET old_commune_code = '10234' WHERE parcel_id = 'L2'",
    "references.parcel_numbers_old_commune": "UPDATE parcel_numbers SET old_commune_code = NULL",
    "references.parcel_sources_old_commune": "UPDATE parcel_sources SET old_commune_code = '10234'",
    "references.sheet_map_old_commune": "UPDATE sheet_map SET old_commune_code = '10234'",
    "references.unplaced_old_commune": _UNPLACED,
    "references.row_balance_old_commune": "UPDATE row_balance SET old_commune_code = '10234'",
    "references.household_members": "UPDATE households SET member_count = 3",
    "references.household_head_is_member": "UPDATE citizens SET household_id = NULL WHERE citizen_id = 'P1'",
    "references.household_of_one_commune": "UPDATE households SET old_commune_code = '10234'",
    # linkage
    "linkage.rows_of_links": "UPDATE links SET record_id_b = 'CANARY-citizens-4' WHERE dataset = 'parcels'",
    "linkage.evidence_adds_up": "UPDATE links SET evidence = evidence[:1]",
    "linkage.probability": "UPDATE links SET probability = 1.01 WHERE dataset = 'parcels'",
    "linkage.automatic_weight": """
        UPDATE manifest SET value = '{"automatic": 6001}' WHERE key = 'thresholds.citizens'""",
    "linkage.automatic_pairs": "UPDATE links SET decision = 'automatic' WHERE decision = 'refused'",
    "linkage.refused_pairs": "UPDATE links SET decision = 'refused' WHERE decision = 'officer'",
    "linkage.one_cluster": "DELETE FROM clusters WHERE dataset = 'parcels'",
    "linkage.path_of_merged_links": "UPDATE links SET weight = 6001 WHERE dataset = 'parcels'",
    "linkage.path_connects": """
        UPDATE clusters SET path = [{'record_id_a': 'CANARY-citizens-2', 'record_id_b': 'CANARY-citizens-4',
            'weight': 6000}] WHERE dataset = 'citizens'""",
    "linkage.weakest_weight": "UPDATE clusters SET weakest_weight = 5999 WHERE dataset = 'parcels'",
    "linkage.provenance_of_own_row": "UPDATE provenance SET record_id = 'CANARY-citizens-4'",
    "linkage.provenance_once": "INSERT INTO provenance SELECT * FROM provenance",
    # manifest
    "manifest.keys": "UPDATE manifest SET value = '' WHERE key = 'model_name.parcels'",
    "manifest.once": "INSERT INTO manifest SELECT * FROM manifest WHERE key = 'run_id'",
    "manifest.mode": "UPDATE manifest SET value = 'CANARY' WHERE key = 'mode'",
    "manifest.input_hashes": "UPDATE manifest SET value = 'CANARY' WHERE key = 'input_sha256.10231/cong_dan.csv'",
    # review
    "review.rows_of_cases": "UPDATE review_queue SET record_ids = list_append(record_ids, 'CANARY-parcels-2')",
    "review.cases_of_several_rows": "UPDATE review_queue SET record_ids = record_ids[:1]",
    "review.cases_ranked": "UPDATE review_queue SET priority = 0",
    "review.doubt_is_asked": "UPDATE review_queue SET record_ids = record_ids[:2]",
    "review.shared_number_is_asked": """
        UPDATE citizen_numbers SET status = 'shared', personal_id = '001090012345'""",
    "review.doubtful_number_never_blocks": "UPDATE review_queue SET reason = 'number_doubtful', blocking = true",
    "review.decisions_whole": "UPDATE decisions SET parts = parts[:1]",
    "review.told_apart": "UPDATE decisions SET kind = 'dissolve', parts = [1, 2] WHERE decision_id = 'D1'",
    "review.kept_alone": "UPDATE decisions SET kind = 'keep_out' WHERE decision_id = 'D1'",
    "review.called_one": "UPDATE decisions SET kind = 'same' WHERE decision_id = 'D2'",
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
    "values.citizen_numbers_status": "UPDATE citizen_numbers SET status = 'none'",
    "values.id_history_dataset": "UPDATE id_history SET dataset = NULL",
    "values.unplaced_dataset": f"{_UNPLACED}; UPDATE unplaced SET dataset = 'unknown'",
    "values.quarantine_dataset": "UPDATE quarantine SET dataset = 'CANARY'",
    "values.decisions_dataset": "UPDATE decisions SET dataset = 'CANARY'",
    "values.decisions_kind": "UPDATE decisions SET kind = 'CANARY'",
    "values.citizens_personal_id_form": "UPDATE citizens SET personal_id = '01090012345' WHERE citizen_id = 'P1'",
    "values.citizens_old_id_no_form": "UPDATE citizens SET old_id_no = '12345678'",
    "values.links_filled": "UPDATE links SET reason = NULL WHERE dataset = 'parcels'",
    "values.review_queue_filled": "UPDATE review_queue SET question = ''",
    "values.decisions_filled": """UPDATE decisions SET "by" = '' WHERE decision_id = 'D1'""",
    "values.provenance_filled": "UPDATE provenance SET rule = NULL",
    "values.quarantine_filled": "UPDATE quarantine SET reason_code = NULL",
    "values.unplaced_filled": _UNPLACED,
    "values.parcel_owners_filled": "UPDATE parcel_owners SET reason = '' WHERE parcel_id = 'L2'",
    "values.parcel_relations_filled": "UPDATE parcel_relations SET reason = NULL",
    "values.sheet_map_filled": "UPDATE sheet_map SET new_sheet_no = NULL",
    "values.citizen_sources_raw": "UPDATE citizen_sources SET raw = MAP {}",
    "values.parcel_sources_raw": "UPDATE parcel_sources SET raw = NULL",
    "values.unplaced_raw": _UNPLACED,
    "values.quarantine_bytes": "UPDATE quarantine SET raw_bytes = NULL",
    "values.birth_precision_told": "UPDATE citizens SET birth_year = 1991 WHERE citizen_id = 'P1'",
    "values.no_number_no_trust": "UPDATE citizens SET personal_id_status = 'none' WHERE citizen_id = 'P1'",
    "values.citizens_quality_reasons": "UPDATE citizens SET quality_reasons = ['sex_unknown']",
    "values.parcels_quality_reasons": "UPDATE parcels SET quality_group = 2 WHERE parcel_id = 'L2'",
    "values.land_use_codes": "UPDATE parcels SET land_use = [{'code': NULL, 'area_m2': 80.0}]",
    "values.owner_score": "UPDATE parcel_owners SET score = 1.5 WHERE parcel_id = 'L1'",
    # quality
    "quality.quarantined_share": f"UPDATE row_balance SET quarantined = 2 {_FIRST_FILE}",
    "quality.quarantine_within_limit": f"UPDATE row_balance SET quarantined = 2 {_FIRST_FILE}",
    "quality.unplaced_rows": _UNPLACED,
    "quality.unplaced_within_limit": f"{_UNPLACED}; UPDATE row_balance SET unplaced = 1 {_FIRST_FILE}",
    "land.one_current_number": "UPDATE parcel_numbers SET is_current = false WHERE parcel_id = 'L2'",
    "land.one_number_of_a_book": "UPDATE parcel_numbers SET parcel_id = 'L1'",
    "land.sheet_of_the_map": "UPDATE parcel_numbers SET new_sheet_no = '2' WHERE parcel_id = 'L2'",
    "land.owner_and_person": "UPDATE parcel_owners SET citizen_id = 'P1', status = 'no_match'",
    "land.owners_counted": "UPDATE parcel_owners SET owner_no = 2 WHERE parcel_id = 'L2'",
    "land.relation_of_two": "UPDATE parcel_relations SET to_parcel_id = 'L1'",
    "land.current_number_of_parcel": "UPDATE parcels SET map_scale = '1000' WHERE parcel_id = 'L1'",
    "land.sheet_once": "INSERT INTO sheet_map SELECT * REPLACE ('3' AS new_sheet_no) FROM sheet_map",
    "land.sheet_of_a_parcel": "INSERT INTO sheet_map VALUES ('10231', '299', '9', '9', 'officer')",
    "land.head_keeps_its_sheets": "UPDATE sheet_map SET old_sheet_no = '1'",
    "land.owner_confirmed_once": """
        INSERT INTO parcel_owners SELECT * REPLACE (2 AS owner_no) FROM parcel_owners WHERE parcel_id = 'L1'""",
    # what was published before, here and elsewhere
    **{
        f"shift.{dataset}_{field.name}": f"""
            UPDATE distribution SET present = 50000 + (CASE value WHEN 'a' THEN 1 ELSE -1 END) * 11000
            WHERE dataset = '{dataset}' AND field = '{field.name}'"""
        for dataset, fields in FIELDS.items()
        for field in fields
    },
    "placement.placed_once": "INSERT INTO placed_elsewhere VALUES ('CANARY-citizens-2', 'citizens', '04930')",
    **DOMAIN_MUTATIONS,
}


def in_full(sql: str) -> str:
    """SQL in which entities have the short names of `conftest`, with their ids."""
    for short, entity_id in IDS.items():
        sql = sql.replace(f"'{short}'", f"'{entity_id}'")
    return sql


def change(staging: Path, *statements: str) -> None:
    with duckdb.connect(staging) as connection:
        for sql in statements:
            connection.execute(in_full(sql))


@pytest.fixture(scope="module")
def connection(valid: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the small valid warehouse, to change and to roll back."""
    copy = shutil.copy(valid, tmp_path_factory.mktemp("broken") / "staging.duckdb")
    with duckdb.connect(copy) as connection:
        yield connection


def test_mutations_cover_every_rule() -> None:
    assert set(MUTATIONS) == set(BY_ID)


@pytest.mark.parametrize("rule_id", MUTATIONS)
def test_a_broken_promise_is_found(rule_id: str, connection: duckdb.DuckDBPyConnection, today: date) -> None:
    rule = BY_ID[rule_id]
    # As Great Expectations runs it, which takes every query on the whole warehouse in `test_expectation_runs`.
    query = rule.expectation.replace("{today}", f"DATE '{today}'").format(batch=rule.table)
    connection.begin()
    try:
        connection.execute(in_full(MUTATIONS[rule_id]))
        failed = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
    finally:
        connection.rollback()
    assert failed > rule.limit


def test_broken_promises_are_told_without_a_value_of_a_row(
    staging: Path, today: date, assert_no_row_value: Callable[[str], None]
) -> None:
    change(staging, *MUTATIONS.values())
    found = validate(staging, today=today)
    assert found["failed"].null_count() == 0
    assert found.filter(~pl.col("passed")).height > len(RULES) / 2
    assert all(severity == BY_ID[rule_id].severity for rule_id, severity in found.select("rule_id", "severity").rows())
    assert_no_row_value(str(found.rows()))


def test_a_superseded_number_may_stand_beside_its_successor(staging: Path, today: date) -> None:
    change(staging, MUTATIONS["identity.one_trusted_number"])
    change(
        staging,
        """UPDATE decisions SET kind = 'number_superseded', dataset = 'citizens',
        record_ids = ['CANARY-citizens-2', 'CANARY-citizens-3'] WHERE kind = 'same'""",
    )
    assert validate(staging, today=today)["passed"].all()


def test_a_case_may_ask_about_rows_that_could_not_be_read(staging: Path, today: date) -> None:
    change(
        staging,
        """UPDATE quarantine SET dataset = 'unknown'; INSERT INTO review_queue (dataset, record_ids)
        SELECT unnest(['citizens', 'parcels']), list(record_id) FROM quarantine""",
    )
    assert running.run([BY_ID["review.rows_of_cases"]], staging, today=today)["passed"].all()
