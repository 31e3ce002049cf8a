"""What every asset of the graph has in common: its partition, owner, kinds and a description in two languages."""

from typing import Any

from assets.partitions import new_communes

OWNERS = ["team:can_bo_du_lieu"]


def described(group: str, vi: str, en: str, *kinds: str) -> dict[str, Any]:
    """Arguments for `dg.asset`: Vietnamese first, English below; groups sort in the order of the flow."""
    return {
        "group_name": group,
        "description": f"{vi}\n\n*{en}*",
        "kinds": set(kinds),
        "owners": OWNERS,
        "partitions_def": new_communes(),
    }
