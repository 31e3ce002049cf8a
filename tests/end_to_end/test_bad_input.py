"""What the command says of input that it cannot use, and what it leaves alone then."""

import shutil

import duckdb
import pytest

CODE = "10231"


def _refused(outcome, *words):
    """Status 2 and one sentence with these words, and no traceback."""
    assert outcome.status == 2, outcome.output
    assert "Traceback" not in outcome.output
    (sentence,) = outcome.sentences()
    for word in words:
        assert word in sentence


@pytest.fixture
def untouched(data, content_of):
    """Checks that what was published before stands there byte for byte, and nothing else."""
    before = content_of(data / "published")
    assert before
    return lambda: content_of(data / "published") == before


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("99999", ["99999"]),
        ("10207", ["10207", "10210 Hồng Vân"]),  # an old code: the sentence names the new commune
        ("11948", ["11948", "Bạch Long Vĩ"]),  # a special zone that was made from no old commune
        ("1023", ["1023"]),
        ("", ["mã"]),
    ],
)
def test_code_that_cannot_be_run(in_process, data, small_exports, untouched, code, words):
    refused = in_process("run", "--new-commune", code, "--exports", small_exports, data=data)
    _refused(refused, *words)
    assert len(refused.err.splitlines()) == 1
    assert refused.out == ""
    assert untouched()
    assert not (data / "ledger").exists()


def test_missing_exports_folder(hopnhat, data, untouched):
    refused = hopnhat("run", "--new-commune", CODE, "--exports", "nowhere", cwd=data.parent)
    _refused(refused, "nowhere")
    assert untouched()


def test_missing_exports_folder_for_all(in_process, data, untouched):
    refused = in_process("run", "--new-commune", "all", "--exports", "nowhere", data=data)
    _refused(refused, "nowhere")
    assert untouched()


@pytest.mark.parametrize("codes", [[CODE], ["all"]])
def test_empty_exports_folder(in_process, data, untouched, codes):
    (data / "exports").mkdir()
    refused = in_process("run", "--new-commune", *codes, data=data)
    _refused(refused, "exports")
    assert untouched()


def test_exports_that_is_a_file(in_process, data, untouched):
    (data / "exports").write_text("ho_ten")
    _refused(in_process("run", "--new-commune", CODE, data=data), "exports")
    assert untouched()


def test_data_folder_that_is_a_file(in_process, small_exports, tmp_path):
    """Nobody foresaw it, and still there is one sentence and no traceback."""
    (tmp_path / "data").write_text("")
    failed = in_process("run", "--new-commune", CODE, "--exports", small_exports, data=tmp_path / "data")
    assert failed.status == 3
    assert "Traceback" not in failed.output
    assert len(failed.sentences()) == 1


def test_wrong_usage(hopnhat, tmp_path):
    wrong = hopnhat("run", "--new-commune", CODE, "--mode", "final", cwd=tmp_path)
    assert wrong.status == 2
    assert "Traceback" not in wrong.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["run"], ["verify"], ["sample", "--new-commune", CODE]])
def test_what_is_no_whole_command_is_wrong_usage(arguments, monkeypatch, tmp_path):
    from assets.command_line import main

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_sample_refuses_to_write_over_exports(hopnhat, tmp_path):
    (tmp_path / "made" / "exports").mkdir(parents=True)
    refused = hopnhat("sample", "--new-commune", CODE, "made", cwd=tmp_path)
    _refused(refused, "made/exports")


def test_no_header_is_understood(in_process, data, untouched):
    folder = data / "exports" / "10231-nguyen-trai"
    folder.mkdir(parents=True)
    (folder / "la.csv").write_text("cot_a,cot_b\n1,2\n")
    (folder / "trong.csv").write_text("")
    refused = in_process("run", "--new-commune", CODE, data=data)
    _refused(refused, "10231-nguyen-trai/la.csv", "ho_ten")
    assert untouched()
    assert not (data / "ledger").exists()


@pytest.fixture(scope="module")
def with_gaps(in_process, small_exports, tmp_path_factory):
    """A run on exports of which one file is not understood, one is empty, and one commune's are missing."""
    data = tmp_path_factory.mktemp("gaps") / "data"
    exports = shutil.copytree(small_exports, data / "exports")
    (gone,) = exports.glob("10255-*")
    shutil.rmtree(gone)
    (folder,) = exports.glob("10234-*")
    (folder / "la.csv").write_text("cot_a,cot_b\n1,2\n3,4\n")
    (folder / "trong.csv").write_text("")
    return in_process("run", "--new-commune", CODE, data=data)


@pytest.mark.parametrize(
    ("warning", "name"),
    [
        ("không đủ cột bắt buộc", "10234-quat-dong/la.csv"),
        ("trong.csv» trống", "10234-quat-dong/trong.csv"),
        ("không có tệp dữ liệu nào", "Nghiêm Xuyên (10255)"),
    ],
)
def test_run_goes_on_with_what_can_be_read_and_warns(with_gaps, warning, name):
    assert with_gaps.status == 0, with_gaps.err
    page = with_gaps.report(CODE)
    for text in (page, with_gaps.err):
        (line,) = [line for line in text.splitlines() if warning in line and name in line]
        assert "Traceback" not in line


def test_lines_of_a_file_that_is_not_understood_stand_in_quarantine(with_gaps):
    rows = with_gaps.query(
        CODE, "SELECT source_line, reason_code, raw_bytes FROM quarantine WHERE source_file LIKE '%la.csv' ORDER BY 1"
    )
    assert [(line, code, bytes(raw)) for line, code, raw in rows] == [
        (1, "header_not_understood", b"cot_a,cot_b"),
        (2, "header_not_understood", b"1,2"),
        (3, "header_not_understood", b"3,4"),
    ]


def test_one_bad_commune_does_not_stop_the_good_one(in_process, small_exports, tmp_path):
    """The worst status is returned, whichever comes first."""
    outcome = in_process(
        *("run", "--new-commune", "99999", "--new-commune", CODE, "--new-commune", "10210"),
        *("--exports", small_exports),
        data=tmp_path / "data",
    )
    assert outcome.status == 2
    assert "Traceback" not in outcome.output
    assert outcome.published(CODE).is_file()
    assert outcome.out.startswith("Đã công bố xã Thượng Phúc")
    unknown, nothing_to_read = outcome.sentences()
    assert "99999" in unknown
    assert str(small_exports) in nothing_to_read


@pytest.fixture(scope="module", params=["10003", pytest.param("09988", marks=pytest.mark.long)])
def split(request, hopnhat, in_process, tmp_path_factory):
    """A run without rules for a commune that took parts of old ones: 10003 whole ones too, 09988 parts alone."""
    cwd = tmp_path_factory.mktemp(f"split_{request.param}")
    arguments = f"sample --new-commune {request.param} --people 150 --parcels 100 --seed 4 data".split()
    assert hopnhat(*arguments, cwd=cwd).status == 0
    shutil.rmtree(cwd / "data" / "reference", ignore_errors=True)
    return request.param, in_process("run", "--new-commune", request.param, data=cwd / "data")


def test_rows_of_a_split_commune_stay_unplaced(split):
    code, outcome = split
    assert outcome.status == 0, outcome.err
    assert "Traceback" not in outcome.output
    placed, unplaced, elsewhere, loaded = outcome.query(
        code, "SELECT sum(placed), sum(unplaced), sum(elsewhere), sum(loaded) FROM row_balance"
    )[0]
    assert loaded == placed + unplaced + elsewhere
    assert loaded >= 250
    assert unplaced > 0
    assert (placed > 0) == (elsewhere > 0) == (code == "10003")
    assert outcome.query(code, "SELECT count(*), count(DISTINCT record_id) FROM unplaced") == [(unplaced, unplaced)]
    in_sources = outcome.query(
        code, "SELECT (SELECT count(*) FROM citizen_sources) + (SELECT count(*) FROM parcel_sources)"
    )
    assert in_sources == [(placed,)]


def test_unplaced_rows_say_where_they_stand_and_why(split):
    code, outcome = split
    empty = outcome.query(
        code, "SELECT * FROM unplaced WHERE coalesce(reason, '') = '' OR source_line < 2 OR cardinality(raw) = 0"
    )
    assert empty == []
    whole = ("09970", "09973", "09997", "10003")
    assert not {row[0] for row in outcome.query(code, "SELECT DISTINCT old_commune_code FROM unplaced")} & (
        set(whole) if code == "10003" else set()
    )


def test_published_file_opens_after_a_run_of_nothing_placed(split):
    code, outcome = split
    with duckdb.connect(str(outcome.published(code)), read_only=True) as connection:
        assert (
            connection.execute("SELECT count(*) FROM cong_dan").fetchone()[0]
            == outcome.query(code, "SELECT count(*) FROM citizen_sources WHERE outcome = 'kept'")[0][0]
        )
