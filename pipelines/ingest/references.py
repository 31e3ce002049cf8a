"""The reference data by which exports are read, placed and published, as hashes: those of now, those of a run."""

from pathlib import Path
from typing import Final

from pipelines.communes import MergerMap, SplitRules
from pipelines.ingest.header_aliases import Aliases
from pipelines.ingest.headers import known_headers_sha256
from pipelines.parcels.land_use import LAND_USE_CODES, LandUses
from pipelines.reference_csv import read_reference_csv
from pipelines.warehouse.limits import PUBLICATION_LIMITS, PublicationLimits

SPLIT_RULES: Final = "split_rules.csv"
SHEET_MAP: Final = "sheet_map.csv"


def reference_hashes(overrides: Path) -> dict[str, str]:
    """The SHA-256 of each by name: what is shipped, and the deployment's own files in the folder `overrides`.

    A file of its own that is not there has an empty hash. Raises UnusableInput when one cannot be used.
    """
    land_uses = LandUses.read(overrides / LAND_USE_CODES)
    return {
        "merger_map": MergerMap.shipped().sha256,
        "known_headers": known_headers_sha256(),
        "header_aliases": Aliases.read(overrides / "header_aliases.csv").sha256,
        "split_rules": SplitRules.read(overrides / SPLIT_RULES).sha256,
        "land_uses": land_uses.shipped_sha256,
        "land_use_codes": land_uses.sha256,
        "sheet_map": read_reference_csv(overrides / SHEET_MAP, needed=()).sha256,
        "publication_limits": PublicationLimits.read(overrides / PUBLICATION_LIMITS).sha256,
    }
