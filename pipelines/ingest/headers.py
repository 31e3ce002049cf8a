"""What the columns of a file are called: canonical names, the names that offices use, and an officer's own mapping."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from rapidfuzz import process

from pipelines.problems import UnusableInput

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

YEAR_OF_MAN = "nam_sinh_nam"
YEAR_OF_WOMAN = "nam_sinh_nu"
"""Two columns of old registers: the year of birth stands in the column of the person's sex."""

# Names seen in offices' files, by canonical column; folded, so that one spelling each is enough.
_CITIZENS = {
    "ho_ten": ("Họ và tên", "Họ tên", "Họ và tên khai sinh", "Họ, chữ đệm và tên", "Họ chữ đệm tên", "Tên công dân"),
    "ngay_sinh": ("Ngày sinh", "Ngày, tháng, năm sinh", "Ngày tháng năm sinh", "Năm sinh", "NTNS", "Sinh ngày"),
    "gioi_tinh": ("Giới tính", "GT", "Phái", "Nam/Nữ", "Giới"),
    "so_dinh_danh": (
        *(
            "Số CCCD",
            "CCCD",
            "CCCD/CMND",
            "CMND/CCCD",
            "Số định danh",
            "Số định danh cá nhân",
            "Số ĐDCN",
            "Mã định danh",
        ),
        *(
            "Số giấy tờ",
            "Số CMND/CCCD",
            "Số CCCD/CMND",
            "Số căn cước",
            "Số căn cước công dân",
            "ĐDCN",
            "Số giấy tờ tùy thân",
        ),
    ),
    "so_cmnd": ("Số CMND", "CMND", "Số CMT", "CMT", "Số CMTND", "Số chứng minh nhân dân", "Số CMND 9 số"),
    "dan_toc": ("Dân tộc",),
    "so_ho_khau": ("Số hộ khẩu", "Mã hộ", "Số hồ sơ cư trú", "Số sổ hộ khẩu", "Số HK", "SHK", "Hộ số", "Mã hộ khẩu"),
    "quan_he_chu_ho": ("Quan hệ với chủ hộ", "Quan hệ chủ hộ", "QHCH", "Quan hệ", "QH với chủ hộ", "Quan hệ với CH"),
    "ho_ten_chu_ho": ("Chủ hộ", "Họ tên chủ hộ", "Họ và tên chủ hộ", "Tên chủ hộ"),
    "ho_ten_cha": ("Họ tên cha", "Họ và tên cha", "Tên cha", "Cha", "Họ tên bố", "Bố"),
    "ho_ten_me": ("Họ tên mẹ", "Họ và tên mẹ", "Tên mẹ", "Mẹ"),
    "ho_ten_vo_chong": ("Họ tên vợ/chồng", "Họ và tên vợ (chồng)", "Vợ/chồng", "Vợ chồng", "Tên vợ/chồng"),
    "noi_thuong_tru": (
        *("Nơi thường trú", "HKTT", "Địa chỉ", "Địa chỉ thường trú", "Hộ khẩu thường trú", "Nơi ĐKTT"),
        *("Nơi đăng ký thường trú", "Nơi ĐKHKTT", "ĐKHKTT", "Chỗ ở"),
    ),
    "thon": ("Thôn", "Xóm", "TDP", "Tổ", "Đội", "Khu", "Tổ dân phố", "Thôn/TDP", "Thôn, xóm", "Thôn/Xóm", "Khu dân cư"),
    "so_dien_thoai": ("Số điện thoại", "SĐT", "Điện thoại", "ĐT", "Di động"),
    "tinh_trang": ("Tình trạng", "Tình trạng cư trú", "Trạng thái"),
    "ngay_cap_nhat": ("Ngày cập nhật", "Cập nhật", "Ngày cập nhật cuối"),
    "ghi_chu": ("Ghi chú", "GC"),
    YEAR_OF_MAN: ("Nam", "Năm sinh Nam", "Năm sinh (Nam)", "Ngày sinh Nam", "Ngày tháng năm sinh Nam"),
    YEAR_OF_WOMAN: ("Nữ", "Năm sinh Nữ", "Năm sinh (Nữ)", "Ngày sinh Nữ", "Ngày tháng năm sinh Nữ"),
}
_PARCELS = {
    "so_to": (
        "Số tờ BĐ",
        "Tờ bản đồ",
        "Tờ số",
        "SOTO",
        "SHTOBD",
        "Số tờ",
        "Số tờ bản đồ",
        "Tờ bản đồ số",
        "Số hiệu tờ bản đồ",
        "Tờ BĐ",
    ),
    "so_thua": ("Số thửa", "Thửa đất số", "SOTHUA", "Thửa số", "Số thửa đất", "Thửa", "Số hiệu thửa", "SHTHUA"),
    "dien_tich": ("Diện tích (m2)", "Diện tích", "DT", "DIENTICH", "Diện tích m²", "DT (m2)", "Diện tích thửa đất"),
    "loai_dat": (
        "Loại đất",
        "MĐSD",
        "MDSD",
        "Mục đích sử dụng",
        "Mục đích sử dụng đất",
        "Mã loại đất",
        "Loại đất theo hiện trạng",
    ),
    "he_ban_do": ("Hệ bản đồ", "Loại bản đồ", "Hệ thống bản đồ"),
    "ty_le": ("Tỷ lệ BĐ", "Tỷ lệ", "Tỉ lệ", "Tỷ lệ bản đồ", "Tỉ lệ bản đồ"),
    "xu_dong": ("Xứ đồng", "XUDONG", "Tên xứ đồng"),
    "thon": ("Thôn", "Xóm", "TDP", "Tổ dân phố"),
    "dia_chi_thua": ("Địa chỉ thửa đất", "Địa chỉ thửa", "Vị trí thửa đất", "Địa chỉ"),
    "so_gcn": (
        "Số phát hành",
        "Số seri",
        "Số GCN",
        "Số phát hành GCN",
        "Số sê-ri",
        "Seri GCN",
        "Số giấy chứng nhận",
        "Số seri GCN",
    ),
    "so_vao_so": ("Số vào sổ", "Số vào sổ cấp GCN", "Số vào sổ GCN"),
    "ngay_cap": ("Ngày cấp", "Ngày cấp GCN", "Ngày cấp giấy"),
    "chu_su_dung": (
        "Chủ sử dụng",
        "Tên chủ",
        "TENCHU",
        "Chủ sử dụng đất",
        "Tên chủ sử dụng",
        "Người sử dụng đất",
        "Tên người sử dụng đất",
        "Chủ đất",
        "Họ tên chủ",
    ),
    "giay_to_chu": (
        "Số CMND chủ",
        "Số CCCD chủ",
        "Giấy tờ chủ",
        "Số giấy tờ chủ",
        "CMND/CCCD chủ",
        "Số giấy tờ",
        "Số CCCD",
        "Số CMND",
        "CCCD/CMND",
        "CMND",
    ),
    "nam_sinh_chu": ("Năm sinh chủ", "Năm sinh", "Năm sinh chủ sử dụng"),
    "dia_chi_chu": ("Địa chỉ chủ", "Địa chỉ chủ sử dụng", "Địa chỉ thường trú", "HKTT"),
    "ghi_chu": ("Ghi chú", "Ghi chú biến động"),
}

_REQUIRED = {
    "citizens": "ho_ten và một trong ngay_sinh, so_dinh_danh, so_cmnd",
    "parcels": "so_to và so_thua",
}


@dataclass(frozen=True)
class Columns:
    """What a header says: its data set, and which of its cells (by position) is which canonical column.

    `doubled` names canonical columns that more than one cell claims.
    """

    dataset: str
    by_column: dict[str, int]
    doubled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Aliases:
    """An officer's own mapping of headers, by old commune (empty code: every commune): folded header → column."""

    by_commune: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Aliases":
        """`header_aliases.csv`: columns `old_code`, `header`, `column`; no file is an empty mapping.

        Raises UnusableInput on an unknown column name, with its line.
        """
        if not path.is_file():
            return cls()
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise UnusableInput(
                f"Tệp «{path.name}» không phải UTF-8; hãy lưu lại theo «CSV UTF-8».", f"{path.name} is not UTF-8."
            ) from None
        known = {*COLUMNS["citizens"], *COLUMNS["parcels"], YEAR_OF_MAN, YEAR_OF_WOMAN}
        mapping: dict[str, dict[str, str]] = {}
        rows = csv.DictReader(io.StringIO(text, newline=""))
        if not {"old_code", "header", "column"} <= set(rows.fieldnames or ()):
            raise UnusableInput(
                f"Tệp «{path.name}», dòng 1: cần các cột old_code, header, column.",
                f"{path.name}, line 1: the columns old_code, header, column are needed.",
            )
        for row in rows:
            column, header = (row["column"] or "").strip(), fold(row["header"] or "")
            of_commune = mapping.setdefault((row["old_code"] or "").strip(), {})
            if column not in known or not header:
                raise UnusableInput(
                    f"Tệp «{path.name}», dòng {rows.line_num}: không có cột chuẩn nào tên «{column}», "
                    "hoặc ô header trống.",
                    f"{path.name}, line {rows.line_num}: no canonical column of that name, or an empty header.",
                )
            if of_commune.setdefault(header, column) != column:
                raise UnusableInput(
                    f"Tệp «{path.name}», dòng {rows.line_num}: «{row['header']}» đã là {of_commune[header]} "
                    "ở dòng trên.",
                    f"{path.name}, line {rows.line_num}: this header is mapped to another column above.",
                )
        return cls(mapping)

    def of(self, old_commune_code: str) -> dict[str, str]:
        """The mapping that holds for one old commune."""
        return {**self.by_commune.get("", {}), **self.by_commune.get(old_commune_code, {})}


def understand(header: Iterable[str], own: Mapping[str, str] | None = None) -> Columns | None:
    """The columns of a header, or None when it is neither a citizen register's nor a land book's, or both.

    An officer's `own` mapping comes first, then canonical names, then the names that offices use.
    """
    cells = [fold(cell) for cell in header]
    found = [columns for columns in (_match(cells, dataset, own or {}) for dataset in COLUMNS) if columns is not None]
    return found[0] if len(found) == 1 else None


def recognised(header: Iterable[str], own: Mapping[str, str] | None = None) -> int:
    """How many cells of a line name a column that is known: how much it looks like a header."""
    known = {**_KNOWN["citizens"], **_KNOWN["parcels"], **(own or {})}
    return len({known[folded] for folded in map(fold, header) if folded in known})


def _match(cells: list[str], dataset: str, own: Mapping[str, str]) -> Columns | None:
    known = _KNOWN[dataset]
    by_column: dict[str, int] = {}
    doubled = []
    # Canonical names first: an alias never takes the place of a column that is called by its own name.
    canonical = {fold(name) for name in COLUMNS[dataset]}
    order = sorted(range(len(cells)), key=lambda at: (cells[at] not in own, cells[at] not in canonical, at))
    for at in order:
        column = own.get(cells[at], known.get(cells[at]))
        if column is None:
            continue
        if column in by_column:
            doubled.append(column)
        else:
            by_column[column] = at
    two_years = {YEAR_OF_MAN, YEAR_OF_WOMAN} <= by_column.keys()
    if not two_years:
        by_column = {c: at for c, at in by_column.items() if c not in (YEAR_OF_MAN, YEAR_OF_WOMAN)}
    born = two_years or not by_column.keys().isdisjoint({"ngay_sinh", "so_dinh_danh", "so_cmnd"})
    enough = {"so_to", "so_thua"} <= by_column.keys() if dataset == "parcels" else "ho_ten" in by_column and born
    return Columns(dataset, by_column, tuple(doubled)) if enough else None


def explain_missing(header: Iterable[str]) -> str:
    """A Vietnamese sentence: which required columns a header lacks, and which of its cells come nearest."""
    names = [" ".join(cell.split()) for cell in header if cell.strip()]
    guesses = []
    for column in ("ho_ten", "ngay_sinh", "so_dinh_danh", "so_to", "so_thua"):
        known = [folded for dataset in _KNOWN.values() for folded, name in dataset.items() if name == column]
        best = max(
            ((score, name) for name in names for _, score, _ in process.extract(fold(name), known, limit=1)),
            default=None,
        )
        if best and 65 <= best[0] < 100:
            guesses.append(f"«{best[1][:40]}» có phải {column}?")
    needed = "; ".join(
        f"{dataset_vi}: {_REQUIRED[dataset]}"
        for dataset, dataset_vi in (("citizens", "công dân"), ("parcels", "thửa đất"))
    )
    return f"không đủ cột bắt buộc ({needed})." + (f" Gần giống: {' '.join(guesses)}" if guesses else "")


def unique_names(header: list[str]) -> list[str]:
    """The header cells as keys of a map: trimmed, empty ones named by position, repeated ones numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(header, start=1):
        name = " ".join(cell.split()) or f"(cột {position})"
        numbered = (f"{name} ({number})" for number in count(2))
        free = next(free for free in chain([name], numbered) if free not in taken)
        names.append(free)
        taken.add(free)
    return names


def fold(name: str) -> str:
    """A header without case, accents, spaces and signs: `Họ và tên` → `hovaten`, `HO_TEN` → `hoten`."""
    decomposed = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d")
    return re.sub(r"[^a-z0-9]", "", decomposed)


def _folded(dataset: str, aliases: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    known = {fold(alias): column for column, names in aliases.items() for alias in names}
    return {**known, **{fold(name): name for name in COLUMNS[dataset]}, **{fold(c): c for c in aliases}}


_KNOWN = {"citizens": _folded("citizens", _CITIZENS), "parcels": _folded("parcels", _PARCELS)}
