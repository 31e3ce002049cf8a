"""What a run would read now, by the manifest's own keys: the exports, the reference data, the decisions in force."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.communes import NewCommune
from pipelines.ingest.references import reference_hashes
from pipelines.ingest.sources import find_sources
from pipelines.review.decisions import decision_log, decisions_sha256
from pipelines.warehouse.manifest import DECISIONS, INPUT, REFERENCE

if TYPE_CHECKING:
    from assets.deployment import Deployment


def inputs_now(deployment: "Deployment", commune: NewCommune) -> Mapping[str, str]:
    """The hashes that the manifest of a run started now would have."""
    sources, _ = find_sources(deployment.exports_dir, commune)
    decisions = decision_log(deployment.data_dir, commune.code).in_force()
    return {
        **{f"{INPUT}{source.name}": source.sha256 for source in sources},
        **{f"{REFERENCE}{name}": sha256 for name, sha256 in reference_hashes(deployment.reference_dir).items()},
        DECISIONS: decisions_sha256(decision.decision_id for decision in decisions),
    }
