"""What becomes of sex, ethnicity, relation, status and telephone when they are typed."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from .dice import Dice, Kind, computed, missing, on, with_part

_TEXT = pl.col("text")
_SEX_WORDS = {
    "Nam": ("nam", "NAM", "Nam ", "M", "Trai", "Nam giới"),
    "Nữ": ("nữ", "NỮ", "Nữ ", "F", "Gái", "Nu"),
}
_ETHNICITIES = {
    "Kinh": ("KINH", "kinh", "Kinh ", "Việt", "Kinh (Việt)"),
    "Mường": ("Muờng", "MƯỜNG", "Muong", "mường"),
    "Tày": ("TÀY", "Tay", "tày"),
    "Thái": ("Thai", "THÁI", "thái"),
    "Nùng": ("NÙNG", "Nung"),
    "Dao": ("DAO", "dao"),
    "Mông": ("H'Mông", "Hmông", "H’Mông", "Mèo"),
}
_RELATIONS = {
    "Chủ hộ": ("CHỦ HỘ", "chủ hộ", "Chủ hộ ", "Chủ Hộ", "CH"),
    "Vợ": ("vợ", "VỢ", "Vợ chủ hộ"),
    "Chồng": ("chồng", "Chồng ", "Chồng chủ hộ"),
    "Con": ("con", "Con đẻ", "Con "),
    "Con trai": ("Con Trai", "con trai", "Con đẻ"),
    "Con gái": ("Con Gái", "con gái", "Con đẻ"),
    "Con dâu": ("Con Dâu", "con dâu", "Dâu"),
    "Con rể": ("Con Rể", "con rể", "Rể"),
    "Cháu": ("cháu", "Cháu nội", "Cháu "),
    "Bố": ("Cha", "Bố đẻ", "bố"),
    "Mẹ": ("Mẹ đẻ", "mẹ", "Mẹ "),
    "Ở nhờ": ("ở nhờ", "Người ở nhờ"),
}
_STATUSES = {
    "Thường trú": ("Đang cư trú", "TT", "thường trú", "Hiện có mặt", "Còn sống tại địa phương"),
    "Đã chuyển đi": ("Chuyển đi", "CHUYỂN ĐI", "Cắt khẩu", "Đã chuyển khẩu"),
    "Đã chết": ("Chết", "Đã mất", "Mất", "Từ trần", "đã chết"),
}


def _in_other_words(name: str, column: str, words: Mapping[str, Sequence[str]]) -> Kind:
    """A kind that writes a value of a list in another way."""
    others = [other for choices in words.values() for other in choices]
    many = np.array([len(choices) for choices in words.values()] + [0])
    first = many.cumsum() - many

    def rewritten(text: pl.Series, dice: Dice) -> pl.Series:
        number = {word: at for at, word in enumerate(words)}
        which = text.replace_strict(number, default=len(words), return_dtype=pl.Int64).fill_null(len(words)).to_numpy()
        at = first[which] + dice.numbers(many[which])
        other = pl.Series(np.append(others, "")[at], dtype=pl.String)
        return computed(
            text, pl.when(pl.col("known")).then("other").otherwise(_TEXT), known=which < len(words), other=other
        )

    return on(name, column, rewritten)


def _other_sex(text: pl.Series, _: Dice) -> pl.Series:
    return text.replace({"Nam": "Nữ", "Nữ": "Nam"})


def _other_phone(text: pl.Series, dice: Dice) -> pl.Series:
    """A new number of the same network, or a slip of one digit."""
    new = _TEXT.str.slice(0, 3) + (pl.col("where") * 10_000_000).cast(pl.Int64).cast(pl.String).str.zfill(7)
    at = 3 + (pl.col("where") * 7).cast(pl.Int64)
    digit = _TEXT.str.slice(at, 1).cast(pl.Int64)
    slipped = with_part(_TEXT, at, 1, ((digit + 1 + (pl.col("what") * 18 % 9).cast(pl.Int64)) % 10).cast(pl.String))
    return computed(text, pl.when(pl.col("what") < 0.5).then(new).otherwise(slipped), where=dice.where, what=dice.what)


def _phone_format(text: pl.Series, dice: Dice) -> pl.Series:
    national = _TEXT.str.slice(1)
    dotted = _TEXT.str.replace(r"^(\d{4})(\d{3})(\d{3})$", "$1.$2.$3")
    spaced = _TEXT.str.replace(r"^(\d{3})(\d{3})(\d{4})$", "$1 $2 $3")
    what = pl.col("what")
    written = pl.when(what < 0.3).then(dotted).when(what < 0.55).then(spaced).when(what < 0.75).then("+84" + national)
    return computed(text, written.otherwise(national), what=dice.what)


FACTS = (
    missing("sex_missing", "gioi_tinh"),
    on("sex_wrong", "gioi_tinh", _other_sex),
    _in_other_words("sex_coded", "gioi_tinh", _SEX_WORDS),
    missing("ethnicity_missing", "dan_toc"),
    _in_other_words("ethnicity_variant", "dan_toc", _ETHNICITIES),
    missing("relation_missing", "quan_he_chu_ho"),
    _in_other_words("relation_variant", "quan_he_chu_ho", _RELATIONS),
    _in_other_words("status_variant", "tinh_trang", _STATUSES),
    missing("phone_missing", "so_dien_thoai"),
    on("phone_changed", "so_dien_thoai", _other_phone),
    on("phone_format", "so_dien_thoai", _phone_format),
)
"""Errors of the other facts of a person."""
