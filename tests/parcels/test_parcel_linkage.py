"""Which rows are one parcel: numbers say something within one book only, certificates across books."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.model import LinkageModel
from pipelines.parcels.comparisons import SPEC
from pipelines.parcels.standard import standardise

Row = Callable[..., dict[str, Any]]
PAPER = {"so_gcn": "BĐ 123456", "so_vao_so": "CH 00123", "giay_to_chu": "001084222345"}


def test_equal_numbers_of_two_communes_are_two_parcels(books: Callable, cell: Row) -> None:
    made = books(
        cell("5", "12", dien_tich="300", giay_to_chu="001084222345"),
        cell("5", "12", "10234", dien_tich="780", chu_su_dung="Bà Vũ Thị Kiên", giay_to_chu="001190333456"),
    )
    assert made.parcels == [{"r1"}, {"r2"}]


def test_equal_numbers_of_two_map_systems_are_two_parcels(books: Callable, cell: Row) -> None:
    made = books(
        cell("5", "12", dien_tich="300", so_gcn="BĐ 123456"),
        cell("5", "12", dien_tich="780", he_ban_do="299", chu_su_dung="Bà Vũ Thị Kiên", so_gcn="CA 654321"),
    )
    assert made.parcels == [{"r1"}, {"r2"}]


def test_a_double_entry_in_one_book_merges(books: Callable, cell: Row) -> None:
    made = books(
        cell("05", "0012", dien_tich="300", so_gcn="bđ123456", giay_to_chu="001084222345"),
        cell("5", "12", dien_tich="301,2", chu_su_dung="ong Dang Dinh Suu", giay_to_chu="001084222345"),
    )
    assert made.parcels == [{"r1", "r2"}]
    assert made.tables["parcels"]["source_row_count"].to_list() == [2]
    assert made.tables["parcel_numbers"].height == 1


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


@pytest.mark.parametrize("area", ["360", "360.1", "412"])
def test_two_parcels_of_one_certificate_in_one_book_are_two(books: Callable, cell: Row, area: str) -> None:
    field = {"loai_dat": "LUC", "xu_dong": "Đồng Cửa", **PAPER}
    made = books(cell("5", "12", dien_tich="360", **field), cell("5", "13", dien_tich=area, **field))
    assert made.parcels == [{"r1"}, {"r2"}]


def test_two_numbers_of_one_book_do_not_meet_through_a_row_of_another_book(books: Callable, cell: Row) -> None:
    made = books(
        cell("5", "12", dien_tich="360", **PAPER),
        cell("5", "13", dien_tich="360", **PAPER),
        cell("9", "77", "10234", dien_tich="360", **PAPER),
    )
    assert sorted(map(len, made.parcels)) == [1, 2]
    assert not any({"r1", "r2"} <= parcel for parcel in made.parcels)
    refused = made.cases.filter(reason="union_refused")
    assert len(refused)
    assert "hai số thửa" in refused["question"][0]


def test_an_owners_name_alone_merges_nothing_across_books(books: Callable, cell: Row) -> None:
    made = books(cell("5", "12", dien_tich="300"), cell("9", "77", "10234", dien_tich="300"))
    assert made.parcels == [{"r1"}, {"r2"}]


def test_the_owners_number_says_more_across_communes_than_the_name(
    books: Callable, cell: Row, model: LinkageModel
) -> None:
    """By name alone a row of another commune is at most asked about; by number it may be the same parcel."""
    boundary = {"dien_tich": "300", "dia_chi_thua": "Xứ Đồng Cửa, xã Nguyễn Trãi"}

    def number_weight(**paper: str) -> int:
        rows = [cell("5", "12", **boundary, **paper), cell("9", "77", "10234", **boundary, **paper)]
        linkage = link(books(*rows).records, SPEC, LinkageSettings(review_bits=-50, automatic_bits=99), model)
        (evidence,) = linkage.links["evidence"]
        return next(entry["weight"] for entry in evidence if entry["field"] == "number")

    assert number_weight(giay_to_chu="001084222345") > number_weight() + 1000
    assert books(cell("5", "12", **boundary), cell("9", "77", "10234", **boundary)).parcels == [{"r1"}, {"r2"}]


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
    linkage = link(standardise(rows), SPEC, LinkageSettings())
    precision, recall = scored(linkage.members, rows)
    assert precision == 1
    assert recall > 0.8
    assert linkage.links.filter(pl.col("decision") != "automatic").height < 40


def scored(members: pl.DataFrame, rows: pl.DataFrame) -> tuple[float, float]:
    joined = members.join(rows.select("record_id", "truth"), on="record_id")

    def pairs(*keys: str) -> int:
        sizes = joined.group_by(keys).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    right = pairs("cluster", "truth")
    return right / max(pairs("cluster"), 1), right / max(pairs("truth"), 1)


def test_a_sample_is_linked_well(sample_rows: pl.DataFrame) -> None:
    linkage = link(standardise(sample_rows), SPEC, LinkageSettings())
    precision, recall = scored(linkage.members, sample_rows)
    assert precision == 1
    assert recall > 0.93
    # Nearly all that is not merged stands in the queue.
    truth = dict(sample_rows.select("record_id", "truth").iter_rows())
    links = linkage.links.select("record_id_a", "record_id_b").iter_rows()
    found = {truth[a] for a, b in links if truth[a] == truth[b]}
    twice = sample_rows.group_by("truth").len().filter(pl.col("len") > 1)["truth"]
    assert len(found) / len(twice) > 0.96


def test_where_no_parcel_stands_twice_nothing_merges(sample_rows: pl.DataFrame) -> None:
    once = sample_rows.unique("truth", keep="first", maintain_order=True)
    linkage = link(standardise(once), SPEC, LinkageSettings())
    assert linkage.members["cluster"].n_unique() == len(once)


@pytest.mark.parametrize(("first", "second"), [(30.0, 30.6), (99.9, 100.4), (1000.0, 1020.0), (51234.5, 52000.0)])
def test_areas_within_two_percent_share_a_band(books: Callable, cell: Row, first: float, second: float) -> None:
    records = books(cell("1", "1", dien_tich=str(first)), cell("1", "2", dien_tich=str(second))).records
    assert any(records[band].n_unique() == 1 for band in ("area_band", "area_band_shifted"))
    assert books(cell("1", "1", dien_tich="0")).records["area_band"].to_list() == [None]
