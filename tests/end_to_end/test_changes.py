"""Files that come late, are corrected or are missing: what the next publication tells of it, and when it is refused.

The runs build on each other: four communes, the fifth one's late files, a corrected row, one commune's files gone.
"""

import csv
import re
import shutil

import pytest

CODE = "10231"
LATE, GONE = "10255", "10249"
IDS = "SELECT citizen_id FROM citizens UNION ALL SELECT parcel_id FROM parcels"
EARLIER = "SELECT key, value FROM manifest WHERE key LIKE 'earlier.%'"
COUNTS = "SELECT dataset, kind, cause, count(*) FROM changes GROUP BY ALL ORDER BY ALL"


@pytest.fixture(scope="module")
def data(small_exports, tmp_path_factory):
    """A data folder with the files of four of the five old communes."""
    folder = tmp_path_factory.mktemp("changes") / "data"
    shutil.copytree(
        small_exports, folder / "exports", ignore=lambda *_: [p.name for p in small_exports.glob(f"{LATE}*")]
    )
    return folder


@pytest.fixture(scope="module")
def publish(in_process, data):
    """A run on the data folder; the outcome looks at a copy of what is published then."""

    def run(*options):
        outcome = in_process("run", "--new-commune", CODE, *options, data=data)
        kept = data.parent / f"after {len(list(data.parent.iterdir()))}"
        for name in ("published", "reports"):
            shutil.copytree(data / name, kept / name)
        return type(outcome)(outcome.status, outcome.out, outcome.err, kept)

    return run


@pytest.fixture(scope="module")
def four(publish):
    return publish()


@pytest.fixture(scope="module")
def five(publish, four, data, small_exports):
    """The fifth commune's files have come."""
    (folder,) = small_exports.glob(f"{LATE}*")
    shutil.copytree(folder, data / "exports" / folder.name)
    return publish()


@pytest.fixture(scope="module")
def corrected(publish, five, data):
    """A telephone number was put right in the only row of a person; the outcome and that person's id."""
    ((citizen, file, line),) = five.query(
        CODE,
        "SELECT citizen_id, source_file, source_row FROM citizens JOIN citizen_sources USING (citizen_id)"
        " WHERE source_row_count = 1 AND personal_id_status = 'trusted' AND source_file LIKE '%.csv'"
        " ORDER BY citizen_id LIMIT 1",
    )
    path = data / "exports" / file
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    rows[line - 1][header.index("so_dien_thoai")] = "0912000111"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return publish(), citizen


@pytest.fixture(scope="module")
def missing(publish, corrected, data):
    """All files of an old commune are gone."""
    (folder,) = (data / "exports").glob(f"{GONE}*")
    shutil.move(folder, data / folder.name)
    return publish()


@pytest.fixture(scope="module")
def accepted(publish, missing):
    """The same, and the officer says that it is so."""
    return publish("--churn-limit", "0.6")


def changes(outcome):
    return outcome.query(CODE, COUNTS)


def test_a_first_publication_has_nothing_to_compare(four):
    assert four.status == 0, four.err
    assert changes(four) == []
    assert four.query(CODE, EARLIER) == []
    assert "chưa có gì để so sánh" in four.report(CODE, page="changes")


def test_late_files_of_a_fifth_commune_are_no_churn_and_every_id_stays(four, five):
    assert five.status == 0, five.err
    later = {of for (of,) in five.query(CODE, IDS)}
    merged = dict(five.query(CODE, "SELECT old_entity_id, new_entity_id FROM id_history WHERE kind = 'merged_into'"))
    assert all(of in later or merged.get(of) in later for (of,) in four.query(CODE, IDS))
    found = changes(five)
    assert {("citizens", "new", "rows_arrived"), ("parcels", "new", "rows_arrived")} <= {row[:3] for row in found}
    assert not {kind for _, kind, _, _ in found} & {"withdrawn", "split"}
    told = dict(five.query(CODE, EARLIER))
    assert told["earlier.run_id"] == dict(four.query(CODE, "SELECT key, value FROM manifest"))["run_id"]
    assert [(int(told["earlier.citizens"]),)] == four.query(CODE, "SELECT count(*) FROM citizens")


def test_a_corrected_row_is_one_change_of_one_person(corrected):
    outcome, citizen = corrected
    assert outcome.status == 0, outcome.err
    found = outcome.query(
        CODE, "SELECT * EXCLUDE (dataset, old_commune_code) FROM changes WHERE cause = 'rows_corrected'"
    )
    assert found == [(citizen, citizen, "changed", "rows_corrected", ["phone"], 1, 1)]
    assert {(kind, cause) for _, kind, cause, _ in changes(outcome)} <= {
        ("changed", "rows_corrected"),
        ("changed", "other_entities"),
    }


def test_missing_files_of_a_commune_are_refused_by_the_rule_that_says_how_to_go_on(missing, corrected):
    assert missing.status == 1, missing.err
    (sentence,) = missing.sentences()
    assert re.search(r"identity\.churn_within_limit \(\d+ trường hợp\)", sentence)
    assert "--churn-limit" in sentence
    assert missing.published(CODE).read_bytes() == corrected[0].published(CODE).read_bytes()
    assert "Từ chối công bố" in missing.report(CODE)
    assert "✗ vượt giới hạn" in missing.report(CODE, page="changes")


@pytest.mark.long
def test_a_raised_limit_lets_one_publication_pass_and_names_what_is_withdrawn(accepted, corrected):
    assert accepted.status == 0, accepted.err
    before = "SELECT {id} FROM {table} GROUP BY 1 HAVING bool_and(starts_with(source_file, '{code}'))"
    for dataset, key in (("citizens", "citizen_id"), ("parcels", "parcel_id")):
        only_there = corrected[0].query(CODE, before.format(id=key, table=f"{dataset[:-1]}_sources", code=GONE))
        withdrawn = accepted.query(
            CODE,
            f"SELECT earlier_entity_id FROM changes WHERE dataset = '{dataset}' AND kind = 'withdrawn'"
            " AND cause = 'rows_withdrawn' AND entity_id IS NULL",
        )
        assert sorted(withdrawn) == sorted(only_there) != []
    assert dict(accepted.query(CODE, "SELECT key, value FROM manifest"))["settings.publication"].startswith(
        '{"churn_limit":0.6'
    )


@pytest.mark.long
def test_the_next_run_is_as_strict_as_ever_and_tells_nothing_new(accepted, publish):
    again = publish()
    assert again.status == 0, again.err
    assert changes(again) == []
    assert "Không có thay đổi nào" in again.report(CODE, page="changes")


@pytest.mark.parametrize("share", ["1.5", "-0.1", "nan", "nhiều"])
def test_a_limit_that_is_no_share_is_wrong_usage(in_process, tmp_path, share):
    with pytest.raises(SystemExit) as ended:
        in_process("run", "--new-commune", CODE, f"--churn-limit={share}", data=tmp_path)
    assert ended.value.code == 2
