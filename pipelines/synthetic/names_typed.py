"""What becomes of names when they are typed: those of the people themselves, of owners of land, and of relatives."""

import polars as pl

from . import syllables
from .dice import Cells, Dice, Kind, Retyping, computed, missing, on, with_part
from .syllables import Spellings

_TEXT = pl.col("text")
_RELATIVES = ("ho_ten_cha", "ho_ten_me", "ho_ten_vo_chong", "ho_ten_chu_ho")
_FIRST, _LAST = _TEXT.str.extract(r"^(\S+)"), _TEXT.str.extract(r"(\S+)$")
_MIDDLE = _TEXT.str.extract(r"^\S+ (.+) \S+$")


def one_word(spellings: Spellings) -> Retyping:
    """A rewriting of one word of each text."""
    return lambda text, dice: syllables.respelled(text, spellings, dice.where, dice.what)


def every_word(spellings: Spellings) -> Retyping:
    """A rewriting of all words of each text."""
    return lambda text, dice: syllables.respelled(text, spellings, dice.where, dice.what, every_word=True)


def slip(text: pl.Series, dice: Dice) -> pl.Series:
    """One letter dropped, typed twice, or another instead; never a space."""
    at = (pl.col("where") * _TEXT.str.len_chars()).cast(pl.Int64)
    at = at - (_TEXT.str.slice(at, 1) == " ").cast(pl.Int64)
    letter = _TEXT.str.slice(at, 1)
    other = pl.when(letter != letter.str.to_lowercase()).then("first").otherwise("inner")
    turn = pl.col("where") * 7 % 1
    part = pl.when(turn < 0.3).then(pl.lit("")).when(turn < 0.5).then(letter + letter).otherwise(other)
    beside = {"where": dice.where, "first": dice.picked("BCHLMNTV"), "inner": dice.picked("aeghimnotuy")}
    return computed(text, with_part(_TEXT, at, 1, part), **beside)


def middle_dropped(text: pl.Series, _: Dice) -> pl.Series:
    """Without the first word of the middle."""
    return text.str.replace(r"^(\S+) \S+ (.+)$", "$1 $2")


def abbreviated(text: pl.Series, dice: Dice) -> pl.Series:
    """Ng. Văn Hùng, Ng~ Văn Hùng, N.V. Hùng, N.V.Hùng, Nguyễn V. Hùng, Nguyễn V Hùng, N.V.H."""
    letters = _MIDDLE.str.split(" ").list.eval(pl.element().str.slice(0, 1))
    rest = _TEXT.str.replace(r"^\S+ ", "")
    initial = pl.when(_FIRST.str.starts_with("Ng")).then(pl.lit("Ng")).otherwise(_FIRST.str.slice(0, 1))
    initials = _FIRST.str.slice(0, 1) + "." + (letters.list.join(".") + ".").fill_null("")
    styles = (
        initial + ". " + rest,
        initial + pl.when(initial == "Ng").then(pl.lit("~ ")).otherwise(pl.lit(". ")) + rest,
        initials + " " + _LAST,
        initials + _LAST,
        pl.coalesce(_FIRST + " " + letters.list.join(". ") + ". " + _LAST, initial + ". " + rest),
        pl.coalesce(_FIRST + " " + letters.list.join(" ") + " " + _LAST, initial + ". " + rest),
        initials + _LAST.str.slice(0, 1),
    )
    bounds = (0.3, 0.45, 0.6, 0.75, 0.88, 0.97)
    choice = styles[-1]
    for bound, style in zip(reversed(bounds), reversed(styles[:-1]), strict=True):
        choice = pl.when(pl.col("what") < bound).then(style).otherwise(choice)
    return computed(text, choice, what=dice.what)


def given_name_alone(text: pl.Series, dice: Dice) -> pl.Series:
    """Hùng, Văn Hùng."""
    return computed(
        text, pl.when(pl.col("what") < 0.5).then(_LAST).otherwise(_TEXT.str.replace(r"^\S+ ", "")), what=dice.what
    )


def confusable(text: pl.Series, dice: Dice) -> pl.Series:
    """Cyrillic а, о and е, or ı without its dot: nobody sees the difference."""
    cyrillic = _TEXT.str.replace_many(["a", "o", "e"], ["\u0430", "\u043e", "\u0435"])
    dotless = _TEXT.str.replace_all("i", "ı", literal=True)
    first, second = (pl.when(done != _TEXT).then(done) for done in (cyrillic, dotless))
    early, late = pl.coalesce(first, second, _TEXT), pl.coalesce(second, first, _TEXT)
    return computed(text, pl.when(pl.col("what") < 0.6).then(early).otherwise(late), what=dice.what)


def stray_space(text: pl.Series, dice: Dice) -> pl.Series:
    """A space doubled, in front, or behind."""
    doubled = _TEXT.str.replace(" ", "  ", literal=True)
    what = pl.col("what")
    spaced = pl.when(what < 0.5).then(doubled).when(what < 0.7).then(" " + _TEXT).otherwise(_TEXT + " ")
    return computed(text, spaced, what=dice.what)


def invisible(text: pl.Series, dice: Dice) -> pl.Series:
    """A no-break space between words, or a zero-width character somewhere."""
    at = 1 + (pl.col("where") * (_TEXT.str.len_chars() - 1)).cast(pl.Int64)
    hidden = with_part(_TEXT, at, 0, pl.col("sign"))
    unbroken = _TEXT.str.replace(" ", "\u00a0", literal=True)
    signs = dice.picked(("\u200b", "\u200c", "\u200d", "\ufeff"))
    return computed(text, pl.when(pl.col("where") < 0.5).then(unbroken).otherwise(hidden), where=dice.where, sign=signs)


def _titled(cells: Cells, dice: Dice) -> Cells:
    """Forms of address of grown-up people; children have none."""
    aged = (pl.col("birth_year") < 1950) & pl.Series(dice.what < 0.4)
    title = pl.when(aged).then(pl.lit("Cụ ")).when("is_man").then(pl.lit("Ông ")).otherwise(pl.lit("Bà "))
    grown_up = pl.col("birth_year") < 1995
    return cells.with_columns(ho_ten=pl.when(grown_up).then(title + pl.col("ho_ten")).otherwise("ho_ten"))


def _remarked(cells: Cells, dice: Dice) -> Cells:
    spouse = pl.when("is_man").then(pl.lit(" (vợ: ")).otherwise(pl.lit(" (chồng: ")) + pl.col("ho_ten_vo_chong") + ")"
    known = pl.Series(dice.what < 0.6)
    remark = pl.when("is_dead").then(pl.lit(" (đã chết)")).when(known).then(spouse)
    absent = dice.picked((" (tạm vắng)", " (đi làm xa)", " (con nuôi)", " (ở nhờ)"))
    return cells.with_columns(ho_ten=pl.col("ho_ten") + pl.coalesce(remark, absent))


def _spelling(column: str) -> tuple[Kind, ...]:
    return (
        on("marks_lost", column, every_word(syllables.marks_lost)),
        on("middle_dropped", column, middle_dropped),
        on("tone_changed", column, one_word(syllables.other_tones)),
        on("vowel_mark_changed", column, one_word(syllables.other_vowel_marks)),
        on("syllable_marks_lost", column, one_word(syllables.marks_lost)),
        on("stroke_lost", column, every_word(syllables.stroke_lost)),
        on("tone_placement", column, every_word(syllables.tone_placement)),
        on("i_for_y", column, every_word(syllables.i_for_y)),
        on("name_slip", column, slip),
        on("abbreviated", column, abbreviated),
        on("telex_left", column, one_word(syllables.telex)),
        on("vni_typing_left", column, one_word(syllables.vni_typing)),
    )


def _looks(column: str) -> tuple[Kind, ...]:
    return (
        on("upper_case", column, lambda text, _: text.str.to_uppercase()),
        on("lower_case", column, lambda text, _: text.str.to_lowercase()),
        on("confusable_letters", column, confusable),
        on("stray_space", column, stray_space),
        on("invisible_characters", column, invisible),
    )


# What looks at letters comes before what hides them; ornaments come last.
_ORNAMENTS = (
    Kind("title_in_front", ("ho_ten", "is_man", "birth_year"), _titled),
    Kind("remark_behind", ("ho_ten", "is_man", "is_dead", "ho_ten_vo_chong"), _remarked),
)
OWN_NAME = (*_spelling("ho_ten"), *_ORNAMENTS, *_looks("ho_ten"))
"""Errors of the person's own name, `ho_ten`."""


def _relatives() -> tuple[Kind, ...]:
    """Errors of the names of relatives, each name by itself."""
    return tuple(
        on(name, column, rewrite)
        for column in _RELATIVES
        for name, rewrite in (
            ("relative_marks_lost", every_word(syllables.marks_lost)),
            ("relative_middle_dropped", middle_dropped),
            ("relative_tone_changed", one_word(syllables.other_tones)),
            ("relative_slip", slip),
            ("relative_abbreviated", abbreviated),
        )
    )


RELATIVES = (
    missing("father_missing", "ho_ten_cha"),
    missing("mother_missing", "ho_ten_me"),
    missing("spouse_missing", "ho_ten_vo_chong"),
    missing("head_missing", "ho_ten_chu_ho"),
    on("parent_partly", "ho_ten_cha", given_name_alone),
    on("parent_partly", "ho_ten_me", given_name_alone),
    *_relatives(),
)
OWNERS = tuple(kind for column in ("ho_ten", "ho_ten_2", "ho_ten_3") for kind in (*_spelling(column), *_looks(column)))
"""Errors of the names in a land book, where a title stands in front of every name."""
