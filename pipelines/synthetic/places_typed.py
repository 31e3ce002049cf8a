"""What becomes of household numbers, hamlets and addresses when they are typed."""

from collections.abc import Callable

import polars as pl

from . import syllables
from .dice import Cells, Dice, Kind, computed, missing, on

_TEXT = pl.col("text")
_HAMLET_WORDS = (
    (r"^Thôn (\D)", ("T. $1", "T.$1", "thôn $1")),
    (r"^Thôn (\d)", ("T$1", "T. $1", "Thôn số $1")),
    (r"^Xóm ", ("X. ", "X.", "xóm ")),
    (r"^Tổ dân phố số ", ("TDP ", "TDP số ", "Tổ ")),
)
_ADDRESS_WORDS = (("xã ", "X. "), ("phường ", "P. "), ("thị trấn ", "TT. "), ("huyện ", "H. "), ("quận ", "Q. "),
                  ("thị xã ", "TX. "), ("thành phố ", "TP. "))  # fmt: skip


def _household_changed(text: pl.Series, dice: Dice) -> pl.Series:
    """Numbers of the books before: shorter ones, with the letters of the office."""
    number = (pl.col("where") * 90_000).cast(pl.Int64) + 10_000
    return computed(text, pl.format("HK{}", number), where=dice.where)


def hamlet_abbreviated(text: pl.Series, dice: Dice) -> pl.Series:
    """T. Đông, TDP 3: of the hamlet with which a text begins."""

    def style(at: int) -> pl.Expr:
        short = _TEXT
        for pattern, forms in _HAMLET_WORDS:
            short = pl.when(_TEXT.str.contains(pattern)).then(_TEXT.str.replace(pattern, forms[at])).otherwise(short)
        return short

    what = pl.col("what")
    choice = pl.when(what < 0.4).then(style(0)).when(what < 0.7).then(style(1)).otherwise(style(2))
    return computed(text, choice, what=dice.what)


def _hamlet_renamed(text: pl.Series, dice: Dice) -> pl.Series:
    """A number where there was a name, or the name of the production brigade."""
    number = 1 + (pl.col("where") * 9).cast(pl.Int64)
    style = pl.when(pl.col("what") < 0.5).then(pl.format("Đội {}", number)).otherwise(pl.format("Khu {}", number))
    return computed(text, style, where=dice.where, what=dice.what)


def _respelled(name: str, *spellings: Callable[[str], str]) -> Kind:
    """A kind that spells the hamlets of split communes otherwise; in the others nothing hangs on it."""

    def rewritten(cells: Cells, dice: Dice) -> Cells:
        hamlets = cells["thon"].unique().drop_nulls().sort()
        which = pl.Series((dice.what * len(spellings)).astype("int64"))
        other = pl.lit(None, pl.String)
        for at, spelling in enumerate(spellings):
            spelled = [spelling(hamlet) for hamlet in hamlets]
            typed = pl.col("thon").replace(hamlets, pl.Series(spelled, dtype=pl.String))
            other = pl.when(which == at).then(typed).otherwise(other)
        return cells.select(pl.when("is_split").then(other).otherwise("thon").alias("thon"))

    return Kind(name, ("thon", "is_split"), rewritten)


def _tone_placed(hamlet: str) -> str:
    """Thôn Hoà for Thôn Hòa."""
    return " ".join((syllables.tone_placement(word) or [word])[0] for word in hamlet.split(" "))


def _kind_dropped(hamlet: str) -> str:
    """Đông for Thôn Đông, 3 for Tổ dân phố số 3."""
    for kind in ("Thôn ", "Xóm ", "Tổ dân phố số "):
        hamlet = hamlet.removeprefix(kind)
    return hamlet


HAMLET_RESPELLINGS: tuple[Callable[[str], str], ...] = (str.upper, str.lower, _tone_placed, _kind_dropped)
"""Other ways to write the name of a hamlet."""


def _two_levels(cells: Cells, _: Dice) -> Cells:
    known = pl.col("noi_thuong_tru").is_not_null()
    return cells.select(pl.when(known).then("new_address").alias("noi_thuong_tru"))


def district_left_out(text: pl.Series, _: Dice) -> pl.Series:
    """Hamlet, commune, province."""
    return text.str.replace(r"^([^,]+, [^,]+), [^,]+, ([^,]+)$", "$1, $2")


def address_abbreviated(text: pl.Series, dice: Dice) -> pl.Series:
    """Thôn Đông, X. Tân Minh, H. Thường Tín, TP. Hà Nội."""

    def short(space: str) -> pl.Expr:
        forms = [form.replace(" ", space) for _, form in _ADDRESS_WORDS]
        return _TEXT.str.replace_many([f", {word}" for word, _ in _ADDRESS_WORDS], [f", {form}" for form in forms])

    return computed(text, pl.when(pl.col("what") < 0.5).then(short(" ")).otherwise(short("")), what=dice.what)


PLACES = (
    missing("household_missing", "so_ho_khau"),
    on("household_changed", "so_ho_khau", _household_changed),
    missing("hamlet_missing", "thon"),
    on("hamlet_renamed", "thon", _hamlet_renamed),
    on("hamlet_abbreviated", "thon", hamlet_abbreviated),
    missing("address_missing", "noi_thuong_tru"),
    Kind("two_level_address", ("noi_thuong_tru", "new_address"), _two_levels),
    on("district_left_out", "noi_thuong_tru", district_left_out),
    on("address_abbreviated", "noi_thuong_tru", address_abbreviated),
    _respelled("hamlet_cased", str.upper, str.lower),
    _respelled("hamlet_tone_placement", _tone_placed),
    _respelled("hamlet_kind_dropped", _kind_dropped),
    _respelled("hamlet_marks_lost", syllables.unmarked),
)
"""Errors of where a person lives."""
