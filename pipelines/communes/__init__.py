"""The dated map from old communes to new ones, and where each row of an old commune belongs."""

from pipelines.communes.merger_map import MergerMap, NewCommune, OldCommune, Part
from pipelines.communes.placement import place
from pipelines.communes.split_rules import SplitRules

__all__ = ["MergerMap", "NewCommune", "OldCommune", "Part", "SplitRules", "place"]
