"""What every asset of the graph has in common: its partition, owner, kinds and a description in two languages."""

from typing import Any, Final, Literal

from assets.partitions import new_communes

OWNERS = ["team:can_bo_du_lieu"]

Group = Literal[
    "buoc_1_dau_vao",
    "buoc_2_chuan_hoa",
    "buoc_3_doi_sanh",
    "buoc_4_hop_nhat",
    "buoc_5_kiem_tra",
    "buoc_6_cong_bo",
    "buoc_7_lien_xa",
]
"""The way of the data, step by step; Dagster takes no other letters in the name of a group."""

LAST: Final = {"dagster/priority": "-1"}
"""Tags of a step that waits while any other one can be made."""


def words(name: str, vi: str, en: str) -> str:
    """An asset's description: its Vietnamese name, which the graph shows in its box, what it is, and the English."""
    return f"{name}.\n\n{vi}\n\n*{en}*"


def described(group: Group, name: str, vi: str, en: str, *kinds: str) -> dict[str, Any]:
    """Arguments for `dg.asset`; the Vietnamese name is short enough for a box of the graph."""
    return {
        "group_name": group,
        "description": words(name, vi, en),
        "kinds": set(kinds),
        "owners": OWNERS,
        "partitions_def": new_communes(),
    }
