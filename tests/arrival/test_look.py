"""Files in the drop folder: which are whole, what is judged of them, where they go; and that none is ever lost."""

import os
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.arrival import taking
from pipelines.arrival.receipts import later_than, newest
from pipelines.problems import UnusableInput
from tests.examples import SOME

from .conftest import LAND, PEOPLE, Office


def test_what_settled_is_taken_and_told(office):
    office.drop("10231-nguyen-trai/cong_dan.csv")
    office.drop("10231-nguyen-trai/sau/thua_dat.csv", LAND)
    assert office.look().copying == 2
    receipt = office.look().receipt
    assert receipt.id == "TN-20261130-0001"
    assert [(file.outcome, file.place) for file in receipt.files] == [
        ("accepted", "exports/10231-nguyen-trai/cong_dan.csv"),
        ("accepted", "exports/10231-nguyen-trai/sau/thua_dat.csv"),
    ]
    assert [(table.dataset, table.loaded, table.quarantined) for file in receipt.files for table in file.tables] == [
        ("citizens", 2, 0),
        ("parcels", 2, 0),
    ]
    assert receipt.inputs.keys() == {"10231"}
    assert {*office.files()} == {file.place for file in receipt.files}
    assert [path.stat().st_mode & 0o777 for path in office.exports.rglob("*.csv")] == [0o600, 0o600]
    assert newest(office.data, 5) == later_than(office.data, "") == [receipt]


def test_looking_again_changes_nothing(office):
    office.drop("10231/cong_dan.csv")
    office.drop("10231/la.csv", "ten gi do\nx\n")
    office.receive()
    before = office.files()
    for _ in range(2):
        found = office.look()
        assert (found.receipt, found.copying, found.left) == (None, 0, 1)
    assert office.files() == before


def test_a_file_that_grows_is_not_taken(office):
    office.drop("10231/cong_dan.csv", PEOPLE[:40])
    office.look()
    office.drop("10231/cong_dan.csv", PEOPLE)
    assert office.look() == office.look(seconds=5)
    assert office.look().receipt.files[0].tables[0].loaded == 2


@pytest.mark.parametrize("mark", ["10231/cong_dan.csv.ready", "10231/.ready", "10231/_READY", ".ready"])
def test_a_mark_says_that_a_file_is_whole(office, mark):
    office.drop("10231/cong_dan.csv")
    office.drop(mark, "")
    assert office.look().receipt.count("accepted") == 1


def test_a_mark_of_an_earlier_copy_says_nothing(office):
    mark = office.drop("10231/cong_dan.csv.ready", "")
    office.drop("10231/cong_dan.csv")
    later = office.incoming / "10231/cong_dan.csv"
    while later.stat().st_ctime_ns <= mark.stat().st_ctime_ns:
        later.touch()
    assert office.look().copying == 1


@pytest.mark.parametrize("name", ["x.csv.part", "x.csv.filepart", "x.csv.crdownload", "x.TMP"])
def test_others_of_the_commune_wait_for_what_is_being_copied(office, name):
    office.drop("10231/cong_dan.csv")
    office.drop(f"10234/{name}")
    office.drop("09616/cong_dan.csv")
    office.look()
    found = office.look()
    assert [file.old_commune for file in found.receipt.files] == ["09616"]
    assert found.copying == 1
    office.at += timedelta(hours=2)  # nobody copies any more
    assert [file.old_commune for file in office.look().receipt.files] == ["10231"]


@pytest.mark.parametrize("name", [".cong_dan.csv.Xy3", "~$so.xlsx", "Thumbs.db", ".git/x.csv"])
def test_hidden_files_are_none_of_ours(office, name):
    office.drop(f"10231/{name}")
    office.look()
    assert office.look() == office.look()
    assert (office.incoming / "10231" / name).exists()


def test_files_of_a_commune_at_work_wait(office):
    office.at_work = {"10231"}
    office.drop("10231/cong_dan.csv")
    office.look()
    found = office.look()
    assert not found.receipt
    assert "10231" in found.waiting[0]
    office.at_work = set()
    assert office.look().receipt.count("accepted") == 1


def test_a_correction_takes_the_place_and_keeps_what_was_there(office):
    office.receive_one("10231-nguyen-trai/cong_dan.csv")
    file = office.receive_one("10231/cong_dan.csv", PEOPLE + "Lê Thị Cúc,05/06/1990\n")
    assert (file.outcome, file.place) == ("corrected", "exports/10231-nguyen-trai/cong_dan.csv")
    assert (office.data / file.place).read_text().count("\n") == 4
    assert (office.data / file.kept).read_text() == PEOPLE
    assert file.kept in file.why.vi


def test_what_was_replaced_does_not_come_back_by_itself(office):
    office.receive_one("10231/cong_dan.csv")
    first = office.receive_one("10231/cong_dan.csv", PEOPLE + "Lê Thị Cúc,05/06/1990\n")
    again = office.receive_one("10231/cong_dan.csv")
    assert again.outcome == "duplicate"
    assert "TN-20261130-0002" in again.why.vi and first.place in again.why.vi
    assert (office.data / again.place).read_text() == PEOPLE


@pytest.mark.parametrize("name", ["10231/cong_dan.csv", "10234-quat-dong/khac.csv", "10231_le.csv"])
def test_an_equal_file_is_put_aside_and_told(office, name):
    office.receive_one("10231/cong_dan.csv")
    file = office.receive_one(name)
    assert file.outcome == "duplicate"
    assert "exports/10231/cong_dan.csv" in file.why.vi
    assert (office.data / file.place).read_text() == PEOPLE
    assert file.place.startswith(f"put_aside/{name[:5]}")


def test_an_archive_is_read_and_taken_as_it_is(office, zipped):
    file = office.receive_one("10231/tat_ca.zip", zipped(cong_dan=PEOPLE, thua_dat=LAND, la="x\ny\n"))
    assert file.outcome == "accepted"
    assert {table.dataset: table.loaded for table in file.tables} == {"citizens": 2, "parcels": 2, "unknown": 0}
    assert any("la.csv" in note for note in file.notes)


def test_rows_set_aside_are_counted_by_reason(office):
    file = office.receive_one("10231/cong_dan.csv", PEOPLE + "chỉ một ô\n")
    (table,) = file.tables
    assert (table.records, table.loaded, table.quarantined) == (3, 2, 1)
    assert [(one.reason, one.records, one.lines) for one in table.set_aside] == [("ragged", 1, (4,))]


def test_a_loose_file_goes_to_the_folder_of_its_commune(office):
    office.receive_one("10231-nguyen-trai/cong_dan.csv")
    assert office.receive_one("10231 bo sung.csv", LAND).place == "exports/10231-nguyen-trai/10231 bo sung.csv"
    assert office.receive_one("10234.csv", PEOPLE + "Lê Thị Cúc,05/06/1990\n").place == "exports/10234/10234.csv"


@pytest.mark.parametrize("again", ["Công dân.csv", "CÔNG DÂN.CSV"])
def test_a_name_that_reads_the_same_has_the_same_place(office, again):
    """As a Mac or Windows writes it."""
    first = office.receive_one("10231/Công dân.csv")
    second = office.receive_one(f"10231/{unicodedata.normalize('NFD', again)}", PEOPLE + "Lê Thị Cúc,05/06/1990\n")
    assert (second.outcome, second.place) == ("corrected", first.place)
    assert len(list(office.exports.rglob("*.*"))) == 1


def test_two_names_that_read_the_same_in_one_drop_are_a_file_and_its_correction(office):
    office.drop("10231/Công dân.csv")
    office.drop("10231/CÔNG dân.csv", PEOPLE + "Lê Thị Cúc,05/06/1990\n")
    outcomes = [file.outcome for _ in range(4) if (found := office.look().receipt) for file in found.files]
    assert outcomes == ["accepted", "corrected"]
    assert len(list(office.exports.rglob("*.*"))) == 1


def test_a_file_that_somebody_still_writes_is_not_whole_however_long_it_rests(office):
    path = office.drop("10231/cong_dan.csv")
    with path.open("a") as writer:
        office.look()
        assert office.look().copying == 1
        writer.write("Lê Thị Cúc,05/06/1990\n")
    office.look()
    assert office.look().receipt.files[0].tables[0].loaded == 3


def test_more_files_than_one_look_judges_are_judged_by_the_next(office, monkeypatch):
    monkeypatch.setattr("pipelines.arrival.look._MOST_FILES", 2)
    for number in range(3):
        office.drop(f"10231/{number}.csv", PEOPLE + f"Lê Thị Cúc,05/06/199{number}\n")
    office.look()
    assert [len(office.look().receipt.files) for _ in range(2)] == [2, 1]


def test_a_split_commune_concerns_all_that_take_rows_of_it(office):
    assert office.receive_one("09616-co-dong/cong_dan.csv").new_communes == ("09616", "09988")
    office.communes = {"09988"}
    assert office.receive_one("09616-co-dong/thua_dat.csv", LAND).new_communes == ("09988",)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("khong_ma/x.csv", PEOPLE, "không bắt đầu bằng mã của một xã cũ"),
        ("99999/x.csv", PEOPLE, "không bắt đầu bằng mã của một xã cũ"),
        ("x.csv", PEOPLE, "không bắt đầu bằng mã của một xã cũ"),
        ("10231/x.docx", PEOPLE, "Loại tệp này không đọc được"),
        ("10231/x.csv", "", "Tệp trống"),
        ("10231-moi/10234-quat-dong/x.csv", PEOPLE, "«10234-quat-dong» nằm trong thư mục của xã cũ 10231"),
        ("10231/x.csv", "ten gi do,khac\na,b\n", "không đủ cột bắt buộc"),
        ("10231/x.csv", PEOPLE.splitlines()[0], "không có bản ghi nào"),
        ("10231/x.xlsx", b"PK no workbook", "hỏng"),
        ("10231/x.zip", b"no archive", "hỏng"),
        ("10231/\x07.csv", PEOPLE, "ký tự không đọc được"),
    ],
)
def test_what_cannot_be_used_stays_and_is_told_why(office, name, content, words):
    path = office.drop(name, content)
    before = path.read_bytes()
    file = office.receive().files[0]
    assert file.outcome == "refused"
    assert words in file.why.vi and file.to_do and file.why.en
    assert path.read_bytes() == before
    assert not list(office.exports.rglob("*.csv"))


def test_a_name_in_no_encoding_is_told_and_stays(office):
    office.drop("10231/x.csv").rename(os.fsdecode(os.fsencode(office.incoming) + b"/10231/\xff.csv"))
    assert office.receive().count("refused") == 1


def test_a_link_is_not_followed(office, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "x.csv"
    elsewhere.write_text(PEOPLE)
    (office.incoming / "10231").mkdir(parents=True)
    (office.incoming / "10231/x.csv").symlink_to(elsewhere)
    (office.incoming / "10234").symlink_to(elsewhere.parent)
    assert office.receive().count("refused") == 2


def test_nothing_is_put_where_a_folder_or_a_link_is(office, tmp_path_factory):
    (office.exports / "10231/x.csv").mkdir(parents=True)
    (office.exports / "10231/sau").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    office.drop("10231/x.csv")
    office.drop("10231/sau/y.csv")
    assert [file.outcome for file in office.receive().files] == ["refused", "refused"]


def test_what_is_refused_is_looked_at_again_when_it_changes(office):
    office.drop("10231/cong_dan.csv", "ho_va_ten_khai_sinh_x,sinh_x\nAn,1970\n")
    assert office.receive().count("refused") == 1
    aliases = office.data / "reference/header_aliases.csv"
    aliases.parent.mkdir()
    aliases.write_text("old_code,header,column\n,ho_va_ten_khai_sinh_x,ho_ten\n,sinh_x,ngay_sinh\n")
    assert office.look().receipt.count("accepted") == 1


def test_commune_of_another_province_is_not_taken_here(office):
    office.communes = {"09988"}
    file = office.receive_one("10231/cong_dan.csv")
    assert "Thượng Phúc (10231)" in file.why.vi


def test_damaged_receipt_is_named(office):
    office.receive_one("10231/cong_dan.csv")
    (office.data / "receipts/TN-20261130-0001.json").write_text("{")
    with pytest.raises(UnusableInput, match="TN-20261130-0001"):
        newest(office.data, 3)
    (office.data / "receipts/TN-20261130-0001.json").unlink()
    office.drop("10234/cong_dan.csv", LAND)
    assert office.receive().id == "TN-20261130-0002"


def test_receipts_go_on_in_order_when_the_clock_is_set_back(office):
    office.receive_one("10231/cong_dan.csv")
    office.at -= timedelta(days=3)
    office.receive_one("10234/cong_dan.csv", PEOPLE + "Lê Thị Cúc,05/06/1990\n")
    assert [one.id for one in newest(office.data, 9)] == ["TN-20261130-0002", "TN-20261130-0001"]


class _Killed(BaseException):
    """The process is gone at this moment."""


@pytest.mark.parametrize("step", ["_make_folders", "place_copy", "_move", "_drop_empty", "sync"])
@pytest.mark.parametrize("after", [0, 1])
def test_a_crash_while_files_are_moved_loses_none(office, monkeypatch, step, after):
    """The next look carries out what was said, and the receipt tells of all of it."""
    office.receive_one("10231/cong_dan.csv")
    corrected = PEOPLE + "Lê Thị Cúc,05/06/1990\n"
    office.drop("10231/cong_dan.csv", corrected)
    office.drop("10231/thua_dat.csv", LAND)
    office.look()
    real = getattr(taking, step)

    def killed(*arguments):
        if after:
            real(*arguments)
        raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(taking, step, killed)
        with pytest.raises(_Killed):
            office.look()
    assert {PEOPLE, corrected, LAND} <= {content.decode() for content in office.files().values()}
    receipt = office.look().receipt
    assert [file.outcome for file in receipt.files] == ["corrected", "accepted"]
    assert (office.data / receipt.files[0].kept).read_text() == PEOPLE
    assert {path.name: path.read_text() for path in office.exports.rglob("*.csv")} == {
        "cong_dan.csv": corrected,
        "thua_dat.csv": LAND,
    }
    assert office.look().receipt is None


_CONTENTS = [PEOPLE, PEOPLE + "Lê Thị Cúc,05/06/1990\n", LAND, "", "x,y\n1,2\n"]
_drops = st.tuples(
    st.sampled_from(["10231", "10231-nguyen-trai", "10234", "khong_ma", "."]),
    st.sampled_from(["a.csv", "b.csv", "10231.csv", "a.csv.part", "a.docx"]),
    st.sampled_from(range(len(_CONTENTS))),
)


@SOME
@given(st.lists(st.one_of(_drops, st.sampled_from([1, 11, 4000])), max_size=14))
def test_no_byte_is_lost_whatever_is_dropped_and_whenever_it_is_looked(tmp_path_factory, events):
    office = Office(tmp_path_factory.mktemp("data"))
    dropped: set[bytes] = set()
    for event in events:
        if isinstance(event, int):
            office.look(seconds=event)
        else:
            folder, name, which = event
            path = office.incoming / folder / name
            before = path.read_bytes() if path.is_file() else None
            office.drop(f"{folder}/{name}", _CONTENTS[which])
            dropped.add(_CONTENTS[which].encode())
            if before is not None and before not in office.files().values():  # who drops it writes over it
                dropped.discard(before)
        assert dropped <= {*office.files().values()}
    office.look()
    office.at += timedelta(hours=2)
    while office.look().receipt:  # of equal files, one after the other
        pass
    lasting = office.files()
    assert dropped <= {*lasting.values()}
    receipts = later_than(office.data, "")
    assert office.look().receipt is None
    assert (office.files(), later_than(office.data, "")) == (lasting, receipts)
    assert {name.split("/")[0] for name in lasting} <= {"incoming", "exports", "replaced", "put_aside"}
