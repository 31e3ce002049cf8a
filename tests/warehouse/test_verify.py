"""`verify` accepts what was published, and names what was done to it since, without a value of a row."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.problems import UnusableInput
from pipelines.warehouse.manifest import RULES, as_table, totals
from pipelines.warehouse.placing import sha256_file
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.rechecking import Check, Ruleset
from pipelines.warehouse.schema import VALIDATION_RESULTS
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import manifest_of

Frames = dict[str, pl.DataFrame]
Publish = Callable[[Path, Frames], Path]

NO_EMPTY_NAME = Check(
    "people.named",
    "Người nào cũng có tên.",
    is_gate=True,
    limit=0,
    failures="SELECT 1 FROM citizens WHERE full_name = ''",
    checked="SELECT count(*) FROM citizens",
)
OF_STAGING = replace(NO_EMPTY_NAME, id="people.trusted", failures="SELECT 1 FROM citizen_trust")
NO_LINK = replace(NO_EMPTY_NAME, id="links.none", is_gate=False, failures="SELECT 1 FROM links")


def ruleset(*checks: Check, sha256: str = "of other rules") -> Ruleset:
    return Ruleset(sha256, lambda _: checks)


def sign(path: Path) -> None:
    """Make the checksum that of the file again, as somebody who hides a change would."""
    sha256_file(path).write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")


def change(path: Path, statement: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)
    sign(path)


def differences(path: Path, rules: Ruleset | None = None) -> list[str]:
    return verify(path, rules).differences


def test_a_published_file_is_accepted_with_and_without_its_checksum(published: Path) -> None:
    assert differences(published) == []
    sha256_file(published).unlink()
    assert differences(published) == []


def test_it_is_accepted_wherever_it_is_copied(published: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.duckdb"
    copy.write_bytes(published.read_bytes())
    assert differences(copy) == []
    assert verify(copy).sha256 == hashlib.sha256(published.read_bytes()).hexdigest()


@pytest.mark.parametrize("place", [0.0, 0.001, 0.02, 0.3, 0.6, 0.9999])
def test_one_wrong_bit_is_found(published: Path, place: float) -> None:
    content = bytearray(published.read_bytes())
    content[int(place * len(content))] ^= 0x10
    published.write_bytes(content)
    assert any("10231.duckdb.sha256" in difference for difference in differences(published))
    sha256_file(published).unlink()
    with pytest.raises(UnusableInput, match=r"10231\.duckdb"):
        verify(published)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE citizens SET full_name = 'SECRET' WHERE citizen_id = 'citizen 1'", "Bảng citizens: nội dung khác"),
        ("DELETE FROM links WHERE weight = 1", "Bảng links: 2 dòng, bản kê khai ghi 3"),
        ("INSERT INTO links SELECT * FROM links WHERE weight = 1", "Bảng links: 4 dòng, bản kê khai ghi 3"),
        ("UPDATE citizen_sources SET citizen_id = 'citizen 1' WHERE record_id = 'zz'", "Bảng citizen_sources: nội"),
        # What no logical hash covers: ids, history, what hangs on history.
        ("UPDATE id_history SET run_id = 'SECRET' WHERE old_entity_id IS NOT NULL", "Bảng id_history: nội dung"),
        ("DELETE FROM changes", "Bảng changes: 0 dòng, bản kê khai ghi 3"),
        ("UPDATE parcels SET new_sheet_no = 'SECRET'", "Bảng parcels: nội dung khác"),
        ("DELETE FROM manifest WHERE key = 'logical_hash.sheet_map'", "thiếu mục: logical_hash.sheet_map"),
        ("DELETE FROM manifest WHERE key = 'run_id'", "thiếu mục: run_id"),
        ("UPDATE manifest SET value = 'x' WHERE key = 'logical_hash'", "Mã băm nội dung chung"),
        ("UPDATE manifest SET value = 'x' WHERE key = 'logical_hash.links'", "(logical_hash.links)"),
        ("UPDATE manifest SET value = 'official' WHERE key = 'mode'", "Bản kê khai đã bị sửa"),
        ("UPDATE manifest SET value = 'x' WHERE key = 'input_sha256.10231/so.csv'", "mục inputs_sha256"),
        ("DELETE FROM manifest WHERE key = 'reference_sha256.merger_map'", "mục references_sha256"),
        ("UPDATE manifest SET value = 'x' WHERE key = 'settings.citizens'", "mục settings_sha256"),
        ("ALTER TABLE parcels DROP COLUMN note", "Bảng parcels thiếu cột note"),
        ("ALTER TABLE parcels ALTER quality_group TYPE VARCHAR", "Bảng parcels thiếu cột quality_group"),
        ("ALTER TABLE parcels ADD COLUMN nickname VARCHAR", "Bảng parcels có thêm cột lạ «nickname»"),
        ("DROP TABLE decisions", "Thiếu bảng decisions"),
        ("CREATE TABLE extra AS SELECT 'SECRET' AS name", "Có thêm bảng lạ «extra»"),
        ("CREATE SCHEMA attic; CREATE TABLE attic.citizens (name VARCHAR)", "Có thêm bảng lạ «attic.citizens»"),
        ("CREATE OR REPLACE VIEW cong_dan AS SELECT * FROM citizens LIMIT 1", "Khung nhìn cong_dan đã bị sửa"),
        ("DROP VIEW thua_dat", "Thiếu khung nhìn thua_dat"),
        ("CREATE VIEW extra AS SELECT 'SECRET' AS name", "Có thêm khung nhìn lạ «extra»"),
        ("CREATE SCHEMA attic; CREATE VIEW attic.cong_dan AS SELECT 1 AS x", "Có thêm khung nhìn lạ «attic.cong_dan»"),
        ("INSERT INTO manifest VALUES (NULL, 'SECRET')", "Bản kê khai đã bị sửa"),
    ],
)
def test_a_change_under_a_fresh_checksum_is_named(published: Path, statement: str, named: str) -> None:
    change(published, statement)
    found = differences(published)
    assert any(named in difference for difference in found), found
    assert not any("duckdb.sha256" in difference or "SECRET" in difference for difference in found)
    tables = [difference for difference in found if difference.startswith("Bảng ")]
    assert len(tables) <= 1, "no table is named that was not changed"


def test_a_function_that_hides_a_change_from_every_query_is_named(published: Path) -> None:
    hiding = "replace(system.main.to_json(a)::VARCHAR, 'SECRET', 'Nguyễn Văn An')"
    change(published, f"UPDATE citizens SET full_name = 'SECRET'; CREATE MACRO to_json(a) AS {hiding}")
    assert differences(published) == ["Có thêm hàm lạ «to_json»."]
    change(published, "CREATE MACRO duckdb_functions() AS TABLE SELECT 'x' AS function_name, true AS internal")
    assert "Có thêm hàm lạ «to_json»." in differences(published)


def test_ids_that_were_swapped_everywhere_are_found(published: Path) -> None:
    """The logical hash, which is blind to ids, cannot tell."""
    before = manifest_of(published)["logical_hash"]
    swap = "CASE citizen_id WHEN 'citizen 1' THEN 'citizen 2' WHEN 'citizen 2' THEN 'citizen 1' ELSE citizen_id END"
    change(published, f"UPDATE citizens SET citizen_id = {swap}; UPDATE citizen_sources SET citizen_id = {swap}")
    found = differences(published)
    assert any("Bảng citizens:" in difference for difference in found)
    assert any("Bảng citizen_sources:" in difference for difference in found)
    assert manifest_of(published)["logical_hash"] == before


def test_a_gate_that_failed_is_told(tmp_path: Path, frames: Frames, publish_frames: Publish) -> None:
    results = frames["validation_results"].with_columns(passed=pl.lit(value=False))
    found = differences(publish_frames(tmp_path, frames | {"validation_results": results}))
    assert len(found) == results.height
    assert all("quy tắc chặn" in difference for difference in found)


def with_results(frames: Frames, *results: dict[str, object], rules_sha256: str = "ours") -> Frames:
    """The sample with these results, said to be judged by the rules of this hash."""
    manifest = dict(frames["manifest"].iter_rows()) | {RULES: rules_sha256}
    told = {"suite": "s", "expectation": "e", "severity": "gate", "limit": 0.0, "passed": True}
    rows = pl.DataFrame([told | result for result in results], schema=VALIDATION_RESULTS.polars_schema)
    return frames | {"validation_results": rows, "manifest": as_table(manifest | totals(manifest))}


def test_rules_are_judged_again_and_those_on_staging_alone_are_counted(
    tmp_path: Path, frames: Frames, publish_frames: Publish
) -> None:
    results = (
        {"rule_id": "people.named", "checked": 3, "failed": 0},
        {"rule_id": "links.none", "checked": 3, "failed": 3},
    )
    found = verify(
        publish_frames(tmp_path, with_results(frames, *results)),
        ruleset(NO_EMPTY_NAME, OF_STAGING, NO_LINK, sha256="ours"),
    )
    assert found.differences == [], "a warning that found something is no difference"
    assert found.rechecked is not None
    assert (found.rechecked.judged, found.rechecked.left_out) == (2, 1)


def test_a_broken_gate_is_found_though_every_hash_is_right(
    tmp_path: Path, frames: Frames, publish_frames: Publish
) -> None:
    nameless = frames["citizens"].with_columns(full_name=pl.lit(""))
    results = ({"rule_id": "people.named", "checked": 3, "failed": 0},)
    path = publish_frames(tmp_path, with_results(frames | {"citizens": nameless}, *results))
    assert differences(path) == []
    (difference,) = differences(path, ruleset(NO_EMPTY_NAME))
    assert difference == "Không đạt quy tắc people.named (3 trường hợp): Người nào cũng có tên."


@pytest.mark.parametrize(("rules", "compared"), [("ours", True), ("older", False)])
def test_results_in_the_file_are_compared_where_the_same_rules_gave_them(
    tmp_path: Path, frames: Frames, publish_frames: Publish, rules: str, compared: bool
) -> None:
    results = ({"rule_id": "links.none", "checked": 3, "failed": 1},)
    path = publish_frames(tmp_path, with_results(frames, *results, rules_sha256=rules))
    found = differences(path, ruleset(NO_LINK, sha256="ours"))
    assert [("links.none" in one and "1 lỗi" in one and "3 lỗi" in one) for one in found] == [True] * compared


def test_a_count_of_the_manifest_is_that_of_before_it_was_sealed(
    tmp_path: Path, frames: Frames, publish_frames: Publish
) -> None:
    """Publication adds counts and hashes to it, of which the rules that judged the staging warehouse saw none."""
    once = replace(
        NO_EMPTY_NAME,
        id="manifest.once",
        failures="SELECT 1 FROM manifest GROUP BY key HAVING count(*) > 1",
        checked="SELECT count(*) FROM manifest",
    )
    held, broken = (
        publish_frames(tmp_path / name, with_results(frames, {"rule_id": once.id, "checked": 5, "failed": failed}))
        for name, failed in (("held", 0), ("broken", 1))
    )
    assert differences(held, ruleset(once, sha256="ours")) == []
    assert len(differences(broken, ruleset(once, sha256="ours"))) == 1


def test_rules_are_judged_by_the_day_of_the_data(tmp_path: Path, frames: Frames, publish_frames: Publish) -> None:
    days: list[date] = []

    def on(day: date) -> tuple[Check, ...]:
        days.append(day)
        return ()

    manifest = dict(frames["manifest"].iter_rows()) | {"started_at": "1985-03-04T08:00:00+07:00"}
    path = publish_frames(tmp_path, frames | {"manifest": as_table(manifest)})
    verify(path, Ruleset("", on))
    manifest |= {"started_at": "2025-03-04T08:00:00+07:00"}
    verify(publish_frames(tmp_path, frames | {"manifest": as_table(manifest)}), Ruleset("", on))
    assert days == [date(1985, 3, 4), frames["citizens"]["updated_on"].max()]


def _text(path: Path) -> None:
    path.write_text("not a database")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_database(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE people (name VARCHAR)")


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [_text, _empty, _other_database, _folder, None])
def test_what_is_no_warehouse_is_named_in_one_sentence(tmp_path: Path, make: Callable[[Path], None] | None) -> None:
    path = tmp_path / "foreign.duckdb"
    if make:
        make(path)
    with pytest.raises(UnusableInput) as caught:
        verify(path)
    assert "foreign.duckdb»" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_checksum_file_of_rubbish_is_a_difference_and_no_crash(published: Path) -> None:
    sha256_file(published).write_bytes(b"\xff\xfe\0")
    assert len(differences(published)) == 1


def test_verifying_changes_nothing(published: Path) -> None:
    before = {path.name: path.read_bytes() for path in published.parent.rglob("*.*")}
    verify(published)
    assert {path.name: path.read_bytes() for path in published.parent.rglob("*.*")} == before


def test_publishing_again_from_the_same_staging_gives_the_same_hashes(published: Path, frames: Frames) -> None:
    target = published.parent / "again.duckdb"
    staging = published.parent.parent / "staging.duckdb"
    at = datetime(2025, 7, 1, 8, tzinfo=UTC)
    manifest = publish(staging, frames[VALIDATION_RESULTS.name], target, at=at, by="an")
    with duckdb.connect(str(published), read_only=True) as connection:
        assert dict(connection.execute("SELECT key, value FROM manifest").fetchall()) == manifest
