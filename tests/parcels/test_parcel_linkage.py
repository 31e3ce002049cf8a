"""Which rows are one parcel: a number says something within one book only, certificate and area across books."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.model import LinkageModel
from pipelines.parcels.comparisons import SPEC
from pipelines.parcels.context import add_context
from pipelines.parcels.standard import standardise
from tests.examples import FEW

from .conftest import SCHEMA

Row = Callable[..., dict[str, Any]]
PAPER = {"so_gcn": "BĐ 123456", "so_vao_so": "CH 00123", "giay_to_chu": "001084222345"}
FIELD = {"loai_dat": "LUC", "xu_dong": "Đồng Cửa"}


def test_equal_numbers_of_two_communes_are_two_parcels(books: Callable, cell: Row) -> None:
    made = books(
        cell("5", "12", dien_tich="300", giay_to_chu="001084222345"),
        cell("5", "12", "10234", dien_tich="780", chu_su_dung="Bà Vũ Thị Kiên", giay_to_chu="001190333456"),
    )
    assert made.parcels == [{"r1"}, {"r2"}]


def test_one_owner_has_land_of_one_size_under_one_number_in_two_communes(books: Callable, cell: Row) -> None:
    plots = {"dien_tich": "361.7", "loai_dat": "LUC", "giay_to_chu": "001084222345"}
    assert books(cell("5", "12", **plots), cell("5", "12", "10234", **plots)).parcels == [{"r1"}, {"r2"}]


def test_equal_numbers_of_two_map_systems_are_two_parcels(books: Callable, cell: Row) -> None:
    made = books(
        cell("5", "12", dien_tich="300", so_gcn="BĐ 123456"),
        cell("5", "12", dien_tich="780", he_ban_do="299", chu_su_dung="Bà Vũ Thị Kiên", so_gcn="CA 654321"),
    )
    assert made.parcels == [{"r1"}, {"r2"}]


@pytest.mark.parametrize(
    ("cells", "merges"),
    [
        ({"dien_tich": "301,2", "chu_su_dung": "ong Dang Dinh Suu"}, True),
        ({"chu_su_dung": "Hộ ông Đặng Sửu", "giay_to_chu": "001 084 222 345"}, True),
        ({"chu_su_dung": "Ông Đặng Đình Sửu và bà Vũ Thị Kiên", "so_gcn": "BĐ 123456"}, True),
        ({"chu_su_dung": "Bà Vũ Thị Kiên", "so_gcn": "BĐ 123456", "loai_dat": "ONT+CLN"}, True),
        ({"chu_su_dung": "Ông Đặng Đình Sửu", "so_gcn": "CA 700001", "dien_tich": "300"}, True),
        ({"chu_su_dung": None}, True),
        # A clerk gave one number to two parcels.
        ({"chu_su_dung": "Bà Vũ Thị Kiên", "giay_to_chu": "001190333456", "so_gcn": "CA 700001", "dien_tich": "612"},
         False),
        ({"chu_su_dung": "Bà Vũ Thị Kiên", "giay_to_chu": "001190333456", "dien_tich": "612"}, False),
    ],
)  # fmt: skip
def test_a_double_entry_in_one_book_merges(books: Callable, cell: Row, cells: dict, merges: bool) -> None:
    made = books(
        cell("05", "0012", dien_tich="300", so_gcn="bđ123456", giay_to_chu="001084222345"),
        {**cell("5", "12", dien_tich="300"), **cells},
    )
    assert made.parcels == ([{"r1", "r2"}] if merges else [{"r1"}, {"r2"}])
    if merges:
        assert made.tables["parcels"]["source_row_count"].to_list() == [2]
        assert made.tables["parcel_numbers"].height == 1


def test_a_sheet_of_another_scale_is_another_sheet(books: Callable, cell: Row) -> None:
    one, other = (cell("5", "12", ty_le=scale, dien_tich="300", **PAPER) for scale in ("500", "1000"))
    neighbour = cell("5", "13", ty_le="500", dien_tich="80", chu_su_dung="Bà Vũ Thị Kiên")
    assert len(books(one, other, neighbour).parcels) == 3
    assert books(one, {**one, "ty_le": None}, neighbour).parcels == [{"r1", "r2"}, {"r3"}]


def test_a_row_without_map_system_is_that_of_its_number_when_paper_and_area_say_so(books: Callable, cell: Row) -> None:
    plots = {"dien_tich": "300", **PAPER}
    assert books(cell("5", "12", **plots), cell("5", "12", he_ban_do=None, **plots)).parcels == [{"r1", "r2"}]


def test_a_boundary_parcel_keeps_both_numbers_and_one_is_current(books: Callable, cell: Row) -> None:
    made = books(
        cell("5", "12", dien_tich="300", ngay_cap="01/02/2015", **PAPER),
        cell("9", "77", "10234", dien_tich="300.4", ngay_cap="01/02/2015", he_ban_do="299", **PAPER),
    )
    assert made.parcels == [{"r1", "r2"}]
    numbers = made.tables["parcel_numbers"]
    found = numbers.select("old_commune_code", "map_system", "old_sheet_no", "parcel_no").rows()
    assert sorted(found) == [("10231", "1994", "5", "12"), ("10234", "299", "9", "77")]
    assert numbers["is_current"].sum() == 1
    current = numbers.filter("is_current").select("old_commune_code", "map_system", "old_sheet_no", "parcel_no")
    assert made.tables["parcels"].select(current.columns).rows() == current.rows()
    kept = made.tables["parcel_sources"].filter(outcome="kept")["record_id"].to_list()
    assert numbers.filter("is_current")["record_id"].to_list() == kept


@pytest.mark.parametrize("written", ["BD 123456", "bđ-123.456", "BDD 123456", "BĐ  123456"])
def test_a_wide_difference_of_area_does_not_part_a_boundary_parcel_of_one_certificate(
    books: Callable, cell: Row, written: str
) -> None:
    made = books(
        cell("5", "12", dien_tich="300", **PAPER),
        cell("9", "77", "10234", dien_tich="331", **{**PAPER, "so_gcn": written}),
    )
    assert made.parcels == [{"r1", "r2"}]


@pytest.mark.parametrize(
    ("later", "merges"),
    [
        ({}, True),
        ({"dien_tich": "302"}, True),
        ({"so_gcn": "BD123456", "chu_su_dung": "Hộ ông Đặng Đình Sửu và bà Vũ Thị Kiên"}, True),
        ({"dien_tich": "318"}, False),
        ({"dien_tich": None}, False),
        ({"so_gcn": "CA 700001"}, False),
        ({"so_gcn": None, "so_vao_so": None}, False),
        ({"xu_dong": "Đồng Chùa"}, False),
    ],
)
def test_a_re_survey_is_the_same_parcel_only_where_certificate_and_area_agree(
    books: Callable, cell: Row, later: dict, merges: bool
) -> None:
    # An area that many have: a rare one would make up for the other field.
    many = [cell("30", str(n), dien_tich="300", chu_su_dung=f"Ông Bùi Văn {n}") for n in range(1, 60)]
    first = cell("5", "12", dien_tich="300", he_ban_do="299", **FIELD, **PAPER)
    made = books(first, {**cell("9", "77", dien_tich="300", **FIELD, **PAPER), **later}, *many)
    assert ({"r1", "r2"} in made.parcels) == merges
    assert merges or {"r1"} in made.parcels


def test_of_two_parcels_alike_on_one_certificate_none_is_taken_for_the_re_survey(books: Callable, cell: Row) -> None:
    plots = {"dien_tich": "360", **FIELD, **PAPER}
    made = books(cell("5", "12", **plots), cell("5", "13", **plots), cell("9", "77", he_ban_do="299", **plots))
    assert made.parcels == [{"r1"}, {"r2"}, {"r3"}]
    # Another field tells them apart.
    other = {**plots, "xu_dong": "Đồng Chùa"}
    made = books(cell("5", "12", **plots), cell("5", "13", **other), cell("9", "77", he_ban_do="299", **plots))
    assert made.parcels == [{"r1", "r3"}, {"r2"}]


@pytest.mark.parametrize("area", ["360", "360.1", "412"])
def test_two_parcels_of_one_certificate_in_one_book_are_two(books: Callable, cell: Row, area: str) -> None:
    made = books(cell("5", "12", dien_tich="360", **FIELD, **PAPER), cell("5", "13", dien_tich=area, **FIELD, **PAPER))
    assert made.parcels == [{"r1"}, {"r2"}]


def test_two_numbers_of_one_book_do_not_meet_through_a_row_of_another_book(books: Callable, cell: Row) -> None:
    made = books(
        cell("5", "12", dien_tich="360", **PAPER),
        cell("5", "13", dien_tich="366", **PAPER),
        cell("9", "77", "10234", dien_tich="363", **PAPER),
    )
    assert sorted(map(len, made.parcels)) == [1, 2]
    assert not any({"r1", "r2"} <= parcel for parcel in made.parcels)
    refused = made.cases.filter(reason="union_refused")
    assert len(refused)
    assert "hai số thửa" in refused["question"][0]


def test_an_owner_alone_merges_nothing_across_books(books: Callable, cell: Row) -> None:
    for paper in ({}, {"giay_to_chu": "001084222345", "nam_sinh_chu": "1984"}):
        made = books(cell("5", "12", dien_tich="300", **paper), cell("9", "77", "10234", dien_tich="300", **paper))
        assert made.parcels == [{"r1"}, {"r2"}]


_CELLS = st.fixed_dictionaries(
    {
        "old_commune_code": st.sampled_from(["10231", "10234"]),
        "he_ban_do": st.sampled_from(["299", "1994", "tổng thể", None]),
        "ty_le": st.sampled_from(["1000", "500", None]),
        "so_to": st.sampled_from(["1", "2"]),
        "so_thua": st.sampled_from(["1", "2"]),
        "dien_tich": st.sampled_from(["360", "360.5", "364", "412.3", None]),
        "so_gcn": st.sampled_from(["BĐ 123456", "CA 700001", None]),
        "xu_dong": st.sampled_from(["Đồng Cửa", "Đồng Chùa", None]),
        "chu_su_dung": st.sampled_from(["Ông Đặng Đình Sửu", "Bà Vũ Thị Kiên", "Ông Đặng Đình Sửu, bà Vũ Thị Kiên"]),
        "giay_to_chu": st.sampled_from(["001084222345", None]),
    }
)


@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_CELLS, min_size=2, max_size=9))
def test_whatever_the_rows(model: LinkageModel, cell: Row, rows: list[dict[str, Any]]) -> None:
    located = [
        {"record_id": f"r{at}", "source_file": "a.csv", "placement": "placed"} | cell("1", "1") | cells
        for at, cells in enumerate(rows)
    ]
    records = standardise(pl.DataFrame(located, schema=SCHEMA))
    members = link(add_context(records), SPEC, LinkageSettings(), model).members
    facts = {row["record_id"]: row for row in records.iter_rows(named=True)}
    for parcel in members.group_by("cluster").agg("record_id")["record_id"]:
        for one, other in combinations((facts[record] for record in parcel), 2):
            same_commune = one["old_commune_code"] == other["old_commune_code"]
            # No parcel holds two numbers of one book.
            if one["book_key"] == other["book_key"]:
                assert (one["sheet_no"], one["parcel_no"]) == (other["sheet_no"], other["parcel_no"])
                assert None in (one["map_scale"], other["map_scale"]) or one["map_scale"] == other["map_scale"]
            # A re-survey with another certificate, or another area, is another parcel.
            elif same_commune and one["map_system"] and other["map_system"]:
                papers = {one["certificate_key"], other["certificate_key"]} - {None}
                areas = [area for area in (one["area_m2"], other["area_m2"]) if area]
                assert len(papers) <= 1
                assert max(areas, default=1) <= 1.05 * min(areas, default=1)
    again = link(add_context(records.reverse()), SPEC, LinkageSettings(), model).members
    assert members.equals(again)


def test_a_certificate_of_many_fields_of_one_size_neither_merges_nor_floods_the_queue(
    sample_rows: pl.DataFrame,
) -> None:
    """Every owner's rice fields on one certificate, all of 360 m², as after the land allotment of the nineties."""
    rice = (pl.col("loai_dat") == "LUC") & pl.all_horizontal(pl.col("so_gcn", "giay_to_chu").is_not_null())
    owner = ["old_commune_code", "he_ban_do", "chu_su_dung", "giay_to_chu"]
    rows = sample_rows.with_columns(
        pl.when(rice).then(pl.lit("360")).otherwise("dien_tich").alias("dien_tich"),
        *(
            pl.when(rice).then(pl.col(c).filter(rice).first().over(owner)).otherwise(c).alias(c)
            for c in ("so_gcn", "so_vao_so")
        ),
    )
    linkage = link(add_context(standardise(rows)), SPEC, LinkageSettings())
    precision, recall = scored(linkage.members, rows)
    assert precision > 0.98
    assert recall > 0.7
    assert linkage.links.filter(pl.col("decision") != "automatic").height < 60


def scored(members: pl.DataFrame, rows: pl.DataFrame) -> tuple[float, float]:
    joined = members.join(rows.select("record_id", "truth"), on="record_id")

    def pairs(*keys: str) -> int:
        sizes = joined.group_by(keys).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    right = pairs("cluster", "truth")
    return right / max(pairs("cluster"), 1), right / max(pairs("truth"), 1)


def test_a_sample_is_linked_well(sample_rows: pl.DataFrame) -> None:
    linkage = link(add_context(standardise(sample_rows)), SPEC, LinkageSettings())
    precision, recall = scored(linkage.members, sample_rows)
    assert precision == 1
    assert recall > 0.9


def test_the_order_of_rows_does_not_matter(sample_rows: pl.DataFrame, model: LinkageModel) -> None:
    records = standardise(sample_rows)
    first = link(add_context(records), SPEC, LinkageSettings(), model).members
    again = link(add_context(records.sample(fraction=1, shuffle=True, seed=3)), SPEC, LinkageSettings(), model).members
    assert first.equals(again)
