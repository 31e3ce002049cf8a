"""Synthetic exports of Vietnamese old communes with known truth. All people and parcels are invented."""

from .profiles import PROFILES, profile
from .sample import SampleSummary, citizen_register, write_sample
from .settings import OldCommune, SampleSettings, dirt_kinds

__all__ = [
    "PROFILES",
    "OldCommune",
    "SampleSettings",
    "SampleSummary",
    "citizen_register",
    "dirt_kinds",
    "profile",
    "write_sample",
]
