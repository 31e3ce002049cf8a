"""The files of a sample: exports as a commune would hand them over, and the truth about their rows."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from .settings import OldCommune

CITIZEN_COLUMNS = (
    "ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "so_cmnd", "dan_toc", "so_ho_khau", "quan_he_chu_ho",
    "ho_ten_chu_ho", "ho_ten_cha", "ho_ten_me", "ho_ten_vo_chong", "noi_thuong_tru", "thon", "so_dien_thoai",
    "tinh_trang", "ngay_cap_nhat", "ghi_chu",
)  # fmt: skip
PARCEL_COLUMNS = (
    "so_to", "so_thua", "dien_tich", "loai_dat", "he_ban_do", "ty_le", "xu_dong", "thon", "dia_chi_thua",
    "so_gcn", "so_vao_so", "ngay_cap", "chu_su_dung", "giay_to_chu", "nam_sinh_chu", "dia_chi_chu", "ghi_chu",
)  # fmt: skip
CITIZEN_TRUTH = ("person_id", "copy_kind", "errors")
PARCEL_TRUTH = ("true_parcel_id", "copy_kind", "owner_person_id")


def folder_of(commune: OldCommune) -> str:
    """The export folder of a commune: its code and its name in plain letters."""
    plain = unicodedata.normalize("NFD", commune.name.lower().replace("đ", "d"))
    words = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return "-".join([commune.code, *words.split()])


def write_exports(
    exports: Path, communes: Sequence[OldCommune], rows: pl.DataFrame, name: str, columns: Sequence[str]
) -> None:
    """One file per commune with its rows in their order; without rows it holds a header only."""
    for position, commune in enumerate(communes):
        folder = exports / folder_of(commune)
        folder.mkdir(parents=True, exist_ok=True)
        _write(rows.filter(pl.col("commune") == position).select(columns), folder / name)


def write_truth(
    path: Path, communes: Sequence[OldCommune], rows: pl.DataFrame, name: str, columns: Sequence[str]
) -> None:
    """Where each row of the exports stands and what is true of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files = pl.Series([f"{folder_of(commune)}/{name}" for commune in communes], dtype=pl.String)
    truth = rows.select(
        pl.lit(files).gather(pl.col("commune")).alias("source_file"),
        pl.int_range(1, pl.len() + 1).over("commune").alias("source_row"),
        *columns,
    )
    _write(truth, path)


def _write(table: pl.DataFrame, path: Path) -> None:
    table.write_csv(path, line_terminator="\n", quote_style="necessary")
