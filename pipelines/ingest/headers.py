"""What a header says: which data set it belongs to, and which of its cells is which canonical column."""

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from pathlib import Path

from rapidfuzz import fuzz, process

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

_COLUMNS_AND_YEARS = {**COLUMNS, "citizens": (*COLUMNS["citizens"], YEAR_OF_MAN, YEAR_OF_WOMAN)}
_REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference" / "known_headers.csv"
_SHEET = ("so_to", "so_thua")
PERSON = ("ho_ten", "ngay_sinh", "so_dinh_danh", "so_cmnd")
"""Columns of which a row of people must have one filled to speak of anybody."""
_BORN = ("ngay_sinh", "so_dinh_danh", "so_cmnd")
_DATASETS = {
    "citizens": ("sổ công dân", "ho_ten và một trong ngay_sinh, so_dinh_danh, so_cmnd"),
    "parcels": ("sổ đất", "so_to và so_thua"),
}
_ALIKE = 75.0
"""RapidFuzz's ratio from which a header that is not known is taken for a slip of one that is."""
_LONGEST_NAME = 200
"""Characters beyond which a cell names no column."""
_ROW_NUMBERS = {"stt", "tt", "sott"}
_OFTEN_THERE = (
    *("Tôn giáo", "Quốc tịch", "Nghề nghiệp", "Nơi làm việc", "Trình độ học vấn", "Trình độ văn hóa", "Trình độ"),
    *("Quê quán", "Nguyên quán", "Nơi sinh", "Nơi đăng ký khai sinh", "Nơi tạm trú", "Nơi ở hiện tại", "Nhóm máu"),
    *("Tên gọi khác", "Bí danh", "Tình trạng hôn nhân", "Nơi cấp", "Ngày hết hạn", "Mã hộ", "Số thứ tự hộ", "Email"),
    *(
        "Nguồn gốc sử dụng",
        "Thời hạn sử dụng",
        "Mục đích sử dụng",
        "Hình thức sử dụng",
        "Vị trí",
        "Hạng đất",
        "Ký nhận",
    ),
)
"""Columns of registers for which we have no use; that they are there may be said, since nobody is called so."""
_ANOTHER_PERSON = re.compile(r"\b(?:chu|cha|bo|me|vo|chong|con)\b")


@dataclass(frozen=True)
class Columns:
    """What a header says: its data set, and which of its cells (by position) is which canonical column.

    `doubled` names canonical columns that more than one cell claims.
    """

    dataset: str
    by_column: dict[str, int]
    doubled: tuple[str, ...] = ()

    @property
    def first_required(self) -> int:
        """The position of the column that every row must have: a person's name, a parcel's sheet."""
        return self.by_column["so_to" if self.dataset == "parcels" else "ho_ten"]


@dataclass(frozen=True)
class _Match:
    """What a header says if it is one data set's: `ambiguous` are required columns that two cells claim alike."""

    columns: Columns
    missing: bool
    ambiguous: dict[str, list[int]]


def understand(header: Iterable[str], own: Mapping[str, str] | None = None) -> Columns | None:
    """The columns of a header, or None when a required one is missing or ambiguous: `explain` tells which.

    An officer's `own` mapping comes first, then canonical names, then the names that offices use, the exacter before
    the vaguer (`Ngày sinh` before `Năm sinh`). A header that could be a citizen register's and a land book's alike is
    the one's of which it names more columns.
    """
    usable = [match for match in _matches(header, own or {}) if not match.missing]
    if not usable or (len(usable) > 1 and _is_tie(usable)):
        return None
    best = max(usable, key=lambda match: len(match.columns.by_column))
    return None if best.ambiguous else best.columns


def explain(header: Iterable[str], own: Mapping[str, str] | None = None) -> str:
    """Why a header is not understood, as the end of a Vietnamese sentence.

    It tells which required columns are missing, and which cells come nearest, or what is ambiguous.
    """
    cells = [" ".join(cell.split()) for cell in header]
    usable = [match for match in _matches(cells, own or {}) if not match.missing]
    if len(usable) > 1 and _is_tie(usable):
        return "dòng tên cột vừa giống sổ công dân vừa giống sổ đất; hãy tách thành hai tệp."
    for match in usable:
        for column, places in match.ambiguous.items():
            shown = ", ".join(str(at + 1) for at in places)
            return f"cột bắt buộc {column} không rõ là cột nào: các cột số {shown} cùng tên; hãy đổi tên cột thừa."
    needed = "; ".join(f"{name}: {required}" for name, required in _DATASETS.values())
    guesses = _nearest(cells)
    hint = f" Có phải: {'; '.join(guesses)}?" if guesses else ""
    return f"không đủ cột bắt buộc ({needed}).{hint} Sửa tên cột, hoặc ghi tên cột vào header_aliases.csv."


def recognised(header: Iterable[str], own: Mapping[str, str] | None = None) -> int:
    """How many cells of a line name a column that is known: how much it looks like a header."""
    known = _columns_by_name()
    mapped = own or {}
    return len({mapped.get(name, known.get(name)) for name in map(fold, header) if name in mapped or name in known})


def shown_columns(header: Sequence[str], places: Iterable[int]) -> str:
    """Columns as they may be told: by their names where these are known to be names of columns, else by their places.

    Where a line break was lost, or a first row is taken for the header, what stands in it is somebody's name.
    """
    return ", ".join(
        f"«{' '.join(header[at].split())}»" if names_a_column(header[at]) else f"cột số {at + 1}" for at in places
    )


def names_a_column(cell: str) -> bool:
    """Whether this is known to be the name of a column, of ours or of one that registers often have."""
    return fold(cell) in _columns_by_name() or fold(cell) in set(map(fold, _OFTEN_THERE))


def numbers_rows(cell: str) -> bool:
    """Whether a column merely numbers the rows of a page, and says nothing of them."""
    return fold(cell) in _ROW_NUMBERS


def names_another_person(heading: str) -> bool:
    """Whether a heading speaks of someone other than the row's own person: a head of household, a parent, a spouse."""
    spaced = re.sub(r"[^a-z]+", " ", _without_accents(heading))
    return bool(_ANOTHER_PERSON.search(spaced))


def _is_tie(matches: list[_Match]) -> bool:
    return len({len(match.columns.by_column) for match in matches}) == 1


def _matches(header: Iterable[str], own: Mapping[str, str]) -> list[_Match]:
    cells = [fold(cell) for cell in header]
    return [_match(cells, dataset, own) for dataset in COLUMNS]


def _match(cells: list[str], dataset: str, own: Mapping[str, str]) -> _Match:
    known = _known()[dataset]
    claims: dict[str, list[tuple[int, int]]] = {}
    for at, cell in enumerate(cells):
        column, rank = (own[cell], -2) if cell in own else known.get(cell, ("", 0))
        if column in _COLUMNS_AND_YEARS[dataset]:
            claims.setdefault(column, []).append((rank, at))
    if not claims.keys() >= {YEAR_OF_MAN, YEAR_OF_WOMAN}:
        claims.pop(YEAR_OF_MAN, None)
        claims.pop(YEAR_OF_WOMAN, None)
    by_column = {column: min(places)[1] for column, places in claims.items()}
    alike = {
        column: [at for rank, at in places if rank == min(places)[0]]
        for column, places in claims.items()
        if sum(rank == min(places)[0] for rank, _ in places) > 1
    }
    born = [column for column in (*_BORN, YEAR_OF_MAN) if column in by_column]
    if dataset == "parcels":
        required, missing = _SHEET, not by_column.keys() >= set(_SHEET)
    else:
        # Of the three that tell a person apart one is enough, so that a doubled one matters only when it is alone.
        required = ("ho_ten", *(born if len(born) == 1 else ()))
        missing = "ho_ten" not in by_column or not born
    return _Match(
        Columns(dataset, by_column, tuple(column for column, places in claims.items() if len(places) > 1)),
        missing,
        {column: places for column, places in alike.items() if column in required},
    )


def _nearest(cells: list[str]) -> list[str]:
    """For each required column that no cell names, the cell that comes nearest to one of its names.

    The cell is told by its place: without a header that is understood, what stands in it may be somebody's name, and Hồ
    Tiến is not far from họ tên.
    """
    spelled = {fold(spelling): spelling for spelling in known_spellings()}
    known = [(folded, column) for names in _known().values() for folded, (column, _) in names.items()]
    folded_cells = {at: fold(cell) for at, cell in enumerate(cells)}
    named = {column for folded, column in known if folded in folded_cells.values()}
    unknown = {at: folded for at, folded in folded_cells.items() if folded and not recognised([cells[at]])}
    guesses = []
    for column in ("ho_ten", *_BORN, *_SHEET):
        names = [folded for folded, name in known if name == column]
        found = [(process.extractOne(cell, names, scorer=fuzz.ratio), at) for at, cell in unknown.items()]
        best = max(((score, -at, name) for (name, score, _), at in found), default=(0.0, 0, ""))
        if column not in named and best[0] >= _ALIKE:
            guesses.append(f"cột {1 - best[1]} gần giống «{spelled.get(best[2], column)}» ({column})")
    return guesses


@cache
def known_spellings() -> list[str]:
    """Every known header as it is spelled, in lower case."""
    with _REFERENCE.open(encoding="utf-8", newline="") as file:
        spelled = {row["header"].lower() for row in csv.DictReader(file)}
    return sorted(spelled.union(*COLUMNS.values()))


def known_headers_sha256() -> str:
    """The hash of the shipped list of names that offices use."""
    return hashlib.sha256(_REFERENCE.read_bytes()).hexdigest()


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
    return re.sub(r"[^a-z0-9]", "", _without_accents(name)) if len(name) <= _LONGEST_NAME else ""


def _without_accents(text: str) -> str:
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(c for c in letters if not unicodedata.combining(c))


@cache
def _columns_by_name() -> dict[str, str]:
    """The column that each folded header names in one data set or the other."""
    return {folded: column for names in _known().values() for folded, (column, _) in names.items()}


@cache
def _known() -> dict[str, dict[str, tuple[str, int]]]:
    """By data set and folded header: the column that it names, and how exactly (the lower, the exacter)."""
    known: dict[str, dict[str, tuple[str, int]]] = {dataset: {} for dataset in COLUMNS}
    with _REFERENCE.open(encoding="utf-8", newline="") as file:
        for rank, row in enumerate(csv.DictReader(file)):
            known[row["dataset"]].setdefault(fold(row["header"]), (row["column"], rank))
    for dataset, columns in _COLUMNS_AND_YEARS.items():
        known[dataset] |= {fold(name): (name, -1) for name in columns}
    return known
