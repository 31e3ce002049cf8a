"""Officers answer cases in a workbook: from the command line out, back, into the next run, and to another machine."""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.clerical.log import clerical_log
from pipelines.clerical.measuring import measured
from pipelines.warehouse.reading import open_warehouse
from tests.clerical.conftest import SampleBook
from tests.review.conftest import Book

CODE = "10231"
SHEET = "Công dân"


@pytest.fixture(scope="module")
def data(sample_run, tmp_path_factory):
    return shutil.copytree(sample_run.data, tmp_path_factory.mktemp("review") / "data")


@pytest.fixture(scope="module")
def review(in_process, data):
    """Calls `hopnhat review …` on the data folder."""

    def call(what, *arguments, data=data):
        return in_process("review", what, *arguments, "--new-commune", CODE, data=data)

    return call


@pytest.fixture(scope="module")
def asked(review, data):
    path = data.parent / "asked.xlsx"
    outcome = review("export", path)
    assert outcome.status == 0, outcome.err
    return path


def cases(data: Path, where: str = "status = 'open'") -> dict[str, list[str]]:
    with duckdb.connect(str(data / "published" / "trial" / f"{CODE}.duckdb"), read_only=True) as connection:
        found = connection.execute(
            f"SELECT case_id, record_ids FROM review_queue WHERE dataset = 'citizens' AND {where} ORDER BY priority"
        )
        return dict(found.fetchall())


@pytest.fixture(scope="module")
def sampled(review, data):
    """Twelve pairs of a sample were looked at, by somebody who found the machine right in each."""
    path = data.parent / "sample.xlsx"
    assert review("sample", path).status == 0
    (draw,) = clerical_log(data, CODE).draws().values()
    book = SampleBook.read(path).signed("Lê Lan")
    for number, pair in enumerate(draw.pairs[:12], start=1):
        book.say(number, "Là một" if pair.machine == "same" else "Khác nhau")
    taken = review("import", book.save(data.parent / "looked_at.xlsx"))
    assert "Đã nhận 12 câu trả lời phúc tra; 0 câu trái với máy" in taken.out
    return draw


@pytest.fixture(scope="module")
def answered(review, data, asked, sampled, in_process):
    """The first case about a link is one person, the second is two; the run that follows, and what stood before."""
    before = cases(data, "reason = 'link_in_review' AND len(record_ids) = 2")
    same, different = list(before)[:2]
    book = Book.read(asked).signed("Phạm Thị Thu")
    book.answer(same, "Cùng một người").answer(different, "Khác người", note="hai anh em")
    taken = review("import", book.save(data.parent / "answered.xlsx"))
    assert taken.status == 0, taken.err
    assert "Đã nhận 2 quyết định" in taken.out
    again = in_process("run", "--new-commune", CODE, data=data)
    return again, before[same], before[different], len(cases(data))


def people(outcome, rows):
    listed = ", ".join(f"'{row}'" for row in rows)
    return len(outcome.query(CODE, f"SELECT DISTINCT citizen_id FROM citizen_sources WHERE record_id IN ({listed})"))


def test_answers_take_effect_in_the_next_run_and_are_not_asked_again(answered, data):
    outcome, same, different, _ = answered
    assert outcome.status == 0, outcome.err
    assert people(outcome, same) == 1
    assert people(outcome, different) == 2
    asked_now = [frozenset(rows) for rows in cases(data).values()]
    assert not any(rows >= set(same) or rows >= set(different) for rows in asked_now)
    told = outcome.query(CODE, 'SELECT kind, "by", reason FROM decisions ORDER BY kind')
    assert told == [("different", "Phạm Thị Thu", "hai anh em"), ("same", "Phạm Thị Thu", "")]


def test_the_merger_is_told_with_its_cause(answered):
    outcome, *_ = answered
    assert outcome.query(CODE, "SELECT DISTINCT cause FROM changes WHERE kind = 'merged'") == [("decision",)]
    links = outcome.query(CODE, "SELECT count(*) FROM links WHERE decision = 'officer'")
    assert links[0][0] >= 2


def test_answers_of_a_sample_stand_in_the_next_publication_with_all_that_measuring_needs(answered, sampled):
    outcome, *_ = answered
    with open_warehouse(outcome.published(CODE)) as connection:
        found = measured(connection)["citizens"]
    assert found.overall.precision.low < 0.99 < found.overall.precision.value
    assert found.overall.merged_pairs == sum(
        (pair.dataset, pair.kind) == ("citizens", "merged") for pair in sampled.frame
    )
    assert (found.answered, found.people, found.version) == (12, 1, "trial-1")
    assert not found.is_this_publication  # two cases were decided since
    assert found.is_this_model


def test_the_same_workbook_again_takes_nothing(review, data, answered):
    again = review("import", data.parent / "answered.xlsx")
    assert again.status == 0
    assert "Đã nhận 0 quyết định (2 quyết định đã có từ trước)" in again.out


def test_a_contradiction_is_refused_whole_and_names_both(review, data, asked, answered):
    _, same, *_ = answered
    book = Book.read(asked).signed("Người khác")
    book.decide("Các mã này là khác nhau", " ".join(same))
    refused = review("import", book.save(data.parent / "against.xlsx"))
    assert refused.status == 2
    sentences = refused.sentences()
    assert len(sentences) == 2
    assert "Trang «Quyết định khác», dòng" in sentences[0]
    assert "Phạm Thị Thu" in sentences[0]
    assert "hopnhat review revoke QD-" in sentences[0]
    assert "Traceback" not in refused.output


def test_decisions_are_listed_saved_replayed_elsewhere_and_revoked(review, data, answered, tmp_path):
    listed = review("list")
    ids = [line.split("\t")[0] for line in listed.out.splitlines()]
    assert len(ids) == 2
    assert review("save", tmp_path / "all.jsonl").status == 0
    assert (tmp_path / "all.jsonl").stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elsewhere"
    for _ in range(2):
        assert review("replay", tmp_path / "all.jsonl", data=elsewhere).status == 0
    assert review("list", data=elsewhere).out == listed.out
    revoked = review("revoke", ids[0], "--by", "Lê Thị Hòa", "--reason", "nhầm dòng", data=elsewhere)
    assert revoked.status == 0
    assert len(review("list", data=elsewhere).out.splitlines()) == 1
    assert review("revoke", ids[0], data=elsewhere).status == 2


def test_decisions_of_another_commune_are_not_taken(review, data, answered, tmp_path):
    (log,) = (data / "decisions" / CODE).glob("*.jsonl")
    foreign = log.read_text(encoding="utf-8")
    for rows in answered[1:3]:
        for row in rows:
            foreign = foreign.replace(row, row[::-1])
    (tmp_path / "foreign.jsonl").write_text(foreign, encoding="utf-8")
    refused = review("replay", tmp_path / "foreign.jsonl")
    assert refused.status == 2
    assert "xã khác" in refused.err


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [("none.xlsx", None, "Không có tệp"), ("notes.xlsx", b"not a workbook", "không phải sổ")],
)
def test_what_is_no_workbook_is_told_in_a_sentence(review, tmp_path, name, content, why):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    refused = review("import", tmp_path / name)
    assert refused.status == 2
    assert why in refused.err
    assert "Traceback" not in refused.output


def test_an_answered_workbook_is_never_written_over(review, asked):
    before = asked.read_bytes()
    assert review("export", asked).status == 2
    assert asked.read_bytes() == before


def test_nothing_published_nothing_to_review(review, tmp_path):
    refused = review("export", tmp_path / "a.xlsx", data=tmp_path / "empty")
    assert refused.status == 2
    assert "hopnhat run" in refused.err
