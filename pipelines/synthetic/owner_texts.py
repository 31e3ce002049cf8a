"""Owners as a land book writes them, and who they truly are."""

import numpy as np
import polars as pl

from .draws import Array, Rng
from .ownership import SEVERAL
from .settings import SampleSettings

_ENDS = ("", *(f"_{number}" for number in range(2, SEVERAL + 1)))
NAMES = tuple(f"ho_ten{end}" for end in _ENDS)

# The texts of a style and how often each is written. {a}, {b}: titled names in small letters; {A}: capitalised.
_COUPLES = (
    ("{A} và {b}", 40), ("{A} - {B}", 12), ("{A}, {b}", 12), ("Vợ chồng {a} và {b}", 10), ("{A} ({spouse}: {b})", 8),
    ("Hộ {a} và {b}", 8), ("{A} và {spouse} là {b}", 5), ("{A}; {B}", 5),
)  # fmt: skip
_CO_OWNERS = (("{A} và {b}", 45), ("{A}, {b}", 25), ("{A} - {B}", 15), ("{A}; {B}", 15))
_THREE = (("{A}, {b} và {c}", 60), ("{A}, {b}, {c}", 25), ("{A}; {B}; {C}", 15))
_PERSONS = (("{A}", 92), ("{plain}", 5), ("{short}", 3))
_HOUSEHOLDS = (("Hộ {a}", 72), ("Hộ gia đình {a}", 23), ("Hộ: {a}", 5))
_HEIRS = (("Những người thừa kế của {a}", 60), ("Các đồng thừa kế của {a}", 20), ("Người thừa kế {a}", 20))
_DECEASED = (("{A} (đã chết)", 60), ("{A} (đã mất)", 20), ("Cụ {plain} (đã chết)", 12), ("{A} đã chết", 8))
_HOUSEHOLD_OF_TWO = "Hộ {a} và {b}"
_STYLES = {
    "person": _PERSONS, "household": _HOUSEHOLDS, "couple": _COUPLES, "heirs": _HEIRS, "deceased": _DECEASED,
}  # fmt: skip


def restyled(rng: Rng, books: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """Copied entries as another hand names the owners: one of a couple alone, a household as a person and reverse."""
    changed = pl.Series(rng.random(len(books)) < settings.owner_restyled) & (books["copy_kind"] != "original")
    others = {"couple": "person", "person": "household", "household": "person"}
    return books.with_columns(style=pl.when(changed).then(pl.col("style").replace(others)).otherwise("style"))


def owners_written(books: pl.DataFrame, form: Array) -> pl.DataFrame:
    """The books with `chu_su_dung`, null for owners unknown, and `owners`: a list of owner_kind and person_id.

    `form` is a die between 0 and 1 of each row for the words of its style.
    """
    rows = books.with_columns(pl.Series("form", form))
    two, three = (pl.col(name).is_not_null() for name in NAMES[1:])
    text = pl.coalesce(
        pl.when(style_is("co_owners") & three).then(_worded(_THREE)),
        pl.when(style_is("co_owners") & two).then(_worded(_CO_OWNERS)),
        *(pl.when(style_is(style)).then(_worded(forms)) for style, forms in _STYLES.items()),
        "body",
    )
    return rows.with_columns(chu_su_dung=text, owners=_truth()).drop("form")


def style_is(*styles: str) -> pl.Expr:
    """Whether the owners of a row are of one of the styles."""
    return pl.col("style").is_in(styles)


def _worded(forms: tuple[tuple[str, int], ...]) -> pl.Expr:
    """The form of words that the die picks by the weights."""
    text = _filled(forms[-1][0])
    for (form, _), (_, end) in zip(reversed(forms[:-1]), reversed(_bounds(forms)[:-1]), strict=True):
        text = pl.when(pl.col("form") < end).then(_filled(form)).otherwise(text)
    return text


def _filled(form: str) -> pl.Expr:
    """A form of words with the names of a row in it."""
    parts = {
        "plain": pl.col(NAMES[0]),
        "short": pl.when("is_man").then(pl.lit("Ô. ")).otherwise(pl.lit("B. ")) + pl.col(NAMES[0]),
        "spouse": pl.when("is_man").then(pl.lit("vợ")).otherwise(pl.lit("chồng")),
    }
    for letter, name, end in zip("abc", NAMES, _ENDS, strict=True):
        small, capital = (
            pl.when(pl.col(f"is_man{end}")).then(pl.lit(his)).otherwise(pl.lit(hers)) + pl.col(name)
            for his, hers in (("ông ", "bà "), ("Ông ", "Bà "))
        )
        parts |= {letter: small, letter.upper(): capital}
    words = [word for word in parts if f"{{{word}}}" in form]
    words.sort(key=lambda word: form.index(f"{{{word}}}"))
    template = form
    for word in words:
        template = template.replace(f"{{{word}}}", "{}")
    return pl.format(template, *(parts[word] for word in words))


def _truth() -> pl.Expr:
    """The owners that the text of a row names, in their order."""
    bound = dict(zip((form for form, _ in _COUPLES), _bounds(_COUPLES), strict=True))[_HOUSEHOLD_OF_TWO]
    of_household = style_is("household") | (style_is("couple") & pl.col("form").is_between(*bound, closed="left"))
    kind = (
        pl.when(style_is("organisation", "state"))
        .then("style")
        .when(of_household)
        .then(pl.lit("household"))
        .when(~style_is("none"))
        .then(pl.lit("person"))
    )
    several = (pl.lit(True), style_is("couple", "co_owners"), style_is("co_owners"))
    named = [
        pl.when(written & (pl.col(name).is_not_null() | ~pl.col("private"))).then(
            pl.struct(owner_kind=kind, person_id=pl.col(f"person_id{end}"))
        )
        for written, name, end in zip(several, NAMES, _ENDS, strict=True)
    ]
    first = pl.when(~style_is("none")).then(named[0])
    only_people = [pl.when("private").then(other) for other in named[1:]]
    return pl.concat_list(first, *only_people).list.drop_nulls()


def _bounds(forms: tuple[tuple[str, int], ...]) -> list[tuple[float, float]]:
    """From where to where each form goes on a die between 0 and 1."""
    ends = (np.cumsum([weight for _, weight in forms]) / sum(weight for _, weight in forms)).tolist()
    return list(zip([0.0, *ends[:-1]], ends, strict=True))
