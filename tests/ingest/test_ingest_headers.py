"""What a file holds is told from its header, however an office writes it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.headers import COLUMNS, canonical_name, dataset_of, unique_names

CANONICAL = sorted({name for columns in COLUMNS.values() for name in columns})


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("ho_ten", "ho_ten"),
        ("Họ tên", "ho_ten"),
        ("HỌ TÊN", "ho_ten"),
        (" Họ  Tên ", "ho_ten"),
        ("Hoten", "ho_ten"),
        ("Số định danh", "so_dinh_danh"),
        ("SỐ_ĐỊNH_DANH", "so_dinh_danh"),
        ("Số tờ", "so_to"),
        ("Ngày\nsinh", "ngay_sinh"),
        ("ngay\u00a0sinh", "ngay_sinh"),
        ("Địa chỉ thửa đất", None),
        ("Địa chỉ thửa", "dia_chi_thua"),
        ("họ tên khác", None),
        ("", None),
        ("_", None),
    ],
)
def test_headers_are_understood(cell: str, column: str | None) -> None:
    assert canonical_name(cell) == column
    assert canonical_name(unicodedata.normalize("NFD", cell)) == column


@given(st.sampled_from(CANONICAL), st.sampled_from(["_", " ", "", "  ", "-"]), st.sampled_from(["upper", "title"]))
@settings(max_examples=60, deadline=None)
def test_case_and_gaps_never_matter(name: str, gap: str, case: str) -> None:
    assert canonical_name(getattr(name.replace("_", gap), case)()) == name


@pytest.mark.parametrize(
    ("header", "dataset"),
    [
        (["ho_ten", "ngay_sinh"], "citizens"),
        (["STT", "Họ tên", "SỐ CMND"], "citizens"),
        (["so_dinh_danh", "ho_ten"], "citizens"),
        (["ho_ten", "thon"], None),
        (["ngay_sinh", "so_cmnd"], None),
        (["so_to", "so_thua"], "parcels"),
        (["so_to", "dien_tich"], None),
        (["so_to", "so_thua", "ho_ten"], "parcels"),
        (["so_to", "so_thua", "ho_ten", "ngay_sinh"], None),
        ([], None),
    ],
)
def test_the_header_tells_the_data_set(header: list[str], dataset: str | None) -> None:
    assert dataset_of(header) == dataset


@given(st.lists(st.sampled_from(["x", "x ", "x (2)", "x (3)", "", "(cột 2)", "y"]), max_size=8))
@settings(max_examples=100, deadline=None)
def test_column_names_are_unique_whatever_the_header_repeats(header: list[str]) -> None:
    names = unique_names(header)
    assert len(set(names)) == len(names) == len(header)
    for cell, name in zip(header, names, strict=True):
        assert name.startswith(cell.strip())
