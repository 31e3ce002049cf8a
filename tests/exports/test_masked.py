"""The people hidden in part: what identifies someone is not in the file, which says what was done and what is left."""

import csv
import io
import resource
import zipfile
from contextlib import contextmanager
from datetime import date

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.exports import write_export
from pipelines.exports.about import About
from pipelines.exports.csv_file import write_csv
from pipelines.exports.excel import write_xlsx
from pipelines.exports.masked import LEFT_OUT, SHOWN, masked
from pipelines.exports.text_file import write_text
from pipelines.warehouse.schema import CITIZENS, CITIZENS_SENSITIVE
from tests.examples import SOME

ABOUT = About("10231", "xã Thượng Phúc", "Thành phố Hà Nội", "trial", "ab", "2026-03-02", {"10231": "xã Nguyễn Trãi"})
EMPTY = {"quality_group": 1, "quality_reasons": [], "personal_id_status": "none", "status": "present"}


def person(number, **more):
    return {"citizen_id": f"P{number}", "old_commune_code": "10231", **EMPTY, **more}


def document_of(people):
    with duckdb.connect() as connection:
        connection.register("citizens", pl.DataFrame(people, schema=CITIZENS.polars_schema))
        return masked(connection, ABOUT)


def shown(people, heading):
    """By person what stands in a column."""
    frame = document_of(people).main.shown
    return dict(frame.select("Mã công dân trong kho", heading).rows())


def written(document, folder):
    """All that leaves, as one text: the workbook's parts, the CSV, and the text beside it."""
    write_xlsx(document, folder / "out.xlsx")
    write_csv(document, folder / "out.csv")
    write_text([page for page in document.pages if page.goes_along], folder / "out.txt")
    with zipfile.ZipFile(folder / "out.xlsx") as book:
        parts = [book.read(name) for name in book.namelist()]
    texts = [part.decode() for part in (*parts, *((folder / name).read_bytes() for name in ("out.csv", "out.txt")))]
    return "\n".join(texts)


def test_every_column_of_the_people_is_shown_in_a_stated_way_or_left_out_for_a_stated_reason():
    """A column that the warehouse gets one day leaves it only when somebody says how."""
    treated = [one.of for one in SHOWN]
    stands = {column.name for table in (CITIZENS, CITIZENS_SENSITIVE) for column in table.columns}
    assert sorted([*treated, *LEFT_OUT]) == sorted(stands)


def test_the_method_says_of_each_column_what_was_done_and_why():
    document = document_of([person(1)])
    method = document.pages[1].tables[0].shown
    headings = {column.heading for column in document.main.columns} - {"STT"}
    told = set(method["Thông tin"])
    assert {heading for heading in headings if not heading.startswith("Thôn ")} <= told
    assert not method.filter(pl.any_horizontal(pl.all().is_null())).height
    assert dict(method.select("Thông tin", "Cách xử lý").rows())["Dân tộc"] == "Bỏ"
    titles = " ".join(document.pages[1].titles)
    assert "91/2025/QH15" in titles and "356/2025/NĐ-CP" in titles and "Vẫn là dữ liệu cá nhân" in titles


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("Nguyễn Văn An", "N. V. An"),
        ("Lê Thị Đào", "L. T. Đào"),
        ("An", "A."),
        ("Nguyễn Văn An (số 001162000009)", "N. V. An"),
        ("Nguyễn Văn 0912345678", "N. V."),
        ("Ở nhà ông Ba cuối ngõ chợ", "Ở. N. Ô. B. C. N. C."),
        ("Nguyen Thi Huongggggg", "N. T. H."),
        ("12345", "*****"),
        (None, None),
    ],
)
def test_of_a_name_the_initials_and_what_neighbours_call_the_person_are_left(name, hidden):
    assert shown([person(1, full_name=name)], "Họ và tên (che)") == {"P1": hidden}


def test_numbers_are_masked_and_odd_ones_hidden_whole():
    people = [person(1, personal_id="001162000009", phone="0912345678"), person(2, personal_id="12", phone="máy bàn")]
    assert shown(people, "Số định danh (che)") == {"P1": "001*****0009", "P2": "*****"}
    assert shown(people, "Số điện thoại (che)") == {"P1": "09*****78", "P2": "*****"}


def test_a_text_is_shown_only_where_five_households_have_it():
    family = [person(at, household_id="10231-1", hamlet="Nhà cuối ngõ", relation_to_head="Vợ") for at in range(6)]
    village = [
        person(10 + at, household_id=f"10231-{at}", hamlet="Thôn Đông", relation_to_head="vợ") for at in range(5)
    ]
    hamlets, relations = (shown([*family, *village], of) for of in ("Thôn, tổ dân phố", "Quan hệ với chủ hộ"))
    assert {hamlets[f"P{at}"] for at in range(6)} == {"(khác)"}
    assert {hamlets[f"P{at}"] for at in range(10, 15)} == {"Thôn Đông"}
    assert set(relations.values()) == {"Vợ"}
    assert set(shown(village[:4], "Quan hệ với chủ hộ").values()) == {"(khác)"}


def test_who_lives_together_stands_together_under_a_number_of_this_file_alone():
    people = [
        person(1, household_id="10231-150000679", birth_year=1970),
        person(2, household_id="10231-99"),
        person(3, household_id="10231-150000679", birth_year=1940),
        person(4),
        person(5),
    ]
    numbers = shown(people, "Hộ thứ (trong tệp này)")
    assert numbers["P1"] == numbers["P3"] != numbers["P2"]
    assert numbers["P4"] is numbers["P5"] is None
    order = document_of(people).main.shown["Mã công dân trong kho"].to_list()
    assert order.index("P3") + 1 == order.index("P1")


def test_it_counts_who_stands_out():
    alike = [person(at, sex="male", birth_year=1960, full_name="Nguyễn Văn An") for at in range(5)]
    people = [*alike, person(6, sex="female", birth_year=1960), person(7, sex="male", birth_year=1961)]
    document = document_of([*people, person(8, sex="male", birth_year=1961)])
    first, *_, last = document.pages[2].tables[0].rows.rows(named=True)
    assert (first["alone"], first["few"], first["more"]) == (1, 2, 5)
    assert sum(last[name] for name in ("alone", "few", "more")) == 8
    assert "1 trên 8 người" in document.notice
    empty = document_of([])
    assert empty.main.rows.is_empty() and "0 trên 0" in empty.notice


SYLLABLES = st.sampled_from(["Nguyễn", "Trần", "Quách", "Văn", "Thị", "Hùng", "Đào", "Nhung", "Quyết", "Lan"])
NAMES = st.lists(SYLLABLES, min_size=2, max_size=8).map(" ".join)


def digits(count):
    return st.text("0123456789", min_size=count, max_size=count)


@st.composite
def secretive_people(draw):
    """People each of whose fields may hold anything about them, and all that must not leave."""
    people, secrets = [], set()
    for at in range(draw(st.integers(1, 4))):
        names = draw(st.lists(NAMES, min_size=4, max_size=4))
        address = f"Số {at} ngách 12, {draw(NAMES)}"
        number, old, phone = draw(digits(12)), draw(digits(9)), draw(digits(10))
        born = draw(st.dates(date(1930, 1, 1), date(2024, 12, 31)))
        anything = st.sampled_from([*names, address, number, old, phone, f"=cmd|{phone}", f"{names[0]} {number}"])
        people.append(
            person(
                at,
                full_name=draw(st.sampled_from([names[0], f"{names[0]} ({phone})", f"{names[0]} {number}"])),
                father_name=names[1],
                mother_name=names[2],
                spouse_name=names[3],
                birth_date=born,
                birth_year=born.year,
                personal_id=draw(st.sampled_from([number, old])),
                former_personal_ids=[number],
                old_id_no=old,
                phone=phone,
                household_id=f"10231-{old}",
                hamlet=draw(anything),
                relation_to_head=draw(anything),
                address_old=address,
                address_new=f"{address}, xã Thượng Phúc",
                note=draw(anything),
            )
        )
        secrets |= {*names, address, number, old, phone, f"{born:%d/%m/%Y}", born.isoformat()}
    return people, secrets


@SOME
@given(secretive_people())
def test_whatever_the_fields_hold_no_full_number_name_date_or_address_leaves(tmp_path_factory, made):
    people, secrets = made
    text = written(document_of(people), tmp_path_factory.mktemp("out"))
    assert f">{people[0]['birth_year']}<" in text  # it is the text of the file that is looked at
    assert not [secret for secret in secrets if secret in text]


@contextmanager
def little_room(size):
    """No file may become larger than this many bytes."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_beside_a_csv_lies_the_method_and_neither_is_written_over(warehouse, tmp_path):
    target, method = tmp_path / "out.csv", tmp_path / "out.phuong-phap.txt"
    write_export("masked", warehouse, target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert {row["Mã công dân trong kho"] for row in csv.DictReader(file)} == {"C1", "C2", "C3"}
    assert "Số định danh (che): Che một phần" in method.read_text(encoding="utf-8-sig")
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        target.name: 0o600,
        method.name: 0o600,
    }
    with pytest.raises(OSError, match="large"), little_room(1):
        write_export("masked", warehouse, tmp_path / "again.csv")
    assert {path.name for path in tmp_path.iterdir()} == {target.name, method.name}
    target.unlink()
    method.write_text("mine")
    with pytest.raises(Exception, match="phuong-phap"):
        write_export("masked", warehouse, target)
    assert not target.exists() and method.read_text() == "mine"


def test_the_workbook_has_the_method_on_pages_of_its_own(warehouse, tmp_path):
    write_export("masked", warehouse, tmp_path / "out.xlsx")
    book = zipfile.ZipFile(io.BytesIO((tmp_path / "out.xlsx").read_bytes()))
    names = book.read("xl/workbook.xml").decode()
    assert all(f'name="{page}"' in names for page in ("Công dân", "Phương pháp", "Còn nổi bật"))
