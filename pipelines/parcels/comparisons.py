"""What is compared between two parcel records, and how: the parcels' `LinkageSpec`.

Equal sheet and parcel numbers say something only within one land book of one old commune: every commune has a sheet
1, and three map systems live side by side.
"""

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

_SAME_COMMUNE = equal("old_commune_code")
_APART = (left("area_m2") - right("area_m2")).abs()
_LARGER = pl.max_horizontal(left("area_m2"), right("area_m2"))

# One survey draws a place once: two numbers of one map system are two parcels. A parcel on the boundary stands in the
# books of two communes; there a name alone says little, since neighbours share their names.
NUMBER = Comparison(
    "number",
    ("number_key", "book_key", "old_commune_code", "certificate_key", "owner_number"),
    both("number_key"),
    (
        Level("same", equal("number_key"), 0.6, 0.0005),
        Level("other_number", equal("book_key"), 0.001, 0.6),
        Level("other_map_system", equal("old_commune_code"), 0.1, 0.1),
        Level("other_commune_same_paper", equal("certificate_key") | equal("owner_number"), 0.25, 0.1),
        Level("other_commune", pl.lit(True), 0.049, 0.1995),
    ),
)

# One certificate may cover several parcels of one owner, so that an equal serial alone is not identity.
CERTIFICATE = Comparison(
    "certificate_no",
    ("certificate_key",),
    both("certificate_key"),
    (
        Level("equal", equal("certificate_key"), 0.93, 0.01),
        Level("one_edit", pl.col("certificate_edits") <= 1, 0.05, 0.001),
        Level("other", pl.lit(True), 0.02, 0.989),
    ),
    (Similarity("certificate_edits", "certificate_key", "edits"),),
)

BOOK_NO = Comparison(
    "certificate_book_no",
    ("book_no_key",),
    both("book_no_key"),
    (Level("equal", equal("book_no_key"), 0.93, 0.01), Level("other", pl.lit(True), 0.07, 0.99)),
)

AREA = Comparison(
    "area",
    ("area_m2",),
    both("area_m2"),
    (
        Level("equal", (_APART <= 0.5) | (_APART <= 0.002 * _LARGER), 0.6, 0.02),
        Level("within_1_percent", _APART <= 0.01 * _LARGER, 0.2, 0.02),
        Level("within_2_percent", _APART <= 0.02 * _LARGER, 0.1, 0.02),
        Level("within_10_percent", _APART <= 0.1 * _LARGER, 0.06, 0.14),
        Level("other", pl.lit(True), 0.04, 0.8),
    ),
)

LAND_USE = Comparison(
    "land_use",
    ("land_use_key",),
    both("land_use_key"),
    (Level("equal", equal("land_use_key"), 0.95, 0.35), Level("other", pl.lit(True), 0.05, 0.65)),
)

OWNER_NAME = Comparison(
    "owner_name",
    ("owner_ascii",),
    both("owner_ascii"),
    (
        Level("equal", equal("owner_ascii"), 0.9, 0.02),
        Level("similar", pl.col("owner_jw") >= 0.92, 0.07, 0.03),
        Level("other", pl.lit(True), 0.03, 0.95),
    ),
    (Similarity("owner_jw", "owner_ascii", "jaro_winkler"),),
)

OWNER_NUMBER = Comparison(
    "owner_id_no",
    ("owner_number",),
    both("owner_number"),
    (
        Level("equal", equal("owner_number"), 0.93, 0.02),
        Level("one_edit", pl.col("owner_edits") <= 1, 0.03, 0.001),
        Level("other", pl.lit(True), 0.04, 0.979),
    ),
    (Similarity("owner_edits", "owner_number", "edits"),),
)

PLACE = Comparison(
    "field_name",
    ("place_key", "old_commune_code"),
    both("place_key") & _SAME_COMMUNE,
    (Level("equal", equal("place_key"), 0.9, 0.15), Level("other", pl.lit(True), 0.1, 0.85)),
)

# A whole address tells communes apart, so that the same one in the books of two speaks for a parcel on the boundary;
# each book may as well write its own.
ADDRESS = Comparison(
    "address",
    ("address_key", "old_commune_code"),
    both("address_key") & ~_SAME_COMMUNE,
    (Level("equal", equal("address_key"), 0.4, 0.01), Level("other", pl.lit(True), 0.6, 0.99)),
)

_EQUAL = frozenset({"equal"})
_SAME_NUMBER = frozenset({"same"})
_OTHER_NUMBER = frozenset({"other_number"})

SPEC = LinkageSpec(
    dataset="parcels",
    rules=(
        CandidateRule("number", ("number_key",)),
        CandidateRule("certificate_no", ("certificate_key",)),
        CandidateRule("certificate_book_no_and_owner", ("book_no_key", "owner_ascii")),
        CandidateRule("owner_number_and_land_use", ("owner_number", "land_use_key")),
        CandidateRule("owner_number_and_area", ("owner_number", "area_band")),
        CandidateRule("owner_number_and_shifted_area", ("owner_number", "area_band_shifted")),
        CandidateRule("owner_name_and_area", ("owner_ascii", "area_band")),
        CandidateRule("owner_name_and_shifted_area", ("owner_ascii", "area_band_shifted")),
    ),
    comparisons=(NUMBER, CERTIFICATE, BOOK_NO, AREA, LAND_USE, OWNER_NAME, OWNER_NUMBER, PLACE, ADDRESS),
    alternatives=(
        Alternative(
            "same_certificate",
            "thửa khác cùng giấy chứng nhận",
            ({"number": _OTHER_NUMBER, "certificate_no": _EQUAL},),
        ),
        Alternative(
            "same_owner",
            "thửa khác của cùng chủ",
            ({"owner_id_no": _EQUAL}, {"owner_name": _EQUAL}, {"certificate_no": _EQUAL}),
        ),
        Alternative("stranger", "hai thửa không liên quan"),
    ),
    same=(
        {"number": _SAME_NUMBER, "certificate_no": _EQUAL},
        {"number": _SAME_NUMBER, "owner_id_no": _EQUAL},
        {"number": _SAME_NUMBER, "owner_name": _EQUAL},
    ),
    different=({"number": _OTHER_NUMBER},),
    exclusive="number_key",
    exclusive_within="book_key",
    slope=0.35,
)
"""The parcels' spec; needs the columns of `standardise`."""
