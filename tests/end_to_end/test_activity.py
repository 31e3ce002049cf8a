"""Every command that acts stands in the activity log once, and so does a run from Dagster's pages."""

from collections import Counter

from pipelines.activity.acts import Act, acts_of
from pipelines.activity.log import ActivityLog

ACTIONS = {
    "run": "run",
    "pages": "run",
    "promote": "promote",
    "rollback": "rollback",
    "rollback unknown": "rollback",
    "verify": "verify",
    "review export": "review-export",
    "review export again": "review-export",
    "review sample": "review-sample",
    "review import": "review-import",
    "review import unclear": "review-import",
    "sample import": "review-import",
    "sample import unclear": "review-import",
    "review save": "review-save",
    "review replay": "review-replay",
    "review revoke": "review-revoke",
    "review revoke unknown": "review-revoke",
    **{f"{kind} {what}": "export" for kind in ("plan515", "sheet-map", "masked") for what in ("xlsx", "csv", "again")},
    "key rotate": "key-rotate",
    "purge dry": "purge",
    "purge": "purge",
    "across": "across",
}
"""What the commands of `whole_life` are on record as; those that only show, or work elsewhere, are not."""
STATES = {0: "done", 1: "refused", 2: "refused", 3: "failed"}


def _acts(lived) -> list[Act]:
    record = ActivityLog(lived.data).read()
    assert record.whole and record.torn == ()
    return acts_of(record.lines)


def test_every_act_is_on_record_once_with_how_it_ended(lived):
    expected = Counter((ACTIONS[name], STATES[status]) for name, status in lived.ended.items() if name in ACTIONS)
    told = Counter((act.action, act.state) for act in _acts(lived) if act.action != "publish")
    assert told == expected
    assert expected[("run", "done")] == 2 and expected[("export", "refused")] == 3


def test_every_publication_names_its_version_and_run(lived):
    acts = _acts(lived)
    published = [act for act in acts if act.action == "publish"]
    runs = [act.facts["run"] for act in acts if act.action == "run"]
    assert [act.facts["run"] for act in published] == runs
    assert next(act.facts["version"] for act in published) == "trial-1"
    assert {act.commune for act in acts if act.action != "key-rotate"} == {"10231", ""}


def test_an_export_names_its_file_without_its_folder_and_counts_its_rows(lived):
    files = [act.facts["file"] for act in _acts(lived) if act.action == "export" and act.state == "done"]
    assert sorted(files) == sorted(
        f"{kind}.{end}" for kind in ("plan515", "sheet-map", "masked") for end in ("xlsx", "csv")
    )
    assert all(int(act.facts["rows"]) > 0 for act in _acts(lived) if act.action == "export" and act.state == "done")


def test_the_command_tells_the_log_newest_first_and_that_it_is_whole(lived):
    said = lived.said("activity")
    assert lived.ended["activity"] == 0
    rows = [line.split("\t") for line in said.splitlines() if "\t" in line]
    assert [row[2] for row in (rows[1], rows[-1])] == ["đối sánh liên xã", "chạy hợp nhất"]
    assert "Nhật ký nguyên vẹn" in said


def test_the_page_stands_in_the_audit_site(lived):
    page = (lived.data / "reports" / "activity.html").read_text(encoding="utf-8")
    assert page.count("<tr data-commune") == len(_acts(lived))
    assert 'href="activity.html"' in (lived.data / "reports" / "index.html").read_text(encoding="utf-8")


def test_a_run_that_is_refused_before_it_begins_is_on_record(in_process, tmp_path):
    words = ("run", "--new-commune", "10231", "--purpose", "đợt 2")
    assert in_process(*words, data=tmp_path / "none").status == 2
    assert not (tmp_path / "none").exists()
    (tmp_path / "data").mkdir()
    assert in_process(*words, data=tmp_path / "data").status == 2
    (act,) = acts_of(ActivityLog(tmp_path / "data").read().lines)
    assert (act.action, act.state, act.commune, act.purpose) == ("run", "refused", "10231", "đợt 2")


def test_a_hash_that_was_noted_stands_in_the_log_or_not(in_process, lived):
    last = ActivityLog(lived.data).read().last
    assert in_process("activity", "--noted", last, data=lived.data).status == 0
    outcome = in_process("activity", "--noted", "0" * 64, data=lived.data)
    assert outcome.status == 1
    assert "không còn trong nhật ký" in outcome.err
