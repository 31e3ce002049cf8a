"""What is compared between two citizen records, and how: the citizens' `LinkageSpec`."""

import polars as pl

from pipelines.linkage.spec import (
    Alternative,
    CandidateRule,
    Comparison,
    Level,
    LinkageSpec,
    Similarity,
    both,
    equal,
    left,
    right,
)

_COUNT = pl.min_horizontal(left("name_count"), right("name_count"))
_SAME_SPELLING = equal("name_key")
_SAME_FOLDED = equal("name_ascii")
_SAME_GIVEN = equal("given_ascii")
_SAME_SURNAME = equal("surname_ascii")
_ONE_UNMARKED = left("name_marked") != right("name_marked")
_OTHER_GIVEN = ~_SAME_GIVEN | (~equal("given_key") & ~_ONE_UNMARKED)
_SAME_BIRTH_AND_FAMILY = equal("birth_digits") & (
    equal("household_key") | (equal("old_commune_code") & equal("father_ascii") & equal("mother_ascii"))
)
_YEARS_APART = (left("birth_year") - right("birth_year")).abs()

# The whole name is one field, since its parts are not independent. Equal names are told apart by how many rows carry
# them: the rarer, the more an equal name says (term frequency).
NAME = Comparison(
    "full_name",
    (
        *("name_key", "name_ascii", "name_marked", "given_key", "given_ascii", "surname_ascii", "name_count"),
        *("birth_digits", "household_key", "old_commune_code", "father_ascii", "mother_ascii"),
    ),
    both("name_ascii"),
    (
        Level("equal_rare", _SAME_SPELLING & (_COUNT <= 2), 0.25, 0.0005),
        Level("equal_seldom", _SAME_SPELLING & (_COUNT <= 6), 0.2, 0.002),
        Level("equal_common", _SAME_SPELLING & (_COUNT <= 20), 0.2, 0.01),
        Level("equal_frequent", _SAME_SPELLING, 0.15, 0.03),
        Level("marks_lost_seldom", _SAME_FOLDED & _ONE_UNMARKED & (_COUNT <= 6), 0.03, 0.0005),
        Level("marks_lost", _SAME_FOLDED & _ONE_UNMARKED, 0.03, 0.002),
        # Twins' names may be one mark or letter apart: in one family an equal date makes another given name no slip.
        Level("twin_given_name", _OTHER_GIVEN & _SAME_BIRTH_AND_FAMILY, 0.005, 0.02),
        # Given names one mark apart (Hùng, Hưng) are two names; elsewhere it is more often a slip.
        Level("marks_differ", _SAME_FOLDED, 0.02, 0.02),
        Level("part_left_out", _SAME_GIVEN & _SAME_SURNAME & (pl.col("name_tokens") > 0.999), 0.03, 0.02),
        Level("one_letter", pl.col("name_edits") <= 1, 0.06, 0.02),
        Level("given_equal", _SAME_GIVEN & _SAME_SURNAME, 0.01, 0.15),
        Level("similar", pl.col("name_jw") >= 0.92, 0.015, 0.06),
        Level("other", pl.lit(True), 0.005, 0.7),
    ),
    (
        Similarity("name_tokens", "name_ascii", "token_set"),
        Similarity("name_edits", "name_ascii", "edits"),
        Similarity("name_jw", "name_ascii", "jaro_winkler"),
    ),
)

BIRTH = Comparison(
    "birth_date",
    ("birth_digits", "birth_year", "month_day", "day_month"),
    both("birth_year"),
    (
        Level("equal", equal("birth_digits"), 0.75, 0.003),
        Level("one_edit", pl.col("birth_edits") <= 1, 0.04, 0.01),
        Level(
            "day_month_swapped",
            equal("birth_year") & (left("month_day") == right("day_month")),
            0.02,
            0.001,
        ),
        Level("year_only", ~both("birth_digits") & equal("birth_year"), 0.12, 0.03),
        Level("same_year", equal("birth_year"), 0.03, 0.06),
        Level("same_month_day", equal("month_day"), 0.01, 0.004),
        Level("near_year", (_YEARS_APART == 1) | (_YEARS_APART == 10), 0.01, 0.1),
        Level("other", pl.lit(True), 0.02, 0.8),
    ),
    (Similarity("birth_edits", "birth_digits", "edits"),),
)

SEX = Comparison(
    "sex",
    ("sex",),
    both("sex"),
    (Level("equal", equal("sex"), 0.995, 0.55), Level("other", pl.lit(True), 0.005, 0.45)),
)

HOUSEHOLD = Comparison(
    "household",
    ("household_key", "old_commune_code"),
    both("old_commune_code"),
    (
        Level("same", equal("household_key"), 0.3, 0.1),
        Level("same_commune", equal("old_commune_code"), 0.1, 0.3),
        Level("other_commune", pl.lit(True), 0.6, 0.6),
    ),
)


def _relative(who: str) -> Comparison:
    folded, score = f"{who}_ascii", f"{who}_jw"
    return Comparison(
        f"{who}_name",
        (folded,),
        both(folded),
        (
            Level("equal", equal(folded), 0.9, 0.08),
            Level("similar", pl.col(score) >= 0.92, 0.07, 0.05),
            Level("other", pl.lit(True), 0.03, 0.87),
        ),
        (Similarity(score, folded, "jaro_winkler"),),
    )


def _number(field: str, column: str) -> Comparison:
    """Equal numbers of two people come from slips alone, too seldom for a file to show: u is declared."""
    edits = f"{column}_edits"
    return Comparison(
        field,
        (column,),
        both(column),
        (
            Level("equal", equal(column), 0.93, 1e-6),
            Level("one_edit", pl.col(edits) <= 1, 0.05, 1e-4),
            Level("other", pl.lit(True), 0.02, 1.0),
        ),
        (Similarity(edits, column, "edits"),),
        label=True,
    )


PHONE = Comparison(
    "phone",
    ("phone",),
    both("phone"),
    (Level("equal", equal("phone"), 0.8, 0.01), Level("other", pl.lit(True), 0.2, 0.99)),
)

_EQUAL_NAME = frozenset({"equal_rare", "equal_seldom", "equal_common", "equal_frequent"})
_NEAR_NAME = _EQUAL_NAME | {"marks_lost_seldom", "marks_lost", "part_left_out", "one_letter"}

SPEC = LinkageSpec(
    dataset="citizens",
    rules=(
        CandidateRule("personal_id", ("usable_number",)),
        CandidateRule("old_id_no", ("old_id_no",)),
        CandidateRule("name_and_year", ("name_ascii", "birth_year")),
        CandidateRule("name_and_month_day", ("name_ascii", "month_day")),
        CandidateRule("given_name_and_birth_date", ("given_ascii", "birth_digits")),
        CandidateRule("given_name_and_household", ("given_ascii", "household_key")),
        CandidateRule("name_and_father", ("name_ascii", "father_ascii")),
        CandidateRule("name_and_mother", ("name_ascii", "mother_ascii")),
        CandidateRule("birth_date_and_father", ("birth_digits", "father_ascii")),
        CandidateRule("birth_date_and_mother", ("birth_digits", "mother_ascii")),
        CandidateRule("year_and_parents", ("birth_year", "father_ascii", "mother_ascii")),
        CandidateRule("phone_and_given_name", ("phone", "given_ascii")),
    ),
    comparisons=(
        NAME,
        BIRTH,
        SEX,
        _number("personal_id", "usable_number"),
        _number("old_id_no", "old_id_no"),
        _relative("father"),
        _relative("mother"),
        _relative("spouse"),
        HOUSEHOLD,
        PHONE,
    ),
    alternatives=(
        Alternative(
            "family",
            "hai người cùng gia đình",
            (
                {"household": frozenset({"same"})},
                {"father_name": frozenset({"equal"}), "mother_name": frozenset({"equal"})},
            ),
        ),
        Alternative("namesake", "hai người trùng tên", ({"full_name": _EQUAL_NAME},)),
        Alternative("stranger", "hai người không liên quan"),
    ),
    same=(
        {"personal_id": frozenset({"equal"}), "full_name": _NEAR_NAME},
        {"old_id_no": frozenset({"equal"}), "full_name": _NEAR_NAME},
    ),
    # Without the names, EM takes twins for copies where a register has no numbers and few copies.
    # A name and a year are never enough: in a commune of 65,000 one in ten shares both with somebody.
    corroborated=(
        {"birth_date": frozenset({"equal", "one_edit", "day_month_swapped"})},
        {"personal_id": frozenset({"equal", "one_edit"})},
        {"old_id_no": frozenset({"equal"})},
        {"father_name": frozenset({"equal"})},
        {"mother_name": frozenset({"equal"})},
        {"spouse_name": frozenset({"equal"})},
        {"household": frozenset({"same"})},
        {"phone": frozenset({"equal"})},
    ),
    different=(
        {"personal_id": frozenset({"other"})},
        {"full_name": frozenset({"twin_given_name"})},
    ),
    exclusive="trusted_number",
)
"""The citizens' spec; needs the columns of `standardise` and `add_number_status`."""
