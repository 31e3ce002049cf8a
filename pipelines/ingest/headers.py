"""What a file holds, told from its header: the canonical columns of the contract."""

import re
import unicodedata
from itertools import chain, count

COLUMNS: dict[str, tuple[str, ...]] = {
    "citizens": (
        "ho_ten",
        "ngay_sinh",
        "gioi_tinh",
        "so_dinh_danh",
        "so_cmnd",
        "dan_toc",
        "so_ho_khau",
        "quan_he_chu_ho",
        "ho_ten_chu_ho",
        "ho_ten_cha",
        "ho_ten_me",
        "ho_ten_vo_chong",
        "noi_thuong_tru",
        "thon",
        "so_dien_thoai",
        "tinh_trang",
        "ngay_cap_nhat",
        "ghi_chu",
    ),
    "parcels": (
        "so_to",
        "so_thua",
        "dien_tich",
        "loai_dat",
        "he_ban_do",
        "ty_le",
        "xu_dong",
        "thon",
        "dia_chi_thua",
        "so_gcn",
        "so_vao_so",
        "ngay_cap",
        "chu_su_dung",
        "giay_to_chu",
        "nam_sinh_chu",
        "dia_chi_chu",
        "ghi_chu",
    ),
}
"""Canonical column names by data set, in the contract's order."""


def dataset_of(header: list[str]) -> str | None:
    """`citizens` or `parcels`, or None when the header is neither, or both."""
    known = {canonical_name(name) for name in header}
    citizens = "ho_ten" in known and not known.isdisjoint({"ngay_sinh", "so_dinh_danh", "so_cmnd"})
    parcels = {"so_to", "so_thua"} <= known
    if citizens == parcels:
        return None
    return "citizens" if citizens else "parcels"


def canonical_name(name: str) -> str | None:
    """The canonical column that a header cell names, whatever its case, accents, spacing and underscores."""
    return _BY_FOLDED.get(_folded(name))


def unique_names(header: list[str]) -> list[str]:
    """The header cells as keys of a map: trimmed, empty ones named by position, repeated ones numbered."""
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = " ".join(cell.split()) or f"(cột {position})"
        numbered = (f"{name} ({number})" for number in count(2))
        names.append(next(free for free in chain([name], numbered) if free not in names))
    return names


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d")
    return re.sub(r"[^a-z0-9]", "", decomposed)


_BY_FOLDED = {_folded(name): name for columns in COLUMNS.values() for name in columns}
