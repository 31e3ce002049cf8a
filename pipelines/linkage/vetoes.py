"""Pairs that may never share a cluster: forbidden ones, and those that look plainly like two entities.

All pairs inside what the automatic links hold together are looked at, also those that no candidate rule compared: a
chain of likely links must not carry two records together that nobody would link.
"""

import numpy as np
import polars as pl

from pipelines.linkage.clusters import Pair
from pipelines.linkage.components import components
from pipelines.linkage.levels import compare
from pipelines.linkage.model import LinkageModel, holds_any, score
from pipelines.linkage.spec import LinkageSettings, LinkageSpec
from pipelines.linkage.verdicts import SAME

LOOKS_LIKE_TWO = "looks_like_two"
_LARGE = 64
"""Components beyond this size are cut by the size cap; only their compared pairs are looked at."""


def vetoed_pairs(
    records: pl.DataFrame,
    scored: pl.DataFrame,
    edges: pl.DataFrame,
    spec: LinkageSpec,
    settings: LinkageSettings,
    model: LinkageModel,
) -> dict[Pair, str]:
    """Why each such pair (`a` < `b`) inside a component of the automatic links is vetoed.

    `scored`: candidate pairs with levels and weight; `edges`: the automatic ones among them.
    """
    component = components(edges["a"].to_numpy(), edges["b"].to_numpy(), len(records))
    first, second = component[scored["a"].to_numpy()], component[scored["b"].to_numpy()]
    fields = [c.field for c in spec.comparisons]
    inside = scored.filter(first == second).select("a", "b", *fields, "weight")
    missing = _missing(component, inside)
    levels = compare(records, missing, spec)
    inside = pl.concat([inside, pl.concat([missing, levels, score(levels, model).select("weight")], how="horizontal")])

    vetoes: dict[Pair, str] = {}
    for name, mask in (
        (LOOKS_LIKE_TWO, inside["weight"].to_numpy() < round(1000 * settings.veto_bits)),
        *(
            (ban.name, holds_any(inside, spec, ban.when) & ~holds_any(inside, spec, ban.unless))
            for ban in reversed(spec.forbidden)
        ),
    ):
        vetoes |= dict.fromkeys(inside.filter(mask).select("a", "b").iter_rows(), name)
    return vetoes


def overruled(vetoes: dict[Pair, str], edges: pl.DataFrame, records: int) -> dict[Pair, str]:
    """The vetoes that are left once people have decided that records are one (`verdict` of the automatic `edges`).

    Records that people call one are vetoed as one: how unlike one of them looks to a third says nothing when another
    of them is linked to it.
    """
    decided = edges.filter(pl.col("verdict") == SAME)
    if decided.is_empty() or not vetoes:
        return vetoes
    one = components(decided["a"].to_numpy(), decided["b"].to_numpy(), records)
    linked = {
        (min(one[a], one[b]), max(one[a], one[b]))
        for a, b in edges.select("a", "b").iter_rows()
        if (a, b) not in vetoes
    }
    return {
        (a, b): why
        for (a, b), why in vetoes.items()
        if one[a] != one[b] and (min(one[a], one[b]), max(one[a], one[b])) not in linked
    }


def _missing(component: np.ndarray, inside: pl.DataFrame) -> pl.DataFrame:
    """Pairs inside components of three records or more that no candidate rule gave."""
    members = pl.DataFrame({"component": component}).with_row_index("at")
    sizes = pl.len().over("component")
    several = members.filter((sizes > 2) & (sizes <= _LARGE))
    every = several.join(several, on="component", suffix="_b").filter(pl.col("at") < pl.col("at_b"))
    pairs = every.select(pl.col("at").alias("a"), pl.col("at_b").alias("b"))
    return pairs.join(inside.select("a", "b"), on=["a", "b"], how="anti").sort("a", "b")
