"""What is compared between people of two communes: the citizens' comparisons, without what hangs on one place.

Candidates come from strong keys alone. Among 8.5 million people some 107,000 pairs share full name and full date of
birth by chance (LINKAGE 4.1), so that these two call for one more independent item: a number, a parent, the spouse, a
telephone. Household, hamlet and commune say nothing of who moved.
"""

from dataclasses import replace

import polars as pl

from pipelines.citizens.comparisons import BIRTH, LIFE, NAME, PHONE, SEX, SPEC
from pipelines.linkage import Alternative, CandidateRule, Comparison, Level
from pipelines.linkage.spec import Condition, Forbidden, equal

COMMUNE = Comparison(
    "commune",
    ("new_commune",),
    pl.lit(True),
    # Equally likely for one person and for two: it weighs nothing, and only forbids.
    (Level("same", equal("new_commune"), 0.5, 0.5), Level("other", pl.lit(True), 0.5, 0.5)),
)

_RELATIVES = ("father", "mother", "spouse")
_ITEMS = {**{who: f"{who}_ascii" for who in _RELATIVES}, "phone": "phone"}
_SHARED = {comparison.field: comparison for comparison in SPEC.comparisons}
_NAMED = next(other for other in SPEC.alternatives if other.name == "namesake")
_EQUAL = frozenset({"equal"})
_SAME_NUMBER: tuple[Condition, ...] = ({"personal_id": _EQUAL}, {"old_id_no": _EQUAL})
_SAME_NAME = _NAMED.seeds[0]["full_name"]
_PARENTS = ("father_ascii", "mother_ascii")
_SAME_PARENTS: Condition = {"father_name": _EQUAL, "mother_name": _EQUAL}
_WELL_KNOWN_BIRTH = frozenset({"equal", "day_month_swapped", "one_digit"})


def _alternative(name: str, seeds: tuple[Condition, ...], *frame: str) -> Alternative:
    """One of the citizens' alternatives with what tells it between communes."""
    (known,) = (other for other in SPEC.alternatives if other.name == name)
    return replace(known, seeds=seeds, frames=(frame,))


ACROSS = replace(
    SPEC,
    rules=(
        CandidateRule("personal_id", ("known_number",), ("given_ascii",), apart="new_commune"),
        CandidateRule("old_id_no", ("known_old_number",), ("given_ascii",), apart="new_commune"),
        *(
            CandidateRule(f"name_birth_date_and_{item}", ("name_ascii", "birth_digits", column), apart="new_commune")
            for item, column in _ITEMS.items()
        ),
    ),
    comparisons=(
        NAME,
        BIRTH,
        SEX,
        *(_SHARED[field] for field in ("personal_id", "old_id_no", *(f"{who}_name" for who in _RELATIVES))),
        PHONE,
        LIFE,
        COMMUNE,
    ),
    alternatives=(
        _alternative(
            "twin", ({"birth_date": _EQUAL, **_SAME_PARENTS},), "father_ascii", "mother_ascii", "birth_digits"
        ),
        _alternative("family", (_SAME_PARENTS,), "father_ascii", "mother_ascii"),
        _alternative("namesake", ({"full_name": _SAME_NAME},), "name_ascii"),
        _alternative("stranger", ()),
    ),
    corroborated=(
        {"personal_id": frozenset({"equal", "one_edit"})},
        {"old_id_no": _EQUAL},
        *(
            {"birth_date": _WELL_KNOWN_BIRTH, item: _EQUAL}
            for item in (*(f"{who}_name" for who in _RELATIVES), "phone")
        ),
    ),
    forbidden=(
        # A commune's own linkage, and its officers, have looked at these two already.
        Forbidden(
            "same_commune",
            "hai người trong đó là của một xã, phường mới, nơi việc đối sánh trong xã đã để riêng",
            ({"commune": frozenset({"same"})},),
        ),
        *SPEC.forbidden,
    ),
)
"""Needs the columns of `standard_people`."""
