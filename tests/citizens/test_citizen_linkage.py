"""Who is one person and who is not: numbers, twins, families, movers."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.citizens.comparisons import SPEC
from pipelines.citizens.context import add_context
from pipelines.citizens.standard import standardise
from pipelines.citizens.trust import add_number_status
from pipelines.ingest.headers import COLUMNS
from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.store import shipped_model
from tests.examples import FEW

Row = Callable[..., dict[str, Any]]
PARENTS = {"ho_ten_cha": "Đặng Đình Khoát", "ho_ten_me": "Vương Thị Nhài"}
AN = {"gioi_tinh": "Nam", **PARENTS}


def test_a_row_without_number_that_fits_two_people_equally_belongs_to_neither(register: Callable, cell: Row) -> None:
    home = {**AN, "so_ho_khau": "1001", "so_cmnd": "111222333"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084222345", **home),
        cell("Đặng Đình Sửu", "02/03/1984", **home),
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084765432", **home),
    )
    assert made.people == [{"r1"}, {"r2"}, {"r3"}]
    assert set(made.linkage.links["why"].drop_nulls()) == {"ambiguous_attachment", "exclusive_values"}
    assert len(made.cases.filter(reason="union_refused"))
    assert not made.cases["blocking"].any()


def test_different_trusted_numbers_never_meet_even_through_a_row_without_one(register: Callable, cell: Row) -> None:
    first = {**AN, "so_ho_khau": "1001", "so_cmnd": "111222333", "ho_ten_vo_chong": "Bế Thị Nụ"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084222345", so_dien_thoai="0912345678", **first),
        cell("Đặng Đình Sửu", "02/03/1984", so_dien_thoai="0912345678", **first),
        cell("Đặng Đình Sửu", "02/03/1984", "10234", so_dinh_danh="001084765432", **AN),
    )
    assert made.people == [{"r1", "r2"}, {"r3"}]
    trusted = made.tables["citizen_trust"].group_by("citizen_id").agg(pl.col("trusted_number").drop_nulls().n_unique())
    assert trusted["trusted_number"].max() == 1


@pytest.mark.parametrize(
    ("name", "born", "sex"),
    [
        ("Trịnh Bá Thông", "17/11/1961", "Nam"),
        ("Đặng Đình Tỵ", "25/08/1986", "Nam"),
        ("Đặng Đình Sửu", "19/12/2009", "Nam"),
    ],
    ids=["a stranger", "a brother", "a son of the same name"],
)
def test_a_number_on_plainly_different_people_is_shared(
    register: Callable, cell: Row, name: str, born: str, sex: str
) -> None:
    number = {"so_dinh_danh": "001084123457"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", gioi_tinh="Nam", **number), cell(name, born, gioi_tinh=sex, **number)
    )
    assert made.statuses() == {"r1": "shared", "r2": "shared"}
    assert made.records["usable_number"].to_list() == [None, None]
    assert made.people == [{"r1"}, {"r2"}]
    assert made.case("number_shared")["blocking"]
    assert made.case("number_shared")["record_ids"] == ["r1", "r2"]
    assert made.tables["citizens"]["personal_id_status"].to_list() == ["shared", "shared"]


def test_one_persons_slips_do_not_make_a_number_shared(register: Callable, cell: Row) -> None:
    number = {"so_dinh_danh": "001084123457", "gioi_tinh": "Nam"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", **number),
        cell("dang dinh suu", "03/02/1984", **number),
        cell("Đặng Đình Sừu", "1984", **number),
    )
    assert set(made.statuses().values()) == {"trusted"}
    assert made.people == [{"r1", "r2", "r3"}]


def test_a_slip_of_one_digit_is_one_person_with_two_doubtful_numbers(register: Callable, cell: Row) -> None:
    home = {**AN, "so_ho_khau": "1001"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084111234", ngay_cap_nhat="01/01/2015", **home),
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084111834", ngay_cap_nhat="01/01/2020", **home),
    )
    assert made.statuses() == {"r1": "doubtful", "r2": "doubtful"}
    assert made.people == [{"r1", "r2"}]
    (person,) = made.tables["citizens"].rows(named=True)
    assert person["personal_id"] == "001084111834"
    assert person["former_personal_ids"] == ["001084111234"]
    assert person["personal_id_status"] == "doubtful"
    assert "personal_id_doubtful" in person["quality_reasons"]
    case = made.case("number_doubtful")
    assert case["record_ids"] == ["r1", "r2"]
    assert not case["blocking"]


def test_no_slip_is_seen_where_a_twin_is_known(register: Callable, cell: Row) -> None:
    home = {**AN, "so_ho_khau": "1001"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084111234", **home),
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084111235", **home),
        cell("Đặng Đình Tý", "02/03/1984", so_dinh_danh="001084111236", **home),
    )
    assert set(made.statuses().values()) == {"trusted"}
    assert sorted(map(len, made.people)) == [1, 1, 1]


@pytest.mark.parametrize(("older", "younger"), [("Hùng", "Hưng"), ("Hoa", "Hoan"), ("Sửu", "Tý"), ("Lan", "Liên")])
@pytest.mark.parametrize("household", ["1001", None])
@pytest.mark.parametrize("numbers", [("001084111234", "001084111235"), (None, None)])
def test_twins_with_names_one_syllable_apart_are_two(
    register: Callable, cell: Row, older: str, younger: str, household: str | None, numbers: tuple[str | None, ...]
) -> None:
    born, home = "02/03/1984", {**AN, "so_ho_khau": household, "so_dien_thoai": "0912345678"}
    made = register(
        cell(f"Đặng Đình {older}", born, so_dinh_danh=numbers[0], **home),
        cell(f"Đặng Đình {younger}", born, so_dinh_danh=numbers[1], **home),
    )
    assert made.people == [{"r1"}, {"r2"}]


def test_father_and_son_of_one_name_are_two(register: Callable, cell: Row) -> None:
    home = {"gioi_tinh": "Nam", "so_ho_khau": "1001", "thon": "Thôn Đông"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1954", ho_ten_cha="Đặng Đình Khoát", **home),
        cell("Đặng Đình Sửu", "19/12/1984", ho_ten_cha="Đặng Đình Sửu", **home),
        cell("Đặng Đình Sửu", "1954", ho_ten_cha="Đặng Đình Khoát", **home),
    )
    assert not any({"r1", "r2"} <= person or {"r2", "r3"} <= person for person in made.people)


def test_namesakes_with_a_year_only_are_left_to_a_person_or_apart(register: Callable, cell: Row) -> None:
    made = register(
        cell("Nguyễn Thị Hoa", "1950", gioi_tinh="Nữ"), cell("Nguyễn Thị Hoa", "1950", "10234", gioi_tinh="Nữ")
    )
    assert made.people == [{"r1"}, {"r2"}]


def test_a_rare_name_and_a_year_are_never_enough(register: Callable, cell: Row) -> None:
    made = register(cell("Đặng Đình Sửu", "1984"), cell("Đặng Đình Sửu", "1984", "10234"))
    assert made.people == [{"r1"}, {"r2"}]
    assert sorted(made.case("link_in_review")["record_ids"]) == ["r1", "r2"]


def test_a_mover_is_one_person_who_lives_where_the_newest_row_says(register: Callable, cell: Row) -> None:
    number = {**AN, "so_dinh_danh": "001084111234"}
    there = {"commune": "10234", "so_ho_khau": "77", "thon": "Thôn Đoài", "ngay_cap_nhat": "05/06/2021"}
    here = {"commune": "10231", "so_ho_khau": "1001", "thon": "Thôn Đông", "ngay_cap_nhat": "05/06/2012"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", **here, **number), cell("Đặng Đình Sửu", "02/03/1984", **there, **number)
    )
    (person,) = made.tables["citizens"].rows(named=True)
    assert person["source_row_count"] == 2
    assert (person["old_commune_code"], person["hamlet"], person["household_id"]) == ("10234", "Thôn Đoài", "10234-77")
    assert person["updated_on"].year == 2021
    assert made.tables["households"]["household_id"].to_list() == ["10234-77"]


def test_equal_household_numbers_of_two_communes_are_two_households(register: Callable, cell: Row) -> None:
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", so_ho_khau="1"), cell("Vũ Văn Kiên", "04/05/1990", "10234", so_ho_khau="1")
    )
    assert made.tables["households"]["household_id"].to_list() == ["10231-1", "10234-1"]


def scored(rows: pl.DataFrame) -> tuple[float, float]:
    """Precision and recall by pairs of a sample linked with a model of its own."""
    records = add_context(add_number_status(standardise(rows)))
    members = link(records, SPEC, LinkageSettings()).members.join(rows.select("record_id", "truth"), on="record_id")

    def pairs(*keys: str) -> int:
        sizes = members.group_by(keys).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    right = pairs("cluster", "truth")
    return right / max(pairs("cluster"), 1), right / max(pairs("truth"), 1)


@pytest.mark.parametrize(
    ("missing", "precision", "recall"),
    [
        ([], 1.0, 0.95),
        (["so_ho_khau"], 0.99, 0.95),
        (["ho_ten_cha", "ho_ten_me"], 0.99, 0.93),
        (["so_dinh_danh", "so_cmnd"], 0.99, 0.90),
    ],
    ids=["all columns", "no households", "no parents", "no numbers"],
)
def test_a_sample_is_linked_well_whatever_is_missing(
    sample_rows: pl.DataFrame, missing: list[str], precision: float, recall: float
) -> None:
    found = scored(sample_rows.with_columns(pl.lit(None, pl.String).alias(column) for column in missing))
    assert found[0] >= precision
    assert found[1] >= recall


@pytest.mark.parametrize("missing", [[], ["so_dinh_danh", "so_cmnd"]], ids=["numbers", "no numbers"])
@pytest.mark.parametrize("rows", [300, 2500])
def test_where_nobody_stands_twice_nothing_merges(sample_rows: pl.DataFrame, missing: list[str], rows: int) -> None:
    once = sample_rows.unique("truth", keep="first", maintain_order=True).head(rows)
    stripped = once.with_columns(pl.lit(None, pl.String).alias(c) for c in missing)
    records = add_context(add_number_status(standardise(stripped)))
    linkage = link(records, SPEC, LinkageSettings())
    assert linkage.members["cluster"].n_unique() == len(once)


def test_a_slip_in_the_given_name_is_one_person_where_no_twin_is_known(register: Callable, cell: Row) -> None:
    first, second = cell("Đặng Đình Sửu", "02/03/1984", **AN), cell("Đặng Đình Sừu", "02/03/1984", "10234", **AN)
    assert register(first, second).people == [{"r1", "r2"}]
    twin = cell("Đặng Đình Sứu", "02/03/1984", **AN)
    assert {"r1"} in register(first, second, twin).people


@pytest.mark.parametrize(
    ("one", "other"),
    [("Đặng Mai Anh", "Đặng Tú Anh"), ("Đặng Đình Sửu", "Đặng Đình Tý"), ("Đặng Thị Hoa", "Đặng Thị Hoan")],
)
def test_a_twin_who_moved_is_not_taken_for_the_one_who_stayed(
    register: Callable, cell: Row, one: str, other: str
) -> None:
    made = register(
        cell(one, "02/03/1984", so_ho_khau="1001", **AN),
        cell(other, "02/03/1984", so_ho_khau="1001", **AN),
        cell(other, "02/03/1984", "10234", so_ho_khau="77", **AN),
    )
    assert made.people == [{"r1"}, {"r2", "r3"}]


def test_neighbouring_numbers_speak_for_one_person_only_with_one_given_name(register: Callable, cell: Row) -> None:
    def weight(name: str) -> int:
        made = register(
            cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084111234", **AN),
            cell(name, "1984", "10234", so_dinh_danh="001084111235", **AN),
        )
        entries = [entry for evidence in made.linkage.links["evidence"] for entry in evidence]
        return sum(entry["weight"] for entry in entries if entry["field"] == "personal_id")

    assert weight("Đặng Đình Sửu") > 5000
    assert weight("Đặng Đình Tý") <= 0


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("001084123457", "trusted"),
        ("001184123457", "doubtful"),
        ("001085123457", "doubtful"),
        ("801084123457", "doubtful"),
        ("097084123457", "doubtful"),
    ],
    ids=["as its row", "another sex", "another year", "no province", "another country"],
)
def test_a_number_that_contradicts_its_row_keeps_nobody_apart(
    register: Callable, cell: Row, number: str, status: str
) -> None:
    home = {**AN, "so_ho_khau": "1001", "so_cmnd": "111222333", "so_dien_thoai": "0912345678"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh=number, **home),
        cell("Đặng Đình Sửu", "02/03/1984", so_dinh_danh="001084999888", **home),
    )
    assert made.statuses() == {"r1": status, "r2": "trusted"}
    assert made.people == ([{"r1"}, {"r2"}] if status == "trusted" else [{"r1", "r2"}])
    if status != "trusted":
        (person,) = made.tables["citizens"].rows(named=True)
        assert person["personal_id"] == "001084999888"
        assert person["former_personal_ids"] == [number]


def test_a_husband_who_heads_the_new_household_speaks_for_the_bride(register: Callable, cell: Row) -> None:
    def weight(head: str) -> int:
        made = register(
            cell("Đặng Thị Nhài", "02/03/1984", gioi_tinh="Nữ", ho_ten_vo_chong="Bế Văn Khuê", so_ho_khau="5"),
            cell("Đặng Thị Nhài", "02/03/1984", "10234", gioi_tinh="Nữ", ho_ten_chu_ho=head, so_ho_khau="9"),
        )
        return int(made.linkage.links["weight"].max() or -99_000)

    assert weight("Bế Văn Khuê") > weight("Uông Văn Tạo") + 2000


def test_owners_in_the_land_books_are_a_witness(register: Callable, cell: Row) -> None:
    rows = [
        cell("Đặng Đình Sửu", "1951", gioi_tinh="Nam"),
        cell("Đặng Đình Sửu", "02/03/1951", "10234", gioi_tinh="Nam", so_dinh_danh="001051222345"),
    ]
    owner = {"old_commune_code": "10231", "owner_ascii": "dang dinh suu", "owner_birth_year": 1951}
    assert register(*rows).people == [{"r1"}, {"r2"}]
    assert register(*rows, owners=[owner | {"owner_number": "001051222345"}]).people == [{"r1", "r2"}]
    # Where the owner stands in this commune's register already, a namesake is not the owner.
    there = cell("Đặng Đình Sửu", "1951", so_dinh_danh="001051222345", gioi_tinh="Nam", so_ho_khau="9")
    namesake = register(rows[0], there, owners=[owner | {"owner_number": "001051222345"}])
    assert namesake.people == [{"r1"}, {"r2"}]
    assert namesake.records["mentioned_number"].to_list() == [None, None]
    # Of two owners of that name and year nothing is known, and a name without a year never finds anybody.
    two = [owner | {"owner_number": number} for number in ("001051222345", "001051777345")]
    assert register(*rows, owners=two).people == [{"r1"}, {"r2"}]
    unknown = [owner | {"owner_number": "001051222345", "owner_birth_year": None}]
    assert register(*rows, owners=unknown).people == [{"r1"}, {"r2"}]


def test_nobody_is_met_alive_after_death(register: Callable, cell: Row) -> None:
    home = {**AN, "so_ho_khau": "1001"}
    made = register(
        cell("Đặng Đình Sửu", "02/03/1944", tinh_trang="Đã chết", ngay_cap_nhat="01/01/2015", **home),
        cell("Đặng Đình Sửu", "02/03/1944", "10234", tinh_trang="Thường trú", ngay_cap_nhat="01/01/2020", **AN),
    )
    assert made.people == [{"r1"}, {"r2"}]
    assert made.case("alive_after_death")["record_ids"] == ["r1", "r2"]
    made = register(
        cell("Đặng Đình Sửu", "02/03/1944", tinh_trang="Đã chết", ngay_cap_nhat="01/01/2020", **home),
        cell("Đặng Đình Sửu", "02/03/1944", "10234", tinh_trang="Thường trú", ngay_cap_nhat="01/01/2015", **AN),
    )
    assert made.people == [{"r1", "r2"}]


@pytest.mark.parametrize(
    "typed",
    ["Ddawngj Ddinhf Suwur", "Đ.Đ. Sửu", "Ông Đặng Đình Sửu", "ĐẶNG ĐÌNH SỬU (đã chết)", "Dang Dinh Suu", "Đặng Sửu"],
    ids=["telex", "initials", "title", "remark", "marks lost", "middle name left out"],
)
def test_a_name_however_typed_is_one_persons(register: Callable, cell: Row, typed: str) -> None:
    kinh = {**AN, "dan_toc": "Kinh"}
    made = register(cell("Đặng Đình Sửu", "02/03/1984", **kinh), cell(typed, "02/03/1984", "10234", **kinh))
    assert made.people == [{"r1", "r2"}]


@pytest.mark.parametrize(
    "name", ["Coor Thị Bé", "Rmah H'Bas", "Thạch Ros", "H'Loor Niê", "Ksor H'Blui", "A Lăng Thị Bưi"]
)
@pytest.mark.parametrize("people", ["Cơ Tu", "Gia Rai", None])
def test_names_of_other_peoples_are_published_as_they_are(
    register: Callable, cell: Row, name: str, people: str | None
) -> None:
    (person,) = register(cell(name, "02/03/1984", dan_toc=people)).tables["citizens"].rows(named=True)
    assert person["full_name"].casefold() == name.casefold()


@pytest.mark.parametrize(("older", "younger"), [("Hùng", "Hưng"), ("Thanh", "Thành"), ("Mai Anh", "Tú Anh")])
@pytest.mark.parametrize(
    ("one", "other"), [("02/01/1950", "20/12/1951"), ("02/01/1950", "20/11/1950"), ("1950", "1951")]
)
def test_brothers_with_names_alike_and_dates_of_their_own_are_two(
    register: Callable, cell: Row, older: str, younger: str, one: str, other: str
) -> None:
    home = {**AN, "so_ho_khau": "1001", "thon": "Thôn Đông"}
    made = register(cell(f"Đặng {older}", one, **home), cell(f"Đặng {younger}", other, **home))
    assert made.people == [{"r1"}, {"r2"}]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Đặng Đình Sửu", "02/03/1984"), ("Đặng Đình Tuấn", "02/03/1984")),
        (("Đặng Đình Hùng", "02/03/1984"), ("Đặng Đình Cường", "02/03/1984")),
        (("Đặng Đình Sửu", "1950"), ("Đặng Đình Tuấn", "1953")),
        (("Đặng Đình Sửu", "1950"), ("Đặng Đình Sửu", "12/03/1985")),
        (("Đặng Thị Lan", "02/03/1950"), ("Đặng Thị Liên", "01/05/1955")),
    ],
    ids=["twins", "twins with names alike", "brothers by year", "father and son by year", "sisters"],
)
def test_a_number_on_two_of_one_family_is_shared(register: Callable, cell: Row, first: Any, second: Any) -> None:
    home = {**PARENTS, "so_ho_khau": "1001", "so_dinh_danh": "001084123457"}
    made = register(cell(*first, **home), cell(*second, **home))
    assert set(made.statuses().values()) == {"shared"}
    assert made.people == [{"r1"}, {"r2"}]
    # A third holder of whom little is known does not hide it.
    made = register(cell(*first, **home), cell("Đặng Đình Ba", so_dinh_danh="001084123457"), cell(*second, **home))
    assert set(made.statuses().values()) == {"shared"}


@given(st.randoms(use_true_random=False))
@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_neither_the_order_of_rows_nor_of_files_matters(sample_rows: pl.DataFrame, random: Any) -> None:
    some = sample_rows.head(900)
    shuffled = some[random.sample(range(len(some)), len(some))]
    told = [
        link(add_context(add_number_status(standardise(rows))), SPEC, LinkageSettings()) for rows in (some, shuffled)
    ]
    assert told[0].members.sort("record_id").equals(told[1].members.sort("record_id"))
    assert told[0].links.equals(told[1].links)
    assert told[0].model == told[1].model


@pytest.mark.parametrize(
    "filler",
    [
        {"so_ho_khau": "0"},
        {"so_dien_thoai": "0912345678"},
        {"ho_ten_cha": "Không rõ", "ho_ten_me": "Không rõ"},
        {"ho_ten_chu_ho": "Chưa cập nhật", "thon": "Thôn"},
    ],
    ids=["household", "telephone", "parents", "head and hamlet"],
)
def test_what_stands_on_every_third_row_tells_nobody_apart(sample_rows: pl.DataFrame, filler: dict[str, str]) -> None:
    filled = pl.int_range(pl.len()) % 3 == 0
    found = scored(
        sample_rows.with_columns(
            pl.when(filled).then(pl.lit(value)).otherwise(column).alias(column) for column, value in filler.items()
        )
    )
    assert found[0] >= 0.99
    assert found[1] >= 0.9


@pytest.mark.parametrize("kept", [["so_dinh_danh"], ["so_cmnd"], ["so_dinh_danh", "gioi_tinh"]])
def test_a_register_of_names_and_numbers_alone_sets_off_no_alarm(sample_rows: pl.DataFrame, kept: list[str]) -> None:
    emptied = [column for column in COLUMNS["citizens"] if column not in {"ho_ten", *kept}]
    rows = sample_rows.with_columns(pl.lit(None, pl.String).alias(column) for column in emptied)
    linkage = link(
        add_context(add_number_status(standardise(rows))), SPEC, LinkageSettings(), None, shipped_model(SPEC)
    )
    assert not linkage.alarm.fired


def test_exports_of_five_years_are_the_same_people_as_one(sample_rows: pl.DataFrame) -> None:
    """Each year's export repeats the register; a person has ten rows then, a household of six has sixty."""
    year = [
        sample_rows.with_columns(
            pl.lit(f"15/03/{year}").alias("ngay_cap_nhat"), (pl.col("record_id") + f"-{year}").alias("record_id")
        )
        for year in range(2015, 2020)
    ]
    rows = pl.concat(year)
    members = link(add_context(add_number_status(standardise(rows))), SPEC, LinkageSettings()).members
    joined = members.join(rows.select("record_id", "truth"), on="record_id")
    assert joined.group_by("cluster").agg(pl.col("truth").n_unique())["truth"].max() == 1
    assert joined["cluster"].n_unique() < 1.03 * joined["truth"].n_unique()


def test_the_shipped_model_fits_and_points_at_nobody() -> None:
    shipped = shipped_model(SPEC)
    assert shipped is not None
    for name, table in shipped.frequencies.items():
        assert all(" " not in value for value in table.counts if "surname" in name or name == "given_bits")
        assert min(table.counts.values(), default=60) >= 60
