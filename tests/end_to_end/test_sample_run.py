"""`hopnhat run` on the shipped sample, as a user calls it, and the contract's promises on what it publishes."""

import csv
import shutil
import stat
import subprocess
from collections import Counter
from math import comb

import dagster as dg
import duckdb
import pytest

CODE = "10231"

SOURCES = "record_id source_file source_line source_row old_commune_code outcome raw"
CONTRACT = {
    "citizens": "citizen_id full_name birth_date birth_precision birth_year sex personal_id personal_id_status"
    " former_personal_ids old_id_no household_id relation_to_head father_name mother_name spouse_name phone"
    " address_old address_new hamlet old_commune_code status updated_on note quality_group quality_reasons"
    " source_row_count",
    "citizens_sensitive": "citizen_id ethnicity",
    "households": "household_id head_citizen_id address_new hamlet old_commune_code member_count",
    "citizen_sources": f"citizen_id {SOURCES}",
    "parcels": "parcel_id old_commune_code map_system map_scale old_sheet_no parcel_no new_sheet_no area_m2"
    " land_use certificate_no certificate_book_no certificate_date field_name address hamlet note quality_group"
    " quality_reasons source_row_count",
    "parcel_numbers": "parcel_id old_commune_code map_system map_scale old_sheet_no parcel_no new_sheet_no"
    " record_id is_current",
    "parcel_relations": "from_parcel_id to_parcel_id kind reason",
    "parcel_sources": f"parcel_id {SOURCES}",
    "parcel_owners": "parcel_id owner_no owner_name owner_kind owner_id_no owner_birth_year owner_address"
    " citizen_id status score reason",
    "sheet_map": "old_commune_code map_system old_sheet_no new_sheet_no assigned_by",
    "links": "dataset record_id_a record_id_b weight probability decision reason evidence",
    "clusters": "dataset entity_id rows weakest_weight path",
    "review_queue": "case_id dataset record_ids question reason priority blocking status",
    "decisions": "decision_id kind record_ids by at reason model",
    "provenance": "dataset entity_id field record_id rule other_values",
    "id_history": "dataset old_entity_id new_entity_id kind run_id",
    "quarantine": "record_id dataset source_file source_line reason_code reason raw_bytes",
    "unplaced": "record_id dataset source_file source_line old_commune_code hamlet map_system sheet_no reason raw",
    "row_balance": "source_file dataset old_commune_code sha256 encoding duplicate_of physical_lines title_lines"
    " header_lines blank_lines total_lines record_lines records loaded quarantined placed unplaced elsewhere kept"
    " merged",
    "validation_results": "rule_id suite expectation severity limit checked failed passed",
    "manifest": "key value",
}
BEYOND = {
    *("column_encodings", "decoded_rows", "changes", "citizen_numbers"),
    *("near_misses", "clerical_answers", "clerical_frame"),
}
"""Tables that the contract does not ask for."""
VIEWS = {"cong_dan", "ho_gia_dinh", "thua_dat", "chu_su_dung", "so_doi_chieu_thua", "can_doi_dong", "thay_doi"}

BROKEN = {
    "physical lines": "SELECT * FROM row_balance WHERE physical_lines"
    " <> title_lines + header_lines + blank_lines + total_lines + record_lines",
    "records": "SELECT * FROM row_balance WHERE records <> loaded + quarantined",
    "loaded": "SELECT * FROM row_balance WHERE loaded <> placed + unplaced + elsewhere",
    "placed": "SELECT * FROM row_balance WHERE placed <> kept + merged",
    "placed rows stand in sources": "SELECT b.source_file FROM row_balance b LEFT JOIN"
    " (SELECT source_file, outcome FROM citizen_sources UNION ALL SELECT source_file, outcome FROM parcel_sources) s"
    " USING (source_file) GROUP BY ALL HAVING any_value(placed) <> count(s.outcome)"
    " OR any_value(kept) <> count(*) FILTER (s.outcome = 'kept')",
    "a row in one source row": "SELECT record_id FROM (SELECT record_id FROM citizen_sources UNION ALL"
    " SELECT record_id FROM parcel_sources UNION ALL SELECT record_id FROM unplaced UNION ALL"
    " SELECT record_id FROM quarantine) GROUP BY 1 HAVING count(*) > 1",
    "a line in one source row": "SELECT source_file, source_line FROM (SELECT source_file, source_line FROM"
    " citizen_sources UNION ALL SELECT source_file, source_line FROM parcel_sources) GROUP BY ALL"
    " HAVING count(*) > 1",
    "one kept per person": "SELECT citizen_id FROM citizens LEFT JOIN citizen_sources USING (citizen_id) GROUP BY 1"
    " HAVING count(*) FILTER (outcome = 'kept') <> 1 OR count(outcome) <> any_value(source_row_count)",
    "one kept per parcel": "SELECT parcel_id FROM parcels LEFT JOIN parcel_sources USING (parcel_id) GROUP BY 1"
    " HAVING count(*) FILTER (outcome = 'kept') <> 1 OR count(outcome) <> any_value(source_row_count)",
    "person of a row": "SELECT citizen_id FROM citizen_sources ANTI JOIN citizens USING (citizen_id)",
    "parcel of a row": "SELECT parcel_id FROM parcel_sources ANTI JOIN parcels USING (parcel_id)",
    "person of sensitive fields": "SELECT citizen_id FROM citizens_sensitive ANTI JOIN citizens USING (citizen_id)",
    "household": "SELECT household_id FROM citizens WHERE household_id IS NOT NULL"
    " AND household_id NOT IN (SELECT household_id FROM households)",
    "head": "SELECT head_citizen_id FROM households WHERE head_citizen_id IS NOT NULL"
    " AND head_citizen_id NOT IN (SELECT citizen_id FROM citizens)",
    "members": "SELECT household_id FROM households LEFT JOIN citizens USING (household_id) GROUP BY 1"
    " HAVING count(citizen_id) <> any_value(member_count)",
    "number's parcel": "SELECT parcel_id FROM parcel_numbers ANTI JOIN parcels USING (parcel_id)",
    "owner's parcel": "SELECT parcel_id FROM parcel_owners ANTI JOIN parcels USING (parcel_id)",
    "owner's person": "SELECT citizen_id FROM parcel_owners WHERE citizen_id IS NOT NULL"
    " AND citizen_id NOT IN (SELECT citizen_id FROM citizens)",
    "one current number": "SELECT parcel_id FROM parcels LEFT JOIN parcel_numbers USING (parcel_id) GROUP BY 1"
    " HAVING count(*) FILTER (is_current) <> 1",
    "links' rows": "SELECT * FROM (SELECT dataset, unnest([record_id_a, record_id_b]) AS record_id FROM links) ANTI"
    " JOIN (SELECT 'citizens' AS dataset, record_id FROM citizen_sources UNION ALL"
    " SELECT 'parcels', record_id FROM parcel_sources) USING (dataset, record_id)",
    "clusters": "SELECT entity_id FROM clusters c LEFT JOIN (SELECT 'citizens' AS dataset, citizen_id AS entity_id"
    " FROM citizen_sources UNION ALL SELECT 'parcels', parcel_id FROM parcel_sources) s USING (dataset, entity_id)"
    " GROUP BY dataset, entity_id HAVING count(s.entity_id) <> any_value(c.rows) OR any_value(c.rows) < 2",
    "every entity of two rows is a cluster": "SELECT citizen_id FROM citizens WHERE source_row_count > 1"
    " AND citizen_id NOT IN (SELECT entity_id FROM clusters WHERE dataset = 'citizens')",
    "cases' rows": "SELECT * FROM (SELECT unnest(record_ids) AS record_id FROM review_queue) ANTI JOIN"
    " (SELECT record_id FROM citizen_sources UNION ALL SELECT record_id FROM parcel_sources) USING (record_id)",
    "provenance": "SELECT * FROM provenance WHERE entity_id NOT IN"
    " (SELECT citizen_id FROM citizens UNION ALL SELECT parcel_id FROM parcels)",
    "a trusted number of two people": "SELECT personal_id FROM citizens WHERE personal_id_status = 'trusted'"
    " GROUP BY 1 HAVING count(*) > 1",
    "a former number that is trusted": "SELECT number FROM (SELECT unnest(former_personal_ids) AS number FROM citizens)"
    " JOIN citizens ON number = personal_id WHERE personal_id_status = 'trusted'",
    "placeholder birthday": "SELECT citizen_id FROM citizens WHERE birth_precision <> 'day' AND birth_date IS NOT NULL",
    "sheets": "SELECT map_system, new_sheet_no FROM sheet_map GROUP BY ALL HAVING count(*) > 1",
    "sheet of a parcel": "SELECT new_sheet_no FROM parcels p WHERE new_sheet_no IS NOT NULL AND NOT EXISTS"
    " (FROM sheet_map s WHERE s.new_sheet_no = p.new_sheet_no AND s.map_system IS NOT DISTINCT FROM p.map_system)",
    "ids minted twice": "SELECT new_entity_id FROM id_history WHERE kind = 'minted' GROUP BY 1 HAVING count(*) > 1",
    "ids never minted": "SELECT citizen_id FROM citizens WHERE citizen_id NOT IN"
    " (SELECT new_entity_id FROM id_history WHERE kind = 'minted' AND dataset = 'citizens')",
    "gates": "SELECT * FROM validation_results WHERE severity = 'gate' AND NOT passed",
}
"""Queries that find what breaks a promise of the contract, by what they look at."""


def test_command_ends_with_status_0_and_five_lines(sample_run):
    assert sample_run.status == 0, sample_run.err
    lines = sample_run.out.splitlines()
    assert len(lines) == 5
    assert "Thượng Phúc" in lines[0]
    assert lines[1].endswith("data/published/trial/10231.duckdb")
    assert lines[2].endswith("data/reports/trial/10231/index.html")
    people, rows, parcels, parcel_rows = sample_run.query(
        CODE,
        "SELECT (SELECT count(*) FROM citizens), (SELECT count(*) FROM citizen_sources),"
        " (SELECT count(*) FROM parcels), (SELECT count(*) FROM parcel_sources)",
    )[0]
    assert f"{people} người từ {rows} dòng, {parcels} thửa đất từ {parcel_rows} dòng" in lines[3]
    assert "Traceback" not in sample_run.output
    assert "Warning" not in sample_run.output


def test_everything_written_is_for_the_owner_alone(sample_run):
    made = ("published", "reports", "scratch", "ledger", "dagster")
    paths = [path for name in made for path in [sample_run.data / name, *(sample_run.data / name).rglob("*")]]
    assert sample_run.published(CODE) in paths
    open_to_others = [
        path for path in paths if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    ]
    assert open_to_others == []


def test_nothing_half_written_is_left(sample_run):
    assert [path for path in sample_run.data.rglob("*") if path.suffix in {".part", ".wal", ".tmp"}] == []


def test_checksum_is_understood_by_sha256sum(sample_run):
    folder = sample_run.published(CODE).parent
    subprocess.run(["sha256sum", "-c", "10231.duckdb.sha256"], cwd=folder, check=True, capture_output=True)


def test_verify_accepts_what_was_published(hopnhat, sample_run, tmp_path):
    verified = hopnhat("verify", sample_run.published(CODE), cwd=tmp_path)
    assert verified.status == 0, verified.output
    assert verified.out.strip()


@pytest.mark.parametrize("with_checksum", [True, False])
def test_verify_finds_one_flipped_byte_of_a_table(hopnhat, sample_run, tmp_path, with_checksum):
    """Without the checksum file the flip is made where a name stands, so that only the content can tell."""
    content = bytearray(sample_run.published(CODE).read_bytes())
    at = content.rindex("Thôn".encode()) if not with_checksum else len(content) // 2
    content[at] ^= 0x20
    (tmp_path / "10231.duckdb").write_bytes(content)
    if with_checksum:
        shutil.copy(f"{sample_run.published(CODE)}.sha256", tmp_path)
    verified = hopnhat("verify", "10231.duckdb", cwd=tmp_path)
    assert verified.status in ({1} if with_checksum else {1, 2}), verified.output
    assert "10231.duckdb" in verified.err
    assert "Traceback" not in verified.output


def test_verify_says_that_there_is_no_such_file(hopnhat, tmp_path):
    verified = hopnhat("verify", "none.duckdb", cwd=tmp_path)
    assert verified.status == 2
    assert len(verified.err.splitlines()) == 1
    assert "none.duckdb" in verified.err


def test_verify_of_something_else_than_a_warehouse(hopnhat, tmp_path):
    (tmp_path / "other.duckdb").write_text("not a warehouse")
    with duckdb.connect(str(tmp_path / "empty.duckdb")):
        pass
    assert hopnhat("verify", "other.duckdb", cwd=tmp_path).status == 2
    assert hopnhat("verify", "empty.duckdb", cwd=tmp_path).status in {1, 2}


def test_every_table_and_column_of_the_contract_is_there(sample_run):
    found: dict[str, set[str]] = {}
    for table, column in sample_run.query(
        CODE, "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    ):
        found.setdefault(table, set()).add(column)
    missing = {table: set(columns.split()) - found.get(table, set()) for table, columns in CONTRACT.items()}
    assert {table: columns for table, columns in missing.items() if columns} == {}
    assert set(found) == set(CONTRACT) | BEYOND | VIEWS


def test_every_table_and_column_has_a_comment(sample_run):
    bare = "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL UNION ALL SELECT column_name FROM"
    bare += " duckdb_columns() c WHERE comment IS NULL AND NOT internal"
    bare += " AND table_name IN (SELECT table_name FROM duckdb_tables())"
    assert sample_run.query(CODE, bare) == []


def test_keys_are_text_counts_integers_and_dates_dates(sample_run):
    types = {
        f"{table}.{column}": kind
        for table, column, kind in sample_run.query(
            CODE, "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        )
    }
    ids = {name: kind for name, kind in types.items() if name.endswith(("_id", "_code"))}
    assert set(ids.values()) == {"VARCHAR"}
    assert {types[f"row_balance.{name}"] for name in ("records", "loaded", "kept")} == {"BIGINT"}
    assert types["links.weight"] == "BIGINT"
    assert {types[name] for name in ("citizens.birth_date", "citizens.updated_on", "parcels.certificate_date")} == {
        "DATE"
    }
    assert {types[name] for name in ("citizens.former_personal_ids", "review_queue.record_ids")} == {"VARCHAR[]"}
    assert types["validation_results.passed"] == "BOOLEAN"


@pytest.mark.parametrize("promise", BROKEN)
def test_promise_holds(sample_run, promise):
    assert sample_run.query(CODE, BROKEN[promise]) == []


def test_no_table_that_the_sample_fills_is_empty(sample_run):
    later = {"decisions", "quarantine", "unplaced"}
    empty = {table for table in CONTRACT if sample_run.query(CODE, f"SELECT count(*) FROM {table}") == [(0,)]}
    assert empty - later == set()


def test_raw_is_the_very_line_of_the_very_file(sample_run):
    exports = sample_run.data / "exports"
    rows = sample_run.query(
        CODE,
        "SELECT source_file, source_row, source_line, old_commune_code, raw FROM (SELECT * EXCLUDE citizen_id FROM"
        " citizen_sources UNION ALL SELECT * EXCLUDE parcel_id FROM parcel_sources)",
    )
    published = {(file, number): (line, commune, raw) for file, number, line, commune, raw in rows}
    expected = {}
    for path in exports.rglob("*.csv"):
        name = path.relative_to(exports).as_posix()
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header, starts = next(reader), reader.line_num + 1
            for number, cells in enumerate(reader, start=1):
                raw = dict(zip(header, cells, strict=True))
                expected[name, number] = (starts, name[:5], raw)
                starts = reader.line_num + 1
    assert len(expected) > 10_000
    assert published == expected


def test_balance_tells_of_the_very_files(sample_run):
    from hashlib import sha256

    exports = sample_run.data / "exports"
    files = {path.relative_to(exports).as_posix(): path.read_bytes() for path in exports.rglob("*.csv")}
    found = sample_run.query(CODE, "SELECT source_file, sha256, physical_lines, records FROM row_balance")
    assert sorted(found) == sorted(
        (name, sha256(content).hexdigest(), content.count(b"\n"), content.count(b"\n") - 1)
        for name, content in files.items()
    )


@pytest.mark.parametrize(
    ("dataset", "entity", "truth", "precision", "recall"),
    [
        ("citizen", "citizen_id", "person_id", 0.998, 0.95),
        ("parcel", "parcel_id", "true_parcel_id", 0.99, 0.85),
    ],
)
def test_pairs_agree_with_the_truth(project, sample_run, dataset, entity, truth, precision, recall):
    file = {"citizen": "citizens.csv", "parcel": "parcels.csv"}[dataset]
    with (project / "tests" / "truth" / file).open(encoding="utf-8", newline="") as stream:
        true = {(row["source_file"], int(row["source_row"])): row[truth] for row in csv.DictReader(stream)}
    found = {
        (name, number): identity
        for name, number, identity in sample_run.query(
            CODE, f"SELECT source_file, source_row, {entity} FROM {dataset}_sources"
        )
    }
    assert found.keys() == true.keys()
    right = _pairs((found[row], true[row]) for row in found)
    assert right / _pairs(found.values()) >= precision
    assert right / _pairs(true.values()) >= recall


def _pairs(groups) -> int:
    """How many pairs of rows stand in one group."""
    return sum(comb(size, 2) for size in Counter(groups).values())


def test_run_stands_in_the_history(sample_run, dagster_of):
    with dagster_of(sample_run.data) as instance:
        runs = instance.get_runs()
        assert [run.job_name for run in runs] == ["chay_thu"]
        assert runs[0].tags["dagster/partition"] == "10231 Thượng Phúc"
        assert runs[0].status == dg.DagsterRunStatus.SUCCESS
    manifest = dict(sample_run.query(CODE, "SELECT key, value FROM manifest"))
    assert manifest["run_id"] == runs[0].run_id


def test_manifest_names_what_the_run_was_made_from(project, sample_run):
    from hashlib import sha256

    manifest = dict(sample_run.query(CODE, "SELECT key, value FROM manifest"))
    assert (manifest["commune_code"], manifest["mode"]) == ("10231", "trial")
    merger_map = (project / "data" / "reference" / "merger_map.csv").read_bytes()
    assert manifest["reference_sha256.merger_map"] == sha256(merger_map).hexdigest()
    assert sum(key.startswith("input_sha256.") for key in manifest) == 10
    assert {"model.citizens", "model.parcels", "settings.citizens", "logical_hash", "version.polars"} <= set(manifest)
    hashed = {key.removeprefix("logical_hash.") for key in manifest if key.startswith("logical_hash.")}
    assert hashed == (set(CONTRACT) | BEYOND) - {"manifest", "id_history", "changes"}


def test_published_file_reaches_nothing_outside(sample_run):
    """The published file is whole in itself: no attached file, no view that reads one."""
    for (sql,) in sample_run.query(CODE, "SELECT sql FROM duckdb_views() WHERE NOT internal"):
        assert "read_" not in sql
        assert "/" not in sql


def test_start_page_tells_of_the_communes_of_the_deployment(sample_run):
    """A command may name any commune of the country; the page is about Hanoi's, where no setting says otherwise."""
    page = (sample_run.data / "reports" / "index.html").read_text(encoding="utf-8")
    assert "Thành phố Hà Nội: 126 xã, phường" in page
    assert "<details" not in page  # where there are several provinces, each is folded
