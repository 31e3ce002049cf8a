"""What is compared between two parcel records, and how: the parcels' `LinkageSpec`.

A number says something only within one land book, that is one old commune and one map system: every commune has a
sheet 1, and three map systems live side by side. Within a book, equal numbers are one parcel and different ones are
two. Between two books of one commune (a re-survey), and between the books of two communes (a parcel on the boundary),
the certificate makes one parcel of two rows, together with the area; and since one certificate may cover several
parcels, some of the same area, not where these cannot be told apart. Without a certificate a parcel on the boundary is
known by owner's number, area, use and the field's name together.
"""

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

_SAME_COMMUNE = equal("old_commune_code")
_SAME_BOOK = equal("book_key")

_APART = (left("area_m2") - right("area_m2")).abs() / pl.max_horizontal(left("area_m2"), right("area_m2"))
_SAME_AREA = ((left("area_m2") - right("area_m2")).abs() <= 0.05).fill_null(False)
_AREA_AGREES = (_APART <= 0.01).fill_null(False)
_RARITY = pl.min_horizontal(left("area_rarity"), right("area_rarity"))
_RARE_AREA = _SAME_AREA & (_RARITY == 2)

_EDITS = Similarity("certificate_edits", "certificate_folded", "edits", 1)
_SLIP_OF_PAPER = (pl.col("certificate_edits") <= 1).fill_null(False)
_SAME_PAPER = equal("certificate_folded").fill_null(False) | (
    equal("book_no_key").fill_null(False)
    & (_SLIP_OF_PAPER | (~both("certificate_folded") & equal("owner_ascii").fill_null(False)))
)
_OTHER_PAPER = both("certificate_folded") & ~_SLIP_OF_PAPER

_OF_SEVERAL = left("paper_of_several") | right("paper_of_several")
_ALIKE = left("several_alike") | right("several_alike")
_ALIKE_OF_FIELD = left("several_of_field") | right("several_of_field")
_SAME_FIELD = equal("field_key").fill_null(False)
_NO_FIELD = left("field_key").is_null() & right("field_key").is_null()
_SAME_PLACE = _SAME_FIELD | _NO_FIELD | (~both("field_key") & ~_OF_SEVERAL & _SAME_AREA & (_RARITY >= 1))

# A wide difference of area is an error of measuring only where no other parcel can be meant.
_NEAR_AREA = (_APART <= 0.02).fill_null(False)
_ONLY_CERTIFIED = (
    equal("certificate_folded").fill_null(False)
    & ~left("owner_has_uncertified")
    & ~right("owner_has_uncertified")
    & (_APART <= 0.25).fill_null(True)
)

_SURVEY = _SAME_COMMUNE & _SAME_PAPER & _AREA_AGREES
_IN_ORDER = _SAME_BOOK | ~_SAME_COMMUNE
"""Between two books of one commune `NUMBER` says all that the paper says."""

NUMBER = Comparison(
    "number",
    (
        *("own_number", "plot_key", "commune_plot", "book_key", "old_commune_code", "map_system"),
        *("certificate_folded", "book_no_key", "owner_ascii", "area_m2", "area_rarity", "field_key"),
        *("several_alike", "several_of_field", "paper_of_several", "owner_has_uncertified"),
    ),
    both("plot_key"),
    (
        Level("same", equal("own_number"), 0.5, 0.0005),
        Level("other_scale", equal("plot_key") & both("own_number"), 0.0005, 0.01),
        Level("same_without_scale", equal("plot_key"), 0.02, 0.001),
        Level("other_number", _SAME_BOOK, 0.0005, 0.5),
        Level("same_without_map", equal("commune_plot") & ~both("map_system"), 0.01, 0.001),
        Level("resurvey_rare_area", _SURVEY & ~_ALIKE & _RARE_AREA, 0.2, 0.001),
        Level("resurvey_same_place", _SURVEY & ~_ALIKE & _SAME_PLACE & (_SAME_AREA | ~_OF_SEVERAL), 0.05, 0.001),
        Level("resurvey_same_field", _SURVEY & ~_ALIKE_OF_FIELD & _SAME_FIELD & _SAME_AREA, 0.02, 0.001),
        Level("resurvey_of_several", _SURVEY, 0.04, 0.02),
        Level("other_map", _SAME_COMMUNE & (_OTHER_PAPER | (_APART > 0.05).fill_null(False)), 0.0005, 0.15),
        Level("other_map_unsure", _SAME_COMMUNE, 0.01, 0.07),
        Level("boundary", _SAME_PAPER & ~_OF_SEVERAL & ~_ALIKE & (_NEAR_AREA | _ONLY_CERTIFIED), 0.08, 0.001),
        Level("boundary_by_area", _SAME_PAPER & ~_ALIKE & _NEAR_AREA, 0.03, 0.001),
        Level("boundary_sibling", _SAME_PAPER & (_APART > 0.1).fill_null(False), 0.0005, 0.03),
        Level("boundary_of_several", _SAME_PAPER, 0.01, 0.01),
        Level("other_commune", pl.lit(True), 0.03, 0.25),
    ),
    (_EDITS,),
)

CERTIFICATE = Comparison(
    "certificate_no",
    ("certificate_folded", "book_key", "old_commune_code"),
    both("certificate_folded") & _IN_ORDER,
    (
        Level("equal", equal("certificate_folded"), 0.93, 0.01),
        Level("one_edit", _SLIP_OF_PAPER, 0.05, 0.001),
        Level("other", pl.lit(True), 0.02, 0.989),
    ),
    (_EDITS,),
)

BOOK_NO = Comparison(
    "certificate_book_no",
    ("book_no_key", "book_key", "old_commune_code"),
    both("book_no_key") & _IN_ORDER,
    (Level("equal", equal("book_no_key"), 0.93, 0.01), Level("other", pl.lit(True), 0.07, 0.99)),
)

AREA = Comparison(
    "area",
    ("area_m2", "area_rarity", "book_key", "certificate_folded"),
    both("area_m2") & (_SAME_BOOK | ~equal("certificate_folded").fill_null(False)),
    (
        Level("equal_rare", _RARE_AREA, 0.3, 0.001),
        Level("equal", _SAME_AREA & (_RARITY == 1), 0.2, 0.01),
        Level("equal_common", _SAME_AREA, 0.1, 0.05),
        Level("within_1_percent", _AREA_AGREES, 0.2, 0.02),
        Level("within_2_percent", _APART <= 0.02, 0.1, 0.02),
        Level("within_10_percent", _APART <= 0.1, 0.06, 0.1),
        Level("other", pl.lit(True), 0.04, 0.8),
    ),
)

LAND_USE = Comparison(
    "land_use",
    ("use_family", "homestead"),
    pl.lit(True),
    (
        Level("equal", equal("use_family").fill_null(False), 0.9, 0.32),
        Level("homestead", (left("homestead") & right("homestead")).fill_null(False), 0.03, 0.06),
        Level("other", both("use_family"), 0.04, 0.59),
        Level("missing", pl.lit(True), 0.03, 0.03),
    ),
)

_SAME_FIRST = equal("owner_ascii").fill_null(False)
_SAME_SECOND = equal("co_owner_ascii").fill_null(False)
# One book names husband and wife, the other one of them.
_PARTNER = (
    _SAME_SECOND
    | (left("owner_ascii") == right("co_owner_ascii")).fill_null(False)
    | (left("co_owner_ascii") == right("owner_ascii")).fill_null(False)
)
OWNER_NAME = Comparison(
    "owner_name",
    ("owner_ascii", "co_owner_ascii", "owner_bits"),
    pl.lit(True),
    (
        Level("both_equal", _SAME_FIRST & _SAME_SECOND, 0.2, 0.002),
        Level("equal_rare", _SAME_FIRST & (left("owner_bits") >= 11), 0.3, 0.002),
        Level("equal", _SAME_FIRST & (left("owner_bits") >= 9), 0.2, 0.005),
        Level("equal_common", _SAME_FIRST, 0.1, 0.01),
        Level("partner", _PARTNER, 0.02, 0.002),
        Level("part_left_out", (pl.col("owner_tokens") > 0.999).fill_null(False), 0.02, 0.005),
        Level("one_letter", (pl.col("owner_edits") <= 1).fill_null(False), 0.04, 0.01),
        Level("similar", (pl.col("owner_jw") >= 0.92).fill_null(False), 0.02, 0.03),
        Level("other", both("owner_ascii"), 0.04, 0.93),
        Level("missing", pl.lit(True), 0.02, 0.02),
    ),
    (
        Similarity("owner_tokens", "owner_ascii", "token_set", 0.999),
        Similarity("owner_edits", "owner_ascii", "edits", 1),
        Similarity("owner_jw", "owner_ascii", "jaro_winkler", 0.92),
    ),
)

# A number of nine digits and one of twelve may be one person's; only like is compared with like.
_KINDS, _PLACES = ("personal", "old"), (1, 2)
OWNER_NUMBER = Comparison(
    "owner_id_no",
    tuple(f"{kind}_{place}" for kind in _KINDS for place in _PLACES),
    pl.any_horizontal(both(f"{kind}_1") for kind in _KINDS),
    (
        Level(
            "equal",
            pl.any_horizontal(
                (left(f"{kind}_{one}") == right(f"{kind}_{other}")).fill_null(False)
                for kind in _KINDS
                for one in _PLACES
                for other in _PLACES
            ),
            0.9,
            0.01,
        ),
        Level("one_edit", (pl.col("personal_edits") <= 1) | (pl.col("old_edits") <= 1), 0.03, 0.002),
        Level("other", pl.lit(True), 0.07, 0.988),
    ),
    (Similarity("personal_edits", "personal_1", "edits", 1), Similarity("old_edits", "old_1", "edits", 1)),
)

OWNER_YEAR = Comparison(
    "owner_birth_year",
    ("owner_birth_year",),
    both("owner_birth_year"),
    (Level("equal", equal("owner_birth_year"), 0.92, 0.03), Level("other", pl.lit(True), 0.08, 0.97)),
)

# Each commune has hamlets of its own, while a field on the boundary may have one name in both.
PLACE = Comparison(
    "field_name",
    ("field_key", "hamlet_key", "old_commune_code"),
    both("field_key") | (both("hamlet_key") & _SAME_COMMUNE),
    (
        Level("same_field", _SAME_FIELD & _SAME_COMMUNE, 0.3, 0.05),
        Level("other_field", both("field_key") & _SAME_COMMUNE, 0.05, 0.2),
        Level("same_hamlet", equal("hamlet_key").fill_null(False), 0.4, 0.2),
        Level("other_hamlet", _SAME_COMMUNE, 0.05, 0.3),
        Level("same_field_across", _SAME_FIELD, 0.05, 0.05),
        Level("other_field_across", pl.lit(True), 0.15, 0.2),
    ),
)

_EQUAL, _NEAR = frozenset({"equal"}), frozenset({"equal", "one_edit"})
_SAME_NUMBER = frozenset({"same", "same_without_scale", "same_without_map"})
_RESURVEY = frozenset({"resurvey_rare_area", "resurvey_same_place", "resurvey_same_field"})
_BOUNDARY = frozenset({"boundary", "boundary_by_area"})
_NO_OTHER_USE = frozenset({"equal", "homestead", "missing"})
_EQUAL_NAME = frozenset({"both_equal", "equal_rare", "equal", "equal_common"})
_NEAR_NAME = _EQUAL_NAME | {"partner", "part_left_out", "one_letter", "similar"}

SPEC = LinkageSpec(
    dataset="parcels",
    rules=(
        CandidateRule("number", ("plot_key",)),
        CandidateRule("number_without_map", ("commune_plot",), ("owner_ascii",), "without_map"),
        CandidateRule("certificate_no", ("certificate_folded",), ("area_band",)),
        CandidateRule("certificate_book_no_and_owner", ("book_no_key", "owner_ascii")),
        *(
            CandidateRule(f"{rule}_and_{area}", (who, band), ("use_family",))
            for rule, who in (
                ("owner_number", "personal_1"),
                ("owner_old_number", "old_1"),
                ("owner_name", "owner_ascii"),
                ("co_owner_name", "co_owner_ascii"),
            )
            for area, band in (("area", "area_band"), ("shifted_area", "area_band_shifted"))
        ),
    ),
    comparisons=(NUMBER, CERTIFICATE, BOOK_NO, AREA, LAND_USE, OWNER_NAME, OWNER_NUMBER, OWNER_YEAR, PLACE),
    alternatives=(
        Alternative(
            "same_certificate",
            "thửa khác cùng giấy chứng nhận",
            ({"certificate_no": _EQUAL},),
            excludes=({"certificate_no": frozenset({"one_edit", "other"})},),
        ),
        Alternative(
            "same_owner",
            "thửa khác của cùng chủ",
            ({"owner_id_no": _EQUAL}, {"owner_name": _EQUAL_NAME}),
            excludes=({"certificate_no": _EQUAL},),
        ),
        Alternative("stranger", "hai thửa không liên quan"),
    ),
    same=(
        {"number": _SAME_NUMBER, "certificate_no": _EQUAL},
        {"number": _SAME_NUMBER, "owner_id_no": _EQUAL},
        {"number": _SAME_NUMBER, "owner_name": _EQUAL_NAME},
        {"number": _RESURVEY, "owner_name": _NEAR_NAME},
        {"number": _RESURVEY, "owner_id_no": _EQUAL},
        {"number": _BOUNDARY, "owner_name": _NEAR_NAME, "land_use": _EQUAL},
        {"number": _BOUNDARY, "owner_id_no": _EQUAL, "land_use": _EQUAL},
    ),
    different=({"number": frozenset({"other_number", "other_scale", "other_map", "boundary_sibling"})},),
    # A clerk may give one number to two parcels, and an owner has land in two communes.
    corroborated=(
        {"number": _SAME_NUMBER, "certificate_no": _NEAR},
        {"number": _SAME_NUMBER, "certificate_book_no": _EQUAL},
        {"number": _SAME_NUMBER, "owner_name": _NEAR_NAME},
        {"number": _SAME_NUMBER, "owner_id_no": _NEAR},
        {"number": _SAME_NUMBER, "area": frozenset({"equal_rare"})},
        {
            "number": _SAME_NUMBER,
            "owner_name": frozenset({"missing"}),
            "area": frozenset({"equal", "equal_common", "within_1_percent"}),
        },
        {"number": frozenset({"resurvey_rare_area"})},
        {"number": _RESURVEY, "land_use": _NO_OTHER_USE},
        {"number": frozenset({"boundary"}), "owner_name": _NEAR_NAME},
        {"number": _BOUNDARY, "owner_name": _NEAR_NAME, "land_use": _NO_OTHER_USE},
        {"number": _BOUNDARY, "owner_id_no": _EQUAL, "land_use": _NO_OTHER_USE},
        {
            "number": frozenset({"other_commune"}),
            "owner_id_no": _EQUAL,
            "area": frozenset({"equal_rare", "equal", "within_1_percent"}),
            "land_use": _EQUAL,
            "field_name": frozenset({"same_field_across"}),
        },
    ),
    frequencies=(Frequency("owner_bits", "owner_ascii"),),
    forbidden=(
        Forbidden(
            "other_map",
            "khác tỷ lệ, hoặc khác hệ bản đồ mà số giấy chứng nhận hay diện tích không khớp",
            ({"number": frozenset({"other_map", "other_scale"})},),
        ),
    ),
    exclusive="own_number",
    exclusive_within="book_key",
    slope=0.8,
)
"""The parcels' spec; needs the columns of `standardise` and `add_context`."""
