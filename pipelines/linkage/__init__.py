"""The linkage engine, for any kind of record: candidates, levels, model, constrained clusters, explanation.

It has no column names of its own: what is compared, and how, stands in a `LinkageSpec`.
"""

from pipelines.linkage.engine import Linkage, link
from pipelines.linkage.spec import (
    Alternative,
    CandidateRule,
    Comparison,
    Frequency,
    Level,
    LinkageSettings,
    LinkageSpec,
    Similarity,
    left,
    right,
)

__all__ = [
    "Alternative",
    "CandidateRule",
    "Comparison",
    "Frequency",
    "Level",
    "Linkage",
    "LinkageSettings",
    "LinkageSpec",
    "Similarity",
    "left",
    "link",
    "right",
]
