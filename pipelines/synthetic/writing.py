"""The files of a sample: exports as a commune would hand them over, and the truth about their rows."""

import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from .encodings import LEGACY, encoded
from .forms import Form
from .settings import OldCommune

_HEADERS = {
    "ho_ten": "Họ và tên", "ngay_sinh": "Ngày, tháng, năm sinh", "gioi_tinh": "Giới tính",
    "so_dinh_danh": "Số CCCD", "so_cmnd": "Số CMND", "dan_toc": "Dân tộc", "so_ho_khau": "Số hộ khẩu",
    "quan_he_chu_ho": "Quan hệ với chủ hộ", "ho_ten_chu_ho": "Họ tên chủ hộ", "ho_ten_cha": "Họ tên cha",
    "ho_ten_me": "Họ tên mẹ", "ho_ten_vo_chong": "Họ tên vợ/chồng", "noi_thuong_tru": "HKTT", "thon": "Thôn",
    "so_dien_thoai": "SĐT", "tinh_trang": "Tình trạng", "ngay_cap_nhat": "Ngày cập nhật", "ghi_chu": "Ghi chú",
    "so_to": "Số tờ BĐ", "so_thua": "Số thửa", "dien_tich": "Diện tích (m2)", "loai_dat": "MĐSD",
    "he_ban_do": "Hệ bản đồ", "ty_le": "Tỷ lệ BĐ", "xu_dong": "Xứ đồng", "dia_chi_thua": "Địa chỉ thửa đất",
    "so_gcn": "Số phát hành", "so_vao_so": "Số vào sổ", "ngay_cap": "Ngày cấp", "chu_su_dung": "Chủ sử dụng",
    "giay_to_chu": "Số CMND chủ", "nam_sinh_chu": "Năm sinh chủ", "dia_chi_chu": "Địa chỉ chủ",
    "nam_sinh_nam": "Năm sinh Nam", "nam_sinh_nu": "Năm sinh Nữ",
}  # fmt: skip
_TITLES = {"cong_dan.csv": "DANH SÁCH NHÂN KHẨU THƯỜNG TRÚ", "thua_dat.csv": "SỔ MỤC KÊ ĐẤT ĐAI"}
_TOTAL = "Tổng cộng"
_BESIDE = {"is_man"}
"""What the writing of a citizen register needs beside its columns."""
_LOOKALIKES = str.maketrans(
    {"\u0430": "a", "\u043e": "o", "\u0435": "e", "ı": "i", "\u00a0": " ", **dict.fromkeys("\u200b\u200c\u200d\ufeff")}
)
"""What legacy encodings have no code for, and the letters that stand in its place."""
_UNSEEN_IN_LEGACY = ("confusable_letters", "invisible_characters")
_UNSEEN_IN_COLUMNS_BY_SEX = ("sex_missing", "sex_coded")


def folder_of(commune: OldCommune) -> str:
    """The export folder of a commune: its code and its name in plain letters."""
    plain = unicodedata.normalize("NFD", commune.name.lower().replace("đ", "d"))
    words = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return "-".join([commune.code, *words.split()])


def write_exports(
    exports: Path,
    communes: Sequence[OldCommune],
    rows: pl.DataFrame,
    name: str,
    columns: Sequence[str],
    forms: Sequence[Form],
) -> None:
    """One file per commune with its rows in their order; without rows it holds a header only."""
    for position, (commune, form) in enumerate(zip(communes, forms, strict=True)):
        folder = exports / folder_of(commune)
        folder.mkdir(parents=True, exist_ok=True)
        table = rows.filter(pl.col("commune") == position).select(*columns, *_BESIDE.intersection(rows.columns))
        (folder / name).write_bytes(_file(table, commune, name, form))


def write_truth(
    path: Path,
    communes: Sequence[OldCommune],
    rows: pl.DataFrame,
    name: str,
    columns: Sequence[str],
    forms: Sequence[Form],
    each: str | None = None,
) -> None:
    """Where each row of the exports stands (records are counted from 1) and what is true of it.

    With `each`, a list of structs, what is true of every one of them, numbered from 1 in `owner_no`.
    """
    files = pl.Series([f"{folder_of(commune)}/{name}" for commune in communes], dtype=pl.String)
    truth = rows.with_columns(
        _seen(forms),
        pl.lit(files).gather(pl.col("commune")).alias("source_file"),
        pl.int_range(1, pl.len() + 1).over("commune").alias("source_row"),
    )
    if each:
        numbers = pl.int_ranges(1, pl.col(each).list.len() + 1).alias("owner_no")
        listed = truth.select("source_file", "source_row", numbers, each).filter(pl.col(each).list.len() > 0)
        truth = listed.explode("owner_no", each).unnest(each)
    write_table(path, truth.select("source_file", "source_row", *columns))


def write_table(path: Path, table: pl.DataFrame) -> None:
    """A plain CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_csv(table, ",").encode())


def _seen(forms: Sequence[Form]) -> pl.Expr:
    """The `errors` without those that the form of a file undoes."""
    seen = pl.col("errors")
    for undone, positions in (
        (_UNSEEN_IN_LEGACY, [at for at, form in enumerate(forms) if form.encoding in LEGACY]),
        (_UNSEEN_IN_COLUMNS_BY_SEX, [at for at, form in enumerate(forms) if form.years_by_sex]),
    ):
        left = seen.str.replace_all(rf"(^|\+)({'|'.join(undone)})\b", "").str.strip_chars_start("+").replace("", None)
        seen = pl.when(pl.col("commune").is_in(positions)).then(left).otherwise(seen)
    return seen.alias("errors")


def _file(table: pl.DataFrame, commune: OldCommune, name: str, form: Form) -> bytes:
    count = len(table)
    if "is_man" in table.columns:
        table = _born_by_sex(table) if form.years_by_sex else table.drop("is_man")
    if form.total_row and count:
        words = pl.DataFrame({table.columns[0]: [_TOTAL], table.columns[1]: [str(count)]})
        table = pl.concat([table, words], how="diagonal")
    if form.header_aliases:
        table = table.rename({column: _HEADERS[column] for column in table.columns})
    text = _csv(table, form.delimiter)
    if form.title_rows:
        text = f"UBND {commune.kind.upper()} {commune.name.upper()}\n{_TITLES[name]}\n\n" + text
    return encoded(text.translate(_LOOKALIKES) if form.encoding in LEGACY else text, form.encoding)


def _born_by_sex(table: pl.DataFrame) -> pl.DataFrame:
    """The date of birth in the column of the sex; a mere sign where it is missing.

    Who wrote such a register had to choose a column, so that the sex is never missing; it may be the wrong one.
    """
    sex = pl.when(pl.col("gioi_tinh").is_in(["Nam", "Nữ"])).then(pl.col("gioi_tinh") == "Nam")
    is_man = pl.coalesce(sex, "is_man")
    born = pl.col("ngay_sinh").fill_null("x")
    names = [name for name in table.columns if name not in ("ho_ten", "ngay_sinh", "gioi_tinh", "is_man")]
    return table.select(
        "ho_ten",
        pl.when(is_man).then(born).alias("nam_sinh_nam"),
        pl.when(~is_man).then(born).alias("nam_sinh_nu"),
        *names,
    )


def _csv(table: pl.DataFrame, delimiter: str) -> str:
    text = io.StringIO()
    table.write_csv(text, separator=delimiter, line_terminator="\n", quote_style="necessary")
    return text.getvalue()
