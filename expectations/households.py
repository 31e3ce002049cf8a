"""Households: their heads, how their members are related, their size. All of these are warnings.

Only what the register calls by an unmistakable word is judged (vợ, con trai, mẹ đẻ): an aunt or a grandchild can be
many things.
"""

from typing import Final

from expectations.folding import folded
from expectations.rule import Rule
from expectations.sources import ASSUMPTION, IDENTIFICATION, RESIDENCE
from expectations.warning import warning, without_reason
from pipelines.warehouse.quoting import Sql, fill, number, text

_HEAD_FROM: Final = 18
"""Age from which someone heads a household: Law on Residence 68/2020/QH14 Art. 10, full legal capacity (likely)."""
_GENERATION: Final = 13
"""Fewest years between the births of parent and child, by birth years alone (assumption)."""
_LARGEST: Final = 15
"""Members beyond which a household may be several under one number (assumption)."""

_RELATION: Final = Sql("relation_to_head")


def _related(words: str, relation: Sql = _RELATION) -> Sql:
    """Whether a relation to the head is one of `words`, alone or as in "mẹ đẻ", "vợ chủ hộ"."""
    return fill(
        "regexp_full_match({relation}, {pattern})",
        relation=folded(relation),
        pattern=text(f"({words})( de| ruot| chu ho)?"),
    )


_IS_HEAD: Final = fill("{relation} IN ('chu ho', 'chu', 'ch')", relation=folded(_RELATION))
_RESIDENT: Final = Sql("status NOT IN ('dead', 'moved')")
"""Who died or moved away is no member any more."""
_RELATED: Final = "SELECT count(relation_to_head) FROM {batch}"
_HOUSEHOLDS: Final = "SELECT count(*) FROM households"
_MEMBER: Final = Sql("member.relation_to_head")
_TO_HEAD: Final = Sql("""
    {batch} AS member
    JOIN households AS household ON household.household_id = member.household_id
    JOIN citizens AS head ON head.citizen_id = household.head_citizen_id AND head.citizen_id <> member.citizen_id""")
_WOMEN: Final = "vo|me|con gai|con dau|dau|chi gai|em gai"
_MEN: Final = "chong|bo|cha|con trai|con re|re|anh trai|em trai"


RULES: Final[tuple[Rule, ...]] = (
    without_reason(
        "households.of_every_resident",
        "citizens",
        "no_household",
        "Người đang cư trú nào cũng thuộc một hộ.",
        "Every resident belongs to a household.",
        IDENTIFICATION,
        fill("SELECT count(*) FROM {batch} WHERE {resident}", resident=_RESIDENT),
    ),
    warning(
        "households.without_head",
        "households",
        "Hộ nào cũng có chủ hộ.",
        "Every household has a head.",
        IDENTIFICATION,
        fill(
            """
            SELECT 1 FROM {batch} AS household
            ANTI JOIN (SELECT household_id FROM citizens WHERE {is_head}) AS head
                ON head.household_id = household.household_id""",
            is_head=_IS_HEAD,
        ),
    ),
    warning(
        "households.one_head",
        "citizens",
        "Không hộ nào có từ hai chủ hộ đang cư trú trở lên.",
        "No household has two resident heads or more.",
        RESIDENCE,
        fill(
            """
            SELECT 1 FROM {batch} WHERE household_id IS NOT NULL AND {is_head} AND {resident}
            GROUP BY household_id HAVING count(*) > 1""",
            is_head=_IS_HEAD,
            resident=_RESIDENT,
        ),
        _HOUSEHOLDS,
    ),
    warning(
        "households.head_resident",
        "households",
        "Không hộ nào còn người cư trú mà chủ hộ đã chết hoặc đã chuyển đi.",
        "The head of a household with residents is not dead or moved away.",
        RESIDENCE,
        fill(
            """
            SELECT 1 FROM {batch} AS household
            JOIN citizens AS head ON head.citizen_id = household.head_citizen_id
            SEMI JOIN (SELECT household_id FROM citizens WHERE {resident}) AS resident
                ON resident.household_id = household.household_id
            WHERE head.status IN ('dead', 'moved')""",
            resident=_RESIDENT,
        ),
    ),
    warning(
        "households.head_of_age",
        "households",
        f"Chủ hộ từ đủ {_HEAD_FROM} tuổi trở lên.",
        f"The head of a household is {_HEAD_FROM} years old at least.",
        RESIDENCE,
        fill(
            """
            SELECT 1 FROM {batch} AS household
            JOIN citizens AS head ON head.citizen_id = household.head_citizen_id
            WHERE head.birth_year > year({today}) - {head_from}""",
            head_from=number(_HEAD_FROM),
        ),
    ),
    warning(
        "households.relation",
        "citizens",
        "Người nào trong hộ cũng có ghi quan hệ với chủ hộ.",
        "Every member of a household has a relation to its head.",
        IDENTIFICATION,
        "SELECT 1 FROM {batch} WHERE household_id IS NOT NULL AND relation_to_head IS NULL",
        "SELECT count(household_id) FROM {batch}",
    ),
    warning(
        "households.relation_and_sex",
        "citizens",
        "Quan hệ với chủ hộ khớp với giới tính: vợ, mẹ, con gái, con dâu là nữ; chồng, bố, con trai, con rể là nam.",
        "The relation to the head agrees with the sex: wife, mother, daughter are women; husband, father, son are men.",
        "Relations as registers write them (verified in published household systems)",
        fill(
            """
            SELECT 1 FROM {batch}
            WHERE ({of_women} AND sex = 'male') OR ({of_men} AND sex = 'female')""",
            of_women=_related(_WOMEN),
            of_men=_related(_MEN),
        ),
        _RELATED,
    ),
    warning(
        "households.spouse_of_other_sex",
        "citizens",
        "Vợ hoặc chồng của chủ hộ khác giới tính với chủ hộ.",
        "The spouse of a head of household is of the other sex.",
        "Law on Marriage and Family 52/2014/QH13 Art. 8 (likely)",
        fill(
            "SELECT 1 FROM {to_head} WHERE {spouse} AND member.sex = head.sex",
            to_head=_TO_HEAD,
            spouse=_related("vo|chong", _MEMBER),
        ),
        _RELATED,
    ),
    warning(
        "households.one_spouse",
        "citizens",
        "Không hộ nào có hai người đang cư trú cùng ghi là vợ (chồng) của chủ hộ.",
        "In no household two residents are recorded as the spouse of its head.",
        "Law on Marriage and Family 52/2014/QH13 Art. 2 (likely)",
        fill(
            """
            SELECT 1 FROM {batch} WHERE household_id IS NOT NULL AND {spouse} AND {resident}
            GROUP BY household_id HAVING count(*) > 1""",
            spouse=_related("vo|chong"),
            resident=_RESIDENT,
        ),
        _HOUSEHOLDS,
    ),
    warning(
        "households.generation",
        "citizens",
        f"Con của chủ hộ sinh sau chủ hộ, cha mẹ của chủ hộ sinh trước chủ hộ, ít nhất {_GENERATION} năm.",
        f"Children of the head are born after him, and parents before him, by {_GENERATION} years at least.",
        ASSUMPTION,
        fill(
            """
            SELECT 1 FROM {to_head}
            WHERE ({child} AND member.birth_year < head.birth_year + {generation})
                OR ({parent} AND member.birth_year > head.birth_year - {generation})""",
            to_head=_TO_HEAD,
            child=_related("con|con trai|con gai", _MEMBER),
            generation=number(_GENERATION),
            parent=_related("bo|cha|me", _MEMBER),
        ),
        _RELATED,
    ),
    warning(
        "households.size",
        "households",
        f"Không hộ nào có quá {_LARGEST} người.",
        f"No household has more than {_LARGEST} members.",
        ASSUMPTION,
        fill("SELECT 1 FROM {batch} WHERE member_count > {largest}", largest=number(_LARGEST)),
    ),
)
