"""Each kind of error happens as often as its rate says, does what its name says, and can be left out alone."""

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from rapidfuzz.distance import DamerauLevenshtein, Levenshtein

from pipelines.synthetic import OldCommune, SampleSettings, citizen_register, dirt_kinds, profile
from pipelines.synthetic.columns import CITIZEN_COLUMNS
from pipelines.synthetic.errors import KINDS, with_errors
from pipelines.synthetic.population import make_population
from pipelines.synthetic.registers import make_registers
from pipelines.vietnamese.numbers import personal_number

COMMUNES = [OldCommune(f"1000{n}", f"Tân {n}", "xã", "huyện Thường Tín", "thành phố Hà Nội") for n in range(3)]
CLEAN = profile("clean").model_copy(update={"copy_factor": 1, "vague_dates_if_old": 1})


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    """Registers before anything was mistyped, full of copies."""
    often = CLEAN.model_copy(update={"movers": 0.3, "doubles": 0.2, "other_ethnicity": 0.2, "dead": 0.3})
    population = make_population(np.random.default_rng(1), COMMUNES, 5000, often)
    # The hamlets' spellings are those of split communes, whose people and errors are the same otherwise.
    return make_registers(np.random.default_rng(2), population, often).with_columns(
        is_split=True, thon=pl.col("thon").str.replace("Thôn Đông", "Thôn Hòa Đông")
    )


@pytest.fixture(scope="module")
def true(rows: pl.DataFrame) -> pl.DataFrame:
    return typed(rows, CLEAN)


def typed(rows: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    return with_errors(np.random.default_rng(3), rows, settings).select(*CITIZEN_COLUMNS, "errors")


def changes(before: pl.DataFrame, after: pl.DataFrame) -> list[tuple[int, str, str | None, str | None]]:
    """Row, column, true and typed value of each cell that differs."""
    return [
        (row, column, before[column][row], after[column][row])
        for column in CITIZEN_COLUMNS
        for row in before[column].ne_missing(after[column]).arg_true().to_list()
    ]


def bare(text: str) -> str:
    marks = unicodedata.normalize("NFD", text)
    return "".join(c for c in marks if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")


def words_apart(one: str, other: str) -> list[tuple[str, str]]:
    pairs = list(zip(one.split(" "), other.split(" "), strict=True))
    return [(a, b) for a, b in pairs if a != b]


def one_word_of(letters: Callable[[str], str]) -> Callable[[str, str], bool]:
    return lambda true, now: len(words_apart(true, now)) == 1 and letters(true) == letters(now)


def toneless(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if c not in "\u0300\u0301\u0303\u0309\u0323")


def date_like(pattern: str) -> Callable[[str, str], bool]:
    return lambda true, now: re.fullmatch(pattern, now) is not None and year_of(true) % 100 == year_of(now) % 100


def year_of(date: str) -> int:
    return int(max(re.findall(r"\d{4}", date), key=len, default=date[-2:]))


def years_apart(years: int) -> Callable[[str, str], bool]:
    return lambda true, now: true[:6] == now[:6] and abs(int(true[6:]) - int(now[6:])) == years


def spelled_without(signs: str) -> Callable[[str, str], bool]:
    return lambda true, now: re.sub(signs, "", now) == true


EMPTY = None
NAME_SLIP = lambda true, now: Levenshtein.distance(true, now) == 1 and true.count(" ") == now.count(" ")  # noqa: E731
ABBREVIATED = lambda true, now: now[0] == true[0] and len(now) <= len(true) and re.search(r"\.|~|\b\w\b", now)  # noqa: E731
SPACE = r"[ \u00a0\u200b-\u200d\ufeff]"

# What each kind makes of the true value of a cell; EMPTY: it leaves nothing.
MEANING: dict[str, Callable[[str, str], object] | None] = {
    "marks_lost": lambda true, now: now == bare(true),
    "syllable_marks_lost": lambda true, now: one_word_of(bare)(true, now) and words_apart(true, now)[0][1].isascii(),
    "telex_left": lambda true, now: all(
        b.isascii() and b.isalpha() and re.sub("[fsrxjw]", "", b) >= "A" and len(b) > len(a)
        for a, b in words_apart(true, now)
    ),
    "vni_typing_left": lambda true, now: all(
        b.isascii() and re.sub(r"[1-9]", "", b) == bare(a) != b for a, b in words_apart(true, now)
    ),
    "stroke_lost": lambda true, now: now == true.replace("Đ", "D").replace("đ", "d"),
    "tone_changed": one_word_of(toneless),
    "vowel_mark_changed": lambda true, now: one_word_of(bare)(true, now) and toneless(true) != toneless(now),
    "name_slip": NAME_SLIP,
    "middle_dropped": lambda true, now: now.split() == true.split()[:1] + true.split()[2:],
    "abbreviated": ABBREVIATED,
    "tone_placement": lambda true, now: (
        toneless(true) == toneless(now) and re.search("o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ]", now.lower())
    ),
    "i_for_y": lambda true, now: Levenshtein.distance(true, now) >= 1 and re.search("[iìíỉĩị]( |$)", now),
    "title_in_front": lambda true, now: re.fullmatch("(Ông|Bà|Cụ) " + re.escape(true), now),
    "remark_behind": lambda true, now: re.fullmatch(re.escape(true) + r" \(.+\)", now),
    "upper_case": lambda true, now: now == true.upper(),
    "lower_case": lambda true, now: now == true.lower(),
    "confusable_letters": lambda true, now: len(now) == len(true) and re.search("[аоеı]", now),
    "stray_space": lambda true, now: " ".join(now.split()) == true,
    "invisible_characters": lambda true, now: re.sub(SPACE, "", now) == true.replace(" ", ""),
    "relative_marks_lost": lambda true, now: now == bare(true),
    "relative_slip": NAME_SLIP,
    "relative_tone_changed": one_word_of(toneless),
    "relative_middle_dropped": lambda true, now: now.split() == true.split()[:1] + true.split()[2:],
    "relative_abbreviated": ABBREVIATED,
    "parent_partly": lambda true, now: true.endswith(" " + now),
    "father_missing": EMPTY,
    "mother_missing": EMPTY,
    "spouse_missing": EMPTY,
    "head_missing": EMPTY,
    "date_missing": EMPTY,
    "year_only": lambda true, now: now == true[6:],
    "first_january": lambda true, now: now == f"01/01/{true[6:]}",
    "impossible_date": lambda true, now: (
        now[:5] in {"30/02", "31/04", "31/06", "31/09", "31/11"} and true[2:] == now[2:]
    ),
    "day_month_swapped": lambda true, now: now == f"{true[3:5]}/{true[:2]}/{true[6:]}",
    "day_slip": lambda true, now: true[2:] == now[2:] and (true[0] == now[0]) != (true[1] == now[1]),
    "decade_slip": years_apart(10),
    "year_off_by_one": years_apart(1),
    "date_in_words": date_like(r"(ngày )?\d{1,2} tháng \d{1,2} năm \d{4}"),
    "iso_date": lambda true, now: now == f"{true[6:]}-{true[3:5]}-{true[:2]}",
    "two_digit_year": lambda true, now: now == true[:6] + true[8:],
    "other_separator": lambda true, now: re.sub(r"[.\-]", "/", now) == true,
    "unpadded_date": lambda true, now: now == "/".join(str(int(part)) for part in true.split("/")),
    "number_missing": EMPTY,
    "number_wrong_structure": lambda true, now: true[:3] == now[:3] and true[3:6] != now[3:6] and true[6:] == now[6:],
    "number_reissued": lambda true, now: true[:6] == now[:6] and Levenshtein.distance(true, now) > 0,
    "number_of_relative": lambda true, now: len(now) == 12,
    "number_digit": lambda true, now: Levenshtein.distance(true, now) == 1,
    "number_digits_swapped": lambda true, now: (
        DamerauLevenshtein.distance(true, now) == 1 and sorted(true) == sorted(now)
    ),
    "number_scientific": lambda true, now: (
        float(now) == pytest.approx(int(true), rel=0.01) and re.fullmatch(r"\d\.\d\dE\+\d\d", now)
    ),
    "number_zero_lost": lambda true, now: now == true.lstrip("0"),
    "number_spaced": spelled_without(r"[ .]"),
    "old_number_missing": EMPTY,
    "old_number_digit": lambda true, now: Levenshtein.distance(true, now) == 1,
    "old_number_zero_lost": lambda true, now: now == true.lstrip("0"),
    "sex_missing": EMPTY,
    "sex_wrong": lambda true, now: {true, now} == {"Nam", "Nữ"},
    "sex_coded": lambda true, now: now.strip().lower() in {"nam", "m", "trai", "nam giới", "nữ", "f", "gái", "nu"},
    "ethnicity_missing": EMPTY,
    "ethnicity_variant": lambda true, now: now != true,
    "relation_missing": EMPTY,
    "relation_variant": lambda true, now: now != true,
    "status_variant": lambda true, now: now != true,
    "phone_missing": EMPTY,
    "phone_changed": lambda true, now: len(now) == 10 and now[:3] == true[:3],
    "phone_format": lambda true, now: re.sub(r"\D", "", now).removeprefix("84").endswith(true[1:]),
    "household_missing": EMPTY,
    "household_changed": lambda _, now: re.fullmatch(r"HK\d{5}", now),
    "hamlet_missing": EMPTY,
    "hamlet_renamed": lambda _, now: re.fullmatch(r"(Đội|Khu) \d", now),
    "hamlet_abbreviated": lambda true, now: now.split(" ")[-1][-1] == true[-1],
    "hamlet_cased": lambda true, now: now in {true.upper(), true.lower()},
    "hamlet_tone_placement": lambda true, now: now == true.replace("Hòa", "Hoà"),
    "hamlet_kind_dropped": lambda true, now: true.split(" ", 1)[1] == now,
    "hamlet_marks_lost": lambda true, now: now == bare(true),
    "address_missing": EMPTY,
    "two_level_address": lambda true, now: now == true.split(",")[0] + ", xã Tân 0, thành phố Hà Nội",
    "district_left_out": lambda true, now: now == true.replace(", huyện Thường Tín", ""),
    "address_abbreviated": lambda true, now: re.fullmatch(r"[^,]+, X\. ?Tân \d, H\. ?Thường Tín, TP\. ?Hà Nội", now),
}  # fmt: skip
IN_BOTH_COLUMNS = {"number_in_wrong_column", "number_filler"}


def test_every_kind_is_known_here() -> None:
    assert set(dirt_kinds()) == {kind.name for kind in KINDS} == MEANING.keys() | IN_BOTH_COLUMNS


@pytest.mark.parametrize("kind", dirt_kinds())
def test_a_kind_does_what_its_name_says_as_often_as_its_rate_says(
    kind: str, rows: pl.DataFrame, true: pl.DataFrame
) -> None:
    always = typed(rows, CLEAN.model_copy(update={kind: 1.0}))
    struck = changes(true, always)
    assert len(struck) >= 50, "the kind cannot be seen"
    told = always["errors"].is_not_null()
    assert set(always["errors"].drop_nulls()) == {kind}
    assert told.arg_true().to_list() == sorted({row for row, *_ in struck})
    if kind in MEANING:
        meaning = MEANING[kind]
        wrong = [
            (before, after)
            for _, _, before, after in struck
            if (after is not None if meaning is None else not (before and after and meaning(before, after)))
        ]
        assert wrong[:5] == []
    sometimes = changes(true, typed(rows, CLEAN.model_copy(update={kind: 0.3})))
    # Cells of one row or one person may fall together, so that the spread is up to twice the usual one.
    assert len(sometimes) == pytest.approx(0.3 * len(struck), abs=9 * (0.21 * len(struck)) ** 0.5)


def test_numbers_change_their_columns(rows: pl.DataFrame, true: pl.DataFrame) -> None:
    moved = typed(rows, CLEAN.model_copy(update={"number_in_wrong_column": 1}))
    assert moved["so_cmnd"].equals(true["so_dinh_danh"].alias("so_cmnd"), null_equal=True)
    assert moved["so_dinh_danh"].equals(true["so_cmnd"].alias("so_dinh_danh"), null_equal=True)


def test_fillers_are_no_numbers_and_stand_where_none_is(rows: pl.DataFrame, true: pl.DataFrame) -> None:
    filled = typed(rows, CLEAN.model_copy(update={"number_filler": 1}))["so_dinh_danh"]
    assert filled.null_count() == 0
    fillers = filled.filter(true["so_dinh_danh"].is_null())
    assert {"000000000000", "123456789"} <= set(fillers) and fillers.n_unique() < 10
    assert filled.filter(true["so_dinh_danh"].is_not_null()).equals(true["so_dinh_danh"].drop_nulls())


def test_a_number_of_a_relative_is_one_of_the_household(rows: pl.DataFrame) -> None:
    often = rows.with_columns(so_dinh_danh="number_held")
    shared = with_errors(np.random.default_rng(3), often, CLEAN.model_copy(update={"number_of_relative": 0.2}))
    originals = shared.filter(pl.col("copy_kind") == "original")
    wrong = originals.filter(pl.col("errors") == "number_of_relative")
    held = originals.select("household", so_dinh_danh="number_held").with_columns(found=True)
    assert len(wrong) > 100
    assert wrong.join(held, on=["household", "so_dinh_danh"])["found"].len() == len(wrong)


def test_a_reissued_number_is_the_later_one_in_all_copies(rows: pl.DataFrame, true: pl.DataFrame) -> None:
    reissued = typed(rows, CLEAN.model_copy(update={"number_reissued": 0.5})).with_columns(
        rows["person_id", "copy_kind"]
    )
    struck = reissued.filter(pl.col("errors").is_not_null())
    assert set(struck["copy_kind"]) == {"mover", "double"}
    of_person = struck.drop_nulls("so_dinh_danh").group_by("person_id").agg(pl.col("so_dinh_danh").n_unique())
    assert (of_person["so_dinh_danh"] == 1).all()
    assert not set(struck["so_dinh_danh"]) & set(true["so_dinh_danh"])


@pytest.mark.parametrize("kind", dirt_kinds())
def test_a_kind_can_be_left_out_alone(kind: str, rows: pl.DataFrame, doubled: pl.DataFrame) -> None:
    without = typed(rows, profile("doubled").without(kind))
    assert not without["errors"].str.split("+").list.contains(kind).any()
    # All that remains falls as before: each kind has a stream of its own.
    spared = ~doubled["errors"].str.split("+").list.contains(kind).fill_null(False)
    assert 0 < spared.sum() < len(spared) or kind in {"number_reissued", "number_wrong_structure"}
    assert without.filter(spared).equals(doubled.filter(spared), null_equal=True)
    assert profile(f"without_{kind}") == SampleSettings().without(kind)


@pytest.fixture(scope="module")
def doubled(rows: pl.DataFrame) -> pl.DataFrame:
    return typed(rows, profile("doubled"))


def test_the_usual_dirt_is_as_described() -> None:
    """The figures that the settings are chosen for, at a size where chance is small."""
    register = citizen_register(COMMUNES, 30_000, seed=5)
    errors = pl.col("errors").str.count_matches(r"\+") + 1
    per_row = register.group_by(pl.col("copy_kind") == "original").agg(errors.fill_null(0).mean())
    assert dict(per_row.iter_rows()) == pytest.approx({True: 0.40, False: 0.89}, abs=0.06)
    kinds = {kind for told in register["errors"].drop_nulls() for kind in told.split("+")}
    of_split_communes = {"hamlet_cased", "hamlet_tone_placement", "hamlet_kind_dropped", "hamlet_marks_lost"}
    assert kinds >= set(dirt_kinds()) - {"number_reissued"} - of_split_communes
    assert not kinds & of_split_communes
    assert len(register) / 30_000 == pytest.approx(1.13, abs=0.01)

    register = register.with_columns(number=personal_number(pl.col("so_dinh_danh")))
    vague = register["ngay_sinh"].str.contains(r"^(01/01/)?[0-9]{4}$").mean()
    parents = register.select((pl.col("ho_ten_cha").is_not_null() & pl.col("ho_ten_me").is_not_null()).mean()).item()
    assert 1 - register["number"].null_count() / len(register) == pytest.approx(0.76, abs=0.03)
    assert vague == pytest.approx(0.12, abs=0.02)
    assert parents == pytest.approx(0.8, abs=0.02)
    at = register.with_row_index("at")
    pairs = at.join(at, on="person_id", suffix="_2").filter(pl.col("at") < pl.col("at_2"))
    numbers = pairs.drop_nulls(["number", "number_2"]).select("number", "number_2").rows()
    edits = [Levenshtein.distance(one, other) for one, other in numbers if one != other]
    assert len(edits) / len(pairs) == pytest.approx(0.05, abs=0.01)
    assert sum(edit == 1 for edit in edits) / len(edits) > 0.8


def test_dirt_scales_and_stays_a_rate() -> None:
    usual, twice, wild = SampleSettings(), SampleSettings().scaled(2), SampleSettings().scaled(1000)
    assert twice.name_slip == 2 * usual.name_slip and twice.movers == usual.movers
    assert all(getattr(wild, kind) <= 0.5 for kind in dirt_kinds())
    assert SampleSettings().scaled(0) == profile("clean")
    with pytest.raises(ValueError, match="scaled"):
        usual.scaled(-1)
    with pytest.raises(ValueError, match="no kinds of dirt: soap"):
        usual.without("soap")
