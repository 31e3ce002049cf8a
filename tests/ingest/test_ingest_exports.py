"""A folder of exports, read: what is loaded, what is kept apart, and what the officer is told."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.communes import MergerMap
from pipelines.ingest import Exports, read_exports
from pipelines.problems import UnusableInput
from tests.examples import FEW, SOME

COMMUNE = MergerMap.shipped().new_commune("10231")
GOOD = "ho_ten,ngay_sinh,thon\nNguyễn Văn A,17/05/1990,Đông\nTrần Thị B,1991,Đoài\n".encode()
LAND = b"so_to,so_thua\n1,2\n"

Write = Callable[[dict[str, bytes]], Path]


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def read(files: dict[str, bytes]) -> Exports:
    with TemporaryDirectory() as folder:
        return read_exports(lay(Path(folder), files), COMMUNE)


def as_csv(*rows: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def assert_balanced(exports: Exports) -> None:
    for file in exports.files.iter_rows(named=True):
        parts = ("title_lines", "header_lines", "blank_lines", "total_lines", "record_lines")
        assert file["physical_lines"] == sum(file[part] for part in parts), file
        assert file["records"] == file["loaded"] + file["quarantined"], file
        name = file["source_file"]
        loaded = sum(rows.filter(source_file=name).height for rows in (exports.citizens, exports.parcels))
        assert file["loaded"] == loaded
        assert file["quarantined"] == exports.quarantine.filter(source_file=name).height
    ids = pl.concat([frame["record_id"] for frame in (exports.citizens, exports.parcels, exports.quarantine)])
    assert ids.is_unique().all()


_LINES = st.sampled_from(
    [
        b"A,1990,x",
        b"B,1991,y",
        b"A,1990,x",
        b'"C\nD",1992,z',
        b"",
        b",,",
        b"\r",
        b"one",
        b'"open,1,2',
        b"\0,1,2",
        b"\xff,1,2",
    ]
)
_HEADERS = st.sampled_from(
    [b"ho_ten,ngay_sinh,x", b"Ho Ten,NGAY SINH,", b"p,q,r", b'"open,q', b"so_to,so_thua,x", b"\xff"]
)


@given(st.lists(st.tuples(_HEADERS, st.lists(_LINES, max_size=8), st.booleans()), min_size=1, max_size=4))
@SOME
def test_every_line_of_every_file_is_accounted_for(files: list[tuple[bytes, list[bytes], bool]]) -> None:
    laid = {"10234/good.csv": GOOD}
    for number, (header, lines, ends) in enumerate(files):
        laid[f"10231/{number}.csv"] = b"\n".join([header, *lines]) + b"\n" * ends
    exports = read(laid)
    assert_balanced(exports)
    assert exports.files.height == len(laid)
    assert exports.citizens.filter(old_commune_code="10234").height == 2
    for row in exports.quarantine.iter_rows(named=True):
        physical = laid[row["source_file"]].split(b"\n")
        assert physical[row["source_line"] - 1] == row["raw_bytes"]
        assert row["reason"]


def test_loaded_rows_carry_text_and_the_place_where_they_stand() -> None:
    exports = read({"10231-xa Nguyen Trai/sub/dan.csv": b"\xef\xbb\xbf" + GOOD, "10234/dat.csv": LAND})
    first = exports.citizens.row(0, named=True)
    assert (first["ho_ten"], first["ngay_sinh"], first["thon"]) == ("Nguyễn Văn A", "17/05/1990", "Đông")
    assert (first["source_file"], first["source_line"]) == ("10231-xa Nguyen Trai/sub/dan.csv", 2)
    assert (first["source_row"], first["old_commune_code"], first["so_cmnd"]) == (1, "10231", None)
    assert first["raw"] == [
        {"key": "ho_ten", "value": "Nguyễn Văn A"},
        {"key": "ngay_sinh", "value": "17/05/1990"},
        {"key": "thon", "value": "Đông"},
    ]
    assert exports.parcels.select("so_to", "so_thua", "old_commune_code").row(0) == ("1", "2", "10234")


def test_one_bad_line_costs_only_itself() -> None:
    exports = read({"10231/a.csv": GOOD + b'"open,1\n' + b"ragged\n" + b"\xffC,1990,z\n" + b"D,1990,z\n"})
    assert exports.citizens["ho_ten"].to_list() == ["Nguyễn Văn A", "Trần Thị B", "ÿC", "D"]
    kept = exports.quarantine.sort("source_line").select("source_line", "reason_code", "raw_bytes").rows()
    assert kept == [
        (4, "unterminated_quote", b'"open,1'),
        (5, "ragged", b"ragged"),
    ]
    assert_balanced(exports)


@pytest.mark.parametrize("second", ["10231/b.csv", "10234/b.csv", "10231-x/a.csv"])
def test_byte_equal_files_are_loaded_once(second: str) -> None:
    exports = read({"10231/a.csv": GOOD, second: GOOD})
    assert exports.citizens.height == 2
    files = {file["source_file"]: file for file in exports.files.iter_rows(named=True)}
    assert files["10231/a.csv"]["duplicate_of"] is None
    assert files[second]["duplicate_of"] == "10231/a.csv"
    assert (files[second]["dataset"], files[second]["physical_lines"]) == ("citizens", 0)
    assert any(second in warning and "10231/a.csv" in warning for warning in exports.warnings)
    assert_balanced(exports)


def test_a_repeated_file_without_a_header_is_quarantined_once() -> None:
    exports = read({"10231/a.csv": b"p\n1\n", "10231/b.csv": b"p\n1\n", "10231/c.csv": GOOD})
    assert exports.quarantine["source_file"].to_list() == ["10231/a.csv"] * 2
    assert_balanced(exports)


def test_a_header_not_understood_keeps_every_line_with_its_number_and_is_named() -> None:
    lost = b'STT,Ten\n1,A\n\n"x\n\ny",2\n\r\r\nlast'
    exports = read({"10231/a.csv": GOOD, "10231/lost.csv": lost})
    kept = exports.quarantine.sort("source_line").select("source_line", "raw_bytes").rows()
    assert kept == [(1, b"STT,Ten"), (2, b"1,A"), (4, b'"x'), (6, b'y",2'), (8, b"last")]
    assert set(exports.quarantine["reason_code"]) == {"header_not_understood"}
    assert set(exports.quarantine["dataset"]) == {"unknown"}
    assert [warning for warning in exports.warnings if "10231/lost.csv" in warning and "5 dòng" in warning]
    assert_balanced(exports)


def test_what_is_missing_or_not_read_is_said() -> None:
    exports = read(
        {
            "10231/a.csv": GOOD,
            "10231/empty.csv": b"",
            "10231/blank.csv": b"\n,,\n",
            "10234/scan.pdf": b"%PDF",
            "10240/.hidden.csv": GOOD,
            "99999/other.csv": GOOD,
        }
    )
    said = "\n".join(exports.warnings)
    for named in ("«10231/empty.csv» trống", "«10231/blank.csv» trống", "Không đọc «10234/scan.pdf»"):
        assert named in said
    for code in ("10234", "10240", "10249", "10255"):
        assert f"({code}) không có tệp dữ liệu nào" in said
    assert "(10231)" not in said
    assert "«99999»: tên thư mục không bắt đầu bằng mã của một xã cũ" in said
    assert exports.citizens.height == 2
    assert_balanced(exports)


def test_two_empty_files_are_not_each_others_copies() -> None:
    exports = read({"10231/a.csv": b"", "10231/b.csv": b"", "10231/c.csv": GOOD})
    assert exports.files["duplicate_of"].null_count() == 3


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (None, "exports"),
        ({}, "exports"),
        ({"99999/a.csv": GOOD}, "exports"),
        ({"10231/a.xlsx": b"PK"}, "10231/a.xlsx"),
        ({"10231/a.doc": b"PK"}, "exports"),
        ({"10231/a.csv": b""}, "10231/a.csv"),
        ({"10231/a.csv": b"STT,Ten\n1,A\n"}, "10231/a.csv"),
    ],
)
def test_nothing_usable_is_one_sentence_that_names_it(
    tmp_path: Path, files: dict[str, bytes] | None, named: str
) -> None:
    folder = tmp_path / "exports"
    if files is not None:
        folder.mkdir()
        lay(folder, files)
    with pytest.raises(UnusableInput) as caught:
        read_exports(folder, COMMUNE)
    assert f"{named}»" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_special_zone_has_nothing_to_unify(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="Côn Đảo"):
        read_exports(tmp_path, MergerMap.shipped().new_commune("26732"))


def test_repeated_and_unnamed_columns_lose_nothing() -> None:
    exports = read({"10231/a.csv": b"ho_ten,ngay_sinh,x,x,x (2),\nA,1990,1,2,3,4\n"})
    raw = exports.citizens["raw"].to_list()[0]
    assert [cell["value"] for cell in raw] == ["A", "1990", "1", "2", "3", "4"]
    assert len({cell["key"] for cell in raw}) == 6


# --- record ids -----------------------------------------------------------------------------------------------------


def _ids(files: dict[str, bytes]) -> list[str]:
    exports = read(files)
    return sorted([*exports.citizens["record_id"], *exports.parcels["record_id"]])


_ROWS = st.lists(
    st.tuples(st.sampled_from(["A", "B", "Đ  E", ""]), st.sampled_from(["1990", "17/05/1990"]), st.sampled_from("xy")),
    min_size=1,
    max_size=6,
)


@given(_ROWS)
@FEW
def test_ids_outlive_new_lines_above_new_names_and_moved_or_empty_columns(rows: list[tuple[str, str, str]]) -> None:
    header = ["ho_ten", "ngay_sinh", ""]
    plain = as_csv(header, *map(list, rows))
    ids = _ids({"10231/a.csv": plain})
    assert len(set(ids)) == len(rows)
    variants = {
        "renamed": {"10231-z/other.csv": plain},
        "blank above": {"10231/a.csv": b"\n\r\n" + plain},
        "moved": {"10231/a.csv": as_csv(["", "NGÀY SINH", "họ tên"], *([c, b, a] for a, b, c in rows))},
        "empty column": {"10231/a.csv": as_csv(["STT", *header], *(["", *row] for row in rows))},
        "unnamed column": {"10231/a.csv": as_csv(["", *header], *(["", *row] for row in rows))},
        "spaces": {
            "10231/a.csv": as_csv(header, *([f" {a} ".replace(" ", "\u00a0 "), b, f"{c} "] for a, b, c in rows))
        },
        "in two files": {
            "10231/a.csv": as_csv(header, *map(list, rows[:1])),
            "10231/b.csv": as_csv(header, *map(list, rows[1:])),
        },
    }
    for name, files in variants.items():
        if files.get("10231/a.csv") != files.get("10231/b.csv"):
            assert _ids(files) == ids, name
    above = _ids({"10231/a.csv": as_csv(header, ["New", "1950", ""], *map(list, rows))})
    assert not Counter(ids) - Counter(above)
    assert len(above) == len(ids) + 1


def test_numbering_the_rows_anew_changes_no_id() -> None:
    before = _ids({"10231/a.csv": b"STT,ho_ten,ngay_sinh\n1,A,1990\n2,B,1991\n"})
    after = _ids({"10231/a.csv": b"TT,ho_ten,ngay_sinh\n1,Z,1950\n2,A,1990\n3,B,1991\n"})
    assert set(before) < set(after)


def test_equal_rows_get_their_own_ids() -> None:
    exports = read({"10231/a.csv": b"ho_ten,ngay_sinh\nA,1990\nA, 1990\nA,1990\nB,1990\n"})
    ids = exports.citizens["record_id"].to_list()
    assert len(set(ids)) == 4
    assert ids[1:3] == [f"{ids[0]}-2", f"{ids[0]}-3"]


@pytest.mark.parametrize(
    "other",
    [
        {"10234/a.csv": b"ho_ten,ngay_sinh,so_to\nA,1990,1\n"},
        {"10231/a.csv": b"ho_ten,ngay_sinh,so_to\nB,1990,1\n"},
        {"10231/a.csv": b"ho_ten,so_cmnd,so_to\nA,1990,1\n"},
        {"10231/a.csv": b"so_to,so_thua,ho_ten\n1,1990,A\n"},
    ],
)
def test_another_commune_data_set_or_value_is_another_row(other: dict[str, bytes]) -> None:
    assert _ids({"10231/a.csv": b"ho_ten,ngay_sinh,so_to\nA,1990,1\n"}) != _ids(other)


def test_the_same_cells_under_two_data_sets_are_two_rows() -> None:
    # Only the header's required columns differ in which data set they make; the cells are the same three.
    exports = read({"10231/a.csv": b"so_to,so_thua\n1,2\n", "10231/b.csv": b"ho_ten,so_cmnd\n1,2\n"})
    assert exports.citizens["record_id"][0] != exports.parcels["record_id"][0]
