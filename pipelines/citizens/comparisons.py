"""What is compared between two citizen records, and how: the citizens' `LinkageSpec`."""

import polars as pl

from pipelines.linkage.spec import (
    Alternative,
    CandidateRule,
    Comparison,
    Forbidden,
    Frequency,
    Level,
    LinkageSpec,
    Similarity,
    both,
    equal,
    left,
    right,
)

_SAME_SPELLING = equal("name_key")
_SAME_FOLDED = equal("name_ascii")
_SAME_GIVEN = equal("given_ascii")
_SAME_SURNAME = equal("surname_ascii")
_ONE_UNMARKED = left("name_marked") != right("name_marked")
_ABBREVIATED = left("name_abbreviated") | right("name_abbreviated")
# A given name that is no syllable of Vietnamese is a slip, not the name of a twin.
_OTHER_GIVEN = (~_SAME_GIVEN | (~equal("given_key") & ~_ONE_UNMARKED)) & ~left("given_odd") & ~right("given_odd")
_ONE_YEAR_ONLY = left("birth_digits").is_null() != right("birth_digits").is_null()
_SAME_BIRTH = equal("birth_digits") | (equal("birth_year") & ~both("birth_digits"))
_TWINS_KNOWN = left("twin_known") | right("twin_known")
_ONE_FAMILY = equal("household_key") | (
    equal("old_commune_code") & (equal("father_ascii").fill_null(False) | equal("mother_ascii").fill_null(False))
)
_OTHER_MIDDLE = (
    _SAME_GIVEN
    & _SAME_SURNAME
    & (pl.col("name_tokens") <= 0.999)
    & (pl.col("name_edits") > 1)
    & ~(_ABBREVIATED & equal("name_initials"))
)
_ONE_PERSONS = pl.any_horizontal(
    equal(column).fill_null(False) for column in ("usable_number", "old_id_no", "spouse_ascii")
)
_BITS = left("name_bits")
_FOLDED_BITS = left("folded_bits")
_GIVEN_BITS = left("given_bits")
_YEARS_APART = (left("birth_year") - right("birth_year")).abs()

# The whole name is one field, since its parts are not independent. Equal names are told apart by how common they are
# (term frequency): the rarer, the more an equal name says.
NAME = Comparison(
    "full_name",
    (
        *("name_key", "name_toneless", "name_ascii", "name_marked", "name_initials", "name_abbreviated"),
        *("given_key", "given_toneless", "given_ascii", "surname_ascii", "middle_ascii", "rest_ascii"),
        *("name_bits", "folded_bits", "given_bits"),
        *("birth_digits", "birth_year", "household_key", "old_commune_code", "father_ascii", "mother_ascii"),
        *("twin_known", "given_odd", "usable_number", "old_id_no", "spouse_ascii"),
    ),
    both("name_ascii"),
    (
        Level("equal_16_bits", _SAME_SPELLING & (_BITS >= 16), 0.17, 0.0002),
        Level("equal_14_bits", _SAME_SPELLING & (_BITS >= 14), 0.17, 0.0008),
        Level("equal_12_bits", _SAME_SPELLING & (_BITS >= 12), 0.17, 0.004),
        Level("equal_10_bits", _SAME_SPELLING & (_BITS >= 10), 0.17, 0.015),
        Level("equal_common", _SAME_SPELLING, 0.07, 0.02),
        Level("marks_lost_14_bits", _SAME_FOLDED & _ONE_UNMARKED & (_FOLDED_BITS >= 14), 0.02, 0.0004),
        Level("marks_lost_11_bits", _SAME_FOLDED & _ONE_UNMARKED & (_FOLDED_BITS >= 11), 0.02, 0.001),
        Level("marks_lost_common", _SAME_FOLDED & _ONE_UNMARKED, 0.02, 0.002),
        # Twins' names may be one mark, letter or middle name apart: where a twin is known another name is no slip, nor
        # is it in one family, whose rows of one date are rather twins than copies. Twins share no number, no spouse.
        Level(
            "twin_name",
            (_OTHER_GIVEN | _OTHER_MIDDLE) & _SAME_BIRTH & (_ONE_FAMILY | _TWINS_KNOWN) & ~_ONE_PERSONS,
            0.002,
            0.02,
        ),
        Level("marks_differ_before_given", _SAME_FOLDED & equal("given_key"), 0.02, 0.01),
        # Given names one mark apart (Hùng, Hưng) are two names, or a slip.
        Level("tone_of_given_differs", _SAME_FOLDED & equal("given_toneless"), 0.01, 0.01),
        Level("marks_of_given_differ", _SAME_FOLDED, 0.01, 0.01),
        Level("abbreviated", _ABBREVIATED & _SAME_GIVEN & equal("name_initials"), 0.01, 0.002),
        Level(
            "part_left_out_rare",
            _SAME_GIVEN & _SAME_SURNAME & (pl.col("name_tokens") > 0.999) & (_GIVEN_BITS >= 7),
            0.02,
            0.004,
        ),
        Level("part_left_out", _SAME_GIVEN & _SAME_SURNAME & (pl.col("name_tokens") > 0.999), 0.015, 0.015),
        Level("one_letter_before_given", _SAME_GIVEN & (pl.col("name_edits") <= 1), 0.02, 0.01),
        Level("one_letter_of_given", (pl.col("name_edits") <= 1), 0.02, 0.02),
        Level("other_surname", equal("rest_ascii"), 0.005, 0.02),
        Level("given_and_surname", _SAME_GIVEN & _SAME_SURNAME, 0.01, 0.12),
        Level("given", _SAME_GIVEN, 0.003, 0.2),
        Level("similar", pl.col("name_jw") >= 0.92, 0.008, 0.05),
        Level("before_given", _SAME_SURNAME & equal("middle_ascii"), 0.003, 0.2),
        Level("other", pl.lit(True), 0.003, 0.2),
    ),
    (
        Similarity("name_tokens", "name_ascii", "token_set", 0.999, _SAME_GIVEN),
        Similarity("name_edits", "name_ascii", "edits", 1),
        Similarity("name_jw", "name_ascii", "jaro_winkler", 0.92, ~_SAME_GIVEN),
    ),
)

BIRTH = Comparison(
    "birth_date",
    ("birth_digits", "birth_year", "month_day", "day_month", "number_year"),
    both("birth_year"),
    (
        Level("equal", equal("birth_digits"), 0.7, 0.003),
        Level("day_month_swapped", equal("birth_year") & (left("month_day") == right("day_month")), 0.02, 0.0005),
        Level("one_digit", (pl.col("birth_edits") <= 1) & equal("birth_year"), 0.03, 0.01),
        Level("year_slip", equal("month_day") & ((_YEARS_APART == 1) | (_YEARS_APART == 10)), 0.03, 0.0005),
        Level("one_year_only", _ONE_YEAR_ONLY & equal("birth_year"), 0.1, 0.03),
        Level("both_year_only", ~both("birth_digits") & equal("birth_year"), 0.03, 0.03),
        Level("same_year", equal("birth_year"), 0.02, 0.06),
        Level("same_month_day", equal("month_day"), 0.01, 0.004),
        Level(
            "year_by_number",
            (left("number_year") == right("birth_year")) | (left("birth_year") == right("number_year")),
            0.01,
            0.005,
        ),
        Level("near_year", (_YEARS_APART == 1) | (_YEARS_APART == 10), 0.01, 0.1),
        Level("generation", _YEARS_APART >= 14, 0.005, 0.5),
        Level("other", pl.lit(True), 0.01, 0.3),
    ),
    (Similarity("birth_edits", "birth_digits", "edits", 1),),
)

SEX = Comparison(
    "sex",
    ("evident_sex",),
    both("evident_sex"),
    (Level("equal", equal("evident_sex"), 0.995, 0.55), Level("other", pl.lit(True), 0.005, 0.45)),
)

# Where a person lives: the household's number, its head, the hamlet and the commune say one thing together.
RESIDENCE = Comparison(
    "residence",
    ("household_key", "head_other", "hamlet_key", "old_commune_code"),
    both("old_commune_code"),
    (
        Level("same_household", equal("household_key"), 0.25, 0.1),
        Level("same_head", equal("old_commune_code") & equal("head_other"), 0.03, 0.01),
        Level("same_hamlet", equal("hamlet_key"), 0.05, 0.05),
        Level("same_commune", equal("old_commune_code"), 0.07, 0.2),
        Level("other_commune_same_head", equal("head_other"), 0.01, 0.001),
        Level("other_commune", pl.lit(True), 0.6, 0.6),
    ),
)


def _relative(who: str) -> Comparison:
    """A relative's name; where one row lacks it, whether it is the name of that row's head of household.

    A bride's new household is headed by the husband whom her old register does not know yet.
    """
    folded, score, tokens, edits = f"{who}_ascii", f"{who}_jw", f"{who}_tokens", f"{who}_edits"
    headed = [
        (one(folded).is_null() & one("head_other").is_not_null() & other(folded).is_not_null(), one, other)
        for one, other in ((left, right), (right, left))
    ]
    is_head = [lacks & (one("head_other") == other(folded)) for lacks, one, other in headed]
    return Comparison(
        f"{who}_name",
        (folded, f"{who}_key", f"{who}_given", "head_other"),
        both(folded) | headed[0][0] | headed[1][0],
        (
            Level("equal", equal(f"{who}_key"), 0.6, 0.04),
            Level("marks_differ", equal(folded), 0.06, 0.015),
            Level("part_left_out", equal(f"{who}_given") & (pl.col(tokens) > 0.999), 0.02, 0.015),
            Level("one_letter", pl.col(edits) <= 1, 0.03, 0.015),
            Level("similar", pl.col(score) >= 0.92, 0.01, 0.04),
            Level("other", both(folded), 0.03, 0.6),
            Level("heads_the_other", is_head[0].fill_null(False) | is_head[1].fill_null(False), 0.1, 0.02),
            Level("heads_neither", pl.lit(True), 0.15, 0.255),
        ),
        (
            Similarity(tokens, folded, "token_set", 0.999, equal(f"{who}_given")),
            Similarity(edits, folded, "edits", 1),
            Similarity(score, folded, "jaro_winkler", 0.92),
        ),
    )


def _number(field: str, column: str) -> Comparison:
    """Equal numbers of two people come from slips alone, too seldom for a file to show: u is declared.

    Numbers one edit apart are a slip only with one given name: brothers and sisters who were registered together,
    twins first of all, have neighbouring numbers.
    """
    edits = f"{column}_edits"
    return Comparison(
        field,
        (column, "given_ascii"),
        both(column),
        (
            Level("equal", equal(column), 0.93, 1e-6),
            Level("one_edit", (pl.col(edits) <= 1) & _SAME_GIVEN, 0.05, 1e-4),
            Level("neighbouring", pl.col(edits) <= 1, 0.002, 0.01),
            Level("other", pl.lit(True), 0.005, 1.0),
        ),
        (Similarity(edits, column, "edits", 1),),
        label=True,
    )


def _mentioned(mentioned: str, own: str) -> list[pl.Expr]:
    """Pairs of which the land books mention one's number while the other has one, or is mentioned too."""
    sides = ((left, right), (right, left))
    return [one(mentioned) == other(own) for one, other in sides] + [equal(mentioned)]


_MENTIONS = [*_mentioned("mentioned_number", "usable_number"), *_mentioned("mentioned_old_number", "old_id_no")]
OWNER_MENTION = Comparison(
    "owner_mention",
    ("mentioned_number", "mentioned_old_number", "usable_number", "old_id_no"),
    pl.any_horizontal([mention.is_not_null() for mention in _MENTIONS]),
    (
        Level("equal", pl.any_horizontal([mention.fill_null(False) for mention in _MENTIONS]), 0.8, 0.001),
        Level("other", pl.lit(True), 0.2, 0.999),
    ),
)

# Nobody is met alive after the day by which a register knew of the death.
LIFE = Comparison(
    "life",
    ("dead_on", "alive_on"),
    both("dead_on")
    | (left("dead_on").is_not_null() & right("alive_on").is_not_null())
    | (right("dead_on").is_not_null() & left("alive_on").is_not_null()),
    (
        Level("both_dead", both("dead_on"), 0.5, 0.1),
        Level(
            "alive_after_death",
            (left("dead_on") < right("alive_on")) | (right("dead_on") < left("alive_on")),
            0.05,
            0.45,
        ),
        Level("dead_later", pl.lit(True), 0.45, 0.45),
    ),
)

PHONE = Comparison(
    "phone",
    ("phone",),
    both("phone"),
    (Level("equal", equal("phone"), 0.8, 0.01), Level("other", pl.lit(True), 0.2, 0.99)),
)

_EQUAL_NAME = frozenset({"equal_16_bits", "equal_14_bits", "equal_12_bits", "equal_10_bits", "equal_common"})
_NEAR_NAME = _EQUAL_NAME | {
    *("marks_lost_14_bits", "marks_lost_11_bits", "marks_lost_common", "marks_differ_before_given"),
    *("abbreviated", "part_left_out_rare", "part_left_out", "one_letter_before_given", "one_letter_of_given"),
}

_EQUAL = frozenset({"equal"})
_SAME_HOUSEHOLD = frozenset({"same_household"})
_OTHER_BIRTH = frozenset({"same_year", "same_month_day", "near_year", "generation", "other"})
_OTHER_NAME = frozenset(level.name for level in NAME.levels) - (
    _NEAR_NAME - {"part_left_out_rare", "part_left_out", "one_letter_of_given"}
)
_SAME_PARENTS = {"father_name": _EQUAL, "mother_name": _EQUAL}

_SAME_NUMBER = ({"personal_id": _EQUAL}, {"old_id_no": _EQUAL})

SPEC = LinkageSpec(
    dataset="citizens",
    rules=(
        CandidateRule("personal_id", ("known_number",), ("given_ascii",)),
        CandidateRule("old_id_no", ("known_old_number",), ("given_ascii",)),
        CandidateRule("name_and_birth_date", ("name_ascii", "birth_digits"), ("father_ascii", "hamlet_key")),
        CandidateRule("given_name_and_birth_date", ("given_ascii", "birth_digits"), ("surname_ascii", "hamlet_key")),
        CandidateRule("given_name_and_household", ("given_ascii", "household_key"), ("birth_year",)),
        CandidateRule("name_and_month_day", ("name_ascii", "month_day"), ("birth_year",)),
        CandidateRule("birth_date_and_father", ("birth_digits", "father_ascii"), ("mother_ascii",)),
        CandidateRule("birth_date_and_mother", ("birth_digits", "mother_ascii"), ("father_ascii",)),
        CandidateRule("year_and_parents", ("birth_year", "father_ascii", "mother_ascii"), ("given_ascii",)),
        CandidateRule("name_and_mother", ("name_ascii", "mother_ascii"), ("birth_year",)),
        CandidateRule("name_and_father", ("name_ascii", "father_ascii"), ("birth_year",)),
        CandidateRule("name_and_spouse", ("name_ascii", "spouse_ascii"), ("birth_year",)),
        CandidateRule("given_name_and_parents", ("given_ascii", "father_ascii", "mother_ascii"), ("birth_year",)),
        CandidateRule(
            "before_given_and_birth_date",
            ("surname_ascii", "middle_ascii", "birth_digits"),
            ("old_commune_code", "hamlet_key"),
        ),
        CandidateRule("phone_and_given_name", ("phone", "given_ascii"), ("birth_year",)),
        # Of a whole date a slip leaves the month, or swaps it with the day; a year alone is all that some rows have.
        CandidateRule("name_and_month", ("name_ascii", "year_month"), ("hamlet_key",)),
        CandidateRule("name_and_swapped_date", ("name_ascii", "birth_year", "day_and_month"), ("hamlet_key",)),
        CandidateRule(
            "name_and_year_alone",
            ("name_ascii", "birth_year"),
            ("evident_sex", "hamlet_key", "father_ascii"),
            "year_alone",
        ),
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
        RESIDENCE,
        PHONE,
        OWNER_MENTION,
        LIFE,
    ),
    alternatives=(
        Alternative(
            "twin",
            "hai người sinh đôi",
            ({"birth_date": _EQUAL, "residence": _SAME_HOUSEHOLD}, {"birth_date": _EQUAL, **_SAME_PARENTS}),
            (("household_key", "birth_digits"), ("father_ascii", "mother_ascii", "birth_digits")),
            ({"full_name": _EQUAL_NAME}, {"birth_date": _OTHER_BIRTH}),
        ),
        Alternative(
            "family",
            "hai người cùng gia đình",
            ({"residence": _SAME_HOUSEHOLD}, _SAME_PARENTS),
            (("household_key",), ("father_ascii", "mother_ascii")),
            ({"full_name": _EQUAL_NAME},),
        ),
        Alternative(
            "namesake",
            "hai người trùng tên",
            ({"full_name": _EQUAL_NAME},),
            (("name_ascii",),),
        ),
        Alternative("stranger", "hai người không liên quan", (), ((),)),
    ),
    same=(
        {"personal_id": _EQUAL, "full_name": _NEAR_NAME},
        {"old_id_no": _EQUAL, "full_name": _NEAR_NAME},
    ),
    # Without the names, EM takes twins for copies where a register has no numbers and few copies.
    # A name and a year are never enough: in a commune of 65,000 one in ten shares both with somebody.
    corroborated=(
        {"birth_date": frozenset({"equal", "one_digit", "day_month_swapped", "year_slip"})},
        {"personal_id": frozenset({"equal", "one_edit"})},
        {"old_id_no": _EQUAL},
        {"father_name": _EQUAL},
        {"mother_name": _EQUAL},
        {"spouse_name": _EQUAL},
        {"residence": _SAME_HOUSEHOLD},
        {"phone": _EQUAL},
        {"owner_mention": _EQUAL},
    ),
    different=(
        {"personal_id": frozenset({"other"})},
        {"full_name": frozenset({"twin_name"})},
    ),
    frequencies=(
        Frequency("surname_bits", "surname_key"),
        Frequency("rest_bits", "rest_key"),
        Frequency("name_bits", "name_key", ("surname_bits", "rest_bits")),
        Frequency("folded_surname_bits", "surname_ascii"),
        Frequency("folded_rest_bits", "rest_ascii"),
        Frequency("folded_bits", "name_ascii", ("folded_surname_bits", "folded_rest_bits")),
        Frequency("given_bits", "given_ascii"),
    ),
    forbidden=(
        Forbidden(
            "alive_after_death",
            "một dòng ghi còn sống sau ngày dòng kia ghi đã chết",
            ({"life": frozenset({"alive_after_death"})},),
            _SAME_NUMBER,
        ),
        Forbidden(
            "other_sex",
            "giới tính ghi trên dòng hoặc theo số định danh không khớp nhau",
            ({"sex": frozenset({"other"})},),
            _SAME_NUMBER,
        ),
        # Sisters and brothers have names one mark or one middle name apart, and dates of their own.
        Forbidden(
            "other_name_and_birth",
            "cả tên lẫn ngày sinh đều khác, như anh chị em",
            (
                {
                    "full_name": _OTHER_NAME,
                    "birth_date": frozenset({"same_year", "same_month_day", "year_by_number", "near_year"}),
                },
            ),
            _SAME_NUMBER,
        ),
        Forbidden(
            "other_birth",
            "ngày sinh không thể là của một người",
            ({"birth_date": frozenset({"generation", "other"})},),
            _SAME_NUMBER,
        ),
    ),
    exclusive="trusted_number",
    moving=frozenset({"dead_on", "alive_on"}),
    slope=0.65,
)
"""The citizens' spec; needs the columns of `standardise` and `add_number_status`."""
