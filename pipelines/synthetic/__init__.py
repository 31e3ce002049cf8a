"""Synthetic exports of Vietnamese old communes with known truth. All people and parcels are invented."""

from .sample import SampleSummary, write_sample
from .settings import OldCommune, SampleSettings

__all__ = ["OldCommune", "SampleSettings", "SampleSummary", "write_sample"]
